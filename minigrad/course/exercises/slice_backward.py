"""Exercise 11.2, The backward of a slice: zeros, and in their places what arrives."""

from functools import partial
from typing import Any

import numpy as np

from minigrad.course.exercises import Exercise, Mistake, NotYet, called_with, function_cell, is_blank, numbers, same

# (shape of x, what stood in the brackets): what the judge tries, plain cases first.
CASES: tuple[tuple[tuple[int, ...], Any], ...] = (
    ((4,), slice(1, 3)),
    ((4,), slice(1, None)),
    ((4,), slice(None, -1)),
    ((5,), slice(None, None, 2)),
    ((7,), slice(1, 6, 3)),
    ((4,), slice(None)),
    ((4,), slice(2, 2)),
    ((4,), 2),
    ((4,), -1),
    ((2, 3), 1),
    ((2, 3), (slice(None), 1)),
    ((2, 3), (0, 2)),
    ((2, 3), (..., 1)),
    ((3, 4), (slice(1, None), slice(None, None, 2))),
    ((2, 3, 4), (1, slice(None), -1)),
)


def _arriving(shape: tuple[int, ...], index: Any) -> np.ndarray:
    """A gradient for the part: no two numbers alike, and none of them 0 or 1."""
    part = np.empty(shape)[index]
    return np.asarray(1.5 * (np.arange(np.size(part)) + 2)).reshape(np.shape(part))


def _put_back(g: np.ndarray, shape: tuple[int, ...], index: Any) -> np.ndarray:
    """What is right, found another way than a learner's: by the number of each place."""
    right = np.zeros(int(np.prod(shape)))
    places = np.arange(right.size).reshape(shape)[index]
    for place, number in zip(np.ravel(places), np.ravel(g), strict=True):
        right[place] = number
    return right.reshape(shape)


def _slice_backward(function: Any) -> str | None:
    if is_blank(function):
        raise NotYet("define slice_backward, then hand it over.")
    for shape, index in CASES:
        g = _arriving(shape, index)
        answer = called_with(function, g, shape, index)
        if is_blank(answer):
            raise NotYet("slice_backward does not hand back a gradient yet.")
        given, right = numbers(answer), _put_back(g, shape, index)
        if given.shape != right.shape:
            return "the part alone" if given.shape == g.shape else "another shape"
        if not np.allclose(given, right):
            return _wrong_numbers(given, right, g)
    return None


def _wrong_numbers(given: np.ndarray, right: np.ndarray, g: np.ndarray) -> str:
    taken = right != 0
    if not given.any():
        return "nothing was written"
    if np.allclose(given, taken):
        return "the slope alone"
    if np.allclose(given[taken], right[taken]):
        return "the rest is not 0"
    return "other places" if same(np.sort(given[given != 0]), np.sort(np.ravel(g))) else "something else"


_slice_cell = partial(function_cell, "11.2", "slice_backward(g, shape, index)")


SLICE_BACKWARD = Exercise(
    id="11.2",
    title="The backward of a slice",
    stub="""\
# y = x[index], and g arrives at y. Hand back the gradient of x. shape is that of x, such as (4,) or (2, 3).
# g is a NumPy array. index is ready to stand in brackets: for x[1:3], array[index] is array[1:3].
def slice_backward(g, shape, index):
    return ...


check("11.2", slice_backward)
""",
    solution=_slice_cell("to_x = np.zeros(shape)", "to_x[index] = g", "return to_x"),
    explanation="""\
Zeros in the shape of `x`, and `g` in the places that were taken. Each place is taken once at most, so `=` will do. (For
a list as index, which may take one twice, it must be added: `np.add.at(to_x, index, g)`.)

The rules of minigrad, in `minigrad/ops/shape.py`, do just this, for tensors as well.
""",
    judge=_slice_backward,
    praise="The same index that took a part forwards puts its gradient in place backwards.",
    hint="Begin with zeros in the shape of x. Then write g to the places that index names.",
    second_hint="Try g = np.array([5.0, 7.0]), (4,) and slice(1, 3), which is 1:3: out should come [0., 5., 7., 0.].",
    mistakes=(
        Mistake(
            "the part alone",
            _slice_cell("return g"),
            "That has the shape of the part. A gradient has the shape of its input, and that is x.",
        ),
        Mistake(
            "the slope alone",
            _slice_cell("to_x = np.zeros(shape)", "to_x[index] = 1", "return to_x"),
            "Those are the slopes of the slice, 1 and 0. What is sent on is the slope times what arrives: where is g?",
            pitfall="M34",
        ),
        Mistake(
            "nothing was written",
            _slice_cell("to_x = np.zeros(shape)", "part = to_x[index]", "part = g", "return to_x"),
            "Only zeros come out. `part = g` turns the arrow of a name to g, and writes to no memory.",
            pitfall="M05",
        ),
        Mistake(
            "the rest is not 0",
            _slice_cell("to_x = np.ones(shape)", "to_x[index] = g", "return to_x"),
            "g stands where it should. But nudge a number that was not taken: how far does the result move?",
        ),
        Mistake(
            "other places",
            _slice_cell("to_x = np.zeros(shape)", "to_x.reshape(-1)[: g.size] = g.reshape(-1)", "return to_x"),
            "All of g is there, and the right number of zeros. But for x[1:3] the first 0 must stand before g.",
        ),
    ),
)
