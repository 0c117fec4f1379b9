"""Which results require grad? The graph of a function, its leaves' `requires_grad` to be switched (lesson 02)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ..graph import read_graph, root_node
from ..names import callers_names
from ..trace import outline
from ..words import join, node_words
from .instrument import Instrument, check_tensor
from .plain import placed, still_graph

WORDS = "requires_grad=False"


class RequiresGradPainter(Instrument):
    """The graph with its flags; `value` is what each leaf's `requires_grad` is, by name."""

    kind = "painter"

    @property
    def flags(self) -> list[bool]:
        """For each node of the graph whether what it makes requires grad."""
        trace, names = self.state["trace"], self.state["names"]
        flags = [bool(self.value.get(names.get(str(node["id"])), False)) for node in trace["nodes"]]
        for _ in trace["nodes"]:  # as often as the longest path could need
            before = list(flags)
            for edge in trace["edges"]:
                flags[edge["source"]] |= flags[edge["target"]]
            if flags == before:
                break
        return flags

    @property
    def alt(self) -> str:
        trace, flags = self.state["trace"], self.flags
        on = [name for name, flag in self.value.items() if flag]
        results = [node for node in trace["nodes"] if node["kind"] == "op"]
        recorded = [node_words(node) for node in results if flags[node["id"]]]
        if not on:
            return f"{self.state['question']} No leaf requires grad, so no result does and nothing is recorded."
        what = (
            f"{join(recorded)} {'require' if len(recorded) > 1 else 'requires'} grad" if recorded else "no result does"
        )
        others = len(results) - len(recorded)
        rest = f", the other {others} {'do' if others > 1 else 'does'} not" if others and recorded else ""
        return f"{self.state['question']} With requires_grad on {join(on)}: {what}{rest}."

    def still(self) -> str:
        trace, flags = self.state["trace"], self.flags
        below = {int(node): f"requires_grad={bool(self.value.get(name))}" for node, name in self.state["names"].items()}
        looks = {node["id"]: "off" for node in trace["nodes"] if not flags[node["id"]]}
        edges = {edge["id"]: "off" for edge in trace["edges"] if not flags[edge["target"]]}
        layout = {**trace["layout"], "boxes": [self._box(box, flags) for box in trace["layout"]["boxes"]]}
        return still_graph({**trace, "layout": layout}, self.alt, {}, below, looks, edges)

    def _box(self, box: dict[str, Any], flags: list[bool]) -> dict[str, Any]:
        """A box as it is while these flags hold: what is not recorded has no node."""
        if flags[box["node"]] or self.state["trace"]["nodes"][box["node"]]["kind"] == "leaf":
            return box
        return {**box, "lines": [{**box["lines"][0], "text": "no grad_fn"}, *box["lines"][1:]]}


def requires_grad_painter(f: Any, *leaves: Any) -> RequiresGradPainter:
    """Which results require grad?

    Parameters
    ----------
    f : a function of the leaves, or a result, whose leaves that require grad are then taken.
    leaves : tensors. They stay as they are: the function is called with copies. Names are the caller's, or those of
        the function's parameters.

    Returns
    -------
    A widget in which a click on a leaf switches its `requires_grad`; ``.value`` says which are on, by name.

    Raises
    ------
    RuntimeError
        If the result has no graph whatever the leaves require.

    Examples
    --------
    >>> import minigrad
    >>> x, w = minigrad.tensor(2.0), minigrad.tensor(3.0, requires_grad=True)
    >>> painter = requires_grad_painter(lambda x, w: x * w, x, w)
    >>> painter.value
    {'x': False, 'w': True}
    >>> painter.flags  # of the product, of x, of w
    [True, False, True]
    """
    if callable(f) and not leaves:
        raise TypeError("give the function's leaves too: requires_grad_painter(f, x, w)")
    for x in leaves or (f,):
        check_tensor(x)
    if not callable(f):
        y, names, own = f, callers_names(f), None
    else:
        own = _names(f, leaves)
        y, copies = _with_all_leaves(f, leaves)
        names = callers_names(leaves[0])
        for name, copy in zip(own, copies, strict=True):
            names.add(name, copy)
    graph = read_graph(root_node(y))
    trace = outline(y, names)
    leaf_names: dict[str, str] = {}
    flags: dict[str, bool] = {}
    reasons: dict[str, str] = {}
    for i, node in enumerate(graph.nodes):
        if trace["nodes"][i]["kind"] != "leaf":
            continue
        name = trace["nodes"][i]["variable"] = trace["nodes"][i]["variable"] or f"leaf {len(leaf_names)}"
        leaf = node.variable if own is None else leaves[own.index(name)] if name in own else node.variable
        leaf_names[str(i)] = name
        flags[name] = leaf.requires_grad
        if not leaf.dtype.is_floating_point:
            trace["nodes"][i]["dtype"] = str(leaf.dtype).rpartition(".")[2]
            reasons[name] = _reason(leaf)
    flags = {name: flags[name] for name in [*(own or []), *flags] if name in flags}  # in the order of the leaves given
    below = {int(i): "x" * (len(WORDS) - 4) for i in leaf_names}
    trace = placed(trace, {}, below)
    for box in trace["layout"]["boxes"]:
        node = trace["nodes"][box["node"]]
        if node["variable"] in reasons:
            box["lines"][-1]["text"] = f"{node['dtype']} {tuple(node['shape'])}"
    state = {"question": "Which results require grad?", "trace": trace, "names": leaf_names, "reasons": reasons}
    return RequiresGradPainter(state, flags)


def _names(f: Callable[..., Any], leaves: tuple[Any, ...]) -> list[str]:
    """What the leaves are called: as the caller does, as the function does, or by number."""
    callers = callers_names(leaves[0])
    known_as = [callers.of(SimpleNamespace(variable=leaf.grad_fn or leaf)) for leaf in leaves]
    try:
        parameters = list(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        parameters = []
    found: list[str] = []
    for i in range(len(leaves)):
        candidates = [known_as[i], *parameters[i : i + 1], f"leaf {i}"]
        found.append(next(name for name in candidates if name and name not in found))
    return found


def _with_all_leaves(f: Callable[..., Any], leaves: tuple[Any, ...]) -> tuple[Any, list[Any]]:
    """The result of copies that all require grad, whole numbers as floats where the function can take them."""
    from ...autograd.modes import enable_grad

    def copied(leaf: Any, as_float: bool) -> Any:
        copy = leaf.detach().clone()
        if not leaf.dtype.is_floating_point and as_float:
            copy = copy.float()
        return copy.requires_grad_() if copy.dtype.is_floating_point else copy

    with enable_grad():
        copies = [copied(leaf, as_float=True) for leaf in leaves]
        try:
            return f(*copies), copies
        except (TypeError, IndexError, RuntimeError, ValueError):  # whole numbers that are an index, or an argument
            copies = [copied(leaf, as_float=False) for leaf in leaves]
            return f(*copies), copies


def _reason(leaf: Any) -> str:
    """Why a tensor of whole numbers cannot require grad, in the words of the error."""
    try:
        leaf.detach().requires_grad_()
    except RuntimeError as error:
        return str(error).partition("\n")[0]
    return ""
