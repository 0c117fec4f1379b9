"""Linear algebra: products, norms, and what is asked of square matrices."""

from .ops.linalg import LinAlgError, cholesky, det, inv, slogdet, solve
from .ops.matmul import matmul
from .ops.matrixnorm import matrix_norm, norm
from .ops.norm import vector_norm
from .ops.products import matrix_power, multi_dot, vecdot

__all__ = [
    "LinAlgError",
    "cholesky",
    "det",
    "inv",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "multi_dot",
    "norm",
    "slogdet",
    "solve",
    "vecdot",
    "vector_norm",
]
