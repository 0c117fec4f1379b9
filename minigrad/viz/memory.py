"""What a graph keeps in memory: the arrays that its nodes saved, and what a backward pass would let go of.

Every stretch of memory is counted once, however many nodes saved it or a view of it. Nothing is freed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..backend import storage

Record = dict[str, Any]


class Held:
    """The memory that the saved arrays of a graph's nodes keep alive, while its nodes run one after the other.

    Attributes
    ----------
    bytes : what the nodes hold that have not run yet.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.ones(3, requires_grad=True)
    >>> held = Held([x.exp().grad_fn])
    >>> held.bytes, held.let_go(0), held.bytes
    (12, [{'symbol': 'z', 'bytes': 12, 'kept_by': None, 'same_as': None}], 0)
    """

    def __init__(self, nodes: Sequence[Any]) -> None:
        self._saved = [dict(_saved(node)) for node in nodes]  # for each node: symbol -> its pieces of memory
        self._users: dict[int, list[int]] = {}  # address of a piece -> the nodes that still hold it
        self._sizes: dict[int, int] = {}
        for i, symbols in enumerate(self._saved):
            for piece, size in (each for pieces in symbols.values() for each in pieces.items()):
                users = self._users.setdefault(piece, [])
                if i not in users[-1:]:
                    users.append(i)
                self._sizes[piece] = size
        variables: list[Any] = [getattr(node, "variable", None) for node in nodes]
        self._leaves = {
            _memory(v.original if hasattr(v, "original") else v.array)[0]: i
            for i, v in enumerate(variables)
            if hasattr(v, "array")
        }
        self.bytes = sum(self._sizes.values())

    def let_go(self, i: int) -> list[Record]:
        """What a pass would free after node `i` has run: a record for each saved array.

        `{"symbol", "bytes", "kept_by", "same_as"}`: `bytes` is by how much the memory held gets less; `kept_by` the
        node that still has this memory, one that has saved it, too, and has not run yet (`bytes` is then 0), or the
        leaf whose memory it is; `same_as` an earlier symbol of this node that is the same memory.
        """
        for piece in {piece for pieces in self._saved[i].values() for piece in pieces}:
            self._users[piece].remove(i)
        records: list[Record] = []
        symbols: dict[frozenset[int], str] = {}
        for symbol, pieces in self._saved[i].items():
            users = [user for piece in pieces for user in self._users[piece][-1:]]
            leaves = [self._leaves[piece] for piece in pieces if piece in self._leaves]
            size = sum(self._sizes.pop(piece, 0) for piece in pieces if not self._users[piece])
            self.bytes -= size
            same = symbols.setdefault(frozenset(pieces), symbol)
            records.append(
                {
                    "symbol": symbol,
                    "bytes": size,
                    "kept_by": next(iter(users + leaves), None),
                    "same_as": None if same == symbol else same,
                }
            )
        self._saved[i] = {}
        return records


def _saved(node: Any) -> Iterator[tuple[str, dict[int, int]]]:
    """The symbols of a node's saved arrays, and for each its pieces of memory with their sizes."""
    symbols: dict[str, dict[int, int]] = {}
    for symbol, array in node.saved_arrays() if hasattr(node, "saved_arrays") else ():
        if hasattr(array, "nbytes") and hasattr(array, "__setitem__"):  # a NumPy scalar is a number, no memory
            piece, size = _memory(array)
            symbols.setdefault(symbol, {})[piece] = size
    return iter(symbols.items())


def _memory(array: Any) -> tuple[int, int]:
    """Where the memory that an array is a part of begins, and its size; a tensor of PyTorch knows it itself."""
    if hasattr(array, "untyped_storage"):
        whole = array.untyped_storage()
        return whole.data_ptr(), whole.nbytes()
    return storage(array)


def size_text(size: int) -> str:
    """A size in words.

    Examples
    --------
    >>> size_text(12), size_text(3210), size_text(4_500_000)
    ('12 bytes', '3.2 kB', '4.5 MB')
    """
    if size < 1000:
        return "1 byte" if size == 1 else f"{size} bytes"
    unit = next(i for i in range(1, 5) if size < 1000 ** (i + 1) or i == 4)
    return f"{size / 1000**unit:.1f} {' kMGT'[unit]}B"


def growth(nodes: Sequence[Any]) -> list[int]:
    """How many bytes of saved arrays are held after each of the nodes, as they are made one after the other.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.ones(3, requires_grad=True)
    >>> y = x.exp()
    >>> growth([y.grad_fn, y.sin().grad_fn])
    [12, 12]
    """
    sizes: dict[int, int] = {}
    total, found = 0, []
    for node in nodes:
        for pieces in dict(_saved(node)).values():
            total += sum(size for piece, size in pieces.items() if piece not in sizes)
            sizes |= pieces
        found.append(total)
    return found
