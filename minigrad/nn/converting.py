"""A module's tensors on another device or in another dtype: in place, so that parameters stay the objects they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .. import backend
from ..autograd.modes import no_grad
from ..dtypes import dtype as DType
from ..tensor import Tensor

if TYPE_CHECKING:
    from .module import Module

M = TypeVar("M", bound="Module")


def apply_to_tensors(self: M, fn: Callable[[Tensor], Tensor]) -> M:
    """Replace the numbers of all parameters, of their gradients and of all buffers by what `fn` makes of them."""
    for module in self.children():
        module._apply(fn)
    for parameter in self._parameters.values():
        if parameter is not None:
            with no_grad():
                _replace(parameter, fn)
                if parameter.grad is not None:
                    _replace(parameter.grad, fn)
    for name, buffer in self._buffers.items():
        if buffer is not None:
            self._buffers[name] = fn(buffer)
    return self


def _replace(x: Tensor, fn: Callable[[Tensor], Tensor]) -> None:
    converted = fn(x)
    if converted is not x:
        x.data = converted  # type: ignore[attr-defined]


def to(self: M, *args: Any, **kwargs: Any) -> M:
    """Move all parameters and buffers to a device, and those of floats to a dtype.

    Parameters
    ----------
    device : str or device, optional
    dtype : dtype, optional
        A floating point type.
    tensor : Tensor, optional
        Whose device and dtype are wanted.

    Raises
    ------
    TypeError
        If `dtype` is not a floating point type.

    Examples
    --------
    >>> from minigrad import float64, nn
    >>> layer = nn.Linear(2, 3)
    >>> weight = layer.weight
    >>> layer.to(float64).weight.dtype, layer.weight is weight
    (minigrad.float64, True)
    """
    dtype, device = _wanted(*args, **kwargs)
    if dtype is not None and not dtype.is_floating_point:
        raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")
    return self._apply(lambda x: x.to(dtype=dtype if x.is_floating_point() else None, device=device))


def _wanted(
    *args: Any,
    device: Any = None,
    dtype: DType | None = None,
    non_blocking: bool = False,
    tensor: Tensor | None = None,
    copy: bool = False,
) -> tuple[DType | None, backend.device | None]:
    """What `to` is asked for."""
    for arg in (*args, tensor):
        if isinstance(arg, Tensor):
            dtype, device = arg.dtype, arg.device
        elif isinstance(arg, DType):
            dtype = arg
        elif isinstance(arg, (str, backend.device)):
            device = arg
        elif arg is not None and not isinstance(arg, bool):
            raise TypeError(f"to() received an invalid combination of arguments - got ({type(arg).__name__})")
    return dtype, None if device is None else backend.device(device)


def to_type(self: M, dst_type: DType) -> M:
    """Convert all parameters and buffers to this dtype, those of integers too."""
    return self._apply(lambda x: x.to(dst_type))


def to_float(self: M) -> M:
    """Convert all parameters and buffers of floats to float32."""
    return self._apply(lambda x: x.float() if x.is_floating_point() else x)


def to_double(self: M) -> M:
    """Convert all parameters and buffers of floats to float64."""
    return self._apply(lambda x: x.double() if x.is_floating_point() else x)


def to_half(self: M) -> M:
    """Convert all parameters and buffers of floats to float16."""
    return self._apply(lambda x: x.half() if x.is_floating_point() else x)


def to_cpu(self: M) -> M:
    """Move all parameters and buffers to the main memory."""
    return self._apply(lambda x: x.cpu())


def to_cuda(self: M, device: Any = None) -> M:
    """Move all parameters and buffers to the GPU."""
    return self._apply(lambda x: x.cuda(device))
