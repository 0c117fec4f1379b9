"""What PyTorch calls what our nodes save, and how it is given there: tables for `saved_names.py`."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from operator import attrgetter, itemgetter
from typing import Any

from .. import backend
from ..tensor import wrap


class With:
    """A function of a saved value and of others that the node has saved under these names of ours."""

    __slots__ = ("function", "others")

    def __init__(self, function: Callable[..., Any], *others: str) -> None:
        self.function, self.others = function, others


def _indices(index: Any) -> tuple[Any, ...]:
    parts = index if isinstance(index, tuple) else (index,)
    return tuple(wrap(part) if backend.is_array(part) else None for part in parts)


def _flat(indices: Any, taps: Any) -> Any:
    """Numbers of taps as PyTorch's places in the image."""
    from ..ops.pool import flat_indices

    return wrap(flat_indices(indices.array, taps))


def _target(index: Any, ignored: Any) -> Any:
    """The classes; None where some are ignored, for which class 0 stands in."""
    return None if ignored is not None and ignored.any() else wrap(index[min(1, len(index) - 1)])


def _by_row(rows: Any, a: Any, number: int) -> Any:
    """One number for each of layer norm's rows: as many dimensions as the input, those that are normalized of length 1.

    Whether one of length 1 is normalized makes no difference.
    """
    kept = next(d for d in reversed(range(a.ndim)) if prod(a.shape[:d]) == number)
    return rows.reshape(*a.shape[:kept], *[1] * (a.ndim - kept))


def _by_group(groups: Any, a: Any) -> Any:
    return groups.reshape(a.shape[0], groups.numel() // (a.shape[0] or 1))


def _of_batch(statistic: Any, training: bool) -> Any:
    return statistic if training else statistic[:0]


def _remembered(statistic: Any, training: bool) -> Any:
    return None if training else statistic


# Our name: PyTorch's, or several with a function for each that gets its value out of ours; none where it has none.
# `OWN` goes by the node's name, or by the class where the classes that share a node save different things.
USUAL = {"a": "self", "b": "other", "z": "result", "a_shape": "self_sym_sizes", "index": {"indices": _indices}}
_SIZES_AND_NUMBER = {"self_sym_sizes": None, "self_sym_numel": prod}
_REDUCTION = {"reduction": ("none", "mean", "sum").index}
_LOSS: dict[str, Any] = {"b": "target", "reduction": _REDUCTION}
_NLL: dict[str, Any] = {
    "index": {"target": With(_target, "ignored")},
    "ignored": {},
    "weights": {},
    "total": {},
    "reduction": _REDUCTION,
}
_WINDOWS = {n: attrgetter(n) for n in ("stride", "padding", "dilation")} | {"kernel_size": attrgetter("kernel")}
_PRODUCT: dict[str, Any] = {"a_shape": {}, "b": "batch1", "c": "batch2"}
_HOW = {name: attrgetter(name) for name in ("stride", "padding", "dilation", "groups")} | {
    "output_padding": lambda how: how.output_padding or (0,) * len(how.stride),
}
_CONVOLUTION: dict[str, Any] = {"a": "input", "b": "weight", "a_shape": {}, "b_shape": {}, "size": {}}
_STRIDED = {"layout": {"size": attrgetter("shape")}}
_WAYS = {"ways": {"output_size": lambda ways: tuple(len(way.low) for way in ways)}}
_INDEX = {"index": "index"}
_SOURCE = {**_INDEX, "b": "source"}
OWN: dict[str, dict[str, Any]] = {
    "AdaptiveAvgPool2DBackward0": {"a_shape": {}, "size": {}},
    "AdaptiveMaxPool2DBackward0": {"a_shape": {}, "indices": "result1"},
    "AddbmmBackward0": _PRODUCT,
    "AddcdivBackward0": {"b": "tensor1", "c": "tensor2"},
    "AddcmulBackward0": {"b": "tensor1", "c": "tensor2"},
    "AddmmBackward0": {"a_shape": {}, "b": "mat1", "c": "mat2"},
    "AddmvBackward0": {"a_shape": {}, "b": "mat", "c": "vec"},
    "AddrBackward0": {"a_shape": {}, "b": "vec1", "c": "vec2"},
    "AliasBackward0": {"a_shape": {}},
    "AsStridedBackward0": _STRIDED,
    "AsStridedBackward1": _STRIDED,
    "AvgPool2DBackward0": {
        "a_shape": {},
        "taps": {n: _WINDOWS[n] for n in ("stride", "padding", "kernel_size")},
        "with_padding": "count_include_pad",
        "divisor": "divisor_override",
    },
    "BaddbmmBackward0": _PRODUCT,
    "BinaryCrossEntropyBackward0": _LOSS,
    "BinaryCrossEntropyWithLogitsBackward0": _LOSS,
    "BmmBackward0": {"b": "mat2"},
    "ClampBackward0": {"b": "min", "c": "max"},
    "ClampBackward1": {"lower": "min", "upper": "max"},
    "ClampLower": {"b": {"min": None, "max": lambda bound: None}},
    "ClampMaxBackward0": {"n": "max"},
    "ClampMaxBackward1": {"b": "max"},
    "ClampMinBackward0": {"n": "min"},
    "ClampMinBackward1": {"b": "min"},
    "ClampUpper": {"b": {"min": lambda bound: None, "max": None}},
    "Col2ImBackward0": {"taps": _WINDOWS},
    "ConstantPadNdBackward0": {"a_shape": {}, "value": {}},
    "Convolution": {**_CONVOLUTION, "how": _HOW | {"transposed": lambda how: False}},
    "ConvolutionTranspose": {**_CONVOLUTION, "how": _HOW | {"transposed": lambda how: True}},
    "DistBackward0": {"dtype": {}},
    "DivBackward1": {"n": "other"},
    "DotBackward0": {"b": "tensor"},
    "EmbeddingBackward0": {"a_shape": {"weight_sym_argsize_0": itemgetter(0)}},
    "GatherBackward0": _INDEX,
    "HuberLossBackward0": _LOSS,
    "Im2ColBackward0": {
        "taps": _WINDOWS | {f"self_sym_argsize_minus_{n}": lambda taps, n=n: taps.size[-n] for n in (1, 2)},
    },
    "IndexAddBackward0": {**_SOURCE, "alpha": {}},
    "IndexCopyBackward0": _SOURCE,
    "IndexFillBackward0": {**_INDEX, "value": {}},
    "IndexFillBackward1": _INDEX,
    "IndexPutBackward0": {"b_shape": {}},
    "IndexSelectBackward0": _INDEX,
    "LerpBackward1": {"b": "end", "c": "weight"},
    "LinalgCholeskyExBackward0": {"z": "L"},
    "LinalgDetBackward0": {"a": "A"},
    "LinalgInvExBackward0": {"z": "inverse"},
    "LinalgSlogdetBackward0": {"a": "A"},
    "LinalgSolveExBackward0": {"a": "A", "vector": {}},
    "LinalgVectorNormBackward0": {"p": "ord"},
    "MaskedScatterBackward0": {"b_shape": "source_sym_sizes"},
    "MaxPool2DWithIndicesBackward0": {"a_shape": {}, "indices": {"result1": With(_flat, "taps")}, "taps": _WINDOWS},
    "MeanBackward0": {"a_shape": _SIZES_AND_NUMBER},
    "MeanBackward1": {"a_shape": _SIZES_AND_NUMBER},
    "MmBackward0": {"b": "mat2"},
    "MseLossBackward0": _LOSS,
    "MulBackward1": {"n": "other"},
    "MvBackward0": {"b": "vec"},
    "NativeBatchNormBackward0": {
        "a": "input",
        "b": "weight",
        "mean": {"result1": With(_of_batch, "training"), "running_mean": With(_remembered, "training")},
        "invstd": {"result2": With(_of_batch, "training")},
    },
    "NativeGroupNormBackward0": {
        "a": {
            "input": None,
            "N": lambda a: a.shape[0],
            "C": lambda a: a.shape[1],
            "HxW": lambda a: prod(a.shape[2:]),
        },
        "b": "weight",
        "mean": {"result1": With(_by_group, "a")},
        "rstd": {"result2": With(_by_group, "a")},
        "rows": {"group": With(lambda rows, a: rows // (a.shape[0] or 1), "a")},
    },
    "NativeLayerNormBackward0": {
        "a": "input",
        "b": {"weight": lambda weight: weight if weight.ndim else None},  # the number 1, where none was given
        "mean": {"result1": With(_by_row, "a", "rows")},
        "rstd": {"result2": With(_by_row, "a", "rows")},
        "rows": {},
        "eps": {},
    },
    "NllLoss2DBackward0": _NLL,
    "NllLossBackward0": _NLL,
    "PixelShuffleBackward0": {"r": "upscale_factor"},
    "PixelUnshuffleBackward0": {"r": "downscale_factor"},
    "PowBackward0": {"n": "exponent"},
    "PowBackward1": {"b": "exponent"},
    "PowBackward2": {"a": "exponent", "n": "self"},
    "PreluKernelBackward0": {"b": "weight"},
    "PutBackward0": {**_INDEX, "b": "source"},
    "ReflectionPad1DBackward0": {"find": {}},
    "ReflectionPad2DBackward0": {"find": {}},
    "ReflectionPad3DBackward0": {"find": {}},
    "ReplicationPad1DBackward0": {"find": {}},
    "ReplicationPad2DBackward0": {"find": {}},
    "ReplicationPad3DBackward0": {"find": {}},
    "ScatterAddBackward0": {**_INDEX, "b_shape": {}},
    "ScatterBackward0": {**_INDEX, "b_shape": {}},
    "ScatterBackward1": {**_INDEX, "value": {}},
    "SelectBackward0": {"number": "index"},
    "SliceBackward0": {
        "span": {"start": lambda s: s.start or 0, "end": attrgetter("stop"), "step": lambda s: s.step or 1}
    },
    "SmoothL1LossBackward0": _LOSS,
    "SoftMarginLossBackward0": {"reduction": _REDUCTION},
    "SplitBackward0": {"sizes": {"split_size": itemgetter(0)}},
    "SplitWithSizesBackward0": {"sizes": "split_sizes"},
    "StdMeanBackward0": {"std": "result0"},
    "TakeBackward0": _INDEX,
    "ToCopyBackward0": {"source": {}},
    "TransposeBackward0": {"dims": {"dim0": itemgetter(0), "dim1": itemgetter(1)}},
    "UnbindBackward0": {"a_shape": {}},
    "UnsqueezeBackward0": {"a_shape": {}},
    "UpsampleBilinear2DBackward0": _WAYS,
    "UpsampleLinear1DBackward0": _WAYS,
    "UpsampleNearest1DBackward0": _WAYS,
    "UpsampleNearest2DBackward0": _WAYS,
    "UpsampleNearestExact1DBackward0": _WAYS,
    "UpsampleNearestExact2DBackward0": _WAYS,
    "XlogyBackward1": {"a": "other", "n": "self"},
    "XlogyBackward2": {"n": "other"},
}
