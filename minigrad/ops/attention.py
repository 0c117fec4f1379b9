"""Attention: each query gets a mean of the values, weighted by how well their keys fit (Vaswani et al., 2017)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..tensor import Tensor, wrap
from .calling import apply
from .dropout import dropout
from .functions import where
from .grids import repeat_interleave
from .matmul import matmul
from .operands import array_of
from .shaping import transpose
from .softmax import Softmax

# mypy: disable-error-code="misc, operator, no-untyped-def, assignment"


_C_NAMES = {
    "bool": "bool",
    "float16": "c10::Half",
    "float32": "float",
    "float64": "double",
    "int32": "int",
    "int64": "long int",
}


class SafeSoftmax(Softmax):
    """Softmax that gives zeros where all scores are minus infinity: a query that may look at nothing."""

    formula = Softmax.formula

    def forward(a, dim):
        z = Softmax.forward(a, dim)
        return np.where(np.max(a, axis=dim, keepdims=True) == -np.inf, 0, z) if a.size else z

    grad_a = Softmax.rules[0]


def _check(query: Any, key: Any, value: Any, attn_mask: Any, dropout_p: float, is_causal: bool) -> None:
    """Raise what PyTorch raises."""
    arrays = [
        array_of(x, "scaled_dot_product_attention", f"argument '{name}' (position {i})")
        for i, (name, x) in enumerate((("query", query), ("key", key), ("value", value)), 1)
    ]
    q, k, v = arrays
    if not q.dtype == k.dtype == v.dtype:
        names = [_C_NAMES.get(x.dtype.name, x.dtype.name) for x in (query, key, value)]
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {names[0]} key.dtype: "
            f"{names[1]} and value.dtype: {names[2]} instead."
        )
    if min(x.ndim for x in arrays) < 2:
        raise RuntimeError(
            f"Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {q.ndim} key.dim: "
            f"{k.ndim} and value.dim: {v.ndim} instead."
        )
    if attn_mask is not None:
        m = array_of(attn_mask, "scaled_dot_product_attention", "argument 'attn_mask' (position 4)")
        if m.dtype not in (np.dtype(bool), np.dtype(np.float32), q.dtype) or m.dtype.itemsize > max(
            4, q.dtype.itemsize
        ):
            names = [_C_NAMES.get(x.dtype.name, x.dtype.name) for x in (attn_mask, query)]
            raise RuntimeError(
                "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
                f"{names[0]} and  query.dtype: {names[1]} instead."
            )
        if is_causal:
            raise RuntimeError(
                "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True"
            )
    if q.dtype.kind != "f":
        raise RuntimeError(f"expected scalar type Float but found {dtypes.SCALAR_TYPE_NAMES[query.dtype.name]}")
    if not 0 <= dropout_p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p}")


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """`softmax(query @ key.mT * scale + mask) @ value`.

    Parameters
    ----------
    query : Tensor
        Shape (..., L, E).
    key, value : Tensor
        Shapes (..., S, E) and (..., S, F).
    attn_mask : Tensor, optional
        Broadcasts to (..., L, S). Bools: which keys a query may look at; numbers: what is added to the scores.
    dropout_p : float
        The probability with which a weight is set to 0.
    is_causal : bool
        Whether query number i may look at the keys up to number i only.
    scale : float, optional
        By default one over the square root of E.
    enable_gqa : bool
        Whether several heads (dimension -3) of the queries share one of the keys and values.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.eye(2)
    >>> minigrad.nn.functional.scaled_dot_product_attention(x, x, x, is_causal=True)
    tensor([[1.0000, 0.0000],
            [0.3302, 0.6698]])
    """
    _check(query, key, value, attn_mask, dropout_p, is_causal)
    if enable_gqa:
        key, value = (repeat_interleave(x, query.array.shape[-3] // x.array.shape[-3], dim=-3) for x in (key, value))
    root = math.sqrt(1 / math.sqrt(query.array.shape[-1]) if scale is None else scale)
    scores = matmul(query * root, transpose(key * root, -2, -1))
    if is_causal:
        xp = backend.namespace(query.array)
        attn_mask = wrap(xp.tri(*scores.array.shape[-2:], dtype=bool))
    if attn_mask is not None:
        if attn_mask.array.dtype == bool:
            attn_mask = where(attn_mask, scores.array.dtype.type(0), float("-inf")).to(scores.dtype)
        scores = scores + attn_mask.to(scores.dtype)
    weights = apply(SafeSoftmax, scores, dim=scores.ndim - 1)
    return matmul(dropout(weights, dropout_p) if dropout_p > 0 else weights, value)
