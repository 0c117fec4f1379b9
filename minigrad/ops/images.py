"""What convolution and pooling see of an image: memory layout, margins, windows. All on plain arrays.

A batch of images has the shape (N, C, H, W). It is computed with as (N, H, W, C): with the channels next to each other
in memory a window is a few long runs of numbers, and an image's rows stand one under the other as the rows of a matrix.
That order is PyTorch's `channels_last`; the shape stays (N, C, H, W) for whoever looks from outside.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend

Pair = tuple[int, ...]


def channels_last(x: Any) -> bool:
    """Whether an image's memory is ordered (N, H, W, C); where that cannot be told, as for one channel, it is not.

    As PyTorch's `is_channels_last_strides_2d_s4` (c10/core/MemoryFormat.h) goes through the strides.
    """
    if x.ndim != 4 or 0 in x.shape or x.strides[1] == 0:
        return False
    least = 0
    for d in (1, 3, 2, 0):
        if x.strides[d] < least or (d == 0 and least == x.strides[1]):
            return False
        least = x.strides[d] * max(x.shape[d], 1)
    return True


def last(x: Any) -> Any:
    """(N, C, H, W) as (N, H, W, C), in order in memory: a view where it is `channels_last`, else a copy."""
    return backend.namespace(x).ascontiguousarray(np.transpose(x, (0, 2, 3, 1)))


def first(x: Any, like_last: bool) -> Any:
    """(N, H, W, C) as (N, C, H, W): as a view, or for those who expect the usual order as a copy."""
    x = np.transpose(x, (0, 3, 1, 2))
    return x if like_last else backend.namespace(x).ascontiguousarray(x)


def padded(x: Any, padding: Pair, value: float = 0, planes: bool = False) -> Any:
    """(N, H, W, C) with margins above and below, left and right; `planes`: in memory still one plane a channel."""
    (top, left), (n, h, w, c) = padding, x.shape
    if not (top or left):
        return x
    full, shape = backend.namespace(x).full, (n, h + 2 * top, w + 2 * left, c)
    if planes:
        z = np.transpose(full((n, c, *shape[1:3]), value, x.dtype), (0, 2, 3, 1))
    else:
        z = full(shape, value, x.dtype)
    z[:, top : top + h, left : left + w] = x
    return z


def reach(kernel: Pair, dilation: Pair) -> Pair:
    """From a window's first row and column to its last."""
    return tuple(d * (k - 1) for k, d in zip(kernel, dilation, strict=True))


def places(size: Pair, kernel: Pair, stride: Pair, dilation: Pair) -> Pair:
    """How many windows fit below each other and side by side."""
    far = reach(kernel, dilation)
    return tuple((n - 1 - f) // s + 1 for n, f, s in zip(size, far, stride, strict=True))


def windows(x: Any, kernel: Pair, stride: Pair, dilation: Pair) -> Any:
    """All windows of images (N, H, W, C), as a view (N, places down, places across, kh, kw, C)."""
    n, h, w, c = x.shape
    down, across = places((h, w), kernel, stride, dilation)
    of_n, of_h, of_w, of_c = x.strides
    strides = of_n, of_h * stride[0], of_w * stride[1], of_h * dilation[0], of_w * dilation[1], of_c
    return backend.as_strided(x, (n, down, across, *kernel, c), strides)


def tap(i: int, j: int, count: Pair, stride: Pair, dilation: Pair) -> tuple[slice, slice, slice]:
    """Where, in images (N, H, W, C), the element (i, j) of each of `count` windows stands."""
    rows, columns = (
        slice(k * d, k * d + (n - 1) * s + 1, s) for k, d, n, s in zip((i, j), dilation, count, stride, strict=True)
    )
    return slice(None), rows, columns
