"""Errors 9, 10, 14 and 17, warnings 8 and 19: what follows from being, or not being, a leaf that requires grad."""

from __future__ import annotations

import ast
import re
from typing import Any

from ..source import Place, place
from .kinds import NonLeafError, RequiresGradError, compose_warning
from .reading import (
    LONGEST_QUOTE,
    Scene,
    assigned_name,
    bracketed,
    called,
    edge_of,
    operands,
    operation,
    quote,
    syntax,
)


def _subject(x: Any, scene: Scene) -> str:
    """What the user calls the tensor that the running expression is about."""
    parts = operands(scene.place, scene.modules)
    return scene.name(x) or (parts[0] if parts else "")


def _origin(x: Any) -> tuple[str, Place | None]:
    """The operation that made a non-leaf, in words, and where it stood."""
    node = edge_of(x)
    if node is not None and node.node_name == "Output":
        node = node.first
    return (operation(node), node.where()) if node is not None else ("an operation", None)


def grad_of_non_leaf(x: Any) -> str:
    """Warning 8."""
    scene = Scene()
    name, (made_by, made_at) = _subject(x, scene) or "it", _origin(x)
    moved = " (moving or converting is an operation, too)" if edge_of(x).node_name == "ToCopyBackward0" else ""
    sentence = (
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
        "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
        "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure "
        "you access the leaf Tensor instead."
    )
    what = f"`{name}` is no leaf but the result of `{made_by}`{moved}; only leaves keep their gradient."
    fix = f"`{name}.retain_grad()` before backward(), or read the `.grad` of the leaf that it was computed from."
    return compose_warning(sentence, what, [made_at], fix, "non-leaf")


def numpy_on_tracked(x: Any) -> RequiresGradError:
    """Error 9."""
    scene = Scene()
    name = _subject(x, scene)
    it = f"`{name}`" if name else "the tensor"
    y = bracketed(name) if name else "x"
    example = called(scene.place)
    own = f"`{scene.library(example)}`" if _has(example) else "the library's own operations"
    return RequiresGradError(
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
        f"{it} requires grad, and what NumPy computes is not recorded: gradients would be lost without a word.",
        [scene.place],
        f"to read the numbers, `{y}.detach().numpy()` (it shares the memory: writing to one changes both).\n"
        f"To compute with gradients, use {own} instead of NumPy's.",
        story="numpy",
    )


_TO_A_NUMBER = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)


def number_of_tracked(x: Any) -> str:
    """Warning 19, of `float(x)`."""
    scene = Scene()
    name = _subject(x, scene)
    it, code = bracketed(name) if name else "x", quote(scene.place) or "a Python number"
    what = f"`{name or 'the tensor'}` requires grad, but `{code}` has no history: what is made of it is a constant."
    fix = f"go on with `{it}` itself, or say that the number alone is meant: `{it}.item()`."
    return compose_warning(_TO_A_NUMBER, what, [scene.place], fix, "number")


def numbers_of_tracked(data: Any) -> str:
    """Warning 19, of `tensor([x, y])`."""
    scene = Scene()
    code, stack = quote(scene.place) or "tensor(…)", scene.library("stack")
    written = (operands(scene.place, scene.modules) or [""])[0]
    flat = all(hasattr(item, "grad_fn") for item in data) and 0 < len(written) <= LONGEST_QUOTE
    what = f"`{code}` reads numbers out of tensors that require grad: no gradient goes back."
    fix = f"`{stack}({written})` is recorded" if flat else f"put it together by `{stack}` and `cat`: they are recorded"
    fix += ".\nWhere the numbers alone are meant: `.item()` of each."
    return compose_warning(_TO_A_NUMBER, what, [scene.place], fix, "number")


def _has(name: str) -> bool:
    import minigrad

    return callable(getattr(minigrad, name, None))


def integers_require_grad(x: Any, refusal: str) -> RequiresGradError:
    """Error 10."""
    scene = Scene()
    kind = str(x.dtype).split(".")[-1]
    cut = x._meta.cut if x._meta is not None else None
    if cut is not None:
        cut_at = place(cut.code, cut.at)
        source = f"`{quote(cut_at) or cut.operation}`"
        return RequiresGradError(
            refusal,
            f"{source} gives {kind}: positions, counts and yes-or-no have no small steps, so no derivative.",
            [cut_at, scene.place],
            "no flag can change that: build what you differentiate from the values themselves.",
            story="integers",
        )
    name = scene.name(x)
    floats = _with_floats(syntax(scene.place))
    if name.isidentifier():
        fix = f"make it of floats first: `{name} = {name}.float()`."
    else:
        fix = f"write {f'`{floats}`' if floats else '`1.` for `1`'}, or give `dtype={scene.library('float32')}`."
    return RequiresGradError(
        refusal,
        f"{f'`{name}`' if name else 'the tensor'} is of {kind}: {'yes or no' if kind == 'bool' else 'whole numbers'} "
        "cannot change by a small step, so there is no derivative.",
        [scene.place],
        fix,
        story="integers",
    )


class _Floats(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(float(node.value)) if type(node.value) is int else node


def _with_floats(call: ast.AST | None) -> str:
    """The call with its literal numbers made floats; "" if it has none, or would be long."""
    if not isinstance(call, ast.Call) or not call.args or any(k.arg == "dtype" for k in call.keywords):
        return ""
    data = call.args[0]
    literal = isinstance(data, ast.List | ast.Tuple | ast.Constant | ast.UnaryOp)
    before, after = ast.unparse(call), ""
    if literal and not any(isinstance(n, ast.Call | ast.Name) for n in ast.walk(data)):
        new = ast.parse(before, mode="eval").body
        assert isinstance(new, ast.Call)
        new.args[0] = _Floats().visit(new.args[0])
        after = re.sub(r"\b(\d+)\.0\b", r"\1.", ast.unparse(new))
    return after if after != before and len(after) <= 80 else ""


def flag_of_non_leaf(x: Any, flag: bool) -> RequiresGradError:
    """Error 14."""
    scene = Scene()
    name, (made_by, made_at) = _subject(x, scene), _origin(x)
    it = f"`{name}`" if name else "the tensor"
    y = name if name.isidentifier() else "y"
    value = bracketed(name) if name else "y"
    return RequiresGradError(
        "you can only change requires_grad flags of leaf variables."
        + " If you want to use a computed variable in a subgraph that doesn't require differentiation use "
        "var_no_grad = var.detach()." * (not flag),
        f"{it} is {'a result' if name == made_by else f'the result of `{made_by}`'}: "
        "it requires grad because what it was computed from does.",
        [made_at, scene.place],
        f"`{y} = {value}.detach()`: the same numbers without history.",
        story="flag",
    )


def non_leaf_parameter(x: Any) -> NonLeafError:
    """Error 17."""
    scene = Scene()
    name, (made_by, made_at) = scene.name(x), _origin(x)
    name = name or assigned_name(made_at)
    it = f"`{name}`" if name else "one of the tensors"
    y = name if name.isidentifier() else "w"
    code = bracketed(quote(made_at) or name or y)
    return NonLeafError(
        "can't optimize a non-leaf Tensor",
        f"{it} is no leaf but the result of `{made_by}`: what it is computed from keeps the gradient.",
        [made_at, scene.place],
        f"to optimize these numbers, make a leaf of them: `{y} = {code}.detach().requires_grad_()`.\n"
        "Or give the optimizer the leaf that they were computed from.",
        story="optimizer",
    )
