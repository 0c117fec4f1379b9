"""The recorder: listens to the engine as it walks a graph and writes down what happens, one event after the other.

A node that runs is an event, and so is each sum that undoes a broadcast after it, and the error that ends a walk.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import inf
from typing import Any, NamedTuple

import numpy as np

from .graph import Graph, Record
from .memory import Held
from .trouble import Lookout, as_raised, error_record, where_it_failed
from .values import Pending, Value, describe, fetch, shape_text


class Term(NamedTuple):
    """A gradient that has reached a node along an edge (None: given to backward), for one of its outputs.

    `array` is a copy of what was sent, `sent`: the engine may add the next one into its array.
    """

    edge: int | None
    output: int
    array: Any
    sent: Any
    value: Value


class Recorder:
    """Turns what the engine yields into the EVENT records of docs/stepper.md (sentences are put in later).

    Parameters
    ----------
    graph : the graph that is walked.
    records : its NODE records; shapes, dtypes and saved values are filled in as the nodes run.
    """

    def __init__(self, graph: Graph, records: list[Record]) -> None:
        self.graph, self.records = graph, records
        self.events: list[Record] = []
        self.pending: list[Pending] = []  # values that are still on a GPU
        self.arrived: dict[int, list[Term]] = {}
        self.missing = [0] * len(graph.nodes)  # gradients still to come, for each node
        for *_, target, _output in graph.edges:
            self.missing[target] += 1
        self.held = Held(graph.nodes)
        self.lookout = Lookout()

    def begin(self, output: int, gradient: Any) -> None:
        """Note the gradient that the walk begins with, given to one output of the root."""
        self.arrived[0] = [Term(None, output, gradient, gradient, self._describe(gradient))]

    def listen(self, steps: Any) -> list[Record]:
        """Drain the engine and return the events; an error of a node is the last of them."""
        try:
            for node, incoming, raw, outgoing in steps:
                self._event(node, incoming, raw, outgoing)
        except Exception as error:
            error = as_raised(error)
            node = where_it_failed(error)
            if node not in self.graph.number:  # not an error of the pass that is recorded
                raise
            return self.fail(self.graph.number[node], error)
        fetch(self.pending)
        return self.events

    def _event(self, node: Any, incoming: Any, raw: Any, outgoing: Any) -> None:
        if node not in self.graph.number:  # one output of a node with several: `next_functions` looks through it
            return
        i = self.graph.number[node]
        record = self.records[i]
        event = self._begin("node", i, self._why(i))
        gradients = incoming if isinstance(incoming, dict) else {0: incoming}
        event["incoming"] = self._incoming(i, gradients, event)
        saved = node.saved_values() if hasattr(node, "saved_values") else {}
        record["saved"] = [
            {"symbol": name, "value": self._describe(value)} for name, value in saved.items() if _numeric(value)
        ]
        given = next(iter(gradients.values()))  # a gradient has the shape and dtype of what it is the gradient of
        record["shape"], record["dtype"] = list(given.shape), str(given.dtype)
        if record["kind"] == "leaf":
            event["grad"] = self._accumulation(node.variable, incoming, event["incoming"][0]["value"])
            return
        raw = outgoing if raw is None else raw
        event["warning"] = event["warning"] or self.lookout.leaves(node, incoming, raw)
        event["freed"] = self.held.let_go(i)
        event["held"] = self.held.bytes
        self._hand_on(i, event, raw, outgoing)

    def fail(self, i: int, error: Exception) -> list[Record]:
        """Note the error that ends the walk at node `i`, with the gradients that had reached it; return the events."""
        event = self._begin("error", i, self._why(i))
        event["incoming"] = self._incoming(i, None, event)
        event["error"] = error_record(error, self.graph.nodes[i])
        fetch(self.pending)
        return self.events

    def _begin(self, kind: str, i: int, why: Record) -> Record:
        event: Record = {"index": len(self.events), "kind": kind, "node": i, "why": why}
        event |= {"incoming": [], "outgoing": [], "grad": None, "freed": [], "held": self.held.bytes}
        event |= {"warning": None, "error": None}
        self.events.append(event)
        return event

    def _describe(self, array: Any) -> Value:
        return describe(array, self.pending)

    def _why(self, i: int, rule: str | None = None) -> Record:
        """Which nodes could run now, in the order in which they would, and which still wait for gradients."""
        newest_first = sorted(self.arrived, key=self._turn)
        ready = [j for j in newest_first if not self.missing[j] and j != i]
        waiting = [j for j in newest_first if self.missing[j]]
        if rule is None:
            others = "newest" if ready else "only"
            rule = "root" if not self.events else "leaf" if self.records[i]["kind"] == "leaf" else others
        lacking = [{"node": j, "missing": self.missing[j]} for j in waiting]
        return {"rule": rule, "ready": [i, *ready], "waiting": lacking}

    def _turn(self, j: int) -> float:
        """Leaves run as soon as they can, then the newest node first."""
        return -inf if self.records[j]["kind"] == "leaf" else -self.graph.nodes[j].seq

    def _incoming(self, i: int, gradients: dict[int, Any] | None, event: Record) -> list[Record]:
        """For each output the gradients that came, their sums one by one, and what the engine made of them.

        `gradients` are None where the engine made nothing of them, since an error came first.
        """
        terms = self.arrived.pop(i, [])
        records = []
        for output in range(max(gradients or [term.output for term in terms] or [0]) + 1):
            came = [term for term in terms if term.output == output]
            with np.errstate(all="ignore"):  # the engine, which adds the same, has warned if NumPy shall
                sums = list(accumulate(term.array for term in came))
            total = (sums or [None])[-1] if gradients is None else gradients.get(output)
            given = any(term.edge is None for term in came)
            event["warning"] = event["warning"] or self.lookout.arrives(given, total)
            sent = [term.value for term in came if term.sent is total]  # nothing was added: it is described already
            described = [self._describe(array) for array in sums[1:]]
            records.append(
                {
                    "output": output,
                    "terms": [{"edge": term.edge, "value": term.value} for term in came],
                    "sums": described,
                    "value": None if total is None else sent[0] if sent and not described else self._describe(total),
                }
            )
        return records

    def _hand_on(self, i: int, event: Record, raw: Sequence[Any], outgoing: Sequence[Any]) -> None:
        """What goes out on each edge; what a broadcast has to be undone for first goes out in an event of its own."""
        stretched = []
        for slot, gradient in enumerate(outgoing):
            edge = self.graph.edge_of.get((i, slot))
            record = _out(slot, edge)
            event["outgoing"].append(record)
            if edge is None:
                continue
            if gradient is not None and raw[slot].shape != gradient.shape:
                words = _broadcast(raw[slot].shape, gradient.shape)
                record |= {"raw": self._describe(raw[slot]), "broadcast": words}
                stretched.append((record, gradient))
                continue
            record["value"] = self._send(edge, gradient)
        for record, gradient in stretched:
            event = self._begin("broadcast", i, self._why(i, "broadcast"))
            event["outgoing"] = [record | {"value": self._send(record["edge"], gradient)}]
            event["warning"] = self.lookout.sums(gradient)

    def _send(self, edge: int, gradient: Any) -> Value | None:
        """Note that a gradient has gone along an edge, and describe it."""
        *_, target, output = self.graph.edges[edge]
        self.missing[target] -= 1
        if gradient is None:
            return None
        term = Term(edge, output, gradient.copy(), gradient, self._describe(gradient))
        self.arrived.setdefault(target, []).append(term)
        return term.value

    def _accumulation(self, variable: Any, gradient: Any, added: Value) -> Record:
        """`.grad` before, what is added, and after: computed here, so that the leaf itself stays as it is."""
        before = None if variable.grad is None else variable.grad.array
        with np.errstate(all="ignore"):
            after = None if before is None else self._describe(before + gradient)
        return {
            "before": None if before is None else self._describe(before),
            "added": added,
            "after": added if after is None else after,
        }


def _out(slot: int, edge: int | None) -> Record:
    """An OUTGOING record with nothing in it yet."""
    return {"input": slot, "edge": edge, "value": None, "numbers": None, "raw": None, "broadcast": None}


def _broadcast(raw: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """What undoing a broadcast sums over, in words."""
    new = len(raw) - len(shape)
    stretched = [new + i for i, size in enumerate(shape) if size == 1 != raw[new + i]]
    over = [str(dim) for dim in [*range(new), *stretched]]
    dims = f"dimension {over[0]}" if len(over) == 1 else f"dimensions {', '.join(over[:-1])} and {over[-1]}"
    stretch = f"from {shape_text(shape)} to {shape_text(raw)}"
    return f"This input was broadcast {stretch}: its gradient is the sum over {dims}."


def _numeric(value: Any) -> bool:
    """Arrays and numbers can be shown; a shape or a list of dimensions that was saved is no mathematics."""
    return hasattr(value, "dtype") or isinstance(value, int | float)
