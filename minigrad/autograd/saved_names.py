"""What a node has saved under PyTorch's names: `node._saved_self`, `node._raw_saved_self`.

A rule's parameters are our names (`a`, `z`, `a_shape`, see `ops/base.py`). `saved_tables.py` says what PyTorch calls
them.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

from .. import backend
from . import errors, versions
from .node import Node
from .saved import Box, Packed, SavedHooks
from .saved_tables import OWN, USUAL, With


def names(node: Node | type[Node]) -> dict[str, tuple[str, Callable[[Any], Any] | With | None]]:
    """For each of PyTorch's names our own, and what gets its value out of ours (None: it is the same)."""
    kind = node if isinstance(node, type) else type(node)
    own = OWN.get(kind.__qualname__) or OWN.get(node.node_name, {})  # several classes may share a node's name
    found: dict[str, tuple[str, Callable[[Any], Any] | With | None]] = {}
    for symbol in dict.fromkeys(symbol for symbols in node.saves for symbol in symbols):
        theirs = own.get(symbol, USUAL.get(symbol, symbol))
        for name, part in ({theirs: None} if isinstance(theirs, str) else theirs).items():
            found[name] = symbol, part
    return found


def look_up(node: Node, attribute: str) -> Any:
    """The value of `node._saved_…` or `node._raw_saved_…`.

    Raises
    ------
    AttributeError
        If there is no such saved value.
    RuntimeError
        If backward has freed it, or if it was changed in place since.
    """
    prefix = "_raw_saved_" if attribute.startswith("_raw") else "_saved_"
    found = names(node).get(attribute.removeprefix(prefix))
    if found is None:
        raise AttributeError(f"'{node.node_name}' object has no attribute '{attribute}'")
    symbol, part = found
    if prefix == "_raw_saved_":
        return SavedTensor(node, symbol)
    value = _value(node, symbol)
    if part is None or value is None:
        return value
    if isinstance(part, With):
        return part.function(value, *(_value(node, other) for other in part.others))
    return part(value)


def _value(node: Node, symbol: str) -> Any:
    """What the node has saved under this name, an array as the tensor that it was."""
    if node.freed:
        raise errors.second_backward(node)
    kept = _kept(node, symbol)
    if isinstance(kept, Box):
        kept = kept.unpack()
    elif backend.is_array(kept) and versions.writes_since(kept, node.seq):
        raise errors.modified_in_place(node, symbol, kept)
    return node._as_tensor(symbol, kept, node)


def _kept(node: Node, symbol: str) -> Any:
    """The same as it is kept: a number, an array, or a `Box`; None for an input whose gradient nobody needs."""
    saved: Any = node.saved.values if isinstance(node.saved, Packed) else node.saved
    for symbols, args in zip(node.saves, saved, strict=False):
        if args is not None and symbol in symbols:
            return args[symbols.index(symbol)]
    return None


class SavedTensor:
    """One saved tensor, as its node keeps it.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor(3., requires_grad=True)
    >>> y = x.exp()
    >>> y.grad_fn._raw_saved_result.register_hooks(lambda t: t.item(), minigrad.tensor)
    >>> y.grad_fn._raw_saved_result.data
    20.08553695678711
    """

    __slots__ = ("node", "symbol")

    def __init__(self, node: Node, symbol: str) -> None:
        self.node, self.symbol = node, symbol

    @property
    def data(self) -> Any:
        """What the pack hook returned; the tensor itself where there is none."""
        kept = _kept(self.node, self.symbol)
        return kept.content if isinstance(kept, Box) else self.unpack()

    @property
    def unpack_hook(self) -> Callable[[Any], Any] | None:
        """The function that makes a tensor of `data`."""
        kept = _kept(self.node, self.symbol)
        return kept.hooks.unpack if isinstance(kept, Box) else None

    def unpack(self) -> Any:
        """The tensor."""
        return _value(self.node, self.symbol)

    def register_hooks(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        """Keep what `pack_hook` makes of the tensor in its place, at once; `unpack_hook` makes a tensor of it again.

        Raises
        ------
        RuntimeError
            If that was done already, by this or by `saved_tensors_hooks`; or if backward has freed the tensor.
        """
        for hook in (pack_hook, unpack_hook):
            if not callable(hook):
                raise TypeError(f"register_hooks(): incompatible function arguments: {hook!r} cannot be called")
        if self.node.freed:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of the "
                "graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need "
                "to backward through the graph a second time or if you need to access saved variables after calling "
                "backward."
            )
        kept = _kept(self.node, self.symbol)
        if isinstance(kept, Box):
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of "
                "hooks is allowed at a time."
            )
        if kept is None:
            raise RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")
        SavedHooks(pack_hook, unpack_hook).pack_into(self.node, self.symbol)


@cache
def operations() -> dict[str, dict[str, type[Node]]]:
    """All of minigrad's operations that have formulas: by the name of their nodes, then by their own."""
    from .. import ops

    for module in pkgutil.iter_modules(ops.__path__):
        import_module(f"{ops.__name__}.{module.name}")
    found: dict[str, dict[str, type[Node]]] = {}
    for operation in _below(Node):
        if operation.formula:
            found.setdefault(operation.node_name, {})[operation.__qualname__] = operation
    return found


def _below(kind: type[Node]) -> Iterator[type[Node]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
