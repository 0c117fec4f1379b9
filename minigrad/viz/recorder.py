"""The recorder: listens to the engine as it walks a graph and writes down one event for each node."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from .graph import Graph, Record
from .values import Pending, Value, describe, fetch, shape_text


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
        self.arrived: dict[int, list[tuple[int | None, int, Any]]] = {}  # (edge, output, array)
        self.missing = [0] * len(graph.nodes)  # gradients still to come, for each node
        for *_, target, _output in graph.edges:
            self.missing[target] += 1

    def begin(self, output: int, gradient: Any) -> None:
        """Note the gradient that the walk begins with, given to one output of the root."""
        self.arrived[0] = [(None, output, gradient)]

    def listen(self, steps: Any) -> list[Record]:
        """Drain the engine and return the events."""
        for node, incoming, raw, outgoing in steps:
            self._event(node, incoming, raw, outgoing)
        fetch(self.pending)
        return self.events

    def _event(self, node: Any, incoming: Any, raw: Any, outgoing: Any) -> None:
        if node not in self.graph.number:  # one output of a node with several: `next_functions` looks through it
            return
        i = self.graph.number[node]
        record = self.records[i]
        why = self._why(i)
        gradients = incoming if isinstance(incoming, dict) else {0: incoming}
        arrived = self._incoming(i, gradients)
        saved = node.saved_values() if hasattr(node, "saved_values") else {}
        record["saved"] = [
            {"symbol": name, "value": self._describe(value)} for name, value in saved.items() if _numeric(value)
        ]
        leaf = record["kind"] == "leaf"
        event = {
            "index": len(self.events),
            "node": i,
            "why": why,
            "incoming": arrived,
            "outgoing": [] if leaf else self._outgoing(i, raw, outgoing),
            "grad": self._accumulation(node.variable, incoming) if leaf else None,
        }
        given = next(iter(gradients.values()))  # a gradient has the shape and dtype of what it is the gradient of
        record["shape"], record["dtype"] = list(given.shape), str(given.dtype)
        self.events.append(event)

    def _describe(self, array: Any) -> Value:
        return describe(array, self.pending)

    def _why(self, i: int) -> Record:
        """Which nodes could run now, in the order in which they would, and which still wait for gradients."""
        newest_first = sorted(self.arrived, key=lambda j: -self.graph.nodes[j].seq)
        ready = [j for j in newest_first if not self.missing[j] and j != i]
        waiting = [j for j in newest_first if self.missing[j]]
        if not self.events:
            rule = "root"
        elif self.records[i]["kind"] == "leaf":
            rule = "leaf"
        else:
            rule = "newest" if ready else "only"
        lacking = [{"node": j, "missing": self.missing[j]} for j in waiting]
        return {"rule": rule, "ready": [i, *ready], "waiting": lacking}

    def _incoming(self, i: int, gradients: dict[int, Any]) -> list[Record]:
        """For each output the gradients that came, their sums one by one, and what the engine made of them."""
        terms = self.arrived.pop(i)
        records = []
        for output in range(max(gradients) + 1):
            came = [(edge, array) for edge, to, array in terms if to == output]
            sums = list(accumulate(array for _, array in came))[1:]
            total = gradients.get(output)
            records.append(
                {
                    "output": output,
                    "terms": [{"edge": edge, "value": self._describe(array)} for edge, array in came],
                    "sums": [self._describe(array) for array in sums],
                    "value": None if total is None else self._describe(total),
                }
            )
        return records

    def _outgoing(self, i: int, raw: Sequence[Any] | None, outgoing: Sequence[Any]) -> list[Record]:
        """What goes out on each edge, and what the rule had given where a broadcast was undone after it."""
        records = []
        for slot, gradient in enumerate(outgoing):
            edge = self.graph.edge_of.get((i, slot))
            record: Record = {
                "input": slot,
                "edge": edge,
                "value": None,
                "numbers": None,
                "raw": None,
                "broadcast": None,
            }
            records.append(record)
            if edge is None:
                continue
            self._send(edge, gradient)
            if gradient is None:
                continue
            record["value"] = self._describe(gradient)
            before = gradient if raw is None else raw[slot]
            if before.shape != gradient.shape:
                record |= {"raw": self._describe(before), "broadcast": _broadcast(before.shape, gradient.shape)}
        return records

    def _send(self, edge: int, gradient: Any) -> None:
        """Note that a gradient has gone along an edge; a copy, since the engine may add the next one into its array."""
        *_, target, output = self.graph.edges[edge]
        self.missing[target] -= 1
        if gradient is not None:
            self.arrived.setdefault(target, []).append((edge, output, gradient.copy()))

    def _accumulation(self, variable: Any, gradient: Any) -> Record:
        """`.grad` before, what is added, and after: computed here, so that the leaf itself stays as it is."""
        before = None if variable.grad is None else variable.grad.array
        after = gradient if before is None else before + gradient
        return {
            "before": None if before is None else self._describe(before),
            "added": self._describe(gradient),
            "after": self._describe(after),
        }


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
