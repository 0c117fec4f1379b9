"""The rooms of the house: arrows between them run one way."""

import ast
from pathlib import Path

import pytest

from minigrad.autograd.source import PACKAGES

ROOT = Path(__file__).parents[1]

# room → rooms that it must never import, at the top of a file or inside a function
FORBIDDEN = {
    "minigrad/backend.py": ["minigrad.tensor", "minigrad.autograd", "minigrad.ops", "minigrad.viz", "minigrad.course"],
    "minigrad/printing.py": ["minigrad.autograd", "minigrad.ops", "minigrad.viz", "minigrad.course"],
    "minigrad/autograd": ["minigrad.viz", "minigrad.course"],
    "minigrad/ops": ["minigrad.nn", "minigrad.optim", "minigrad.models", "minigrad.viz", "minigrad.course"],
    "minigrad/nn": ["minigrad.optim", "minigrad.models", "minigrad.viz", "minigrad.course"],
    "minigrad/optim": ["minigrad.models", "minigrad.viz", "minigrad.course"],
    "minigrad/models": ["minigrad.viz", "minigrad.course"],
    "minigrad/viz": ["minigrad.ops", "minigrad.course"],
    "course": ["tests", "benchmarks"],
    "minigrad": ["tests", "benchmarks", "course"],
}


def imported(path: Path) -> set[str]:
    """Full names of all modules that a file imports, anywhere in it."""
    package = list(path.relative_to(ROOT).parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("room", FORBIDDEN)
def test_arrows_run_down(room):
    place = ROOT / room
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    assert files
    for path in files:
        for name in imported(path):
            wrong = [other for other in FORBIDDEN[room] if (name + ".").startswith(other + ".")]
            assert not wrong, f"{path.relative_to(ROOT)} imports {name}"


def test_the_reader_of_imports_reads_all_kinds(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.test_rooms.ROOT", tmp_path)
    path = tmp_path / "minigrad" / "viz" / "x.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "import a.b\nfrom . import c\nfrom ..ops import d\ndef f():\n    from minigrad import ops\n", "utf-8"
    )
    assert {"a.b", "minigrad.viz.c", "minigrad.ops.d", "minigrad.ops"} <= imported(path)


def test_every_package_is_known_as_our_own():
    """Names and source lines are looked for in the first frame outside: a forgotten one would be the user's."""
    packages = {".".join(file.parent.relative_to(ROOT).parts) for file in (ROOT / "minigrad").rglob("__init__.py")}
    assert packages - PACKAGES == {"minigrad.course.exercises"}  # its judges make tensors like any user
    assert packages >= PACKAGES
