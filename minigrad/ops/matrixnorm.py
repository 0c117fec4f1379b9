"""Norms of matrices: compositions of norms of vectors and extremes, as in PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from .. import dtypes
from ..tensor import Tensor
from .norm import needs_floats, vector_norm
from .operands import array_of
from .reduce import amax, amin, dims_of


def matrix_norm(
    A: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: dtypes.dtype | None = None
) -> Tensor:
    """The norm of a matrix, or of each of many.

    Parameters
    ----------
    A : Tensor
        With at least 2 dimensions.
    ord : {"fro", 1, -1, inf, -inf}
        The root of the sum of squares; the largest or smallest sum of absolute values of a column (1) or a row (inf).
    dim : pair of int
        Along which dimensions the matrices lie.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.linalg.matrix_norm(minigrad.tensor([[1., -2.], [3., 4.]]), ord=1)
    tensor(6.)
    """
    array_of(A, "linalg_matrix_norm")
    if not isinstance(ord, str) and abs(ord) not in (1, 2, inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    if isinstance(ord, str) and ord not in ("fro", "nuc"):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    needs_floats(A, dtype, "linalg.matrix_norm")
    if A.ndim < 2:
        raise RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    dims = tuple(dim) if isinstance(dim, Sequence) else (dim,)
    if len(dims) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dims))}")
    rows, columns = (dims_of(d, A.ndim)[0] for d in dims)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({dims[0]}, {dims[1]})")
    if ord == "fro":
        return vector_norm(A, 2, (rows, columns), keepdim, dtype=dtype)
    if ord in ("nuc", 2, -2):
        raise NotImplementedError(f"minigrad has no singular values, so no matrix norm of order {ord}")
    along, over = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = vector_norm(A, 1, along, keepdim, dtype=dtype)
    over -= 0 if keepdim or over < along else 1
    return (amax if ord > 0 else amin)(sums, over, keepdim)


def norm(
    A: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: dtypes.dtype | None = None
) -> Tensor:
    """The norm of a vector or a matrix, by the number of dimensions; without `ord` Euclid's, of all elements.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.linalg.norm(minigrad.tensor([[3., 0.], [0., 4.]]))
    tensor(5.)
    """
    array_of(A, "linalg_norm")
    dims = None if dim is None else tuple(dim) if isinstance(dim, Sequence) else (dim,)
    if dims is not None and len(dims) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}")
    if isinstance(ord, str):
        return matrix_norm(A, ord, (-2, -1) if dims is None else dims, keepdim, dtype=dtype)
    if dims is None and ord is not None and A.ndim not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {A.ndim}D."
        )
    if ord is not None and (A.ndim if dims is None else len(dims)) == 2:
        return matrix_norm(A, ord, (0, 1) if dims is None else dims, keepdim, dtype=dtype)
    return vector_norm(A, 2 if ord is None else ord, dims, keepdim, dtype=dtype)
