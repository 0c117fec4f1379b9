"""The bilinear map of two inputs: what `nn.Bilinear` computes."""

from __future__ import annotations

from ..dtypes import CPP_NAMES
from ..tensor import Tensor
from .functions import add, mul
from .matmul import matmul
from .operands import array_of
from .reduce import sum as sum_of
from .shaping import permute, reshape, unsqueeze, view


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    r"""yₖ = x₁ᵀ Aₖ x₂ + bₖ, on the last dimensions.

    Parameters
    ----------
    input1 : Tensor of shape (\*, n)
    input2 : Tensor of shape (\*, m)
    weight : Tensor of shape (out, n, m)
        The matrices Aₖ.
    bias : Tensor of shape (out,), optional

    Returns
    -------
    Tensor of shape (\*, out)

    Examples
    --------
    >>> import minigrad
    >>> F = minigrad.nn.functional
    >>> F.bilinear(minigrad.tensor([1., 2.]), minigrad.tensor([3., 4.]), minigrad.eye(2)[None])  # the dot product
    tensor([11.])
    """
    for position, (x, name) in enumerate(((input1, "input1"), (input2, "input2"), (weight, "weight")), 1):
        array_of(x, "bilinear", f"argument '{name}' (position {position})")
    _check(input1, input2, weight, bias)
    batch, (out, n, m) = input1.array.shape[:-1], weight.array.shape
    first, second = reshape(input1, -1, n), reshape(input2, -1, m)
    halves = view(matmul(first, reshape(permute(weight, 1, 0, 2), n, out * m)), first.array.shape[0], out, m)
    y = view(sum_of(mul(halves, unsqueeze(second, 1)), -1), *batch, out)
    return y if bias is None else add(y, bias)


def _check(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    a, b, w = input1.array, input2.array, weight.array
    if not a.dtype == b.dtype == w.dtype:
        kinds = ", ".join(f"{n}: {CPP_NAMES[x.dtype.name]}" for n, x in (("input1", a), ("input2", b), ("weight", w)))
        raise RuntimeError(f"All tensors must have the same dtype, got {kinds}")
    if a.ndim != b.ndim:
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {a.ndim} and {b.ndim}")
    for i, (mine, theirs) in enumerate(zip(a.shape[:-1], b.shape[:-1], strict=True)):
        if mine != theirs:
            raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {i}: got {mine} and {theirs}")
    if w.ndim != 3:
        raise IndexError(f"Dimension out of range (expected to be in range of [-{w.ndim}, {w.ndim - 1}], but got 2)")
    for name, x, wanted in (("input1", a, w.shape[1]), ("input2", b, w.shape[2])):
        if x.shape[-1] != wanted:
            raise RuntimeError(
                f"bilinear(): {name} size does not match weight size: got {x.shape[-1]} but expected {wanted}"
            )
    if bias is not None and bias.array.ndim == 1 and bias.array.shape != w.shape[:1]:
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {bias.array.shape[0]} but expected {w.shape[0]}"
        )
