"""The steps that `functional.py`'s functions are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..creation import zeros_like
from ..tensor import Tensor
from .functional_checks import (
    Tensors,
    check_no_vector,
    check_vector,
    require_grad,
    tensors_of,
)
from .passes import grad

OUTPUTS = "outputs of the user-provided function"


def gradients_of(
    outputs: Iterable[Tensor | None],
    inputs: Tensors,
    vectors: Tensors | None,
    create_graph: bool,
    retain_graph: bool | None = None,
) -> tuple[Tensor | None, ...]:
    """`grad`, except that an output may be None or without history: it gives nothing."""
    outputs = tuple(outputs)
    pairs = zip(outputs, vectors or (None,) * len(outputs), strict=True)
    kept = [(y, v) for y, v in pairs if y is not None and y.requires_grad]
    if not kept:
        return (None,) * len(inputs)
    ys, vs = zip(*kept, strict=True)
    return grad(ys, inputs, vs, retain_graph, create_graph, allow_unused=True)


def gradient_of_number(
    func: Callable[..., Any], inputs: Any, v: Any, name: str, create_graph: bool, strict: bool
) -> tuple[bool, Tensors, Tensors | None, Tensor, tuple[Tensor | None, ...]]:
    """How `vhp` and `hvp` begin: whether there are several inputs, these, v, the number, its recorded gradient."""
    several, inputs = tensors_of(inputs, "inputs", name)
    inputs = fresh(inputs, create_graph)
    v = vector_of(v, inputs, several, name, create_graph)
    output = one_number(func, inputs, name, strict)
    gradient = gradients_of((output,), inputs, None, create_graph=True)
    if strict:
        require_grad(gradient, "jacobian")
    return several, inputs, v, output, gradient


def unit_vectors(y: Tensor) -> Iterable[Tensor]:
    """For each element of y the tensor of its shape that is 1 there and 0 elsewhere."""
    for i in range(y.numel()):
        e = zeros_like(y).view(-1)
        e[i] = 1
        yield e.view(y.shape)


def fresh(tensors: Tensors, create_graph: bool, requires_grad: bool = True) -> Tensors:
    """The same numbers as new tensors, so that an input is told apart from itself used inside the function as well.

    They begin a graph of their own; under `create_graph` those that require grad go on in theirs, as views.
    """
    return tuple(
        x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_(requires_grad) for x in tensors
    )


def outputs_of(func: Callable[..., Any], inputs: Tensors, name: str, strict: bool) -> tuple[bool, Tensors]:
    """What `func` returns: whether it is a tuple, and as a tuple."""
    several, outputs = tensors_of(func(*inputs), OUTPUTS, name)
    if strict:
        require_grad(outputs, "outputs")
    return several, outputs


def one_number(func: Callable[..., Any], inputs: Tensors, name: str, strict: bool) -> Tensor:
    """What `func` returns, if it is a tensor with one element."""
    several, outputs = outputs_of(func, inputs, name, strict)
    if several:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    (output,) = outputs
    if output.numel() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {name} should contain a single element")
    return output


def vector_of(
    v: Any,
    like: Tensors,
    several: bool,
    name: str,
    create_graph: bool,
    whose: str = "input to the user-provided function is",
) -> Tensors | None:
    """The vector as a tuple of new tensors that fit `like`; None, for 1, where that is a single number."""
    if v is None:
        check_no_vector(like, whose)
        return None
    _, v = tensors_of(v, "v", name)
    v = fresh(v, create_graph, requires_grad=False)
    check_vector(v, like, several)
    return v


def result_of(tensors: Iterable[Tensor], several: bool, create_graph: bool) -> Any:
    """What is handed to the user: without history unless it was asked for, in a tuple if the other side was one."""
    result = tuple(t if create_graph else t.detach() for t in tensors)
    return result if several else result[0]
