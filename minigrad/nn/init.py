"""How parameters begin: functions that overwrite a tensor, unrecorded, and return it."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from .. import backend
from ..autograd.modes import no_grad
from ..tensor import Tensor, wrap

__all__ = [
    "calculate_gain",
    "constant_",
    "dirac_",
    "eye_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "ones_",
    "orthogonal_",
    "sparse_",
    "trunc_normal_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]

_LINEAR = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much weights must be larger so that a signal keeps its size through this nonlinearity.

    Parameters
    ----------
    nonlinearity : str
        "linear", "conv2d" and the like, "sigmoid", "tanh", "relu", "leaky_relu" or "selu".
    param : float, optional
        The negative slope of "leaky_relu"; default 0.01.

    Examples
    --------
    >>> from minigrad.nn import init
    >>> init.calculate_gain("relu")
    1.4142135623730951
    """
    if nonlinearity in _LINEAR or nonlinearity == "sigmoid":
        return 1
    if nonlinearity == "tanh":
        return 5 / 3
    if nonlinearity == "relu":
        return math.sqrt(2)
    if nonlinearity == "leaky_relu":
        if param is not None and (isinstance(param, bool) or not isinstance(param, (int, float))):
            raise ValueError(f"negative_slope {param} not a valid number")
        slope = 0.01 if param is None else param
        return math.sqrt(2 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3 / 4  # found by trying: PyTorch's pull request 50664
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


# ------------------------------------------------------------ without looking at the shape
@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Uniform from `a` to `b`."""
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Normally distributed."""
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Any = None
) -> Tensor:
    """Normally distributed, but only from `a` to `b` (numbers, not multiples of `std`).

    What falls outside is drawn again. Where little falls inside, numbers are drawn uniformly from `a` to `b` and kept
    with the density's probability (rejection sampling).
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
            UserWarning,
            stacklevel=2,
        )

    def below(x: float) -> float:
        return (1 + math.erf((x - mean) / (std * math.sqrt(2)))) / 2

    often = below(b) - below(a) > 0.3
    density_at_mode = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    xp = backend.namespace(tensor.array)
    values = xp.zeros(tensor.array.shape, tensor.array.dtype)
    wanted = xp.ones(tensor.array.shape, bool)
    while wanted.any():
        drawn = wrap(xp.empty_like(values))
        if often:
            x = drawn.normal_(mean, std, generator=generator).array
            kept = (x >= a) & (x <= b)
        else:
            x = drawn.uniform_(a, b, generator=generator).array
            chance = wrap(xp.empty_like(values)).uniform_(generator=generator).array
            kept = np.log(chance) <= -0.5 * ((x - mean) / std) ** 2 - density_at_mode
        values = np.where(wanted & kept, x, values)
        wanted = wanted & ~kept
    return tensor.copy_(wrap(values))


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """The same number everywhere."""
    return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Zeros."""
    return constant_(tensor, 0.0)


@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """The identity, of a matrix."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return tensor.copy_(wrap(backend.namespace(tensor.array).eye(*tensor.array.shape)))


@no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Kernels of a convolution that gives its input: a one in the middle of each channel's own kernel."""
    if tensor.ndim not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    out, into, *kernel = tensor.array.shape
    if out % groups:
        raise ValueError("dim 0 must be divisible by groups")
    tensor.zero_()
    middle = tuple(n // 2 for n in kernel)
    for group in range(groups):
        for channel in range(min(out // groups, into)):
            tensor[(group * (out // groups) + channel, channel, *middle)] = 1
    return tensor


# ------------------------------------------------------------ by the number of connections
def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many inputs one output of a layer with this weight has, and how many outputs one input."""
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    out, into, *kernel = tensor.array.shape
    return into * math.prod(kernel), out * math.prod(kernel)


def _fan(tensor: Tensor, mode: str) -> int:
    mode, known = mode.lower(), ["fan_in", "fan_out"]
    if mode not in known:
        raise ValueError(f"Mode {mode} not supported, please use one of {known}")
    return _calculate_fan_in_and_fan_out(tensor)[known.index(mode)]


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Uniform, with a variance of 2 gain² / (fan_in + fan_out).

    Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks".
    """
    bound = gain * math.sqrt(6 / sum(_calculate_fan_in_and_fan_out(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Normally distributed, with a variance of 2 gain² / (fan_in + fan_out); see `xavier_uniform_`."""
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(_calculate_fan_in_and_fan_out(tensor))), generator)


def kaiming_uniform_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """Uniform, with a variance of gain² / fan.

    He et al. (2015), "Delving deep into rectifiers".

    Parameters
    ----------
    a : float
        The negative slope of the "leaky_relu" after this layer.
    mode : {"fan_in", "fan_out"}
        Whether the size of the signal is kept forward or backward.
    nonlinearity : str
        See `calculate_gain`.
    """
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor if std is None else uniform_(tensor, -math.sqrt(3) * std, math.sqrt(3) * std, generator)


def kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """Normally distributed, with a variance of gain² / fan; see `kaiming_uniform_`."""
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor if std is None else normal_(tensor, 0.0, std, generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float | None:
    if 0 in tensor.array.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", UserWarning, stacklevel=3)
        return None
    fan = _fan(tensor, mode)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _uniform_of_fan_in_(bias: Tensor, weight: Tensor) -> Tensor:
    """What PyTorch's layers give their biases: uniform between ±1/√fan_in of the weight."""
    fan_in, _ = _calculate_fan_in_and_fan_out(weight)
    bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
    return uniform_(bias, -bound, bound)


# ------------------------------------------------------------ special matrices
@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Orthonormal rows, or columns if there are fewer of them; further dimensions count as columns.

    Saxe et al. (2013), "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks". A QR
    decomposition with R's diagonal positive makes all such matrices equally probable.
    """
    if tensor.ndim < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if not tensor.numel():
        return tensor
    rows = tensor.array.shape[0]
    flat = tensor.new_empty((rows, tensor.numel() // rows)).normal_(0, 1, generator=generator).array
    wide = flat.shape[0] < flat.shape[1]
    q, r = np.linalg.qr(flat.T if wide else flat)
    q = q * np.sign(np.diagonal(r)) * gain
    return tensor.copy_(wrap((q.T if wide else q).reshape(tensor.array.shape)))


@no_grad()
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """A matrix, normally distributed, but zero in a share of `sparsity` of the rows, drawn for each column."""
    from ..ops.random import randperm

    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.array.shape
    tensor.normal_(0, std, generator=generator)
    for column in range(columns):
        tensor[randperm(rows)[: math.ceil(sparsity * rows)], column] = 0
    return tensor
