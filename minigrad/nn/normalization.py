"""Layers that give numbers mean 0 and variance 1: over the batch, the features, or groups of channels."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..creation import empty, ones, tensor, zeros
from ..dtypes import int64
from ..tensor import Tensor
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter


class _Scaled(Module):
    """A layer that may multiply by a weight and add a bias, which begin as ones and zeros."""

    weight: Parameter | None
    bias: Parameter | None

    def _make_parameters(self, shape: Any, affine: bool, bias: bool, device: Any, dtype: Any) -> None:
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            self.register_parameter(name, Parameter(empty(shape, device=device, dtype=dtype)) if wanted else None)

    def reset_parameters(self) -> None:
        """Set the weight to ones and the bias to zeros."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


# ------------------------------------------------------------ with running statistics
class _RunningNorm(_Scaled):
    """What batch and instance norms have in common.

    Attributes
    ----------
    weight, bias : Parameter of shape (num_features,), or None
    running_mean, running_var : buffers of shape (num_features,), or None
    num_batches_tracked : buffer without dimensions, or None
        How many batches `running_mean` and `running_var` have seen.
    """

    _version = 2
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self._make_parameters(num_features, affine, bias, device, dtype)
        tracked = {
            "running_mean": lambda: zeros(num_features, device=device, dtype=dtype),
            "running_var": lambda: ones(num_features, device=device, dtype=dtype),
            "num_batches_tracked": lambda: tensor(0, dtype=int64, device=device),
        }
        for name, make in tracked.items():
            self.register_buffer(name, make() if track_running_stats else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget the batches seen so far."""
        if self.track_running_stats:
            assert self.running_mean is not None and self.running_var is not None
            assert self.num_batches_tracked is not None
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Forget the batches seen so far, and set the weight to ones and the bias to zeros."""
        self.reset_running_stats()
        super().reset_parameters()

    def _check_input_dim(self, input: Tensor) -> None:
        raise NotImplementedError

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_RunningNorm):
    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        factor = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # the mean over all batches
                factor = 1 / float(self.num_batches_tracked)
        by_batch = self.training or (self.running_mean is None and self.running_var is None)
        known = not self.training or self.track_running_stats
        return F.batch_norm(
            input,
            self.running_mean if known else None,
            self.running_var if known else None,
            self.weight,
            self.bias,
            by_batch,
            factor,
            self.eps,
        )


class BatchNorm1d(_BatchNorm):
    """Each feature with mean 0 and variance 1 over the batch: on (N, C) or (N, C, L).

    Parameters are those of `BatchNorm2d`.
    """

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim not in (2, 3):
            raise ValueError(f"expected 2D or 3D input (got {input.ndim}D input)")


class BatchNorm2d(_BatchNorm):
    """Each channel with mean 0 and variance 1 over the batch and the image: on (N, C, H, W).

    In training, the batch's own mean and variance are used, and the running ones move towards them; in evaluation, the
    running ones are used. Ioffe and Szegedy (2015), "Batch normalization".

    Parameters
    ----------
    num_features : int
        C.
    eps : float
        Added to the variance.
    momentum : float or None
        How far the running statistics move towards those of a batch; None: they are the mean over all batches.
    affine : bool
        Whether there are a weight and a bias.
    track_running_stats : bool
        Whether there are running statistics; if not, the batch's are used in evaluation too.
    bias : bool
        Whether there is a bias.

    Examples
    --------
    >>> import minigrad
    >>> layer = minigrad.nn.BatchNorm2d(2)
    >>> y = layer(minigrad.arange(16.).view(2, 2, 2, 2))
    >>> layer.running_mean, layer.num_batches_tracked
    (tensor([0.5500, 0.9500]), tensor(1))
    """

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim != 4:
            raise ValueError(f"expected 4D input (got {input.ndim}D input)")


class _InstanceNorm(_RunningNorm):
    without_batch: int  # the number of dimensions of one instance

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _check_input_dim(self, input: Tensor) -> None:
        few, many = self.without_batch, self.without_batch + 1
        if input.ndim not in (few, many):
            raise ValueError(f"expected {few}D or {many}D input (got {input.ndim}D input)")

    def _check_features(self, input: Tensor) -> None:
        dim = input.ndim - self.without_batch
        if input.shape[dim] == self.num_features:
            return
        if self.affine:
            raise ValueError(
                f"expected input's size at dim={dim} to match num_features ({self.num_features}), but got: "
                f"{input.shape[dim]}."
            )
        warnings.warn(
            f"input's size at dim={dim} does not match num_features. You can silence this warning by not passing in "
            "num_features, which is not used because affine=False",
            UserWarning,
            stacklevel=4,
        )

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        self._check_features(input)
        alone = input.ndim == self.without_batch
        out = F.instance_norm(
            input.unsqueeze(0) if alone else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return out.squeeze(0) if alone else out


class InstanceNorm1d(_InstanceNorm):
    """Each channel of each instance with mean 0 and variance 1: on (N, C, L) or (C, L); see `InstanceNorm2d`."""

    without_batch = 2


class InstanceNorm2d(_InstanceNorm):
    """Each channel of each image with mean 0 and variance 1: on (N, C, H, W) or (C, H, W).

    The parameters are those of `BatchNorm2d`, but `affine` and `track_running_stats` are False by default. Ulyanov,
    Vedaldi and Lempitsky (2016), "Instance normalization".
    """

    without_batch = 3


# ------------------------------------------------------------ without
class LayerNorm(_Scaled):
    """Each example with mean 0 and variance 1 over its last dimensions.

    Ba, Kiros and Hinton (2016), "Layer normalization".

    Parameters
    ----------
    normalized_shape : int or sequence of int
        The lengths of these dimensions.
    eps : float
        Added to the variance.
    elementwise_affine, bias : bool
        Whether there are a weight and a bias, of that shape; whether there is a bias.
    """

    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        alone = isinstance(normalized_shape, (int, np.integer))
        self.normalized_shape = (normalized_shape,) if alone else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self._make_parameters(self.normalized_shape, elementwise_affine, bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class GroupNorm(_Scaled):
    """Each group of channels of each example with mean 0 and variance 1.

    Wu and He (2018), "Group normalization".

    Parameters
    ----------
    num_groups, num_channels : int
        `num_channels` must be a multiple of `num_groups`.
    eps : float
        Added to the variance.
    affine, bias : bool
        Whether there are a weight and a bias for each channel; whether there is a bias.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self._make_parameters(num_channels, affine, bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(_Scaled):
    """Each example divided by the root of its mean square over its last dimensions; Zhang and Sennrich (2019).

    Parameters
    ----------
    normalized_shape : int or sequence of int
        The lengths of these dimensions.
    eps : float, optional
        Added to the mean square; default: the smallest step of the dtype.
    elementwise_affine : bool
        Whether there is a weight, of that shape.
    """

    def __init__(
        self,
        normalized_shape: Any,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        alone = isinstance(normalized_shape, (int, np.integer))
        self.normalized_shape = (normalized_shape,) if alone else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        wanted = Parameter(empty(self.normalized_shape, device=device, dtype=dtype)) if elementwise_affine else None
        self.register_parameter("weight", wanted)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to ones."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
