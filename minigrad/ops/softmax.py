"""Softmax and its logarithm: scores along one dimension turned into shares that sum to 1.

Computed after subtracting the largest score, so that nothing overflows; in single precision where the input is half.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .. import dtypes
from ..tensor import Tensor
from .base import Op
from .calling import apply
from .operands import array_of, not_for
from .shaping import wrap_dim

# mypy: disable-error-code="misc, operator, no-untyped-def"


def wide(a: Any) -> Any:
    """The array in single precision at least: what sums of halves are computed in."""
    return a.astype(np.float32) if a.dtype.char == "e" else a


def total(a: Any, dim: int) -> Any:
    """The sums along a dimension, which stays with length 1.

    Along a matrix's rows, the product with ones is three times as fast as np.sum. Elsewhere `np.add.reduce` spares the
    ways of Python by which np.sum gets there.
    """
    if type(a) is not np.ndarray:
        return np.sum(a, axis=dim, keepdims=True)
    if a.ndim == 2 and dim == 1 and a.itemsize > 2:
        return a.dot(np.ones((a.shape[1], 1), a.dtype))
    return np.add.reduce(a, axis=dim, keepdims=True)


def below_zero(a: Any, dim: int) -> Any:
    """A copy, in single precision at least, less the largest element along a dimension."""
    a = wide(a)
    top = np.maximum.reduce(a, axis=dim, keepdims=True) if type(a) is np.ndarray else np.max(a, axis=dim, keepdims=True)
    return a - top


class Softmax(Op):
    """exp(a) divided by its sum along `dim`."""

    formula = (r"z \left(\bar z - \textstyle\sum \bar z\, z\right)",)

    def forward(a, dim):
        if not a.size:
            return a.copy()
        z = below_zero(a, dim)
        z = np.exp(z, out=z if z.ndim else None)
        z /= total(z, dim)
        return z if z.dtype is a.dtype else z.astype(a.dtype)

    def grad_a(g, z, dim):
        weighed = g * z
        if isinstance(g, Tensor):
            return z * (g - total(weighed, dim))
        weighed -= z * total(weighed, dim)  # in place: one array less to fill
        return weighed


class LogSoftmax(Op):
    """a less the logarithm of the sum of exp(a) along `dim`."""

    formula = (r"\bar z - e^z \textstyle\sum \bar z",)

    def forward(a, dim):
        if not a.size:
            return a.copy()
        z = below_zero(a, dim)
        z -= np.log(total(np.exp(z), dim))
        return z if z.dtype is a.dtype else z.astype(a.dtype)

    def grad_a(g, z, dim):
        shares = np.exp(z)
        if isinstance(g, Tensor):
            return g - shares * total(g, dim)
        shares *= -total(g, dim)  # in place, here and below: two arrays less to fill
        shares += g
        return shares


def _shares(op: type[Op], name: str, input: Any, dim: Any, dtype: dtypes.dtype | None) -> Tensor:
    a = array_of(input, name)
    if not hasattr(dim, "__index__") or isinstance(dim, bool):
        raise TypeError(f"{name}(): argument 'dim' (position 2) must be int, not {type(dim).__name__}")
    if dtype is not None and dtype is not input.dtype:
        input = input.to(dtype)
        a = input.array
    dim = wrap_dim(dim, a.ndim)
    if a.dtype.kind != "f":
        raise not_for(input.array, f"{name}_lastdim_kernel_impl")
    return apply(op, input, dim=dim)


def softmax(input: Tensor, dim: int, dtype: dtypes.dtype | None = None) -> Tensor:
    """exp(x) of each element x, divided by the sum along `dim`: shares that sum to 1.

    Parameters
    ----------
    dtype : dtype, optional
        What the input is converted to first.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.softmax(minigrad.tensor([1., 1., 1000.]), 0)
    tensor([0., 0., 1.])
    """
    return _shares(Softmax, "softmax", input, dim, dtype)


def log_softmax(input: Tensor, dim: int, dtype: dtypes.dtype | None = None) -> Tensor:
    """The logarithm of `softmax`, exact where that would round to 0.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.log_softmax(minigrad.tensor([0., 1000.]), 0)
    tensor([-1000.,     0.])
    """
    return _shares(LogSoftmax, "log_softmax", input, dim, dtype)


def _dim_of(name: str, input: Any, dim: int | None, stacklevel: int) -> int:
    """The dimension that PyTorch takes where none is given, with its warning."""
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        UserWarning,
        stacklevel=stacklevel,
    )
    return 0 if array_of(input, name).ndim in (0, 1, 3) else 1


def softmax_(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtypes.dtype | None = None) -> Tensor:
    """`minigrad.softmax`; without `dim` along dimension 1 (0 of a tensor with 0, 1 or 3), with a warning."""
    return softmax(input, _dim_of("softmax", input, dim, _stacklevel), dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtypes.dtype | None = None) -> Tensor:
    """`softmax(-input)`: the smallest element gets the largest share."""
    return softmax(-input, _dim_of("softmin", input, dim, _stacklevel), dtype)


def log_softmax_(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtypes.dtype | None = None
) -> Tensor:
    """`minigrad.log_softmax`; without `dim` along dimension 1 (0 of a tensor with 0, 1 or 3), with a warning."""
    return log_softmax(input, _dim_of("log_softmax", input, dim, _stacklevel), dtype)
