"""Questions, truth values and bits: results without a derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..tensor import Tensor, wrap
from . import functions
from .base import Op
from .calling import apply, fitting, undifferentiable
from .inplace import in_place
from .operands import NUMBERS, array_of, no_such_call, not_for, operands, tensors_only

# mypy: disable-error-code="misc, no-untyped-def"


# ------------------------------------------------------------ questions about one tensor
def _question(function: Any, name: str, doc: str) -> Any:
    """The function that asks something of each element."""

    def ask(input: Tensor) -> Tensor:
        a = array_of(input, name)
        return undifferentiable(name, function(a), input)

    ask.__name__ = ask.__qualname__ = name
    ask.__doc__ = doc
    return ask


isnan = _question(np.isnan, "isnan", "Which elements are not a number.")
isinf = _question(np.isinf, "isinf", "Which elements are infinite.")
isfinite = _question(np.isfinite, "isfinite", "Which elements are neither infinite nor NaN.")
isposinf = _question(lambda a: a == np.inf, "isposinf", "Which elements are plus infinity.")
isneginf = _question(lambda a: a == -np.inf, "isneginf", "Which elements are minus infinity.")
isreal = _question(
    lambda a: backend.namespace(a).ones(a.shape, bool), "isreal", "Which elements are real numbers: here, all."
)
signbit = _question(
    lambda a: np.signbit(a) if a.dtype.kind == "f" else a < 0,
    "signbit",
    "Which elements have a minus sign; minus zero has one, too.",
)
logical_not = _question(np.logical_not, "logical_not", "Which elements are zero, or False.")


# ------------------------------------------------------------ truth values of two tensors
def _truth(function: Any, name: str, doc: str) -> Any:
    """The function that combines the truth values of two tensors; what is not zero is true."""

    def combine(input: Tensor, other: Tensor) -> Tensor:
        array_of(input, name)
        tensors_only(name, other=other)
        fitting(input, other)
        return undifferentiable(name, function(input.array, other.array), input, other)

    combine.__name__ = combine.__qualname__ = name
    combine.__doc__ = doc
    return combine


logical_and = _truth(np.logical_and, "logical_and", "Where both elements are true, that is not zero.")
logical_or = _truth(np.logical_or, "logical_or", "Where at least one of two elements is true, that is not zero.")
logical_xor = _truth(np.logical_xor, "logical_xor", "Where exactly one of two elements is true, that is not zero.")


# ------------------------------------------------------------ bits
def _bits(function: Any, name: str, kernel: str, doc: str, bools: bool = True) -> Any:
    """The function that combines the bits of two tensors, or of a tensor and a number."""

    def combine(input: Any, other: Any) -> Tensor:
        pair = (input, other)
        if not any(hasattr(x, "array") for x in pair) or not all(
            hasattr(x, "array") or isinstance(x, NUMBERS) for x in pair
        ):
            raise no_such_call(name, input, other)
        a, b = operands(input, other, name, False)
        known = a if hasattr(a, "dtype") else b
        if known.dtype.kind == "f" or (known.dtype == bool and not bools):
            raise not_for(known, f"{kernel}_cpu")
        fitting(*(x if hasattr(x, "array") else wrap(np.empty(())) for x in pair))
        return undifferentiable(name, function(a, b), input, other)

    combine.__name__ = combine.__qualname__ = name
    combine.__doc__ = doc
    return combine


bitwise_and = _bits(np.bitwise_and, "bitwise_and", "bitwise_and", "The bits that are set in both: the operator `&`.")
bitwise_or = _bits(np.bitwise_or, "bitwise_or", "bitwise_or", "The bits that are set in one or both: the operator `|`.")
bitwise_xor = _bits(
    np.bitwise_xor, "bitwise_xor", "bitwise_xor", "The bits that are set in exactly one: the operator `^`."
)
bitwise_left_shift = _bits(
    np.left_shift, "bitwise_left_shift", "lshift", "Bits moved to the left, as by the operator `<<`.", bools=False
)
bitwise_right_shift = _bits(
    np.right_shift, "bitwise_right_shift", "rshift", "Bits moved to the right, as by the operator `>>`.", bools=False
)


def bitwise_not(input: Tensor) -> Tensor:
    """Each bit flipped; of a bool tensor, each truth value: the operator `~`."""
    a = array_of(input, "bitwise_not")
    if a.dtype.kind == "f":
        raise not_for(a, "bitwise_not_cpu")
    return undifferentiable("bitwise_not", np.invert(a), input)


# ------------------------------------------------------------ nearly the same
def _tolerant(input: Tensor, other: Tensor, rtol: float, atol: float, name: str) -> None:
    array_of(input, name)
    tensors_only(name, other=other)
    if input.dtype is not other.dtype:
        kinds = (dtypes.SCALAR_TYPE_NAMES[x.dtype.name] for x in (input, other))
        raise RuntimeError(" did not match ".join(kinds))
    for bound, value in (("rtol", rtol), ("atol", atol)):
        if not value >= 0:
            raise RuntimeError(f"{bound} must be greater than or equal to zero, but got {value:g}")
    fitting(input, other)


def isclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Where two tensors of one dtype agree up to `atol + rtol * |other|`.

    Parameters
    ----------
    input, other : Tensor
    rtol, atol : float
        Not negative.
    equal_nan : bool
        Whether NaN agrees with NaN.

    Raises
    ------
    RuntimeError
        If the dtypes differ, or if a tolerance is negative.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.isclose(minigrad.tensor([1., 2.]), minigrad.tensor([1.000001, 2.1]))
    tensor([ True, False])
    """
    _tolerant(input, other, rtol, atol, "isclose")
    a, b = input.array, other.array
    close = a == b
    if a.dtype.kind == "f" and equal_nan:
        close = close | ((a != a) & (b != b))
    if a.dtype != bool and (rtol or atol):
        # Infinities are close to their like only, which is settled.
        allowed = atol + np.absolute(rtol * b)
        distance = np.absolute(a - b)
        close = close | (np.isfinite(distance) & (distance <= allowed))
    return undifferentiable("isclose", close, input, other)


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Whether all elements of two tensors agree up to `atol + rtol * |other|`; see `isclose`.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.allclose(minigrad.tensor([1., 2.]), minigrad.tensor([1., 2.1]))
    False
    """
    _tolerant(input, other, rtol, atol, "allclose")
    return bool(isclose(input, other, rtol, atol, equal_nan).array.all())


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and the same elements.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.equal(minigrad.tensor([1., 2.]), minigrad.tensor([1, 2]))
    True
    """
    array_of(input, "equal")
    tensors_only("equal", other=other)
    return input.array.shape == other.array.shape and bool(np.all(input.array == other.array))


# ------------------------------------------------------------ comparisons written in place: their slope is 0
class _Compared(Op):
    formula = (r"0",)

    def grad_a(g):
        return g * 0


class _ComparedTensors(Op):
    broadcasts = True
    formula = r"0", r"0"

    def grad_a(g):
        return g * 0

    def grad_b(g):
        return g * 0


def _compare_into(name: str) -> Any:
    """The in-place form of a comparison: 1 where it holds, 0 elsewhere, in the tensor's own dtype."""
    compare = getattr(functions, name)
    title = name.capitalize()

    class OfNumber(_Compared):
        node_name = f"{title}Backward0"

        def forward(a, other):
            return compare(wrap(a), other).array.astype(a.dtype)

    class OfTensor(_ComparedTensors):
        node_name = f"{title}Backward1"

        def forward(a, b):
            return compare(wrap(a), wrap(b)).array.astype(a.dtype)

    def into(input: Tensor, other: Any) -> Tensor:
        if hasattr(other, "array"):
            return apply(OfTensor, input, other)
        return apply(OfNumber, input, other=other)

    return in_place(into, f"{name}_")


eq_, ne_, lt_ = _compare_into("eq"), _compare_into("ne"), _compare_into("lt")
le_, gt_, ge_ = _compare_into("le"), _compare_into("gt"), _compare_into("ge")
