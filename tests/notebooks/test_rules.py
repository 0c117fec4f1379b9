"""Each rule of the companion says what is wrong, by its own words."""

import json

import nbformat
import pytest

from course import build
from tests.notebooks import companion, test_tamper


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The small lesson of the tamper test, built: its folder and its text."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "src").mkdir()
    (folder / "src" / "99_small.py").write_text(test_tamper.SOURCE, "utf-8")
    [text] = build.build("99", folder).values()
    return folder, text


def found(small, way) -> list[str]:
    """What the companion finds after `way` has changed the notebook, and perhaps the source."""
    folder, text = small
    notebook = json.loads(text)
    source = way(notebook, test_tamper.SOURCE) or test_tamper.SOURCE
    (folder / "src" / "99_small.py").write_text(source, "utf-8")
    (folder / "99_small.ipynb").write_text(json.dumps(notebook), "utf-8")
    return companion.problems(folder / "99_small.ipynb", build.read_source(folder / "src" / "99_small.py"))


def address(notebook, source):
    test_tamper.replaced(notebook, "[36.0, 81.0]", "<object at 0x7f0012345678>")


def no_words(notebook, source):
    del test_tamper.cell_with(notebook, "class Picture")["outputs"][0]["data"]["text/plain"]


def stale_error(notebook, source):
    test_tamper.cell_with(notebook, "raise ValueError")["outputs"].pop()


SAYS = {
    test_tamper._never_run: "execution counts are [1, 2, None, 4, 5]",
    test_tamper._run_out_of_order: "execution counts are [2, 1, 3, 4, 5]",
    test_tamper._raises_untagged: "raises, without the tag",
    stale_error: "is tagged raises-exception and does not raise",
    test_tamper._metadata: "has metadata other than tags",
    test_tamper._kernel: "the notebook's metadata is not what the build writes",
    test_tamper._prose: "is not what the source says",
    test_tamper._source_alone: "is not what the source says",
    test_tamper._cell_gone: "has 5 cells, its source has 6",
    test_tamper._alt: "without alt text",
    no_words: "without words for a terminal",
    test_tamper._bare_picture: "stores image/png",
    test_tamper._widget_view: "stores a widget's view",
    test_tamper._forbidden_widget: "uses clear_output",
    address: "prints a memory address",
    test_tamper._traceback: "gives another output when it is run",
    test_tamper._order: "gives another output when it is run",
    test_tamper._png: "gives another output when it is run",
}


@pytest.mark.parametrize("way", SAYS, ids=test_tamper.name_of)
def test_rule_says_what_is_wrong(small, way):
    assert any(SAYS[way] in problem for problem in found(small, way)), found(small, way)


def test_nothing_is_found_in_an_untouched_notebook(small):
    assert found(small, lambda notebook, source: None) == []


@pytest.mark.parametrize(
    "code",
    [
        "from ipywidgets import interact",
        "import ipywidgets as w\nw.Output()",
        "@interact\ndef f(x): ...",
        "display(1, display_id=True)",
        "from ipywidgets import interactive as i",
        "%matplotlib inline\nclear_output()",
    ],
)
def test_forbidden_names_are_found_however_they_are_written(code):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    assert list(companion.forbidden_names(notebook))


def test_a_variable_called_output_is_fine():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("output = 1\n!ls\noutputs = [output]")])
    assert list(companion.forbidden_names(notebook)) == []
