"""Exercises of lesson 10, Changing things in place."""

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import Tensor, tensor
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, numbers, same
from minigrad.course.exercises.twelve_writes import TWELVE_WRITES
from minigrad.optim import SGD

STALE = "modified by an inplace operation"
LEAF = "leaf Variable that requires grad is being used in an in-place operation"


def _function(answer: Any) -> Callable:
    if is_blank(answer) or not callable(answer):
        raise NotYet("define the function, then hand it over.")
    return answer


# --- 10.2 -------------------------------------------------------------------------------------------------------------

INPUTS = ([1.0, 2.0, 4.0], [0.5, -1.0, 0.0, 2.0], [3.0], [1000.0, 1001.0, 999.0])


def _shares(given: list[float]) -> np.ndarray:
    e = np.exp(np.subtract(given, max(given)))
    return e / e.sum()


def _softmax(answer: Any) -> str | None:
    function = _function(answer)
    for given in INPUTS:
        x, v, right = tensor(given, requires_grad=True), np.arange(1.0, len(given) + 1), _shares(given)
        try:
            result = function(x)
        except RuntimeError as error:
            if LEAF in str(error):
                raise NotYet("it still writes to x, a leaf that requires grad.") from None
            raise
        if not same(x, given) or x._version > 0:
            return "the caller's x"
        if not np.isfinite(numbers(result)).all():
            return "too large for exp"
        if not same(result, right):
            return "something else"
        if not isinstance(result, Tensor) or not result.requires_grad:
            return "the graph is cut"
        try:
            (result * tensor(v, dtype=result.dtype)).sum().backward()
        except RuntimeError as error:
            if STALE in str(error):
                return "the result of exp" if "saved its result" in str(error) else "an input that was read"
            raise
        if x.grad is None or not same(x.grad, right * (v - (right * v).sum())):
            return "unseen by backward"
    return None


def _softmax_cell(*lines: str) -> str:
    return function_cell("10.2", "softmax(x)", *lines)


SOFTMAX = Exercise(
    id="10.2",
    title="Shares that add up to 1",
    stub="# Mend it: gradients must reach x, and the caller's x must stay as it is.\n"
    + _softmax_cell("x -= x.max()", "e = x.exp()", "e /= e.sum()", "return e"),
    solution=_softmax_cell("x = x - x.max()", "e = x.exp()", "return e / e.sum()"),
    explanation="""\
`x -= …` would write to a leaf, and to the caller's numbers. `x = x - x.max()` makes a new tensor, and inside of the
function the name `x` points to it. `exp` has saved its result, so `e /= …` would spoil it: `e / e.sum()` is a new
tensor. `e = x.exp().clone()` would do as well, but needs more memory.
""",
    judge=_softmax,
    praise="Two new tensors: the caller keeps x, and exp keeps the result that its rule needs.",
    hint="For [1., 2., 4.] the shares are about 0.04, 0.11 and 0.84, and x.grad must be that of softmax.",
    second_hint="Two lines write in place. Write each so that it makes a new tensor, such as x = x - x.max().",
    mistakes=(
        Mistake(
            "the result of exp",
            _softmax_cell("x = x - x.max()", "e = x.exp()", "e /= e.sum()", "return e"),
            "The caller's x is safe now. But backward is still refused: what has exp saved, and who writes to it?",
            pitfall="M19",
        ),
        Mistake(
            "an input that was read",
            _softmax_cell("x = x.clone()", "x -= x.max()", "e = x.exp()", "return e / e.sum()"),
            "The caller's x is safe, but backward is refused: x.max() has saved your copy, and then you write to it.",
            pitfall="M19",
        ),
        Mistake(
            "the caller's x",
            _softmax_cell("with minigrad.no_grad():", "    x -= x.max()", "e = x.exp()", "e = e / e.sum()", "return e"),
            "No error any more, but the caller's own x is changed: no_grad lets you write to a leaf, and you did.",
        ),
        Mistake(
            "unseen by backward",
            _softmax_cell("x = x - x.max()", "e = x.exp()", "e.data /= e.data.sum()", "return e"),
            "The shares are right, but x.grad is not: somewhere numbers change and backward does not get to know.",
            pitfall="M17",
        ),
        Mistake(
            "the graph is cut",
            _softmax_cell("x = x.detach() - x.detach().max()", "e = x.exp()", "e /= e.sum()", "return e"),
            "The shares are right, and no error. But they do not remember x, so no gradient can reach it.",
        ),
        Mistake(
            "too large for exp",
            _softmax_cell("e = x.exp()", "return e / e.sum()"),
            "For [1000., 1001.] exp is too large: no shares come out. Keep the first line, but let it make a new x.",
        ),
    ),
)

# --- 10.3 -------------------------------------------------------------------------------------------------------------

RATE = 0.1
STARTS = ([3.0, -1.0], [0.5, 2.0, 4.0], [-2.0])


def _pull(w: np.ndarray) -> np.ndarray:
    return 2 * (w - 5)


def _size(w: np.ndarray) -> np.ndarray:
    return 2 * w


def _train_once(answer: Any) -> str | None:
    function = _function(answer)
    for start in STARTS:
        w = tensor(start, requires_grad=True)
        optimizer = SGD([w], lr=RATE)
        for call in range(2):
            before = numbers(w)
            try:
                function(w, optimizer)
            except RuntimeError as error:
                if STALE in str(error):
                    raise NotYet("the second backward() still needs weights that a step has overwritten.") from None
                raise
            gradient = _pull(before) + _size(before)
            if not same(w, before - RATE * gradient):
                return _wrong_step(before, numbers(w), call)
    return None


def _wrong_step(w: np.ndarray, after: np.ndarray, call: int) -> str:
    pull, size = _pull(w), _size(w)
    between = w - RATE * pull
    swapped = w - RATE * size
    known = {
        "nothing moves": [w],
        "one loss only": [between, swapped],
        "two steps": [w - RATE * 2 * (pull + size)],
        "one gradient twice": [w - RATE * (2 * pull + size), w - RATE * (pull + 2 * size)],
        "at the new weights": [
            between - RATE * _size(between),
            between - RATE * (pull + _size(between)),
            swapped - RATE * _pull(swapped),
            swapped - RATE * (size + _pull(swapped)),
        ],
    }
    found = next((name for name, ends in known.items() if any(same(after, end) for end in ends)), None)
    if found is None and call == 1:
        return "old gradients"
    return found or "something else"


def _train_cell(*lines: str, losses: bool = True) -> str:
    both = ("pull = ((w - 5) ** 2).sum()", "size = (w**2).sum()") if losses else ()
    return function_cell("10.3", "train_once(w, optimizer)", *both, *lines)


ONE_STEP = Exercise(
    id="10.3",
    title="One step for two losses",
    stub="# Mend it: one step, with the sum of both gradients.\n"
    + _train_cell(
        "optimizer.zero_grad()", "pull.backward()", "optimizer.step()", "size.backward()", "optimizer.step()"
    ),
    solution=_train_cell("optimizer.zero_grad()", "pull.backward()", "size.backward()", "optimizer.step()"),
    explanation="""\
`size` has saved `w`, and `step()` writes to `w`. So both `backward()` come first. Their gradients add up in `w.grad`,
and one `step()` uses the sum. `(pull + size).backward()` does the same in one pass.
""",
    judge=_train_once,
    praise="Both gradients belong to the same weights, and the weights move once.",
    hint="From w = 3 with lr=0.1 the gradients are −4 and 6, so the weight should go to 2.8. Where does yours go?",
    second_hint="First zero_grad, then everything that reads the old weights, and the step last.",
    mistakes=(
        Mistake(
            "two steps",
            _train_cell(
                "optimizer.zero_grad()", "pull.backward()", "size.backward()", "optimizer.step()", "optimizer.step()"
            ),
            "Both backward() come before the weights are written: good. But now the sum moves them twice.",
        ),
        Mistake(
            "at the new weights",
            _train_cell(
                "pull = ((w - 5) ** 2).sum()",
                "optimizer.zero_grad()",
                "pull.backward()",
                "optimizer.step()",
                "size = (w**2).sum()",
                "optimizer.zero_grad()",
                "size.backward()",
                "optimizer.step()",
                losses=False,
            ),
            "No error any more. But the second gradient belongs to weights that the first step has moved already.",
            pitfall="M20",
        ),
        Mistake(
            "one gradient twice",
            _train_cell(
                "pull = ((w - 5) ** 2).sum()",
                "size = (w.clone() ** 2).sum()",
                "optimizer.zero_grad()",
                "pull.backward()",
                "optimizer.step()",
                "size.backward()",
                "optimizer.step()",
                losses=False,
            ),
            "A copy is safe from the step. But the first gradient is still in .grad, so the second step uses it again.",
            pitfall="M11",
        ),
        Mistake(
            "one loss only",
            _train_cell("optimizer.zero_grad()", "pull.backward()", "optimizer.step()"),
            "Only one of the two losses moves the weights now. Where has the gradient of the other gone?",
        ),
        Mistake(
            "nothing moves",
            _train_cell("optimizer.zero_grad()", "pull.backward()", "size.backward()"),
            "The gradients are there, but the weights do not move. Who writes to them?",
        ),
        Mistake(
            "old gradients",
            _train_cell("(pull + size).backward()", "optimizer.step()"),
            "Right for the first call. In the second, the gradients of the first are still in .grad.",
            pitfall="M11",
        ),
    ),
)

EXERCISES = (TWELVE_WRITES, SOFTMAX, ONE_STEP)
