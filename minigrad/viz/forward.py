"""The forward pass of a recorded graph, from what is left of it.

A graph keeps few values: those that a rule needs. Others can be found at the leaves, in the caller's variables, or by
running an operation's forward again on copies. What none of these gives is "not kept", and is said to be.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..autograd.versions import writes_since
from .graph import LETTERS, Graph, Record
from .names import Names
from .values import describe
from .words import count, full_stop, join, node_words

SMALL = 4_096  # elements of an array up to which a forward is run again
STUDIED = 150  # nodes of a graph up to which forwards are run again, Jacobians computed and rules checked

Place = tuple[int, int]  # a node and the number of its output


class Known(NamedTuple):
    """A value of the forward pass, where it comes from, and the same in words."""

    array: Any
    origin: str
    words: str


class NotKept(Exception):
    """Why the forward of an operation cannot be run again, as a sentence's end."""


class Forward:
    """What is known of the forward pass of a graph.

    Attributes
    ----------
    known : for each output of each node of which the value is known, a `Known`.
    why_not : for each node whose forward could not be run again, the reason.
    """

    def __init__(self, graph: Graph, records: list[Record], names: Names, root: Any) -> None:
        self.graph, self.records = graph, records
        self.known: dict[Place, Known] = {}
        self.why_not: dict[int, str] = {}
        self.below: dict[int, set[int]] = {}
        for source, _, target, _ in graph.edges:
            self.below.setdefault(source, set()).add(target)
        self.order = sorted(range(len(graph.nodes)), key=lambda i: graph.nodes[i].seq)
        self._find_kept(names, root)
        for i in self.order if len(graph.nodes) <= STUDIED else ():
            if records[i]["kind"] == "op" and (i, 0) not in self.known:
                try:
                    self._put((i, 0), self.again(i)(*self.inputs(i)), "recomputed", "computed again from its inputs")
                except NotKept as reason:
                    self.why_not[i] = str(reason)

    # ------------------------------------------------------------ what is kept
    def _find_kept(self, names: Names, root: Any) -> None:
        """Leaves, the root, the caller's variables, and what rules have saved."""
        self._put((0, root.output_nr), root.array, "given", "the tensor given to step")
        first_use = {target: self.graph.nodes[source].seq for source, _, target, _ in reversed(self.graph.edges)}
        for i, node in enumerate(self.graph.nodes):
            if self.records[i]["kind"] == "leaf":
                if writes_since(node.variable.array, first_use.get(i, node.seq)):
                    self.why_not[i] = "it was changed in place since"
                else:
                    self._put((i, 0), node.variable.array, "leaf", "the leaf's own value")
        for i, node in enumerate(self.graph.nodes):
            if self.records[i]["kind"] == "leaf":
                continue
            self._find_saved(i, node)
            for name, x in names.results(node):
                if not writes_since(x.array, node.seq):
                    self._put((i, x.output_nr), x.array, "variable", f"held by the variable {name}")

    def _find_saved(self, i: int, node: Any) -> None:
        """What the rules of one node have saved: its output as z, its inputs as a, b, …"""
        words = node_words(self.records[i])
        for symbol, array in saved_by(node).items():
            if not hasattr(array, "dtype") or writes_since(array, node.seq):
                continue
            slot = LETTERS.find(symbol)
            if symbol == "z":
                self._put((i, 0), array, "saved", "saved by this node for its own rule")
            elif len(symbol) == 1 and (i, slot) in self.graph.edge_of:
                *_, target, output = self.graph.edges[self.graph.edge_of[i, slot]]
                self._put((target, output), array, "saved", f"saved by {words} for its rule")

    def _put(self, place: Place, array: Any, origin: str, words: str) -> None:
        """Note a value; the first one found stands. One of another shape or dtype is not what the node made."""
        record = self.records[place[0]]
        fits = place[1] or record["shape"] is None or list(array.shape) == record["shape"]
        if fits and (place[1] or record["dtype"] in (None, str(array.dtype))):
            self.known.setdefault(place, Known(array, origin, words))

    # ------------------------------------------------------------ run again
    def inputs(self, i: int) -> list[Any]:
        """The arrays that went into an operation, in order; `NotKept` if one is unknown."""
        node = self.graph.nodes[i]
        saved = saved_by(node)
        found = []
        for slot in range(len(node.next_functions)):
            edge = self.graph.edge_of.get((i, slot))
            if edge is None:
                array = saved.get(LETTERS[slot]) if slot < len(LETTERS) else None
            else:
                *_, target, output = self.graph.edges[edge]
                array = self.known[target, output].array if (target, output) in self.known else None
            if array is None:
                raise NotKept(f"the value of its input {slot} is not kept")
            if getattr(array, "size", 1) > SMALL:
                raise NotKept(f"its input {slot} has more than {SMALL:,} elements")
            if hasattr(array, "get"):
                raise NotKept("its values are on a GPU")
            found.append(array)
        return found

    def again(self, i: int) -> Callable[..., Any]:
        """The forward of an operation as a function of its input arrays; `NotKept` if it needs what nobody kept."""
        node = self.graph.nodes[i]
        forward = getattr(type(node), "forward", None)
        if hasattr(node, "_forward_cls"):
            raise NotKept("it is a Function of yours, whose code is run only when you call it")
        if forward is None or getattr(type(node), "results", None):
            raise NotKept("this operation cannot be run from a single node")
        saved = {**saved_by(node), "shape": tuple(self.records[i]["shape"] or ()), "dtype": None}
        needed = _parameters(forward)[len(node.next_functions) :]
        missing = [name for name in needed if name not in saved]
        if missing:
            raise NotKept(f"its forward needs {join([f'`{name}`' for name in missing])}, which nobody kept")
        parameters = {name: saved[name] for name in needed}
        extras = bool(type(node).extras)

        def run(*arrays: Any) -> Any:
            copies = [x.copy() if hasattr(x, "copy") else x for x in arrays]
            try:
                with np.errstate(all="ignore"):
                    z = forward(*copies, **parameters)
            except Exception as error:
                raise NotKept(f"its forward cannot be run again by itself ({type(error).__name__})") from None
            return np.asarray(z[0] if extras else z)

        return run

    # ------------------------------------------------------------ as records
    def steps(self) -> list[Record]:
        """The FORWARD records of docs/stepper.md, in the order in which the operations ran."""
        outputs = {i: {0} for i in self.order}
        for *_, target, output in self.graph.edges:
            outputs[target].add(output)
        steps = []
        for index, i in enumerate(self.order):
            results = [self._result(i, output) for output in sorted(outputs[i])]
            start = f"Forward step {index + 1} of {len(self.order)}: "
            steps.append({"node": i, "results": results, "sentence": start + self._sentence(i, results)})
        return steps

    def _result(self, i: int, output: int) -> Record:
        found = self.known.get((i, output))
        if found is None:
            reason = self.why_not.get(i, "no rule needs it and no variable holds it")
            return {"output": output, "value": None, "origin": None, "words": f"not kept: {reason}"}
        return {"output": output, "value": describe(found.array), "origin": found.origin, "words": found.words}

    def _sentence(self, i: int, results: list[Record]) -> str:
        record = self.records[i]
        name = f"leaf {record['variable']}" if record["kind"] == "leaf" and record["variable"] else node_words(record)
        sources = sorted(self.below.get(i, ()))
        takes = f" It takes {join([node_words(self.records[j]) for j in sources])}." if 0 < len(sources) <= 4 else ""
        if len(sources) > 4:
            takes = f" It takes {count(len(sources), 'value')}."
        made = [result["value"]["text"] if result["value"] else result["words"] for result in results]
        verb = "Its value is" if record["kind"] == "leaf" or results[0]["value"] is None else "It makes"
        return f"{name}.{takes} " + full_stop(f"{verb} {join(made)}")


def saved_by(node: Any) -> dict[str, Any]:
    """What a node has saved; nothing if it was freed, or packed by hooks of the user's, which are not run for this."""
    return node.saved_values() if type(getattr(node, "saved", None)) is tuple else {}


@lru_cache(maxsize=1_000)
def _parameters(forward: Any) -> tuple[str, ...]:
    """The names of the parameters that a forward must be given."""
    if isinstance(forward, np.ufunc):
        return tuple(LETTERS[: forward.nin])
    try:
        parameters = inspect.signature(forward).parameters.values()
    except (TypeError, ValueError):
        raise NotKept("what its forward needs is not known") from None
    return tuple(p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD)
