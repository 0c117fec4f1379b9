"""`pixel_shuffle` and `pixel_unshuffle`: groups of r² channels as squares of r by r pixels, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensor import Tensor
from .base import Op
from .calling import apply, either
from .operands import array_of

# mypy: disable-error-code="misc, operator, no-untyped-def"


class PixelShuffle(Op):
    """(…, C r², H, W) to (…, C, H r, W r)."""

    formula = (r"\bar z \text{ unshuffled}",)

    def forward(a, r):
        *lead, c, h, w = a.shape
        n = len(lead)
        parts = np.reshape(a, (*lead, c // r**2, r, r, h, w))
        order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
        return np.reshape(np.transpose(parts, order).copy("C"), (*lead, c // r**2, h * r, w * r))

    def grad_a(g, r):
        return either(PixelUnshuffle, g, r=r)


class PixelUnshuffle(Op):
    """(…, C, H r, W r) to (…, C r², H, W)."""

    formula = (r"\bar z \text{ shuffled}",)

    def forward(a, r):
        *lead, c, h, w = a.shape
        n = len(lead)
        parts = np.reshape(a, (*lead, c, h // r, r, w // r, r))
        order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
        return np.reshape(np.transpose(parts, order).copy("C"), (*lead, c * r**2, h // r, w // r))

    def grad_a(g, r):
        return either(PixelShuffle, g, r=r)


def _check(name: str, input: Tensor, factor: Any, what: str) -> tuple[int, ...]:
    shape = array_of(input, name).shape
    if not isinstance(factor, (int, np.integer)) or isinstance(factor, bool):
        kind = type(factor).__name__
        raise TypeError(f"{name}(): argument '{what}' (position 2) must be int, not {kind}")
    if len(shape) < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {len(shape)} dimension(s)"
        )
    if factor <= 0:
        raise RuntimeError(f"{name} expects a positive {what}, but got {factor}")
    return shape


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Every r² channels (r is `upscale_factor`) become one of r times the height and width.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.pixel_shuffle(minigrad.arange(4.).reshape(4, 1, 1), 2)
    tensor([[[0., 1.],
             [2., 3.]]])
    """
    shape = _check("pixel_shuffle", input, upscale_factor, "upscale_factor")
    if shape[-3] % upscale_factor**2:
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={shape[-3]} is not divisible by {upscale_factor**2}"
        )
    return apply(PixelShuffle, input, r=upscale_factor)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Every square of r by r pixels (r is `downscale_factor`) becomes one pixel of r² channels."""
    shape = _check("pixel_unshuffle", input, downscale_factor, "downscale_factor")
    for side, dim in (("height", -2), ("width", -1)):
        if shape[dim] % downscale_factor:
            raise RuntimeError(
                f"pixel_unshuffle expects {side} to be divisible by downscale_factor, but input.size({dim})="
                f"{shape[dim]} is not divisible by {downscale_factor}"
            )
    return apply(PixelUnshuffle, input, r=downscale_factor)
