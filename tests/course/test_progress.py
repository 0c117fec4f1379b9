"""Progress is kept beside the learner's copy, and nowhere else."""

import json

import pytest

from minigrad.course import check
from minigrad.course.checking import forget
from minigrad.course.progress import NAME, Progress, Record

RIGHT, WRONG = ([9, 36], [-10, -2]), ([9, 36], [10, 2])


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """An empty learner's copy, as the current folder."""
    forget()
    Progress(tmp_path).write(Progress(tmp_path).read())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_check_keeps_tries_answers_and_result(copy):
    check("00.2", WRONG)
    check("00.2", WRONG)
    check("00.2", RIGHT)
    kept = json.loads((copy / NAME).read_text("utf-8"))["exercises"]["00.2"]
    assert kept == {
        "solved": True,
        "tries": 3,
        "met": ["the minus sign is lost"],
        "answers": [str(WRONG), str(WRONG), str(RIGHT)],
    }


def test_not_yet_is_no_try(copy):
    check("00.2", (..., ...))
    assert Progress(copy).read()["exercises"] == {}


def test_once_solved_stays_solved(copy):
    check("00.2", RIGHT)
    check("00.2", WRONG)
    assert Progress(copy).record("00.2").solved


def test_hints_go_on_in_a_new_kernel(copy, capsys):
    check("00.2", WRONG)
    forget()  # what a kernel remembers is gone; the file is not
    check("00.2", WRONG)
    first, second = capsys.readouterr().out.splitlines()
    assert first != second


def test_nothing_is_written_where_there_is_no_copy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check("00.2", WRONG)
    check("00.2", RIGHT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("broken", ["", "{", "[1, 2]", "\x00"])
def test_an_unreadable_file_is_set_aside(copy, broken, capsys):
    (copy / NAME).write_text(broken, "utf-8")
    check("00.2", RIGHT)
    assert capsys.readouterr().out.startswith("✓")
    assert (copy / f"{NAME}.unreadable").read_text("utf-8") == broken
    assert Progress(copy).record("00.2").solved


def test_answers_are_kept_short():
    record = Record()
    for number in range(30):
        record.add(str(number), "mistake")
    assert record.answers == [str(number) for number in range(20, 30)]
    assert record.met == ["mistake"]


def test_writing_leaves_one_file(copy):
    for _ in range(3):
        check("00.2", WRONG)
    assert [path.name for path in copy.iterdir()] == [NAME]


@pytest.mark.parametrize("kept", [3, "x", [], {"tries": "many", "met": 4, "new": 1}, None])
def test_a_file_edited_by_hand_does_no_harm(copy, kept, capsys):
    for data in [{"exercises": {"00.2": kept}}, {"exercises": kept}, {"lessons": kept, "later": 1}]:
        (copy / NAME).write_text(json.dumps(data), "utf-8")
        check("00.2", WRONG)
        assert capsys.readouterr().out.startswith("✗ a is right.")
        assert Progress(copy).record("00.2").tries == 1


def test_a_folder_that_cannot_be_written_is_said_and_does_not_raise(copy, capsys, monkeypatch):
    def refuse(self, data):
        if self.path is not None:
            raise PermissionError(13, "Permission denied")
        self._memory = data

    monkeypatch.setattr(Progress, "write", refuse)
    check("00.2", RIGHT)
    assert capsys.readouterr().out.endswith("entry by entry. (Not kept: [Errno 13] Permission denied)\n")


def test_an_answer_that_ends_the_program_does_not(copy, capsys, monkeypatch):
    class Exits:
        def __getattr__(self, name):
            raise SystemExit(1)

    check("00.1", Exits())
    assert "SystemExit" in capsys.readouterr().out
