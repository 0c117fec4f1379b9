"""The stepper by keyboard alone: every row of the table of controls in docs/stepper.md, and what is read aloud."""

from __future__ import annotations

import re

import pytest

from minigrad.viz.questions import ask

from .controls import KEYS, MOUSE, press, rows_of_the_table
from .page import announced, open_trace, trace_of_q

pytestmark = pytest.mark.browser


@pytest.fixture
def q(visit, tmp_path):
    """The walk of Q, before its first step."""
    page = visit()
    stepper = open_trace(page, tmp_path, trace_of_q())
    yield stepper
    assert page.problems == []


def test_a_whole_walk_is_read_aloud_forwards_and_backwards(q):
    sentences = [event["sentence"] for event in trace_of_q()["events"]]
    before = "Before the first of 6 steps: nothing has run yet."
    assert announced(q) == before
    q.page.keyboard.press("Tab")  # the keyboard alone: into the stepper, then only arrows
    for sentence in sentences:
        q.page.keyboard.press("ArrowRight")
        assert announced(q) == sentence
    for sentence in [*reversed(sentences[:-1]), before]:
        q.page.keyboard.press("ArrowLeft")
        assert announced(q) == sentence
    assert sentences == [
        "Step 1 of 6: SubBackward0 (Q). Gradient [1., 1.] arrives. "
        "It sends [1., 1.] to MulBackward0 (3*a**3) and [-1., -1.] to PowBackward0 (b**2).",
        "Step 2 of 6: PowBackward0 (b**2). Gradient [-1., -1.] arrives. It sends [-12., -8.] to b.",
        "Step 3 of 6: leaf b. Gradient [-12., -8.] arrives. b.grad was None and becomes [-12., -8.].",
        "Step 4 of 6: MulBackward0 (3*a**3). Gradient [1., 1.] arrives. It sends [3., 3.] to PowBackward0 (a**3).",
        "Step 5 of 6: PowBackward0 (a**3). Gradient [3., 3.] arrives. It sends [36., 81.] to a.",
        "Step 6 of 6: leaf a. Gradient [36., 81.] arrives. a.grad was None and becomes [36., 81.].",
    ]
    assert q.locator("[aria-live]").get_attribute("role") == "status"


def test_the_forward_pass_is_read_aloud(q):
    q.page.keyboard.press("Tab")
    q.page.keyboard.press("f")
    for made in trace_of_q()["forward"]:
        q.page.keyboard.press("ArrowRight")
        assert announced(q) == made["sentence"]


FOCUSED = """() => {
    const e = document.activeElement;
    if (!e.closest(".mg-widget")) return null;
    const ring = e.querySelector(":scope > .mg-halo") ?? e;
    const style = getComputedStyle(ring);
    const isRinged = ring === e ? style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
                                : style.stroke !== "none" && parseFloat(style.strokeWidth) >= 2;
    const { left, right, top, bottom } = e.getBoundingClientRect();
    const isSeen = left >= -1 && right <= innerWidth + 1 && bottom > 0 && top < innerHeight;
    return [e.getAttribute("aria-label") ?? e.textContent.trim(), isRinged, isSeen];
}"""
BAR = ["First step", "Previous step", "Play", "Next step", "Last step", "Step", "Speed"]


@pytest.mark.parametrize("width, height, scale", [(1280, 800, 1), (640, 400, 2), (320, 400, 2)])
def test_tab_goes_through_every_control_in_order_and_out_again(visit, tmp_path, width, height, scale):
    page = visit(width=width, height=height, device_scale_factor=scale)
    stepper = open_trace(page, tmp_path, trace_of_q())
    stepper.get_by_role("slider").fill("5")
    page.evaluate("document.activeElement.blur()")
    page.locator("body").click(position={"x": 1, "y": 1})
    names = []
    while len(names) < 40:
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found is None:
            break
        name, is_ringed, is_seen = found
        assert is_ringed, f"{name}: nothing shows that it has the focus"
        assert is_seen, f"{name}: out of sight at {width} × {height}"
        names.append(name)
    assert names[:7] == BAR and len(names) < 40
    assert names.index("Keys") < next(i for i, name in enumerate(names) if name.startswith("PowBackward0 (a**3)"))
    controls = "button, select, input, summary, [tabindex='0']"
    visible = "all => all.filter(e => e.checkVisibility() && !e.closest('[hidden]')).length"
    assert stepper.locator(controls).evaluate_all(visible) == len(names)  # none that Tab does not reach


def test_nothing_moves_where_motion_is_unwelcome(visit, tmp_path):
    page = visit(reduced_motion="reduce")
    stepper = open_trace(page, tmp_path, ask(trace_of_q(), ["value"]))
    moving = """async (s) => {
        await new Promise(requestAnimationFrame);
        const own = [...s.querySelectorAll("*")].filter((e) => getComputedStyle(e).scrollBehavior === "smooth");
        return s.getAnimations({ subtree: true }).length + own.length;
    }"""
    stepper.locator("input.mg-field").fill("1 1")
    stepper.locator("input.mg-field").press("Enter")
    assert stepper.evaluate(moving) == 0
    stepper.get_by_role("button", name="Forward pass").click()
    page.keyboard.press("ArrowRight")
    assert stepper.evaluate(moving) == 0


# ----------------------------------------------------------------------------------- the table of docs/stepper.md


def test_every_row_of_the_table_is_tried():
    table = rows_of_the_table()
    assert set(table) == set(KEYS)
    assert {row for row, (mouse, _) in table.items() if mouse} == set(MOUSE)


@pytest.mark.parametrize("row", [row for row, (walk, _) in KEYS.items() if walk == "q"])
def test_a_key_does_what_the_table_says(q, row):
    q.locator(".mg-next").focus()
    KEYS[row][1](q)


def test_every_key_that_the_help_lists_is_in_the_table(q):
    press(q, "Tab", "?")
    listed = " ".join(q.locator(".mg-help dt").all_inner_texts())
    table = " ".join(keys for _, keys in rows_of_the_table().values()).lower()
    for key in re.findall(r"[→←↑↓?]|\b(?:Home|End|Space|Shift|Enter|Escape|[a-z])\b(?! (?:click|or|and|an))", listed):
        assert key.lower() in table, key
