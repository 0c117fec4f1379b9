"""How a tensor's numbers leave it: for print, for Python, for NumPy, for other libraries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from . import dtypes
from .autograd import errors, modes
from .autograd.source import warn_once_here


class Readable:
    """What `Tensor` inherits to be read by others."""

    __slots__ = ()

    array: Any
    grad_fn: Any
    requires_grad: Any
    device: Any
    dtype: Any
    unbind: Any

    def item(self) -> Any:
        """The one element, as a Python number."""
        if self.array.size != 1:
            raise RuntimeError(f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
        return self.array.item()

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers."""
        return self.array.tolist()

    def numpy(self, *, force: bool = False) -> np.ndarray:
        """The elements as a NumPy array that shares the tensor's memory.

        Parameters
        ----------
        force : bool
            Detach, and copy from the GPU, where that is needed.

        Raises
        ------
        RuntimeError
            If the tensor requires grad, operations are recorded and `force` is False: what NumPy computes is not.
        """
        if modes.mode.recording and self.requires_grad and not force:
            raise errors.numpy_on_tracked(self)
        if not isinstance(self.array, np.ndarray):
            if not force:
                raise TypeError(
                    f"can't convert {self.device} device type tensor to numpy. "
                    "Use Tensor.cpu() to copy the tensor to host memory first."
                )
            return self.array.get()
        return self.array.view()  # of its own shape, which its owner may set

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.numpy()
        return np.array(array, dtype, copy=copy) if dtype is not None or copy else array

    def __dlpack__(self, **kwargs: Any) -> Any:
        if self.requires_grad:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        return self.array.__dlpack__(**kwargs)

    def __dlpack_device__(self) -> Any:
        return self.array.__dlpack_device__()

    # ------------------------------------------------------------ Python's protocols
    def __repr__(self) -> str:
        from . import printing  # not before something is printed

        try:
            name = None if self.grad_fn is None else type(self.grad_fn).__name__
        except errors.InplaceError:  # a view that could not follow a write to its base
            name = "Invalid"
        return printing.tensor_str(
            self.array if isinstance(self.array, np.ndarray) else self.array.get(),
            grad_fn_name=name,
            requires_grad=self.requires_grad,
            device=None if self.device.type == "cpu" else str(self.device),
            default_dtype=dtypes.get_default_dtype().name,
        )

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.array.ndim == 0 else object.__format__(self, spec)

    def __len__(self) -> int:
        if self.array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        if self.array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __bool__(self) -> bool:
        if self.array.size != 1:
            many = "more than one value" if self.array.size else "no values"
            raise RuntimeError(f"Boolean value of Tensor with {many} is ambiguous")
        return bool(self.array.item())

    def _number(self) -> Any:
        if self.array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self.array.item()

    def _tracked_number(self) -> Any:
        if modes.mode.recording and self.requires_grad:
            warn_once_here(lambda: errors.number_of_tracked(self), UserWarning)
        return self._number()

    def __float__(self) -> float:
        return float(self._tracked_number())

    def __int__(self) -> int:
        return int(self._number())

    def __complex__(self) -> complex:
        return complex(self._tracked_number())

    def __index__(self) -> int:
        if self.array.size != 1 or self.dtype.is_floating_point:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.array.item())

    def __contains__(self, element: Any) -> bool:
        if not isinstance(element, (Readable, int, float, np.generic)):
            raise RuntimeError(
                f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
            )
        return bool((self.array == getattr(element, "array", element)).any())
