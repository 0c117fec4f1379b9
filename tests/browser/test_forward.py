"""The forward pass in the same picture, a node's Jacobian and the check of its rule, on a page of its own."""

from __future__ import annotations

import pytest

from .page import announced, edge_texts, node_states, open_trace, serious, step_of, trace_of_q, visible_texts

pytestmark = pytest.mark.browser

ORDER = [5, 3, 1, 4, 2, 0]  # a, a**3, 3*a**3, b, b**2, Q
VALUES = ["[24., 81.]", "[36., 16.]", "[8., 27.]", "[6., 4.]", "[2., 3.]"]  # on edges 0 to 4
BORN = [3, 5, 2, 4, 1]  # the forward step that brings each


@pytest.fixture
def q(visit, tmp_path):
    """The walk of Q, before its first step."""
    page = visit()
    stepper = open_trace(page, tmp_path, trace_of_q())
    yield stepper
    assert page.problems == []


def forward_edges(stepper):
    """What can be read on the edges."""
    return visible_texts(stepper, ".mg-gradient text")


def test_the_forward_pass_lights_up_node_by_node(q):
    q.get_by_role("button", name="Next step").click()
    gradients, states = edge_texts(q), node_states(q)
    q.get_by_role("button", name="Forward pass").click()
    assert q.get_by_role("button", name="Forward pass").get_attribute("aria-pressed") == "true"
    assert q.locator(".mg-title").text_content() == "Forward pass of Q"
    assert forward_edges(q) == ["not yet"] * 5
    for at in range(1, 7):
        q.page.keyboard.press("ArrowRight")
        assert [node for node, state in node_states(q).items() if state == "now"] == [ORDER[at - 1]]
        assert forward_edges(q) == [
            value if born <= at else "not yet" for value, born in zip(VALUES, BORN, strict=True)
        ]
        assert announced(q) == trace_of_q()["forward"][at - 1]["sentence"]
        assert q.locator(".mg-counter").text_content() == f"{at} / 6"
    assert visible_texts(q, ".mg-root-value text") == ["[-12., 65.]"]
    assert "the tensor given to step" in q.locator(".mg-panel").inner_text()
    assert visible_texts(q, ".mg-grad text") == []  # no gradient in the forward pass
    assert step_of(q) == 1 and q.page.evaluate("window.steps") == [1]  # Python hears of backward steps only
    q.get_by_role("button", name="Backward pass").click()
    assert (edge_texts(q), node_states(q)) == (gradients, states)
    assert q.locator(".mg-counter").text_content() == "1 / 6"


def test_the_forward_pass_by_key_click_slider_and_play(q):
    q.get_by_role("button", name="Next step").focus()
    q.page.keyboard.press("f")
    assert q.get_attribute("data-pass") == "forward"
    q.locator("[data-node='4']").click()
    assert announced(q).startswith("Forward step 4 of 6: leaf b.")
    q.get_by_role("slider").fill("2")
    assert announced(q).startswith("Forward step 2 of 6")
    q.get_by_label("Speed").select_option(label="4×")
    q.get_by_role("button", name="Play").click()
    q.page.wait_for_function("document.querySelector('.mg-counter').textContent === '6 / 6'")
    q.page.evaluate("view.go(2)")  # Python sets the step: it is a step of the backward pass
    assert q.get_attribute("data-pass") == "backward" and step_of(q) == 2


def test_what_is_not_kept_says_so(visit, tmp_path):
    trace = trace_of_q()
    lost = {"output": 0, "value": None, "origin": None, "words": "not kept: <b>nobody</b> wanted it"}
    trace["forward"][1]["results"] = [lost]
    page = visit()
    stepper = open_trace(page, tmp_path, trace)
    stepper.get_by_role("button", name="Forward pass").click()
    assert "1 is not kept" in stepper.locator(".mg-panel").inner_text()
    stepper.get_by_role("slider").fill("2")
    assert forward_edges(stepper)[2] == "not kept"
    assert "not kept: <b>nobody</b> wanted it" in stepper.locator(".mg-panel").inner_text()
    trace.pop("forward")
    stepper = open_trace(page, tmp_path, trace)
    assert stepper.get_by_role("button", name="Forward pass").count() == 0
    page.keyboard.press("f")
    assert page.problems == []


def test_the_jacobian_of_a_node_is_a_heat_map(q):
    q.get_by_role("slider").fill("2")
    card = q.locator(".mg-jacobian")
    assert card.locator("th").all_text_contents() == ["a[0]", "a[1]", "z[0]", "z[1]"]
    assert card.locator(".mg-heat").all_text_contents() == ["12.", "0.", "0.", "8."]
    card.locator("summary").click()
    q.page.wait_for_timeout(100)
    q.get_by_role("slider").fill("5")
    assert q.locator(".mg-jacobian").get_attribute("open") is None  # as the reader left it
    q.get_by_role("slider").fill("3")
    assert q.locator(".mg-jacobian").count() == 0  # a leaf


def test_a_node_is_checked_when_asked(q):
    q.get_by_role("slider").fill("2")
    asked = q.get_by_role("button", name="Check this node")
    assert q.locator(".mg-check-table").count() == 0
    asked.focus()
    q.page.keyboard.press("Enter")
    assert q.locator(".mg-check-table td").all_inner_texts() == ["[-12., -8.]", "[-12., -8.]", "agrees"]
    assert q.locator(".mg-check-result").get_attribute("role") == "status"
    q.page.keyboard.press("ArrowRight")
    assert q.get_by_role("button", name="Check this node").count() == 0  # a leaf has no rule
    q.page.keyboard.press("ArrowLeft")
    assert q.locator(".mg-check-table").count() == 1  # checked it stays


def test_a_check_that_fails_or_cannot_be_made_says_why(visit, tmp_path):
    trace = trace_of_q()
    check = trace["events"][1]["check"]
    check["verdict"], check["sentence"] = "differs", "They differ."
    check["inputs"][0]["agrees"] = False
    trace["events"][0]["check"] = {"verdict": "cannot", "inputs": [], "sentence": "It cannot be checked: <i>why</i>."}
    page = visit()
    stepper = open_trace(page, tmp_path, trace)
    stepper.get_by_role("slider").fill("2")
    stepper.get_by_role("button", name="Check this node").click()
    assert stepper.locator(".mg-check-table td").last.inner_text() == "differs"
    stepper.get_by_role("slider").fill("1")
    stepper.get_by_role("button", name="Check this node").click()
    assert stepper.locator(".mg-check-result").inner_text() == "It cannot be checked: <i>why</i>."


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious(visit, tmp_path, scheme):
    page = visit(color_scheme=scheme)
    stepper = open_trace(page, tmp_path, trace_of_q())
    stepper.get_by_role("slider").fill("2")
    stepper.get_by_role("button", name="Check this node").click()
    assert serious(page) == []
    stepper.get_by_role("button", name="Forward pass").click()
    stepper.get_by_role("slider").fill("4")
    assert serious(page) == []


def test_the_second_layer_is_told_apart(visit, tmp_path):
    from minigrad import tensor
    from minigrad.autograd import grad
    from minigrad.viz.trace import record
    from minigrad.viz.walk import Walk

    x = tensor([1.0, 2.0], requires_grad=True)
    y = x.sin().exp().sum()
    (g,) = grad(y, x, create_graph=True)
    walk = Walk(record(g.sum()))
    page = visit()
    page.goto(walk.save(tmp_path / "second.html").as_uri())
    stepper = page.locator(".mg-stepper")
    made = [node["id"] for node in walk.trace["nodes"] if "layer" in node]
    rims = stepper.locator("[data-node]:has(.mg-rim)")
    assert sorted({int(id) for id in rims.evaluate_all("all => all.map(one => one.dataset.node)")}) == made
    assert stepper.locator(".mg-layers li").all_inner_texts()[0] == "Layer 1: operations of your own code"
    assert "grad(y, x, create_graph=True)" in stepper.locator(".mg-layers li").last.inner_text()
    assert "layer 2, rule of x.sin()" in stepper.locator(f"[data-node='{made[0]}']").get_attribute("aria-label")
    links = stepper.locator(".mg-maker[data-state=now]")
    stepper.get_by_role("button", name="Next step").click()
    assert links.count() == 0
    stepper.get_by_role("button", name="Next step").click()
    head = stepper.locator(".mg-panel").inner_text()
    assert "layer 2: made by the rule of SinBackward0 (x.sin()) in a recorded backward pass" in head
    for label, made_here in [("Mul", 1), ("Exp", 1), ("Cos", 1), ("Sum", 0), ("Sin", 2)]:
        node = next(node for node in walk.trace["nodes"] if node["label"] == label and node["variable"] != "g")
        stepper.locator(f"[data-node='{node['id']}']").click()
        assert links.count() == made_here, label
    stepper.get_by_role("button", name="Forward pass").click()
    assert not links.first.is_visible()
    assert serious(page) == [] and page.problems == []
