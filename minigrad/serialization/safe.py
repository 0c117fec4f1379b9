"""safetensors: names, shapes and numbers, and nothing that could be run. The library of that name knows the format."""

from __future__ import annotations

from pickle import PicklingError
from typing import Any

import numpy as np

from ..tensor import Tensor, wrap
from . import places
from .rebuilding import KINDS, Kind, Storage

_KINDS = {
    "F16": "Half", "F32": "Float", "F64": "Double", "I8": "Char", "I16": "Short", "I32": "Int", "I64": "Long",
    "U8": "Byte", "BOOL": "Bool", "BF16": "BFloat16",
}  # fmt: skip


def _library() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError("safetensors files need the library of that name: pip install safetensors") from error
    return safetensors


def encoded(tensors: Any) -> bytes:
    """The content of a safetensors file with these tensors."""
    if not isinstance(tensors, dict):
        raise PicklingError(f"a safetensors file holds a dict of tensors, not a {type(tensors).__name__}")
    arrays = {}
    for name, x in tensors.items():
        if not isinstance(name, str) or not isinstance(x, Tensor):
            raise PicklingError(
                f"a safetensors file holds tensors by name, but {name!r} is a {type(x).__name__}. "
                "Save it under a name that ends in .pt, or leave it out."
            )
        # The library writes memory as it lies: rows one after the other.
        arrays[name] = np.array(x.detach().cpu().array, order="C")
    return _library().numpy.save(arrays, metadata={"format": "pt"})


def decoded(content: bytes, name: str, map_location: Any) -> dict[str, Tensor]:
    """The tensors in the content of a safetensors file."""
    library = _library()
    try:
        entries = library.deserialize(content)
    except library.SafetensorError as error:
        raise RuntimeError(f"{name} is damaged or was cut short: {error}. Get it again; nothing was loaded.") from error
    where = places.place("cpu", map_location)
    entries.sort(key=lambda entry: entry[0])  # they come in any order
    kinds = {key: _kind(entry["dtype"], key) for key, entry in entries}
    return {key: _read(entry, kinds[key], where) for key, entry in entries}


def _kind(dtype: str, key: str) -> Kind:
    if dtype not in _KINDS:
        raise RuntimeError(f"'{key}' has numbers of type {dtype}, which minigrad does not have; nothing was loaded.")
    return KINDS[_KINDS[dtype]]


def _read(entry: Any, kind: Kind, where: Any) -> Tensor:
    shape = tuple(entry["shape"])
    storage = Storage(kind, len(entry["data"]) // kind.stored.itemsize, where)
    storage.fill(entry["data"])
    return wrap(storage.array.reshape(shape))
