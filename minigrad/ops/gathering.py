"""Picking along a dimension, each element its own number: gather, and its mirror images scatter and scatter_add."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend
from ..autograd import errors
from ..tensor import Tensor, wrap
from .base import Op
from .calling import apply, either, raw
from .indices import check_bounds, is_int_or_long, kind_of, must_be_tensors
from .shaping import expand, view, wrap_dim

# mypy: disable-error-code="misc, operator, no-untyped-def"


# ------------------------------------------------------------ on arrays
def along(index: Any, dim: int) -> tuple[Any, ...]:
    """For NumPy's own indexing: at each place of `index` its number for `dim`, the place's own for the others."""
    arange, ndim = backend.namespace(index).arange, index.ndim
    return tuple(
        index if d == dim else arange(n).reshape((1,) * d + (n,) + (1,) * (ndim - d - 1))
        for d, n in enumerate(index.shape)
    )


def _places(index: Any, shape: tuple[int, ...], dim: int) -> Any:
    """The same as one number for each place: in the order of memory of an array of this shape."""
    step = 1
    where: Any = 0
    for d, n in reversed(list(enumerate(shape))):
        numbers = index if d == dim else np.arange(index.shape[d]).reshape((-1,) + (1,) * (index.ndim - d - 1))
        where = where + np.multiply(numbers, step, dtype=np.int64)
        step *= n
    return where


def _in_memory_order(*arrays: Any) -> bool:
    """Whether numbers from `_places` will do: for NumPy's arrays, which takes half as long as an index of several."""
    return all(type(a) is np.ndarray and a.ndim > 0 and a.flags.c_contiguous for a in arrays)


def _rows(a: Any) -> Any:
    """A view with at least one dimension: an array without any counts as a vector of one."""
    return np.reshape(a, (1,)) if a.ndim == 0 else a


def _part(b: Any, index: Any) -> Any:
    """The part of `b` that an index of this shape speaks of."""
    return _rows(b)[tuple(slice(n) for n in _rows(index).shape)]


class Gather(Op):
    """At each place of the index the element of that number along a dimension."""

    formula = (r"\text{zeros, with } \bar z \text{ added at the picked places}",)

    def forward(a, dim, index):
        if not index.size:
            return backend.namespace(a).empty(index.shape, a.dtype)
        if _in_memory_order(a):
            return a.reshape(-1).take(_places(index, a.shape, dim))
        return np.reshape(_rows(a)[along(_rows(index), dim)], index.shape)

    def grad_a(g, a, dim, index):
        zeros = backend.namespace(raw(g)).zeros(np.shape(a), raw(g).dtype)
        return either(ScatterAdd, zeros, g, dim=dim, index=index)


def _of_source(g, b_shape, dim, index):
    """The rule for what is scattered: `Gather` picks its gradient."""
    index = raw(index)
    if b_shape != index.shape:
        raise RuntimeError(
            "the gradient of a source of scatter or scatter_add is known only where the index has the source's "
            f"shape: the index has {list(index.shape)}, the source {list(b_shape)}"
        )
    return either(Gather, g, dim=dim, index=index)


class ScatterAdd(Op):
    """`a` with the elements of `b` added, each along a dimension where the index says."""

    formula = r"\bar z", r"\bar z \text{ at the index's places}"

    def forward(a, b, dim, index):
        z = a.copy()
        if index.size and _in_memory_order(z):
            part = np.ascontiguousarray(_part(b, index), z.dtype)
            np.add.at(z.reshape(-1), _places(index, z.shape, dim).reshape(-1), part.reshape(-1))
        elif index.size:
            backend.add_at(_rows(z), along(_rows(index), dim), _part(b, index))
        return z

    def grad_a(g):
        return g

    grad_b = _of_source


class Scatter(Op):
    """`a` with the elements of `b` written, each along a dimension where the index says."""

    formula = r"\bar z \text{, but 0 at the index's places}", r"\bar z \text{ at the index's places}"

    def forward(a, b, dim, index):
        z = a.copy()
        if index.size:
            _rows(z)[along(_rows(index), dim)] = _part(b, index)
        return z

    def grad_a(g, dim, index):
        return either(ScatterNumber, g, dim=dim, index=index, value=0)

    grad_b = _of_source


class ScatterNumber(Op):
    """`a` with one number written where the index says."""

    node_name = "ScatterBackward1"
    formula = (r"\bar z \text{, but 0 at the index's places}",)

    def forward(a, dim, index, value):
        z = a.copy()
        if index.size:
            _rows(z)[along(_rows(index), dim)] = value
        return z

    grad_a = Scatter.rules[0]


# ------------------------------------------------------------ what users call
def _check(name: str, input: Tensor, dim: int, index: Tensor) -> int:
    """The dimension, counted from the front; raise if the index does not fit."""
    must_be_tensors(name, index_2=index)
    dim = wrap_dim(dim, input.ndim)
    i = index.array
    if i.size == 0:
        return dim
    if not is_int_or_long(i):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    if max(i.ndim, 1) != max(input.ndim, 1):
        other = "input" if name == "gather" else "self"
        raise RuntimeError(f"Index tensor must have the same number of dimensions as {other} tensor")
    return dim


def _larger(small: tuple[int, ...], large: tuple[int, ...], dim: int | None) -> int | None:
    """A dimension other than `dim` in which the first shape is longer than the second."""
    return next((d for d, (n, m) in enumerate(zip(small, large, strict=False)) if n > m and d != dim), None)


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """At each place of `index` the element that has that number along `dim`, and the place's own in other dimensions.

    Parameters
    ----------
    index : Tensor
        Of int64 or int32, with as many dimensions as the input; the result has its shape.
    sparse_grad : bool
        Must be False: there are no sparse tensors.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([[1., 2.], [3., 4.]])
    >>> x.gather(1, minigrad.tensor([[0, 0], [1, 0]]))
    tensor([[1., 1.],
            [4., 3.]])
    """
    if sparse_grad:
        raise NotImplementedError("gather(): sparse_grad=True needs sparse tensors, which minigrad does not have")
    dim = _check("gather", input, dim, index)
    i, shape = index.array, input.array.shape
    if i.size:
        longer = _larger(i.shape, shape, dim)
        if longer is not None:
            raise RuntimeError(
                f"Size does not match at dimension {longer} expected index {list(i.shape)} to be no larger than self "
                f"{list(shape)} apart from dimension {dim}"
            )
        check_bounds(i, shape[dim] if shape else 1, dim)
    return apply(Gather, input, dim=dim, index=i)


def _check_target(input: Tensor, dim: int, index: Tensor, src: Tensor | None) -> int:
    """The same for what writes: `src`, if there is one, must fit, too."""
    if src is not None and src.array.dtype != input.array.dtype:
        wrap_dim(dim, input.ndim)
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    dim = _check("scatter", input, dim, index)
    i, shape = index.array, input.array.shape
    if not i.size:
        return dim
    if src is not None and max(src.ndim, 1) != max(i.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
    source = None if src is None else src.array.shape
    if _larger(i.shape, shape, dim) is not None or (source is not None and _larger(i.shape, source, None) is not None):
        says = f"Expected index {list(i.shape)} to be no larger than self {list(shape)} apart from dimension {dim}"
        says += "" if source is None else f" and to be no larger size than src {list(source)}"
        raise RuntimeError(says)
    check_bounds(i, shape[dim] if shape else 1, dim)
    return dim


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """The input with the elements of `src` added, each where `index` says along `dim`; what is named twice, twice.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.zeros(3).scatter_add(0, minigrad.tensor([0, 0, 2]), minigrad.tensor([1., 2., 3.]))
    tensor([3., 0., 3.])
    """
    must_be_tensors("scatter_add", src_3=src)
    dim = _check_target(input, dim, index, src)
    return apply(ScatterAdd, input, src, dim=dim, index=index.array)


def scatter(input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None) -> Tensor:
    """The input with the elements of `src`, or one number, written where `index` says along `dim`.

    Where the index names a place twice, the last one stays (in PyTorch: any one).
    """
    what = value if src is None else src
    if isinstance(what, Tensor):
        dim = _check_target(input, dim, index, what)
        return apply(Scatter, input, what, dim=dim, index=index.array)
    if not isinstance(what, (int, float)):
        raise TypeError(f"scatter() received an invalid combination of arguments: no {type(what).__name__} for src")
    dim = _check_target(input, dim, index, None)
    return apply(ScatterNumber, input, dim=dim, index=index.array, value=what)


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """Elements picked by number along a dimension, where input and indices broadcast in the others.

    Parameters
    ----------
    dim : int, optional
        Without it both count as vectors.
    """
    must_be_tensors("take_along_dim", indices_1=indices)
    if indices.array.dtype != np.int64:
        raise RuntimeError(
            f"minigrad.take_along_dim(): dtype of indices should be Long but got {kind_of(indices.array)}"
        )
    if dim is None:
        return gather(view(input, -1), 0, view(indices, -1))
    if input.ndim != indices.ndim:
        raise RuntimeError(
            "minigrad.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{input.ndim} dimensions for input, and {indices.ndim} dimensions for indices"
        )
    if not input.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    dim = wrap_dim(dim, input.ndim)
    mine, theirs = list(input.array.shape), list(indices.array.shape)
    n, wanted = mine[dim], theirs[dim]
    mine[dim] = theirs[dim] = 1
    try:
        both = np.broadcast_shapes(tuple(mine), tuple(theirs))
    except ValueError:
        blanks = (wrap(np.broadcast_to(np.empty(()), shape)) for shape in (mine, theirs))
        raise errors.broadcast_shapes(*blanks) from None
    expanded = expand(input, (*both[:dim], n, *both[dim + 1 :]))
    numbers = np.broadcast_to(indices.array % max(n, 1), (*both[:dim], wanted, *both[dim + 1 :]))
    return apply(Gather, expanded, dim=dim, index=numbers)
