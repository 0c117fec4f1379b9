"""Pickles that would run code: each is refused, and nothing runs.

Every attack here works on Python's own `pickle`: there it leaves a file behind (the witness), here it must not.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest

import minigrad
from tests.checkpoints import integer, storage, streamed, tensor, text, zipped

WITNESS = "witness.txt"
COMMAND = f"touch {WITNESS}"
CODE = f"open('{WITNESS}', 'w').close()"


class ByReduce:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def instruction(name: str) -> bytes:
    return b"c" + name.replace(" ", "\n").encode() + b"\n"


# Pickles that leave the witness, by what they do it with.
RUNS = {
    "REDUCE os.system": pickle.dumps({"weight": ByReduce(os.system, COMMAND)}, 2),
    "REDUCE builtins.eval": pickle.dumps(ByReduce(eval, CODE), 2),
    "REDUCE builtins.exec, protocol 4": pickle.dumps([ByReduce(exec, CODE)], 4),
    "REDUCE subprocess.call": pickle.dumps(ByReduce(subprocess.call, ["touch", WITNESS]), 2),
    "REDUCE open": pickle.dumps(ByReduce(open, WITNESS, "w"), 2),
    "REDUCE of what getattr found": b"\x80\x02"
    + instruction("__builtin__ getattr") + instruction("os path") + text("os") + b"\x86R"
    + b"0" + instruction("__builtin__ eval") + text(CODE) + b"\x85R.",
    "protocol 0": f"cos\nsystem\n(S'{COMMAND}'\ntR.".encode(),
    "INST": f"(S'{COMMAND}'\nios\nsystem\n.".encode(),
    "OBJ": b"(" + instruction("os system") + text(COMMAND) + b"o.",
    "STACK_GLOBAL": b"\x80\x04" + text("os") + text("system") + b"\x93" + text(COMMAND) + b"\x85R.",
    "BUILD with a setstate": b"\x80\x02"
    + instruction("tests.test_hostile Opener") + b")\x81" + text(WITNESS) + b"b.",
    "NEWOBJ": b"\x80\x02" + instruction("tests.test_hostile Maker") + text(WITNESS) + b"\x85\x81.",
    "NEWOBJ_EX": b"\x80\x04" + instruction("tests.test_hostile Maker") + text(WITNESS) + b"\x85}\x92.",
    "memo": b"\x80\x02" + instruction("os system") + b"q\x000h\x00" + text(COMMAND) + b"\x85R.",
    "a name with dots": b"\x80\x04" + text("os") + text("path.os.system") + b"\x93" + text(COMMAND) + b"\x85R.",
}  # fmt: skip


class Opener:
    def __setstate__(self, state):
        Path(state).touch()


class Maker:
    def __new__(cls, path):
        Path(path).touch()
        return object.__new__(cls)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", RUNS)
def test_the_attack_works_on_pickle(name):
    """Otherwise the next test would prove nothing."""
    pickle.loads(RUNS[name])
    assert Path(WITNESS).exists()


@pytest.mark.parametrize("form", [zipped, streamed])
@pytest.mark.parametrize("name", RUNS)
def test_nothing_runs(name, form):
    with pytest.raises(pickle.UnpicklingError) as raised:
        minigrad.load(form(RUNS[name]))
    assert not Path(WITNESS).exists()
    assert "Unsupported global: GLOBAL" in str(raised.value) or "Unsupported operand" in str(raised.value)


@pytest.mark.parametrize("place", range(5))
def test_nothing_runs_in_any_pickle_of_a_stream(place):
    parts = [pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, {}, {}, [])]
    parts[place] = RUNS["REDUCE os.system"]
    with pytest.raises(pickle.UnpicklingError, match=r"GLOBAL posix\.system"):
        minigrad.load(io.BytesIO(b"".join(parts)))
    assert not Path(WITNESS).exists()


@pytest.mark.parametrize(
    ("pickled", "named"),
    [
        (pickle.dumps(ByReduce(os.system, COMMAND), 2), "posix.system"),
        (b"\x80\x02" + instruction("__builtin__ eval") + b".", "builtins.eval"),
        (b"\x80\x02" + instruction("numpy.core.multiarray scalar") + b".", "numpy.core.multiarray.scalar"),
        (b"\x80\x02" + instruction("torch.storage _load_from_bytes") + b".", "torch.storage._load_from_bytes"),
        (b"\x80\x02" + instruction("minigrad.copying _rebuild") + b".", "minigrad.copying._rebuild"),
        (b"\x80\x02" + instruction("collections OrderedDict.fromkeys") + b".", "collections.OrderedDict.fromkeys"),
        (b"\x80\x02" + instruction("torch ComplexFloatStorage") + b".", "torch.ComplexFloatStorage"),
        (b"\x80\x02" + instruction("torch uint16") + b".", "torch.uint16"),
    ],
)
def test_the_message_names_what_it_refuses_and_says_what_to_do(pickled, named):
    with pytest.raises(pickle.UnpicklingError) as raised:
        minigrad.load(zipped(pickled))
    message = str(raised.value)
    assert message.startswith(f"Weights only load failed: Unsupported global: GLOBAL {named} was not an allowed global")
    assert "torch.save(model.state_dict(), path)" in message


@pytest.mark.parametrize(
    ("why", "pickled"),
    [
        # calls of what is no name of the table
        ("call", b"]" + b")R."),
        ("call", text("os.system") + b")R."),
        ("call a class that is an argument only", instruction("torch Tensor") + b")R."),
        ("call a dtype", instruction("torch float32") + b")R."),
        ("call with a list", instruction("collections OrderedDict") + b"]R."),
        ("call a storage", storage() + b")R."),
        # names that are left over
        ("alone", instruction("torch._utils _rebuild_tensor_v2") + b"."),
        ("in a list", b"]" + instruction("torch Tensor") + b"a."),
        ("in a dict", b"}K\x01" + instruction("torch FloatStorage") + b"s."),
        # states and items for what has none
        ("a storage by itself", storage() + b"."),
        ("a storage in a list", b"]" + storage() + b"a."),
        ("state of a list", b"]}b."),
        ("state of a name", instruction("torch Tensor") + b"}b."),
        ("hide a method", instruction("collections OrderedDict") + b")R}" + text("items") + b"K\x01sb."),
        ("hide a method of a tensor", tensor(storage()) + b"}" + text("sum") + b"K\x01sb."),
        ("special attribute", instruction("collections OrderedDict") + b")R}" + text("__class__") + b"K\x01sb."),
        ("slots", instruction("collections OrderedDict") + b")R}}" + b"\x86b."),
        ("append to a tensor", tensor(storage()) + b"K\x01a."),
        ("items of a list", b"]K\x01K\x02s."),
        ("add to a list", b"](K\x01\x90."),
        # persistent ids that are no storage
        ("a module", b"(" + text("module") + instruction("torch Tensor") + text("x") + text("y") + b"tQ."),
        ("a number", b"K\x01Q."),
        ("a storage of no type", b"(" + text("storage") + text("os") + text("0") + text("cpu") + b"K\x01tQ."),
        ("protocol 0", b"P0\n."),
        # rebuilding with others' functions
        (
            "another function",
            instruction("torch._tensor _rebuild_from_type_v2")
            + b"(" + instruction("torch Size") + instruction("torch Tensor") + b")}tR.",
        ),
        (
            "a function that is none",
            instruction("torch._tensor _rebuild_from_type_v2") + b"(" + text("os.system") + text("x") + b")}tR.",
        ),
        # extension registry, buffers
        ("EXT1", b"\x82\x01."),
        ("NEXT_BUFFER", b"\x97."),
        # keys that would be hashed without end
        ("deep key", b"}" + b"K\x01" + b"\x85" * 100_000 + b"K\x02s."),
        ("a list as a key", b"}]K\x02s."),
        # stacks that are not there
        ("empty stack", b"."),
        ("no mark", b"t."),
        ("no memo", b"h\x05."),
        ("nothing", b""),
        ("wrong arguments", instruction("torch._utils _rebuild_parameter") + b")R."),
        ("negative put", b"Nr\xff\xff\xff\xff."[:-1]),
    ],
)  # fmt: skip
def test_tricks_are_refused(why, pickled):
    with pytest.raises(pickle.UnpicklingError):
        minigrad.load(zipped(b"\x80\x02" + pickled, _0=b"\0" * 8))
    assert not Path(WITNESS).exists()


def test_only_storages_are_persistent():
    """Another kind is refused, even if it has all that a storage has."""
    pickled = b"\x80\x02" + storage().replace(text("storage"), text("module")) + b"."
    with pytest.raises(pickle.UnpicklingError, match="Only persistent_load of storage is allowed"):
        minigrad.load(zipped(pickled, _0=b"\0" * 8))


def test_lengths_that_lie_take_no_memory():
    """A memo index, a string or a number that claims gigabytes: the machine believes none of them."""
    for pickled in (
        b"\x80\x02Nr\xff\xff\xff\x7f.",
        b"\x80\x02X\xff\xff\xff\x7fabc",
        b"\x80\x04\x8d" + (2**40).to_bytes(8, "little") + b"abc",
        b"\x80\x02\x8b\xff\xff\xff\x7fabc",
        b"\x80\x04\x95" + (2**40).to_bytes(8, "little") + b"N.",
    ):
        tracemalloc.start()
        with suppress(pickle.UnpicklingError):
            assert minigrad.load(zipped(pickled)) is None
        assert tracemalloc.get_traced_memory()[1] < 10**6
        tracemalloc.stop()


def test_a_bomb_of_references_stays_small():
    """Lists of lists of lists, each ten times the one before: ten references each, not ten copies."""
    pickled = b"\x80\x02]q\x00" + b"".join(
        b"]" + b"h%c" % i * 0 + b"(" + b"h%c" % i * 10 + b"eq%c" % (i + 1) for i in range(30)
    )
    tracemalloc.start()
    found = minigrad.load(zipped(pickled + b"."))
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()
    assert len(found) == 10 and found[0] is found[9]


def test_deep_nesting_does_not_overflow():
    found = minigrad.load(zipped(b"\x80\x02]" + b"\x85" * 200_000 + b"."))
    for _ in range(200_000):
        [found] = found
    assert found == []


def test_loading_imports_nothing():
    """Looking a name up must not import its module: importing runs code."""
    file = Path("evil.pt")
    file.write_bytes(zipped(b"\x80\x02" + instruction("antigravity fly") + b".").getvalue())
    code = (
        "import sys, minigrad, pickle\n"
        "try:\n    minigrad.load('evil.pt')\nexcept pickle.UnpicklingError as error:\n    print(error)\n"
        "print('antigravity' in sys.modules, 'torch' in sys.modules)"
    )
    root = str(Path(minigrad.__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": root}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "GLOBAL antigravity.fly" in done.stdout and done.stdout.endswith("False False\n")


def test_names_in_the_archive_are_no_paths(tmp_path):
    """Nothing is unpacked, so that a record called `../witness.txt` stays where it is."""
    file = zipped(pickle.dumps(1, 2), root="..", **{f"../../{WITNESS}": b"x"})
    assert minigrad.load(file) == 1
    assert not list(tmp_path.rglob(WITNESS)) and not list(tmp_path.parent.glob(WITNESS))


def test_integers_are_read_exactly():
    assert minigrad.load(zipped(b"\x80\x02" + integer(-(2**70)) + b".")) == -(2**70)
