"""Jacobians and Hessians of functions of tensors, and their products with a vector.

For `y = f(x)` with Jacobian J, and a function with one number as its result and with Hessian H:

===========  ==============  =======================================================
`vjp`        vᵀJ             one backward pass
`jvp`        J v             a backward pass through a backward pass
`jacobian`   J               a backward pass for each element of y: the rows e_iᵀ J
`vhp`        vᵀH             a backward pass through the gradient
`hvp`        H v             a `jvp` of the gradient
`hessian`    H               the Jacobian of the gradient
===========  ==============  =======================================================

H is symmetric where f is smooth, so `vhp` and `hvp` agree there, and `vhp` is the cheaper one. No `.grad` ever changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..creation import zeros_like
from ..ops.shaping import stack
from ..tensor import Tensor
from .functional_checks import (
    Tensors,
    check_row,
    check_strategy,
    filled,
    require_grad,
    tensors_of,
)
from .functional_parts import (
    fresh,
    gradient_of_number,
    gradients_of,
    one_number,
    outputs_of,
    result_of,
    unit_vectors,
    vector_of,
)
from .modes import enable_grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


# ------------------------------------------------------------ Jacobians
@enable_grad()
def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The vector-Jacobian product vᵀJ: what one backward pass computes.

    Parameters
    ----------
    func : callable
        Takes tensors, returns a tensor or a tuple of tensors.
    inputs : Tensor or tuple of Tensor
        Where J is taken.
    v : Tensor or tuple of Tensor, optional
        Of the shape of what `func` returns; 1 where that is a single number.
    create_graph : bool
        Record everything, so that both results can be differentiated.
    strict : bool
        Raise where an output does not depend on an input, instead of returning zeros.

    Returns
    -------
    (outputs, product)
        What `func` returned, and vᵀJ, of the shape of the inputs.

    Raises
    ------
    TypeError
        If inputs, outputs or v are anything but tensors.
    RuntimeError
        If v does not fit, and in strict mode as said above.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.autograd.functional import vjp
    >>> x = minigrad.tensor([1., 2., 3.])
    >>> vjp(lambda x: x ** 2, x, v=minigrad.tensor([1., 0., 1.]))
    (tensor([1., 4., 9.]), tensor([2., 0., 6.]))
    """
    several_in, inputs = tensors_of(inputs, "inputs", "vjp")
    inputs = fresh(inputs, create_graph)
    several_out, outputs = outputs_of(func, inputs, "vjp", strict)
    v = vector_of(v, outputs, several_out, "vjp", create_graph, "user-provided function returns")
    found = gradients_of(outputs, inputs, v, create_graph)
    product = filled(found, inputs, "back", strict, create_graph)
    return result_of(outputs, several_out, create_graph), result_of(product, several_in, create_graph)


@enable_grad()
def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The Jacobian-vector product J v: how the outputs move when the inputs move along v.

    A backward pass gives uᵀJ, which is linear in u. So its own derivative with respect to u, taken along v by a second
    backward pass, is J v, whatever u is (zeros here). Forward-mode differentiation would need one pass only.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As for `vjp`.
    v : Tensor or tuple of Tensor, optional
        Of the shape of the inputs; 1 where that is a single number.

    Returns
    -------
    (outputs, product)
        What `func` returned, and J v, of the same shape.

    Raises
    ------
    TypeError, RuntimeError
        As for `vjp`.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.autograd.functional import jvp
    >>> x = minigrad.tensor([1., 2., 3.])
    >>> jvp(lambda x: (x ** 2).sum(), x, v=minigrad.tensor([1., 0., 1.]))
    (tensor(14.), tensor(8.))
    """
    several_in, inputs = tensors_of(inputs, "inputs", "jvp")
    inputs = fresh(inputs, create_graph)
    v = vector_of(v, inputs, several_in, "jvp", create_graph)
    several_out, outputs = outputs_of(func, inputs, "jvp", strict)
    u = tuple(zeros_like(y, requires_grad=True) for y in outputs)
    u_times_j = gradients_of(outputs, inputs, u, create_graph=True)
    if strict:
        require_grad(u_times_j, "grad_inputs")
    found = gradients_of(u_times_j, u, v, create_graph)
    product = filled(found, outputs, "back_trick", strict, create_graph)
    return result_of(outputs, several_out, create_graph), result_of(product, several_out, create_graph)


@enable_grad()
def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian, row by row: a backward pass for each element of the outputs.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As for `vjp`.
    vectorize : bool
        Accepted for PyTorch's sake; the rows are the same.
    strategy : str
        "reverse-mode"; minigrad has no forward mode.

    Returns
    -------
    Tensor, or tuples of tensors
        Of shape `output.shape + input.shape`; for several inputs a tuple of these, for several outputs a tuple of that.

    Raises
    ------
    TypeError, RuntimeError
        As for `vjp`.
    NotImplementedError
        For the forward mode.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.autograd.functional import jacobian
    >>> jacobian(lambda x: x * x.sum(), minigrad.tensor([1., 2.]))
    tensor([[4., 1.],
            [2., 5.]])
    """
    check_strategy(strategy, create_graph, strict, vectorize)
    several_in, inputs = tensors_of(inputs, "inputs", "jacobian")
    inputs = fresh(inputs, create_graph)
    several_out, outputs = outputs_of(func, inputs, "jacobian", strict)
    if strict and vectorize:
        raise RuntimeError(
            "minigrad.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
            "Please either set `strict=False` or `vectorize=False`."
        )
    blocks = []
    for i, y in enumerate(outputs):
        rows = []
        for e in unit_vectors(y):
            row = gradients_of((y,), inputs, (e,), create_graph, retain_graph=True)
            if strict:
                check_row(row, i, create_graph)
            rows.append([zeros_like(x) if g is None else g for g, x in zip(row, inputs, strict=True)])
        columns = zip(*rows, strict=True) if rows else [()] * len(inputs)
        block = [stack(c).view(y.shape + x.shape) for c, x in zip(columns, inputs, strict=True)]
        blocks.append(result_of(block, several_in, create_graph))
    return tuple(blocks) if several_out else blocks[0]


# ------------------------------------------------------------ Hessians
def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of a function with one number as its result: the Jacobian of its gradient.

    Parameters
    ----------
    func : callable
        Takes tensors, returns a tensor with one element.
    inputs, create_graph, vectorize
        As for `jacobian`.
    strict : bool
        Raise where the gradient does not depend on an input, instead of returning zeros.
    outer_jacobian_strategy : str
        "reverse-mode"; minigrad has no forward mode.

    Returns
    -------
    Tensor, or tuple of tuples of tensors
        Of shape `input.shape + input.shape`; for several inputs `result[i][j]`, of shape
        `inputs[i].shape + inputs[j].shape`.

    Raises
    ------
    TypeError, RuntimeError, NotImplementedError
        As for `jacobian`; and if `func` returns more than one number.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.autograd.functional import hessian
    >>> hessian(lambda x: (x ** 3).sum(), minigrad.tensor([1., 2.]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    several, inputs = tensors_of(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def number(*xs: Tensor) -> Tensor:
        return one_number(func, xs, "hessian", strict).squeeze()

    def gradient(*xs: Tensor) -> Tensors:
        found = jacobian(number, xs, create_graph=True)
        if strict:
            require_grad(found, "jacobian")
        return found

    rows = jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)
    return rows if several else rows[0][0]


@enable_grad()
def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The vector-Hessian product vᵀH: the gradient of the function's gradient along v.

    Parameters
    ----------
    func : callable
        Takes tensors, returns a tensor with one element.
    inputs, create_graph
        As for `vjp`.
    v : Tensor or tuple of Tensor, optional
        Of the shape of the inputs; 1 where that is a single number.
    strict : bool
        Raise where the gradient does not depend on an input, instead of returning zeros.

    Returns
    -------
    (output, product)
        What `func` returned, and vᵀH, of the shape of the inputs.

    Raises
    ------
    TypeError, RuntimeError
        As for `vjp`; and if `func` returns more than one number.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.autograd.functional import vhp
    >>> vhp(lambda x: (x ** 3).sum(), minigrad.tensor([1., 2.]), v=minigrad.tensor([1., 1.]))
    (tensor(9.), tensor([ 6., 12.]))
    """
    several, inputs, v, output, gradient = gradient_of_number(func, inputs, v, "vhp", create_graph, strict)
    found = gradients_of(gradient, inputs, v, create_graph)
    product = filled(found, inputs, "double_back", strict, create_graph)
    return result_of((output,), False, create_graph), result_of(product, several, create_graph)


@enable_grad()
def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The Hessian-vector product H v: how the function's gradient moves when the inputs move along v.

    By the way of `jvp`, one backward pass dearer than `vhp`, which gives the same where the function is smooth.

    Parameters
    ----------
    func, inputs, v, create_graph, strict
        As for `vhp`.

    Returns
    -------
    (output, product)
        What `func` returned, and H v, of the shape of the inputs.

    Raises
    ------
    TypeError, RuntimeError
        As for `vhp`.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.autograd.functional import hvp
    >>> hvp(lambda x: (x ** 3).sum(), minigrad.tensor([1., 2.]), v=minigrad.tensor([1., 1.]))
    (tensor(9.), tensor([ 6., 12.]))
    """
    several, inputs, v, output, gradient = gradient_of_number(func, inputs, v, "hvp", create_graph, strict)
    u = tuple(zeros_like(x, requires_grad=True) for x in inputs)
    u_times_h = gradients_of(gradient, inputs, u, create_graph=True)
    found = gradients_of(u_times_h, u, v, create_graph)
    product = filled(found, inputs, "double_back_trick", strict, create_graph)
    return result_of((output,), False, create_graph), result_of(product, several, create_graph)
