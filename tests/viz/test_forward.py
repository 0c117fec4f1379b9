"""What a recording finds out beyond the backward pass: forward values, Jacobians of nodes, checks of their rules."""

import json

import numpy as np

import minigrad
from minigrad import tensor
from minigrad.autograd import Function
from minigrad.viz.trace import record


def by_name(trace):
    """The forward pass as {name of the node: its first result}."""
    return {
        trace["nodes"][step["node"]]["variable"] or trace["nodes"][step["node"]]["name"]: step["results"][0]
        for step in trace["forward"]
    }


def check_of(trace, name):
    return next(event["check"] for event in trace["events"] if trace["nodes"][event["node"]]["name"] == name)


def test_forward_values_and_where_they_come_from():
    a = tensor([2.0, 3.0], requires_grad=True)
    h = a * 3
    y = (h.sin() + 1).exp().sum()
    trace = record(y)
    assert [trace["nodes"][step["node"]]["label"] for step in trace["forward"]] == [
        "leaf", "Mul", "Sin", "Add", "Exp", "Sum",
    ]  # fmt: skip
    found = by_name(trace)
    assert (found["a"]["origin"], found["a"]["value"]["values"]) == ("leaf", [2.0, 3.0])
    assert (found["h"]["origin"], found["h"]["value"]["values"]) == ("saved", [6.0, 9.0])  # for the cosine
    assert found["SinBackward0"]["origin"] == "recomputed"
    assert np.allclose(found["SinBackward0"]["value"]["values"], np.sin([6.0, 9.0]))
    assert (found["ExpBackward0"]["origin"], found["y"]["origin"]) == ("saved", "given")
    added = found["AddBackward0"]  # nobody kept the 1
    assert added["value"] is None and added["words"] == "not kept: the value of its input 1 is not kept"
    assert trace["forward"][1]["sentence"] == "Forward step 2 of 6: MulBackward0 (h). It takes a. It makes [6., 9.]."


def test_a_variable_of_the_callers_holds_a_value():
    a = tensor([2.0, 3.0], requires_grad=True)
    h = a + 1
    y = h.sum()
    assert by_name(record(y))["h"]["words"] == "held by the variable h"
    del h
    assert by_name(record(y))["AddBackward0"]["value"] is None


def test_a_leaf_changed_since_is_not_what_went_forward():
    a = tensor([2.0, 3.0], requires_grad=True)
    y = (a + 1).sum()
    with minigrad.no_grad():
        a.add_(5)
    assert by_name(record(y))["a"]["words"] == "not kept: it was changed in place since"


def test_recording_runs_nothing_of_the_users_and_draws_nothing():
    calls = []

    class Double(Function):
        @staticmethod
        def forward(ctx, a):
            calls.append("forward")
            return a * 2

        @staticmethod
        def backward(ctx, g):
            calls.append("backward")
            return g * 2

    a = tensor([2.0, 3.0], requires_grad=True)
    y = minigrad.nn.functional.dropout(Double.apply(a), 0.5).sum()
    seed = minigrad.get_rng_state()
    calls.clear()
    trace = record(y)
    assert calls == ["backward"]  # the walk's own
    assert (minigrad.get_rng_state() == seed).all() and a.grad is None
    assert check_of(trace, "DoubleBackward")["verdict"] == "cannot"
    assert "a Function of yours" in check_of(trace, "DoubleBackward")["sentence"]


def test_jacobian_of_a_node_is_its_own():
    a = tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    b = tensor([5.0, 6.0], requires_grad=True)
    trace = record((a @ b).sum())
    node = next(node for node in trace["nodes"] if node["name"] == "MvBackward0")
    first, second = node["jacobians"]
    assert (first["input"], first["rows"]) == (0, ["z[0]", "z[1]"])
    assert first["columns"] == ["a[0,0]", "a[0,1]", "a[1,0]", "a[1,1]"]
    assert first["value"]["values"] == [5.0, 6.0, 0.0, 0.0, 0.0, 0.0, 5.0, 6.0]
    assert second["value"]["values"] == [1.0, 2.0, 3.0, 4.0]
    sum_node = trace["nodes"][0]
    assert sum_node["jacobians"][0]["value"]["shape"] == [1, 2]


def test_the_jacobian_undoes_a_broadcast_and_large_nodes_have_none():
    a = tensor([1.0, 2.0, 3.0], requires_grad=True)
    b = tensor(2.0, requires_grad=True)
    trace = record((a * b).sum())
    node = next(node for node in trace["nodes"] if node["name"] == "MulBackward0")
    assert node["jacobians"][1]["value"]["values"] == [1.0, 2.0, 3.0]
    large = record((tensor(np.ones(9), requires_grad=True) * 2).sum())
    assert [node.get("jacobians") for node in large["nodes"]] == [[], [], None]


def test_checks_agree_and_find_a_kink():
    a = tensor([0.5, -0.7, 2.0], requires_grad=True)
    y = (a * a).tanh().sum()
    trace = record(y)
    assert {event["check"]["verdict"] for event in trace["events"] if "check" in event} == {"agrees"}
    tanh = check_of(trace, "TanhBackward0")["inputs"][0]
    assert np.allclose(tanh["rule"]["values"], tanh["nudged"]["values"], atol=1e-3)
    b = tensor([0.0, 1.0], requires_grad=True)
    kink = check_of(record(b.abs().sum()), "AbsBackward0")
    assert kink["verdict"] == "agrees"  # 0 lies between the slopes -1 and 1, and so does what central nudges find
    c = tensor([0.0, 1.0], requires_grad=True)
    kink = check_of(record(c.relu().sum()), "ReluBackward0")
    assert kink["verdict"] == "differs" and "relu" in kink["sentence"]
    assert kink["inputs"][0]["nudged"]["values"] == [0.5, 1.0]


def test_a_wrong_rule_is_found(monkeypatch):
    a = tensor([2.0, 3.0], requires_grad=True)
    y = a.cos().sum()
    monkeypatch.setattr(type(a.cos().grad_fn), "backward", lambda self, g, saved: (g * np.sin(saved[0][0]),))  # sign
    trace = record(y)
    found = check_of(trace, "CosBackward0")
    assert found["verdict"] == "differs" and [row["agrees"] for row in found["inputs"]] == [False]


def test_hostile_values_are_studied_too():
    for values in ([float("nan"), 1.0], [float("inf"), 1.0], [], [1e30, 1e-30]):
        a = tensor(values, requires_grad=True)
        trace = record((a * a).exp().sum())
        json.dumps(trace, allow_nan=False)
    several = tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    left, right = several.unbind(0)
    trace = record((left * 2).sum())
    unbind = next(step for step in trace["forward"] if trace["nodes"][step["node"]]["label"] == "Unbind")
    assert [result["words"] for result in unbind["results"]] == ["held by the variable left"]


def test_a_freed_graph_and_a_value_changed_in_place_are_studied_as_far_as_they_go():
    a = tensor([2.0, 3.0], requires_grad=True)
    y = (a * a).sin().sum()
    y.backward()
    trace = record(y)
    assert trace["events"][-1]["kind"] == "error" and "jacobians" not in trace["nodes"][trace["events"][-1]["node"]]
    b = tensor([2.0, 3.0], requires_grad=True)
    h = b.sin()
    y = h.exp()
    z = (y * y).sum()
    y.detach().mul_(2)
    found = by_name(record(z))["y"]
    assert found["origin"] == "recomputed"  # what it held when the forward pass ran
    assert np.allclose(found["value"]["values"], np.exp(np.sin([2.0, 3.0])))


def test_saved_tensors_hooks_are_not_run_for_the_study():
    calls = []
    a = tensor([2.0, 3.0], requires_grad=True)
    with minigrad.autograd.graph.saved_tensors_hooks(lambda x: x, lambda x: calls.append(1) or x):
        y = (a * a).sum()
    record(y)
    walked = len(calls)
    trace = record(y)
    assert len(calls) == 2 * walked  # only what the walk itself does
    assert all(not node.get("jacobians") or node["label"] == "Sum" for node in trace["nodes"])


def test_whoever_shows_the_panel_has_what_it_is_made_of():
    from minigrad.viz.assets import FILES

    for name, files in FILES.items():
        if "panel.js" in files:
            assert {"heatmap.js", "study.js"} <= set(files), name
