"""Overwriting: `x[...] = v`, `copy_`, `fill_`, `zero_`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd import errors
from ..autograd.engine import sum_to
from ..tensor import Tensor, wrap
from .base import Op
from .calling import apply, either, raw
from .index import Index, do_not_broadcast, split_index
from .indices import kind_of, must_be_tensors
from .inplace import in_place, refuse_partial_overlap, refuse_repeats
from .operands import NUMBERS, constant
from .shaping import expand, view

# mypy: disable-error-code="misc, operator, no-untyped-def"


class IndexPut(Op):
    """`a` with `b` written at the picked places."""

    formula = r"\bar z \text{, but 0 at the picked places}", r"\bar z \text{ at the picked places}"

    def forward(a, b, index):
        z = a.copy()
        z[index] = b
        return z

    def grad_a(g, index):
        kept = np.ones_like(raw(g), bool)
        kept[index] = False
        return np.where(kept, g, 0)

    def grad_b(g, b_shape, index):
        picked = either(Index, g, index=index)
        return sum_to(picked, b_shape, backend.dtype_of(picked))


class IndexAdd(Op):
    """`a` with `b` added at the picked places."""

    node_name = "IndexPutBackward0"
    formula = r"\bar z", r"\bar z \text{ at the picked places}"

    def forward(a, b, index):
        z = a.copy()
        backend.add_at(z, index, b)
        return z

    def grad_a(g):
        return g

    grad_b = IndexPut.rules[1]


class CopyBackwards(Op):
    """The old values replaced by `b`."""

    node_name = "CopyBackwards"
    formula = r"0", r"\bar z"

    def name(self) -> str:
        return "minigrad::autograd::CopyBackwards"

    def forward(a, b):
        return np.broadcast_to(b, a.shape)

    def grad_a(g):
        return np.zeros_like(g)

    def grad_b(g):
        return g


class Fill(Op):
    node_name = "FillBackward2"
    formula = (r"0",)

    def forward(a, value):
        return np.full_like(a, value)

    def grad_a(g):
        return np.zeros_like(g)


class FillWith(Op):
    """All elements become the one of `b`, a tensor without dimensions."""

    node_name = "FillBackward3"
    formula = r"0", r"\textstyle\sum \bar z"
    broadcasts = True

    def forward(a, b):
        return np.full_like(a, b)

    def grad_a(g):
        return np.zeros_like(g)

    def grad_b(g):
        return g


class Zero(Op):
    formula = (r"0",)

    def forward(a):
        return np.zeros_like(a)

    def grad_a(g):
        return np.zeros_like(g)


# ------------------------------------------------------------ x[...] = v and what else overwrites
def setitem(input: Tensor, index: Any, value: Any) -> None:
    """Write `value` at the places that `index` names; what `x[index] = value` calls."""
    viewed, numbers = split_index(input, index)
    value = value if isinstance(value, Tensor) else _number(value, input)
    if numbers is None:
        if value.array.shape == viewed.array.shape:
            copy_(viewed, value)
        elif value.ndim == 0:
            fill_(viewed, value)
        else:
            copy_(viewed, expand(_squeezed(value), viewed.array.shape))
        return
    index_put_(viewed, numbers, _squeezed(value) if value.array.shape[:1] == (1,) else value)


def _number(value: Any, like: Tensor) -> Tensor:
    """A number as a tensor of the dtype, and in the place, of another."""
    if not isinstance(value, NUMBERS):
        kind = type(value).__name__ if type(value).__module__ == "builtins" else _full_name(type(value))
        raise TypeError(f"can't assign a {kind} to a minigrad.{kind_of(like.array)}Tensor")
    array = constant(value.item() if isinstance(value, np.generic) else value, like.array)
    return wrap(array if backend.is_array(array) else backend.namespace(like.array).asarray(array, like.array.dtype))


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__name__}"


def _squeezed(value: Tensor) -> Tensor:
    """A view without leading dimensions of length 1, which the target may lack."""
    shape = value.array.shape
    while shape and shape[0] == 1:
        shape = shape[1:]
    return view(value, shape)


def _index_put(input: Tensor, index: Any, value: Tensor, accumulate: bool = False) -> Tensor:
    try:
        picked = input.array[index].shape
    except IndexError:
        raise do_not_broadcast(index) from None
    try:
        np.broadcast_to(value.array, picked)
    except ValueError:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast to indexing result of "
            f"shape {list(picked)}"
        ) from None
    if value.array.dtype != input.array.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{dtypes.SCALAR_TYPE_NAMES[input.dtype.name]} for the destination and "
            f"{dtypes.SCALAR_TYPE_NAMES[value.dtype.name]} for the source."
        )
    return apply(IndexAdd if accumulate else IndexPut, input, value, index=index)


def _index_put_over(input: Tensor, index: Any, value: Tensor, accumulate: bool = False) -> Tensor:
    refuse_partial_overlap(input.array, value.array, same_allowed=False)
    return _index_put(input, index, value, accumulate)


def _copied(input: Tensor, src: Tensor) -> Tensor:
    must_be_tensors("copy_", src_1=src)
    if src.device != input.device:
        src = src.to(input.device)  # copy_ is what one asks for it with
    if src.array.shape != input.array.shape:
        try:
            shape = np.broadcast_shapes(input.array.shape, src.array.shape)
        except ValueError:
            raise errors.broadcast_shapes(input, src) from None
        if shape != input.array.shape:
            raise errors.output_shape(input.array.shape, shape)
    out = apply(CopyBackwards, input, src)
    if out._node is not None:
        fit = (src.array.shape, src.array.dtype)
        fits = (None, None if fit == (input.array.shape, input.array.dtype) else fit)
        out._node.fit = fits if any(fits) else None
    out.array = out.array.astype(input.array.dtype)
    return out


def _filled(input: Tensor, value: Any) -> Tensor:
    if not isinstance(value, Tensor):
        if not isinstance(value, NUMBERS):
            kind = type(value).__name__
            raise TypeError(
                f"fill_() received an invalid combination of arguments - got ({kind}), but expected a number"
            )
        return apply(Fill, input, value=value)
    if value.ndim:
        raise RuntimeError(f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.")
    refuse_repeats(input.array)
    return apply(FillWith, input, value)


index_put_ = in_place(_index_put_over, "index_put_")


def _index_arrays(name: str, input: Tensor, indices: Any, values: Any) -> tuple[Any, ...]:
    """The arrays of a tuple of index tensors, checked."""
    if not isinstance(indices, (tuple, list)):
        kind = type(indices).__name__
        raise TypeError(f"{name}(): argument 'indices' (position 1) must be tuple of Tensors, not {kind}")
    for i, index in enumerate(indices):
        if not isinstance(index, Tensor):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(index).__name__}")
    if not isinstance(values, Tensor):
        kind = type(values).__name__
        raise TypeError(f"{name}(): argument 'values' (position 2) must be Tensor, not {kind}")
    # A number without dimensions would make a view; as a vector of one it picks the same.
    vectors = tuple(view(i, 1) if i.ndim == 0 and i.array.dtype.kind == "i" else i for i in indices)
    _, numbers = split_index(input, vectors)
    return () if numbers is None else numbers


def index_put(input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False) -> Tensor:
    """The input with `values` at the places that a tuple of index tensors names, as `x[indices] = values` writes them.

    Parameters
    ----------
    accumulate : bool
        Add, also where a place is named twice, instead of writing.
    """
    return _index_put(input, _index_arrays("index_put", input, indices, values), values, accumulate)


def put_(input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False) -> Tensor:
    """`index_put_`: write `values` at the places that a tuple of index tensors names, as `x[indices] = values` does.

    Parameters
    ----------
    accumulate : bool
        Add, also where a place is named twice, instead of writing.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.zeros(3)
    >>> x.index_put_((minigrad.tensor([0, 0, 2]),), minigrad.tensor([1., 2., 3.]), accumulate=True)
    tensor([3., 0., 3.])
    """
    return index_put_(input, _index_arrays("index_put_", input, indices, values), values, accumulate)


copy_ = in_place(_copied, "copy_")
zero_ = in_place(lambda input: apply(Zero, input), "zero_", repeats=True)
fill_ = in_place(_filled, "fill_", repeats=True)
