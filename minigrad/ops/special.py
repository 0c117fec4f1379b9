"""The error function and its kin, evaluated by NumPy's arithmetic alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .base import Op
from .calling import unary

# mypy: disable-error-code="misc, operator, no-untyped-def"


# ------------------------------------------------------------ exponentials and logarithms near 1
def log1p(a: Any) -> Any:
    """log(1 + a), of an array or a tensor, for a from 0 to 1.

    With u = 1 + a as rounded, log(u) - ((u - 1) - a) / u makes up for the rounding (W. Kahan). NumPy has vector
    instructions for log, none for log1p: four times as fast on large arrays.
    """
    if type(a) is not np.ndarray or a.size < 1000:
        return np.log1p(a)
    u = 1 + a
    lost = u - 1
    lost -= a
    lost /= u
    np.log(u, out=u)
    u -= lost
    return u


def expm1(a: Any) -> Any:
    """exp(a) - 1, of an array or a tensor, as tanh(a / 2) (exp(a) + 1): NumPy has vector instructions for these two."""
    if type(a) is not np.ndarray or a.dtype.char != "f" or a.size < 1000:
        return np.expm1(a)
    z = np.exp(a)
    z += 1
    z *= np.tanh(a * a.dtype.type(0.5))
    return z


# ------------------------------------------------------------ the error function, after fdlibm's s_erf.c (Sun, 1993)
# https://netlib.org/fdlibm/s_erf.c: rational approximations on four stretches, error below one unit in the last place.
_SMALL = (
    (1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02, -5.77027029648944159157e-03,
     -2.37630166566501626084e-05),
    (1.0, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03,
     1.32494738004321644526e-04, -3.96022827877536812320e-06),
)  # fmt: skip
_AT_ONE = 8.45062911510467529297e-01  # erf(1), to the digits of a float32
_NEAR_ONE = (
    (-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01, 3.18346619901161753674e-01,
     -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03),
    (1.0, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02,
     1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02),
)  # fmt: skip
_MIDDLE = (
    (-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01,
     -6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01,
     -9.81432934416914548592e+00),
    (1.0, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02,
     6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00,
     -6.04244152148580987438e-02),
)  # fmt: skip
_FAR = (
    (-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01, -1.60636384855821916062e+02,
     -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02),
    (1.0, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03,
     3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01),
)  # fmt: skip


def _polynomial(coefficients: Sequence[float], x: Any) -> Any:
    """The polynomial with these coefficients, the constant one first, by Horner's scheme."""
    value = coefficients[-1] * x + coefficients[-2]
    for c in coefficients[-3::-1]:
        value *= x  # in place: a new array for each step takes twice as long
        value += c
    return value


def _ratio(pair: tuple[Sequence[float], Sequence[float]], x: Any) -> Any:
    return _polynomial(pair[0], x) / _polynomial(pair[1], x)


def _by_stretch(x: Any, ends: Sequence[float], functions: Sequence[Callable[[Any], Any]]) -> Any:
    """For each element, the result of the function for the stretch it is on, where `ends` part the stretches.

    NumPy computes each function where it is wanted. On a GPU, to pick elements is to wait for their number, so there
    every function gets them all: it must not fail on any.
    """
    places = [x < end for end in ends]
    if type(x) is not np.ndarray:
        result = functions[-1](x)
        for place, function in zip(reversed(places), reversed(functions[:-1]), strict=True):
            result = np.where(place, function(x), result)
        return result
    result = np.empty_like(x)
    done = np.zeros(x.shape, bool)
    for place, function in zip([*places, ~done], functions, strict=True):
        place &= ~done
        done |= place
        result[place] = function(x[place])
    return result


def _tail(x: Any) -> Any:
    """erfc of numbers from 1.25 on; for smaller ones, anything."""
    x = np.maximum(x, 1.25)
    s = 1 / (x * x)
    ratio = _by_stretch(s, [0.35**2], [lambda s: _ratio(_FAR, s), lambda s: _ratio(_MIDDLE, s)])
    # exp(-x^2) with x^2 split, for the square of a rounded x is exact.
    rounded = x.astype(np.float32).astype(np.float64)
    return np.exp(-rounded * rounded - 0.5625) * np.exp((rounded - x) * (rounded + x) + ratio) / x


def erf_array(a: Any) -> Any:
    """The error function of an array of floats."""
    if a.dtype != np.float64:
        return _erf_of_float32(a.astype(np.float32, copy=False)).astype(a.dtype, copy=False)
    size = np.absolute(a)
    result = _by_stretch(size, [0.84375, 1.25], [_small, _near_one, lambda x: 1 - _tail(np.minimum(x, 6))])
    return np.copysign(result, a)


def _small(x: Any) -> Any:
    """erf of numbers below 0.84375."""
    return x + x * _ratio(_SMALL, np.minimum(x, 1) ** 2)


def _near_one(x: Any) -> Any:
    """erf of numbers from 0.84375 to 1.25."""
    return _AT_ONE + _ratio(_NEAR_ONE, np.minimum(x, 2) - 1)


def erfc_array(a: Any) -> Any:
    """1 - erf of an array of floats, exact where that is close to 0."""
    x = a.astype(np.float64, copy=False)
    functions = [
        lambda x: 2 - _tail(np.minimum(-x, 6)),
        lambda x: 1 + (_AT_ONE + _ratio(_NEAR_ONE, np.minimum(-x, 2) - 1)),
        lambda x: 1 - (x + x * _ratio(_SMALL, np.minimum(np.absolute(x), 1) ** 2)),
        lambda x: 0.5 - (x - 0.5 + x * _ratio(_SMALL, np.minimum(np.absolute(x), 1) ** 2)),
        lambda x: 1 - _AT_ONE - _ratio(_NEAR_ONE, np.minimum(np.absolute(x), 2) - 1),
        lambda x: _tail(np.minimum(x, 28)),  # beyond, 0
    ]
    return _by_stretch(x, [-1.25, -0.84375, 0.25, 0.84375, 1.25], functions).astype(a.dtype, copy=False)


# ------------------------------------------------------------ the error function of a float32
# A ratio of polynomials in a^2, from Eigen's `MathFunctionsImpl.h`: within 6 units in the last place. (PyTorch's is
# within 1; what comes as near here has two stretches and an exponential, and takes three times as long.)
_ODD = (1.128379106521606, 1.8741607666015625e-1, 5.243302136659622e-2, 3.658048342913389e-3, 2.8619795921258628e-4,
        2.1237322016531834e-6)  # fmt: skip
_EVEN = (1.0, 4.9942579865455627e-1, 1.1294567584991455e-1, 1.4752088114619255e-2, 1.1432960163801908e-3,
         3.8918573409318924e-5)  # fmt: skip


def _erf_of_float32(a: Any) -> Any:
    a = np.clip(a, -3.83, 3.83)  # from there on it is 1
    square = a * a
    z = _polynomial(_ODD, square)
    z *= a
    z /= _polynomial(_EVEN, square)
    return np.clip(z, -1, 1)


# ------------------------------------------------------------ its inverse: a rational start, then Newton's steps
# The start's coefficients are those of PyTorch's `calc_erfinv`: good to three digits; two steps make it exact.
_CENTRE = (
    (0.886226899, -1.645349621, 0.914624893, -0.140543331),
    (1.0, -2.118377725, 1.442710462, -0.329097515, 0.012229801),
)
_EDGE = ((-1.970840454, -1.624906493, 3.429567803, 1.641345311), (1.0, 3.543889200, 1.637067800))


def erfinv_array(a: Any) -> Any:
    """The number whose error function each element is; NaN outside of [-1, 1]."""
    y = a.astype(np.float64)
    size = np.absolute(y)
    inside = np.where(size < 1, size, 0.5)
    x = inside * _ratio(_CENTRE, np.minimum(inside, 0.7) ** 2)
    depth = np.sqrt(-np.log((1 - np.maximum(inside, 0.7)) / 2))
    x = np.where(inside <= 0.7, x, _ratio(_EDGE, depth))
    for _ in range(2):
        error = np.where(inside < 0.5, erf_array(x) - inside, (1 - inside) - erfc_array(x))
        x = x - error / (2 / math.sqrt(math.pi) * np.exp(-x * x))
    ends = np.where(size == 1, math.inf, math.nan)
    return np.copysign(np.where(size < 1, x, ends), y).astype(a.dtype)


# ------------------------------------------------------------ operations
class Erf(Op):
    """The error function of each element: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to it."""

    of_floats = True
    formula = (r"\bar z\, \tfrac{2}{\sqrt\pi}\, e^{-a^2}",)

    forward = erf_array

    def grad_a(g, a):
        return g * (2 / math.sqrt(math.pi)) * np.exp(-(a * a))


class Erfc(Op):
    """1 - erf of each element, exact where that is close to 0."""

    of_floats = True
    formula = (r"-\bar z\, \tfrac{2}{\sqrt\pi}\, e^{-a^2}",)

    forward = erfc_array

    def grad_a(g, a):
        return g * (-2 / math.sqrt(math.pi)) * np.exp(-(a * a))


class Erfinv(Op):
    """The number whose error function each element is."""

    of_floats = True
    formula = (r"\bar z\, \tfrac{\sqrt\pi}{2}\, e^{z^2}",)

    forward = erfinv_array

    def grad_a(g, z):
        return g * (math.sqrt(math.pi) / 2) * np.exp(z * z)


erf, erfc, erfinv = unary(Erf, "erf"), unary(Erfc, "erfc"), unary(Erfinv, "erfinv")
