"""Parameters that an optimizer holds although others stand in their place.

An optimizer knows tensors, not the modules that hold them: after `model.fc = nn.Linear(…)` it goes on updating what
was there before. While silent mistakes are warned of, `watcher` is told of what optimizers are given, of what modules
replace, and of steps; nobody is told of anything otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import CodeType
from typing import Any
from weakref import ref

from .source import user_frame


class Replacement:
    """One assignment that put other parameters in the place of some: where it stood, and both."""

    def __init__(self, code: CodeType, at: int, old: list[Any], new: list[Any]) -> None:
        self.code, self.at = code, at
        self.old, self.new = [ref(p) for p in old], [ref(p) for p in new]


class Watcher:
    """Remembers replacements of what optimizers hold, and tells of those that a step leaves out.

    Parameters
    ----------
    tell : callable
        Called with a replacement at a step that updates none of the new parameters, though they have a gradient.
    """

    def __init__(self, tell: Callable[[Replacement], None]) -> None:
        self.tell = tell
        self.known: dict[int, ref[Any]] = {}  # by id: a tensor's `==` compares elements
        self.replacements: list[Replacement] = []

    def held(self, params: Iterable[Any]) -> None:
        """An optimizer was given these parameters."""
        self.known |= {id(p): ref(p) for p in params}

    def _is_held(self, p: Any) -> bool:
        known = self.known.get(id(p))
        return known is not None and known() is p

    def replaced(self, old: list[Any], new: list[Any]) -> None:
        """A module got the parameters `new` in the place of `old`."""
        if not old or not new:
            return
        frame = user_frame()
        gone = {id(p) for p in old}
        for before in self.replacements:  # what was put there is replaced in turn
            if any(id(p()) in gone for p in before.new):
                before.code, before.at, before.new = frame.f_code, frame.f_lasti, [ref(p) for p in new]
        if any(map(self._is_held, old)):
            self.replacements.append(Replacement(frame.f_code, frame.f_lasti, old, new))

    def stepped(self, groups: Iterable[dict[str, Any]]) -> None:
        """An optimizer with these groups of parameters makes a step."""
        if not self.replacements:
            return
        mine = {id(p) for group in groups for p in group["params"]}
        for found in self.replacements:
            left_out = [p for made in found.new if (p := made()) is not None and not self._is_held(p)]
            if any(id(p()) in mine for p in found.old) and any(p.grad is not None for p in left_out):
                self.tell(found)


watcher: Watcher | None = None
