"""What the pretended CuPy is made of beside arrays: memory, devices, flags, and the types that its ufuncs have."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

RECORD: dict[str, Any] = json.loads(Path(__file__).with_name("cupy.json").read_text(encoding="utf-8"))
# ufuncs by the operators' names
BINARY = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift"]
UFUNCS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "power", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "left_shift", "rshift": "right_shift", "neg": "negative", "pos": "positive", "abs": "absolute",
    "invert": "invert", "eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater",
    "ge": "greater_equal",
}  # fmt: skip
UFUNCS |= {f"r{name}": UFUNCS[name] for name in BINARY if name in UFUNCS}


class BaseMemory:
    """A stretch of memory: the same object for all views of one array. It has no weak references, nor names of ours."""

    __slots__ = ("ptr", "root", "size")

    def __init__(self, root: Any, ptr: int, size: int) -> None:
        self.root, self.ptr, self.size = root, ptr, size


class Memory(BaseMemory):
    """Memory of CuPy's pool: names of ours can be put on it."""

    __slots__ = ("__dict__",)

    @classmethod
    def under(cls, array: np.ndarray) -> BaseMemory:
        while isinstance(array.base, np.ndarray):
            array = array.base
        if isinstance(array.base, Place):
            return array.base.memory
        memory = memories.get(id(array))
        if memory is None or memory.root is not array:
            address = array.__array_interface__["data"][0]
            memory = cls(array, address, array.nbytes) if array.nbytes else BaseMemory(array, 0, 0)
            memories[id(array)] = memory
        return memory


class _Memories(dict[int, BaseMemory]):
    """Memories by the identity of the arrays that own them; a few hundred are kept, those in use among them."""

    def __setitem__(self, key: int, memory: BaseMemory) -> None:
        if len(self) > 500:
            for old in [k for k, m in self.items() if sys.getrefcount(m.root) <= 2]:
                del self[old]
        super().__setitem__(key, memory)


memories = _Memories()


class Place:
    """Tells NumPy where an array's memory is, and keeps that memory alive."""

    def __init__(self, memory: BaseMemory, interface: dict[str, Any]) -> None:
        self.memory, self.__array_interface__ = memory, interface


class MemoryPointer:
    def __init__(self, mem: Any, offset: int) -> None:
        self.mem, self.ptr = mem, mem.ptr + offset

    def __add__(self, offset: int) -> MemoryPointer:
        return MemoryPointer(self.mem, self.ptr - self.mem.ptr + offset)


class UnownedMemory(BaseMemory):
    __slots__ = ()

    def __init__(self, ptr: int, size: int, owner: Any, device_id: int = -1) -> None:
        if device_id < 0 and not ptr:
            raise RuntimeError("UnownedMemory requires explicit device ID for a null pointer.")
        super().__init__(owner, ptr, size)


class Device:
    def __init__(self, id: int = 0) -> None:
        self.id = id

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *exc: Any) -> None:
        pass

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and self.id == other.id

    __hash__ = None  # type: ignore[assignment]

    def use(self) -> None:
        pass

    def synchronize(self) -> None:
        pass


class Flags:
    """CuPy's flags of an array; it has no `writeable`."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        if name not in RECORD["flags"]:
            raise AttributeError(f"'cupy._core.flags.Flags' object has no attribute {name!r}")
        return getattr(self._real, name)


def routine(name: str, types: list[list[str]], given: list[Any]) -> list[str]:
    """The first of CuPy's types that all inputs can be cast to; a Python number fits any of its kind."""
    known = [g for g in given if isinstance(g, np.dtype)] or [np.dtype(bool)]
    for kinds, results in types:
        if all(_fits(g, np.dtype(k), known) for g, k in zip(given, kinds, strict=True)):
            return [kinds, results]
    raise TypeError(f"Wrong type {given} of arguments for {name}")


def _fits(given: Any, kind: np.dtype, known: list[Any]) -> bool:
    if isinstance(given, np.dtype):
        return np.can_cast(given, kind)
    if isinstance(given, bool):
        return True
    if all(k.kind == "b" for k in known) or (isinstance(given, float) and all(k.kind in "biu" for k in known)):
        return np.can_cast(np.int64 if isinstance(given, int) else np.float64, kind)
    return kind.kind in ("iufc" if isinstance(given, int) else "fc")


def taken(part: Any) -> int:
    """How many dimensions a part of an index is for."""
    if part is None or part is Ellipsis:
        return 0
    return part.ndim if isinstance(part, np.ndarray) and part.dtype == bool else 1


# ------------------------------------------------------------ linear algebra
_looks = False  # whether failures in linalg are looked for


def quietly(real: Any, a: np.ndarray, *rest: Any, **kwargs: Any) -> Any:
    """CuPy's linalg does not say that a matrix is singular unless `cupyx.errstate` asks it to: the numbers are NaN."""
    if a.dtype == np.float16:
        raise TypeError("float16 is unsupported in linalg")
    try:
        return real(a, *rest, **kwargs)
    except np.linalg.LinAlgError:
        if _looks:
            raise
        return real(np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape), *rest, **kwargs) * np.nan


@contextmanager
def errstate(linalg: str) -> Iterator[None]:
    global _looks
    before, _looks = _looks, linalg == "raise"
    try:
        yield
    finally:
        _looks = before
