"""Activations: functions of one number each that make a network more than one big matrix.

Slopes at kinks are PyTorch's. Where a formula could overflow in the branch that is not taken, its argument is held
back, so that second derivatives are finite, too.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..tensor import Tensor
from .base import Op
from .calling import apply
from .elementwise import Sigmoid
from .functions import sigmoid
from .operands import chosen, kept_where
from .special import erf_array, expm1, log1p

# mypy: disable-error-code="misc, operator, no-untyped-def, assignment"


def logistic(a: Any) -> Any:
    """1 / (1 + exp(-a)), of an array or a tensor."""
    return sigmoid(a) if isinstance(a, Tensor) else Sigmoid.forward(a)


def softplus_of(a: Any) -> Any:
    """log(1 + exp(a)), of an array or a tensor, without overflow."""
    above = a.clip(0, math.inf) if type(a) is np.ndarray else np.maximum(a, 0)
    return log1p(np.exp(-np.absolute(a))) + above


def not_above_zero(a: Any) -> Any:
    """`a`, and 0 where it is larger."""
    return a.clip(-math.inf, 0) if type(a) is np.ndarray else np.where(a > 0, 0, a)


# ------------------------------------------------------------ pieces of lines
class LeakyRelu(Op):
    """Each element; multiplied by a small slope if it is negative."""

    formula = (r"\bar z\,([a > 0] + s\, [a \le 0])",)

    def forward(a, negative_slope):
        if 0 < negative_slope <= 1:
            return np.maximum(a, a * negative_slope)
        return chosen(a > 0, a, a * negative_slope)

    def grad_a(g, a, negative_slope):
        return chosen(a > 0, g, g * negative_slope)


class LeakyReluInPlace(LeakyRelu):
    """The same, where the result took the place of what the slope is usually told by."""

    node_name = "LeakyReluBackward1"

    def grad_a(g, z, negative_slope):
        return chosen(z > 0, g, g * negative_slope)


class Hardtanh(Op):
    """Each element, held between two bounds. The slope at the bounds is taken to be 0."""

    formula = (r"\bar z\, [l < a < u]",)

    def forward(a, min_val, max_val):
        return np.minimum(np.maximum(a, a.dtype.type(min_val)), a.dtype.type(max_val))

    def grad_a(g, a, min_val, max_val):
        return kept_where(~((a <= min_val) | (a >= max_val)), g)


class Hardsigmoid(Op):
    """(a + 3) / 6, held between 0 and 1."""

    formula = (r"\tfrac16 \bar z\, [-3 < a < 3]",)

    def forward(a):
        return np.minimum(np.maximum(a + 3, 0), 6) / 6

    def grad_a(g, a):
        return np.where((a > -3) & (a < 3), g / 6, 0)


class Hardswish(Op):
    """a times (a + 3) / 6, the latter held between 0 and 1."""

    formula = (r"\bar z\,(\tfrac a3 + \tfrac12) \text{ between } -3 \text{ and } 3",)

    def forward(a):
        return a * np.minimum(np.maximum(a + 3, 0), 6) / 6

    def grad_a(g, a):
        return np.where(a <= -3, 0, np.where(a < 3, g * (a / 3 + 0.5), g))


class Threshold(Op):
    """Each element that is above a threshold; `value` in place of the others."""

    formula = (r"\bar z\, [a > t]",)

    def forward(a, threshold, value):
        return np.where(a <= threshold, a.dtype.type(value), a)

    def grad_a(g, a, threshold):
        return kept_where(~(a <= threshold), g)


class ThresholdInPlace(Threshold):
    """The same in place: PyTorch counts it apart."""

    node_name = "ThresholdBackward1"
    grad_a = Threshold.rules[0]


class Hardshrink(Op):
    """Each element; 0 if it is no further than `lambd` from 0."""

    formula = (r"\bar z\, [|a| > \lambda]",)

    def forward(a, lambd):
        return np.where((a >= -lambd) & (a <= lambd), 0, a)

    def grad_a(g, a, lambd):
        return np.where((a >= -lambd) & (a <= lambd), 0, g)


class Softshrink(Hardshrink):
    """Each element, `lambd` nearer to 0; 0 if it is no further than that."""

    formula = (r"\bar z\, [|a| > \lambda]",)

    def forward(a, lambd):
        return np.where(a > lambd, a - lambd, np.where(a < -lambd, a + lambd, a * 0))


class PreluKernel(Op):
    """Each element; multiplied by a learned slope if it is negative."""

    broadcasts = True
    formula = r"\bar z\,([a > 0] + b\, [a \le 0])", r"\bar z\, a\, [a \le 0]"

    def forward(a, b):
        return chosen(a > 0, a, a * b)

    def grad_a(g, a, b):
        return chosen(a > 0, g, g * b)

    def grad_b(g, a):
        return kept_where(~(a > 0), g * a)


# ------------------------------------------------------------ curves
class Elu(Op):
    """Each element; alpha (exp(a) - 1) if it is negative. `scale` and `input_scale` stretch the curve."""

    formula = (r"\bar z \text{ if } a > 0 \text{, else } \bar z\, \alpha\, e^a",)

    def forward(a, alpha, scale, input_scale):
        return chosen(a > 0, a * scale, expm1(not_above_zero(a) * input_scale) * (alpha * scale))

    def grad_a(g, a, alpha, scale, input_scale):
        slope = np.exp(not_above_zero(a) * input_scale) * (alpha * scale * input_scale)
        return chosen(a <= 0, g * slope, g * scale)


class EluInPlace(Elu):
    """The same, where the result took the place of what the slope is usually told by."""

    node_name = "EluBackward1"

    def grad_a(g, z, alpha, scale, input_scale):
        return chosen(z <= 0, g * ((z + alpha * scale) * input_scale), g * scale)


class Celu(Elu):
    """alpha (exp(a / alpha) - 1) of a negative element: without a kink, whatever alpha is."""

    formula = (r"\bar z \text{ if } a > 0 \text{, else } \bar z\, e^{a / \alpha}",)

    def forward(a, alpha):
        return Elu.forward(a, alpha, 1, 1 / alpha)

    def grad_a(g, a, alpha):
        return chosen(a <= 0, g * np.exp(not_above_zero(a) * (1 / alpha)), g)


class CeluInPlace(Celu):
    """The same, where the result took the place of what the slope is usually told by."""

    node_name = "CeluBackward1"

    def grad_a(g, z, alpha):
        return chosen(z <= 0, g * ((z + alpha) * (1 / alpha)), g)


class Silu(Op):
    """a sigmoid(a)."""

    formula = (r"\bar z\, \sigma(a)\,(1 + a\,(1 - \sigma(a)))",)

    def forward(a):
        z = Sigmoid.forward(a)
        z *= a
        return z

    def grad_a(g, a):
        s = logistic(a)
        return g * (s * (1 + a * (1 - s)))


class Mish(Op):
    """a tanh(log(1 + exp(a)))."""

    formula = (r"\bar z\,(t + a\, \sigma(a)\,(1 - t^2)), \; t = \tanh \ln(1 + e^a)",)

    def forward(a):
        return a * np.tanh(softplus_of(a))

    def grad_a(g, a):
        t = np.tanh(softplus_of(a))
        return g * (t + a * logistic(a) * (1 - t * t))


class Softplus(Op):
    """log(1 + exp(beta a)) / beta; a itself where beta a is above a threshold."""

    formula = (r"\bar z\, \sigma(\beta a)",)

    def forward(a, beta, threshold):
        x = a * beta
        return chosen(x > threshold, a, softplus_of(x) / beta)

    def grad_a(g, a, beta, threshold):
        return chosen(a * beta > threshold, g, g * logistic(a * beta))


class LogSigmoid(Op):
    """log(sigmoid(a)), without overflow."""

    formula = (r"\bar z\, \sigma(-a)",)

    def forward(a):
        return np.minimum(a, 0) - log1p(np.exp(-np.absolute(a)))

    def grad_a(g, a):
        return g * logistic(-a)


class NormalCdf(Op):
    """The probability that a normally distributed number is below a."""

    formula = (r"\bar z\, \varphi(a)",)

    def forward(a):
        z = erf_array(a * math.sqrt(0.5))
        z += 1
        z *= 0.5
        return z

    def grad_a(g, a):
        return g * _density(a)


def _density(a: Any) -> Any:
    """The density of the normal distribution."""
    return np.exp(a * a * -0.5) * (1 / math.sqrt(2 * math.pi))


def _normal_cdf(a: Any) -> Any:
    return apply(NormalCdf, a) if isinstance(a, Tensor) else NormalCdf.forward(a)


_SLOPE = math.sqrt(2 / math.pi)  # of the tanh that stands for the normal distribution, and its cubic part
_CUBIC = 0.044715


class Gelu(Op):
    """a times the probability that a normally distributed number is below a; by a tanh, approximately.

    Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016).
    """

    formula = (r"\bar z\,(\Phi(a) + a\, \varphi(a))",)

    def forward(a, approximate):
        if approximate == "none":
            return a * NormalCdf.forward(a)
        return 0.5 * a * (1 + np.tanh(_SLOPE * (a + _CUBIC * (a * a * a))))

    def grad_a(g, a, approximate):
        if approximate == "none":
            return g * (_normal_cdf(a) + a * _density(a))
        t = np.tanh(_SLOPE * (a + _CUBIC * (a * a * a)))
        return g * (0.5 * (1 + t) + 0.5 * a * (1 - t * t) * (_SLOPE * (1 + 3 * _CUBIC * (a * a))))


class Glu(Op):
    """One half of the elements along a dimension times the sigmoid of the other half."""

    formula = (r"\text{the halves } \bar z\, \sigma(a_2) \text{ and } \bar z\, a_1\, \sigma(a_2)\,(1 - \sigma(a_2))",)

    def forward(a, dim):
        first, second = _halves(a, dim)
        return first * Sigmoid.forward(second)

    def grad_a(g, a, dim):
        first, second = _halves(a, dim)
        s = logistic(second)
        return np.concatenate([g * s, g * (first * (s * (1 - s)))], axis=dim)


def _halves(a: Any, dim: int) -> tuple[Any, Any]:
    n = a.shape[dim] // 2
    before = (slice(None),) * dim
    return a[(*before, slice(None, n))], a[(*before, slice(n, None))]
