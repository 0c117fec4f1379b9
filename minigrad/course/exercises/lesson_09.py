"""Exercises of lesson 09, Leaving the graph."""

from functools import partial
from typing import Any

import numpy as np

from minigrad import Tensor, tensor
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, node_names, numbers, same
from minigrad.course.exercises.choose_the_tool import CHOOSE_THE_TOOL


def _called(function: Any, name: str, *arguments: Any) -> Any:
    if is_blank(function) or not callable(function):
        raise NotYet(f"define {name}, then hand it over.")
    return function(*arguments)


# --- 09.1 -------------------------------------------------------------------------------------------------------------

# The guesses, the place, and how many minutes it took from there to the next: first those of the lesson.
DRIVES: tuple[tuple[list[float], int, float], ...] = (
    ([32.0, 25.0, 10.0], 0, 10.0),
    ([32.0, 25.0, 10.0], 1, 12.5),
    ([8.0, 2.0, 7.0, 1.0], 2, 0.5),
)


def _target(loss_of: Any) -> str | None:
    for guesses, i, minutes in DRIVES:
        guess = tensor(guesses, requires_grad=True)
        loss = _called(loss_of, "loss_of", guess, i, minutes)
        difference = guesses[i] - (minutes + guesses[i + 1])
        if not guess.requires_grad:
            return "told to forget"
        if not same(guess.detach(), guesses):
            return "the guesses were changed"
        if numbers(loss).size != 1 or not same(numbers(loss).sum(), difference**2):
            return "another loss"
        if not isinstance(loss, Tensor) or not loss.requires_grad:
            return "nothing is recorded"
        names = list(node_names(loss))
        loss.backward()
        mistake = _wrong_side(guess, i, 2 * difference, names)
        if mistake is not None:
            return mistake
    return None


def _wrong_side(guess: Tensor, i: int, slope: float, names: list[str]) -> str | None:
    """What is wrong with the gradient that has arrived at the guesses, if anything."""
    if guess.grad is None:
        return "a new leaf"
    here = [slope if place == i else 0.0 for place in range(len(guess))]
    following = [-slope if place == i + 1 else 0.0 for place in range(len(guess))]
    if same(guess.grad, here):
        return None
    if same(guess.grad, following):
        return "the wrong side"
    if not same(guess.grad, [a + b for a, b in zip(here, following, strict=True)]):
        return "something else"
    if "CloneBackward0" in names:
        return "a clone is no cut"
    raise NotYet("the gradient still reaches guess[i + 1] as well.")


_target_cell = partial(function_cell, "09.1", "loss_of(guess, i, minutes)")


A_TARGET = Exercise(
    id="09.1",
    title="A target that stays put",
    stub="# Mend it: the loss stays as large as it is, but its gradient must reach guess[i] alone.\n"
    + _target_cell("target = minutes + guess[i + 1]", "return (guess[i] - target) ** 2"),
    solution=_target_cell("target = minutes + guess[i + 1].detach()", "return (guess[i] - target) ** 2"),
    explanation="""\
The target is to count as fixed, so it is cut out: `guess[i + 1].detach()`, or `.detach()` on the whole target. A
`with no_grad():` around the line that makes `target` does the same. The loss is as large as before, and its gradient is
`[-6., 0., 0.]` instead of `[-6., 6., 0.]`.

This is called a **stop-gradient**. Learning by reward, where a guess is corrected by a later guess, rests on it.
""",
    judge=_target,
    praise="Only the earlier guess is moved, towards a target that stays put.",
    hint="Compare the gradient in the cell below the exercise with [-6, 0, 0]. And is the loss still 9?",
    second_hint="Which of the two, guess[i] or target, should count as fixed? Detach that one, and nothing else.",
    mistakes=(
        Mistake(
            "the wrong side",
            _target_cell("target = minutes + guess[i + 1]", "return (guess[i].detach() - target) ** 2"),
            "Now the gradient reaches guess[i + 1] alone: the target runs to the guess. Cut on the other side.",
        ),
        Mistake(
            "nothing is recorded",
            _target_cell(
                "guess = guess.detach()", "target = minutes + guess[i + 1]", "return (guess[i] - target) ** 2"
            ),
            "Now both sides are cut off, and backward() finds no way at all. One use of guess must stay in the graph.",
        ),
        Mistake(
            "a clone is no cut",
            _target_cell("target = minutes + guess[i + 1].clone()", "return (guess[i] - target) ** 2"),
            "A clone has memory of its own, but gradients go through it as before. Which tool cuts?",
        ),
        Mistake(
            "a new leaf",
            _target_cell(
                "target = minutes + guess[i + 1].item()",
                "now = tensor(guess[i].item(), requires_grad=True)",
                "return (now - target) ** 2",
            ),
            "The target is fixed now. But the gradient goes to a new leaf that you made, and guess.grad stays empty.",
        ),
        Mistake(
            "told to forget",
            _target_cell(
                "guess.requires_grad_(False)", "target = minutes + guess[i + 1]", "return (guess[i] - target) ** 2"
            ),
            "That switches off the caller's own guess, everywhere and from now on. Cut only this one use of it.",
        ),
    ),
)

# --- 09.2 -------------------------------------------------------------------------------------------------------------

# Weights, inputs and answers.
BATCHES: tuple[tuple[list[float], list[list[float]], list[float]], ...] = (
    ([1.0, 2.0], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [2.0, 1.0, 5.0]),
    ([-3.0], [[2.0], [1.0]], [0.5, 4.0]),
)


def _right(w: list[float], x: list[list[float]], y: list[float]) -> tuple[float, list[float], list[float]]:
    """The loss, its slopes for w, and what the error alone brings to these."""
    at, rows = np.array(w), np.array(x)
    wrong = rows @ at - y
    by_error = 2 * wrong @ rows / len(y)
    loss = np.mean(wrong**2) + 0.1 * np.sum(at**2)
    return float(loss), (by_error + 0.2 * at).tolist(), by_error.tolist()


def _measure(measure: Any) -> str | None:
    for weights, inputs, answers in BATCHES:
        w = tensor(weights, requires_grad=True)
        loss, number = _called(measure, "measure", w, tensor(inputs), tensor(answers))
        value, slopes, by_error = _right(weights, inputs, answers)
        if not isinstance(loss, Tensor) or not loss.requires_grad:
            return "only a number"
        if not same(numbers(loss).sum(), value) or not same(numbers(number).sum(), value):
            return "another value"
        kept = getattr(number, "requires_grad", False)
        copied = kept and type(number.grad_fn).__name__ == "CloneBackward0"
        loss.backward()
        if w.grad is None:
            return "a new leaf"
        if same(w.grad, by_error):
            if kept and not copied:
                raise NotYet("the penalty still has no slope, and the second result still keeps its graph.")
            return "no slope for the penalty"
        if not same(w.grad, slopes):
            return "another value"
        if kept:
            return "a copy keeps its graph" if copied else "the number keeps its graph"
    return None


def _measure_cell(penalty: str, loss: str, last: str) -> str:
    return function_cell(
        "09.2",
        "measure(w, x, y)",
        "error = ((x @ w - y) ** 2).mean()",
        f"penalty = {penalty}",
        f"loss = {loss}",
        f"return {last}",
    )


TRACKED, CUT, SUM = "(w**2).sum()", "(w**2).sum().item()", "error + 0.1 * penalty"

ITEM_TRAP = Exercise(
    id="09.2",
    title="The item() trap",
    stub="# Mend it. Its first result is for backward(). The second is for a running total, and must keep no graph.\n"
    + _measure_cell(CUT, SUM, "loss, loss"),
    solution=_measure_cell(TRACKED, SUM, "loss, loss.item()"),
    explanation="""\
`item()` stood in the wrong place. What belongs to the loss stays a tensor: `penalty = (w**2).sum()`. What is only
looked at becomes a number: `loss.item()`. (`loss.detach()` keeps no graph either.)
""",
    judge=_measure,
    praise="The loss stays in the graph with all its parts, and the total is fed with plain numbers.",
    hint="The loss is the error plus 0.1 times the sum of the squared weights, and both results have this value.",
    second_hint="item() is in the code once, in the wrong place. Which line only looks, and which one computes?",
    mistakes=(
        Mistake(
            "the number keeps its graph",
            _measure_cell(TRACKED, SUM, "loss, loss"),
            "The penalty has its slope now. But the second result is still a tensor with all of its graph.",
            pitfall="M16",
        ),
        Mistake(
            "a copy keeps its graph",
            _measure_cell(TRACKED, SUM, "loss, loss.clone()"),
            "A clone is an operation: your second result leads to the loss, and so to all of its graph.",
            pitfall="M16",
        ),
        Mistake(
            "no slope for the penalty",
            _measure_cell(CUT, SUM, "loss, loss.item()"),
            "The total is fine. But w.grad is the slope of the error alone: where is the penalty cut off from w?",
        ),
        Mistake(
            "only a number",
            _measure_cell(TRACKED, f"({SUM}).item()", "loss, loss"),
            "Now the loss is a plain number, and backward() needs a tensor. Only the second result should be a number.",
        ),
        Mistake(
            "a new leaf",
            _measure_cell(CUT, f"tensor(({SUM}).item(), requires_grad=True)", "loss, loss.item()"),
            "That loss requires grad, but it is a new leaf: no edge leads from it to w, and w.grad stays empty.",
        ),
    ),
)

EXERCISES = (A_TARGET, ITEM_TRAP, CHOOSE_THE_TOOL)
