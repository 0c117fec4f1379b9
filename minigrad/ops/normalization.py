"""Normalizations of each example by itself: over its last dimensions, over groups of channels, over pictures.

Ba et al., "Layer Normalization" (2016); Wu and He, "Group Normalization" (2018). Batch norm is in batchnorm.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.modes import no_grad
from ..size import Size
from ..tensor import Tensor, wrap
from .base import Op
from .batchnorm import batch_norm, channel_sum, per_channel
from .calling import apply
from .choosing import clamp_min
from .functions import mul, sqrt
from .norm import VectorNorm, vector_norm
from .operands import array_of, not_for
from .overwrite import copy_
from .reduce import dims_of, mean, sum
from .shaping import broadcast_tensors, cat, contiguous, expand, view
from .softmax import wide

# mypy: disable-error-code="misc, operator, no-untyped-def, assignment"

_Wanted = Sequence[bool]
_ALL = (True, True, True)


def _rows(x: Any, rows: int) -> Any:
    """The elements as a matrix: what is normalized together is a row."""
    return np.reshape(x, (rows, prod(x.shape) // rows if rows else 0))


def _row_mean(x: Any, y: Any = None) -> Any:
    """The mean of each row of `x`, or of `x * y`: a column."""
    n = x.shape[1] or 1
    if y is None:
        if type(x) is np.ndarray and x.itemsize > 2:  # the product sums three times as fast as np.sum
            return x.dot(np.ones((x.shape[1], 1), x.dtype)) / n
        return np.sum(x, axis=1, keepdims=True) / n
    if isinstance(x, Tensor) or isinstance(y, Tensor):
        return np.sum(x * y, axis=1, keepdims=True) / n
    return np.einsum("ij,ij->i", x, y)[:, None] / n  # makes no product in memory


def _statistics(x: Any, eps: float) -> tuple[Any, Any, Any]:
    """The mean of each row, what its elements differ from it by, and one over its standard deviation."""
    mean = _row_mean(x)
    distance = x - mean
    return mean, distance, 1 / np.sqrt(_row_mean(distance, distance) + eps)


def _normalized(g: Any, a: Any, rows: int, mean: Any, rstd: Any, eps: float) -> tuple[Any, Any]:
    """The rows normalized, and one over their standard deviation; with history if `g` is a tensor."""
    x = _rows(a if isinstance(a, Tensor) else wide(a), rows)
    if isinstance(g, Tensor):
        mean, distance, rstd = _statistics(x, eps)
        return distance * rstd, rstd
    x = x - mean
    x *= rstd
    return x, rstd


def _input_gradient(g: Any, x: Any, rstd: Any) -> Any:
    """From the gradient of the normalized rows `x` to that of the rows they were made of."""
    if isinstance(g, Tensor) or isinstance(x, Tensor):
        return (g - _row_mean(g) - x * _row_mean(g, x)) * rstd
    d = x * -_row_mean(g, x)  # the same in place
    d += g
    d -= _row_mean(g)
    d *= rstd
    return d


def _as(x: Any, like: Any) -> Any:
    """`x` in the dtype of `like`."""
    kind = backend.dtype_of(like)
    return x if backend.dtype_of(x) == kind else backend.cast(x, kind)


_FORMULA = (
    r"s \left(b \bar z - \operatorname{mean}(b \bar z) - \hat a \operatorname{mean}(b \bar z\, \hat a)\right)",
    r"\textstyle\sum \bar z\, \hat a",
    r"\textstyle\sum \bar z",
)


class _Norm(Op):
    """What layer norm and group norm share: three gradients that need the normalized input, computed at once."""

    def backward(self, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        args = next(args for args in saved if args is not None)
        return self.gradients(g, *args, wanted=[args is not None for args in saved])


class NativeLayerNorm(_Norm):
    """Normalized over the last dimensions, times b, plus c, which have one number for each of a row."""

    extras = ("mean", "rstd")
    formula = _FORMULA

    def forward(a, b, c, rows, eps):
        x = _rows(wide(a), rows)
        mean, z, rstd = _statistics(x, eps)
        z *= rstd  # in place from here on: an array of our own
        z = np.reshape(z, a.shape)
        z *= b
        z += c
        return _as(z, a), mean, rstd

    @staticmethod
    def gradients(g, a, b, rows, mean, rstd, eps, wanted=_ALL):
        x, rstd = _normalized(g, a, rows, mean, rstd, eps)
        d = np.reshape(_input_gradient(_rows(g * b, rows), x, rstd), a.shape) if wanted[0] else None
        first = tuple(range(a.ndim - b.ndim))
        slope = np.sum(g * np.reshape(x, a.shape), axis=first) if wanted[1] else None
        total = np.sum(g, axis=first) if wanted[2] else None
        return tuple(y if y is None else _as(y, like) for y, like in zip((d, slope, total), (a, b, b), strict=True))

    def grad_a(g, a, b, rows, mean, rstd, eps):
        return NativeLayerNorm.gradients(g, a, b, rows, mean, rstd, eps)[0]

    def grad_b(g, a, b, rows, mean, rstd, eps):
        return NativeLayerNorm.gradients(g, a, b, rows, mean, rstd, eps)[1]

    def grad_c(g, a, b, rows, mean, rstd, eps):
        return NativeLayerNorm.gradients(g, a, b, rows, mean, rstd, eps)[2]


class NativeGroupNorm(_Norm):
    """Normalized over groups of channels, times b, plus c, which have one number for each channel."""

    extras = ("mean", "rstd")
    formula = _FORMULA

    def forward(a, b, c, rows, eps):
        x = _rows(wide(a), rows)
        mean, z, rstd = _statistics(x, eps)
        z = np.reshape(z * rstd, a.shape)
        return _as(z * per_channel(b, a.ndim) + per_channel(c, a.ndim), a), mean, rstd

    @staticmethod
    def gradients(g, a, b, rows, mean, rstd, eps, wanted=_ALL):
        x, rstd = _normalized(g, a, rows, mean, rstd, eps)
        d = None
        if wanted[0]:
            d = np.reshape(_input_gradient(_rows(g * per_channel(b, a.ndim), rows), x, rstd), a.shape)
        slope = channel_sum(g, np.reshape(x, a.shape)) if wanted[1] else None
        total = channel_sum(g) if wanted[2] else None
        return tuple(y if y is None else _as(y, like) for y, like in zip((d, slope, total), (a, b, b), strict=True))

    def grad_a(g, a, b, rows, mean, rstd, eps):
        return NativeGroupNorm.gradients(g, a, b, rows, mean, rstd, eps)[0]

    def grad_b(g, a, b, rows, mean, rstd, eps):
        return NativeGroupNorm.gradients(g, a, b, rows, mean, rstd, eps)[1]

    def grad_c(g, a, b, rows, mean, rstd, eps):
        return NativeGroupNorm.gradients(g, a, b, rows, mean, rstd, eps)[2]


# ------------------------------------------------------------ what users call
def _check_kinds(a: Any, kernel: str, *vectors: Tensor | None) -> None:
    """Floating point numbers only, and parameters of the input's dtype (of a half input single ones, too)."""
    if a.dtype.kind != "f":
        raise not_for(a, kernel)
    for vector in vectors:
        kinds = "ef" if a.dtype.char == "e" else a.dtype.char
        if vector is not None and vector.array.dtype.char not in kinds:
            raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of Float")


def _default(like: Any, value: float, shape: tuple[int, ...], *others: Tensor | None) -> Tensor:
    """A parameter that is not given."""
    kind = next((x.array.dtype for x in others if x is not None), like.dtype)
    return wrap(backend.namespace(like).full(shape, value, kind))


def _last_dims(input: Any, normalized_shape: Any, name: str, star: str) -> tuple[int, ...]:
    """The shape that is normalized over, if the input ends in it."""
    if not isinstance(normalized_shape, (tuple, list)):
        kind = type(normalized_shape).__name__
        raise TypeError(f"{name}(): argument 'normalized_shape' (position 2) must be tuple of ints, not {kind}")
    a, last = array_of(input, name), tuple(normalized_shape)
    if not last:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    if a.shape[-len(last) :] != last:
        sizes = ", ".join(map(str, last))
        raise RuntimeError(
            f"Given normalized_shape={list(last)}, expected input with shape [*{star}{sizes}], but got input of "
            f"size{list(a.shape)}"
        )
    return last


def _check_shape(vector: Tensor | None, name: str, shape: tuple[int, ...]) -> None:
    if vector is not None and vector.array.shape != shape:
        raise RuntimeError(
            f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
            f"{list(vector.array.shape)} and normalized_shape = {list(shape)}"
        )


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Each example shifted and scaled to mean 0 and variance 1 over its last dimensions, then by `bias` and `weight`.

    Parameters
    ----------
    normalized_shape : sequence of int
        The last dimensions.
    weight, bias : Tensor, optional
        Of that shape.
    eps : float
        Added to the variance.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.layer_norm(minigrad.tensor([[1., 3.], [10., 30.]]), (2,))
    tensor([[-1.0000,  1.0000],
            [-1.0000,  1.0000]])
    """
    last = _last_dims(input, normalized_shape, "layer_norm", ", ")
    _check_shape(weight, "weight", last)
    _check_shape(bias, "bias", last)
    a = input.array
    _check_kinds(a, "LayerNormKernelImpl", weight, bias)
    b = _default(a, 1, (), bias) if weight is None else weight
    c = _default(a, 0, (), weight) if bias is None else bias
    rows = prod(a.shape[: a.ndim - len(last)])
    if weight is None and bias is not None:  # the bias's gradient has its shape
        b = expand(b, last)
    return apply(NativeLayerNorm, input, b, c, rows=rows, eps=eps)


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Each example shifted and scaled to mean 0 and variance 1 over groups of channels, then by `bias` and `weight`.

    Parameters
    ----------
    input : Tensor
        Shape (N, channels, ...).
    num_groups : int
        How many groups; the number of channels is a multiple of it.
    weight, bias : Tensor, optional
        One number for each channel.
    eps : float
        Added to the variance.
    """
    a = array_of(input, "group_norm")
    if a.ndim < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {a.ndim}")
    sizes = [a.shape[0] * a.shape[1] // num_groups, num_groups, *a.shape[2:]]
    if sizes[0] * prod(sizes[2:]) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {list(a.shape)}")
    if a.shape[1] % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(a.shape)} and num_groups={num_groups}"
        )
    for name, vector in (("weight", weight), ("bias", bias)):
        if vector is not None and vector.array.shape != a.shape[1:2]:
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of "
                f"shape {list(vector.array.shape)} and input of shape {list(a.shape)}"
            )
    _check_kinds(a, "GroupNormKernelImpl", weight, bias)
    b = _default(a, 1, a.shape[1:2], bias) if weight is None else weight
    c = _default(a, 0, a.shape[1:2], weight) if bias is None else bias
    return apply(NativeGroupNorm, input, b, c, rows=a.shape[0] * num_groups, eps=eps)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel of each example shifted and scaled to mean 0 and variance 1; as `batch_norm` of one example.

    Parameters
    ----------
    use_input_stats : bool
        Whether mean and variance are those of the input, and `running_mean` and `running_var` are updated; otherwise
        these are used.
    """
    a = array_of(input, "instance_norm")
    if use_input_stats and prod(a.shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {Size(a.shape)!r}")
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    n = a.shape[0]

    def repeated(x: Tensor | None) -> Tensor | None:
        return None if x is None else cat([x] * n)

    means, variances = repeated(running_mean), repeated(running_var)
    flat = view(contiguous(input), (1, n * a.shape[1], *a.shape[2:]))
    out = batch_norm(flat, means, variances, repeated(weight), repeated(bias), use_input_stats, momentum, eps)
    if use_input_stats and running_mean is not None and running_var is not None:
        with no_grad():
            for remembered, new in ((running_mean, means), (running_var, variances)):
                copy_(remembered, mean(view(new, (n, -1)), 0))  # type: ignore[arg-type]
    return view(out, a.shape)


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """Each example divided by the root of its mean square over the last dimensions, then times `weight`.

    Parameters
    ----------
    eps : float, optional
        Added to the mean square; by default the dtype's own.
    """
    last = _last_dims(input, normalized_shape, "rms_norm", "")
    _check_shape(weight, "weight", last)
    a = input.array
    _check_kinds(a, "rms_norm", weight)
    dims = tuple(range(a.ndim - len(last), a.ndim))
    square = mean(input * input, dims, keepdim=True) + float(np.finfo(a.dtype).eps if eps is None else eps)
    out = mul(input, 1 / sqrt(square))
    return contiguous(out if weight is None else mul(out, weight))


def normalize(input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: None = None) -> Tensor:
    """Each vector along `dim` divided by its p-norm, or by `eps` where that is larger.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.normalize(minigrad.tensor([[3., 4.]]))
    tensor([[0.6000, 0.8000]])
    """
    array_of(input, "normalize")
    if out is not None:
        raise TypeError("normalize(): 'out' is not there; assign the result")
    length = clamp_min(vector_norm(input, p, dim, keepdim=True), eps)
    return input / expand(length, tuple(input.array.shape))


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along `dim`; lengths below `eps` count as that."""
    a = array_of(x1, "cosine_similarity", "argument 'x1' (position 1)")
    b = array_of(x2, "cosine_similarity", "argument 'x2' (position 2)")
    kind = dtypes.result_dtype([a, b])
    if not kind.is_floating_point:
        name = dtypes.SCALAR_TYPE_NAMES[kind.name]
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {name}")
    x1, x2 = broadcast_tensors(x1.to(kind), x2.to(kind))
    return sum(_unit(x1, dim, eps) * _unit(x2, dim, eps), dim)


def _unit(x: Tensor, dim: int, eps: float) -> Tensor:
    """The vectors divided by their lengths. Gradients do not see that short ones are counted as `eps` long."""
    length = vector_norm(x, 2, dim, keepdim=True).clone()
    with no_grad():
        length.clamp_(min=eps)
    return x / length


class _Distance(VectorNorm):
    """The p-norm under the name that it has in a distance."""

    node_name = "NormBackward1"
    formula = VectorNorm.formula
    grad_a = VectorNorm.rules[0]


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of `x1 - x2 + eps` along the last dimension."""
    array_of(x1, "pairwise_distance", "argument 'x1' (position 1)")
    array_of(x2, "pairwise_distance", "argument 'x2' (position 2)")
    difference = x1 - x2 + eps
    return apply(_Distance, difference, p=p, dim=dims_of(-1, difference.ndim), keepdim=keepdim)
