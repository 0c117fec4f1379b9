"""Reading a graph through the node protocol, without knowing any operation.

A node answers `name()` and `next_functions`; it may also answer `where()`, `formula`, `saved_values()` and, at a leaf,
`variable`. PyTorch's nodes are made to answer all of that in `pytorch.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ..autograd.errors.reading import quote
from ..autograd.source import Place
from .names import Names, is_pytorch
from .words import ordinal, printable

Record = dict[str, Any]
_ASSIGNED = re.compile(r"\s*[-+*/@%&|^<>]{0,2}=(?!=)")
LETTERS = "abcdefgh"  # an operation's inputs, as its formulas name them


@dataclass
class Graph:
    """A graph as numbers: `nodes[i]` is the engine's node, `edges` say (source, input, target, output)."""

    nodes: list[Any] = field(default_factory=list)
    edges: list[tuple[int, int, int, int]] = field(default_factory=list)
    number: dict[Any, int] = field(default_factory=dict)  # node -> its index
    edge_of: dict[tuple[int, int], int] = field(default_factory=dict)  # (source, input) -> edge


def read_graph(root: Any) -> Graph:
    """Number all nodes that a backward pass from `root` reaches, breadth first, and the edges between them."""
    graph = Graph([root], number={root: 0})
    for source, node in enumerate(graph.nodes):  # the list grows while we walk it
        for slot, (target, output) in enumerate(node.next_functions):
            if target is None:
                continue
            if target not in graph.number:
                graph.number[target] = len(graph.nodes)
                graph.nodes.append(target)
            graph.edge_of[source, slot] = len(graph.edges)
            graph.edges.append((source, slot, graph.number[target], output))
    return graph


def leaf_of(node: Any) -> Any:
    """The tensor whose `.grad` a leaf's node fills, None for an operation; of PyTorch's leaves not the wrapper."""
    variable = getattr(node, "variable", None)
    return getattr(variable, "original", variable)


def root_node(x: Any) -> Any:
    """The node at which a backward pass from the tensor `x` begins; an error that says why when there is none."""
    if not hasattr(x, "requires_grad"):
        raise TypeError(f"expected a tensor, got {type(x).__name__}")
    if is_pytorch(x):
        from .pytorch import root_of

        return root_of(x)
    if x.grad_fn is not None:
        return x.grad_fn
    from ..autograd.passes import make_roots

    return make_roots((x,), (x.detach(),), create_graph=False)[0][0]  # or its error: there is no graph


def node_records(graph: Graph, names: Names) -> list[Record]:
    """The NODE records of docs/stepper.md, saved values left for the recorder."""
    records = [_record(i, node, graph, names) for i, node in enumerate(graph.nodes)]
    tell_apart(records, [getattr(node, "seq", -i) for i, node in enumerate(graph.nodes)])
    return records


def tell_apart(records: list[Record], made: list[int]) -> None:
    """Give operations of the same name and expression a word of their own: their place, or which of them it is.

    `made` is when each was made; the nodes of a loop, made by one line, are counted by it.
    """
    namesakes: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        if record["kind"] == "op":
            rule = record.get("rule") or {}
            key = record["name"], record["expression"], rule.get("node"), rule.get("name"), rule.get("expression")
            record["twin"] = None
            namesakes.setdefault(key, []).append(record)
    for group in namesakes.values():
        if len(group) == 1:
            continue
        group.sort(key=lambda record: made[record["id"]])
        places = [record["place"] or "" for record in group]
        files = {place.rpartition(", ")[0] for place in places}
        for i, (record, place) in enumerate(zip(group, places, strict=True)):
            if len(set(places)) < len(group):
                record["twin"] = f"{ordinal(i + 1)} of {len(group)}"
            else:  # "line 3" will do where all are of one file
                record["twin"] = place.rpartition(", ")[2] if len(files) == 1 else place


def _record(i: int, node: Any, graph: Graph, names: Names) -> Record:
    record: Record
    variable = getattr(node, "variable", None)
    place = node.where() if hasattr(node, "where") else None
    formulas = (getattr(node, "formula", None) or ())[: len(LETTERS)]
    inputs = [
        {
            "input": slot,
            "edge": graph.edge_of.get((i, slot)),
            "formula": {"latex": rf"\bar{{{LETTERS[slot]}}} = {formulas[slot]}"} if slot < len(formulas) else None,
        }
        | _own_shape(node, slot)
        for slot in range(len(node.next_functions))
    ]
    record = {
        "id": i,
        "kind": "op" if variable is None else "leaf",
        "root": i == 0,
        "name": _name(node),
        "label": "leaf" if variable is not None else re.sub(r"Backward\d*$", "", _name(node)),
        "variable": names.of(node),
        "expression": _expression(place),
        "place": str(place) if place else None,
        "twin": None,
        "line": place.text.strip() if place and place.text else None,
        "shape": None if variable is None else list(variable.shape),
        "dtype": None if variable is None else str(variable.dtype).rpartition(".")[2],
        "inputs": inputs,
        "saved": [],
    }
    for key in ("name", "label", "variable", "expression", "place", "line"):
        if record[key] is not None:
            record[key] = printable(record[key], "\t")  # names may be any text
    return record


def _expression(place: Place | None) -> str | None:
    """The code of a node on one line; of a write to a part all of it, `y[0] = w`, and not only `y[0]`."""
    if place is None or not place.expression:
        return None
    written = _ASSIGNED.match(place.text.partition(place.expression)[2]) is not None
    return " ".join(((written and quote(place)) or place.expression).split())


def _own_shape(node: Any, slot: int) -> Record:
    """The shape of an input that was stretched, or converted, and needs no gradient: no event tells of it."""
    fit = getattr(node, "fit", None) or ()
    known = slot < len(fit) and fit[slot] is not None and node.next_functions[slot][0] is None
    return {"shape": list(fit[slot][0])} if known else {}


def _name(node: Any) -> str:
    """The node's name without a namespace (PyTorch writes `torch::autograd::AccumulateGrad`)."""
    return node.name().rpartition("::")[2]
