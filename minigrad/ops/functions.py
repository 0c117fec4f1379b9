"""The functions that users call for the operations of elementwise.py, with PyTorch's names and arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..tensor import Tensor, wrap
from . import elementwise as ops
from .calling import apply, binary, unary, undifferentiable, with_number
from .elementwise import clone
from .operands import NUMBERS, array_of, operands

# ------------------------------------------------------------ one tensor
abs = unary(ops.Abs, "abs")
sign = unary(ops.Sign, "sign")
reciprocal = unary(ops.Reciprocal, "reciprocal")
exp = unary(ops.Exp, "exp")
log = unary(ops.Log, "log")
log1p = unary(ops.Log1p, "log1p")
sqrt = unary(ops.Sqrt, "sqrt")
sin = unary(ops.Sin, "sin")
cos = unary(ops.Cos, "cos")
tanh = unary(ops.Tanh, "tanh")
sigmoid = unary(ops.Sigmoid, "sigmoid")
relu = unary(ops.Relu, "relu")

# ------------------------------------------------------------ two tensors, or a tensor and a number
plus = binary(ops.Add, "add")
minus = binary(ops.Sub, "sub")
mul = binary(ops.Mul, "mul")
divide = binary(ops.Div, "div")
maximum = binary(ops.Maximum, "maximum")
minimum = binary(ops.Minimum, "minimum")
_pow = binary(ops.Pow, "pow")


_neg = unary(ops.Neg, "neg")


def neg(input: Tensor) -> Tensor:
    """Each element with the other sign."""
    if array_of(input, "neg").dtype == bool:
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead."
        )
    return _neg(input)


def add(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """`input + alpha * other`.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.add(minigrad.tensor([1., 2.]), 1, alpha=10)
    tensor([11., 12.])
    """
    return plus(input, other if alpha == 1 else _scaled(other, alpha, input))


def _scaled(other: Any, alpha: float, input: Tensor) -> Any:
    """`alpha * other`; integers cannot be scaled by a fraction."""
    if isinstance(alpha, float) and all(
        x.array.dtype.kind != "f" if hasattr(x, "array") else not isinstance(x, float) for x in (input, other)
    ):
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    return other * alpha


def sub(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """`input - alpha * other`."""
    return minus(input, other if alpha == 1 else _scaled(other, alpha, input))


def rsub(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """`other - alpha * input`."""
    if hasattr(other, "array"):
        return minus(other, input if alpha == 1 else input * alpha)
    a, b = operands(other, input, "sub", False)[::-1]
    return _cast_then(ops.Rsub, input, a, other=b)


def _cast_then(op: type[ops.Op], input: Tensor, array: Any, **params: Any) -> Tensor:
    """Run an operation of one tensor on `array`, its tensor converted to the dtype that the operation is done in."""
    if array is not input.array:
        input = input.to(dtypes.of(array))
    return apply(op, input, **params)


def div(input: Tensor, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    """`input / other`; with `rounding_mode` "floor" or "trunc" rounded down or towards zero (no derivative)."""
    if rounding_mode is None:
        return divide(input, other)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    a, b = operands(input, other, "div", False)
    z = np.floor_divide(a, b) if rounding_mode == "floor" else np.trunc(np.true_divide(a, b)).astype(a.dtype)
    return undifferentiable("div", z, input, other)


def floor_divide(input: Tensor, other: Any) -> Tensor:
    """`input / other` rounded down."""
    return div(input, other, rounding_mode="floor")


remainder = with_number(ops.RemainderScalar, "remainder", binary(ops.Remainder, "remainder"))


def rdiv(input: Tensor, other: Any) -> Tensor:
    """`other / input`, for a number."""
    return mul(reciprocal(input), other)


def _any_pow(input: Any, exponent: Any) -> Tensor:
    """`input` to the power of `exponent`, of which at least one is a tensor.

    Raises
    ------
    RuntimeError
        If integers would get a negative integer power.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.pow(minigrad.tensor([1., 2., 3.]), 2)
    tensor([1., 4., 9.])
    """
    if not hasattr(exponent, "array"):
        if not isinstance(exponent, NUMBERS):
            raise TypeError(f"pow(): argument 'exponent' (position 2) must be Tensor, not {type(exponent).__name__}")
        array_of(input, "pow")
        a, _ = operands(input, exponent, "pow", False)
        if a.dtype.kind in "iu" and exponent < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        n = exponent.item() if isinstance(exponent, np.generic) else exponent
        return _cast_then(ops.PowScalar, input, a, n=n)
    if not hasattr(input, "array"):
        if not isinstance(input, NUMBERS):
            raise TypeError(f"pow(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
        _, a = operands(input, exponent, "pow", False)
        return _cast_then(ops.PowOfScalar, exponent, a, n=input)
    return _pow(input, exponent)


pow = with_number(ops.PowScalar, "pow", _any_pow)


def rpow(input: Tensor, other: Any) -> Tensor:
    """`other ** input`, for a number."""
    return pow(other, input)


def square(input: Tensor) -> Tensor:
    """Each element times itself."""
    return pow(input, 2)


def clamp(input: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    """Elements below `min` become `min`, those above `max` become `max`."""
    if min is None and max is None:
        raise RuntimeError("minigrad.clamp: At least one of 'min' or 'max' must not be None")
    bounds = [b for b in (min, max) if b is not None]
    a = input.array
    for bound in bounds:
        a = operands(wrap(a), bound, "clamp", False)[0]
    return _cast_then(ops.Clamp, input, input.array if a.dtype == input.array.dtype else a, lower=min, upper=max)


def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """`input` where the condition holds, `other` elsewhere; with the condition alone, the indices where it holds."""
    c = array_of(condition, "where", "argument 'condition' (position 1)")
    if input is None and other is None:
        return tuple(wrap(i) for i in backend.namespace(c).nonzero(c))
    if c.dtype != bool:
        if c.dtype != np.uint8:
            raise RuntimeError(
                "where expected condition to be a boolean tensor, but got a tensor with dtype "
                + dtypes.SCALAR_TYPE_NAMES[condition.dtype.name]
            )
        c = c.astype(bool)
    return _where(c, input, other)


def _where_method(input: Tensor, condition: Tensor, other: Any) -> Tensor:
    return where(condition, input, other)


def _where(c: Any, input: Any, other: Any) -> Tensor:
    a, b = operands(input, other, "where", False)
    x, y = ((v if hasattr(v, "array") else wrap(w)) for v, w in ((input, a), (other, b)))
    x = x if x.array.dtype == a.dtype else x.to(dtypes.of(a))
    y = y if y.array.dtype == b.dtype else y.to(dtypes.of(b))
    from .shaping import broadcast_tensors

    broadcast_tensors(wrap(c), x, y)  # raises where the shapes do not fit
    return apply(ops.Where, x, y, condition=c)


# ------------------------------------------------------------ comparing and combining: no derivative
def _comparison(function: Any, name: str) -> Any:
    def compare(input: Any, other: Any) -> Tensor:
        a, b = operands(input, other, name, False)
        try:
            return undifferentiable(name, function(a, b), input, other)
        except ValueError:
            from ..autograd import errors

            raise errors.broadcast_shapes(input, other) from None

    compare.__name__ = name
    compare.__doc__ = f"Element by element, as NumPy's `{function.__name__}`; a tensor of bools."
    return compare


eq, ne = _comparison(np.equal, "eq"), _comparison(np.not_equal, "ne")
lt, le = _comparison(np.less, "lt"), _comparison(np.less_equal, "le")
gt, ge = _comparison(np.greater, "gt"), _comparison(np.greater_equal, "ge")


def _bitwise(function: Any, name: str) -> Any:
    def combine(input: Any, other: Any) -> Tensor:
        a, b = operands(input, other, name, False)
        if a.dtype.kind == "f":
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{dtypes.SCALAR_TYPE_NAMES[a.dtype.name]}'")
        return undifferentiable(name, function(a, b), input, other)

    combine.__name__ = name
    return combine


bitwise_and, bitwise_or = _bitwise(np.bitwise_and, "bitwise_and"), _bitwise(np.bitwise_or, "bitwise_or")
bitwise_xor = _bitwise(np.bitwise_xor, "bitwise_xor")


def bitwise_not(input: Tensor) -> Tensor:
    """Each bit flipped; of a bool tensor, each truth value."""
    if input.array.dtype.kind == "f":
        kind = dtypes.SCALAR_TYPE_NAMES[input.dtype.name]
        raise NotImplementedError(f"\"bitwise_not_cpu\" not implemented for '{kind}'")
    return undifferentiable("bitwise_not", np.invert(input.array), input)


def isnan(input: Tensor) -> Tensor:
    """Which elements are not a number."""
    return undifferentiable("isnan", np.isnan(input.array), input)


def isinf(input: Tensor) -> Tensor:
    """Which elements are infinite."""
    return undifferentiable("isinf", np.isinf(input.array), input)


def isfinite(input: Tensor) -> Tensor:
    """Which elements are neither infinite nor NaN."""
    return undifferentiable("isfinite", np.isfinite(input.array), input)


def floor(input: Tensor) -> Tensor:
    """Each element rounded down."""
    return apply(ops.Floor, input)


def ceil(input: Tensor) -> Tensor:
    """Each element rounded up."""
    return apply(ops.Ceil, input)


def round(input: Tensor) -> Tensor:
    """Each element rounded to the nearest integer, halves to the even one."""
    return apply(ops.Round, input)


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and the same elements."""
    return input.array.shape == other.array.shape and bool(np.all(input.array == other.array))


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Whether all elements agree up to `atol + rtol * |other|`."""
    return bool(np.allclose(input.array, other.array, rtol, atol, equal_nan))


# ------------------------------------------------------------ other dtypes, other places
def to(input: Tensor, *args: Any, dtype: Any = None, device: Any = None, copy: bool = False) -> Tensor:
    """The tensor in another dtype, on another device, or as another tensor; itself where nothing changes."""
    for arg in args:
        if isinstance(arg, dtypes.dtype):
            dtype = arg
        elif isinstance(arg, Tensor):
            dtype, device = arg.dtype, arg.device
        elif isinstance(arg, (str, backend.device)):
            device = arg
        elif arg is not None:
            raise TypeError(f"to() received an invalid combination of arguments - got ({type(arg).__name__})")
    want = input.dtype if dtype is None else dtype
    here = input.device
    there = here if device is None else backend.device(device)
    if want is input.dtype and (there == here or (there.type == here.type and there.index is None)):
        return clone(input) if copy else input
    if not want.is_floating_point:
        return undifferentiable("to", backend.array_on(there, input.array, want.numpy), input)
    return apply(ops.ToCopy, input, dtype=want.numpy, device=there, source=(input.array.dtype, here))


def cpu(input: Tensor) -> Tensor:
    """The tensor in the main memory."""
    return to(input, device="cpu")


def cuda(input: Tensor, device: Any = None) -> Tensor:
    """The tensor on the GPU."""
    return to(input, device=backend.device("cuda", device if isinstance(device, int) else 0))


def type_as(input: Tensor, other: Tensor) -> Tensor:
    """The tensor in the dtype of another."""
    return to(input, other.dtype)


def _converter(name: str, dtype: dtypes.dtype) -> Any:
    def convert(input: Tensor) -> Tensor:
        return to(input, dtype)

    convert.__name__ = name
    convert.__doc__ = f"The tensor as {dtype!r}."
    return convert


double, float_ = _converter("double", dtypes.float64), _converter("float", dtypes.float32)
half, long = _converter("half", dtypes.float16), _converter("long", dtypes.int64)
int_, bool_ = _converter("int", dtypes.int32), _converter("bool", dtypes.bool_)
