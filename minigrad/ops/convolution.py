"""`conv1d`, `conv2d` and their transposes, with PyTorch's arguments and refusals."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from .. import dtypes
from ..tensor import Tensor
from .calling import apply
from .conv import NOTHING, Convolution, ConvolutionTranspose, How
from .images import Pair, channels_last, reach
from .padding import ConstantPad
from .shaping import squeeze, unsqueeze


def numbers_of(function: str, dims: int, dim: int, **given: Any) -> list[Pair]:
    """Stride, padding and the like, one number or a sequence of them, as a tuple of `dim` ints each.

    `dims` is how many the function has; `dim` those that the weight asks for.
    """
    found = []
    for name, value in given.items():
        if type(value) is tuple and len(value) == dim and all(type(n) is int for n in value):
            found.append(value)
            continue
        values = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,) * dims
        if not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in values):
            kind = type(value).__name__
            raise TypeError(f"{function}() received an invalid combination of arguments - got ({name}={kind})")
        if len(values) not in (1, dim):
            raise RuntimeError(
                f"expected {name} to be a single integer value or a list of {dim} values to match the convolution "
                f"dimensions, but got {name}={list(values)}"
            )
        found.append(tuple(int(n) for n in (values if len(values) == dim else values * dim)))
    return found


def _check_tensors(function: str, *tensors: Any) -> None:
    input, weight, bias = tensors
    if not (isinstance(input, Tensor) and isinstance(weight, Tensor) and (bias is None or isinstance(bias, Tensor))):
        kinds = ", ".join(type(x).__name__ for x in tensors if x is not None)
        raise TypeError(f"{function}() received an invalid combination of arguments - got ({kinds})")


def _check_images(function: str, input: Tensor, dim: int) -> None:
    if input.ndim not in (dim + 1, dim + 2):
        raise RuntimeError(
            f"Expected {dim + 1}D (unbatched) or {dim + 2}D (batched) input to {function}, "
            f"but got input of size: {list(input.shape)}"
        )


def _shape(x: Tensor | None) -> Pair | None:
    return None if x is None else x.array.shape


@lru_cache
def _check_shapes(x: Pair, w: Pair, bias: Pair | None, how: How, transposed: bool) -> None:
    """What PyTorch's `check_shape_forward` (aten/src/ATen/native/Convolution.cpp) checks, in its order and words."""
    groups = how.groups
    for bad, what in (
        (min(how.padding) < 0, "negative padding"),
        (min(how.output_padding, default=0) < 0, "negative output_padding"),
        (min(how.stride) <= 0, "non-positive stride"),
    ):
        if bad:
            raise RuntimeError(f"{what} is not supported")
    if min(how.dilation) <= 0:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(how.dilation)}")
    given = f"Given transposed=1, weight of size {list(w)}" if transposed else f"Given groups={groups}"
    if w[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{list(w)} instead"
        )
    if w[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of "
            f"size [{list(w)}] instead"
        )
    expected, outputs = (w[0], w[1] * groups) if transposed else (w[1] * groups, w[0])
    if x[1] != expected:
        given = given if transposed else f"{given}, weight of size {list(w)}"
        raise RuntimeError(
            f"{given}, expected input{list(x)} to have {expected} channels, but got {x[1]} channels instead"
        )
    if bias is not None and bias != (outputs,):
        given = given if transposed else f"Given weight of size {list(w)}"
        raise RuntimeError(
            f"{given}, expected bias to be 1-dimensional with {outputs} elements, but got bias of size "
            f"{list(bias)} instead"
        )
    if not transposed:
        padded = tuple(n + 2 * p for n, p in zip(x[2:], how.padding, strict=True))
        kernel = tuple(r + 1 if k else 0 for k, r in zip(w[2:], reach(w[2:], how.dilation), strict=True))
        if any(n < k for n, k in zip(padded, kernel, strict=True)):
            raise RuntimeError(
                f"Calculated padded input size per channel: ({_by(padded)}). Kernel size: ({_by(kernel)}). "
                "Kernel size can't be greater than actual input size"
            )
    if 0 in w[2:]:
        height, width = (1, *w[2:])[-2:]
        raise RuntimeError(
            f"kernel size should be greater than zero, but got kernel_height: {height} kernel_width: {width}"
        )
    if 0 in x[2:]:
        raise RuntimeError(f"Only zero batch or zero channel inputs are supported, but got input shape: {list(x)}")


def _by(sizes: Sequence[int]) -> str:
    return " x ".join(map(str, sizes))


def _check_dtypes(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    if bias is not None and bias.dtype is not input.dtype:
        kinds = [dtypes.CPP_NAMES[x.dtype.name] for x in (input, bias)]
        raise RuntimeError(f"Input type ({kinds[0]}) and bias type ({kinds[1]}) should be the same")
    kinds = [dtypes.SCALAR_TYPE_NAMES[x.dtype.name] for x in (input, weight)]
    if kinds[0] != kinds[1]:
        raise RuntimeError(f"expected scalar type {kinds[0]} but found {kinds[1]}")
    if kinds[0] == "Bool":
        raise NotImplementedError("\"slow_conv2d_cpu\" not implemented for 'Bool'")


def _dims_of(weight: Tensor, groups: int) -> int:
    if weight.ndim < 3:
        raise RuntimeError("weight should have at least three dimensions")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    return weight.ndim - 2


def _in_batch(input: Tensor, dim: int) -> Tensor:
    return unsqueeze(input, 0) if input.ndim == dim + 1 else input


def _check_ranks(input: Tensor, weight: Tensor) -> None:
    if input.ndim != weight.ndim:
        raise RuntimeError(
            f"Expected {weight.ndim}-dimensional input for {weight.ndim}-dimensional weight {list(weight.shape)}, "
            f"but got {input.ndim}-dimensional input of size {list(input.shape)} instead"
        )


def _same(input: Tensor, kernel: Pair, stride: Pair, dilation: Pair) -> tuple[Tensor, Pair]:
    """The padding that keeps the size; where it is odd, the input gets the last row or column of zeros here."""
    if any(s != 1 for s in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    far = reach(kernel, dilation)
    if any(f % 2 for f in far):
        warnings.warn(
            "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the "
            "input be created",
            UserWarning,
            stacklevel=4,
        )
        margin = tuple(n for f in reversed(far) for n in (0, f % 2))
        input = apply(ConstantPad, input, pad=margin, value=0)
    return input, tuple(f // 2 for f in far)


def _convolution(
    function: str, dims: int, input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> Tensor:
    _check_tensors(function, input, weight, bias)
    _check_images(function, input, dims)
    dim = _dims_of(weight, groups)
    batch = _in_batch(input, dims)
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise RuntimeError(f"Invalid padding string: '{padding}'")
        stride, dilation = numbers_of(function, dims, dim, stride=stride, dilation=dilation)
        _check_ranks(batch, weight)
        plain = How(stride, (0,) * dim, dilation, groups)
        if padding == "same":
            batch, padding = _same(batch, weight.array.shape[2:], stride, dilation)
        how = plain._replace(padding=padding if padding != "valid" else plain.padding)
    else:
        s, p, d = numbers_of(function, dims, dim, stride=stride, padding=padding, dilation=dilation)
        how = How(s, p, d, groups)
        _check_ranks(batch, weight)
    _check_shapes(batch.array.shape, weight.array.shape, _shape(bias), how, transposed=False)
    _check_dtypes(input, weight, bias)
    how = how._replace(channels_last=channels_last(batch.array) or channels_last(weight.array))
    out = apply(Convolution, batch, weight, NOTHING if bias is None else bias, how=how)
    return squeeze(out, 0) if batch.ndim > input.ndim else out


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Slide a small image of weights over images: each output is the sum of a window times the weights.

    Parameters
    ----------
    input : Tensor
        (N, C, H, W), or one image (C, H, W).
    weight : Tensor
        (O, C / groups, kh, kw): one small image for each of the O output channels.
    bias : Tensor, optional
        (O,), added to each output channel.
    stride, dilation : int or pair
        How far windows are apart, and the numbers within a window.
    padding : int, pair, "same" or "valid"
        Rows and columns of zeros around the images; "same" keeps their size, "valid" adds none.
    groups : int
        Into how many parts the channels are cut; each part of the outputs sees one part of the inputs.

    Returns
    -------
    Tensor
        (N, O, places down, places across). Its memory is `channels_last` if that of the input or the weight is.

    Raises
    ------
    RuntimeError
        If shapes, dtypes or sizes do not fit.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.arange(9.).reshape(1, 1, 3, 3)
    >>> minigrad.nn.functional.conv2d(x, minigrad.ones(1, 1, 2, 2))
    tensor([[[[ 8., 12.],
              [20., 24.]]]])
    """
    return _convolution("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Slide a short row of weights over rows (N, C, W) or (C, W); arguments as those of `conv2d`."""
    return _convolution("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def _transposed(
    function: str,
    dims: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Tensor:
    _check_tensors(function, input, weight, bias)
    if isinstance(padding, str):
        raise TypeError(f"{function}(): argument 'padding' must be tuple of ints, not str")
    _check_images(function, input, dims)
    dim = _dims_of(weight, groups)
    batch = _in_batch(input, dims)
    s, p, d = numbers_of(function, dims, dim, stride=stride, padding=padding, dilation=dilation)
    (extra,) = numbers_of(function, dims, dim, output_padding=output_padding)
    how = How(s, p, d, groups, channels_last(batch.array) or channels_last(weight.array), extra)
    _check_ranks(batch, weight)
    _check_shapes(batch.array.shape, weight.array.shape, _shape(bias), how, transposed=True)
    _check_dtypes(input, weight, None)
    if any(e >= max(sd) for e, *sd in zip(extra, s, d, strict=True)):
        (eh, ew), (sh, sw), (dh, dw) = extra if dim == 2 else (0, *extra), (1, *s)[-2:], (1, *d)[-2:]
        raise RuntimeError(
            "output padding must be smaller than either stride or dilation, but got "
            f"output_padding_height: {eh} output_padding_width: {ew} stride_height: {sh} stride_width: {sw} "
            f"dilation_height: {dh} dilation_width: {dw}"
        )
    have, far = batch.array.shape[2:], reach(weight.array.shape[2:], d)
    size = tuple((n - 1) * s - 2 * p + f + e + 1 for n, s, p, f, e in zip(have, s, p, far, extra, strict=True))
    if min(size) < 1:
        one = () if dim == 2 else (1,)
        raise RuntimeError(
            f"Given input size per channel: ({_by((*one, *have))}). Calculated output size per channel: "
            f"({_by((*one, *size))}). Output size is too small"
        )
    bias = NOTHING if bias is None else bias.to(input.dtype)
    out = apply(ConvolutionTranspose, batch, weight, bias, size=size, how=how)
    return squeeze(out, 0) if batch.ndim > input.ndim else out


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """Put a multiple of a small image of weights where each number of the images stands, and sum where they overlap.

    It is what `conv2d`'s gradient does to its input (whence the name; it inverts nothing).

    Parameters
    ----------
    input : Tensor
        (N, C, H, W), or one image (C, H, W).
    weight : Tensor
        (C, O / groups, kh, kw).
    stride : int or pair
        How far neighbours are put apart.
    padding : int or pair
        Rows and columns that are cut off from the result on each side.
    output_padding : int or pair
        Rows and columns that the result has more, below and at the right: with a stride several sizes lead to one.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([[[[1., 2.]]]])
    >>> minigrad.nn.functional.conv_transpose2d(x, minigrad.ones(1, 1, 1, 2))
    tensor([[[[1., 3., 2.]]]])
    """
    arguments = stride, padding, output_padding, groups, dilation
    return _transposed("conv_transpose2d", 2, input, weight, bias, *arguments)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """`conv_transpose2d` of rows (N, C, W) or (C, W)."""
    arguments = stride, padding, output_padding, groups, dilation
    return _transposed("conv_transpose1d", 1, input, weight, bias, *arguments)
