"""The functions that users call for the operations of shape.py, with PyTorch's names, arguments and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from .. import dtypes
from ..autograd import errors
from ..layouts import check_format, contiguous_format, in_order
from ..tensor import Tensor
from . import shape as ops
from .calling import apply
from .elementwise import Clone
from .indices import must_be_tensors
from .operands import refuse_mixed_devices
from .views import apply_view, split_outputs


def wrap_dim(dim: int, ndim: int) -> int:
    """A dimension counted from the front; negative ones count from the end.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    n = max(ndim, 1)
    if not -n <= dim < n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
    return dim % n


def sizes_of(args: tuple[Any, ...]) -> tuple[int, ...]:
    """A shape given as several ints or as one sequence."""
    if len(args) == 1 and isinstance(args[0], Sequence):
        args = tuple(args[0])
    return tuple(map(int, args))


# ------------------------------------------------------------ order of dimensions
def t(input: Tensor) -> Tensor:
    """The transpose of a matrix, as a view; vectors and 0-d tensors come back as they are."""
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return apply_view(ops.T, input)


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """A view with two dimensions swapped."""
    dims = wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
    return apply_view(ops.Transpose, input, dims=dims)


def permute(input: Tensor, *dims: Any) -> Tensor:
    """A view with the dimensions in this order."""
    order = sizes_of(dims)
    if len(order) != input.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to len(dims) = {len(order)}"
        )
    wrapped = tuple(wrap_dim(d, input.ndim) for d in order)
    if len(set(wrapped)) != len(wrapped):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return apply_view(ops.Permute, input, dims=wrapped)


def numpy_T(input: Tensor) -> Tensor:
    """`x.T`: a view with the order of the dimensions reversed."""
    return permute(input, *reversed(range(input.ndim)))


def mT(input: Tensor) -> Tensor:
    """`x.mT`: a view with the last two dimensions swapped."""
    if input.ndim < 2:
        raise RuntimeError(
            f"tensor.mT is only supported on matrices or batches of matrices. Got {input.ndim}-D tensor."
        )
    return transpose(input, -2, -1)


# ------------------------------------------------------------ number and lengths of dimensions
def _inferred(shape: tuple[int, ...], numel: int) -> tuple[int, ...]:
    if prod(shape) == numel and min(shape, default=0) >= 0:
        return shape
    if shape.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    if any(n < -1 for n in shape):
        raise RuntimeError(f"invalid shape dimension {min(shape)}")
    known = prod(n for n in shape if n != -1)
    if -1 in shape:
        if known == 0 and numel == 0:
            raise RuntimeError(
                f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size "
                "-1 can be any value and is ambiguous"
            )
        if known and numel % known == 0:
            return tuple(numel // known if n == -1 else n for n in shape)
    raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")


def _same_memory(array: Any, shape: tuple[int, ...]) -> bool:
    """Whether this shape can be had without copying."""
    probe = array.view()
    try:
        probe.shape = shape
    except AttributeError:
        return False
    return True


def view(input: Tensor, *shape: Any) -> Tensor:
    """A view in another shape; one length may be -1.

    Raises
    ------
    RuntimeError
        If the number of elements differs, or the memory would have to be copied.
    """
    if len(shape) == 1 and isinstance(shape[0], dtypes.dtype):
        raise RuntimeError("view(dtype) is not supported: use .to(dtype), which converts the numbers")
    target = _inferred(sizes_of(shape), input.array.size)
    if not _same_memory(input.array, target):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return apply_view(ops.ViewOf, input, shape=target)


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """A view in the shape of `other`."""
    must_be_tensors("view_as", other_1=other)
    return view(input, other.shape)


def reshape(input: Tensor, *shape: Any) -> Tensor:
    """Another shape, as a view where that is possible; one length may be -1."""
    target = _inferred(sizes_of(shape), input.array.size)
    if _same_memory(input.array, target):
        return apply_view(ops.ViewOf if input.is_contiguous() else ops.ReshapeAlias, input, shape=target)
    return apply(ops.UnsafeView, contiguous(input), shape=target)


def contiguous(input: Tensor, *, memory_format: Any = contiguous_format) -> Tensor:
    """The tensor itself if its memory is in order, row by row unless said otherwise; else a copy that is."""
    if memory_format is not contiguous_format:
        check_format("contiguous", memory_format, input.array.ndim)
    return input if in_order(input.array, memory_format.order) else apply(Clone, input, order=memory_format.order)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Some neighbouring dimensions, by default all, made one."""
    first, last = wrap_dim(start_dim, input.ndim), wrap_dim(end_dim, input.ndim)
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if input.ndim == 0:
        return reshape(input, 1)
    if first == last:
        return input
    s = input.array.shape
    return reshape(input, (*s[:first], prod(s[first : last + 1]), *s[last + 1 :]))


def ravel(input: Tensor) -> Tensor:
    """All elements in one dimension."""
    return view(contiguous(input), -1)


def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """A view without dimensions of length 1: all of them, or those named."""
    s = input.array.shape
    if dim is None:
        return apply_view(ops.Squeeze, input, shape=tuple(n for n in s if n != 1))
    several = isinstance(dim, Sequence)
    dims = {wrap_dim(d, input.ndim) for d in (dim if several else (dim,))}
    op = ops.SqueezeDims if several else ops.SqueezeDim
    return apply_view(op, input, shape=tuple(n for i, n in enumerate(s) if n != 1 or i not in dims))


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """A view with a new dimension of length 1 before `dim`."""
    dim = wrap_dim(dim, input.ndim + 1)
    s = input.array.shape
    return apply_view(ops.Unsqueeze, input, shape=(*s[:dim], 1, *s[dim:]))


def expand(input: Tensor, *sizes: Any) -> Tensor:
    """A view with dimensions of length 1 repeated, without copying; -1 keeps a length."""
    target, have = sizes_of(sizes), input.array.shape
    extra = len(target) - len(have)
    if extra < 0:
        kind = dtypes.SCALAR_TYPE_NAMES[input.dtype.name]
        raise RuntimeError(
            f"expand(minigrad.{kind}Tensor{{{list(have)}}}, size={list(target)}): the number of sizes provided "
            f"({len(target)}) must be greater or equal to the number of dimensions in the tensor ({len(have)})"
        )
    for i, n in enumerate(target):
        if n == -1 and i < extra:
            raise RuntimeError(
                f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {i}"
            )
        if i >= extra and n not in (-1, have[i - extra]) and have[i - extra] != 1:
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({have[i - extra]}) at "
                f"non-singleton dimension {i}.  Target sizes: {list(target)}.  Tensor sizes: {list(have)}"
            )
    return apply_view(ops.Expand, input, shape=target)


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """A view expanded to the shape of `other`."""
    must_be_tensors("expand_as", other_1=other)
    return expand(input, other.shape)


def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """A view expanded to this shape."""
    return expand(input, tuple(size))


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Views of all tensors in the one shape that they broadcast to; those that have it already, themselves."""
    try:
        shape = np.broadcast_shapes(*(x.array.shape for x in tensors))
    except ValueError:
        raise errors.broadcast_shapes(*tensors) from None
    return tuple(x if x.array.shape == shape else expand(x, shape) for x in tensors)


# ------------------------------------------------------------ parts
def alias(input: Tensor) -> Tensor:
    """A view of the whole tensor."""
    return apply_view(ops.Alias, input, shape=input.array.shape)


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """A view of one index of a dimension, which vanishes."""
    if input.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, input.ndim)
    n = input.array.shape[dim]
    if not -n <= index < n:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {dim}"
        )
    return apply_view(ops.Select, input, dim=dim, number=int(index) % n)


def narrow(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """A view of `length` indices of a dimension, from `start` on."""
    if input.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim = wrap_dim(dim, input.ndim)
    n = input.array.shape[dim]
    if not -n <= start <= n:
        raise IndexError(f"start out of range (expected to be in range of [{-n}, {n}], but got {start})")
    start = start + n if start < 0 else start
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return apply_view(ops.Slice, input, dim=dim, span=slice(start, start + length))


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A view of the diagonal of two dimensions, as a new last dimension."""
    d1, d2 = wrap_dim(dim1, input.ndim), wrap_dim(dim2, input.ndim)
    if d1 == d2:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return apply_view(ops.Diagonal, input, offset=offset, dim1=d1, dim2=d2)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """All indices of a dimension, as views."""
    if input.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    dim = wrap_dim(dim, input.ndim)
    a = input.array
    parts = [a[(slice(None),) * dim + (i, ...)] for i in range(a.shape[dim])]
    return split_outputs(input, parts, ops.Unbind, "Unbind", dim=dim)


def split(tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Neighbouring parts of a dimension, as views: of one length (the last may be shorter), or of these lengths."""
    if tensor.ndim == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = wrap_dim(dim, tensor.ndim)
    n = tensor.array.shape[dim]
    if isinstance(split_size_or_sections, int):
        size = split_size_or_sections
        if size < 0:
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
        if size == 0 and n != 0:
            raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}")
        sizes = [min(size, n - i) for i in range(0, n, size)] if n else [0]
        return _split(tensor, sizes, dim, ops.Split, "Split")
    sizes = [int(k) for k in split_size_or_sections]
    if sum(sizes) != n or min(sizes, default=0) < 0:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension {dim}), "
            f"but got split_sizes={sizes}"
        )
    return _split(tensor, sizes, dim, ops.SplitWithSizes, "SplitWithSizes")


def _split(input: Tensor, sizes: list[int], dim: int, op: type[ops.Split], creator: str) -> tuple[Tensor, ...]:
    ends = np.cumsum([0, *sizes])
    lead = (slice(None),) * dim
    parts = [input.array[(*lead, slice(a, b), ...)] for a, b in pairwise(ends)]
    return split_outputs(input, parts, op, creator, dim=dim, sizes=tuple(sizes))


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """A dimension in at most `chunks` neighbouring parts of nearly equal length, as views."""
    if input.ndim == 0:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    dim = wrap_dim(dim, input.ndim)
    n = input.array.shape[dim]
    size = -(-n // chunks)
    if size == 0:
        return _split(input, [0] * chunks, dim, ops.SplitWithSizes, "SplitWithSizes")
    return split(input, size, dim)


# ------------------------------------------------------------ joining
def _listed(name: str, tensors: Any) -> tuple[Tensor, ...]:
    if not isinstance(tensors, (tuple, list)):
        kind = type(tensors).__name__
        raise TypeError(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {kind}")
    for i, x in enumerate(tensors):
        if not isinstance(x, Tensor):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(x).__name__}")
    return tuple(tensors)


def cat(tensors: Sequence[Tensor], dim: int = 0, *, axis: Any = None) -> Tensor:
    """Tensors joined along a dimension that they have."""
    dim = dim if axis is None else axis
    tensors = _listed("cat", tensors)
    if not tensors:
        raise ValueError("minigrad.cat(): expected a non-empty list of Tensors")
    first = next((x for x in tensors if x.array.shape != (0,)), tensors[0])
    if any(x.ndim == 0 for x in tensors):
        position = next(i for i, x in enumerate(tensors) if x.ndim == 0)
        raise RuntimeError(f"zero-dimensional tensor (at position {position}) cannot be concatenated")
    dim = wrap_dim(dim, first.ndim)
    real = [x for x in tensors if x.array.shape != (0,)] or list(tensors)  # PyTorch lets empty vectors pass
    for x in real:
        if x.ndim != first.ndim:
            raise RuntimeError(f"Tensors must have same number of dimensions: got {first.ndim} and {x.ndim}")
        for i, (n, m) in enumerate(zip(first.array.shape, x.array.shape, strict=True)):
            if n != m and i != dim:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {n} but got size {m} "
                    f"for tensor number {[y is x for y in tensors].index(True)} in the list."
                )
    dtype = dtypes.result_dtype([x.array for x in tensors]).numpy
    refuse_mixed_devices(*tensors)
    z = np.concatenate([x.array for x in real], axis=dim, dtype=dtype)
    spans, end = [], 0
    for x in tensors:
        skipped = x.array.shape == (0,) and first.ndim != 1
        start, end = end, end + (0 if skipped else x.array.shape[dim])
        spans.append((dim, start, end, skipped))
    return ops.join(ops.Cat, tensors, z, spans)


def stack(tensors: Sequence[Tensor], dim: int = 0, *, axis: Any = None) -> Tensor:
    """Tensors of one shape joined along a new dimension."""
    dim = dim if axis is None else axis
    tensors = _listed("stack", tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    for i, x in enumerate(tensors):
        if x.array.shape != tensors[0].array.shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(tensors[0].shape)} at entry 0 "
                f"and {list(x.shape)} at entry {i}"
            )
    dim = wrap_dim(dim, tensors[0].ndim + 1)
    dtype = dtypes.result_dtype([x.array for x in tensors]).numpy
    refuse_mixed_devices(*tensors)
    z = np.stack([x.array for x in tensors], axis=dim, dtype=dtype)
    return ops.join(ops.Stack, tensors, z, [(dim, i) for i in range(len(tensors))])
