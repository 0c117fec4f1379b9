"""Losses that are made of other operations: of distributions, of pairs and of triplets."""

from __future__ import annotations

import math
import warnings
from typing import Any

from ..tensor import Tensor, wrap
from .choosing import clamp_min
from .exponential import xlogy
from .functions import eq, exp, le, log, minimum, ne, neg, sqrt, where
from .loss import reduced, reduction_of
from .masking import masked_fill
from .normalization import pairwise_distance
from .operands import array_of
from .reduce import sum


# ------------------------------------------------------------ distributions
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """The Kullback-Leibler divergence: `target * (log(target) - input)`, reduced.

    Parameters
    ----------
    input : Tensor
        Log-probabilities.
    target : Tensor
        Probabilities; log-probabilities if `log_target`.
    reduction : {"mean", "batchmean", "sum", "none"}
        The divergence is the sum; "batchmean" divides it by the number of examples, "mean" by that of elements.
    """
    if reduction == "mean" and size_average is None and reduce is None:
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            UserWarning,
            stacklevel=2,
        )
    batch = reduction == "batchmean"
    reduction = reduction_of("sum" if batch else reduction, size_average, reduce)
    array_of(input, "kl_div")
    array_of(target, "kl_div", "argument 'target' (position 2)")
    loss = exp(target) * (target - input) if log_target else xlogy(target, target) - target * input
    loss = reduced(loss, reduction)
    return loss / input.array.shape[0] if batch and input.ndim else loss


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Minus the log-probability of counts, of which `input` is the expected number.

    Parameters
    ----------
    log_input : bool
        Whether `input` is the logarithm of what is expected.
    full : bool
        Whether to add what does not depend on the input, by Stirling's formula.
    eps : float
        Added before a logarithm is taken.
    """
    reduction = reduction_of(reduction, size_average, reduce)
    array_of(input, "poisson_nll_loss")
    array_of(target, "poisson_nll_loss", "argument 'target' (position 2)")
    loss = exp(input) - target * input if log_input else input - target * log(input + eps)
    if full:
        stirling = target * log(target) - target + log(target * (2 * math.pi)) * 0.5
        loss = loss + masked_fill(stirling, le(target, 1), 0)
    return reduced(loss, reduction)


def gaussian_nll_loss(
    input: Tensor, target: Tensor, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Tensor:
    """Minus the log-probability of `target` under normal distributions with mean `input` and variance `var`.

    Parameters
    ----------
    var : Tensor or float
        One for each element; or with a last dimension of 1, or without one, for each row.
    full : bool
        Whether to add the constant.
    eps : float
        Variances below it count as it; gradients do not see that.

    Raises
    ------
    ValueError
        If a variance is negative, or their number does not fit.
    """
    shape = array_of(input, "gaussian_nll_loss").shape
    if isinstance(var, (int, float)):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = input.detach() * 0 + var
    elif bool((var.array < 0).any()):
        raise ValueError("var has negative entry/entries")
    if var.array.shape != shape:
        if shape[:-1] == var.array.shape:
            var = var.unsqueeze(-1)
        elif not (shape[:-1] == var.array.shape[:-1] and var.array.shape[-1:] == (1,)):
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    held = var.clone()
    clamped = wrap(held.array.clip(eps))
    held = held + (clamped - held).detach()
    loss = (log(held) + (input - target) ** 2 / held) * 0.5
    return reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)


# ------------------------------------------------------------ pairs
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """How far `input1` is from exceeding `input2` by `margin` where `target` is 1; the reverse where it is -1."""
    reduction = reduction_of(reduction, size_average, reduce)
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: "
            f"{input1.shape}, input2: {input2.shape}, target: {target.shape} "
        )
    return reduced(clamp_min(neg(target) * (input1 - input2) + margin, 0), reduction)


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The distance `input` itself where `target` is 1; how much it falls short of `margin` where it is -1."""
    reduction = reduction_of(reduction, size_average, reduce)
    array_of(input, "hinge_embedding_loss")
    array_of(target, "hinge_embedding_loss", "argument 'target' (position 2)")
    short = where(ne(target, 1), clamp_min(margin - input, 0), 0.0)
    return reduced(short + where(ne(target, -1), input, 0.0), reduction)


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """1 less the cosine of the angle between two vectors where `target` is 1; the cosine above `margin` where it is -1.

    Parameters
    ----------
    input1, input2 : Tensor
        Shape (N, size) with N targets, or (size,) with one.
    """
    reduction = reduction_of(reduction, size_average, reduce)
    t = array_of(target, "cosine_embedding_loss", "argument 'target' (position 3)")
    a, b = array_of(input1, "cosine_embedding_loss"), array_of(input2, "cosine_embedding_loss")
    if t.ndim not in (0, 1):
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if not (a.ndim == b.ndim == t.ndim + 1):
        raise RuntimeError(
            f"{t.ndim}D target tensor expects {t.ndim + 1}D input tensors, but found inputs with sizes "
            f"{list(a.shape)} and {list(b.shape)}."
        )
    tiny = 1e-12
    squares = (sum(input1 * input1, t.ndim) + tiny) * (sum(input2 * input2, t.ndim) + tiny)
    cosine = sum(input1 * input2, t.ndim) / sqrt(squares)
    near = where(eq(target, 1), 1 - cosine, 0.0)
    return reduced(near + where(eq(target, -1), clamp_min(cosine - margin, 0), 0.0), reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """How much the distance to `negative` falls short of that to `positive` by `margin`.

    Parameters
    ----------
    p, eps : float
        See `pairwise_distance`.
    swap : bool
        Whether to take the distance from `positive` to `negative` where that is smaller.
    """
    reduction = reduction_of(reduction, size_average, reduce)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D inputs"
        )
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = minimum(far, pairwise_distance(positive, negative, p, eps))
    return reduced(clamp_min(near + margin - far, 0), reduction)
