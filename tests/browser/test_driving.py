"""How the stepper is driven, beyond taking steps: breakpoints, the keys and their list, what is announced."""

from __future__ import annotations

import pytest

from .page import announced, open_trace, serious, step_of, trace_of_q

pytestmark = pytest.mark.browser


@pytest.fixture
def q(visit, tmp_path):
    """The walk of Q, before its first step; what the reader sets is kept in `window.told`."""
    page = visit()
    stepper = open_trace(page, tmp_path, trace_of_q())
    yield stepper
    assert page.problems == []


def told(stepper) -> list:
    """The traits that the front end has told of, as [name, value]."""
    return stepper.page.evaluate("window.told")


def marked(stepper) -> list[str]:
    """The nodes with the sign of a breakpoint."""
    return stepper.locator("[data-node]:has(.mg-breakpoint)").evaluate_all("all => all.map(n => n.dataset.node)")


def test_a_breakpoint_stops_play_and_is_seen_heard_and_told(q):
    q.locator("[data-node='1']").click(button="right")
    assert announced(q) == "Breakpoint set at MulBackward0 (3*a**3)."
    assert marked(q) == ["1"] and told(q) == [["breakpoints", [1]]]
    assert q.locator("[data-node='1']").get_attribute("aria-label").endswith(", breakpoint")
    assert q.locator(".mg-breakpoints").inner_text().split("\n")[0] == "Play stops at"
    q.get_by_label("Speed").select_option(label="4×")
    q.get_by_role("button", name="Play", exact=True).click()
    q.get_by_role("button", name="Pause").wait_for()
    q.get_by_role("button", name="Play", exact=True).wait_for()  # it has stopped by itself
    assert step_of(q) == 4
    assert announced(q).startswith("Step 4 of 6: MulBackward0")
    assert announced(q).endswith(" Stopped at a breakpoint.")
    q.get_by_role("button", name="Play", exact=True).click()  # and goes on from there
    q.page.wait_for_selector(".mg-stepper[data-step='6']")
    q.get_by_role("button", name="MulBackward0 (3*a**3): go to its step").click()
    assert step_of(q) == 4
    q.get_by_role("button", name="Clear the breakpoint at MulBackward0").click()
    assert marked(q) == [] and told(q)[-1] == ["breakpoints", []]
    assert not q.locator(".mg-breakpoints").is_visible()
    assert "breakpoint" not in q.locator("[data-node='1']").get_attribute("aria-label")


def test_breakpoints_and_focus_by_keyboard(q):
    keys = q.page.keyboard
    q.get_by_role("button", name="Next step").focus()
    keys.press("Shift+ArrowDown")  # into the picture
    focused = "document.activeElement.dataset.node"
    assert q.page.evaluate(focused) == "0"
    keys.press("Shift+ArrowDown")
    one = q.page.evaluate(focused)
    assert one in ("1", "2") and step_of(q) == 0  # the focus went, not the walk
    keys.press("b")
    assert marked(q) == [one]
    keys.press("Shift+ArrowUp")
    assert q.page.evaluate(focused) == "0"
    keys.press("Shift+ArrowDown")
    keys.press("b")
    assert marked(q) == [] and told(q) == [["breakpoints", [int(one)]], ["breakpoints", []]]
    keys.press("Enter")
    assert step_of(q) == {"1": 4, "2": 2}[one]
    q.get_by_role("button", name="Breakpoint", exact=True).click()  # of the node with the focus
    assert marked(q) == [one]


def test_breakpoints_from_python_are_followed(q):
    q.page.evaluate("view.follow('breakpoints', [0, 3, 77])")
    assert marked(q) == ["0", "3"] and told(q) == []


def test_the_keys_are_listed(q):
    q.get_by_role("button", name="Next step").focus()
    q.page.keyboard.press("?")
    panel = q.get_by_role("group", name="Keys")
    assert panel.is_visible() and panel.evaluate("p => p === document.activeElement")
    for key in ("→", "Home, End", "Space", "Shift", "Enter", "b or", "?", "Escape"):
        assert key in panel.inner_text()
    assert serious(q.page) == []
    q.page.keyboard.press("ArrowRight")
    assert step_of(q) == 1
    q.page.keyboard.press("Escape")
    assert not panel.is_visible()
    opener = q.get_by_role("button", name="Keys")
    assert opener.evaluate("b => b === document.activeElement")
    opener.click()
    assert panel.is_visible() and opener.get_attribute("aria-expanded") == "true"
    opener.click()
    assert not panel.is_visible()


def test_play_and_pause_are_announced(q):
    q.get_by_label("Speed").select_option(label="½×")
    q.page.keyboard.press("Tab")
    q.get_by_role("button", name="Next step").focus()
    q.page.keyboard.press("ArrowRight")
    q.get_by_role("slider").focus()
    q.page.keyboard.press(" ")
    assert announced(q) == "Playing."
    q.page.keyboard.press(" ")
    assert announced(q) == "Paused at step 1 of 6."
    assert serious(q.page) == []


def test_a_live_pass_waits_for_the_kernel(visit, tmp_path):
    page = visit()
    trace = trace_of_q() | {"live": True}
    stepper = open_trace(page, tmp_path, trace, traits={"ran": 1})
    note = stepper.locator(".mg-live-note")
    assert note.inner_text().startswith("Live: each step forward runs a node in the kernel")
    following = stepper.get_by_role("button", name="Next step")
    following.click()  # this one has run
    assert step_of(stepper) == 1 and told(stepper) == []
    following.click()
    assert step_of(stepper) == 1 and told(stepper) == [["wanted", 2]]
    assert announced(stepper) == "The kernel runs step 2." and note.get_attribute("data-busy") == "true"
    page.evaluate("view.follow('ran', 2); view.go(2)")
    assert step_of(stepper) == 2 and note.get_attribute("data-busy") == "false"
    stepper.get_by_role("slider").fill("1")  # going back moves the view only
    following.click()
    assert step_of(stepper) == 2 and told(stepper) == [["wanted", 2]]
    page.keyboard.press("End")
    page.evaluate("view.go(6)")  # the step may be told first
    assert step_of(stepper) == 6 and told(stepper)[-1] == ["wanted", 6]
    assert serious(page) == [] and page.problems == []


def test_a_saved_live_pass_says_that_nothing_runs(visit, tmp_path):
    stepper = open_trace(visit(), tmp_path, trace_of_q() | {"live": True})
    assert stepper.locator(".mg-live-note").inner_text() == "The record of a live pass: nothing runs here."
    stepper.get_by_role("button", name="Last step").click()
    assert step_of(stepper) == 6
