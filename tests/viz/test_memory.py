"""What a pass would free, and what the graph still holds: each stretch of memory once."""

import pytest

import minigrad
from minigrad.viz.memory import size_text
from minigrad.viz.text import walk_text
from minigrad.viz.trace import record


def freed(trace):
    """For each event that frees: who, what (symbol, bytes, who keeps it), and what is held after."""
    names = [node["variable"] or node["name"] for node in trace["nodes"]]
    return [
        (
            names[event["node"]],
            [(f["symbol"], f["bytes"], None if f["kept_by"] is None else names[f["kept_by"]]) for f in event["freed"]],
            event["held"],
        )
        for event in trace["events"]
        if event["freed"]
    ]


def test_memory_goes_down_as_nodes_run():
    x = minigrad.ones(4, requires_grad=True)
    h = x.exp()
    y = h.sin()
    trace = record(y.sum())
    assert trace["held"] == 16  # sin saved its input, exp its result: the same memory
    assert freed(trace) == [("y", [("a", 0, "h")], 16), ("h", [("z", 16, None)], 0)]
    assert [event["held"] for event in trace["events"]] == [16, 16, 0, 0]
    assert "would be freed  a, nothing yet: ExpBackward0 (h) has saved it, too" in walk_text(trace)


def test_views_share_and_leaves_live_on():
    x = minigrad.ones(2, 3, requires_grad=True)
    y = x[0] * x[1]  # two views of the leaf
    trace = record(y.sum())
    assert trace["held"] == 24
    ((who, records, held),) = freed(trace)
    assert (who, held) == ("y", 0)
    assert sorted(records) == [("a", 0, "x"), ("b", 24, "x")] or sorted(records) == [("a", 24, "x"), ("b", 0, "x")]
    same = [each["same_as"] for event in trace["events"] for each in event["freed"]]
    assert sorted(same, key=str) == [None, same[1]] and same[1] in "ab"
    assert "which live on as the leaf x" in walk_text(trace)


def test_nothing_is_freed_by_recording_and_a_spent_graph_holds_nothing():
    x = minigrad.ones(3, requires_grad=True)
    y = x.exp().sum()
    assert record(y)["held"] == record(y)["held"] == 12
    y.backward()
    trace = record(y)
    assert trace["held"] == 0 and freed(trace) == []


def test_a_broadcast_and_an_error_free_nothing():
    x = minigrad.ones(2, 3, requires_grad=True)
    b = minigrad.ones(3, requires_grad=True)
    h = x.exp()
    y = (h * b).sum()
    events = record(y)["events"]
    (undo,) = (event for event in events if event["kind"] == "broadcast")
    assert undo["freed"] == [] and undo["held"] == events[undo["index"] - 1]["held"]
    h += 1
    error = record(y)["events"][-1]
    assert error["kind"] == "error" and error["freed"] == [] and error["held"] == record(y)["held"]


@pytest.mark.parametrize(
    "size, text",
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (2.5e6, "2.5 MB"), (3e15, "3000.0 TB")],
)
def test_sizes_in_words(size, text):
    assert size_text(int(size)) == text
