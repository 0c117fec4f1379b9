"""How far numbers lie from 0 or from each other: norms, variance, standard deviation."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .. import dtypes
from ..tensor import Tensor
from .base import Op, Several
from .calling import apply, apply_many
from .operands import array_of, numpys_names
from .reduce import dims_of, kept

# mypy: disable-error-code="misc, operator, no-untyped-def"


class Var(Op):
    formula = (r"\frac{2 \bar z}{n - c}\,(a - \operatorname{mean}(a))",)

    def forward(a, dim, correction, keepdim):
        n = prod(a.shape[d] for d in dim)
        centered = a - np.mean(a, axis=dim, keepdims=True)
        freedom = n - correction
        total = np.sum(centered * centered, axis=dim, keepdims=keepdim)
        return total / freedom if freedom > 0 else total * float("nan")

    def grad_a(g, a, dim, correction, keepdim):
        n = prod(a.shape[d] for d in dim)
        freedom = n - correction
        scale = 2 / freedom if freedom > 0 else float("nan")
        return kept(g, a.ndim, dim, keepdim) * ((a - np.mean(a, axis=dim, keepdims=True)) * scale)


class Std(Op):
    formula = (r"\frac{\bar z}{(n - c)\, z}\,(a - \operatorname{mean}(a))",)

    def forward(a, dim, correction, keepdim):
        return np.sqrt(Var.forward(a, dim, correction, keepdim))

    def grad_a(g, a, z, dim, correction, keepdim):
        n = prod(a.shape[d] for d in dim)
        g, z = kept(g, a.ndim, dim, keepdim), kept(z, a.ndim, dim, keepdim)
        freedom = n - correction
        per_variance = np.where(z == 0, 0, g / (2 * z))
        return per_variance * (
            (a - np.mean(a, axis=dim, keepdims=True)) * (2 / freedom if freedom > 0 else float("nan"))
        )


class VarMean(Several):
    """Variance and mean in one go."""

    results = ("var", "mean")
    formula = (r"\frac{2 \bar v}{n - c}\,(a - m) + \frac{\bar m}{n}",)

    def forward(a, dim, correction, keepdim):
        return Var.forward(a, dim, correction, keepdim), np.mean(a, axis=dim, keepdims=keepdim)

    def grad_a(g, a, dim, correction, keepdim):
        of_mean = kept(g[1], a.ndim, dim, keepdim) / (prod(a.shape[d] for d in dim) or 1)
        return Var.rules[0](g[0], a, dim, correction, keepdim) + of_mean


class StdMean(Several):
    """Standard deviation and mean in one go."""

    results = ("std", "mean")
    formula = (r"\frac{\bar s}{(n - c)\, s}\,(a - m) + \frac{\bar m}{n}",)

    def forward(a, dim, correction, keepdim):
        return Std.forward(a, dim, correction, keepdim), np.mean(a, axis=dim, keepdims=keepdim)

    def grad_a(g, a, std, dim, correction, keepdim):
        of_mean = kept(g[1], a.ndim, dim, keepdim) / (prod(a.shape[d] for d in dim) or 1)
        return Std.rules[0](g[0], a, std, dim, correction, keepdim) + of_mean


class VectorNorm(Op):
    """The p-norm; its gradient at 0 is taken to be 0."""

    node_name = "LinalgVectorNormBackward0"
    formula = (r"\bar z\, \operatorname{sign}(a) \left(\frac{|a|}{z}\right)^{p-1}",)

    def forward(a, p, dim, keepdim):
        size = np.absolute(a)
        if p == 2:
            return np.sqrt(np.sum(a * a, axis=dim, keepdims=keepdim))
        if p == np.inf:
            return np.max(size, axis=dim, keepdims=keepdim)
        if p == -np.inf:
            return np.min(size, axis=dim, keepdims=keepdim)
        if p == 0:
            return np.sum(a != 0, axis=dim, keepdims=keepdim, dtype=a.dtype)
        if p == 1:
            return np.sum(size, axis=dim, keepdims=keepdim)
        return np.power(np.sum(np.power(size, p), axis=dim, keepdims=keepdim), 1 / p)

    def grad_a(g, a, z, p, dim, keepdim):
        g, z = kept(g, a.ndim, dim, keepdim), kept(z, a.ndim, dim, keepdim)
        if p == 0:
            return None  # a count: its derivative is not 0 but does not exist
        if p == 1:
            return g * np.sign(a)
        if p in (np.inf, -np.inf):
            chosen = np.absolute(a) == z
            return g * np.sign(a) * chosen / np.sum(chosen, axis=dim, keepdims=True)
        safe = np.where(z == 0, 1, z)
        if p == 2:
            return np.where(z == 0, 0, g * (a / safe))
        if p < 2:
            size = np.where(a == 0, 1, np.absolute(a))
            return np.where(a == 0, 0, g * np.sign(a) * (size / safe) ** (p - 1))
        return np.where(z == 0, 0, g * (a * (np.absolute(a) / safe) ** (p - 2) / safe))


# ------------------------------------------------------------ what users call
def _spread_of(op: type[Op], name: str, doc: str) -> Any:
    """`var`, `std`, `var_mean` or `std_mean`: the same arguments for all four."""
    several = issubclass(op, Several)

    def function(
        input: Tensor,
        dim: Any = None,
        unbiased: bool = True,
        keepdim: bool = False,
        *,
        correction: float | None = None,
        axis: Any = None,
        keepdims: bool | None = None,
    ) -> Any:
        array_of(input, name)
        dim, keepdim = numpys_names(dim, keepdim, axis, keepdims)
        if isinstance(dim, bool):  # `var(x, False)` is about `unbiased`
            dim, unbiased = None, dim
        if correction is None:
            correction = 1 if unbiased else 0
        if input.array.dtype.kind != "f":
            who = name if several else "std and var"
            raise RuntimeError(f"{who} only support floating point and complex dtypes")
        dims = dims_of(dim, input.ndim)
        if prod(input.array.shape[d] for d in dims) - correction <= 0:
            warnings.warn(
                f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
                "(input numel divided by output numel).",
                stacklevel=2,
            )
        how = {"dim": dims, "correction": correction, "keepdim": keepdim}
        return apply_many(op, input, **how) if several else apply(op, input, **how)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


var = _spread_of(
    Var, "var", "The variance: squared distances from the mean, summed and divided by n - correction (1 unless said)."
)
std = _spread_of(Std, "std", "The standard deviation: the square root of the variance.")
var_mean = _spread_of(VarMean, "var_mean", "The pair of variance and mean.")
std_mean = _spread_of(StdMean, "std_mean", "The pair of standard deviation and mean.")


def norm(
    input: Tensor,
    p: Any = "fro",
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """The p-norm of the elements, as one vector or along some dimensions; Euclid's by default."""
    array_of(input, "norm")
    several = isinstance(dim, Sequence)
    if isinstance(p, str) and not (p == "fro" and (not several or len(dim) <= 2)):
        from .matrixnorm import matrix_norm

        dims = tuple(dim) if several else tuple(range(input.ndim)) if dim is None else (dim,)
        return matrix_norm(input, p, dims, keepdim, dtype=dtype)
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)


def vector_norm(
    x: Tensor, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
) -> Tensor:
    """The p-norm (p is `ord`) of the elements, as one vector or along some dimensions.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.linalg.vector_norm(minigrad.tensor([3., -4.]), ord=1)
    tensor(7.)
    """
    array_of(x, "linalg_vector_norm")
    needs_floats(x, dtype, "linalg.vector_norm")
    dims = dims_of(dim, x.ndim)
    refuse_empty(x.shape, ord, None if dim is None or (not isinstance(dim, int) and len(dim) == 0) else dims)
    if dtype is not None and dtype is not x.dtype:
        x = x.to(dtype)
    return apply(VectorNorm, x, p=ord, dim=dims, keepdim=keepdim)


def needs_floats(x: Tensor, dtype: dtypes.dtype | None, name: str) -> None:
    """Raise unless a norm can be taken of this tensor, in this dtype."""
    kinds = dtypes.SCALAR_TYPE_NAMES
    if not x.dtype.is_floating_point:
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {kinds[x.dtype.name]}")
    if dtype is None:
        return
    if not dtype.is_floating_point:
        raise RuntimeError(f"{name}: dtype should be floating point or complex, but got {kinds[dtype.name]}")
    if dtypes.promote_types(x.dtype, dtype) is not dtype:
        raise RuntimeError(
            f"{name}: the dtype of the input ({kinds[x.dtype.name]}) should be convertible without narrowing to the "
            f"specified dtype ({kinds[dtype.name]})"
        )


def refuse_empty(shape: Sequence[int], p: float, dims: tuple[int, ...] | None) -> None:
    """Raise if the norm asks for the largest or smallest element, of none."""
    if (p >= 0 and p != np.inf) or 0 not in shape:
        return
    if dims is None:
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {p} norm on an empty tensor because the operation does not have "
            "an identity"
        )
    for d in dims:
        if not shape[d]:
            raise RuntimeError(
                f"linalg.vector_norm cannot compute the {p} norm on the dimension {d}because this dimension is empty "
                "and the operation does not have an identity"
            )
