"""Convolutional layers."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import Any

from ..creation import empty
from ..tensor import Tensor
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter

Sizes = int | tuple[int, ...]
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def sizes(n: Any, dims: int) -> tuple[int, ...]:
    """One number for each dimension: as given, or the same for all."""
    return tuple(n) if isinstance(n, Iterable) else (n,) * dims


class _Conv(Module):
    """What all convolutions have in common; `dims` is the number of dimensions that a kernel moves in."""

    dims: int
    transposed = False
    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
        output_padding: Sizes = 0,
    ) -> None:
        super().__init__()
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride = sizes(kernel_size, self.dims), sizes(stride, self.dims)
        self.dilation, self.output_padding = sizes(dilation, self.dims), sizes(output_padding, self.dims)
        self.padding = padding if isinstance(padding, str) else sizes(padding, self.dims)
        self.padding_mode = padding_mode
        self._check()
        channels = (in_channels, out_channels // groups) if self.transposed else (out_channels, in_channels // groups)
        self.weight = Parameter(empty((*channels, *self.kernel_size), device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def _check(self) -> None:
        if self.groups <= 0:
            raise ValueError("groups must be a positive integer")
        if self.in_channels % self.groups:
            raise ValueError("in_channels must be divisible by groups")
        if self.out_channels % self.groups:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(self.padding, str) and self.padding not in ("same", "valid"):
            raise ValueError(f"Invalid padding string {self.padding!r}, should be one of {{'same', 'valid'}}")
        if self.padding == "same" and any(s != 1 for s in self.stride):
            raise ValueError("padding='same' is not supported for strided convolutions")
        if self.padding_mode not in PADDING_MODES:
            known = ", ".join(map(repr, PADDING_MODES))
            raise ValueError(f"padding_mode must be one of {{{known}}}, but got padding_mode='{self.padding_mode}'")

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        init.kaiming_uniform_(self.weight, a=sqrt(5))
        if self.bias is not None:
            init._uniform_of_fan_in_(self.bias, self.weight)

    def _padded(self, input: Tensor) -> tuple[Tensor, Any]:
        """The input with what `padding_mode` puts around it, and what padding with zeros is left to do."""
        if self.padding_mode == "zeros":
            return input, self.padding
        around: list[int] = []  # the last dimension first, as `F.pad` wants it
        for i in reversed(range(self.dims)):
            if isinstance(self.padding, str):
                total = self.dilation[i] * (self.kernel_size[i] - 1) if self.padding == "same" else 0
                around += [total // 2, total - total // 2]
            else:
                around += [self.padding[i]] * 2
        return F.pad(input, around, mode=self.padding_mode), (0,) * self.dims

    def extra_repr(self) -> str:
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        for name, usual in (("padding", 0), ("dilation", 1), ("output_padding", 0)):
            value = getattr(self, name)
            if value != (usual,) * self.dims:
                parts.append(f"{name}={value}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)


class Conv1d(_Conv):
    """A kernel that moves along one dimension: from (N, in_channels, L) to (N, out_channels, L_out).

    Parameters are those of `Conv2d`.
    """

    dims = 1

    def forward(self, input: Tensor) -> Tensor:
        input, padding = self._padded(input)
        return F.conv1d(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Conv2d(_Conv):
    r"""A kernel that moves over an image: from (N, in_channels, H, W) to (N, out_channels, H_out, W_out).

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size : int or pair of int
    stride : int or pair of int
        How far the kernel moves from one number of the result to the next.
    padding : int, pair of int, "same" or "valid"
        How much is put around the image; "same": so much that the result has its size.
    dilation : int or pair of int
        How far apart the points of the kernel are.
    groups : int
        The channels are split into this many groups that know nothing of each other.
    bias : bool
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What is put around the image.

    Attributes
    ----------
    weight : Parameter of shape (out_channels, in_channels / groups, \*kernel_size)
    bias : Parameter of shape (out_channels,), or None
        Both begin uniform between ±1/√(in_channels / groups · size of the kernel).

    Examples
    --------
    >>> import minigrad
    >>> layer = minigrad.nn.Conv2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2))
    >>> layer
    Conv2d(16, 33, kernel_size=(3, 5), stride=(2, 1), padding=(4, 2))
    >>> layer(minigrad.zeros(2, 16, 5, 10)).shape
    minigrad.Size([2, 33, 6, 10])
    """

    dims = 2

    def forward(self, input: Tensor) -> Tensor:
        input, padding = self._padded(input)
        return F.conv2d(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class _ConvTranspose(_Conv):
    """What transposed convolutions have in common."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Sizes = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device,
            dtype, output_padding,
        )  # fmt: skip

    def _extra(self, input: Tensor, wanted: Any) -> tuple[int, ...]:
        """The `output_padding` that gives this size."""
        if wanted is None:
            return self.output_padding
        lead = input.ndim - self.dims  # batch and channel, or channel
        if len(wanted) == lead + self.dims:
            wanted = wanted[lead:]
        if len(wanted) != self.dims:
            raise ValueError(
                f"ConvTranspose{self.dims}D: for {input.ndim}D input, output_size must have {self.dims} or "
                f"{lead + self.dims} elements (got {len(wanted)})"
            )
        smallest = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1  # type: ignore[operator]
            for n, s, p, d, k in zip(
                input.shape[lead:], self.stride, self.padding, self.dilation, self.kernel_size, strict=True
            )
        ]
        largest = [n + s - 1 for n, s in zip(smallest, self.stride, strict=True)]
        if any(not a <= n <= b for a, n, b in zip(smallest, wanted, largest, strict=True)):
            raise ValueError(
                f"requested an output size of {wanted}, but valid sizes range from {smallest} to {largest} "
                f"(for an input of {input.size()[2:]})"
            )
        return tuple(n - a for n, a in zip(wanted, smallest, strict=True))


class ConvTranspose1d(_ConvTranspose):
    """The transpose of a `Conv1d` as a linear map; see `ConvTranspose2d`."""

    dims = 1

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        """The transposed convolution; `output_size` is the length wanted, in the place of `output_padding`."""
        extra = self._extra(input, output_size)
        return F.conv_transpose1d(
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation
        )


class ConvTranspose2d(_ConvTranspose):
    r"""The transpose of a convolution as a linear map (not its inverse): each number of the input paints a kernel.

    Parameters
    ----------
    output_padding : int or pair of int
        How much larger the result is at its ends: several sizes of an image give a convolution of the same size.

    The other parameters are those of the `Conv2d` that it is the transpose of.

    Attributes
    ----------
    weight : Parameter of shape (in_channels, out_channels / groups, \*kernel_size)
    bias : Parameter of shape (out_channels,), or None
    """

    dims = 2

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        """The transposed convolution; `output_size` is the size wanted, in the place of `output_padding`."""
        extra = self._extra(input, output_size)
        return F.conv_transpose2d(
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation
        )
