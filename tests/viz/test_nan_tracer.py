"""The first nan or inf, forward and backward."""

from __future__ import annotations

import minigrad
from minigrad.viz import nan_tracer


def leaf(*values):
    return minigrad.tensor(list(values), requires_grad=True)


def named(found, way):
    nodes = found.state["trace"]["nodes"]
    return [(nodes[each["node"]]["name"], each["type"]) for each in found.state["first"][way]]


def test_forward_and_the_path_of_it():
    x = leaf(0.0, 4.0)
    h = x.log()
    y = (h * 2).sum()
    found = nan_tracer(y)
    assert named(found, "forward") == [("LogBackward0", "inf")] and found.value == "forward"
    assert "LogBackward0 (h) made the first inf of the forward pass, from x = [0., 4.]." in found.alt
    assert "Why: log of 0 is -inf" in found.alt and "It spoils SumBackward0 (y) and MulBackward0 (h * 2)." in found.alt
    odd = [edge["forward_odd"] for edge in found.state["edges"].values()]
    assert odd == [True, True, False] and x.grad is None
    assert "✗ first inf" in found.still()


def test_backward_only():
    x = leaf(0.0, 4.0)
    y = x.sqrt()
    found = nan_tracer(y * y)
    assert named(found, "forward") == [] and named(found, "backward") == [("SqrtBackward0", "nan")]
    assert found.value == "backward" and "0 · inf is nan" in found.alt and "It reaches x.grad." in found.alt
    assert "Forward: every value that is known is finite." in found.alt


def test_a_leaf_may_hold_it():
    w = leaf(float("nan"), 1.0)
    assert "The leaf w holds nan from the start." in nan_tracer(w).alt
    found = nan_tracer((w * 2).sum())
    assert (
        named(found, "forward") == [("AccumulateGrad", "nan")] and "The leaf w holds nan from the start." in found.alt
    )


def test_nothing_is_wrong():
    a = leaf(1.0, 2.0)
    found = nan_tracer((a * a).sum())
    assert found.state["first"] == {"forward": [], "backward": []} and found.value == "forward"
    assert "Backward: every gradient is finite." in found.alt and "✗" not in found.still()


def test_large_tensors_and_the_gradient_given():
    x = minigrad.ones(100, requires_grad=True)
    y = x * 1
    h = (y - 1).log()
    assert named(nan_tracer(h.sum()), "forward") == [("LogBackward0", "inf")]
    g = minigrad.ones(100)
    g[90] = float("nan")
    found = nan_tracer(x * 3, g)
    assert [each["type"] for each in found.state["first"]["backward"]] == ["nan"]
    assert "The gradient given to backward() already holds nan." in found.alt


def test_a_freed_graph_is_no_accident():
    x = leaf(1.0)
    y = (x * x).sum()
    y.backward()
    assert "a second time" in nan_tracer(y).alt


def test_there_is_room_for_the_numbers_of_three_entries():
    scores = minigrad.tensor([100.0, 0.0, -2.0], requires_grad=True)
    found = nan_tracer((1 / (1 + scores.exp())).mean())
    place, written = found.state["trace"]["layout"], found.state["edges"]
    for edge in place["edges"]:
        words = written[str(edge["edge"])]["backward"]
        half = (6.7 * len(words) + 10) / 2  # as wide as plain.js draws it
        assert len(words) > 20 and half <= edge["label"][0] <= place["width"] - half
