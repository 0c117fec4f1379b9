"""What is in `.grad` now, and how did it get there? A meter read along a training loop (lesson 07)."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..names import callers_names
from ..values import describe, number
from ..words import count, full_stop, join, short
from .instrument import Instrument, check_tensor
from .scene import CHARACTER, Scene

QUESTION = "What is in .grad now, and how did it get there?"
MOST = 120  # readings
LEFT, BELOW = 90.0, 20.0  # the picture: where lanes begin, and the room below each for its signs
TICK, ROOM = 6.7, 640.0  # the width of a small character, and how wide all labels together may be
SIGNS = {"none": "", "same": "=", "filled": "→", "added": "+", "cleared": "0", "stale": "!"}


class GradMeter(Instrument):
    """Readings of the `.grad` of some leaves; `value` is the number of the reading shown, or None for the last."""

    kind = "grad_meter"

    def __init__(self, leaves: list[Any], names: list[str]) -> None:
        self._leaves = leaves
        self._before: list[Any] = [None] * len(leaves)  # (.grad as an object, a copy of its array)
        self._weights: list[Any] = [None] * len(leaves)  # what the leaf was when its .grad was filled
        super().__init__(_state(names, [], full=False))
        if leaves:
            self.note("at first")

    def note(self, label: str = "") -> None:
        """Read the meter: call it after each `backward()`, each step and each `zero_grad()`, and say what it was."""
        readings = self.state["readings"]
        if len(readings) >= MOST:
            self.state = {**self.state, "full": True}
            return
        each = [self._read(i) for i in range(len(self._leaves))]
        reading = {"label": str(label), "leaves": each, "sentence": ""}
        reading["sentence"] = _sentence(self.state["names"], reading)
        self.state = _state(self.state["names"], [*readings, reading], full=False)

    def clear(self) -> None:
        """Forget all readings and begin anew."""
        self._before = [None] * len(self._leaves)
        self.state, self.value = _state(self.state["names"], [], full=False), None
        self.note("at first")

    def _read(self, i: int) -> dict[str, Any]:
        leaf, before = self._leaves[i], self._before[i]
        grad = leaf.grad
        now: Any = None if grad is None else _on_cpu(grad).copy()
        old: Any = None if before is None else before[1]
        replaced = before is not None and grad is not None and grad is not before[0] and not grad.requires_grad
        kind = _kind(old, now, replaced)
        if kind == "filled":
            self._weights[i] = _on_cpu(leaf).copy()
        elif kind == "added" and not np.array_equal(self._weights[i], _on_cpu(leaf), equal_nan=True):
            kind = "stale"
        self._before[i] = None if grad is None else (grad, now)
        added = now if kind == "filled" else now - old if kind in ("added", "stale") else None
        return {
            "kind": kind,
            "before": _text(old),
            "added": None if added is None else _text(added),
            "after": _text(now),
            "size": _size(now),
            "old": _size(old) if kind in ("added", "stale") else 0.0,
        }

    @property
    def alt(self) -> str:
        readings, names = self.state["readings"], self.state["names"]
        last = [f"{name}.grad is {each['after']}" for name, each in zip(names, readings[-1]["leaves"], strict=True)]
        text = f"{QUESTION} {count(len(readings), 'reading')}; at the last one {full_stop(join(last))}"
        stale = [k for k, reading in enumerate(readings, 1) if any(e["kind"] == "stale" for e in reading["leaves"])]
        if stale:
            text += (
                f" At {'readings' if len(stale) > 1 else 'reading'} {join([str(k) for k in stale[:8]])} a gradient was "
                "added to one of older weights: is a zero_grad missing?"
            )
        return text

    def still(self) -> str:
        return _scene(self.state["names"], self.state["readings"], words=True).svg(self.alt)


def grad_meter(*leaves: Any) -> GradMeter:
    """What is in `.grad` now, and how did it get there?

    Parameters
    ----------
    leaves : tensors that require grad. Names are the caller's.

    Returns
    -------
    A widget; call ``.note("backward")``, ``.note("step")``, ``.note("zero_grad")`` in the loop, each after what it is
    called. Nothing is hooked in: the meter only looks, up to 120 times. A gradient that is added to one of older
    weights is marked, since then a `zero_grad` is missing; micro-batches between two steps are not.

    Examples
    --------
    >>> import minigrad
    >>> w = minigrad.tensor(2.0, requires_grad=True)
    >>> meter = grad_meter(w)
    >>> for _ in range(2):
    ...     (w * 3).backward()
    ...     meter.note("backward")
    >>> [reading["leaves"][0]["after"] for reading in meter.state["readings"]]
    ['None', '3.', '6.']
    """
    if not leaves:
        raise TypeError("give the leaves whose .grad is wanted: grad_meter(w, b)")
    for leaf in leaves:
        check_tensor(leaf)
        if not leaf.is_leaf or not leaf.requires_grad:
            raise ValueError("the .grad of leaves that require grad is filled; of others it stays None")
    callers = callers_names(leaves[0])
    names = [callers.of(SimpleNamespace(variable=leaf)) or f"leaf {i}" for i, leaf in enumerate(leaves)]
    return GradMeter(list(leaves), names)


def _on_cpu(tensor: Any) -> Any:
    return np.asarray(tensor.detach().cpu().array)


def _kind(old: Any, now: Any, replaced: bool) -> str:
    """What happened to a `.grad` since the reading before."""
    if now is None:
        return "none" if old is None else "cleared"
    empty = old is None or not np.any(old)
    if not np.any(now) and not empty:
        return "cleared"
    if old is not None and np.array_equal(old, now, equal_nan=True):
        return "same"
    return "filled" if empty or replaced else "added"


def _text(array: Any) -> str:
    return "None" if array is None else describe(array)["text"]


def _size(array: Any) -> float | str:
    """How long a gradient is: its Euclidean norm."""
    if array is None:
        return 0.0
    size = float(np.linalg.norm(array.astype("float64")))
    return float(f"{size:.6g}") if math.isfinite(size) else str(size)


def _sentence(names: list[str], reading: dict[str, Any]) -> str:
    """A reading in words."""
    parts = []
    for name, each in zip(names, reading["leaves"], strict=True):
        parts.append(
            {
                "none": f"{name}.grad is None.",
                "same": f"{name}.grad stays {full_stop(each['after'])}",
                "cleared": f"{name}.grad was {each['before']} and is cleared: {full_stop(each['after'])}",
                "filled": f"{name}.grad gets {full_stop(each['after'])}",
            }.get(
                each["kind"], f"{name}.grad was {each['before']}, {each['added']} is added: {full_stop(each['after'])}"
            )
        )
    if any(each["kind"] == "stale" for each in reading["leaves"]):
        parts.append("The weights moved in between: is a zero_grad missing?")
    return " ".join(parts)


def _state(names: list[str], readings: list[dict[str, Any]], full: bool) -> dict[str, Any]:
    scene = _scene(names, readings).json()
    return {"question": QUESTION, "names": names, "readings": readings, "scene": scene, "full": full}


def _scene(names: list[str], readings: list[dict[str, Any]], words: bool = False) -> Scene:
    """A lane for each leaf, in it a bar for each reading: what was there before is hatched, what happened a sign below.

    Under the last lane stand the labels, if there is room. With `words` the readings stand below, as far as there is.
    """
    tall = min(max(120.0 / max(len(names), 1), 44.0), 88.0)
    labels = [short(reading["label"], 10) for reading in readings]
    width = min(max(600 / max(len(readings), 1), 8.0), 44.0)
    widest = max(width, TICK * max(map(len, labels[1:]), default=0) + 6)  # the first has room beside it
    labelled = any(labels) and widest * len(labels) <= ROOM
    width = widest if labelled else width
    told = readings[-14:] if words else []
    lines = [f"{len(readings) - len(told) + k}. {each['label']}: {each['sentence']}" for k, each in enumerate(told, 1)]
    lines = [short(line, 110) for line in lines]
    wide = max(LEFT + width * len(readings) + 20, 640.0, *(CHARACTER * len(line) + 28 for line in lines))
    end = 20 + (tall + BELOW) * len(names) + 20 * labelled
    scene = Scene(wide, end + (18 * len(lines) + 14 if lines else 0))
    for lane, name in enumerate(names):
        bottom = 20 + (tall + BELOW) * lane + tall
        _lane(scene, name, [reading["leaves"][lane] for reading in readings], bottom, tall, width)
    for k, label in enumerate(labels if labelled else []):
        scene.words(LEFT + width * (k + 0.5), end - 9, label, "tick mid")
    for k, line in enumerate(lines):
        scene.words(14, end + 14 + 18 * k, line, "tick")
    return scene


def _lane(scene: Scene, name: str, own: list[dict[str, Any]], bottom: float, tall: float, width: float) -> None:
    """The bars of one leaf. One that is added to a gradient of older weights is of another colour, its sign heavier."""
    most = max((each["size"] for each in own if not isinstance(each["size"], str)), default=0.0) or 1.0
    scene.words(LEFT - 8, bottom - tall / 2, f"{short(name, 9)}.grad"[-11:], "end strong")
    scene.words(LEFT - 8, bottom - tall / 2 + 15, f"≤ {number(float(most))}", "tick end")
    for k, each in enumerate(own, 1):
        x, odd = LEFT + width * (k - 1) + 1, isinstance(each["size"], str)
        high = tall if odd else tall * each["size"] / most
        old = 0.0 if isinstance(each["old"], str) else min(tall * each["old"] / most, high)
        stale = each["kind"] == "stale"
        scene.rectangle(x, bottom - tall, width - 2, tall + 14, "hit", key=f"r:{k}")
        scene.rectangle(x, bottom - high, width - 2, high, "f1" if stale or odd else "f0", key=f"r:{k}")
        if old:
            scene.rectangle(x, bottom - old, width - 2, old, "old", pattern=0, key=f"r:{k}")
        sign = each["size"] if odd else SIGNS[each["kind"]]
        scene.words(x + width / 2 - 1, bottom + 13, sign, "mid strong" if stale else "tick mid")
    scene.line(LEFT, bottom, LEFT + width * max(len(own), 1), bottom, "axis")
