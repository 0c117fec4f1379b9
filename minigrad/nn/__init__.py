"""Neural networks: for now their functions; modules follow."""

from . import functional

__all__ = ["functional"]
