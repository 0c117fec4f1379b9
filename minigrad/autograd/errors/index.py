"""Where the course meets each message, and the smallest program that makes it: read when `explain()` asks for it."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("index.toml")
FOLDERS = ("", "work")  # where a learner's copy of the lessons may be, seen from where they work


class Row(NamedTuple):
    """One message.

    Attributes
    ----------
    story : str
        The longer text that goes with it: a key of `stories.STORIES`.
    sentence : str
        How it begins; "…" stands for what differs from program to program.
    kind : str
        The name of the exception's, or warning's, class.
    means, do : str
        What has happened, and what to do: a sentence or two each.
    program : str
        The smallest program that makes it.
    met : tuple of (str, str)
        Where the course makes it on purpose: number of the lesson, heading of the section. The best place comes first.
    needs : str
        What the program cannot run without, "" for nothing.
    torch : bool
        Whether PyTorch, given the same program, says the same.
    """

    story: str
    sentence: str
    kind: str
    means: str
    do: str
    program: str
    met: tuple[tuple[str, str], ...] = ()
    needs: str = ""
    torch: bool = True

    def is_of(self, text: str) -> bool:
        """Whether a message begins like this one."""
        return re.match(re.escape(self.sentence).replace("…", ".*?"), text, re.DOTALL) is not None

    def lessons(self) -> dict[str, str]:
        """Where it is met: number of the lesson → its sections, in quotes."""
        sections: dict[str, list[str]] = {}
        for number, section in self.met:
            sections.setdefault(number, []).append(f"“{section}”")
        return {number: ", ".join(names) for number, names in sections.items()}


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


@cache
def rows() -> tuple[Row, ...]:
    """All messages."""
    return tuple(_row(story, **row) for story, found in _read().items() if story != "lessons" for row in found)


def _row(story: str, **words: Any) -> Row:
    met = tuple((number, section) for number, section in words.pop("met", ()))
    return Row(story, kind=words.pop("class"), program=words.pop("program").strip(), met=met, **words)


def find(text: str) -> Row | None:
    """The row of a message; None if it has none."""
    return next((row for row in rows() if row.is_of(text)), None)


def title(number: str) -> str:
    """What a lesson is called."""
    return str(_read()["lessons"][number])


def file_of(number: str) -> str:
    """The name of a lesson's notebook."""
    return f"{number}_{re.sub('[^a-z0-9]+', '_', title(number).lower())}.ipynb"


def told(text: str) -> str:
    """What `explain()` adds to a message: where the course meets it, and the smallest program that makes it."""
    row = find(text)
    if row is None:
        return ""
    lines = []
    if row.met:
        lines += ["In the course", *(f"  {line}" for line in _places(row)), ""]
    lines += ["The smallest program that does it" + (f" (it needs {row.needs})" if row.needs else "")]
    return "\n".join(lines + [f"  {line}".rstrip() for line in row.program.splitlines()])


def _places(row: Row) -> list[str]:
    """For each lesson a line of words, and one that says where its notebook is."""
    places = row.lessons().items()
    return [line for n, names in places for line in (f"Lesson {n}, {title(n)}: {names}", f"  {_path_of(n)}")]


def _path_of(number: str) -> str:
    """The notebook in the learner's copy, if it is near; else its name, and how to come by it."""
    name = file_of(number)
    near = next((path for folder in FOLDERS if (path := Path(folder, name)).exists()), None)
    return str(near) if near is not None else f"{name} (your own copy: python -m minigrad.course start)"
