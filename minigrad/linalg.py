"""Linear algebra."""

from .ops.norm import vector_norm

__all__ = ["vector_norm"]
