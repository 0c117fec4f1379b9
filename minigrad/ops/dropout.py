"""Dropout: elements, or whole channels, set to 0 at random while a network learns.

Srivastava et al., "Dropout" (2014). What is kept is divided by the probability of being kept, so that its mean stays.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from .. import dtypes, random
from ..tensor import Tensor, wrap
from .functions import add, mul
from .inplace import in_place
from .operands import array_of
from .shaping import squeeze, unsqueeze

_mul_in_place = in_place(mul, "mul_")


def _check(input: Any, p: float, name: str) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    array_of(input, name)


def _kept(input: Tensor, p: float, shape: tuple[int, ...]) -> Any:
    """Which are kept: an array of bools of this shape, each true with probability 1 - p."""
    if input.array.dtype.kind != "f":
        kind = dtypes.SCALAR_TYPE_NAMES[input.dtype.name]
        raise RuntimeError(f"result type Float can't be cast to the desired output type {kind}")
    return random.uniform(shape, np.float32, input.device) >= p


def _scaled(input: Tensor, p: float, inplace: bool, whole_channels: bool) -> Tensor:
    """The input times a mask of 0 and 1 / (1 - p): one number for each element, or for each channel of dimension 1."""
    a = input.array
    shape = (*a.shape[:2], *[1] * (a.ndim - 2)) if whole_channels else a.shape
    kept = _kept(input, p, shape)
    mask = wrap(kept * a.dtype.type(0 if p == 1 else 1 / (1 - p)))
    return (_mul_in_place if inplace else mul)(input, mask)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Each element set to 0 with probability `p`, the others divided by 1 - p; if not `training`, the input itself.

    Raises
    ------
    ValueError
        If `p` is no probability.

    Examples
    --------
    >>> import minigrad
    >>> _ = minigrad.manual_seed(0)
    >>> y = minigrad.nn.functional.dropout(minigrad.ones(1000), p=0.2)
    >>> sorted(set(y.tolist()))
    [0.0, 1.25]
    """
    _check(input, p, "dropout")
    if not training or p == 0 or not input.array.size:
        return input
    return _scaled(input, p, inplace, whole_channels=False)


def _feature_dropout(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    if input.array.ndim < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    if not training or p == 0 or not input.array.size:
        return input
    return _scaled(input, p, inplace, whole_channels=True)


def _without_batch(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    """The same for an input whose dimension 0 is the channels."""
    return squeeze(_feature_dropout(unsqueeze(input, 0), p, training, inplace), 0)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of (N, C, L) or (C, L) set to 0 with probability `p`; see `dropout`."""
    _check(input, p, "dropout1d")
    ndim = input.array.ndim
    if ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {ndim}D input. Note that dropout1d exists to provide "
            "channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch "
            "dimension (i.e. 2D or 3D inputs)."
        )
    return (_without_batch if ndim == 2 else _feature_dropout)(input, p, training, inplace)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of (N, C, H, W) set to 0 with probability `p`; dimension 1 is the channels."""
    _check(input, p, "dropout2d")
    ndim = input.array.ndim
    if ndim not in (3, 4):
        warnings.warn(
            f"dropout2d: Received a {ndim}-D input to dropout2d, which is deprecated and will result in an error in a "
            "future release. To retain the behavior and silence this warning, please use dropout instead. Note that "
            "dropout2d exists to provide channel-wise dropout on inputs with 2 spatial dimensions, a channel "
            "dimension, and an optional batch dimension (i.e. 3D or 4D inputs).",
            UserWarning,
            stacklevel=2,
        )
    if ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is "
            "desired - input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change "
            "in a future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To "
            "maintain the 1D channel-wise dropout behavior, please switch to using dropout1d instead.",
            UserWarning,
            stacklevel=2,
        )
    return _feature_dropout(input, p, training, inplace)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of (N, C, D, H, W) or (C, D, H, W) set to 0 with probability `p`; see `dropout`."""
    _check(input, p, "dropout3d")
    ndim = input.array.ndim
    if ndim not in (4, 5):
        warnings.warn(
            f"dropout3d: Received a {ndim}-D input to dropout3d, which is deprecated and will result in an error in a "
            "future release. To retain the behavior and silence this warning, please use dropout instead. Note that "
            "dropout3d exists to provide channel-wise dropout on inputs with 3 spatial dimensions, a channel "
            "dimension, and an optional batch dimension (i.e. 4D or 5D inputs).",
            UserWarning,
            stacklevel=2,
        )
    return (_feature_dropout if ndim == 5 else _without_batch)(input, p, training, inplace)


_SELU_FLOOR = 1.7580993408473766  # selu's value far below 0, with the other sign


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout for `selu`: elements become its lowest value, and mean 0 and variance 1 stay (Klambauer et al., 2017)."""
    _check(input, p, "alpha_dropout")
    if not training or p == 0 or not input.array.size:
        return input
    times = _mul_in_place if inplace else mul
    if p == 1:
        return times(input, wrap(np.zeros_like(input.array)))
    kept = _kept(input, p, input.array.shape)
    scale = 1 / math.sqrt((_SELU_FLOOR**2 * p + 1) * (1 - p))
    number = input.array.dtype.type
    shift = (kept - number(1)) * number(_SELU_FLOOR * scale) + number(_SELU_FLOOR * scale * p)
    out = times(input, wrap(kept * number(scale)))
    return (in_place(add, "add_") if inplace else add)(out, wrap(shift))
