"""Shapes on edges: forwards, backwards, with the sums that undo broadcasts."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.viz import shape_flow


@pytest.fixture
def flow():
    x = minigrad.ones(2, 3, requires_grad=True)
    b = minigrad.ones(3, requires_grad=True)
    y = x * 2 + b
    flow = shape_flow(y.sum())
    assert x.grad is None and b.grad is None
    return flow


def test_gradients_have_the_shape_of_their_input(flow):
    trace = flow.state["trace"]
    for edge in trace["edges"]:
        target, label = trace["nodes"][edge["target"]], flow.state["edges"][str(edge["id"])]
        assert label["backwards"].rpartition("→ ")[2] == str(tuple(target["shape"]))
    marked = [each for each in flow.state["edges"].values() if each["stretched"]]
    assert marked == [{"forwards": "(3,) → (2, 3)", "backwards": "Σ (2, 3) → (3,)", "stretched": True}]


def test_what_it_says_and_draws(flow):
    assert flow.alt.endswith("x * 2 + b sums (2, 3) to (3,) over dimension 0, for b.")
    assert "Σ (2, 3) → (3,)" in flow.still()
    flow.value = "forwards"
    assert flow.alt.endswith("Stretched to fit: b from (3,) to (2, 3) in x * 2 + b.")
    assert "(3,) → (2, 3)" in flow.still() and "Σ" not in flow.still()
    assert flow.state["nodes"]["0"]["backwards"] == (
        "A gradient of shape () arrives at y.sum(): x * 2 + b gets (2, 3)."
    )


def test_the_silent_square_of_a_loss_is_asked_about():
    target, out = minigrad.ones(3, 1, requires_grad=True), minigrad.ones(3, requires_grad=True)
    said = shape_flow((out - target).mean()).state["nodes"]["1"]["forwards"]
    assert said == (
        "out - target makes (3, 3) from out (3,), stretched to (3, 3), and target (3, 1), stretched to (3, 3). "
        "All its inputs are stretched: is that meant?"
    )


def test_an_input_without_gradient_counts():
    out, target = minigrad.ones(3, 1, requires_grad=True), minigrad.ones(3)
    said = shape_flow((out - target).mean()).state["nodes"]["1"]["forwards"]
    assert said == (
        "out - target makes (3, 3) from out (3, 1), stretched to (3, 3), and (3,) without a gradient, "
        "stretched to (3, 3). All its inputs are stretched: is that meant?"
    )
    for fits in (out - minigrad.ones(3, 1), out - minigrad.ones(3, 3), out - 1, out * minigrad.ones(1)):
        assert "meant" not in str(shape_flow(fits).state["nodes"])


def test_results_of_several_elements_and_of_none():
    a = minigrad.ones(0, 2, requires_grad=True)
    assert shape_flow(a * 2).state["edges"]["0"]["backwards"] == "(0, 2)"
    with pytest.raises(ValueError, match="'forwards' or 'backwards'"):
        shape_flow(a * 2, "up")
    with pytest.raises(RuntimeError, match="does not require grad"):
        shape_flow(minigrad.ones(2))
