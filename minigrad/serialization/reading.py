"""The files: which format they have, and what lies where in them. Nothing is unpacked to the disk."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pickle import UnpicklingError
from typing import Any, BinaryIO

import numpy as np

from . import places
from .rebuilding import Kind, Storage
from .unpickling import Unpickler

MAGIC = 0x1950A86A20F9469CFC6C  # the first pickle of a file of PyTorch before 1.6
PROTOCOL = 1001
# What `zipfile` raises where an archive is damaged.
_UNREADABLE = (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError, struct.error)


def read(f: Any, map_location: Any) -> Any:
    """The content of a path or an open file."""
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            return _read(file, os.fspath(f), map_location)
    for method in ("seek", "tell", "read"):
        if not hasattr(f, method):
            raise AttributeError(
                f"'{type(f).__name__}' object has no attribute '{method}'. You can only minigrad.load from a file that "
                "is seekable. Please pre-load the data into a buffer like io.BytesIO and try to load from it instead."
            )
    return _read(io.BytesIO(f.read()), "the file", map_location)


def _read(file: BinaryIO, name: str, map_location: Any) -> Any:
    start = file.read(512)
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if not start:
        raise EOFError(f"{name} is empty: there is nothing to load")
    if start[:4] == b"PK\x03\x04":
        return _Zip(file, name, size).load(map_location)
    if start[257:262] == b"ustar":
        raise RuntimeError(
            f"Cannot load {name}: it is in the .tar format of PyTorch before 0.1.10. Load it with PyTorch if you trust "
            "it, and save it again."
        )
    if start[8:9] == b"{" and int.from_bytes(start[:8], "little") <= size - 8:
        from . import safe

        return safe.decoded(file.read(), name, map_location)
    if start[:1] == b"\x80":
        return _Stream(file.read(), name).load(map_location)
    raise RuntimeError(
        f"{name} is no checkpoint of PyTorch and no safetensors file: it begins with {bytes(start[:20])!r}. If it was "
        "downloaded, look at it: it may be a page that says why it was not."
    )


def _damaged(name: str, what: str) -> RuntimeError:
    return RuntimeError(f"{name} is damaged or was cut short: {what}. Get it again; nothing was loaded.")


def _check_storage(kind: Any, key: Any, location: Any, numel: Any) -> tuple[str, str]:
    """The key and place of a storage, if what the pickle says of it is of the right kinds."""
    key, location = (x.decode("ascii") if isinstance(x, bytes) else x for x in (key, location))
    if not (isinstance(kind, Kind) and isinstance(key, str) and isinstance(location, str)):
        raise UnpicklingError("the checkpoint speaks of a storage whose type, key or place is none")
    if type(numel) is not int or not 0 <= numel < 2**62:
        raise UnpicklingError(f"the checkpoint speaks of a storage with {numel} elements")
    return key, location


class _Zip:
    """The format of PyTorch since 1.6: `data.pkl`, and a record `data/KEY` for each storage."""

    def __init__(self, file: BinaryIO, name: str, size: int) -> None:
        self.name = name
        try:
            self.archive = zipfile.ZipFile(file)
        except _UNREADABLE as error:
            raise _damaged(name, f"as a zip archive it says '{error}'") from error
        self.records = {record.filename: record for record in self.archive.infolist()}
        self.root = self._check(size)
        self.storages: dict[str, Storage] = {}

    def _check(self, size: int) -> str:
        """The folder of the archive that holds everything; raises if the archive lies about itself."""
        records = self.archive.infolist()
        roots = [name.removesuffix("data.pkl") for name in self.records if name.count("/") == 1 and "/data.pkl" in name]
        if len(roots) != 1:
            raise RuntimeError(
                f"{self.name} is a zip archive, but no checkpoint: it should hold one data.pkl, and holds {len(roots)}."
                + (" numpy.load reads it." if all(name.endswith(".npy") for name in self.records) else "")
            )
        if f"{roots[0]}constants.pkl" in self.records:
            raise RuntimeError(
                f"Cannot load {self.name}: it is a TorchScript archive, which holds code. Load it with torch.jit.load "
                "if you trust it, and save its state_dict()."
            )
        if len(self.records) != len(records):
            raise _damaged(self.name, "it has two records of the same name")
        if any(record.compress_type != zipfile.ZIP_STORED or record.flag_bits & 1 for record in records):
            raise RuntimeError(
                f"{self.name} is compressed or encrypted, which PyTorch's checkpoints are not. Unpack it, and pack it "
                "without compression (zip -0 -r)."
            )
        if sum(record.file_size for record in records) > size:
            raise _damaged(self.name, "its records claim to be larger than the file")
        return roots[0]

    def load(self, map_location: Any) -> Any:
        order = (
            self.read("byteorder").decode("ascii", "replace") if f"{self.root}byteorder" in self.records else "little"
        )
        if order not in ("little", "big"):
            raise _damaged(self.name, f"its byte order is '{order}'")

        def storage(kind: Any, key: Any, location: Any, numel: Any) -> Storage:
            key, location = _check_storage(kind, key, location, numel)
            if key not in self.storages:
                self.storages[key] = self.storage(kind, key, numel, places.place(location, map_location), order)
            elif self.storages[key].kind != kind or self.storages[key].numel != numel:
                raise UnpicklingError(f"the checkpoint describes its storage {key} in two ways")
            return self.storages[key]

        return Unpickler(io.BytesIO(self.read("data.pkl")), storage).load()

    def storage(self, kind: Kind, key: str, numel: int, where: Any, order: Any) -> Storage:
        record = self.records.get(f"{self.root}data/{key}")
        if record is None:
            raise _damaged(self.name, f"the numbers of storage '{key}' are missing")
        if record.file_size != numel * kind.stored.itemsize:
            raise _damaged(
                self.name,
                f"storage '{key}' should have {numel * kind.stored.itemsize} bytes and has {record.file_size}",
            )
        raw = self.read(f"data/{key}")
        made = Storage(kind, numel, where)
        made.fill(raw, order)
        return made

    def read(self, name: str) -> bytes:
        """A record's bytes, if its checksum is right."""
        try:
            return self.archive.read(self.records[self.root + name])
        except _UNREADABLE as error:
            raise _damaged(self.name, f"its record {name} cannot be read ({error})") from error


class _Stream:
    """The format before 1.6: five pickles one after the other, then the numbers of the storages."""

    def __init__(self, content: bytes, name: str) -> None:
        self.name = name
        self.stream = io.BytesIO(content)
        self.size = len(content)
        self.storages: dict[str, Storage] = {}

    def load(self, map_location: Any) -> Any:
        if self._plain() != MAGIC:
            raise RuntimeError(f"Invalid magic number; {self.name} is a pickle, but no checkpoint of PyTorch")
        version = self._plain()
        if version != PROTOCOL:
            raise RuntimeError(f"Invalid protocol version: {version}")
        self._plain()  # sizes of types on the machine that saved it; the numbers are little-endian on every machine

        def storage(kind: Any, key: Any, location: Any, numel: Any, view: Any = None) -> Storage:
            key, location = _check_storage(kind, key, location, numel)
            if key not in self.storages:
                self._reserve(numel * kind.stored.itemsize, key)
                self.storages[key] = Storage(kind, numel, places.place(location, map_location))
            elif self.storages[key].kind != kind or self.storages[key].numel != numel:
                raise UnpicklingError(f"the checkpoint describes its storage {key} in two ways")
            whole = self.storages[key]
            return whole if view is None else whole.part(view[1], view[2])

        result = Unpickler(self.stream, storage).load()
        self._fill(self._plain())
        return result

    def _plain(self) -> Any:
        return Unpickler(self.stream).load()

    def _reserve(self, nbytes: int, key: str) -> None:
        """A pickle may claim any size: memory is taken only for numbers that the file can hold."""
        held = sum(storage.nbytes for storage in self.storages.values())
        if held + nbytes > self.size:
            raise _damaged(self.name, f"storage '{key}' should have {nbytes} bytes, more than the file has")

    def _fill(self, keys: Any) -> None:
        if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(self.storages):
            raise _damaged(self.name, "the list of its storages is not that of its tensors")
        for key in map(str, keys):
            storage = self.storages[key]
            numel = int.from_bytes(self.stream.read(8), "little")
            raw = self.stream.read(storage.nbytes)
            if numel != storage.numel or len(raw) != storage.nbytes:
                raise _damaged(
                    self.name, f"storage '{key}' should have {storage.numel} elements and has {min(numel, len(raw))}"
                )
            storage.fill(np.frombuffer(raw, np.uint8))
