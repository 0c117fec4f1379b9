"""The widgets outside JupyterLab: on a bare page, and as VS Code shows them, behind a model that knows no more than
anywidget promises. (The manager that VS Code loads sets JupyterLab's names to black on white, whatever its theme is.)
"""

from __future__ import annotations

import json

import pytest

from minigrad.viz import assets

from .boards import BOARDS
from .layout import defects
from .page import announced, edge_texts, serious, trace_of_q

pytestmark = pytest.mark.browser

STYLES = {
    "light": ("", "", "light"),
    "dark": (":root { color-scheme: light dark; }", "", "dark"),
    "VS Code, light": ("--vscode-editor-background: #fff; --vscode-editor-foreground: #3b3b3b", "vscode-light", "dark"),
    "VS Code, dark": ("--vscode-editor-background: #1f1f1f; --vscode-editor-foreground: #ccc", "vscode-dark", "light"),
    "VS Code, contrast": ("--vscode-editor-background: #000", "vscode-high-contrast", "light"),
}
MANAGER = "--jp-layout-color1: white; --jp-content-font-color1: black; --jp-code-font-family: monospace"
THEIRS = "code { color: #d7ba7d; background: #333; padding: 1px 3px; } img { max-width: 100%; } .jp-x { float: left; }"
PAGE = """<!doctype html><html lang="en" style="{variables}"><head><meta charset="utf-8"><title>Elsewhere</title>
<style>{styles}</style></head><body {body}><main></main></body></html>"""
RENDER = """async ([module, css, data]) => {
    const { default: widget } = await import(URL.createObjectURL(new Blob([module], { type: "text/javascript" })));
    document.head.appendChild(Object.assign(document.createElement("style"), { textContent: css }));
    const handlers = {};
    const model = {
        get: (key) => data[key],
        set: (key, value) => { data[key] = value; for (const act of handlers[`change:${key}`] ?? []) act(); },
        save_changes() {},
        on: (name, act) => (handlers[name] ??= []).push(act),
        off: (name, act) => (handlers[name] = handlers[name].filter((other) => other !== act)),
    };
    const el = document.querySelector("main").appendChild(document.createElement("div"));
    widget.render({ model, el });
    window.data = data;
}"""


@pytest.fixture(params=STYLES)
def elsewhere(request, visit, tmp_path):
    """Render a widget of a kind with what its model has: `elsewhere(kind, data)`; it is light or dark as it should."""
    variables, theme, system = STYLES[request.param]
    is_code = bool(theme)
    page = visit(color_scheme=system)
    file = tmp_path / "elsewhere.html"
    styles = f":root {{ {MANAGER} }} {THEIRS}" if is_code else variables
    body = f'class="{theme}" data-vscode-theme-kind="{theme}"' if is_code else ""
    text = PAGE.format(variables=variables if is_code else "", styles=styles, body=body)
    file.write_text(text, encoding="utf-8")
    page.goto(file.as_uri())
    is_dark = request.param == "dark" or theme in ("vscode-dark", "vscode-high-contrast")

    def elsewhere(kind, data):
        page.evaluate(RENDER, [assets.esm(kind), assets.css(), json.loads(json.dumps(data))])
        found = page.locator(".mg-widget").last
        found.wait_for()
        ground = found.evaluate("s => getComputedStyle(s).backgroundColor")
        assert (sum(map(int, ground.strip("rgb()").split(","))) < 200) == is_dark, ground
        return found

    yield elsewhere
    assert page.problems == [] and [url for url in page.requests if not url.startswith(("file:", "blob:"))] == []


def test_the_stepper_walks(elsewhere):
    traits = {"step": 0, "breakpoints": [], "answers": [], "notice": "", "ran": 0, "wanted": 0}
    s = elsewhere("stepper", {"trace": trace_of_q(), **traits})
    s.get_by_role("button", name="Next step").click()
    s.page.keyboard.press("ArrowRight")
    assert announced(s).startswith("Step 2 of 6: PowBackward0 (b**2).") and "[-12., -8.]" in edge_texts(s)
    s.page.wait_for_function("window.data.step === 2")
    assert defects(s.page) == [] and serious(s.page) == []
    assert s.evaluate("() => document.activeElement.dataset.lmSuppressShortcuts") == "true"  # Notebook 7 asks for it


def test_instruments_are_driven(elsewhere):
    for name, control in (("ctx_inspector", "backward got"), ("jacobian_map", "Only row y[1]")):
        instrument = BOARDS[name]()
        i = elsewhere(instrument.kind, {"state": instrument.state, "value": instrument.value})
        before = announced(i)
        i.get_by_role("button", name=control).click()
        assert announced(i) != before
    assert defects(i.page) == [] and serious(i.page, ".mg-widget") == []
