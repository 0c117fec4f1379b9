"""What the caller calls their tensors: names found in the variables of the frame that asked."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ..autograd.source import place_of, user_frame
from .words import printable, short

LONGEST_LIST = 100  # a list of tensors up to this length gives names such as `layers[3]`
LONGEST_NAME = 24


def is_pytorch(x: Any) -> bool:
    """Whether `x` is a tensor of PyTorch; PyTorch is not imported for the question."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(x, torch.Tensor)


class Names:
    """Names of leaves and of the nodes that made a result.

    Attributes
    ----------
    named : (name, tensor), each tensor that has a name here.
    """

    def __init__(self) -> None:
        self._names: dict[Any, list[str]] = {}
        self.named: list[tuple[str, Any]] = []
        self._kept: list[Any] = []  # keys are identities: what they belong to must stay alive
        self._tensors: dict[int, list[tuple[str, Any]]] = {}
        self.modules: list[Any] = []  # the `nn.Module`s among the variables

    def add(self, name: str, tensor: Any) -> None:
        """Remember `name` for a leaf or for the node that made the tensor; the first name found stands first."""
        name = printable(name)  # what keys of a dict of variables may be
        owner = tensor if tensor.grad_fn is None else tensor.grad_fn
        names = self._names.setdefault(id(owner), [])
        if name not in names and len(names) < 3:
            names.append(name)
            self.named.append((name, tensor))
            self._kept.append(owner)
            self._tensors.setdefault(id(owner), []).append((name, tensor))

    def of(self, node: Any) -> str | None:
        """The name of a leaf's tensor or of an operation's result (several results are joined by commas)."""
        variable = getattr(node, "variable", None)
        owner = node if variable is None else variable
        found = self._names.get(id(getattr(owner, "original", owner)))  # of PyTorch's, nodes and leaves are wrapped
        return None if found is None else found[0] if variable is not None else ", ".join(found)

    def results(self, node: Any) -> list[tuple[str, Any]]:
        """The results of an operation that variables hold, with their names."""
        return self._tensors.get(id(node), [])


def callers_names(x: Any) -> Names:
    """Names of all tensors of the kind of `x` among the variables of the first frame outside this package."""
    names = Names()
    kind = type(x).__mro__[-2]  # below `object`: the base of all tensors, parameters included
    frame = user_frame()
    for variables in (frame.f_locals, frame.f_globals):
        for name, value in list(variables.items()):
            if not name.startswith("_"):  # IPython's _, __, _12 are no names of the learner's
                if hasattr(type(value), "named_modules") and value not in names.modules:
                    names.modules.append(value)
                for full_name, tensor in _tensors(name, value, kind):
                    names.add(full_name, tensor)
    return names


def _tensors(name: str, value: Any, kind: type) -> Iterator[tuple[str, Any]]:
    if isinstance(value, kind):
        yield name, value
    elif type(value) in (list, tuple) and len(value) <= LONGEST_LIST:
        yield from ((f"{name}[{i}]", item) for i, item in enumerate(value) if isinstance(item, kind))


def argument_names(n: int) -> list[str]:
    """What the `n` arguments of the user's call are called in its own text; where there is no text, by number."""
    place = place_of(user_frame())
    try:
        call = ast.parse(place.expression if place else "", mode="eval").body
        texts = [ast.unparse(argument) for argument in getattr(call, "args", ())]
    except SyntaxError:
        texts = []
    if len(texts) != n or any(text.startswith("*") for text in texts):
        texts = [f"tensor {i}" for i in range(n)]
    return [short(text, LONGEST_NAME) for text in texts]
