"""Losses: what a network is to make small."""

from __future__ import annotations

import warnings
from math import prod
from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.versions import follow
from ..tensor import Tensor
from .activation import logistic, softplus_of
from .base import Op
from .calling import apply
from .functions import abs
from .operands import array_of, not_for
from .reduce import mean, sum
from .shaping import broadcast_tensors

# mypy: disable-error-code="misc, operator, no-untyped-def"


def total(z: Any, reduction: str) -> Any:
    return np.mean(z) if reduction == "mean" else np.sum(z, dtype=z.dtype) if reduction == "sum" else z


def share(g: Any, shape: tuple[int, ...], reduction: str) -> Any:
    """The part of a loss's gradient that each element gets."""
    return g / (prod(shape) or float("nan")) if reduction == "mean" else g


class MseLoss(Op):
    """The squared difference, and its mean or sum in the same node."""

    formula = r"\frac{2 \bar z}{n}\,(a - b)", r"\frac{2 \bar z}{n}\,(b - a)"

    def forward(a, b, reduction):
        d = a - b
        return total(d * d, reduction)

    def grad_a(g, a, b, reduction):
        return share(g, a.shape, reduction) * (2 * (a - b))

    def grad_b(g, a, b, reduction):
        return share(g, a.shape, reduction) * (2 * (b - a))


class SmoothL1Loss(Op):
    """Half the squared difference, divided by beta, where it is small; the absolute one, less beta / 2, elsewhere."""

    formula = (
        r"\frac{\bar z}{n} \operatorname{clamp}(\tfrac{a - b}{\beta}, -1, 1)",
        (r"-\frac{\bar z}{n} \operatorname{clamp}(\tfrac{a - b}{\beta}, -1, 1)"),
    )

    def forward(a, b, reduction, beta):
        d = np.absolute(a - b)
        return total(np.where(d < beta, d * d * (0.5 / beta), d - 0.5 * beta), reduction)

    def grad_a(g, a, b, reduction, beta):
        d = a - b
        return share(g, a.shape, reduction) * np.where(d <= -beta, -1, np.where(d >= beta, 1, d / beta))

    def grad_b(g, a, b, reduction, beta):
        return -SmoothL1Loss.rules[0](g, a, b, reduction, beta)


class HuberLoss(Op):
    """Half the squared difference where it is small; delta times the absolute one, less delta / 2, elsewhere."""

    formula = (
        r"\frac{\bar z}{n} \operatorname{clamp}(a - b, -\delta, \delta)",
        (r"-\frac{\bar z}{n} \operatorname{clamp}(a - b, -\delta, \delta)"),
    )

    def forward(a, b, reduction, delta):
        d = np.absolute(a - b)
        return total(np.where(d <= delta, d * d * 0.5, delta * (d - 0.5 * delta)), reduction)

    def grad_a(g, a, b, reduction, delta):
        d = a - b
        return share(g, a.shape, reduction) * np.where(d < -delta, -delta, np.where(d > delta, delta, d))

    def grad_b(g, a, b, reduction, delta):
        return -HuberLoss.rules[0](g, a, b, reduction, delta)


class SoftMarginLoss(Op):
    """log(1 + exp(-target a)), element by element. `target` is an array."""

    formula = (r"-\frac{\bar z}{n}\, t\, \sigma(-t a)",)

    def forward(a, target, reduction):
        return total(softplus_of(-a * target), reduction)

    def grad_a(g, a, target, reduction):
        return share(g, a.shape, reduction) * (-target * logistic(-a * target))


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


def reduced(loss: Tensor, reduction: str) -> Tensor:
    """The mean or the sum of a loss, or the loss itself."""
    return mean(loss) if reduction == "mean" else sum(loss) if reduction == "sum" else loss


def _alike(input: Tensor, target: Tensor, name: str) -> tuple[Tensor, Tensor]:
    """Both in one shape, with PyTorch's warning where they were not, and in one dtype."""
    a, b = array_of(input, name), array_of(target, name, "argument 'target' (position 2)")
    if a.shape != b.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). "
            "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            UserWarning,
            stacklevel=3,
        )
        input, target = broadcast_tensors(input, target)
    if a.dtype is b.dtype:
        return input, target
    dtype = dtypes.result_dtype([a, b])
    return _converted(input, dtype), _converted(target, dtype)


def _converted(x: Tensor, dtype: dtypes.dtype) -> Tensor:
    """`x` in this dtype; what saves it is stale when `x` is written."""
    out = x.to(dtype)
    if out.array is not x.array:
        follow(out.array, x.array)
    return out


def _weighted(loss: Tensor, weight: Tensor, input: Tensor, reduction: str) -> Tensor:
    """Each loss times its weight; their sum, or their mean by weight."""
    if weight.shape != input.shape:
        raise ValueError("Weights and input must have the same size.")
    loss = loss * weight
    return sum(loss) / sum(weight) if reduction == "mean" else reduced(loss, reduction)


def only_floats(input: Tensor, kernel: str) -> None:
    if input.array.dtype.kind != "f":
        raise not_for(input.array, kernel)


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The squared difference between `input` and `target`: its mean, its sum ("sum") or each ("none").

    Parameters
    ----------
    weight : Tensor, optional
        A factor for each element; the mean is then divided by their sum.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.mse_loss(minigrad.tensor([1., 3.]), minigrad.tensor([1., 1.]))
    tensor(2.)
    """
    reduction = reduction_of(reduction, size_average, reduce)
    a, b = _alike(input, target, "mse_loss")
    if weight is not None:
        return _weighted((a - b) ** 2, weight, input, reduction)
    only_floats(a, "mse_cpu")
    return apply(MseLoss, a, b, reduction=reduction)


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The absolute difference between `input` and `target`: its mean, its sum ("sum") or each ("none").

    Parameters
    ----------
    weight : Tensor, optional
        A factor for each element; the mean is then divided by their sum.
    """
    reduction = reduction_of(reduction, size_average, reduce)
    a, b = _alike(input, target, "l1_loss")
    loss = abs(a - b)
    return reduced(loss, reduction) if weight is None else _weighted(loss, weight, input, reduction)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """`l1_loss` with a parabola in place of its kink, where the difference is less than `beta`."""
    reduction = reduction_of(reduction, size_average, reduce)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    a, b = _alike(input, target, "smooth_l1_loss")
    if beta == 0:
        return reduced(abs(a - b), reduction)
    only_floats(a, "smooth_l1_cpu")
    return apply(SmoothL1Loss, a, b, reduction=reduction, beta=beta)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Half of `mse_loss` where the difference is less than `delta`; going on as a straight line elsewhere.

    Parameters
    ----------
    weight : Tensor, optional
        A factor for each element.
    """
    reduction = reduction_of(reduction)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    a, b = _alike(input, target, "huber_loss")
    only_floats(a, "huber_cpu")
    if weight is None:
        return apply(HuberLoss, a, b, reduction=reduction, delta=delta)
    if weight.shape != input.shape:
        raise ValueError("Weights and input must have the same size.")
    return reduced(apply(HuberLoss, a, b, reduction="none", delta=delta) * weight, reduction)


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """`log(1 + exp(-target * input))`, for targets of 1 and -1: its mean, its sum ("sum") or each ("none")."""
    reduction = reduction_of(reduction, size_average, reduce)
    array_of(input, "soft_margin_loss")
    array_of(target, "soft_margin_loss", "argument 'target' (position 2)")
    a, b = broadcast_tensors(input, target)
    return apply(SoftMarginLoss, a, target=_converted(b, a.dtype).array, reduction=reduction)
