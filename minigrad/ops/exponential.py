"""Exponentials and logarithms, and what is made of them, that not every program needs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import dtypes
from ..tensor import Tensor
from . import functions
from .base import Op
from .calling import apply, binary, cast_then, unary
from .operands import NUMBERS, array_of, no_such_call, not_for, operands, tensors_only

# mypy: disable-error-code="misc, operator, no-untyped-def"

LN2, LN10 = math.log(2), math.log(10)


# ------------------------------------------------------------ one tensor
class Exp2(Op):
    """2 to the power of each element."""

    of_floats = True
    formula = (r"\bar z\, z \ln 2",)

    forward = np.exp2

    def grad_a(g, z):
        return g * z * LN2


class Expm1(Op):
    """e to the power of each element, less 1; exact for small ones too."""

    forward = np.expm1
    of_floats = True
    formula = (r"\bar z\,(z + 1)",)

    def grad_a(g, z):
        return g * (z + 1)


class Log2(Op):
    """The logarithm to base 2 of each element."""

    forward = np.log2
    of_floats = True
    formula = (r"\frac{\bar z}{a \ln 2}",)

    def grad_a(g, a):
        return g / (a * LN2)


class Log10(Op):
    """The logarithm to base 10 of each element."""

    forward = np.log10
    of_floats = True
    formula = (r"\frac{\bar z}{a \ln 10}",)

    def grad_a(g, a):
        return g / (a * LN10)


class Rsqrt(Op):
    """One divided by the square root of each element."""

    of_floats = True
    formula = (r"-\tfrac12\, \bar z\, z^3",)

    def forward(a):
        return np.true_divide(1, np.sqrt(a))

    def grad_a(g, z):
        return g * (z * z * z) * -0.5


class Logit(Op):
    """log(a / (1 - a)) of a probability a, which is first brought into [eps, 1 - eps] if eps is given."""

    formula = (r"\frac{\bar z}{a\,(1 - a)}",)

    def forward(a, eps):
        if eps is not None:
            a = np.minimum(np.maximum(a, eps), 1 - eps)
        return np.log(a / (1 - a))

    def grad_a(g, a, eps):
        low = 0 if eps is None else eps
        flat = math.nan if eps is None else 0  # outside of what the function is defined on, or where it was cut
        return np.where((a < low) | (a > 1 - low), flat, g / (a * (1 - a)))


# ------------------------------------------------------------ two tensors
class Xlogy(Op):
    """a log b, and 0 where a is 0."""

    of_floats = True
    formula = r"\bar z \ln b", r"\bar z\, \frac{a}{b}"

    def forward(a, b):
        flat = (a == 0) & (b == b)
        return np.where(flat, 0, a * np.log(np.where(flat, 1, b)))

    def grad_a(g, a, b):
        return np.where((a == 0) & (b <= 0), 0, g * np.log(b))

    def grad_b(g, a, b):
        return g * a / b


class XlogyOfScalar(Op):
    """n log a for a number n."""

    node_name = "XlogyBackward1"
    formula = (r"\bar z\, \frac{n}{a}",)

    def forward(a, n):
        return np.where(a == a, 0, a) if n == 0 else n * np.log(a)

    def grad_a(g, a, n):
        return g * n / a


class XlogyScalar(Op):
    """a log n for a number n."""

    node_name = "XlogyBackward2"
    formula = (r"\bar z \ln n",)

    def forward(a, n):
        return np.where((a == 0) & (n == n), 0, a * _log(n))

    def grad_a(g, a, n):
        return g * _log(n) if n > 0 else np.where(a == 0, 0, g * _log(n))


def _log(n: float) -> float:
    """The logarithm of a number as arrays have it: of 0 minus infinity, of negative ones NaN."""
    return math.log(n) if n > 0 else -math.inf if n == 0 else math.nan


class Logaddexp(Op):
    """log(exp a + exp b), without overflow."""

    forward = np.logaddexp
    formula = r"\bar z\, e^{a - z}", r"\bar z\, e^{b - z}"

    def grad_a(g, a, b):
        return g / (np.exp(b - a) + 1)

    def grad_b(g, a, b):
        return g / (np.exp(a - b) + 1)


class Logaddexp2(Op):
    """log2(2^a + 2^b), without overflow."""

    forward = np.logaddexp2
    formula = r"\bar z\, 2^{a - z}", r"\bar z\, 2^{b - z}"

    def grad_a(g, a, b):
        return g / (np.exp2(b - a) + 1)

    def grad_b(g, a, b):
        return g / (np.exp2(a - b) + 1)


# ------------------------------------------------------------ what users call
exp2 = unary(Exp2, "exp2")
expm1 = unary(Expm1, "expm1")
log2 = unary(Log2, "log2")
log10 = unary(Log10, "log10")
rsqrt = unary(Rsqrt, "rsqrt")
_xlogy = binary(Xlogy, "xlogy")


def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """log(p / (1 - p)) of each probability p, the inverse of `sigmoid`.

    Parameters
    ----------
    input : Tensor
    eps : float, optional
        Probabilities below it become `eps`, those above `1 - eps` become that.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.logit(minigrad.tensor([0.25, 0.5, 1.]))
    tensor([-1.0986,  0.0000,     inf])
    """
    a = array_of(input, "logit")
    if eps is not None and not isinstance(eps, NUMBERS):
        raise TypeError(f"logit(): argument 'eps' (position 2) must be float, not {type(eps).__name__}")
    if a.dtype.kind != "f":
        input = input.to(dtypes.get_default_dtype())
    return apply(Logit, input, eps=eps)


def xlogy(input: Any, other: Any) -> Tensor:
    """`input * log(other)`, and 0 where `input` is 0; one of the two may be a number."""
    numbers = [isinstance(x, NUMBERS) for x in (input, other)]
    if not all(n or hasattr(x, "array") for n, x in zip(numbers, (input, other), strict=True)) or all(numbers):
        raise no_such_call("xlogy", input, other)
    if not any(numbers):
        return _xlogy(input, other)
    a, b = operands(input, other, "xlogy", True)
    return cast_then(XlogyOfScalar, other, b, n=input) if numbers[0] else cast_then(XlogyScalar, input, a, n=other)


def _of_floats(op: type[Op], name: str) -> Any:
    """The function of two tensors, of which at least one must be of floats."""
    combine = binary(op, name)

    def function(input: Tensor, other: Tensor) -> Tensor:
        a = array_of(input, name)
        tensors_only(name, other=other)
        if a.dtype.kind != "f" and other.array.dtype.kind != "f":
            raise not_for(operands(input, other, name, False)[0], f"{name}_cpu")
        return combine(input, other)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = op.__doc__
    return function


logaddexp = _of_floats(Logaddexp, "logaddexp")
logaddexp2 = _of_floats(Logaddexp2, "logaddexp2")


def float_power(input: Any, exponent: Any) -> Tensor:
    """`input` to the power of `exponent`, computed in float64."""
    if not any(hasattr(x, "array") for x in (input, exponent)):
        raise no_such_call("float_power", input, exponent)
    for x in (input, exponent):
        if not hasattr(x, "array") and not isinstance(x, NUMBERS):
            raise no_such_call("float_power", input, exponent)
    base, power = (x.to(dtypes.float64) if hasattr(x, "array") else x for x in (input, exponent))
    return functions.pow(base, power)


def float_power_(input: Tensor, exponent: Any) -> Tensor:
    """`float_power` written into `input`, which must be of float64.

    Raises
    ------
    RuntimeError
        If it is of another type.
    """
    if input.dtype is not dtypes.float64:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {dtypes.SCALAR_TYPE_NAMES[input.dtype.name]} "
            "but the operation's result requires dtype Double"
        )
    return input.pow_(exponent)
