"""Prediction: steps that stay locked until the learner's answer is right, on a page without a kernel."""

from __future__ import annotations

import pytest

from minigrad.viz.page import page as exported
from minigrad.viz.questions import ask

from .page import announced, edge_texts, open_trace, serious, step_of, trace_of_q

pytestmark = pytest.mark.browser


@pytest.fixture
def locked(visit, tmp_path):
    """`locked("next", "value")`: the walk of Q with these questions."""
    pages = []

    def locked(*kinds, **how):
        page = visit(**how)
        pages.append(page)
        return open_trace(page, tmp_path, ask(trace_of_q(), kinds))

    yield locked
    for page in pages:
        assert page.problems == []


def answers(stepper) -> list[dict]:
    """The answers as they were last told."""
    told = stepper.page.evaluate("window.told")
    return told[-1][1] if told else []


def say(stepper, text: str) -> str:
    """Type an answer, and hand back what is said to it."""
    field = stepper.locator(".mg-field")
    field.fill(text)
    field.press("Enter")
    return stepper.locator(".mg-feedback").inner_text()


def test_nothing_goes_beyond_the_lock(locked):
    q = locked("value")
    q.get_by_role("button", name="Next step").click(force=True)
    q.get_by_role("button", name="Last step").click(force=True)
    q.get_by_role("slider").fill("5")
    q.page.keyboard.press("End")
    q.locator("[data-node='4']").click()
    q.get_by_role("button", name="Play", exact=True).click()
    assert step_of(q) == 0 and set(edge_texts(q)) == {"not yet"}
    assert q.get_by_role("slider").input_value() == "0"
    assert q.get_by_role("button", name="Next step").get_attribute("aria-disabled") == "true"
    assert announced(q).startswith("SubBackward0 (Q) runs. What does it send to MulBackward0")
    assert answers(q) == [] and q.page.evaluate("window.steps") == []


def test_values_are_judged_and_mistakes_have_their_own_hints(locked):
    q = locked("value")
    assert say(q, "1 1") == "Right. It sends [1., 1.]."
    assert say(q, "[1, 1]") == "The size is right. Look at the sign once more."
    assert q.locator(".mg-field").input_value() == "[1, 1]"  # to be mended
    assert say(q, "one") == "Type a number, or several such as 3, -4.5 or 1/3."
    assert say(q, "-1").startswith("2 asked for, 1 given.")
    assert announced(q).startswith("2 asked for, 1 given.")
    assert say(q, "−1, -1.0") == "Right. It sends [-1., -1.]."
    assert step_of(q) == 1 and announced(q).startswith("Right. It sends [-1., -1.]. Step 1 of 6: SubBackward0")
    assert announced(q).endswith("PowBackward0 (b**2) runs. What does it send to b? Type its 2 numbers.")
    assert [(a["step"], a["kind"], a["input"], a["given"], a["right"], a["tries"]) for a in answers(q)] == [
        (1, "value", 0, "1 1", True, 1),
        (1, "value", 1, "−1, -1.0", True, 3),
    ]
    assert q.page.evaluate("document.activeElement.className") == "mg-field"  # ready for the next
    say(q, "-12; -8")
    assert step_of(q) == 2
    q.get_by_role("button", name="Next step").click()  # leaf b: nothing to work out
    assert step_of(q) == 3
    say(q, "3 3")
    assert say(q, "12 27") == "That is the node's own slope. What it sends is the slope times what arrives."
    assert answers(q)[-1]["pitfall"] == "M34" and answers(q)[-1]["right"] is False
    say(q, "36 81")
    q.page.keyboard.press("End")  # the focus is still here
    assert step_of(q) == 6
    assert q.locator(".mg-question").inner_text() == "All 5 questions are answered: 3 at the first try."


def test_two_wrong_tries_and_the_answer_may_be_shown(locked):
    q = locked("value")
    show = q.get_by_role("button", name="Show me")
    say(q, "5 5")
    assert show.count() == 0
    assert say(q, "7 7") == "Multiply what arrives by the node's own slope for that input."
    show.click()
    assert q.locator(".mg-feedback").inner_text() == "It sends [1., 1.]."
    assert [(a["given"], a["right"], a["shown"], a["tries"]) for a in answers(q)] == [("7 7", False, True, 2)]
    assert step_of(q) == 0  # the other edge is still to be told


def test_the_next_node_by_mouse_keys_and_list(locked):
    q = locked("next")
    q.locator("[data-node='4']").click()
    feedback = q.locator(".mg-feedback")
    assert "double frame" in feedback.inner_text() and step_of(q) == 0
    q.locator("[data-node='0']").click()
    assert step_of(q) == 1
    q.locator("[data-node='1']").click()
    assert "ready too" in feedback.inner_text()
    q.locator("[data-node='0']").click()  # it has run: a click goes there, and is no answer
    assert [(a["step"], a["tries"]) for a in answers(q)] == [(1, 2), (2, 1)]
    q.locator("[data-node='2']").focus()
    q.page.keyboard.press("Enter")
    assert step_of(q) == 2 and announced(q).startswith("Right. PowBackward0 (b**2) is next. Step 2 of 6")
    choice = q.get_by_label("The node")
    assert "SubBackward0 (Q)" not in choice.inner_text()
    choice.select_option(label="b")
    q.get_by_role("button", name="Check", exact=True).click()
    assert step_of(q) == 3 and [a["given"] for a in answers(q)] == [0, 2, 4]
    assert q.page.evaluate("document.activeElement.className") == "mg-choice"
    q.get_by_role("slider").focus()
    q.page.keyboard.press("Home")  # looking back is free
    q.get_by_role("button", name="Next step").click()
    assert step_of(q) == 1
    assert serious(q.page) == []


@pytest.mark.parametrize("text", ["(2,)", "2", "[2]", "torch.Size([2])", " ( 2 ) "])
def test_shapes_are_read_in_several_spellings(locked, text):
    q = locked("shape")
    assert say(q, text) == "Right. The shape is (2,)."


def test_other_shapes_and_numbers(locked):
    q = locked("shape")
    read = q.page.evaluate(
        """async () => {
            const text = document.querySelector("script[type=module]").textContent.split("window.steps = []")[0];
            const url = URL.createObjectURL(new Blob([text + ";export { readShape, readNumbers, sameNumbers };"],
                { type: "text/javascript" }));
            const { readShape, readNumbers, sameNumbers } = await import(url);
            const same = (text, right) => sameNumbers(readNumbers(text), right);
            return [
                ["2x3", "2 × 3", "2 by 3", "2*3", "(2,3,)", "()", "scalar", "[]", "torch.Size([])", "", "two"]
                    .map(readShape),
                [same("0.33", [1 / 3]), same("1/3", [1 / 3]), same("0.3", [1 / 3]), same("33", [33.4])],
                [same("nan inf -∞", ["nan", "inf", "-inf"]), same("1e-8", [1e-8]), same("2e-8", [1e-8])],
                [same("0", [0]), same("0", [1e-3]), same("tensor([36., 81.])", [36, 81])],
                ["3 apples", "-", ""].map(readNumbers),
            ];
        }"""
    )
    assert read == [
        [[2, 3], [2, 3], [2, 3], [2, 3], [2, 3], [], [], [], [], None, None],
        [True, True, False, False],
        [True, True, False],
        [True, False, True],
        [None, None, None],
    ]


def test_typing_is_not_taken_for_keys_of_the_walk(locked):
    q = locked("value")
    field = q.locator(".mg-field")
    field.click()
    q.page.keyboard.type("1 b?1")
    for key in ("Home", "ArrowRight", "End", "ArrowLeft"):
        q.page.keyboard.press(key)
    assert field.input_value() == "1 b?1" and q.locator(".mg-breakpoint").count() == 0
    assert not q.get_by_role("group", name="Keys").is_visible()


def test_answers_given_before_are_taken_over(locked):
    q = locked("next")
    given = [{"step": 1, "kind": "next", "input": None, "given": 0, "right": True, "shown": False, "tries": 1}]
    q.page.evaluate("(given) => view.follow('answers', given)", given)
    q.get_by_role("button", name="Next step").click()
    assert step_of(q) == 1
    q.page.evaluate("view.follow('answers', [])")
    assert step_of(q) == 0  # locked again


@pytest.mark.parametrize("size", [(1280, 800), (800, 600), (420, 800)])
def test_a_saved_page_asks_as_well(visit, tmp_path, size):
    file = tmp_path / "locked.html"
    file.write_text(exported(ask(trace_of_q(), ("next", "value"))), encoding="utf-8")
    page = visit(*size, offline=True)
    page.goto(file.as_uri())
    stepper = page.locator(".mg-stepper")
    stepper.locator("[data-node='0']").click()
    assert say(stepper, "1 1").startswith("Right.")
    assert say(stepper, "1 2").startswith("Multiply")
    assert serious(page, within="html") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.problems == []
