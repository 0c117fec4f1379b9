"""Layout: every backend places all boxes without overlap, aliases leaves, keeps its time and its bytes."""

import importlib.util
import itertools
import json
import shutil
import subprocess
from pathlib import Path

import pytest

import minigrad
from minigrad.viz import layout as layout_module
from minigrad.viz.layout import available, layout
from minigrad.viz.trace import record

HAVE = {
    "pygraphviz": importlib.util.find_spec("pygraphviz") is not None,
    "dot": shutil.which("dot") is not None,
    "own": True,
}
BACKENDS = [
    pytest.param(
        name, marks=[] if have else [pytest.mark.skip(reason=f"{name} is not installed"), pytest.mark.optional]
    )
    for name, have in HAVE.items()
]


def trace_of(leaves, edges, events=()):
    """A trace with nodes 0..n; `edges` are (source, target); nodes in `leaves` are leaves."""
    size = 1 + max(max(pair) for pair in edges)
    nodes = [
        {
            "id": i,
            "kind": "leaf" if i in leaves else "op",
            "root": i == 0,
            "name": "AccumulateGrad" if i in leaves else "MulBackward0",
            "variable": f"x{i}" if i in leaves else None,
            "expression": None if i in leaves else "a * b",
            "shape": [2],
        }
        for i in range(size)
    ]
    numbered = [{"id": i, "source": s, "input": 0, "target": t, "output": 0} for i, (s, t) in enumerate(edges)]
    return {"nodes": nodes, "edges": numbered, "events": list(events), "roots": [0]}


def with_gradients(trace, text="[1., 1.]"):
    trace["events"] = [{"outgoing": [{"edge": edge["id"], "value": {"text": text}}]} for edge in trace["edges"]]
    return trace


DIAMONDS = trace_of(
    {7}, [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (3, 4), (0, 4), (4, 5), (4, 6), (5, 7), (6, 7), (4, 7)]
)
ROW = trace_of(set(range(1, 9)), [(0, i) for i in range(1, 9)])


def overlap(one, other):
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )


def on_border(point, box, near=2.0):
    """Whether a point lies on a box's border (within a line's width)."""
    x, y = point[0] - box["x"], point[1] - box["y"]
    inside = -near <= x <= box["width"] + near and -near <= y <= box["height"] + near
    return inside and min(abs(x), abs(y), abs(x - box["width"]), abs(y - box["height"])) <= near


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("gradients", [False, True])
@pytest.mark.parametrize("trace", [DIAMONDS, ROW], ids=["diamonds", "row"])
def test_boxes_and_edges(trace, gradients, backend):
    trace = with_gradients(json.loads(json.dumps(trace))) if gradients else trace
    found = layout(trace, backend)
    boxes = found["boxes"]
    assert not [pair for pair in itertools.combinations(boxes, 2) if overlap(*pair)]
    assert [edge["edge"] for edge in found["edges"]] == [edge["id"] for edge in trace["edges"]]
    for edge, joint in zip(trace["edges"], found["edges"], strict=True):
        upper, lower = boxes[joint["from"]], boxes[joint["to"]]
        assert (upper["node"], lower["node"]) == (edge["source"], edge["target"])
        assert upper["y"] < lower["y"], "gradients flow down"
        assert on_border(joint["points"][0], upper) and on_border(joint["tip"], lower)
        assert len(joint["points"]) % 3 == 1 and joint["path"].startswith("M")
        x, y = joint["label"]
        assert 0 <= x <= found["width"] and 0 <= y <= found["height"]
    for box in boxes:
        assert box["x"] >= 0 and box["x"] + box["width"] <= found["width"]
        assert box["y"] >= 0 and box["y"] + box["height"] <= found["height"]
    assert layout(trace, backend) == found, "the same input gives the same layout"


@pytest.mark.parametrize("backend", BACKENDS)
def test_gradients_of_parallel_edges_do_not_cover_each_other(backend):
    trace = with_gradients(trace_of({3}, [(0, 1), (1, 2), (1, 2), (2, 3)]), "[-12.34, 56.78]")
    one, other = layout(trace, backend)["edges"][1:3]
    assert abs(one["tip"][0] - other["tip"][0]) > 7, "two arrows can be told apart"
    (x, y), (other_x, other_y) = one["label"], other["label"]
    assert abs(x - other_x) > 100 or abs(y - other_y) >= 11


def test_a_leaf_used_often_is_drawn_at_each_use():
    found = layout(DIAMONDS)
    uses = [box for box in found["boxes"] if box["node"] == 7]
    assert [box["alias"] for box in uses] == [False, True, True]
    ends = [joint["to"] for joint in found["edges"] if DIAMONDS["edges"][joint["edge"]]["target"] == 7]
    assert sorted(ends) == [box["id"] for box in uses]
    assert not any(box["alias"] for box in found["boxes"] if box["node"] != 7)


def unrolled(steps):
    """A recurrent network's graph: one weight used at every step."""
    edges = [(0, 1)]
    for i in range(1, steps):
        edges += [(i, i + 1), (i, steps + 1)]
    return trace_of({steps + 1}, [*edges, (steps, steps + 1)])


@pytest.mark.skipif(not HAVE["pygraphviz"], reason="pygraphviz is not installed")
def test_a_large_graph_goes_to_a_child_process(monkeypatch):
    ran = []
    run = subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda *args, **kwargs: ran.append(kwargs["timeout"]) or run(*args, **kwargs)
    )
    layout(unrolled(20), "pygraphviz")
    assert not ran
    layout(unrolled(200), "pygraphviz")
    assert ran == [layout_module.TIME_LIMIT]


@pytest.mark.skipif(not HAVE["pygraphviz"], reason="pygraphviz is not installed")
def test_a_layout_that_takes_too_long_is_stopped_and_replaced(monkeypatch):
    monkeypatch.setattr(layout_module, "TIME_LIMIT", 0.001)
    trace = unrolled(200)
    assert layout(trace, "pygraphviz") == layout(trace, "own")


def test_an_error_of_graphviz_is_not_hidden(monkeypatch, tmp_path):
    broken = tmp_path / "child.py"
    broken.write_text("raise SystemExit('no such font')")
    monkeypatch.setattr(layout_module, "CHILD", Path(broken))
    monkeypatch.setattr(layout_module, "IN_PROCESS", 0)
    with pytest.raises(RuntimeError, match="Graphviz failed: no such font"):
        layout(ROW, "pygraphviz")


def test_the_chain_of_backends(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/dot")
    assert available() == "dot"
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert available() == "own"
    assert layout(ROW) == layout(ROW, "own")


def test_names_are_cut_and_wide_characters_get_room():
    trace = trace_of({1, 2}, [(0, 1), (0, 2)])
    trace["nodes"][1]["variable"], trace["nodes"][2]["variable"] = "v" * 500, "重み" * 4
    long, wide = layout(trace)["boxes"][1:]
    assert len(long["lines"][0]["text"]) == 30 and long["lines"][0]["text"].endswith("…")
    assert wide["width"] > 8 * 13


def test_a_write_is_shown_whole_and_a_view_by_its_own_line():
    x, w = minigrad.ones(3, requires_grad=True), minigrad.ones((), requires_grad=True)
    y = 2 * x
    first = y[:2]
    y[0] = w
    assert type(first.grad_fn).__name__ == "AsStridedBackward0"  # made here, anew
    y += 1
    boxes = layout(record((first + y[2]).sum()))["boxes"]
    lines = [box["lines"][1]["text"] for box in boxes]
    assert {"first = y[:2]", "y += 1", "y[0] = w", "2 * x"} < set(lines)
