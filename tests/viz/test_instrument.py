"""The widgets' joined files, and the base of the small widgets, with anywidget and without."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest

from minigrad.viz import assets
from minigrad.viz.instruments import instrument

STATIC = Path(assets.__file__).with_name("static")


@pytest.fixture(params=["anywidget", "no anywidget"])
def dial(request, monkeypatch):
    """An instrument, its alt text to be shown as text, from the module as it is with anywidget or without."""
    if request.param == "anywidget":
        pytest.importorskip("anywidget")
    else:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        monkeypatch.delitem(sys.modules, instrument.__name__)
    base = importlib.import_module(instrument.__name__).Instrument

    class Dial(base):
        kind = "stepper"

        @property
        def alt(self):
            return f"A dial at <{self.value}>."

        def still(self):
            return f'<svg xmlns="http://www.w3.org/2000/svg"><text>{self.state["name"]}</text></svg>'

    return Dial({"name": "v"}, value=3)


def test_an_instrument_is_its_picture_and_words(dial):
    data = dial._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    assert data["text/plain"] == repr(dial) == "A dial at <3>."
    assert data["text/html"].startswith('<img alt="A dial at &lt;3&gt;." src="data:image/svg+xml,')
    dial.value = 4
    assert repr(dial) == "A dial at <4>."
    assert dial._esm == assets.esm("stepper") and dial._css == assets.css()


def test_every_file_is_part_of_a_widget_and_imports_nothing():
    for file in STATIC.glob("*.js"):
        assert not re.search(r"^import\b|\bimport\(", file.read_text("utf-8"), re.M), file.name
    listed = {name for names in assets.FILES.values() for name in names} | set(assets.STYLES)
    assert listed == {file.name for file in STATIC.iterdir()}
    assert len(assets.STYLES) == len(set(assets.STYLES))


@pytest.mark.parametrize("name", sorted({*assets.FILES, *(file.stem for file in STATIC.glob("*.js"))}))
def test_joined_files_name_nothing_twice(name):
    names = re.findall(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", assets.esm(name), re.M)
    parts = {file for files in assets.FILES.values() for file in files} - {f"{widget}.js" for widget in assets.FILES}
    if f"{name}.js" not in parts:
        assert len(names) == len(set(names)), sorted({one for one in names if names.count(one) > 1})
        assert assets.esm(name).count("export default") == 1


def test_an_instrument_is_saved_as_a_page_and_as_a_picture(dial, tmp_path):
    dial.state = dial.state | {"question": "Where to, </title><b>?"}
    page = dial.save(tmp_path / "dial.html").read_text("utf-8")
    assert "<title>Where to, &lt;/title&gt;&lt;b&gt;?</title>" in page
    assert 'mount_stepper(document.getElementById("instrument"), ' in page and "{ value: 3, onChange() {} }" in page
    assert r'"question":"Where to, \u003c/title>\u003cb>?"' in page and '<noscript><img alt="A dial at' in page
    assert dial.save(str(tmp_path / "dial.svg")).read_text("utf-8") == dial.still()
    with pytest.raises(ValueError, match=r"'dial\.png': its ending must be \.html or \.svg"):
        dial.save("dial.png")


def test_the_question_goes_to_the_front_end(dial):
    asking = type("Asking", (type(dial),), {"question": "What is it?"})
    assert asking({"name": "v"}).state == {"question": "What is it?", "name": "v"}
    assert dial.state == {"name": "v"}
