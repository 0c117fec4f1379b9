"""Batch normalization: each channel shifted and scaled to mean 0 and variance 1 over the batch.

The formulas are those of Ioffe and Szegedy, "Batch Normalization" (2015). Memory is read as few times as NumPy allows,
and in the order in which it lies: channels last or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.meta import tracked
from ..autograd.modes import mode
from ..tensor import Tensor, wrap
from .base import Op
from .calling import apply
from .functions import clone
from .inplace import note_write
from .operands import array_of, not_for
from .softmax import wide

# mypy: disable-error-code="misc, operator, no-untyped-def"


def per_channel(x: Any, ndim: int) -> Any:
    """A vector with a number for each channel, in the shape that broadcasts over a batch of `ndim` dimensions."""
    return np.reshape(x, (1, -1, *[1] * (ndim - 2)))


def channel_sum(x: Any, y: Any = None) -> Any:
    """The sum over each channel of `x`, or of `x * y`: a vector."""
    if isinstance(x, Tensor) or isinstance(y, Tensor):
        return np.sum(x if y is None else x * y, axis=(0, *range(2, x.ndim)))
    letters = "abcdefgh"[: x.ndim]  # einsum makes no product in memory, and takes any layout as it lies
    if y is None:
        x = wide(x)
        last = x if x.ndim == 2 else np.transpose(x, (0, *range(2, x.ndim), 1))
        if not last.flags.c_contiguous:
            return np.einsum(f"{letters}->b", x)
        rows = last.reshape(-1, x.shape[1])
        return backend.namespace(x).ones(len(rows), x.dtype) @ rows  # twice as fast as any sum down columns
    return np.einsum(f"{letters},{letters}->b", wide(x), wide(y))


def _gradients(
    g: Any, a: Any, b: Any, mean: Any, invstd: Any, training: bool, eps: float, wanted: Sequence[bool] = (True,) * 3
) -> tuple[Any, ...]:
    """The gradients of input, weight and bias: they share the sums of g, and of g times the distance from the mean."""
    ndim, count = a.ndim, prod(a.shape) // a.shape[1]
    if isinstance(g, Tensor) and training:  # mean and variance depend on the input
        mean = channel_sum(a) / count
        distance = a - per_channel(mean, ndim)
        invstd = 1 / np.sqrt(channel_sum(distance, distance) / count + eps)
    else:
        distance = a - per_channel(mean, ndim)
    total, slope = channel_sum(g), channel_sum(g, distance)
    d = None
    if wanted[0]:
        scale = per_channel(b * invstd, ndim)
        if training:
            along = per_channel(invstd * invstd * slope / -count, ndim)
            shift = per_channel(total / -count, ndim)
            if isinstance(g, Tensor):
                d = (distance * along + g + shift) * scale
            else:  # the same in an array of our own
                distance *= along
                distance += g
                distance += shift
                distance *= scale
                d = distance
        else:
            d = g * scale
        d = d if backend.dtype_of(d) == backend.dtype_of(a) else backend.cast(d, backend.dtype_of(a))
    kind = backend.dtype_of(b)
    slope, total = (x if backend.dtype_of(x) == kind else backend.cast(x, kind) for x in (slope * invstd, total))
    return d, slope if wanted[1] else None, total if wanted[2] else None


class NativeBatchNorm(Op):
    """(a - mean) / sqrt(variance + eps) * b + c, with a number of each for every channel.

    `mean` and `invstd` are vectors: of the batch in training, which the input's gradient then takes into account; what
    was remembered of earlier batches otherwise. `distance` is a - mean, and is overwritten.
    """

    formula = (
        r"b\, s \left(\bar z - \operatorname{mean} \bar z - \hat a \operatorname{mean}(\bar z\, \hat a)\right)",
        r"\textstyle\sum \bar z\, \hat a",
        r"\textstyle\sum \bar z",
    )

    def forward(a, b, c, distance, mean, invstd, training, eps):
        distance *= per_channel(b * invstd, a.ndim)
        distance += per_channel(c, a.ndim)
        return distance if distance.dtype == a.dtype else distance.astype(a.dtype)

    def grad_a(g, a, b, mean, invstd, training, eps):
        return _gradients(g, a, b, mean, invstd, training, eps)[0]

    def grad_b(g, a, b, mean, invstd, training, eps):
        return _gradients(g, a, b, mean, invstd, training, eps)[1]

    def grad_c(g, a, b, mean, invstd, training, eps):
        return _gradients(g, a, b, mean, invstd, training, eps)[2]

    def _named_saved(self, saved: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
        """All rules save the same: to look at it once is enough."""
        return zip(self.saves[0], next((args for args in saved if args is not None), ()), strict=False)

    def backward(self, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        """The three rules at once."""
        args = next(args for args in saved if args is not None)
        return _gradients(g, *args, wanted=[args is not None for args in saved])


# ------------------------------------------------------------ what users call
def _check_dtypes(a: Any, others: dict[str, Any]) -> None:
    """Parameters and statistics have the input's dtype; those of a half input may all be single."""
    if a.dtype.kind != "f":
        raise not_for(a, "batch_norm")
    kinds = [x.array.dtype for x in others.values() if x is not None]
    names = dtypes.SCALAR_TYPE_NAMES
    if a.dtype.char == "e":
        if any(k != kinds[0] for k in kinds) or any(k.char not in "ef" for k in kinds):
            other = next((k for k in kinds if k != kinds[0]), kinds[0])
            want = names[dtypes.of(kinds[0]).name]
            raise RuntimeError(f"expected scalar type {want} but found {names[dtypes.of(other).name]}")
    elif any(k != a.dtype for k in kinds):
        other = next(k for k in kinds if k != a.dtype)
        if other.itemsize < a.dtype.itemsize:
            raise RuntimeError(f"mixed dtype (CPU): expect parameter to have scalar type of {names['float32']}")
        raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")


def _check(a: Any, vectors: dict[str, Any], training: bool, eps: float) -> None:
    """Raise what PyTorch raises."""
    if training:
        if a.shape[0] * prod(a.shape[2:]) == 1:
            from ..size import Size

            raise ValueError(f"Expected more than 1 value per channel when training, got input size {Size(a.shape)!r}")
        if eps <= 0:
            raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    elif eps < 0:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")
    if a.ndim < 2:
        raise IndexError(f"Dimension out of range (expected to be in range of [-{a.ndim}, {a.ndim - 1}], but got 1)")
    mean, var = vectors["running_mean"], vectors["running_var"]
    if training and (mean is None) != (var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    for name, vector in vectors.items():
        if vector is None:
            if not training and name.startswith("running"):
                raise RuntimeError(f"{name} must be defined in evaluation mode")
            continue
        if array_of(vector, "batch_norm", f"argument '{name}'").size != a.shape[1]:
            raise RuntimeError(f"{name} should contain {a.shape[1]} elements not {vector.array.size}")
        if name.startswith("running") and mode.recording and tracked(vector):
            raise RuntimeError(
                f"The function 'native_batch_norm' is not differentiable with respect to argument '{name}'. "
                "This input cannot have requires_grad True."
            )
    _check_dtypes(a, vectors)


def _laid_out(a: Any) -> Any:
    """The array, copied if its memory is in an order that a result cannot keep."""
    last = a.ndim > 3 and a.transpose(0, *range(2, a.ndim), 1).flags.c_contiguous
    return a if last or a.flags.c_contiguous else backend.namespace(a).ascontiguousarray(a)


def _of_nothing(input: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    """An input without elements: a copy, whose history goes on."""
    out = clone(input)
    out = out if weight is None else out * weight[0]
    return out if bias is None else out + bias[0]


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel shifted and scaled to mean 0 and variance 1, then by `bias` and `weight`.

    Parameters
    ----------
    input : Tensor
        Shape (N, channels) or (N, channels, ...).
    running_mean, running_var : Tensor or None
        What is remembered of the batches: one number for each channel. Used if not `training`; updated in place if
        `training`, the variance as that of a sample (divided by n - 1).
    weight, bias : Tensor, optional
        One number for each channel.
    training : bool
        Whether mean and variance are those of this batch.
    momentum : float
        How much of the remembered is replaced by this batch's.
    eps : float
        Added to the variance.

    Raises
    ------
    ValueError
        If in training a channel has one value only.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([[1., 10.], [3., 30.]])
    >>> minigrad.nn.functional.batch_norm(x, None, None, training=True)
    tensor([[-1.0000, -1.0000],
            [ 1.0000,  1.0000]])
    """
    a = array_of(input, "batch_norm")
    vectors = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    _check(a, vectors, training, eps)
    if not a.size:
        return _of_nothing(input, weight, bias)
    xp, ndim = backend.namespace(a), a.ndim
    kind = np.float32 if a.dtype.char == "e" else a.dtype
    count = a.shape[0] * prod(a.shape[2:])
    if training:
        a = _laid_out(a)
        mean = channel_sum(a) / count
        distance = a - per_channel(mean, ndim)
        var = channel_sum(distance, distance) / count
    else:
        mean, var = (x.array.reshape(-1).astype(kind) for x in (running_mean, running_var) if x is not None)
        distance = _laid_out(a) - per_channel(mean, ndim)
    like = next((x.array.dtype for x in (weight, bias) if x is not None), a.dtype)
    w = wrap(xp.ones(a.shape[1], like)) if weight is None else weight
    b = wrap(xp.zeros(a.shape[1], like)) if bias is None else bias
    invstd = 1 / np.sqrt(var + var.dtype.type(eps))
    how = {"distance": distance, "mean": mean, "invstd": invstd, "training": training, "eps": eps}
    out = apply(NativeBatchNorm, input, w, b, **how)
    if training:
        sample = var * (count / (count - 1))
        for remembered, new in ((running_mean, mean), (running_var, sample)):
            if remembered is not None:
                old = remembered.array
                old += momentum * (new.reshape(old.shape) - old)
                note_write(remembered, "batch_norm")
    return out
