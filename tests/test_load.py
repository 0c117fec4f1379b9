"""Reading checkpoints: what PyTorch wrote comes out as it went in, and what is damaged does not come out at all."""

from __future__ import annotations

import io
import pickle
import warnings
import zipfile

import numpy as np
import pytest

import minigrad
from tests import checkpoints
from tests.checkpoints import DATA, FILES, content, same, storage, streamed, tensor, zipped
from tests.oracle import needs_torch
from tests.oracle import torch as pytorch

ONES = np.ones(2, np.float32).tobytes()


# ------------------------------------------------------------ what PyTorch wrote
@pytest.mark.parametrize("name", FILES)
def test_recorded_checkpoints(name):
    found = minigrad.load(DATA / name)
    assert same(found, content(minigrad))
    assert found["state"]._metadata == {"": {"version": 1}}


@pytest.mark.parametrize("name", FILES)
def test_tensors_that_shared_memory_share_it(name):
    found = minigrad.load(DATA / name)
    found["base"][3] = 100.0
    assert found["view"][1, 0].item() == 100 and found["view"].data_ptr() == found["base"].data_ptr() + 8
    found["expanded"][0, 0] = 2.0
    assert found["expanded"].tolist() == [[2, 2]] * 3


@pytest.mark.parametrize("name", FILES)
def test_loaded_tensors_are_leaves_that_can_be_written(name):
    found = minigrad.load(str(DATA / name))
    weight = found["state"]["weight"]
    assert weight.is_leaf and weight.requires_grad and weight.grad is None
    (weight * 3).sum().backward()
    assert weight.grad.tolist() == [[3], [3]]
    for x in found["dtypes"]:
        x.fill_(0)


@needs_torch
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("new", [True, False])
def test_live_checkpoints(new, protocol):
    file = io.BytesIO()
    pytorch.save(content(pytorch), file, _use_new_zipfile_serialization=new, pickle_protocol=protocol)
    file.seek(0)
    assert same(minigrad.load(file), content(pytorch))


@needs_torch
def test_parameters_and_attributes():
    x = pytorch.ones(2)
    x.note = "kept"
    frozen = pytorch.nn.Parameter(pytorch.ones(3), requires_grad=False)
    file = io.BytesIO()
    pytorch.save({"x": x, "p": pytorch.nn.Parameter(pytorch.ones(2)), "frozen": frozen}, file)
    file.seek(0)
    found = minigrad.load(file)
    assert found["x"].note == "kept"
    assert [type(found[name]) for name in ("x", "p", "frozen")] == [minigrad.Tensor, *[minigrad.nn.Parameter] * 2]
    assert found["p"].requires_grad and not found["frozen"].requires_grad


@pytest.mark.parametrize("name", ["checkpoint_bfloat16.pt", "bfloat16.safetensors"])
def test_bfloat16_becomes_float32_with_a_word(name):
    with pytest.warns(UserWarning, match="bfloat16 numbers, which NumPy does not have; they become float32") as seen:
        found = minigrad.load(DATA / name)["x"]
    assert seen[0].filename == __file__
    assert found.dtype is minigrad.float32
    np.testing.assert_allclose(found.numpy(), [1.5, -2, 3e38, 0], rtol=2**-8)


def test_strings_of_python_2():
    assert minigrad.load(streamed(b"\x80\x02U\x03a\xc3\xa9K\x01\x86.")) == ("aé", 1)


def test_big_endian_numbers():
    raw = np.array([1.5, 2.5], ">f4").tobytes()
    found = minigrad.load(zipped(b"\x80\x02" + tensor(storage()) + b".", _0=raw, byteorder=b"big"))
    assert found.tolist() == [1.5, 2.5] and found.numpy().dtype.isnative


def test_recursive_containers():
    loop = []
    loop.append(loop)
    found = minigrad.load(zipped(pickle.dumps(loop, 2)))
    assert found[0] is found


# ------------------------------------------------------------ where the tensors go
def placed(location, map_location):
    return minigrad.load(zipped(b"\x80\x02" + tensor(storage(location=location)) + b".", _0=ONES), map_location)


@pytest.mark.parametrize(
    "map_location",
    ["cpu", minigrad.device("cpu"), {"cuda:0": "cpu"}, lambda storage, location: storage.cpu(), lambda s, _: s],
)
def test_map_location(map_location):
    assert placed("cuda:0", map_location).tolist() == [1, 1]


def test_map_location_function_is_told_the_place():
    seen = []
    placed("cpu", lambda storage, location: seen.append((str(storage.device), location)))
    assert seen == [("cpu", "cpu")]


@pytest.mark.parametrize(
    ("location", "map_location"), [("cuda:0", None), ("cpu", "cuda"), ("cpu", lambda s, _: s.cuda())]
)
def test_no_gpu(location, map_location, monkeypatch):
    monkeypatch.setattr("minigrad.backend.gpu_library", lambda: None)
    with pytest.raises(RuntimeError, match=r"on a CUDA device but minigrad.cuda.is_available\(\) is False"):
        placed(location, map_location)


def test_unknown_place():
    with pytest.raises(RuntimeError, match=r"don't know how to restore data location .*tagged with xla:0"):
        placed("xla:0", None)
    assert placed("xla:0", "cpu").tolist() == [1, 1]


# ------------------------------------------------------------ refused before anything is read
def test_code_never_runs():
    with pytest.raises(ValueError, match="weights_only=False would run the code in the file"):
        minigrad.load(DATA / "checkpoint_zip.pt", weights_only=False)
    with pytest.raises(RuntimeError, match="Can not safely load weights when explicit pickle_module is specified"):
        minigrad.load(DATA / "checkpoint_zip.pt", pickle_module=pickle)


def test_what_is_no_file():
    with pytest.raises(FileNotFoundError):
        minigrad.load(DATA / "none.pt")
    with pytest.raises(AttributeError, match=r"'int' object has no attribute 'seek'. You can only minigrad.load from"):
        minigrad.load(5)
    with pytest.raises(EOFError, match="is empty"):
        minigrad.load(io.BytesIO())


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (b"<!DOCTYPE html><html>", "no checkpoint of PyTorch and no safetensors file: it begins with b'<!DOCTYPE"),
        (pickle.dumps([1, 2], 2), "Invalid magic number"),
        (pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1002, 2), "Invalid protocol version: 1002"),
        (b"storages".ljust(257, b"\0") + b"ustar  ".ljust(300, b"\0"), "the .tar format of PyTorch before"),
    ],
)
def test_what_is_no_checkpoint(start, message):
    with pytest.raises(RuntimeError, match=message):
        minigrad.load(io.BytesIO(start))


def test_other_archives():
    file = io.BytesIO()
    np.savez(file, a=np.ones(2))
    file.seek(0)
    with pytest.raises(RuntimeError, match=r"holds 0. numpy.load reads it"):
        minigrad.load(file)
    with pytest.raises(RuntimeError, match="it is a TorchScript archive, which holds code"):
        minigrad.load(zipped(pickle.dumps(1, 2), **{"constants.pkl": b""}))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", b"0" * 10**6)  # it could grow a thousandfold
    file.seek(0)
    with pytest.raises(RuntimeError, match="compressed or encrypted"):
        minigrad.load(file)


# ------------------------------------------------------------ damaged
@pytest.mark.parametrize("name", [*FILES, "tensors.safetensors"])
def test_every_truncation_is_noticed(name):
    whole = (DATA / name).read_bytes()
    for length in range(1, len(whole), max(1, len(whole) // 97)):
        with pytest.raises((RuntimeError, pickle.UnpicklingError)):
            minigrad.load(io.BytesIO(whole[:length]))


def test_truncated_files_say_so():
    for name in (*FILES, "tensors.safetensors"):
        with pytest.raises((RuntimeError, pickle.UnpicklingError), match=r"damaged or (was )?cut short"):
            minigrad.load(io.BytesIO((DATA / name).read_bytes()[:-40]))


@pytest.mark.parametrize("name", [*FILES, "tensors.safetensors"])
def test_flipped_bytes_raise_an_error_or_change_a_number(name):
    """No damage makes anything but an error, or tensors: never a crash, never another kind of object."""
    whole = (DATA / name).read_bytes()
    random = np.random.RandomState(0)
    failed = 0
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[random.randint(len(whole))] ^= 1 << random.randint(8)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                assert isinstance(minigrad.load(io.BytesIO(bytes(damaged)), "cpu"), dict)
        except (RuntimeError, pickle.UnpicklingError, OSError, EOFError):
            failed += 1
    assert failed > 20


def test_a_wrong_checksum_is_noticed():
    whole = bytearray(zipped(b"\x80\x02" + tensor(storage()) + b".", _0=ONES).getvalue())
    whole[whole.index(ONES)] ^= 1
    with pytest.raises(RuntimeError, match=r"record data/0 cannot be read .*CRC"):
        minigrad.load(io.BytesIO(whole))


@pytest.mark.parametrize(
    ("pickled", "records", "message"),
    [
        (tensor(storage(numel=3)), {"_0": ONES}, "storage '0' should have 12 bytes and has 8"),
        (tensor(storage(numel=2**61)), {"_0": ONES}, "should have 9223372036854775808 bytes and has 8"),
        (tensor(storage(numel=-1)), {"_0": ONES}, "a storage with -1 elements"),
        (tensor(storage()), {}, "the numbers of storage '0' are missing"),
        (tensor(storage(key="../../../etc/passwd")), {"_0": ONES}, "storage '../../../etc/passwd' are missing"),
        (tensor(storage()), {"_0": ONES, "byteorder": b"odd"}, "its byte order is 'odd'"),
        (tensor(storage(), size=(3,)), {"_0": ONES}, "needs 3 elements, but its storage has 2"),
        (tensor(storage(), offset=1), {"_0": ONES}, "needs 3 elements, but its storage has 2"),
        (tensor(storage(), offset=-1), {"_0": ONES}, "a storage offset that is none"),
        (tensor(storage(), stride=(-1,)), {"_0": ONES}, "a stride that is none"),
        (tensor(storage(), size=(2, 2)), {"_0": ONES}, "lengths and strides that do not go together"),
        (tensor(storage(), size=(2**40, 2**40), stride=(0, 0)), {"_0": ONES}, "damaged"),
        (tensor(b"K\x05"), {}, "a int for its storage"),
        (
            tensor(storage()) + tensor(storage("torch LongStorage", numel=1), size=(1,)) + b"\x86",
            {"_0": ONES},
            "storage 0 in two ways",
        ),
    ],
)
def test_what_does_not_fit(pickled, records, message):
    with pytest.raises((RuntimeError, pickle.UnpicklingError), match=message):
        minigrad.load(zipped(b"\x80\x02" + pickled + b".", **records))


def test_streams_that_claim_too_much():
    """Memory is taken only for what the file can hold."""
    with pytest.raises(RuntimeError, match="should have 4398046511104 bytes, more than the file has"):
        minigrad.load(streamed(b"\x80\x02" + tensor(storage(numel=2**40)) + b"."))
    pickled = b"\x80\x02" + tensor(storage()) + b"."
    with pytest.raises(RuntimeError, match="the list of its storages is not that of its tensors"):
        minigrad.load(streamed(pickled, ["1"], (2).to_bytes(8, "little") + ONES))
    with pytest.raises(RuntimeError, match="storage '0' should have 2 elements and has 3"):
        minigrad.load(streamed(pickled, ["0"], (3).to_bytes(8, "little") + ONES))
    assert minigrad.load(streamed(pickled, ["0"], (2).to_bytes(8, "little") + ONES)).tolist() == [1, 1]


def test_archives_that_lie():
    two = zipped(pickle.dumps(1, 2))
    with zipfile.ZipFile(two, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("archive/data.pkl", pickle.dumps(2, 2))
    two.seek(0)
    with pytest.raises(RuntimeError, match="two records of the same name"):
        minigrad.load(two)
    whole = bytearray(zipped(b"\x80\x02" + tensor(storage()) + b".", _0=ONES).getvalue())
    central = whole.index(b"PK\x01\x02", whole.index(b"PK\x01\x02") + 4)  # of data/0
    for place in (central + 20, central + 24):
        whole[place : place + 4] = (2**31).to_bytes(4, "little")
    with pytest.raises(RuntimeError, match="records claim to be larger than the file"):
        minigrad.load(io.BytesIO(whole))


@pytest.mark.parametrize("version", ["checkpoint_zip.pt", "checkpoint_legacy.pt"])
def test_the_files_are_those_of_the_script(version):
    """The recorded files still hold what `content` says: a change there must be recorded."""
    assert list(minigrad.load(DATA / version)) == list(content(minigrad))
    assert checkpoints.FILES[version] is ((DATA / version).read_bytes()[:2] == b"PK")
