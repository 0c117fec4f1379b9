"""The rules behind PyTorch's nodes: those of minigrad's operations, found by the node's name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from ..autograd.node import Node
from ..autograd.saved_names import names, operations

# Where several operations share a node's name: which of them a node of PyTorch's is.
_WHICH: dict[str, Callable[[Any], str]] = {
    "AddBackward0": lambda node: "Add" if node._saved_alpha == 1 else "AddScaled",
    "SubBackward0": lambda node: "Sub" if node._saved_alpha == 1 else "SubScaled",
    "ConvolutionBackward0": lambda node: "ConvolutionTranspose" if node._saved_transposed else "Convolution",
    "ClampBackward0": lambda node: (
        "ClampUpper" if node._saved_min is None else "ClampLower" if node._saved_max is None else "ClampBetween"
    ),
    "GatherBackward0": lambda node: "Gather",
    "IndexPutBackward0": lambda node: "IndexPut",
}


def formula_of(node: Any) -> tuple[str, ...]:
    """The formulas (LaTeX) of a node's rules, one for each input; none where minigrad has no such operation."""
    operation = _operation(node)
    return () if operation is None else operation.formula or ()


def symbols_of(node: Any) -> dict[str, str]:
    """The letters of these formulas, by PyTorch's name of the saved value."""
    operation: Any = _operation(node)
    return {} if operation is None else _symbols(operation)


@cache
def _symbols(operation: Any) -> dict[str, str]:
    return {theirs: symbol for theirs, (symbol, part) in names(operation).items() if part is None}


def _operation(node: Any) -> type[Node] | None:
    name = node.name()
    found = operations().get(name, {})
    if name in _WHICH:
        return found.get(_WHICH[name](node))
    several = {operation.formula for operation in found.values()}
    return next(iter(found.values())) if len(several) == 1 else None
