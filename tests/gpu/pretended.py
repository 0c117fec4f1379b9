"""A CuPy for machines without a GPU: NumPy's arrays behind CuPy's face, as strict as CuPy is.

What CuPy does not have (``cupy.json``, written by ``record_cupy.py``) is not here either: functions, their parameters,
methods of arrays. NumPy's arrays are refused where CuPy refuses them, an array never becomes NumPy's by itself, and
every way back to the host is counted in `transfers`. Nothing is said about speed, nor about CuPy's own mistakes.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from tests.gpu.pretended_parts import (
    BINARY,
    RECORD,
    UFUNCS,
    Device,
    Flags,
    Memory,
    MemoryPointer,
    Place,
    UnownedMemory,
    errstate,
    quietly,
    routine,
    taken,
)

transfers: list[str] = []  # what brought numbers back to the host


def unwrapped(x: Any) -> Any:
    """What CuPy's functions take, with NumPy's arrays behind the face; arrays of others, NumPy's too, are refused."""
    if isinstance(x, ndarray):
        return x._real
    if hasattr(x, "__array_ufunc__") and not isinstance(x, (np.generic, type)):
        raise TypeError(f"Unsupported type {type(x)}")
    if type(x) in (list, tuple):
        return type(x)(unwrapped(item) for item in x)
    if isinstance(x, slice):
        return slice(*(unwrapped(part) for part in (x.start, x.stop, x.step)))
    return x


def wrapped(x: Any) -> Any:
    """The result of a function of NumPy's as CuPy gives it: always an array, even of one number."""
    if isinstance(x, (np.ndarray, np.generic)):
        return ndarray._of(np.asarray(x))
    if isinstance(x, (tuple, list)):
        return tuple(wrapped(item) for item in x) if not hasattr(x, "_fields") else type(x)(*map(wrapped, x))
    return x


_roots: WeakValueDictionary[int, ndarray] = WeakValueDictionary()  # arrays by the identity of those behind them


class ndarray:
    """CuPy's array, with one of NumPy's behind it."""

    __slots__ = ("__weakref__", "_real", "base")
    __hash__ = None  # type: ignore[assignment]
    _real: np.ndarray

    def __init__(
        self, shape: Any, dtype: Any = float, memptr: Any = None, strides: Any = None, order: Any = "C"
    ) -> None:
        self.base = None
        if memptr is None or not memptr.ptr:
            self._real = np.empty(shape, dtype, order)
            _roots[id(self._real)] = self
            return
        dtype = np.dtype(dtype)
        interface = {"shape": tuple(shape), "typestr": dtype.str, "strides": strides, "version": 3}
        self._real = np.asarray(Place(memptr.mem, {**interface, "data": (memptr.ptr, False)}))

    @classmethod
    def _of(cls, real: np.ndarray) -> ndarray:
        array = cls.__new__(cls)
        array._real, array.base = real, None
        if real.base is None:
            _roots[id(real)] = array
        elif isinstance(real.base, np.ndarray):
            array.base = _roots.get(id(real.base))  # NumPy's views, too, know the array at the root
        return array

    # ------------------------------------------------------------ what it says of itself
    def __getattr__(self, name: str) -> Any:
        if name not in RECORD["array"]:
            raise AttributeError(f"'cupy.ndarray' object has no attribute {name!r}")
        found = getattr(self._real, name)
        if not callable(found):
            return Flags(found) if name == "flags" else wrapped(found)
        allowed = RECORD.get(f"cupy.{name}") or []

        def method(*args: Any, **kwargs: Any) -> Any:
            if name in _REDUCTIONS and not set(kwargs) <= set(allowed):
                raise TypeError(f"{name}() got an unexpected keyword argument {set(kwargs) - set(allowed)}")
            if name in _WAITING:
                transfers.append(name)
            return wrapped(found(*unwrapped(args), **{k: unwrapped(v) for k, v in kwargs.items()}))

        return method

    @property
    def shape(self) -> tuple[int, ...]:
        return self._real.shape

    @shape.setter
    def shape(self, shape: tuple[int, ...]) -> None:
        self._real.shape = shape

    device = property(lambda self: Device(0))

    @property
    def data(self) -> MemoryPointer:
        memory = Memory.under(self._real)
        return MemoryPointer(memory, self._real.__array_interface__["data"][0] - memory.ptr if memory.size else 0)

    def __len__(self) -> int:
        return len(self._real)

    def __repr__(self) -> str:
        return repr(self._real)  # NumPy writes it into messages

    def __format__(self, how: str) -> str:
        return format(self.get(), how)

    # ------------------------------------------------------------ NumPy's dispatch
    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or RECORD.get(f"cupy.{ufunc.__name__}") is None:
            return NotImplemented
        return getattr(module, ufunc.__name__)(*inputs, **kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        home = module.linalg if function.__module__ == "numpy.linalg" else module
        if not hasattr(home, function.__name__) or not set(types) <= {ndarray, np.ndarray}:
            return NotImplemented
        return getattr(home, function.__name__)(*args, **kwargs)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(
            "Implicit conversion to a NumPy array is not allowed. Please use `.get()` to construct a NumPy array "
            "explicitly."
        )

    def set(self, arr: np.ndarray) -> None:
        if not isinstance(arr, np.ndarray):
            raise TypeError("Only numpy.ndarray can be set to cupy.ndarray")
        if arr.dtype != self._real.dtype or arr.shape != self._real.shape:
            raise TypeError(f"{arr.dtype} array of {arr.shape} cannot be set to {self._real.dtype} {self._real.shape}")
        self._real[...] = arr

    # ------------------------------------------------------------ back to the host
    def get(self, *args: Any, **kwargs: Any) -> np.ndarray:
        transfers.append("get")
        return self._real.copy()

    def item(self, *args: Any) -> Any:
        transfers.append("item")
        return self._real.item(*args)

    def tolist(self) -> Any:
        transfers.append("tolist")
        return self._real.tolist()

    def __bool__(self) -> bool:
        transfers.append("bool")
        return bool(self._real)

    def __int__(self) -> int:
        transfers.append("int")
        return int(self._real)

    def __float__(self) -> float:
        transfers.append("float")
        return float(self._real)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self._real)))

    def __getitem__(self, index: Any) -> Any:
        return wrapped(self._real[self._places(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(value, np.ndarray) and value.ndim == 0:
            raise TypeError(f"Unsupported type {type(value)}")
        self._real[self._places(index)] = unwrapped(value)

    def _places(self, index: Any) -> Any:
        """The index for NumPy's array: out of bounds it counts on from the other end; masks are counted."""
        parts = index if isinstance(index, tuple) else (index,)
        parts = tuple(np.asarray(unwrapped(p)) if isinstance(p, (ndarray, np.ndarray, list)) else p for p in parts)
        named = sum(taken(p) for p in parts)
        axis, found = 0, []
        for part in parts:
            if isinstance(part, np.ndarray) and part.dtype == bool:
                transfers.append("mask")
            elif isinstance(part, np.ndarray) and part.dtype.kind in "iu" and self._real.shape[axis : axis + 1] > (0,):
                part = part.astype(np.int64) % self._real.shape[axis]
            elif isinstance(part, np.ndarray) and not part.size:
                part = part.astype(np.int64)
            axis += self._real.ndim - named if part is Ellipsis else taken(part)
            found.append(part)
        return tuple(found)


_REDUCTIONS = ("all", "any", "argmax", "argmin", "max", "min", "sum", "prod", "mean", "var", "std", "cumsum", "cumprod")
_WAITING = ("nonzero", "compress")  # the shape of the result depends on numbers


def _operator(name: str, in_place: bool = False) -> Any:
    def operate(self: ndarray, *others: Any) -> Any:
        for other in others:
            if hasattr(other, "__array_ufunc__") and not isinstance(other, (ndarray, np.generic)):
                raise TypeError(f"Unsupported type {type(other)}")  # CuPy does not ask it for its own way
            if not isinstance(other, (ndarray, bool, int, float, complex, np.generic)):
                return NotImplemented
        ufunc = getattr(module, UFUNCS.get(name.strip("_"), ""), None)
        if ufunc is not None:
            return ufunc(*((others[0], self) if name.strip("_")[0] == "r" and others else (self, *others)))
        result = getattr(self._real, name)(*map(unwrapped, others))
        return self if in_place else wrapped(result)

    return operate


for _name in BINARY:
    for _form in (f"__{_name}__", f"__r{_name}__"):
        setattr(ndarray, _form, _operator(_form))
    setattr(ndarray, f"__i{_name}__", _operator(f"__i{_name}__", in_place=True))
for _name in ("neg", "pos", "abs", "invert", "eq", "ne", "lt", "le", "gt", "ge"):
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))


# ------------------------------------------------------------ functions
class Ufunc:
    """CuPy's ufunc: it has fewer types, and `out`, `dtype`, `casting` and `where` are all that it takes by name."""

    def __init__(self, real: Any, types: list[str]) -> None:
        self.real, self.types = real, [type_.split("->") for type_ in types]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if set(kwargs) - {"out", "dtype", "casting", "where"}:
            raise TypeError(f"Wrong arguments {set(kwargs)}")
        out = kwargs.get("out")
        inputs = [_number(x) for x in args[: len(self.types[0][0])]]
        given = [x if type(x) in (bool, int, float) else x.dtype for x in inputs]
        if "dtype" not in kwargs:
            kind, results = routine(self.real.__name__, self.types, given)
            inputs = [x.astype(k) if hasattr(x, "astype") else x for x, k in zip(inputs, kind, strict=True)]
        rest = map(unwrapped, args[len(inputs) :])
        result = self.real(*inputs, *rest, **{k: unwrapped(v) for k, v in kwargs.items()})
        if "dtype" not in kwargs and len(results) == 1 and out is None and len(args) == len(inputs):
            result = np.asarray(result).astype(results)
        return (out[0] if isinstance(out, tuple) else out) if out is not None else wrapped(result)

    def at(self, a: ndarray, indices: Any, b: Any) -> None:
        names = {"add": "float16 float32 float64 int32 uint32 uint64", "maximum": "", "minimum": "", "subtract": ""}
        names |= dict.fromkeys(("maximum", "minimum"), "float32 float64 int32 uint32 uint64")
        if self.real.__name__ not in names:
            raise NotImplementedError(f"`cupy.{self.real.__name__}.at` is not supported yet")
        if a.dtype.name not in names[self.real.__name__].split():
            raise TypeError(f"scatter_{self.real.__name__} does not support {a.dtype}")
        self.real.at(a._real, a._places(indices), unwrapped(b))


def _number(x: Any) -> Any:
    """An input of a ufunc: an array of NumPy's behind the face, or a Python number."""
    x = unwrapped(x)
    if not isinstance(x, (np.ndarray, np.generic, bool, int, float)):
        raise TypeError(f"Unsupported type {type(x)}")
    return x


def _function(name: str, real: Any) -> Any:
    """NumPy's function with the parameters that CuPy's has."""
    if RECORD[name] and RECORD[name][0] == "ufunc":
        return Ufunc(real, RECORD[name][1:])
    if name == "cupy.where":
        return _where
    allowed = RECORD[name]

    def function(*args: Any, **kwargs: Any) -> Any:
        if allowed is not None and not {"args", "kwargs"} & set(allowed):
            unknown = [k for k in kwargs if k not in allowed]
            if unknown or len(args) > len(allowed):
                raise TypeError(f"{name}() got an unexpected keyword argument {unknown}")
        if name.rpartition(".")[2] in _COUNTING or (name == "cupy.repeat" and isinstance(args[1], ndarray)):
            transfers.append(name)
        creates = name in ("cupy.array", "cupy.asarray")  # these take what is on the host
        args = args if creates and not isinstance(args[0], ndarray) else unwrapped(args)
        if creates and isinstance(args[0], np.ndarray) and kwargs.get("order") is None:
            kwargs["order"] = "K" if args[0].flags.forc else "C"
        call = quietly if ".linalg." in name else real
        return wrapped(
            call(*([real] if call is quietly else []), *args, **{k: unwrapped(v) for k, v in kwargs.items()})
        )

    function.__name__ = name.rpartition(".")[2]
    return function


# Functions that wait for numbers, as the shape of their result depends on them.
_COUNTING = ("nonzero", "argwhere", "flatnonzero", "unique", "bincount", "extract", "compress", "intersect1d")


def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    if not isinstance(condition, ndarray):
        raise AttributeError(f"'{type(condition).__name__}' object has no attribute 'astype'")
    if x is None or y is None:
        transfers.append("cupy.where")
        return wrapped(np.nonzero(condition._real))
    return _where_ufunc(condition.astype("?"), x, y)


_where_ufunc = Ufunc(np.where, RECORD["where"])


class Generator:
    """CuPy's random generator has fewer methods than NumPy's."""

    def __init__(self, seed: Any = None) -> None:
        self._real = np.random.default_rng(seed)

    def __getattr__(self, name: str) -> Any:
        if name not in RECORD["generator"]:
            raise AttributeError(f"'Generator' object has no attribute {name!r}")
        method, allowed = getattr(self._real, name), RECORD[f"random.{name}"][1:]

        def draw(*args: Any, **kwargs: Any) -> Any:
            if len(args) > len(allowed) or not set(kwargs) <= set(allowed):
                raise TypeError(f"{name}() takes {allowed}")
            return wrapped(method(*unwrapped(args), **kwargs))

        return draw


def used_bytes() -> int:
    """How much memory arrays hold."""
    alive = [Memory.under(x._real) for x in gc.get_objects() if type(x) is ndarray]
    return sum({memory.ptr: memory.size for memory in alive}.values())


def make() -> ModuleType:
    """The module that stands in for CuPy."""
    cupy = ModuleType("cupy")
    cupy.__version__ = RECORD["version"]  # type: ignore[attr-defined]
    linalg, cuda, random = ModuleType("cupy.linalg"), ModuleType("cupy.cuda"), ModuleType("cupy.random")
    for name in RECORD:
        prefix, _, short = name.rpartition(".")
        real = getattr(np.linalg if prefix == "cupy.linalg" else np, short, None)
        if prefix and real is not None:
            setattr(linalg if prefix == "cupy.linalg" else cupy, short, _function(name, real))
    for name in ("float16", "float32", "float64", "int64", "int32", "bool_", "dtype", "inf", "nan", "newaxis"):
        setattr(cupy, name, getattr(np, name))
    pool = ModuleType("pool")
    pool.used_bytes = used_bytes  # type: ignore[attr-defined]
    pool.total_bytes = pool.used_bytes  # type: ignore[attr-defined]
    pool.free_all_blocks = lambda: None  # type: ignore[attr-defined]
    runtime = ModuleType("runtime")
    runtime.getDeviceCount, runtime.getDevice = (lambda: 1), (lambda: 0)  # type: ignore[attr-defined]
    runtime.getDeviceProperties = lambda number: {"name": b"pretended"}  # type: ignore[attr-defined]
    for name, thing in dict(
        Device=Device, MemoryPointer=MemoryPointer, UnownedMemory=UnownedMemory, runtime=runtime,
        is_available=lambda: True,
    ).items():  # fmt: skip
        setattr(cuda, name, thing)
    random.default_rng, random.Generator = Generator, Generator  # type: ignore[attr-defined]
    for name, thing in dict(
        ndarray=ndarray, linalg=linalg, cuda=cuda, random=random, get_default_memory_pool=lambda: pool,
    ).items():  # fmt: skip
        setattr(cupy, name, thing)
    return cupy


module = make()


@contextmanager
def installed() -> Iterator[ModuleType]:
    """A block within which `import cupy` finds the pretended one."""
    cupyx = ModuleType("cupyx")
    cupyx.errstate = errstate  # type: ignore[attr-defined]
    before = {name: sys.modules.get(name) for name in ("cupy", "cupyx")}
    sys.modules |= {"cupy": module, "cupyx": cupyx}
    try:
        yield module
    finally:
        for name, found in before.items():
            if found is None:
                del sys.modules[name]
            else:
                sys.modules[name] = found
