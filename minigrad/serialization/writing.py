"""Checkpoints as PyTorch writes them: a zip archive of one pickle and a record of numbers for each memory."""

from __future__ import annotations

import codecs
import io
import os
import pickle
import shutil
import struct
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from pickle import PicklingError
from typing import Any, BinaryIO

import numpy as np

from .. import backend, copying, dtypes
from ..size import Size
from ..tensor import Tensor

_ALIGNMENT = 64  # so that PyTorch can map the numbers into memory
_PLAIN = {type(None), bool, int, float, str, bytes, tuple, list, dict, OrderedDict, set}
_USED_BY_PICKLE = (OrderedDict, set, codecs.encode)  # by which Python's pickle writes OrderedDicts, sets and bytes


# mypy: disable-error-code="attr-defined, misc"


# ------------------------------------------------------------ the pickle
class _Named:
    """A function, class or value of PyTorch, which need not be installed: a pickle knows it by name alone."""

    def __init__(self, name: str) -> None:
        self.module, _, self.name = name.rpartition(".")

    def __call__(self, *arguments: Any) -> Any:
        raise TypeError(f"{self.module}.{self.name} is a name only")


class _Memory:
    """Memory that arrays are parts of, as one row of elements: a record of the checkpoint."""

    def __init__(self, flat: Any, key: str) -> None:
        self.key = key
        self.flat = flat
        self.kind = dtypes.SCALAR_TYPE_NAMES[dtypes.of(flat).name] + "Storage"
        self.location = str(backend.device_of(flat))

    def content(self) -> Any:
        """The bytes."""
        return np.asarray(self.flat if isinstance(self.flat, np.ndarray) else self.flat.get()).data.cast("B")


class _Pickler(pickle._Pickler):  # the one written in Python, whose steps can be replaced
    """Writes plain containers as Python does, and tensors as PyTorch does."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, protocol=2)
        self.names: dict[str, _Named] = {}
        self.memories: dict[Any, _Memory] = {}

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if isinstance(obj, dtypes.dtype):
            obj = self.named(f"torch.{obj.name}")
        if isinstance(obj, _Named) and id(obj) not in self.memo:
            self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())
            self.memoize(obj)
        else:
            super().save(obj, save_persistent_id)

    def persistent_id(self, obj: Any) -> Any:
        if not isinstance(obj, _Memory):
            return None
        return ("storage", self.named(f"torch.{obj.kind}"), obj.key, obj.location, obj.flat.size)

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, _Call):
            return obj.function, obj.arguments
        if isinstance(obj, Tensor):
            return self.tensor(obj)
        if isinstance(obj, Size):
            return self.named("torch.Size"), (tuple(obj),)
        if isinstance(obj, backend.device):
            return self.named("torch.device"), (obj.type,) if obj.index is None else (obj.type, obj.index)
        if isinstance(obj, OrderedDict) and type(obj).__module__ == "minigrad.nn.state":
            return OrderedDict, (), vars(obj) or None, None, iter(obj.items())  # a module's, which PyTorch has not
        if type(obj) not in _PLAIN and not any(obj is used for used in _USED_BY_PICKLE):
            raise PicklingError(_refusal(obj))
        return NotImplemented

    def named(self, name: str) -> _Named:
        """The one object that stands for this name, so that the pickle spells it once."""
        return self.names.setdefault(name, _Named(name))

    def tensor(self, x: Tensor) -> Any:
        """A call that rebuilds the tensor: a leaf on its memory, without gradient and hooks."""
        copying._warn_of_hooks(x)
        parameter = type(x).__name__ == "Parameter" and type(x).__module__.startswith("minigrad.")
        if type(x) is not Tensor and not parameter:
            raise PicklingError(_refusal(x))
        place = (*self.memory(x.array), tuple(x.array.shape), x.stride())
        hooks: OrderedDict[Any, Any] = OrderedDict()
        call = _Call(self.named("torch._utils._rebuild_tensor_v2"), (*place, not parameter and x.requires_grad, hooks))
        if parameter:
            call = _Call(self.named("torch._utils._rebuild_parameter"), (call, x.requires_grad, hooks))
        if x.__dict__:
            kind = self.named("torch.nn.parameter.Parameter" if parameter else "torch.Tensor")
            arguments = (call.function, kind, call.arguments, dict(x.__dict__))
            call = _Call(self.named("torch._tensor._rebuild_from_type_v2"), arguments)
        return call.function, call.arguments

    def memory(self, array: Any) -> tuple[_Memory, int]:
        """The memory of this array, one for all that share it, and how many elements lie before the first one."""
        start, nbytes = backend.storage(array)
        before = backend.first_byte(array) - start
        key: Any = (start, nbytes, array.dtype)
        if not nbytes or before % array.itemsize or nbytes % array.itemsize:
            # Memory of another type, in which these elements have no whole places, is copied.
            key, before, flat = object(), 0, backend.flat(array).copy()
        else:
            flat = backend.as_strided(array, (nbytes // array.itemsize,), (array.itemsize,), -before)
        found = self.memories.setdefault(key, _Memory(flat, str(len(self.memories))))
        return found, before // array.itemsize


class _Call:
    """A call inside another one's arguments."""

    def __init__(self, function: _Named, arguments: tuple[Any, ...]) -> None:
        self.function, self.arguments = function, arguments


def _refusal(obj: Any) -> str:
    kind = obj if isinstance(obj, type) else type(obj)
    hint = ""
    if hasattr(obj, "state_dict") and not isinstance(obj, type):
        hint = " Save its state_dict()."
    elif backend.is_array(obj) or hasattr(obj, "__array__"):
        hint = " Save minigrad.as_tensor(array), or array.item() for one number."
    return (
        f"cannot save a {kind.__module__}.{kind.__qualname__}: a checkpoint holds tensors, numbers, strings and plain "
        f"containers of them, so that it can be loaded without running code.{hint}"
    )


# ------------------------------------------------------------ the archive
def write(obj: Any, f: Any) -> None:
    """Write a checkpoint to a path or an open file."""
    if not isinstance(f, (str, os.PathLike)) and not hasattr(f, "write"):
        raise AttributeError("expected 'f' to be string, path, or a file-like object with a 'write' attribute")
    stream = io.BytesIO()
    pickler = _Pickler(stream)
    pickler.dump(obj)
    memories = list(pickler.memories.values())
    if isinstance(f, (str, os.PathLike)):
        root = Path(f).stem or "archive"
        replace(f, lambda file: _archive(file, root, stream.getvalue(), memories))
    else:
        whole = io.BytesIO()
        _archive(whole, "archive", stream.getvalue(), memories)
        f.write(whole.getvalue())


def _archive(file: BinaryIO, root: str, pickled: bytes, memories: list[_Memory]) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        _record(archive, f"{root}/data.pkl", pickled)
        _record(archive, f"{root}/.format_version", b"1")
        _record(archive, f"{root}/.storage_alignment", str(_ALIGNMENT).encode())
        _record(archive, f"{root}/byteorder", sys.byteorder.encode())
        for memory in memories:
            _record(archive, f"{root}/data/{memory.key}", memory.content())
        _record(archive, f"{root}/version", b"3\n")


def _record(archive: zipfile.ZipFile, name: str, content: Any) -> None:
    """Add a record whose bytes begin at a multiple of the alignment, and whose date says nothing."""
    record = zipfile.ZipInfo(name)
    begins = archive.fp.tell() + zipfile.sizeFileHeader + len(name.encode()) + 4  # type: ignore[union-attr]
    filling = -begins % _ALIGNMENT
    record.extra = b"FB" + struct.pack("<H", filling) + b"Z" * filling  # the name that PyTorch gives it
    archive.writestr(record, content)


def replace(path: Any, fill: Callable[[BinaryIO], Any]) -> None:
    """Write a file beside this one, and put it in its place when it is whole."""
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise RuntimeError(f"Parent directory {target.parent} does not exist.")
    if target.exists() and not target.is_file():  # a device or pipe cannot be replaced; a folder says so itself
        with open(target, "wb") as file:
            fill(file)
        return
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(beside, "xb") as file:
            fill(file)
        if target.exists():
            shutil.copymode(target, beside)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
