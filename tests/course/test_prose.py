"""Every number in a lesson's text is computed in that lesson; what it says of PyTorch, PyTorch says."""

import ast
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course import build, record_pytorch
from tests.course import prose
from tests.course.play import source_of
from tests.oracle import warns_always

SOURCES = sorted((build.COURSE / "src").glob("[0-9][0-9]_*.py"))
NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?|[-−]?\d+\.")
each_lesson = pytest.mark.parametrize("number", [path.name[:2] for path in SOURCES])


def text_of(number: str) -> str:
    """The lesson's text without its code blocks."""
    cells = build.read_source(source_of(number)).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.sub(r"\s+", " ", re.sub(r"```.*?```", " ", text, flags=re.S))


def numbers_in(fragment: str) -> list[float]:
    return [float(found.replace("−", "-")) for found in NUMBER.findall(re.sub(r"\^\{?(\w)", r" \1", fragment))]


def flat(value: Any) -> list[float]:
    """All numbers of a value: tensors, arrays, tuples of such."""
    if isinstance(value, tuple | list):
        return [number for part in value for number in flat(part)]
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    return [float(number) for number in np.ravel(value)]


def run_lesson(number: str) -> dict[str, Any]:
    """The lesson's variables after its code ran, in this process. A cell that raises on purpose counts up to there."""
    namespace: dict[str, Any] = {"__name__": "__main__", "display": lambda *_: None}
    for cell in build.read_source(source_of(number)).cells:
        if cell.cell_type != "code":
            continue
        code = "\n".join(line for line in cell.source.splitlines() if not line.startswith(("%", "!")))
        compiled = compile(ast.parse(code), f"<{cell.id}>", "exec")
        if "raises-exception" in cell.metadata.get("tags", []):
            with pytest.raises(Exception):  # noqa: B017  (which one it is, the companion compares)
                exec(compiled, namespace)
        else:
            exec(compiled, namespace)
    return namespace


def unclaimed(number: str, text: str) -> str:
    """What is left of the text around digits that nobody vouches for; empty if all is well."""
    fragments = [fragment for fragment, _ in prose.claims(number)] + prose.given(number)
    for fragment in sorted(fragments, key=len, reverse=True):
        text = text.replace(fragment, " ")
    text = re.sub(r"\]\([^)]*\)|<[^>]*>", " ", text)  # where links lead, and HTML's own attributes
    return " … ".join(text[max(0, m.start() - 40) : m.end() + 20] for m in re.finditer(r"\d", text))


@each_lesson
def test_every_number_is_vouched_for(number):
    assert unclaimed(number, text_of(number)) == ""


@each_lesson
def test_every_fragment_is_in_the_text(number):
    text = text_of(number)
    fragments = [fragment for fragment, _ in prose.claims(number)] + prose.given(number)
    assert [fragment for fragment in fragments if fragment not in text] == []


@each_lesson
def test_every_number_is_computed(number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    variables = run_lesson(number)
    for fragment, expression in prose.claims(number):
        computed = flat(eval(expression, variables))
        stated = numbers_in(fragment)
        assert len(stated) == len(computed), f"“{fragment}” has {stated}, {expression} gives {computed}"
        assert np.allclose(stated, computed, rtol=5e-4), f"“{fragment}” has {stated}, {expression} gives {computed}"


def test_a_wrong_number_is_noticed():
    text = text_of("00")
    assert unclaimed("00", text) == ""
    assert "82" in unclaimed("00", text.replace("The factor 81", "The factor 82"))
    assert "17" in unclaimed("00", text + " and 17 more")
    assert numbers_in("36 and 81 for $a$, −12 and −8 for $b$") == [36, 81, -12, -8]
    assert numbers_in(r"$9 \cdot 2^2 = 36$") == [9, 2, 2, 36]


@each_lesson
def test_there_is_a_record_of_pytorch(number):
    records = list(record_pytorch.records(source_of(number).read_text("utf-8")))
    assert records
    for program, output in records:
        assert "import torch" in program and output


@each_lesson
def test_pytorch_prints_what_is_recorded(number):
    pytest.importorskip("torch", reason="PyTorch is not installed: its recorded outputs are not asked again")
    for program, output in record_pytorch.records(source_of(number).read_text("utf-8")):
        with warns_always():  # as in a session of its own
            assert record_pytorch.output_of(program) == output


@each_lesson
def test_minigrad_prints_the_same_as_pytorch(number):
    for program, output in record_pytorch.records(source_of(number).read_text("utf-8")):
        ours = record_pytorch.output_of(program.replace("import torch", "import minigrad as torch"))
        assert ours == output.replace("torch.", "minigrad.")


@each_lesson
def test_links_lead_somewhere(number):
    text = "\n".join(cell.source for cell in build.read_source(source_of(number)).cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert target.startswith("https://") or (build.COURSE / Path(target)).exists(), target
