"""Errors 1 to 4: writing into memory that a gradient needs, or that must not be written to."""

from __future__ import annotations

import re
from typing import Any

from ..source import Place, place
from .kinds import InplaceError
from .reading import (
    Scene,
    assigned_name,
    bare,
    cloned,
    edge_of,
    inputs_of,
    is_leaf,
    operation,
    out_of_place,
    quote,
    spelled,
    written,
)

# PyTorch's names of tensor types, in error 1.
TYPES = {"float16": "Half", "float32": "Float", "float64": "Double", "bool": "Bool", "uint8": "Byte", "int8": "Char"}
TYPES |= {"int16": "Short", "int32": "Int", "int64": "Long"}
INPUTS = "abcd"  # how nodes call their saved inputs; "z" is the output


def modified_in_place(node: Any, symbol: str, array: Any) -> InplaceError:
    """Error 1: `node` saved `array` as its `symbol`, and it was written since."""
    from .. import versions

    scene = Scene()
    now, writes, dtype = versions.version(array), versions.writes_since(array, node.seq), versions.dtype_noted(array)
    expected = now - len(writes)
    known = f"version {expected}" if len(writes) < versions.KEPT else "an earlier version"

    made_at, first = node.where(), writes[0]
    written_at = place(first.code, first.at) if first.code is not None else None
    inputs = dict(zip(INPUTS, inputs_of(node, scene.modules), strict=False))
    in_code = assigned_name(made_at) if symbol == "z" else inputs.get(symbol, "")
    name, tensor = scene.holder(array, node, (in_code, written(written_at)))
    name = name or in_code

    role = {"z": "result"}.get(symbol, "input" if symbol in INPUTS else re.sub(r"saved \d+", "value", symbol))
    if name:
        role += f" `{name}`"
    elif neighbour := scene.neighbour(array):
        role += f", which shares the memory of `{neighbour}`,"
    writer = _writer(first, written_at, name, scene)
    became = f"version {expected + 1}" if len(writes) == 1 else f"version {now}, by {len(writes)} writes like this"
    what = f"`{operation(node)}` saved its {role} at {known}; {writer} made it {became}."
    return InplaceError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[minigrad.{TYPES.get(dtype.name, dtype)}Tensor {list(array.shape)}]"
        f"{_output_of(node, symbol, tensor)} is at version {now}; expected {known} instead.",
        what,
        [made_at, written_at],
        _repair(first, written_at, made_at if symbol == "z" else None, name, tensor),
        story="modified",
    )


def _output_of(node: Any, symbol: str, tensor: Any) -> str:
    """PyTorch's words for a saved tensor that is itself a result."""
    edge = node if symbol == "z" else edge_of(tensor) if tensor is not None else None
    if edge is None and symbol in INPUTS and INPUTS.index(symbol) < len(node.edges):
        edge = node.edges[INPUTS.index(symbol)]
    if edge is None or edge.node_name == "AccumulateGrad":
        return ""
    number, edge = (edge.number, edge.first) if edge.node_name == "Output" else (0, edge)
    name = bare(edge.node_name)
    if name == edge.node_name:  # CopySlices: not one of PyTorch's generated classes
        name = f"minigrad::autograd::{name}"
    return f", which is output {number} of {name},"


def _writer(write: Any, where: Place | None, name: str, scene: Scene) -> str:
    """The write, in words: its code, and how it came to this memory if not by its name."""
    if write.operation == "backward":
        return "a backward pass, which added to this `.grad`,"
    code = quote(where) or write.operation
    if write.operation == "step":
        return f"`{code}`, an optimizer's step,"
    target = written(where)
    if not name or not target or target == name:
        return f"`{code}`"
    other = scene.tensor(target)
    is_view = target.startswith(f"{name}[") or (other is not None and other._is_view())
    return f"`{code}`, through {'the view ' if is_view else ''}`{target}`{'' if is_view else ' (the same memory)'},"


def _repair(write: Any, where: Place | None, made_at: Place | None, name: str, tensor: Any) -> str:
    if write.operation == "backward":
        return f"compute with a copy: `{name}.clone()`." if name else "compute with a copy of the gradient: `.clone()`."
    code = quote(where) or write.operation
    if write.operation == "step":
        return f"call backward() before `{code}`, or compute the loss anew after it."
    if tensor is not None and is_leaf(tensor):
        return f"write to `{name}` after backward(), not between the computation and its backward()."
    copy = cloned(made_at)
    new = out_of_place(where)
    if new and (not name or written(where) == name):
        return f"write `{new}`" + (f", or `{copy}`." if copy else ".")
    if copy:
        return f"write `{copy}`."
    if name.isidentifier():
        return f"make a copy before you write to it: `{name} = {name}.clone()`."
    return f"let `{code}` write to a copy: call `.clone()` first."


# ------------------------------------------------------------ what may not be written to
def leaf_in_place(x: Any, operation: str) -> InplaceError:
    """Error 2: a leaf that requires grad."""
    scene = Scene()
    name = scene.name(x) or written(scene.place)
    code = spelled(scene.place, name, operation)
    y = name if name.isidentifier() else "w"
    return InplaceError(
        "a leaf Variable that requires grad is being used in an in-place operation.",
        f"`{code}` would overwrite {f'`{name}`, ' if name else ''}a leaf: the tensor that a gradient is wanted for.",
        [scene.place],
        f"to update a parameter, `with {scene.library('no_grad')}(): {code}` (not `{y} = {y} - …`, which is no leaf).\n"
        f"To compute with new values, first `{y} = {y}.clone()`.",
        story="leaf",
    )


def view_of_leaf_in_place(x: Any, base: Any, operation: str) -> InplaceError:
    """Error 3: a view of such a leaf."""
    scene = Scene()
    view, leaf = scene.name(x) or written(scene.place), scene.name(base)
    code = spelled(scene.place, view, operation)
    made_at = _made_at(x)
    made = f", made by `{made_at.expression}`," if made_at is not None and made_at.expression not in (view, "") else ""
    copied = f"`{leaf} = {leaf}.clone()`" if leaf.isidentifier() else "make a copy of the leaf: `.clone()`"
    return InplaceError(
        "a view of a leaf Variable that requires grad is being used in an in-place operation.",
        f"`{code}` would overwrite a part of the leaf {f'`{leaf}`' if leaf else 'that it is a view of'}: "
        f"{f'`{view}`{made}' if view else 'its target'} is a view of it.",
        [made_at if made else None, scene.place],
        f"to set values by hand, `with {scene.library('no_grad')}(): {code}`.\n"
        f"To compute with new values, first {copied}.",
        story="leaf",
    )


def _made_at(view: Any) -> Place | None:
    node = edge_of(view)
    if node is not None and node.node_name == "Output":
        node = node.first
    return None if node is None else node.where()


def one_of_many_views_in_place(x: Any, view: Any, what: str) -> InplaceError:
    """Error 4: one of several views that one call made; `what` "is being" or "has been" (through another) modified."""
    scene = Scene()
    name, base = scene.name(x) or written(scene.place) or "it", scene.name(view.base)
    of_base = f" of `{base}`" if base else ""
    if what == "is being":
        family = (n for n, y in scene.tensors if y is not x and _siblings(edge_of(y), view.node))
        others = ", ".join(f"`{n}`" for n in dict.fromkeys(family))
        too = f" ({others} too)" if others else ""
        story = (
            f"`{name}` is one of several views{of_base} that one call made{too}: none of them may be changed in place."
        )
        where = scene.place
        new = out_of_place(where)
        fix = f"write `{new}`" if new else f"use the out-of-place form of `{quote(where) or 'what writes'}`"
        fix += f"; to change `{base}` itself, write to one index of it, such as `{base}[0]`." if base else "."
    else:
        story, where = _written_below(x, view, f"`{name}` is one of several views{of_base} that one call made")
        fix = "write to the memory before that call makes the views, or to a copy of it."
    return InplaceError(
        f"Output {x.output_nr} of {view.creator} is a view and {what} modified inplace. This view is the output "
        "of a function that returns multiple views. Such functions do not allow the output views to be modified "
        "inplace. You should replace the inplace operation by an out-of-place one.",
        story,
        [_made_at(x), where],
        fix,
        story="many views",
    )


def _written_below(x: Any, view: Any, beginning: str) -> tuple[str, Place | None]:
    """What to say of a view whose memory was written to, but not through itself; and where it was written."""
    from .. import versions

    unseen = versions.version(x.array) - view.seen
    write = versions.writes_since(x.array, 0)[-min(unseen, versions.KEPT)]
    where = place(write.code, write.at) if write.code is not None else None
    return f"{beginning}, and `{quote(where) or write.operation}` has written to that memory since.", where


def _siblings(a: Any, b: Any) -> bool:
    return a is not None and b is not None and a.node_name == b.node_name == "Output" and a.first is b.first


def no_grad_view_in_place(x: Any, view: Any, what: str) -> InplaceError:
    """A view made where nothing was recorded (`view.kind` says how), and memory that is changed where it is.

    `what`: it "is being" modified, or it "has been", through another.
    """
    scene = Scene()
    name, base = scene.name(x) or written(scene.place) or "it", scene.name(view.base)
    inference = view.kind.endswith("inference")
    block, made = ("inference_mode", "in inference mode") if inference else ("no_grad", "under no_grad")
    story, where = f"`{name}` is a view{f' of `{base}`' if base else ''} that was made {made}", scene.place
    if what == "is being":
        story += ": no graph says how they hang together."
    else:
        story, where = _written_below(x, view, story)
    created, modified = ("inference", "in normal mode") if inference else ("no_grad", "with grad mode enabled")
    a_view = "A view was"
    if view.kind.startswith("below"):
        a_view = f"Output {x.output_nr} of {view.creator} is a view of a view which was"
    return InplaceError(
        f"{a_view} created in {created} mode and {what} modified inplace {modified}. Given that this use "
        "case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the "
        f"inplace either both inside the {block} block (if you don't want the inplace to be tracked) or both outside "
        "(if you want the inplace to be tracked).",
        story,
        [where],
        f"make the view, and write to the memory, either both inside of the {block} block or both outside.",
        story="no_grad view",
    )
