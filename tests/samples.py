"""The words of the table of operations: inputs to draw, cases, refusals, rows.

An input is described, not stored: ``real(2, 3)`` is a 2x3 array of normal numbers, drawn anew for each test from a seed
that is the case's own name, by NumPy's legacy generator, whose stream never changes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np


@dataclass(frozen=True)
class Input:
    """One tensor to be made: its shape, the kind of its numbers, dtype, and whether a gradient is asked of it."""

    shape: tuple[int, ...]
    kind: str = "real"
    dtype: str = "float64"
    values: Any = None
    requires_grad: bool = True
    turned: bool = False
    channels_last: bool = False

    @property
    def f32(self) -> Input:
        return replace(self, dtype="float32")

    @property
    def f16(self) -> Input:
        return replace(self, dtype="float16")

    @property
    def const(self) -> Input:
        """The same without a gradient."""
        return replace(self, requires_grad=False)

    @property
    def T(self) -> Input:
        """The same, transposed in memory and so not contiguous."""
        return replace(self, shape=self.shape[::-1], turned=True)

    @property
    def last(self) -> Input:
        """Images of the same shape whose channels lie next to each other in memory."""
        return replace(self, channels_last=True)

    def __str__(self) -> str:
        text = "x".join(map(str, self.shape)) or "0d"
        if self.values is not None:
            text = str(np.array(self.values).tolist())
        text += "" if self.kind in ("real", "fixed") else f" {self.kind}"
        text += "" if self.dtype == "float64" else f" {self.dtype}"
        text += " turned" if self.turned else " channels last" if self.channels_last else ""
        return text + ("" if self.requires_grad or not self.dtype.startswith("float") else " const")

    @property
    def differentiable(self) -> bool:
        return self.requires_grad and self.dtype.startswith("float")

    def array(self, rng: np.random.RandomState) -> np.ndarray:
        shape = self.shape[::-1] if self.turned else self.shape
        size = int(np.prod(shape))
        numbers: Any
        match self.kind:
            case "fixed":
                numbers = np.array(self.values)
            case "real":
                numbers = rng.standard_normal(size)
            case "share":
                numbers = rng.uniform(0.05, 0.95, size)
            case "pos":
                numbers = rng.uniform(0.5, 2.5, size)
            case "unit":
                numbers = rng.uniform(0.05, 0.95, size)
            case "more":
                numbers = rng.uniform(1.2, 3.0, size)
            case "apart":  # no two closer than 0.3, none near zero: far from ties and kinks
                numbers = (rng.permutation(size) - size // 2 + 0.4) * 0.3
            case "regular":  # square matrices that are far from singular
                numbers = rng.standard_normal(shape) + 3 * np.eye(*shape[-2:])
            case "ints":
                numbers = rng.randint(-4, 5, size)
            case "bools":
                numbers = rng.randint(0, 2, size)
        array = np.asarray(numbers).astype(self.dtype).reshape(shape)
        if self.channels_last:
            return np.moveaxis(np.moveaxis(array, 1, -1).copy(), -1, 1)
        return array.T if self.turned else array

    def tensor(self, torch: Any, array: np.ndarray) -> Any:
        """A tensor of its own memory, laid out as the array is."""
        made = torch.from_numpy(array.copy(order="K"))
        return made.requires_grad_() if self.differentiable else made


def real(*shape: int) -> Input:
    return Input(shape)


def pos(*shape: int) -> Input:
    return Input(shape, "pos")


def unit(*shape: int) -> Input:
    """Between 0 and 1."""
    return Input(shape, "unit")


def more(*shape: int) -> Input:
    """More than 1."""
    return Input(shape, "more")


def apart(*shape: int) -> Input:
    return Input(shape, "apart")


def regular(*shape: int) -> Input:
    return Input(shape, "regular")


def ints(*shape: int) -> Input:
    return Input(shape, "ints", "int64")


def bools(*shape: int) -> Input:
    return Input(shape, "bools", "bool")


def fixed(values: Any, dtype: str | None = None) -> Input:
    array = np.array(values, dtype)
    return Input(array.shape, "fixed", array.dtype.name, values)


def describe(argument: Any) -> str:
    """An argument as it stands in the name of a case."""
    if isinstance(argument, tuple):
        return f"({', '.join(map(describe, argument))})"
    if isinstance(argument, slice):
        parts = [argument.start, argument.stop, *([argument.step] if argument.step else [])]
        return ":".join("" if part is None else str(part) for part in parts)
    return "..." if argument is Ellipsis else str(argument)


@dataclass(frozen=True)
class Case:
    """The arguments of one call: inputs to draw, plain Python arguments as they are, and keywords.

    `smooth` is False where finite differences make no sense: at a kink, a tie, NaN or infinity.
    """

    arguments: tuple[Any, ...]
    keywords: dict[str, Any] = field(default_factory=dict)
    smooth: bool = True

    def __str__(self) -> str:
        named = [f"{name}={describe(value)}" for name, value in self.keywords.items()]
        return "; ".join([*map(describe, self.arguments), *named])

    @property
    def inputs(self) -> list[Input]:
        """The inputs in the order in which they stand, those within tuples too."""
        found: list[Input] = []
        for argument in (*self.arguments, *self.keywords.values()):
            found += [a for a in (argument if isinstance(argument, tuple) else (argument,)) if isinstance(a, Input)]
        return found

    def arrays(self, name: str) -> list[np.ndarray]:
        """The numbers of the inputs; the same for the same name, always."""
        rng = np.random.RandomState(crc32(f"{name} {self}".encode()))
        return [i.array(rng) for i in self.inputs]

    def fill(self, tensors: list[Any], torch: Any) -> tuple[list[Any], dict[str, Any]]:
        """Arguments and keywords with tensors in the places of the inputs; "torch.float32" becomes the module's."""
        left = iter(tensors)

        def put(argument: Any) -> Any:
            if isinstance(argument, str) and argument.startswith("torch."):
                return getattr(torch, argument.removeprefix("torch."))
            if isinstance(argument, tuple):
                return tuple(put(a) for a in argument)
            return next(left) if isinstance(argument, Input) else argument

        return [put(a) for a in self.arguments], {k: put(v) for k, v in self.keywords.items()}


def case(*arguments: Any, smooth: bool = True, **keywords: Any) -> Case:
    return Case(arguments, keywords, smooth)


@dataclass(frozen=True)
class Refusal:
    """A call that must raise, and leave everything as it was."""

    error: type[Exception] | tuple[type[Exception], ...]
    case: Case
    says: str = ""


def refused(
    error: type[Exception] | tuple[type[Exception], ...], *arguments: Any, says: str = "", **keywords: Any
) -> Refusal:
    return Refusal(error, Case(arguments, keywords), says)


@dataclass(frozen=True)
class Row:
    """One operation: the ways to write it, and what it is tried on."""

    name: str
    forms: tuple[str, ...]
    cases: list[Case]
    refusals: list[Refusal]
    smooth: bool

    def calls(self) -> list[Callable[..., Any]]:
        """The forms as functions of (module, a, b, c, d, keywords)."""
        return [_function(form) for form in self.forms]


@cache
def _function(form: str) -> Callable[..., Any]:
    return eval(f"lambda torch, a, b=None, c=None, d=None, **kw: {form}", HELPERS)


def put(tensor: Any, index: Any, value: Any) -> Any:
    """A copy with ``copy[index] = value``."""
    copy = tensor.clone()
    copy[index] = value
    return copy


def through(tensor: Any, view: Callable[[Any], Any], write: Callable[[Any], Any]) -> Any:
    """A copy that was written through a view of it."""
    copy = tensor.clone()
    write(view(copy))
    return copy


HELPERS = {"put": put, "through": through, "operator": operator}
