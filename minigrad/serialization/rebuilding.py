"""What a checkpoint may name, and what is made of it: tensors on shared memory, and plain containers."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pickle import UnpicklingError
from typing import Any, Literal

import numpy as np

from .. import backend, dtypes
from ..autograd.source import user_frame
from ..size import Size
from ..tensor import Tensor, wrap


@dataclass(frozen=True)
class Named:
    """A function or class of the table: on the machine's stack it stands for itself."""

    name: str
    build: Callable[..., Any] | None


@dataclass(frozen=True)
class Kind:
    """The type of the numbers in a storage: as they lie in the file, and as minigrad holds them."""

    name: str
    stored: np.dtype[Any]
    dtype: dtypes.dtype


def refuse(name: str, why: str = "") -> UnpicklingError:
    """The error for what is not rebuilt."""
    why = why or (
        "It names code, and minigrad never runs the code of a checkpoint: it rebuilds tensors, plain containers, "
        "numbers and strings"
    )
    return UnpicklingError(
        f"Weights only load failed: Unsupported global: GLOBAL {name} was not an allowed global by default. {why}. If "
        "you trust the file, load it with PyTorch, save its tensors with torch.save(model.state_dict(), path), and "
        "load that."
    )


def look_up(module: str, name: str) -> Any:
    """What the table has under this name; raises for every other."""
    full = f"{'builtins' if module == '__builtin__' else module}.{name}"
    if full in GLOBALS:
        return GLOBALS[full]
    raise refuse(full, _why_not(full))


def _why_not(name: str) -> str:
    if name in _UNSUPPORTED:
        return _UNSUPPORTED[name]
    if name.startswith("torch.") and name.endswith("Storage"):
        return "minigrad has no tensors of that type"
    return ""


def check_key(key: Any, depth: int = 0) -> Any:
    """A key of a dict or element of a set, which Python will hash: deep tuples could overflow its stack."""
    if isinstance(key, tuple) and depth < 8:
        for part in key:
            check_key(part, depth + 1)
    elif not isinstance(key, (str, int, float, bytes, type(None), Tensor, dtypes.dtype, backend.device)):
        raise UnpicklingError(f"a checkpoint's dict or set may not have a {type(key).__name__} as a key")
    return key


# ------------------------------------------------------------ memory
class Storage:
    """Numbers in memory, in a row, that tensors of a checkpoint share. It is filled after it was made.

    Parameters
    ----------
    kind : Kind
    numel : int
        How many numbers.
    where : device
    """

    def __init__(self, kind: Kind, numel: int, where: backend.device) -> None:
        self.kind = kind
        self.numel = numel
        self.filled = False
        with backend.on(where) as xp:
            self.array = xp.empty(numel, kind.dtype.numpy)

    @property
    def nbytes(self) -> int:
        """How many bytes of the file it is."""
        return self.numel * self.kind.stored.itemsize

    def fill(self, raw: Any, byteorder: Literal["little", "big"] = "little") -> None:
        """Copy the bytes of the file in."""
        numbers = np.frombuffer(raw, self.kind.stored.newbyteorder(byteorder))
        if self.kind.name == "BFloat16":
            # The upper half of a float32: nothing is lost.
            numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
            warn_of_widening()
        elif self.kind.dtype is dtypes.bool_:
            numbers = numbers != 0
        if isinstance(self.array, np.ndarray):
            self.array[...] = numbers
        else:
            self.array.set(numbers.astype(self.array.dtype))
        self.filled = True

    def part(self, offset: int, numel: int) -> Storage:
        """A stretch of this storage, sharing its memory."""
        if min(offset, numel) < 0 or offset + numel > self.numel:
            raise UnpicklingError(f"a view of a storage of {self.numel} elements reaches to element {offset + numel}")
        found = object.__new__(Storage)
        found.kind, found.numel, found.filled = self.kind, numel, True
        found.array = self.array[offset : offset + numel]
        return found


def warn_of_widening() -> None:
    """NumPy has no bfloat16."""
    message = "The checkpoint holds bfloat16 numbers, which NumPy does not have; they become float32, and lose nothing."
    frame = user_frame()
    warnings.warn_explicit(message, UserWarning, frame.f_code.co_filename, frame.f_lineno)


_NAMES = {dtypes.SCALAR_TYPE_NAMES[d.name]: d for d in dtypes.ALL}
KINDS = {name: Kind(name, d.numpy, d) for name, d in _NAMES.items()}
KINDS["BFloat16"] = Kind("BFloat16", np.dtype(np.uint16), dtypes.float32)


# ------------------------------------------------------------ tensors
def _ints(values: Any, what: str) -> tuple[int, ...]:
    if not isinstance(values, (tuple, list)) or not all(type(n) is int and 0 <= n < 2**62 for n in values):
        raise UnpicklingError(f"a tensor of the checkpoint has a {what} that is none")
    return tuple(values)


def _tensor(
    storage: Any,
    offset: Any,
    size: Any,
    stride: Any,
    requires_grad: Any = False,
    hooks: Any = None,
    metadata: Any = None,
) -> Tensor:
    """A tensor on this storage, if it fits in."""
    if not isinstance(storage, Storage):
        raise UnpicklingError(f"a tensor of the checkpoint has a {type(storage).__name__} for its storage")
    (offset,), size, stride = _ints((offset,), "storage offset"), _ints(size, "size"), _ints(stride, "stride")
    if len(size) != len(stride) or len(size) > 64:
        raise UnpicklingError("a tensor of the checkpoint has lengths and strides that do not go together")
    if hooks or metadata:
        raise UnpicklingError("a tensor of the checkpoint has hooks or lazy signs, which minigrad does not rebuild")
    reach = offset + backend.span(size, stride, 1)
    if 0 not in size and reach > storage.numel:
        raise UnpicklingError(
            f"a tensor of the checkpoint with sizes {list(size)}, strides {list(stride)} and storage offset {offset} "
            f"needs {reach} elements, but its storage has {storage.numel}"
        )
    out = wrap(_strided(storage.array, offset, size, stride))
    return out.requires_grad_(True) if requires_grad is True else out


def _strided(array: Any, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> Any:
    if 0 in size:
        return backend.namespace(array).empty(size, array.dtype)
    strides = tuple(n * array.itemsize for n in stride)
    return backend.as_strided(array, size, strides, offset * array.itemsize)


def _parameter(data: Any, requires_grad: Any = True, hooks: Any = None, state: Any = None) -> Any:
    from ..nn import Parameter

    if not isinstance(data, Tensor) or hooks:
        raise UnpicklingError("a parameter of the checkpoint is not a tensor without hooks")
    out = Parameter(data.detach(), requires_grad is True)
    if state:
        set_state(out, state)
    return out


def _from_type(function: Any, kind: Any, arguments: Any, state: Any) -> Any:
    """A tensor to which its user has attached something."""
    for named in (function, kind):
        if not isinstance(named, Named):
            raise refuse(type(named).__name__)
    if function.build not in (_tensor, _parameter) or kind.name not in _TENSORS:
        raise refuse(function.name if function.build not in (_tensor, _parameter) else kind.name)
    out = function.build(*arguments)
    set_state(out, state[0] if isinstance(state, tuple) and len(state) == 2 else state)
    return out


# ------------------------------------------------------------ plain things
def set_state(target: Any, state: Any) -> None:
    """Attach what a checkpoint attaches: `_metadata` to a state dict, the user's own attributes to a tensor."""
    if not (type(target) is OrderedDict or isinstance(target, Tensor)):
        raise refuse(target.name if isinstance(target, Named) else type(target).__name__)
    if type(state) is not dict:
        raise UnpicklingError(f"the state of a {type(target).__name__} must be a dict, not {type(state).__name__}")
    for name, value in state.items():
        # A name that the class has would hide a method of it.
        if type(name) is not str or hasattr(type(target), name):
            raise UnpicklingError(f"the checkpoint would replace {type(target).__name__}.{name}")
        target.__dict__[name] = value


def _ordered_dict(items: Any = ()) -> OrderedDict[Any, Any]:
    return OrderedDict((check_key(key), value) for key, value in items)


def _set(items: Any = ()) -> set[Any]:
    return {check_key(item) for item in items}


def _encoded(text: Any, encoding: Any) -> bytes:
    """The bytes that protocol 2 writes as text."""
    if type(text) is not str or encoding not in ("latin1", "latin-1"):
        raise UnpicklingError(f"bytes in the checkpoint are written in an unknown way ({encoding})")
    return text.encode("latin-1")


_TENSORS = ("torch.Tensor", "torch.nn.parameter.Parameter")
GLOBALS: dict[str, Any] = {
    name: Named(name, build)
    for name, build in {
        "torch._utils._rebuild_tensor": _tensor,
        "torch._utils._rebuild_tensor_v2": _tensor,
        "torch._utils._rebuild_parameter": _parameter,
        "torch._utils._rebuild_parameter_with_state": _parameter,
        "torch._tensor._rebuild_from_type_v2": _from_type,
        "torch.Tensor": None,
        "torch.nn.parameter.Parameter": None,
        "torch.Size": lambda sizes: Size(_ints(sizes, "size")),
        "torch.device": backend.device,
        "collections.OrderedDict": _ordered_dict,
        "builtins.set": _set,
        "_codecs.encode": _encoded,
    }.items()
}
GLOBALS |= {f"torch.{name}Storage": kind for name, kind in KINDS.items()}
GLOBALS |= {f"torch.{d.name}": d for d in dtypes.ALL}

_OTHER_TYPE = (
    "It is a tensor of a type that minigrad does not have (unsigned, 8-bit float, complex or quantized numbers)"
)
_UNSUPPORTED = {
    "torch._utils._rebuild_tensor_v3": _OTHER_TYPE,
    "torch._utils._rebuild_qtensor": _OTHER_TYPE,
    "torch._utils._rebuild_sparse_tensor": "minigrad has no sparse tensors",
    "torch.bfloat16": "minigrad has no such dtype",
}
