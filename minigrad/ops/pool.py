"""Pooling as operations: of each window the largest number or the mean. Images are (N, C, H, W) or (C, H, W).

A window is gone through element by element ("taps"): the first of every window, then the second, and so on. Each is a
slice of the images, whatever their layout in memory, and the result has that layout too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .. import backend
from .base import Op
from .calling import either
from .images import Pair
from .operands import kept_where

# mypy: disable-error-code="misc, operator, no-untyped-def"

Slices = tuple[Any, ...]


class Taps(NamedTuple):
    """How windows lie on images of `size`; there are `places` of them down and across."""

    size: Pair
    places: Pair
    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair = (1, 1)

    def each(self) -> Iterator[tuple[int, Slices, Slices]]:
        """Number of a tap, the windows whose tap lies within the image, and where in the image it lies."""
        rows, columns = ([self._along(dim, k) for k in range(self.kernel[dim])] for dim in (0, 1))
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                if row and column:
                    yield i * len(columns) + j, (..., row[0], column[0]), (..., row[1], column[1])

    def _along(self, dim: int, k: int) -> tuple[slice, slice] | None:
        """For the k-th element of windows along one dimension: which windows, and where."""
        n, count, step = self.size[dim], self.places[dim], self.stride[dim]
        start = k * self.dilation[dim] - self.padding[dim]  # of the first window, maybe in the margin
        low = max(0, -(start // step))
        high = min(count, (n - 1 - start) // step + 1)
        if low >= high:
            return None
        return slice(low, high), slice(low * step + start, (high - 1) * step + start + 1, step)

    def origins(self, like: Any) -> tuple[Any, Any]:
        """Row and column of each window's first element, as arrays that broadcast against each other."""
        arange = backend.namespace(like).arange
        down, across = (arange(n) * s - p for n, s, p in zip(self.places, self.stride, self.padding, strict=True))
        return down[:, None], across


def empty_as(a: Any, shape: tuple[int, ...], value: Any, dtype: Any = None) -> Any:
    """An array filled with `value`, of another shape but with the dimensions in memory in the order of `a`'s."""
    order = sorted(range(a.ndim), key=lambda d: (-a.strides[d], d))
    z = backend.namespace(a).full([shape[d] for d in order], value, dtype or a.dtype)
    return np.transpose(z, sorted(range(a.ndim), key=order.__getitem__))


# ------------------------------------------------------------ the largest
class MaxPool2DWithIndices(Op):
    """The largest number of each window; the first of equal ones, and the last NaN, gets the gradient."""

    formula = (r"\bar z \text{ at the largest of each window, else } 0",)
    results = ("values", "indices")  # the latter: for each window the number of its largest tap

    def forward(a, taps):
        shape = (*a.shape[:-2], *taps.places)
        lowest = -np.inf if a.dtype.kind == "f" else np.iinfo(a.dtype).min
        few = taps.kernel[0] * taps.kernel[1] <= 127
        z, best = empty_as(a, shape, lowest), empty_as(a, shape, 0, np.int8 if few else np.int32)
        best += _first_inside(taps, a)
        for number, out, inside in taps.each():
            x, so_far = a[inside], z[out]
            better = (x > so_far) | (x != x)
            # Later taps have larger numbers: so no element needs a branch.
            np.maximum(best[out], better * best.dtype.type(number), out=best[out])
            np.maximum(so_far, x, out=so_far)
        return z, best

    def grad_a(g, a_shape, indices, taps):
        return either(_Route, g, indices=indices, shape=a_shape, taps=taps)


def _first_inside(taps: Taps, like: Any) -> Any:
    """The number of each window's first tap within the image."""
    down, across = (np.maximum(0, -(origin // d)) for origin, d in zip(taps.origins(like), taps.dilation, strict=True))
    return down * taps.kernel[1] + across


class _Route(Op):
    """Each number put where the largest of its window stood."""

    node_name = "MaxPool2DWithIndicesBackwardBackward0"
    formula = (r"\bar z \text{ of the largest of each window}",)

    def forward(a, indices, shape, taps):
        z = empty_as(indices, shape, 0, a.dtype)
        for number, out, inside in taps.each():
            z[inside] += kept_where(indices[out] == number, a[out])
        return z

    def grad_a(g, indices, taps):
        return either(_Pick, g, indices=indices, taps=taps)


class _Pick(Op):
    """Of each window the number at the place that was noted."""

    node_name = "GatherBackward0"
    formula = MaxPool2DWithIndices.formula

    def forward(a, indices, taps):
        z = empty_as(indices, indices.shape, 0, a.dtype)
        for number, out, inside in taps.each():
            z[out] += kept_where(indices[out] == number, a[inside])
        return z

    def grad_a(g, a_shape, indices, taps):
        return either(_Route, g, indices=indices, shape=a_shape, taps=taps)


def flat_indices(best: Any, taps: Taps) -> Any:
    """From the number of a tap to the place in the image, row by row: PyTorch's indices."""
    down, across = taps.origins(best)
    best = best.astype(np.int64)
    i, j = best // taps.kernel[1], best % taps.kernel[1]
    row, column = down + i * taps.dilation[0], across + j * taps.dilation[1]
    return row * taps.size[1] + column


# ------------------------------------------------------------ the mean
class AvgPool2D(Op):
    """The mean of each window."""

    formula = (r"\frac{\bar z}{\text{size of the window}} \text{ for each element of the window}",)

    def forward(a, taps, with_padding, divisor):
        total = empty_as(a, (*a.shape[:-2], *taps.places), 0)
        for _, out, inside in taps.each():
            total[out] += a[inside]
        count = window_sizes(taps, with_padding, divisor, a)
        if a.dtype.kind == "f":
            total /= count
            return total
        return np.sign(total) * np.sign(count) * (np.absolute(total) // np.absolute(count))  # cut off, as in C

    def grad_a(g, a_shape, taps, with_padding, divisor):
        return either(_Share, g, shape=a_shape, taps=taps, with_padding=with_padding, divisor=divisor)


def window_sizes(taps: Taps, with_padding: bool, divisor: int | None, like: Any) -> Any:
    """What the sum of each window is divided by: a number, or an array (places down, places across)."""
    if divisor is not None:
        return divisor
    sizes = []
    for dim, start in enumerate(taps.origins(like)):
        n, p = taps.size[dim], taps.padding[dim]
        end = np.minimum(start + taps.kernel[dim], n + p)  # windows may reach beyond the margin (ceil_mode)
        sizes.append(end - start if with_padding else np.minimum(end, n) - np.maximum(start, 0))
    down, across = sizes
    return (down * across).astype(like.dtype)


class _Share(Op):
    """Each number divided by its window's size and added to all the window's elements."""

    node_name = "AvgPool2DBackwardBackward0"
    formula = (r"\text{the mean of } \bar z \text{ over each window}",)

    def forward(a, shape, taps, with_padding, divisor):
        a = a / window_sizes(taps, with_padding, divisor, a)
        z = empty_as(a, shape, 0)
        for _, out, inside in taps.each():
            z[inside] += a[out]
        return z

    def grad_a(g, taps, with_padding, divisor):
        return either(AvgPool2D, g, taps=taps, with_padding=with_padding, divisor=divisor)
