"""The forward pass in the same picture, a node's Jacobian and the check of its rule, on a page of its own."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from figures.situations import SITUATIONS
from minigrad.viz.trace import record
from minigrad.viz.walk import Walk

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
    texts = stepper.locator(":is(.mg-gradient, .mg-forward) text")
    seen = "all => all.filter((one) => one.checkVisibility({ visibilityProperty: true })).map((one) => one.textContent)"
    return sorted(texts.evaluate_all(seen))


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
        assert forward_edges(q) == sorted(
            value if born <= at else "not yet" for value, born in zip(VALUES, BORN, strict=True)
        )
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
    assert "not kept" in forward_edges(stepper)
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


_COVERED = """() => {
    const box = (e) => e.getBoundingClientRect();
    const seen = (e) => e.checkVisibility({ visibilityProperty: true });
    const chips = [...document.querySelectorAll(":is(.mg-forward, .mg-gradient, .mg-root-value) rect")].filter(seen);
    const isValue = (rect) => rect.closest(".mg-forward") !== null;
    const words = (rect) => rect.nextSibling.textContent;
    const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
    const found = [];
    chips.forEach((rect, i) => {
        for (const other of chips.slice(i + 1))
            if ((isValue(rect) || isValue(other)) && meet(box(rect), box(other)))
                found.push(`${words(rect)} and ${words(other)}`);
        for (const other of document.querySelectorAll(".mg-node > .mg-box, .mg-edge-number"))
            if (isValue(rect) && meet(box(rect), box(other)))
                found.push(`${words(rect)} covers ${other.parentElement.textContent}`);
    });
    // A value covers at most one edge: its own.
    const lines = [...document.querySelectorAll(".mg-line")].map((line) => {
        const matrix = line.getScreenCTM(), length = line.getTotalLength();
        return Array.from({ length: 61 }, (_, k) => line.getPointAtLength(k / 60 * length).matrixTransform(matrix));
    });
    for (const rect of chips.filter(isValue)) {
        const { left, right, top, bottom } = box(rect);
        const inside = ({ x, y }) => x > left + 2 && x < right - 2 && y > top + 2 && y < bottom - 2;
        const covered = lines.filter((points) => points.some(inside));
        if (covered.length > 1) found.push(`${words(rect)} covers ${covered.length} edges`);
    }
    return found;
}"""


def random_graph(seed):
    """A scalar made of a few leaves by random operations."""
    random = np.random.default_rng(seed)
    known = [minigrad.tensor(random.normal(size=2).round(2), requires_grad=True) for _ in range(3)]
    for _ in range(7):
        a, b = (known[i] for i in random.integers(len(known), size=2))
        made = [a * b, a + b, a - b * 2, a.sin(), (a * 3).exp(), a / (b * b + 1)]
        known.append(made[random.integers(len(made))])
    return sum(known[4:], known[3]).sum()


def crowded(page, saved):
    """What values cover, at each step of the forward pass of a saved page."""
    page.goto(saved.as_uri())
    page.locator(".mg-widget").first.wait_for()
    page.get_by_role("button", name="Forward pass").click()
    total = int(page.locator(".mg-counter").text_content().split(" / ")[1])
    found = set()
    for at in range(1, total + 1):
        page.get_by_role("slider", name="Step").fill(str(at))
        found.update(page.evaluate(_COVERED))
    return sorted(found)


PLAYED = [name for name in SITUATIONS if name not in ("error", "pytorch", "side-by-side", "resnet18")]


@pytest.mark.parametrize("name", PLAYED)
def test_values_of_the_forward_pass_cover_nothing(visit, tmp_path, name):
    assert crowded(visit(width=1280, height=800), SITUATIONS[name].save(tmp_path)) == []


@pytest.mark.parametrize("seed", range(4))
def test_values_cover_next_to_nothing_in_crowded_graphs(visit, tmp_path, seed):
    """Of some twenty values three at most find no free place: the layout left room for the gradients."""
    walk = Walk(record(random_graph(seed)))
    assert len(crowded(visit(width=1280, height=800), walk.save(tmp_path / "walk.html"))) <= 3
