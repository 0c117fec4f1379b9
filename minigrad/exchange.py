"""Tensors from and for other libraries, without a copy, by the DLPack protocol (https://dmlc.github.io/dlpack)."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import backend, creation
from .tensor import Tensor, wrap

_CPU, _CUDA, _PINNED = 1, 2, 3  # DLPack's numbers for places; pinned memory is the CPU's, too
_INVALID = (
    "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you might have "
    "already constructed a tensor from it once."
)


class _Capsule:
    """A capsule that was taken out of its tensor before, as NumPy wants it: inside an object."""

    def __init__(self, capsule: Any) -> None:
        self.capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return _CPU, 0


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor that shares the memory of another library's.

    Parameters
    ----------
    ext_tensor : object
        A tensor of PyTorch, an array of CuPy or JAX, or any other that speaks DLPack; or what `to_dlpack` gave.
    device : str or device, optional
        Where the result shall be: elsewhere, it is a copy.
    copy : bool, optional
        True for memory of its own; False if a copy shall be an error.

    Raises
    ------
    BufferError
        If it requires grad: detach it first.

    Examples
    --------
    >>> import minigrad, numpy
    >>> a = numpy.zeros(2)
    >>> x = minigrad.from_dlpack(a)
    >>> a[0] = 5
    >>> x
    tensor([5., 0.], dtype=minigrad.float64)
    """
    if type(ext_tensor).__name__ == "PyCapsule":
        if device is not None or copy is not None:
            raise AssertionError("device and copy kwargs not supported when ext_tensor is already a DLPack capsule.")
        return wrap(creation._usable(_opened(ext_tensor)))
    if not hasattr(ext_tensor, "__dlpack__"):
        raise RuntimeError(_INVALID)
    array = creation._usable(_array(ext_tensor))
    here = backend.device_of(array)
    there = here if device is None else backend.device(device)
    if there.type != here.type and copy is False:
        raise ValueError(f"cannot move from {here} to {there} without a copy, and copy=False")
    out = wrap(array.copy() if copy else array)
    return out if there.type == here.type else out.to(there)


def _array(x: Any) -> Any:
    kind = int(x.__dlpack_device__()[0])
    if kind in (_CPU, _PINNED):
        return np.from_dlpack(x)
    if kind != _CUDA:
        raise RuntimeError(f"minigrad has tensors on the CPU and on CUDA's GPUs, not on DLPack's device {kind}")
    import cupy

    return cupy.from_dlpack(x)


def _opened(capsule: Any) -> Any:
    try:
        array = np.from_dlpack(_Capsule(capsule))
    except ValueError as error:
        raise RuntimeError(_INVALID) from error
    # Capsules of DLPack before 1.0 do not say whether they may be written; like PyTorch, we take it that they may.
    return array if array.flags.writeable else backend.writable(array)


def to_dlpack(tensor: Tensor) -> Any:
    """A capsule with the tensor's memory, for another library's `from_dlpack`; it can be used once.

    `other.from_dlpack(tensor)` needs none.
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(f"to_dlpack(): argument 'tensor' must be Tensor, not {type(tensor).__name__}")
    return tensor.array.__dlpack__()
