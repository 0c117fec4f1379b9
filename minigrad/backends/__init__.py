"""What programs ask of PyTorch's libraries before they start; minigrad computes with NumPy and CuPy only."""

from . import cudnn, mps

__all__ = ["cudnn", "mps"]
