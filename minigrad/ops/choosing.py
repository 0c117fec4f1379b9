"""Bounds, larger and smaller elements, signs: operations that choose between their inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..tensor import Tensor
from .base import Op
from .calling import apply, binary, cast_then, fitting, unary
from .operands import NUMBERS, array_of, kept_where, no_such_call, not_for, operands, tensors_only

# mypy: disable-error-code="misc, operator, no-untyped-def"


# ------------------------------------------------------------ bounds
class Clamp(Op):
    """a, brought between two numbers."""

    node_name = "ClampBackward1"
    formula = (r"\bar z\, [l \le a \le u]",)

    def forward(a, lower, upper):
        if lower is not None:
            a = np.maximum(a, lower)
        return a if upper is None else np.minimum(a, upper)

    def grad_a(g, a, lower, upper):
        if lower is not None:
            g = kept_where(a >= lower, g)
        return g if upper is None else kept_where(a <= upper, g)


class ClampBetween(Op):
    """a, brought between b and c."""

    node_name = "ClampBackward0"
    broadcasts = promotes = True
    formula = r"\bar z\, [b \le a \le c]", r"\bar z\, [a < b < c]", r"\bar z\, [a > c \lor c < b]"

    def forward(a, b, c):
        return np.minimum(np.maximum(a, b), c)

    def grad_a(g, a, b, c):
        return kept_where((a >= b) & (a <= c), g)

    def grad_b(g, a, b, c):
        return kept_where((b < c) & (a < b), g)

    def grad_c(g, a, b, c):
        return kept_where((a > c) | (c < b), g)


class ClampMin(Op):
    """a, or b where a is less."""

    node_name = "ClampMinBackward1"
    forward = np.maximum
    formula = r"\bar z\, [a \ge b]", r"\bar z\, [a < b]"

    def grad_a(g, a, b):
        return kept_where(a >= b, g)

    def grad_b(g, a, b):
        return kept_where(a < b, g)


class ClampMax(Op):
    """a, or b where a is more."""

    node_name = "ClampMaxBackward1"
    forward = np.minimum
    formula = r"\bar z\, [a \le b]", r"\bar z\, [a > b]"

    def grad_a(g, a, b):
        return kept_where(a <= b, g)

    def grad_b(g, a, b):
        return kept_where(a > b, g)


class ClampLower(ClampMin):
    """a, or b where a is less: what `clamp` with one tensor as its bound is."""

    node_name = "ClampBackward0"


class ClampUpper(ClampMax):
    """a, or b where a is more: what `clamp` with one tensor as its bound is."""

    node_name = "ClampBackward0"


class ClampMinScalar(Op):
    """a, or a number where a is less."""

    node_name = "ClampMinBackward0"
    formula = (r"\bar z\, [a \ge l]",)

    def forward(a, n):
        if a.dtype == bool:
            raise not_for(a, "clamp_min_scalar_cpu")
        return np.maximum(a, n)

    def grad_a(g, a, n):
        return kept_where(a >= n, g)


class ClampMaxScalar(Op):
    """a, or a number where a is more."""

    node_name = "ClampMaxBackward0"
    formula = (r"\bar z\, [a \le u]",)

    def forward(a, n):
        if a.dtype == bool:
            raise not_for(a, "clamp_max_scalar_cpu")
        return np.minimum(a, n)

    def grad_a(g, a, n):
        return kept_where(a <= n, g)


# ------------------------------------------------------------ the larger, the smaller
class Fmax(Op):
    """The larger of two elements; of a number and NaN, the number. Of equal ones the first gets all the gradient."""

    forward = np.fmax
    formula = r"\bar z\, [a \ge b]", r"\bar z\, [a < b]"

    def grad_a(g, a, b):
        return kept_where((a >= b) | (b != b), g)

    def grad_b(g, a, b):
        return np.where((a >= b) | (b != b), 0, g)


class Fmin(Op):
    """The smaller of two elements; of a number and NaN, the number. Of equal ones the first gets all the gradient."""

    forward = np.fmin
    formula = r"\bar z\, [a \le b]", r"\bar z\, [a > b]"

    def grad_a(g, a, b):
        return kept_where((a <= b) | (b != b), g)

    def grad_b(g, a, b):
        return np.where((a <= b) | (b != b), 0, g)


class NanToNum(Op):
    """NaN and infinities replaced by numbers."""

    formula = (r"\bar z\, [a \text{ is finite}]",)

    def forward(a, nan, posinf, neginf):
        if a.dtype.kind != "f":
            return a.copy()
        most = np.finfo(a.dtype).max
        posinf, neginf = most if posinf is None else posinf, -most if neginf is None else neginf
        return np.where(a != a, nan, np.where(a == np.inf, posinf, np.where(a == -np.inf, neginf, a))).astype(a.dtype)

    def grad_a(g, a):
        return g * np.isfinite(a)


# ------------------------------------------------------------ signs
class Sgn(Op):
    """-1, 0 or 1: the sign of each element. The slope is 0."""

    formula = (r"0",)

    def forward(a):
        return (a > 0).astype(a.dtype) - (a < 0).astype(a.dtype) if a.dtype != bool else a.copy()

    def grad_a(g):
        return g * 0


class Copysign(Op):
    """a with the sign of b."""

    forward = np.copysign
    of_floats = True
    formula = r"\bar z\, \frac{z}{a}", r"0"

    def grad_a(g, a, z):
        return g * np.where(a == 0, 0, z / a)

    def grad_b(g):
        return g * 0


class CopysignScalar(Op):
    """a with the sign of a number."""

    node_name = "CopysignBackward1"
    formula = (r"\bar z\, \frac{z}{a}",)

    def forward(a, n):
        return np.copysign(a, n)

    def grad_a(g, a, z):
        return g * np.where(a == 0, 0, z / a)


class Heaviside(Op):
    """0 where a is negative, 1 where it is positive, b where it is 0; without a derivative."""

    node_name = "NotImplemented"
    formula = r"\text{not defined}", r"\text{not defined}"

    def name(self) -> str:
        return "minigrad::autograd::NotImplemented"

    def forward(a, b):
        return np.where(a == 0, b, (a > 0).astype(a.dtype))

    def grad_a(g):
        raise RuntimeError("derivative for aten::heaviside is not implemented")

    def grad_b(g):
        raise RuntimeError("derivative for aten::heaviside is not implemented")


# ------------------------------------------------------------ what users call
sgn = unary(Sgn, "sgn")
_fmax, _fmin = binary(Fmax, "fmax"), binary(Fmin, "fmin")
_clamp_lower, _clamp_upper = binary(ClampLower, "clamp"), binary(ClampUpper, "clamp")
_clamp_min, _clamp_max = binary(ClampMin, "clamp_min"), binary(ClampMax, "clamp_max")
_copysign, _heaviside = binary(Copysign, "copysign"), binary(Heaviside, "heaviside")


def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """Elements below `min` become `min`, those above `max` become `max`.

    Parameters
    ----------
    input : Tensor
    min, max : number or Tensor, optional
        The bounds, both numbers or both tensors. Where `min` is more than `max`, the result is `max`.

    Raises
    ------
    RuntimeError
        If there is no bound.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.clamp(minigrad.tensor([-2., 0.5, 3.]), -1, 1)
    tensor([-1.0000,  0.5000,  1.0000])
    """
    bounds = [b for b in (min, max) if b is not None]
    tensors = [b for b in bounds if hasattr(b, "array")]
    if not hasattr(input, "array") or (not tensors and not all(isinstance(b, NUMBERS) for b in bounds)):
        raise no_such_call("clamp", input, *bounds)
    if tensors and len(tensors) < len(bounds):
        raise no_such_call("clamp", input, min, max)
    if not bounds:
        raise RuntimeError("minigrad.clamp: At least one of 'min' or 'max' must not be None")
    return _between_tensors(input, min, max) if tensors else _between_numbers(input, min, max)


def _between_numbers(input: Tensor, min: Any, max: Any) -> Tensor:
    kind = dtypes.result_dtype([input.array, *(b for b in (min, max) if b is not None)])
    a = input.array if input.dtype is kind else input.array.astype(kind.numpy)
    if a.dtype == bool:
        raise not_for(a, "clamp_scalar_cpu")
    return cast_then(Clamp, input, a, lower=min, upper=max)


def _between_tensors(input: Tensor, min: Tensor | None, max: Tensor | None) -> Tensor:
    present = [input, *(b for b in (min, max) if b is not None)]
    kind = dtypes.result_dtype([x.array for x in present])
    fitting(*present)
    if kind is dtypes.bool_:
        raise not_for(input.array, "clamp_cpu")
    if max is None or min is None:
        return _clamp_lower(input, min) if max is None else _clamp_upper(input, max)
    return apply(ClampBetween, *present)


def clamp_min(input: Tensor, min: Any) -> Tensor:
    """Elements below `min`, a number or a tensor, become `min`."""
    return _bounded("clamp_min", ClampMinScalar, _clamp_min, input, min)


def clamp_max(input: Tensor, max: Any) -> Tensor:
    """Elements above `max`, a number or a tensor, become `max`."""
    return _bounded("clamp_max", ClampMaxScalar, _clamp_max, input, max)


def _bounded(name: str, of_number: type[Op], of_tensors: Any, input: Any, bound: Any) -> Tensor:
    """An operation on a tensor and a tensor or a number, which are two operations in PyTorch."""
    if not hasattr(input, "array") or not (hasattr(bound, "array") or isinstance(bound, NUMBERS)):
        raise no_such_call(name, input, bound)
    if hasattr(bound, "array"):
        return of_tensors(input, bound)
    return cast_then(of_number, input, operands(input, bound, name, of_number is CopysignScalar)[0], n=bound)


def copysign(input: Tensor, other: Any) -> Tensor:
    """The size of each element of `input` with the sign of `other`, a number or a tensor; zeros have signs, too.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.copysign(minigrad.tensor([1., -2.]), -0.)
    tensor([-1., -2.])
    """
    return _bounded("copysign", CopysignScalar, _copysign, input, other)


def fmax(input: Tensor, other: Tensor) -> Tensor:
    """The larger of two elements, or the other one where one is NaN."""
    array_of(input, "fmax")
    tensors_only("fmax", other=other)
    return _fmax(input, other)


def fmin(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of two elements, or the other one where one is NaN."""
    array_of(input, "fmin")
    tensors_only("fmin", other=other)
    return _fmin(input, other)


def heaviside(input: Tensor, values: Tensor) -> Tensor:
    """0 where `input` is negative, 1 where it is positive, and `values` where it is 0. It has no derivative.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.heaviside(minigrad.tensor([-1., 0., 2.]), minigrad.tensor(0.5))
    tensor([0.0000, 0.5000, 1.0000])
    """
    array_of(input, "heaviside")
    tensors_only("heaviside", values=values)
    if input.dtype is not values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return _heaviside(input, values)


def nan_to_num(
    input: Tensor, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """NaN replaced by `nan` (0 by default), infinities by `posinf` and `neginf` (the largest finite numbers).

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nan_to_num(minigrad.tensor([float("nan"), 2.]), nan=1.)
    tensor([1., 2.])
    """
    array_of(input, "nan_to_num")
    for position, (name, value) in enumerate(dict(nan=nan, posinf=posinf, neginf=neginf).items(), 2):
        if value is not None and not isinstance(value, NUMBERS):
            raise TypeError(
                f"nan_to_num(): argument '{name}' (position {position}) must be float, not {type(value).__name__}"
            )
    return apply(NanToNum, input, nan=0 if nan is None else nan, posinf=posinf, neginf=neginf)


def positive(input: Tensor) -> Tensor:
    """The tensor itself: the operator `+x`."""
    if array_of(input, "positive").dtype == bool:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input
