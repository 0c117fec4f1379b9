"""Hooks: functions of the user's that see, and may replace, gradients while a pass runs.

Those of one node run in this order, as in PyTorch: the hooks of its tensor, the retaining of its tensor's `.grad`,
`register_prehook`'s, the node itself, `register_hook`'s.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from .. import dtypes
from .meta import gradient_edge, meta_of, tracked
from .modes import inside
from .node import AccumulateGrad, Gradients, Node, Output

if TYPE_CHECKING:
    from ..tensor import Tensor
    from .accumulate import Staged

Hook = Callable[..., Any]


class HookTable(dict[int, Hook]):
    """Hooks by their handles' numbers, in the order of their registration. Handles know it weakly."""

    __slots__ = ("__weakref__",)

    def add(self, hook: Hook) -> RemovableHandle:
        handle = RemovableHandle(self)
        self[handle.id] = hook
        return handle


class RemovableHandle:
    """Takes a hook away again: by `remove()`, or at the end of a `with` block.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor(1., requires_grad=True)
    >>> handle = x.register_hook(print)
    >>> (x * 3).backward()
    tensor(3.)
    >>> handle.remove()
    >>> (x * 3).backward()
    """

    _next_id = count().__next__

    def __init__(self, *tables: HookTable) -> None:
        self.id = self._next_id()
        self._tables = tuple(weakref.ref(table) for table in tables)

    def remove(self) -> None:
        """Take the hook away. Doing so twice does no harm."""
        for table in self._tables:
            hooks = table()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


class Hooks:
    """The hooks of one node.

    Attributes
    ----------
    of_tensor : HookTable or None
        Take the gradient of the node's tensor.
    retains : list of weak references to Tensor
        Tensors whose `.grad` the incoming gradient is written to (`Tensor.retain_grad`).
    before, after : HookTable
        Those of `Node.register_prehook` and `Node.register_hook`.
    """

    __slots__ = ("after", "before", "of_tensor", "retains")

    def __init__(self, of_tensor: HookTable | None = None) -> None:
        self.of_tensor = of_tensor
        self.retains: list[weakref.ref[Tensor]] = []
        self.before = HookTable()
        self.after = HookTable()

    def arrive(self, g: Any, staged: Staged) -> Any:
        """What happens to an incoming gradient even if the node itself does not run."""
        if self.of_tensor:
            with inside(staged):
                for hook in tuple(self.of_tensor.values()):
                    g = _replaced(g, hook(shown(g)), hook)
        for retaining in self.retains:
            tensor = retaining()
            if tensor is not None and g is not None:
                staged.append((tensor, g))
        return g

    def enter(self, node: Node, g: Any, staged: Staged) -> Any:
        """What happens to an incoming gradient just before the node runs."""
        with inside(staged):
            for hook in tuple(self.before.values()):
                gradients = _as_outputs(node, g)
                result = hook(tuple(shown(one) for one in gradients))
                if result is not None:
                    g = _from_outputs(g, _replaced_all(gradients, result, hook))
        return g

    def accumulate(self, node: AccumulateGrad, g: Any, staged: Staged) -> None:
        """What happens to the gradient of a leaf."""
        table = meta_of(node.variable).accumulated
        if table:
            if g is not None:
                staged.write_now(node.variable, g)
            with inside(staged):
                for hook in tuple(table.values()):
                    result = hook(node.variable)
                    if result is None or result is node.variable:
                        continue
                    if hasattr(result, "array"):
                        raise RuntimeError("Tensor post accumulate grad hooks should return None.")
                    raise TypeError(f"expected Variable, but hook returned '{type(result).__name__}'")
        elif g is not None:
            staged.append((node.variable, g))
        if self.after:
            self.leave(node, g, (), staged)

    def leave(self, node: Node, g: Any, outgoing: tuple[Any, ...], staged: Staged) -> tuple[Any, ...]:
        """What happens to the outgoing gradients after the node has run."""
        with inside(staged):
            for hook in tuple(self.after.values()):
                incoming = tuple(shown(one) for one in _as_outputs(node, g))
                result = hook(tuple(shown(one) for one in outgoing), incoming)
                if result is not None:
                    outgoing = _replaced_all(outgoing, result, hook)
        return outgoing


def shown(g: Any) -> Any:
    """A gradient as a tensor; None stays None."""
    from .engine import array_as_tensor

    return g if g is None or hasattr(g, "requires_grad") else array_as_tensor(g)


def _as_outputs(node: Node, g: Any) -> tuple[Any, ...]:
    """An incoming gradient as one for each of the node's outputs."""
    return tuple(g.get(number) for number in range(node.outputs)) if type(g) is Gradients else (g,)


def _from_outputs(g: Any, gradients: tuple[Any, ...]) -> Any:
    """The other way round."""
    if type(g) is not Gradients:
        return gradients[0]
    return Gradients({number: one for number, one in enumerate(gradients) if one is not None})


def _name(hook: Hook) -> str:
    return getattr(hook, "__name__", "<unknown>")


def _replaced(g: Any, result: Any, hook: Hook) -> Any:
    """The gradient that a hook leaves: its result, checked to be like `g`; None leaves `g`."""
    if result is None:
        return g
    if not hasattr(result, "array"):
        raise TypeError(f"expected Variable, but hook returned '{type(result).__name__}'")
    if g is None:
        raise RuntimeError("can't replace a None gradient with a non-None value")
    before = shown(g)
    if result.array.dtype != before.array.dtype:
        names = [f"minigrad.{dtypes.SCALAR_TYPE_NAMES[x.dtype.name]}Tensor" for x in (before, result)]
        raise RuntimeError(f"hook '{_name(hook)}' has changed the type of value (was {names[0]} got {names[1]})")
    if result.array.shape != before.array.shape:
        raise RuntimeError(f"hook '{_name(hook)}' has changed the size of value")
    return result if hasattr(g, "requires_grad") else result.array


def _replaced_all(gradients: tuple[Any, ...], result: Any, hook: Hook) -> tuple[Any, ...]:
    if not isinstance(result, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(result).__name__}'")
    if len(result) != len(gradients):
        raise RuntimeError(
            f"hook '{_name(hook)}' has returned an incorrect number of values (got {len(result)}, "
            f"but expected {len(gradients)})"
        )
    # None among them is no gradient; it is a hook that returns nothing at all that leaves them as they are
    return tuple(None if new is None else _replaced(g, new, hook) for g, new in zip(gradients, result, strict=True))


# ------------------------------------------------------------ registering
def hooks_of(node: Node) -> Hooks:
    """The node's hooks, made if it has none yet."""
    if node.hooks is None:
        node.hooks = Hooks()
    assert node.hooks is not None
    return node.hooks


def register_on_tensor(x: Tensor, hook: Hook) -> RemovableHandle:
    """See `Tensor.register_hook`."""
    node = gradient_edge(x)
    if node is None:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    hooks = hooks_of(node)
    if hooks.of_tensor is None:
        hooks.of_tensor = HookTable()
        if isinstance(node, AccumulateGrad):  # may die before the next graph is made: the leaf keeps the hooks
            meta_of(x).hooks = hooks.of_tensor
    return hooks.of_tensor.add(hook)


def of_tensor(x: Tensor) -> HookTable | None:
    """The table of this tensor's hooks, if it ever had any: `Tensor._backward_hooks`."""
    node = gradient_edge(x)
    return None if node is None or node.hooks is None else node.hooks.of_tensor


def of_accumulated(x: Tensor) -> HookTable | None:
    """The same of those that see what was accumulated: `Tensor._post_accumulate_grad_hooks`."""
    return None if x._meta is None else x._meta.accumulated


def keep(x: Tensor) -> None:
    """Let the tensor, which becomes a leaf, keep the hooks that it has."""
    table = of_tensor(x)
    if table is not None:
        meta_of(x).hooks = table


def register_after_accumulating(x: Tensor, hook: Hook) -> RemovableHandle:
    """See `Tensor.register_post_accumulate_grad_hook`."""
    if not tracked(x):
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    node = gradient_edge(x)
    if node is None or not x.is_leaf:  # None: a view that only its base makes require grad
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    meta = meta_of(x)
    if meta.accumulated is None:
        meta.accumulated = HookTable()
    hooks_of(node)  # tells the engine to look
    return meta.accumulated.add(hook)


def retain(x: Tensor) -> None:
    """Have every successful pass write the gradient of this non-leaf to its `.grad`."""
    node, meta = gradient_edge(x), meta_of(x)
    assert node is not None
    if not meta.retains_grad:
        meta.retains_grad = True
        hooks_of(node).retains.append(weakref.ref(x))


def move_retained(before: Node | None, after: Node, x: Tensor) -> None:
    """Let a tensor that was changed in place, and retains its gradient, retain that of its new value."""
    if before is None or before.hooks is None or before is after:
        return
    mine = [retaining for retaining in before.hooks.retains if retaining() is x]
    if mine:
        before.hooks.retains = [retaining for retaining in before.hooks.retains if retaining() is not x]
        hooks_of(after).retains += mine


def node_of_output(node: Node) -> Node:
    """The node that users see for an output's: the operation's own."""
    return node.first if isinstance(node, Output) else node  # type: ignore[return-value]
