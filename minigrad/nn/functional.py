"""The functions that neural networks are made of."""

from ..ops.batchnorm import batch_norm
from ..ops.convolution import conv1d, conv2d, conv_transpose1d, conv_transpose2d
from ..ops.crossentropy import cross_entropy, nll_loss
from ..ops.functions import relu, sigmoid, tanh
from ..ops.linear import linear
from ..ops.loss import binary_cross_entropy_with_logits, mse_loss
from ..ops.pooling import avg_pool1d, avg_pool2d, max_pool1d, max_pool2d
from ..ops.softmax import log_softmax_ as log_softmax
from ..ops.softmax import softmax_ as softmax
from ..ops.softmax import softmin

__all__ = [
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy_with_logits",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "cross_entropy",
    "linear",
    "log_softmax",
    "max_pool1d",
    "max_pool2d",
    "mse_loss",
    "nll_loss",
    "relu",
    "sigmoid",
    "softmax",
    "softmin",
    "tanh",
]
