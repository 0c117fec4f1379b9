"""Reductions without a derivative: where the extremes stand, and whether all or any elements are true."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensor import Tensor
from .calling import undifferentiable
from .operands import array_of, numpys_names
from .reduce import dims_of, refuse_nothing
from .shaping import wrap_dim


def argmax(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, axis: Any = None, keepdims: bool | None = None
) -> Tensor:
    """Where the largest element stands; the first of equal ones."""
    if axis is not None or keepdims is not None:
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
    return _arg(np.argmax, "argmax", input, dim, keepdim)


def argmin(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, axis: Any = None, keepdims: bool | None = None
) -> Tensor:
    """Where the smallest element stands; the first of equal ones."""
    if axis is not None or keepdims is not None:
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
    return _arg(np.argmin, "argmin", input, dim, keepdim)


def _arg(function: Any, name: str, input: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    a = array_of(input, name)
    axis = None if dim is None else wrap_dim(dim, a.ndim)
    refuse_nothing(input, dim, () if axis is None or not a.ndim else (axis,), name)
    if a.dtype == bool:
        raise RuntimeError(f"{name}(): does not support bool input")
    return undifferentiable(name, function(a, axis=axis if a.ndim else None, keepdims=keepdim), input)


def all(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, axis: Any = None, keepdims: bool | None = None
) -> Tensor:
    """Whether all elements are true (not zero), or all along some dimensions; of uint8 as uint8."""
    if axis is not None or keepdims is not None:
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
    return _truth(np.all, "all", input, dim, keepdim)


def any(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, axis: Any = None, keepdims: bool | None = None
) -> Tensor:
    """Whether at least one element is true (not zero), or one along some dimensions; of uint8 as uint8."""
    if axis is not None or keepdims is not None:
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
    return _truth(np.any, "any", input, dim, keepdim)


def _truth(function: Any, name: str, input: Tensor, dim: Any, keepdim: bool) -> Tensor:
    a = array_of(input, name)
    if dim in ((), []):
        z = a != 0  # no dimension at all: each element by itself
    else:
        z = function(a, axis=dims_of(dim, a.ndim), keepdims=keepdim)
    return undifferentiable(name, z.astype(np.uint8) if a.dtype == np.uint8 else z, input)
