"""Angles and hyperbolic functions that not every program needs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..tensor import Tensor
from .base import Op
from .calling import binary, unary
from .exponential import _of_floats
from .inplace import in_place
from .operands import array_of, tensors_only

# mypy: disable-error-code="misc, operator, no-untyped-def"


# ------------------------------------------------------------ angles
class Tan(Op):
    """The tangent of each element."""

    forward = np.tan
    of_floats = True
    formula = (r"\bar z\,(1 + z^2)",)

    def grad_a(g, z):
        return g * (1 + z * z)


class Asin(Op):
    """The angle, from -pi/2 to pi/2, whose sine each element is."""

    forward = np.arcsin
    of_floats = True
    formula = (r"\frac{\bar z}{\sqrt{1 - a^2}}",)

    def grad_a(g, a):
        return g * (1 / np.sqrt(1 - a * a))


class Acos(Op):
    """The angle, from 0 to pi, whose cosine each element is."""

    forward = np.arccos
    of_floats = True
    formula = (r"-\frac{\bar z}{\sqrt{1 - a^2}}",)

    def grad_a(g, a):
        return g * -(1 / np.sqrt(1 - a * a))


class Atan(Op):
    """The angle, from -pi/2 to pi/2, whose tangent each element is."""

    forward = np.arctan
    of_floats = True
    formula = (r"\frac{\bar z}{a^2 + 1}",)

    def grad_a(g, a):
        return g / (a * a + 1)


def _one_over(x: Any) -> Any:
    """1 / x, and 0 where x is 0."""
    return np.where(x == 0, 0, 1 / np.where(x == 0, 1, x))


class Atan2(Op):
    """The angle, from -pi to pi, of the point whose ordinate is a and whose abscissa is b."""

    forward = np.arctan2
    of_floats = True
    formula = r"\bar z\, \frac{b}{a^2 + b^2}", r"-\bar z\, \frac{a}{a^2 + b^2}"

    def grad_a(g, a, b):
        return g * (b * _one_over(a * a + b * b))

    def grad_b(g, a, b):
        return g * (-a * _one_over(a * a + b * b))


class Hypot(Op):
    """The length of the hypotenuse: the square root of a^2 + b^2."""

    forward = np.hypot
    formula = r"\bar z\, \frac{a}{z}", r"\bar z\, \frac{b}{z}"

    def grad_a(g, a, z):
        return g * (a / z)

    def grad_b(g, b, z):
        return g * (b / z)


class Sinc(Op):
    """sin(pi a) / (pi a) of each element a, and 1 at 0."""

    of_floats = True
    formula = (r"\bar z\, \frac{\pi a \cos \pi a - \sin \pi a}{\pi a^2}",)

    def forward(a):
        x = np.where(a == 0, 1, a * math.pi)
        return np.where(a == 0, 1, np.sin(x) / x)

    def grad_a(g, a):
        x = a * math.pi
        return np.where(a == 0, 0, g * ((x * np.cos(x) - np.sin(x)) / (x * a)))


class Deg2rad(Op):
    """Each angle, given in degrees, in radians."""

    node_name = "Deg2RadBackward0"
    of_floats = True
    formula = (r"\bar z\, \frac{\pi}{180}",)

    def forward(a):
        return a * (math.pi / 180)

    def grad_a(g):
        return g * (math.pi / 180)


class Rad2deg(Op):
    """Each angle, given in radians, in degrees."""

    node_name = "Rad2DegBackward0"
    of_floats = True
    formula = (r"\bar z\, \frac{180}{\pi}",)

    def forward(a):
        return a * (180 / math.pi)

    def grad_a(g):
        return g * (180 / math.pi)


# ------------------------------------------------------------ hyperbolic functions
class Sinh(Op):
    """The hyperbolic sine of each element."""

    forward = np.sinh
    of_floats = True
    formula = (r"\bar z \cosh a",)

    def grad_a(g, a):
        return g * np.cosh(a)


class Cosh(Op):
    """The hyperbolic cosine of each element."""

    forward = np.cosh
    of_floats = True
    formula = (r"\bar z \sinh a",)

    def grad_a(g, a):
        return g * np.sinh(a)


class Asinh(Op):
    """The number whose hyperbolic sine each element is."""

    forward = np.arcsinh
    of_floats = True
    formula = (r"\frac{\bar z}{\sqrt{a^2 + 1}}",)

    def grad_a(g, a):
        return g * (1 / np.sqrt(a * a + 1))


class Acosh(Op):
    """The number, not negative, whose hyperbolic cosine each element is."""

    forward = np.arccosh
    of_floats = True
    formula = (r"\frac{\bar z}{\sqrt{a^2 - 1}}",)

    def grad_a(g, a):
        return g * (1 / np.sqrt(a * a - 1))


class Atanh(Op):
    """The number whose hyperbolic tangent each element is."""

    forward = np.arctanh
    of_floats = True
    formula = (r"\frac{\bar z}{1 - a^2}",)

    def grad_a(g, a):
        return g * (1 / (1 - a * a))


# ------------------------------------------------------------ what users call
tan, asin, acos, atan = unary(Tan, "tan"), unary(Asin, "asin"), unary(Acos, "acos"), unary(Atan, "atan")
sinh, cosh = unary(Sinh, "sinh"), unary(Cosh, "cosh")
asinh, acosh, atanh = unary(Asinh, "asinh"), unary(Acosh, "acosh"), unary(Atanh, "atanh")
sinc, deg2rad, rad2deg = unary(Sinc, "sinc"), unary(Deg2rad, "deg2rad"), unary(Rad2deg, "rad2deg")
_atan2 = binary(Atan2, "atan2")
hypot = _of_floats(Hypot, "hypot")


def atan2(input: Tensor, other: Tensor) -> Tensor:
    """The angle of the point with ordinate `input` and abscissa `other`, from -pi to pi.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.atan2(minigrad.tensor([1., 1.]), minigrad.tensor([1., -1.]))
    tensor([0.7854, 2.3562])
    """
    array_of(input, "atan2")
    tensors_only("atan2", other=other)
    return _atan2(input, other)


# PyTorch has no derivative of these three where they are written in place.
def _without_derivative(op: type[Op], name: str) -> Any:
    class InPlace(Op):
        node_name = f"{name.capitalize()}Backward1"
        forward = op.forward
        of_floats = True
        formula = (r"\text{not defined}",)

        def grad_a(g):
            raise NotImplementedError(f"the derivative for 'inplace version of {name}' is not implemented.")

    return in_place(unary(InPlace, name), f"{name}_")


asinh_, acosh_ = _without_derivative(Asinh, "asinh"), _without_derivative(Acosh, "acosh")
atanh_ = _without_derivative(Atanh, "atanh")
