"""What a node keeps for backward while `saved_tensors_hooks` are on: what the user's functions made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import backend, tensor
from . import versions
from .modes import mode

if TYPE_CHECKING:
    from .node import Node


class SavedHooks:
    """Told of every node made within `saved_tensors_hooks`, it packs what the node saved."""

    def __init__(self, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
        self.pack, self.unpack = pack, unpack

    def made(self, node: Node) -> None:
        """Pack what a fresh node has saved."""
        if node.holds_values:
            before, mode.recording = mode.recording, False
            try:
                node.saved = Packed(node, self)
            finally:
                mode.recording = before


class Packed:
    """A node's `saved`, packed: the same nested tuples, with each array replaced by what the pack hook made of it."""

    __slots__ = ("hooks", "values")

    def __init__(self, node: Node, hooks: SavedHooks) -> None:
        self.hooks = hooks
        done: dict[str, Any] = {}  # what two rules need is packed once
        shown = node.with_history(node.saved)
        self.values = tuple(
            None
            if args is None
            else tuple(self._packed(*named, done) for named in zip(names, args, tensors, strict=True))
            for names, args, tensors in zip(node.saves, node.saved, shown, strict=True)
        )

    def _packed(self, name: str, x: Any, shown: Any, done: dict[str, Any]) -> Any:
        if not backend.is_array(x):
            return x
        if name not in done:
            version = versions.version(x)
            done[name] = _Box(self.hooks.pack(shown))
            if versions.version(x) != version:
                raise RuntimeError(
                    "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook "
                    "cannot be modified by in-place operations as this can lead to unexpected side-effects. Please "
                    "open an issue if you need to perform in-place operations on the input to a pack hook."
                )
        return done[name]

    def unpack(self) -> tuple[Any, ...]:
        """What the node had saved, as the unpack hook gives it back."""
        done: dict[int, Any] = {}
        before, mode.recording = mode.recording, False
        try:
            return tuple(None if args is None else tuple(self._unpacked(x, done) for x in args) for args in self.values)
        finally:
            mode.recording = before

    def _unpacked(self, x: Any, done: dict[int, Any]) -> Any:
        if type(x) is not _Box:
            return x
        if id(x) not in done:
            result = self.hooks.unpack(x.content)
            if not isinstance(result, tensor.Tensor):
                raise TypeError(
                    "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                    f"{type(result).__name__}"
                )
            done[id(x)] = result.array
        return done[id(x)]


class _Box:
    """What a pack hook returned; marks it among the numbers and shapes that are saved as they are."""

    __slots__ = ("content",)

    def __init__(self, content: Any) -> None:
        self.content = content
