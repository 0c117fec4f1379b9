"""Errors 5, 7 and 11: a graph that is spent, missing, or does not lead where it was expected to."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from ..source import Place, place
from .kinds import NoGraphError, SpentGraphError, UnusedInputError
from .reading import Scene, edge_of, is_leaf, operands, operation, quote, statement

MOST_NAMES = 5  # that a sentence lists

# Why what these operations give has no derivative, and what to do.
YES_OR_NO = ("gives yes or no, which has no derivative", "build the loss from the values that are compared")
NO_DERIVATIVE = {
    "to": ("gives whole numbers, which have no derivative", "convert only what no gradient is wanted for"),
    "argmax": ("gives a position, which has no derivative", "build the loss from the values, such as the maximum"),
    "argmin": ("gives a position, which has no derivative", "build the loss from the values, such as the minimum"),
    **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge", "all", "any", "isnan", "isinf", "isfinite"), YES_OR_NO),
}
CUTS = {
    "detach": ("cut it off", "leave `.detach()` out, or call backward() on what comes before it"),
    "detach_": ("cut it off", "leave it out, or call backward() on what comes before it"),
    "data": ("cut it off, for `.data` has no history", "leave `.data` out"),
    "no_grad": ("ran under no_grad, where nothing is recorded", "compute it outside of the no_grad block"),
    "inference_mode": (
        "ran in inference mode, where nothing is recorded",
        "compute it outside of the inference_mode block",
    ),
    "grad": ("gave a gradient that has no graph of its own", "ask for it with `create_graph=True`"),
    **NO_DERIVATIVE,
}


# ------------------------------------------------------------ error 5
def second_backward(node: Any) -> SpentGraphError:
    """Error 5: `node` is part of a graph that a backward pass has used up."""
    scene = Scene()
    spent = node.saved
    ran_at = place(spent.code, spent.at)
    made_at = node.where()
    made = next((f" when it made `{n}`" for n, x in scene.tensors if edge_of(x) is node), "")
    by = f"`{quote(ran_at)}`" if quote(ran_at) else "an earlier backward pass"
    what = f"{by} has already used up what `{operation(node)}` saved{made}"
    if ran_at is not None and scene.place is not None and _line(ran_at) == _line(scene.place):
        what += "; now the same line runs again."
        fix = "compute the loss anew before each backward(): move its line into the loop, or into this cell.\n"
        fix += "A state carried over from the last round: `h = h.detach()`. Only if you mean it: `retain_graph=True`."
    elif (output := _output(ran_at, scene)) and output == _output(scene.place, scene):
        what += f"; this is a second pass from `{output}`."
        fix = "compute it anew before the second pass: run the line that makes it again.\n"
        fix += "Only if you mean it: `retain_graph=True` in the first call."
    else:
        what += "; this pass needs it, too."
        fix = "for several losses on one graph, add them and call backward() once; else compute the loss anew.\n"
        fix += "Only if you mean it: `retain_graph=True` in the first call."
    return SpentGraphError(
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
        "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
        "saved tensors after calling backward.",
        what,
        [made_at, ran_at],
        fix,
        story="spent",
    )


def _output(where: Place | None, scene: Scene) -> str:
    """The code of what a call of backward() or grad() starts from."""
    return (operands(where, scene.modules) or [""])[0]


def _line(where: Place) -> tuple[str, int]:
    return where.file, where.line


# ------------------------------------------------------------ error 7
def no_graph(i: int, output: Any) -> NoGraphError:
    """Error 7: there is nothing to run backward through."""
    scene = Scene()
    what, where, fix = _why_no_graph(output, scene)
    return NoGraphError(
        f"element {i} of tensors does not require grad and does not have a grad_fn", what, where, fix, story="no graph"
    )


def no_graph_input(target: Any) -> NoGraphError:
    """The same for a tensor that a gradient is wanted with respect to."""
    scene = Scene()
    name = scene.name(target)
    what, where = (
        f"{f'`{name}`' if name else 'an input'} does not require grad: nothing of it was recorded.",
        [scene.place],
    )
    if _cut(target) is not None:
        what, where, _ = _why_no_graph(target, scene)
    return NoGraphError(
        "One of the differentiated Tensors does not require grad",
        what,
        where,
        f"`{name or 'x'}.requires_grad_()` before you compute with it.",
        story="no graph",
    )


def _cut(x: Any) -> Any:
    return x._meta.cut if x._meta is not None else None


def _why_no_graph(output: Any, scene: Scene) -> tuple[str, list[Place | None], str]:
    """What cut the tensor off, where, and what to do."""
    parts = operands(scene.place, scene.modules)
    name = scene.name(output) or (parts[0] if parts else "")
    it = f"`{name}`" if name else "the output"
    cut = _cut(output)
    if cut is not None:
        cut_at = place(cut.code, cut.at)
        code = quote(cut_at) or cut.operation
        how, fix = CUTS.get(cut.operation, ("gives numbers that have no derivative", "use an operation that has one"))
        what = f"{it} {how}: it has no graph." if it == f"`{code}`" else f"{it} has no graph: `{code}` {how}."
        return what, [cut_at, scene.place], f"{fix}."

    gradient = _gradient_among(scene, output)
    if gradient:
        origin = "is a gradient" if it == f"`{gradient}`" else f"was computed from `{gradient}`, a gradient"
        return (
            f"{it} {origin}, which has no graph unless you ask for one.",
            [scene.place],
            "`backward(create_graph=True)` in the pass that makes the gradient.",
        )
    leaves = list(dict.fromkeys(n for n, x in scene.tensors if is_leaf(x) and x is not output))
    if leaves:
        want = "requires" if len(leaves) == 1 else "require"
        what = f"nothing recorded leads to {it}, though {_listed(leaves)} {want} grad."
        fix = ""
    else:
        what = f"nothing that {it} was computed from requires grad."
        fix = f"`{scene.library('tensor')}(…, requires_grad=True)` for what you want the gradient of.\n"
    fix += "No `float()`, `.item()`, `.tolist()`, `.numpy()` or `tensor(other)` on the way: they keep no graph."
    return what[0].upper() + what[1:], [scene.place], fix


def _gradient_among(scene: Scene, output: Any) -> str:
    """The name of a gradient in the statement that runs now: written as `x.grad`, or a variable that holds one."""
    whole, named = statement(scene.place), {name for name, _ in scene.tensors}
    for node in ast.walk(whole) if whole is not None else ():
        if isinstance(node, ast.Attribute) and node.attr == "grad" and ast.unparse(node.value) in named:
            return ast.unparse(node)
    metas = [(name, x._meta) for name, x in scene.tensors]
    gradients = {id(meta.grad): name for name, meta in metas if meta is not None and meta.grad is not None}
    used = {node.id for node in ast.walk(whole) if isinstance(node, ast.Name)} if whole is not None else set()
    candidates = [output, *(x for name, x in scene.tensors if name in used)]
    return next((f"{gradients[id(x)]}.grad" for x in candidates if id(x) in gradients), "")


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMES])
    return shown + (", …" if len(names) > MOST_NAMES else "")


# ------------------------------------------------------------ error 11
def unused_input(i: int, inputs: Any, roots: Iterable[tuple[Any, Any]]) -> UnusedInputError:
    """Error 11: no path leads from the outputs to this input."""
    scene = Scene()
    target, nodes = inputs[i], [node for node, _ in roots]
    name = scene.name(target)
    it = f"`{name}`" if name else f"input {i}"
    reachable = _leaves(nodes)
    reached = [n for leaf in reachable if (n := scene.name(leaf))]
    others = _listed(reached) if reached else "others" if reachable else "no leaf at all"
    what = f"paths lead from the output to {others}, but none to {it}"
    edge = target[0] if isinstance(target, tuple) else edge_of(target)  # of a GradientEdge, or of a tensor
    late = edge is not None and nodes and all(edge.seq > node.seq for node in nodes)
    where = [scene.place]
    if late:
        made_at = edge.where()
        what = f"{it} was made by `{quote(made_at) or operation(edge)}`, after the output, which cannot depend on it"
        fix = "ask for the gradient of the tensor that it was made from, and apply the same operation to the result."
        where = [made_at, scene.place]
    else:
        fix = f"use {it} in the output, or leave it out of the inputs.\n"
        fix += '`allow_unused=True` gives None for it: None says "no path", which is not the same as zero.'
    return UnusedInputError(
        f"The differentiated Tensor at index {i} appears to not have been used in the graph. "
        "Set allow_unused=True if this is the desired behavior.",
        what[0].upper() + what[1:] + ".",
        where,
        fix,
        story="unused",
    )


def _leaves(nodes: list[Any]) -> list[Any]:
    """The leaves that can be reached, in the order in which they are found."""
    seen, found, stack = set(nodes), [], list(nodes)
    while stack:
        node = stack.pop()
        if hasattr(node, "variable"):
            found.append(node.variable)
        for edge in reversed(node.edges):
            if edge is not None and edge not in seen:
                seen.add(edge)
                stack.append(edge)
    return found
