"""`linear`: the product that every layer of neurons is."""

from __future__ import annotations

from math import prod

from .. import dtypes
from ..tensor import Tensor
from .calling import apply
from .functions import add
from .matmul import Addmm, addmm, matmul
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
    fits = a.ndim == 2 and w.ndim == 2 and a.shape[1] == w.shape[1] and c.shape == w.shape[:1]
    if fits and a.dtype is w.dtype is c.dtype:
        return apply(Addmm, bias, input, t(weight), alpha=1, beta=1)  # the usual case, checked already
    if a.ndim != 2 and not a.flags.c_contiguous:
        return add(matmul(input, t(weight)), bias)
    if c.dtype != w.dtype:
        kinds = [dtypes.SCALAR_TYPE_NAMES[x.dtype.name] for x in (bias, weight)]
        raise RuntimeError(f"self and mat2 must have the same dtype, but got {kinds[0]} and {kinds[1]}")
    rows = input if a.ndim == 2 else view(input, prod(a.shape[:-1]), a.shape[-1])
    out = addmm(bias, rows, t(weight))
    return out if a.ndim == 2 else view(out, *a.shape[:-1], out.array.shape[-1])
