"""Margins around a tensor: of one number, mirrored, of the elements at the rim, or of those at the other end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import backend
from ..tensor import Tensor, wrap
from .base import Op
from .calling import apply, either
from .indices import must_be_tensors
from .overwrite import copy_
from .shaping import narrow

# mypy: disable-error-code="misc, operator, no-untyped-def"

Pairs = tuple[int, ...]  # before and after the last dimension, before and after the one before it, …


def _margins(ndim: int, pad: Pairs) -> list[tuple[int, int]]:
    """For each dimension what is added before and after it; less than 0 is cut off."""
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)]
    return [(0, 0)] * (ndim - len(pairs)) + pairs[::-1]


class ConstantPad(Op):
    """A margin of one number; negative widths cut off."""

    node_name = "ConstantPadNdBackward0"
    formula = (r"\bar z \text{ without the margin}",)

    def forward(a, pad, value):
        margins = _margins(a.ndim, pad)
        shape = tuple(n + left + right for n, (left, right) in zip(a.shape, margins, strict=True))
        z = backend.namespace(a).full(shape, value, a.dtype)
        inner = tuple(slice(max(left, 0), n - max(right, 0)) for n, (left, right) in zip(shape, margins, strict=True))
        kept = tuple(
            slice(max(-left, 0), n - max(-right, 0)) for n, (left, right) in zip(a.shape, margins, strict=True)
        )
        z[inner] = a[kept]
        return z

    def grad_a(g, pad):
        return either(ConstantPad, g, pad=tuple(-n for n in pad), value=0)


# ------------------------------------------------------------ margins of the tensor's own elements
def _mirrored(places: Any, n: int) -> Any:
    return (n - 1) - abs((n - 1) - abs(places))


def _nearest(places: Any, n: int) -> Any:
    return places.clip(0, n - 1)


def _numbers(like: Any, shape: tuple[int, ...], padding: Pairs, find: Any) -> list[tuple[Any, Any]]:
    """For each padded dimension the index that picks, along it, the elements of the result from those of the input."""
    found = []
    for dim, (left, right) in enumerate(_margins(len(shape), padding)):
        if left or right:
            places = backend.namespace(like).arange(-left, shape[dim] + right)
            found.append((dim, (slice(None),) * dim + (find(places, shape[dim]),)))
    return found


class _PadFrom(Op):
    """Each place of the result holds an element of the input, found dimension by dimension."""

    def forward(a, padding, find):
        z = a
        for _, index in _numbers(a, a.shape, padding, find):
            z = z[index]
        return z.copy() if z is a else z


class _Unpad(Op):
    """Each element of the margin added to the one that it was a copy of."""

    node_name = "PadBackwardBackward0"

    def forward(a, shape, padding, find):
        xp = backend.namespace(a)
        for dim, index in reversed(_numbers(a, shape, padding, find)):
            z = xp.zeros((*a.shape[:dim], shape[dim], *a.shape[dim + 1 :]), a.dtype)
            backend.add_at(z, index, a)
            a = z
        return a

    def grad_a(g, padding, find):
        return either(_PadFrom, g, padding=padding, find=find)


def _unpad(g, a, padding, find):
    """The rule of them all; `a` is saved because PyTorch saves it."""
    return either(_Unpad, g, shape=tuple(np.shape(a)), padding=padding, find=find)


class ReflectionPad1D(Op):
    formula = (r"\bar z \text{, with the margins folded in}",)
    forward, grad_a = _PadFrom.forward, _unpad


class ReflectionPad2D(Op):
    formula = ReflectionPad1D.formula
    forward, grad_a = _PadFrom.forward, _unpad


class ReflectionPad3D(Op):
    formula = ReflectionPad1D.formula
    forward, grad_a = _PadFrom.forward, _unpad


class ReplicationPad1D(Op):
    formula = (r"\bar z \text{, with the margins added to the rim}",)
    forward, grad_a = _PadFrom.forward, _unpad


class ReplicationPad2D(Op):
    formula = ReplicationPad1D.formula
    forward, grad_a = _PadFrom.forward, _unpad


class ReplicationPad3D(Op):
    formula = ReplicationPad1D.formula
    forward, grad_a = _PadFrom.forward, _unpad


OPS = {
    "reflect": (_mirrored, (ReflectionPad1D, ReflectionPad2D, ReflectionPad3D)),
    "replicate": (_nearest, (ReplicationPad1D, ReplicationPad2D, ReplicationPad3D)),
}


# ------------------------------------------------------------ what users call
def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """The input with margins added to its last dimensions.

    Parameters
    ----------
    pad : sequence of ints
        Before and after the last dimension, then the last but one, and so on; negative widths cut off.
    mode : {"constant", "reflect", "replicate", "circular"}
        A margin of `value`; mirrored at the outermost elements; of the outermost elements; of those at the other end.
        All but the first pad the last 1 to 3 dimensions and leave one or two before them.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([[1., 2., 3.]])
    >>> minigrad.nn.functional.pad(x, (2, 1), mode="reflect")
    tensor([[3., 2., 1., 2., 3., 2.]])
    """
    must_be_tensors("pad", input_1=input)
    if not isinstance(pad, Sequence):
        raise TypeError(f"pad(): argument 'pad' (position 2) must be tuple of ints, not {type(pad).__name__}")
    widths = tuple(int(n) for n in pad)
    if len(widths) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(widths) > 2 * input.ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(widths)} and input of dimension {input.ndim}"
        )
    if mode == "constant":
        for n, (left, right) in zip(input.array.shape, _margins(input.ndim, widths), strict=True):
            if n + min(left, 0) + min(right, 0) < 0:
                raise RuntimeError("narrow(): length must be non-negative.")
        return apply(ConstantPad, input, pad=widths, value=0 if value is None else value)
    if mode not in (*OPS, "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    count = len(widths) // 2
    if count not in (1, 2, 3) or input.ndim - count not in (1, 2):
        raise NotImplementedError(
            f"Padding size {len(widths)} is not supported for {input.ndim}D input tensor.\n"
            "Supported combinations for non-constant padding:\n"
            "  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
            "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
            "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
        )
    if mode == "circular":
        return _circular(input, widths)
    _check_lengths(input, widths, mode)
    find, kinds = OPS[mode]
    return apply(kinds[count - 1], input, padding=widths, find=find)


def _check_lengths(input: Tensor, widths: Pairs, mode: str) -> None:
    shape, count = tuple(input.array.shape), len(widths) // 2
    if 0 in (shape[1:] if input.ndim == count + 2 else shape):
        kinds = f"{count + 1}D or {count + 2}D"
        raise RuntimeError(
            f"Expected {kinds} (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for "
            f"input, but got: {list(shape)}"
        )
    margins = _margins(input.ndim, widths)
    for dim in reversed(range(input.ndim)):
        left, right = margins[dim]
        if (left or right) and mode == "reflect" and max(left, right) >= shape[dim]:
            raise RuntimeError(
                f"Argument #{2 * (input.ndim - dim) + 2}: Padding size should be less than the corresponding input "
                f"dimension, but got: padding ({left}, {right}) at dimension {dim} of input {list(shape)}"
            )
        if (left or right) and shape[dim] + left + right < 1:
            raise RuntimeError(f"input (length {shape[dim]} at dimension {dim}) is too small for the padding")


def _circular(input: Tensor, widths: Pairs) -> Tensor:
    """Writes into an empty tensor, as PyTorch's does: first the input, then each margin from what is there by then."""
    margins = _margins(input.ndim, widths)
    shape = tuple(n + left + right for n, (left, right) in zip(input.array.shape, margins, strict=True))
    for n, m, (left, right) in zip(input.array.shape, shape, margins, strict=True):
        if max(left, right) > n:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if m < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension")
    out = wrap(backend.namespace(input.array).empty(shape, input.array.dtype))
    inner, kept = out, input
    padded = range(input.ndim - len(widths) // 2, input.ndim)
    for dim in reversed(padded):
        left, right = margins[dim]
        inner = narrow(inner, dim, max(left, 0), shape[dim] - max(left, 0) - max(right, 0))
        start = max(-left, 0)
        kept = narrow(kept, dim, start, input.array.shape[dim] - start - max(-right, 0))
    copy_(inner, kept)
    for dim in padded:
        left, right = margins[dim]
        if left > 0:
            copy_(narrow(out, dim, 0, left), narrow(out, dim, shape[dim] - left - max(right, 0), left))
        if right > 0:
            copy_(narrow(out, dim, shape[dim] - right, right), narrow(out, dim, max(left, 0), right))
    return out
