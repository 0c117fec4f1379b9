"""A backward pass that really runs while its reader steps: the engine's generator, taken one node further at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..autograd.accumulate import Staged
from ..autograd.engine import run
from ..autograd.modes import passing
from ..autograd.node import Freed
from ..autograd.passes import make_roots
from .graph import read_graph, root_node
from .trouble import error_record, where_it_failed
from .values import describe
from .words import alt_text, step_sentence

Trace = dict[str, Any]
_LEAF = "All gradients of this leaf are there, and no newer node is ready."


def dry_run(roots: Any) -> Iterator[Any]:
    """The steps of a real pass in its own order, without hooks, without `.grad`, with nothing freed."""
    steps = run(list(roots))
    while True:
        before = passing(False)
        try:
            step = next(steps, None)
        finally:
            passing(False, before)
        if step is None:
            return
        yield step


class LivePass:
    """The pass that a live stepper drives.

    What it will do is known from a recording, `trace`. Each node that really runs is compared with it: a hook may have
    changed a gradient, or raised. Each leaf's `.grad` is written as soon as the leaf has run.

    Parameters
    ----------
    x, gradient : as for `step`.
    trace : the recording, in the order of a real pass (`dry_run`).

    Attributes
    ----------
    trace : what has happened so far and what is still expected.
    ran : how many of its events have happened.
    """

    def __init__(self, x: Any, gradient: Any, trace: Trace) -> None:
        self.trace, self.ran = trace, 0
        self._number = read_graph(root_node(x)).number
        roots = make_roots((x,), (gradient,), create_graph=False)
        self._staged = Staged(False, roots)
        self._steps: Any = run(roots, Freed.now(), staged=self._staged)

    def advance(self, to: int) -> None:
        """Let the engine run until event number `to` has happened, or the pass is over."""
        while self._steps is not None and self.ran < to:
            before = passing(False)
            try:
                step = next(self._steps, None)
            except Exception as error:
                self._fail(error)
                return
            finally:
                passing(False, before)
            if step is None:
                self._steps = None
            elif step[0] in self._number:
                self._happened(*step)

    def _happened(self, node: Any, incoming: Any, raw: Any, outgoing: Any) -> None:
        """Note a node that has run; the events of the trace are replaced where they came out otherwise."""
        events, first = list(self.trace["events"]), self.ran
        sent = dict(enumerate(outgoing))
        while self.ran < len(events) and events[self.ran]["node"] == self._number[node]:
            event = events[self.ran]
            now = event | {"outgoing": [_sent(out, sent) for out in event["outgoing"]]}
            if event["kind"] == "node" and not isinstance(incoming, dict):
                now["incoming"] = [each | {"value": describe(incoming)} for each in event["incoming"]]
            if event["grad"] is not None:
                now["grad"] = _accumulation(node.variable, incoming)
            if now != event:
                now["sentence"] = step_sentence(self.trace, now)
                events[self.ran] = now
            self.ran += 1
        self._staged.commit()
        if events[first : self.ran] != self.trace["events"][first : self.ran]:
            self.trace = self.trace | {"events": events} | self._asked({"value"})
            self.trace["alt"] = alt_text(self.trace)

    def _fail(self, error: Exception) -> None:
        """End the pass, and the trace, with an error."""
        self._steps = None
        self._staged.take_back()
        expected = self.trace["events"][self.ran]
        node = self._number.get(where_it_failed(error), expected["node"])
        event = expected | {"kind": "error", "node": node, "outgoing": [], "grad": None, "freed": [], "warning": None}
        owner = next(each for each, number in self._number.items() if number == node)
        event["error"] = error_record(error, owner)
        event["sentence"] = step_sentence(self.trace, event)
        questions = self._asked({"value", "shape", "next"})
        self.trace = self.trace | {"events": [*self.trace["events"][: self.ran], event]} | questions
        self.ran += 1

    def _asked(self, no_more: set[str]) -> Trace:
        """The questions without those of these kinds on what is to come, which was expected otherwise."""
        asked = self.trace.get("questions")
        if asked is None:
            return {}
        rest = [[each for each in step if each["kind"] not in no_more] for step in asked[self.ran :]]
        return {"questions": [*asked[: self.ran], *rest]}


def explain_leaves(trace: Trace) -> Trace:
    """Say of leaves why it is their turn in a real pass, which comes to some later than the recording does."""
    for event in trace["events"]:
        if event["why"]["rule"] == "leaf":
            event["why"]["sentence"] = _LEAF
    return trace | {"live": True}


def _sent(out: Trace, sent: dict[int, Any]) -> Trace:
    gradient = sent.get(out["input"])
    return out if out["value"] is None or gradient is None else out | {"value": describe(gradient)}


def _accumulation(variable: Any, gradient: Any) -> Trace:
    before = None if variable.grad is None else variable.grad.array
    after = gradient if before is None else before + gradient
    return {
        "before": None if before is None else describe(before),
        "added": describe(gradient),
        "after": describe(after),
    }
