"""The Jacobian of one small node, found by its own backward rule: one row for each unit vector."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from ..autograd.engine import fitted
from ..autograd.modes import switch
from .graph import LETTERS, Graph, Record
from .values import describe_few

MOST = 8  # elements of the output, and of an input


def jacobians(graph: Graph, i: int, record: Record) -> list[Record]:
    """The JACOBIAN records of docs/stepper.md for a node: one for each input that gets a gradient.

    Empty for a node that is too large, that has several outputs, or whose rule is the user's own code.

    Parameters
    ----------
    graph : the graph.
    i : the node's number.
    record : its NODE record, with shape and dtype.
    """
    node, shape = graph.nodes[i], record["shape"]
    slots = [slot for slot in range(len(node.next_functions)) if (i, slot) in graph.edge_of]
    not_ours = hasattr(node, "_forward_cls") or type(node.saved) is not tuple  # of the user's, or packed by their hooks
    if not_ours or node.outputs > 1 or shape is None or not 0 < math.prod(shape) <= MOST or not _is_float(record):
        return []
    try:
        rows = [_row(node, unit) for unit in _units(shape, record["dtype"])]
    except Exception:  # the rule refuses unit vectors: the walk itself has shown what it does
        return []
    found = []
    for slot in slots:
        parts = [row[slot] for row in rows]
        if any(part is None or hasattr(part, "get") or not 0 < part.size <= MOST for part in parts):
            continue
        matrix = np.stack([part.reshape(-1) for part in parts])
        letter = LETTERS[slot] if slot < len(LETTERS) else f"input {slot}"
        names = {"rows": element_names("z", shape), "columns": element_names(letter, parts[0].shape)}
        found.append({"input": slot, **names, "value": describe_few(matrix)})
    return found


def element_names(name: str, shape: Any) -> list[str]:
    """`z`, or `z[0]`, `z[1]`, …, as one writes the elements of a tensor."""
    places = itertools.product(*map(range, shape))
    return [f"{name}[{','.join(map(str, place))}]" if place else name for place in places]


def _is_float(record: Record) -> bool:
    return str(record["dtype"]).startswith("float")


def _units(shape: Any, dtype: str) -> Any:
    """Every array of this shape that is 1 at one place and 0 elsewhere."""
    size = math.prod(shape)
    return np.eye(size, dtype=dtype).reshape(size, *shape)


def _row(node: Any, unit: Any) -> tuple[Any, ...]:
    """What the rule makes of one unit vector; nothing is recorded and nothing freed."""
    before = switch(False)
    try:
        with np.errstate(all="ignore"):
            out = node.backward(np.array(unit), node.saved)
            return fitted(node.fit, out) if node.fit is not None else out
    finally:
        switch(before)
