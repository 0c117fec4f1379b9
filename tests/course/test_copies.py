"""The learner's copy: made, renewed, given back, and nobody's work is ever lost."""

import json
import os
import subprocess
import sys

import nbformat
import pytest

from course import build
from minigrad.course import copies
from minigrad.course.__main__ import main
from minigrad.course.progress import Progress, Record

LESSON = "00_start_here.ipynb"


def notebook(*sources: str, outputs: tuple[dict, ...] = (), count: int | None = None) -> bytes:
    cells = [{"cell_type": "code", "execution_count": count, "outputs": list(outputs), "source": s} for s in sources]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(content, indent=1) + "\n").encode()


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Lessons as they ship, in a folder of the test's own, which it can change as an update would."""
    folder = tmp_path / "shipped"
    (folder / "solutions").mkdir(parents=True)
    (folder / "solutions" / "00.ipynb").write_bytes(notebook("solution"))
    (folder / LESSON).write_bytes(notebook("one"))
    (folder / "04_backward.ipynb").write_bytes(notebook("four"))
    (folder / "notes.ipynb").write_bytes(notebook("no lesson"))
    monkeypatch.setattr(copies, "lessons_folder", lambda: folder)
    return folder


@pytest.fixture
def work(tmp_path):
    return tmp_path / "work"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_start_makes_a_copy(shipped, work):
    assert len(copies.start(work)) == 2
    assert names(work) == [".progress.json", LESSON, "04_backward.ipynb", "solutions"]
    assert (work / LESSON).read_bytes() == (shipped / LESSON).read_bytes()
    assert names(work / "solutions") == ["00.ipynb"]


def test_pictures_are_handed_out_and_printed_answers_are_not(shipped, work):
    picture = {"output_type": "display_data", "data": {"text/html": ['<img alt="a" src="data:,">'], "text/plain": "a"}}
    printed = {"output_type": "stream", "name": "stdout", "text": "27"}
    shown = {"output_type": "execute_result", "data": {"text/plain": "27"}, "execution_count": 3}
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    (shipped / LESSON).write_bytes(notebook("y", outputs=(printed, picture, shown, error), count=3))
    copies.start(work)
    assert (work / LESSON).read_bytes() == notebook("y", outputs=(picture,))


def test_start_again_changes_nothing(shipped, work):
    copies.start(work)
    (work / LESSON).write_bytes(notebook("mine"))
    assert copies.start(work) == []
    assert (work / LESSON).read_bytes() == notebook("mine")


def test_an_untouched_lesson_is_renewed(shipped, work):
    copies.start(work)
    (shipped / LESSON).write_bytes(notebook("newer"))
    assert copies.start(work) == [f"{LESSON}: renewed"]
    assert (work / LESSON).read_bytes() == notebook("newer")


def test_running_a_lesson_does_not_count_as_touching_it(shipped, work):
    copies.start(work)
    printed = {"output_type": "stream", "name": "stdout", "text": "as run"}
    (work / LESSON).write_bytes(notebook("one", outputs=(printed,), count=7))
    (shipped / LESSON).write_bytes(notebook("newer"))
    copies.start(work)
    assert (work / LESSON).read_bytes() == notebook("newer")


def test_a_touched_lesson_is_kept_and_the_new_one_put_beside_it(shipped, work):
    copies.start(work)
    (work / LESSON).write_bytes(notebook("mine"))
    (shipped / LESSON).write_bytes(notebook("newer"))
    [line] = copies.start(work)
    assert "00_start_here.new.ipynb" in line
    assert (work / LESSON).read_bytes() == notebook("mine")
    assert (work / "00_start_here.new.ipynb").read_bytes() == notebook("newer")
    assert copies.start(work) == []  # once is enough


def test_two_updates_overwrite_no_work(shipped, work):
    copies.start(work)
    (work / LESSON).write_bytes(notebook("mine"))
    (shipped / LESSON).write_bytes(notebook("newer"))
    copies.start(work)
    (work / "00_start_here.new.ipynb").write_bytes(notebook("newer, and my work in it"))
    (shipped / LESSON).write_bytes(notebook("newest"))
    copies.start(work)
    assert (work / "00_start_here.new.ipynb").read_bytes() == notebook("newer, and my work in it")
    assert (work / "00_start_here.new2.ipynb").read_bytes() == notebook("newest")


def test_a_file_that_is_no_notebook_any_more_is_kept(shipped, work):
    copies.start(work)
    (work / LESSON).write_bytes(b"notes of my own")
    (shipped / LESSON).write_bytes(notebook("newer"))
    copies.start(work)
    assert (work / LESSON).read_bytes() == b"notes of my own"


def test_a_lesson_that_was_there_before_is_kept(shipped, work):
    work.mkdir()
    (work / LESSON).write_bytes(notebook("from elsewhere"))
    copies.start(work)
    assert (work / LESSON).read_bytes() == notebook("from elsewhere")
    assert (work / "00_start_here.new.ipynb").exists()


def test_start_in_a_copy_brings_that_copy_up_to_date(shipped, work, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["start"]) == 0
    assert f"{LESSON}: put into {work}" in capsys.readouterr().out
    monkeypatch.chdir(work)
    assert main(["start"]) == 0
    assert capsys.readouterr().out == f"Your lessons are in {work}; nothing is newer.\n"
    assert not (work / "work").exists()


def test_commands_work_in_a_lesson(tmp_path):
    commands = ["start", "progress", "reset 00", "reset 77"]
    cells = [nbformat.v4.new_code_cell(f"%run -m minigrad.course {command}") for command in commands]
    ran = build.execute(nbformat.v4.new_notebook(cells=cells), tmp_path)
    printed = ["".join(output.get("text", "an error") for output in cell.outputs) for cell in ran.cells]
    assert "00_start_here.ipynb: put into" in printed[0]
    assert printed[1].startswith("00 Start here")
    assert printed[2] == "00_start_here.ipynb: given back as new\n"
    assert printed[3].startswith("There is no lesson 77.") and printed[3].count("\n") == 1


def test_a_new_lesson_joins(shipped, work):
    copies.start(work)
    (shipped / "01_slopes.ipynb").write_bytes(notebook("slopes"))
    assert copies.start(work) == [f"01_slopes.ipynb: put into {work}"]


def test_reset_gives_the_lesson_back_and_keeps_what_was_written(shipped, work):
    copies.start(work)
    for mine in ["mine", "mine again"]:
        (work / LESSON).write_bytes(notebook(mine))
        Progress(work).keep("00.1", Record(solved=True, tries=1))
        Progress(work).keep("04.1", Record(solved=True, tries=1))
        copies.reset(work, "0")
        assert (work / LESSON).read_bytes() == notebook("one")
    assert (work / "00_start_here.mine.ipynb").read_bytes() == notebook("mine")
    assert (work / "00_start_here.mine2.ipynb").read_bytes() == notebook("mine again")
    assert not Progress(work).record("00.1").solved
    assert Progress(work).record("04.1").solved


def test_reset_refuses_what_it_cannot_do(shipped, work, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["reset", "00"]) == 1
    assert "There is no copy" in capsys.readouterr().err
    copies.start(work)
    assert main(["reset", "77"]) == 1
    assert "There is no lesson 77. There are: 00, 04" in capsys.readouterr().err


def test_progress_is_shown_from_either_folder(shipped, work, monkeypatch, capsys, tmp_path):
    copies.start(work)
    Progress(work).keep("00.1", Record(solved=True, tries=1))
    Progress(work).keep("00.2", Record(tries=2))
    for folder in [tmp_path, work]:
        monkeypatch.chdir(folder)
        assert main(["progress"]) == 0
        first = capsys.readouterr().out.splitlines()[0]
        assert "start here" in first and "1 of 2" in first and "✓ 00.1 ✗ 00.2" in first


def test_command_line_on_the_real_lessons(tmp_path):
    run = [sys.executable, "-m", "minigrad.course"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"}
    subprocess.run([*run, "start"], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "work" / LESSON).exists()
    assert (tmp_path / "work" / "solutions" / "00.ipynb").exists()
    shown = subprocess.run(
        [*run, "progress"], cwd=tmp_path / "work", env=environment, check=True, capture_output=True, encoding="utf-8"
    )
    assert shown.stdout.startswith("00 Start here")
