"""The convolutional network of W5 differentiated by hand in NumPy, in the order of memory that suits it.

Images are (N, H, W, C): the numbers of a window's row then lie next to each other, so windows are copied in long runs.
A convolution is one matrix product of windows (a window a row) with weights of the shape (O, kh * kw * C), a few images
at a time, so that the windows stay in the cache; for the weights' gradient they are laid out again. The gradient of
the images is a convolution too, with the weights turned round.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from benchmarks.job import Data, Job

Array = np.ndarray

BLOCK = 1 << 20  # bytes of windows that are laid out at once


# ------------------------------------------------------------ convolutions
def padded(shape: tuple[int, ...], padding: int, dtype: Any = np.float32) -> tuple[Array, Array]:
    """Images of zeros with a margin, and the view of them without it."""
    n, h, w, c = shape
    whole = np.zeros((n, h + 2 * padding, w + 2 * padding, c), dtype)
    return whole, whole[:, padding : padding + h, padding : padding + w]


def windows(x: Array, kernel: int, stride: int = 1) -> Array:
    """A view of images (with their margin): (N, H, W, kh, kw * C)."""
    n, h, w, c = x.shape
    down, across = (h - kernel) // stride + 1, (w - kernel) // stride + 1
    steps = x.strides[0], stride * x.strides[1], stride * x.strides[2], x.strides[1], x.strides[3]
    return as_strided(x, (n, down, across, kernel, kernel * c), steps)


def blocks(views: Array) -> Iterator[tuple[slice, Array]]:
    """The windows of a few images after the other: which images, and their windows as rows."""
    n, down, across, *size = views.shape
    width = size[0] * size[1]
    count = max(1, BLOCK // (down * across * width * views.itemsize))
    for i in range(0, n, count):
        some = slice(i, i + count)
        yield some, views[some].reshape(-1, width)


def convolve(x: Array, weight: Array, kernel: int, stride: int = 1) -> Array:
    """Images with their margin, and weights (O, kh * kw * C)."""
    views = windows(x, kernel, stride)
    z = np.empty((*views.shape[:3], len(weight)), x.dtype)
    for some, rows in blocks(views):
        rows.dot(weight.T, z[some].reshape(-1, len(weight)))
    return z


def weight_gradient(g: Array, x: Array, kernel: int, stride: int = 1) -> Array:
    """From the outputs' gradient and the images with their margin: (O, kh * kw * C)."""
    z: Array | None = None
    for some, rows in blocks(windows(x, kernel, stride)):
        product = g[some].reshape(-1, g.shape[3]).T.dot(rows)
        z = product if z is None else np.add(z, product, z)
    assert z is not None
    return z


def as_rows(weight: Array) -> Array:
    """Weights (O, C, kh, kw), as PyTorch has them, as (O, kh * kw * C)."""
    return weight.transpose(0, 2, 3, 1).reshape(len(weight), -1)


def turned_round(weight: Array) -> Array:
    """The weights that carry a gradient back: (C, kh * kw * O), both directions reversed."""
    return weight[:, :, ::-1, ::-1].transpose(1, 2, 3, 0).reshape(weight.shape[1], -1)


def as_weights(rows: Array, like: Array) -> Array:
    """The way back from `as_rows`, to the shape of `like`."""
    o, c, kh, kw = like.shape
    return rows.reshape(o, kh, kw, c).transpose(0, 3, 1, 2)


# ------------------------------------------------------------ W5
def corners(x: Array) -> list[Array]:
    """The four places in each window of 2 by 2."""
    return [x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]


def first_windows(x: Array) -> Array:
    """Windows of 3 by 3 of images of one channel (with their margin): (9, 4 * N * H / 2 * W / 2).

    With one channel a window's row is too short to be copied in runs, so a row of this matrix is a place in the window.
    The four outputs that pooling chooses from lie a quarter of a row apart.
    """
    n, h, w = len(x), (x.shape[1] - 2) // 2, (x.shape[2] - 2) // 2
    z = np.empty((9, 4, n, h, w), x.dtype)
    for place in range(9):
        i, j = divmod(place, 3)
        for corner, source in zip(z[place], corners(x[:, i : i + 2 * h, j : j + 2 * w]), strict=True):
            corner[...] = source
    return z.reshape(9, -1)


def largest_of(y: Array) -> Array:
    """Max pooling over windows of 2 by 2."""
    first, second, third, fourth = corners(y)
    z = np.maximum(first, second)
    np.maximum(z, third, out=z)
    return np.maximum(z, fourth, out=z)


def convolutions(data: Data, size: int) -> Job:
    """See `programs.convolutions`. Bias and relu come after pooling: that is the same, and a quarter of the work."""
    labels, rows, b1, b2 = data["labels"][:size], np.arange(size), data["b1"], data["b2"]
    k1, k2, w = data["k1"].reshape(16, 9), as_rows(data["k2"]), as_rows(data["w"].reshape(10, 32, 7, 7))
    ones = np.ones(size * 14 * 14, np.float32)
    x, inside = padded((size, 28, 28, 1), 1)
    inside[..., 0] = data["x"][:size, 0]
    x = x[..., 0]

    def forward() -> tuple[Array, ...]:
        seen = first_windows(x)
        y1 = seen.T.dot(k1.T).reshape(4, size, 14, 14, 16)
        largest1 = np.maximum.reduce(y1)
        h1, inside = padded(largest1.shape, 1)
        np.maximum(np.add(largest1, b1, out=inside), 0, out=inside)
        y2 = convolve(h1, k2, 3)
        largest2 = largest_of(y2)
        h2 = largest2 + b2
        np.maximum(h2, 0, out=h2)
        scores = h2.reshape(size, -1).dot(w.T) + data["b"]
        scores -= np.maximum.reduce(scores, 1)[:, None]
        weights = np.exp(scores)
        sums = np.add.reduce(weights, 1)
        loss = np.add.reduce(np.log(sums) - scores[rows, labels]) / size
        return seen, y1, largest1, h1, y2, largest2, h2, weights / sums[:, None], loss

    def run() -> list[Array]:
        seen, y1, largest1, h1, y2, largest2, h2, g, _ = forward()
        g[rows, labels] -= 1
        g /= size
        g2 = g.dot(w).reshape(h2.shape)
        g2 *= h2 > 0
        g_y2, inside = padded(y2.shape, 1)
        for corner, of in zip(corners(y2), corners(inside), strict=True):  # no two are equal in this data
            np.multiply(g2, corner == largest2, out=of)
        g1 = convolve(g_y2, turned_round(data["k2"]), 3)
        g1 *= h1[:, 1:-1, 1:-1] > 0
        g_y1 = np.multiply(g1, y1 == largest1)
        return [
            seen.dot(g_y1.reshape(-1, 16)).T.reshape(16, 1, 3, 3),
            ones.dot(g1.reshape(-1, 16)),  # a sum over many rows is quicker as a product
            as_weights(weight_gradient(inside, h1, 3), data["k2"]),
            ones[: size * 7 * 7].dot(g2.reshape(-1, 32)),
            as_weights(g.T.dot(h2.reshape(size, -1)), data["w"].reshape(10, 32, 7, 7)).reshape(10, -1),
            np.add.reduce(g),
        ]

    return Job(forward, run)
