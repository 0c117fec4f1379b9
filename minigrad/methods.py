"""Which functions are also operators and methods of `Tensor`.

The functions are assigned as they are, without wrappers: one call less, and the caller's frame is the user's.
"""

from __future__ import annotations

from typing import Any

from . import catalogue, creation, dispatch
from .ops import functions, index, matmul, reduce, shaping, storage
from .ops.inplace import in_place
from .ops.operands import NUMBERS
from .tensor import Tensor

METHODS = {
    # elementwise
    "add": functions.add, "sub": functions.sub, "mul": functions.mul, "div": functions.div,
    "neg": functions.neg, "pow": functions.pow, "square": functions.square, "reciprocal": functions.reciprocal,
    "abs": functions.abs, "sign": functions.sign, "exp": functions.exp, "log": functions.log, "log1p": functions.log1p,
    "sqrt": functions.sqrt, "sin": functions.sin, "cos": functions.cos, "tanh": functions.tanh,
    "sigmoid": functions.sigmoid, "relu": functions.relu,
    "maximum": functions.maximum, "minimum": functions.minimum, "where": functions._where_method,
    "eq": functions.eq, "ne": functions.ne, "lt": functions.lt, "le": functions.le, "gt": functions.gt,
    "ge": functions.ge, "clone": functions.clone,
    # other dtypes, other places
    "to": functions.to, "cpu": functions.cpu, "cuda": functions.cuda, "type_as": functions.type_as,
    "double": functions.double, "float": functions.float_, "half": functions.half, "long": functions.long,
    "int": functions.int_, "bool": functions.bool_, "short": functions.short, "char": functions.char,
    "byte": functions.byte,
    # reductions
    "sum": reduce.sum, "mean": reduce.mean, "amax": reduce.amax, "amin": reduce.amin, "max": reduce.max,
    "min": reduce.min, "prod": reduce.prod_,
    # products
    "matmul": matmul.matmul, "mm": matmul.mm, "mv": matmul.mv, "dot": matmul.dot, "bmm": matmul.bmm,
    "outer": matmul.outer, "addmm": matmul.addmm,
    # shapes
    "t": shaping.t, "transpose": shaping.transpose, "permute": shaping.permute, "view": shaping.view,
    "view_as": shaping.view_as, "reshape": shaping.reshape, "contiguous": shaping.contiguous,
    "flatten": shaping.flatten, "ravel": shaping.ravel, "squeeze": shaping.squeeze, "unsqueeze": shaping.unsqueeze,
    "expand": shaping.expand, "expand_as": shaping.expand_as, "broadcast_to": shaping.broadcast_to,
    "select": shaping.select, "narrow": shaping.narrow, "diagonal": shaping.diagonal, "unbind": shaping.unbind,
    "split": shaping.split, "chunk": shaping.chunk,
    "__getitem__": index.getitem,
    # operators
    "__add__": functions.plus, "__radd__": functions.plus, "__sub__": functions.minus, "__rsub__": functions.rsub,
    "__mul__": functions.mul, "__rmul__": functions.mul, "__truediv__": functions.divide,
    "__rtruediv__": functions.rdiv, "__pow__": functions.pow, "__rpow__": functions.rpow, "__neg__": functions.neg,
    "__abs__": functions.abs, "__matmul__": matmul.matmul,
    # memory and history
    "detach": storage.detach, "detach_": storage.detach_, "set_": storage.set_, "as_strided": storage.as_strided,
    "as_strided_": storage.as_strided_, "storage_offset": storage.storage_offset,
}  # fmt: skip

# Operators that nobody counts nanoseconds of: what they do not know, they leave to the other operand.
COMPARISONS = {
    "eq": functions.eq, "ne": functions.ne, "lt": functions.lt, "le": functions.le, "gt": functions.gt,
    "ge": functions.ge,
}  # fmt: skip
# And those whose functions the catalogue has.
LAZY_OPERATORS = {
    "floordiv": "floor_divide", "mod": "remainder", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
}  # fmt: skip

IN_PLACE = ("add", "addmm", "sub", "mul", "div", "pow", "neg", "abs", "exp", "log", "log1p", "sqrt", "sin", "cos",
            "tanh", "sigmoid", "relu", "square", "reciprocal", "sign")  # fmt: skip
OPERATORS = {"add": "__iadd__", "sub": "__isub__", "mul": "__imul__", "div": "__itruediv__", "pow": "__ipow__"}


def _polite(function: Any) -> Any:
    def operator(self: Tensor, other: Any) -> Any:
        if not isinstance(other, (Tensor, *NUMBERS)):
            return NotImplemented
        return function(self, other)

    return operator


def _lazily(name: str, kind: str = "") -> Any:
    """The operator of a function of the catalogue: usual, "reflected" or "in place"."""
    method = f"{name}_" if kind == "in place" else name

    def operator(self: Tensor, other: Any) -> Any:
        if not isinstance(other, (Tensor, *NUMBERS)):
            return NotImplemented
        if kind == "reflected":
            return catalogue.fetch(*catalogue.FUNCTIONS[name])(other, self)
        return getattr(self, method)(other)

    return operator


def _invert(self: Tensor) -> Tensor:
    if self.is_floating_point():
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return self.bitwise_not()


def install() -> None:
    """Attach operators and methods to `Tensor`."""
    for name, function in METHODS.items():
        setattr(Tensor, name, function)
    for name in IN_PLACE:
        method = in_place(METHODS[name], f"{name}_")
        setattr(Tensor, f"{name}_", method)
        if name in OPERATORS:
            setattr(Tensor, OPERATORS[name], method)
    for name, function in COMPARISONS.items():
        setattr(Tensor, f"__{name}__", _polite(function))
    for sign, name in LAZY_OPERATORS.items():
        setattr(Tensor, f"__{sign}__", _lazily(name))
        setattr(Tensor, f"__r{sign}__", _lazily(name, "reflected"))
        setattr(Tensor, f"__i{sign}__", _lazily(name, "in place"))
    others = {
        "__pos__": lambda self: self.positive(),
        "__invert__": _invert,
        "data": property(storage.get_data, storage.set_data, storage.delete_data),
        "T": property(shaping.numpy_T),
        "mT": property(shaping.mT),
    }
    for name, attribute in others.items():
        setattr(Tensor, name, attribute)
    for name in ("new_zeros", "new_ones", "new_empty", "new_full", "new_tensor"):
        setattr(Tensor, name, _new(getattr(creation, name.removeprefix("new_"))))
    catalogue.install(Tensor)
    dispatch.install()


def _new(function: Any) -> Any:
    def new(self: Tensor, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
        return function(*size, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad)

    new.__doc__ = f"`{function.__name__}` with this tensor's dtype and place."
    return new
