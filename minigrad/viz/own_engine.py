"""Graphs of an engine that the learner wrote (lesson 16), walked by that engine itself and recorded as it goes.

Its nodes answer the protocol of `graph.py` once they are wrapped. The recorder listens to the engine's own generator,
so what the stepper shows is what that engine does, right or wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from ..autograd.source import user_frame
from .graph import Graph
from .names import Names
from .trace import Trace, record_steps
from .walk import shown
from .words import count

PATIENCE = 10  # an engine that runs nodes again and again is stopped after so many times their number


class OwnNode:
    """A node of the learner's graph, `original`; `known` has the one wrapper of each node."""

    def __init__(self, original: Any, known: dict[Any, OwnNode]) -> None:
        self.original, self._known = original, known
        self.seq = original.number
        self.variable = None if original.leaf is None else OwnLeaf(original.leaf)
        known[original] = self

    @property
    def next_functions(self) -> tuple[tuple[OwnNode | None, int], ...]:
        """As minigrad's, of wrappers: an operation has one output."""
        known = self._known
        return tuple((None if to is None else known.get(to) or OwnNode(to, known), 0) for to in self.original.edges)

    def name(self) -> str:
        """The operation's name, as the learner calls it."""
        return str(self.original.name)


class OwnLeaf:
    """A leaf, as the recorder asks for it."""

    def __init__(self, original: Any) -> None:
        self.original = original
        self.shape, self.dtype = original.data.shape, original.data.dtype

    @property
    def grad(self) -> Any:
        """What has been accumulated so far, with its numbers as `array`; None if there is nothing."""
        grad = self.original.grad
        return None if grad is None else _Numbers(np.asarray(grad))


class _Numbers:
    def __init__(self, array: Any) -> None:
        self.array = array


class _Root:
    """The result that a walk begins at, as the recorder asks for it."""

    requires_grad, output_nr = True, 0

    def __init__(self, original: Any, node: OwnNode) -> None:
        self.original, self.grad_fn = original, node
        self.shape, self.dtype = original.data.shape, original.data.dtype


class _OwnNames(Names):
    """Names of the learner's tensors among the caller's variables."""

    def __init__(self, kind: type) -> None:
        super().__init__()
        frame = user_frame()
        for variables in (frame.f_locals, frame.f_globals):
            for name, value in list(variables.items()):
                if name[:1] != "_" and isinstance(value, kind) and getattr(value, "node", None) is not None:
                    self._note(name, value)

    def _note(self, name: str, tensor: Any) -> None:
        owner = tensor if tensor.node.leaf is not None else tensor.node
        names = self._names.setdefault(id(owner), [])
        if name not in names and len(names) < 3:
            names.append(name)
            self._kept.append(owner)

    def of(self, node: Any) -> str | None:
        found = self._names.get(id(node.original if node.variable is None else node.variable.original))
        return None if found is None else found[0] if node.variable is not None else ", ".join(found)


def step_through(result: Any, run: Callable[[Any, Any], Any], gradient: Any = None) -> Any:
    """Walk a backward pass by an engine of your own, in the stepper.

    Parameters
    ----------
    result : a tensor of your own: an object with ``data`` and ``node``. A node has ``name``, ``edges``, ``number``,
        ``leaf`` and ``rule``, as in lesson 16.
    run : your engine, ``run(node, gradient)``: it yields ``(node, arrived, sent)`` for each node that runs.
    gradient : an array of the result's shape; by default ones.

    Returns
    -------
    What `step` returns: in a notebook a `Stepper`, elsewhere a `Walk`, after printing it.

    Raises
    ------
    TypeError
        If `result` has no graph of this kind.
    RuntimeError
        If the engine does not come to an end. What the engine itself raises is passed on.

    Examples
    --------
    >>> from minigrad.course.reference_engine import Tensor, run
    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> y = x * 3.0
    >>> walk = step_through(y, run)
    Backward pass of y: 2 steps
    ...
    >>> x.grad is None
    True
    """
    return shown(record_own(result, run, gradient))


def record_own(result: Any, run: Callable[[Any, Any], Any], gradient: Any = None) -> Trace:
    """The trace of such a walk."""
    if getattr(result, "node", None) is None or not hasattr(result.node, "edges"):
        raise TypeError(
            "step_through walks a tensor of your own engine that remembers how it was made: one with a `node`"
        )
    known: dict[Any, OwnNode] = {}
    begin = np.ones(result.data.shape) if gradient is None else np.array(gradient, dtype=np.float64)
    root = _Root(result, OwnNode(result.node, known))
    trace = record_steps(root, begin, _OwnNames(type(result)), lambda graph: _steps(graph, run, begin, known))
    for event in trace["events"]:
        if event["kind"] == "node" and event["why"]["rule"] != "root":
            event["why"]["sentence"] = _why(event)
    return trace


def _why(event: dict[str, Any]) -> str:
    """Why a node ran: nobody knows but the engine. What can be seen is whether it should have waited."""
    early = [each["missing"] for each in event["why"]["waiting"] if each["node"] == event["node"]]
    if early:
        return f"The engine takes it now, which is too early: {count(early[0], 'more gradient')} should arrive."
    return "All its gradients are there, and the engine takes it next."


def _steps(
    graph: Graph, run: Callable[[Any, Any], Any], begin: Any, known: dict[Any, OwnNode]
) -> Iterator[tuple[Any, Any, Any, Any]]:
    """What the learner's engine yields, as minigrad's engine would yield it."""
    most = PATIENCE * len(graph.nodes)
    for number, (node, arrived, sent) in enumerate(islice(run(graph.nodes[0].original, begin.copy()), most + 1)):
        if number == most:
            raise RuntimeError(f"the engine has run {most} times and still goes on: the graph has fewer nodes")
        outgoing = tuple(np.array(d) for d in sent or ())  # as it is now: an engine may write into its arrays
        yield known[node], np.array(arrived), _raw(node, arrived, outgoing), outgoing


def _raw(node: Any, arrived: Any, outgoing: tuple[Any, ...]) -> tuple[Any, ...]:
    """What the node's rule gave before its shapes were mended: the rule is asked once more, for the picture alone."""
    try:
        raw = tuple(np.asarray(d) for d in node.rule(arrived))
    except Exception:
        return outgoing
    return raw if len(raw) == len(outgoing) else outgoing
