"""Operations that work element by element, with broadcasting.

The derivatives are those of any calculus book; formulas stand beside the code, for the stepper.
"""

from __future__ import annotations

import math

import numpy as np

from .. import backend, dtypes
from ..layouts import copied, in_order, ordered_as
from ..tensor import Tensor
from .base import Op
from .operands import constant, kept_where

# mypy: disable-error-code="misc, operator, no-untyped-def"


# ------------------------------------------------------------ arithmetic
class Add(Op):
    forward = np.add
    formula = r"\bar z", r"\bar z"

    def grad_a(g):
        return g

    def grad_b(g):
        return g


class Sub(Op):
    forward = np.subtract
    formula = r"\bar z", r"-\bar z"

    def grad_a(g):
        return g

    def grad_b(g):
        return -g


class Rsub(Op):
    """b - a, with the operands the other way round: what `1 - x` becomes."""

    node_name = "RsubBackward1"
    formula = (r"-\bar z",)

    def forward(a, other):
        return other - a

    def grad_a(g):
        return -g


class Mul(Op):
    """The product, element by element."""

    forward = np.multiply
    formula = r"\bar z\, b", r"\bar z\, a"

    def grad_a(g, b):
        return g * b

    def grad_b(g, a):
        return g * a


class Div(Op):
    """The quotient, element by element."""

    forward = np.true_divide
    of_floats = True
    formula = r"\frac{\bar z}{b}", r"-\bar z\, \frac{a}{b^2}"

    def grad_a(g, b):
        return g / b

    def grad_b(g, a, b):
        return -g * (a / b) / b


class Neg(Op):
    forward = np.negative
    formula = (r"-\bar z",)

    def grad_a(g):
        return -g


class Reciprocal(Op):
    """One divided by each element."""

    of_floats = True
    formula = (r"-\bar z\, z^2",)

    def forward(a):
        return np.true_divide(1, a)

    def grad_a(g, z):
        return -g * (z * z)


class Abs(Op):
    """The absolute value of each element. The slope at 0 is taken to be 0."""

    formula = (r"\bar z\, \operatorname{sign}(a)",)

    def forward(a):
        if a.dtype == bool:
            raise NotImplementedError("\"abs_cpu\" not implemented for 'Bool'")
        return np.absolute(a)

    def grad_a(g, a):
        return g * np.where(a != a, 0, np.sign(a))  # 0 at NaN too, as in PyTorch


class Sign(Op):
    """-1, 0 or 1: the sign of each element. The slope is 0."""

    formula = (r"0",)

    def forward(a):
        return (a > 0).astype(a.dtype) - (a < 0).astype(a.dtype) if a.dtype != bool else a.copy()

    def grad_a(g):
        return g * 0


# ------------------------------------------------------------ powers, exponentials, logarithms
class PowScalar(Op):
    """a to the power of a number."""

    node_name = "PowBackward0"
    formula = (r"\bar z \cdot n\, a^{n-1}",)

    def forward(a, n):
        # Products are many times faster than np.power.
        return np.square(a) if n == 2 else a * a * a if n == 3 else np.power(a, n)

    def grad_a(g, a, n):
        if n == 0:
            return g * 0
        return g * (a + a if n == 2 else constant(n, a) * a ** (n - 1))


class Pow(Op):
    """a to the power of b, both tensors."""

    node_name = "PowBackward1"
    forward = np.power
    formula = r"\bar z\, b\, a^{b-1}", r"\bar z\, z \ln a"

    def grad_a(g, a, b):
        # At b = 0 the derivative is 0 even where a^(b-1) is infinite.
        return np.where(b == 0, 0, g * (b * a ** np.where(b == 0, 1, b - 1)))

    def grad_b(g, a, b, z):
        # At a = 0 the limit for b >= 0 is 0, where z ln a would be 0 times minus infinity.
        flat = (a == 0) & (b >= 0)
        return g * np.where(flat, 0, z * np.log(np.where(flat, 1, a)))


class PowOfScalar(Op):
    """A number to the power of a."""

    node_name = "PowBackward2"
    formula = (r"\bar z\, z \ln n",)

    def forward(a, n):
        return np.power(n, a)

    def grad_a(g, a, z, n):
        if n == 0:
            return np.where(a >= 0, 0, g * z * -math.inf)
        return g * z * (math.log(n) if n > 0 else math.nan)


class Exp(Op):
    """e to the power of each element."""

    forward = np.exp
    of_floats = True
    formula = (r"\bar z\, z",)

    def grad_a(g, z):
        return g * z


class Log(Op):
    """The natural logarithm of each element."""

    forward = np.log
    of_floats = True
    formula = (r"\frac{\bar z}{a}",)

    def grad_a(g, a):
        return g / a


class Log1p(Op):
    """The natural logarithm of 1 plus each element, exact for small ones too."""

    node_name = "Log1PBackward0"
    forward = np.log1p
    of_floats = True
    formula = (r"\frac{\bar z}{1 + a}",)

    def grad_a(g, a):
        return g / (a + 1)


class Sqrt(Op):
    """The square root of each element."""

    forward = np.sqrt
    of_floats = True
    formula = (r"\frac{\bar z}{2 z}",)

    def grad_a(g, z):
        return g / (2 * z)


# ------------------------------------------------------------ trigonometric, hyperbolic, activations
class Sin(Op):
    """The sine of each element."""

    forward = np.sin
    of_floats = True
    formula = (r"\bar z \cos a",)

    def grad_a(g, a):
        return g * np.cos(a)


class Cos(Op):
    """The cosine of each element."""

    forward = np.cos
    of_floats = True
    formula = (r"-\bar z \sin a",)

    def grad_a(g, a):
        return g * -np.sin(a)


class Tanh(Op):
    """The hyperbolic tangent of each element."""

    forward = np.tanh
    of_floats = True
    formula = (r"\bar z\,(1 - z^2)",)

    def grad_a(g, z):
        return g * (constant(1, z) - z * z)


class Sigmoid(Op):
    """1 / (1 + exp(-x)) of each element x: a number between 0 and 1."""

    of_floats = True
    formula = (r"\bar z\, z\,(1 - z)",)

    def forward(a):
        if a.dtype.char == "e":  # whose exp overflows where the result is not yet 0
            return (1 / (1 + np.exp(-a.astype(np.float32)))).astype(a.dtype)
        z = np.exp(-a)
        z += 1  # in place: one array less to fill
        return 1 / z  # where exp is infinite, 0

    def grad_a(g, z):
        return g * (z * (1 - z))


class Relu(Op):
    """Each element, or 0 if it is negative. The slope at 0 is taken to be 0."""

    formula = (r"\bar z\, [z > 0]",)

    def forward(a):
        if a.dtype == bool:
            raise RuntimeError("Boolean inputs not supported for relu")
        if type(a) is np.ndarray and a.size > 1000 and a.dtype.kind == "f":
            return a.clip(0, math.inf)  # a third of what the maximum of an array and a number takes
        return np.maximum(a, 0)

    def grad_a(g, z):
        return kept_where(z != 0, g)  # z is no less; and not [z > 0] g: a NaN passes its gradient on


# ------------------------------------------------------------ choosing
class Maximum(Op):
    """The larger of two elements. Equal ones get half of the gradient each."""

    forward = np.maximum
    formula = r"\bar z\,([a > b] + \tfrac12 [a = b])", r"\bar z\,([b > a] + \tfrac12 [a = b])"

    def grad_a(g, a, b):
        return np.where(a == b, g / 2, np.where(a < b, 0, g))

    def grad_b(g, a, b):
        return np.where(a == b, g / 2, np.where(b < a, 0, g))


class Minimum(Op):
    """The smaller of two elements. Equal ones get half of the gradient each."""

    forward = np.minimum
    formula = r"\bar z\,([a < b] + \tfrac12 [a = b])", r"\bar z\,([b < a] + \tfrac12 [a = b])"

    def grad_a(g, a, b):
        return np.where(a == b, g / 2, np.where(a > b, 0, g))

    def grad_b(g, a, b):
        return np.where(a == b, g / 2, np.where(b > a, 0, g))


class Where(Op):
    """a where the condition holds, b elsewhere."""

    broadcasts = True

    formula = r"[c]\, \bar z", r"[\lnot c]\, \bar z"

    def forward(a, b, condition):
        return np.where(condition, a, b)

    def grad_a(g, condition):
        return np.where(condition, g, 0)

    def grad_b(g, condition):
        return np.where(condition, 0, g)


# ------------------------------------------------------------ copies
class Clone(Op):
    formula = (r"\bar z",)

    def forward(a, order="K"):
        return copied(a, order)

    def grad_a(g):
        return g


class ToCopy(Op):
    """The same numbers in another dtype, or on another device."""

    formula = (r"\bar z",)

    def forward(a, dtype, device, source, order="K"):
        z = backend.array_on(device, a, dtype)
        if order == "K" and device.type != source[1].type:
            return ordered_as(z, a, order)  # CuPy forgets it on the way
        return z if in_order(z, order) else copied(z, order)

    def grad_a(g, source):
        dtype, device = source
        return g.to(dtypes.of(dtype), device) if isinstance(g, Tensor) else backend.array_on(device, g, dtype)
