"""Losses between pairs and triples of examples, and those that know a distribution; see `nn.functional` for each."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from . import functional as F
from .loss import _Loss


class _MarginLoss(_Loss):
    """A loss that is zero where two numbers are `margin` apart."""

    default = 0.0

    def __init__(
        self,
        margin: float | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = self.default if margin is None else margin


class MarginRankingLoss(_MarginLoss):
    """How much the first of two scores fails to be `margin` above the second (target 1), or below it (target -1).

    Examples
    --------
    >>> from minigrad import nn, tensor
    >>> nn.MarginRankingLoss(margin=1.0)(tensor([3.]), tensor([2.5]), tensor([1.]))
    tensor(0.5000)
    """

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class HingeEmbeddingLoss(_MarginLoss):
    """A distance itself (target 1), or what it lacks to be `margin` (target -1)."""

    default = 1.0

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(_MarginLoss):
    """1 - cos of the angle of two vectors (target 1), or by how much cos exceeds `margin` (target -1)."""

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class SoftMarginLoss(_Loss):
    """log(1 + exp(-y x)), with targets of 1 and -1."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class TripletMarginLoss(_Loss):
    """How much an example fails to be nearer to one of its kind than to another, by `margin`.

    Parameters
    ----------
    margin : float
        Greater than 0.
    p : float
        Which norm the distance is.
    eps : float
        Added to each difference.
    swap : bool
        Whether the distance of the two others counts, where it is smaller.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead")
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        how: dict[str, Any] = {"margin": self.margin, "p": self.p, "eps": self.eps, "swap": self.swap}
        return F.triplet_margin_loss(anchor, positive, negative, **how, reduction=self.reduction)


class GaussianNLLLoss(_Loss):
    """The negative log-likelihood of targets that are normal around `input` with variance `var`.

    Parameters
    ----------
    full : bool
        Whether to add the constant.
    eps : float
        Smaller variances count as it.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(None, None, reduction)
        self.full, self.eps = full, eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class PoissonNLLLoss(_Loss):
    """The negative log-likelihood of counts whose expected number is exp(`input`), or `input`.

    Parameters
    ----------
    log_input : bool
        Whether the input is the logarithm of the expected number.
    full : bool
        Whether to add Stirling's approximation of log(target!).
    eps : float
        Added to an input that is no logarithm.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        how: dict[str, Any] = {"log_input": self.log_input, "full": self.full, "eps": self.eps}
        return F.poisson_nll_loss(log_input, target, **how, reduction=self.reduction)
