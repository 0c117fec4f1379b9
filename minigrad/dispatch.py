"""NumPy's functions on tensors: `np.cos(x)` is minigrad's `cos` where `x` is a tensor (NEP 13, NEP 18).

That is what lets a backward rule be written once: plain NumPy for arrays, recorded for tensors. What has no entry here
raises, so that no NumPy function can silently swallow a tensor and drop its history.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import catalogue
from .backend import is_array
from .ops import functions, matmul, reduce, shaping
from .tensor import Tensor, wrap

UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: functions.add,
    np.subtract: functions.sub,
    np.multiply: functions.mul,
    np.true_divide: functions.div,
    np.negative: functions.neg,
    np.power: functions.pow,
    np.square: functions.square,
    np.absolute: functions.abs,
    np.sign: functions.sign,
    np.exp: functions.exp,
    np.log: functions.log,
    np.log1p: functions.log1p,
    np.sqrt: functions.sqrt,
    np.sin: functions.sin,
    np.cos: functions.cos,
    np.tanh: functions.tanh,
    np.maximum: functions.larger,
    np.minimum: functions.smaller,
    np.floor_divide: lambda a, b: functions.div(a, b, rounding_mode="floor"),
    np.matmul: matmul.matmul,
    np.equal: functions.eq,
    np.not_equal: functions.ne,
    np.less: functions.lt,
    np.less_equal: functions.le,
    np.greater: functions.gt,
    np.greater_equal: functions.ge,
}


# Those whose family is imported when it is first used: the names of minigrad's functions (see `catalogue.py`).
LAZY_UFUNCS: dict[np.ufunc, str] = {
    np.exp2: "exp2", np.expm1: "expm1", np.log2: "log2", np.log10: "log10",
    np.logaddexp: "logaddexp", np.logaddexp2: "logaddexp2", np.float_power: "float_power",
    np.tan: "tan", np.arcsin: "asin", np.arccos: "acos", np.arctan: "atan", np.arctan2: "atan2", np.hypot: "hypot",
    np.sinh: "sinh", np.cosh: "cosh", np.arcsinh: "asinh", np.arccosh: "acosh", np.arctanh: "atanh",
    np.deg2rad: "deg2rad", np.radians: "deg2rad", np.rad2deg: "rad2deg", np.degrees: "rad2deg",
    np.floor: "floor", np.ceil: "ceil", np.trunc: "trunc", np.rint: "round", np.remainder: "remainder", np.fmod: "fmod",
    np.copysign: "copysign", np.fmax: "fmax", np.fmin: "fmin", np.heaviside: "heaviside", np.positive: "positive",
    np.isnan: "isnan", np.isinf: "isinf", np.isfinite: "isfinite", np.signbit: "signbit",
    np.logical_and: "logical_and", np.logical_or: "logical_or", np.logical_xor: "logical_xor",
    np.logical_not: "logical_not", np.bitwise_and: "bitwise_and", np.bitwise_or: "bitwise_or",
    np.bitwise_xor: "bitwise_xor", np.invert: "bitwise_not", np.left_shift: "bitwise_left_shift",
    np.right_shift: "bitwise_right_shift",
}  # fmt: skip


def _array_ufunc(self: Tensor, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
    function = UFUNCS.get(ufunc)
    if function is None and ufunc in LAZY_UFUNCS:
        function = UFUNCS[ufunc] = catalogue.fetch(*catalogue.FUNCTIONS[LAZY_UFUNCS[ufunc]])
    if function is None or method != "__call__" or kwargs:
        raise TypeError(f"minigrad has no differentiable version of numpy.{ufunc.__name__} for tensors")
    return function(*(wrap(x) if is_array(x) else x for x in inputs))


def _sum(a: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    return reduce.sum(a, axis, keepdims)


def _mean(a: Tensor, axis: Any = None, keepdims: bool = False) -> Tensor:
    return reduce.mean(a, axis, keepdims)


def _expand_dims(a: Tensor, axis: Any) -> Tensor:
    ndim = a.ndim + (len(axis) if isinstance(axis, tuple) else 1)
    for dim in sorted(d % ndim for d in (axis if isinstance(axis, tuple) else (axis,))):
        a = shaping.unsqueeze(a, dim)
    return a


def _transpose(a: Tensor, axes: Any = None) -> Tensor:
    return shaping.permute(a, *(reversed(range(a.ndim)) if axes is None else axes))


def _where(condition: Any, x: Any, y: Any) -> Tensor:
    c = condition.array if isinstance(condition, Tensor) else condition
    return functions._where(c, x, y)


FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.sum: _sum,
    np.mean: _mean,
    np.reshape: lambda a, shape: shaping.reshape(a, shape),
    np.transpose: _transpose,
    np.swapaxes: shaping.transpose,
    np.expand_dims: _expand_dims,
    np.broadcast_to: shaping.broadcast_to,
    np.where: _where,
    np.concatenate: lambda arrays, axis=0: shaping.cat(arrays, axis),
    np.stack: lambda arrays, axis=0: shaping.stack(arrays, axis),
    np.zeros_like: lambda a: wrap(np.zeros_like(a.array)),
    np.shape: lambda a: a.array.shape,
}


# Likewise; for each a module of minigrad and the name in it of what is called with NumPy's arguments.
LAZY_FUNCTIONS: dict[Callable[..., Any], tuple[str, str]] = {
    np.cumsum: ("ops.scan", "np_cumsum"),
    np.cumprod: ("ops.scan", "np_cumprod"),
    np.linalg.inv: ("ops.linalg", "inv"),
    np.linalg.solve: ("ops.linalg", "solve"),
    **{
        function: ("ops.numpy_calls", function.__name__)
        for function in (
            np.flip, np.roll, np.rot90, np.tile, np.tril, np.triu, np.diagonal, np.moveaxis, np.repeat,
            np.take_along_axis, np.squeeze, np.split,
        )
    },
}  # fmt: skip


def _array_function(self: Tensor, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
    ours = FUNCTIONS.get(function)
    if ours is None and function in LAZY_FUNCTIONS:
        ours = FUNCTIONS[function] = catalogue.fetch(*LAZY_FUNCTIONS[function])
    if ours is None:
        raise TypeError(f"minigrad has no differentiable version of numpy.{function.__name__} for tensors")
    return ours(*args, **kwargs)


def install() -> None:
    """Teach `Tensor` NumPy's dispatch."""
    Tensor.__array_ufunc__ = _array_ufunc  # type: ignore[attr-defined]
    Tensor.__array_function__ = _array_function  # type: ignore[attr-defined]
