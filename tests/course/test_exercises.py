"""Each exercise tells its right answer, its known mistakes and no answer apart, in the lesson itself."""

import re
import warnings
from pathlib import Path

import pytest

from course import build
from minigrad.course import check
from minigrad.course.checking import forget
from minigrad.course.exercises import every, find, lesson_numbers, of_lesson
from tests.course.play import every_answer, exercise_at, play, source_of

EXERCISES = list(every())
MISCONCEPTIONS = Path(build.COURSE.parent / "docs" / "misconceptions.md").read_text("utf-8")
by_id = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lesson")


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    forget()


def line_of(capsys) -> str:
    """The one line that was printed."""
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.endswith("\n") and printed.out.count("\n") == 1, printed.out
    return printed.out.rstrip("\n")


@pytest.mark.parametrize(("exercise_id", "name"), every_answer())
def test_answer_in_its_lesson(exercise_id, name, empty_folder):
    exercise = find(exercise_id)
    outputs = play(exercise_id[:2], empty_folder)[exercise_id, name]
    assert [output.output_type for output in outputs] == ["stream"], outputs
    line = outputs[0].text
    assert line.count("\n") == 1
    if name == "stub":
        assert line.startswith("○ not yet: ")
    elif name == "solution":
        assert line == f"✓ {exercise.praise}\n"
    else:
        assert line == f"✗ {exercise.hint_for(name)}\n"


@pytest.mark.parametrize("number", lesson_numbers())
def test_lesson_has_its_exercises_as_stubs(number):
    cells = build.read_source(source_of(number)).cells
    found = [(exercise_at(cell), cell.source) for cell in cells if exercise_at(cell)]
    assert [exercise.id for exercise, _ in found] == [exercise.id for exercise in of_lesson(number)]
    for exercise, source in found:
        assert source.strip() == exercise.stub.strip()


@by_id
def test_enough_mistakes_each_with_its_own_hint(exercise):
    assert len(exercise.mistakes) >= 3
    hints = [mistake.hint for mistake in exercise.mistakes] + [exercise.hint, exercise.second_hint, exercise.praise]
    assert len(set(hints)) == len(hints)
    assert not any("\n" in hint for hint in hints)
    assert len({mistake.name for mistake in exercise.mistakes}) == len(exercise.mistakes)


@by_id
def test_pitfalls_are_listed(exercise):
    for mistake in exercise.mistakes:
        assert not mistake.pitfall or f"| {mistake.pitfall} |" in MISCONCEPTIONS


class Hostile:
    """Whatever is asked of it, it raises."""

    def __getattr__(self, name):
        raise RuntimeError(f"no {name}\nat all")

    def __repr__(self):
        raise RuntimeError("not even that")


def _loud(*_):
    print("loud")
    warnings.warn("louder", stacklevel=1)
    raise ZeroDivisionError("division by\nzero")


@pytest.mark.filterwarnings("ignore:louder")
@by_id
@pytest.mark.parametrize(
    "answer",
    ["x", 3, float("nan"), object(), (), (1, 2, 3), {}, _loud, Hostile(), lambda x: x, [[1.0], 2.0]],
    ids=lambda answer: type(answer).__name__,
)
def test_nonsense_is_never_right_and_never_raises(exercise, answer, capsys):
    check(exercise.id, answer)
    line = line_of(capsys)
    assert line[0] in "○✗"
    assert not re.search(r"0x[0-9a-f]{4}", line)


@by_id
def test_no_answer_is_not_yet(exercise, capsys):
    for nothing in [None, ...]:
        check(exercise.id, nothing)
        assert line_of(capsys).startswith("○ not yet: ")


def test_unknown_exercise(capsys):
    for name in ["99.1", "00.99", "", None, "x\ny"]:
        check(name, 1)
        assert line_of(capsys).startswith("✗ there is no exercise")


def test_hints_go_on_from_try_to_try(capsys):
    exercise = find("00.2")
    lost_minus, swapped = ([9, 36], [10, 2]), ([-10, -2], [9, 36])
    lines = []
    for answer in [lost_minus, lost_minus, swapped, ([9, 36], [-10, -2])]:
        check("00.2", answer)
        lines.append(line_of(capsys))
    assert lines[0] == f"✗ {exercise.hint_for('the minus sign is lost')}"
    assert lines[1] == f"✗ {exercise.second_hint}"
    assert lines[2] == f"✗ {exercise.hint_for('a and b swapped')} Solution: solutions/00.ipynb"
    assert lines[3].startswith("✓")
    assert (build.COURSE / "solutions" / "00.ipynb").exists()


def rows() -> list[list[str]]:
    return [
        [part.strip() for part in line.strip("|").split("|")]
        for line in MISCONCEPTIONS.splitlines()
        if line.startswith("| M")
    ]


def test_misconceptions_name_exercises_that_have_their_hint():
    assert [row[0] for row in rows()] == [f"M{number:02d}" for number in range(1, len(rows()) + 1)]
    for pitfall, _, _, lesson, named in rows():
        exercise = find(named)
        assert exercise is not None and named.startswith(lesson), f"{pitfall}: which exercise of lesson {lesson}?"
        assert pitfall in {mistake.pitfall for mistake in exercise.mistakes}, f"{named} has no hint for {pitfall}"
