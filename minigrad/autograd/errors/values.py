"""NaN and inf that a backward pass made: which node, from what numbers, and what to write instead."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from .kinds import AutogradError
from .reading import Scene, assigned_name, called, inputs_of, operation, snake

INPUTS = "abcd"  # how nodes call their saved inputs
ROLES = {"z": "result", "n": "number"}
PASSES = {"backward", "grad", "hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"}

# What to write for operations whose slope is infinite, or undefined, somewhere.
SAFER = {
    "sqrt": ("its slope is infinite at 0", "sqrt({x} + 1e-12)"),
    "rsqrt": ("its slope is infinite at 0", "rsqrt({x} + 1e-12)"),
    "log": ("its slope is infinite at 0", "log({x} + 1e-12)"),
    "log1p": ("its slope is infinite at -1", "log1p({x}.clamp(min=-1 + 1e-6))"),
    "div": ("it divides by 0", "{x} / ({y} + 1e-12)"),
    "reciprocal": ("it divides by 0", "1 / ({x} + 1e-12)"),
    "pow": ("its slope is infinite at 0", "({x} + 1e-12) ** {y}"),
}


class AnomalyError(AutogradError):
    """A NaN that a backward pass made while anomaly detection was on."""


def nan_in_backward(
    node: Any, g: Any, saved: Any, outgoing: tuple[Any, ...], number: int, guarded: bool
) -> AnomalyError:
    """Anomaly detection's error; `number` says which of the outgoing gradients has the NaN."""
    what, fix = numbers_in_words(node, g, saved, outgoing, number, guarded)
    return AnomalyError(
        f"Function '{node.name()}' returned nan values in its {number}th output.",
        what,
        [node.where()],
        fix,
        story="nan",
    )


def numbers_in_words(
    node: Any, g: Any, saved: Any, outgoing: tuple[Any, ...], number: int, guarded: bool
) -> tuple[str, str]:
    """What the node computed with where its outgoing gradient is first not finite, and how to avoid it."""
    scene, place = Scene(), node.where()
    result = _array(outgoing[number])
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(result))[0])
    made = _number(result[index])
    within = called(place) in PASSES  # the node was made by a pass: the code there is not its own
    given = [] if within else inputs_of(node, scene.modules)
    names = dict(zip(INPUTS, given, strict=False))
    here = f" at {list(index)}" if index else ""
    parts, values = [], {}
    for symbol, value in _used(node, saved, number).items():
        at = _at(value, index, result.shape)
        if at is None:
            continue
        values[symbol] = at
        name = "" if within else assigned_name(place) if symbol == "z" else names.get(symbol, "")
        role = ROLES.get(symbol, "input" if symbol in INPUTS else symbol.replace("_", " "))
        parts.append(f"its {role} {f'`{name}` ' if name else ''}is {_number(at)}")
    incoming = _at(g, index, result.shape)
    if incoming is not None:
        parts.append(f"the gradient that arrived is {_number(incoming)}")
    numbers = ", ".join(parts) or "the numbers are out of range"
    slope, code = SAFER.get(snake(node.node_name), ("", ""))
    reason, fix = _reason(incoming, values, slope, guarded)
    if not fix:
        fix = _safer(code, given, scene) if slope and not any(map(np.isnan, values.values())) else _look_earlier(values)
    who = f"`{snake(node.node_name)}`, run by `{called(place)}`," if within else f"`{operation(node)}`"
    return f"{who} gave {made}{here}: {numbers};\n{reason}", fix


def _used(node: Any, saved: Any, number: int) -> dict[str, Any]:
    """What the rule for this gradient had saved, by name."""
    if len(saved) == len(node.saves) > 1:
        saved = tuple(args if i == number else None for i, args in enumerate(saved))
    return dict(node._named_saved(saved))


def _reason(incoming: Any, values: dict[str, Any], slope: str, guarded: bool) -> tuple[str, str]:
    """Why these numbers give no finite gradient, and, for some reasons, what to do."""
    if incoming is not None and np.isnan(incoming):
        return "the nan came with the gradient.", "look at the gradient that backward() was given, and at hooks."
    if any(np.isnan(v) for v in values.values()):
        return "the nan is older: the forward pass made it.", ""
    if incoming is not None and incoming == 0:
        why = f"{slope}, and 0 · inf is nan." if slope else "0 · inf is nan."
        if guarded:
            return (
                f"{why} `where` left this value out, but its branch still runs backward, with gradient 0.",
                "choose before, too: `safe = where(condition, x, 1.)`, and compute with `safe` inside the `where`.",
            )
        return why, ""
    return (f"{slope}." if slope else "that is out of the range of these numbers."), ""


def _safer(code: str, given: list[str], scene: Scene) -> str:
    x, y = (*given, "", "")[:2]
    if not x or ("{y}" in code and not y):
        return "keep the input away from that point: add a small number, or `clamp` it."
    code = code.format(x=x, y=y)
    name = re.match(r"\w+\(", code)
    if name and not code.startswith("("):
        code = scene.library(name[0][:-1]) + code[name.end() - 1 :]
    return f"keep away from that point, as in `{code}`, or `clamp` the input."


def _look_earlier(values: dict[str, Any]) -> str:
    if any(np.isnan(v) for v in values.values()):
        return "print the values of the forward pass, the earliest first, until the nan appears."
    return "look at the size of these numbers: scale the input, or use a form of the formula that stays in range."


def _array(x: Any) -> Any:
    x = x.array if hasattr(x, "requires_grad") else x
    return np.asarray(x.get() if hasattr(x, "get") else x)  # CuPy's arrays come to the CPU


def _at(value: Any, index: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """The number of `value` that belongs to this place of a gradient; None if it has none there."""
    if value is None or isinstance(value, (str, bool, tuple, list, dict)):
        return None
    array = _array(value)
    if array.dtype.kind not in "fiu":
        return None
    try:
        return np.broadcast_to(array, shape)[index]
    except ValueError:
        return None


def _number(x: Any) -> str:
    return format(float(x), "g")
