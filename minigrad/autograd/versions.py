"""Which memory was written in place, and when.

A backward rule needs the values of the forward pass. If one was overwritten in between, the gradient would be silently
wrong, so every in-place operation leaves a note here, and the engine looks before it uses a saved value.

Nearly every array is written once, when it is made. So versions are not kept with each tensor but in a table that holds
only memory that *was* written in place: who never writes in place pays one comparison a node (`node.seq < last_write`).
The clock is the one that numbers the nodes: a saved value is stale if its memory was written after the node was made.
"""

from __future__ import annotations

import weakref
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from types import CodeType
from typing import Any, NamedTuple

from ..backend import memory, owner

next_seq = count(1).__next__
recorded_passes: deque[tuple[int, int]] = deque(maxlen=1_000)  # when passes under create_graph began and ended
KEPT = 32  # how many of the last writes to a piece of memory are remembered


class Rule(NamedTuple):
    """A node whose rule began under create_graph at `seq`; of no node: the rule begun last was done."""

    seq: int
    node: int  # its own seq, or 0
    name: str
    code: CodeType | None  # where it was made, as in `source.py`
    at: int


class Rules:
    """The last rules that ran under create_graph, in memory of a fixed size: training may run millions."""

    __slots__ = ("ats", "codes", "count", "names", "nodes", "seqs", "size")

    def __init__(self, size: int = 4_096) -> None:
        self.size, self.count = size, 0
        self.seqs, self.nodes, self.ats = (array("q", [0]) * size for _ in range(3))
        self.names = [""] * size
        self.codes: list[CodeType | None] = [None] * size

    def note(self, node: int = 0, name: str = "", code: CodeType | None = None, at: int = 0) -> None:
        """A rule begins or, without a node, is done."""
        place = self.count % self.size
        self.count += 1
        self.seqs[place], self.nodes[place], self.ats[place] = next_seq(), node, at
        self.names[place], self.codes[place] = name, code

    def __iter__(self) -> Iterator[Rule]:
        """What is still known, oldest first."""
        for i in range(max(0, self.count - self.size), self.count):
            place = i % self.size
            found = self.seqs[place], self.nodes[place], self.names[place], self.codes[place], self.ats[place]
            yield Rule(*found)


class Write(NamedTuple):
    """One in-place operation: when it was, what it was called, and where in the user's code it stood."""

    seq: int
    operation: str
    code: CodeType | None
    at: int
    through: int = 0  # what tells apart an array and its aliases


class History:
    """The in-place writes to one piece of memory. `recent` keeps the last few, for messages."""

    __slots__ = ("alive", "count", "recent")

    def __init__(self, alive: weakref.ref[Any]) -> None:
        self.alive = alive  # its callback takes the entry out of the table when the memory dies
        self.count = 0
        self.recent: deque[Write] = deque(maxlen=KEPT)


class Follower(weakref.ref[Any]):
    """A copy that has another array's history: its place in the table, and the dtype of the other."""

    __slots__ = ("dtype", "key")
    dtype: Any
    key: int


recorded_rules = Rules()
_histories: dict[int, History] = {}
_followers: dict[int, Follower] = {}
_through: dict[int, History] = {}  # by the memory itself, which an array and its aliases (`x.data`) have in common
on_unseen: Callable[[Any], None] | None = None  # while writes past versions are warned of: what looks for them
last_write = 0


def history(array: Any) -> History | None:
    """The writes to this array's memory; None if it was never written in place."""
    return _histories.get(id(owner(array))) if _histories else None


def version(array: Any) -> int:
    """How often this array's memory was written in place: `tensor._version`."""
    found = history(array)
    return 0 if found is None else found.count


def note_write(array: Any, operation: str, code: CodeType | None, at: int) -> None:
    """Note that `operation` has just written to this array's memory."""
    global last_write
    found = _history_of(array)
    found.count += 1
    last_write = next_seq()
    found.recent.append(Write(last_write, operation, code, at))
    if on_unseen is not None:
        through = _history_of(memory(array), _through)
        through.recent.append(Write(last_write, operation, code, at, id(owner(array))))


def carry(before: Any, after: Any) -> None:
    """Let the memory of `after`, which a tensor holds from now on, count on from that of `before`, which it held."""
    count = version(before)
    if count:
        _history_of(after).count = count


def follow(copy: Any, original: Any) -> None:
    """Let writes to `original` count as writes to `copy`: its numbers in another dtype, saved in its place.

    A rule would find the right numbers in the copy. PyTorch saves the original, and so refuses when it was written.
    """
    whole = owner(copy)
    _histories[id(whole)] = _history_of(original)
    _followers[id(whole)] = follower = Follower(whole, _forget)
    follower.key, follower.dtype = id(whole), original.dtype


def dtype_noted(array: Any) -> Any:
    """The dtype of what was saved: of a copy that `follow` knows, that of the original."""
    return getattr(_followers.get(id(owner(array))), "dtype", array.dtype)


def _forget(follower: Follower) -> None:
    del _histories[follower.key], _followers[follower.key]


def _history_of(array: Any, table: dict[int, History] = _histories) -> History:
    """The writes to this array's memory, with a place in the table from now on."""
    whole = owner(array)
    key = id(whole)
    found = table.get(key)
    if found is None:
        found = table[key] = History(weakref.ref(whole, lambda _: table.pop(key, None)))
    return found


def writes_since(array: Any, seq: int) -> list[Write]:
    """The writes to this array's memory after clock time `seq`, oldest first (at most the last `KEPT`)."""
    found = history(array)
    if found is None or not found.recent or found.recent[-1].seq <= seq:  # asked quickly: saves 1 ms of 60 in W6a
        return []
    return [write for write in found.recent if write.seq > seq]


def unseen_since(array: Any, seq: int) -> list[Write]:
    """The writes to this array's memory after clock time `seq` that its version does not count."""
    found = _through.get(id(memory(array))) if _through else None
    mine = id(owner(array))
    return [] if found is None else [w for w in found.recent if w.seq > seq and w.through != mine]
