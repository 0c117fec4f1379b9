"""The functions that neural networks are made of."""

from ..ops.functions import relu, sigmoid, tanh
from ..ops.loss import binary_cross_entropy_with_logits, mse_loss

__all__ = ["binary_cross_entropy_with_logits", "mse_loss", "relu", "sigmoid", "tanh"]
