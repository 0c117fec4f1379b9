"""Errors 12 and 13, and what else can go wrong with a custom Function (see `autograd.function`)."""

from __future__ import annotations

from typing import Any

from ..source import Place, place
from .kinds import FunctionError, InplaceError
from .reading import Scene, bracketed, quote, written

Shape = tuple[int, ...]


# ------------------------------------------------------------ what backward returned
def wrong_number_of_gradients(node: Any, got: int) -> FunctionError:
    """Error 12."""
    names = _parameters(node)
    expected = len(names)
    function = node._forward_cls.__name__
    known = f" ({', '.join(f'`{name}`{_kind(node, i)}' for i, name in enumerate(names))})"
    gradients = ", ".join(f"grad_{name}" if node.given[i] else "None" for i, name in enumerate(names))
    trailing = "," if expected == 1 else ""
    return FunctionError(
        f"function {node.name()} returned an incorrect number of gradients (expected {expected}, got {got})",
        f"`{function}.apply` was given {_count(expected, 'argument')}{known if len(known) <= 60 else ''}, "
        f"but its `backward` returned {_count(got, 'gradient')}.",
        [node.where(), _return_of(_backward(node))],
        f"`return {gradients}{trailing}`: one for each argument, in their order; None for those that need none.",
        story="function",
    )


def wrong_shape_of_gradient(node: Any, i: int, index: int, got: Shape, expected: Shape) -> FunctionError:
    """Error 13: the gradient of argument `i`, of tensor number `index`."""
    name = _parameters(node)[i]
    seen, fix = _how_shapes_differ(got, expected, f"grad_{name}")
    return FunctionError(
        f"Function {node.name()} returned an invalid gradient at index {index} - "
        f"got {list(got)} but expected shape compatible with {list(expected)}",
        f"`{name}` has shape {list(expected)}, and so must its gradient, which has {list(got)}: {seen}.",
        [node.where(), _return_of(_backward(node))],
        fix,
        story="function",
    )


def _how_shapes_differ(got: Shape, expected: Shape, name: str) -> tuple[str, str]:
    """What seems to have happened to a gradient, in words, and what to write."""
    if len(got) > 1 and len(got) == len(expected) and sorted(got) == sorted(expected):
        if got == expected[::-1]:
            return "the same lengths the other way round", f"return `{name}.{'T' if len(got) == 2 else 'mT'}`."
        return "the same lengths in another order", f"bring them into order: `{name}.permute(…)`."
    from itertools import combinations

    for count in range(1, len(got) - len(expected) + 1):
        for axes in combinations(range(len(got)), count):
            if tuple(n for axis, n in enumerate(got) if axis not in axes) == expected:
                dims = str(axes[0]) if count == 1 else str(axes)
                what = (
                    f"a broadcast over dimension {dims} was not undone" if count == 1 else "broadcasts were not undone"
                )
                return what, f"sum over what was repeated: return `{name}.sum({dims})`."
    padded = (1,) * (len(expected) - len(got)) + got
    if len(got) <= len(expected) and all(n in (1, m) for n, m in zip(padded, expected, strict=True)):
        return (
            "smaller, as after a sum",
            f"what a sum took together gets the same: return `{name}.expand({_sizes(expected)})`.",
        )
    if _size(got) == _size(expected):
        return "as many numbers in another shape", f"return `{name}.reshape({_sizes(expected)})`."
    return "other lengths", "look at which argument this gradient is for, and print the shapes within `backward`."


def _sizes(shape: Shape) -> str:
    return ", ".join(map(str, shape)) or "()"


def _size(shape: Shape) -> int:
    size = 1
    for n in shape:
        size *= n
    return size


def gradient_of_no_tensor(node: Any, i: int) -> FunctionError:
    """A gradient for an argument that is no tensor."""
    name = _parameters(node)[i]
    return FunctionError(
        f"function {node.name()} returned a gradient different than None at position {i + 1}, "
        "but the corresponding forward input was not a Variable",
        f"`{name}` was no tensor when `{node._forward_cls.__name__}.apply` was called: it has no gradient.",
        [node.where(), _return_of(_backward(node))],
        f"return None in the place of `{name}`.",
        story="function",
    )


def gradient_is_no_tensor(node: Any, i: int, x: Any) -> FunctionError:
    """Something else where a gradient should be."""
    kind = type(x).__name__
    return FunctionError(
        f"expected Variable or None (got {kind})",
        f"as the gradient of `{_parameters(node)[i]}`, `backward` of {node._forward_cls.__name__} returned a {kind}.",
        [node.where(), _return_of(_backward(node))],
        "return a tensor of the argument's shape, or None.",
        story="function",
    )


def saved_once(node: Any) -> FunctionError:
    """Saved tensors looked at twice under `clear_saved_tensors_on_access`."""
    return FunctionError(
        "saved_tensors can only be accessed once when clear_saved_tensors_on_access=True is set on the "
        "autograd.Function. Either access saved_tensors only once, or set clear_saved_tensors_on_access=False.",
        where=[node.where()],
        story="function",
    )


def differentiated_twice(node: Any) -> FunctionError:
    """The derivative of a gradient that a `once_differentiable` backward has computed."""
    return FunctionError(
        "trying to differentiate twice a function that was marked with @once_differentiable",
        "this gradient was computed by a `backward` that says of itself that nothing in it is recorded.",
        [node.where()],
        "write that `backward` with the library's operations on `ctx.saved_tensors`, and without @once_differentiable.",
        story="function",
    )


# ------------------------------------------------------------ what forward marked and returned
def dirty_leaf(node: Any, x: Any) -> InplaceError:
    """A leaf that requires grad, changed in place by a custom forward."""
    name = Scene().name(x) or "x"
    function = node._forward_cls.__name__
    return InplaceError(
        "a leaf Variable that requires grad has been used in an in-place operation.",
        f"`forward` of {function} marks `{name}` as changed in place; it is a leaf: the tensor that a gradient is "
        "wanted for.",
        [node.where()],
        f"`{function}.apply({name}.clone())`.",
        story="leaf",
    )


def dirty_not_returned(node: Any) -> FunctionError:
    """Something marked dirty that `forward` did not return."""
    return FunctionError(
        "Some elements marked as dirty during the forward method were not returned as output. The inputs that are "
        "modified inplace must all be outputs of the Function.",
        f"`forward` of {node._forward_cls.__name__} has changed an argument, but does not return it: "
        "the argument's history would not tell.",
        [node.where(), _return_of(node._forward_cls.forward)],
        "return every tensor that you give to `ctx.mark_dirty`.",
        story="function",
    )


def dirty_view_and_more(node: Any, x: Any) -> FunctionError:
    """A view changed in place by a forward that returns something else, too."""
    name = Scene().name(x) or "x"
    return FunctionError(
        "If your Function modifies inplace an input that is a view of another Tensor, your Function cannot return more "
        "than one Tensor. This is not supported by the current autograd engine. You should either make sure the input "
        "is not a view (using .clone() for example) or make your Function only return one Tensor (potentially "
        "splitting it into two Functions: one doing the inplace that returns a single Tensor and a second one that "
        "does the other operations). You can ask on the forum https://discuss.pytorch.org/ if you need help to do this "
        "change.",
        f"`{name}` is a view, and the history of what it is a view of has to be rewritten, too.",
        [node.where()],
        f"`{node._forward_cls.__name__}.apply({bracketed(name)}.clone())`.",
        story="function",
    )


def saved_as_returned(node: Any) -> FunctionError:
    """An argument that is returned as it is and also saved by `setup_context`."""
    return FunctionError(
        "An input that has been returned as-is as output is being saved for backward. This is not supported if you "
        "override setup_context. You should return and save a view of the input instead, e.g. with x.view_as(x) or "
        "setup ctx inside the forward function itself.",
        "it is not to be known whether the argument or the result is meant.",
        [node.where(), _return_of(node._forward_cls.forward)],
        "in `forward`, `return x.view_as(x)`.",
        story="function",
    )


def custom_view_in_place(x: Any, view: Any, what: str) -> InplaceError:
    """A view that a custom Function returned, changed in place; `what` "is being" or "has been" (through another)."""
    scene = Scene()
    name = scene.name(x) or written(scene.place) or "it"
    known = view.node is not None
    made_by = f"Output {x.output_nr} of {view.creator} is a view" if known else "A view was created in no_grad mode"
    mode = "" if known else " with grad mode enabled"
    node = view.node.first if known and view.node.node_name == "Output" else view.node
    if what == "is being":
        story = f"`{quote(scene.place) or 'this'}` would"
    else:
        story = "a write to the same memory would"
    return InplaceError(
        f"{made_by} and {what} modified inplace{mode}. This view was created inside a custom Function (or because an "
        "input was returned as-is) and the autograd logic to handle view+inplace would override the custom backward "
        "associated with the custom Function, leading to incorrect gradients. This behavior is forbidden. You can fix "
        "this by cloning the output of the custom Function.",
        f"`{name}` shares its memory with what {view.creator} was given; {story} replace {view.creator}'s own "
        "`backward` by the view's.",
        [None if node is None else node.where(), scene.place],
        f"`{name} = {bracketed(name)}.clone()` before it is changed.",
        story="function",
    )


# ------------------------------------------------------------ the user's class
def _parameters(node: Any) -> list[str]:
    """What the user's `forward` calls the arguments of this call."""
    import inspect

    from ..function import Function

    function = node._forward_cls
    own_context = function.setup_context is Function.setup_context
    names: list[str] = []
    for name, parameter in inspect.signature(function.forward).parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            first = len(names) - own_context
            names += [f"{name}[{i - first}]" for i in range(first, len(node.given))]
        elif parameter.kind is not parameter.VAR_KEYWORD:
            names.append(name)
    names = names[own_context:]
    return (names + [f"argument {i}" for i in range(len(names), len(node.given))])[: len(node.given)]


def _kind(node: Any, i: int) -> str:
    """Of what shape an argument was, as far as backward must know it."""
    if not node.given[i]:
        return ", no tensor"
    fit = node.fit[sum(node.given[:i])]
    return ", which needs none" if fit is None else f" {list(fit[0])}"


def _backward(node: Any) -> Any:
    from ..function import Function

    function = node._forward_cls
    return function.vjp if function.backward is Function.backward else function.backward


def _return_of(function: Any) -> Place | None:
    """The function's return statement, if it has one only; else its first line."""
    import dis
    import inspect

    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return None
    returns = [at.offset for at in dis.get_instructions(code) if at.opname.startswith("RETURN_")]
    returns = [at for at in returns if at]  # a generator begins with one
    return place(code, returns[0] if len(returns) == 1 else 0)


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
