"""What is frozen in a model, and which way gradients still take (lesson 15)."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

from ...autograd.source import place
from ..graph import read_graph, root_node
from ..groups import grouped, put_groups
from ..names import Names
from ..trace import outline
from ..words import count, join, short
from .instrument import Instrument
from .plain import placed, still_graph

FLAT = 14  # nodes; a larger graph is drawn by its modules
MOST_BOXES = 34
_HATCH = (
    '<defs><pattern id="frozen" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<path d="M-2 2 2-2M0 8 8 0M6 10 10 6" stroke="#808890" stroke-opacity=".55" fill="none"/></pattern></defs>'
    "<style>.off rect{fill:url(#frozen)}.off text,.gone text{font-weight:600}</style>"
)


class FrozenPath(Instrument):
    """The graph by its parts; `value` says, by name, what was frozen (True) or unfrozen (False) by hand."""

    kind = "frozen_path"
    question = "Which way do gradients still take?"

    def frozen(self, part: dict[str, Any]) -> int:
        """How many of a part's own parameters are frozen, as `value` has it."""
        own = self.value.get(part["name"])
        return part["frozen"] if own is None else part["tensors"] * bool(own)

    @property
    def reached(self) -> list[bool]:
        """For each part whether a gradient comes to it: it trains, or something below it does."""
        parts, edges = self.state["parts"], self.state["trace"]["edges"]
        found = [part["tensors"] > self.frozen(part) for part in parts]
        for _ in parts:
            before = list(found)
            for edge in edges:
                found[edge["source"]] |= found[edge["target"]]
            if found == before:
                break
        return found

    @property
    def alt(self) -> str:
        parts, reached = self.state["parts"], self.reached
        trains = [part["name"] for part in parts if part["tensors"] > self.frozen(part)]
        passes = [part["name"] for part, r in zip(parts, reached, strict=True) if r and part["name"] not in trains]
        dead = [part["name"] for part, r in zip(parts, reached, strict=True) if not r]
        text = [f"The graph of {self.state['title']} in {count(len(parts), 'part')}."]
        text.append(f"Trained: {_some(trains)}." if trains else "Nothing is trained.")
        if passes:
            text.append(f"Gradients only pass through: {_some(passes)}.")
        if dead:
            text.append(f"No gradient comes to: {_some(dead)}.")
        return " ".join([*text, *self.state["cuts"]])

    def still(self) -> str:
        trace, parts, reached = self.state["trace"], self.state["parts"], self.reached
        looks: dict[int, str] = {}
        below: dict[int, str] = {}
        for i, part in enumerate(parts):
            is_frozen = part["tensors"] == self.frozen(part) and (part["tensors"] > 0 or not reached[i])
            looks |= {i: "off"} if is_frozen else {}
            if part["tensors"] or part["cut"]:
                below[i] = part["cut"] or ("frozen" if is_frozen else "trained")
        edges = {edge["id"]: "off" for edge in trace["edges"] if not reached[edge["target"]]}
        return still_graph(trace, self.alt, {}, below, looks, edges).replace("<desc>", _HATCH + "<desc>", 1)


def frozen_path(model: Any, *inputs: Any) -> FrozenPath:
    """Which way do gradients still take?

    A copy of the model is called, all of its parameters recorded: so frozen parts are seen, too. The model itself, its
    buffers and the random numbers stay as they are.

    Parameters
    ----------
    model : an `nn.Module`.
    inputs : what to call it with.

    Returns
    -------
    A widget: a click on a part freezes it or lets it train, to see which way gradients would take then. A graph of more
    than 24 nodes is drawn by its modules. ``.value`` has what was changed by hand, by name.

    Raises
    ------
    TypeError
        If it is no module.
    RuntimeError
        If what the model gives has no graph: all of it ran within `no_grad`, for instance.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad import nn
    >>> model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    >>> _ = model[0].requires_grad_(False)
    >>> found = frozen_path(model, minigrad.ones(1, 2))
    >>> [part["name"] for part, r in zip(found.state["parts"], found.reached) if not r]
    ['ReluBackward0 (1)', 'AddmmBackward0 (0)', '0.bias', 'TBackward0 (0)', '0.weight']
    """
    if not hasattr(model, "named_parameters"):
        raise TypeError(f"frozen_path shows an nn.Module, not {type(model).__name__}")
    out, twin, cuts = _called(model, inputs)
    graph = read_graph(root_node(out))
    names = Names()
    for name, parameter in twin.named_parameters():
        names.add(name, parameter)
    trace = outline(out, names)
    if not trace.get("groups"):
        put_groups(trace, graph, twin, [])
    free = {name: parameter.requires_grad for name, parameter in model.named_parameters()}
    ids = {id(parameter): name for name, parameter in twin.named_parameters()}
    named = [ids.get(id(getattr(node, "variable", None))) for node in graph.nodes]
    level = _level(trace)
    part_of, parts = _parts(trace, level)
    for i, (record, name) in enumerate(zip(trace["nodes"], named, strict=True)):
        if name is not None:
            part = parts[part_of[i]]
            part["tensors"] += 1
            part["frozen"] += not free[name]
            part["numbers"] += math.prod(record["shape"])
            part["frozen_numbers"] += 0 if free[name] else math.prod(record["shape"])
    small = _small(trace, parts, part_of)
    sentences = [_put_cut(small, parts, part_of, trace, graph, cut) for cut in cuts]
    state = {
        "title": type(model).__name__,
        "trace": placed(small, {}, {i: "frozen----" for i in range(len(parts))}),
        "parts": parts,
        "cuts": list(dict.fromkeys(sentences)),
    }
    return FrozenPath(state, {})


def _called(model: Any, inputs: tuple[Any, ...]) -> tuple[Any, Any, list[Any]]:
    """What a copy gives whose parameters all require grad; the copy; the cuts found at the inputs of its modules."""
    from ...autograd.modes import enable_grad, is_grad_enabled
    from ...random import fork_rng

    twin = copy.deepcopy(model)
    for parameter in twin.parameters():
        if parameter.dtype.is_floating_point:
            parameter.requires_grad_(True)
    cuts: list[Any] = []
    seen: set[Any] = set()
    handles = []

    def look(name: str) -> Any:
        def hook(module: Any, args: tuple[Any, ...]) -> None:
            for x in args if is_grad_enabled() else ():  # inside a no_grad all is cut off; its end is looked for
                cut = getattr(getattr(x, "_meta", None), "cut", None)
                if cut is not None and not x.requires_grad and cut not in seen:
                    seen.add(cut)
                    cuts.append((name, cut))

        return hook

    for name, module in twin.named_modules():
        if name and not list(module.children()):
            handles.append(module.register_forward_pre_hook(look(name)))
    try:
        with fork_rng(), enable_grad(), grouped(twin):
            out = twin(*inputs)
    finally:
        for handle in handles:
            handle.remove()
    return next(_tensors(out)), twin, cuts


def _tensors(out: Any) -> Iterator[Any]:
    """The tensors of what a model gave, those with a graph first."""
    found = list(out.values()) if isinstance(out, dict) else list(out) if isinstance(out, (tuple, list)) else [out]
    yield from sorted(found, key=lambda x: getattr(x, "grad_fn", None) is None)


def _level(trace: dict[str, Any]) -> int:
    """How deep into the modules a picture can go: 0 is every node by itself."""
    if len(trace["nodes"]) <= FLAT or not trace.get("groups"):
        return 0
    deepest = max(_depth(trace, group["id"]) for group in trace["groups"])
    for level in range(deepest, 1, -1):
        if len(set(_places(trace, level))) <= MOST_BOXES:
            return level
    return 1


def _depth(trace: dict[str, Any], group: int | None) -> int:
    return 0 if group is None else 1 + _depth(trace, trace["groups"][group]["parent"])


def _places(trace: dict[str, Any], level: int) -> list[tuple[str, Any]]:
    """For each node its box: a group of this depth or less, a module that made but one node, or the node itself."""
    found: list[tuple[str, Any]] = []
    for node in trace["nodes"]:
        group, path = node.get("group") if level else None, node.get("path")
        if group is not None and path and path != trace["groups"][group]["path"] and _depth(trace, group) < level:
            found.append(("module", path))
            continue
        while group is not None and _depth(trace, group) > level:
            group = trace["groups"][group]["parent"]
        found.append(("node", node["id"]) if group is None else ("group", group))
    return found


def _parts(trace: dict[str, Any], level: int) -> tuple[list[int], list[dict[str, Any]]]:
    """Which part each node is in, and the parts, their parameters still to be counted."""
    numbers: dict[tuple[str, Any], int] = {}
    parts: list[dict[str, Any]] = []
    for node, key in zip(trace["nodes"], _places(trace, level), strict=True):
        if key not in numbers:
            numbers[key] = len(parts)
            if key[0] == "group":
                group = trace["groups"][key[1]]
                name, kind = group["path"] + (f" (call {group['call']})" if group["call"] else ""), group["kind"]
            elif key[0] == "module":
                name, kind = key[1], node["label"]
            else:
                group = node.get("group")
                inside = node.get("path") or ("" if group is None else trace["groups"][group]["path"])
                name = node["variable"] or f"{node['name']}{f' ({inside})' if inside else ''}"
                kind = node["kind"]
            part = {"name": name, "kind": kind, "tensors": 0, "frozen": 0, "numbers": 0, "frozen_numbers": 0}
            parts.append(part | {"cut": None, "leaf": key[0] == "node" and node["kind"] == "leaf"})
    return [numbers[key] for key in _places(trace, level)], parts


def _small(trace: dict[str, Any], parts: list[dict[str, Any]], part_of: list[int]) -> dict[str, Any]:
    """The graph of the parts, as a trace."""
    nodes = []
    for i, part in enumerate(parts):
        size = f"{part['numbers']:,} {'number' if part['numbers'] == 1 else 'numbers'}" if part["tensors"] else ""
        words = size if part["leaf"] else ": ".join(each for each in (part["kind"].replace("op", ""), size) if each)
        node = {"id": i, "kind": "op", "root": i == part_of[0], "name": short(part["name"], 28), "variable": None}
        node |= {"expression": words or None, "place": None, "line": None, "shape": None, "dtype": None}
        nodes.append(node | {"label": part["name"], "inputs": [], "saved": []})
    edges: list[dict[str, int]] = []
    for edge in trace["edges"]:
        pair = part_of[edge["source"]], part_of[edge["target"]]
        if pair[0] != pair[1] and pair not in {(each["source"], each["target"]) for each in edges}:
            edges.append({"id": len(edges), "source": pair[0], "input": 0, "target": pair[1], "output": 0})
    head = {key: trace[key] for key in ("version", "title", "alt")}
    return head | {"roots": [part_of[0]], "nodes": nodes, "edges": edges, "events": []}


def _put_cut(small: Any, parts: list[Any], part_of: list[int], trace: Any, graph: Any, found: Any) -> str:
    """A box for what cut the graph at the input of a module, below that module; hands back the sentence."""
    name, cut = found
    where = place(cut.code, cut.at)
    at = f" ({where})" if where else ""
    inside = [n for g in trace.get("groups", ()) if g["path"] == name for n in g["nodes"]]
    ops = [n for n in inside if trace["nodes"][n]["kind"] == "op"]
    if ops:
        first = part_of[min(ops, key=lambda n: graph.nodes[n].seq)]
        words = short(where.expression if where else "", 26) or None
        node = {"id": len(parts), "kind": "op", "root": False, "name": f"cut: {cut.operation}", "variable": None}
        node |= {"expression": words, "place": None, "line": None, "shape": None, "dtype": None}
        small["nodes"].append(node | {"label": "cut", "inputs": [], "saved": []})
        edge = {"id": len(small["edges"]), "source": first, "input": 0, "target": len(parts), "output": 0}
        small["edges"].append(edge)
        part = {"name": f"cut by {cut.operation}{at}", "kind": "cut", "tensors": 0, "frozen": 0, "numbers": 0}
        parts.append(part | {"frozen_numbers": 0, "cut": "no way on", "leaf": False})
    return f"Before {name}, {cut.operation}{at} cuts the graph: no gradient goes beyond."


def _some(names: list[str]) -> str:
    return join(names[:8] + ([f"{len(names) - 8} more"] if len(names) > 8 else []))
