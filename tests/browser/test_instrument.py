"""What the small widgets share: a dial made of the shared parts, on a page and behind anywidget's model."""

from __future__ import annotations

import pytest

from minigrad.viz import assets
from minigrad.viz import page as pages

from .page import open_instrument, serious

DIAL = """
function mount_dial(el, state, { value, onChange }) {
  let now = value;
  const out = html("output", {}, String(now));
  const go = (to) => out.replaceChildren(String((now = to)));
  const more = () => { go(now + 1); onChange(now); };
  const plus = button("More", more, { words: ["+"] });
  const root = html("section", { class: "mg-widget", "aria-label": state.name }, plus, out);
  el.replaceChildren(root);
  return { go, destroy: () => root.remove() };
}
export default { render: widgetOf(mount_dial) };
"""
MODEL = """async (js) => {
  const { default: widget } = await import(URL.createObjectURL(new Blob([js], { type: "text/javascript" })));
  const data = { state: { name: "one" }, value: 5 }, handlers = {}, seen = [];
  const model = {
    get: (key) => data[key],
    set: (key, value) => { data[key] = value; for (const act of handlers[`change:${key}`] ?? []) act(); },
    save_changes: () => seen.push(`saved ${data.value}`),
    on: (name, act) => (handlers[name] ??= []).push(act),
    off: (name, act) => (handlers[name] = handlers[name].filter((other) => other !== act)),
  };
  const el = document.body.appendChild(document.createElement("div"));
  const shows = () => el.querySelector("output")?.textContent ?? "nothing";
  const end = widget.render({ model, el });
  el.querySelector("button").click();
  el.querySelector("button").click();
  await new Promise((done) => setTimeout(done, 200));
  seen.push(shows());
  model.set("value", 5);
  seen.push(shows());
  model.set("state", { name: "two" });
  seen.push(el.firstChild.getAttribute("aria-label"), shows());
  end();
  seen.push(shows(), ...Object.values(handlers).map((left) => left.length));
  return seen;
}"""


@pytest.fixture
def dial(monkeypatch):
    module = assets.esm("stepper").partition("// The picture of a trace's graph")[0] + DIAL  # parts.js alone
    for each in (assets, pages):
        monkeypatch.setattr(each, "esm", lambda name: module)
    return module


def test_an_instrument_on_a_page(visit, tmp_path, dial):
    page = visit()
    found = open_instrument(page, tmp_path, "dial", {"name": "</script><b>v"}, 2)
    assert found.get_attribute("aria-label") == "</script><b>v"
    found.get_by_role("button", name="More").click()
    assert page.evaluate("window.values") == [3] and found.locator("output").inner_text() == "3"
    assert not serious(page, ".mg-widget")


def test_an_instrument_tells_its_model_once_and_follows_it(visit, tmp_path, dial):
    page = visit()
    open_instrument(page, tmp_path, "dial", {"name": "v"}, 2)
    assert page.evaluate(MODEL, dial) == ["saved 7", "7", "5", "two", "5", "nothing", 0, 0]


def test_a_saved_instrument_works_from_disk(visit, tmp_path, dial):
    page = visit()
    file = tmp_path / "dial.html"
    text = pages.instrument_page("dial", "How much?", {"name": "</script><b>v"}, 2, "<img alt='a dial'>")
    file.write_text(text, "utf-8")
    page.goto(file.as_uri())
    page.get_by_role("button", name="More").click()
    assert page.locator("output").inner_text() == "3"
    assert page.title() == "How much?" and page.locator("h1").inner_text() == "How much?"
    assert page.problems == [] and page.requests == [file.as_uri()]
    assert not serious(page, "body")
