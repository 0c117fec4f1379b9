"""Pooling to a given size: window i of an image's n rows goes from row i n / count to before row (i + 1) n / count.

The first is rounded down, the last up, so windows may share a row and differ by one in length.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import backend
from ..tensor import Tensor, wrap
from .base import Op
from .calling import apply, either, raw
from .gathering import ScatterAdd
from .images import Pair, channels_last
from .operands import array_of
from .pool import empty_as
from .pooling import ints_of, refuse_kind
from .reduce import mean
from .shaping import squeeze, unsqueeze
from .storage import as_strided_

# mypy: disable-error-code="misc, operator, no-untyped-def"


def _parts(n: int, count: int) -> list[slice]:
    return [slice(i * n // count, -(-(i + 1) * n // count)) for i in range(count)]


def _at(dim: int, place: Any) -> tuple[Any, ...]:
    """An index for dimension -1 or -2."""
    return (..., place) if dim == -1 else (..., place, slice(None))


# ------------------------------------------------------------ the operations
class AdaptiveAvgPool2D(Op):
    """The mean of each of `size` windows: first along the columns, then along the rows."""

    formula = (r"\frac{\bar z}{\text{size of the window}} \text{ for each element of the window}",)

    def forward(a, size):
        kind = a.dtype
        z = a.astype(np.float32) if kind.char == "e" else a
        for dim in (-2, -1):
            shape = (*z.shape[:-1], size[1]) if dim == -1 else (*z.shape[:-2], size[0], z.shape[-1])
            means = empty_as(z, shape, 0)
            for i, part in enumerate(_parts(z.shape[dim], size[dim])):
                means[_at(dim, i)] = np.mean(z[_at(dim, part)], axis=dim)
            z = means
        return z.astype(kind, copy=False)

    def grad_a(g, a_shape, size):
        return either(_Share, g, shape=a_shape[-2:])


class _Share(Op):
    """Each number divided by its window's size and added to all the window's elements."""

    node_name = "AdaptiveAvgPool2DBackwardBackward0"
    formula = (r"\text{the mean of } \bar z \text{ over each window}",)

    def forward(a, shape):
        for dim in (-1, -2):
            whole = (*a.shape[:-1], shape[1]) if dim == -1 else (*a.shape[:-2], shape[0], a.shape[-1])
            z = empty_as(a, whole, 0)
            for i, part in enumerate(_parts(shape[dim], a.shape[dim])):
                z[_at(dim, part)] += np.expand_dims(a[_at(dim, i)], dim) / (part.stop - part.start)
            a = z
        return a

    def grad_a(g, a_shape):
        return either(AdaptiveAvgPool2D, g, size=a_shape[-2:])


def largest(a: Any, size: Pair) -> tuple[Any, Any]:
    """The largest number of each of `size` windows, and where it stands in its image, counted row by row."""
    rows, columns = _parts(a.shape[-2], size[0]), _parts(a.shape[-1], size[1])
    shape = (*a.shape[:-2], *size)
    z, best = empty_as(a, shape, -np.inf), empty_as(a, shape, 0, np.int64)
    if 0 in shape:
        return z, best
    # Windows differ in length: where one has no further element, its last is looked at again, to no effect.
    asarray = backend.namespace(a).asarray
    for i in range(max(p.stop - p.start for p in rows)):
        row = asarray([[min(p.start + i, p.stop - 1)] for p in rows])
        for j in range(max(p.stop - p.start for p in columns)):
            column = asarray([min(p.start + j, p.stop - 1) for p in columns])
            x, place = a[..., row, column], row * a.shape[-1] + column
            first = i == j == 0
            better = (x > z) | (x != x) | first  # of equal ones the first, and the last NaN
            z, best = np.where(better, x, z), np.where(better, place, best)
    return z, best


class AdaptiveMaxPool2D(Op):
    """The largest number of each of `size` windows; the first of equal ones, and the last NaN, gets the gradient."""

    formula = (r"\bar z \text{ at the largest of each window, else } 0",)
    extras = ("indices",)

    def forward(a, size):
        return largest(a, size)

    def grad_a(g, a_shape, indices):
        indices = raw(indices)
        flat = (*a_shape[:-2], a_shape[-2] * a_shape[-1])
        few = np.reshape(g, (*a_shape[:-2], g.shape[-2] * g.shape[-1]))
        zeros = backend.namespace(indices).zeros(flat, backend.dtype_of(g))
        index = np.reshape(indices, few.shape)
        return np.reshape(either(ScatterAdd, zeros, few, dim=len(flat) - 1, index=index), a_shape)


# ------------------------------------------------------------ what users call
def _sizes(input: Tensor, output_size: Any, name: str) -> list[int]:
    """`output_size` as two ints; None keeps a length."""
    lengths = input.shape
    if isinstance(output_size, int):
        return [output_size] * 2
    for i, n in enumerate(output_size):
        if n is not None and not isinstance(n, (int, np.integer)):
            raise TypeError(
                f"{name}(): argument 'output_size' (position 2) must be tuple of ints, "
                f"but found element of type {type(n).__name__} at pos {i}"
            )
    have = lengths[-len(output_size) :]
    return [int(m if n is None else n) for n, m in zip(output_size, have, strict=True)]


def _refuse_empty(name: str, shape: Sequence[int], first: int) -> None:
    for i in range(first, len(shape)):
        if shape[i] == 0:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                f"{list(shape)} with dimension {i} being empty"
            )


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """Images (N, C, H, W) or (C, H, W) made `output_size` large: each number is the mean of a window.

    Parameters
    ----------
    output_size : int or pair
        None in a pair keeps that length.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.arange(16.).reshape(1, 4, 4)
    >>> minigrad.nn.functional.adaptive_avg_pool2d(x, 2)
    tensor([[[ 2.5000,  4.5000],
             [10.5000, 12.5000]]])
    """
    name, a = "adaptive_avg_pool2d", array_of(input, "adaptive_avg_pool2d")
    size = _sizes(input, output_size, name)
    if len(size) != 2:
        raise RuntimeError("adaptive_avg_pool2d: output_size must be 2")
    if min(size) < 0:
        raise RuntimeError(
            "adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but received "
            f"{{{size[0]}, {size[1]}}}"
        )
    if size == [1, 1] and a.ndim > 1:
        out = mean(input, (-1, -2), keepdim=True)
        if channels_last(a):
            n, c = a.shape[:2]
            as_strided_(out, (n, c, 1, 1), (c, 1, c, c))  # says of its layout what could not be told
        return out
    if a.ndim not in (3, 4):
        raise RuntimeError(f"adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got {list(a.shape)}")
    _refuse_empty(name, a.shape, a.ndim - 2)
    refuse_kind(input, name, "bool int8 uint8 int16 int32 int64")
    return apply(AdaptiveAvgPool2D, input, size=tuple(size))


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Images (N, C, H, W) or (C, H, W) made `output_size` large: each number is the largest of a window.

    Parameters
    ----------
    output_size : int or pair
        None in a pair keeps that length.
    return_indices : bool
        Return also where in its image, counted row by row, each largest number stands.
    """
    name, a = "adaptive_max_pool2d", array_of(input, "adaptive_max_pool2d")
    size = _sizes(input, output_size, name)
    if a.ndim not in (3, 4):
        raise RuntimeError(f"adaptive_max_pool2d(): Expected 3D or 4D tensor, but got: {list(a.shape)}")
    _refuse_empty(name, a.shape, a.ndim - 3)
    if len(size) != 2:
        raise RuntimeError("adaptive_max_pool2d(): internal error: output_size.size() must be 2")
    return _adaptive_max(input, size, return_indices, name)


def _adaptive_max(input: Tensor, size: list[int], return_indices: bool, name: str) -> Any:
    if min(size) < 0:
        shape = [*input.shape[:-2], *size]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {shape}")
    refuse_kind(input, "adaptive_max_pool2d", "bool int8 uint8 int16 int32 int64")
    values = apply(AdaptiveMaxPool2D, input, size=tuple(size))
    return (values, wrap(largest(input.array, tuple(size))[1])) if return_indices else values


def _row_size(name: str, input: Tensor, output_size: Any) -> int:
    a = array_of(input, name)
    if a.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {a.ndim}-dimensional tensor for argument #1 'self' "
            f"(while checking arguments for {name})"
        )
    sizes = ints_of(name, "output_size", 2, output_size)
    if len(sizes) != 1:
        raise RuntimeError(f"{name}() argument 'output_size' should contain one int (got {len(sizes)})")
    return sizes[0]


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Rows (N, C, W) or (C, W) made `output_size` long: each number is the mean of a window."""
    size = _row_size("adaptive_avg_pool1d", input, output_size)
    return squeeze(adaptive_avg_pool2d(unsqueeze(input, -2), (1, size)), -2)


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """Rows (N, C, W) or (C, W) made `output_size` long: each number is the largest of a window."""
    size = _row_size("adaptive_max_pool1d", input, output_size)
    _refuse_empty("adaptive_max_pool1d", input.array.shape, input.ndim - 2)
    found = _adaptive_max(unsqueeze(input, -2), [1, size], return_indices, "adaptive_max_pool1d")
    return tuple(squeeze(x, -2) for x in found) if return_indices else squeeze(found, -2)
