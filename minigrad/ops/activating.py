"""The functions that users call for the operations of activation.py, with PyTorch's names and arguments."""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..tensor import Tensor
from . import activation as ops
from .base import Op
from .calling import apply
from .functions import abs, relu, tanh
from .inplace import in_place
from .operands import NUMBERS, array_of, not_for
from .shaping import view, wrap_dim


def _floats(input: Any, name: str, kernel: str) -> None:
    """Raise if the input is no tensor, or none of floating point numbers."""
    if array_of(input, name).dtype.kind != "f":
        raise not_for(input.array, kernel)


def _number(value: Any, name: str, argument: str, position: int) -> None:
    if not isinstance(value, NUMBERS):
        kind = type(value).__name__
        raise TypeError(f"{name}(): argument '{argument}' (position {position}) must be Number, not {kind}")


def _in_place(op: type[Op], name: str, kernel: str = "") -> Any:
    """The in-place form of an operation with arguments, by the class that looks at the result only."""

    def function(input: Tensor, **how: Any) -> Tensor:
        if kernel:
            _floats(input, name, kernel)
        return apply(op, input, **how)

    return in_place(function, f"{name}_")


# ------------------------------------------------------------ pieces of lines
relu_ = in_place(relu, "relu_")


def relu_or_in_place(input: Tensor, inplace: bool = False) -> Tensor:
    """Each element, or 0 if it is negative; in the input's own memory if `inplace`."""
    return relu_(input) if inplace else relu(input)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Each element, held between `min_val` and `max_val`.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.hardtanh(minigrad.tensor([-2., 0.5, 2.]))
    tensor([-1.0000,  0.5000,  1.0000])
    """
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    if array_of(input, "hardtanh").dtype == bool:
        raise RuntimeError("Bool inputs not supported for hardtanh")
    return (_hardtanh_in_place if inplace else _hardtanh)(input, min_val=min_val, max_val=max_val)


def _hardtanh(input: Tensor, min_val: float, max_val: float) -> Tensor:
    return apply(ops.Hardtanh, input, min_val=min_val, max_val=max_val)


_hardtanh_in_place = in_place(_hardtanh, "hardtanh_")


def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """`hardtanh` in the input's own memory."""
    return _hardtanh_in_place(input, min_val=min_val, max_val=max_val)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Each element, held between 0 and 6."""
    array_of(input, "relu6")
    return hardtanh(input, 0, 6, inplace)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Each element; multiplied by `negative_slope` if it is negative."""
    _floats(input, "leaky_relu", "leaky_relu_cpu")
    _number(negative_slope, "leaky_relu", "negative_slope", 2)
    if inplace:
        return _leaky_relu_in_place(input, negative_slope=negative_slope)
    return apply(ops.LeakyRelu, input, negative_slope=negative_slope)


_leaky_relu_in_place = _in_place(ops.LeakyReluInPlace, "leaky_relu")


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """`leaky_relu` in the input's own memory."""
    return leaky_relu(input, negative_slope, inplace=True)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Each element that is above `threshold`; `value` in place of the others."""
    if array_of(input, "threshold").dtype == bool:
        raise NotImplementedError("\"threshold_cpu\" not implemented for 'Bool'")
    _number(threshold, "threshold", "threshold", 2)
    _number(value, "threshold", "value", 3)
    return (_threshold_in_place if inplace else _threshold)(input, threshold=threshold, value=value)


def _threshold(input: Tensor, threshold: float, value: float) -> Tensor:
    return apply(ops.Threshold, input, threshold=threshold, value=value)


_threshold_in_place = _in_place(ops.ThresholdInPlace, "threshold")


def threshold_(input: Tensor, threshold_: float, value: float) -> Tensor:
    """`threshold` in the input's own memory."""
    return threshold(input, threshold_, value, inplace=True)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """(x + 3) / 6 of each element x, held between 0 and 1."""
    _floats(input, "hardsigmoid", "hardsigmoid_cpu")
    return _hardsigmoid_in_place(input) if inplace else apply(ops.Hardsigmoid, input)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """Each element times its `hardsigmoid`."""
    _floats(input, "hardswish", "hardswish_cpu")
    return _hardswish_in_place(input) if inplace else apply(ops.Hardswish, input)


_hardsigmoid_in_place = _in_place(ops.Hardsigmoid, "hardsigmoid")
_hardswish_in_place = _in_place(ops.Hardswish, "hardswish")


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Each element; 0 if it is no further than `lambd` from 0."""
    _floats(input, "hardshrink", "hardshrink_cpu")
    _number(lambd, "hardshrink", "lambd", 2)
    return apply(ops.Hardshrink, input, lambd=lambd)


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Each element, `lambd` nearer to 0; 0 if it is no further than that."""
    _floats(input, "softshrink", "softshrink_check")
    if not lambd >= 0:
        kind = dtypes.SCALAR_TYPE_NAMES[input.dtype.name]
        top = {"Half": "65504", "Float": "3.40282e+38", "Double": "1.79769e+308"}[kind]
        raise RuntimeError(f"lambda must be in range [0, {top}] for input dtype {kind}, but found {lambd:g}")
    return apply(ops.Softshrink, input, lambd=lambd)


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Each element; multiplied by a learned slope if it is negative.

    Parameters
    ----------
    weight : Tensor
        One slope for all, or one for each channel (dimension 1 of the input).
    """
    a = array_of(input, "prelu")
    w = array_of(weight, "prelu", "argument 'weight' (position 2)")
    if a.dtype != w.dtype:
        have, other = (dtypes.SCALAR_TYPE_NAMES[x.dtype.name] for x in (input, weight))
        raise RuntimeError(f"prelu: Type promoting not supported. Got {have} and {other}")
    if w.size != 1:
        if a.ndim == 0:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = a.shape[1] if a.ndim > 1 else 1
        if channels != w.size:
            raise RuntimeError(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{w.size} and channel size = {channels}."
            )
    if w.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {w.ndim}")
    if a.ndim > 1 or (w.size == 1 and w.ndim != a.ndim):
        weight = view(weight, [-1 if i == min(1, a.ndim - 1) else 1 for i in range(a.ndim)] if a.ndim else [])
    return apply(ops.PreluKernel, input, weight)


# ------------------------------------------------------------ curves
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Each element x; `alpha * (exp(x) - 1)` if it is negative."""
    _number(alpha, "elu", "alpha", 2)
    return _elu(input, "elu", alpha, 1, inplace)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """`elu`, scaled so that a deep network keeps mean 0 and variance 1 (Klambauer et al., 2017)."""
    return _elu(input, "selu", _SELU_ALPHA, _SELU_SCALE, inplace)


def _elu(input: Tensor, name: str, alpha: float, scale: float, inplace: bool) -> Tensor:
    _floats(input, name, "elu_cpu")
    how = {"alpha": alpha, "scale": scale, "input_scale": 1}
    return _elu_in_place(input, **how) if inplace else apply(ops.Elu, input, **how)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Each element x; `alpha * (exp(x / alpha) - 1)` if it is negative."""
    _number(alpha, "celu", "alpha", 2)
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    _floats(input, "celu", "elu_cpu")
    return _celu_in_place(input, alpha=alpha) if inplace else apply(ops.Celu, input, alpha=alpha)


_elu_in_place = _in_place(ops.EluInPlace, "elu")
_celu_in_place = _in_place(ops.CeluInPlace, "celu")


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`elu` in the input's own memory."""
    return elu(input, alpha, inplace=True)


def selu_(input: Tensor) -> Tensor:
    """`selu` in the input's own memory."""
    return selu(input, inplace=True)


def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`celu` in the input's own memory."""
    return celu(input, alpha, inplace=True)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Each element times its sigmoid.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.silu(minigrad.tensor([-1., 0., 1.]))
    tensor([-0.2689,  0.0000,  0.7311])
    """
    _floats(input, "silu", "silu_cpu")
    return _silu_in_place(input) if inplace else apply(ops.Silu, input)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """Each element times the tanh of its softplus."""
    _floats(input, "mish", "mish_cpu")
    return _mish_in_place(input) if inplace else apply(ops.Mish, input)


_silu_in_place = _in_place(ops.Silu, "silu")
_mish_in_place = _in_place(ops.Mish, "mish")


def gelu(input: Tensor, *, approximate: str = "none") -> Tensor:
    """Each element times the probability that a normally distributed number is below it.

    Parameters
    ----------
    approximate : {"none", "tanh"}
        "tanh" replaces that probability by a tanh of about the same shape.
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    _floats(input, "gelu", "GeluKernelImpl")
    return apply(ops.Gelu, input, approximate=approximate)


def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    """`log(1 + exp(beta * x)) / beta` of each element x: a smooth `relu`; x itself where `beta * x > threshold`."""
    _floats(input, "softplus", "softplus_cpu")
    _number(beta, "softplus", "beta", 2)
    _number(threshold, "softplus", "threshold", 3)
    return apply(ops.Softplus, input, beta=beta, threshold=threshold)


def logsigmoid(input: Tensor) -> Tensor:
    """The logarithm of each element's sigmoid."""
    _floats(input, "log_sigmoid", "log_sigmoid_cpu")
    return apply(ops.LogSigmoid, input)


def softsign(input: Tensor) -> Tensor:
    """`x / (1 + abs(x))` of each element x."""
    return input / (abs(input) + 1)


def tanhshrink(input: Tensor) -> Tensor:
    """Each element less its tanh."""
    return input - tanh(input)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """One half of the input along `dim` times the sigmoid of the other half.

    Raises
    ------
    RuntimeError
        If the dimension cannot be halved.
    """
    a = array_of(input, "glu")
    if a.ndim == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    dim = wrap_dim(dim, a.ndim)
    if a.shape[dim] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {a.shape[dim]}")
    _floats(input, "glu", "glu_cpu")
    return apply(ops.Glu, input, dim=dim)
