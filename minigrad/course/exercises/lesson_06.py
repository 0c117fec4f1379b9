"""Exercises of lesson 06, Shapes and broadcasting."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import minigrad
from minigrad.course.exercises import Exercise, Mistake, NotYet, called_with, function_cell, is_blank
from minigrad.course.exercises.say_each_shape import SAY_EACH_SHAPE

# --- 06.2 -------------------------------------------------------------------------------------------------------------

# (the shape that broadcasting made, the shape of the input): what the judge tries, plain cases first.
CASES: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((2, 3), (2, 3)),
    ((), ()),
    ((2, 3), (3,)),
    ((3, 3), (3,)),
    ((2, 3), (2, 1)),
    ((3, 3), (3, 1)),
    ((2, 3), (1, 3)),
    ((2, 3), (1, 1)),
    ((3,), (1,)),
    ((2, 3), (1,)),
    ((3,), ()),
    ((2, 3), ()),
    ((4, 2, 3), (3,)),
    ((4, 2, 3), (2, 1)),
    ((4, 2, 3), (4, 1, 1)),
    ((5, 4, 2, 3), (4, 1, 3)),
    ((1, 3), (3,)),
    ((1, 1), ()),
    ((2, 1, 3), (1, 3)),
    ((0, 3), (3,)),
    ((0, 3), (1, 3)),
    ((2, 0), (2, 1)),
    ((2, 0), (0,)),
    ((0,), ()),
)


def _gradient(whole: tuple[int, ...]) -> np.ndarray:
    """Numbers of which no two sums are alike."""
    count = int(np.prod(whole))
    return (2.0 ** (np.arange(count) % 17) + np.arange(count)).reshape(whole)


def _summed(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """What is right, found another way than a learner's: each number of g is added where its copy came from."""
    total = np.zeros(shape)
    source = np.broadcast_to(np.arange(total.size).reshape(shape), g.shape)
    np.add.at(total.reshape(-1), source.reshape(-1), g.reshape(-1))
    return total


def _array(answer: Any) -> np.ndarray:
    """A tensor, an array, a list or a number as an array; unlike `numbers` it keeps shapes such as (0, 3)."""
    if hasattr(answer, "detach"):
        answer = answer.detach().cpu().numpy()
    return np.asarray(answer, dtype=np.float64)


def _unbroadcast(function: Any) -> str | None:
    if is_blank(function):
        raise NotYet("define unbroadcast, then hand it over.")
    if _hands_back_what_it_got(function):
        raise NotYet("unbroadcast still hands back g as it is.")
    for whole, shape in CASES:
        g = _gradient(whole)
        given, right = _array(called_with(function, g, shape)), _summed(g, shape)
        if given.shape != right.shape:
            return _wrong_form(given.shape, whole, shape)
        if not np.allclose(given, right):
            return _wrong_numbers(given, g, right)
    return None


def _hands_back_what_it_got(function: Any) -> bool:
    g = _gradient((2, 3))
    return all(_array(called_with(function, g, shape)).shape == g.shape for shape in [(3,), (2, 1), ()])


def _wrong_form(given: tuple[int, ...], whole: tuple[int, ...], shape: tuple[int, ...]) -> str:
    if _without_ones(given) == _without_ones(shape) and len(given) < len(shape):
        return "a 1 is lost"
    if len(given) > len(shape):
        return "a dimension is left" if len(whole) == len(shape) + 1 else "only one missing dimension"
    return "something else"


def _without_ones(shape: Sequence[int]) -> list[int]:
    return [length for length in shape if length != 1]


def _wrong_numbers(given: np.ndarray, g: np.ndarray, right: np.ndarray) -> str:
    copies = g.size / max(right.size, 1)
    if np.allclose(given * copies, right):
        return "the mean"
    if np.isin(given, g).all():
        return "one copy"
    return "the wrong dimension" if np.isclose(given.sum(), g.sum()) else "something else"


def _unbroadcast_cell(*lines: str) -> str:
    return function_cell("06.2", "unbroadcast(g, shape)", *lines)


UNBROADCAST = Exercise(
    id="06.2",
    title="Undo a broadcast",
    stub="""\
# g is a NumPy array, as large as broadcasting made it. shape is that of the input, such as (3,), (2, 1) or ().
# Give back the gradient in the input's shape: sum over what was missing, and over what had length 1.
def unbroadcast(g, shape):
    return g


check("06.2", unbroadcast)
""",
    solution=_unbroadcast_cell(
        "missing = g.ndim - len(shape)",
        "g = g.sum(axis=tuple(range(missing)))",
        "stretched = tuple(i for i, length in enumerate(shape) if length == 1)",
        "return g.sum(axis=stretched, keepdims=True)",
    ),
    explanation="""\
Shapes are aligned at the right, so what is missing is missing at the left: as many dimensions as `g` has more than the
input. A sum over them takes them away. Where the input has length 1, the sum keeps the dimension (`keepdims=True`).

With nothing missing and nothing stretched, both sums go over no dimension at all, and `g` comes back as it is.
minigrad's own function is `sum_to` in `minigrad/autograd/engine.py`; it takes care of the data type as well.
""",
    judge=_unbroadcast,
    praise="Missing dimensions are gone, stretched ones are 1 again, and everything in between is added up.",
    hint="Take it in two steps: first sum away what is missing at the left, then sum where the input has length 1.",
    second_hint="Try yours on small cases: from (2, 3) to (3,), to (2, 1), to (1, 3) and to (). What comes out?",
    mistakes=(
        Mistake(
            "the mean",
            _unbroadcast_cell(
                "missing = g.ndim - len(shape)",
                "g = g.mean(axis=tuple(range(missing)))",
                "return g.mean(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)",
            ),
            "The shapes are right. But at a fan-out gradients are added, and you take their mean.",
        ),
        Mistake(
            "one copy",
            _unbroadcast_cell(
                "while g.ndim > len(shape):",
                "    g = g[-1]",
                "for axis, length in enumerate(shape):",
                "    if length == 1:",
                "        g = g.take([-1], axis=axis)",
                "return g",
            ),
            "The shapes are right. But you take what comes back from one copy, and each copy sends something.",
            pitfall="M07",
        ),
        Mistake(
            "a 1 is lost",
            _unbroadcast_cell(
                "g = g.sum(axis=tuple(range(g.ndim - len(shape))))",
                "return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1))",
            ),
            "From (2, 3) to (2, 1) yours gives (2,). Where the input has length 1, the sum must keep the dimension.",
        ),
        Mistake(
            "a dimension is left",
            _unbroadcast_cell(
                "for axis, length in enumerate(shape[::-1], start=1):",
                "    if length == 1:",
                "        g = g.sum(axis=-axis, keepdims=True)",
                "return g",
            ),
            "From (2, 3) to (3,) yours leaves a dimension too many: what was missing must be gone again.",
        ),
        Mistake(
            "only one missing dimension",
            _unbroadcast_cell(
                "if g.ndim > len(shape):",
                "    g = g.sum(axis=0)",
                "return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)",
            ),
            "That works for one missing dimension. From (2, 3) to () two are missing, and there may be more.",
        ),
        Mistake(
            "the wrong dimension",
            _unbroadcast_cell(
                "while g.ndim > len(shape):",
                "    g = g.sum(axis=-1 if g.shape[0] == g.shape[-1] else 0)",
                "return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)",
            ),
            "From (3, 3) to (3,) the sum goes the wrong way: shapes are aligned at the right, so the first is missing.",
        ),
    ),
)

# --- 06.3 -------------------------------------------------------------------------------------------------------------

# Predictions and their targets: the lesson's own, which fit, and others, one example alone among them.
BATCHES: tuple[tuple[list[float], list[float]], ...] = (
    ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]),
    ([0.5, -1.0, 2.0, 4.0], [3.0, 0.0, 2.5, -1.0]),
    ([2.0, 5.0], [1.0, 1.5]),
    ([4.0], [1.0]),
)


def _loss(function: Any) -> str | None:
    if is_blank(function):
        raise NotYet("define mean_squared_error, then hand it over.")
    for predictions, targets in BATCHES:
        p = minigrad.tensor([[number] for number in predictions], requires_grad=True)
        loss = function(p, minigrad.tensor(targets))
        value, difference = _array(loss), np.subtract(predictions, targets)
        if value.size != 1:
            return "not one number"
        if not np.allclose(value, np.mean(difference**2), rtol=1e-4):
            if _is_of_all_pairs(value, predictions, targets) and _as_handed_out(function):
                raise NotYet("the loss of the three perfect predictions is still 1.333.")
            return _wrong_loss(value, predictions, targets)
        if not getattr(loss, "requires_grad", False):
            return "the graph is cut"
        loss.backward()
        if p.grad is None or not np.allclose(_array(p.grad)[:, 0], 2 * difference / len(targets), rtol=1e-4):
            return "a wrong gradient"
    return None


def _is_of_all_pairs(value: np.ndarray, predictions: list[float], targets: list[float]) -> bool:
    squares = np.subtract.outer(predictions, targets) ** 2
    return any(np.allclose(value, each, rtol=1e-4) for each in (squares.mean(), squares.sum(), squares.mean(0).sum()))


def _wrong_loss(value: np.ndarray, predictions: list[float], targets: list[float]) -> str:
    difference = np.subtract(predictions, targets)
    if _is_of_all_pairs(value, predictions, targets):
        return "all pairs"
    if np.allclose(value, np.sum(difference**2), rtol=1e-4):
        return "the sum"
    return "the means" if np.allclose(value, np.mean(difference) ** 2, rtol=1e-4) else "something else"


def _as_handed_out(function: Callable) -> bool:
    """Whether its graph is that of the stub: mean, square, difference, and then at once the two leaves."""
    p, t = minigrad.ones(2, 1, requires_grad=True), minigrad.ones(2, requires_grad=True)
    nodes = [function(p, t).grad_fn]
    names: list[list[str]] = []
    while nodes and len(names) < 5:
        names.append([node.name().rpartition("::")[2] for node in nodes])
        nodes = [below for below, _ in nodes[0].next_functions if below is not None]
    return names == [["MeanBackward0"], ["PowBackward0"], ["SubBackward0"], ["AccumulateGrad"] * 2]


def _loss_cell(*lines: str) -> str:
    return function_cell("06.3", "mean_squared_error(p, t)", *lines)


MEND_THE_LOSS = Exercise(
    id="06.3",
    title="Mend the loss",
    stub="""\
# The mean of the squared differences, each prediction against its own target. Gradients must reach p.
def mean_squared_error(p, t):
    return ((p - t) ** 2).mean()


check("06.3", mean_squared_error)
""",
    solution=_loss_cell("return ((p[:, 0] - t) ** 2).mean()"),
    explanation="""\
`p[:, 0]` is the column as a plain list: (n,), as `t` is. `p.squeeze(1)`, `p.reshape(-1)`, `t[:, None]` and
`t.reshape(p.shape)` do as well. Take `p.squeeze(1)` and not `p.squeeze()`: without a number it takes away *every*
dimension of length 1, so one example alone would come out with shape ().
""",
    judge=_loss,
    praise="Each prediction meets its own target: n differences, and n gradients that know where to go.",
    hint="Write down the shape of p - t for three predictions. Which shape should it have?",
    second_hint="Bring p and t to one shape before you subtract: p[:, 0] has shape (n,), and t[:, None] has (n, 1).",
    mistakes=(
        Mistake(
            "all pairs",
            _loss_cell("return ((p - t[None]) ** 2).mean()"),
            "Every prediction still meets every target: a row is stretched against a column just as a list is.",
            pitfall="M10",
        ),
        Mistake(
            "not one number",
            _loss_cell("return ((p - t) ** 2).mean(axis=1)"),
            "That is a loss for each prediction, and each is still a mean over all targets. One number is asked for.",
            pitfall="M10",
        ),
        Mistake(
            "the means",
            _loss_cell("return (p.mean() - t.mean()) ** 2"),
            "Here one prediction too high makes up for one too low. Square each difference before you take the mean.",
        ),
        Mistake(
            "the sum",
            _loss_cell("return ((p[:, 0] - t) ** 2).sum()"),
            "The right pairs. But you add up their squares; the mean of them is asked for.",
        ),
        Mistake(
            "the graph is cut",
            _loss_cell("p = tensor(p.tolist())", "return ((p[:, 0] - t) ** 2).mean()"),
            "The number is right, but no gradient comes back to p: a tensor made of a list has no past. Use p itself.",
        ),
    ),
)

EXERCISES = (SAY_EACH_SHAPE, UNBROADCAST, MEND_THE_LOSS)
