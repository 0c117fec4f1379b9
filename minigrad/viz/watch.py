"""Whether a recorded walk is still that of the learner's graph, or what has happened to the graph since.

Nothing is kept alive for it: the tensor and its leaves are watched through weak references.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakSet, ref

from ..autograd import versions
from .graph import leaf_of, read_graph, root_node
from .words import join

ADVICE = "To walk the graph as it is now, run the cell again."


class Watch:
    """What can be told later about the graph of a tensor.

    Parameters
    ----------
    x : the tensor whose backward pass was recorded.
    trace : the record.
    variables : the caller's global variables.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.viz.trace import record
    >>> x = minigrad.tensor(2.0, requires_grad=True)
    >>> y = x * x
    >>> watch = Watch(y, record(y), {"y": y})
    >>> watch.news()
    ''
    >>> y.backward()
    >>> watch.news()
    'Since this walk was recorded, backward() has run and freed what the graph had saved and x.grad has changed. ...'
    """

    def __init__(self, x: Any, trace: dict[str, Any], variables: dict[str, Any]) -> None:
        graph = read_graph(root_node(x))
        self._x, self._root = ref(x), _identity(graph.nodes[0])
        self._variables = variables
        self._name = next((name for name, value in list(variables.items()) if value is x and name[:1] != "_"), None)
        self._spent = {i for i, node in enumerate(graph.nodes) if _spent(node)}
        self._overwritten = {i for i, node in enumerate(graph.nodes) if _overwritten(node)}
        leaves = zip(trace["nodes"], map(leaf_of, graph.nodes), strict=True)
        self._leaves = [
            (node["variable"] or "a leaf", ref(leaf), leaf._version, _grad(leaf))
            for node, leaf in leaves
            if leaf is not None
        ]

    def news(self) -> str:
        """What has happened since, in a sentence and an advice; "" if nothing is known to have."""
        news = list(self._news())
        return f"Since this walk was recorded, {join(news)}. {ADVICE}" if news else ""

    def _news(self) -> Iterator[str]:
        x = self._x()
        if self._name is not None and (x is None or self._variables.get(self._name) is not x):
            yield f"{self._name} has become another tensor"
        if x is not None:
            yield from self._of_graph(x)
        written = [
            name for name, leaf, version, _ in self._leaves if (it := leaf()) is not None and it._version != version
        ]
        if written:
            yield f"{_some(written)} {'has' if len(written) == 1 else 'have'} been changed in place"
        filled = [
            f"{name}.grad"
            for name, leaf, _, grad in self._leaves
            if (it := leaf()) is not None and _grad_changed(it, grad)
        ]
        if filled:
            yield f"{_some(filled)} {'has' if len(filled) == 1 else 'have'} changed"

    def _of_graph(self, x: Any) -> Iterator[str]:
        graph = read_graph(root_node(x))
        if _identity(graph.nodes[0]) != self._root:
            yield f"{self._name or 'the tensor'} has been changed in place"
            return
        if {i for i, node in enumerate(graph.nodes) if _spent(node)} - self._spent:
            yield "backward() has run and freed what the graph had saved"
        elif any(_overwritten(node) for i, node in enumerate(graph.nodes) if i not in self._overwritten):
            yield "a value that the graph had saved has been changed in place"


def _some(names: list[str]) -> str:
    named = list(dict.fromkeys(name for name in names if not name.startswith("a leaf")))
    if not named:
        return names[0] if len(names) == 1 else f"{len(names)} leaves"
    return join(named[:3] + ([f"{len(named) - 3} more"] if len(named) > 3 else []))


def _grad(leaf: Any) -> tuple[Any, int] | None:
    return None if leaf.grad is None else (ref(leaf.grad), leaf.grad._version)


def _grad_changed(leaf: Any, then: tuple[Any, int] | None) -> bool:
    if leaf.grad is None or then is None:
        return leaf.grad is not then
    return then[0]() is not leaf.grad or leaf.grad._version != then[1]


def _identity(node: Any) -> tuple[int, str]:
    return node._sequence_nr(), node.name()  # not `id`, which is used again


def _spent(node: Any) -> bool:
    return bool(getattr(node, "freed", False))


def _overwritten(node: Any) -> bool:
    if hasattr(node, "original"):
        return node.overwritten
    arrays = node.saved_arrays() if hasattr(node, "saved_arrays") else ()
    return any(versions.writes_since(array, node.seq) for _, array in arrays)


# ------------------------------------------------------------ asked after each cell of a notebook
_watching: WeakSet[Any] = WeakSet()


def watch_in_notebook(stepper: Any) -> None:
    """Have `stepper.look()` called after each cell that runs, as long as the stepper lives."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None and not _watching:
        shell.events.register("post_run_cell", _look)
    _watching.add(stepper)


def _look(_result: Any = None) -> None:
    for stepper in list(_watching):
        stepper.look()
