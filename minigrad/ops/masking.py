"""Picking and writing where a mask holds, or at an element's number in the tensor laid out as one row."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from .. import backend
from ..autograd import errors
from ..tensor import Tensor, wrap
from .base import Op
from .calling import apply, raw, undifferentiable
from .index import add_at
from .indices import bad_number, kind_of, must_be_tensors
from .operands import constant
from .shape import place

# mypy: disable-error-code="misc, operator, no-untyped-def"


# ------------------------------------------------------------ masks
class MaskedFill(Op):
    """`a` with one number where the mask holds."""

    formula = (r"\bar z \text{, but 0 where the mask holds}",)
    broadcasts = True

    def forward(a, mask, value):
        return _put_where(mask, constant(value, a), a)

    def grad_a(g, mask):
        return np.where(mask, 0, g)


class MaskedFillWith(Op):
    """`a` with the one element of `b` where the mask holds."""

    node_name = "MaskedFillBackward1"
    formula = r"\bar z \text{, but 0 where the mask holds}", r"\textstyle\sum \bar z \text{ where the mask holds}"
    broadcasts = True

    def forward(a, b, mask):
        return _put_where(mask, b, a)

    grad_a = MaskedFill.rules[0]

    def grad_b(g, mask):
        return np.where(mask, g, 0)


def _put_where(mask: Any, value: Any, a: Any) -> Any:
    z = np.where(mask, value, a)
    return z if z.dtype == a.dtype else z.astype(a.dtype)


class MaskedSelect(Op):
    """The elements of `a` where the mask holds, as a vector."""

    formula = (r"\text{zeros, with } \bar z \text{ where the mask holds}",)
    broadcasts = True

    def forward(a, mask):
        shape = np.broadcast_shapes(a.shape, mask.shape)
        return np.broadcast_to(a, shape)[np.broadcast_to(mask, shape)]

    def grad_a(g, a, mask):
        mask = raw(mask)
        shape = np.broadcast_shapes(np.shape(a), mask.shape)
        return place(g, shape, np.broadcast_to(mask, shape))


class MaskedScatter(Op):
    """`a` with the elements of `b`, in their order, where the mask holds."""

    formula = r"\bar z \text{, but 0 where the mask holds}", r"\bar z \text{ where the mask holds}"
    broadcasts = True

    def forward(a, b, mask):
        if not b.size:
            return np.broadcast_to(a, np.broadcast_shapes(a.shape, mask.shape)).copy()
        numbers = _numbers(np.broadcast_to(mask, np.broadcast_shapes(a.shape, mask.shape)), b.size)
        return np.where(mask, np.reshape(b, (-1,))[numbers], a)

    grad_a = MaskedFill.rules[0]

    def grad_b(g, b_shape, mask):
        size = prod(b_shape)
        if not size:
            return np.reshape(np.reshape(g, (-1,))[:0], b_shape)
        numbers = _numbers(np.broadcast_to(raw(mask), np.shape(g)), size)
        return np.reshape(add_at(np.where(mask, g, 0), (size,), (numbers,)), b_shape)


def _numbers(mask: Any, size: int) -> Any:
    """Where a mask holds, the how manieth of these places it is; any number below `size` elsewhere."""
    count = backend.namespace(mask).cumsum(mask).reshape(mask.shape) - 1
    return backend.as_array(np.clip(count, 0, size - 1))


def _fits(input: Tensor, mask: Tensor) -> tuple[int, ...]:
    """The shape that both broadcast to."""
    try:
        return np.broadcast_shapes(input.array.shape, mask.array.shape)
    except ValueError:
        raise errors.broadcast_shapes(mask, input) from None


_C_NAMES = {
    "uint8": "unsigned char", "int8": "signed char", "int16": "short", "int32": "int", "int64": "long",
    "float16": "c10::Half", "float32": "float", "float64": "double",
}  # fmt: skip


def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """The input with `value`, a number or a tensor without dimensions, where the mask holds; the two broadcast."""
    must_be_tensors("masked_fill", input_1=input, mask_1=mask)
    if not isinstance(value, (Tensor, int, float)):
        raise TypeError(f"masked_fill() received an invalid combination of arguments: {type(value).__name__} for value")
    if isinstance(value, Tensor) and value.ndim:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.ndim} dimension(s)."
        )
    if mask.array.dtype != bool:
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {_C_NAMES[mask.array.dtype.name]}"
        )
    _fits(input, mask)
    if isinstance(value, Tensor):
        return apply(MaskedFillWith, input, value, mask=mask.array)
    return apply(MaskedFill, input, mask=mask.array, value=value)


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements where the mask holds, as a vector; input and mask broadcast."""
    must_be_tensors("masked_select", input_1=input, mask_1=mask)
    if mask.array.dtype != bool:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    _fits(input, mask)
    return apply(MaskedSelect, input, mask=mask.array)


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """The input with the elements of `source`, one after the other, where the mask holds."""
    must_be_tensors("masked_scatter", input_1=input, mask_1=mask, source_2=source)
    if input.array.dtype != source.array.dtype:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got"
            f"{kind_of(input.array)} and {kind_of(source.array)}"
        )
    if mask.array.dtype != bool:
        raise RuntimeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {kind_of(mask.array)}"
        )
    shape, m = _fits(input, mask), mask.array
    if isinstance(m, np.ndarray) and np.broadcast_to(m, shape).sum() > source.array.size:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    return apply(MaskedScatter, input, source, mask=m)


# ------------------------------------------------------------ the tensor as one row
class Take(Op):
    """The elements with these numbers in `a` as one row."""

    formula = (r"\text{zeros, with } \bar z \text{ added at the picked places}",)

    def forward(a, index):
        return np.reshape(a, (-1,))[index]

    def grad_a(g, a, index):
        shape = np.shape(a)
        return np.reshape(add_at(g, (prod(shape),), (raw(index),)), shape)


class Put(Op):
    """`a` with the elements of `b` written, or added, at these numbers in `a` as one row."""

    formula = (
        r"\bar z \text{, or with 0 at the picked places if they were overwritten}",
        r"\bar z \text{ at the picked places}",
    )

    def forward(a, b, index, accumulate):
        z = a.copy("C")
        row, values = np.reshape(z, (-1,)), np.reshape(b, index.shape)
        if accumulate:
            backend.add_at(row, index, values)
        else:
            row[index] = values
        return z

    def grad_a(g, index, accumulate):
        if accumulate:
            return g
        kept = np.ones_like(raw(g), bool, "C")
        np.reshape(kept, (-1,))[raw(index)] = False
        return np.where(kept, g, 0)

    def grad_b(g, b, index, accumulate):
        return np.reshape(np.reshape(g, (-1,))[raw(index)], np.shape(b))


def _check_row(name: str, input: Tensor, index: Tensor) -> None:
    """Raise if the numbers are none of the input as one row."""
    if index.array.dtype != np.int64:
        raise RuntimeError(f"{name}(): Expected a long tensor for index, but got {kind_of(index.array)}")
    size = input.array.size
    if not size and index.array.size:
        what = "take from" if name == "take" else "put elements into"
        raise IndexError(f"{name}(): tried to {what} an empty tensor")
    bad = bad_number(index.array, size, -size)
    if bad is not None:
        raise IndexError(f"out of range: tried to access index {bad} on a tensor of {size} elements.")


def take(input: Tensor, index: Tensor) -> Tensor:
    """The elements with these numbers in the tensor as one row, in the shape of the index; negative ones from its end.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.tensor([[1., 2.], [3., 4.]]).take(minigrad.tensor([0, -1]))
    tensor([1., 4.])
    """
    must_be_tensors("take", input_1=input, index_1=index)
    _check_row("take", input, index)
    return apply(Take, input, index=index.array)


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """The input with the elements of `source` written, or added, at these numbers in it as one row."""
    must_be_tensors("put", input_1=input, index_1=index, source_2=source)
    if index.array.size != source.array.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.numel()}, index.numel() = {index.numel()}"
        )
    if input.array.dtype != source.array.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{kind_of(input.array)} and source.dtype = {kind_of(source.array)}"
        )
    _check_row("put_", input, index)
    return apply(Put, input, source, index=index.array, accumulate=accumulate)


# ------------------------------------------------------------ where something is not 0
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """The indices of the elements that are not 0: one row for each, or, `as_tuple`, one vector for each dimension.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.tensor([[0, 3], [2, 0]]).nonzero()
    tensor([[0, 1],
            [1, 0]])
    """
    must_be_tensors("nonzero", input_1=input)
    a = input.array
    found = np.nonzero(a if a.ndim else np.reshape(a, (1,)))
    if as_tuple:
        return tuple(wrap(i) for i in found)
    if not a.ndim:
        return wrap(backend.namespace(a).zeros((found[0].size, 0), np.int64))
    return undifferentiable("nonzero", np.stack(found, axis=1), input)


def argwhere(input: Tensor) -> Tensor:
    """The indices of the elements that are not 0, one row for each."""
    must_be_tensors("argwhere", input_1=input)
    return nonzero(input)
