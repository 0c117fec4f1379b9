"""Many progress files become one table, and a file that cannot be read is named."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from minigrad.course.collect import collect, learner, main
from minigrad.course.exercises import every, find
from minigrad.course.progress import NAME, Progress, Record

SWAPPED = "a and b swapped"


@pytest.fixture
def folder(tmp_path):
    """What a class of three hands in: two files, a folder, and two things that cannot be read."""
    files = tmp_path / "class"
    for name, records in {
        "anna": {"00.1": Record(solved=True, tries=1), "00.2": Record(tries=3, met=[SWAPPED, "something else"])},
        "ben": {"00.2": Record(solved=True, tries=2, met=[SWAPPED])},
        "zoë": {},
    }.items():
        own = files / name
        own.mkdir(parents=True)
        Progress(own).write(Progress(own).read())
        for exercise_id, record in records.items():
            Progress(own).keep(exercise_id, record)
    (files / "ben" / NAME).rename(files / "ben.progress.json")
    (files / "cut.json").write_text('{"exercises": {"00.1"', "utf-8")
    (files / "list.json").write_text("[1, 2]", "utf-8")
    (files / "zoë" / "notes.txt").write_text("mine", "utf-8")
    return files


def printed(capsys, *arguments: object) -> tuple[list[dict], list[str]]:
    """The table, and what was said beside it."""
    main([str(argument) for argument in arguments])
    out, beside = capsys.readouterr()
    return list(csv.DictReader(io.StringIO(out))), beside.splitlines()


def test_a_row_for_each_learner(folder, capsys):
    rows, _ = printed(capsys, folder)
    assert list(rows[0]) == ["learner", "solved", "tried", *(exercise.id for exercise in every())]
    known = [[row[head] for head in ("learner", "solved", "tried", "00.1", "00.2", "01.1")] for row in rows]
    assert sorted(known) == [
        ["anna", "1", "1", "1", "0", ""],
        ["ben", "1", "0", "", "1", ""],
        ["zoë", "0", "0"] + [""] * 3,
    ]


def test_files_that_cannot_be_read_are_named(folder, capsys):
    _, beside = printed(capsys, folder)
    assert beside == [
        "✗ Not read: cut.json: it is not whole, or no JSON",
        "✗ Not read: list.json: it is no progress file",
    ]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"null", b"[" * 200_000, b'{"exercises": []}', b"{}"])
def test_no_content_makes_it_fail(folder, content):
    (folder / "bad.json").write_bytes(content)
    learners, troubles = collect(folder)
    assert len(learners) == 3 and any(trouble.startswith("bad.json: it is ") for trouble in troubles)


def test_what_others_wrote_into_the_tables_does_no_harm(folder, capsys):
    kept = {
        "00.1": {"solved": "yes", "met": [3, {}]},
        "00.2": 7,
        "77.1": {"solved": True},
        "01.1": {"met": [["x"], "=1"]},
    }
    (folder / "=cmd().json").write_text(json.dumps({"exercises": kept}), "utf-8")
    rows, _ = printed(capsys, folder)
    assert {"learner": "'=cmd()", "solved": "0", "00.1": "", "00.2": ""}.items() <= rows[0].items()
    rows, _ = printed(capsys, folder, "--mistakes")
    assert [row["mistake"] for row in rows if row["exercise"] == "01.1"] == ["'=1"]


def test_mistakes_are_counted_by_learners(folder, capsys):
    rows, _ = printed(capsys, folder, "--mistakes")
    assert [(row["exercise"], row["mistake"], row["learners"]) for row in rows] == [
        ("00.2", SWAPPED, "2"),
        ("00.2", "something else", "1"),
    ]
    assert rows[0]["title"] == find("00.2").title


def test_a_mistake_s_pitfall_is_named(folder, capsys):
    exercise, mistake = next((e, m) for e in every() for m in e.mistakes if m.pitfall)
    Progress(folder / "anna").keep(exercise.id, Record(tries=1, met=[mistake.name]))
    rows, _ = printed(capsys, folder, "--mistakes")
    assert [row["pitfall"] for row in rows if row["exercise"] == exercise.id] == [mistake.pitfall]


def test_files_are_left_as_they_are(folder, capsys):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    printed(capsys, folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_two_of_one_name_both_count(folder):
    (folder / "again").mkdir()
    (folder / "again" / "ben.json").write_text('{"exercises": {}}', "utf-8")
    assert [name for name in collect(folder)[0] if name.startswith("ben")] == ["ben", "ben (ben.progress.json)"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("anna/.progress.json", "anna"),
        ("anna.progress.json", "anna"),
        ("anna_progress (2).json", "anna"),
        ("Anna Muster_123/progress.json", "Anna Muster_123"),
        ("group 1/anna/.progress.json", "group 1 anna"),
        ("anna.json", "anna"),
        (".progress.json", "?"),
    ],
)
def test_whose_file_it_is(path, name):
    assert learner(Path(path)) == name


def test_no_file_at_all_is_said(tmp_path, capsys):
    for place in (tmp_path, tmp_path / "missing"):
        assert main([str(place)]) == 1
        assert capsys.readouterr().err == f"✗ There is no progress file in {place}.\n"


def test_command_line_writes_a_table_that_spreadsheets_can_read(folder, tmp_path):
    table = tmp_path / "table.csv"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "minigrad.course.collect", str(folder), str(table)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, encoding="utf-8")
    assert done.stdout == "" and "cut.json" in done.stderr
    assert table.read_bytes().startswith(b"\xef\xbb\xbflearner,solved,tried,00.1,00.2,")
    assert "\nzoë,0,0," in table.read_text("utf-8-sig")
