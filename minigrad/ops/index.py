"""Indexing: `x[...]`; what `x[...] = v` does is in `overwrite.py`.

Ints, slices, `None` and `...` give views, one small view operation for each, as in PyTorch. Tensors, lists and masks
pick elements by number and give a copy (`Index`); what they pick twice gets two gradients, which are added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import backend
from ..tensor import Tensor
from . import shape as shapes
from .base import Op
from .calling import apply
from .shaping import alias, select, unsqueeze
from .views import apply_view

# mypy: disable-error-code="misc, operator, no-untyped-def"

_VALID = "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got {})"


class Index(Op):
    """Elements picked by arrays of numbers or by a mask."""

    formula = (r"\text{zeros, with } \bar z \text{ added at the picked places}",)

    def forward(a, index):
        return a[index]

    def grad_a(g, a_shape, index):
        return add_at(g, a_shape, index)


class _AddAt(Op):
    """Zeros with `a` added at the picked places."""

    node_name = "IndexPutBackward0"

    def forward(a, shape, index):
        xp = backend.namespace(a)
        z = xp.zeros(shape, a.dtype)
        backend.add_at(z, index, a)
        return z

    def grad_a(g, index):
        return g[index] if not isinstance(g, Tensor) else apply(Index, g, index=index)


def add_at(g: Any, shape: tuple[int, ...], index: Any) -> Any:
    """Zeros of `shape` with `g` (array or Tensor) added at the picked places."""
    if isinstance(g, Tensor):
        return apply(_AddAt, g, shape=shape, index=index)
    return _AddAt.forward(g, shape, index)


# ------------------------------------------------------------ x[...]
def getitem(input: Tensor, index: Any) -> Tensor:
    """The elements that `index` names; what `x[index]` calls."""
    if isinstance(index, slice) and input.ndim:
        return apply_view(shapes.Slice, input, dim=0, span=clean(index))  # also where it is the whole
    if type(index) is int and input.ndim and -len(input.array) <= index < len(input.array):  # half the time of the rest
        return apply_view(shapes.Select, input, dim=0, number=index % len(input.array))
    viewed, numbers = split_index(input, index)
    if numbers is None:
        return alias(input) if viewed is input else viewed
    try:
        return apply(Index, viewed, index=numbers)
    except IndexError:
        raise do_not_broadcast(numbers) from None


def do_not_broadcast(numbers: tuple[Any, ...]) -> Exception:
    """The error for arrays of numbers whose shapes do not fit; a mask counts as a vector for each of its dimensions."""
    shapes: list[list[int]] = []
    for item in numbers:
        if not isinstance(item, slice):
            shapes += [[int(item.sum())]] * item.ndim if item.dtype == bool else [list(item.shape)]
    shown = ", ".join(map(str, shapes))
    return IndexError(f"shape mismatch: indexing tensors could not be broadcast together with shapes {shown}")


def _items(index: Any) -> list[Any]:
    """The indices that an index is made of: PyTorch, too, takes a short list for a tuple if it holds sequences."""
    if isinstance(index, tuple):
        return list(index)
    kinds = (Sequence, slice, Tensor, np.ndarray, type(None), type(...))
    if isinstance(index, list) and len(index) < 32 and any(isinstance(i, kinds) for i in index):
        return list(index)
    return [index]


def split_index(x: Tensor, index: Any) -> tuple[Tensor, Any]:
    """Apply ints, slices, None and `...` as views (`x` itself if none does a thing); the rest are arrays, or None."""
    items = [clean(i) for i in _items(index)]
    named = sum(_dims_used(i) for i in items)
    if x.ndim == 0 and isinstance(index, slice):
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if x.ndim == 0 and type(index) is int:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python to convert a 0-dim tensor to a number"
        )
    if named > x.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x.ndim}")
    whole = x
    dim = 0  # the dimension of `whole` that is next
    numbers: list[Any] = []
    covered = 0  # how many dimensions of `whole` `numbers` speaks of
    for place, item in enumerate(items):
        if item is Ellipsis:
            dim += x.ndim - named
            named = x.ndim  # a second `...` stands for nothing
        elif item is None:
            whole = unsqueeze(whole, dim)
            dim += 1
        elif isinstance(item, slice):
            whole = _sliced(whole, dim, item)
            dim += 1
        elif isinstance(item, int) and not isinstance(item, bool):
            n = whole.array.shape[dim]
            if not -n <= item < n:
                raise IndexError(f"index {item} is out of bounds for dimension {place} with size {n}")
            whole = select(whole, dim, item)
        else:
            if isinstance(item, bool):
                whole = unsqueeze(whole, dim)
                item = backend.namespace(x.array).asarray([item])
            item = beside(item, x.array)
            _check_numbers(item, whole, dim)
            numbers.extend([slice(None)] * (dim - covered))
            numbers.append(item)
            dims = item.ndim if item.dtype == bool else 1  # a mask stands for as many dimensions as it has
            dim = covered = dim + dims
    if not numbers:
        return whole, None
    return whole, tuple(numbers)


def clean(item: Any) -> Any:
    """An index as int, slice, None, `...`, bool, or an array of numbers or bools."""
    if item is None or item is Ellipsis or isinstance(item, (bool, np.bool_)):
        return bool(item) if isinstance(item, np.bool_) else item
    if isinstance(item, slice):
        if item.step == 0:
            raise ValueError("slice step cannot be zero")
        if item.step is not None and int(item.step) < 0:
            raise ValueError("step must be greater than zero")
        return slice(*(None if v is None else int(v) for v in (item.start, item.stop, item.step)))
    if isinstance(item, (int, np.integer)):
        return int(item)
    if isinstance(item, Sequence) and not isinstance(item, str):
        item = np.asarray([i.tolist() if isinstance(i, Tensor) else i for i in item])
        if item.size == 0:
            item = item.astype(np.int64)
    array = item.array if isinstance(item, Tensor) else item
    if isinstance(array, str):
        raise TypeError(f"new(): invalid data type '{type(item).__name__}'")
    if not backend.is_array(array):
        raise IndexError(_VALID.format(type(item).__name__))
    if array.dtype not in (np.int64, np.int32, np.uint8, np.bool_):
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if array.ndim == 0:
        return bool(array) if array.dtype == bool else int(array)
    return array.astype(bool) if array.dtype == np.uint8 else array


def _dims_used(item: Any) -> int:
    if item is None or item is Ellipsis or isinstance(item, bool):
        return 0
    return item.ndim if hasattr(item, "dtype") and item.dtype == bool else 1


def _sliced(x: Tensor, dim: int, item: slice) -> Tensor:
    n = x.array.shape[dim]
    if not item.start and item.indices(n) == (0, n, 1):
        return x  # as PyTorch, which goes by how the start is written
    return apply_view(shapes.Slice, x, dim=dim, span=item)


def beside(index: Any, array: Any) -> Any:
    """An index, which may be a list or on the CPU, where the array is."""
    return backend.namespace(array).asarray(index) if isinstance(index, np.ndarray) else index


def _check_numbers(item: Any, x: Tensor, dim: int) -> None:
    """Raise PyTorch's errors for masks and numbers that do not fit."""
    shape = x.array.shape
    if item.dtype == bool:
        for i, n in enumerate(item.shape):
            if n != shape[dim + i]:
                raise IndexError(
                    f"The shape of the mask {list(item.shape)} at index {i} does not match the shape of the indexed "
                    f"tensor {list(shape)} at index {dim + i}"
                )
    elif item.size and isinstance(item, np.ndarray):  # on a GPU, to look would be to wait for it
        low, high, n = int(item.min()), int(item.max()), shape[dim]
        if n == 0:
            raise IndexError("index is out of bounds for dimension with size 0")
        if low < -n or high >= n:
            bad = low if low < -n else high
            raise IndexError(f"index {bad} is out of bounds for dimension {dim} with size {n}")
