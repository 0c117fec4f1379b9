"""Which array library holds the data: NumPy, or CuPy on a GPU.

The rest of minigrad calls NumPy's functions by name; NumPy's own dispatch (NEP 13, NEP 18) sends them to CuPy for
CuPy's arrays and to minigrad for tensors. Here stands what that dispatch does not reach.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from math import prod
from typing import Any

import numpy as np

ndarray = np.ndarray

# The C library (glibc) gives freed memory back to the system, whose fresh pages cost more than the computation in them.
# Once an array of this size was freed it keeps as much at hand: saves 6 ms of 34 in W5. No page of it is ever touched.
np.empty((32 << 20) - (1 << 13), np.uint8)


class device:
    """Where a tensor's memory is: `device("cpu")` or `device("cuda", 0)`.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.tensor(1.).device
    device(type='cpu')
    """

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index
        name, _, number = type.partition(":")
        if name not in ("cpu", "cuda") or (number and (index is not None or not number.isdigit())):
            raise RuntimeError(f"Expected one of cpu, cuda device type at start of device string: {type}")
        self.type = name
        self.index = int(number) if number else index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"


CPU = device("cpu")


def is_array(x: Any) -> bool:
    """Whether `x` is an array of NumPy or CuPy (without importing CuPy)."""
    if isinstance(x, ndarray):
        return True
    cupy = sys.modules.get("cupy")
    return cupy is not None and isinstance(x, cupy.ndarray)


def as_array(x: Any) -> Any:
    """`x` as an array: NumPy hands out scalars where a result has no dimensions."""
    return np.array(x) if isinstance(x, np.generic) else x if is_array(x) else np.asarray(x)


def namespace(array: Any) -> Any:
    """The module, `numpy` or `cupy`, whose array this is."""
    return np if isinstance(array, (ndarray, np.generic)) else sys.modules["cupy"]


def device_of(array: Any) -> device:
    return CPU if isinstance(array, (ndarray, np.generic)) else device("cuda", array.device.id)


def gpu_library() -> Any:
    """CuPy, or None where it is not installed or finds no GPU."""
    from importlib.util import find_spec

    if "cupy" not in sys.modules and find_spec("cupy") is None:
        return None
    import cupy

    return cupy if cupy.cuda.is_available() else None


@contextmanager
def on(where: device) -> Iterator[Any]:
    """The module, `numpy` or `cupy`, whose new arrays are on this device within the block.

    Raises
    ------
    RuntimeError
        If there is no such device.
    """
    if where.type == "cpu":
        yield np
        return
    cupy = gpu_library()
    if cupy is None:
        raise RuntimeError(
            "No CUDA GPUs are available. minigrad reaches a GPU through CuPy: "
            'pip install "minigrad-course[cuda12]", on a machine that has one.'
        )
    if where.index is None:  # the current one
        yield cupy
        return
    count = cupy.cuda.runtime.getDeviceCount()
    if where.index >= count:
        raise RuntimeError(f"CUDA error: invalid device ordinal: {where} of {count}")
    with cupy.cuda.Device(where.index):
        yield cupy


def array_on(where: device, data: Any, dtype: Any) -> Any:
    """A new array of this dtype on this device, from an array or nested lists."""
    if where.type == "cpu":
        if not isinstance(data, (ndarray, np.generic)) and is_array(data):
            data = data.get()
        return np.array(data, dtype)
    with on(where) as cupy:
        return cupy.array(data, dtype)


def owner(array: Any) -> Any:
    """The object that stands for an array's memory: views of one memory have one owner."""
    if not isinstance(array, ndarray):
        return _owner_on_gpu(array)
    base = array.base
    while base is not None:
        if isinstance(base, ndarray):
            array = base
        elif not isinstance(base, _Memory):
            break
        base = base.base
    return array


class _Owner:
    """Stands for memory of a GPU for as long as that is held: CuPy's own objects cannot be referred to weakly."""

    __slots__ = ("__weakref__", "whole")

    def __init__(self, whole: Any = None) -> None:
        self.whole = whole  # of an alias: the owner of the memory


def _owner_on_gpu(array: Any) -> Any:
    memory = array.data.mem
    try:
        return memory.minigrad_owner
    except AttributeError:
        pass
    try:
        memory.minigrad_owner = found = _Owner()
    except AttributeError:  # no room for a name: memory without bytes, or another library's
        return array if array.base is None else array.base
    return found


def told_apart(array: Any) -> Any:
    """The array of another library, so that its memory has an owner of ours: else views of it would not be known."""
    return array if namespace(array) is np or isinstance(owner(array), _Owner) else alias(array)


@cache
def _named(kind: Any) -> Any:
    """CuPy's class of memory with room for `minigrad_owner`."""
    return type(kind.__name__, (kind,), {})


class _Memory:
    """Tells NumPy of a stretch of memory; `np.asarray` makes an array of it, whose `base` this is."""

    def __init__(self, array: ndarray, base: ndarray | None, **changes: Any) -> None:
        self.array = array  # keeps the memory alive
        self.base = base  # what `owner` goes on to; None: the new array owns its memory, as far as minigrad knows
        self.__array_interface__ = {**array.__array_interface__, **changes}


def alias(array: Any) -> Any:
    """The same memory with an owner of its own: writes through it are invisible to version counters (`x.data`)."""
    if isinstance(array, ndarray):
        return np.asarray(_Memory(array, None))
    cupy = sys.modules["cupy"]
    whole = array.data.mem
    memory = _named(cupy.cuda.UnownedMemory)(whole.ptr, whole.size, array, array.device.id)
    memory.minigrad_owner = _Owner(owner(array))
    pointer = cupy.cuda.MemoryPointer(memory, array.data.ptr - array.data.mem.ptr)
    return cupy.ndarray(array.shape, array.dtype, pointer, array.strides)


def writable(array: ndarray) -> ndarray:
    """The same memory, which may be written, whatever the array says."""
    return np.asarray(_Memory(array, None, data=(first_byte(array), False)))


def as_strided(array: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0) -> Any:
    """A view of `array`'s memory: `shape` elements, `strides` bytes apart, `offset` bytes after its first element."""
    if isinstance(array, ndarray):
        place = (first_byte(array) + offset, False)
        return np.asarray(_Memory(array, array, shape=shape, strides=strides, data=place))
    cupy = sys.modules["cupy"]
    return cupy.ndarray(shape, array.dtype, array.data + offset, strides)


def storage(array: Any) -> tuple[int, int]:
    """Where the memory that an array is a part of begins, and how many bytes it has."""
    if not isinstance(array, ndarray):
        return array.data.mem.ptr, array.data.mem.size
    whole = memory(array)
    return first_byte(whole), span(whole.shape, whole.strides, whole.itemsize)


def memory(array: Any) -> Any:
    """The array that all the memory belongs to which this one is a part of; aliases, too, belong to it."""
    found = owner(array)
    while isinstance(found, _Owner) and found.whole is not None:
        found = found.whole
    while isinstance(getattr(found, "base", None), _Memory):
        found = owner(found.base.array)
    return found


def span(shape: tuple[int, ...], strides: tuple[int, ...], itemsize: int) -> int:
    """How far it is from the beginning of an array's first element to the end of its last."""
    return 0 if 0 in shape else itemsize + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))


def flat(array: Any) -> Any:
    """All memory from an array's first element to its last, as one row."""
    return as_strided(array, (span(array.shape, array.strides, array.itemsize) // array.itemsize,), (array.itemsize,))


def cast(x: Any, dtype: Any) -> Any:
    """An array, or a tensor, in this NumPy dtype."""
    if hasattr(x, "requires_grad"):
        from . import dtypes

        return x.to(dtypes.of(np.dtype(dtype)))
    return x.astype(dtype)


def add_at(array: Any, index: Any, values: Any) -> None:
    """`np.add.at`. CuPy has it for few types: numbers of the others are added as uint64, and wrap as they should."""
    if isinstance(array, ndarray):
        in_line = array.ndim == 1 and isinstance(index, ndarray) and index.dtype.kind == "i"
        few = not isinstance(values, ndarray) or values.size < 1000
        if in_line or few or not _add_in_line(array, index, values):
            np.add.at(array, index, values)
        return
    add = sys.modules["cupy"].add
    if array.dtype.name in ("float32", "float64", "float16", "int32", "uint32", "uint64"):
        add.at(array, index, values)
        return
    wide = array.astype(np.uint64)
    add.at(wide, index, values.astype(np.uint64) if hasattr(values, "dtype") else values)
    array[...] = wide.astype(array.dtype)


def _add_in_line(array: Any, index: Any, values: Any) -> bool:
    """`np.add.at` with a number for each element, which is four to eight times as fast; False if that does not do here.

    NumPy's own indexing tells the numbers, of rows where the index speaks of rows. Rows that are all different are
    added at once.
    """
    items = index if isinstance(index, tuple) else (index,)
    plain = all(isinstance(item, (slice, ndarray)) for item in items)
    if not plain or not array.flags.c_contiguous or array.dtype != values.dtype:
        return False
    dims = sum(item.ndim if isinstance(item, ndarray) and item.dtype.kind == "b" else 1 for item in items)
    lead, rest = array.shape[:dims], array.shape[dims:]
    rows = np.arange(prod(lead)).reshape(lead)[index]
    if values.ndim > rows.ndim + len(rest):
        return False
    values = np.broadcast_to(values, rows.shape + rest)
    rows, length = rows.reshape(-1), prod(rest)
    if length > 1:
        seen = np.zeros(prod(lead), bool)
        seen[rows] = True
        if np.count_nonzero(seen) == rows.size:
            array.reshape(-1, length)[rows] += values.reshape(-1, length)
            return True
        rows = (rows[:, None] * length + np.arange(length)).reshape(-1)
    np.add.at(array.reshape(-1), rows, values.reshape(-1))
    return True


def checked_linalg(array: Any) -> Any:
    """A block in which matrices that are singular, or not positive-definite, raise: CuPy must be told to look."""
    if isinstance(array, ndarray):
        return nullcontext()
    from cupyx import errstate

    return errstate(linalg="raise")


def dtype_of(x: Any) -> Any:
    """The NumPy dtype of an array or a tensor."""
    return x.array.dtype if hasattr(x, "requires_grad") else x.dtype


def first_byte(array: Any) -> int:
    """Address of an array's first element: differences of addresses are offsets inside one memory."""
    return array.__array_interface__["data"][0] if isinstance(array, ndarray) else array.data.ptr


def is_contiguous(array: Any) -> bool:
    return array.flags.c_contiguous
