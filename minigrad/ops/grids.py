"""Grids, products and repeats: meshgrid, kron, block_diag, repeat_interleave, the indices of triangles."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from warnings import warn

import numpy as np

from .. import backend, dtypes
from ..creation import finish, linspace, tensor
from ..tensor import Tensor, wrap
from . import shape as ops
from .calling import apply
from .elementwise import Clone
from .functions import mul
from .indices import kind_of, must_be_tensors
from .operands import NUMBERS, type_word
from .rows import index_select
from .shaping import expand, flatten, stack, unsqueeze, view, wrap_dim


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Views of vectors, each expanded to the grid that they span: the coordinates of its points.

    Parameters
    ----------
    indexing : {"ij", "xy"}
        Whether the first vector runs along the rows or along the columns. Not to say it warns, as in PyTorch.
    """
    vectors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    if indexing is None:
        says = "in an upcoming release, it will be required to pass the indexing argument."
        warn(f"minigrad.meshgrid: {says}", UserWarning, stacklevel=2)
        indexing = "ij"
    if not vectors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for x in vectors:
        must_be_tensors("meshgrid", tensors_1=x)
        if x.ndim > 1:
            raise RuntimeError(f"minigrad.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {x}")
        if x.dtype != vectors[0].dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f'minigrad.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    swapped = indexing == "xy" and len(vectors) > 1
    order = [vectors[1], vectors[0], *vectors[2:]] if swapped else list(vectors)
    shape = tuple(x.numel() for x in order)
    grids = [expand(view(x, (1,) * i + (x.numel(),) + (1,) * (len(order) - i - 1)), shape) for i, x in enumerate(order)]
    return (grids[1], grids[0], *grids[2:]) if swapped else tuple(grids)


def block_diag(*tensors: Tensor) -> Tensor:
    """The matrix with these matrices along its diagonal and zeros elsewhere; vectors count as rows."""
    for number, x in enumerate(tensors):
        must_be_tensors("block_diag", tensors_1=x)
        if x.ndim > 2:
            raise RuntimeError(
                f"minigrad.block_diag: Input tensors must have 2 or fewer dimensions. Input {number} has {x.ndim} "
                "dimensions"
            )
    if not tensors:
        return wrap(np.empty((1, 0), dtypes.get_default_dtype().numpy))
    blocks = [x.array.reshape((1,) * (2 - x.ndim) + x.array.shape) for x in tensors]
    ends = [np.cumsum([0, *(b.shape[d] for b in blocks)]).tolist() for d in (0, 1)]
    dtype = dtypes.result_dtype([x.array for x in tensors]).numpy
    z = backend.namespace(blocks[0]).zeros((ends[0][-1], ends[1][-1]), dtype)
    places = [(slice(*r), slice(*c)) for r, c in zip(pairwise(ends[0]), pairwise(ends[1]), strict=True)]
    for block, place in zip(blocks, places, strict=True):
        z[place] = block
    return ops.join(BlockDiag, tensors, z, [(p, x.array.shape) for p, x in zip(places, tensors, strict=True)])


class BlockDiag(ops._Joining):
    """Matrices along a diagonal."""

    formula = (r"\text{the block of } \bar z \text{ that came from } a",)

    @staticmethod
    def part(g: Any, place: Any, shape: tuple[int, ...]) -> Any:
        return np.reshape(g[place], shape)


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All ways to take one element of each vector, as rows."""
    for x in tensors:
        must_be_tensors("cartesian_prod", tensors_1=x)
        if x.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(x.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return stack([flatten(x) for x in meshgrid(*tensors, indexing="ij")], 1)


def kron(input: Tensor, other: Tensor) -> Tensor:
    """The Kronecker product: each element of `input` times all of `other`, as a block."""
    must_be_tensors("kron", input_1=input, other_2=other)
    ndim = max(input.ndim, other.ndim)
    left, right = ((1,) * (ndim - x.ndim) + tuple(x.array.shape) for x in (input, other))
    a = apply(ops.UnsafeView, input, shape=tuple(n for k in left for n in (k, 1)))
    b = apply(ops.UnsafeView, other, shape=tuple(n for k in right for n in (1, k)))
    return apply(ops.UnsafeView, mul(a, b), shape=tuple(n * m for n, m in zip(left, right, strict=True)))


def repeat_interleave(input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: Any = None) -> Tensor:
    """Each element, or each index of a dimension, repeated in its place.

    Parameters
    ----------
    repeats : int or Tensor
        How often; a vector says it for each. Without it `input` is that vector, and the result the numbers to pick.
    dim : int, optional
        Without it the input counts as a vector.
    output_size : int, optional
        How long the dimension will be; checked.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.tensor([10, 20]).repeat_interleave(minigrad.tensor([1, 2]))
    tensor([10, 20, 20])
    """
    if repeats is None:
        return wrap(_numbers(input, None, output_size))
    x = flatten(input) if dim is None else input
    dim = wrap_dim(0 if dim is None else dim, x.ndim)
    n = x.array.shape[dim] if x.ndim else 1
    if isinstance(repeats, Tensor):
        if repeats.ndim > 1:
            raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
        if repeats.numel() != 1 and repeats.numel() != n:
            raise RuntimeError(
                "repeats must have the same size as input along dim, but got repeats.size(0) = "
                f"{repeats.numel()} and input.size({dim}) = {n}"
            )
        return index_select(x, dim, wrap(_numbers(repeats, n, output_size)))
    if repeats < 0:
        raise RuntimeError("Repeats must be non-negative")
    if output_size is not None and output_size != n * repeats:
        raise RuntimeError(f"repeat_interleave: Invalid output_size, expected {n * repeats} but got {output_size}")
    x = unsqueeze(x, dim + 1)
    x = expand(x, (*x.array.shape[: dim + 1], repeats, *x.array.shape[dim + 2 :]))
    x = apply(Clone, x, order="C")
    s = x.array.shape
    return view(x, (*s[:dim], s[dim] * s[dim + 1], *s[dim + 2 :]))


def _numbers(repeats: Tensor, n: int | None, output_size: int | None) -> Any:
    """The numbers 0, 1, …, each as often as `repeats` says."""
    counts = repeats.array
    if counts.dtype not in (np.int32, np.int64):
        raise NotImplementedError(f"\"repeat_interleave_cpu\" not implemented for '{kind_of(counts)}'")
    if isinstance(counts, np.ndarray) and counts.size and counts.min() < 0:
        raise RuntimeError("repeats can not be negative")
    xp = backend.namespace(counts)
    counts = xp.broadcast_to(counts.reshape(-1), (counts.size if n is None else n,))
    # As many as the counts add up to: CuPy must ask its GPU, as PyTorch does unless output_size says it.
    ends = xp.cumsum(counts)
    total = output_size if output_size is not None and xp is not np else int(ends[-1]) if ends.size else 0
    if output_size is not None and output_size != total:
        raise RuntimeError("allocated size does not match required size")
    return xp.searchsorted(ends, xp.arange(total), side="right").astype(repeats.array.dtype)


# ------------------------------------------------------------ indices of triangles
def _triangle_indices(name: str, row: int, col: int, offset: int, dtype: Any, device: Any) -> Tensor:
    for what, n in (("row", row), ("col", col)):
        if n < 0:
            raise RuntimeError(f"{what} must be non-negative, got{n}")
    indices = (np.tril_indices if name == "tril" else np.triu_indices)(row, offset, col)
    return tensor(np.stack(indices), dtype=dtype or dtypes.int64, device=device)


def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Rows and columns of the elements of a matrix's lower triangle, row by row, as two rows."""
    return _triangle_indices("tril", row, col, offset, dtype, device)


def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Rows and columns of the elements of a matrix's upper triangle, row by row, as two rows."""
    return _triangle_indices("triu", row, col, offset, dtype, device)


def logspace(
    start: float,
    end: float,
    steps: int,
    base: float = 10.0,
    *,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` powers of `base`, from base**start to base**end: each the same multiple of the one before.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.logspace(0, 3, 4, base=2)
    tensor([1., 2., 4., 8.])
    """
    exponents = linspace(start, end, steps, dtype=dtypes.float64, device=device).array
    kind = dtype or dtypes.get_default_dtype()
    return finish((base**exponents).astype(kind.numpy), requires_grad)


def scalar_tensor(
    s: Any, *, dtype: dtypes.dtype | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """A number as a tensor without dimensions, of the default dtype unless another is named.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.scalar_tensor(3)
    tensor(3.)
    """
    if not isinstance(s, NUMBERS):
        raise TypeError(f"scalar_tensor(): argument 's' (position 1) must be Number, not {type_word(s)}")
    return tensor(s, dtype=dtype or dtypes.get_default_dtype(), device=device, requires_grad=requires_grad)
