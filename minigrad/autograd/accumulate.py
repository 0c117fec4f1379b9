"""Where gradients end: collected while a pass runs, and added to `.grad` when it has succeeded."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backend, tensor
from . import errors, versions
from .engine import array_as_tensor, nodes_below
from .meta import meta_of, tracked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..tensor import Tensor
    from .node import Node

_committing = threading.Lock()


class Staged(list[tuple["Tensor", Any]]):
    """The gradients that one pass has for `.grad`, each with its tensor.

    Until `commit` no `.grad` has changed. Only for leaves with a hook that must see their `.grad` (`write_now`) is it
    written earlier, and put back by `take_back` if the pass fails.

    Attributes
    ----------
    notes : dict
        What hooks that see several gradients remember of this pass.
    """

    __slots__ = ("create_graph", "notes", "roots", "undo", "wanted")

    def __init__(self, create_graph: bool, roots: Any = ()) -> None:
        self.create_graph = create_graph
        self.roots = roots
        self.wanted: set[Node] | None = None  # what the pass is confined to
        self.notes: dict[Any, Any] = {}
        self.undo: list[tuple[Tensor, Tensor | None, Any]] = []

    def commit(self) -> None:
        """Write what was collected, in the order in which it came."""
        self.reverse()  # taken from the end, each gradient is then held by nobody else, and needs no copy
        with _committing:
            while self:
                variable, g = self.pop()
                _add(variable, g, self.create_graph)

    def write_now(self, variable: Tensor, g: Any) -> None:
        """Add to `.grad` while the pass still runs, for a hook that wants to see it there."""
        old = meta_of(variable).grad
        self.undo.append((variable, old, None if old is None else old.array.copy()))
        with _committing:
            _add(variable, g, self.create_graph)

    def how_many_arrive(self, nodes: Iterable[Node]) -> int:
        """How many of these nodes a gradient reaches in this pass."""
        reached = nodes_below(node for node, _ in self.roots) if self.wanted is None else self.wanted
        return sum(node in reached for node in nodes)

    def take_back(self) -> None:
        """After a failure: put back what `write_now` has changed."""
        while self.undo:
            variable, old, values = self.undo.pop()
            if old is not None:
                old.array[...] = values
            meta_of(variable).grad = old


def _add(variable: Tensor, g: Any, create_graph: bool) -> None:
    meta = variable._meta or meta_of(variable)
    if not meta.requires_grad and not tracked(variable):  # its flag was taken away since the graph was made
        return
    if create_graph:
        meta.grad = _recorded_copy(g) if meta.grad is None else meta.grad + g
    elif meta.grad is None:
        meta.grad = tensor.wrap(own(g, holders=2))
    elif meta.retains_grad:
        meta.grad = array_as_tensor(meta.grad.array + g)
    else:
        total = meta.grad.array
        try:
            total += g
        except ValueError:  # the variable was given another shape since: `x.data = …`
            raise errors.broadcast_shapes(meta.grad, array_as_tensor(g)) from None
        versions.note_write(total, "backward", None, 0)


def _recorded_copy(g: Tensor) -> Tensor:
    from ..ops.overwrite import copy_

    return copy_(tensor.wrap(backend.namespace(g.array).empty_like(g.array)), g)


def _count_alone() -> tuple[int, int]:
    """What `sys.getrefcount` says within `own` of an array that only its caller holds: it differs between Pythons.

    And of the memory of such an array, where the array is a view of it.
    """

    def own(g: Any) -> tuple[int, int]:
        base = g.base
        return sys.getrefcount(g), sys.getrefcount(base)

    g = np.empty((1, 1)).T
    count = own(g)
    return count


_ALONE, _MEMORY_ALONE = _count_alone()


def _whole_memory(g: np.ndarray) -> bool:
    """Whether a view is all that is looked at of its memory: the only one, if perhaps in another order."""
    base = g.base
    return (
        type(base) is np.ndarray
        and base.base is None
        and base.size == g.size
        and 0 not in g.strides
        and g.flags.writeable
        and sys.getrefcount(base) <= _MEMORY_ALONE
    )


def own(g: Any, holders: int = 1) -> Any:
    """`g` itself if nobody but the caller (or its caller too: 2) holds it, else a copy.

    So a gradient never shares its memory with another.
    """
    if type(g) is np.ndarray and sys.getrefcount(g) < _ALONE + holders and (g.base is None or _whole_memory(g)):
        return g
    return backend.namespace(g).array(g)
