"""Layers that set numbers to zero at random, in training alone."""

from __future__ import annotations

from ..tensor import Tensor
from . import functional as F
from .module import Module


class _Dropout(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p, self.inplace = p, inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """Each number becomes zero with probability `p`; the others are divided by 1 - p.

    Srivastava et al. (2014), "Dropout".

    Parameters
    ----------
    p : float
    inplace : bool
        Whether the input is overwritten.

    Examples
    --------
    >>> import minigrad
    >>> layer = minigrad.nn.Dropout(0.2)
    >>> layer.eval()(minigrad.ones(3))
    tensor([1., 1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout2d(_Dropout):
    """Each channel of each image becomes zero with probability `p`; see `Dropout`."""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout1d(_Dropout):
    """Each channel of each sequence becomes zero with probability `p`; see `Dropout`."""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training, self.inplace)


class AlphaDropout(_Dropout):
    """A dropout that keeps mean 0 and variance 1, for `SELU`."""

    def forward(self, input: Tensor) -> Tensor:
        return F.alpha_dropout(input, self.p, self.training)
