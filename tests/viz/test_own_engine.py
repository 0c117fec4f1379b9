"""The stepper walks an engine that somebody wrote: what that engine does is shown, right or wrong."""

from __future__ import annotations

import numpy as np
import pytest

from minigrad.course import reference_engine as ours
from minigrad.course.lending import careless_run
from minigrad.viz.own_engine import record_own, step_through


def fan_out():
    x = ours.Tensor(3.0, requires_grad=True)
    h = x * x
    p = h + 1.0
    return x, h, p, h * p


def test_the_walk_is_that_of_the_engine(capsys):
    x, h, p, z = fan_out()
    walk = step_through(z, ours.run)
    trace = walk.trace
    ran = [node for node, *_ in ours.run(z.node, np.array(1.0))]
    assert [trace["nodes"][event["node"]]["name"] for event in trace["events"]] == [node.name for node in ran]
    assert [node["variable"] for node in trace["nodes"]] == ["z", "h", "p", "x"]
    assert trace["events"][2]["incoming"][0]["value"]["values"] == [19]
    assert trace["events"][-1]["grad"]["after"]["values"] == [114]
    assert x.grad is None  # it only looked
    assert capsys.readouterr().out.startswith("Backward pass of z: 4 steps")
    assert all(leaf.node is not None for leaf in (h, p))


def test_an_earlier_grad_is_added_to():
    x, *_, z = fan_out()
    x.grad = np.array(5.0)
    grad = record_own(z, ours.run)["events"][-1]["grad"]
    assert [grad[when]["values"] for when in ("before", "added", "after")] == [[5], [114], [119]]


def test_a_broadcast_that_the_engine_undoes_is_a_step_of_its_own():
    rows, bias = (ours.Tensor(data, requires_grad=True) for data in (np.ones((2, 3)), [5.0, 6.0, 7.0]))
    out = rows + bias
    events = record_own(out, ours.run, gradient=[[1, 2, 3], [10, 20, 30]])["events"]
    assert [event["kind"] for event in events] == ["node", "broadcast", "node", "node"]
    assert events[1]["outgoing"][0]["value"]["values"] == [11, 22, 33]


def test_what_is_written_in_place_between_two_steps_is_seen():
    a, b = (ours.Tensor([1.0, 2.0], requires_grad=True) for _ in "ab")
    z = (a + b) + a
    event = next(e for e in record_own(z, careless_run)["events"] if e["grad"])
    assert event["incoming"][0]["terms"][0]["value"]["values"] == [1, 1]
    assert event["grad"]["after"]["values"] == [2, 2]


def test_a_node_that_does_not_wait_is_said_to_be_too_early():
    def too_early(root, gradient):
        arrived, ready = {root: gradient}, [root]
        for node in ready:
            g = arrived[node]
            sent = node.rule(g)
            yield node, g, sent
            for to, d in zip(node.edges, sent, strict=True):
                if to is not None:
                    arrived[to] = arrived.get(to, 0) + d
                    ready += [to] if to not in ready else []

    *_, z = fan_out()
    why = [event["why"]["sentence"] for event in record_own(z, too_early)["events"]]
    assert "too early: 1 more gradient should arrive" in why[1]
    *_, z = fan_out()
    assert not any("too early" in event["why"]["sentence"] for event in record_own(z, ours.run)["events"])


def test_an_engine_without_end_is_stopped():
    def for_ever(root, gradient):
        while True:
            yield root, gradient, root.rule(gradient)

    *_, z = fan_out()
    with pytest.raises(RuntimeError, match="still goes on"):
        record_own(z, for_ever)


def test_what_the_engine_raises_is_raised():
    def broken(root, gradient):
        yield root, gradient, root.rule(gradient)
        raise KeyError("no such node")

    *_, z = fan_out()
    with pytest.raises(KeyError, match="no such node"):
        record_own(z, broken)


@pytest.mark.parametrize("result", [3, ours.Tensor(2.0), np.ones(2)])
def test_what_has_no_graph_is_refused(result):
    with pytest.raises(TypeError, match="remembers how it was made"):
        step_through(result, ours.run)
