"""Integrals of what is known at points, by the trapezoidal rule: compositions, as in PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensor import Tensor, wrap
from .by_number import div_number, mul_number
from .operands import array_of
from .reduce import sum
from .scan import cumsum
from .shaping import narrow, select, view, wrap_dim


def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """The integral along a dimension of what has the values `y` at the points `x`, or at points `dx` apart.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.trapezoid(minigrad.tensor([1., 2., 3.]))
    tensor(4.)
    """
    dim = _checked("trapezoid", y, x, dx, dim)
    if not y.shape[dim]:
        return sum(wrap(np.zeros_like(y.array)), dim)
    if x is None:
        ends = select(y, dim, 0) + select(y, dim, y.shape[dim] - 1)
        return mul_number(sum(y, dim) - mul_number(ends, 0.5), 1.0 if dx is None else float(dx))
    return div_number(sum(_areas(y, dim) * _widths("trapezoid", y, x, dim), dim), 2.0)


def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float | None = None, dim: int = -1) -> Tensor:
    """The integral up to each point but the first, along a dimension; `x` and `dx` as for `trapezoid`.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.cumulative_trapezoid(minigrad.tensor([1., 2., 3.]))
    tensor([1.5000, 4.0000])
    """
    dim = _checked("cumulative_trapezoid", y, x, dx, dim)
    if x is None:
        return cumsum(mul_number(_areas(y, dim), (1.0 if dx is None else dx) / 2), dim)
    return div_number(cumsum(_areas(y, dim) * _widths("cumulative_trapezoid", y, x, dim), dim), 2.0)


def _checked(name: str, y: Any, x: Any, dx: Any, dim: int) -> int:
    array_of(y, name, "argument 'y' (position 1)")
    if x is not None and (dx is not None or not isinstance(x, Tensor)):
        got = f"(Tensor, {type(x).__name__}{'' if dx is None else f', dx={type(dx).__name__}'})"
        raise TypeError(f"{name}() received an invalid combination of arguments - got {got}")
    if y.array.dtype == bool or (x is not None and x.array.dtype == bool):
        which = "y" if y.array.dtype == bool else "x"
        raise RuntimeError(f"{name}: received a bool input for `{which}`, but bool is not supported")
    if not y.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(dim, y.ndim)


def _neighbours(x: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """All but the last, and all but the first."""
    n = max(x.shape[dim] - 1, 0)
    return narrow(x, dim, 0, n), narrow(x, dim, x.shape[dim] - n, n)


def _areas(y: Tensor, dim: int) -> Tensor:
    left, right = _neighbours(y, dim)
    return left + right


def _widths(name: str, y: Tensor, x: Tensor, dim: int) -> Tensor:
    """How far the points are apart: one row for all of `y`, or points of its own for each row."""
    if x.ndim == 1:
        if x.shape[0] != y.shape[dim]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        x = view(x, *(x.shape[0] if d == dim else 1 for d in range(y.ndim)))
    elif x.ndim < y.ndim:
        x = view(x, *(1,) * (y.ndim - x.ndim), *x.shape)
    left, right = _neighbours(x, dim)
    return right - left
