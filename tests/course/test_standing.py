"""What is done and what is open: shown in the learner's copy, and a lesson given back from there."""

from html.parser import HTMLParser

import pytest

from course import build
from minigrad.course import copies, overview, reset
from minigrad.course.progress import NAME, Progress, Record
from minigrad.course.standing import NO_COPY, title_of

FIRST = "00_start_here.ipynb"


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A learner's copy as the current folder: one exercise solved, one tried."""
    copies.start(tmp_path)
    Progress(tmp_path).keep("00.1", Record(solved=True, tries=2))
    Progress(tmp_path).keep("00.2", Record(tries=1))
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Tags(HTMLParser):
    """The opening tags of a text, each of which is closed."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.found if name == tag]


def test_text_says_what_is_solved_tried_and_open(copy):
    first, second, *_ = lines = repr(overview()).splitlines()
    assert first.split() == ["00", "Start", "here", "1", "of", "2", "✓", "00.1", "✗", "00.2"]
    assert "○ 01.1" in second and " 0 of " in second
    assert lines[-2].startswith("1 of ") and lines[-2].endswith("exercises solved. Go on with 00 Start here.")
    assert lines[-1] == "✓ solved, ✗ tried, not yet right, ○ open."


def test_the_next_lesson_is_the_first_with_something_open(copy):
    Progress(copy).keep("00.2", Record(solved=True, tries=2))
    assert "Go on with 01 Slopes by nudging." in repr(overview())
    for lesson in overview().lessons:
        for exercise_id in lesson.records:
            Progress(copy).keep(exercise_id, Record(solved=True, tries=1))
    assert "Go on" not in repr(overview()) and "All is done" in repr(overview())
    assert "All is done" in overview()._repr_html_()


def test_html_says_the_same_in_words_for_those_who_do_not_see_it(copy):
    html = overview()._repr_html_()
    tags = Tags(html)
    signs = tags.all("span")
    said = [sign["aria-label"] for sign in signs if sign.get("role") == "img"]
    assert said[:3] == ["solved", "tried, not yet right", "open"]
    lessons = [path.name for path in sorted(build.COURSE.glob("[0-9][0-9]_*.ipynb"))]
    assert [link["href"] for link in tags.all("a")] == [FIRST, *lessons]  # the caption says where to go on
    assert all((copy / link["href"]).exists() for link in tags.all("a"))
    assert {head["scope"] for head in tags.all("th")} == {"col", "row"} and len(tags.all("caption")) == 1
    for exercise_id in ("00.1", "01.1", "04.4"):
        assert exercise_id in html


def test_nothing_is_shown_and_nothing_written_where_no_copy_is(tmp_path, monkeypatch, capsys):
    copies.start(tmp_path / "work")  # somebody's copy below the lessons changes nothing
    kept = (tmp_path / "work" / FIRST).read_bytes()
    monkeypatch.chdir(tmp_path)
    assert repr(overview()) == NO_COPY and overview()._repr_html_() is None
    reset("00")
    assert capsys.readouterr().out == NO_COPY + "\n"
    assert [path.name for path in tmp_path.iterdir()] == ["work"]
    assert (tmp_path / "work" / FIRST).read_bytes() == kept


def test_looking_writes_nothing(copy):
    before = {path.name: path.stat().st_mtime_ns for path in copy.iterdir()}
    repr(overview()), overview()._repr_html_()
    assert {path.name: path.stat().st_mtime_ns for path in copy.iterdir()} == before


@pytest.mark.parametrize("lesson", ["00", 0, "0"])
def test_a_lesson_is_given_back_and_what_was_written_is_kept(copy, capsys, lesson):
    new = (copy / FIRST).read_bytes()
    written = new.replace(b"a_grad = ...", b"a_grad = [9, 36]")
    assert written != new
    (copy / FIRST).write_bytes(written)
    reset(lesson)
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("what you wrote is now 00_start_here.mine.ipynb") and second.endswith("given back as new")
    assert (copy / FIRST).read_bytes() == new
    assert (copy / "00_start_here.mine.ipynb").read_bytes() == written
    assert "○ 00.1 ○ 00.2" in repr(overview())


def test_a_lesson_that_does_not_exist_is_said(copy, capsys):
    reset("77")
    assert capsys.readouterr().out.startswith("✗ There is no lesson 77. There are: 00, 01")


@pytest.mark.parametrize("broken", ["", '{"exercises": 3}', '{"exercises": {"00.1": "solved"}}'])
def test_a_broken_file_counts_as_nothing_done(copy, broken):
    (copy / NAME).write_text(broken, "utf-8")
    assert "✓ 00" not in repr(overview()) and "○ 00.1" in repr(overview())
    assert (copy / NAME).read_text("utf-8") == broken


def test_titles():
    for name, content in copies.lessons().items():
        assert title_of(name, content).startswith(name[:2] + " ")
    assert title_of("00_start_here.ipynb", b'{"cells": [{"source": ["x = 1"]}]}') == "00 start here"


def test_the_start_notebook_shows_it_in_a_learners_copy(copy):
    notebook = build.read_source(build.COURSE / "src" / "00_start_here.py")
    [cell] = [cell for cell in notebook.cells if cell.cell_type == "code" and "overview()" in cell.source]
    notebook.cells = [cell]  # it needs no other
    [output] = build.execute(notebook, copy).cells[0].outputs
    assert "✓ 00.1 ✗ 00.2" in output.data["text/plain"]
    assert "<caption" in output.data["text/html"]
