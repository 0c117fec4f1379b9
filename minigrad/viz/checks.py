"""Is a node's rule right? What it gave is compared with what small nudges of the operation's inputs do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .forward import Forward, NotKept
from .graph import LETTERS, Record
from .values import describe_few
from .words import full_stop, join

MOST = 64  # elements of the output, and of all inputs together
NUDGE = 1e-6
CLOSE = 1e-3  # relative; the rule has run in the tensors' own precision, often single


def check(forward: Forward, event: Record, gradients: dict[int, Any]) -> Record:
    """The CHECK record of docs/stepper.md for one event: the rule's gradients beside those found by nudging.

    Parameters
    ----------
    forward : what is known of the forward pass.
    event : the EVENT record of the node's step.
    gradients : what leaves on each edge, as a VALUE, broadcasts undone.

    Returns
    -------
    `{"verdict": "agrees" | "differs" | "cannot", "inputs": [...], "sentence": ...}`
    """
    try:
        rows = _rows(forward, event, gradients)
    except NotKept as reason:
        return {"verdict": "cannot", "inputs": [], "sentence": full_stop(f"This node cannot be checked here: {reason}")}
    agrees = all(row["agrees"] for row in rows)
    return {"verdict": "agrees" if agrees else "differs", "inputs": rows, "sentence": _sentence(rows, agrees)}


def _rows(forward: Forward, event: Record, gradients: dict[int, Any]) -> list[Record]:
    i = event["node"]
    run, arrays = forward.again(i), forward.inputs(i)
    outgoing = {out["input"]: gradients.get(out["edge"]) for out in event["outgoing"] if out["edge"] is not None}
    values = [event["incoming"][0]["value"], *outgoing.values()]
    if len(event["incoming"]) > 1 or any(value is None for value in values):
        raise NotKept("not all of its outputs were used")
    if any(value["truncated"] for value in values):
        raise NotKept(f"a check is made of up to {MOST} elements, and it has more")
    if not outgoing:
        raise NotKept("no gradient leaves it")
    wide = [x.astype(np.float64) if getattr(x, "dtype", np.dtype(int)).kind == "f" else x for x in arrays]
    g = _array(values[0])
    z = run(*wide)
    if z.shape != g.shape or z.dtype != np.float64:
        raise NotKept("its forward works in one precision only")
    return [_row(run, wide, g, slot, value) for slot, value in outgoing.items() if value is not None]


def _row(run: Any, arrays: list[Any], g: Any, slot: int, value: Record) -> Record:
    """One input: each of its elements nudged up and down, and what that does to the outputs, weighted by g."""
    x = arrays[slot]
    rule, nudged = _array(value), np.empty(x.shape)
    for place in np.ndindex(x.shape):
        ends = []
        width = NUDGE * max(1.0, abs(x[place])) if math.isfinite(x[place]) else NUDGE
        for sign in (1.0, -1.0):
            moved = x.copy()
            moved[place] += sign * width
            ends.append(run(*arrays[:slot], moved, *arrays[slot + 1 :]))
        with np.errstate(all="ignore"):
            nudged[place] = np.sum((ends[0] - ends[1])[g != 0] * g[g != 0]) / (2 * width)
    with np.errstate(all="ignore"):
        furthest = float(np.max(np.abs(rule - nudged), initial=0.0))
        size = float(np.max(np.abs(nudged), initial=0.0))
    close = furthest <= CLOSE * max(size, 1e-2)  # false for NaN
    letter = LETTERS[slot] if slot < len(LETTERS) else f"input {slot}"
    shown = describe_few(nudged, digits=4)  # more digits are noise
    return {"input": slot, "letter": letter, "rule": value, "nudged": shown, "agrees": close}


def _array(value: Record) -> Any:
    """The array that a VALUE was made of, if it holds all its numbers."""
    return np.array([float(x) for x in value["values"]]).reshape(value["shape"])


def _sentence(rows: list[Record], agrees: bool) -> str:
    if agrees:
        return "The rule and the nudges agree."
    letters = join([row["letter"] for row in rows if not row["agrees"]])
    return (
        f"The rule and the nudges differ for {letters}: the rule is wrong, or the operation has a kink or a jump just "
        "here, as relu has at 0, or a number is infinite, NaN or too large for nudges."
    )
