"""The trace of a walk: the graph, the events in the engine's order, values, names, words."""

import json
import linecache
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad.viz.picture import drawn
from minigrad.viz.trace import LARGEST, add_mathml, outline, record
from minigrad.viz.words import node_words

EXAMPLE = Path(__file__).with_name("q.trace.json")


def q_trace():
    a = minigrad.tensor([2.0, 3.0], requires_grad=True)
    b = minigrad.tensor([6.0, 4.0], requires_grad=True)
    cell, variables = "Q = 3*a**3 - b**2", {"a": a, "b": b}  # written and run as a notebook does it
    linecache.cache["<cell>"] = len(cell), None, [cell], "<cell>"
    exec(compile(cell, "<cell>", "exec"), variables)
    Q = variables["Q"]
    trace = add_mathml(drawn(record(Q, gradient=minigrad.tensor([1.0, 1.0]))))
    for node in trace["nodes"]:
        if node["place"] is not None:
            node["place"] = "cell [2], line 1"
    return trace


def ran(trace):
    """Who ran, in order: the name of a variable, else that of the node."""
    return [
        trace["nodes"][event["node"]]["variable"] or trace["nodes"][event["node"]]["name"] for event in trace["events"]
    ]


def event_of(trace, name):
    return trace["events"][ran(trace).index(name)]


def text(value):
    return None if value is None else value["text"]


def test_the_example_of_the_docs_is_what_is_recorded():
    assert json.loads(EXAMPLE.read_text("utf-8")) == q_trace()


def test_q_step_by_step():
    trace = q_trace()
    assert ran(trace) == ["Q", "PowBackward0", "b", "MulBackward0", "PowBackward0", "a"]
    assert text(event_of(trace, "a")["grad"]["after"]) == "[36., 81.]"
    assert text(event_of(trace, "b")["grad"]["after"]) == "[-12., -8.]"
    assert [text(out["value"]) for out in trace["events"][0]["outgoing"]] == ["[1., 1.]", "[-1., -1.]"]
    multiply = event_of(trace, "MulBackward0")
    assert [text(out["value"]) for out in multiply["outgoing"]] == ["[3., 3.]", None]  # 3 needs no gradient
    power = trace["events"][1]
    assert (
        power["outgoing"][0]["numbers"]["latex"]
        == r"\bar{a} = \left[-1,\,-1\right] \cdot 2 \cdot \left[6,\,4\right]^{2-1}"
    )
    assert [node["expression"] for node in trace["nodes"] if node["name"] == "PowBackward0"] == ["b**2", "a**3"]


def test_why_a_node_is_next():
    x = minigrad.tensor(2.0, requires_grad=True)
    h = x * x
    left, right = h.sin(), h.exp()
    y = left + right
    trace = record(y)
    assert ran(trace) == ["y", "right", "left", "h", "x"]
    assert [event["why"]["rule"] for event in trace["events"]] == ["root", "newest", "only", "only", "leaf"]
    number = {name: trace["events"][i]["node"] for i, name in enumerate(ran(trace))}
    second, third = trace["events"][1]["why"], trace["events"][2]["why"]
    assert second["ready"] == [number["right"], number["left"]] and second["waiting"] == []
    assert third["ready"] == [number["left"]] and third["waiting"] == [{"node": number["h"], "missing": 1}]
    assert "Before this step, MulBackward0 (h) waits for 1 more gradient." in third["sentence"]
    assert "2 nodes are ready" in second["sentence"]


def test_terms_and_their_sums_one_by_one():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    y = (x * 2 + x * 3 + x * 4).sum()
    arrival = event_of(record(y), "x")["incoming"][0]
    assert [text(term["value"]) for term in arrival["terms"]] == ["[4., 4.]", "[3., 3.]", "[2., 2.]"]
    assert [text(total) for total in arrival["sums"]] == ["[7., 7.]", "[9., 9.]"]
    assert text(arrival["value"]) == "[9., 9.]"


def test_the_sum_inside_the_engine_is_not_the_sum_in_grad():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    (x * 5).sum().backward()
    y = (x * 2 + x * 3).sum()
    event = event_of(record(y), "x")
    assert len(event["incoming"][0]["terms"]) == 2
    assert event["sentence"].endswith("x.grad was [5., 5.]; [5., 5.] is added: it becomes [10., 10.].")
    assert {name: text(value) for name, value in event["grad"].items()} == {
        "before": "[5., 5.]",
        "added": "[5., 5.]",
        "after": "[10., 10.]",
    }
    np.testing.assert_array_equal(x.grad.numpy(), [5, 5])


def undone(y):
    """The events that undo a broadcast in the walk of `y`."""
    return [event for event in record(y)["events"] if event["kind"] == "broadcast"]


def test_undoing_a_broadcast_is_a_step_of_its_own():
    x = minigrad.ones(2, 3, requires_grad=True)
    b = minigrad.tensor([1.0, 2.0, 3.0], requires_grad=True)
    trace = record((x * b).sum())
    assert [event["kind"] for event in trace["events"]] == ["node", "node", "broadcast", "node", "node"]
    assert ran(trace) == ["SumBackward0", "MulBackward0", "MulBackward0", "x", "b"]
    multiply, undo = trace["events"][1:3]
    out = multiply["outgoing"]
    assert out[0]["raw"] is None and out[0]["broadcast"] is None and out[0]["value"] is not None
    assert text(out[1]["raw"]) == "[[1., 1., 1.], [1., 1., 1.]]" and out[1]["value"] is None
    assert "What it gives for input 1 is still to be summed" in multiply["sentence"]
    (total,) = undo["outgoing"]
    assert (total["input"], total["edge"], text(total["value"])) == (1, out[1]["edge"], "[2., 2., 2.]")
    assert "from (3,) to (2, 3)" in total["broadcast"] and "over dimension 0." in total["broadcast"]
    x_leaf = trace["events"][3]["node"]  # its gradient has gone out already
    assert undo["why"]["rule"] == "broadcast" and undo["why"]["ready"] == [undo["node"], x_leaf]
    assert undo["sentence"].endswith("[[1., 1., 1.], [1., 1., 1.]] becomes [2., 2., 2.] to b.")
    assert undo["incoming"] == [] and undo["grad"] is None


def test_what_undoing_a_broadcast_sums_over():
    x = minigrad.ones(2, 3, requires_grad=True)
    c = minigrad.tensor([[1.0], [2.0]], requires_grad=True)
    d = minigrad.ones(1, 1, requires_grad=True)
    e = minigrad.tensor(1.0, requires_grad=True)
    first_row = x[:1] * d  # its first dimension was not stretched
    for y, words in ((x * c, "dimension 1."), (first_row, "dimension 1."), (x * e, "dimensions 0 and 1.")):
        (event,) = undone(y.sum())
        assert f"the sum over {words}" in event["outgoing"][0]["broadcast"]
    assert [event["outgoing"][0]["input"] for event in undone((c * minigrad.ones(3, requires_grad=True)).sum())] == [
        0,
        1,
    ]


def test_equal_nodes_are_told_apart():
    w = minigrad.tensor(2.0, requires_grad=True)
    h = minigrad.tensor(1.0)
    for _ in range(3):
        h = h * w
    once = w * w  # two lines with the same expression
    twice = h + w * w
    trace = record(once + twice.sin())
    words = [node_words(node) for node in trace["nodes"]]
    assert len(set(words)) == len(words)
    assert "MulBackward0 (h * w, 1st of 3)" in words and "MulBackward0 (h * w, 2nd of 3)" in words
    assert "MulBackward0 (h)" in words and "MulBackward0 (once)" in words
    assert any(name.startswith("MulBackward0 (w * w, line ") for name in words)
    first = next(node for node in trace["nodes"] if node["twin"] == "1st of 3")
    last_to_run = max(e["index"] for e in trace["events"] if trace["nodes"][e["node"]]["name"] == "MulBackward0")
    assert trace["events"][last_to_run]["node"] == first["id"]  # made first, run last
    lines = [box["lines"][1]["text"] for box in drawn(trace)["layout"]["boxes"] if box["node"] == first["id"]]
    assert lines == ["h * w, 1st of 3"]


def test_equal_nodes_of_two_lines_are_told_apart_by_the_line():
    w = minigrad.tensor([2.0, 3.0], requires_grad=True)
    y = w.exp().sum()
    y = y + w.exp().sum()
    names = [node_words(node) for node in record(y)["nodes"] if node["name"] == "ExpBackward0"]
    assert len(names) == 2 and all("ExpBackward0 (w.exp(), line " in name for name in names)


def test_several_outputs():
    x = minigrad.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    first, second = x.unbind()
    trace = record((first * second).sum())
    event = event_of(trace, "first, second")
    assert [each["output"] for each in event["incoming"]] == [0, 1]
    assert [text(each["value"]) for each in event["incoming"]] == ["[3., 4.]", "[1., 2.]"]
    assert text(event_of(trace, "x")["grad"]["after"]) == "[[3., 4.], [1., 2.]]"
    third = record(second.sum())["events"][1]["incoming"]
    assert [text(each["value"]) for each in third] == [None, "[1., 1.]"]


def test_a_recording_changes_nothing():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    y.retain_grad()  # by a hook on y's node
    version = x._version
    record(y.sum())
    record(y.sum())  # nothing was freed
    assert x.grad is None and y.grad is None and x._version == version
    y.sum().backward()
    assert x.grad is not None and y.grad is not None


def test_what_cannot_be_shown_is_raised_as_by_backward():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outputs"):
        record(x * 2)
    with pytest.raises(RuntimeError, match="does not require grad and does not have a grad_fn"):
        record(minigrad.tensor(1.0))
    with pytest.raises(RuntimeError, match="does not require grad and does not have a grad_fn"):
        outline(minigrad.tensor(1.0))
    with pytest.raises(TypeError, match="expected a tensor, got list"):
        outline([1.0])
    with pytest.raises(TypeError, match=r"step walks tensors of minigrad or PyTorch, not numpy.ndarray"):
        record(np.ones(2))


def test_a_leaf_can_be_the_root():
    x = minigrad.tensor(3.0, requires_grad=True)
    trace = record(x)
    assert ran(trace) == ["x"] and text(trace["events"][0]["grad"]["after"]) == "1."
    assert trace["events"][0]["sentence"].endswith("x.grad was None and becomes 1.")
    assert trace["alt"].endswith("At the end x.grad is 1.")


def test_names_come_from_the_caller():
    weights = [minigrad.ones(2, requires_grad=True) for _ in range(2)]
    _hidden = minigrad.ones(2, requires_grad=True)
    y = weights[0] * weights[1] * _hidden
    names = [node["variable"] for node in outline(y)["nodes"]]
    assert names[0] == "y" and sorted(map(str, names[1:])) == ["None", "None", "weights[0]", "weights[1]"]


def test_values_are_strict_json():
    x = minigrad.tensor([0.0, 1.0], requires_grad=True)
    with np.errstate(divide="ignore"):
        text = json.dumps(add_mathml(drawn(record(x.log().sum()))), allow_nan=False)
    assert '"inf"' in text


def test_the_picture_in_words():
    trace = q_trace()
    assert trace["title"] == "Backward pass of Q"
    assert trace["alt"].startswith(
        "Graph of Q: 4 operations and 2 leaves, b and a. SubBackward0 (Q) hands gradients to "
    )
    assert trace["alt"].endswith("At the end b.grad is [-12., -8.] and a.grad is [36., 81.].")
    assert trace["events"][2]["sentence"] == (
        "Step 3 of 6: leaf b. Gradient [-12., -8.] arrives. b.grad was None and becomes [-12., -8.]."
    )


def test_a_graph_too_large_for_a_picture_is_refused_and_still_walked():
    x = minigrad.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(LARGEST):
        y = y + 1
    trace = record(y)
    assert len(trace["events"]) == LARGEST + 1
    with pytest.raises(ValueError, match=r"1,501 nodes; a picture is drawn of up to 1,500"):
        drawn(trace)


if __name__ == "__main__":  # python -m tests.viz.test_trace: write the example anew
    EXAMPLE.write_text(json.dumps(q_trace(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
