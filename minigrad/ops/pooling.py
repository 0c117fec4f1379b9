"""`max_pool`, `avg_pool`, with PyTorch's arguments and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..tensor import Tensor, wrap
from .calling import apply, apply_many
from .images import Pair
from .operands import array_of, not_for
from .pool import AvgPool2D, MaxPool2DWithIndices, Taps, flat_indices
from .shaping import squeeze, unsqueeze


# ------------------------------------------------------------ checks
def ints_of(function: str, name: str, position: int, value: Any) -> tuple[int, ...]:
    values = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    if not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in values):
        kind = type(value).__name__
        raise TypeError(f"{function}(): argument '{name}' (position {position}) must be tuple of ints, not {kind}")
    return tuple(int(n) for n in values)


def _pair(function: str, name: str, position: int, value: Any, must: str) -> Pair:
    values = ints_of(function, name, position, value)
    if len(values) not in (1, 2):
        raise RuntimeError(f"{function}: {name} must {must} a single int, or a tuple of two ints")
    return values if len(values) == 2 else values * 2


def refuse_kind(input: Tensor, kernel: str, refused: str) -> None:
    if input.dtype.name in refused.split():
        raise not_for(input.array, kernel)


def _count(n: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """How many windows there are along one dimension."""
    left = n + 2 * padding - dilation * (kernel - 1) - 1
    count = (left + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (count - 1) * stride >= n + padding:
        count -= 1  # the last window must begin inside the image or its left margin
    return count


def _taps(shape: Sequence[int], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool) -> Taps:
    """What PyTorch's `pool2d_shape_check` (aten/src/ATen/native/Pool.h) checks, in its order and words."""
    size = tuple(shape[-2:])
    if 0 in stride:
        raise RuntimeError("stride should not be zero")
    for p, k, d in zip(padding, kernel, dilation, strict=True):
        if p < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
        if d > 0 and k > 0 and p > (d * (k - 1) + 1) // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} "
                f"and dilation={d}"
            )
    for values, what, names in (
        (kernel, "kernel size", "kH: {} kW: {}"),
        (stride, "stride", "dH: {} dW: {}"),
        (dilation, "dilation", "dilationH: {} dilationW: {}"),
    ):
        if min(values) <= 0:
            raise RuntimeError(f"{what} should be greater than zero, but got {names.format(*values)}")
    if 0 in shape[1:] or (len(shape) == 3 and shape[0] == 0):
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:{list(shape)}"
        )
    if any(k // 2 < p for k, p in zip(kernel, padding, strict=True)):
        raise RuntimeError(
            "pad should be smaller than or equal to half of kernel size, but got "
            f"padW = {padding[1]}, padH = {padding[0]}, kW = {kernel[1]}, kH = {kernel[0]}"
        )
    each = zip(size, kernel, stride, padding, dilation, strict=True)
    count = tuple(_count(*one, ceil_mode) for one in each)
    if min(count) < 1:
        c = shape[-3]
        raise RuntimeError(
            f"Given input size: ({c}x{size[0]}x{size[1]}). Calculated output size: ({c}x{count[0]}x{count[1]}). "
            "Output size is too small"
        )
    return Taps(size, count, kernel, stride, padding, dilation)


def _stride(function: str, value: Any, kernel: Pair) -> Pair:
    if value is None or (isinstance(value, Sequence) and len(value) == 0):
        return kernel
    return _pair(function, "stride", 3, value, "either be omitted,")


# ------------------------------------------------------------ the largest
def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest number of each window of images (N, C, H, W) or (C, H, W).

    Parameters
    ----------
    kernel_size : int or pair
        Height and width of a window.
    stride : int or pair, optional
        How far windows are apart; by default as far as they are large.
    padding : int or pair
        By how much windows reach beyond the image; nothing that lies there is ever the largest.
    dilation : int or pair
        How far the numbers within a window are apart.
    ceil_mode : bool
        Whether windows that only begin inside the image count.
    return_indices : bool
        Return also where in its image, counted row by row, each largest number stands.

    Notes
    -----
    Of equal numbers the first gets the gradient; a NaN counts as the largest.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.arange(16.).reshape(1, 4, 4)
    >>> minigrad.nn.functional.max_pool2d(x, 2)
    tensor([[[ 5.,  7.],
             [13., 15.]]])
    """
    a, name = array_of(input, "max_pool2d"), "max_pool2d"
    kernel = _pair(name, "kernel_size", 2, kernel_size, "either be")
    step = _stride(name, stride, kernel)
    margin = _pair(name, "padding", 4, padding, "either be")
    spread = _pair(name, "dilation", 5, dilation, "be either")
    if a.ndim not in (3, 4):
        raise RuntimeError("non-empty 3D or 4D (batch mode) tensor expected for input")
    taps = _taps(a.shape, kernel, step, margin, spread, ceil_mode)
    refuse_kind(input, name, "bool")
    values, best = apply_many(MaxPool2DWithIndices, input, taps=taps)
    return (values, wrap(flat_indices(best.array, taps))) if return_indices else values


def _one(function: str, name: str, value: Any, must: str) -> int:
    values = ints_of(function, name, 2, value)
    if len(values) != 1:
        raise RuntimeError(f"{function}() {name} must be {must} of size 1 but got size {len(values)}")
    return values[0]


def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest number of each window of rows (N, C, W) or (C, W); arguments as those of `max_pool2d`."""
    a, name = array_of(input, "max_pool1d"), "max_pool1d"
    if a.ndim not in (2, 3):
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, "
            f"but got:{list(a.shape)}"
        )
    k = _one(name, "kernel_size", kernel_size, "an int, list of ints or tuple of ints")
    omitted = stride is None or (isinstance(stride, Sequence) and len(stride) == 0)
    s = k if omitted else _one(name, "stride", stride, "None, an int, list of ints, or tuple of ints")
    p = _one(name, "padding", padding, "an int, list of ints, or tuple of ints")
    d = _one(name, "dilation", dilation, "an int, list of ints or tuple of ints")
    for what, value in (("kernel_size", k), ("stride", s)):
        if value <= 0:
            raise RuntimeError(f"max_pool1d() {what} must be greater than zero, but got {value}")
    if p < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {p}")
    if p > k // 2:
        raise RuntimeError(
            f"max_pool1d() padding should be at most half of kernel size, but got padding={p} and kernel_size={k}"
        )
    if d <= 0:
        raise RuntimeError(f"max_pool1d() dilation must be greater than zero, but got {d}")
    count = _count(a.shape[-1], k, s, p, d, ceil_mode)
    if count <= 0:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {count}")
    refuse_kind(input, "max_pool1d_impl", "bool int8 uint8 int16 int32 int64")
    found = max_pool2d(unsqueeze(input, -2), (1, k), (1, s), (0, p), (1, d), ceil_mode, return_indices)
    return tuple(squeeze(x, -2) for x in found) if return_indices else squeeze(found, -2)


# ------------------------------------------------------------ the mean
def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window of images (N, C, H, W) or (C, H, W).

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode
        As those of `max_pool2d`; the margin is of zeros.
    count_include_pad : bool
        Whether the margin's zeros count when the sum is divided.
    divisor_override : int, optional
        What to divide by instead.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.arange(16.).reshape(1, 4, 4)
    >>> minigrad.nn.functional.avg_pool2d(x, 2)
    tensor([[[ 2.5000,  4.5000],
             [10.5000, 12.5000]]])
    """
    a, name = array_of(input, "avg_pool2d"), "avg_pool2d"
    kernel = _pair(name, "kernel_size", 2, kernel_size, "either be")
    step = _stride(name, stride, kernel)
    margin = _pair(name, "padding", 4, padding, "either be")
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    if a.ndim < 3:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-a.ndim}, {a.ndim - 1}], but got -3)")
    if a.ndim > 4:
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:{list(a.shape)}"
        )
    taps = _taps(a.shape, kernel, step, margin, (1, 1), ceil_mode)
    refuse_kind(input, name, "bool")
    return apply(AvgPool2D, input, taps=taps, with_padding=count_include_pad, divisor=divisor_override)


def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of each window of rows (N, C, W) or (C, W); arguments as those of `avg_pool2d`."""
    a, name = array_of(input, "avg_pool1d"), "avg_pool1d"
    if a.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {a.ndim}-dimensional tensor for argument #1 'self' "
            "(while checking arguments for avg_pool1d)"
        )
    omitted = stride is None or (isinstance(stride, Sequence) and len(stride) == 0)
    numbers = []
    for what, value in (
        ("kernel_size", kernel_size),
        ("stride", kernel_size if omitted else stride),
        ("padding", padding),
    ):
        values = ints_of(name, what, 2, value)
        if len(values) != 1:
            raise RuntimeError(f"avg_pool1d() argument '{what}' should contain one int (got {len(values)})")
        numbers.append(values[0])
    k, s, p = numbers
    rows = unsqueeze(input, -2)
    return squeeze(avg_pool2d(rows, (1, k), (1, s), (0, p), ceil_mode, count_include_pad), -2)
