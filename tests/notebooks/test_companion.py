"""The companion of nbval: what it passes over is checked here, for each lesson."""

import os
from pathlib import Path

import pytest

from course import build
from tests.notebooks import companion

# The tamper test points this at copies that it has tampered with.
FOLDER = Path(os.environ.get("MINIGRAD_COURSE_FOLDER", build.COURSE))
NOTEBOOKS = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_each_source_has_its_notebook():
    sources = sorted(path.stem for path in (FOLDER / "src").glob("[0-9][0-9]_*.py"))
    assert sources == [path.stem for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_companion(path):
    assert companion.problems(path, build.read_source(FOLDER / "src" / f"{path.stem}.py")) == []


@pytest.mark.parametrize("path", sorted((FOLDER / "solutions").glob("*.ipynb")), ids=lambda path: path.stem)
def test_companion_of_solutions(path):
    assert companion.problems(path, build.solutions(path.stem)) == []
