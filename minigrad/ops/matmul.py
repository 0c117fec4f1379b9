"""Products of vectors and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd import errors
from ..autograd.engine import sum_to
from ..tensor import Tensor
from . import shape as shapes
from .base import Op
from .calling import apply, binary
from .operands import array_of
from .shaping import contiguous, expand, mT, reshape, t, unsqueeze
from .views import apply_view

# mypy: disable-error-code="misc, operator, no-untyped-def, assignment"


def _product(a: Any, b: Any) -> Any:
    """`a @ b`, of arrays in half the time on small matrices."""
    return a @ b if isinstance(a, Tensor) or isinstance(b, Tensor) else a.dot(b)


def _dot_of(a: Any, b: Any) -> Any:
    """The product of two arrays: `a @ b` in half the time, where they are small."""
    return a.dot(b)


class Mm(Op):
    """A matrix times a matrix."""

    forward = _dot_of
    formula = r"\bar z\, b^\top", r"a^\top \bar z"

    def grad_a(g, b):
        return _product(g, b.T)

    def grad_b(g, a):
        return _product(a.T, g)


def turned_product(a: Any, g: Any) -> Any:
    """`a.T @ g`, of arrays in memory by columns, as the transposed matrix is that this is the gradient of.

    So the gradient of a weight has the weight's own order, and the optimizer reads both in step (saves 0.5 ms of
    3.1 in W3).
    """
    return np.transpose(a) @ g if isinstance(a, Tensor) or isinstance(g, Tensor) else g.T.dot(a).T


def by_columns(a: Any) -> bool:
    """Whether an array is in memory by columns: a transposed one."""
    return bool(a.flags.f_contiguous and not a.flags.c_contiguous)


class MmTurned(Mm):
    """The same, where the second matrix is in memory by columns."""

    node_name = "MmBackward0"
    grad_a = Mm.rules[0]

    def grad_b(g, a):
        return turned_product(a, g)


class Mv(Op):
    """A matrix times a vector."""

    forward = _dot_of
    formula = r"\bar z\, b^\top", r"a^\top \bar z"

    def grad_a(g, b):
        return g[:, None] * b

    def grad_b(g, a):
        return _product(a.T, g)


class Dot(Op):
    """A vector times a vector: the sum of the products."""

    forward = _dot_of
    formula = r"\bar z\, b", r"\bar z\, a"

    def grad_a(g, b):
        return g * b

    def grad_b(g, a):
        return g * a


class Bmm(Op):
    """A batch of matrices times a batch of matrices."""

    forward = np.matmul
    formula = r"\bar z\, b^\top", r"a^\top \bar z"

    def grad_a(g, b):
        return g @ np.swapaxes(b, -1, -2)

    def grad_b(g, a):
        return np.swapaxes(a, -1, -2) @ g


def plus_product(a: Any, product: Any, alpha: float, beta: float) -> Any:
    """`beta * a + alpha * product`, into the product's memory; at beta = 0 not even a NaN in `a` counts."""
    if alpha != 1:
        product *= product.dtype.type(alpha)
    if beta == 1:
        product += a
    elif beta != 0:
        product += product.dtype.type(beta) * a
    return product


def grad_of_term(g: Any, a_shape: tuple[int, ...], beta: float) -> Any:
    """The gradient of the term that a product is added to."""
    return sum_to(g * beta if beta != 1 else g, a_shape, backend.dtype_of(g))


class Addmm(Op):
    """A matrix product plus a term: one node for a linear layer."""

    formula = r"\beta\, \bar z", r"\alpha\, \bar z\, c^\top", r"\alpha\, b^\top \bar z"

    def forward(a, b, c, alpha, beta):
        return plus_product(a, _product(b, c), alpha, beta)

    grad_a = grad_of_term

    def grad_b(g, c, alpha):
        return _product(g if alpha == 1 else g * alpha, np.transpose(c))

    def grad_c(g, b, alpha):
        return _product(np.transpose(b), g if alpha == 1 else g * alpha)


class AddmmTurned(Addmm):
    """The same, where the second matrix is in memory by columns."""

    node_name = "AddmmBackward0"
    grad_a, grad_b = Addmm.rules[:2]

    def grad_c(g, b, alpha):
        return turned_product(b, g if alpha == 1 else g * alpha)


_mm, _mv = binary(Mm, "mm", broadcasts=False), binary(Mv, "mv", broadcasts=False)
_mm_turned = binary(MmTurned, "mm", broadcasts=False)
_dot, _bmm = binary(Dot, "dot", broadcasts=False), binary(Bmm, "bmm", broadcasts=False)


def _same_dtype(a: Tensor, b: Tensor, sentence: str) -> None:
    if a.array.dtype != b.array.dtype:
        tables = dtypes.SCALAR_TYPE_NAMES, dtypes.CPP_NAMES
        raise RuntimeError(sentence.format(*(names[x.dtype.name] for names in tables for x in (a, b))))


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices, (n, k) and (k, m)."""
    a, b = array_of(input, "mm"), array_of(mat2, "mm", "argument 'mat2' (position 2)")
    if a.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if b.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    if a.shape[1] != b.shape[0]:
        sentence = (
            f"mat1 and mat2 shapes cannot be multiplied ({a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]})"
        )
        raise errors.product_shapes(input, mat2, sentence)
    _same_dtype(input, mat2, "expected m1 and m2 to have the same dtype, but got: {2} != {3}")
    return (_mm_turned if by_columns(b) else _mm)(input, mat2)


def mv(input: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix (n, k) and a vector (k,)."""
    a, b = array_of(input, "mv"), array_of(vec, "mv", "argument 'vec' (position 2)")
    if a.ndim != 2 or b.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {1}, {a.ndim}, {b.ndim}")
    if a.shape[1] != b.shape[0]:
        sentence = f"size mismatch, got input ({a.shape[0]}), mat ({a.shape[0]}x{a.shape[1]}), vec ({b.shape[0]})"
        raise errors.product_shapes(input, vec, sentence)
    _same_dtype(input, vec, "addmv input tensors must have the same dtype, but got {1}, {0}, and {1}")
    return _mv(input, vec)


def check_dot(input: Tensor, tensor: Tensor, name: str) -> None:
    """Raise if the two are not vectors of one length and one dtype."""
    other = "other" if name == "vdot" else "tensor"
    a, b = array_of(input, name), array_of(tensor, name, f"argument '{other}' (position 2)")
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors")
    _same_dtype(input, tensor, "dot : expected both vectors to have same dtype, but found {0} and {1}")
    if a.shape != b.shape:
        sentence = (
            f"inconsistent tensor size, expected tensor [{a.size}] and src [{b.size}] to have the same number of "
            f"elements, but got {a.size} and {b.size} elements respectively"
        )
        raise errors.product_shapes(input, tensor, sentence)


def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The inner product of two vectors of one length."""
    check_dot(input, tensor, "dot")
    return _dot(input, tensor)


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of two batches of matrices, (b, n, k) and (b, k, m)."""
    a, b = array_of(input, "bmm"), array_of(mat2, "bmm", "argument 'mat2' (position 2)")
    if a.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if b.ndim != 3:
        raise RuntimeError("batch2 must be a 3D tensor")
    if a.shape[0] != b.shape[0] or a.shape[2] != b.shape[1]:
        sentence = (
            f"Expected size for first two dimensions of batch2 tensor to be: [{a.shape[0]}, {a.shape[2]}] "
            f"but got: [{b.shape[0]}, {b.shape[1]}]."
        )
        raise errors.product_shapes(input, mat2, sentence)
    _same_dtype(input, mat2, "expected scalar type {0} but found {1}")
    return _bmm(input, mat2)


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """All products of an element of one vector with one of another."""
    if input.ndim != 1:
        raise RuntimeError(f"outer: Expected 1-D argument self, but got {input.ndim}-D")
    if vec2.ndim != 1:
        raise RuntimeError(f"outer: Expected 1-D argument vec2, but got {vec2.ndim}-D")
    return reshape(input, -1, 1) * vec2


def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """`beta * input + alpha * (mat1 @ mat2)`, in one operation."""
    for x in (input, mat1, mat2):
        array_of(x, "addmm")
    if mat1.ndim != 2 or mat2.ndim != 2:
        raise RuntimeError(
            f"mat{1 if mat1.ndim != 2 else 2} must be a matrix, got {(mat1 if mat1.ndim != 2 else mat2).ndim}-D tensor"
        )
    if mat1.shape[1] != mat2.shape[0]:
        (n, k), (j, m) = mat1.shape, mat2.shape
        raise errors.product_shapes(mat1, mat2, f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {j}x{m})")
    _same_dtype(mat1, mat2, "mat1 and mat2 must have the same dtype, but got {0} and {1}")
    if input.array.shape != mat2.array.shape[1:]:
        expand(input, mat1.shape[0], mat2.shape[1])  # raises where it does not fit
    _same_dtype(input, mat2, "self and mat2 must have the same dtype, but got {0} and {1}")
    op = AddmmTurned if by_columns(mat2.array) else Addmm
    return apply(op, input, mat1, mat2, alpha=alpha, beta=beta)


def matmul(input: Tensor, other: Tensor) -> Tensor:
    """The matrix product: of vectors, matrices, or batches of matrices, whose batch dimensions broadcast.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.matmul(minigrad.ones(2, 3), minigrad.ones(3))
    tensor([3., 3.])
    """
    a, b = array_of(input, "matmul"), array_of(other, "matmul", "argument 'other' (position 2)")
    n, m = a.ndim, b.ndim
    if n == 2 and a.dtype is b.dtype and 1 <= m <= 2 and a.shape[1] == len(b):  # the usual case needs no check
        return _mv(input, other) if m == 1 else _mm_turned(input, other) if by_columns(b) else _mm(input, other)
    if n == 2 and m == 2:
        return mm(input, other)
    if n == 2 and m == 1:
        return mv(input, other)
    if n == 1 and m == 1:
        return dot(input, other)
    if n == 0 or m == 0:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {n}D and {m}D")
    try:
        if n == 1 and m == 2:
            row = mm(unsqueeze(input, 0), other)
            return apply_view(shapes.SqueezeMatmul, row, shape=row.array.shape[1:])
        return _batched(input, other)
    except errors.ShapeError as error:
        if error.story == "product":  # it is about matrices that were made on the way: speak of the user's own
            raise errors.product_shapes(input, other, error.sentence) from None
        raise


def _batched(input: Tensor, other: Tensor) -> Tensor:
    """A matrix product in which at least one side has batch dimensions."""
    n, m = input.ndim, other.ndim
    if m <= 2:  # one matrix, or vector, for the whole batch
        return _folded(input, other)
    if (
        n <= 2 and input.requires_grad
    ):  # the same from the other side; otherwise its gradient would be one for each batch
        product = _folded(mT(other), t(input) if n == 2 else input)
        return contiguous(mT(product)) if n == 2 else product
    a = unsqueeze(input, 0) if n == 1 else input
    b = unsqueeze(other, m) if m == 1 else other
    lead_a, lead_b = a.array.shape[:-2], b.array.shape[:-2]
    try:
        lead = np.broadcast_shapes(lead_a, lead_b)
    except ValueError:
        raise errors.broadcast_shapes(a, b, lead=2) from None
    if a.array.shape[-1] != b.array.shape[-2]:
        sentence = (
            f"Expected size for first two dimensions of batch2 tensor to be: "
            f"[{_count(lead)}, {a.array.shape[-1]}] but got: [{_count(lead)}, {b.array.shape[-2]}]."
        )
        raise errors.product_shapes(input, other, sentence)
    rows, inner, columns = a.array.shape[-2], a.array.shape[-1], b.array.shape[-1]
    left = reshape(expand(a, *lead, rows, inner), _count(lead), rows, inner)
    right = reshape(expand(b, *lead, inner, columns), _count(lead), inner, columns)
    shape = lead + (() if n == 1 else (rows,)) + (() if m == 1 else (columns,))
    return apply(shapes.UnsafeView, bmm(left, right), shape=shape)


def _folded(input: Tensor, other: Tensor) -> Tensor:
    """A batch of matrices times one matrix or vector: the batch is folded into the rows."""
    *lead, inner = input.array.shape
    folded = reshape(input, _count(tuple(lead)), inner)
    product = mm(folded, other) if other.ndim == 2 else mv(folded, other)
    return apply(shapes.UnsafeView, product, shape=(*lead, *other.array.shape[1:]))


def _count(lead: tuple[int, ...]) -> int:
    product = 1
    for n in lead:
        product *= n
    return product
