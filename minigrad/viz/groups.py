"""Groups of a graph's nodes: which call of which module made each, or which `with group("…")` it was made in.

Nothing is noted while nobody asks. `grouped` and `group` note it as nodes are made, which is exact; without a note,
`owners.py` finds it afterwards from the parameters.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from .graph import Graph, leaf_of

Trace = dict[str, Any]
AUTOMATIC = 120  # nodes; a larger graph (resnet18 has 133) is grouped without being asked, where modules are known


class Call:
    """One call of a module, or one `with group(name)`: nodes were made in it.

    Attributes
    ----------
    parent : Call or None
        The call it was made from; None outside all of them.
    name : str
        From the parent: "conv1", or "blocks.0" where a list stands between.
    kind : str
        The module's class; "" for a group made by hand.
    """

    __slots__ = ("kind", "name", "parent")

    def __init__(self, parent: Call | None, name: str, kind: str) -> None:
        self.parent, self.name, self.kind = parent, name, kind

    def chain(self) -> list[Call]:
        """The calls from the outermost to this one."""
        calls, call = [], self
        while call is not None:
            calls.append(call)
            call = call.parent  # type: ignore[assignment]
        return calls[::-1]


notes: WeakKeyDictionary[Any, Call | None] = WeakKeyDictionary()  # node -> where it was made; None: outside of modules


class _Noting:
    """Told of every node made within `grouped` or `group` (see `autograd/modes.py`), it notes where."""

    def __init__(self) -> None:
        self.now: Call | None = None

    def made(self, node: Any) -> None:
        notes[node] = self.now


@contextlib.contextmanager
def _noting() -> Iterator[_Noting]:
    """The observer of this thread, a new one if there is none."""
    from ..autograd.modes import observe

    observer = _Noting()
    outer = observe(_Noting, observer)
    if outer is not None:
        observer = outer
        observe(_Noting, outer)
    try:
        yield observer
    finally:
        observe(_Noting, outer)


@contextlib.contextmanager
def group(name: str) -> Iterator[None]:
    """Nodes made in this block are drawn as one group of this name, which opens and closes.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.viz import draw_graph, group
    >>> x = minigrad.tensor(2.0, requires_grad=True)
    >>> with group("square"):
    ...     y = x * x
    >>> [each["name"] for each in draw_graph(y.sin()).trace["groups"]]
    ['square']
    """
    with _noting() as observer:
        outer = observer.now
        observer.now = Call(outer, str(name), "")
        try:
            yield
        finally:
            observer.now = outer


@contextlib.contextmanager
def grouped(model: Any) -> Iterator[None]:
    """Note, for each node made in this block, which call of which module of `model` made it.

    `step(loss, by=model)` needs no such block: it finds the modules from their parameters. This one is exact also where
    that cannot be: modules called more than once, activations whose place in the model nothing tells. A module that
    made one node, such as a ReLU, is no group: the node has its name.

    Parameters
    ----------
    model : an `nn.Module`. It gets hooks, which are taken away at the end of the block.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad import nn
    >>> from minigrad.viz import draw_graph, grouped
    >>> model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    >>> with grouped(model):
    ...     out = model(minigrad.ones(1, 2))
    >>> [(each["path"], each["kind"]) for each in draw_graph(out.sum()).trace["groups"]]
    [('0', 'Linear')]
    """
    names = {module: name for name, module in model.named_modules()}
    with _noting() as observer:
        stack: list[Call | None] = []
        paths: list[str] = []

        def enter(module: Any, args: Any) -> None:
            stack.append(observer.now)
            name = names[module]
            if name:  # the model itself is the picture
                outer = paths[-1] if paths else ""
                inner = name[len(outer) + 1 :] if outer and name.startswith(outer + ".") else name
                observer.now = Call(observer.now, inner, type(module).__name__)
            paths.append(name)

        def leave(module: Any, args: Any, output: Any) -> None:
            observer.now = stack.pop()
            paths.pop()

        handles = []
        for module in names:
            handles.append(module.register_forward_pre_hook(enter, prepend=True))
            handles.append(module.register_forward_hook(leave, always_call=True))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()


def put_groups(trace: Trace, graph: Graph, by: Any, found: list[Any]) -> None:
    """Enter into a trace its groups, if any are known: `trace["groups"]`; "group", "path" and "parameter" of nodes.

    Parameters
    ----------
    by : a module, or several; None where the caller named none.
    found : the modules among the caller's variables, which serve where a large graph has no other groups.
    """
    calls = [notes.get(node) if isinstance(node, _has_notes()) else None for node in graph.nodes]
    models = list(by) if isinstance(by, list | tuple) else [] if by is None else [by]
    for model in models:
        if not hasattr(model, "named_modules"):
            raise TypeError(f"by must be an nn.Module, or a list of them, not {type(model).__name__}")
    noted = any(call is not None and (call.kind or not models) for call in calls)
    if not noted and (models or len(graph.nodes) > AUTOMATIC):
        from .owners import owners

        calls = [call or owner for call, owner in zip(calls, owners(graph, models or found), strict=True)]
    parameters = _parameter_names(models or found)
    for record, node in zip(trace["nodes"], graph.nodes, strict=True):
        name = parameters.get(id(leaf_of(node)))
        if name is not None and record["variable"] is None:
            record["variable"] = name
        if any(calls):
            record["parameter"] = name
    if not any(calls):
        return
    for record, call in zip(trace["nodes"], calls, strict=True):
        names = [] if call is None else [each.name for each in call.chain() if each.kind]
        record["path"] = ".".join(names) or None
    _place_leaves(trace, graph, calls)
    _number(trace, _of_several(calls))


def _has_notes() -> type:
    from ..autograd.node import Node

    return Node


def _parameter_names(models: list[Any]) -> dict[int, str]:
    """The name of each parameter, of the first model that has it."""
    names: dict[int, str] = {}
    for model in models:
        for name, parameter in model.named_parameters():
            names.setdefault(id(parameter), name)
    return names


def _place_leaves(trace: Trace, graph: Graph, calls: list[Call | None]) -> None:
    """A leaf stands in the innermost group that holds all its uses."""
    users: dict[int, list[int]] = {}
    for source, _, target, _ in graph.edges:
        users.setdefault(target, []).append(source)
    for i, record in enumerate(trace["nodes"]):
        if record["kind"] == "leaf" and i in users:
            calls[i] = common(*(calls[user] for user in users[i]))


def common(*calls: Call | None) -> Call | None:
    """The innermost call that holds all of these."""
    chains = [[] if call is None else call.chain() for call in calls]
    found = None
    for level in zip(*chains, strict=False):
        if any(call is not level[0] for call in level):
            break
        found = level[0]
    return found


def _of_several(calls: list[Call | None]) -> list[Call | None]:
    """A module that made one node only, such as a ReLU, needs no group: the node says where it was made."""
    sizes = Counter(each for call in calls if call is not None for each in call.chain())
    found = []
    for call in calls:
        while call is not None and call.kind and sizes[call] == 1:
            call = call.parent
        found.append(call)
    return found


def _number(trace: Trace, calls: list[Call | None]) -> None:
    """The GROUP records: outer ones before those inside, otherwise in the order in which the graph comes to them."""
    number: dict[Call, int] = {}
    groups: list[dict[str, Any]] = []
    for record, call in zip(trace["nodes"], calls, strict=True):
        for each in [] if call is None else call.chain():
            if each not in number:
                number[each] = len(groups)
                parent = None if each.parent is None else number[each.parent]
                path = each.name if parent is None else f"{groups[parent]['path']}.{each.name}"
                group = {"id": len(groups), "parent": parent, "name": each.name, "path": path, "kind": each.kind}
                groups.append(group | {"call": None, "nodes": []})
            groups[number[each]]["nodes"].append(record["id"])
        record["group"] = None if call is None else number[call]
    times = Counter((group["parent"], group["name"]) for group in groups)
    seen: Counter[Any] = Counter()
    for group in reversed(groups):  # the graph begins at the end of the forward pass
        key = group["parent"], group["name"]
        if times[key] > 1:
            seen[key] += 1
            group["call"] = seen[key]
    trace["groups"] = groups
