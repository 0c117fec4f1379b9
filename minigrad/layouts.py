"""Memory formats: in which order the elements of a tensor lie in memory. The shape says nothing of it."""

from __future__ import annotations

from typing import Any

import numpy as np


class memory_format:
    """An order of elements in memory: `contiguous_format`, `channels_last` or `preserve_format`.

    Attributes
    ----------
    order : str
        NumPy's word for it ("C" row by row, "K" as it is), or "last" for images whose channels lie next to each other.
    """

    __slots__ = ("name", "order")

    def __init__(self, name: str, order: str) -> None:
        self.name, self.order = name, order

    def __repr__(self) -> str:
        return f"minigrad.{self.name}"

    def __reduce__(self) -> str:
        return self.name


memory_format.__module__ = "minigrad"
contiguous_format = memory_format("contiguous_format", "C")
channels_last = memory_format("channels_last", "last")
preserve_format = memory_format("preserve_format", "K")


def check_format(function: str, given: Any, ndim: int) -> None:
    """Raise unless this is a memory format that a tensor of so many dimensions can have."""
    if not isinstance(given, memory_format):
        kind = type(given).__name__
        raise TypeError(f"{function}(): argument 'memory_format' must be minigrad.memory_format, not {kind}")
    if given is channels_last and ndim != 4:
        raise RuntimeError("required rank 4 tensor to use channels_last format")


def in_order(array: Any, order: str) -> bool:
    """Whether an array's elements lie in memory in this order, without gaps; the place of lengths 1 does not matter."""
    if order == "last":
        return array.ndim == 4 and np.transpose(array, (0, 2, 3, 1)).flags.c_contiguous
    return order == "K" or array.flags.c_contiguous


def copied(array: Any, order: str) -> Any:
    """A copy in this order."""
    if order == "last":
        return np.transpose(np.transpose(array, (0, 2, 3, 1)).copy("C"), (0, 3, 1, 2))
    return array.copy(order if 0 not in array.strides else "C")  # what was repeated is laid out in order


def ordered_as(array: Any, model: Any, order: str) -> Any:
    """An array, fresh and row by row, in this order; "K" is that of the array `model`, which has its shape."""
    if order == "last":
        return copied(array, order)
    if order == "C" or model.flags.c_contiguous or 0 in model.strides:
        return array
    dims = sorted(range(model.ndim), key=lambda d: (-abs(model.strides[d]), d))
    back = sorted(range(model.ndim), key=dims.__getitem__)
    return np.transpose(np.transpose(array, dims).copy("C"), back)
