"""How far numbers lie from 0 or from each other: norms, variance, standard deviation."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from .. import dtypes
from ..tensor import Tensor
from .base import Op
from .calling import apply
from .reduce import dims_of, kept, needs_float

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
def var(
    input: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None
) -> Tensor:
    """The variance: squared distances from the mean, summed and divided by n - correction (1 unless said)."""
    correction = (1 if unbiased else 0) if correction is None else correction
    needs_float(input, "var")
    return apply(Var, input, dim=dims_of(dim, input.ndim), correction=correction, keepdim=keepdim)


def std(
    input: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None
) -> Tensor:
    """The standard deviation: the square root of the variance."""
    correction = (1 if unbiased else 0) if correction is None else correction
    needs_float(input, "std")
    return apply(Std, input, dim=dims_of(dim, input.ndim), correction=correction, keepdim=keepdim)


def norm(input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False) -> Tensor:
    """The p-norm of the elements, as one vector or along some dimensions; Euclid's by default."""
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim)


def vector_norm(x: Tensor, ord: float = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The p-norm (p is `ord`) of the elements, as one vector or along some dimensions."""
    if not x.dtype.is_floating_point:
        kind = dtypes.SCALAR_TYPE_NAMES[x.dtype.name]
        raise RuntimeError(f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {kind}")
    return apply(VectorNorm, x, p=ord, dim=dims_of(dim, x.ndim), keepdim=keepdim)
