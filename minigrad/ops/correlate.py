"""Convolution on plain arrays, as matrix products: forward, and the gradients of images and weights.

Images are (N, C, H, W), weights (O, C, kh, kw). What deep learning calls a convolution is a correlation: each output is
the sum of a window times the weights. With x a window's number and y the outputs, all three are sums of products
over the same triples (x, w, y), so each is the derivative of the others.

The windows of several images are laid out as the columns of a matrix, C * kh * kw high (im2col), that the weights,
as they lie in memory, are multiplied with: a row of weights is an output's window. To lay them out fast the images'
numbers are brought together first, (C, H, W, n), so that a row of the matrix is made of long runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from .. import backend
from .images import Pair, laid_out, places, reach, tap, windows

BLOCK = 1 << 20  # bytes of windows that are laid out at once: what a core's cache holds
BLOCK_ON_GPU = 1 << 28
TOGETHER = 8  # images that are laid out together, and more if they are so small that a matrix would be narrow
NARROW = 256


def correlate(x: Any, w: Any, stride: Pair, padding: Pair, dilation: Pair, channels_last: bool = False) -> Any:
    """Images with weights: (N, O, places down, places across)."""
    n, o = len(x), len(w)
    size = tuple(m + 2 * p for m, p in zip(x.shape[2:], padding, strict=True))
    shape = places(size, w.shape[2:], stride, dilation)
    z = images_of((n, o, *shape), x, channels_last)
    flat = np.reshape(w, (o, prod(w.shape[1:])))
    for some in together(n, shape, x):
        views = windows(laid_out(x[some], padding), w.shape[2:], stride, dilation)
        part = backend.namespace(x).empty((o, prod(views.shape[3:])), x.dtype)
        for rows, of in blocks(views.shape, x):
            np.matmul(flat, columns(views[:, :, :, rows]), out=part[:, of])
        z[some] = np.transpose(np.reshape(part, (o, *views.shape[3:])), (3, 0, 1, 2))
    return z


def images_of(shape: tuple[int, ...], like: Any, channels_last: bool) -> Any:
    """Memory for images (N, C, H, W), in the usual order or with the channels next to each other."""
    n, c, h, w = shape
    empty = backend.namespace(like).empty
    return np.transpose(empty((n, h, w, c), like.dtype), (0, 3, 1, 2)) if channels_last else empty(shape, like.dtype)


def together(n: int, shape: Pair, like: Any) -> Iterator[slice]:
    """Images in parts that are worked on together."""
    count = max(TOGETHER, -(-NARROW // max(prod(shape), 1))) if isinstance(like, np.ndarray) else max(n, 1)
    return (slice(i, i + count) for i in range(0, n, count))


def blocks(shape: tuple[int, ...], like: Any) -> Iterator[tuple[slice, slice]]:
    """Windows (C, kh, kw, places down, places across, n) in parts of about `BLOCK` bytes: which rows, which columns."""
    *window, down, across, n = shape
    budget = BLOCK if isinstance(like, np.ndarray) else BLOCK_ON_GPU
    wide = across * n
    rows = max(1, budget // max(1, prod(window) * wide * like.itemsize))
    for i in range(0, down, rows):
        end = min(i + rows, down)
        yield slice(i, end), slice(i * wide, end * wide)


def columns(views: Any) -> Any:
    """Windows as the columns of a matrix."""
    return np.reshape(views, (prod(views.shape[:3]), prod(views.shape[3:])))


def rows_of(g: Any) -> Any:
    """Images (n, O, H, W) as a matrix of one row a channel."""
    return np.reshape(laid_out(g, (0, 0)), (g.shape[1], g.size // max(g.shape[1], 1)))


def image_gradient(
    g: Any, w: Any, size: Pair, stride: Pair, padding: Pair, dilation: Pair, channels_last: bool = False
) -> Any:
    """What the images of `size` get from the outputs' gradient g: (N, C, H, W)."""
    o, c, *kernel = w.shape
    (n, _, *shape), (h, wide), (top, left) = g.shape, size, padding
    far = reach(tuple(kernel), dilation)
    fits = (shape[0] + far[0], shape[1] + far[1]) == (h + 2 * top, wide + 2 * left)
    if stride == (1, 1) and fits and top <= far[0] and left <= far[1] and o <= n * prod(shape):
        # A correlation with the weights turned round: pays where turning them costs less than adding up below.
        turned = backend.namespace(w).ascontiguousarray(np.transpose(w[:, :, ::-1, ::-1], (1, 0, 2, 3)))
        return correlate(g, turned, stride, (far[0] - top, far[1] - left), dilation, channels_last)
    z = images_of((n, c, *size), g, channels_last)
    flat = np.reshape(w, (o, prod(w.shape[1:]))).T
    for some in together(n, tuple(shape), g):
        rows = rows_of(g[some])
        part = backend.namespace(g).zeros((c, h + 2 * top, wide + 2 * left, len(z[some])), g.dtype)
        for down, of in blocks((c, *kernel, *shape, part.shape[3]), g):
            count = (down.stop - down.start, shape[1])
            whole = np.reshape(np.matmul(flat, rows[:, of]), (c, *kernel, *count, part.shape[3]))
            under = part[:, down.start * stride[0] :]
            for i in range(kernel[0]):
                for j in range(kernel[1]):
                    under[tap(i, j, count, stride, dilation)] += whole[:, i, j]
        z[some] = np.transpose(part[:, top : top + h, left : left + wide], (3, 0, 1, 2))
    return z


def weight_gradient(
    g: Any, x: Any, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, channels_last: bool = False
) -> Any:
    """What the weights get: (O, C, kh, kw). Windows are laid out anew, which takes less memory than keeping them."""
    (n, o, down, across), c = g.shape, x.shape[1]
    z = None
    for some in together(n, (down, across), g):
        rows = rows_of(g[some])
        views = windows(laid_out(x[some], padding), kernel, stride, dilation)[:, :, :, :down, :across]
        for part, of in blocks(views.shape, x):
            product = np.matmul(rows[:, of], columns(views[:, :, :, part]).T)
            z = product if z is None else np.add(z, product, out=z)
    shape = (o, c, *kernel)
    z = backend.namespace(g).zeros(shape, g.dtype) if z is None else np.reshape(z, shape)
    return np.transpose(np.transpose(z, (0, 2, 3, 1)).copy(), (0, 3, 1, 2)) if channels_last else z
