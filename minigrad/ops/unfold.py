"""`unfold` and `fold` (im2col and col2im): all windows of an image as the columns of a matrix, and back."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .. import backend
from ..tensor import Tensor
from .base import Op
from .calling import apply, either
from .images import Pair, places
from .operands import array_of
from .pool import Taps
from .pooling import refuse_kind

# mypy: disable-error-code="misc, operator, no-untyped-def"


class Im2Col(Op):
    """Each window of images (…, C, H, W) as a column: (…, C kh kw, windows)."""

    formula = (r"\text{each column added where its window was}",)

    def forward(a, taps):
        z = backend.namespace(a).zeros((*a.shape[:-2], prod(taps.kernel), *taps.places), a.dtype)
        for number, out, inside in taps.each():
            z[..., number, :, :][out] = a[inside]
        return np.reshape(z, (*a.shape[:-3], a.shape[-3] * prod(taps.kernel), prod(taps.places)))

    def grad_a(g, taps):
        return either(Col2Im, g, taps=taps)


class Col2Im(Op):
    """Each column (…, C kh kw, windows) added to images (…, C, H, W) where its window lies."""

    formula = (r"\text{the windows of } \bar z \text{ as columns}",)

    def forward(a, taps):
        size = prod(taps.kernel)
        a = np.reshape(a, (*a.shape[:-2], a.shape[-2] // size, size, *taps.places))
        z = backend.namespace(a).zeros((*a.shape[:-3], *taps.size), a.dtype)
        for number, out, inside in taps.each():
            z[inside] += a[..., number, :, :][out]
        return z

    def grad_a(g, taps):
        return either(Im2Col, g, taps=taps)


# ------------------------------------------------------------ what users call
def _pairs(function: str, **given: Any) -> dict[str, Pair]:
    pairs = {}
    for position, (name, value) in enumerate(given.items(), 2):
        values = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value, value)
        for i, n in enumerate(values):
            if not isinstance(n, (int, np.integer)) or isinstance(n, bool):
                raise TypeError(
                    f"{function}(): argument '{name}' (position {position}) must be tuple of ints, "
                    f"but found element of type {type(n).__name__} at pos {i}"
                )
        if len(values) != 2:
            raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(values)}")
        pairs[name] = tuple(int(n) for n in values)
    for name, word, sides, least in (
        ("kernel_size", "kernel size", "kernel", 1),
        ("dilation", "dilation", "dilation", 1),
        ("padding", "padding", "pad", 0),
        ("stride", "stride", "stride", 1),
    ):
        h, w = pairs[name]
        if min(h, w) < least:
            what = "greater than zero" if least else "non-negative"
            raise RuntimeError(f"{word} should be {what}, but got {sides}_height: {h} {sides}_width: {w}")
    return pairs


def _padded(size: Pair, padding: Pair) -> Pair:
    return tuple(n + 2 * p for n, p in zip(size, padding, strict=True))


def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """All windows of images (N, C, H, W) as columns: (N, C kh kw, windows).

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.arange(6.).reshape(1, 1, 2, 3)
    >>> minigrad.nn.functional.unfold(x, (2, 2))
    tensor([[[0., 1.],
             [1., 2.],
             [3., 4.],
             [4., 5.]]])
    """
    a = array_of(input, "im2col")
    given = {"kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride}
    kernel, spread, margin, step = _pairs("im2col", **given).values()
    if a.ndim < 3:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-a.ndim}, {a.ndim - 1}], but got 2)")
    if a.ndim > 4 or 0 in a.shape[-3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            f"but got: {list(a.shape)}"
        )
    size = a.shape[-2:]
    count = places(_padded(size, margin), kernel, step, spread)
    if min(count) < 1:
        raise RuntimeError(
            f"Given input with spatial size {size}, kernel_size={kernel}, dilation={spread}, padding={margin}, "
            f"calculated shape of the array of sliding blocks as {count}, but its components must be at least one."
        )
    refuse_kind(input, "im2col_out_cpu", "int8 uint8 int16 int32 int64")
    return apply(Im2Col, input, taps=Taps(size, count, kernel, step, margin, spread))


def fold(
    input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Columns (N, C kh kw, windows) added up to images (N, C, H, W), each where its window lies.

    Where windows overlap the sum stands: `fold` undoes `unfold` only where they do not.

    Parameters
    ----------
    output_size : int or pair
        H and W.
    """
    a = array_of(input, "col2im")
    given = {"kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride}
    size, kernel, spread, margin, step = _pairs("col2im", output_size=output_size, **given).values()
    if a.ndim not in (2, 3) or 0 in a.shape[-2:]:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            f"input, but got: {list(a.shape)}"
        )
    if a.shape[-2] % prod(kernel):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={a.shape[-2]} and kernel_size={kernel}."
        )
    count = places(_padded(size, margin), kernel, step, spread)
    if prod(count) != a.shape[-1] or min(count) < 1:
        raise RuntimeError(
            f"Given output_size={size}, kernel_size={kernel}, dilation={spread}, padding={margin}, stride={step}, "
            "expected size of input's dimension 2 to match the calculated number of sliding blocks "
            f"{count[0]} * {count[1]} = {prod(count)}, but got input.size(2)={a.shape[-1]}."
        )
    refuse_kind(input, "col2im_out_cpu", "int8 uint8 int16 int32 int64")
    return apply(Col2Im, input, taps=Taps(size, count, kernel, step, margin, spread))
