"""The rules behind PyTorch's nodes: those of minigrad's operations, found by the node's name."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

from ..autograd.saved_names import names
from ..ops.base import Op

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


def _operation(node: Any) -> type[Op] | None:
    name = node.name()
    found = _operations().get(name, {})
    if name in _WHICH:
        return found.get(_WHICH[name](node))
    several = {operation.formula for operation in found.values()}
    return next(iter(found.values())) if len(several) == 1 else None


@cache
def _operations() -> dict[str, dict[str, type[Op]]]:
    """All of minigrad's operations that have formulas: by the name of their nodes, then by their own."""
    from .. import ops

    for module in pkgutil.iter_modules(ops.__path__):
        import_module(f"{ops.__name__}.{module.name}")
    found: dict[str, dict[str, type[Op]]] = {}
    for operation in _below(Op):
        if operation.formula:
            found.setdefault(operation.node_name, {})[operation.__qualname__] = operation
    return found


def _below(kind: type[Op]) -> Iterator[type[Op]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
