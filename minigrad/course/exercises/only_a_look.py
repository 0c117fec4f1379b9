"""Exercise 07.3 of lesson 07, Find the bug: a look at one more slope must not change the training."""

from typing import Any

import numpy as np

import minigrad
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, numbers
from minigrad.course.exercises.watched import Bills, Watched, close, slope, tensors

START, RATE = 0.5, 0.01
BATCHES: tuple[Bills, ...] = (
    ([1.0, 2.0], [3.0, 5.0]),
    ([3.0], [7.0]),
    ([2.0, 1.0, 4.0], [4.5, 2.0, 9.0]),
    ([1.5], [2.5]),
)
TEST: Bills = ([2.5, 3.0], [5.0, 4.0])


def _look(function: Any) -> str | None:
    if is_blank(function):
        raise NotYet("define train_and_look, then hand it over.")
    w = minigrad.tensor(START, dtype=minigrad.float64, requires_grad=True)
    optimizer = Watched(w, RATE)
    seen = function(w, optimizer, [tensors(bills) for bills in BATCHES], tensors(TEST))
    at, before = w.item(), optimizer.before or _before(train=1, test=0)
    if _same(seen, [slope(each, bills) + slope(each, TEST) for each, bills in zip(before, BATCHES, strict=False)]):
        raise NotYet("seen still holds sums: the slope on the batch and the slope on test, added up in w.grad.")
    if is_blank(seen):
        return "nothing is handed back"
    looked = _same(seen, [slope(each, TEST) for each in before])
    if close(at, _trained(train=1, test=0)):
        return None if looked else _wrongly_seen(seen, before)
    return _wrongly_trained(at, looked)


def _same(seen: Any, right: list[float]) -> bool:
    try:
        given = numbers(seen)
    except (TypeError, ValueError):
        return False
    return given.size == len(right) and bool(np.allclose(given.ravel(), right, rtol=1e-4))


def _before(train: float, test: float) -> list[float]:
    """Where w stands before each step and at the end, if a step uses this much of the two slopes."""
    path = [START]
    for bills in BATCHES:
        path.append(path[-1] - RATE * (train * slope(path[-1], bills) + test * slope(path[-1], TEST)))
    return path[:-1]


def _trained(train: float, test: float) -> float:
    last = _before(train, test)[-1]
    return last - RATE * (train * slope(last, BATCHES[-1]) + test * slope(last, TEST))


def _wrongly_seen(seen: Any, before: list[float]) -> str:
    if _same(seen, [slope(each, bills) for each, bills in zip(before, BATCHES, strict=False)]):
        return "the slope of training"
    after = [*before[1:], _trained(train=1, test=0)]
    return "after the step" if _same(seen, [slope(each, TEST) for each in after]) else "wrongly seen"


def _wrongly_trained(at: float, looked: bool) -> str:
    if close(at, _trained(train=1, test=1)):
        return "trained on both" if looked else "something else"
    if close(at, _trained(train=0, test=1)):
        return "trained on test alone"
    return "nothing to step with" if close(at, START) else "something else"


def _look_cell(*lines: str) -> str:
    loop = ["seen = []", "for bills in batches:", *(f"    {line}" for line in lines), "return seen"]
    return function_cell("07.3", "train_and_look(w, optimizer, batches, test)", *loop)


CLEAR, TRAIN, LOOK = "optimizer.zero_grad()", "loss_of(w, bills).backward()", "loss_of(w, test).backward()"
SEEN, STEP = "seen.append(w.grad.item())", "optimizer.step()"

ONLY_A_LOOK = Exercise(
    id="07.3",
    title="Find the bug",
    stub="# Mend it: seen must hold the slope on test before each step, and training must go as if nobody had looked.\n"
    + _look_cell(CLEAR, TRAIN, f"{LOOK}  # only a look", SEEN, STEP),
    solution=_look_cell(
        "(look,) = minigrad.autograd.grad(loss_of(w, test), w)",
        "seen.append(look.item())",
        CLEAR,
        TRAIN,
        STEP,
    ),
    explanation="""\
A `backward()` is never only a look: it adds to `w.grad`, and `step()` uses whatever is there. `grad` hands the gradient
out and leaves `w.grad` as it is.

It can be done with two passes as well. Then there must be a `zero_grad()` before each, and the look must come first:
clear, look, append, clear, pass, step.
""",
    judge=_look,
    praise="A look that leaves no trace: w goes where it would have gone, and seen says what was seen.",
    hint="After each line ask: what is in w.grad now, and whose slope is it? Above all, at seen.append and at step().",
    second_hint="Either look first, with w.grad cleared before and after; or look with a function that fills no .grad.",
    mistakes=(
        Mistake(
            "trained on both",
            _look_cell(CLEAR, TRAIN, "before = w.grad.item()", LOOK, "seen.append(w.grad.item() - before)", STEP),
            "seen is right now. But when step() comes, w.grad holds both slopes: training learns from test.",
            pitfall="M11",
        ),
        Mistake(
            "trained on test alone",
            _look_cell(TRAIN, CLEAR, LOOK, SEEN, STEP, CLEAR),
            "seen is right now. But the slope of the batch was cleared before step() could use it.",
        ),
        Mistake(
            "nothing to step with",
            _look_cell(TRAIN, CLEAR, LOOK, SEEN, CLEAR, STEP),
            "w does not move at all: when step() comes, everything has been cleared.",
        ),
        Mistake(
            "the slope of training",
            _look_cell(CLEAR, TRAIN, SEEN, STEP),
            "w is right now. But seen holds the slopes on the batches: those on test are asked for.",
        ),
        Mistake(
            "after the step",
            _look_cell(CLEAR, TRAIN, STEP, CLEAR, LOOK, SEEN),
            "w is right now. But you look after the step, when w has moved; the slope before it is asked for.",
        ),
        Mistake(
            "nothing is handed back",
            _look_cell(CLEAR, TRAIN, STEP).replace("    return seen\n", ""),
            "The function must still return seen, a list with one slope for each step.",
        ),
    ),
)
