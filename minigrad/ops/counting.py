"""Counting and looking up: distinct elements, how many there are of each, where a number belongs in a sorted row."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..tensor import Tensor, wrap
from .base import Op
from .calling import apply, apply_many, undifferentiable
from .operands import NUMBERS, array_of, no_such_call, not_for
from .shaping import wrap_dim

# mypy: disable-error-code="misc, operator, no-untyped-def"


# ------------------------------------------------------------ distinct elements
class _Unique(Op):
    """Distinct elements, for each element which of them it is, and how many there are of each."""

    results = ("output", "inverse", "counts")
    formula = (r"\text{not known}",)


def _no_derivative(name: str) -> Any:
    def grad_a(g):
        raise NotImplementedError(f"the derivative for '{name}' is not implemented.")

    return grad_a


class Unique2(_Unique):
    grad_a = _no_derivative("_unique2")

    def forward(a):
        how = {"return_inverse": True, "return_counts": True, "equal_nan": False}
        output, inverse, counts = np.unique(np.reshape(a, (-1,)), **how)
        return output, np.reshape(inverse, a.shape), counts


class UniqueDim(_Unique):
    grad_a = _no_derivative("unique_dim")

    def forward(a, dim):
        output, inverse, counts = np.unique(a, return_inverse=True, return_counts=True, axis=dim)
        return output, np.reshape(inverse, (-1,)), counts


class UniqueConsecutive(_Unique):
    grad_a = _no_derivative("unique_consecutive")

    def forward(a, dim):
        xp = backend.namespace(a)
        rows = np.reshape(a, (-1,)) if dim is None else np.moveaxis(a, dim, 0)
        n = rows.shape[0]
        flat = np.reshape(rows, (n, -1)) if rows.size else rows
        changes = np.any(flat[1:] != flat[:-1], axis=-1) if n > 1 else xp.zeros(0, bool)
        new = np.concatenate([xp.ones(min(n, 1), bool), changes])
        (starts,) = np.nonzero(new)
        inverse = np.cumsum(new) - 1
        output = rows[starts]
        output = output if dim is None else np.moveaxis(output, 0, dim)
        return output, np.reshape(inverse, a.shape) if dim is None else inverse, np.bincount(inverse)


def _asked_for(found: tuple[Tensor, ...], return_inverse: bool, return_counts: bool) -> Any:
    output, inverse, counts = found
    more = (*([inverse] if return_inverse else []), *([counts] if return_counts else []))
    return (output, *more) if more else output


def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The distinct elements in order (or slices along `dim`); it has no derivative.

    Parameters
    ----------
    sorted : bool
        They come in order, whatever this says.
    return_inverse : bool
        Also for each element, which of them it is.
    return_counts : bool
        Also how many there are of each.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.unique(minigrad.tensor([3, 1, 3]), return_counts=True)
    (tensor([1, 3]), tensor([1, 2]))
    """
    array_of(input, "_unique2" if dim is None else "unique_dim")
    if dim is None:
        return _asked_for(apply_many(Unique2, input), return_inverse, return_counts)
    dim = wrap_dim(dim, input.ndim)
    if 0 in input.shape and input.shape[dim]:
        raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
    return _asked_for(apply_many(UniqueDim, input, dim=dim), return_inverse, return_counts)


def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The elements (or slices along `dim`) without those that equal the one before; it has no derivative."""
    array_of(input, "unique_consecutive")
    dim = None if dim is None else wrap_dim(dim, input.ndim)
    return _asked_for(apply_many(UniqueConsecutive, input, dim=dim), return_inverse, return_counts)


# ------------------------------------------------------------ how many of each
class WeightedCount(Op):
    """Sums of weights by number. PyTorch's node says that its derivative is not there."""

    node_name = "NotImplemented"
    formula = (r"\text{not known}",)

    def name(self) -> str:
        return "minigrad::autograd::NotImplemented"

    def forward(a, numbers, minlength):
        z = np.bincount(numbers, a.astype(np.float64), minlength)
        return z.astype(np.float32) if a.dtype == np.float32 else z

    def grad_a(g):
        raise RuntimeError("derivative for aten::bincount is not implemented")


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each number 0, 1, 2, ... stands in `input`; or the sum of the weights that stand there.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.bincount(minigrad.tensor([0, 2, 2]))
    tensor([1, 0, 2])
    """
    a = array_of(input, "bincount")
    if type(minlength) is not int:
        raise TypeError(f"bincount(): argument 'minlength' must be int, not {type(minlength).__name__}")
    if a.dtype.kind not in "iu":
        raise not_for(input.array, "bincount_cpu")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if a.ndim != 1 or (a.size and np.min(a) < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is not None and weights.shape != input.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    if weights is None or not a.size:
        return wrap(np.bincount(a.astype(np.int64), minlength=minlength).astype(np.int64))
    return apply(WeightedCount, weights, numbers=a, minlength=minlength)


def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements lie in each of `bins` equal parts of the range from min to max, or from the least to the most.

    The last part includes its end; what lies outside, and NaN, is not counted.
    """
    a = array_of(input, "histc")
    if a.dtype.kind != "f":
        raise not_for(input.array, "histogram_cpu")
    if bins <= 0:
        raise RuntimeError(f"minigrad.histogram(): bins must be > 0, but got {bins} for dimension 0")
    low, high = min, max
    if low == high and a.size:
        low, high = np.min(a).item(), np.max(a).item()
    if low == high:
        low, high = low - 1, high + 1
    if not np.isfinite([low, high]).all():
        raise RuntimeError(f"minigrad.histc: range of [{low:g}, {high:g}] is not finite")
    if low > high:
        raise RuntimeError("minigrad.histc: max must be larger than min")
    inside = a[(a >= low) & (a <= high)]
    part = np.minimum(((inside - low) * (bins / (high - low))).astype(np.int64), bins - 1)
    return undifferentiable("histc", np.bincount(part, minlength=bins).astype(a.dtype), input)


# ------------------------------------------------------------ where a number belongs
def _position(row: Any, value: Any, right: bool) -> Any:
    """The place of each value in its sorted row, by halving: all values at once."""
    n = row.shape[-1]
    low = backend.namespace(row).zeros(value.shape, np.int64)
    high = low + n
    for _ in range(n.bit_length()):
        middle = (low + high) // 2
        at = np.minimum(middle, n - 1)
        there = row[at] if row.ndim == 1 else np.take_along_axis(row, at, -1)
        after = ~(there > value) if right else ~(there >= value)  # NaN belongs at the end
        low, high = np.where(after & (low < high), middle + 1, low), np.where(after, high, middle)
    return low


def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Where each number would have to be inserted into a sorted row so that it stays sorted.

    Parameters
    ----------
    sorted_sequence : Tensor
        One row, or several: then `input` has as many, each to be looked up in its own.
    right : bool
        After equal elements instead of before them; `side="right"` says the same.
    sorter : Tensor, optional
        The order in which `sorted_sequence` is sorted (of `argsort`).

    Examples
    --------
    >>> import minigrad
    >>> minigrad.searchsorted(minigrad.tensor([1., 3., 5.]), minigrad.tensor([0., 3., 9.]))
    tensor([0, 1, 3])
    """
    if side not in (None, "left", "right"):
        raise RuntimeError(f"minigrad.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "minigrad.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    row, value = _looked_up("searchsorted", sorted_sequence, input)
    if row.ndim == 0:
        raise RuntimeError(
            "minigrad.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    if row.ndim > 1 and not isinstance(input, Tensor):
        raise RuntimeError(
            "minigrad.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we "
            f"got boundaries tensor dim({row.ndim}) and input value's dim(0) numel(1)"
        )
    if row.ndim > 1 and row.shape[:-1] != value.shape[:-1]:
        raise RuntimeError(
            "minigrad.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of "
            f"boundaries tensor and input value tensor must match, but we got boundaries tensor {list(row.shape)} and "
            f"input value tensor {list(value.shape)}"
        )
    if sorter is not None:
        row = _in_order(row, sorter)
    return _as_told(_position(row, value, right or side == "right"), out_int32)


def bucketize(input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """Between which boundaries each number lies: 0 is before the first.

    Parameters
    ----------
    right : bool
        Whether a number that equals a boundary lies after it.
    """
    row, value = _looked_up("bucketize", boundaries, input)
    if row.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({row.ndim})")
    return _as_told(_position(row, value, right), out_int32)


def _looked_up(name: str, row: Any, input: Any) -> tuple[Any, Any]:
    """The sorted row and what is looked up in it, as arrays."""
    if not isinstance(row, Tensor) or not isinstance(input, (Tensor, *NUMBERS)):
        given = (row, input) if name == "searchsorted" else (input, row)
        got = ", ".join("Tensor" if isinstance(x, Tensor) else type(x).__name__ for x in given)
        raise TypeError(f"{name}() received an invalid combination of arguments - got ({got})")
    return row.array, input.array if isinstance(input, Tensor) else backend.namespace(row.array).asarray(input)


def _in_order(row: Any, sorter: Tensor) -> Any:
    order = sorter.array
    if order.shape != row.shape:
        raise RuntimeError(
            "minigrad.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
            f"{list(row.shape)}and got sorter tensor {list(order.shape)}"
        )
    if order.dtype != np.int64:
        kind = dtypes.SCALAR_TYPE_NAMES[sorter.dtype.name]
        raise RuntimeError(f"minigrad.searchsorted(): sorter must be a tensor of long dtype but got dtype {kind}")
    if order.size and (np.min(order) < 0 or np.max(order) >= row.shape[-1]):
        raise RuntimeError("minigrad.searchsorted(): sorter index out of range")
    return np.take_along_axis(row, order, -1)


def _as_told(places: Any, out_int32: bool) -> Tensor:
    return wrap(places.astype(np.int32) if out_int32 else places)


def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each element is one of `test_elements`.

    Parameters
    ----------
    elements, test_elements : Tensor or number
        One of the two may be a number. NaN is none of them.
    assume_unique
        Without effect on the result.
    invert : bool
        Whether to say where it is not.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.isin(minigrad.tensor([1, 2, 3]), minigrad.tensor([1, 3]))
    tensor([ True, False,  True])
    """
    pair = elements, test_elements
    tensors = [x for x in pair if isinstance(x, Tensor)]
    if not tensors or not all(isinstance(x, (Tensor, *NUMBERS)) for x in pair):
        raise no_such_call("isin", *pair)
    for x in tensors:
        if x.dtype is dtypes.bool_:
            raise RuntimeError("Unsupported input type encountered for isin(): Bool")
    xp = backend.namespace(tensors[0].array)
    a, b = (x.array if isinstance(x, Tensor) else xp.array(x) for x in pair)
    return undifferentiable("isin", xp.isin(a, b, invert=invert), *tensors)
