"""What a step shows, on saved pages: sums, memory, errors, the first nan, nodes that look alike."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from minigrad.viz.trace import record
from minigrad.viz.walk import Walk

from .page import announced, edge_texts, leaf_texts, node_states, overlaps, serious, step_of
from .test_access import CONTRAST

pytestmark = pytest.mark.browser


@pytest.fixture
def shown(visit, tmp_path):
    """Open the saved page of a trace, at one of its steps."""
    pages = []

    def shown(trace, step=0, **options):
        Walk(trace).save(tmp_path / "walk.html")
        page = visit(offline=True, **options)
        pages.append(page)
        page.goto((tmp_path / "walk.html").as_uri())
        stepper = page.locator(".mg-stepper")
        stepper.wait_for()
        stepper.get_by_role("slider").fill(str(step))
        return stepper

    yield shown
    assert all(page.problems == [] for page in pages)


def written_in_place():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    w = minigrad.tensor([3.0, 4.0], requires_grad=True)
    h = x.exp()
    y = h * w
    h += 1
    loss = (y + x).sum()
    return record(loss)


def first_nan():
    x = minigrad.tensor([0.0, 4.0], requires_grad=True)
    with np.errstate(all="ignore"):
        return record((x.sqrt() * x).sum())


def used_twice():
    x = minigrad.ones(2, requires_grad=True)
    x.grad = minigrad.tensor([10.0, 10.0])
    return record((x * 2 + x * 3 + x * 4).sum())


def words(stepper, selector):
    return " ".join(stepper.locator(selector).inner_text().split())


# ------------------------------------------------------------ errors
def test_an_error_is_the_last_step_with_its_message_beside_it(shown):
    trace = written_in_place()
    stepper = shown(trace, 2)
    failing = trace["events"][-1]["node"]
    assert node_states(stepper)[failing] == "ready"
    stepper.get_by_role("button", name="Next step").click()
    assert step_of(stepper) == 3 and node_states(stepper)[failing] == "error"
    box = stepper.locator(f"[data-node='{failing}']")
    assert "stopped by an error" in box.get_attribute("aria-label") and box.get_attribute("aria-current") == "step"
    assert box.locator(".mg-flag-error text").text_content() == "error"  # a word and a cross, not colour alone
    assert box.locator(".mg-flag-error path").is_visible()
    message = words(stepper, ".mg-error")
    for part in (
        "The walk stops here: InplaceError", "modified by an inplace operation", "What h * w saved its input h",
        "h += 1", "Fix write h = h + 1.",
    ):  # fmt: skip
        assert part in message
    story = stepper.locator(".mg-error details p").first
    assert not story.is_visible()
    stepper.locator(".mg-error summary").focus()
    stepper.page.keyboard.press("Enter")
    assert story.is_visible() and step_of(stepper) == 3
    assert announced(stepper) == trace["events"][-1]["sentence"]
    assert stepper.get_by_role("button", name="Next step").get_attribute("aria-disabled") == "true"


def test_the_graph_before_an_error_is_kept_and_all_else_is_not_yet(shown):
    trace = written_in_place()
    stepper = shown(trace, 3)
    assert edge_texts(stepper).count("[1., 1.]") == 3 and edge_texts(stepper).count("not yet") == 3
    assert set(leaf_texts(stepper).values()) == {".grad not yet"}
    states = node_states(stepper)
    x = next(node["id"] for node in trace["nodes"] if node["variable"] == "x")
    assert states[x] == "waiting" and sorted(states.values()).count("done") == 2
    assert words(stepper, ".mg-panel").count("not yet") == 2
    assert "What backward() would free" not in words(stepper, ".mg-panel")
    stepper.get_by_role("button", name="Previous step").click()
    assert stepper.locator(".mg-error").count() == 0


def test_a_spent_graph_and_a_gradient_that_does_not_fit(shown):
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp() * x
    stepper = shown(record(y, minigrad.ones(3)), 1)
    assert node_states(stepper)[0] == "error" and "Mismatch in shape" in words(stepper, ".mg-error")
    assert "[1., 1., 1.] shape (3,) given to backward()" in words(stepper, ".mg-panel")
    y.sum().backward()
    stepper = shown(record(y.sum()), 2)
    assert "SpentGraphError" in words(stepper, ".mg-error") and node_states(stepper)[1] == "error"


def test_hostile_words_of_an_error_are_shown_and_never_run(shown):
    trace = written_in_place()
    hostile = "<img src=x onerror=alert(1)> `<script>alert(2)</script>`"
    trace["events"][-1]["error"] |= {"sentence": hostile, "what": hostile, "fix": hostile, "type": hostile}
    trace["events"][-1]["error"]["where"] = [{"place": hostile, "line": hostile, "expression": None}]
    stepper = shown(trace, 3)
    assert words(stepper, ".mg-error").count("<img src=x onerror=alert(1)>") == 6
    assert stepper.locator("img, .mg-panel script").count() == 0


def test_the_key_explains_only_the_signs_that_come(shown):
    keys = {make: words(shown(make()), ".mg-key") for make in (written_in_place, used_twice)}
    assert "has stopped the walk with an error" in keys[written_in_place]
    assert "error" not in keys[used_twice] and "broadcast" not in keys[used_twice]
    x = minigrad.ones(2, 3, requires_grad=True)
    stepper = shown(record((x * minigrad.ones(3, requires_grad=True)).sum()))
    assert "undoes a broadcast in this step" in words(stepper, ".mg-key")


# ------------------------------------------------------------ nan
def test_the_first_nan_is_marked_and_the_walk_goes_on(shown):
    trace = first_nan()
    stepper = shown(trace, 2)
    (node,) = (event["node"] for event in trace["events"] if event["warning"])
    box = stepper.locator(f"[data-node='{node}']")
    assert not box.locator(".mg-flag-warning text").is_visible()
    stepper.get_by_role("button", name="Next step").click()
    assert box.locator(".mg-flag-warning text").text_content() == "first nan"
    assert "warning: the first nan" in box.get_attribute("aria-label")
    message = words(stepper, ".mg-warning")
    for part in ("Warning: the first nan", "SqrtBackward0 made the first nan", "0 · inf is nan", "1e-12"):
        assert part in message
    assert "Warning: SqrtBackward0 made the first nan" in announced(stepper)
    stepper.get_by_role("button", name="Next step").click()
    assert leaf_texts(stepper) == {"x": ".grad [nan, 3.]"}
    assert box.locator(".mg-flag-warning text").is_visible()  # the mark stays, the message was for its step
    assert stepper.locator(".mg-warning").count() == 0


# ------------------------------------------------------------ sums and accounts
def test_the_buffer_s_sum_does_not_look_like_grad_s_account(shown):
    stepper = shown(used_twice())
    stepper.get_by_role("button", name="Last step").click()
    rows = [" ".join(text.split()) for text in stepper.locator(".mg-buffer .mg-row").all_inner_texts()]
    assert [row.split(" edge")[0] for row in rows] == [
        "[4., 4.]", "+ [3., 3.]", "= [7., 7.] so far", "+ [2., 2.]", "= [9., 9.] shape (2,) the sum",
    ]  # fmt: skip
    entries = [" ".join(text.split()) for text in stepper.locator(".mg-entry").all_inner_texts()]
    assert entries == ["before [10., 10.]", "added + [9., 9.]", "after = [19., 19.]"]
    assert "for this pass only" in words(stepper, ".mg-buffer")
    assert "kept after this pass, until you zero it" in words(stepper, ".mg-ledger")
    look = "card => [getComputedStyle(card).borderTopStyle, getComputedStyle(card).backgroundColor].join()"
    buffer, ledger = (stepper.locator(name).evaluate(look).split(",", 1) for name in (".mg-buffer", ".mg-ledger"))
    assert (buffer[0], ledger[0]) == ("dashed", "double") and buffer[1] != ledger[1]


def test_one_gradient_needs_no_buffer(shown):
    stepper = shown(first_nan(), 1)
    assert stepper.locator(".mg-buffer").count() == 0


# ------------------------------------------------------------ memory
def test_what_would_be_freed_and_what_is_held(shown):
    x = minigrad.ones(250, requires_grad=True)
    h = x.exp()
    y = h.sin() * x
    trace = record(y.sum())
    stepper = shown(trace)
    assert "3.0 kB held by the graph" in words(stepper, ".mg-panel")
    fills = []
    for event in trace["events"]:
        stepper.get_by_role("button", name="Next step").click()
        panel = words(stepper, ".mg-panel")
        assert ("What backward() would free here" in panel) == bool(event["freed"])
        if event["freed"]:
            inside = "m => m.firstChild.getBoundingClientRect().width / m.clientWidth"
            fills.append(round(stepper.locator(".mg-meter").evaluate(inside), 2))
            assert "This walk is a recording and frees nothing." in panel
    assert fills == [0.33, 0.33, 0]
    stepper.get_by_role("slider").fill("2")
    freed = stepper.locator(".mg-freed li").all_inner_texts()
    assert sorted(freed) == ["a: 1.0 kB", "b: 1.0 kB, which live on as the leaf x"]
    stepper.get_by_role("slider").fill("3")
    (kept,) = stepper.locator(".mg-freed li").all_inner_texts()
    assert kept == "a: nothing yet: ExpBackward0 (h) has saved it, too"


# ------------------------------------------------------------ nodes that look alike
def test_equal_nodes_are_told_apart_in_the_queue_and_the_picture(shown):
    w = minigrad.tensor(2.0, requires_grad=True)
    h = minigrad.tensor(1.0)
    for _ in range(3):
        h = h * w
    stepper = shown(record(h + 1), 3)
    assert "the 2nd of 3 that this code made" in words(stepper, ".mg-what")
    assert stepper.locator(".mg-queue li").first.inner_text() == "MulBackward0 (h * w, 2nd of 3)"
    labels = stepper.locator("[data-node]").evaluate_all("all => all.map(n => n.getAttribute('aria-label'))")
    operations = [label.split(", step")[0] for label in labels if "Backward0" in label]
    assert len(set(operations)) == len(operations) == 4
    boxes = stepper.locator(".mg-op .mg-text-source").all_text_contents()
    assert "h * w, 1st of 3" in boxes and "h * w, 2nd of 3" in boxes


# ------------------------------------------------------------ for everyone
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("make, step", [(written_in_place, 3), (first_nan, 3), (used_twice, 6)])
def test_new_cards_and_marks_are_accessible(shown, make, step, scheme):
    stepper = shown(make(), step, color_scheme=scheme)
    stepper.page.wait_for_timeout(50)
    assert serious(stepper.page) == [] and overlaps(stepper.page) == []
    least, text = stepper.page.evaluate(CONTRAST)
    assert least >= 4.5, f"{text!r} has contrast {least:.2f}"


@pytest.mark.parametrize("make, step", [(written_in_place, 3), (first_nan, 3)])
def test_nothing_of_the_messages_is_cut_on_a_small_screen(shown, make, step):
    stepper = shown(make(), step, width=800, height=600)
    wide = stepper.locator(".mg-trouble").evaluate("c => [c.scrollWidth, c.clientWidth]")
    assert wide[0] <= wide[1] and overlaps(stepper.page) == []
