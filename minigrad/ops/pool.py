"""Pooling as operations: of each window the largest number or the mean. Images are (N, C, H, W) or (C, H, W).

A window is gone through element by element ("taps"): the first of every window, then the second, and so on. Each is a
slice of the images, whatever their layout in memory, and the result has that layout too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from .. import backend
from .base import Op
from .calling import either
from .images import Pair

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
        on_gpu = type(a) is not np.ndarray
        z, best = _search(a, taps, on_gpu)
        if not on_gpu and z.dtype.kind == "f" and z.size and np.isnan(np.max(z)):
            z, best = _search(a, taps, True)
        return z, best

    def grad_a(g, a_shape, indices, taps):
        return either(_Route, g, indices=indices, shape=a_shape, taps=taps)


def _search(a: Any, taps: Taps, nans: bool) -> tuple[Any, Any]:
    """The largest number of each window, and its tap's number: first along each row, then of the rows.

    Taps are numbered row by row: so of equal numbers that of the first tap is found. `nans`: look for NaN, too, which
    takes longer.
    """
    z, best = _search_along(-2, *_search_along(-1, a, None, taps, nans), taps, nans)
    if best is None:
        best = empty_as(z, z.shape, 0, np.int8)
    if any(taps.padding):  # where there is nothing larger than what margins hold, they are not it
        best = np.maximum(best, _first_inside(taps, a).astype(best.dtype))
    return (z if z.base is None else z.copy("K")), best


def _search_along(dim: int, x: Any, numbers: Any, taps: Taps, nans: bool) -> tuple[Any, Any]:
    """The same along one dimension of images; `numbers` are those found along the other, if there are any."""
    count, kernel, stride, before, step = (
        values[dim] for values in (taps.places, taps.kernel, taps.stride, taps.padding, taps.dilation)
    )
    end = (count - 1) * stride + (kernel - 1) * step + 1  # of the last window
    if before or end > x.shape[dim]:
        x = _with_margins(x, dim, before, end, -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min)
        numbers = None if numbers is None else _with_margins(numbers, dim, before, end, 0)
    whole = (slice(None),) * (-1 - dim)
    of_tap = [(..., slice(k * step, k * step + (count - 1) * stride + 1, stride), *whole) for k in range(kernel)]
    weight = (1 if dim == -1 else taps.kernel[1]) * np.ones((), np.int8 if prod(taps.kernel) <= 127 else np.int32)
    z, best = x[of_tap[0]], None if numbers is None else numbers[of_tap[0]]
    for k in range(1, kernel):
        y, number = x[of_tap[k]], weight.dtype.type(k * weight)
        better = y > z
        if nans:
            better |= y != y
        z = np.maximum(z, y, out=z if k > 1 else None)
        # Later taps have larger numbers: so no element needs a branch.
        found = better * (number if numbers is None else numbers[of_tap[k]] + number)
        best = found if best is None else np.maximum(best, found)
    return z, best


def _with_margins(x: Any, dim: int, before: int, end: int, value: Any) -> Any:
    """Images with margins along one dimension, up to the end of the last window."""
    shape, n = list(x.shape), x.shape[dim]
    shape[dim] = max(before + n, end)
    z = empty_as(x, tuple(shape), value)
    z[(..., slice(before, before + n), *(slice(None),) * (-1 - dim))] = x
    return z


def _first_inside(taps: Taps, like: Any) -> Any:
    """The number of each window's first tap within the image."""
    down, across = (np.maximum(0, -(origin // d)) for origin, d in zip(taps.origins(like), taps.dilation, strict=True))
    return down * taps.kernel[1] + across


def place(best: Any, taps: Taps, steps: Sequence[int]) -> Any:
    """Where the noted tap of each window stands, in memory in which the dimensions of images have these steps."""
    arange = backend.namespace(best).arange
    down, across = taps.origins(best)
    start = down * steps[-2] + across * steps[-1]
    for dim, step in enumerate(reversed(steps[:-2])):
        start = start + np.reshape(arange(best.shape[-3 - dim]) * step, (-1, *(1,) * (dim + 2)))
    number = arange(prod(taps.kernel))
    i, j = number // taps.kernel[1], number % taps.kernel[1]
    far = i * (taps.dilation[0] * steps[-2]) + j * (taps.dilation[1] * steps[-1])
    found = np.take(far, best)
    found += start
    return found


def flat_indices(best: Any, taps: Taps) -> Any:
    """From the number of a tap to the place in the image, row by row: PyTorch's indices."""
    return place(best, taps, (taps.size[1], 1))


class _Route(Op):
    """Each number put where the largest of its window stood."""

    node_name = "MaxPool2DWithIndicesBackwardBackward0"
    formula = (r"\bar z \text{ of the largest of each window}",)

    def forward(a, indices, shape, taps):
        z = empty_as(indices, shape, 0, a.dtype)
        where = place(indices, taps, [step // z.itemsize for step in z.strides])
        memory = np.reshape(z if z.base is None else z.base, -1)  # `z` may be it in another order
        backend.add_at(memory, np.reshape(where, -1), np.reshape(a, -1))
        return z

    def grad_a(g, indices, taps):
        return either(_Pick, g, indices=indices, taps=taps)


class _Pick(Op):
    """Of each window the number at the place that was noted."""

    node_name = "GatherBackward0"
    formula = MaxPool2DWithIndices.formula

    def forward(a, indices, taps):
        a = backend.namespace(a).ascontiguousarray(a)
        return np.take(a, place(indices, taps, [step // a.itemsize for step in a.strides]))

    def grad_a(g, a_shape, indices, taps):
        return either(_Route, g, indices=indices, shape=a_shape, taps=taps)


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
