"""`interpolate`, with PyTorch's arguments and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Any

from ..tensor import Tensor
from . import resample as ops
from .adaptive import adaptive_avg_pool1d, adaptive_avg_pool2d
from .calling import apply
from .operands import array_of
from .pooling import refuse_kind

_OPS = {
    ("nearest", 1): ops.UpsampleNearest1D,
    ("nearest", 2): ops.UpsampleNearest2D,
    ("nearest-exact", 1): ops.UpsampleNearestExact1D,
    ("nearest-exact", 2): ops.UpsampleNearestExact2D,
    ("linear", 1): ops.UpsampleLinear1D,
    ("bilinear", 2): ops.UpsampleBilinear2D,
}
_KERNELS = {
    ("nearest", 1): "compute_indices_weights_nearest",
    ("nearest-exact", 1): "compute_indices_weights_nearest",
    ("linear", 1): "compute_indices_weights_linear",
    ("nearest", 2): "upsample_nearest2d_channels_last",
    ("nearest-exact", 2): "upsample_nearest2d_channels_last",
    ("bilinear", 2): "upsample_bilinear2d_channels_last",
}
_DIMS = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5, "lanczos": 4}


def _per_dimension(given: Any, name: str, shape: Sequence[int]) -> list[Any]:
    """`size` or `scale_factor`, one for each dimension of the images."""
    if not isinstance(given, (list, tuple)):
        return [given] * len(shape)
    if len(given) != len(shape):
        what, places = ("output size of", "output size in (o1, o2, ...,oK)")
        if name == "scale_factor":
            what, places = "scale_factor of shape", "scale_factor in (s1, s2, ...,sK)"
        subject = "output" if name == "size" else "scale_factor"
        raise ValueError(
            f"Input and {subject} must have the same number of spatial dimensions, but got input with spatial "
            f"dimensions of {list(shape)} and {what} {given}. Please provide input tensor in (N, C, d1, d2, ...,dK) "
            f"format and {places} format."
        )
    return list(given)


def _sizes(
    shape: Sequence[int], size: Any, scale_factor: Any, recompute: bool | None
) -> tuple[list[int], list[float | None]]:
    """The new height and width, and the factors to go by (None: by the sizes)."""
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is not None:
        sizes: list[int] = _per_dimension(size, "size", shape)
        if recompute:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        return sizes, [None] * len(shape)
    if scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    factors = [float(f) for f in _per_dimension(scale_factor, "scale_factor", shape)]
    sizes = [floor(n * f) for n, f in zip(shape, factors, strict=True)]
    return sizes, [None] * len(shape) if recompute else list(factors)


def _check_sizes(have: Sequence[int], want: Sequence[int]) -> None:
    if min(*have, *want) > 0:
        return
    if len(have) == 1:
        sizes = f"input (W: {have[0]}) and output (W: {want[0]})"
    else:
        sizes = f"input (H: {have[0]}, W: {have[1]}) output (H: {want[0]}, W: {want[1]})"
    raise RuntimeError(f"Input and output sizes should be greater than 0, but got {sizes}")


def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Images (N, C, H, W), or rows (N, C, W), made larger or smaller.

    Parameters
    ----------
    size : int or pair, optional
        The new height and width.
    scale_factor : float or pair, optional
        How many times the old ones they are; rounded down.
    mode : {"nearest", "nearest-exact", "linear", "bilinear", "area"}
        "nearest" copies the number at the new place's corner, "nearest-exact" the one at its middle; "linear" (rows)
        and "bilinear" (images) mix the neighbours; "area" takes means, as `adaptive_avg_pool2d`.
    align_corners : bool, optional
        For the mixing ones: lay the first and the last numbers on each other, instead of the images' borders.
    recompute_scale_factor : bool, optional
        Go by the rounded sizes instead of the given factor.

    Raises
    ------
    NotImplementedError
        For bicubic and trilinear resampling, and `antialias`.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([[[1., 2.]]])
    >>> minigrad.nn.functional.interpolate(x, scale_factor=2)
    tensor([[[1., 1., 2., 2.]]])
    >>> minigrad.nn.functional.interpolate(x, scale_factor=2, mode="linear")
    tensor([[[1.0000, 1.2500, 1.7500, 2.0000]]])
    """
    a = array_of(input, "interpolate")
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    have = a.shape[2:]
    want, factors = _sizes(have, size, scale_factor, recompute_scale_factor)
    if antialias and not (mode in ("bilinear", "bicubic", "lanczos") and a.ndim == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
        )
    if a.ndim == 3 and mode == "area":
        return adaptive_avg_pool1d(input, want[0])
    if a.ndim == 4 and mode == "area":
        return adaptive_avg_pool2d(input, tuple(want))
    dims = len(have)
    op = _OPS.get((mode, dims))
    if op is None or antialias:
        raise _unknown(mode, a.ndim, antialias)
    _check_sizes(have, want)
    if 0 in a.shape[1:]:
        raise RuntimeError(f"Non-empty {a.ndim}D data tensor expected but got a tensor with sizes {list(a.shape)}")
    bytes_too = "" if mode.startswith("nearest") else "uint8 "
    refuse_kind(input, _KERNELS[mode, dims], bytes_too + "bool int8 int16 int32 int64")
    each = list(zip(have, want, factors, strict=True))
    if mode.startswith("nearest"):
        ways = tuple(ops.nearest(n, m, f, mode == "nearest-exact") for n, m, f in each)
    else:
        ways = tuple(ops.linear(n, m, f, bool(align_corners), a.dtype) for n, m, f in each)
    return apply(op, input, ways=ways)


def _unknown(mode: str, ndim: int, antialias: bool) -> NotImplementedError:
    need = _DIMS.get(mode)
    if need is not None and ndim in (3, 4, 5) and need != ndim:
        return NotImplementedError(f"Got {ndim}D input, but {mode} mode needs {need}D input")
    if need == ndim or ndim == 5:
        with_what = f"mode={mode!r}" + (" and antialias=True" if antialias else "")
        return NotImplementedError(f"interpolate() with {with_what} of {ndim}D input is not part of minigrad")
    return NotImplementedError(
        f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {ndim}D) for the modes: nearest | linear | "
        f"bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {mode})"
    )
