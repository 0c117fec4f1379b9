"""Large graphs on a page from disk: groups that open and close, the overview, zoom, and what a step changes."""

from __future__ import annotations

import json

import pytest

import minigrad
from minigrad import nn
from minigrad.viz.layout import layout
from minigrad.viz.nested import nested
from minigrad.viz.picture import drawn
from minigrad.viz.trace import add_mathml, record

from .page import announced, page_text, serious, step_of

pytestmark = pytest.mark.browser


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.relu, self.two = nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8)

    def forward(self, x):
        return x + self.two(self.relu(self.one(x)))


def trace_of_blocks(blocks=4):
    model = nn.Sequential(*(Block() for _ in range(blocks)))
    return add_mathml(drawn(record(model(minigrad.ones(2, 8)).sum(), by=model)))


def open_trace(page, folder, trace):
    """Open a page for `trace` that also lends the tests the front end's layout."""
    file = folder / "walk.html"
    script = page_text(trace).replace("window.steps = [];", "window.steps = []; window.layoutOf = layoutOf;")
    file.write_text(script, encoding="utf-8")
    page.goto(file.as_uri())
    stepper = page.locator(".mg-stepper")
    stepper.wait_for()
    return stepper


@pytest.fixture
def blocks(visit, tmp_path):
    """A walk of four blocks with six groups or more."""
    page = visit(width=1280, height=800)
    stepper = open_trace(page, tmp_path, trace_of_blocks())
    assert opened(stepper) == [f"{i} · Block" for i in (3, 2, 1, 0)]  # few enough to be open at first
    stepper.get_by_role("button", name="Close all").click()
    yield stepper
    assert page.problems == []


def closed(stepper):
    return stepper.locator(".mg-closed .mg-text-name").all_text_contents()


def opened(stepper):
    return stepper.locator(".mg-opened text").all_text_contents()


def test_a_closed_group_shows_that_it_holds_a_breakpoint(blocks):
    groups = trace_of_blocks()["groups"]
    inner = next(group["nodes"][0] for group in groups if group["path"].endswith("1.one"))
    blocks.page.evaluate("id => view.follow('breakpoints', [id])", inner)
    box = blocks.locator(".mg-closed", has_text="1 · Block")
    assert blocks.locator(".mg-closed:has(.mg-breakpoint)").count() == 1 and box.locator(".mg-breakpoint").count() == 1
    assert box.get_attribute("aria-label").endswith(", holds a breakpoint")
    box.click()
    while blocks.locator(".mg-closed:has(.mg-breakpoint)").count():  # a module inside
        blocks.locator(".mg-closed:has(.mg-breakpoint)").click()
    signs = blocks.locator("[data-node]:has(.mg-breakpoint)")
    assert signs.evaluate_all("all => all.map(one => Number(one.dataset.node))") == [inner]
    blocks.get_by_role("button", name="Close all").click()
    blocks.page.evaluate("view.follow('breakpoints', [])")
    assert blocks.locator(".mg-breakpoint").count() == 0
    assert "breakpoint" not in box.get_attribute("aria-label")


def test_groups_open_and_close_by_click(blocks):
    assert closed(blocks) == [f"{i} · Block" for i in (3, 2, 1, 0)] and opened(blocks) == []
    blocks.locator(".mg-closed", has_text="2 · Block").click()
    assert opened(blocks) == ["2 · Block"]
    assert closed(blocks) == ["3 · Block", "two · Linear", "one · Linear", "1 · Block", "0 · Block"]
    assert "open, 10 nodes inside" in announced(blocks)
    blocks.locator(".mg-closed", has_text="one · Linear").click()
    assert opened(blocks) == ["2 · Block", "one · Linear"]
    assert "weight" in blocks.locator(".mg-leaf .mg-text-name").all_text_contents()
    blocks.locator(".mg-opened", has_text="2 · Block").click()
    assert closed(blocks) == [f"{i} · Block" for i in (3, 2, 1, 0)]
    blocks.get_by_role("button", name="Open all").click()
    assert closed(blocks) == [] and len(opened(blocks)) == 12
    blocks.get_by_role("button", name="Close all").click()
    assert opened(blocks) == []
    assert step_of(blocks) == 0  # opening is no step


def test_groups_open_and_close_by_key(blocks):
    keyboard = blocks.page.keyboard
    blocks.locator(".mg-closed", has_text="3 · Block").focus()
    keyboard.press("Enter")
    assert opened(blocks) == ["3 · Block"]
    focused = "document.activeElement.getAttribute('aria-expanded') + document.activeElement.textContent"
    assert blocks.page.evaluate(focused).startswith("true")  # on the open group's title
    keyboard.press("-")
    assert opened(blocks) == [] and blocks.page.evaluate(focused).startswith("false")
    keyboard.press("+")
    assert opened(blocks) == ["3 · Block"]
    blocks.locator("[data-node]", has_text="Add").first.focus()
    keyboard.press("-")  # from inside: the group around
    assert opened(blocks) == []
    keyboard.press("Shift+ArrowDown")
    assert "2 · Block" in blocks.page.evaluate(focused)


def test_a_step_inside_a_closed_group_lights_it_and_counts(blocks):
    group = blocks.locator(".mg-closed").first
    assert group.locator(".mg-text-source").text_content() == "0 of 10 nodes done"
    blocks.get_by_role("slider", name="Step").fill("4")
    assert group.get_attribute("data-state") == "now"
    assert group.locator(".mg-text-source").text_content() == "3 of 10 nodes done"
    assert "closed group, 3 of 10 nodes done, running now" in group.get_attribute("aria-label")
    blocks.locator(".mg-closed").first.click()
    assert blocks.locator("[data-node][data-state='now'], .mg-closed[data-state='now']").count() == 1
    assert blocks.locator(".mg-open[data-state='now']").count() == 1
    blocks.get_by_role("button", name="Last step").click()
    blocks.get_by_role("button", name="Close all").click()
    blocks.page.wait_for_timeout(100)
    assert blocks.locator(".mg-closed").evaluate_all("all => all.map(g => g.dataset.state)")[:3] == ["done"] * 3
    words = blocks.locator(".mg-gradient .mg-after text").all_text_contents()
    assert words.count("2 gradients") == 3  # past the sum, and through the layers


@pytest.mark.parametrize("opens", ["none", "some", "all"])
def test_the_front_end_lays_out_as_python_does(visit, tmp_path, opens):
    trace = trace_of_blocks()
    page = visit()
    open_trace(page, tmp_path, trace)
    names = {"none": [], "some": ["1", "1.two", "3"], "all": [group["path"] for group in trace["groups"]]}[opens]
    numbers = {group["id"] for group in trace["groups"] if group["path"] in names}
    found = page.evaluate("([trace, opened]) => layoutOf(trace, new Set(opened))", [trace, sorted(numbers)])
    boxes, _, frames, _ = nested(trace, numbers)
    assert len(found["boxes"]) == len(boxes) and len(found["frames"]) == len(frames)
    shift = [found["boxes"][0][axis] - boxes[0][axis] for axis in ("x", "y")]
    for one, other in zip(found["boxes"] + found["frames"], boxes + frames, strict=True):
        assert one["x"] - other["x"] == pytest.approx(shift[0], abs=0.2)
        assert one["y"] - other["y"] == pytest.approx(shift[1], abs=0.2)
    stored = layout(trace)
    first = page.evaluate("([trace, opened]) => layoutOf(trace, new Set(opened))", [trace, stored["open"]])
    assert (first["width"], first["height"]) == pytest.approx((stored["width"], stored["height"]), abs=0.2)
    for one, other in zip(first["edges"], stored["edges"], strict=True):
        assert json.dumps(one["edges"]) == json.dumps(other["edges"])
        assert one["tip"] == pytest.approx(other["tip"], abs=0.2)


def test_the_overview_leads_through_the_picture(blocks):
    blocks.get_by_role("button", name="Open all").click()
    overview = blocks.locator(".mg-overview")
    overview.wait_for()
    top = "f => f.scrollTop"
    frame = blocks.locator(".mg-graph")
    overview.focus()
    for key, moves in (("End", 1), ("Home", -1), ("PageDown", 1), ("ArrowUp", -1)):
        before = frame.evaluate(top)
        blocks.page.keyboard.press(key)
        blocks.page.wait_for_timeout(60)
        assert (frame.evaluate(top) - before) * moves > 20, key
    box = overview.bounding_box()
    blocks.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 12)
    blocks.page.mouse.down()
    blocks.page.wait_for_timeout(60)
    begin = frame.evaluate(top)
    blocks.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 12, steps=4)
    blocks.page.mouse.up()
    blocks.page.wait_for_timeout(60)
    assert frame.evaluate(top) > begin + 300
    assert " % of the height" in overview.get_attribute("aria-valuetext")
    assert step_of(blocks) == 0


def test_zoom(blocks):
    width = "f => f.querySelector('.mg-picture').clientWidth"
    frame = blocks.locator(".mg-graph")
    natural = frame.evaluate(width)
    blocks.get_by_role("button", name="Larger").click()
    assert frame.evaluate(width) == pytest.approx(1.25 * natural, rel=0.02)
    blocks.get_by_role("button", name="Smaller").click()
    assert frame.evaluate(width) == pytest.approx(natural, rel=0.02)
    blocks.get_by_role("button", name="Open all").click()
    blocks.get_by_role("button", name="Show all").click()
    assert frame.evaluate("f => f.scrollHeight <= f.clientHeight + 2 && f.scrollWidth <= f.clientWidth + 2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [(1280, 800), (800, 600)])
def test_nothing_serious_and_nothing_beyond_its_place(visit, tmp_path, scheme, screen):
    page = visit(width=screen[0], height=screen[1], color_scheme=scheme)
    stepper = open_trace(page, tmp_path, trace_of_blocks())
    stepper.locator(".mg-closed").first.click()
    stepper.get_by_role("slider", name="Step").fill("5")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.problems == []


def chain(nodes):
    """A flat trace of about as many nodes."""
    y = minigrad.tensor(0.5, requires_grad=True)
    for _ in range(nodes // 2):
        y = y.sin() * 0.5  # no leaf that each of them shares: its every use counts along
    return drawn(record(y))


TOUCHED = """async (clicks) => {
    // How many of the picture's elements each click on Next has changed.
    const touched = [];
    for (let i = 0; i < clicks; i++) {
        const seen = new Set();
        const observer = new MutationObserver((changes) => changes.forEach(({ target }) => seen.add(target)));
        observer.observe(document.querySelector('.mg-graph'), {
            attributes: true, characterData: true, childList: true, subtree: true,
        });
        document.querySelector('.mg-next').click();
        await new Promise((resolve) => setTimeout(resolve, 20));
        observer.disconnect();
        touched.push(seen.size);
    }
    return touched;
}"""


def test_a_step_changes_no_more_of_a_large_picture_than_of_a_small_one(visit, tmp_path):
    """What a click costs (benchmarks/stepper_repaint.py measures it) does not grow with the graph."""
    touched = {}
    for nodes in (100, 1_000):
        page = visit(width=1280, height=800)
        open_trace(page, tmp_path, chain(nodes))
        _, *touched[nodes] = page.evaluate(TOUCHED, 12)  # the first one says "not yet" of all
    assert touched[1_000] == touched[100] and 0 < max(touched[100]) < 20, touched
