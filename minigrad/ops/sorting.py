"""Sorting, and picking by rank: sort, topk, kthvalue, median, mode.

NaN counts as larger than every number. Gradients go to the places that elements came from.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, return_types
from ..tensor import Tensor
from .base import Op
from .calling import apply, apply_many, undifferentiable
from .operands import array_of, not_for
from .reduce import ExtremeOfAll
from .scan import part, put_along, running
from .shaping import wrap_dim

# mypy: disable-error-code="misc, operator, no-untyped-def"


def order(a: Any, dim: int, descending: bool = False) -> Any:
    """Where the elements of each rank stand along a dimension; equal ones stay in their order."""
    if not a.ndim:
        return np.zeros_like(a, np.int64)
    if not descending:
        return np.argsort(a, axis=dim, kind="stable")
    return a.shape[dim] - 1 - np.flip(np.argsort(np.flip(a, dim), axis=dim, kind="stable"), dim)


def picked(a: Any, indices: Any, dim: int) -> Any:
    """The elements at `indices` along a dimension."""
    return np.take_along_axis(a, indices, dim) if a.ndim else a.copy()


class _Picked(Op):
    """Elements picked along a dimension, and where they stood."""

    results = ("values", "indices")
    formula = (r"\text{zeros, with } \bar z \text{ at the indices}",)

    def grad_a(g, a_shape, indices, dim):
        return put_along(g, a_shape, dim, indices)


class Sort(_Picked):
    def forward(a, dim, descending):
        indices = order(a, dim, descending)
        return picked(a, indices, dim), indices


class SortStable(Sort):
    node_name = "SortBackward1"


def _first(a: Any, dim: int, k: int, largest: bool) -> Any:
    """Where the elements of the first k ranks stand."""
    n = a.shape[dim]
    if not 0 < 8 * k < n:
        return part(order(a, dim, largest), dim, None, k).copy()
    # For few of many, a partition is up to ten times faster than to sort them all.
    some = np.argpartition(a, n - k if largest else k - 1, axis=dim)
    some = np.sort(part(some, dim, n - k, None) if largest else part(some, dim, None, k), axis=dim)
    return picked(some, order(picked(a, some, dim), dim, largest), dim)


class Topk(_Picked):
    def forward(a, dim, k, largest):
        indices = _first(a, dim, k, largest) if a.ndim else order(a, dim)
        return picked(a, indices, dim), indices


class _OnePicked(Op):
    """One element picked along a dimension, and where it stood."""

    results = ("values", "indices")
    formula = (r"\text{zeros, with } \bar z \text{ at the indices}",)

    def grad_a(g, a_shape, indices, dim, keepdim):
        if not keepdim and a_shape:
            g, indices = np.expand_dims(g, dim), np.expand_dims(indices, dim)
        return put_along(g, a_shape, dim, indices)


def _one(a: Any, indices: Any, dim: int, keepdim: bool) -> tuple[Any, Any]:
    values = picked(a, indices, dim)
    return (values, indices) if keepdim or not a.ndim else (np.squeeze(values, dim), np.squeeze(indices, dim))


class Kthvalue(_OnePicked):
    def forward(a, dim, keepdim, k):
        return _one(a, part(order(a, dim), dim, k - 1, k) if a.ndim else order(a, dim), dim, keepdim)


class MedianDim(_OnePicked):
    """The lower median; the first NaN if there is one."""

    node_name = "MedianBackward1"

    def forward(a, dim, keepdim):
        if not a.ndim:
            return _one(a, order(a, dim), dim, keepdim)
        middle, unknown = (a.shape[dim] - 1) // 2, a != a
        lower = part(order(a, dim), dim, middle, middle + 1)
        first = np.argmax(unknown, axis=dim, keepdims=True)
        return _one(a, np.where(np.any(unknown, axis=dim, keepdims=True), first, lower), dim, keepdim)


class NanmedianDim(_OnePicked):
    """The lower median of what is no NaN."""

    node_name = "NanmedianBackward1"

    def forward(a, dim, keepdim):
        if not a.ndim:
            return _one(a, order(a, dim), dim, keepdim)
        middle = (np.maximum(np.sum(a == a, axis=dim, keepdims=True), 1) - 1) // 2
        return _one(a, np.take_along_axis(order(a, dim), middle, dim), dim, keepdim)


class Mode(_OnePicked):
    """The most frequent element, of several the smallest; its last place."""

    def forward(a, dim, keepdim):
        if not a.ndim:
            return _one(a, order(a, dim), dim, keepdim)
        places = order(a, dim)
        ranked = picked(a, places, dim)
        # For each rank, how many equal elements stand at it and right before it: the longest run wins.
        ranks = backend.namespace(a).arange(a.shape[dim]).reshape([-1 if k == dim else 1 for k in range(a.ndim)])
        starts = np.concatenate(
            [
                part(ranked, dim, None, 1) != part(ranked, dim, None, 1),
                part(ranked, dim, 1, None) != part(ranked, dim, None, -1),
            ],
            axis=dim,
        )
        run = ranks - running(np.maximum, np.where(starts, ranks, 0), dim)
        return _one(a, np.take_along_axis(places, np.argmax(run, axis=dim, keepdims=True), dim), dim, keepdim)


class Median(ExtremeOfAll):
    """The lower median of all; a NaN if there is one. Equal elements share the gradient."""

    def forward(a):
        flat = np.reshape(a, (-1,))
        return np.reshape(MedianDim.forward(flat, 0, False)[0], ()) if a.size else _nothing(a)


class Nanmedian(ExtremeOfAll):
    """The lower median of all that is no NaN. Equal elements share the gradient."""

    def forward(a):
        flat = np.reshape(a, (-1,))
        return np.reshape(NanmedianDim.forward(flat, 0, False)[0], ()) if a.size else _nothing(a)


def _nothing(a: Any) -> Any:
    return backend.namespace(a).full((), np.nan).astype(a.dtype)


# ------------------------------------------------------------ what users call
def sort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool | None = None) -> Any:
    """The elements in order along a dimension, and where they stood; NaN counts as the largest.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.sort(minigrad.tensor([3., 1., 2.]), descending=True)
    minigrad.return_types.sort(
    values=tensor([3., 2., 1.]),
    indices=tensor([0, 2, 1]))
    """
    array_of(input, "sort")
    op = Sort if stable is None else SortStable
    return return_types.sort(apply_many(op, input, dim=wrap_dim(dim, input.ndim), descending=descending))


def argsort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Tensor:
    """Where the elements of each rank stand along a dimension. It is always stable."""
    a = array_of(input, "argsort")
    return undifferentiable("argsort", order(a, wrap_dim(dim, a.ndim), descending), input)


def msort(input: Tensor) -> Tensor:
    """The elements in order along the first dimension."""
    array_of(input, "msort")
    return sort(input, 0).values


def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The k largest (or smallest) elements along a dimension, and where they stood. They come in order always.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.topk(minigrad.tensor([3., 1., 2.]), 2).values
    tensor([3., 2.])
    """
    a = array_of(input, "topk")
    if type(k) is not int:
        raise TypeError(f"topk(): argument 'k' (position 2) must be int, not {type(k).__name__}")
    dim = wrap_dim(dim, a.ndim)
    if not 0 <= k <= (a.shape[dim] if a.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if a.dtype == bool:
        raise RuntimeError("topk does not support bool dtypes on CPU")
    return return_types.topk(apply_many(Topk, input, dim=dim, k=k, largest=largest))


def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The k-th smallest element along a dimension, counted from 1, and where it stood."""
    a = array_of(input, "kthvalue")
    dim = _along(input, dim, "kthvalue")
    if not 1 <= k <= (a.shape[dim] if a.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}")
    _no_bools(input, "kthvalue")
    return return_types.kthvalue(apply_many(Kthvalue, input, dim=dim, keepdim=keepdim, k=k))


def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The median, of two the lower; with `dim`, the pair (values, indices) along it. NaN if there is one."""
    array_of(input, "median")
    if dim is None:
        _no_bools(input, "median")
        return apply(Median, input)
    dim = _along(input, dim, "median")
    _no_bools(input, "median")
    return return_types.median(apply_many(MedianDim, input, dim=dim, keepdim=keepdim))


def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The median of what is no NaN; with `dim`, the pair (values, indices) along it."""
    array_of(input, "nanmedian")
    if dim is None:
        _no_bools(input, "median")
        return apply(Nanmedian, input)
    dim = _along(input, dim, "nanmedian")
    _no_bools(input, "median")
    return return_types.nanmedian(apply_many(NanmedianDim, input, dim=dim, keepdim=keepdim))


def mode(input: Tensor, dim: int = -1, keepdim: bool = False) -> Any:
    """The most frequent element along a dimension, of several the smallest, and the last place where it stands."""
    array_of(input, "mode")
    return return_types.mode(apply_many(Mode, input, dim=_along(input, dim, "mode"), keepdim=keepdim))


def _along(input: Tensor, dim: int, name: str) -> int:
    if type(dim) is not int:
        raise TypeError(f"{name}(): argument 'dim' must be int, not {type(dim).__name__}")
    dim = wrap_dim(dim, input.ndim)
    if input.ndim and not input.array.shape[dim]:
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")
    return dim


def _no_bools(input: Tensor, name: str) -> None:
    if input.array.dtype == bool:
        raise not_for(input.array, f"{name}_cpu")
