"""Exercises of lesson 12, Kinks, NaNs and ties."""

from functools import partial
from typing import Any

import numpy as np

from minigrad import Tensor, tensor
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, node_names, numbers, same

CHOOSERS = {"WhereBackward0", "NanToNumBackward0", "CopySlices", "IndexPutBackward0", "MaskedFillBackward0"}


def _result(function: Any, name: str, x: Tensor) -> tuple[Any, np.ndarray]:
    """What a learner's function makes of a tensor, and its numbers."""
    if is_blank(function) or not callable(function):
        raise NotYet(f"define {name}, then hand it over.")
    before = numbers(x)
    result = function(x)
    if is_blank(result):
        raise NotYet(f"{name} does not hand back a result yet.")
    if not x.requires_grad or not np.array_equal(numbers(x), before):
        raise ValueError("the function changes what it is given")
    return result, numbers(result)


def _slopes(result: Any, x: Tensor, arrives: np.ndarray) -> np.ndarray | str:
    """What arrives at x, or why nothing does."""
    if not isinstance(result, Tensor) or not result.requires_grad:
        return "nothing is recorded"
    result.backward(gradient=tensor(arrives, dtype=result.dtype))
    return "a new leaf" if x.grad is None else numbers(x.grad)


# --- 12.1 -------------------------------------------------------------------------------------------------------------

WAVES: tuple[Any, ...] = ([0.0, 2.0], 0.0, [[-1.0, 0.0, 3.0], [0.0, 0.5, 4.0]], [1.0, -2.5])


def _wave(wave: Any) -> str | None:
    for at in WAVES:
        x = tensor(at, requires_grad=True)
        result, given = _result(wave, "wave", x)
        places = numbers(at)
        if given.shape != places.shape:
            return "another shape"
        zeros, apart = places == 0, np.where(places == 0, 1.0, places)
        if np.isnan(given[zeros]).any():
            raise NotYet("at 0 the value is still nan.")
        if not same(given[~zeros], (np.sin(apart) / apart)[~zeros]):
            return "other values"
        slopes = _slopes(result, x, np.ones(places.shape))
        if isinstance(slopes, str):
            return slopes
        if not same(given[zeros], np.ones(zeros.sum())):
            return _other_value(given[zeros], slopes[zeros])
        if np.isnan(slopes[zeros]).any():
            return "chosen too late"
        right = np.where(zeros, 0.0, (apart * np.cos(apart) - np.sin(apart)) / apart**2)
        if not same(slopes, right):
            return "other slopes"
    return None


def _other_value(values: np.ndarray, slopes: np.ndarray) -> str:
    """Why the value at 0 is not 1."""
    if not np.isfinite(slopes).all():
        return "something else"
    return "the value of the stand-in" if values.all() else "a small number below"


_wave_cell = partial(function_cell, "12.1", "wave(x)")

QUOTIENT = Exercise(
    id="12.1",
    title="Mend the quotient",
    stub="# Mend it for tensors x of any shape, with zeros in any place. Elsewhere it gives the same as now.\n"
    + _wave_cell("return x.sin() / x"),
    solution=_wave_cell("safe = where(x != 0, x, 1.0)", "return where(x != 0, safe.sin() / safe, 1.0)"),
    explanation="""\
The double where. `safe` has a 1 wherever `x` has a 0, so every quotient has a finite slope. The outer `where` puts the
right value in these places, and on the way back it sends them a 0, which stays 0.
""",
    judge=_wave,
    praise="1 and a gradient of 0 at the top of the wave: the quotient never meets a 0.",
    hint="At [0, 2] the values should be [1, 0.4546] and the gradients [0, -0.4354]. What do you get?",
    second_hint="Two where: one makes an x without zeros before the quotient, the other one sets the value after it.",
    mistakes=(
        Mistake(
            "chosen too late",
            _wave_cell("return where(x != 0, x.sin() / x, 1.0)"),
            "The value is right. But the quotient that you leave out still runs, both ways: choose before it as well.",
            pitfall="M24",
        ),
        Mistake(
            "the value of the stand-in",
            _wave_cell("safe = where(x != 0, x, 1.0)", "return safe.sin() / safe"),
            "The gradient is finite. But at 0 you now get the value of the number that stands in for it, and not 1.",
        ),
        Mistake(
            "a small number below",
            _wave_cell("return x.sin() / (x + 1e-6)"),
            "No nan any more. But at 0 the value is now 0. It should be 1: let the outer where put that there.",
        ),
        Mistake(
            "nothing is recorded",
            _wave_cell("y = where(x != 0, x.sin() / x, 1.0)", "return y.detach()"),
            "Without a graph there is no nan, but no gradient either. It must reach x.",
        ),
    ),
)

# --- 12.2 -------------------------------------------------------------------------------------------------------------

POINTS: tuple[list[list[float]], ...] = (
    [[0.0, 0.0], [3.0, 4.0]],
    [[1.0, 2.0], [1.0, 2.0], [4.0, -2.0]],
    [[0.5, -1.5], [2.0, 0.5], [-3.0, 1.0], [0.0, 0.0]],
)
NEARLY_0 = 2e-3  # sqrt(1e-6) passes for 0


def _distances(distances: Any) -> str | None:
    for at in POINTS:
        p, points = tensor(at, requires_grad=True), np.array(at)
        gaps = points[:, None] - points
        right = np.sqrt((gaps**2).sum(2))
        result, given = _result(distances, "distances", p)
        if given.shape != right.shape:
            return "another shape"
        apart, together = right > 0, right == 0
        arrives = 1.0 + np.arange(right.size).reshape(right.shape)  # no two alike, so that no side may be left out
        slopes = _slopes(result, p, arrives)
        if isinstance(slopes, str):
            return slopes
        if not np.isfinite(slopes).all():
            return _not_finite(result, given[together])
        if not same(given[apart], right[apart], 1e-5):
            return "a large number under the root"
        if (np.abs(given[together]) > NEARLY_0).any():
            return "the stand-in stays"
        pulls = (arrives + arrives.T)[:, :, None] * gaps / np.where(apart, right, 1.0)[:, :, None]
        if not same(slopes, pulls.sum(1)):
            return "something else"
    return None


def _not_finite(result: Tensor, at_0: np.ndarray) -> str:
    if (at_0 > 0).any():
        return "a small number beside the root"
    if CHOOSERS & set(node_names(result)):
        return "chosen after the root"
    raise NotYet("the gradients are still nan.")


SQUARES = ("gaps = p[:, None] - p  # from each point to each point: shape (n, n, 2)", "squares = (gaps**2).sum(2)")


def _distances_cell(*lines: str) -> str:
    return function_cell("12.2", "distances(p)", *SQUARES, *lines)


DISTANCE = Exercise(
    id="12.2",
    title="A safe distance",
    stub="# Mend it: the same distances, with finite gradients. Two different points may also lie in the same place.\n"
    + _distances_cell("return squares.sqrt()"),
    solution=_distances_cell("safe = where(squares > 0, squares, 1.0)", "return where(squares > 0, safe.sqrt(), 0.0)"),
    explanation="""\
The double where again, at the input of the root. Without it every point gets a nan, since every point meets itself:
there the infinite slope of the root is multiplied by that of `gaps**2`, which is 0.

`(squares + 1e-12).sqrt()` is right as well, and shorter. The number must be *under* the root, and small: its root
becomes the distance on the diagonal. And `(p[:, None] - p).norm(dim=2)` does all of it in one node, whose rule takes 0
at 0.
""",
    judge=_distances,
    praise="All distances as before, and finite gradients, even where two points meet.",
    hint="For [[0, 0], [3, 4]] the table is [[0, 5], [5, 0]], and its sum has the gradient [[-1.2, -1.6], [1.2, 1.6]].",
    second_hint="The root must never meet a 0: make squares safe before it, and set the distance of 0 after it.",
    mistakes=(
        Mistake(
            "chosen after the root",
            _distances_cell("return where(squares > 0, squares.sqrt(), 0.0)"),
            "The root that you leave out still runs backward, where 0 meets an infinite slope. Choose before it, too.",
            pitfall="M24",
        ),
        Mistake(
            "a small number beside the root",
            _distances_cell("return squares.sqrt() + 1e-6"),
            "That moves the result away from 0. The root itself still meets a 0, and its slope there is infinite.",
            pitfall="M25",
        ),
        Mistake(
            "a large number under the root",
            _distances_cell("return (squares + 0.01).sqrt()"),
            "The gradients are finite, but the distances are no longer the same. Take a far smaller number, or choose.",
        ),
        Mistake(
            "the stand-in stays",
            _distances_cell("return where(squares > 0, squares, 1.0).sqrt()"),
            "The gradients are finite. But look at the diagonal: how far is a point from itself?",
        ),
        Mistake(
            "nothing is recorded",
            _distances_cell("return squares.detach().sqrt()"),
            "Without a graph there is no nan, but no gradient either. It must reach p.",
        ),
    ),
)

# --- 12.3 -------------------------------------------------------------------------------------------------------------

TO_ROUND: tuple[Any, ...] = ([0.2, 1.7, -2.4], 3.6, [[0.0, -0.7], [5.0, 1.2]])


def _straight(straight: Any) -> str | None:
    for at in TO_ROUND:
        x, places = tensor(at, requires_grad=True), numbers(at)
        result, given = _result(straight, "straight", x)
        if not same(given, np.round(places)):
            return _not_rounded(given, places)
        arrives = 1.0 + np.arange(places.size).reshape(places.shape)
        slopes = _slopes(result, x, arrives)
        if isinstance(slopes, str):
            return slopes
        if same(slopes, -arrives):
            return "the wrong term is cut"
        if not slopes.any():
            if set(node_names(result)) & {"AddBackward0", "SubBackward0"}:
                return "nothing is cut"
            raise NotYet("the values are rounded, but x still gets a gradient of 0.")
        if not same(slopes, arrives):
            return "something else"
    return None


def _not_rounded(given: np.ndarray, places: np.ndarray) -> str:
    if given.shape == places.shape and same(given, places):
        return "nothing is rounded"
    return "x is counted twice" if same(given, places + np.round(places)) else "another value"


_straight_cell = partial(function_cell, "12.3", "straight(x)")

STRAIGHT = Exercise(
    id="12.3",
    title="Straight through",
    stub="# The value of x.round(). But what arrives goes on to x as it is.\n" + _straight_cell("return x.round()"),
    solution=_straight_cell("return x + (x.round() - x).detach()"),
    explanation="""\
`x` alone has the slope 1. What is missing for the right value, `x.round() - x`, is added as a constant. A constant has
no slope, so the flat staircase never comes into it.

The slope is made up, but it points the right way: a larger `w` gives, sooner or later, a larger whole number.
""",
    judge=_straight,
    praise="Rounded on the way forward, straight through on the way back.",
    hint="At 1.7 the value should be 2, and a gradient of 5 that arrives should go on to x as 5.",
    second_hint="x has the slope 1. Which number must be added to get x.round(), and how does it become a constant?",
    mistakes=(
        Mistake(
            "nothing is cut",
            _straight_cell("return x + (x.round() - x)"),
            "To the graph, round brings 0, and the two x bring 1 and -1: still 0. What must count as a constant?",
            pitfall="M26",
        ),
        Mistake(
            "a new leaf",
            _straight_cell("return x.round().detach().requires_grad_()"),
            "That requires grad, but it is a new leaf: no edge leads from it to x, and x.grad stays empty.",
            pitfall="M26",
        ),
        Mistake(
            "x is counted twice",
            _straight_cell("return x + x.round().detach()"),
            "The gradient is right. The value is x plus the rounded x: how much is missing from x to x.round()?",
        ),
        Mistake(
            "the wrong term is cut",
            _straight_cell("return x.detach() + (x.round() - x)"),
            "The value is right, but the gradient has the wrong sign. Which of the two x should count as fixed?",
        ),
        Mistake(
            "nothing is recorded",
            _straight_cell("return (x + (x.round() - x)).detach()"),
            "Now all of it is a constant, x too. One term must stay in the graph.",
        ),
    ),
)

EXERCISES = (QUOTIENT, DISTANCE, STRAIGHT)
