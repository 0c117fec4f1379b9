"""Picking and writing whole slices of a dimension, whose numbers an index names: index_select, index_add and the like.

`x.index_select(1, i)` is `x[:, i]`. The functions differ from `x[...] = v` in their checks, which are PyTorch's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend
from ..tensor import Tensor
from .base import Op
from .calling import apply, either, raw
from .indices import bad_number, check_bounds, is_int_or_long, kind_of, must_be_tensors
from .operands import constant
from .shaping import wrap_dim

# mypy: disable-error-code="misc, operator, no-untyped-def"


def _at(a: Any, dim: int, index: Any) -> tuple[Any, Any]:
    """A view of `a` with at least one dimension, and what NumPy's own indexing needs to pick those slices of it."""
    a = np.reshape(a, (1,)) if a.ndim == 0 else a
    return a, (slice(None),) * dim + (np.reshape(index, (-1,)),)


# ------------------------------------------------------------ the operations
class IndexSelect(Op):
    """The slices of a dimension that the index names, in its order."""

    formula = (r"\text{zeros, with } \bar z \text{ added at the picked places}",)

    def forward(a, dim, index):
        whole, at = _at(a, dim, index)
        return np.reshape(whole[at], ()) if a.ndim == 0 else whole[at]

    def grad_a(g, a_shape, dim, index):
        zeros = backend.namespace(raw(g)).zeros(a_shape, raw(g).dtype)
        return either(IndexAddAlong, zeros, g, dim=dim, index=index, alpha=1)


class IndexAddAlong(Op):
    """`a` with alpha times the slices of `b` added where the index says."""

    node_name = "IndexAddBackward0"
    formula = r"\bar z", r"\alpha\, \bar z \text{ at the picked places}"

    def forward(a, b, dim, index, alpha):
        z = a.copy()
        whole, at = _at(z, dim, index)
        scaled = b if alpha == 1 else b * constant(alpha, a)
        backend.add_at(whole, at, np.reshape(scaled, (1,)) if b.ndim == 0 else scaled)
        return z

    def grad_a(g):
        return g

    def grad_b(g, b, dim, index, alpha):
        picked = either(IndexSelect, g, dim=dim, index=index)
        return np.reshape(picked if alpha == 1 else picked * alpha, np.shape(b))


class IndexCopy(Op):
    """`a` with the slices of `b` written where the index says."""

    formula = r"\bar z \text{, but 0 at the picked places}", r"\bar z \text{ at the picked places}"

    def forward(a, b, dim, index):
        z = a.copy()
        whole, at = _at(z, dim, index)
        whole[at] = np.reshape(b, (1,)) if b.ndim == 0 else b
        return z

    def grad_a(g, dim, index):
        return either(IndexFill, g, dim=dim, index=index, value=0)

    def grad_b(g, b, dim, index):
        return np.reshape(either(IndexSelect, g, dim=dim, index=index), np.shape(b))


class IndexFill(Op):
    """`a` with one number in the slices that the index names."""

    formula = (r"\bar z \text{, but 0 at the picked places}",)

    def forward(a, dim, index, value):
        z = a.copy()
        whole, at = _at(z, dim, index)
        whole[at] = value
        return z

    grad_a = IndexCopy.rules[0]


class IndexFillWith(Op):
    """`a` with the one element of `b` in the slices that the index names."""

    broadcasts = True

    node_name = "IndexFillBackward1"
    formula = r"\bar z \text{, but 0 at the picked places}", r"\textstyle\sum \bar z \text{ over the picked places}"

    def forward(a, b, dim, index):
        return IndexFill.forward(a, dim, index, b)

    grad_a = IndexCopy.rules[0]

    def grad_b(g, dim, index):
        filled = IndexFill.forward(np.zeros_like(raw(g), bool), dim, raw(index), True)
        return np.where(filled, g, 0)  # which the engine sums


# ------------------------------------------------------------ what users call
def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices of a dimension that `index`, a vector of numbers, names; `x[:, index]` for the second dimension.

    Raises
    ------
    IndexError
        If the index is no vector, or a number in it is negative or too large.
    """
    must_be_tensors("index_select", input_1=input, index_2=index)
    i = index.array
    if i.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if not is_int_or_long(i):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    dim = wrap_dim(dim, input.ndim)
    if input.ndim == 0 and i.size != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {i.size} value(s)")
    if bad_number(i, input.array.shape[dim] if input.ndim else 1) is not None:
        raise IndexError("index out of range in self")
    return apply(IndexSelect, input, dim=dim, index=i)


def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1) -> Tensor:
    """The input with `alpha` times the slices of `source` added at the numbers in `index`; what is named twice, twice.

    Examples
    --------
    >>> import minigrad
    >>> x, source = minigrad.zeros(3), minigrad.tensor([1., 2., 3.])
    >>> x.index_add(0, minigrad.tensor([0, 0, 2]), source, alpha=10)
    tensor([30.,  0., 30.])
    """
    must_be_tensors("index_add", input_1=input, index_2=index, source_3=source)
    i, a, b = index.array, input.array, source.array
    dim = wrap_dim(dim, input.ndim)
    if not is_int_or_long(i):
        raise RuntimeError(f"index_add_(): Expected dtype int32/int64 for index but got: {kind_of(i)}")
    if i.ndim > 1:
        raise IndexError(
            f"index_add_(): Index is supposed to be a vector, but got dim: {i.ndim} with type: {kind_of(i)} and size: "
            f"{list(i.shape)}"
        )
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"index_add_(): self ({kind_of(a)}) and source ({kind_of(b)}) must have the same scalar type"
        )
    if dim and dim >= b.ndim:
        raise RuntimeError(f"index_add_(): Indexing dim {dim} is out of bounds of the source tensor with dim {b.ndim}")
    count = b.shape[dim] if b.ndim else 1
    if i.size != count:
        raise RuntimeError(
            f"index_add_(): Number of indices ({i.size}) should be equal to source.size(dim): ({count}), for dim: {dim}"
        )
    if (_rest(a, dim) != _rest(b, dim)) if a.ndim and b.ndim else a.shape != b.shape:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(a.shape)} source.shape = {list(b.shape)}"
        )
    check_bounds(i, a.shape[dim] if a.ndim else 1, dim)
    return apply(IndexAddAlong, input, source, dim=dim, index=i, alpha=alpha)


def _rest(a: Any, dim: int) -> tuple[int, ...]:
    return tuple(a.shape[:dim] + a.shape[dim + 1 :])


def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """The input with the slices of `source` written at the numbers in `index`; of several at one place, the last."""
    must_be_tensors("index_copy", input_1=input, index_2=index, source_3=source)
    i, a, b = index.array, input.array, source.array
    dim = wrap_dim(dim, input.ndim)
    if i.ndim > 1:
        raise IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {i.ndim})")
    if not b.ndim and i.size != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element (got {i.size})")
    if a.ndim != b.ndim and a.ndim and b.ndim:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
            f"dimensionality ({b.ndim}), destination dimensionality ({a.ndim})"
        )
    if i.dtype != np.int64:
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {kind_of(i)}")
    if a.dtype != b.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{kind_of(a)} and (source) {kind_of(b)}"
        )
    if a.ndim and b.ndim and _rest(a, dim) != _rest(b, dim):
        mine, theirs = (" ".join(map(str, _rest(x, dim))) for x in (a, b))
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{mine} at dimension {dim} and source slice shape: {theirs} at dimension 0."
        )
    if b.ndim and i.size != b.shape[dim]:
        raise IndexError(
            f"index_copy_(): Number of indices ({i.size}) should be equal to source.size(dim) ({b.shape[dim]})"
        )
    check_bounds(i, a.shape[dim] if a.ndim else 1, dim, error=IndexError, says="index_copy_(): ")
    return apply(IndexCopy, input, source, dim=dim, index=i)


def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """The input with one value, a number or a tensor without dimensions, in the slices that `index` names."""
    must_be_tensors("index_fill", input_1=input, index_2=index)
    i = index.array
    if i.dtype != np.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    if isinstance(value, Tensor) and value.ndim:
        raise RuntimeError(
            f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    if not isinstance(value, (Tensor, int, float)):
        raise TypeError(f"index_fill() received an invalid combination of arguments: {type(value).__name__} for value")
    if i.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    dim = wrap_dim(dim, input.ndim)
    n = input.array.shape[dim] if input.ndim else 1
    check_bounds(i, n, dim, lowest=-n, error=IndexError)
    if isinstance(value, Tensor):
        return apply(IndexFillWith, input, value, dim=dim, index=i)
    return apply(IndexFill, input, dim=dim, index=i, value=value)
