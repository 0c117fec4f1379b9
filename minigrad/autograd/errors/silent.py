"""The texts of the warnings about mistakes that raise no error (see `autograd.silent`)."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ..source import place
from .kinds import compose_warning
from .reading import Scene, assigned_name, bracketed, inputs_of, operands, operation, quote, written
from .shapes import aligned
from .values import numbers_in_words

INPUTS = "abcd"
RESHAPES = {
    f"{name}Backward{number}"
    for name in ("Unsqueeze", "Squeeze", "View", "Expand", "T", "Transpose", "Permute", "UnsafeView", "Alias")
    for number in range(5)
}
# Code that shows that its writer thought of shapes.
_EXPLICIT = re.compile(r"\bNone\b|\bnewaxis\b|\bunsqueeze\b|\bexpand\b|\bbroadcast_to\b")


def _compose(scene: Scene, sentence: str, what: str, where: Any, fix: str, story: str) -> str:
    silence = f"{fix}\nTo silence such warnings: `{scene.library('autograd.warn_silent_mistakes')}(False)`."
    return compose_warning(sentence, what, where, silence, story)


# ------------------------------------------------------------ a loss over all pairs
def means_all_pairs(difference: Any) -> bool:
    """Whether the code of a difference says that its shapes are meant: `x[:, None] - y`."""
    where = difference.where()
    return where is not None and _EXPLICIT.search(where.expression) is not None


def all_pairs(node: Any, difference: Any) -> str:
    """A mean or sum over a difference that both sides enlarged."""
    scene = Scene()
    (a, _), (b, _) = difference.fit
    whole = np.broadcast_shapes(a, b)
    x, y = (*operands(difference.where(), scene.modules), "a", "b")[:2] if difference.where() else ("a", "b")
    small, large, lengths = (x, y, b) if len(a) < len(b) else (y, x, a)
    rows = aligned([(x, a), (y, b), (quote(difference.where()) or "a - b", whole)])
    what = f"each side was repeated: the {_reduction(node)} is over all pairs, not over those that belong together."
    return _compose(
        scene,
        f"a loss over all pairs: broadcasting made {list(whole)} out of {list(a)} and {list(b)}",
        f"{what}\n{rows}",
        [difference.where(), node.where()],
        f"bring both to one shape, such as {_squeezed(large, lengths)}.\n"
        f"If all pairs are meant, say so in the difference: `{bracketed(small)}[None]`.",
        "all pairs",
    )


def _reduction(node: Any) -> str:
    return {"MeanBackward0": "mean", "SumBackward0": "sum"}[node.node_name]


def _squeezed(name: str, shape: tuple[int, ...]) -> str:
    dim = max(i for i, n in enumerate(shape) if n == 1) - len(shape)
    return f"`{bracketed(name)}.squeeze({dim})`"


# ------------------------------------------------------------ nan and inf
def not_finite(node: Any, g: Any, saved: Any, outgoing: tuple[Any, ...], number: int, guarded: bool) -> str:
    """The first NaN or inf of a backward pass."""
    what, fix = numbers_in_words(node, g, saved, outgoing, number, guarded)
    return _compose(
        Scene(), "a backward pass made a gradient that is no finite number", what, [node.where()], fix, "nan"
    )


# ------------------------------------------------------------ .data
def written_unseen(node: Any, symbol: str, array: Any, write: Any) -> str:
    """A write to what `node` saved, where its version does not show it."""
    scene, made_at = Scene(), node.where()
    wrote_at = place(write.code, write.at) if write.code is not None else None
    inputs = dict(zip(INPUTS, inputs_of(node, scene.modules), strict=False))
    in_code = assigned_name(made_at) if symbol == "z" else inputs.get(symbol, "")
    name, _ = scene.holder(array, node, (in_code,))
    name = name or in_code
    role = {"z": "result"}.get(symbol, "input") + (f" `{name}`" if name else "")
    code = quote(wrote_at) or write.operation
    seen = code.replace(".data", "").replace(".detach()", "")
    fix = "write to it after backward(), or to a copy"
    if written(wrote_at).endswith(".data") and seen != code:
        fix += f"; for a write that is noticed, `with {scene.library('no_grad')}(): {seen}`"
    return _compose(
        scene,
        "a value that backward needs was changed where its version does not show it: the gradient is wrong",
        f"`{operation(node)}` saved its {role}; `{code}` wrote to that memory, past its version counter.",
        [made_at, wrote_at],
        f"{fix}.",
        "data",
    )


# ------------------------------------------------------------ a running total
def running_total(node: Any) -> str:
    """A sum over rounds, with the graph of each."""
    scene, where = Scene(), node.where()
    total, loss = (*operands(where, scene.modules), "total", "loss")[:2] if where else ("total", "loss")
    if assigned_name(where) == loss:  # `total = loss + total`
        total, loss = loss, total
    code = quote(where) or "the sum"
    return _compose(
        scene,
        "a running total keeps the graph of every round alive",
        f"`{code}` adds to a total that remembers how it was computed; backward has already used up a part of that.",
        [where],
        f"add the number alone: `{total} += {bracketed(loss)}.item()`, or `.detach()` for a tensor.",
        "total",
    )


# ------------------------------------------------------------ parameters that were replaced
def replaced_parameters(replacement: Any) -> str:
    """A step that updates what was in a module's place before, and not what is there now."""
    scene = Scene()
    where = place(replacement.code, replacement.at)
    step = quote(scene.place) or "optimizer.step()"
    target, optimizer = written(where), written(scene.place) or "optimizer"
    code = quote(where) or "an assignment"
    new = f"`{target}`" if target else "the new layer"
    added = f"{target}.parameters()" if target and len(replacement.new) > 1 else target or "new_parameters"
    return _compose(
        scene,
        "an optimizer's step leaves out parameters that were put in the place of its own",
        f"`{code}` came after the optimizer was made:\n"
        f"{new} has a gradient, but `{step}` updates only what was there before.",
        [where, scene.place],
        f"make the optimizer after the last replacement, or `{optimizer}.add_param_group({{'params': {added}}})`.",
        "replaced",
    )
