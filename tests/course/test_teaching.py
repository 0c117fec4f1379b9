"""docs/teaching.md: its table has every lesson, with the time and the pitfalls that the course itself names."""

import re

from course import build
from minigrad.course import copies
from tests.course.test_exercises import rows as pitfalls

PAGE = (build.COURSE.parent / "docs" / "teaching.md").read_text("utf-8")
ROW = re.compile(r"\| (\d\d) ([^|]+) \| (\d+) \| ([^|]+) \|")
LESSONS = {name[:2]: name for name in copies.lessons()}


def table() -> dict[str, tuple[str, int, list[str]]]:
    """Title, minutes and pitfalls of each lesson, as the page has them."""
    return {
        number: (title, int(minutes), re.findall(r"M\d\d", ids)) for number, title, minutes, ids in ROW.findall(PAGE)
    }


def source(number: str) -> str:
    return next((build.COURSE / "src").glob(f"{number}_*.py")).read_text("utf-8")


def test_every_lesson_has_its_row():
    assert set(LESSONS) <= set(table()) and len(table()) == 17
    for number in LESSONS:
        assert f"# # {number} {table()[number][0]}\n" in source(number)


def test_times_are_those_that_the_lessons_name():
    for number in LESSONS:
        said = re.search(r"takes about (\d+) minutes|In (ten) minutes", source(number))
        assert table()[number][1] == (10 if said[2] else int(said[1])), number
    assert abs(sum(minutes for _, minutes, _ in table().values()) - 12 * 60) < 30


def test_pitfalls_are_those_of_the_misconceptions():
    wanted: dict[str, list[str]] = {number: [] for number in table()}
    for pitfall, _, _, lesson, _ in pitfalls():
        wanted[lesson].append(pitfall)
    assert {number: ids for number, (_, _, ids) in table().items()} == wanted


def test_what_it_names_exists():
    for name in re.findall(r"`((?:course|minigrad)/[\w/.]+)`", PAGE):
        assert (build.COURSE.parent / name).exists(), name
    start = source("00")
    assert "## Where you stand" in start and 'reset("04")' in start
