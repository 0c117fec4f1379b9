"""Convolution on plain arrays, as matrix products: forward, and the gradients of images and weights.

Images are (N, H, W, C), weights (O, kh, kw, C). What deep learning calls a convolution is a correlation: each output is
the sum of a window times the weights. With x a window's number and y the outputs, all three are sums of products
over the same triples (x, w, y), so each is the derivative of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import backend
from .images import Pair, padded, reach, tap, windows

FEW = 8  # channels: fewer make runs too short to be copied one by one
BLOCK = 1 << 20  # bytes of windows that are laid out at once: what a core's cache holds
BLOCK_ON_GPU = 1 << 28


def correlate(x: Any, w: Any, stride: Pair, padding: Pair, dilation: Pair) -> Any:
    """Images (N, H, W, C) with weights (O, kh, kw, C): (N, places down, places across, O)."""
    o, *kernel, c = w.shape
    if kernel == [1, 1] and not any(padding):
        x = x[:, :: stride[0], :: stride[1]]
        return np.matmul(np.reshape(x, (-1, c)), np.reshape(w, (o, c)).T).reshape((*x.shape[:3], o))
    views = windows(padded(x, padding, planes=c < FEW), tuple(kernel), stride, dilation)
    z = backend.namespace(x).empty((*views.shape[:3], o), x.dtype)
    flat = np.reshape(w, (o, -1)).T
    for images, rows in blocks(views):
        np.matmul(columns(views[images, rows]), flat, out=np.reshape(z[images, rows], (-1, o)))
    return z


def blocks(views: Any) -> Iterator[tuple[slice, slice]]:
    """Windows in parts of about `BLOCK` bytes: several images, or some rows of one."""
    n, down, across, kh, kw, c = views.shape
    budget = BLOCK if isinstance(views, np.ndarray) else BLOCK_ON_GPU
    rows = max(1, budget // max(1, across * kh * kw * c * views.itemsize))
    if rows >= down:
        count = rows // max(down, 1)
        yield from ((slice(i, i + count), slice(None)) for i in range(0, n, count))
    else:
        yield from ((slice(i, i + 1), slice(j, j + rows)) for i in range(n) for j in range(0, down, rows))


def columns(views: Any) -> Any:
    """Windows as the rows of a matrix, kh * kw * C long (im2col)."""
    *places, kh, kw, c = views.shape
    if c >= FEW:
        return np.reshape(views, (-1, kh * kw * c))
    # Across the windows the runs are longer than across the channels: one such run an element of the window.
    z = backend.namespace(views).empty((kh, kw, c, *places), views.dtype)
    z[...] = np.transpose(views, (3, 4, 5, 0, 1, 2))
    return np.reshape(z, (kh * kw * c, -1)).T


def image_gradient(g: Any, w: Any, size: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Any:
    """What the images of `size` get from the outputs' gradient g: (N, H, W, C)."""
    o, kh, kw, c = w.shape
    (n, down, across, _), (h, wide), (top, left) = g.shape, size, padding
    far = reach((kh, kw), dilation)
    fits = (down + far[0], across + far[1]) == (h + 2 * top, wide + 2 * left)
    if stride == (1, 1) and fits and top <= far[0] and left <= far[1] and w.size < g.size:
        # A correlation with the weights turned round: pays where turning them costs less than adding up below.
        turned = backend.namespace(w).ascontiguousarray(np.transpose(w[:, ::-1, ::-1], (3, 1, 2, 0)))
        return correlate(g, turned, stride, (far[0] - top, far[1] - left), dilation)
    z = backend.namespace(g).zeros((n, h + 2 * top, wide + 2 * left, c), g.dtype)
    rows, one = np.reshape(g, (-1, o)), (n, down, across, c)
    whole = None
    if rows.shape[0] * w[0].size * g.itemsize <= BLOCK:
        whole = np.matmul(rows, np.reshape(w, (o, -1))).reshape((n, down, across, kh, kw, c))
    for i in range(kh):
        for j in range(kw):
            part = np.matmul(rows, w[:, i, j]).reshape(one) if whole is None else whole[:, :, :, i, j]
            z[tap(i, j, (down, across), stride, dilation)] += part
    return z[:, top : top + h, left : left + wide]


def weight_gradient(g: Any, x: Any, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Any:
    """What the weights get: (O, kh, kw, C). Windows are laid out anew, which takes less memory than keeping them."""
    _, down, across, o = g.shape
    (kh, kw), c = kernel, x.shape[3]
    z = backend.namespace(g).empty((o, kh, kw, c), g.dtype)
    x = padded(x, padding, planes=c < FEW)
    rows = np.reshape(g, (-1, o)).T
    if c < FEW or rows.shape[1] * kh * kw * c * g.itemsize <= BLOCK:
        views = windows(x, kernel, stride, dilation)[:, :down, :across]
        return np.matmul(rows, columns(views), out=np.reshape(z, (o, -1))).reshape(z.shape)
    for i in range(kh):
        for j in range(kw):
            z[:, i, j] = np.matmul(rows, np.reshape(x[tap(i, j, (down, across), stride, dilation)], (-1, c)))
    return z
