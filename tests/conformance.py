"""Programs that are run on minigrad and on PyTorch, and must tell the same.

A case is a function of the module under test; what it returns (tensors, numbers, strings, nested as it likes) is told
in words by `tell`: numbers, dtype, shape, flags, version and the nodes behind it. PyTorch's answers are kept in
``tests/oracle/cases/FAMILY.json``; where PyTorch is installed, the record itself is tested. A family is a test file
that has ``case = Cases("FAMILY")``.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minigrad
from tests.oracle import recorded, torch

# The families and the modules that they stand in.
FAMILIES = {
    found[1]: ".".join(path.relative_to(Path(__file__).parents[1]).with_suffix("").parts)
    for path in sorted(Path(__file__).parent.rglob("test_*.py"))
    if (found := re.search(r'^case = Cases\("(\w+)"', path.read_text(encoding="utf-8"), re.MULTILINE))
}
FIRST_SENTENCE = re.compile(r"\n|\. |: \[| \(or ")

# For tests that assert by themselves: each runs on minigrad and, to prove the test, on PyTorch.
on_both = pytest.mark.parametrize(
    "torch",
    [
        pytest.param(minigrad, id="minigrad"),
        pytest.param(
            torch,
            id="torch",
            marks=[pytest.mark.oracle, pytest.mark.skipif(torch is None, reason="PyTorch is not installed")],
        ),
    ],
)


class Cases(dict[str, Callable[[Any], Any]]):
    """The cases of one family; an instance is the decorator that adds one."""

    def __init__(self, family: str, versions: bool = True) -> None:
        self.family, self.versions = family, versions

    def __call__(self, body: Callable[[Any], Any]) -> Callable[[Any], Any]:
        name = body.__name__.removeprefix("_")
        assert name not in self, name
        if not self.versions:
            body = _without_versions(body)
        self[name] = body
        return body

    def check(self, name: str) -> None:
        """Run a case on minigrad and compare with what PyTorch said."""
        theirs = recorded(f"cases/{self.family}")[name]
        ours = answer(minigrad, self[name])
        assert ours == theirs


def _without_versions(body: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same case, told without versions: those of gradients say by which way PyTorch summed them."""

    def strip(told: Any) -> Any:
        return [strip(t) for t in told] if isinstance(told, list) else re.sub(r"; version \d+", "", told)

    return lambda module: strip(tell(body(module)))


def ask_torch(family: str) -> dict[str, Any]:
    """PyTorch's answers to the cases of a family, to be recorded."""
    return {name: answer(torch, body) for name, body in import_module(FAMILIES[family]).case.items()}


def answer(module: Any, body: Callable[[Any], Any]) -> Any:
    """What a case says: a string or nested lists of strings, the first warnings' words at the end."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            told = tell(body(module))
        except Exception as raised:
            told = name_error(raised)
        finally:
            module.set_default_dtype(module.float32)
    words = [f"UserWarning: {_first(str(w.message))}" for w in seen if w.category is UserWarning]
    words = [w for w in words if "Using backward() with create_graph=True" not in w]  # minigrad's cycles are collected
    return [told, *words] if words else told


def error(function: Callable[[], Any]) -> Any:
    """What `function` says, or its error in words: for the middle of a case."""
    try:
        return function()
    except Exception as raised:
        return name_error(raised)


def done(function: Callable[..., Any], *arguments: Any) -> str:
    """Whether a call succeeds, or its error in words."""
    return error(lambda: [function(*arguments), "done"][1])


def name_error(raised: Exception) -> str:
    kind = next(c for c in type(raised).__mro__ if c.__module__ == "builtins")  # ours may be subclasses
    return f"{kind.__name__}: {_first(str(raised))}"


def _first(text: str) -> str:
    return _plain(FIRST_SENTENCE.split(text)[0])


def _plain(text: str) -> str:
    return text.replace("torch::autograd::", "").replace("minigrad::autograd::", "").replace("torch.", "minigrad.")


def is_tensor(x: Any) -> bool:
    return isinstance(x, minigrad.Tensor) or (torch is not None and isinstance(x, torch.Tensor))


def tell(x: Any) -> Any:
    """`x` in words that do not depend on the module."""
    if is_tensor(x):
        return tell_tensor(x)
    if isinstance(x, dict):
        return [[str(key), tell(value)] for key, value in x.items()]
    if isinstance(x, np.ndarray):
        return f"array {x.dtype} {x.shape} {numbers(x)}"
    if type(x) in (list, tuple):
        return [tell(item) for item in x]
    if isinstance(x, float):
        return number(x)
    return _plain(x if isinstance(x, str) else repr(x))


def number(x: Any) -> str:
    return format(x + 0.0, ".5g") if isinstance(x, float) else str(x)


def numbers(array: np.ndarray) -> str:
    return " ".join(map(number, array.ravel().tolist()))


def tell_tensor(x: Any) -> str:
    """Like "float32 (2,): 1 2; requires grad; MulBackward0(AccumulateGrad, None)"."""
    array = np.array(x.detach().cpu().numpy())
    parts = [f"{str(x.dtype).split('.')[1]} {tuple(x.shape)}: {numbers(array)}"]
    if x._version:
        parts.append(f"version {x._version}")
    if x.requires_grad:
        parts.append("leaf" if x.is_leaf else "requires grad")
    try:
        if x.grad_fn is not None:
            parts.append(tell_node(x.grad_fn) + (f"[{x.output_nr}]" if x.output_nr else ""))
    except RuntimeError as raised:
        parts.append(name_error(raised))
    return "; ".join(parts)


def node_name(node: Any) -> str:
    return "None" if node is None else _plain(node.name())


def tell_node(node: Any) -> str:
    """A node's name and those of the nodes its gradients go to."""
    below = [node_name(n) + (f"[{i}]" if i else "") for n, i in node.next_functions]
    return f"{node_name(node)}({', '.join(below)})"


def nodes(x: Any, limit: int = 100) -> list[str]:
    """The names of a graph's nodes, each once, breadth first."""
    queue, seen = [x.grad_fn], []
    while queue and len(seen) < limit:
        node = queue.pop(0)
        if node is not None and node not in seen:
            seen.append(node)
            queue.extend(n for n, _ in node.next_functions)
    return [tell_node(node) for node in seen]


def gradients(torch: Any, outputs: Any, *inputs: Any, **how: Any) -> Any:
    """`autograd.grad` of the sum of everything, None where an input was not used."""
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    total = sum((o.sum() for o in outputs), start=torch.zeros(()))
    found = torch.autograd.grad(total, inputs, allow_unused=True, **how)
    return found if how.get("create_graph") else [None if g is None else g.clone() for g in found]
