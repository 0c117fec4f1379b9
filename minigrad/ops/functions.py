"""The functions that users call for the operations of elementwise.py, with PyTorch's names and arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..layouts import check_format, in_order, preserve_format
from ..tensor import Tensor, wrap
from . import elementwise as ops
from .calling import apply, binary, cast_then, fitting, unary, undifferentiable, with_number
from .operands import NUMBERS, array_of, no_such_call, not_for, on_one_device, operands, tensors_only

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
larger = binary(ops.Maximum, "maximum")  # these two also take numbers
smaller = binary(ops.Minimum, "minimum")
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
    return plus(input, other) if alpha == 1 else _scaled("AddScaled", plus, "add", input, other, alpha)


def sub(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """`input - alpha * other`."""
    return minus(input, other) if alpha == 1 else _scaled("SubScaled", minus, "sub", input, other, alpha)


def _scaled(op: str, unscaled: Any, name: str, input: Any, other: Any, alpha: float) -> Tensor:
    """The sum or difference of which the second operand is multiplied by a number."""
    operands(input, other, name, False)  # says what is wrong with them
    tensors = [x for x in (input, other) if hasattr(x, "array")]
    if isinstance(alpha, float) and all(
        x.array.dtype.kind != "f" if hasattr(x, "array") else not isinstance(x, float) for x in (input, other)
    ):
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    fitting(*tensors)
    if len(tensors) < 2:
        return unscaled(input, other * alpha)
    from . import mixing

    return apply(getattr(mixing, op), input, other, alpha=alpha)


def rsub(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """`other - alpha * input`."""
    a, b = operands(other, input, "sub", False)[::-1]
    if hasattr(other, "array"):
        fitting(other, input)
        from .mixing import RsubTensor

        return apply(RsubTensor, input, other, alpha=alpha)
    return cast_then(ops.Rsub, input if alpha == 1 else input * alpha, a, other=b)


def div(input: Tensor, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    """`input / other`; with `rounding_mode` "floor" or "trunc" rounded down or towards zero (with slope 0).

    Examples
    --------
    >>> import minigrad
    >>> minigrad.div(minigrad.tensor([7, -7]), 2, rounding_mode="trunc")
    tensor([ 3, -3])
    """
    if rounding_mode is None:
        return divide(input, other)
    from .rounding import divide_rounding

    return divide_rounding(input, other, rounding_mode)


def rdiv(input: Tensor, other: Any) -> Tensor:
    """`other / input`, for a number."""
    return mul(reciprocal(input), other)


def maximum(input: Tensor, other: Tensor) -> Tensor:
    """The larger of two elements; NaN where one is NaN. Equal ones get half of the gradient each."""
    array_of(input, "maximum")
    tensors_only("maximum", other=other)
    return larger(input, other)


def minimum(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of two elements; NaN where one is NaN. Equal ones get half of the gradient each."""
    array_of(input, "minimum")
    tensors_only("minimum", other=other)
    return smaller(input, other)


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
            raise no_such_call("pow", input, exponent)
        array_of(input, "pow")
        a, _ = operands(input, exponent, "pow", False)
        if a.dtype.kind in "iu" and exponent < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        n = exponent.item() if isinstance(exponent, np.generic) else exponent
        if a.dtype == bool:
            return undifferentiable("pow", a | (not n), input)
        return cast_then(ops.PowScalar, input, a, n=n)
    if not hasattr(input, "array"):
        if not isinstance(input, NUMBERS):
            raise no_such_call("pow", input, exponent)
        _, a = operands(input, exponent, "pow", False)
        if a.dtype == bool:
            raise not_for(a, "pow")
        return cast_then(ops.PowOfScalar, exponent, a, n=input)
    if input.array.dtype == bool and exponent.array.dtype == bool:
        raise not_for(input.array, "pow")
    return _pow(input, exponent)


pow = with_number(ops.PowScalar, "pow", _any_pow)


def rpow(input: Tensor, other: Any) -> Tensor:
    """`other ** input`, for a number."""
    return pow(other, input)


def square(input: Tensor) -> Tensor:
    """Each element times itself."""
    return pow(input, 2)


def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """`input` where the condition holds, `other` elsewhere; with the condition alone, the indices where it holds.

    Parameters
    ----------
    condition : Tensor
        Of bools (or of uint8).
    input, other : Tensor or number

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([-1., 2.])
    >>> minigrad.where(x > 0, x, 0.)
    tensor([0., 2.])
    """
    if not hasattr(condition, "array"):
        raise no_such_call("where", condition, input, other)
    c = condition.array
    if input is None and other is None:
        return tuple(wrap(i) for i in c.nonzero()) if c.ndim else (wrap(c.reshape(1).nonzero()[0]),)
    for x in (input, other):
        if not hasattr(x, "array") and not isinstance(x, NUMBERS):
            raise no_such_call("where", condition, *(v for v in (input, other) if v is not None))
    if c.dtype != bool and c.dtype != np.uint8:
        raise RuntimeError(
            "where expected condition to be a boolean tensor, but got a tensor with dtype "
            + dtypes.SCALAR_TYPE_NAMES[condition.dtype.name]
        )
    return _where(c, input, other)


def _where_method(input: Tensor, condition: Tensor, other: Any = None) -> Tensor:
    """This tensor's elements where the condition holds, those of `other` elsewhere."""
    if other is None:
        raise no_such_call("where", condition)
    return where(condition, input, other)


def _where(c: Any, input: Any, other: Any) -> Tensor:
    pair = operands(input, other, "where", False)
    dtype = dtypes.of(next(v for v in pair if hasattr(v, "dtype")))
    x, y = (v if hasattr(v, "array") else wrap(backend.namespace(c).array(v, dtype.numpy)) for v in (input, other))
    x, y = x.to(dtype), y.to(dtype)
    fitting(wrap(c), x, y)
    return apply(ops.Where, x, y, condition=c)


# ------------------------------------------------------------ comparing and combining: no derivative
def _comparison(function: Any, name: str) -> Any:
    def compare(input: Any, other: Any) -> Tensor:
        a, b = operands(input, other, name, False)
        try:
            return undifferentiable(name, function(a, b), input, other)
        except ValueError:
            fitting(input, other)
            raise
        except TypeError:
            pair = on_one_device(input, other)
            if pair is None:
                raise
            return compare(*pair)

    compare.__name__ = name
    compare.__doc__ = f"Element by element, as NumPy's `{function.__name__}`; a tensor of bools."
    return compare


eq, ne = _comparison(np.equal, "eq"), _comparison(np.not_equal, "ne")
lt, le = _comparison(np.less, "lt"), _comparison(np.less_equal, "le")
gt, ge = _comparison(np.greater, "gt"), _comparison(np.greater_equal, "ge")


# ------------------------------------------------------------ copies: other dtypes, other places, other layouts
def clone(input: Tensor, *, memory_format: Any = preserve_format) -> Tensor:
    """A copy, by default with its elements in the same order in memory; gradients flow through it."""
    check_format("clone", memory_format, input.array.ndim)
    return apply(ops.Clone, input, order=memory_format.order)


def to(
    input: Tensor,
    *args: Any,
    dtype: Any = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
    memory_format: Any = preserve_format,
) -> Tensor:
    """The tensor in another dtype, on another device, as another tensor, or with its elements in another order.

    It is the tensor itself where nothing changes and no `copy` is asked for. `non_blocking` changes no result: the
    GPU does all in the order in which it was told.
    """
    check_format("to", memory_format, input.array.ndim)
    flags = [arg for arg in args if isinstance(arg, bool)]  # `non_blocking`, then `copy`
    copy = copy or flags[1:] == [True]
    for arg in args:
        if isinstance(arg, dtypes.dtype):
            dtype = arg
        elif isinstance(arg, Tensor):
            dtype, device = arg.dtype, arg.device
        elif isinstance(arg, (str, backend.device)):
            device = arg
        elif arg is not None and not isinstance(arg, bool):
            raise TypeError(f"to() received an invalid combination of arguments - got ({type(arg).__name__})")
    want = input.dtype if dtype is None else dtype
    here = input.device
    there = here if device is None else backend.device(device)
    order = memory_format.order
    same = want is input.dtype and (there == here or (there.type == here.type and there.index is None))
    if same and not copy and in_order(input.array, order):
        return input
    how = {"dtype": want.numpy, "device": there, "source": (input.array.dtype, here), "order": order}
    if not want.is_floating_point:
        return undifferentiable("to", ops.ToCopy.forward(input.array, **how), input)
    return apply(ops.ToCopy, input, **how)


def cpu(input: Tensor) -> Tensor:
    """The tensor in the main memory."""
    return to(input, device="cpu")


def cuda(input: Tensor, device: Any = None, non_blocking: bool = False) -> Tensor:
    """The tensor on a GPU: the current one, or the one with this number or name."""
    there = backend.device("cuda", device) if isinstance(device, int) else backend.device(device or "cuda")
    if there.type != "cuda":
        raise RuntimeError(f"Invalid device, must be cuda device, not {there}")
    return to(input, device=there)


def type_as(input: Tensor, other: Tensor) -> Tensor:
    """The tensor in the dtype of another."""
    array_of(other, "type_as", "argument 'other' (position 1)")
    return to(input, other.dtype)


def _converter(name: str, dtype: dtypes.dtype) -> Any:
    def convert(input: Tensor, *, memory_format: Any = preserve_format) -> Tensor:
        return to(input, dtype, memory_format=memory_format)

    convert.__name__ = name
    convert.__doc__ = f"The tensor as {dtype!r}."
    return convert


double, float_ = _converter("double", dtypes.float64), _converter("float", dtypes.float32)
half, long = _converter("half", dtypes.float16), _converter("long", dtypes.int64)
int_, bool_ = _converter("int", dtypes.int32), _converter("bool", dtypes.bool_)
short, char, byte = _converter("short", dtypes.int16), _converter("char", dtypes.int8), _converter("byte", dtypes.uint8)
