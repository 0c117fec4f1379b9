"""The form of a lesson: its seven parts in their order, and questions that are answered by a click."""

import re
from itertools import pairwise

import pytest

from course import build
from tests.course.play import exercise_at, source_of

PARTS = ["Two questions first", "A puzzle", "Play", "Exercise", "What PyTorch does", "In one breath"]
DETAILS = re.compile(r"<details><summary>(?P<answer>.+?)</summary>\n\n(?P<explanation>.+?)\n\n</details>", re.S)
# Lesson 00 teaches how to use a notebook; the seven parts begin with 01.
LESSONS = [
    number for path in sorted((build.COURSE / "src").glob("[0-9][0-9]_*.py")) if (number := path.name[:2]) > "00"
]
CAPSTONE = "16"  # six steps to an engine, and five broken notebooks
each_lesson = pytest.mark.parametrize("number", LESSONS)


def cells_of(number: str) -> list:
    return build.read_source(source_of(number)).cells


def texts(number: str) -> list[str]:
    """The lesson's text cells."""
    return [cell.source for cell in cells_of(number) if cell.cell_type == "markdown"]


def problems_of_order(headings: list[str]) -> list[str]:
    """Which parts are missing or stand too early."""
    places = {part: [i for i, heading in enumerate(headings) if heading.startswith(part)] for part in PARTS}
    missing = [f"there is no part “{part}”" for part, found in places.items() if not found]
    if missing:
        return missing
    return [f"“{b}” stands before “{a}”" for a, b in pairwise(PARTS) if places[b][0] < places[a][-1]]


def problems_of_question(cell: str) -> list[str]:
    """What is wrong with one question: a bold sentence that ends in ?, then answers of which one is right."""
    found = [match["explanation"] for match in DETAILS.finditer(cell)]
    right = [text for text in found if text.startswith("Yes.")]
    wrong = [text for text in found if text.startswith("Not quite")]
    problems = []
    if not re.search(r"^\*\*.+\?\*\*$", cell, re.M):
        problems.append("no question in bold")
    if cell.count("<details>") != len(found):
        problems.append("an answer is not <details><summary>answer</summary>, empty line, explanation, empty line")
    if len(right) != 1 or len(wrong) < 2 or len(right) + len(wrong) != len(found):
        problems.append("one answer begins with “Yes.”, two or more with “Not quite”")
    return problems


@each_lesson
def test_parts_in_order(number):
    headings = re.findall(r"^## (.+)$", "\n".join(texts(number)), re.M)
    assert problems_of_order(headings) == []


@each_lesson
def test_two_questions_are_answered_by_a_click(number):
    cells = texts(number)
    first = next(i for i, cell in enumerate(cells) if cell.startswith("## Two questions first"))
    for cell in cells[first : first + 2]:
        assert problems_of_question(cell) == []


@each_lesson
def test_length(number):
    words = sum(len(re.sub(r"<[^>]*>|```.*?```", " ", text, flags=re.S).split()) for text in texts(number))
    assert 1200 <= words <= 2000
    assert 2 <= sum(exercise_at(cell) is not None for cell in cells_of(number)) <= (7 if number == CAPSTONE else 4)


@each_lesson
def test_play_has_its_question_above_and_a_widget_below(number):
    cells = cells_of(number)
    at = next(i for i, cell in enumerate(cells) if re.search(r"^## Play", cell.source, re.M))
    assert re.search(r"^## Play\n\n\*\*.+\?\*\*", cells[at].source, re.M)
    assert cells[at + 1].cell_type == "code"


def test_a_wrong_form_is_noticed():
    assert problems_of_order(["A puzzle", *PARTS[2:]]) == ["there is no part “Two questions first”"]
    assert problems_of_order([PARTS[1], PARTS[0], *PARTS[2:]]) == ["“A puzzle” stands before “Two questions first”"]
    assert problems_of_order(["Two questions first", "A puzzle", "Two paths", *PARTS[2:]]) == []

    def answer(text):
        return f"<details><summary>one</summary>\n\n{text}\n\n</details>\n"

    good = "**Why?**\n\n" + answer("Yes. So.") + answer("Not quite: no.") + answer("Not quite. No.")
    assert problems_of_question(good) == []
    for bad in [
        good.replace("Yes", "Not quite"),
        good.replace("Not quite", "Yes", 1),
        good.replace("?", "."),
        good.replace("summary>\n\n", "summary>\n"),
    ]:
        assert problems_of_question(bad) != []
