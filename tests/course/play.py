"""Play a lesson as learners would: run it in a kernel with every known answer in place of each exercise's cell."""

from functools import cache
from pathlib import Path

import nbformat

from course import build
from minigrad.course.exercises import Exercise, find, of_lesson

FORGET = "from minigrad.course.checking import forget; forget()"


def source_of(number: str) -> Path:
    return next((build.COURSE / "src").glob(f"{number}_*.py"))


def exercise_at(cell) -> Exercise | None:
    """The exercise whose answer a cell takes."""
    ids = [tag.removeprefix("exercise-") for tag in cell.metadata.get("tags", []) if tag.startswith("exercise-")]
    return find(ids[0]) if ids else None


def answers(exercise: Exercise) -> list[tuple[str, str]]:
    """Name and code of each known answer. The solution comes last, since the lesson may go on with it."""
    return [("stub", exercise.stub), *((m.name, m.code) for m in exercise.mistakes), ("solution", exercise.solution)]


@cache
def play(number: str, folder: Path) -> dict[tuple[str, str], list]:
    """(exercise id, name of the answer) → outputs of its cell. The whole lesson runs once, in one kernel."""
    lesson = build.read_source(source_of(number))
    cells, places = [], {}
    for cell in lesson.cells:
        exercise = exercise_at(cell)
        if exercise is None:
            cells.append(cell)
            continue
        for name, code in answers(exercise):
            cells.append(nbformat.v4.new_code_cell(FORGET))
            places[exercise.id, name] = len(cells)
            cells.append(nbformat.v4.new_code_cell(code))
    lesson.cells = cells
    lesson = build.execute(lesson, folder)
    return {key: lesson.cells[index].outputs for key, index in places.items()}


def every_answer() -> list[tuple[str, str]]:
    """All (exercise id, name of an answer), for parametrized tests."""
    from minigrad.course.exercises import lesson_numbers

    return [(exercise.id, name) for n in lesson_numbers() for exercise in of_lesson(n) for name, _ in answers(exercise)]
