"""Where a learner stands: which exercises are solved and which are open, as text and as a table for a notebook."""

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path

from minigrad.course import copies
from minigrad.course.exercises import lesson_numbers, of_lesson
from minigrad.course.progress import Progress, Record

SOLVED, TRIED, OPEN = ("✓", "solved"), ("✗", "tried, not yet right"), ("○", "open")
NO_COPY = "○ No progress is kept here, since this is not your own copy of the lessons. Make one: "
NO_COPY += "run %run -m minigrad.course start in a cell, then open work/00_start_here.ipynb."


@dataclass(frozen=True)
class Lesson:
    """A lesson of the learner's copy: its file, its title, and what is known about each of its exercises."""

    file: str
    title: str
    records: dict[str, Record]

    @property
    def solved(self) -> int:
        """How many of its exercises are solved."""
        return sum(record.solved for record in self.records.values())

    @property
    def done(self) -> bool:
        """Whether all of its exercises are solved."""
        return self.solved == len(self.records)


class Overview:
    """What `overview` returns: JupyterLab shows a table, a terminal lines. `lessons` is None where there is no copy."""

    def __init__(self, lessons: list[Lesson] | None):
        self.lessons = lessons

    def __repr__(self) -> str:
        return NO_COPY if self.lessons is None else "\n".join([*self.lines(), "", *self.summary()])

    def lines(self) -> list[str]:
        """One line for each lesson."""
        lessons = self.lessons or []
        width = max((len(lesson.title) for lesson in lessons), default=0)
        return [
            f"{lesson.title:<{width}}  {lesson.solved} of {len(lesson.records)}   "
            + " ".join(f"{sign_of(record)[0]} {exercise_id}" for exercise_id, record in lesson.records.items())
            for lesson in lessons
        ]

    def summary(self) -> list[str]:
        """How much is solved, where to go on, and what the signs mean."""
        lessons = self.lessons or []
        solved, all_of_them = sum(one.solved for one in lessons), sum(len(one.records) for one in lessons)
        following = self.following()
        return [
            f"{solved} of {all_of_them} exercises solved. "
            + (f"Go on with {following.title}." if following else "All is done: well done."),
            ", ".join(f"{sign} {meaning}" for sign, meaning in (SOLVED, TRIED, OPEN)) + ".",
        ]

    def following(self) -> Lesson | None:
        """The first lesson in which an exercise is open."""
        return next((lesson for lesson in self.lessons or [] if not lesson.done), None)

    def _repr_html_(self) -> str | None:
        if self.lessons is None:
            return None
        rows = "".join(_row(lesson) for lesson in self.lessons)
        heads = "".join(f'<th scope="col" style="{_LEFT}">{head}</th>' for head in ("Lesson", "Solved", "Exercises"))
        said, signs = (escape(line) for line in self.summary())
        following = self.following()
        if following:
            said = said.replace(escape(following.title), _link(following))
        return (
            f'<table><caption style="{_LEFT}">{said}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table><p>{signs}</p>"
        )


_LEFT = "text-align: left"


def _row(lesson: Lesson) -> str:
    marks = " &emsp;".join(
        f'<span style="white-space: nowrap">{_sign(*sign_of(record))} {exercise_id}</span>'
        for exercise_id, record in lesson.records.items()
    )
    return (
        f'<tr><th scope="row" style="{_LEFT}; font-weight: normal">{_link(lesson)}</th>'
        f'<td style="{_LEFT}; white-space: nowrap">{lesson.solved} of {len(lesson.records)}</td>'
        f'<td style="{_LEFT}">{marks}</td></tr>'
    )


def _link(lesson: Lesson) -> str:
    return f'<a href="{escape(lesson.file)}">{escape(lesson.title)}</a>'


def _sign(sign: str, meaning: str) -> str:
    return f'<span role="img" aria-label="{meaning}" title="{meaning}">{sign}</span>'


def sign_of(record: Record) -> tuple[str, str]:
    """The sign of an exercise, and what it means in words."""
    if record.solved:
        return SOLVED
    return TRIED if record.tries else OPEN


def standing(folder: Path) -> Overview:
    """Where the learner stands whose copy is `folder`. Only looks: nothing is written."""
    progress = Progress(folder)
    if not progress.exists():
        return Overview(None)
    with_exercises = lesson_numbers()
    kept = progress.read()["exercises"]
    return Overview(
        [
            Lesson(name, title_of(name, content), {one.id: Record.from_json(kept.get(one.id)) for one in exercises})
            for name, content in copies.lessons().items()
            if (exercises := of_lesson(name[:2]) if name[:2] in with_exercises else ())
        ]
    )


def title_of(name: str, notebook: bytes) -> str:
    """A lesson's number and title, as its first cell has them; else as its file is called."""
    first = "".join(json.loads(notebook)["cells"][0]["source"]).partition("\n")[0]
    return first.removeprefix("# ") if first.startswith("# ") else name.removesuffix(".ipynb").replace("_", " ")


def overview() -> Overview:
    """Show what is done and what is open in your copy of the lessons: the folder in which the notebook is.

    Examples
    --------
    >>> from minigrad.course import overview
    >>> overview()  # doctest: +SKIP
    00 Start here            2 of 2   ✓ 00.1 ✓ 00.2
    01 Slopes by nudging     0 of 3   ✗ 01.1 ○ 01.2 ○ 01.3
    """
    return standing(Path.cwd())


def reset(lesson: str | int) -> None:
    """Give a lesson of your copy back as new. What you wrote is kept in a file beside it; its exercises are open again.

    Parameters
    ----------
    lesson : str or int
        Its number, such as ``"04"`` or 4.

    Examples
    --------
    >>> from minigrad.course import reset
    >>> reset("04")  # doctest: +SKIP
    04_backward_node_by_node.ipynb: what you wrote is now 04_backward_node_by_node.mine.ipynb
    04_backward_node_by_node.ipynb: given back as new
    """
    folder = Path.cwd()
    try:
        lines = copies.reset(folder, str(lesson)) if Progress(folder).exists() else [NO_COPY]
    except LookupError as error:
        lines = [f"✗ {error}"]
    print("\n".join(lines))
