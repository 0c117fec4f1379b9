"""Messages that teach, in notebooks: the same programs as in test_errors.py, each in a cell of a running kernel."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.error_cases import CASES, X
from tests.test_errors import check, outcome, parts, places

ROOT = Path(__file__).parent.parent
COLOURS = re.compile(r"\x1b\[[\d;]*m")


def run(*sources: str) -> list[nbformat.NotebookNode]:
    """The cells of a notebook, executed from top to bottom, errors and all."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(ROOT)}}).execute()
    return notebook.cells


@pytest.fixture(scope="module")
def kernel_path():
    """Let the kernel import minigrad from here."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([before] if before else [])])
    yield
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture(scope="module")
def cells(kernel_path):
    """All cases in one notebook; before each, the names of the one before are forgotten."""
    executed = run(*(source for case in CASES.values() for source in ("%reset -f", case.source)))
    return dict(zip(CASES, executed[1::2], strict=True))


def error(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return next(output for output in cell.outputs if output.output_type == "error")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.kind != "UserWarning"])
def test_message(name, cells):
    cell = cells[name]
    said = error(cell)
    check(CASES[name], name, said.ename, said.evalue, f"cell [{cell.execution_count}]")
    assert said.evalue in COLOURS.sub("", "\n".join(said.traceback)), "the traceback shows the whole text as it is"


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.kind == "UserWarning"])
def test_warning(name, cells):
    cell = cells[name]
    shown = "".join(output.text for output in cell.outputs if output.get("name") == "stderr")
    kind, text = shown.split(": ", 2)[1:]  # behind the file and its line
    text = text.rsplit("\n", 2)[0]  # the line of code that warned, which Python adds
    check(CASES[name], name, kind, text, f"cell [{cell.execution_count}]")


@pytest.fixture(scope="module")
def story(kernel_path):
    """A learner's session: a definition in one cell, the mistake in another, and the first one run again."""
    define = "import minigrad\n" + X + "y = x.exp()"
    return run(
        define,
        "y += 1",
        "loss = y.sum()\nloss.backward()",
        define,  # the same text again: its cell now shows another number
        "y.mul_(2)\ny.sum().backward()",
        "%xmode Minimal",
        "minigrad.ones(3) + minigrad.ones(4)",
        "from minigrad.autograd import errors\nerrors.explain()",
        "loss = (x * x).sum()",
        "loss.backward()",
        "# once more\nloss.backward()",
        "α = x.exp()\nα.zero_()\n(α * 2).sum().backward()",
        "import asyncio\nawait asyncio.sleep(0)\nx.numpy()",
    )


def where(cell: nbformat.NotebookNode) -> list[tuple[str, str]]:
    return places(parts(error(cell).evalue)["where"])


def test_places_in_several_cells(story):
    assert where(story[2]) == [("cell [1], line 3", "x.exp()"), ("cell [2], line 1", "y += 1")]


def test_a_cell_that_ran_again_has_its_new_number(story):
    assert where(story[4]) == [("cell [4], line 3", "x.exp()"), ("cell [5], line 1", "y.mul_(2)")]


def test_minimal_tracebacks_show_the_whole_message(story):
    said = error(story[6])
    assert COLOURS.sub("", "\n".join(said.traceback)).rstrip() == f"ShapeError: {said.evalue}"
    assert "^ 3 against 4" in said.evalue and "\nFix:   " in said.evalue


def test_the_last_errors_story_is_shown_line_by_line(story):
    (result,) = story[7].outputs
    text = result.data["text/plain"]
    assert text.startswith(error(story[6]).evalue) and "\nHow shapes are fitted\n" in text


def test_a_spent_graph_names_the_cell_that_spent_it(story):
    assert where(story[10]) == [("cell [9], line 1", "x * x"), ("cell [10], line 1", "loss.backward()")]
    assert "this is a second pass from `loss`" in error(story[10]).evalue


def test_greek_names(story):
    assert where(story[11]) == [("cell [12], line 1", "x.exp()"), ("cell [12], line 2", "α.zero_()")]


def test_a_cell_with_await(story):
    said = error(story[12])
    assert where(story[12]) == [("cell [13], line 3", "x.numpy()")]
    assert "`x.detach().numpy()`" in parts(said.evalue)["fix"]


def test_a_script_and_a_cell_say_the_same(cells, tmp_path):
    """But for the names of the places."""
    file = tmp_path / "script.py"
    name = "saved result"
    file.write_text(CASES[name].source, encoding="utf-8")
    _, text = outcome(CASES[name].source, str(file))
    there = error(cells[name]).evalue
    bare = [re.sub(r"(script\.py|cell \[\d+\]), line| {3,}", " ", t).split() for t in (text, there)]
    assert bare[0] == bare[1]
