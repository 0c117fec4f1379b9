"""What autograd knows about a tensor beyond its `grad_fn`: made only for tensors that need it.

Most tensors are results on their way through a graph: an array and a node are all they have. Leaves that require grad,
views, tensors that retain their gradient and tensors cut off from a graph carry an `AutogradMeta` as well (PyTorch's
name for the same thing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

from .node import AccumulateGrad, Node

if TYPE_CHECKING:
    from types import CodeType

    from ..ops.views import View
    from ..tensor import Tensor
    from .hooks import HookTable


class Cut(NamedTuple):
    """What separated a tensor from the graph of the tensor it was computed from, and where."""

    operation: str
    code: CodeType
    at: int


class AutogradMeta:
    """Autograd's notes on one tensor.

    Attributes
    ----------
    requires_grad : bool
        The flag of a leaf.
    grad : Tensor or None
        The accumulated gradient.
    accumulator : weak reference to the leaf's AccumulateGrad, or None
    retains_grad : bool
        Whether a non-leaf keeps its gradient too.
    inference : bool
        Whether the tensor was computed in inference mode.
    view : View or None
        What the tensor is a view of.
    cut : Cut or None
        What cut the tensor off from a graph.
    hooks, accumulated : HookTable or None
        A leaf's hooks: those that see its gradient, and those that see it after its `.grad` was written.
    """

    __slots__ = (
        "accumulated",
        "accumulator",
        "cut",
        "grad",
        "hooks",
        "inference",
        "requires_grad",
        "retains_grad",
        "view",
    )

    def __init__(self, view: View | None = None, cut: Cut | None = None) -> None:
        self.requires_grad = self.retains_grad = self.inference = False
        self.grad: Tensor | None = None
        self.accumulator: ref[AccumulateGrad] | None = None
        self.view = view
        self.cut = cut
        self.hooks: HookTable | None = None
        self.accumulated: HookTable | None = None


def meta_of(x: Tensor) -> AutogradMeta:
    """The tensor's notes, made if it has none yet."""
    if x._meta is None:
        x._meta = AutogradMeta()
    return x._meta


def gradient_edge(x: Tensor) -> Node | None:
    """The node that the tensor's gradient flows into; None if the tensor does not require grad."""
    node, meta = x._node, x._meta
    if node is not None or meta is None:
        return node
    if meta.requires_grad:
        known = meta.accumulator
        node = known() if known is not None else None
        if node is None:  # no graph holds the leaf's node: make it anew
            node = AccumulateGrad(x)
            meta.accumulator = ref(node)
            if meta.hooks is not None or meta.accumulated is not None:
                from .hooks import Hooks

                node.hooks = Hooks(meta.hooks)
        return node
    return None if meta.view is None else meta.view.current_node(x)


def rejoin(array: Any, edge: Node | None) -> Tensor:
    """The tensor that holds `array` and whose gradient flows into `edge`."""
    from ..tensor import wrap

    if not isinstance(edge, AccumulateGrad):
        out = wrap(array)
        out._node = edge
        return out
    if edge.variable.array is array:
        return edge.variable
    out = wrap(array)  # a leaf with other numbers, but the same place in the graph
    meta = meta_of(out)
    meta.requires_grad, meta.accumulator = True, ref(edge)
    return out


def tracked(x: Any) -> bool:
    """Whether the tensor requires grad (asked without making nodes)."""
    if x._node is not None:
        return True
    meta = x._meta
    return meta is not None and (meta.requires_grad or (meta.view is not None and meta.view.tracked))
