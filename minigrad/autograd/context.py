"""`ctx`: what the forward and the backward of a custom Function know each other by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .custom import FunctionNode

# What PyTorch's ctx has, being its node. Other names of the node stay free for the user's own attributes.
OF_NODE = {"_forward_cls", "_raw_saved_tensors", "_sequence_nr", "metadata", "name", "next_functions"}
OF_NODE |= {"register_hook", "register_prehook"}


def _of_node(name: str, doc: str) -> Any:
    return property(lambda ctx: getattr(ctx._node, name), lambda ctx, value: setattr(ctx._node, name, value), None, doc)


class FunctionCtx:
    """What `forward` and `backward` get as `ctx`: a handle of the graph's node, for notes from the one to the other.

    Any attribute may be set on it; later they are seen on `output.grad_fn`, too. Tensors should not be set as
    attributes but given to `save_for_backward`: only then are changes in place noticed, and memory freed in time.

    Attributes
    ----------
    needs_input_grad : tuple of bool
        For each argument of `apply`, whether its gradient is wanted. What is not wanted need not be computed.
    saved_tensors : tuple of Tensor
        In `backward`: what `save_for_backward` was given.
    """

    __slots__ = ("__dict__", "__weakref__", "_node")

    def __init__(self, node: FunctionNode) -> None:
        self._node = node
        self.__dict__ = node.attributes

    needs_input_grad = _of_node("needs_input_grad", "For each argument of `apply`, whether its gradient is wanted.")
    to_save = _of_node("to_save", "What `save_for_backward` was given, until `forward` is done.")
    dirty_tensors = _of_node("dirty_tensors", "What `mark_dirty` was given, until `forward` is done.")
    non_differentiable = _of_node("non_differentiable", "What `mark_non_differentiable` was given, likewise.")
    saved_tensors = property(lambda ctx: ctx._node.saved_tensors, doc="What `save_for_backward` was given.")

    def __getattr__(self, name: str) -> Any:
        if name in OF_NODE:
            return getattr(self._node, name)
        raise AttributeError(f"'{self._node.node_name}' object has no attribute '{name}'")

    def __eq__(self, other: object) -> bool:
        return self._node is (other._node if isinstance(other, FunctionCtx) else other)

    def __hash__(self) -> int:
        return hash(self._node)

    def __repr__(self) -> str:
        return repr(self._node)

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for `backward`, where they are `ctx.saved_tensors`. To be called at most once.

        Parameters
        ----------
        tensors : Tensor or None
            Arguments, results, or others. Others know no history: use results of `forward` instead where the Function
            shall be differentiated twice.

        Examples
        --------
        >>> import minigrad
        >>> class Product(minigrad.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, a, b):
        ...         ctx.save_for_backward(a, b)
        ...         return a * b
        ...     @staticmethod
        ...     def backward(ctx, g):
        ...         a, b = ctx.saved_tensors
        ...         return g * b, g * a
        >>> x = minigrad.tensor(3., requires_grad=True)
        >>> Product.apply(x, x).backward()
        >>> x.grad
        tensor(6.)
        """
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Accepted for PyTorch's sake; minigrad has no forward mode."""
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Any) -> None:
        """Say which arguments `forward` has changed in place. Each of them must also be returned.

        Examples
        --------
        >>> import minigrad
        >>> class Double_(minigrad.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, a):
        ...         ctx.mark_dirty(a)
        ...         return a.mul_(2)
        ...     @staticmethod
        ...     def backward(ctx, g):
        ...         return 2 * g
        >>> x = minigrad.tensor([1., 2.], requires_grad=True)
        >>> y = x.clone()
        >>> Double_.apply(y) is y, y
        (True, tensor([2., 4.], grad_fn=<Double_Backward>))
        """
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Any) -> None:
        """Say which results have no derivative. They will not require grad; `backward` gets zeros for them.

        Examples
        --------
        >>> import minigrad
        >>> class MaxAt(minigrad.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, a):
        ...         value, at = a.max(0)
        ...         ctx.mark_non_differentiable(at)
        ...         ctx.save_for_backward(a, at)
        ...         return value, at
        ...     @staticmethod
        ...     def backward(ctx, g, _):
        ...         a, at = ctx.saved_tensors
        ...         grad = minigrad.zeros_like(a)
        ...         grad[at] = g
        ...         return grad
        >>> x = minigrad.tensor([1., 5., 3.], requires_grad=True)
        >>> value, at = MaxAt.apply(x)
        >>> value.backward()
        >>> x.grad, at
        (tensor([0., 1., 0.]), tensor(1))
        """
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Say whether `backward` gets zeros (the default) or None for results that nobody used."""
        if not isinstance(value, bool):
            raise TypeError(
                "set_materialize_grads received an invalid combination of arguments - got "
                f"({type(value).__name__}), but expected (bool)"
            )
        self._node.materialize_grads = value
