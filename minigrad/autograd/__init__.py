"""Automatic differentiation: the graph, the engine that runs it backwards, and the modes that switch recording."""

from .engine import backward, grad
from .modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled

__all__ = ["backward", "enable_grad", "grad", "is_grad_enabled", "no_grad", "set_grad_enabled"]
