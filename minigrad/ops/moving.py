"""Operations that copy elements to other places: turned, shifted, repeated, cut to a triangle, put on a diagonal."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend
from ..tensor import Tensor
from .base import Op
from .calling import apply, either
from .indices import must_be_tensors
from .shape import Diagonal, _EmbedDiagonal, embed_diagonal
from .shaping import reshape, sizes_of, wrap_dim
from .views import apply_view

# mypy: disable-error-code="misc, operator, no-untyped-def"


# ------------------------------------------------------------ turned and shifted
class Flip(Op):
    """Some dimensions backwards."""

    formula = (r"\bar z \text{ with the same dimensions backwards}",)

    def forward(a, dims):
        return np.flip(a, dims).copy()

    def grad_a(g, dims):
        return np.flip(g, dims)


class Roll(Op):
    """Elements moved along some dimensions; those that leave at one end come in at the other."""

    formula = (r"\bar z \text{ moved back}",)

    def forward(a, shifts, dims):
        return np.roll(a, shifts, dims or None)

    def grad_a(g, shifts, dims):
        return np.roll(g, tuple(-n for n in shifts), dims or None)


class Rot90(Op):
    """A quarter turn, k times, from the first of two dimensions to the second."""

    formula = (r"\bar z \text{ turned back}",)

    def forward(a, k, dims):
        return np.rot90(a, k, dims).copy()

    def grad_a(g, k, dims):
        return np.rot90(g, -k, dims)


def flip(input: Tensor, *dims: Any) -> Tensor:
    """A copy with the elements of some dimensions in the opposite order."""
    must_be_tensors("flip", input_1=input)
    given = sizes_of(dims)
    wrapped = tuple(wrap_dim(d, input.ndim) for d in given)
    for d in wrapped:
        if wrapped.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return apply(Flip, input, dims=wrapped if input.ndim else ())


def fliplr(input: Tensor) -> Tensor:
    """A copy with the second dimension backwards: left is right."""
    if input.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, 1)


def flipud(input: Tensor) -> Tensor:
    """A copy with the first dimension backwards: up is down."""
    if input.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, 0)


def roll(input: Tensor, shifts: Any, dims: Any = ()) -> Tensor:
    """A copy with the elements moved along some dimensions; what leaves at one end comes in at the other.

    Parameters
    ----------
    shifts : int or tuple of ints
    dims : int or tuple of ints
        As many. Without it, the elements are moved as one vector.
    """
    must_be_tensors("roll", input_1=input)
    shifts, given = sizes_of((shifts,)), sizes_of((dims,))
    if not shifts:
        raise RuntimeError("`shifts` required")
    if len(shifts) != len(given) and (given or len(shifts) > 1):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(given)}")
    if given and not input.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    return apply(Roll, input, shifts=shifts, dims=tuple(wrap_dim(d, input.ndim) for d in given))


def rot90(input: Tensor, k: int = 1, dims: Any = (0, 1)) -> Tensor:
    """A copy turned by 90 degrees, `k` times, from the first of two dimensions to the second."""
    must_be_tensors("rot90", input_1=input)
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    wrapped = tuple(wrap_dim(d, input.ndim) for d in dims)
    if wrapped[0] == wrapped[1]:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    return apply(Rot90, input, k=k, dims=wrapped)


# ------------------------------------------------------------ repeated
class Repeat(Op):
    """The tensor as a tile, laid again and again."""

    formula = (r"\textstyle\sum \bar z \text{ over the tiles}",)

    def forward(a, repeats):
        return np.tile(a, repeats)

    def grad_a(g, a_shape, repeats):
        lead = len(repeats) - len(a_shape)
        tiled = [n for pair in zip(repeats, (1,) * lead + a_shape, strict=True) for n in pair]
        return np.reshape(np.sum(np.reshape(g, tuple(tiled)), axis=tuple(range(0, len(tiled), 2))), a_shape)


def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """A copy with the tensor repeated along each dimension, as tiles are laid; new dimensions come first.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    if not repeats:
        raise TypeError('repeat() missing 1 required positional arguments: "repeats"')
    counts = sizes_of(repeats)
    if len(counts) < input.ndim:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    return _repeated(input, counts)


def tile(input: Tensor, *dims: Any) -> Tensor:
    """`repeat` with a count of 1 for the first dimensions where fewer counts than dimensions are given."""
    must_be_tensors("tile", input_1=input)
    counts = sizes_of(dims)
    return _repeated(input, (1,) * (input.ndim - len(counts)) + counts)


def _repeated(input: Tensor, counts: tuple[int, ...]) -> Tensor:
    shape = (1,) * (len(counts) - input.ndim) + tuple(input.array.shape)
    lengths = [n * m for n, m in zip(counts, shape, strict=True)]
    for n in lengths:
        if n < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: {lengths}")
    return apply(Repeat, input, repeats=counts)


# ------------------------------------------------------------ triangles and diagonals
class Tril(Op):
    formula = (r"\operatorname{tril} \bar z",)

    def forward(a, diagonal):
        return np.tril(a, diagonal)

    def grad_a(g, diagonal):
        return np.tril(g, diagonal)


class Triu(Op):
    formula = (r"\operatorname{triu} \bar z",)

    def forward(a, diagonal):
        return np.triu(a, diagonal)

    def grad_a(g, diagonal):
        return np.triu(g, diagonal)


class DiagEmbed(Op):
    """The last dimension laid on the diagonal of two new ones."""

    formula = (r"\text{the diagonal of } \bar z",)

    def forward(a, offset, dim1, dim2):
        n = a.shape[-1] + abs(offset)
        first, second = sorted((dim1, dim2))
        shape = list(a.shape[:-1])
        shape.insert(first, n)
        shape.insert(second, n)
        return _EmbedDiagonal.forward(a, tuple(shape), offset, dim1, dim2)

    def grad_a(g, offset, dim1, dim2):
        return either(Diagonal, g, offset=offset, dim1=dim1, dim2=dim2)


class DiagonalCopy(Op):
    """The diagonal, copied."""

    node_name = "DiagonalBackward0_copy"
    formula = (r"\text{zeros, with } \bar z \text{ on the diagonal}",)

    def forward(a, offset, dim1, dim2):
        return np.diagonal(a, offset, dim1, dim2).copy()

    def grad_a(g, a_shape, offset, dim1, dim2):
        return embed_diagonal(g, a_shape, offset, dim1, dim2)


def _triangle(op: type[Op], name: str, input: Tensor, diagonal: int) -> Tensor:
    must_be_tensors(name, input_1=input)
    if not isinstance(diagonal, int):
        raise TypeError(f"{name}(): argument 'diagonal' (position 1) must be int, not {type(diagonal).__name__}")
    if input.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    return apply(op, input, diagonal=diagonal)


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """The lower triangle of each matrix, up to and with a diagonal, with zeros above."""
    return _triangle(Tril, "tril", input, diagonal)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """The upper triangle of each matrix, from a diagonal on, with zeros below."""
    return _triangle(Triu, "triu", input, diagonal)


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Zeros with the last dimension on a diagonal of two new dimensions."""
    must_be_tensors("diag_embed", input_1=input)
    d1, d2 = (wrap_dim(d, input.ndim + 1) for d in (dim1, dim2))
    if d1 == d2:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return apply(DiagEmbed, input, offset=offset, dim1=d1, dim2=d2)


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """The diagonal of a matrix, copied; of a vector, the matrix with the vector on its diagonal."""
    must_be_tensors("diag", input_1=input)
    if input.ndim == 1:
        return diag_embed(input, diagonal)
    if input.ndim == 2:
        return apply(DiagonalCopy, input, offset=diagonal, dim1=0, dim2=1)
    raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """The matrix with all elements of a tensor on its diagonal."""
    must_be_tensors("diagflat", input_1=input)
    return diag_embed(reshape(input, -1), offset)


# ------------------------------------------------------------ windows
class Unfold(Op):
    """Windows of a dimension, which share elements where they overlap."""

    formula = (r"\textstyle\sum \bar z \text{ over the windows that an element is in}",)

    def forward(a, dimension, size, step):
        if not a.ndim:
            return backend.as_strided(a, (size,), (a.itemsize,))
        windows = (a.shape[dimension] - size) // step + 1
        shape = (*a.shape[:dimension], windows, *a.shape[dimension + 1 :], size)
        stride = a.strides[dimension]
        strides = (*a.strides[:dimension], stride * step, *a.strides[dimension + 1 :], stride)
        return backend.as_strided(a, shape, strides)

    def grad_a(g, a_shape, dimension, size, step):
        return either(_Fold, g, shape=a_shape, dimension=dimension, size=size, step=step)


class _Fold(Op):
    """Zeros with the windows in `a` added where they were cut out."""

    node_name = "UnfoldBackwardBackward0"

    def forward(a, shape, dimension, size, step):
        z = backend.namespace(a).zeros(shape, a.dtype)
        if not shape:
            return z + np.sum(a)
        lead, windows = (slice(None),) * dimension, a.shape[dimension]
        for i in range(size):
            z[(*lead, slice(i, i + step * (windows - 1) + 1, step))] += a[..., i]
        return z

    def grad_a(g, dimension, size, step):
        return either(Unfold, g, dimension=dimension, size=size, step=step)


def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """A view of all windows of `size` elements of a dimension, `step` apart, with their elements in a new last one.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.arange(5).unfold(0, 3, 1)
    tensor([[0, 1, 2],
            [1, 2, 3],
            [2, 3, 4]])
    """
    dimension = wrap_dim(dimension, input.ndim)
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    length = input.array.shape[dimension] if input.ndim else 1
    if size > length:
        raise RuntimeError(f"maximum size for tensor at dimension {dimension} is {length} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return apply_view(Unfold, input, dimension=dimension, size=size, step=step)
