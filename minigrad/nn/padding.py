"""Layers that put something around a sequence or an image; `functional.pad` says more."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from . import functional as F
from .module import Module


class _Pad(Module):
    """What is put before and after each dimension: one number for all, or a pair for each, the last dimension first."""

    mode: str
    dims: int

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = tuple(padding) if hasattr(padding, "__iter__") else (padding,) * (2 * self.dims)

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad):
    """One number before and after a sequence."""

    dims = 1


class ConstantPad2d(_ConstantPad):
    """One number around an image."""

    dims = 2


class ZeroPad2d(ConstantPad2d):
    """Zeros around an image."""

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ReflectionPad1d(_Pad):
    """Before and after a sequence what stands inside, mirrored at the ends."""

    mode, dims = "reflect", 1


class ReflectionPad2d(_Pad):
    """Around an image what stands inside, mirrored at the edges."""

    mode, dims = "reflect", 2


class ReplicationPad1d(_Pad):
    """Before and after a sequence its ends, repeated."""

    mode, dims = "replicate", 1


class ReplicationPad2d(_Pad):
    """Around an image its edges, repeated."""

    mode, dims = "replicate", 2


class CircularPad2d(_Pad):
    """Around an image what stands at the other side."""

    mode, dims = "circular", 2
