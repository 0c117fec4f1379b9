"""Writing checkpoints: PyTorch and minigrad read them, and a save that fails changes nothing."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

import minigrad
from tests.checkpoints import DATA, DTYPES, content, same
from tests.oracle import needs_torch
from tests.oracle import torch as pytorch


def through(obj, load=minigrad.load):
    file = io.BytesIO()
    minigrad.save(obj, file)
    file.seek(0)
    return load(file)


# ------------------------------------------------------------ PyTorch's format
@pytest.mark.parametrize("name", ["model.pt", "model", "über uns.pth"])
def test_round_trip(tmp_path, name):
    minigrad.save(content(minigrad), tmp_path / name)
    found = minigrad.load(tmp_path / name)
    assert same(found, content(minigrad))
    found["base"][3] = 100.0
    assert found["view"][1, 0].item() == 100


@needs_torch
def test_pytorch_reads_it(tmp_path):
    minigrad.save(content(minigrad), tmp_path / "model.pt")
    for mmap in (False, True):
        found = pytorch.load(tmp_path / "model.pt", mmap=mmap)
        assert same(found, content(pytorch))
        assert found["view"].data_ptr() == found["base"].data_ptr() + 8
    assert same(through(content(minigrad), pytorch.load), content(pytorch))


@needs_torch
def test_pytorch_reads_parameters_and_attributes():
    x = minigrad.ones(2)
    x.note = "kept"
    weight = minigrad.nn.Parameter(minigrad.ones(2, 3))
    frozen = minigrad.nn.Parameter(minigrad.ones(2), requires_grad=False)
    noted = minigrad.nn.Parameter(minigrad.ones(2))
    noted.note = 5
    for load, library in ((pytorch.load, pytorch), (minigrad.load, minigrad)):
        found = through({"x": x, "weight": weight, "frozen": frozen, "noted": noted}, load)
        assert found["x"].note == "kept" and found["noted"].note == 5
        assert all(type(found[name]) is library.nn.Parameter for name in ("weight", "frozen", "noted"))
        assert found["weight"].requires_grad and not found["frozen"].requires_grad


@needs_torch
def test_the_pickle_is_pytorchs():
    """Byte for byte, for a state dict."""
    files = []
    for library in (minigrad, pytorch):
        state = content(library)["state"]
        files.append(io.BytesIO())
        library.save(state, files[-1])
    mine, theirs = (zipfile.ZipFile(file).read("archive/data.pkl") for file in files)
    assert mine == theirs


def test_numbers_are_aligned():
    file = io.BytesIO()
    minigrad.save([minigrad.ones(3), minigrad.zeros(1, dtype=minigrad.float64)], file)
    whole = file.getvalue()
    for record in zipfile.ZipFile(file).infolist():
        name, extra = (int.from_bytes(whole[record.header_offset + at :][:2], "little") for at in (26, 28))
        assert (record.header_offset + 30 + name + extra) % 64 == 0


def test_the_same_content_is_the_same_file():
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        minigrad.save(content(minigrad), file)
    assert files[0].getvalue() == files[1].getvalue()


def test_a_result_is_saved_as_a_leaf():
    x = minigrad.ones(2, requires_grad=True)
    found = through(x * 2)
    assert found.is_leaf and found.requires_grad and found.tolist() == [2, 2]
    x.register_hook(lambda g: g)
    with pytest.warns(UserWarning, match="will not be serialized"):
        assert through(x).tolist() == [1, 1]


def test_arrays_of_all_layouts():
    whole = np.arange(24.0).reshape(2, 3, 4)
    for array in (whole.T, whole[:, ::2], whole[1, :, 1:3], np.asfortranarray(whole), whole[:0], np.array(3.0)):
        x = minigrad.from_numpy(array)
        found = through(x)
        assert found.tolist() == x.tolist() and found.stride() == x.stride()


def test_memory_of_another_type():
    raw = np.zeros(21, np.uint8)
    raw[1:] = np.arange(20)
    odd = raw[1:].view(np.float32)  # it begins at no multiple of four bytes
    for array in (odd, odd[::2], odd[1:3]):
        assert through(minigrad.from_numpy(array)).tolist() == array.tolist()
    both = through([minigrad.from_numpy(raw[:20]), minigrad.from_numpy(raw[:20].view(np.int32))])
    assert [x.tolist() for x in both] == [raw[:20].tolist(), raw[:20].view(np.int32).tolist()]


def test_shared_and_recursive_containers():
    x = minigrad.ones(2)
    items = [x, x]
    items.append(items)
    found = through(items)
    assert found[0] is found[1] and found[2] is found


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (print, "cannot save a builtins.builtin_function_or_method"),
        (int, "cannot save a builtins.int"),
        (np.ones(2), r"cannot save a numpy.ndarray: .* Save minigrad.as_tensor\(array\)"),
        (np.float32(1), r"cannot save a numpy.float32: .* or array.item\(\) for one number"),
        (defaultdict(int), "cannot save a collections.defaultdict"),
        (Path("x"), r"cannot save a pathlib\.\w+"),
        (1j, "cannot save a builtins.complex"),
        (type("Mine", (minigrad.Tensor,), {})([1.0]), r"cannot save a \S+Mine"),
    ],
)
def test_what_is_not_saved(obj, message):
    with pytest.raises(pickle.PicklingError, match=message):
        minigrad.save({"x": [obj]}, io.BytesIO())


def test_a_module_is_not_saved():
    with pytest.raises(pickle.PicklingError, match=r"Linear: .* Save its state_dict\(\)\."):
        minigrad.save(minigrad.nn.Linear(2, 3), io.BytesIO())


# ------------------------------------------------------------ safetensors
def tensors(library):
    return {name: library.tensor([[0, 1, 2]], dtype=getattr(library, name)) for name in DTYPES}


def test_recorded_safetensors():
    found = minigrad.load(DATA / "tensors.safetensors")
    assert same(found, dict(sorted(tensors(minigrad).items())))


def test_safetensors_round_trip(tmp_path):
    x = minigrad.arange(6.0).reshape(2, 3)
    state = {"b": x.T, "a": x[1:], "scalar": minigrad.tensor(3), "empty": minigrad.zeros(0, 2)}
    minigrad.save(state, tmp_path / "m.safetensors")
    found = minigrad.load(tmp_path / "m.safetensors")
    assert list(found) == ["a", "b", "empty", "scalar"]
    for name, x in state.items():
        assert found[name].tolist() == x.tolist() and found[name].dtype is x.dtype and found[name].is_contiguous()
        found[name].fill_(1)
    Path(tmp_path / "m.safetensors").rename(tmp_path / "m.pt")
    assert list(minigrad.load(tmp_path / "m.pt")) == list(found)  # by content, whatever its name


@needs_torch
def test_pytorch_reads_and_writes_safetensors(tmp_path):
    import safetensors.torch

    minigrad.save(tensors(minigrad), tmp_path / "m.safetensors")
    assert same(
        dict(sorted(safetensors.torch.load_file(tmp_path / "m.safetensors").items())),
        dict(sorted(tensors(pytorch).items())),
    )
    content = safetensors.torch.save(tensors(pytorch))
    assert same(minigrad.load(io.BytesIO(content)), dict(sorted(tensors(pytorch).items())))


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (minigrad.ones(2), "holds a dict of tensors, not a Tensor"),
        ({"x": minigrad.ones(2), "epoch": 3}, "'epoch' is a int. Save it under a name that ends in .pt"),
        ({1: minigrad.ones(2)}, "1 is a Tensor"),
    ],
)
def test_what_safetensors_cannot_hold(obj, message, tmp_path):
    with pytest.raises(pickle.PicklingError, match=message):
        minigrad.save(obj, tmp_path / "m.safetensors")
    assert not list(tmp_path.iterdir())


def test_a_type_that_minigrad_does_not_have():
    header = b'{"x":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}'
    with pytest.raises(RuntimeError, match="'x' has numbers of type F8_E4M3, which minigrad does not have"):
        minigrad.load(io.BytesIO(len(header).to_bytes(8, "little") + header + b"\0"))


def test_without_the_library(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match="pip install safetensors"):
        minigrad.save({"x": minigrad.ones(1)}, tmp_path / "m.safetensors")


# ------------------------------------------------------------ files
@pytest.mark.parametrize("name", ["m.pt", "m.safetensors"])
def test_a_save_that_fails_leaves_the_old_file(name, tmp_path, monkeypatch):
    path = tmp_path / name
    minigrad.save({"x": minigrad.ones(2)}, path)
    before = path.read_bytes()
    with pytest.raises(pickle.PicklingError):
        minigrad.save({"x": minigrad.ones(2), "y": print}, path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("minigrad.serialization.writing.os.replace", full)
    with pytest.raises(OSError, match="No space left"):
        minigrad.save({"x": minigrad.zeros(2)}, path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == [name]


def test_a_save_that_is_interrupted_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "m.pt"
    minigrad.save([minigrad.ones(2)], path)
    before = path.read_bytes()

    def interrupt(memory):
        raise KeyboardInterrupt

    monkeypatch.setattr("minigrad.serialization.writing._Memory.content", interrupt)
    with pytest.raises(KeyboardInterrupt):
        minigrad.save([minigrad.zeros(2)], path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["m.pt"]


def test_what_cannot_be_written_to(tmp_path):
    with pytest.raises(RuntimeError, match=r"Parent directory .*none does not exist\."):
        minigrad.save(1, tmp_path / "none" / "m.pt")
    with pytest.raises(AttributeError, match="expected 'f' to be string, path, or a file-like object with a 'write'"):
        minigrad.save(1, 5)
    with pytest.raises(IsADirectoryError):
        minigrad.save(1, tmp_path)
    assert not list(tmp_path.iterdir())


def test_links_rights_and_devices_stay(tmp_path):
    path, link = tmp_path / "m.pt", tmp_path / "latest.pt"
    minigrad.save(1, path)
    path.chmod(0o640)
    link.symlink_to(path)
    minigrad.save(2, link)
    assert link.is_symlink() and minigrad.load(path) == 2 and path.stat().st_mode & 0o777 == 0o640
    minigrad.save(1, "/dev/null")
    assert not Path("/dev/null").is_file()


def test_saving_needs_numpy_alone(tmp_path):
    code = (
        "import sys, minigrad; minigrad.save([minigrad.ones(2)], 'm.pt'); minigrad.load('m.pt')\n"
        "print('torch' in sys.modules, 'safetensors' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(minigrad.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False False\n"
