"""Scans: sums, products and extremes of the elements up to each one, along one dimension; and differences.

Where the array library has no scan of its own, it takes log n steps, each of which joins every element with the one
1, 2, 4, ... places before it (Hillis and Steele, "Data parallel algorithms", 1986).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import backend, dtypes, return_types
from ..tensor import Tensor
from .base import Op
from .calling import apply, apply_many, either, raw
from .gathering import ScatterAdd
from .operands import array_of, can_be_divided_out, not_for
from .shaping import wrap_dim

# mypy: disable-error-code="misc, operator, no-untyped-def"


def part(x: Any, dim: int, start: int | None, stop: int | None) -> Any:
    """`x[start:stop]` along a dimension, of an array or a tensor."""
    return x[(slice(None),) * dim + (slice(start, stop),)]


def running(combine: np.ufunc, a: Any, dim: int) -> Any:
    """For each place, all elements up to it combined."""
    return combine.accumulate(a, axis=dim) if backend.namespace(a) is np else by_doubling(combine, a, dim)


def by_doubling(combine: Callable[[Any, Any], Any], a: Any, dim: int) -> Any:
    """The same of any associative function; CuPy has no `accumulate` of extremes."""
    step = 1
    while step < a.shape[dim]:
        joined = combine(part(a, dim, None, -step), part(a, dim, step, None))
        a = np.concatenate([part(a, dim, None, step), joined], axis=dim)
        step *= 2
    return a


def carried_back(g: Any, f: Any, dim: int) -> Any:
    """The `s` with `s[i] = g[i] + f[i] * s[i + 1]`, where `f` has one element less. No division, no harm in zeros."""
    step = 1
    while step < g.shape[dim]:
        joined = part(g, dim, None, -step) + f * part(g, dim, step, None)
        g = np.concatenate([joined, part(g, dim, -step, None)], axis=dim)
        f = part(f, dim, None, -step) * part(f, dim, step, None)
        step *= 2
    return g


def put_along(g: Any, shape: tuple[int, ...], dim: int, indices: Any) -> Any:
    """Zeros of `shape` with `g` (array or Tensor) added at `indices` along a dimension."""
    zeros = backend.namespace(raw(g)).zeros(shape, raw(g).dtype)
    return either(ScatterAdd, zeros, g, dim=dim, index=raw(indices))


_WIDER = {"e": np.float32, "f": np.float64}  # in which PyTorch adds and multiplies


class Cumsum(Op):
    """The sums of all elements up to each."""

    formula = (r"\text{sums of } \bar z \text{ from each place to the end}",)
    broadcasts = True  # in so far as dtypes may differ

    def forward(a, dim, dtype):
        return np.cumsum(a, axis=dim, dtype=_WIDER.get(dtype.char, dtype)).astype(dtype) if a.ndim else a.astype(dtype)

    def grad_a(g, dim):
        return np.flip(np.cumsum(np.flip(g, dim), dim), dim) if g.ndim else g


class Cumprod(Op):
    """The products of all elements up to each.

    The gradient is the sum of g z from each place to the end, divided by a. Where that is not to be: with
    s_i = g_i + a_{i+1} s_{i+1}, it is s_i times the product of what stands before i, right where elements are 0 too.
    """

    formula = (r"\sum_{k \ge i} \bar z_k \prod_{j \le k,\, j \ne i} a_j",)
    broadcasts = True

    def forward(a, dim, dtype):
        return np.cumprod(a, axis=dim, dtype=_WIDER.get(dtype.char, dtype)).astype(dtype) if a.ndim else a.astype(dtype)

    def grad_a(g, a, z, dim):
        if not a.ndim or not a.shape[dim]:
            return g
        a = backend.cast(a, backend.dtype_of(g)) if backend.dtype_of(a) != backend.dtype_of(g) else a
        if can_be_divided_out(z):
            return Cumsum.grad_a(g * z, dim) / a
        after = carried_back(g, part(a, dim, 1, None), dim)
        first = part(after, dim, None, 1)
        return np.concatenate([first, part(after, dim, 1, None) * part(z, dim, None, -1)], axis=dim)


class _CumulativeExtreme(Op):
    """The largest or smallest element up to each, and where it stands: the last of equal ones."""

    results = ("values", "indices")
    formula = (r"\text{zeros, with } \bar z \text{ added at the indices}",)

    def grad_a(g, indices, dim):
        return put_along(g, np.shape(g), dim, indices)


def _with_indices(best: Any, a: Any, dim: int) -> tuple[Any, Any]:
    if not a.ndim:
        return a.copy(), np.zeros_like(a, np.int64)
    values = running(best, a, dim)
    numbers = backend.namespace(a).arange(a.shape[dim]).reshape([-1 if k == dim else 1 for k in range(a.ndim)])
    new = (a == values) | (a != a)
    return values, running(np.maximum, np.where(new, numbers, 0), dim)


class Cummax(_CumulativeExtreme):
    def forward(a, dim):
        return _with_indices(np.maximum, a, dim)


class Cummin(_CumulativeExtreme):
    def forward(a, dim):
        return _with_indices(np.minimum, a, dim)


class Logcumsumexp(Op):
    """The logarithms of the sums of exp(a) up to each element.

    The gradient is exp(a_i - z_i) s_i, with s_i = g_i + exp(z_i - z_{i+1}) s_{i+1}: no exponent is positive.
    """

    formula = (r"\sum_{k \ge i} \bar z_k\, e^{a_i - z_k}",)

    def forward(a, dim):
        return running(np.logaddexp, a, dim) if a.ndim and a.shape[dim] > 1 else a.copy()

    def grad_a(g, a, z, dim):
        if not a.ndim:
            return g
        now, then = part(z, dim, None, -1), part(z, dim, 1, None)
        after = carried_back(g, np.exp(np.where(now == then, 0, now - then)), dim)
        return np.exp(np.where(a == z, 0, a - z)) * after


# ------------------------------------------------------------ what users call
def _dtype(input: Tensor, dtype: dtypes.dtype | None) -> np.dtype[Any]:
    """The dtype of the result: integers and bools become int64 unless said otherwise."""
    mine = input.array.dtype
    return dtype.numpy if dtype is not None else mine if mine.kind == "f" else np.dtype(np.int64)


def cumsum(input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None) -> Tensor:
    """The sums of the elements up to each, along a dimension.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.cumsum(minigrad.tensor([1., 2., 3.]), dim=0)
    tensor([1., 3., 6.])
    """
    array_of(input, "cumsum")
    return apply(Cumsum, input, dim=wrap_dim(dim, input.ndim), dtype=_dtype(input, dtype))


def cumprod(input: Tensor, dim: int, *, dtype: dtypes.dtype | None = None) -> Tensor:
    """The products of the elements up to each, along a dimension."""
    array_of(input, "cumprod")
    return apply(Cumprod, input, dim=wrap_dim(dim, input.ndim), dtype=_dtype(input, dtype))


def cummax(input: Tensor, dim: int) -> Any:
    """The largest element up to each, along a dimension, and its index: of equal ones the last.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.cummax(minigrad.tensor([1., 3., 2.]), dim=0).indices
    tensor([0, 1, 1])
    """
    array_of(input, "cummax")
    return return_types.cummax(apply_many(Cummax, input, dim=wrap_dim(dim, input.ndim)))


def cummin(input: Tensor, dim: int) -> Any:
    """The smallest element up to each, along a dimension, and its index: of equal ones the last."""
    array_of(input, "cummin")
    return return_types.cummin(apply_many(Cummin, input, dim=wrap_dim(dim, input.ndim)))


def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """The logarithm of the sum of exp of the elements up to each, along a dimension; it does not overflow."""
    if array_of(input, "logcumsumexp").dtype.kind != "f":
        raise not_for(input.array, "logcumsumexp_out_cpu")
    return apply(Logcumsumexp, input, dim=wrap_dim(dim, input.ndim))


def np_cumsum(a: Tensor, axis: int) -> Tensor:
    """`np.cumsum` of a tensor."""
    return cumsum(a, axis)


def np_cumprod(a: Tensor, axis: int) -> Tensor:
    """`np.cumprod` of a tensor."""
    return cumprod(a, axis)
