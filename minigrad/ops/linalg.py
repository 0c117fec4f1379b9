"""Inverses, determinants, systems of equations and Cholesky factors of square matrices, or batches of them.

The derivatives are those of M. Giles, *An extended collection of matrix derivative results for forward and reverse mode
algorithmic differentiation* (2008). LAPACK, through NumPy, does the work; on a GPU, cuSOLVER through CuPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes, return_types
from ..autograd import errors
from ..tensor import Tensor
from .base import Op, Several
from .calling import apply, apply_many
from .functions import where
from .operands import array_of

# mypy: disable-error-code="misc, operator, no-untyped-def"


class LinAlgError(RuntimeError):
    """What is asked of a matrix does not exist: it is singular, or not positive-definite."""


def transposed(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


# ------------------------------------------------------------ inverse and systems of equations
class Inv(Op):
    """The inverse matrix."""

    node_name = "LinalgInvExBackward0"
    formula = (r"-z^\top \bar z\, z^\top",)
    forward = np.linalg.inv

    def grad_a(g, z):
        return -(transposed(z) @ g @ transposed(z))


def solved(a: Any, b: Any, vector: bool) -> Any:
    """The x for which `a @ x` is b; with `vector` b holds vectors, not matrices."""
    return np.linalg.solve(a, b[..., None])[..., 0] if vector else np.linalg.solve(a, b)


class Solve(Op):
    """The z for which `a @ z` is b (with `left` False, for which `z @ a` is b)."""

    node_name = "LinalgSolveExBackward0"
    formula = r"-\bar b\, z^\top", r"a^{-\top} \bar z"
    broadcasts = True

    def forward(a, b, left, vector):
        return solved(a, b, vector) if left else transposed(solved(transposed(a), transposed(b), False))

    def grad_a(g, a, z, left, vector):
        b = Solve.rules[1](g, a, left, vector)
        if vector:
            return -(b[..., None] * z[..., None, :])
        return -(b @ transposed(z)) if left else -(transposed(z) @ b)

    def grad_b(g, a, left, vector):
        return solved(transposed(a), g, vector) if left else transposed(solved(a, transposed(g), False))


# ------------------------------------------------------------ determinants
class Det(Op):
    """The determinant."""

    node_name = "LinalgDetBackward0"
    formula = (r"\bar z \det(a)\, a^{-\top}",)
    forward = np.linalg.det

    def grad_a(g, a, z):
        if isinstance(a, Tensor):
            return (g * z)[..., None, None] * transposed(np.linalg.inv(a))
        return g[..., None, None] * cofactors(a)


def cofactors(a: Any) -> Any:
    """The derivative of the determinant, for singular matrices too, which have no inverse.

    From a = u diag(s) v follows det(u v) u diag(product of the other s) v: N. Higham, *What is the adjugate of a
    matrix?* (2020).
    """
    n = a.shape[-1]
    if n == 0:
        return a
    u, s, v = np.linalg.svd(a)
    diagonal = backend.namespace(a).eye(n, dtype=bool)
    others = np.prod(np.where(diagonal, 1, s[..., None, :]), axis=-1)
    return np.linalg.det(u @ v)[..., None, None] * ((u * others[..., None, :]) @ v)


class Slogdet(Several):
    """The sign of the determinant and the logarithm of its absolute value. The sign's slope is 0."""

    results = ("sign", "logabsdet")
    node_name = "LinalgSlogdetBackward0"
    formula = (r"\bar z\, a^{-\top}",)

    def forward(a):
        with np.errstate(invalid="ignore"):  # the logarithm of a NaN is no surprise
            return tuple(np.linalg.slogdet(a))

    def grad_a(g, a):
        return g[1][..., None, None] * transposed(np.linalg.inv(a))


# ------------------------------------------------------------ Cholesky
class Cholesky(Op):
    """The lower triangular matrix whose product with its transpose is a; with `upper`, the transpose of it."""

    node_name = "LinalgCholeskyExBackward0"
    formula = (r"z^{-\top}\, \operatorname{half}(z^\top \bar z)\, z^{-1}",)

    def forward(a, upper):
        z = np.linalg.cholesky(a)
        return transposed(z).copy() if upper else z

    def grad_a(g, z, upper):
        # I. Murray, Differentiation of the Cholesky decomposition (2016), eq. 10, made symmetric.
        if upper:
            g, z = transposed(g), transposed(z)
        xp = backend.namespace(getattr(z, "array", z))
        lower = xp.tri(z.shape[-1], dtype=bool)
        below = np.where(lower, transposed(z) @ g, 0)
        half = (below + transposed(np.where(xp.tri(z.shape[-1], k=-1, dtype=bool), below, 0))) * 0.5
        left = np.linalg.solve(transposed(z), half)
        return transposed(np.linalg.solve(transposed(z), transposed(left)))


# ------------------------------------------------------------ what users call
def check_square(A: Tensor, name: str, function: str, argument: str = "A", half: str = "") -> None:
    """Raise if `A` is no batch of square matrices of floats; `half` is what is said of float16."""
    a = array_of(A, function, f"argument '{argument}' (position 1)")
    if a.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if a.shape[-1] != a.shape[-2]:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {a.shape[-2]} by {a.shape[-1]} matrices"
        )
    kind = dtypes.SCALAR_TYPE_NAMES[A.dtype.name]
    if a.dtype.kind != "f":
        if name != "linalg.matrix_power":
            raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {kind}")
    elif a.dtype.itemsize == 2:
        if half:
            raise NotImplementedError(f"\"{half}\" not implemented for 'Half'")
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {kind}")


def inv(A: Tensor) -> Tensor:
    """The inverse of a square matrix, or of a batch of them.

    Raises
    ------
    LinAlgError
        If a matrix is singular.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.linalg.inv(minigrad.tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    check_square(A, "linalg.inv", "linalg_inv")
    try:
        with backend.checked_linalg(A.array):
            return apply(Inv, A)
    except np.linalg.LinAlgError:
        batch, number = _first_zero_pivot(A.array)
        raise LinAlgError(
            f"linalg.inv: {batch}The diagonal element {number} is zero, the inversion could not be completed because "
            "the input matrix is singular."
        ) from None


def _first_zero_pivot(array: Any) -> tuple[str, int]:
    """Of the first singular matrix: its place in the batch, in words, and the number of the pivot that is zero."""
    a = backend.array_on(backend.CPU, array, np.float64)
    for batch, matrix in enumerate(a.reshape(-1, *a.shape[-2:])):
        for i in range(len(matrix)):
            best = i + int(np.argmax(np.absolute(matrix[i:, i])))
            if matrix[best, i] == 0:
                return (f"(Batch element {batch}): " if a.ndim > 2 else ""), i + 1
            matrix[[i, best]] = matrix[[best, i]]
            matrix[i + 1 :] -= matrix[i + 1 :, i : i + 1] / matrix[i, i] * matrix[i]
    return "", a.shape[-1]  # rounding alone kept it from being zero here


def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """The X for which `A @ X` is B; with `left` False the X for which `X @ A` is B.

    Parameters
    ----------
    A : Tensor
        Square matrices, (..., n, n).
    B : Tensor
        Matrices (..., n, k), whose batch dimensions broadcast; or vectors: (n,), or (..., n) with A's batch dimensions.

    Raises
    ------
    LinAlgError
        If a matrix is singular.
    """
    check_square(A, "linalg.solve", "linalg_solve")
    a, b = A.array, array_of(B, "linalg_solve", "argument 'B' (position 2)")
    if a.dtype != b.dtype:
        names = (dtypes.SCALAR_TYPE_NAMES[x.dtype.name] for x in (A, B))
        raise RuntimeError(
            "linalg.solve: Expected A and B to have the same dtype, but found A of type {} and B of type {} "
            "instead".format(*names)
        )
    vector = b.ndim == 1 or (a.ndim - 1 == b.ndim and b.shape == a.shape[:-1])
    rows, columns = (b.shape[-1], 1) if vector else (b.shape[-2:] if b.ndim > 1 else (1, 1))
    fits = a.shape[-1] == (rows if left else columns) and b.ndim
    if not fits:
        equation = "AX = B" if left else "XA = B"
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation {equation} "
            f"({a.shape[-2]}x{a.shape[-1]} and {rows}x{columns})"
        )
    try:
        np.broadcast_shapes(a.shape[:-2], b.shape[: -1 if vector else -2])
    except ValueError:
        raise errors.broadcast_shapes(A, B, lead=2) from None
    try:
        with backend.checked_linalg(A.array):
            return apply(Solve, A, B, left=left, vector=vector)
    except np.linalg.LinAlgError:
        raise LinAlgError("minigrad.linalg.solve: The solver failed because the input matrix is singular.") from None


def det(A: Tensor) -> Tensor:
    """The determinant of a square matrix, or of each matrix of a batch.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.linalg.det(minigrad.tensor([[2., 0.], [0., 4.]]))
    tensor(8.)
    """
    check_square(A, "linalg.det", "linalg_det", half="lu_cpu")
    return apply(Det, A)


def slogdet(A: Tensor) -> Any:
    """The sign of the determinant (0 if there is no inverse), and the logarithm of its absolute value."""
    check_square(A, "linalg.slogdet", "linalg_slogdet")
    return return_types.linalg_slogdet(apply_many(Slogdet, A))


def logdet(A: Tensor) -> Tensor:
    """The logarithm of the determinant; NaN where it is negative."""
    check_square(A, "logdet", "logdet")
    sign, logabsdet = slogdet(A)
    return where(sign == -1, float("nan"), logabsdet)


def cholesky(A: Tensor, *, upper: bool = False) -> Tensor:
    """The triangular factor L of a symmetric positive-definite matrix: `L @ L.mT` is A.

    Only the lower triangle of A is read (but its gradient is symmetric). With `upper` the factor is `L.mT`.

    Raises
    ------
    LinAlgError
        If a matrix is not positive-definite.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.linalg.cholesky(minigrad.tensor([[4., 2.], [2., 5.]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    check_square(A, "linalg.cholesky", "linalg_cholesky", "input", half="cholesky_cpu")
    try:
        with backend.checked_linalg(A.array):
            return apply(Cholesky, A, upper=upper)
    except np.linalg.LinAlgError:
        batch, order = _first_bad_minor(A.array)
        raise LinAlgError(
            f"linalg.cholesky: {batch}The factorization could not be completed because the input is not "
            f"positive-definite (the leading minor of order {order} is not positive-definite)."
        ) from None


def _first_bad_minor(array: Any) -> tuple[str, int]:
    """Of the first matrix that has no factor: its place in the batch, in words, and how much of it has none."""
    n = array.shape[-1]
    for batch, matrix in enumerate(backend.array_on(backend.CPU, array, array.dtype).reshape(-1, n, n)):
        for order in range(1, n + 1):
            try:
                np.linalg.cholesky(matrix[:order, :order])
            except np.linalg.LinAlgError:
                return (f"(Batch element {batch}): " if array.ndim > 2 else ""), order
    return "", n  # rounding alone lets it succeed here
