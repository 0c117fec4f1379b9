"""Where the first nan or inf comes from, in the forward pass and in the backward pass, on the graph (lesson 12)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...autograd.errors.reading import snake
from ..trace import record
from ..words import count, full_stop, join, node_words
from .instrument import Instrument
from .plain import placed, still_graph

WAYS = ("forward", "backward")
MADE_BY = {  # why operations make numbers that are not finite
    "log": "log of 0 is -inf, and of a negative number nan",
    "sqrt": "the square root of a negative number is nan",
    "rsqrt": "1 / sqrt(0) is inf",
    "div": "a number divided by 0 is inf, and 0 / 0 is nan",
    "reciprocal": "1 / 0 is inf",
    "exp": "exp of a large number is out of range",
    "pow": "a power may be out of range, 0 to a negative power is inf, and a root of a negative number is nan",
    "sub": "inf - inf is nan",
    "mul": "a product may be out of range, and 0 · inf is nan",
}


class NanTracer(Instrument):
    """The graph with what is not finite marked; `value` is "forward" or "backward"."""

    kind = "nan_tracer"
    question = "Where does the first nan or inf come from?"

    @property
    def alt(self) -> str:
        words = " ".join(self.state["summary"][way] for way in WAYS)
        return f"{self.state['title']} {words}"

    def still(self) -> str:
        way, trace = self.value, self.state["trace"]
        labels = {int(edge): each[way] for edge, each in self.state["edges"].items()}
        below = {each["node"]: f"✗ first {each['type']}" for each in self.state["first"][way]}
        odd = {int(node): each[way] for node, each in self.state["nodes"].items()}
        looks = {node: "gone" for node, each in odd.items() if each["kind"] == "finite"}
        edges = {edge["id"]: "off" for edge in trace["edges"] if not self._on_path(edge)}
        return still_graph(trace, self.alt, labels, below, looks, edges)

    def _on_path(self, edge: dict[str, int]) -> bool:
        return self.state["edges"].get(str(edge["id"]), {}).get(f"{self.value}_odd", False)


def nan_tracer(x: Any, gradient: Any = None) -> NanTracer:
    """Where does the first nan or inf come from?

    It works on a recording: no `.grad` changes.

    Parameters
    ----------
    x : a tensor that requires grad, a loss for instance. Names are taken from the caller's variables.
    gradient : what the backward pass begins with; ones by default.

    Returns
    -------
    A widget: forward, the values that are not finite; backward, the gradients. The first of each is marked and
    explained. ``.value`` is the way that is shown.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([0.0, 4.0], requires_grad=True)
    >>> y = x.sqrt()
    >>> tracer = nan_tracer(y * y)  # the values are finite, the slope of sqrt at 0 is not
    >>> [each["type"] for each in tracer.state["first"]["backward"]], tracer.state["first"]["forward"]
    (['nan'], [])
    """
    from ... import ones_like

    if gradient is None and getattr(x, "requires_grad", False):
        gradient = ones_like(x)
    with np.errstate(all="ignore"):  # what NumPy would warn of is what is looked for
        trace = record(x, gradient)
    values = {step["node"]: step["results"][0]["value"] for step in trace.get("forward", ())}
    sent = {out["edge"]: out["value"] for event in trace["events"] for out in event["outgoing"] if out["value"]}
    arrived = {event["node"]: event["incoming"][0]["value"] for event in trace["events"] if event["incoming"]}
    edges: dict[str, Any] = {}
    for edge in trace["edges"]:
        value, g = values.get(edge["target"]), sent.get(edge["id"])
        edges[str(edge["id"])] = {
            "forward": value["text"] if value else "not kept",
            "backward": g["text"] if g else "none",
            "forward_odd": _odd(value) is not None,
            "backward_odd": _odd(g) is not None,
        }
    first = {"forward": _first_forward(trace, values), "backward": _first_backward(trace)}
    nodes = {
        str(node["id"]): {
            "forward": _node_forward(node, values.get(node["id"])),
            "backward": _node_backward(node, arrived.get(node["id"])),
        }
        for node in trace["nodes"]
    }
    longest = {int(edge): max(each["forward"], each["backward"], key=len) for edge, each in edges.items()}
    state = {
        "title": f"The graph of {node_words(trace['nodes'][0])}.",
        "trace": placed(_bare(trace), longest),
        "edges": edges,
        "nodes": nodes,
        "first": first,
        "summary": {
            "forward": _forward_words(trace, values, first["forward"]),
            "backward": _backward_words(trace, first["backward"], arrived),
        },
    }
    return NanTracer(state, "forward" if first["forward"] or not first["backward"] else "backward")


def _bare(trace: dict[str, Any]) -> dict[str, Any]:
    """The trace without what this instrument does not show."""
    nodes = [{key: part for key, part in node.items() if key != "jacobians"} | {"saved": []} for node in trace["nodes"]]
    return {key: trace[key] for key in ("version", "title", "alt", "roots", "edges")} | {"nodes": nodes, "events": []}


def _odd(value: dict[str, Any] | None) -> str | None:
    """ "nan" or "inf", if a VALUE is known to hold one."""
    if value is None:
        return None
    ends = [value["min"], value["max"]]
    if "nan" in value["values"] or "nan" in ends or value["text"].endswith("with nan"):
        return "nan"
    return "inf" if {"inf", "-inf"} & {each for each in (*ends, *value["values"]) if isinstance(each, str)} else None


def _first_forward(trace: dict[str, Any], values: dict[int, Any]) -> list[dict[str, Any]]:
    """The nodes, in the order in which they ran, that made what is not finite from what is."""
    targets: dict[int, list[int]] = {}
    for edge in trace["edges"]:
        targets.setdefault(edge["source"], []).append(edge["target"])
    for step in trace.get("forward", ()):
        i = step["node"]
        kind, node = _odd(values.get(i)), trace["nodes"][i]
        if kind is None:
            continue
        given = [(j, values.get(j)) for j in dict.fromkeys(targets.get(i, ()))]
        if node["kind"] == "leaf":
            why = f"The leaf {node_words(node)} holds {kind} from the start."
        else:
            made = f"{node_words(node)} made the first {kind} of the forward pass"
            inputs = [f"{node_words(trace['nodes'][j])} = {v['text'] if v else 'not kept'}" for j, v in given]
            why = full_stop(f"{made}, from {join(inputs)}" if inputs else made)
            reason = MADE_BY.get(snake(node["name"]))
            why += f" Why: {reason}." if reason else ""
        return [{"node": i, "type": kind, "sentence": why, "line": node["line"], "place": node["place"]}]
    return []


def _first_backward(trace: dict[str, Any]) -> list[dict[str, Any]]:
    """The first nan and the first inf of the backward pass, as the recorder has noted them."""
    found = []
    for event in trace["events"]:
        for trouble in (event.get("warning"), event.get("error")):
            if trouble:
                node = trace["nodes"][event["node"]]
                words = [trouble["sentence"], trouble["what"], trouble["fix"] and f"Instead: {trouble['fix']}"]
                kind = trouble["type"] if trouble["type"] in ("nan", "inf") else "error"
                sentence = " ".join(word.replace("\n", " ") for word in words if word)
                found.append({"node": event["node"], "type": kind, "sentence": sentence})
                found[-1] |= {"line": node["line"], "place": node["place"]}
    return found


def _node_forward(node: dict[str, Any], value: dict[str, Any] | None) -> dict[str, str]:
    verb = "holds" if node["kind"] == "leaf" else "makes"
    if value is None:
        return {"kind": "unknown", "sentence": f"What {node_words(node)} made is not kept."}
    return {"kind": _odd(value) or "finite", "sentence": full_stop(f"{node_words(node)} {verb} {value['text']}")}


def _node_backward(node: dict[str, Any], g: dict[str, Any] | None) -> dict[str, str]:
    if g is None:
        return {"kind": "unknown", "sentence": f"No gradient arrives at {node_words(node)}."}
    sentence = full_stop(f"The gradient {g['text']} arrives at {node_words(node)}")
    return {"kind": _odd(g) or "finite", "sentence": sentence}


def _forward_words(trace: dict[str, Any], values: dict[int, Any], first: list[Any]) -> str:
    unknown = sum(values.get(node["id"]) is None for node in trace["nodes"])
    rest = f" ({count(unknown, 'value')} could not be known.)" if unknown else ""
    if not first:
        return f"Forward: every value that is known is finite.{rest}"
    spoilt = [node_words(node) for node in trace["nodes"] if _odd(values.get(node["id"]))]
    others = [name for name in spoilt if name != node_words(trace["nodes"][first[0]["node"]])]
    reach = f" It spoils {join(others[:4])}{' and more' if len(others) > 4 else ''}." if others else ""
    return f"Forward: {first[0]['sentence']}{reach}{rest}"


def _backward_words(trace: dict[str, Any], first: list[Any], arrived: dict[int, Any]) -> str:
    if not first:
        return "Backward: every gradient is finite."
    leaves = [node for node in trace["nodes"] if node["kind"] == "leaf" and _odd(arrived.get(node["id"]))]
    ends = [f"{node['variable'] or 'a leaf'}.grad" for node in leaves]
    reach = f" It reaches {join(ends)}." if ends else ""
    return "Backward: " + " ".join(each["sentence"] for each in first) + reach
