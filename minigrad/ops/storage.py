"""Tensors that share memory without sharing history, and what gives a tensor another memory.

`detach` and `.data`; and `as_strided`, `.data = …`, `set_`, `as_strided_`. Writes to a detached tensor are seen by
version counters; writes to `.data`, and to what was set, are not.
"""

from __future__ import annotations

from typing import Any

from .. import backend, dtypes
from ..autograd import hooks, inference, versions
from ..autograd.meta import Cut, gradient_edge, meta_of, tracked
from ..autograd.modes import mode
from ..autograd.source import user_frame
from ..tensor import Tensor, wrap
from .base import Op
from .calling import record
from .inplace import check, note_write
from .operands import type_word
from .views import apply_view, layout_in, read, scatter_layout

# mypy: disable-error-code="misc, operator, no-untyped-def"


# ------------------------------------------------------------ the same memory without history
def detach(self: Tensor) -> Tensor:
    """The same memory as a tensor without history: gradients do not flow through it."""
    return _cut_off(self, self.array, "detach")


def get_data(self: Tensor) -> Tensor:
    """The same numbers outside of every graph; writes to it are not seen by version counters."""
    return _cut_off(self, backend.alias(self.array), "data")


def _cut_off(x: Tensor, array: Any, operation: str) -> Tensor:
    """A tensor without history that remembers, for messages, what cut it off from that of `x`."""
    out = wrap(array)
    if inference.used:
        inference.mark_like(out, x)
    if tracked(x):
        frame = user_frame()
        meta_of(out).cut = Cut(operation, frame.f_code, frame.f_lasti)
    elif x._meta is not None and x._meta.cut is not None:
        meta_of(out).cut = x._meta.cut
    return out


def detach_(self: Tensor) -> Tensor:
    """Cut this tensor off from its history, in place."""
    if self._is_view():
        raise RuntimeError("Can't detach views in-place. Use detach() instead.")
    hooks.keep(self)
    self._node = None
    if self._meta is not None:
        self._meta.requires_grad = False
    return self


# ------------------------------------------------------------ a view anywhere in the memory
class AsStridedView(Op):
    node_name = "AsStridedBackward0"
    formula = (r"\text{zeros, with } \bar z \text{ in the view's places}",)

    def forward(a, layout):
        return read(a, layout)

    def grad_a(g, layout):
        return scatter_layout(g, layout)


class AsStridedInPlace(AsStridedView):
    node_name = "AsStridedBackward1"

    def grad_a(g, layout):
        return scatter_layout(g, layout)


def storage_offset(self: Tensor) -> int:
    """How many elements of its memory lie before the tensor's first one."""
    return (backend.first_byte(self.array) - backend.storage(self.array)[0]) // self.array.itemsize


def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """A view with these lengths and strides that begins anywhere in the tensor's memory.

    Parameters
    ----------
    size, stride : sequence of int
        In elements. A stride of 0 repeats; strides may overlap.
    storage_offset : int, optional
        Where in the memory it begins; by default where the tensor does.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.as_strided(minigrad.arange(4.), (3, 2), (1, 1))
    tensor([[0., 1.],
            [1., 2.],
            [2., 3.]])
    """
    array = _strided(input.array, size, stride, storage_offset)
    return apply_view(AsStridedView, input, layout=layout_in(input.array, array))


def _strided(array: Any, size: Any, stride: Any, offset: int | None) -> Any:
    """The array of `as_strided`, and PyTorch's errors."""
    for position, (name, value) in enumerate((("size", size), ("stride", stride)), 1):
        _check_ints(value, f"as_strided(): argument '{name}' (position {position})")
    size, stride = tuple(size), tuple(stride)
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(s < 0 for s in stride):
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}")
    start, held = backend.storage(array)
    begin = backend.first_byte(array) - start if offset is None else offset * array.itemsize
    _check_fits(size, stride, begin // array.itemsize, array.itemsize, held)
    strides = tuple(s * array.itemsize for s in stride)
    return backend.as_strided(array, size, strides, begin - (backend.first_byte(array) - start))


def _check_ints(value: Any, what: str) -> None:
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{what} must be tuple of ints, not {type(value).__name__}")
    for i, n in enumerate(value):
        if not hasattr(n, "__index__"):
            raise TypeError(f"{what} must be tuple of ints, but found element of type {type(n).__name__} at pos {i}")


def _check_fits(size: tuple[int, ...], stride: tuple[int, ...], offset: int, itemsize: int, held: int) -> None:
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    if any(n < 0 for n in size):
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}")
    needed = (offset + backend.span(size, stride, 1)) * itemsize
    if 0 not in size and needed > held:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize {itemsize} "
            f"requiring a storage size of {needed} are out of bounds for storage of size {held}"
        )


def as_strided_(self: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """`as_strided` in place: this tensor itself begins and strides elsewhere in its memory."""
    check(self, tracked(self), "as_strided_")
    array = _strided(self.array, size, stride, storage_offset)
    edge = gradient_edge(self) if mode.recording else None
    if edge is not None:
        layout = layout_in(self.array, array)
        node = record(AsStridedInPlace, [edge], [self.array], array, {"layout": layout})
    self.array = array
    note_write(self, "as_strided_")
    if edge is not None:
        view = self._meta.view if self._meta is not None else None
        if view is None:
            self._node = node
        else:  # the view moves; what its base holds stays as it is
            view.node, view.seen = node, versions.version(array)
    return self


# ------------------------------------------------------------ another memory
def set_data(self: Tensor, value: Tensor) -> None:
    """`self.data = value`: the tensor keeps its flags, history and version, and holds the numbers of `value`.

    What was saved for backward before keeps the old numbers (in PyTorch it would see the new ones).
    """
    if not isinstance(value, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type_word(value)}")
    if tracked(self) and not value.dtype.is_floating_point:
        raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
    _hold(self, backend.alias(value.array))
    if inference.used:
        inference.mark_like(self, value)


def delete_data(self: Tensor) -> None:
    raise RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")


def set_(
    self: Tensor, source: Tensor | None = None, storage_offset: int = 0, size: Any = None, stride: Any = None
) -> Tensor:
    """Let this tensor share the memory of `source`, or have none; its history is that of before.

    Parameters
    ----------
    source : Tensor, optional
        Of the same dtype. Without it the tensor becomes empty.
    storage_offset, size, stride : optional
        Where in the memory of `source`, and how, as in `as_strided`; by default just as `source` lies.
    """
    check(self, tracked(self), "set_")
    if source is None:
        array = backend.namespace(self.array).empty((0,), self.array.dtype)
    elif not isinstance(source, Tensor):
        raise TypeError(f"set_(): argument 'source' must be Tensor, not {type_word(source)}")
    elif source.array.dtype != self.array.dtype:
        theirs, mine = (dtypes.CPP_NAMES[x.dtype.name] for x in (source, self))
        raise RuntimeError(f"Could not set tensor of type {theirs} to a tensor of type {mine}")
    elif size is None:
        array = source.array
    else:
        strides = _row_major(tuple(size)) if stride is None else stride
        array = _strided(source.array, size, strides, storage_offset)
    note_write(self, "set_")  # what it shared its old memory with sees the same version
    _hold(self, backend.alias(array))
    return self


def _row_major(size: tuple[int, ...]) -> tuple[int, ...]:
    strides, step = [], 1
    for n in reversed(size):
        strides.append(step)
        step *= max(n, 1)
    return tuple(reversed(strides))


def _hold(x: Tensor, array: Any) -> None:
    """Give the tensor another array; its version goes on from where it was."""
    versions.carry(x.array, array)
    x.array = array
