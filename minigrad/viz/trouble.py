"""What goes wrong in a backward pass, as records: the error that ends it, the first nan and the first inf in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..autograd.anomaly import Guards, failed_node
from ..autograd.errors.values import numbers_in_words
from ..autograd.node import Node
from .words import printable

Record = dict[str, Any]


def as_raised(error: Exception) -> Exception:
    """The error of a rule; Python lets no StopIteration out of the engine, a generator, but makes another of it."""
    cause = error.__cause__
    return cause if type(error) is RuntimeError and isinstance(cause, StopIteration) else error


def where_it_failed(error: Exception) -> Any:
    """The node that was running when the engine raised this error; None if it was not the engine that raised it."""
    return getattr(error, "failed_at", None) or failed_node(error.__traceback__)


def error_record(error: Exception, node: Any) -> Record:
    """The TROUBLE record of an error: its sentence, what happened, where, and what to write instead."""
    kind = type(error).__name__
    sentence = getattr(error, "sentence", None)
    if sentence is None:  # not one of those that teach: from the user's own Function
        return _record(kind, f"{kind}: {_message(error)}".removesuffix(": "), "", [_where(node)], "")
    from ..autograd.errors.stories import STORIES

    told: Any = error
    return _record(kind, sentence, told.what, told.where, told.fix, STORIES.get(told.story, "").strip())


def _message(error: Exception) -> str:
    try:
        return str(error)
    except Exception:  # a class of the user's own
        return ""


class Lookout:
    """Looks for the first nan and the first inf among the gradients of a pass."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._guards = Guards()

    def arrives(self, given: bool, total: Any) -> Record | None:
        """Look at the sum of what has arrived at a node; `given`: it is, in part, what the walk begins with."""
        kind = self._new(total)
        if kind is None:
            return None
        if given:
            return _record(kind, f"The gradient given to backward() already holds {kind}.", "", [], "")
        what = "inf - inf is nan." if kind == "nan" else "the sum is too large for numbers of this type."
        return _record(kind, f"The gradients that arrive add up to the first {kind} of this pass.", what, [], "")

    def leaves(self, node: Any, g: Any, given: Sequence[Any]) -> Record | None:
        """Look at what the rules of a node gave, `given`, from the gradient `g`."""
        if isinstance(node, Node):
            self._guards.ran(node)
        for number, d in enumerate(given):
            kind = self._new(d)
            if kind is None:
                continue
            came = "from a gradient that is finite" if _finite(g) else "from a gradient that is not finite"
            sentence = f"{node.name().rpartition('::')[2]} made the first {kind} of this pass, {came}."
            what = fix = ""
            if isinstance(node, Node) and not isinstance(g, dict):
                guarded = node in self._guards.below
                what, fix = numbers_in_words(node, g, node.unpacked(), tuple(given), number, guarded)
            return _record(kind, sentence, what, [_where(node)], fix) | {"input": number}
        return None

    def sums(self, total: Any) -> Record | None:
        """Look at the sum that undoes a broadcast."""
        kind = self._new(total)
        if kind is None:
            return None
        return _record(kind, f"The sum that undoes the broadcast gave the first {kind} of this pass.", "", [], "")

    def _new(self, array: Any) -> str | None:
        """ "nan" or "inf" if the array holds one and none was seen before."""
        if array is None or len(self.seen) == 2 or array.dtype.kind not in "fc" or bool(np.isfinite(array).all()):
            return None
        found = {kind for kind, test in (("nan", np.isnan), ("inf", np.isinf)) if bool(test(array).any())}
        new = found - self.seen
        self.seen |= found
        return "nan" if "nan" in new else next(iter(new), None)


def _finite(g: Any) -> bool:
    arrays = g.values() if isinstance(g, dict) else (g,)
    return all(bool(np.isfinite(array).all()) for array in arrays if array is not None)


def _where(node: Any) -> Any:
    return node.where() if hasattr(node, "where") else None


def _record(kind: str, sentence: str, what: str, places: Iterable[Any], fix: str, story: str = "") -> Record:
    where = [
        {"place": _clean(place), "expression": _clean(place.expression) or None, "line": _clean(place.text) or None}
        for place in places
        if place is not None
    ]
    return {"type": kind, "sentence": _clean(sentence), "what": _clean(what), "where": where} | {
        "fix": _clean(fix),
        "story": _clean(story),
    }


def _clean(text: Any) -> str:
    """The text (of an error of the user's own, say) without what cannot be printed; its lines stay lines."""
    return printable(str(text), "\n\t")
