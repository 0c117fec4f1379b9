"""Convolutions as operations: each one's derivatives are convolutions again, and so differentiable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..layouts import copied, in_order
from ..tensor import wrap
from .base import Op
from .calling import either
from .correlate import correlate, image_gradient, weight_gradient
from .images import Pair

# mypy: disable-error-code="misc, operator, no-untyped-def"

NOTHING = wrap(np.empty(()))  # stands for a bias that is not there


class How(NamedTuple):
    """How windows lie on the images, one number a dimension, and how the result lies in memory."""

    stride: Pair
    padding: Pair
    dilation: Pair
    groups: int = 1
    channels_last: bool = False
    output_padding: Pair = ()


def _compute(
    function: Callable[..., Any], a: Any, b: Any, how: How, axes: tuple[int, int, int], sizes: Pair = ()
) -> Any:
    """One of correlate.py's functions on arrays (N, C, H, W) or (N, C, W), group by group.

    `axes` says along which dimension groups stand next to each other: in a, in b and in the result.
    """
    if a.ndim == 3:  # a row is an image of height 1
        flat = How((1, *how.stride), (0, *how.padding), (1, *how.dilation), how.groups)
        z = _compute(function, a[:, :, None], b[:, :, None], flat, axes, sizes and (1, *sizes))
        return z[:, :, 0]
    kind = a.dtype
    if kind.char == "e":  # summed in single precision, as in PyTorch
        a, b = a.astype(np.float32), b.astype(np.float32)
    args = (*((sizes,) if sizes else ()), how.stride, how.padding, how.dilation, how.channels_last)
    if how.groups == 1:
        z = function(a, b, *args)
    else:
        parts = zip(np.split(a, how.groups, axes[0]), np.split(b, how.groups, axes[1]), strict=True)
        z = np.concatenate([function(x, y, *args) for x, y in parts], axes[2])
        z = copied(z, "last") if how.channels_last and not in_order(z, "last") else z
    return z if kind.char != "e" else z.astype(kind)


def _biased(z: Any, c: Any) -> Any:
    if c.ndim:
        z += np.reshape(c, (-1, *(1,) * (z.ndim - 2)))
    return z


class Convolve(Op):
    """Images (a) with weights (b)."""

    node_name = "ConvolutionBackwardBackward0"
    formula = r"\bar z \star^\top b", r"\bar z \star a"

    def forward(a, b, how):
        return _compute(correlate, a, b, how, (1, 0, 1))

    def grad_a(g, a_shape, b, how):
        return either(Spread, g, b, size=a_shape[2:], how=how)

    def grad_b(g, a, b_shape, how):
        return either(Gather, g, a, kernel=b_shape[2:], how=how)


class Spread(Op):
    """The transposed convolution: every number of a puts its multiple of the weights (b) where its window was."""

    node_name = "ConvolutionBackwardBackward0"
    formula = r"\bar z \star b", r"a \star \bar z"

    def forward(a, b, size, how):
        return _compute(image_gradient, a, b, how, (1, 0, 1), size)

    def grad_a(g, a_shape, b, how):
        return _convolve_to(a_shape, g, b, how)

    def grad_b(g, a, b_shape, how):
        return either(Gather, a, g, kernel=b_shape[2:], how=how)


class Gather(Op):
    """For each weight, the products of the outputs' gradients (a) with what it met of the images (b), summed."""

    node_name = "ConvolutionBackwardBackward0"
    formula = r"b \star \bar z", r"a \star^\top \bar z"

    def forward(a, b, kernel, how):
        return _compute(weight_gradient, a, b, how, (1, 1, 0), kernel)

    def grad_a(g, a_shape, b, how):
        return _convolve_to(a_shape, b, g, how)

    def grad_b(g, a, b_shape, how):
        return either(Spread, a, g, size=b_shape[2:], how=how)


def _convolve_to(shape: Pair, x: Any, w: Any, how: How) -> Any:
    """Windows may be left over, where output_padding has made a result larger by a stride or more."""
    z = either(Convolve, x, w, how=how)
    return z if z.shape == shape else z[tuple(slice(n) for n in shape)]


class Convolution(Op):
    """Each output is a window of the images (a) times the weights (b), plus the bias (c) of its channel."""

    formula = *Convolve.formula, r"\textstyle\sum \bar z \text{ over images and places}"

    def forward(a, b, c, how):
        return _biased(Convolve.forward(a, b, how), c)

    grad_a, grad_b = Convolve.rules

    def grad_c(g):
        return np.sum(g, axis=(0, *range(2, g.ndim)))


class ConvolutionTranspose(Op):
    """The transposed convolution, with a bias (c)."""

    node_name = "ConvolutionBackward0"
    formula = *Spread.formula, Convolution.formula[2]

    def forward(a, b, c, size, how):
        return _biased(Spread.forward(a, b, size, how), c)

    grad_a, grad_b = Spread.rules
    grad_c = Convolution.rules[2]
