"""docs/stepper.md knows every key of a trace, every instrument and every picture of it."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from figures.situations import SITUATIONS
from minigrad import viz
from minigrad.viz.trace import VERSION

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = (REPOSITORY / "docs" / "stepper.md").read_text(encoding="utf-8")
FORM = DOCS[DOCS.index("## The JSON form of a trace") :]


def keys_of(data, found):
    """Every key of dicts in dicts and lists; those that are data themselves, such as numbers, left out."""
    if isinstance(data, dict):
        for key, value in data.items():
            found.add(key)
            keys_of(value, found)
    elif isinstance(data, list):
        for each in data:
            keys_of(each, found)
    return found


def test_the_form_has_the_version_of_the_traces():
    assert FORM.startswith(f"## The JSON form of a trace (version {VERSION})\n")
    assert f'"version": {VERSION},' in FORM


@pytest.mark.parametrize("name", [name for name in SITUATIONS if name not in ("resnet18", "side-by-side")])
def test_every_key_of_a_trace_is_documented(name):
    if name == "pytorch":
        pytest.importorskip("torch")
    with contextlib.redirect_stdout(io.StringIO()):
        shown = SITUATIONS[name].make()
    trace = getattr(shown, "trace", None)
    if trace is None:
        pytest.skip("no trace of its own")
    assert trace["events"]
    known = set(re.findall(r'["`]([a-z_0-9]+)["`]', FORM))
    assert keys_of(trace, set()) - known == set()


def test_every_instrument_is_in_the_docs():
    headings = re.findall(r"^### `(\w+)\(", DOCS, re.MULTILINE)
    assert set(viz._INSTRUMENTS) - {*headings, "side_by_side"} == set()
    table = re.findall(r"^\| `(\w+)\(", DOCS, re.MULTILINE)
    assert set(viz._INSTRUMENTS) - {*table} == set()


def test_every_picture_is_there_with_words():
    shown = re.findall(r"!\[(.*?)\]\(\.\./figures/([\w-]+)\.png\)", DOCS)
    assert {name for _, name in shown} >= set(SITUATIONS)
    for words, name in shown:
        assert len(words) > 60, f"{name}: what does the picture teach?"
        file = REPOSITORY / "figures" / f"{name}.png"
        assert file.stat().st_size < 150_000
