"""The engine: one generator that runs a graph backwards. `backward()` and `grad()` drain it, the stepper watches it.

No recursion and no first pass over the graph: nodes are numbered when they are made, and a node's consumers are always
newer than the node. So the newest node that a gradient has reached has received all it will ever get, and is run next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush, heappushpop
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backend, tensor  # type: ignore[no-redef]
from . import anomaly, versions
from .modes import switch
from .node import AccumulateGrad, Freed, Node, add

if TYPE_CHECKING:
    from ..tensor import Tensor
    from .accumulate import Staged

Step = tuple[Node, Any, tuple[Any, ...], tuple[Any, ...]]  # what `run` yields


def run(
    roots: Iterable[tuple[Node, Any]],
    spent: Freed | None = None,
    create_graph: bool = False,
    wanted: set[Node] | None = None,
    arrived: dict[Node, Any] | None = None,
    staged: Staged | None = None,
) -> Iterator[Step]:
    """Run the graph below `roots`, newest node first.

    Parameters
    ----------
    roots : iterable of (node, gradient)
    spent : Freed, optional
        What takes the place of what a node has saved as soon as it has run. Without it nodes keep what they saved.
    create_graph : bool
        Gradients are tensors, not arrays, and what is done with them is recorded.
    wanted : set of Node, optional
        Run only these (`grad` and `inputs=`).
    arrived : dict, optional
        Its keys are nodes whose incoming gradient is asked for, and gets written in as their value.
    staged : Staged, optional
        Where gradients for `.grad` are collected. Without it no hook runs: a recording changes nothing.

    Yields
    ------
    (node, incoming, raw, outgoing)
        The node just run; the sum of the gradients that reached it; what its rules returned; and the same after
        broadcasts were undone, one for each of the node's edges.
    """
    watcher = None if staged is None else anomaly.watcher
    waiting: dict[Node, Any] = {}  # gradients that have reached a node which has not run yet
    newest_first: list[tuple[int, Node]] = []  # the same nodes, as a heap

    for node, g in roots:
        _hand_on(node, g, waiting, newest_first)
    following: Node | None = None
    while following is not None or newest_first:
        if following is None:
            node = heappop(newest_first)[1]
            g = waiting.pop(node)
        elif newest_first and newest_first[0][0] < -following.seq:
            node = heappushpop(newest_first, (-following.seq, following))[1]
            waiting[following] = g
            g = waiting.pop(node)
        else:
            node = following
        following = None

        rare = node.rare
        hooks: Any = None if rare is None or staged is None else rare.hooks
        if arrived is not None:
            runs = node in wanted  # type: ignore[operator]
            if hooks is not None and not runs and node in staged.wanted:  # type: ignore[union-attr, operator]
                g = hooks.arrive(g, staged)
            if node in arrived:  # of a node that runs too, as in PyTorch, what came before its hooks
                arrived[node] = g
            if not runs:
                continue
        if hooks is not None:
            g = hooks.arrive(g, staged)
            if hooks.before:
                g = hooks.enter(node, g, staged)

        if type(node) is AccumulateGrad:
            if hooks is not None:
                hooks.accumulate(node, g, staged)
            elif staged is not None and g is not None:
                staged.append((node.variable, g))
            if g is not None:
                yield node, g, (), ()
            continue
        saved, holds_values = node.saved, node.holds_values
        if holds_values:
            if type(saved) is not tuple:  # freed, or packed by the user's hooks
                saved = node.unpacked()
            elif node.seq < versions.last_write:
                node.check_versions()
        if create_graph:
            versions.recorded_rules.note(node.seq, node.name(), node.code, node.at)
            if holds_values:
                saved = node.with_history(saved)
        if g is None and not node.runs_on_nothing:
            raw = outgoing = (None,) * len(node.edges)
        else:
            raw = outgoing = node.backward(g, saved)
        if holds_values and spent is not None:
            node.saved = spent
        if rare is not None and rare.fit is not None:
            outgoing = fitted(rare.fit, raw)
        if hooks is not None and hooks.after:
            if arrived is not None:
                outgoing = _asked_for(node, outgoing, staged.wanted)  # type: ignore[union-attr]
            outgoing = hooks.leave(node, g, outgoing, staged)
        if g is not None:
            if watcher is not None:
                watcher.ran(node, g, saved, outgoing)
            yield node, g, raw, outgoing
        if g is None or (rare is not None and rare.rest):
            for target, d in zip(node.edges, outgoing, strict=True):
                if target is not None:
                    _hand_on(target, d, waiting, newest_first)
            continue

        # The newest node reached, if nothing else has reached it yet, is likely next: it need not go through the heap.
        first, second = node.first, node.second
        if first is not None:
            if first in waiting:
                waiting[first] = add(waiting[first], outgoing[0])
            else:
                following, g = first, outgoing[0]
        if second is not None:
            if second in waiting:
                waiting[second] = add(waiting[second], outgoing[1])
            elif following is None:
                following, g = second, outgoing[1]
            elif second is following:
                g = add(g, outgoing[1])
            elif second.seq > following.seq:
                _hand_on(following, g, waiting, newest_first)
                following, g = second, outgoing[1]
            else:
                _hand_on(second, outgoing[1], waiting, newest_first)


def _hand_on(target: Node, g: Any, waiting: dict[Node, Any], newest_first: list[tuple[int, Node]]) -> None:
    """Add a gradient to what waits for a node."""
    if target in waiting:
        waiting[target] = add(waiting[target], g)
    else:
        waiting[target] = g
        heappush(newest_first, (-target.seq, target))


def _asked_for(node: Node, outgoing: tuple[Any, ...], wanted: Any) -> tuple[Any, ...]:
    """Of the outgoing gradients those that somebody has asked for: hooks do not see the others."""
    if node.runs_on_nothing:
        return outgoing
    return tuple(d if edge in wanted else None for edge, d in zip(node.edges, outgoing, strict=True))


def fitted(fits: tuple[Any, ...], outgoing: tuple[Any, ...]) -> tuple[Any, ...]:
    """Undo broadcasting and conversions: each gradient gets its input's shape (by sums) and type."""
    return tuple([g if fit is None or g is None else sum_to(g, *fit) for g, fit in zip(outgoing, fits, strict=True)])


def sum_to(g: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Sum `g` over the dimensions that broadcasting gave it, down to `shape`, and cast it to `dtype`."""
    if g.shape != shape:
        extra = g.ndim - len(shape)
        if extra and g.shape[extra:] == shape:  # a bias; as a method it takes half of what `np.sum` does
            g = g.sum(axis=tuple(range(extra)))
            return g if backend.dtype_of(g) == dtype else backend.cast(g, dtype)
        stretched = tuple(i + extra for i, n in enumerate(shape) if n == 1 and g.shape[i + extra] != 1)
        axes = (*range(extra), *stretched)
        if axes:
            g = np.sum(g, axis=axes, keepdims=True)
        g = np.reshape(g, shape)
    return g if backend.dtype_of(g) == dtype else backend.cast(g, dtype)


def walk(roots: Iterable[tuple[Node, Any]]) -> Iterator[Step]:
    """Run a graph for a spectator: no hook runs, no `.grad` changes, and nothing is freed.

    Parameters
    ----------
    roots : iterable of (Node, array)

    Yields
    ------
    (node, incoming, raw, outgoing), as `run` does; all gradients are arrays.
    """
    roots = list(roots)
    missing = _uses_of_leaves(node for node, _ in roots)
    sums: dict[Node, Any] = {}

    def arrive(leaf: Any, g: Any) -> Iterator[Step]:
        """Leaves are told as soon as all that they wait for has come, as in PyTorch (`run` comes to some later)."""
        if g is not None:
            sums[leaf] = add(sums.get(leaf), g)
        if not missing[leaf] and leaf in sums:
            yield leaf, sums[leaf], (), ()

    for node, g in roots:
        if node in missing:
            yield from arrive(node, g)
    steps = run(roots)
    while True:
        before = switch(False)
        try:
            step = next(steps, None)
        finally:
            switch(before)
        if step is None:
            return
        node, outgoing = step[0], step[3]
        if node in missing:
            continue
        yield step
        for target, g in zip(node.edges, outgoing, strict=True):
            if target in missing:
                missing[target] -= 1
                yield from arrive(target, g)


def _uses_of_leaves(roots: Iterable[Node]) -> dict[Node, int]:
    """How many edges of the graph below `roots` lead to each of its leaves."""
    uses: dict[Node, int] = {}
    for node in nodes_below(roots):
        if type(node) is AccumulateGrad:
            uses.setdefault(node, 0)
        for edge in node.edges:
            if type(edge) is AccumulateGrad:
                uses[edge] = uses.get(edge, 0) + 1
    return uses


def nodes_below(roots: Iterable[Node]) -> set[Node]:
    """All nodes of the graph below `roots`, these included."""
    seen: set[Any] = {None}
    stack: list[Any] = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.append(node.first)  # and not `edges`, which makes tuples: a third of a small second-order pass
            stack.append(node.second)
            if node.rare is not None:
                stack.extend(node.rest)
    seen.remove(None)
    return seen


def array_as_tensor(array: Any) -> Tensor:
    """A gradient, which may be a NumPy scalar, as a tensor without history."""
    return tensor.wrap(array if type(array) is np.ndarray else backend.as_array(array))
