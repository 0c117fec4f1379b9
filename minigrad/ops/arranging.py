"""Shapes made of other shapes: what PyTorch, too, composes of views, `cat` and index_select."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Any
from warnings import warn

import numpy as np

from ..size import Size
from ..tensor import Tensor
from . import shape as ops
from .indices import kind_of, must_be_tensors
from .shaping import alias, cat, permute, reshape, split, transpose, unsqueeze, view, wrap_dim
from .views import apply_view


# ------------------------------------------------------------ order and number of dimensions
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """A view with some dimensions, one or several, moved to other places; the rest keep their order."""
    must_be_tensors("movedim", input_1=input)
    pair = [d if isinstance(d, Sequence) else (d,) for d in (source, destination)]
    if isinstance(source, Sequence) != isinstance(destination, Sequence):
        raise TypeError("movedim() received an invalid combination of arguments: an int and a tuple of ints")
    if len(pair[0]) != len(pair[1]):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(pair[0])} dims) should contain the same "
            f"number of dims as destination ({list(pair[1])} dims)"
        )
    froms, tos = ([wrap_dim(d, input.ndim) for d in dims] for dims in pair)
    for name, dims, given in (("source", froms, pair[0]), ("destination", tos, pair[1])):
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(given)})")
    if not input.ndim:
        return alias(input)
    order = [d for d in range(input.ndim) if d not in froms]
    for to, d in sorted(zip(tos, froms, strict=True)):
        order.insert(to, d)
    return permute(input, order)


def adjoint(input: Tensor) -> Tensor:
    """A view with the last two dimensions swapped; without complex numbers there is nothing to conjugate."""
    must_be_tensors("adjoint", input_1=input)
    return _adjoint(input, "tensor.adjoint()", "adjoint()")


def _adjoint(input: Tensor, name: str, short: str) -> Tensor:
    if input.ndim == 1:
        raise RuntimeError(f"{name} is only supported on matrices or batches of matrices. Got 1-D tensor.")
    if not input.ndim:
        warn(f"{short} is deprecated on 0-D tensors. Consider using x.conj().", UserWarning, stacklevel=3)
        return input
    return transpose(input, -2, -1)


def _mH(input: Tensor) -> Tensor:
    """`x.mH`: a view with the last two dimensions swapped, which `x.mT` is, too, where no number is complex."""
    return _adjoint(input, "tensor.mH", "Tensor.mH")


mH = property(_mH)


def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """A view with one dimension made several; one of the sizes may be -1."""
    must_be_tensors("unflatten", input_1=input)
    if not isinstance(sizes, Sequence):
        raise TypeError(f"unflatten(): argument 'sizes' (position 2) must be tuple of ints, not {type(sizes).__name__}")
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    dim = wrap_dim(dim, input.ndim)
    if not input.ndim:
        raise RuntimeError("unflatten got an unexpected error:\nDimension specified as 0 but tensor has no dimensions")
    if sizes.count(-1) > 1:
        raise RuntimeError("unflatten got an unexpected error:\nonly one dimension can be inferred")
    shape = input.array.shape
    known = prod(n for n in sizes if n != -1)
    if known != shape[dim] and not (-1 in sizes and known and shape[dim] % known == 0):
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({shape[dim]}) in "
            "the input tensor"
        )
    inferred = [shape[dim] // known if n == -1 else n for n in sizes]
    return view(input, (*shape[:dim], *inferred, *shape[dim + 1 :]))


def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """The elements in the shape of `other`, as a view where that is possible."""
    must_be_tensors("reshape_as", other_1=other)
    return reshape(input, other.shape)


def _each(function: Any, name: str, tensors: tuple[Any, ...]) -> Any:
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        return tuple(function(x) for x in tensors[0])
    for x in tensors:
        if not isinstance(x, Tensor):
            raise TypeError(f"{name}() received an invalid combination of arguments: {type(x).__name__} is no tensor")
    return function(tensors[0]) if len(tensors) == 1 else tuple(function(x) for x in tensors)


def _at_least_2d(x: Tensor) -> Tensor:
    return view(x, 1, 1) if x.ndim == 0 else unsqueeze(x, 0) if x.ndim == 1 else x


def _at_least_3d(x: Tensor) -> Tensor:
    if x.ndim == 0:
        return view(x, 1, 1, 1)
    return unsqueeze(unsqueeze(x, 0), -1) if x.ndim == 1 else unsqueeze(x, -1) if x.ndim == 2 else x


def _at_least_1d(x: Tensor) -> Tensor:
    return view(x, 1) if x.ndim == 0 else x


def atleast_1d(*tensors: Any) -> Any:
    """Each tensor, with a dimension if it had none."""
    return _each(_at_least_1d, "atleast_1d", tensors)


def atleast_2d(*tensors: Any) -> Any:
    """Each tensor, with new first dimensions if it had fewer than two."""
    return _each(_at_least_2d, "atleast_2d", tensors)


def atleast_3d(*tensors: Any) -> Any:
    """Each tensor with at least three dimensions: a vector gets one before and one after, a matrix one after."""
    return _each(_at_least_3d, "atleast_3d", tensors)


def broadcast_shapes(*shapes: Any) -> Size:
    """The shape that tensors of these shapes broadcast to.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.broadcast_shapes((2, 1), (3,), 1)
    minigrad.Size([2, 3])
    """
    result: list[int] = []
    for number, given in enumerate(shapes):
        shape = (given,) if isinstance(given, int) else tuple(given)
        if any(n < 0 for n in shape):
            raise ValueError("Attempting to broadcast a dimension with negative length!")
        result = [1] * (len(shape) - len(result)) + result
        for i in range(-1, -len(shape) - 1, -1):
            if shape[i] not in (1, result[i]) and result[i] != 1:
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {shape[i]} at {i}! Mismatching argument at index "
                    f"{number} had {shape}; but expected shape should be broadcastable to {result}"
                )
            result[i] = shape[i] if result[i] == 1 else result[i]
    return Size(result)


# ------------------------------------------------------------ joining and splitting
def _stacked(name: str, tensors: Sequence[Tensor]) -> Sequence[Tensor]:
    if isinstance(tensors, Tensor) or not isinstance(tensors, Sequence):
        kind = type(tensors).__name__
        raise TypeError(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {kind}")
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return tensors


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors side by side: joined along the second dimension, vectors along their only one."""
    rows = [_at_least_1d(x) for x in _stacked("hstack", tensors)]
    return cat(rows, 0 if rows[0].ndim == 1 else 1)


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors one below the other: joined along the first dimension, vectors as rows."""
    return cat([_at_least_2d(x) for x in _stacked("vstack", tensors)], 0)


def dstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors one behind the other: joined along the third dimension."""
    return cat([_at_least_3d(x) for x in _stacked("dstack", tensors)], 2)


def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors side by side, with vectors as columns."""
    return hstack([reshape(x, x.numel(), 1) if x.ndim <= 1 else x for x in _stacked("column_stack", tensors)])


def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Neighbouring parts of a dimension, as views: so many, as equal as can be, or cut before each of these indices.

    Parameters
    ----------
    indices_or_sections : int, tuple of ints or Tensor
        A tensor without dimensions counts as an int, a vector as a tuple.
    """
    must_be_tensors("tensor_split", input_1=input)
    if not input.ndim:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    if isinstance(indices_or_sections, Tensor):
        if indices_or_sections.array.dtype != np.int64:
            raise RuntimeError(
                "tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
                f"{kind_of(indices_or_sections.array)}"
            )
        indices_or_sections = indices_or_sections.tolist()
    dim = wrap_dim(dim, input.ndim)
    n = input.array.shape[dim]
    if isinstance(indices_or_sections, int):
        sections = indices_or_sections
        if sections <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {sections}")
        short, longer = divmod(n, sections)
        cuts = [i * short + min(i, longer) for i in range(1, sections)]
    else:
        cuts = list(indices_or_sections)
    spans = pairwise([0, *cuts, n])
    return tuple([apply_view(ops.Slice, input, dim=dim, span=slice(*_from_to(*span, n))) for span in spans])


def _from_to(start: int, stop: int, n: int) -> tuple[int, int]:
    start, stop, _ = slice(start, stop).indices(n)
    return start, max(start, stop)


def _split_along(name: str, input: Tensor, indices_or_sections: Any, dim: int, least: int) -> tuple[Tensor, ...]:
    if input.ndim < least:
        raise RuntimeError(
            f"minigrad.{name} requires a tensor with at least {least} dimension, but got a tensor with {input.ndim} "
            "dimensions!"
        )
    if isinstance(indices_or_sections, int):
        n = input.array.shape[dim]
        if indices_or_sections <= 0 or n % indices_or_sections:
            raise RuntimeError(
                f"minigrad.{name} attempted to split along dimension {dim}, but the size of the dimension {n} is not "
                f"divisible by the split_size {indices_or_sections}!"
            )
    return tensor_split(input, indices_or_sections, dim)


def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """`tensor_split` along the second dimension, of a vector along its only one, into equal parts."""
    return _split_along("hsplit", input, indices_or_sections, 0 if input.ndim == 1 else 1, 1)


def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """`tensor_split` along the first dimension, into equal parts."""
    return _split_along("vsplit", input, indices_or_sections, 0, 2)


def split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Neighbouring parts of a dimension with these lengths, as views."""
    return split(input, list(split_sizes), dim)


def numel(input: Tensor) -> int:
    """How many elements the tensor has."""
    must_be_tensors("numel", input_1=input)
    return input.numel()
