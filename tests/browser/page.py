"""A page from disk that shows one trace, and questions to ask of a stepper on any page."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minigrad.viz import assets

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from .lab import Lab

REPOSITORY = Path(__file__).resolve().parents[2]
Q = json.loads((REPOSITORY / "tests" / "viz" / "q.trace.json").read_text(encoding="utf-8"))

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A walk</title>
<style>:root {{ color-scheme: light dark; }} body {{ margin: 8px; background: light-dark(#fff, #111); }}
{css}</style></head>
<body><main><h1 hidden>A walk</h1><h2 hidden>A walk</h2><div id="here" style="{style}"></div></main>
<script type="module">
{js}
window.steps = [];
window.told = [];
const onTrait = (name, value) => told.push([name, value]);
const options = {{ onStep: (step) => steps.push(step), onTrait, traits: {traits} }};
window.view = mount(document.getElementById("here"), {trace}, options);
</script></body></html>
"""


def trace_of_q() -> dict[str, Any]:
    """The example of docs/stepper.md, to be changed at will."""
    return copy.deepcopy(Q)


def page_text(trace: dict[str, Any], style: str = "", traits: dict[str, Any] | None = None) -> str:
    """A page that mounts `trace` with the stepper's own module and stylesheet; `style` is that of its place.

    `traits` are what a kernel would hand over besides.
    """
    script = json.dumps(trace).replace("</", "<\\/")
    parts = {"css": assets.css(), "js": assets.esm("stepper"), "traits": json.dumps(traits or {})}
    return PAGE.format(trace=script, style=style, **parts)


def open_trace(
    page: Page, folder: Path, trace: dict[str, Any], style: str = "", traits: dict[str, Any] | None = None
) -> Locator:
    """Write a page for `trace` into `folder`, open it from disk with everything else cut off, hand back its stepper."""
    file = folder / "walk.html"
    file.write_text(page_text(trace, style, traits), encoding="utf-8")
    page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
    page.goto(file.as_uri())
    stepper = page.locator(".mg-stepper")
    stepper.wait_for()
    whole(page)
    return stepper


def whole(page: Page) -> None:
    """Wait until all of each picture is there: what lies below the window comes after the first frame."""
    page.wait_for_function("document.querySelector('.mg-tile[hidden]') === null")


def open_instrument(page: Page, folder: Path, kind: str, state: Any, value: Any = None) -> Locator:
    """The same for an instrument; what the reader sets is kept in `window.values`."""
    file = folder / "instrument.html"
    call = f"""window.values = [];
window.view = mount_{kind}(document.getElementById("here"), {json.dumps(state)},
  {{ value: {json.dumps(value)}, onChange: (value) => window.values.push(value) }});""".replace("</", "<\\/")
    head, tail = PAGE.split("{js}")[0], "</script></body></html>"
    file.write_text(head.format(css=assets.css(), style="") + assets.esm(kind) + call + tail, encoding="utf-8")
    page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
    page.goto(file.as_uri())
    found = page.locator(".mg-widget")
    found.wait_for()
    return found


def open_saved(page: Page, file: Path) -> Locator:
    """Open a saved page from disk with everything else cut off, hand back its first widget."""
    page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
    page.goto(file.as_uri())
    found = page.locator(".mg-widget").first
    found.wait_for()
    return found


def step_of(stepper: Locator) -> int:
    """The step that is shown."""
    return int(stepper.get_attribute("data-step") or -1)


def node_states(stepper: Locator) -> dict[int, str]:
    """What each node of the picture looks like, by node number."""
    pairs = stepper.locator("[data-node]").evaluate_all("nodes => nodes.map(n => [n.dataset.node, n.dataset.state])")
    return {int(node): state for node, state in pairs}


def edge_texts(stepper: Locator) -> list[str]:
    """What is written on the edges of the picture, in the order of the layout's edges."""
    return visible_texts(stepper, ".mg-gradient text")


def leaf_texts(stepper: Locator) -> dict[str, str]:
    """What is written below each leaf."""
    names = visible_texts(stepper, ".mg-leaf .mg-text-name")
    return dict(zip(names, visible_texts(stepper, ".mg-grad text"), strict=True))


def visible_texts(stepper: Locator, selector: str) -> list[str]:
    """The texts that match `selector` and can be seen."""
    return stepper.locator(selector).evaluate_all(
        "all => all.filter(t => getComputedStyle(t).visibility === 'visible').map(t => t.textContent)"
    )


def announced(stepper: Locator) -> str:
    """The sentence that a screen reader is given."""
    return stepper.locator("[aria-live]").text_content() or ""


def overlaps(page: Page) -> list[str]:
    """Texts of the bar and the panel that lie one upon the other, as a notebook's own styles may bring about."""
    return page.evaluate(
        """() => {
            const texts = document.createTreeWalker(document.querySelector('.mg-stepper'), NodeFilter.SHOW_TEXT);
            const boxes = [];
            while (texts.nextNode()) {
                const text = texts.currentNode;
                if (!text.parentElement.checkVisibility()) continue;  // in a closed <details>, for instance
                if (!text.data.trim() || text.parentElement.closest('math, svg, select, .mg-live')) continue;
                const range = document.createRange();
                range.selectNodeContents(text);
                for (const box of range.getClientRects()) boxes.push([text, box]);
            }
            const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5;
            const found = [];
            boxes.forEach(([one, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
                if (one !== other && meet(a, b)) found.push(`${one.data} / ${other.data}`);
            }));
            return found;
        }"""
    )


def serious(page: Page, within: str = ".mg-stepper") -> list[str]:
    """What axe-core finds serious or critical inside `within`."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=within).response["violations"]
    return [
        f"{v['id']} ({v['impact']}): {v['help']}: {node['html'][:160]}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]


def leaves_the_machine(lab: Lab, page: Page) -> list[str]:
    """The addresses that a page of JupyterLab asked for outside its own server."""
    inside = (lab.url, f"ws{lab.url[4:]}", f"blob:{lab.url}", "data:")
    return [url for url in page.requests if not url.startswith(inside)]


def sentence(found):
    """What the instrument says about itself now, which is read aloud."""
    return found.locator("[aria-live]").inner_text()
