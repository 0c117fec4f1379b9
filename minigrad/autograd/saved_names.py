"""What a node has saved under PyTorch's names: `node._saved_self`, `node._raw_saved_self`.

A rule's parameters are our names (`a`, `z`, `a_shape`, see `ops/base.py`). Most have one name in PyTorch; what a node
calls otherwise stands in `OWN`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from .. import backend
from ..tensor import wrap
from . import errors, versions
from .saved import Box, Packed, SavedHooks

if TYPE_CHECKING:
    from .node import Node


def _indices(index: Any) -> tuple[Any, ...]:
    parts = index if isinstance(index, tuple) else (index,)
    return tuple(wrap(part) if backend.is_array(part) else None for part in parts)


# Our name: PyTorch's, or several with a function for each that gets its value out of ours; none where it has none.
USUAL = {"a": "self", "b": "other", "z": "result", "a_shape": "self_sym_sizes", "index": {"indices": _indices}}
_SIZES_AND_NUMBER = {"self_sym_sizes": None, "self_sym_numel": prod}
_REDUCTION = {"reduction": ("none", "mean", "sum").index}
_LOSS: dict[str, Any] = {"b": "target", "reduction": _REDUCTION}
_NLL: dict[str, Any] = {
    "index": {"target": lambda index: wrap(index[min(1, len(index) - 1)])},
    "ignored": {},
    "weights": {},
    "total": {},
    "reduction": _REDUCTION,
}
_NORM: dict[str, Any] = {"a": "input", "b": "weight", "mean": "result1", "rstd": "result2", "rows": {}}
_INDEX = {"index": "index"}
_SOURCE = {**_INDEX, "b": "source"}
OWN: dict[str, dict[str, Any]] = {
    "AddcdivBackward0": {"b": "tensor1", "c": "tensor2"},
    "AddcmulBackward0": {"b": "tensor1", "c": "tensor2"},
    "AliasBackward0": {"a_shape": {}},
    "AvgPool2DBackward0": {"a_shape": {}, "taps": {n: attrgetter(n) for n in ("stride", "padding")}},
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
    "ConstantPadNdBackward0": {"a_shape": {}, "value": {}},
    "ConvolutionBackward0": {
        "a": "input",
        "b": "weight",
        "a_shape": {},
        "b_shape": {},
        "size": {},
        "how": {name: attrgetter(name) for name in ("stride", "padding", "dilation", "groups", "output_padding")},
    },
    "DistBackward0": {"dtype": {}},
    "DivBackward1": {"n": "other"},
    "DotBackward0": {"b": "tensor"},
    "EmbeddingBackward0": {"a_shape": {"weight_sym_argsize_0": itemgetter(0)}},
    "GatherBackward0": _INDEX,
    "HuberLossBackward0": _LOSS,
    "IndexAddBackward0": {**_SOURCE, "alpha": {}},
    "IndexCopyBackward0": _SOURCE,
    "IndexFillBackward0": {**_INDEX, "value": {}},
    "IndexFillBackward1": _INDEX,
    "IndexPutBackward0": {"b_shape": {}},
    "IndexSelectBackward0": _INDEX,
    "LerpBackward1": {"b": "end", "c": "weight"},
    "LinalgVectorNormBackward0": {"p": "ord"},
    "MaskedScatterBackward0": {"b_shape": "source_sym_sizes"},
    "MeanBackward0": {"a_shape": _SIZES_AND_NUMBER},
    "MeanBackward1": {"a_shape": _SIZES_AND_NUMBER},
    "MmBackward0": {"b": "mat2"},
    "MseLossBackward0": _LOSS,
    "MulBackward1": {"n": "other"},
    "MvBackward0": {"b": "vec"},
    "NativeBatchNormBackward0": _NORM | {"invstd": "result2"},
    "NativeGroupNormBackward0": _NORM,
    "NativeLayerNormBackward0": _NORM | {"eps": {}},
    "NllLoss2DBackward0": _NLL,
    "NllLossBackward0": _NLL,
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
    "XlogyBackward1": {"a": "other", "n": "self"},
    "XlogyBackward2": {"n": "other"},
}


def names(node: Node) -> dict[str, tuple[str, Callable[[Any], Any] | None]]:
    """For each of PyTorch's names our own, and what gets its value out of ours (None: it is the same)."""
    own = OWN.get(type(node).__qualname__) or OWN.get(node.node_name, {})  # several classes may share a node's name
    found: dict[str, tuple[str, Callable[[Any], Any] | None]] = {}
    for symbol in dict.fromkeys(symbol for symbols in node.saves for symbol in symbols):
        theirs = own.get(symbol, USUAL.get(symbol, symbol))
        for name, part in ({theirs: None} if isinstance(theirs, str) else theirs).items():
            found[name] = symbol, part
    return found


def look_up(node: Node, attribute: str) -> Any:
    """The value of `node._saved_…` or `node._raw_saved_…`.

    Raises
    ------
    AttributeError
        If there is no such saved value.
    RuntimeError
        If backward has freed it, or if it was changed in place since.
    """
    prefix = "_raw_saved_" if attribute.startswith("_raw") else "_saved_"
    found = names(node).get(attribute.removeprefix(prefix))
    if found is None:
        raise AttributeError(f"'{node.node_name}' object has no attribute '{attribute}'")
    symbol, part = found
    if prefix == "_raw_saved_":
        return SavedTensor(node, symbol)
    value = _value(node, symbol)
    return value if part is None or value is None else part(value)


def _value(node: Node, symbol: str) -> Any:
    """What the node has saved under this name, an array as the tensor that it was."""
    if node.freed:
        raise errors.second_backward(node)
    kept = _kept(node, symbol)
    if isinstance(kept, Box):
        kept = kept.unpack()
    elif backend.is_array(kept) and versions.writes_since(kept, node.seq):
        raise errors.modified_in_place(node, symbol, kept)
    return node._as_tensor(symbol, kept, node)


def _kept(node: Node, symbol: str) -> Any:
    """The same as it is kept: a number, an array, or a `Box`; None for an input whose gradient nobody needs."""
    saved: Any = node.saved.values if isinstance(node.saved, Packed) else node.saved
    for symbols, args in zip(node.saves, saved, strict=False):
        if args is not None and symbol in symbols:
            return args[symbols.index(symbol)]
    return None


class SavedTensor:
    """One saved tensor, as its node keeps it.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor(3., requires_grad=True)
    >>> y = x.exp()
    >>> y.grad_fn._raw_saved_result.register_hooks(lambda t: t.item(), minigrad.tensor)
    >>> y.grad_fn._raw_saved_result.data
    20.08553695678711
    """

    __slots__ = ("node", "symbol")

    def __init__(self, node: Node, symbol: str) -> None:
        self.node, self.symbol = node, symbol

    @property
    def data(self) -> Any:
        """What the pack hook returned; the tensor itself where there is none."""
        kept = _kept(self.node, self.symbol)
        return kept.content if isinstance(kept, Box) else self.unpack()

    @property
    def unpack_hook(self) -> Callable[[Any], Any] | None:
        """The function that makes a tensor of `data`."""
        kept = _kept(self.node, self.symbol)
        return kept.hooks.unpack if isinstance(kept, Box) else None

    def unpack(self) -> Any:
        """The tensor."""
        return _value(self.node, self.symbol)

    def register_hooks(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        """Keep what `pack_hook` makes of the tensor in its place, at once; `unpack_hook` makes a tensor of it again.

        Raises
        ------
        RuntimeError
            If that was done already, by this or by `saved_tensors_hooks`; or if backward has freed the tensor.
        """
        for hook in (pack_hook, unpack_hook):
            if not callable(hook):
                raise TypeError(f"register_hooks(): incompatible function arguments: {hook!r} cannot be called")
        if self.node.freed:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of the "
                "graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need "
                "to backward through the graph a second time or if you need to access saved variables after calling "
                "backward."
            )
        kept = _kept(self.node, self.symbol)
        if isinstance(kept, Box):
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of "
                "hooks is allowed at a time."
            )
        if kept is None:
            raise RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")
        SavedHooks(pack_hook, unpack_hook).pack_into(self.node, self.symbol)
