"""Data that comes with minigrad: real, and small enough to train on while one waits."""

from .handwriting import digits

__all__ = ["digits"]
