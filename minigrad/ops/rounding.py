"""Rounding, and division that rounds: constant between its steps, so most slopes here are 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensor import Tensor
from .base import Op
from .calling import apply, binary, cast_then, unary
from .operands import NUMBERS, array_of, no_such_call, not_for, operands

# mypy: disable-error-code="misc, operator, no-untyped-def"


def truncated(a: Any, b: Any) -> Any:
    """a / b, rounded towards zero."""
    if a.dtype.kind == "f":
        return np.trunc(a / b)
    down = np.floor_divide(a, b)
    return down + ((down < 0) & (down * b != a))


# ------------------------------------------------------------ one tensor
class _Rounding(Op):
    formula = (r"0",)

    def grad_a(g):
        return g * 0


def _not_bools(function: Any, name: str) -> Any:
    """`function` on floats; integers are round already, and bools are refused."""

    def forward(a: Any) -> Any:
        if a.dtype == bool:
            raise not_for(a, f"{name}_vml_cpu")
        return function(a) if a.dtype.kind == "f" else a.copy()

    return forward


class Floor(_Rounding):
    """Each element rounded down."""

    forward = _not_bools(np.floor, "floor")


class Ceil(_Rounding):
    """Each element rounded up."""

    forward = _not_bools(np.ceil, "ceil")


class Trunc(_Rounding):
    """Each element rounded towards zero."""

    forward = _not_bools(np.trunc, "trunc")


class Round(_Rounding):
    forward = _not_bools(np.rint, "round")


class RoundDecimals(_Rounding):
    node_name = "RoundBackward1"

    def forward(a, decimals):
        if a.dtype.kind != "f":
            raise not_for(a, "round_cpu")
        scale = 10.0 ** abs(decimals)
        return np.rint(a * scale) / scale if decimals >= 0 else np.rint(a / scale) * scale


class Frac(Op):
    """What is left of each element when it is rounded towards zero."""

    formula = (r"\bar z",)

    def forward(a):
        if a.dtype.kind != "f":
            raise not_for(a, "frac_cpu")
        return a - np.trunc(a)

    def grad_a(g):
        return g


# ------------------------------------------------------------ what is left of a division
class Remainder(Op):
    """What is left of dividing, with the divisor's sign."""

    node_name = "RemainderBackward1"
    forward = np.remainder
    formula = r"\bar z", r"-\bar z\, \lfloor a / b \rfloor"

    def grad_a(g):
        return g

    def grad_b(g, a, b):
        return -g * np.floor_divide(a, b)


class RemainderScalar(Op):
    """What is left of dividing by a number, with the number's sign."""

    node_name = "RemainderBackward0"
    formula = (r"\bar z",)

    def forward(a, n):
        return np.remainder(a, n)

    def grad_a(g):
        return g


class Fmod(Op):
    """What is left of dividing, with the dividend's sign."""

    node_name = "FmodBackward1"
    forward = np.fmod
    formula = r"\bar z", r"-\bar z\, \operatorname{trunc}(a / b)"

    def grad_a(g):
        return g

    def grad_b(g, a, b):
        return -g * np.trunc(a / b)


class FmodScalar(Op):
    """What is left of dividing by a number, with the dividend's sign."""

    node_name = "FmodBackward0"
    formula = (r"\bar z",)

    def forward(a, n):
        return np.fmod(a, n)

    def grad_a(g):
        return g


# ------------------------------------------------------------ division that rounds
class _DivRounded(Op):
    formula = r"0", r"0"

    def grad_a(g):
        return g * 0

    def grad_b(g):
        return g * 0


class DivFloor(_DivRounded):
    """a / b, rounded down."""

    node_name = "DivBackward2"
    forward = np.floor_divide


class DivTrunc(_DivRounded):
    """a / b, rounded towards zero."""

    node_name = "DivBackward2"
    forward = truncated


class _NotImplemented(Op):
    """PyTorch's node of this name raises when backward comes to it."""

    def name(self) -> str:
        return "minigrad::autograd::NotImplemented"


class FloorDivide(_NotImplemented):
    """a / b, rounded down; without a derivative."""

    node_name = "NotImplemented"
    forward = np.floor_divide
    formula = r"\text{not defined}", r"\text{not defined}"

    def grad_a(g):
        raise RuntimeError("derivative for aten::floor_divide is not implemented")

    def grad_b(g):
        raise RuntimeError("derivative for aten::floor_divide is not implemented")


class RemainderOfScalar(_NotImplemented):
    """What is left of a number divided by a; without a derivative."""

    node_name = "NotImplemented"
    formula = (r"\text{not defined}",)

    def forward(a, n):
        return np.remainder(n, a)

    def grad_a(g):
        raise RuntimeError("derivative for aten::remainder is not implemented")


# ------------------------------------------------------------ what users call
floor, ceil, trunc, frac = unary(Floor, "floor"), unary(Ceil, "ceil"), unary(Trunc, "trunc"), unary(Frac, "frac")
_round = unary(Round, "round")
_remainder, _fmod = binary(Remainder, "remainder"), binary(Fmod, "fmod")
_div_floor, _div_trunc = binary(DivFloor, "div"), binary(DivTrunc, "div")
_floor_divide = binary(FloorDivide, "floor_divide")


def round(input: Tensor, *, decimals: int | None = None) -> Tensor:
    """Each element rounded to the nearest integer, halves to the even one.

    Parameters
    ----------
    input : Tensor
    decimals : int, optional
        So many digits behind the point stay; negative: so many before it become 0.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.round(minigrad.tensor([0.5, 1.5, 2.345]))
    tensor([0., 2., 2.])
    >>> minigrad.round(minigrad.tensor([0.5, 1.5, 2.345]), decimals=2)
    tensor([0.5000, 1.5000, 2.3400])
    """
    array_of(input, "round")
    if decimals is None:
        return _round(input)
    if not isinstance(decimals, int):
        raise TypeError(
            f"round() received an invalid combination of arguments - got (Tensor, decimals={type(decimals).__name__})"
        )
    return apply(RoundDecimals, input, decimals=decimals)


def _checked(input: Any, other: Any, name: str, kernel: str) -> tuple[Any, Any]:
    """The arrays of both operands, which must not be bools; integers cannot be divided by 0."""
    for x in (input, other):
        if not hasattr(x, "array") and not isinstance(x, NUMBERS):
            raise no_such_call(name, input, other)
    a, b = operands(input, other, name, False)
    known = a if hasattr(a, "dtype") else b
    if known.dtype == bool:
        raise not_for(known, kernel)
    if known.dtype.kind in "iu" and (not b if not hasattr(b, "dtype") else isinstance(b, np.ndarray) and not np.all(b)):
        raise RuntimeError("ZeroDivisionError")
    return a, b


def divide_rounding(input: Tensor, other: Any, rounding_mode: str) -> Tensor:
    """`div` with a rounding mode, "floor" or "trunc"."""
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    _checked(input, other, "div", f"div_{rounding_mode}_cpu")
    return (_div_floor if rounding_mode == "floor" else _div_trunc)(input, other)


def floor_divide(input: Any, other: Any) -> Tensor:
    """`input / other` rounded down: the operator `//`.

    PyTorch has no derivative of it (`div` with `rounding_mode="floor"` has one: 0).

    Examples
    --------
    >>> import minigrad
    >>> minigrad.tensor([7, -7]) // 2
    tensor([ 3, -4])
    """
    _checked(input, other, "floor_divide", "div_floor_cpu")
    return _floor_divide(input, other)


def remainder(input: Any, other: Any) -> Tensor:
    """What is left of dividing `input` by `other`, with the sign of `other`: the operator `%`.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.tensor([7, -7]) % 3
    tensor([1, 2])
    """
    a, b = _checked(input, other, "remainder", "remainder_cpu")
    if not hasattr(other, "array"):
        return cast_then(RemainderScalar, input, a, n=other)
    return _remainder(input, other) if hasattr(input, "array") else cast_then(RemainderOfScalar, other, b, n=input)


def fmod(input: Tensor, other: Any) -> Tensor:
    """What is left of dividing `input` by `other`, with the sign of `input`.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.fmod(minigrad.tensor([7, -7]), 3)
    tensor([ 1, -1])
    """
    if not hasattr(input, "array"):
        raise no_such_call("fmod", input, other)
    a, _ = _checked(input, other, "fmod", "fmod_cpu")
    return _fmod(input, other) if hasattr(other, "array") else cast_then(FmodScalar, input, a, n=other)
