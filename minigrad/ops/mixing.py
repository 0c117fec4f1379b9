"""Sums with a factor, points between two others, products and quotients that are added."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..tensor import Tensor
from .base import Op
from .calling import apply, fitting
from .operands import NUMBERS, array_of, no_such_call, not_for, tensors_only

# mypy: disable-error-code="misc, operator, no-untyped-def"


class Lerp(Op):
    """The point between a and b where the number `weight` says: a for 0, b for 1."""

    broadcasts = True
    formula = r"\bar z\,(1 - w)", r"\bar z\, w"

    def forward(a, b, weight):
        # From the nearer end, so that weight 1 gives b exactly.
        return a + weight * (b - a) if abs(weight) < 0.5 else b - (b - a) * (1 - weight)

    def grad_a(g, weight):
        return g * (1 - weight)

    def grad_b(g, weight):
        return g * weight


class LerpOfTensor(Op):
    """The point between a and b where c says."""

    node_name = "LerpBackward1"
    broadcasts = promotes = True
    formula = r"\bar z\,(1 - c)", r"\bar z\, c", r"\bar z\,(b - a)"

    def forward(a, b, c):
        return np.where(np.absolute(c) < 0.5, a + c * (b - a), b - (b - a) * (1 - c))

    def grad_a(g, c):
        return g * (1 - c)

    def grad_b(g, c):
        return g * c

    def grad_c(g, a, b):
        return g * (b - a)


class Addcmul(Op):
    """a + value b c."""

    broadcasts = promotes = True
    formula = r"\bar z", r"\bar z\, v\, c", r"\bar z\, v\, b"

    def forward(a, b, c, value):
        return a + value * b * c

    def grad_a(g):
        return g

    def grad_b(g, c, value):
        return g * (c * value)

    def grad_c(g, b, value):
        return g * (b * value)


class Addcdiv(Op):
    """a + value b / c."""

    broadcasts = promotes = True
    formula = r"\bar z", r"\bar z\, \frac{v}{c}", r"-\bar z\, \frac{v\, b}{c^2}"

    def forward(a, b, c, value):
        return a + value * b / c

    def grad_a(g):
        return g

    def grad_b(g, c, value):
        return g * (value / c)

    def grad_c(g, b, c, value):
        return -g * ((value * b) / (c * c))


# ------------------------------------------------------------ sums with a factor
class AddScaled(Op):
    """a + alpha b for tensors a and b and a number alpha."""

    node_name = "AddBackward0"
    broadcasts = promotes = True
    formula = r"\bar z", r"\alpha\, \bar z"

    def forward(a, b, alpha):
        return a + alpha * b

    def grad_a(g):
        return g

    def grad_b(g, alpha):
        return g * alpha


class SubScaled(Op):
    """a - alpha b for tensors a and b and a number alpha."""

    node_name = "SubBackward0"
    broadcasts = promotes = True
    formula = r"\bar z", r"-\alpha\, \bar z"

    def forward(a, b, alpha):
        return a - alpha * b

    def grad_a(g):
        return g

    def grad_b(g, alpha):
        return -g * alpha


class RsubTensor(Op):
    """b - alpha a for tensors a and b and a number alpha."""

    node_name = "RsubBackward0"
    broadcasts = promotes = True
    formula = r"-\alpha\, \bar z", r"\bar z"

    def forward(a, b, alpha):
        return b - alpha * a

    def grad_a(g, alpha):
        return -g * alpha

    def grad_b(g):
        return g


# ------------------------------------------------------------ what users call
def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """`input + weight * (end - input)`: the point between two others.

    Parameters
    ----------
    input, end : Tensor
        Of one dtype, of floats.
    weight : number or Tensor

    Raises
    ------
    RuntimeError
        If the dtypes differ.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.lerp(minigrad.tensor([0., 10.]), minigrad.tensor([1., 20.]), 0.5)
    tensor([ 0.5000, 15.0000])
    """
    of_tensor = hasattr(weight, "array")
    if not hasattr(input, "array") or not hasattr(end, "array") or not (of_tensor or isinstance(weight, NUMBERS)):
        raise no_such_call("lerp", input, end, weight)
    for name, x in (("end", end), ("weight", weight)):
        if hasattr(x, "array") and x.dtype is not input.dtype and (name == "end" or x.ndim):
            raise RuntimeError(
                f"expected dtype {dtypes.CPP_NAMES[input.dtype.name]} for `{name}` "
                f"but got dtype {dtypes.CPP_NAMES[x.dtype.name]}"
            )
    fitting(input, end, *([weight] if of_tensor else []))
    if input.array.dtype.kind != "f":
        raise not_for(input.array, f"lerp_kernel_{'tensor' if of_tensor else 'scalar'}")
    if of_tensor:
        return apply(LerpOfTensor, input, end, weight)
    return apply(Lerp, input, end, weight=weight)


def _three(op: type[Op], name: str, input: Tensor, tensor1: Any, tensor2: Any, value: Any) -> Tensor:
    """Run an operation of three tensors in the one dtype in which PyTorch computes."""
    array_of(input, name)
    tensors_only(name, tensor1=tensor1, tensor2=tensor2)
    tensors = [input, tensor1, tensor2]
    if op is Addcdiv and all(x.array.dtype.kind != "f" for x in (tensor1, tensor2)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true"
            " division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * "
            "minigrad.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value "
            "* tensor1 / tensor2), for all dtypes."
        )
    kind = dtypes.result_dtype([x.array for x in tensors])
    fitting(*tensors)
    if kind is dtypes.bool_:
        raise not_for(input.array, f"{name}_cpu_out")
    if not kind.is_floating_point:
        value = int(value)
    return apply(op, *tensors, value=value)


def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """`input + value * tensor1 * tensor2`.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.addcmul(minigrad.tensor([1.]), minigrad.tensor([2.]), minigrad.tensor([3.]), value=10)
    tensor([61.])
    """
    return _three(Addcmul, "addcmul", input, tensor1, tensor2, value)


def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """`input + value * tensor1 / tensor2`."""
    return _three(Addcdiv, "addcdiv", input, tensor1, tensor2, value)
