"""Automatic differentiation: the graph, the engine that runs it backwards, and the modes that switch recording."""

from .modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .passes import backward, grad

__all__ = ["backward", "enable_grad", "grad", "is_grad_enabled", "no_grad", "set_grad_enabled"]
