"""The examples in docstrings run, and print what they say."""

import doctest
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import minigrad

MODULES = sorted(m.name for m in walk_packages(minigrad.__path__, "minigrad.") if not m.name.endswith("__main__"))
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

OUTSIDE = {"__name__": "__main__", "__package__": None}


def has_example(module: str) -> bool:
    path = Path(minigrad.__path__[0]).parent.joinpath(*module.split("."))
    source = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
    return ">>> " in source.read_text("utf-8")


@pytest.mark.parametrize("name", [name for name in ["minigrad", *MODULES] if has_example(name)])
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # As a user would run them: outside the package, so that names and places are theirs.
    result = doctest.testmod(import_module(name), optionflags=FLAGS, extraglobs=OUTSIDE)
    assert result.attempted > 0
    assert result.failed == 0
