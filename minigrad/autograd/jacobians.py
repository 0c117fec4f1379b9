"""The Jacobian of a function, found in two ways that share nothing but the function itself.

The entry J[i, k] is the derivative of the output's element k with respect to the input's element i:

- *numerically*, a row for each nudge of the input: (f(x + eps e_i) - f(x - eps e_i)) / 2 eps;
- *analytically*, a column for each backward pass, which begins with e_k.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..size import Size
from ..tensor import wrap
from .errors import jacobians as say
from .passes import grad

Index = tuple[int, ...]
Directions = Iterable[tuple[Index | None, Any]]  # an index where the direction is that of one element, and the array


# ------------------------------------------------------------ the two ways
def numerical(
    func: Callable[..., Any], inputs: tuple[Any, ...], x: Any, eps: float, directions: Directions
) -> list[Any]:
    """The Jacobians of all outputs of floats with respect to input `x`: nudge by nudge, a row for each direction."""
    here = x.array.copy()
    rows = []
    try:
        for index, direction in directions:
            x.array[...] = here - eps * direction  # not through the tensor: nobody is to notice
            before = values(func, inputs)
            x.array[...] = here + eps * direction
            after = values(func, inputs)
            for a, b in zip(before, after, strict=True):
                _check_form(a, b, eps, index)
            rows.append([(b - a).reshape(-1) / (2 * eps) for a, b in zip(before, after, strict=True)])
    finally:
        x.array[...] = here
    if not rows:
        return [_empty((0, y.size), y) for y in values(func, inputs)]
    return [backend.namespace(here).stack(of_one_output) for of_one_output in zip(*rows, strict=True)]


def analytical(y: Any, xs: tuple[Any, ...], directions: Directions) -> list[Any]:
    """The Jacobians of `y` with respect to each of `xs`: backward by backward, a column for each direction."""
    columns: list[list[Any]] = [[] for _ in xs]
    for _, direction in directions:
        gradients = grad(y, xs, wrap(direction), retain_graph=True, allow_unused=True)
        for i, (x, g) in enumerate(zip(xs, gradients, strict=True)):
            if g is not None and g.shape != x.shape:
                raise say.wrong_size(g, i, x, y)
            columns[i].append((zeros_like(x.array) if g is None else g.array).reshape(-1))
    return [
        backend.namespace(x.array).stack(column, 1) if column else _empty((x.array.size, 0), x.array)
        for x, column in zip(xs, columns, strict=True)
    ]


# ------------------------------------------------------------ directions
def units(array: Any) -> Iterator[tuple[Index, Any]]:
    """Each index, with the direction that goes there: 1 at the index, 0 elsewhere."""
    for index in np.ndindex(array.shape):
        direction = zeros_like(array)
        direction[index] = 1
        yield index, direction


def random_direction(array: Any, random: np.random.Generator) -> Any:
    """A direction of length 1 in which every element grows."""
    direction = random.uniform(0.1, 1, array.shape)  # none is overlooked
    direction /= np.linalg.norm(direction.reshape(-1)) or 1
    return backend.namespace(array).asarray(direction, array.dtype)


# ------------------------------------------------------------ outputs
def as_tuple(x: Any) -> tuple[Any, ...]:
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def differentiable(outputs: Any) -> tuple[Any, ...]:
    """Those of a function's outputs that require grad."""
    return tuple(y for y in as_tuple(outputs) if y.requires_grad)


def floating(outputs: Any) -> tuple[Any, ...]:
    """Those of a function's outputs that are of floating point: others have no derivative."""
    return tuple(y for y in as_tuple(outputs) if y.is_floating_point())


def values(func: Callable[..., Any], inputs: tuple[Any, ...]) -> list[Any]:
    """The numbers of the outputs of floats, copied: a function may return its input, or the same memory each time."""
    return [y.array.copy() for y in floating(func(*inputs))]


def zeros_like(array: Any) -> Any:
    return backend.namespace(array).zeros_like(array)


def _empty(shape: Index, like: Any) -> Any:
    return backend.namespace(like).zeros(shape, like.dtype)


def _check_form(before: Any, after: Any, eps: float, index: Index | None) -> None:
    """Raise if an output's shape or dtype depends on the numbers."""
    pairs = ("shape", Size(before.shape), Size(after.shape)), ("dtype", dtypes.of(before), dtypes.of(after))
    for what, a, b in pairs:
        if a != b:
            where = "" if index is None else f"on index {index} "
            raise AssertionError(
                f"Expected `func` to return outputs with the same {what} when inputs are perturbed {where}by {eps}, "
                f"but got: {what}s {a} and {b}."
            )
