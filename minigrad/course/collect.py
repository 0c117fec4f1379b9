"""Many learners' progress files as one table: ``python -m minigrad.course.collect FOLDER``.

Every file below the folder that ends in ``.json`` counts. A learner is called as their file is (``anna.progress.json``)
or, where it still has its own name, as its folder is (``anna/.progress.json``). Files are read only, never changed.
"""

import argparse
import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from minigrad.course.exercises import Exercise, every
from minigrad.course.progress import Record

Records = dict[str, Record]
ITS_OWN_NAME = re.compile(r"[-_. ]*progress[-_. ]*(\(\d+\))?$", re.I)  # browsers add (1), some drop the first dot


def collect(folder: Path) -> tuple[dict[str, Records], list[str]]:
    """Each learner's records by exercise, and a line for each file that could not be read."""
    learners: dict[str, Records] = {}
    troubles = []
    for path in sorted(folder.rglob("*.json")):
        if ".ipynb_checkpoints" in path.parts or not path.is_file():
            continue
        try:
            records = read(path)
        except (OSError, ValueError, RecursionError) as error:
            troubles.append(f"{path.relative_to(folder)}: {_reason(error)}")
            continue
        name = learner(path.relative_to(folder))
        if name in learners:
            name = f"{name} ({path.relative_to(folder)})"
        learners[name] = records
    return learners, troubles


def read(path: Path) -> Records:
    """What one progress file holds. Raises OSError or ValueError where it is none."""
    data = json.loads(path.read_text("utf-8"))
    if not isinstance(data, dict) or not isinstance(data.get("exercises"), dict):
        raise ValueError("it is no progress file")
    return {exercise_id: Record.from_json(kept) for exercise_id, kept in data["exercises"].items()}


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error) if str(error).startswith("it is") else "it is not whole, or no JSON"


def learner(path: Path) -> str:
    """Whose file this is, from its place in the folder."""
    name = ITS_OWN_NAME.sub("", path.name.removesuffix(".json"))
    return name or path.parent.as_posix().replace("/", " ").strip(". ") or "?"


def by_learner(learners: dict[str, Records]) -> Iterable[list[object]]:
    """A row for each learner: how many are solved; then for each exercise 1 (solved), 0 (tried), or nothing (open)."""
    exercises = list(every())
    yield ["learner", "solved", "tried", *(exercise.id for exercise in exercises)]
    for name, records in learners.items():
        marks = [_mark(records.get(exercise.id, Record())) for exercise in exercises]
        yield [_harmless(name), marks.count(1), marks.count(0), *marks]


def _mark(record: Record) -> int | str:
    if record.solved:
        return 1
    return 0 if record.tries else ""


def by_mistake(learners: dict[str, Records]) -> Iterable[list[object]]:
    """A row for each exercise and each mistake that anybody met: how many learners did, most first."""
    yield ["exercise", "title", "mistake", "pitfall", "learners"]
    for exercise in every():
        met = Counter(
            mistake
            for records in learners.values()
            for mistake in {one for one in records.get(exercise.id, Record()).met if isinstance(one, str)}
        )
        for mistake, count in sorted(met.items(), key=lambda pair: (-pair[1], pair[0])):
            yield [exercise.id, exercise.title, _harmless(mistake), _pitfall(exercise, mistake), count]


def _pitfall(exercise: Exercise, name: str) -> str:
    return next((mistake.pitfall for mistake in exercise.mistakes if mistake.name == name), "")


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: files come from anybody."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def write(rows: Iterable[list[object]], file: TextIO) -> None:
    """The rows as CSV."""
    csv.writer(file, lineterminator="\n").writerows(rows)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status: 1 if there was no progress file at all."""
    parser = argparse.ArgumentParser(
        prog="python -m minigrad.course.collect", description="Learners' progress files as one table (CSV)."
    )
    parser.add_argument("folder", type=Path, help="where the files are, in folders or not")
    parser.add_argument("table", nargs="?", type=Path, help="the file to write; without it the table is printed")
    parser.add_argument("--mistakes", action="store_true", help="count the mistakes that were met instead")
    chosen = parser.parse_args(arguments)
    learners, troubles = collect(chosen.folder)
    for trouble in troubles:
        print(f"✗ Not read: {trouble}", file=sys.stderr)
    if not learners:
        print(f"✗ There is no progress file in {chosen.folder}.", file=sys.stderr)
        return 1
    rows = by_mistake(learners) if chosen.mistakes else by_learner(learners)
    if chosen.table is None:
        write(rows, sys.stdout)
    else:  # the mark at its beginning tells spreadsheets that it is UTF-8
        with chosen.table.open("w", encoding="utf-8-sig", newline="") as file:
            write(rows, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
