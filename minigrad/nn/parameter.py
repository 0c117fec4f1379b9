"""The parameter: a tensor that a module trains."""

from __future__ import annotations

from typing import Any

from ..autograd import inference
from ..autograd.meta import meta_of
from ..tensor import Tensor


class Parameter(Tensor):
    """A tensor that, assigned to an attribute of a `Module`, becomes one of the module's parameters.

    Parameters
    ----------
    data : Tensor, optional
        Its memory is shared. Default: an empty tensor.
    requires_grad : bool
        Default: True, also under `no_grad`.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.Parameter(minigrad.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        if data is None:
            from ..creation import empty

            data = empty(0)
        self.array, self._node, self._meta = data.detach().array, None, None
        if inference.used:
            inference.mark_like(self, data)
        if requires_grad:
            if not data.is_floating_point():
                raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
            meta_of(self).requires_grad = True

    def __deepcopy__(self, memo: dict[Any, Any]) -> Parameter:
        """The numbers and the flag; unlike other tensors' copies, without gradient and attributes, as in PyTorch."""
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.data.clone(), self.requires_grad)
        return memo[id(self)]

    def __format__(self, spec: str) -> str:
        return object.__format__(self, spec)  # also of one number: as it is printed

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


def type_name(x: Any) -> str:
    """What PyTorch's messages call the type of `x`: `minigrad.typename`."""
    if isinstance(x, Tensor):
        from ..dtypes import SCALAR_TYPE_NAMES

        place = ".cuda" if x.device.type == "cuda" else ""
        return f"minigrad{place}.{SCALAR_TYPE_NAMES[x.dtype.name]}Tensor"
    named = x if hasattr(x, "__qualname__") else type(x)
    module = getattr(named, "__module__", "")
    return named.__qualname__ if module in ("", "builtins", None) else f"{module}.{named.__qualname__}"
