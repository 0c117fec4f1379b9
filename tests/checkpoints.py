"""Checkpoints that PyTorch wrote, kept as files, and what is in them: ``python -m tests.checkpoints``."""

from __future__ import annotations

import io
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(__file__).parent / "data"
FILES = {"checkpoint_zip.pt": True, "checkpoint_legacy.pt": False}
DTYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")


def content(torch: Any) -> dict[Any, Any]:
    """An object with all that a checkpoint may hold, made with PyTorch or with minigrad."""
    base = torch.arange(12, dtype=torch.float32)
    state = OrderedDict(weight=torch.full((2, 1), 0.5, requires_grad=True), steps=torch.tensor(7))
    state._metadata = OrderedDict({"": {"version": 1}})
    return {
        "base": base,
        "view": base[2:8].reshape(2, 3).T,
        "expanded": torch.ones(1, dtype=torch.float64).expand(3, 2),
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(-5),
        "dtypes": [torch.tensor([0, 1, 2], dtype=getattr(torch, name)) for name in DTYPES],
        "state": state,
        "kinds": (torch.float64, torch.bool, torch.device("cpu"), torch.device("cuda", 1), torch.Size([1, 2])),
        "plain": [1, -(2**70), 2.5, float("inf"), None, True, "é\n", b"a\xff", {1, "x"}, (), {}, {2: (3,)}],
        4: "a number as a key",
    }


def record() -> None:
    """Ask the installed PyTorch to write the files."""
    import safetensors.torch
    import torch

    for name, new in FILES.items():
        torch.save(content(torch), DATA / name, _use_new_zipfile_serialization=new)
    halves = {"x": torch.tensor([1.5, -2.0, 3e38, 0.0]).bfloat16()}
    torch.save(halves, DATA / "checkpoint_bfloat16.pt")
    safetensors.torch.save_file(halves, DATA / "bfloat16.safetensors")
    tensors = {name: torch.tensor([[0, 1, 2]], dtype=getattr(torch, name)) for name in DTYPES}
    safetensors.torch.save_file(tensors, DATA / "tensors.safetensors")


# ------------------------------------------------------------ files made by hand
def zipped(pickled: bytes, root: str = "archive", **records: bytes) -> io.BytesIO:
    """A checkpoint in the zip format with this pickle; `records` are storages (`_0=...`) and others."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{root}/data.pkl", pickled)
        for name, value in records.items():
            archive.writestr(f"{root}/data/{name[1:]}" if name[0] == "_" else f"{root}/{name}", value)
        archive.writestr(f"{root}/version", "3\n")
    file.seek(0)
    return file


def streamed(pickled: bytes, keys: list[str] | None = None, storages: bytes = b"") -> io.BytesIO:
    """A checkpoint in the format before 1.6 with this pickle."""
    import pickle

    parts = [pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})]
    return io.BytesIO(b"".join([*parts, pickled, pickle.dumps(keys or [], 2), storages]))


def storage(kind: str = "torch FloatStorage", key: str = "0", location: str = "cpu", numel: int = 2) -> bytes:
    """The instructions that push a storage."""
    return (
        b"(" + text("storage") + b"c" + kind.replace(" ", "\n").encode() + b"\n" + text(key) + text(location)
        + integer(numel) + b"tQ"
    )  # fmt: skip


def tensor(of: bytes, offset: int = 0, size: tuple[int, ...] = (2,), stride: tuple[int, ...] = (1,)) -> bytes:
    """The instructions that push a tensor."""
    sizes, strides = (b"(" + b"".join(map(integer, values)) + b"t" for values in (size, stride))
    hooks = b"ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + of + integer(offset) + sizes + strides + b"\x89" + hooks + b"tR"


def text(value: str) -> bytes:
    return b"X" + len(value.encode()).to_bytes(4, "little") + value.encode()


def integer(value: int) -> bytes:
    raw = value.to_bytes(10, "little", signed=True)
    return b"\x8a\x0a" + raw


def same(x: Any, y: Any) -> bool:
    """Whether two contents are equal, across the two libraries."""
    if hasattr(x, "requires_grad"):
        a, b = x.detach().numpy(), y.detach().numpy()
        return (
            a.dtype == b.dtype
            and a.shape == b.shape
            and x.stride() == y.stride()
            and x.requires_grad == y.requires_grad
            and bool(np.array_equal(a, b))
        )
    if isinstance(x, dict):
        attached = same(vars(x), vars(y)) if isinstance(x, OrderedDict) else True
        return type(x) is type(y) and list(x) == list(y) and attached and all(same(x[key], y[key]) for key in x)
    if type(x) in (list, tuple):
        return type(x) is type(y) and len(x) == len(y) and all(map(same, x, y))
    if type(x) in (int, float, str, bytes, bool, set, type(None)):
        return type(x) is type(y) and x == y
    return str(x).replace("minigrad.", "torch.") == str(y).replace("minigrad.", "torch.")


if __name__ == "__main__":
    record()
