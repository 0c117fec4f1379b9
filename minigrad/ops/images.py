"""What convolution and pooling see of an image: memory layout, margins, windows. All on plain arrays.

A batch of images has the shape (N, C, H, W). Its memory has that order too, or that of (N, H, W, C): PyTorch calls it
`channels_last`, and the shape stays (N, C, H, W) for whoever looks from outside. It is computed with as (C, H, W, n).
"""

from __future__ import annotations

from functools import lru_cache
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


def laid_out(x: Any, padding: Pair) -> Any:
    """(n, C, H, W) as (C, H, W, n), in order in memory, with margins of zeros above and below, left and right."""
    (top, left), (n, c, h, w) = padding, x.shape
    x = np.transpose(x, (1, 2, 3, 0))
    if not (top or left):
        return backend.namespace(x).ascontiguousarray(x)
    z = backend.namespace(x).zeros((c, h + 2 * top, w + 2 * left, n), x.dtype)
    z[:, top : top + h, left : left + w] = x
    return z


@lru_cache
def reach(kernel: Pair, dilation: Pair) -> Pair:
    """From a window's first row and column to its last."""
    return tuple(d * (k - 1) for k, d in zip(kernel, dilation, strict=True))


@lru_cache
def places(size: Pair, kernel: Pair, stride: Pair, dilation: Pair) -> Pair:
    """How many windows fit below each other and side by side."""
    far = reach(kernel, dilation)
    return tuple((n - 1 - f) // s + 1 for n, f, s in zip(size, far, stride, strict=True))


def windows(x: Any, kernel: Pair, stride: Pair, dilation: Pair, count: Pair) -> Any:
    """`count` windows of images (C, H, W, n), as a view (C, kh, kw, places down, places across, n).

    On a CPU numbers that lie next to each other are one element of it, and the last dimensions gone: so they are copied
    three times as fast, which saves 5 ms of 65 in W6a.
    """
    c, h, w, n = x.shape
    of_n = x.itemsize
    of_w, of_h, of_c = n * of_n, w * n * of_n, h * w * n * of_n  # not x.strides: those of lengths 1 may be anything
    shape = (c, *kernel, *count, n)
    strides = of_c, of_h * dilation[0], of_w * dilation[1], of_h * stride[0], of_w * stride[1], of_n
    if type(x) is not np.ndarray or 0 in shape:
        return backend.as_strided(x, shape, strides)
    dims, run = (4, count[1] * n) if stride[1] == 1 else (5, n)
    return np.ndarray(shape[:dims], np.dtype((np.void, run * x.itemsize)), x, 0, strides[:dims])


@lru_cache
def taps(kernel: Pair, count: Pair, stride: Pair, dilation: Pair) -> list[tuple[int, int, tuple[slice, slice]]]:
    """The elements (i, j) of a window, and in which rows and columns that of each of `count` windows stands."""
    along = [
        [slice(k * d, k * d + (n - 1) * s + 1, s) for k in range(m)]
        for m, n, s, d in zip(kernel, count, stride, dilation, strict=True)
    ]
    return [(i, j, (r, c)) for i, r in enumerate(along[0]) for j, c in enumerate(along[1])]
