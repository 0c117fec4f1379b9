"""The index of messages: each program makes its message, each lesson that is named does, and no message is missing."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

import minigrad
from course import error_page
from minigrad.autograd import errors, warn_silent_mistakes
from minigrad.autograd.errors import index
from minigrad.autograd.errors.index import Row, rows
from minigrad.course import copies
from tests.course.sentences import HOLE, Reader, sources
from tests.gpu.libraries import using
from tests.oracle import needs_torch, warns_always

COURSE = Path(__file__).parents[2] / "course"
ROWS = {row.sentence: row for row in rows()}
LESSONS = {path.name[:2]: path for path in sorted(COURSE.glob("[0-9][0-9]_*.ipynb"))}
each_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
each_lesson = pytest.mark.parametrize("number", LESSONS)


# ------------------------------------------------------------ the smallest programs
def said(program: str) -> list[tuple[type, str, str]]:
    """The class and text of all that a program warns of, and of what it raises; with the story that goes with it."""
    found: list[tuple[type, str, str]] = []
    with warn_silent_mistakes(False), warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            exec(compile(program, "program.py", "exec"), {"__name__": "__main__"})
        except Exception as error:
            found = [(type(error), str(error), getattr(error, "story", ""))]
    told = dict(errors.kinds._warned)
    return [(w.category, str(w.message), told.get(str(w.message), "")) for w in seen] + found


def makes(row: Row, program: str) -> bool:
    """Whether a program makes the row's message: that class, that sentence, and the story that the row stands under."""
    return any(
        kind.__name__ == row.kind and index.find(text) is row and story == row.story
        for kind, text, story in said(program)
    )


@each_row
def test_the_program_makes_the_message(row):
    with using("pretended" if row.needs else "cupy"):  # a pretended GPU; the other is whatever is there
        assert makes(row, row.program)
    assert len(row.program.splitlines()) < 25


def test_another_program_does_not():
    row = ROWS["grad can be implicitly created only for scalar outputs"]
    assert makes(row, row.program)
    assert not makes(row, row.program.replace("(x * 2)", "(x * 2).sum()"))
    assert not makes(row, row.program.replace("(x * 2).backward()", "x.numpy()"))
    assert not makes(row._replace(kind="InplaceError"), row.program)
    assert not makes(row._replace(sentence="grad can be created"), row.program)
    assert not makes(row._replace(story="spent"), row.program)


ASKED = {s: row for s, row in ROWS.items() if row.torch and not row.needs and row.kind != "SilentMistakeWarning"}


@needs_torch
@pytest.mark.parametrize("row", ASKED.values(), ids=ASKED)
def test_the_program_makes_the_message_in_pytorch(row):
    kind = error_page.builtin(error_page.class_of(row))
    with warns_always():
        found = said(row.program.replace("minigrad", "torch"))
    assert any(issubclass(k, kind) and row.is_of(text.replace("torch", "minigrad")) for k, text, _ in found)


def test_only_what_pytorch_cannot_be_asked_is_left_out():
    left_out = [row.sentence for row in rows() if not row.torch]
    assert left_out == ["Analytical gradient has incorrect size", "Gradient has dtype mismatch"]
    assert [row.needs for row in rows() if row.needs] == ["a GPU"]


# ------------------------------------------------------------ all messages have a row
# The errors and warnings that were designed, by number; each with the beginning of PyTorch's sentence.
DESIGNED = {
    1: "one of the variables needed for gradient computation has been modified by an inplace operation",
    2: "a leaf Variable that requires grad is being used in an in-place operation.",
    3: "a view of a leaf Variable that requires grad is being used in an in-place operation.",
    4: "Output 0 of Unbind is a view and is being modified inplace. This view is the output of a function that returns "
    "multiple views.",
    5: "Trying to backward through the graph a second time",
    6: "grad can be implicitly created only for scalar outputs",
    7: "element 0 of tensors does not require grad and does not have a grad_fn",
    8: "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed.",
    9: "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
    10: "Only Tensors of floating point and complex dtype can require gradients",
    10.1: "only Tensors of floating point and complex dtype can require gradients",
    10.2: "only Tensors of floating point dtype can require gradients",
    11: "The differentiated Tensor at index 1 appears to not have been used in the graph.",
    12: "function MyFnBackward returned an incorrect number of gradients (expected 2, got 1)",
    13: "Function FnBackward returned an invalid gradient at index 0 - got [2] but expected shape compatible with [3]",
    14: "you can only change requires_grad flags of leaf variables.",
    15: "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 0",
    15.1: "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)",
    16: "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
    17: "can't optimize a non-leaf Tensor",
    18: "Error(s) in loading state_dict for ResNet:",
    19: "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.",
}
SILENT = {"all pairs", "nan", "data", "replaced", "total"}


@pytest.mark.parametrize("sentence", DESIGNED.values())
def test_what_was_designed_has_one_row(sentence):
    assert len([row for row in rows() if row.is_of(sentence)]) == 1


def test_each_silent_mistake_has_a_row():
    assert {row.story for row in rows() if row.kind == "SilentMistakeWarning"} == SILENT


@cache
def in_the_code() -> dict[str, str]:
    return Reader(sources()).found()


def without_a_row(found: dict[str, str]) -> list[str]:
    """The sentences that no row is of, or more than one, with the place in the code."""
    return [
        f"{where}: {sentence}"
        for sentence, where in found.items()
        if len([row for row in rows() if row.is_of(sentence)]) != 1
    ]


def test_every_message_in_the_code_has_one_row():
    assert len(in_the_code()) > 50
    assert without_a_row(in_the_code()) == [], "add a row to minigrad/autograd/errors/index.toml"


@each_row
def test_every_row_is_a_message_in_the_code(row):
    assert any(row.is_of(sentence) for sentence in in_the_code())


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("raise errors.InplaceError('this is new')", "this is new"),
        ("raise DeviceError(f'on {a} and {b}')", f"on {HOLE} and {HOLE}"),
        (
            "def f(x):\n    words = 'one' if x else 'other'\n    return errors.kinds.LoadError(f'{words}: {x}')",
            "one: …",
        ),
        ("def f(what): return compose_warning(what, '', [], '', 'nan')\nf('given from outside')", "given from outside"),
        ("FIRST = 'a name'\nraise ShapeError(FIRST + ' of the file')", "a name of the file"),
        ("raise ShapeError(why())", HOLE),
    ],
)
def test_a_new_message_would_be_noticed(code, sentence):
    code = code.replace("LoadError", "ShapeError")
    found = Reader({"minigrad/new.py": code}).found()
    assert sentence in found
    assert any(missing.endswith(f": {sentence}") for missing in without_a_row(found))


# ------------------------------------------------------------ in the course
def heading(cell: Any) -> str:
    """The last section that begins in a text cell; "" if none does. (Its parts, `###`, are called alike in all.)"""
    found = re.findall(r"^## (.*)", cell.source, flags=re.M) if cell.cell_type == "markdown" else []
    return found[-1] if found else ""


def shown(cell: Any) -> Iterator[tuple[str, str]]:
    """The class and text of each error and warning below a code cell; and each printed line, without a class."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            yield output.ename, output.evalue
        elif output.get("name") == "stderr":
            yield from re.findall(r"^\S+:\d+: (\w+): (.*)", output.text, flags=re.M)
        elif output.output_type == "stream":
            yield from (("", line) for line in output.text.splitlines())


@cache
def cells(number: str) -> list[Any]:
    return nbformat.read(LESSONS[number], as_version=4).cells


@cache
def met_in(number: str) -> tuple[tuple[str, str, str], ...]:
    """Section, class and text of all that a lesson shows."""
    found, section = [], ""
    for cell in cells(number):
        section = heading(cell) or section
        found += [(section, kind, text) for kind, text in shown(cell)]
    return tuple(found)


def is_met(row: Row, number: str, section: str) -> bool:
    """Whether a section of a lesson shows the message, or prints the beginning of what the row's program makes."""
    here = [(kind, text) for where, kind, text in met_in(number) if where == section]
    if any(kind == row.kind and index.find(text) is row for kind, text in here):
        return True
    messages = [text for kind, text, _ in said(row.program) if kind.__name__ == row.kind]
    printed = [line for kind, line in here if not kind and len(line) > 30]
    return any(text.startswith(line) for text in messages for line in printed)


@each_row
def test_the_lessons_that_are_named_make_the_message(row):
    assert all(is_met(row, number, section) for number, section in row.met)
    assert all(index.file_of(number) == LESSONS[number].name for number, _ in row.met)


def unnamed(number: str, table: tuple[Row, ...]) -> list[str]:
    """What a lesson raises or warns of, and no row says so."""
    named = {(row.sentence, lesson) for row in table for lesson, _ in row.met}
    found = []
    for section, kind, text in met_in(number):
        row = index.find(text)
        if kind and row is not None and (row.sentence, number) not in named:
            found.append(f'met = [["{number}", "{section}"]] for {row.sentence!r}')
    return found


@each_lesson
def test_what_a_lesson_raises_is_in_the_index(number):
    assert unnamed(number, rows()) == [], "add these to minigrad/autograd/errors/index.toml"


def test_a_lesson_that_is_not_named_would_be_noticed():
    without = tuple(row._replace(met=()) for row in rows())
    assert unnamed("05", without) == [
        'met = [["05", "A puzzle"]] for \'grad can be implicitly created only for scalar outputs\''
    ]
    row = ROWS["grad can be implicitly created only for scalar outputs"]
    assert is_met(row, "05", "A puzzle")
    assert not is_met(row, "05", "Nine slopes") and not is_met(row, "04", "A puzzle")
    assert not is_met(row._replace(kind="InplaceError"), "05", "A puzzle")
    printed = ROWS["a view of a leaf Variable that requires grad is being used in an in-place operation."]
    assert is_met(printed, "10", "Leaves") and not is_met(printed, "10", "Past the counter")
    assert not is_met(row, "10", "Leaves")


@each_lesson
def test_the_titles_are_the_lessons_own(number):
    first = cells(number)[0].source.splitlines()[0]
    if number in index._read()["lessons"]:
        assert first == f"# {number} {index.title(number)}"


# ------------------------------------------------------------ the page
def test_the_page_is_what_the_index_says():
    assert error_page.PAGE.read_text("utf-8") == error_page.page(), "run make notebooks"


def test_the_page_has_each_message_with_all_its_parts():
    sections = error_page.page().split("\n## ")[1:]
    assert len(sections) == len(ROWS)
    for row, section in zip(rows(), sections, strict=True):
        assert row.means in section and row.do in section and f"```python\n{row.program}\n```" in section
        assert all(f"]({index.file_of(number)}), {names}" in section for number, names in row.lessons().items())


def test_the_page_is_handed_out(tmp_path):
    copies.start(tmp_path)
    assert (tmp_path / error_page.PAGE.name).read_bytes() == error_page.PAGE.read_bytes()
    (tmp_path / error_page.PAGE.name).write_text("old", "utf-8")
    copies.start(tmp_path)
    assert (tmp_path / error_page.PAGE.name).read_bytes() == error_page.PAGE.read_bytes()


# ------------------------------------------------------------ explain()
def explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *files: str) -> str:
    monkeypatch.chdir(tmp_path)
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(RuntimeError) as caught:
        minigrad.ones(2, requires_grad=True).backward()
    return caught.value.explain()


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ((), "05_jacobians.ipynb (your own copy: python -m minigrad.course start)"),
        (("05_jacobians.ipynb",), "05_jacobians.ipynb"),
        (("work/05_jacobians.ipynb",), str(Path("work", "05_jacobians.ipynb"))),
    ],
)
def test_explain_says_where_the_course_meets_it(files, path, tmp_path, monkeypatch):
    text = explained(tmp_path, monkeypatch, *files)
    assert f"\n\nIn the course\n  Lesson 05, Jacobians: “A puzzle”\n    {path}\n" in text
    assert text.endswith("\n  x = tensor([1.0, 2.0], requires_grad=True)\n  (x * 2).backward()")


def test_explain_says_it_of_warnings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    y = minigrad.ones(2, requires_grad=True) * 2
    with pytest.warns(UserWarning, match="not a leaf"):
        assert y.grad is None
    assert "\nIn the course\n  Lesson 03, The graph: “A puzzle”\n" in errors.explain()


def test_explain_gives_a_program_where_the_course_does_not_meet_it():
    unmet = ROWS["inconsistent tensor size, expected tensor […] and src […] to have the same number of elements"]
    assert not unmet.met
    with pytest.raises(errors.ShapeError) as caught:
        minigrad.ones(3) @ minigrad.ones(4)
    story = caught.value.explain()
    assert "In the course" not in story
    assert story.endswith("\n\nThe smallest program that does it\n  from minigrad import ones\n\n  ones(3) @ ones(4)")


def test_the_index_is_read_only_when_somebody_asks():
    program = (
        "import sys, minigrad\n"
        "try: minigrad.ones(2, requires_grad=True).backward()\n"
        "except RuntimeError as error:\n"
        "    print('minigrad.autograd.errors.index' in sys.modules, 'tomllib' in sys.modules)\n"
        "    error.explain(); print('minigrad.autograd.errors.index' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=COURSE.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False", "True"]
