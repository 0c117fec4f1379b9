"""Operations that make fewer numbers of many: sums, means, extremes and products.

A reduction's rule spreads `g` over the elements that were reduced. `dim` is a tuple of dimensions, all if empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan, prod
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.meta import tracked
from ..autograd.modes import mode
from ..tensor import Tensor
from .base import Op
from .calling import apply, apply_many, unary
from .functions import maximum, minimum
from .operands import array_of, can_be_divided_out, constant, numpys_names
from .shaping import wrap_dim

# mypy: disable-error-code="misc, operator, no-untyped-def"


def spread(g: Any, shape: tuple[int, ...], dim: tuple[int, ...], keepdim: bool) -> Any:
    """`g` repeated along the reduced dimensions."""
    if not keepdim and dim and len(shape) > 1:
        g = np.reshape(g, tuple(1 if i in dim else n for i, n in enumerate(shape)))
    return np.broadcast_to(g, shape)


def repeated(g: Any, shape: tuple[int, ...]) -> Any:
    """A `g` of one element for every element of `shape`."""
    # np.broadcast_to, which copies nothing, pays only for more elements than most losses have.
    if hasattr(g, "requires_grad") or prod(shape) > 10_000:
        return np.broadcast_to(g, shape)
    z = backend.namespace(g).empty(shape, g.dtype)
    z[...] = g
    return z


def kept(z: Any, ndim: int, dim: tuple[int, ...], keepdim: bool) -> Any:
    """The result as if the dimensions had been kept, so that it broadcasts against the input."""
    return z if keepdim or not dim else np.expand_dims(z, dim)


# ------------------------------------------------------------ sums and means
class SumAll(Op):
    node_name = "SumBackward0"
    formula = (r"\bar z \text{ for every element}",)

    def forward(a):
        return a.sum(dtype=None if a.dtype.kind == "f" else np.int64)

    def grad_a(g, a_shape):
        return repeated(g, a_shape)


class Sum(Op):
    node_name = "SumBackward1"
    formula = (r"\bar z \text{ for every element of its sum}",)

    def forward(a, dim, keepdim, dtype):
        return np.sum(a, axis=dim, keepdims=keepdim, dtype=dtype)

    def grad_a(g, a_shape, dim, keepdim):
        return spread(g, a_shape, dim, keepdim)


class MeanAll(Op):
    node_name = "MeanBackward0"
    formula = (r"\frac{\bar z}{n} \text{ for every element}",)

    def forward(a):
        # np.mean takes five times as long, but sums halves in single precision.
        return np.mean(a) if a.dtype.char == "e" else a.sum() / (a.size or nan)

    def grad_a(g, a_shape):
        return repeated(g / constant(prod(a_shape) or 1, g), a_shape)


class Mean(Op):
    node_name = "MeanBackward1"
    formula = (r"\frac{\bar z}{n} \text{ for every element of its mean}",)

    def forward(a, dim, keepdim):
        return np.mean(a, axis=dim, keepdims=keepdim)

    def grad_a(g, a_shape, dim, keepdim):
        n = prod(a_shape[d] for d in dim)
        return spread(g / n if n else g, a_shape, dim, keepdim)


# ------------------------------------------------------------ extremes
_EVENLY = (r"\frac{\bar z\, [a = z]}{\text{number of } a = z}",)


class _Extreme(Op):
    """The largest or smallest elements along some dimensions; equal ones share the gradient."""

    formula = _EVENLY

    def grad_a(g, a, z, dim, keepdim):
        chosen = a == kept(z, a.ndim, dim, keepdim)
        count = np.sum(chosen, axis=dim or None, keepdims=True)
        return kept(g, a.ndim, dim, keepdim) / backend.cast(count, backend.dtype_of(g)) * chosen


class Amax(_Extreme):
    def forward(a, dim, keepdim):
        return np.max(a, axis=dim or None, keepdims=keepdim)


class Amin(_Extreme):
    def forward(a, dim, keepdim):
        return np.min(a, axis=dim or None, keepdims=keepdim)


class ExtremeOfAll(Op):
    """The one largest or smallest element; equal ones share the gradient."""

    formula = _EVENLY

    def grad_a(g, a, z):
        chosen = (a == z) | ((a != a) & (z != z))  # a NaN counts as the largest and as the smallest
        return np.where(chosen, g / backend.cast(np.sum(chosen), backend.dtype_of(g)), 0)


class MaxAll(ExtremeOfAll):
    node_name = "MaxBackward1"
    forward = np.max


class MinAll(ExtremeOfAll):
    node_name = "MinBackward1"
    forward = np.min


def _pick(a: Any, best: Any, dim: int, keepdim: bool) -> tuple[Any, Any]:
    """The best element along a dimension, and its index."""
    if a.ndim == 0:
        return a.copy(), np.zeros_like(a, np.int64)
    where = best(a, axis=dim, keepdims=True)
    z = np.take_along_axis(a, where, dim)
    return (z, where) if keepdim else (np.squeeze(z, dim), np.squeeze(where, dim))


class _Chosen(Op):
    """The largest or smallest element along one dimension, and where it stands: the first of equal ones."""

    results = ("values", "indices")
    formula = (r"\bar z \text{ at the index that was chosen, else } 0",)

    def grad_a(g, a_shape, indices, dim, keepdim):
        if not a_shape:
            return g
        if not keepdim:
            g, indices = np.expand_dims(g, dim), np.expand_dims(indices, dim)
        xp = backend.namespace(getattr(indices, "array", indices))
        along = xp.arange(a_shape[dim]).reshape([-1 if i == dim else 1 for i in range(len(a_shape))])
        return np.where(np.equal(indices, along), g, 0)


class MaxDim(_Chosen):
    node_name = "MaxBackward0"

    def forward(a, dim, keepdim):
        return _pick(a, np.argmax, dim, keepdim)


class MinDim(_Chosen):
    node_name = "MinBackward0"

    def forward(a, dim, keepdim):
        return _pick(a, np.argmin, dim, keepdim)


# ------------------------------------------------------------ products
def _product_of_others(a: Any, dim: int) -> Any:
    """Products from the left times products from the right: right where elements are 0 too."""
    ahead, back = (slice(None),) * dim + (slice(-1),), (slice(None),) * dim + (slice(1, None),)
    one = np.zeros_like(a[(slice(None),) * dim + (slice(1),)]) + 1
    before = np.cumprod(np.concatenate([one, a[ahead]], axis=dim), axis=dim)
    after = np.flip(np.cumprod(np.concatenate([one, np.flip(a[back], dim)], axis=dim), axis=dim), dim)
    return before * after


class ProdAll(Op):
    node_name = "ProdBackward0"
    formula = (r"\bar z \prod_{j \ne i} a_j",)

    def forward(a):
        return np.prod(a, dtype=a.dtype)

    def grad_a(g, a, z):
        if can_be_divided_out(z):
            return g * (z / a)
        return g * np.reshape(_product_of_others(np.reshape(a, (-1,)), 0), a.shape)


class Prod(Op):
    node_name = "ProdBackward1"
    formula = (r"\bar z \prod_{j \ne i} a_j",)

    def forward(a, dim, keepdim):
        return np.prod(a, axis=dim, dtype=a.dtype, keepdims=keepdim)

    def grad_a(g, a, z, dim, keepdim):
        if not a.ndim:
            return g
        if can_be_divided_out(z):
            return kept(g, a.ndim, (dim,), keepdim) * (kept(z, a.ndim, (dim,), keepdim) / a)
        return kept(g, a.ndim, (dim,), keepdim) * _product_of_others(a, dim)


# ------------------------------------------------------------ what users call
def dims_of(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions that `dim` names; all of them for None or ()."""
    if dim is None or (isinstance(dim, Sequence) and len(dim) == 0):
        return tuple(range(ndim))
    wrapped = tuple(wrap_dim(int(d), ndim) for d in (dim if isinstance(dim, Sequence) else (dim,)))
    if len(set(wrapped)) != len(wrapped):
        twice = next(d for d in wrapped if wrapped.count(d) > 1)
        raise RuntimeError(f"dim {twice} appears multiple times in the list of dims")
    return wrapped if ndim else ()


_sum_all, _mean_all = unary(SumAll, "sum"), unary(MeanAll, "mean")


def refuse_dtype(input: Tensor, dtype: dtypes.dtype | None) -> None:
    """Raise if a tensor with a gradient is to be summed or multiplied as integers."""
    if dtype is not None and not dtype.is_floating_point and mode.recording and tracked(input):
        raise RuntimeError(f"Autograd not support dtype: {dtypes.SCALAR_TYPE_NAMES[dtype.name]}")


def sum(
    input: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
    axis: Any = None,
    keepdims: bool | None = None,
) -> Tensor:
    """The sum of all elements, or along some dimensions. Integers and bools are summed as int64.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.sum(minigrad.tensor([[1., 2.], [3., 4.]]), dim=0)
    tensor([4., 6.])
    """
    if axis is not None or keepdims is not None:
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
    if dim is None and dtype is None and not keepdim:
        return _sum_all(input)
    a = array_of(input, "sum")
    refuse_dtype(input, dtype)
    if dtype is not None and dtype is not input.dtype:
        input = input.to(dtype)
        a = input.array
    kind = a.dtype if a.dtype.kind == "f" else np.dtype(np.int64)
    if dim is None and not keepdim:
        return _sum_all(input)
    return apply(Sum, input, dim=dims_of(dim, a.ndim), keepdim=keepdim, dtype=kind)


def mean(
    input: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
    axis: Any = None,
    keepdims: bool | None = None,
) -> Tensor:
    """The mean of all elements, or along some dimensions."""
    if axis is not None or keepdims is not None:
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
    if dim is None and dtype is None and not keepdim and array_of(input, "mean").dtype.kind == "f":
        return _mean_all(input)
    array_of(input, "mean")
    if dtype is not None and not dtype.is_floating_point:
        raise RuntimeError(
            "mean(): could not infer output dtype. Optional dtype must be either a floating point or complex dtype. "
            f"Got: {dtypes.SCALAR_TYPE_NAMES[dtype.name]}"
        )
    if dtype is not None and dtype is not input.dtype:
        input = input.to(dtype)
    if input.array.dtype.kind != "f":
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {dtypes.SCALAR_TYPE_NAMES[input.dtype.name]}"
        )
    if dim is None and not keepdim:
        return _mean_all(input)
    return apply(Mean, input, dim=dims_of(dim, input.ndim), keepdim=keepdim)


def refuse_nothing(input: Tensor, dim: Any, dims: tuple[int, ...], name: str) -> None:
    """Raise if there is no largest or smallest element, because there are none."""
    if dim in (None, (), []) and not input.array.size:
        raise (IndexError if name.startswith("arg") else RuntimeError)(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
            "Specify the reduction dim with the 'dim' argument."
        )
    for d in dims:
        if not input.array.shape[d]:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


def amax(
    input: Tensor, dim: Any = (), keepdim: bool = False, *, axis: Any = None, keepdims: bool | None = None
) -> Tensor:
    """The largest elements along some dimensions (all by default); equal ones share the gradient."""
    if axis is not None or keepdims is not None:
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
    dims = dims_of(dim, input.ndim)
    refuse_nothing(input, dim, dims, "amax")
    return apply(Amax, input, dim=dims, keepdim=keepdim)


def amin(
    input: Tensor, dim: Any = (), keepdim: bool = False, *, axis: Any = None, keepdims: bool | None = None
) -> Tensor:
    """The smallest elements along some dimensions (all by default); equal ones share the gradient."""
    if axis is not None or keepdims is not None:
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
    dims = dims_of(dim, input.ndim)
    refuse_nothing(input, dim, dims, "amin")
    return apply(Amin, input, dim=dims, keepdim=keepdim)


def _along(input: Tensor, dim: int, keepdim: bool, op: type[Op], name: str) -> Any:
    from .. import return_types  # not needed by those who ask for no pair

    if type(dim) is not int:
        got = f"dim={type(dim).__name__}" if dim is not None else "keepdim=bool"
        raise TypeError(f"{name}() received an invalid combination of arguments - got (Tensor, {got})")
    dim = wrap_dim(dim, input.ndim)
    refuse_nothing(input, dim, (dim,) if input.ndim else (), name)
    return getattr(return_types, name)(apply_many(op, input, dim=dim, keepdim=keepdim))


def max(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, axis: Any = None, keepdims: bool | None = None
) -> Any:
    """The largest element; with `dim`, the pair (values, indices) along it; with a tensor, the elementwise maximum."""
    if axis is not None or keepdims is not None:
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
    if isinstance(dim, Tensor):
        return maximum(input, dim)
    array_of(input, "max")
    if dim is None and not keepdim:
        refuse_nothing(input, None, (), "max")
        return apply(MaxAll, input)
    return _along(input, dim, keepdim, MaxDim, "max")


def min(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, axis: Any = None, keepdims: bool | None = None
) -> Any:
    """The smallest element; with `dim`, the pair (values, indices) along it; with a tensor, the elementwise minimum."""
    if axis is not None or keepdims is not None:
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
    if isinstance(dim, Tensor):
        return minimum(input, dim)
    array_of(input, "min")
    if dim is None and not keepdim:
        refuse_nothing(input, None, (), "min")
        return apply(MinAll, input)
    return _along(input, dim, keepdim, MinDim, "min")


def prod_(
    input: Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
    axis: Any = None,
    keepdims: bool | None = None,
) -> Tensor:
    """The product of all elements, or along a dimension. Integers and bools are multiplied as int64."""
    if axis is not None or keepdims is not None:
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
    array_of(input, "prod")
    refuse_dtype(input, dtype)
    if dtype is None and not input.dtype.is_floating_point:
        dtype = dtypes.int64
    if dtype is not None and dtype is not input.dtype:
        input = input.to(dtype)
    if dim is None:
        return apply(ProdAll, input)
    return apply(Prod, input, dim=wrap_dim(dim, input.ndim), keepdim=keepdim)
