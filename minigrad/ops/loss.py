"""Losses: what a network is to make small."""

from __future__ import annotations

import warnings
from math import prod
from typing import Any

import numpy as np

from .. import dtypes
from ..tensor import Tensor
from .base import Op
from .calling import apply
from .operands import array_of
from .shaping import broadcast_tensors

# mypy: disable-error-code="misc, operator, no-untyped-def"


def _reduce(z: Any, reduction: str) -> Any:
    return np.mean(z) if reduction == "mean" else np.sum(z, dtype=z.dtype) if reduction == "sum" else z


def _share(g: Any, shape: tuple[int, ...], reduction: str) -> Any:
    """The part of a loss's gradient that each element gets."""
    return g / (prod(shape) or float("nan")) if reduction == "mean" else g


class MseLoss(Op):
    """The squared difference, and its mean or sum in the same node."""

    formula = r"\frac{2 \bar z}{n}\,(a - b)", r"\frac{2 \bar z}{n}\,(b - a)"

    def forward(a, b, reduction):
        d = a - b
        return _reduce(d * d, reduction)

    def grad_a(g, a, b, reduction):
        return _share(g, a.shape, reduction) * (2 * (a - b))

    def grad_b(g, a, b, reduction):
        return _share(g, a.shape, reduction) * (2 * (b - a))


class BinaryCrossEntropyWithLogits(Op):
    """-(b log sigmoid(a) + (1 - b) log(1 - sigmoid(a))), element by element.

    Computed as max(a, 0) - a b + log(1 + exp(-|a|)), which never overflows (PyTorch's documentation of
    BCEWithLogitsLoss; the log-sum-exp trick). `weight` and `pos_weight` are arrays or None.
    """

    formula = r"\bar z\,(\sigma(a) - b)", r"-\bar z\, a"

    def forward(a, b, weight, pos_weight, reduction):
        soft = np.log1p(np.exp(-np.absolute(a))) + np.maximum(-a, 0)  # log(1 + exp(-a))
        z = (1 - b) * a + (soft if pos_weight is None else (1 + (pos_weight - 1) * b) * soft)
        return _reduce(z if weight is None else z * weight, reduction)

    def grad_a(g, a, b, weight, pos_weight, reduction):
        s = 1 / (1 + np.exp(-a))
        d = s - b if pos_weight is None else (1 - b) - (1 + (pos_weight - 1) * b) * (1 - s)
        return _share(g, a.shape, reduction) * (d if weight is None else d * weight)

    def grad_b(g, a, weight, pos_weight, reduction):
        d = -a
        if pos_weight is not None:
            soft = np.log1p(np.exp(-np.absolute(a))) + np.maximum(-a, 0)
            d = (pos_weight - 1) * soft - a
        return _share(g, a.shape, reduction) * (d if weight is None else d * weight)


def reduction_of(reduction: str, size_average: bool | None = None, reduce: bool | None = None) -> str:
    """The reduction, checked; `size_average` and `reduce` are PyTorch's old way to name it."""
    if size_average is not None or reduce is not None:
        reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
        warnings.warn(
            f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.",
            UserWarning,
            stacklevel=3,
        )
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def mse_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The squared difference between `input` and `target`: its mean, its sum ("sum") or each ("none").

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.mse_loss(minigrad.tensor([1., 3.]), minigrad.tensor([1., 1.]))
    tensor(2.)
    """
    a, b = array_of(input, "mse_loss"), array_of(target, "mse_loss", "argument 'target' (position 2)")
    if a.shape != b.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). "
            "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            UserWarning,
            stacklevel=2,
        )
        input, target = broadcast_tensors(input, target)
    reduction_of(reduction)
    dtype = dtypes.result_dtype([input.array, target.array])
    return apply(MseLoss, input.to(dtype), target.to(dtype), reduction=reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Cross entropy between a target in [0, 1] and the sigmoid of `input`.

    Parameters
    ----------
    input, target : Tensor
        Of the same shape.
    weight : Tensor, optional
        A factor for each element; broadcasts.
    reduction : {"mean", "sum", "none"}
    pos_weight : Tensor, optional
        A factor for the positive part of each element; broadcasts.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.binary_cross_entropy_with_logits(minigrad.zeros(3), minigrad.ones(3))
    tensor(0.6931)
    """
    a = array_of(input, "binary_cross_entropy_with_logits")
    b = array_of(target, "binary_cross_entropy_with_logits", "argument 'target' (position 2)")
    if a.shape != b.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    w, p = (None if x is None else x.array for x in (weight, pos_weight))
    reduction_of(reduction)
    return apply(BinaryCrossEntropyWithLogits, input, target, weight=w, pos_weight=p, reduction=reduction)
