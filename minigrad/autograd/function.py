r"""Operations of the user's own: a class with a forward and a backward.

class Exp(Function):
    formula = r"\bar z\, z"  # shown by the stepper

    @staticmethod
    def forward(ctx, a):
        z = a.exp()
        ctx.save_for_backward(z)
        return z

    @staticmethod
    def backward(ctx, g):
        z, = ctx.saved_tensors
        return g * z

y = Exp.apply(x)
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from ..tensor import Tensor, wrap
from . import applying, errors
from .context import FunctionCtx
from .custom import FunctionNode
from .meta import gradient_edge
from .modes import mode, no_grad
from .node import Node, Output, start

__all__ = ["Function", "FunctionCtx", "once_differentiable"]


class FunctionMeta(type):
    """Gives each Function the class of its nodes, named after it."""

    _backward_cls: type[FunctionNode]

    def __init__(cls, name: str, bases: tuple[type, ...], attributes: dict[str, Any]) -> None:
        super().__init__(name, bases, attributes)
        body = {"__slots__": (), "node_name": f"{name}Backward", "_forward_cls": cls, "__module__": __name__}
        cls._backward_cls = type(f"{name}Backward", (FunctionNode,), body)


class Function(metaclass=FunctionMeta):
    r"""An operation with a backward of its own: subclass it, write `forward` and `backward`, and call `apply`.

    Attributes
    ----------
    formula : str or tuple of str, optional
        LaTeX for the stepper (PyTorch has no such attribute): for each tensor that goes in, its gradient, where
        ``\bar z`` is the gradient of the result, ``z`` the result, and ``a``, ``b``, ``c``, ``d`` are the tensors that
        go in. Numbers are put in for those of the letters that were saved.

    Notes
    -----
    `forward` runs with recording switched off; `backward` only records under `create_graph=True`, and if it is made of
    minigrad's operations on `saved_tensors` that are arguments or results, it can then be differentiated again.

    Examples
    --------
    >>> import minigrad
    >>> class Scale(minigrad.autograd.Function):
    ...     formula = r"k\, \bar z"
    ...     @staticmethod
    ...     def forward(ctx, a, k):
    ...         ctx.k = k
    ...         return a * k
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         return g * ctx.k, None  # one for each argument of forward: none for k
    >>> x = minigrad.tensor([1., 2.], requires_grad=True)
    >>> y = Scale.apply(x, 10.)
    >>> y
    tensor([10., 20.], grad_fn=<ScaleBackward>)
    >>> y.sum().backward()
    >>> x.grad
    tensor([10., 10.])
    """

    formula: Any = None
    generate_vmap_rule = False
    clear_saved_tensors_on_access = False  # free saved tensors when `backward` looks at them
    boxed_grads_call = False  # give `backward` its gradients as one list

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            f"{self.__class__} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            "function with static forward method. "
            "(Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the result: to be written by the subclass, as a static method.

        Its first argument is the context; or, if the subclass has a `setup_context` too, there is none.

        Returns
        -------
        A tensor, or a tuple of tensors and anything else.
        """
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Prepare the context for `backward` apart from `forward`: may be written by the subclass.

        Parameters
        ----------
        ctx : FunctionCtx
        inputs : tuple
            All arguments of `forward`.
        output
            What `forward` has returned.
        """
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Compute the gradients of the arguments: to be written by the subclass, as a static method.

        Parameters
        ----------
        ctx : FunctionCtx
        grad_outputs : Tensor
            The gradient of each of the results, None for results that are no tensors.

        Returns
        -------
        As many gradients as `forward` has arguments: None for those that are no tensors, or need none.
        """
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """Accepted in a subclass for PyTorch's sake; minigrad has no forward mode."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """Accepted in a subclass for PyTorch's sake; minigrad has no vmap."""
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set "
            "generate_vmap_rule=True."
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run `forward`, and record it if one of the arguments requires grad.

        Parameters
        ----------
        args
            What `forward` takes, without the context. Gradients go to those that are tensors themselves, not to tensors
            in lists.

        Returns
        -------
        What `forward` returns. An argument that is returned as it is comes back as a view of itself; one that was
        marked dirty as itself.

        Raises
        ------
        RuntimeError
            Here, if what was marked on the context does not fit what was returned; in the backward pass, if `backward`
            returns too many or too few gradients, or one of a wrong shape.

        Examples
        --------
        >>> import minigrad
        >>> class Cube(minigrad.autograd.Function):
        ...     @staticmethod
        ...     def forward(x):
        ...         return x**3
        ...     @staticmethod
        ...     def setup_context(ctx, inputs, output):
        ...         ctx.save_for_backward(*inputs)
        ...     @staticmethod
        ...     def backward(ctx, g):
        ...         x, = ctx.saved_tensors
        ...         return 3 * x**2 * g
        >>> x = minigrad.tensor(2., requires_grad=True)
        >>> dx, = minigrad.autograd.grad(Cube.apply(x), x, create_graph=True)
        >>> dx.backward()
        >>> dx, x.grad
        (tensor(12., grad_fn=<MulBackward0>), tensor(12.))
        """
        separate = cls.setup_context is not Function.setup_context
        if separate or kwargs:
            args = _by_position(cls.forward, args, kwargs, separate)
        return applying.apply(cls, args, separate)


def _by_position(
    forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], separate: bool
) -> tuple[Any, ...]:
    """All arguments in the order in which `forward` takes them, defaults put in."""
    signature = inspect.signature(forward)
    named = {name for name, p in signature.parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD}
    for name in kwargs:
        if name not in named:
            raise TypeError(f"forward() got an unexpected keyword argument '{name}'")
    bound = signature.bind(*args, **kwargs) if separate else signature.bind(None, *args, **kwargs)
    bound.apply_defaults()
    return bound.args if separate else bound.args[1:]


# ------------------------------------------------------------ once_differentiable
class _Error(Node):
    """Stands where a second derivative would have to go on."""

    __slots__ = ("inputs",)
    node_name = "Error"

    def __init__(self, edges: Iterable[Node | None]) -> None:
        start(self)
        edges = tuple(edges)
        self.inputs = self.outputs = len(edges)
        self.first, self.second, *rest = *edges, None, None
        self.rest = tuple(rest[: len(edges) - 2]) if len(edges) > 2 else ()

    def name(self) -> str:
        return "minigrad::autograd::Error"

    def backward(self, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        raise errors.differentiated_twice(self)


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a `backward` that cannot be differentiated itself: then nobody gets a wrong second derivative.

    It is needed where `backward` computes with anything else than minigrad's operations on the saved tensors.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.autograd.function import once_differentiable
    >>> class Exp(minigrad.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.z = x.exp().numpy()
    ...         return minigrad.from_numpy(ctx.z)
    ...     @staticmethod
    ...     @once_differentiable
    ...     def backward(ctx, g):
    ...         return g * minigrad.from_numpy(ctx.z)
    >>> x = minigrad.tensor(0., requires_grad=True)
    >>> Exp.apply(x).backward()
    >>> x.grad
    tensor(1.)
    """

    @functools.wraps(fn)
    def wrapper(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        with no_grad():
            outputs = fn(ctx, *args, **kwargs)
        if not mode.recording or not any(isinstance(x, Tensor) and x.requires_grad for x in args):
            return outputs
        refusing = _refusing(outputs if isinstance(outputs, tuple) else (outputs,))
        return refusing if len(refusing) > 1 else refusing[0]

    return wrapper


def _refusing(outputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same numbers, as results of an operation that cannot be differentiated."""
    node = _Error(None if x is None else gradient_edge(x.detach().requires_grad_()) for x in outputs)
    refusing = [None if x is None else wrap(x.array) for x in outputs]
    for number, x in enumerate(refusing):
        if x is not None:
            x._node = node if len(outputs) == 1 else Output(node, number)
    return tuple(refusing)
