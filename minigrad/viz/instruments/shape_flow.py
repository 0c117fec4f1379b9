"""Which shape does each gradient have? Shapes forwards and backwards on a graph's edges (lesson 06)."""

from __future__ import annotations

from typing import Any

from ..trace import record
from ..values import shape_text
from ..words import join, short
from .instrument import Instrument, check_tensor
from .plain import placed, still_graph

WAYS = ("forwards", "backwards")
MOST = 4  # broadcasts named in the alt text


class ShapeFlow(Instrument):
    """The graph with shapes on its edges; `value` is "forwards" or "backwards"."""

    kind = "shape_flow"

    @property
    def alt(self) -> str:
        return f"{self.state['question']} {self.state['summary'][self.value]}"

    def still(self) -> str:
        labels = {int(edge): each[self.value] for edge, each in self.state["edges"].items()}
        return still_graph(self.state["trace"], self.alt, labels)


def shape_flow(x: Any, way: str = "backwards") -> ShapeFlow:
    """Which shape does each gradient have?

    It works on a recording: no `.grad` changes.

    Parameters
    ----------
    x : a tensor that requires grad; of several elements too. Names are taken from the caller's variables.
    way : what is shown first, "forwards" or "backwards".

    Returns
    -------
    A widget: on each edge the shape of what flows there, broadcasts and the sums that undo them marked.

    Examples
    --------
    >>> import minigrad
    >>> x, b = minigrad.ones(2, 3), minigrad.ones(3, requires_grad=True)
    >>> [edge["backwards"] for edge in shape_flow(x + b).state["edges"].values()]
    ['Σ (2, 3) → (3,)']
    """
    check_tensor(x)
    if way not in WAYS:
        raise ValueError(f"way is 'forwards' or 'backwards', not {way!r}")
    from ... import ones_like

    trace = record(x, ones_like(x))
    sent = _sent(trace)
    edges = {out["edge"]: _words(out) for outs in sent.values() for out in outs}
    longest = {edge: max(each["forwards"], each["backwards"], key=len) for edge, each in edges.items()}
    nodes = {str(node): dict(zip(WAYS, _sentences(trace, node, outs), strict=True)) for node, outs in sent.items()}
    stretches = [out for outs in sent.values() for out in outs if out["broadcast"]]
    state = {
        "question": "Which shape does each gradient have?",
        "trace": placed(_with_shapes(trace), longest),
        "edges": {str(edge): each for edge, each in edges.items()},
        "nodes": nodes,
        "summary": _summary(trace, stretches),
    }
    return ShapeFlow(state, way)


def _sent(trace: dict[str, Any]) -> dict[int, list[dict[str, Any]]]:
    """For each node that has run what it sent, by input; where a broadcast was undone, what came of that."""
    sent: dict[int, dict[int, dict[str, Any]]] = {}
    for event in trace["events"]:
        outs = sent.setdefault(event["node"], {})
        outs |= {out["input"]: out for out in event["outgoing"] if out["value"] is not None}
    return {node: [outs[slot] for slot in sorted(outs)] for node, outs in sent.items()}


def _words(out: dict[str, Any]) -> dict[str, Any]:
    """What stands on an edge forwards and backwards, and whether a broadcast is undone there."""
    shape = shape_text(out["value"]["shape"])
    if not out["broadcast"]:
        return {"forwards": shape, "backwards": shape, "stretched": False}
    wide = shape_text(out["raw"]["shape"])
    return {"forwards": f"{shape} → {wide}", "backwards": f"Σ {wide} → {shape}", "stretched": True}


def _with_shapes(trace: dict[str, Any]) -> dict[str, Any]:
    """The trace with shapes where the boxes have their source."""
    nodes = []
    for node in trace["nodes"]:
        if node["kind"] == "op":
            shape = "unknown" if node["shape"] is None else shape_text(node["shape"])
            node = node | {"name": _source(node), "variable": None, "expression": shape}
        nodes.append(node)
    return {**trace, "nodes": nodes, "events": []}


def _source(node: dict[str, Any]) -> str:
    """What a node is called here: its variable and its expression, as far as there is room."""
    if node["kind"] == "leaf":
        return node["variable"] or "a leaf"
    return short(node["expression"] or node["variable"] or node["name"], 28)


def _sentences(trace: dict[str, Any], i: int, outs: list[dict[str, Any]]) -> tuple[str, str]:
    """A node in words, forwards and backwards."""
    nodes, node = trace["nodes"], trace["nodes"][i]
    shape, name = shape_text(node["shape"] or []), _source(node)
    if node["kind"] == "leaf":
        return f"{name} is a leaf of shape {shape}.", f"{name}.grad gets the shape of {name}: {shape}."
    came, went = [], []
    for out in outs:
        own, target = shape_text(out["value"]["shape"]), _source(nodes[trace["edges"][out["edge"]]["target"]])
        wide = shape_text(out["raw"]["shape"]) if out["broadcast"] else ""
        came.append(f"{target} {own}" + (f", stretched to {wide}," if wide else ""))
        went.append(f"{target} gets {own}" + (f", the sum of {wide} over {_over(out)}" if wide else ""))
    others = [each["shape"] for each in node["inputs"] if each.get("shape", node["shape"]) != node["shape"]]
    came += [f"{shape_text(own)} without a gradient, stretched to {shape}," for own in others]
    forwards = f"{name} makes {shape}" + (f" from {join(came)}".rstrip(",") if came else "") + "."
    stretched = len(others) + sum(out["broadcast"] is not None for out in outs)
    if stretched == len(node["inputs"]) > 1:
        forwards += " All its inputs are stretched: is that meant?"
    return forwards, f"A gradient of shape {shape} arrives at {name}" + (f": {'; '.join(went)}" if went else "") + "."


def _over(out: dict[str, Any]) -> str:
    """The dimensions that are summed over, as the trace's own sentence ends."""
    return out["broadcast"].rpartition("over ")[2].rstrip(".")


def _summary(trace: dict[str, Any], stretches: list[dict[str, Any]]) -> dict[str, str]:
    ups, downs = [], []
    for out in stretches[:MOST]:
        edge = trace["edges"][out["edge"]]
        source, target = (_source(trace["nodes"][edge[end]]) for end in ("source", "target"))
        own, wide = shape_text(out["value"]["shape"]), shape_text(out["raw"]["shape"])
        ups.append(f"{target} from {own} to {wide} in {source}")
        downs.append(f"{source} sums {wide} to {own} over {_over(out)}, for {target}")
    more = f" ({len(stretches) - MOST} more)" if len(stretches) > MOST else ""
    up = f"Stretched to fit: {join(ups)}{more}." if ups else "Nothing is stretched to fit."
    down = f"Where an input was stretched forwards, its gradient is summed: {join(downs)}{more}." if downs else ""
    return {
        "forwards": f"Forwards: shapes flow from the leaves up to the result. {up}",
        "backwards": f"Backwards: every gradient has the shape of what it belongs to. {down}".rstrip(),
    }
