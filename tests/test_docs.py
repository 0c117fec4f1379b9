"""The API reference: it builds without a warning, and nothing that users call is missing from it."""

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

import minigrad

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))
reference = import_module("reference")
ROOMS = ["minigrad", *(module for _, modules in reference.ROOMS.values() for module in modules)]


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_says_what_it_is(room):
    module = import_module(room)
    silent = [name for name, thing in reference.public(module) if not (inspect.getdoc(thing) or "").strip()]
    assert silent == []


def test_every_method_of_a_tensor_says_what_it_does():
    methods = [name for name in dir(minigrad.Tensor) if not name.startswith("_") and name != "array"]
    silent = [name for name in methods if not (inspect.getdoc(getattr(minigrad.Tensor, name)) or "").strip()]
    assert silent == []


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The pages, built from a copy of their sources: the build writes beside them."""
    folder = tmp_path_factory.mktemp("pages") / "docs"
    for path in [*(ROOT / "docs").glob("*.*"), *(ROOT / "figures").glob("*.*")]:
        copy = folder.parent / path.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        str(folder),
        str(folder / "out"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "out"


def test_the_reference_is_whole(built):
    with (built / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, path: path)
    found = {name for kind, objects in inventory.items() if kind.startswith("py:") for name in objects}
    for name, thing in reference.public(minigrad):
        assert f"minigrad.{name}" in found, name
        assert thing is not None
    assert {"minigrad.nn.Conv2d", "minigrad.optim.Optimizer.step", "minigrad.nn.functional.conv2d"} <= found


def test_a_name_without_a_page_would_be_noticed(built):
    page = (built / "api" / "operations.html").read_text("utf-8")
    assert 'id="minigrad.einsum"' in page and "Products of tensors, summed over subscripts." in page
    assert 'id="minigrad.no_such_name"' not in page
