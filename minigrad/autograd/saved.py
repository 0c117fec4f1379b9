"""What a node keeps for backward while `saved_tensors_hooks` are on: what the user's functions made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backend
from ..tensor import Tensor, wrap
from . import versions
from .modes import inside, switch

if TYPE_CHECKING:
    from .node import Node


class SavedHooks:
    """Told of every node made within `saved_tensors_hooks`, it packs what the node saved."""

    def __init__(self, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
        self.pack, self.unpack = pack, unpack

    def made(self, node: Node) -> None:
        """Pack what a fresh node has saved."""
        if node.holds_values:
            self.pack_into(node)

    def pack_into(self, node: Node, only: str | None = None) -> None:
        """Pack what a node has saved: all of it, or what its rules call `only`."""
        before = switch(False)
        try:
            node.saved = Packed(node, self, only)  # type: ignore[assignment]
        finally:
            switch(before)


class Packed:
    """A node's `saved`, packed: the same nested tuples, with arrays replaced by what the pack hook made of them."""

    __slots__ = ("values",)

    def __init__(self, node: Node, hooks: SavedHooks, only: str | None = None) -> None:
        saved = node.saved.values if isinstance(node.saved, Packed) else node.saved
        done: dict[str, Any] = {}  # what two rules need is packed once

        def packed(name: str, x: Any, shown: Any) -> Any:
            if not backend.is_array(x) or _is_number(x) or (only or name) != name:
                return x
            if name not in done:
                done[name] = Box(x, shown if only is None else wrap(x), hooks)
            return done[name]

        self.values = tuple(
            [
                None if args is None else tuple([packed(*each) for each in zip(names, args, tensors, strict=True)])
                for names, args, tensors in zip(node.saves, saved, node.with_history(saved), strict=True)
            ]
        )

    def unpack(self) -> tuple[Any, ...]:
        """What the node had saved, as the unpack hook gives it back."""
        done: dict[Any, Any] = {}

        def unpacked(x: Any) -> Any:
            if type(x) is not Box:
                return x
            if x not in done:
                done[x] = x.unpack()
            return done[x]

        # Lists, not generators: those would swallow or change a StopIteration of the hook's.
        return tuple([None if args is None else tuple([unpacked(x) for x in args]) for args in self.values])


def _is_number(x: Any) -> bool:
    """Whether the array stands for a Python number (`ops.operands.constant`): those are not the user's to pack."""
    return isinstance(x, np.ndarray) and x.ndim == 0 and not x.flags.writeable


class Box:
    """What a pack hook returned, among the numbers and shapes that are saved as they are."""

    __slots__ = ("content", "hooks")

    def __init__(self, array: Any, shown: Any, hooks: SavedHooks) -> None:
        self.hooks = hooks
        version = versions.version(array)
        self.content = hooks.pack(shown)
        if versions.version(array) != version:
            raise RuntimeError(
                "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook "
                "cannot be modified by in-place operations as this can lead to unexpected side-effects. Please open an "
                "issue if you need to perform in-place operations on the input to a pack hook."
            )

    def unpack(self) -> Any:
        """The array again."""
        with inside():
            result = self.hooks.unpack(self.content)
        if not isinstance(result, Tensor):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(result).__name__}"
            )
        return result.array
