"""Every row of the table of controls in docs/stepper.md, done by keys and by mouse: on a saved page, or in a notebook.

KEYS and MOUSE give for each row the walk that has the control and what to do with its stepper, which stands before its
first step. Walks are "q", "blocks" of modules, "large" (the same, never zoomed), "locked" by questions for numbers, and
"asked" for nodes alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .page import REPOSITORY, announced, step_of

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def rows_of_the_table() -> dict[str, tuple[str, str]]:
    """The table of controls: what is done, by mouse and by keyboard."""
    docs = (REPOSITORY / "docs" / "stepper.md").read_text(encoding="utf-8")
    table = docs[docs.index("| control | by mouse") :].split("\n\n")[0]
    rows = [[cell.strip() for cell in row.split("|")[1:4]] for row in table.splitlines()[2:]]
    return {what: (mouse, keys) for what, mouse, keys in rows}


def press(s: Locator, *keys: str) -> int:
    """Press keys, and hand back the step that is then shown."""
    for key in keys:
        s.page.keyboard.press(key)
    return step_of(s)


def click(s: Locator, *names: str) -> int:
    """Click buttons of these names, and hand back the step that is then shown."""
    for name in names:
        s.get_by_role("button", name=name, exact=True).click()
    return step_of(s)


# ------------------------------------------------------------------------------------------------- a step, any step
def step_keys(s):
    assert [press(s, key) for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp")] == [1, 2, 1, 0]


def step_mouse(s):
    assert [click(s, name) for name in ("Next step", "Next step", "Previous step")] == [1, 2, 1]


def end_keys(s):
    assert [press(s, key) for key in ("End", "Home")] == [6, 0]


def end_mouse(s):
    assert [click(s, name) for name in ("Last step", "First step")] == [6, 0]


def play_key(s):
    s.locator("[data-node='0']").focus()
    press(s, " ")
    assert s.get_by_role("button", name="Pause").count() == 1
    press(s, " ")
    paused(s)


def play_mouse(s):
    click(s, "Play")
    s.get_by_role("button", name="Pause").click()
    paused(s)


def paused(s):
    assert announced(s).startswith("Paused at step ")
    assert s.get_by_role("button", name="Play", exact=True).count() == 1


def speed_keys(s):
    speed = s.get_by_label("Speed")
    speed.focus()
    before = speed.input_value()
    press(s, "ArrowDown")
    assert speed.input_value() != before and step_of(s) == 0


def speed_mouse(s):
    s.get_by_label("Speed").select_option(label="4×")  # a list opens outside the page: this is what a click in it does
    click(s, "Play")
    s.page.wait_for_function("s => s.dataset.step === '6'", arg=s.element_handle(), timeout=4_000)


def slider_keys(s):
    s.get_by_role("slider", name="Step").focus()
    assert [press(s, key) for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home")] == [1, 2, 1, 6, 0]


def slider_mouse(s):
    slider = s.get_by_role("slider", name="Step")
    box = slider.bounding_box()
    for share, step in ((0.5, 3), (0.98, 6), (0.02, 0)):
        slider.click(position={"x": box["width"] * share, "y": box["height"] / 2})
        assert step_of(s) == step


# ----------------------------------------------------------------------------------------------------------- boxes
def box_keys(s):
    s.locator("[data-node='4']").focus()
    assert press(s, "Enter") == 3


def box_mouse(s):
    s.locator("[data-node='4']").click()
    assert step_of(s) == 3


def shift_keys(s):
    s.locator("[data-node='0']").focus()
    assert press(s, "Shift+ArrowDown") == 0
    assert s.page.evaluate("document.activeElement.dataset.node") in ("1", "2")


def breakpoint_key(s):
    s.locator("[data-node='3']").focus()
    press(s, "b")
    assert announced(s) == "Breakpoint set at PowBackward0 (a**3)."
    press(s, "b")
    assert announced(s) == "Breakpoint cleared at PowBackward0 (a**3)."


def breakpoint_mouse(s):
    s.locator("[data-node='3']").click(button="right")
    assert announced(s) == "Breakpoint set at PowBackward0 (a**3)."
    assert s.page.locator(".lm-Menu").count() == 0  # the notebook's own menu keeps away
    s.get_by_role("button", name="Clear the breakpoint at PowBackward0 (a**3)").click()
    assert announced(s) == "Breakpoint cleared at PowBackward0 (a**3)."
    click(s, "Next step", "Breakpoint")
    assert announced(s) == "Breakpoint set at SubBackward0 (Q)."
    click(s, "Breakpoint")
    assert s.locator(".mg-breakpoint").count() == 0


# ------------------------------------------------------------------------------------------- the other pass, a node
def forward_key(s):
    press(s, "f")
    assert s.get_attribute("data-pass") == "forward"
    press(s, "f")
    assert s.get_attribute("data-pass") == "backward"


def forward_mouse(s):
    click(s, "Forward pass")
    assert s.get_attribute("data-pass") == "forward"
    click(s, "Backward pass")
    assert s.get_attribute("data-pass") == "backward"


def study_keys(s):
    press(s, "ArrowRight", "ArrowRight")
    s.locator(".mg-jacobian summary").focus()
    press(s, "Enter")
    assert s.locator(".mg-jacobian").get_attribute("open") is None and step_of(s) == 2
    press(s, "Enter")
    s.get_by_role("button", name="Check this node").focus()
    press(s, "Enter")
    assert s.locator(".mg-check-table td").all_inner_texts() == ["[-12., -8.]", "[-12., -8.]", "agrees"]


def study_mouse(s):
    s.locator("[data-node='3']").click()
    s.locator(".mg-jacobian summary").click()
    assert s.locator(".mg-jacobian").get_attribute("open") is None
    s.locator(".mg-jacobian summary").click()
    assert s.locator(".mg-jacobian").get_attribute("open") is not None
    click(s, "Check this node")
    assert s.locator(".mg-check-table td").all_inner_texts() == ["[36., 81.]", "[36., 81.]", "agrees"]


def help_keys(s):
    press(s, "?")
    assert s.get_by_role("group", name="Keys").is_visible()
    press(s, "Escape")
    assert not s.get_by_role("group", name="Keys").is_visible()


def help_mouse(s):
    click(s, "Keys")
    assert s.get_by_role("group", name="Keys").is_visible()
    click(s, "Keys")
    assert not s.get_by_role("group", name="Keys").is_visible()


# ---------------------------------------------------------------------------------------------- large graphs, questions
def names(s, what: str) -> list[str]:
    """The names of the groups that are closed (`.mg-closed .mg-text-name`) or open (`.mg-opened text`)."""
    return s.locator(what).all_text_contents()


CLOSED, OPENED = ".mg-closed .mg-text-name", ".mg-opened text"


def group_keys(s):
    click(s, "Close all")
    s.locator(".mg-closed", has_text="2 · Block").focus()
    press(s, "Enter")
    assert names(s, OPENED) == ["2 · Block"] and "open, 10 nodes inside" in announced(s)
    press(s, "-")
    assert names(s, OPENED) == []
    press(s, "+")
    assert names(s, OPENED) == ["2 · Block"]
    s.locator("[data-node]", has_text="Add").first.focus()
    assert press(s, "-") == 0 and names(s, OPENED) == []


def group_mouse(s):
    click(s, "Close all")
    s.locator(".mg-closed", has_text="2 · Block").click()
    assert names(s, OPENED) == ["2 · Block"] and "open, 10 nodes inside" in announced(s)
    s.locator(".mg-opened", has_text="2 · Block").click()
    assert names(s, OPENED) == []
    click(s, "Open all")
    assert names(s, CLOSED) == [] and len(names(s, OPENED)) == 12 and step_of(s) == 0


def zoom_by(s, use):
    """`use` a button by its name: the picture gets larger, smaller, as large as its frame."""
    width = "f => f.querySelector('.mg-picture').clientWidth"
    frame = s.locator(".mg-graph")
    click(s, "Close all")
    natural = frame.evaluate(width)
    use("Larger")
    assert abs(frame.evaluate(width) / natural - 1.25) < 0.03
    use("Smaller")
    assert abs(frame.evaluate(width) / natural - 1) < 0.03
    click(s, "Open all")
    use("Show all")
    assert frame.evaluate("f => f.scrollHeight <= f.clientHeight + 2 && f.scrollWidth <= f.clientWidth + 2")
    use("Smaller")  # as it was
    click(s, "Close all")


def zoom_keys(s):
    def use(name):
        s.get_by_role("button", name=name).focus()
        press(s, "Enter")

    zoom_by(s, use)


def zoom_mouse(s):
    zoom_by(s, lambda name: click(s, name))


def overview(s):
    """The overview of a picture that is larger than its frame, and where that frame stands."""
    click(s, "Open all")
    found = s.locator(".mg-overview")
    found.wait_for()

    def top():
        s.page.wait_for_timeout(60)
        return s.locator(".mg-graph").evaluate("f => f.scrollTop")

    return found, top


def overview_keys(s):
    found, top = overview(s)
    found.focus()
    for key, moves in (("End", 1), ("Home", -1), ("PageDown", 1), ("ArrowUp", -1), ("PageUp", -1)):
        before = top()
        press(s, key)
        assert (top() - before) * moves >= (0 if key == "PageUp" else 20), key
    assert " % of the height" in found.get_attribute("aria-valuetext") and step_of(s) == 0


def overview_mouse(s):
    found, top = overview(s)
    box, mouse = found.bounding_box(), s.page.mouse
    middle = box["x"] + box["width"] / 2
    mouse.click(middle, box["y"] + 8)
    begin = top()
    mouse.move(middle, box["y"] + 12)
    mouse.down()
    mouse.move(middle, box["y"] + box["height"] - 12, steps=4)
    mouse.up()
    assert top() > begin + 200 and step_of(s) == 0


def answer_keys(s):
    s.locator("[data-node='0']").focus()
    press(s, "Enter")  # which node is next
    for text, heard in (("1 1", "Right."), ("1 1", "The size is right."), ("-1 -1", "Right.")):
        field = s.locator(".mg-field")
        field.press("Control+a")
        field.press_sequentially(text)
        field.press("Enter")
        assert announced(s).startswith(heard)
    assert step_of(s) == 1


def answer_mouse(s):
    s.locator("[data-node='5']").click()
    assert announced(s) == s.locator(".mg-feedback").inner_text() != "" and step_of(s) == 0
    s.locator("[data-node='0']").click()
    assert announced(s).startswith("Right.") and step_of(s) == 1


KEYS = {
    "a step on, a step back": ("q", step_keys),
    "before the first step, the last step": ("q", end_keys),
    "play, pause": ("q", play_key),
    "the speed": ("q", speed_keys),
    "any step": ("q", slider_keys),
    "the step in which a node runs": ("q", box_keys),
    "the focus to another box, without a step": ("q", shift_keys),
    "a breakpoint: Play stops where this node runs": ("q", breakpoint_key),
    "the forward pass in the same picture, and back": ("q", forward_key),
    "the Jacobian and the check of a node": ("q", study_keys),
    "a group opens, closes": ("blocks", group_keys),
    "larger, smaller, all of the picture": ("blocks", zoom_keys),
    "the overview: move what is in sight": ("large", overview_keys),
    "an answer": ("locked", answer_keys),
    "the list of keys": ("q", help_keys),
}
MOUSE = {
    "a step on, a step back": ("q", step_mouse),
    "before the first step, the last step": ("q", end_mouse),
    "play, pause": ("q", play_mouse),
    "the speed": ("q", speed_mouse),
    "any step": ("q", slider_mouse),
    "the step in which a node runs": ("q", box_mouse),
    "a breakpoint: Play stops where this node runs": ("q", breakpoint_mouse),
    "the forward pass in the same picture, and back": ("q", forward_mouse),
    "the Jacobian and the check of a node": ("q", study_mouse),
    "a group opens, closes": ("blocks", group_mouse),
    "larger, smaller, all of the picture": ("blocks", zoom_mouse),
    "the overview: move what is in sight": ("large", overview_mouse),
    "an answer": ("asked", answer_mouse),
    "the list of keys": ("q", help_mouse),
}
