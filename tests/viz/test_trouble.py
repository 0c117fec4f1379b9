"""Errors are steps, the first nan and the first inf are marked, and neither is hidden."""

import numpy as np
import pytest

import minigrad
from minigrad.autograd import Function
from minigrad.viz.picture import drawn
from minigrad.viz.text import walk_text
from minigrad.viz.trace import record


class Rule(Function):
    """A Function whose backward is an attribute of its own."""

    @staticmethod
    def forward(ctx, a):
        return a * 2

    @classmethod
    def made(cls, backward):
        return type("Learners", (cls,), {"backward": staticmethod(backward)})


def last(trace):
    event = trace["events"][-1]
    return event, trace["nodes"][event["node"]]


def test_a_write_in_place_stops_the_walk_where_backward_would_stop():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    w = minigrad.tensor([3.0, 4.0], requires_grad=True)
    h = x.exp()
    y = h * w
    h += 1
    loss = (y + x).sum()
    trace = drawn(record(loss))
    event, node = last(trace)
    assert [each["kind"] for each in trace["events"]] == ["node", "node", "error"]
    assert node["variable"] == "y" and event["error"]["type"] == "InplaceError"
    assert "modified by an inplace operation" in event["error"]["sentence"]
    assert (
        event["error"]["what"].endswith("`h += 1` made it version 1.") and event["error"]["fix"] == "write `h = h + 1`."
    )
    assert [place["line"] for place in event["error"]["where"]] == ["y = h * w", "h += 1"]
    assert event["incoming"][0]["terms"][0]["value"]["text"] == "[1., 1.]"  # the graph so far is kept
    assert event["outgoing"] == [] and len(event["why"]["waiting"]) == 1
    assert "Step 3 of 3: error at MulBackward0 (y). Gradient [1., 1.] arrives. one of the" in event["sentence"]
    assert "saved" in event["error"]["story"] and "`" in event["error"]["story"]
    assert "The walk stops at MulBackward0 (y), with an error." in trace["alt"] and "At the end" not in trace["alt"]
    with pytest.raises(RuntimeError) as caught:
        loss.backward()
    assert caught.value.sentence == event["error"]["sentence"]


def test_a_graph_that_is_spent_stops_at_the_first_node_that_was_freed():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    y = (x.exp() * x).sum()
    y.backward()
    grad = x.grad.numpy().copy()
    trace = record(y)
    event, node = last(trace)
    assert [each["kind"] for each in trace["events"]] == ["node", "error"]  # a sum has saved no values
    assert node["name"] == "MulBackward0" and event["error"]["type"] == "SpentGraphError"
    assert "`y.backward()` has already used up" in event["error"]["what"]
    np.testing.assert_array_equal(x.grad.numpy(), grad)


def test_errors_of_a_learners_own_rule():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    event, node = last(record(Rule.made(lambda ctx, g: g[:1]).apply(x).sum()))
    assert node["name"] == "LearnersBackward" and event["error"]["type"] == "FunctionError"
    assert "invalid gradient at index 0" in event["error"]["sentence"] and "expand(2)" in event["error"]["fix"]
    event, node = last(record(Rule.made(lambda ctx, g: g * [][0]).apply(x).sum()))
    assert event["error"] == {
        "type": "IndexError",
        "sentence": "IndexError: list index out of range",
        "what": "",
        "where": [{"place": node["place"], "expression": node["expression"], "line": node["line"]}],
        "fix": "",
        "story": "",
    }


def test_errors_that_python_or_their_class_make_hard_to_name():
    class Odd(Exception):
        def __str__(self):
            raise ValueError

    def raising(error):
        def backward(ctx, g):
            raise error

        x = minigrad.tensor(1.0, requires_grad=True)
        return last(record(Rule.made(backward).apply(x)))[0]["error"]

    assert raising(StopIteration("done"))["sentence"] == "StopIteration: done"  # not "generator raised …"
    assert raising(Odd())["sentence"] == "Odd"
    assert raising(RecursionError("deep"))["type"] == "RecursionError"


def test_an_error_outside_of_the_pass_is_raised():
    from minigrad.viz.graph import node_records, read_graph
    from minigrad.viz.names import Names
    from minigrad.viz.recorder import Recorder

    def steps():
        raise ZeroDivisionError
        yield

    graph = read_graph(minigrad.ones(2, requires_grad=True).sum().grad_fn)
    recorder = Recorder(graph, node_records(graph, Names()))
    recorder.begin(0, np.ones(()))
    with pytest.raises(ZeroDivisionError):
        recorder.listen(steps())


def test_an_interrupt_is_no_error_of_a_node():
    def stop(ctx, g):
        raise KeyboardInterrupt

    x = minigrad.tensor(1.0, requires_grad=True)
    with pytest.raises(KeyboardInterrupt):
        record(Rule.made(stop).apply(x))


def test_an_error_of_a_pass_inside_a_pass_is_that_of_the_outer_node():
    def inner(ctx, g):
        y = minigrad.tensor(2.0, requires_grad=True)
        with minigrad.enable_grad():
            z = y.exp()
        z.backward()
        z.backward()

    x = minigrad.tensor(1.0, requires_grad=True)
    event, node = last(record(Rule.made(inner).apply(x) * 2))
    assert node["name"] == "LearnersBackward" and event["error"]["type"] == "SpentGraphError"


# ------------------------------------------------------------ nan and inf
def warnings_of(y, gradient=None):
    with np.errstate(all="ignore"):
        trace = record(y, gradient)
    return [
        (trace["nodes"][event["node"]]["name"], event["warning"]) for event in trace["events"] if event["warning"]
    ], trace


def test_the_first_nan_says_where_it_came_from_and_the_walk_goes_on():
    x = minigrad.tensor([0.0, 4.0], requires_grad=True)
    found, trace = warnings_of((x.sqrt() * x).sum())
    ((name, warning),) = found
    assert name == "SqrtBackward0" and warning["type"] == "nan" and warning["input"] == 0
    assert "made the first nan of this pass, from a gradient that is finite" in warning["sentence"]
    assert "its slope is infinite at 0, and 0 · inf is nan" in warning["what"] and "1e-12" in warning["fix"]
    assert warning["where"][0]["expression"] == "x.sqrt()"
    assert trace["events"][-1]["grad"]["after"]["text"] == "[nan, 3.]"
    assert "The first nan appears at SqrtBackward0 (x.sqrt())." in trace["alt"]
    assert f"Warning: {warning['sentence']}" in trace["events"][2]["sentence"]
    assert "its slope is infinite at 0, and 0 · inf is nan." in walk_text(trace)


def test_inf_first_and_nan_later_are_two_warnings():
    x = minigrad.tensor([0.0, 1.0], requires_grad=True)
    h = x * x
    found, _ = warnings_of(h.log().sum())
    assert [(name, warning["type"]) for name, warning in found] == [("LogBackward0", "inf"), ("MulBackward0", "nan")]
    assert "from a gradient that is not finite" in found[1][1]["sentence"]


def test_a_nan_that_was_given_and_one_that_a_sum_makes():
    x = minigrad.tensor([1.0, 1.0], requires_grad=True)
    found, _ = warnings_of(x * 2, minigrad.tensor([1.0, float("nan")]))
    assert [warning["sentence"] for _, warning in found] == ["The gradient given to backward() already holds nan."]
    y = x * float("inf") + x * float("-inf")
    found, _ = warnings_of(y.sum())
    assert [(name, w["type"]) for name, w in found] == [("MulBackward0", "inf"), ("AccumulateGrad", "nan")]
    assert found[1][1]["what"] == "inf - inf is nan."


def test_a_sum_over_a_broadcast_that_overflows():
    w = minigrad.tensor(1.0, requires_grad=True)
    found, trace = warnings_of((w * minigrad.ones(4)).sum(), minigrad.tensor(2e38))
    ((_, warning),) = found
    assert warning["sentence"] == "The sum that undoes the broadcast gave the first inf of this pass."
    assert [event["kind"] for event in trace["events"] if event["warning"]] == ["broadcast"]


def test_integers_and_empty_tensors_raise_no_warning():
    x = minigrad.ones(0, 3, requires_grad=True)
    assert warnings_of((x * 2).sum())[0] == []
