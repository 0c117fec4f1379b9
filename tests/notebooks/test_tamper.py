"""The gate bites: a notebook tampered with in any of these ways fails `make test`.

One small notebook is built and copied once for each way; the real gate (nbval and the companion) runs on all copies.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course import build

ROOT = Path(build.__file__).parents[1]

SOURCE = """\
# %% [markdown]
# # 99 A small lesson
#
# Two and two is 4.

# %%
import sys
from IPython.display import HTML, display
print(2 + 2)
print("to the other stream", file=sys.stderr)

# %%
class Picture:
    def __init__(self, kind, alt):
        self.kind, self.alt = kind, alt

    def _repr_mimebundle_(self, **_):
        uri = {
            "svg": "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='120'/%3E",
            "png": "data:image/png;base64,iVBORw0KGgo=",
        }
        return {"text/html": f'<img alt="{self.alt}" src="{uri[self.kind]}">', "text/plain": self.alt}

display(Picture("svg", "a square"))
Picture("png", "a dot")

# %%
display(HTML("<b>36</b>"))
[36.0, 81.0]

# %% tags=["raises-exception"]
%xmode Minimal
raise ValueError("no such slope: 7")

# %% tags=["raises-exception"]
import minigrad
minigrad.tensor([1, 10]).requires_grad_()
"""


def cell_with(notebook: dict, text: str) -> dict:
    return next(cell for cell in notebook["cells"] if text in "".join(cell["source"]))


def replaced(notebook: dict, old: str, new: str) -> dict:
    """The notebook with a text replaced in its outputs (never in its sources)."""
    for cell in notebook["cells"]:
        if "outputs" in cell:
            before = json.dumps(cell["outputs"])
            cell["outputs"] = json.loads(before.replace(old, new))
    return notebook


def _text(notebook, source):
    cell_with(notebook, "2 + 2")["outputs"][0]["text"] = ["5\n"]


def _value(notebook, source):
    replaced(notebook, "[36.0, 81.0]", "[36.0, 82.0]")


def _html(notebook, source):
    replaced(notebook, "<b>36</b>", "<b>37</b>")


def _svg(notebook, source):
    replaced(notebook, "width='120'", "width='121'")


def _png(notebook, source):
    replaced(notebook, "iVBORw0KGgo=", "iVBORw0KGgp=")


def _output_deleted(notebook, source):
    cell_with(notebook, "[36.0, 81.0]")["outputs"].pop()


def _all_outputs_deleted(notebook, source):
    cell_with(notebook, "2 + 2")["outputs"].clear()


def _never_run(notebook, source):
    cell = cell_with(notebook, "[36.0, 81.0]")
    cell["outputs"], cell["execution_count"] = [], None


def _run_out_of_order(notebook, source):
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[0]["execution_count"], code[1]["execution_count"] = 2, 1


def _traceback(notebook, source):
    output = cell_with(notebook, "raise ValueError")["outputs"][-1]
    output["traceback"] = [line.replace("7", "8") for line in output["traceback"]]


def _error_value(notebook, source):
    cell_with(notebook, "raise ValueError")["outputs"][-1]["evalue"] = "no such slope: 8"


def _cell_in_message(notebook, source):
    replaced(notebook, "cell [5], line 2", "cell [6], line 2")


def _no_longer_raises(notebook, source):
    cell = cell_with(notebook, "raise ValueError")
    cell["source"] = [line.replace("raise ValueError", "print") for line in cell["source"]]
    return source.replace("raise ValueError", "print")


def _raises_untagged(notebook, source):
    cell_with(notebook, "raise ValueError")["metadata"] = {}
    return source.replace('# %% tags=["raises-exception"]', "# %%")


def _order(notebook, source):
    cell_with(notebook, "class Picture")["outputs"].reverse()


def _streams_swapped(notebook, source):
    outputs = cell_with(notebook, "2 + 2")["outputs"]
    outputs[0]["name"], outputs[1]["name"] = outputs[1]["name"], outputs[0]["name"]


def _output_type(notebook, source):
    output = cell_with(notebook, "[36.0, 81.0]")["outputs"][0]
    output["output_type"], output["execution_count"] = "execute_result", 3


def _metadata(notebook, source):
    cell_with(notebook, "2 + 2")["metadata"] = {"collapsed": True}


def _kernel(notebook, source):
    notebook["metadata"]["kernelspec"]["name"] = "mine"


def _prose(notebook, source):
    cell_with(notebook, "Two and two")["source"] = ["# 99 A small lesson\n", "\n", "Two and two is 5."]


def _code(notebook, source):
    cell_with(notebook, "2 + 2")["source"][-2] = "print(1 + 3)\n"


def _source_alone(notebook, source):
    return source.replace("Two and two", "One and three")


def _cell_gone(notebook, source):
    notebook["cells"].remove(cell_with(notebook, "[36.0, 81.0]"))
    for count, cell in enumerate((c for c in notebook["cells"] if c["cell_type"] == "code"), start=1):
        cell["execution_count"] = count


def _alt(notebook, source):
    replaced(notebook, "a square", "")
    cell = cell_with(notebook, "class Picture")
    cell["source"] = [line.replace("a square", "") for line in cell["source"]]
    return source.replace("a square", "")


def _bare_picture(notebook, source):
    cell_with(notebook, "class Picture")["outputs"][0]["data"]["image/png"] = "iVBORw0KGgo="


def _widget_view(notebook, source):
    data = cell_with(notebook, "class Picture")["outputs"][1]["data"]
    data[build.WIDGET_VIEW] = {"model_id": "0", "version_major": 2, "version_minor": 0}


def _forbidden_widget(notebook, source):
    cell = cell_with(notebook, "2 + 2")
    cell["source"] = [line.replace("HTML, display", "HTML, display, clear_output") for line in cell["source"]]
    return source.replace("HTML, display", "HTML, display, clear_output", 1)


WAYS = [value for name, value in list(globals().items()) if re.fullmatch(r"_[a-z]\w*", name)]


def name_of(way) -> str:
    return way.__name__.strip("_")


def run_gate(folder: Path) -> str:
    """Run what `make test` runs on notebooks, on those in `folder`; returns its report."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rfE",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "-n",
        "2",
        "-c",
        str(ROOT / "pyproject.toml"),
    ]
    command += ["--rootdir", str(ROOT), str(folder), str(ROOT / "tests" / "notebooks" / "test_companion.py")]
    environment = os.environ | {"MINIGRAD_COURSE_FOLDER": str(folder), "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300).stdout


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The gate's report on the untouched notebook and one copy for each way."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "src").mkdir()
    (folder / "src" / "99_small.py").write_text(SOURCE, "utf-8")
    built = build.build("99", folder)
    [text] = built.values()
    assert built == build.build("99", folder), "building twice gives the same bytes"
    for way in [None, *WAYS]:
        notebook, stem = json.loads(text), "99_untouched" if way is None else f"99_{name_of(way)}"
        source = SOURCE if way is None else way(notebook, SOURCE) or SOURCE
        (folder / f"{stem}.ipynb").write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
        (folder / "src" / f"{stem}.py").write_text(source, "utf-8")
    (folder / "src" / "99_small.py").unlink()
    return run_gate(folder)


def failures(report: str, name: str) -> list[str]:
    return [
        line
        for line in report.splitlines()
        if line.startswith(("FAILED", "ERROR")) and re.search(rf"99_{name}\b", line)
    ]


def test_the_untouched_notebook_passes(report):
    assert failures(report, "untouched") == []
    assert " passed" in report.splitlines()[-1]


@pytest.mark.parametrize("way", WAYS, ids=name_of)
def test_tampering_is_noticed(report, way):
    assert failures(report, name_of(way)), report[-3000:]
