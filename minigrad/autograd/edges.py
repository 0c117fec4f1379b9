"""Edges as users hold them: where the gradient of a tensor arrives, without the tensor itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import backend, tensor
from .engine import nodes_below
from .hooks import node_of_output
from .meta import gradient_edge, tracked
from .node import Node, Output

if TYPE_CHECKING:
    from ..tensor import Tensor


class _Token(NamedTuple):
    """What an edge remembers of the tensor that it was asked of: the very node, and an array like the tensor's."""

    node: Node
    like: Any

    def __repr__(self) -> str:
        return "kept"


class GradientEdge(NamedTuple):
    """Where the gradient of one tensor arrives: one output of a node. Stands for the tensor in `grad` and `backward`.

    Attributes
    ----------
    node : Node
    output_nr : int
    ownership_token
        What else must stay alive, or None.
    """

    node: Node
    output_nr: int
    ownership_token: Any = None

    def stand_in(self) -> Any:
        """Something with the edge's node and, where they are known, its tensor's shape and dtype."""
        out = tensor.wrap(None)
        if self.ownership_token is not None:
            out._node, out.array = self.ownership_token
        elif self.output_nr >= self.node.outputs:
            raise IndexError("tuple index out of range")
        else:
            out._node = self.node if self.node.outputs == 1 else Output(self.node, self.output_nr)
        return out

    def find_below(self, roots: Iterable[Node]) -> Node:
        """The node of the graph below `roots` that this edge means."""
        if self.ownership_token is not None:
            return self.ownership_token.node
        if self.node.outputs == 1:
            return self.node
        for node in nodes_below(roots):
            if isinstance(node, Output) and node.first is self.node and node.number == self.output_nr:
                return node
        return Output(self.node, self.output_nr)  # not in this graph: unused, as the caller will find


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The edge that the tensor's gradient flows into.

    Raises
    ------
    RuntimeError
        If the tensor does not require grad.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([1., 2.], requires_grad=True)
    >>> y = x * 3
    >>> edge = minigrad.autograd.graph.get_gradient_edge(y)
    >>> edge.node is y.grad_fn, edge.output_nr
    (True, 0)
    >>> minigrad.autograd.grad(y.sum(), edge)
    (tensor([1., 1.]),)
    """
    node = gradient_edge(tensor) if tracked(tensor) else None
    if node is None:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    number = node.number if isinstance(node, Output) else 0
    like = backend.alias(tensor.array)  # not the array itself: that could be what backward wants to free
    return GradientEdge(node_of_output(node), number, _Token(node, like))
