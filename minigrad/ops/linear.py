"""`linear`: the product that every layer of neurons is."""

from __future__ import annotations

from math import prod

from .. import dtypes
from ..autograd import inference
from ..autograd.meta import gradient_edge
from ..autograd.modes import mode
from ..tensor import Tensor, wrap
from . import shape
from .calling import apply, new_node
from .functions import add
from .matmul import AddmmTurned, addmm, matmul
from .operands import array_of
from .shaping import t, view


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`input @ weight.T + bias`.

    Parameters
    ----------
    input : Tensor
        (…, k): any number of rows of k numbers.
    weight : Tensor
        (n, k), or (k,) for a single output.
    bias : Tensor, optional
        (n,).

    Returns
    -------
    Tensor
        (…, n).

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([[1., 2.]])
    >>> minigrad.nn.functional.linear(x, minigrad.eye(2), minigrad.tensor([10., 20.]))
    tensor([[11., 22.]])
    """
    a, w = array_of(input, "linear"), array_of(weight, "linear", "argument 'weight' (position 2)")
    if a.ndim == 0 or w.ndim == 0:
        raise RuntimeError(f"both arguments to linear need to be at least 1D, but they are {a.ndim}D and {w.ndim}D")
    if bias is None:
        return matmul(input, t(weight))
    c = array_of(bias, "linear", "argument 'bias' (position 3)")
    fits = w.ndim == 2 and a.shape[-1] == w.shape[1] and c.shape == w.shape[:1]
    fits = fits and a.dtype is w.dtype is c.dtype and type(a) is type(w) is type(c)
    if fits and a.ndim == 2:
        return _layer(input, weight, bias)
    if a.ndim != 2 and not a.flags.c_contiguous:
        return add(matmul(input, t(weight)), bias)
    if c.dtype != w.dtype:
        kinds = [dtypes.SCALAR_TYPE_NAMES[x.dtype.name] for x in (bias, weight)]
        raise RuntimeError(f"self and mat2 must have the same dtype, but got {kinds[0]} and {kinds[1]}")
    rows = input if a.ndim == 2 else view(input, prod(a.shape[:-1]), a.shape[-1])
    out = _layer(rows, weight, bias) if fits else addmm(bias, rows, t(weight))
    return out if a.ndim == 2 else view(out, *a.shape[:-1], out.array.shape[-1])


def _layer(input: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """`addmm(bias, input, t(weight))`, with arguments that fit.

    With a few neurons, what is around the product takes longer than it. So in the usual case the two nodes are made by
    hand, and the transpose, which nobody sees, gets no tensor.
    """
    to_weight, to_bias = gradient_edge(weight), gradient_edge(bias)
    if mode.recording is not True or inference.used or to_weight is None or to_bias is None:
        return apply(AddmmTurned, bias, input, t(weight), alpha=1, beta=1)
    a, w = input.array, weight.array.T
    to_input = gradient_edge(input)
    transpose = new_node(shape.T, to_weight, None, ((),))
    z = a.dot(w)
    z += bias.array
    out = wrap(z)
    saved = ((bias.array.shape, 1), None if to_input is None else (w, 1), (a, 1))
    out._node = node = new_node(AddmmTurned, to_bias, to_input, saved)
    node.rest = (transpose,)
    return out
