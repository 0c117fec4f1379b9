"""Reductions that not every program needs: both extremes, log-sum-exp, sums without NaN, distances, differences."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes, return_types
from ..autograd.engine import sum_to
from ..tensor import Tensor, wrap
from . import functions, logic
from .base import Op, Several
from .calling import apply, apply_many, undifferentiable
from .norm import VectorNorm, refuse_empty
from .operands import array_of
from .reduce import Amax, dims_of, kept, refuse_dtype, spread
from .reduce import sum as sum_
from .shaping import cat, narrow, wrap_dim

# mypy: disable-error-code="misc, operator, no-untyped-def"


class Aminmax(Several):
    """The smallest and the largest elements; equal ones share the gradient."""

    results = ("min", "max")
    formula = (r"\frac{\bar s\, [a = s]}{\text{number of } a = s} + \frac{\bar t\, [a = t]}{\text{number of } a = t}",)

    def forward(a, dim, keepdim):
        axis = dim if a.ndim else None
        return np.min(a, axis=axis, keepdims=keepdim), np.max(a, axis=axis, keepdims=keepdim)

    def grad_a(g, a, min, max, dim, keepdim):
        rule, dims = Amax.rules[0], () if dim is None or not a.ndim else (dim,)
        return rule(g[0], a, min, dims, keepdim) + rule(g[1], a, max, dims, keepdim)


class Logsumexp(Op):
    """The logarithm of the sum of exp; the largest element is taken out first, so nothing overflows."""

    of_floats = True
    formula = (r"\bar z\, e^{a - z}",)

    def forward(a, dim, keepdim):
        if 0 in [a.shape[d] for d in dim]:
            return np.log(np.sum(a, axis=dim, keepdims=keepdim))
        largest = np.max(a, axis=dim, keepdims=True)
        largest = np.where(np.isfinite(largest), largest, 0)
        z = np.log(np.sum(np.exp(a - largest), axis=dim, keepdims=True)) + largest
        return z if keepdim else np.squeeze(z, dim)

    def grad_a(g, a, z, dim, keepdim):
        return kept(g, a.ndim, dim, keepdim) * np.exp(a - kept(z, a.ndim, dim, keepdim))


class Nansum(Op):
    """The sum of what is no NaN."""

    formula = (r"\bar z\, [a \text{ is a number}]",)
    broadcasts = True  # in so far as dtypes may differ

    def forward(a, dim, keepdim, dtype):
        return np.sum(np.where(a == a, a, 0).astype(dtype), axis=dim, keepdims=keepdim, dtype=dtype)

    def grad_a(g, a, dim, keepdim):
        return spread(g, a.shape, dim, keepdim) * (a == a)


def _of_distance(g: Any, a: Any, b: Any, z: Any, p: float, dtype: Any) -> Any:
    """The gradient of the difference, in the shape that both were broadcast to."""
    difference = backend.cast(a, dtype) - backend.cast(b, dtype)
    return VectorNorm.rules[0](g, difference, z, p, tuple(range(difference.ndim)), False)


class Dist(Op):
    """The p-norm of the difference."""

    formula = (
        r"\bar z\, \operatorname{sign}(a - b) \left(\frac{|a - b|}{z}\right)^{p-1}",
        r"-\bar z\, \operatorname{sign}(a - b) \left(\frac{|a - b|}{z}\right)^{p-1}",
    )

    def forward(a, b, p, dtype):
        difference = a.astype(dtype) - b.astype(dtype)
        return VectorNorm.forward(difference, p, tuple(range(difference.ndim)), False)

    def grad_a(g, a, b, z, p, dtype):
        of_both = _of_distance(g, a, b, z, p, dtype)
        return None if of_both is None else sum_to(of_both, np.shape(a), backend.dtype_of(a))

    def grad_b(g, a, b, z, p, dtype):
        of_both = _of_distance(g, a, b, z, p, dtype)
        return None if of_both is None else sum_to(-of_both, np.shape(b), backend.dtype_of(b))


# ------------------------------------------------------------ what users call
def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest and the largest elements, of all or along a dimension; equal ones share the gradient.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.aminmax(minigrad.tensor([3., 1., 2.])).max
    tensor(3.)
    """
    a = array_of(input, "aminmax")
    if dim is None and not a.size:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    if dim is not None:
        dim = wrap_dim(dim, a.ndim)
        if a.ndim and not a.shape[dim]:
            raise IndexError(f"aminmax: Expected reduction dim {dim} to have non-zero size.")
    return return_types.aminmax(apply_many(Aminmax, input, dim=dim, keepdim=keepdim))


def logsumexp(input: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    """The logarithm of the sum of exp along some dimensions, which does not overflow.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.logsumexp(minigrad.tensor([1000., 1000.]), dim=0)
    tensor(1000.6932)
    """
    if array_of(input, "logsumexp").dtype.kind != "f":
        input = input.to(dtypes.get_default_dtype())
    return apply(Logsumexp, input, dim=dims_of(dim, input.ndim), keepdim=keepdim)


def nansum(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None) -> Tensor:
    """The sum of what is no NaN, of all or along some dimensions."""
    array_of(input, "nansum")
    refuse_dtype(input, dtype)
    if input.array.dtype.kind != "f":
        return sum_(input, dim, keepdim, dtype=dtype)
    kind = input.array.dtype if dtype is None else dtype.numpy
    return apply(Nansum, input, dim=dims_of(dim, input.ndim), keepdim=keepdim, dtype=kind)


def nanmean(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None) -> Tensor:
    """The mean of what is no NaN, of all or along some dimensions."""
    if array_of(input, "nanmean").dtype.kind != "f":
        kind = dtypes.SCALAR_TYPE_NAMES[input.dtype.name]
        raise RuntimeError(f"nanmean(): expected input to have floating point or complex dtype but got {kind}")
    known = sum_(wrap(input.array == input.array), dim, keepdim)
    return nansum(input, dim, keepdim, dtype=dtype) / known


def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """How many elements are not 0, of all or along some dimensions. NaN is not 0."""
    a = array_of(input, "count_nonzero")
    return undifferentiable("count_nonzero", np.sum(a != 0, axis=dims_of(dim, a.ndim), dtype=np.int64), input)


def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The p-norm of `input - other`.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.dist(minigrad.tensor([1., 2.]), minigrad.tensor([4., 6.]))
    tensor(5.)
    """
    a, b = array_of(input, "dist"), array_of(other, "dist", "argument 'other' (position 2)")
    dtype = dtypes.result_dtype([a, b])
    shape = functions.sub(input.detach(), other.detach()).shape  # raises if they do not fit
    if not dtype.is_floating_point:
        kind = dtypes.SCALAR_TYPE_NAMES[dtype.name]
        raise RuntimeError(f"norm(): input dtype should be either floating point or complex. Got {kind} instead.")
    refuse_empty(shape, p, None)
    return apply(Dist, input, other, p=p, dtype=dtype.numpy)


def diff(
    input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None
) -> Tensor:
    """Differences of neighbours along a dimension, `n` times over.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.diff(minigrad.tensor([1., 4., 9.]))
    tensor([3., 5.])
    """
    array_of(input, "diff")
    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    dim = wrap_dim(dim, input.ndim)
    for more in (prepend, append):
        if more is not None:
            _same_but(input, more, dim)
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    parts = [x for x in (prepend, input, append) if x is not None]
    x = cat(parts, dim) if len(parts) > 1 else input
    if n == 0:
        return wrap(np.zeros_like(x.array)).copy_(x)
    subtract = logic.bitwise_xor if x.array.dtype == bool else functions.sub
    for _ in range(min(n, x.shape[dim])):
        size = x.shape[dim] - 1
        x = subtract(narrow(x, dim, 1, size), narrow(x, dim, 0, size))
    return x


def _same_but(input: Tensor, more: Tensor, dim: int) -> None:
    if more.ndim != input.ndim:
        raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    for d, (n, m) in enumerate(zip(input.shape, more.shape, strict=True)):
        if d != dim and n != m:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input except along the "
                f"differencing dimension; input.size({d}) = {n}, but got tensor.size({d}) = {m}"
            )
