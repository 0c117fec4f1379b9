"""The widgets ask nothing of their host but anywidget's own interface: so Notebook 7 and VS Code can load them."""

import re

import pytest

from minigrad.viz.assets import FILES, css, esm


@pytest.mark.parametrize("kind", FILES)
def test_nothing_that_only_jupyterlab_has(kind):
    module = re.sub(r"/\*.*?\*/|//[^\n]*", "", esm(kind), flags=re.S)  # without its comments
    assert set(re.findall(r"\bmodel\.(\w+)", module)) <= {"get", "set", "save_changes", "on", "off"}
    for theirs in ("jupyterapp", "require(", "import(", "IPython", "Jupyter.", "@jupyter", "fetch(", "XMLHttpRequest"):
        assert theirs not in module
    assert not re.search(r"^\s*import\b", module, flags=re.M)
    assert "export default { render" in module


def test_jupyterlabs_colours_have_a_stand_in():
    style = css()
    assert re.findall(r"var\(--jp-[\w-]+\)", style) == []
    assert "@import" not in style and "url(" not in style.replace("url(data:", "")
