"""Multiplying and dividing by a number of our own: PyTorch's nodes count these apart from those of the user's `*`."""

from __future__ import annotations

from .. import dtypes
from ..tensor import Tensor
from .base import Op
from .calling import apply

# mypy: disable-error-code="misc, operator, no-untyped-def"


class MulNumber(Op):
    """a times a number."""

    node_name = "MulBackward1"
    formula = (r"n\, \bar z",)

    def forward(a, n):
        return a * n

    def grad_a(g, n):
        return g * n


class DivNumber(Op):
    """a divided by a number."""

    node_name = "DivBackward1"
    formula = (r"\frac{\bar z}{n}",)

    def forward(a, n):
        return a / n

    def grad_a(g, n):
        return g / n


def mul_number(input: Tensor, n: float) -> Tensor:
    """`input * n`."""
    return _float(input, MulNumber, n)


def div_number(input: Tensor, n: float) -> Tensor:
    """`input / n`."""
    return _float(input, DivNumber, n)


def _float(input: Tensor, op: type[Op], n: float) -> Tensor:
    """Integers become floats of the default dtype, as with any number that is no integer."""
    return apply(op, input if input.dtype.is_floating_point else input.to(dtypes.get_default_dtype()), n=n)
