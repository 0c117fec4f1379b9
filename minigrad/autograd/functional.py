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

from collections.abc import Callable, Iterable
from typing import Any

from ..creation import zeros_like
from ..ops.shaping import stack
from ..tensor import Tensor
from .functional_checks import (
    Tensors,
    check_no_vector,
    check_row,
    check_strategy,
    check_vector,
    filled,
    require_grad,
    tensors_of,
)
from .modes import enable_grad
from .passes import grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

OUTPUTS = "outputs of the user-provided function"


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
    inputs = _fresh(inputs, create_graph)
    several_out, outputs = _outputs(func, inputs, "vjp", strict)
    v = _vector(v, outputs, several_out, "vjp", create_graph, "user-provided function returns")
    found = _gradients(outputs, inputs, v, create_graph)
    product = filled(found, inputs, "back", strict, create_graph)
    return _result(outputs, several_out, create_graph), _result(product, several_in, create_graph)


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
    inputs = _fresh(inputs, create_graph)
    v = _vector(v, inputs, several_in, "jvp", create_graph)
    several_out, outputs = _outputs(func, inputs, "jvp", strict)
    u = tuple(zeros_like(y, requires_grad=True) for y in outputs)
    u_times_j = _gradients(outputs, inputs, u, create_graph=True)
    if strict:
        require_grad(u_times_j, "grad_inputs")
    found = _gradients(u_times_j, u, v, create_graph)
    product = filled(found, outputs, "back_trick", strict, create_graph)
    return _result(outputs, several_out, create_graph), _result(product, several_out, create_graph)


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
    inputs = _fresh(inputs, create_graph)
    several_out, outputs = _outputs(func, inputs, "jacobian", strict)
    if strict and vectorize:
        raise RuntimeError(
            "minigrad.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
            "Please either set `strict=False` or `vectorize=False`."
        )
    blocks = []
    for i, y in enumerate(outputs):
        rows = []
        for e in _unit_vectors(y):
            row = _gradients((y,), inputs, (e,), create_graph, retain_graph=True)
            if strict:
                check_row(row, i, create_graph)
            rows.append([zeros_like(x) if g is None else g for g, x in zip(row, inputs, strict=True)])
        columns = zip(*rows, strict=True) if rows else [()] * len(inputs)
        block = [stack(c).view(y.shape + x.shape) for c, x in zip(columns, inputs, strict=True)]
        blocks.append(_result(block, several_in, create_graph))
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
        return _one_number(func, xs, "hessian", strict).squeeze()

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
    several, inputs, v, output, gradient = _gradient_of_number(func, inputs, v, "vhp", create_graph, strict)
    found = _gradients(gradient, inputs, v, create_graph)
    product = filled(found, inputs, "double_back", strict, create_graph)
    return _result((output,), False, create_graph), _result(product, several, create_graph)


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
    several, inputs, v, output, gradient = _gradient_of_number(func, inputs, v, "hvp", create_graph, strict)
    u = tuple(zeros_like(x, requires_grad=True) for x in inputs)
    u_times_h = _gradients(gradient, inputs, u, create_graph=True)
    found = _gradients(u_times_h, u, v, create_graph)
    product = filled(found, inputs, "double_back_trick", strict, create_graph)
    return _result((output,), False, create_graph), _result(product, several, create_graph)


# ------------------------------------------------------------ the parts
def _gradients(
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


def _gradient_of_number(
    func: Callable[..., Any], inputs: Any, v: Any, name: str, create_graph: bool, strict: bool
) -> tuple[bool, Tensors, Tensors | None, Tensor, tuple[Tensor | None, ...]]:
    """How `vhp` and `hvp` begin: whether there are several inputs, these, v, the number, its recorded gradient."""
    several, inputs = tensors_of(inputs, "inputs", name)
    inputs = _fresh(inputs, create_graph)
    v = _vector(v, inputs, several, name, create_graph)
    output = _one_number(func, inputs, name, strict)
    gradient = _gradients((output,), inputs, None, create_graph=True)
    if strict:
        require_grad(gradient, "jacobian")
    return several, inputs, v, output, gradient


def _unit_vectors(y: Tensor) -> Iterable[Tensor]:
    """For each element of y the tensor of its shape that is 1 there and 0 elsewhere."""
    for i in range(y.numel()):
        e = zeros_like(y).view(-1)
        e[i] = 1
        yield e.view(y.shape)


def _fresh(tensors: Tensors, create_graph: bool, requires_grad: bool = True) -> Tensors:
    """The same numbers as new tensors, so that an input is told apart from itself used inside the function as well.

    They begin a graph of their own; under `create_graph` those that require grad go on in theirs, as views.
    """
    return tuple(
        x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_(requires_grad) for x in tensors
    )


def _outputs(func: Callable[..., Any], inputs: Tensors, name: str, strict: bool) -> tuple[bool, Tensors]:
    """What `func` returns: whether it is a tuple, and as a tuple."""
    several, outputs = tensors_of(func(*inputs), OUTPUTS, name)
    if strict:
        require_grad(outputs, "outputs")
    return several, outputs


def _one_number(func: Callable[..., Any], inputs: Tensors, name: str, strict: bool) -> Tensor:
    """What `func` returns, if it is a tensor with one element."""
    several, outputs = _outputs(func, inputs, name, strict)
    if several:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    (output,) = outputs
    if output.numel() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {name} should contain a single element")
    return output


def _vector(
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
    v = _fresh(v, create_graph, requires_grad=False)
    check_vector(v, like, several)
    return v


def _result(tensors: Iterable[Tensor], several: bool, create_graph: bool) -> Any:
    """What is handed to the user: without history unless it was asked for, in a tuple if the other side was one."""
    result = tuple(t if create_graph else t.detach() for t in tensors)
    return result if several else result[0]
