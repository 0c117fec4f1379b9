"""Convolution on plain arrays, as matrix products: forward, and the gradients of images and weights.

Images are (N, C, H, W), weights (O, C, kh, kw). What deep learning calls a convolution is a correlation: each output is
the sum of a window times the weights. With x a window's number and y the outputs, all three are sums of products
over the same triples (x, w, y), so each is the derivative of the others.

The windows of several images are laid out as the columns of a matrix, C * kh * kw high (im2col), that the weights,
as they lie in memory, are multiplied with: a row of weights is an output's window. To lay them out fast the images'
numbers are brought together first, (C, H, W, n), so that a row of the matrix is made of long runs.
"""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from .. import backend
from .images import Pair, laid_out, places, reach, taps, windows

BLOCK = 1 << 21  # bytes of windows that are laid out at once: so many stay in the cache
BLOCK_ON_GPU = 1 << 28
TOGETHER = 8  # images that are laid out together, and more if they are so small that a matrix would be narrow
NARROW = 256


def correlate(x: Any, w: Any, stride: Pair, padding: Pair, dilation: Pair, channels_last: bool = False) -> Any:
    """Images with weights: (N, O, places down, places across)."""
    n, o, on_cpu = len(x), len(w), type(x) is np.ndarray
    size = tuple(m + 2 * p for m, p in zip(x.shape[2:], padding, strict=True))
    shape = places(size, w.shape[2:], stride, dilation)
    z = images_of((n, o, *shape), x, channels_last)
    flat = np.reshape(w, (o, prod(w.shape[1:])))
    for some in together(n, shape, on_cpu):
        count = len(z[some])
        views = windows(laid_out(x[some], padding), w.shape[2:], stride, dilation, shape)
        part = backend.namespace(x).empty((o, prod(shape) * count), x.dtype)
        for rows, of in blocks((*w.shape[1:], *shape, count), x.itemsize, on_cpu):
            multiply(flat, columns(views[:, :, :, rows], x.dtype), part[:, of])
        z[some] = np.transpose(np.reshape(part, (o, *shape, count)), (3, 0, 1, 2))
    return z


def images_of(shape: tuple[int, ...], like: Any, channels_last: bool) -> Any:
    """Memory for images (N, C, H, W), in the usual order or with the channels next to each other."""
    n, c, h, w = shape
    empty = backend.namespace(like).empty
    return np.transpose(empty((n, h, w, c), like.dtype), (0, 3, 1, 2)) if channels_last else empty(shape, like.dtype)


@lru_cache
def together(n: int, shape: Pair, on_cpu: bool) -> list[slice]:
    """Images in parts that are worked on together."""
    count = max(TOGETHER, -(-NARROW // max(prod(shape), 1))) if on_cpu else max(n, 1)
    return [slice(i, i + count) for i in range(0, n, count)]


@lru_cache
def blocks(shape: tuple[int, ...], itemsize: int, on_cpu: bool) -> list[tuple[slice, slice]]:
    """Windows (C, kh, kw, places down, places across, n) in parts of about `BLOCK` bytes: which rows, which columns."""
    *window, down, across, n = shape
    wide = across * n
    rows = max(1, (BLOCK if on_cpu else BLOCK_ON_GPU) // max(1, prod(window) * wide * itemsize))
    ends = [(i, min(i + rows, down)) for i in range(0, down, rows)]
    return [(slice(i, end), slice(i * wide, end * wide)) for i, end in ends]


def columns(views: Any, dtype: Any) -> Any:
    """Windows as the columns of a matrix of this type."""
    high = prod(views.shape[:3])
    if type(views) is not np.ndarray:
        return np.reshape(views, (high, prod(views.shape[3:])))
    copied = np.ascontiguousarray(views)  # if of runs of numbers, its memory is looked at as numbers again
    return np.ndarray((high, copied.nbytes // (dtype.itemsize * max(high, 1))), dtype, copied)


def multiply(a: Any, b: Any, out: Any) -> None:
    """A product of matrices, written into `out`: into columns of a matrix, which CuPy cannot."""
    if type(out) is np.ndarray:
        np.matmul(a, b, out=out)
    else:
        out[...] = np.matmul(a, b)


def rows_of(g: Any) -> Any:
    """Images (n, O, H, W) as a matrix of one row a channel."""
    return np.reshape(laid_out(g, (0, 0)), (g.shape[1], g.size // max(g.shape[1], 1)))


def image_gradient(
    g: Any, w: Any, size: Pair, stride: Pair, padding: Pair, dilation: Pair, channels_last: bool = False
) -> Any:
    """What the images of `size` get from the outputs' gradient g: (N, C, H, W)."""
    (o, c, *kernel), (n, _, down, across), (top, left) = w.shape, g.shape, padding
    far, full = reach(tuple(kernel), dilation), (size[0] + 2 * top, size[1] + 2 * left)
    fits = (down + far[0], across + far[1]) == full
    if stride == (1, 1) and fits and top <= far[0] and left <= far[1] and o <= n * down * across:
        # A correlation with the weights turned round: pays where turning them costs less than adding up below.
        turned = backend.namespace(w).ascontiguousarray(np.transpose(w[:, :, ::-1, ::-1], (1, 0, 2, 3)))
        return correlate(g, turned, stride, (far[0] - top, far[1] - left), dilation, channels_last)
    z, on_cpu = images_of((n, c, *size), g, channels_last), type(g) is np.ndarray
    flat = np.reshape(w, (o, prod(w.shape[1:])))
    for some in together(n, (down, across), on_cpu):
        rows, count = rows_of(g[some]).T, len(z[some])
        # Channels last here: the product is up to twice as fast, and so is adding up (saves 4 ms of 60 in W6a).
        part = backend.namespace(g).zeros((*full, count, c), g.dtype)
        for places_down, of in blocks((c, *kernel, down, across, count), g.itemsize, on_cpu):
            some_places = (places_down.stop - places_down.start, across)
            whole = np.reshape(np.matmul(rows[of], flat), (*some_places, count, c, *kernel))
            under = part[places_down.start * stride[0] :]
            for i, j, where in taps(tuple(kernel), some_places, stride, dilation):
                there = under[where]
                np.add(there, whole[..., i, j], out=there)
        z[some] = np.transpose(part[top : top + size[0], left : left + size[1]], (2, 3, 0, 1))
    return z


def weight_gradient(
    g: Any, x: Any, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, channels_last: bool = False
) -> Any:
    """What the weights get: (O, C, kh, kw). Windows are laid out anew, which takes less memory than keeping them."""
    (n, o, down, across), c, on_cpu = g.shape, x.shape[1], type(g) is np.ndarray
    z = None
    for some in together(n, (down, across), on_cpu):
        rows = rows_of(g[some])
        views = windows(laid_out(x[some], padding), kernel, stride, dilation, (down, across))
        for part, of in blocks((c, *kernel, down, across, len(g[some])), x.itemsize, on_cpu):
            product = np.matmul(rows[:, of], columns(views[:, :, :, part], x.dtype).T)
            z = product if z is None else np.add(z, product, out=z)
    shape = (o, c, *kernel)
    z = backend.namespace(g).zeros(shape, g.dtype) if z is None else np.reshape(z, shape)
    return np.transpose(np.transpose(z, (0, 2, 3, 1)).copy(), (0, 3, 1, 2)) if channels_last else z
