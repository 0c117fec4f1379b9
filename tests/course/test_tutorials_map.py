"""docs/tutorials.md: each place in the course that it names exists, and no program of the tutorials is left out."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorials.md"
LESSONS = {path.name[:2]: path for path in sorted((ROOT / "course").glob("[0-9][0-9]_*.ipynb"))}
PLACE = re.compile(r"(?P<lesson>\d\d)(?: “(?P<heading>[^”]+)”)?")


class Row(NamedTuple):
    """A program or claim of a tutorial, the places in the course, and the tests of the program."""

    what: str
    places: str
    tests: list[str]


def rows(text: str) -> list[Row]:
    """All rows of the page's tables."""
    cells = [line.strip("|").split(" | ") for line in text.splitlines() if re.match(r"\| (?!the tutorial|---)", line)]
    return [Row(what.strip(), places, re.findall(r"`(\w+)`", tests)) for what, places, tests in cells]


def problems(text: str) -> list[str]:
    """What is wrong with the places that the page names."""
    found = []
    for what, places, _ in rows(text):
        named = list(PLACE.finditer(places))
        if not named or re.sub(r"[\s,]", "", PLACE.sub("", places)):
            found.append(f"{what}: no place, or another text, in {places!r}")
        for lesson, heading in (place.group("lesson", "heading") for place in named):
            if lesson not in LESSONS:
                found.append(f"{what}: there is no lesson {lesson}")
            elif heading is None:
                found.append(f"{what}: where in lesson {lesson}?")
            elif heading not in headings(lesson):
                found.append(f"{what}: lesson {lesson} has no “{heading}”")
    return found


def headings(lesson: str) -> set[str]:
    """The headings of a lesson's cells."""
    notebook = nbformat.read(LESSONS[lesson], as_version=4)
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return {line.lstrip("#").strip() for text in texts for line in text.splitlines() if re.match(r"##+ ", line)}


def programs() -> set[str]:
    """The names of the tests in tests/tutorials."""
    files = sorted((ROOT / "tests" / "tutorials").glob("test_*.py"))
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    found = [node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {name for name in found if name.startswith("test_")}


def test_each_place_exists():
    assert problems(PAGE.read_text(encoding="utf-8")) == []


def test_no_program_is_left_out_and_no_test_is_made_up():
    named = {test for row in rows(PAGE.read_text(encoding="utf-8")) for test in row.tests}
    assert named == programs()


@pytest.mark.parametrize(
    "places, says",
    [
        ("10 “Leafs”", "has no “Leafs”"),
        ("10", "where in lesson 10?"),
        ("17 “Leaves”", "no lesson 17"),
        ("soon", "no place"),
        ("10 “Leaves” and so on", "another text"),
    ],
)
def test_a_place_that_does_not_exist_is_noticed(places, says):
    (problem,) = problems(f"| a claim | {places} | `test_x` |")
    assert says in problem
