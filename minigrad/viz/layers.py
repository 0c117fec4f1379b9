"""Layers of a graph: which nodes the user's own code made, and which a backward pass made under `create_graph`."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from typing import Any

from ..autograd.node import Node
from ..autograd.source import place
from ..autograd.versions import Rule, recorded_passes, recorded_rules
from .graph import Graph, tell_apart
from .words import printable

Trace = dict[str, Any]


def put_layers(trace: Trace, graph: Graph) -> None:
    """Add the PASS records of docs/stepper.md, and to each node that a pass made its `pass`, `layer` and `rule`.

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
    if not made:
        return
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
    trace["passes"] = passes
    _put_rules(trace, numbers, made, pass_of)
    tell_apart(trace["nodes"], numbers)


def _put_rules(
    trace: Trace, numbers: list[int], made: dict[int, list[int]], pass_of: Callable[[int], int | None]
) -> None:
    """Say of each node that a pass made while which node's rule it was made, or that it is a sum of the engine's."""
    marks: dict[int, list[Rule]] = {which: [] for which in made}
    for rule in recorded_rules:
        which = pass_of(rule.seq)
        if which in marks:
            marks[which].append(rule)
    number = {seq: i for i, seq in enumerate(numbers)}
    for whole, which in zip(trace["passes"], sorted(made), strict=True):
        began = [rule.seq for rule in marks[which]]
        for i in made[which]:
            record, at = trace["nodes"][i], bisect_right(began, numbers[i]) - 1
            if at < 0:  # forgotten
                continue
            rule = marks[which][at]
            if rule.node:
                record["rule"] = _maker(rule, number.get(rule.node), trace["nodes"], pass_of)
            elif record["label"] == "Add" and record["place"] == whole["place"]:  # and not in a hook of the user's
                record["rule"] = {"node": None, "name": None, "expression": None}


def _maker(rule: Rule, node: int | None, records: list[Trace], pass_of: Callable[[int], int | None]) -> Trace:
    """The node whose rule it was, which need not be in the graph."""
    variable = None if node is None else records[node]["variable"]
    is_users = rule.code is not None and pass_of(rule.node) is None
    found = place(rule.code, rule.at) if is_users and rule.code else None  # of what a pass made it is the pass
    expression = variable or (" ".join(found.expression.split()) if found else None)
    return {"node": node, "name": rule.name, "expression": printable(expression, "\t") if expression else None}


def _where(records: list[Trace], nodes: list[int]) -> Trace:
    """Where a pass was started: the place that most of its nodes name."""
    places = Counter(tuple(records[i][key] for key in ("expression", "place", "line")) for i in nodes)
    return dict(zip(("expression", "place", "line"), places.most_common(1)[0][0], strict=True))
