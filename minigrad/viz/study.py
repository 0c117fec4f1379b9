"""What is found out about a recorded graph beyond its backward pass: values, Jacobians, whether rules are right."""

from __future__ import annotations

from typing import Any

from .checks import check
from .forward import STUDIED, Forward
from .graph import Graph
from .jacobian import jacobians
from .names import Names


def study(trace: dict[str, Any], graph: Graph, names: Names, root: Any) -> None:
    """Add the forward pass to a trace and, up to `STUDIED` nodes, Jacobians and checks; the graph stays as it is."""
    forward = Forward(graph, trace["nodes"], names, root)
    trace["forward"] = forward.steps()
    if len(graph.nodes) > STUDIED:
        return
    sent = {out["edge"]: out["value"] for event in trace["events"] for out in event["outgoing"] if out["value"]}
    for event in trace["events"]:
        node = trace["nodes"][event["node"]]
        if event["kind"] == "node" and node["kind"] == "op":
            node["jacobians"] = jacobians(graph, event["node"], node)
            event["check"] = check(forward, event, sent)
