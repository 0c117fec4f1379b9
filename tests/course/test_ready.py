"""The first cell of each lesson, and what records PyTorch's words."""

import numpy
import pytest

import minigrad
from course import build, record_pytorch
from minigrad.course import ready
from tests.course.play import source_of

SOURCES = sorted((build.COURSE / "src").glob("[0-9][0-9]_*.py"))


@pytest.mark.parametrize("lesson", ["0", "0.1"])
def test_the_right_version_is_ready(lesson, capsys, monkeypatch):
    monkeypatch.setattr(minigrad, "__version__", "0.1.7")
    ready(lesson)
    assert capsys.readouterr().out == f"✓ Ready: minigrad {lesson}.\n"


@pytest.mark.parametrize(
    ("module", "version", "says"),
    [
        (minigrad, "0.2.0", "✗ This lesson is for minigrad 0.1, this kernel has 0.2.0."),
        (minigrad, "0.10.0", "✗ This lesson is for minigrad 0.1, this kernel has 0.10.0."),
        (numpy, "1.26.4", "✗ This kernel has NumPy 1.26.4, the course needs 2."),
    ],
)
def test_a_wrong_version_is_said_with_a_way_out(module, version, says, capsys, monkeypatch):
    monkeypatch.setattr(module, "__version__", version)
    ready("0.1")
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(says) and "start it with: " in line


def test_lessons_are_for_this_version():
    for path in SOURCES:
        first = next(cell for cell in build.read_source(path).cells if cell.cell_type == "code")
        assert "minigrad.course import check, ready" in first.source
        [wanted] = [line.strip() for line in first.source.splitlines() if line.strip().startswith("ready(")]
        assert wanted == f'ready("{minigrad.__version__.rpartition(".")[0]}")'


def test_without_minigrad_the_first_cell_says_so(capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "minigrad.course", None)  # importing it now raises
    first = next(cell for cell in build.read_source(source_of("00")).cells if cell.cell_type == "code")
    exec(first.source, {})
    assert capsys.readouterr().out.startswith("✗ This kernel has no minigrad.")


SOURCE = """\
# %% [markdown] tags=["pytorch"]
# This program
#
# ```python
# for x in (1, 2):
#     print(x)
#
# print("a  b")
# ```
#
# prints, as you see,
#
# ```text
# something old
# and more of it
# ```
#
# and then goes on.
"""


def test_recording_puts_the_output_in_place_of_the_old_one():
    new = record_pytorch.recorded(SOURCE)
    assert new == SOURCE.replace("# something old\n# and more of it\n", "# 1\n# 2\n# a  b\n")
    assert record_pytorch.recorded(new) == new
    assert list(record_pytorch.records(new)) == [('for x in (1, 2):\n    print(x)\n\nprint("a  b")\n', "1\n2\na  b\n")]


def test_two_records_in_one_lesson_are_kept_apart():
    assert len(list(record_pytorch.records(SOURCE + "\n" + SOURCE.replace("a  b", "c")))) == 2
