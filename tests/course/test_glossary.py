"""course/glossary.md: each term once, in order, and the section that it names exists and introduces it."""

from __future__ import annotations

import re
from typing import NamedTuple

import nbformat
import pytest

from course import build

PAGE = (build.COURSE / "glossary.md").read_text("utf-8")
FILES = sorted(build.COURSE.glob("[0-9][0-9]_*.ipynb"))
ROW = re.compile(
    r"\| (?P<term>\*\*.+?) \| (?P<meaning>.+) \| \[(?P<number>\d\d)\]\((?P<file>[^)]+)\) “(?P<heading>.+)” \|"
)


class Row(NamedTuple):
    """A term, its other forms included; what it means; the lesson's file, and the section."""

    term: str
    meaning: str
    number: str
    file: str
    heading: str

    @property
    def bold(self) -> list[str]:
        """The forms that the section sets in bold."""
        return re.findall(r"\*\*(.+?)\*\*", self.term)


def rows(text: str) -> list[Row]:
    """All rows of the page."""
    return [Row(*match.groups()) for match in ROW.finditer(text)]


def sections(file: str) -> dict[str, str]:
    """The text of each of a lesson's sections, by heading; its outset has none."""
    notebook = nbformat.read(build.COURSE / file, as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    text = re.sub(r"```.*?```", " ", text, flags=re.S)
    first, *others = re.split(r"^## ", text, flags=re.M)
    return {"": first} | {part.partition("\n")[0].strip(): part for part in others}


COURSE = [(path.name, heading, text) for path in FILES for heading, text in sections(path.name).items()]


def uses(text: str, form: str) -> bool:
    """Whether a text has the word, in whatever case; one line break counts as a space."""
    return re.search(rf"(?<!\w){re.escape(form)}(?!\w)", re.sub(r"\s+", " ", text), re.I) is not None


def problems(row: Row) -> list[str]:
    """What is wrong with one row."""
    if not row.file.startswith(f"{row.number}_") or not (build.COURSE / row.file).exists():
        return [f"{row.term}: there is no lesson {row.file}"]
    places = [(file, heading) for file, heading, _ in COURSE]
    if (row.file, row.heading) not in places:
        return [f"{row.term}: lesson {row.number} has no “{row.heading}”"]
    at = places.index((row.file, row.heading))
    found = [f"{form}: not in “{row.heading}”" for form in row.bold if not uses(COURSE[at][2], form)]
    for file, heading, text in COURSE[:at]:
        found += [f"{form}: bold before, in {file} “{heading}”" for form in row.bold if f"**{form}**" in text]
    return found


@pytest.mark.parametrize("row", rows(PAGE), ids=lambda row: row.term)
def test_the_section_introduces_the_term(row):
    assert problems(row) == []


def test_every_row_is_read_and_each_term_stands_once_in_order():
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    terms = [row.bold[0].lower() for row in rows(PAGE)]
    assert len(terms) == len(lines) - 2 > 40
    assert terms == sorted(set(terms))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (Row("**leaves**", "", "00", "00_start_here.ipynb", "In kode"), "has no “In kode”"),
        (Row("**leaves**", "", "00", "01_start_here.ipynb", "In code"), "no lesson"),
        (Row("**leaves**", "", "77", "77_start_here.ipynb", "In code"), "no lesson"),
        (Row("**strides**", "", "00", "00_start_here.ipynb", "In code"), "not in “In code”"),
        (Row("**tensor**", "", "02", "02_tensors_that_remember.ipynb", "One input is enough"), "bold before"),
    ],
)
def test_a_wrong_row_is_noticed(row, says):
    (problem,) = problems(row)
    assert says in problem


@pytest.mark.parametrize("page", ["README.md", "course/00_start_here.ipynb"])
def test_it_is_linked(page):
    assert re.search(r"\]\((course/)?glossary\.md\)", (build.COURSE.parent / page).read_text("utf-8"))
