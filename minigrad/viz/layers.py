"""Layers of a graph: which nodes the user's own code made, and which a backward pass made under `create_graph`."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import Any

from ..autograd.node import Node
from ..autograd.versions import recorded_passes
from .graph import Graph

Trace = dict[str, Any]


def put_layers(trace: Trace, graph: Graph) -> None:
    """Add the PASS records of docs/stepper.md, and to each node that a pass made its `pass` and `layer`.

    A pass is one layer above the highest that its nodes look down upon. Nothing is added where no pass made a node.

    Parameters
    ----------
    trace : with its nodes and edges.
    graph : the same graph.
    """
    if not isinstance(graph.nodes[0], Node):  # PyTorch's numbers are another clock's
        return
    numbers = [node.seq for node in graph.nodes]
    ran = sorted(span for span in recorded_passes if span[1] > min(numbers))
    begins = [begun for begun, _ in ran]

    def pass_of(seq: int) -> int | None:
        """The innermost pass that ran when the node was made."""
        for i in range(bisect_right(begins, seq) - 1, -1, -1):
            if seq < ran[i][1]:
                return i
        return None

    made: dict[int, list[int]] = {}
    for i, record in enumerate(trace["nodes"]):
        found = pass_of(numbers[i]) if record["kind"] == "op" else None
        if found is not None:
            made.setdefault(found, []).append(i)
    layers = [1] * len(numbers)
    below: dict[int, list[int]] = {}
    for edge in trace["edges"]:
        below.setdefault(edge["source"], []).append(edge["target"])
    passes: list[Trace] = []
    for which in sorted(made):  # oldest first: what a pass looks down upon has its layer already
        nodes = made[which]
        inside = set(nodes)
        layer = 1 + max([layers[t] for i in nodes for t in below.get(i, ()) if t not in inside], default=1)
        for i in nodes:
            layers[i] = layer
            trace["nodes"][i] |= {"layer": layer, "pass": len(passes)}
        passes.append({"layer": layer, "nodes": len(nodes), **_where(trace["nodes"], nodes)})
    if passes:
        trace["passes"] = passes


def _where(records: list[Trace], nodes: list[int]) -> Trace:
    """Where a pass was started: the place that most of its nodes name."""
    places = Counter(tuple(records[i][key] for key in ("expression", "place", "line")) for i in nodes)
    return dict(zip(("expression", "place", "line"), places.most_common(1)[0][0], strict=True))
