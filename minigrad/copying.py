"""Copies and pickles of tensors: their numbers, flags and attributes, but no history.

A deep copy, as it should be like what was copied in all, refuses a tensor that has one; a pickle, like PyTorch's, does
not, and gives a leaf.
"""

from __future__ import annotations

import copyreg
import warnings
from typing import Any

import numpy as np

from . import backend
from .autograd import inference
from .autograd.meta import meta_of
from .tensor import Tensor


def deepcopy(x: Tensor, memo: dict[Any, Any]) -> Tensor:
    """`copy.deepcopy(x)`: the numbers, the flag, the gradient and what the user has attached.

    Tensors that share memory, copied in one call, share memory again.
    """
    from copy import deepcopy as copied  # not needed by those who copy nothing

    if not x.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a minigrad.nn.utils.weight_norm usage"
        )
    if id(x) in memo:
        return memo[id(x)]
    copy = memo[id(x)] = _leaf(type(x), _copied_memory(x.array, memo), x.requires_grad)
    if x._meta is not None and x._meta.grad is not None:
        meta_of(copy).grad = deepcopy(x._meta.grad, memo)
    attributes, slots = _state(x)
    _restore(copy, copied(attributes, memo), copied(slots, memo))
    return copy


def shallow(x: Tensor) -> Tensor:
    """`copy.copy(x)`: a leaf with the same memory, flag and attributes; without history or gradient."""
    _warn_of_hooks(x)
    copy = _leaf(type(x), x.array, x.requires_grad)
    _restore(copy, *_state(x))
    return copy


def reduce(x: Tensor, protocol: Any) -> Any:
    """`pickle.dumps(x)`: numbers, strides, flag and attributes; the gradient and hooks stay behind."""
    _warn_of_hooks(x)
    array = x.array
    strides = tuple(s // array.itemsize for s in array.strides)
    attributes, slots = _state(x)
    row = backend.array_on(backend.CPU, backend.flat(array), array.dtype)
    arguments: tuple[Any, ...] = (type(x), row, array.shape, strides, x.requires_grad)
    if not isinstance(array, np.ndarray):
        arguments = (*arguments, str(x.device))
    return _rebuild, arguments, (attributes, slots) if attributes or slots else None


def _rebuild(
    cls: type[Tensor], flat: Any, shape: tuple[int, ...], strides: tuple[int, ...], flag: bool, device: str = "cpu"
) -> Tensor:
    if device != "cpu":
        flat = backend.array_on(backend.device(device), flat, flat.dtype)
    if strides == _row_major(shape):
        return _leaf(cls, flat.reshape(shape), flag)
    return _leaf(cls, backend.as_strided(flat, shape, tuple(s * flat.itemsize for s in strides)), flag)


# ------------------------------------------------------------ its parts
def _leaf(cls: type[Tensor], array: Any, requires_grad: bool) -> Tensor:
    x = Tensor.__new__(cls)
    x.array, x._node, x._meta = array, None, None
    if inference.used:
        inference.mark_new(x)
    if requires_grad:
        meta_of(x).requires_grad = True
    return x


def _state(x: Tensor) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the user has attached to the tensor, and the values of the slots that a subclass has added."""
    own = Tensor.__slots__
    names = [name for name in copyreg._slotnames(type(x)) if name not in own]  # type: ignore[attr-defined]
    return x.__dict__, {name: getattr(x, name) for name in names if hasattr(x, name)}


def _restore(x: Tensor, attributes: dict[str, Any], slots: dict[str, Any]) -> None:
    x.__dict__.update(attributes)
    for name, value in slots.items():
        setattr(x, name, value)


def _copied_memory(array: Any, memo: dict[Any, Any]) -> Any:
    """A copy of the array, in a copy of all the memory that it is a part of: one copy for all that share it."""
    copies = memo.setdefault("minigrad's memory", {})
    start, nbytes = backend.storage(array)
    place, offset = (start, backend.device_of(array), array.dtype), backend.first_byte(array) - start
    if place not in copies:
        whole = (nbytes // array.itemsize,), (array.itemsize,), -offset
        copies[place] = backend.as_strided(array, *whole).copy()
    return backend.as_strided(copies[place], array.shape, array.strides, offset)


def _row_major(shape: tuple[int, ...]) -> tuple[int, ...]:
    strides = [1]
    for n in reversed(shape[1:]):
        strides.append(strides[-1] * n)
    return tuple(reversed(strides))[: len(shape)] if shape else ()


def _warn_of_hooks(x: Tensor) -> None:
    table = x._meta.hooks if x._meta is not None else None
    for hook in (table or {}).values():
        message = f"backward hook {hook!r} on tensor will not be serialized. Register it again on the copy."
        warnings.warn(message, UserWarning, stacklevel=3)
