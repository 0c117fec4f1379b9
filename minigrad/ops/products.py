"""Products plus a term, sums of products, and products of many matrices."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd import errors
from ..tensor import Tensor, wrap
from .base import Op
from .calling import apply, binary
from .functions import mul
from .matmul import Dot, check_dot, dot, grad_of_term, mm, outer, plus_product
from .operands import array_of
from .reduce import sum
from .shaping import expand, permute, reshape, unsqueeze, view, wrap_dim

# mypy: disable-error-code="assignment, misc, operator, no-untyped-def"


_FORMULA = r"\beta\, \bar z", r"\alpha\, \bar z\, c^\top", r"\alpha\, b^\top \bar z"


class Addmv(Op):
    """A vector plus a matrix times a vector."""

    formula = _FORMULA

    def forward(a, b, c, alpha, beta):
        return plus_product(a, b @ c, alpha, beta)

    grad_a = grad_of_term

    def grad_b(g, c, alpha):
        return (g * alpha)[:, None] * c

    def grad_c(g, b, alpha):
        return np.transpose(b) @ (g * alpha)


class Baddbmm(Op):
    """A batch of matrices plus a batch of matrix products."""

    formula = _FORMULA

    def forward(a, b, c, alpha, beta):
        return plus_product(a, b @ c, alpha, beta)

    grad_a = grad_of_term

    def grad_b(g, c, alpha):
        return (g * alpha) @ np.swapaxes(c, -1, -2)

    def grad_c(g, b, alpha):
        return np.swapaxes(b, -1, -2) @ (g * alpha)


class Addbmm(Baddbmm):
    """A matrix plus the sum of a batch of matrix products."""

    formula = _FORMULA

    def forward(a, b, c, alpha, beta):
        return plus_product(a, np.sum(b @ c, axis=0), alpha, beta)

    # One gradient serves all products of the batch: it is broadcast.
    grad_a, grad_b, grad_c = Baddbmm.rules


class Addr(Op):
    """A matrix plus the outer product of two vectors."""

    formula = r"\beta\, \bar z", r"\alpha\, \bar z\, c", r"\alpha\, \bar z^\top b"

    def forward(a, b, c, alpha, beta):
        return plus_product(a, b[:, None] * c, alpha, beta)

    grad_a = grad_of_term

    def grad_b(g, c, alpha):
        return (g * alpha) @ c

    def grad_c(g, b, alpha):
        return np.transpose(g * alpha) @ b


class Vdot(Dot):
    formula = r"\bar z\, b", r"\bar z\, a"
    grad_a, grad_b = Dot.rules


class Trace(Op):
    """The sum of a matrix's diagonal."""

    formula = (r"\bar z\, I",)

    def forward(a):
        return np.trace(a)

    def grad_a(g, a_shape):
        xp = backend.namespace(getattr(g, "array", g))
        return g * xp.eye(*a_shape, dtype=backend.dtype_of(g))


_vdot = binary(Vdot, "vdot", broadcasts=False)


# ------------------------------------------------------------ a term plus a product
def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """`beta * input + alpha * (mat @ vec)`, for a matrix (n, m) and a vector (m,)."""
    a, b, c = array_of(input, "addmv"), array_of(mat, "addmv"), array_of(vec, "addmv")
    if b.ndim != 2 or c.ndim != 1 or a.ndim > 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {a.ndim}, {b.ndim}, {c.ndim}")
    if b.shape[1] != c.shape[0] or a.shape not in ((), (1,), b.shape[:1]):
        sizes = f"input ({a.size}), mat ({b.shape[0]}x{b.shape[1]}), vec ({c.shape[0]})"
        raise errors.product_shapes(mat, vec, f"size mismatch, got {sizes}")
    if not a.dtype == b.dtype == c.dtype:
        names = [dtypes.SCALAR_TYPE_NAMES[x.dtype.name] for x in (input, mat, vec)]
        raise RuntimeError("addmv input tensors must have the same dtype, but got {}, {}, and {}".format(*names))
    return apply(Addmv, input, mat, vec, alpha=alpha, beta=beta)


def _check_batches(input: Tensor, batch1: Tensor, batch2: Tensor, name: str) -> None:
    for x in (input, batch1, batch2):
        array_of(x, name)
    if batch1.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if batch2.ndim != 3:
        raise RuntimeError("batch2 must be a 3D tensor")


def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """`beta * input + alpha * (batch1 @ batch2)`, for batches of matrices (b, n, k) and (b, k, m)."""
    _check_batches(input, batch1, batch2, "baddbmm")
    (n, rows, inner), (n2, inner2, columns) = batch1.array.shape, batch2.array.shape
    expand(input, n, rows, columns)  # raises where it does not fit
    if n != n2 or inner != inner2:
        sentence = (
            f"Expected size for first two dimensions of batch2 tensor to be: [{n}, {inner}] but got: [{n2}, {inner2}]."
        )
        raise errors.product_shapes(batch1, batch2, sentence)
    if not input.array.dtype == batch1.array.dtype == batch2.array.dtype:
        names = [dtypes.CPP_NAMES[x.dtype.name] for x in (input, batch1, batch2)]
        raise RuntimeError("Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}".format(*names))
    return apply(Baddbmm, input, batch1, batch2, alpha=alpha, beta=beta)


def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """`beta * input` plus `alpha` times the sum of the matrix products of two batches."""
    _check_batches(input, batch1, batch2, "addbmm")
    (n, rows, inner), (n2, inner2, columns) = batch1.array.shape, batch2.array.shape
    expand(input, rows, columns)  # raises where it does not fit
    if n != n2:
        raise RuntimeError(f"batch1 and batch2 must have same number of batches, got {n} and {n2}")
    if inner != inner2:
        sentence = f"Incompatible matrix sizes for bmm ({rows}x{inner} and {inner2}x{columns})"
        raise errors.product_shapes(batch1, batch2, sentence)
    return apply(Addbmm, input, batch1, batch2, alpha=alpha, beta=beta)


def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """`beta * input` plus `alpha` times the outer product of two vectors."""
    for position, x in enumerate((input, vec1, vec2)):
        array_of(x, "addr")
        if position and x.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument vec{position}, but got {x.ndim}-D")
    expand(input, vec1.array.size, vec2.array.size)  # raises where it does not fit
    return apply(Addr, input, vec1, vec2, alpha=alpha, beta=beta)


ger = outer  # its old name


# ------------------------------------------------------------ sums of products
def vdot(input: Tensor, other: Tensor) -> Tensor:
    """The inner product of two vectors; the same as `dot` for real numbers."""
    check_dot(input, other, "vdot")
    return _vdot(input, other)


def inner(input: Tensor, other: Tensor) -> Tensor:
    """Products summed over the last dimension of both; with a number without dimensions, the plain product."""
    a, b = array_of(input, "inner"), array_of(other, "inner", "argument 'other' (position 2)")
    if a.ndim == 0 or b.ndim == 0:
        return mul(input, other)
    if a.shape[-1] != b.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(a.shape)} and {list(b.shape)}"
        )
    return tensordot(input, other, ([-1], [-1]))


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """Products summed over some dimensions of both.

    Parameters
    ----------
    a, b : Tensor
    dims : int or pair of lists of int
        How many dimensions, the last of `a` and the first of `b`; or which of each.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.tensordot(minigrad.ones(2, 3), minigrad.ones(3, 4), dims=1).shape
    minigrad.Size([2, 4])
    """
    array_of(a, "tensordot"), array_of(b, "tensordot")
    if isinstance(dims, (tuple, list, Tensor)):
        pair = dims.tolist() if isinstance(dims, Tensor) else dims
        left, right = ([d] if isinstance(d, int) else list(d) for d in pair)
    else:
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.ndim, b.ndim):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        left, right = list(range(-dims, 0)), list(range(dims))
    if len(left) != len(right):
        raise RuntimeError("both dimension lists should have same length")
    if a.array.dtype != b.array.dtype:
        raise RuntimeError("both inputs should have same dtype")
    return _contract(a, b, left, right)


def _contract(a: Tensor, b: Tensor, left: list[int], right: list[int]) -> Tensor:
    for i, j in zip(left, right, strict=True):
        n, m = a.array.shape[wrap_dim(i, a.ndim)], b.array.shape[wrap_dim(j, b.ndim)]
        if n != m and m == 1:
            a = sum(a, i, keepdim=True)  # what would be broadcast can be summed at once
        elif n != m and n == 1:
            b = sum(b, j, keepdim=True)
        elif n != m:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {n} in dim {i} and second has size {m} "
                f"in dim {j}"
            )
    left, right = [wrap_dim(i, a.ndim) for i in left], [wrap_dim(j, b.ndim) for j in right]
    free_a = [i for i in range(a.ndim) if i not in left]
    free_b = [j for j in range(b.ndim) if j not in right]
    rows, columns = (tuple(x.array.shape[i] for i in free) for x, free in ((a, free_a), (b, free_b)))
    inner = prod(a.array.shape[i] for i in left)
    if prod(rows) == 1 and prod(columns) == 1:
        return view(_one_number(a, b, free_a + left, right + free_b, inner), rows + columns)
    matrix = reshape(permute(a, *free_a, *left), prod(rows), inner)
    other = reshape(permute(b, *right, *free_b), inner, prod(columns))
    return view(mm(matrix, other), rows + columns)


def _one_number(a: Tensor, b: Tensor, order_a: list[int], order_b: list[int], n: int) -> Tensor:
    """The sum of all products of two tensors."""
    return dot(*(x if x.ndim == 1 else reshape(x, n) for x in (permute(a, *order_a), permute(b, *order_b))))


def trace(input: Tensor) -> Tensor:
    """The sum of the elements on a matrix's diagonal."""
    a = array_of(input, "trace")
    if a.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {a.ndim}")
    return apply(Trace, input)


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """The inner products of vectors that lie along a dimension; the others broadcast."""
    if x.ndim == 1 and y.ndim == 1:
        return vdot(x, y)
    return sum(mul(x, y), dim)


# ------------------------------------------------------------ many matrices
def matrix_power(input: Tensor, n: int) -> Tensor:
    """A square matrix times itself, n factors; for a negative n of its inverse."""
    from .linalg import check_square, inv

    check_square(input, "linalg.matrix_power", "linalg_matrix_power")
    if not isinstance(n, int):
        raise TypeError(f"linalg_matrix_power(): argument 'n' (position 2) must be int, not {type(n).__name__}")
    if n == 0:
        identity = backend.namespace(input.array).eye(input.array.shape[-1], dtype=input.array.dtype)
        return input.clone().copy_(wrap(identity))
    if n == 1:
        return input.clone()
    if n < 0:
        input, n = inv(input), -n
    if n == 3:
        return input @ input @ input  # and not a (a²): PyTorch's order
    result, square = None, input  # by squaring: n = 5 is a (a²)²
    while n:
        n, odd = divmod(n, 2)
        if odd:
            result = square if result is None else result @ square
        if n:
            square = square @ square
    assert result is not None
    return result


def multi_dot(tensors: Sequence[Tensor]) -> Tensor:
    """The product of many matrices, multiplied in the order that takes the fewest steps.

    The first and the last may be vectors. The order is found by dynamic programming: Cormen et al., *Introduction to
    Algorithms*, "Matrix-chain multiplication".
    """
    tensors = list(tensors)
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    names = [dtypes.CPP_NAMES[x.dtype.name] for x in tensors]
    rows = columns = True
    if tensors[0].ndim == 1:
        tensors[0], rows = unsqueeze(tensors[0], 0), False
    if tensors[-1].ndim == 1:
        tensors[-1], columns = unsqueeze(tensors[-1], -1), False
    for i, x in enumerate(tensors):
        if x.ndim != 2:
            raise RuntimeError(f"multi_dot(): tensor {i} must be 2D but got {x.ndim}D")
        if names[i] != names[0]:
            raise RuntimeError(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {names[0]} and "
                f"tensor {i} {names[i]}"
            )
    for i, (x, y) in enumerate(pairwise(tensors)):
        if x.array.shape[1] != y.array.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(x.shape)} and {list(y.shape)} "
                "cannot be multiplied"
            )
    shape = (tensors[0].array.shape[0],) * rows + (tensors[-1].array.shape[1],) * columns
    return view(_chain(tensors, _best_splits(tensors), 0, len(tensors) - 1), shape)


def _best_splits(tensors: list[Tensor]) -> dict[tuple[int, int], int]:
    """For each stretch of the product, after which factor to split it."""
    sizes = [tensors[0].array.shape[0], *(x.array.shape[1] for x in tensors)]
    cost = {(i, i): 0 for i in range(len(tensors))}
    best = {}
    for length in range(1, len(tensors)):
        for i in range(len(tensors) - length):
            j = i + length
            costs = {k: cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j)}
            best[i, j] = min(costs, key=costs.__getitem__)
            cost[i, j] = costs[best[i, j]]
    return best


def _chain(tensors: list[Tensor], best: dict[tuple[int, int], int], i: int, j: int) -> Tensor:
    if i == j:
        return tensors[i]
    k = best[i, j]
    return mm(_chain(tensors, best, i, k), _chain(tensors, best, k + 1, j))
