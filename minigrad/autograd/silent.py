"""Warnings about mistakes that raise no error: programs that run, and compute something else than was meant.

Five of them: a loss that broadcasting has made out of all pairs; the first NaN or inf of a backward pass; a write
through `.data` to what a rule still needs; a running total that keeps the graphs of all rounds alive; a parameter
that was replaced after its optimizer was made. Switched off, they cost nothing; each place is told of once.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import anomaly, replaced, versions
from .errors import silent as texts
from .modes import observe
from .node import AccumulateGrad, Node
from .source import user_frame

# What may stand between a difference and the mean over its elements.
ELEMENTWISE = {
    f"{name}Backward0"
    for name in (
        "Pow",
        "Abs",
        "Mul",
        "Div",
        "Neg",
        "Sqrt",
        "Exp",
        "Log",
        "Log1P",
        "Relu",
        "Tanh",
        "Sigmoid",
        "Sin",
        "Cos",
    )
}
TO_A_SCALAR = {"MeanBackward0", "SumBackward0"}
FARTHEST = 50  # nodes that are looked at from one place


class SilentMistakeWarning(UserWarning):
    """A program that runs, but most likely does not compute what was meant."""


class Finder:
    """Looks for these mistakes while they are warned of: told of every node made, and of every node run."""

    def __init__(self) -> None:
        self.told: set[tuple[Any, ...]] = set()
        self.guards = anomaly.Guards()

    def tell(self, kind: str, node: Node | replaced.Replacement, text: Callable[[], str]) -> None:
        """Warn, unless it was said already of the same line."""
        key = kind, node.code, node.at
        if key in self.told:
            return
        self.told.add(key)
        frame = user_frame()
        registry = frame.f_globals.setdefault("__warningregistry__", {})
        file, line = frame.f_code.co_filename, frame.f_lineno
        warnings.warn_explicit(text(), SilentMistakeWarning, file, line, registry=registry)

    # ------------------------------------------------------------ when a node is made
    def made(self, node: Node) -> None:
        name = node.node_name
        if name in TO_A_SCALAR:
            difference = _enlarged_difference(node)
            if difference is not None and not texts.means_all_pairs(difference):
                self.tell("broadcast", node, lambda: texts.all_pairs(node, difference))
        elif name == "AddBackward0" and _is_running_total(node):
            self.tell("total", node, lambda: texts.running_total(node))

    # ------------------------------------------------------------ when a node has run
    def ran(self, node: Node, g: Any, saved: Any, outgoing: tuple[Any, ...]) -> None:
        self.guards.ran(node)
        for i, d in enumerate(outgoing):
            if d is not None and not isinstance(d, dict) and not _finite(d):
                if _finite(g):
                    guarded = node in self.guards.below
                    self.tell("not finite", node, lambda: texts.not_finite(node, g, saved, outgoing, i, guarded))  # noqa: B023
                return

    def failed(self, error: Exception) -> None:
        """An error says enough by itself."""

    # ------------------------------------------------------------ when an optimizer makes a step
    def left_out(self, replacement: replaced.Replacement) -> None:
        self.tell("replaced", replacement, lambda: texts.replaced_parameters(replacement))

    # ------------------------------------------------------------ when a node is about to run
    def about_to_run(self, node: Node) -> None:
        """Look whether something that the node saved was written where versions do not see it."""
        for name, array in node.saved_arrays():
            writes = versions.unseen_since(array, node.seq)
            if writes:
                self.tell("data", node, lambda: texts.written_unseen(node, name, array, writes[0]))  # noqa: B023
                return


def _finite(g: Any) -> bool:
    if isinstance(g, dict):
        return all(map(_finite, g.values()))
    return g is None or bool(np.isfinite(anomaly.raw(g)).all())


def _enlarged_difference(node: Node) -> Node | None:
    """The difference that this node takes the mean or sum of, if broadcasting has enlarged both of its sides.

    Only where the two sides would be of one shape but for lengths of 1, and one has fewer dimensions: a column against
    a row that should be a column, too.
    """
    below = node.first
    for _ in range(FARTHEST):
        if below is None or below.node_name not in ELEMENTWISE or not _of_one(below):
            break
        below = below.first if below.first is not None else below.second
    if below is None or below.node_name != "SubBackward0" or below.fit is None or None in below.fit:
        return None
    (a, _), (b, _) = below.fit
    if len(a) == len(b) or not _both_enlarged(a, b) or [n for n in a if n != 1] != [n for n in b if n != 1]:
        return None
    return None if _source(below.first) is _source(below.second) is not None else below


def _both_enlarged(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    z = np.broadcast_shapes(a, b)
    return z != a and z != b


def _of_one(node: Node) -> bool:
    """Whether only one tensor goes into the node (perhaps twice, as in `d * d`)."""
    return node.first is None or node.second is None or node.first is node.second


def _source(node: Node | None) -> Node | None:
    """The node whose numbers arrive here, perhaps in another shape."""
    for _ in range(FARTHEST):
        if node is None or node.node_name not in texts.RESHAPES:
            break
        node = node.first
    return node


def _is_running_total(node: Node) -> bool:
    """Whether this sum adds to the sum that the same place made before, with a graph in it that is spent."""
    for total in (node.first, node.second):
        same = total is not None and total.node_name == node.node_name and total.at == node.at
        if same and total.code == node.code:  # type: ignore[union-attr]
            return any(below.freed for below in _nearby(node))
    return False


def _nearby(node: Node) -> Iterator[Node]:
    """The nodes below, down to those that keep values: only these can be spent."""
    stack = [node]
    for _ in range(FARTHEST):
        if not stack:
            return
        node = stack.pop()
        yield node
        if not node.holds_values:
            stack.extend(e for e in node.edges if e is not None and type(e) is not AccumulateGrad)


# ------------------------------------------------------------ switching it on
_finder: Finder | None = None


def _switch(finder: Finder | None) -> None:
    global _finder
    _finder = finder
    anomaly.watch(Finder, finder)
    observe(Finder, finder)
    versions.on_unseen = None if finder is None else finder.about_to_run
    replaced.watcher = None if finder is None else replaced.Watcher(finder.left_out)


class warn_silent_mistakes:
    """Warn of mistakes that raise no error: at once when called, and as before at the end of a `with` block.

    Parameters
    ----------
    mode : bool
        Whether to warn. It is off at first; the course's notebooks switch it on.

    Notes
    -----
    Warned of, each place once, by a `SilentMistakeWarning`:

    - a mean or sum over a difference such as (n, 1) - (n,), which broadcasting makes all n² pairs;
    - the first NaN or inf that a backward pass makes;
    - a write through `.data` to what a rule still needs;
    - `total = total + loss` over rounds whose graphs are spent;
    - a step of an optimizer after `model.layer = …`, which leaves the new layer's parameters as they are.

    Backward passes are watched in all threads, new nodes only in the one that switches it on.

    Examples
    --------
    >>> import warnings, minigrad
    >>> p, y = minigrad.ones(3, 1, requires_grad=True), minigrad.ones(3)
    >>> with minigrad.autograd.warn_silent_mistakes(), warnings.catch_warnings(record=True) as seen:
    ...     warnings.simplefilter("always")
    ...     loss = ((p - y) ** 2).mean()
    >>> print(str(seen[0].message).splitlines()[0])
    a loss over all pairs: broadcasting made [3, 3] out of [3, 1] and [3]
    """

    def __init__(self, mode: bool = True) -> None:
        if not isinstance(mode, bool):
            raise TypeError(f"warn_silent_mistakes(): argument 'mode' must be bool, not {type(mode).__name__}")
        self._before = _finder
        if mode is not (_finder is not None):
            _switch(Finder() if mode else None)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        _switch(self._before)
