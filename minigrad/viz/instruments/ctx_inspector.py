"""What a custom Function carries from its forward to its backward, and what backward got and returned (lesson 13)."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from ...autograd.custom import LETTERS, FunctionNode
from ..graph import read_graph, root_node
from ..names import Names, callers_names
from ..values import describe, shape_text
from ..words import count, full_stop, join, printable, short
from .instrument import Instrument
from .scene import Scene, scene_of

STAGES = ("forward got", "ctx keeps", "backward got", "backward returned")
WIDTH, GAP, TOP, LINE = 168.0, 14.0, 10.0, 34.0
MOST = 7  # items of one box of the picture; the list below has all
Item = dict[str, str]


class CtxInspector(Instrument):
    """The four stages of a call; `value` is the number of the one that is looked at."""

    kind = "ctx_inspector"
    question = "What does ctx carry from forward to backward?"

    @property
    def alt(self) -> str:
        stages = [
            f"{stage['name']} {join([_words(item) for item in stage['items']]) if stage['items'] else 'nothing'}"
            for stage in self.state["stages"]
        ]
        return f"One call of {self.state['function']}{self.state['where']}, from left to right: {'; '.join(stages)}."

    def still(self) -> str:
        scene = scene_of(self.state["scene"])
        x = TOP + self.value * (WIDTH + GAP)
        scene.rectangle(x, TOP, WIDTH, scene.height - 2 * TOP, "pick", rx=8)
        return scene.svg(self.alt)


def ctx_inspector(x: Any, gradient: Any = None, which: int = 0) -> CtxInspector:
    """What does ctx carry from forward to backward?

    The backward pass runs on a recording, as with `step`: the Function's own backward is called, no `.grad` changes and
    nothing is freed.

    Parameters
    ----------
    x : a tensor whose graph has a call of a custom Function in it.
    gradient : as for `backward()`; may be left out where `x` is a scalar.
    which : of several calls, the one meant; 0 is the one nearest to `x`.

    Returns
    -------
    A widget with the four stages of the call; ``.value`` is the one that is looked at.

    Raises
    ------
    ValueError
        If there is no such call.
    RuntimeError
        What `backward()` would raise where it cannot begin.

    Examples
    --------
    >>> import minigrad
    >>> class Scale(minigrad.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x, factor):
    ...         ctx.factor = factor
    ...         return x * factor
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         return g * ctx.factor, None
    >>> x = minigrad.tensor(2.0, requires_grad=True)
    >>> found = ctx_inspector(Scale.apply(x, 3.0))
    >>> [item["name"] for item in found.state["stages"][1]["items"]]
    ['ctx.factor']
    """
    from ...autograd.passes import make_roots

    calls = [node for node in read_graph(root_node(x)).nodes if isinstance(node, FunctionNode)]
    if not -len(calls) <= which < len(calls):
        raise ValueError(
            f"the graph of this tensor has {count(len(calls), 'call')} of a custom Function: there is no number {which}"
            if calls
            else "the graph of this tensor has no call of a custom Function (a subclass of minigrad.autograd.Function)"
        )
    node = calls[which]
    arguments = _argument_names(node)
    kept = list(_kept(node, arguments, callers_names(x)))
    got, returned = _passed(make_roots((x,), (gradient,), create_graph=False), node, arguments)
    stages = [
        {"name": name, "items": items, "says": _says(name, items)}
        for name, items in zip(STAGES, (_given(node, arguments), kept, got, returned), strict=True)
    ]
    where = node.where()
    state = {
        "function": printable(node._forward_cls.__name__),
        "where": f" ({where})" if where else "",
        "line": where.text if where and where.text else None,
        "stages": stages,
        "scene": _draw(stages).json(),
        "box": [TOP, WIDTH, GAP],
    }
    return CtxInspector(state, 1)


def _argument_names(node: FunctionNode) -> list[str]:
    """What forward calls its arguments."""
    from ...autograd.function import Function

    function = node._forward_cls
    try:
        names = list(inspect.signature(function.forward).parameters)
    except (TypeError, ValueError):
        names = []
    names = names if function.setup_context is not Function.setup_context else names[1:]
    return [names[i] if i < len(names) else f"argument {i}" for i in range(len(node.given))]


def _given(node: FunctionNode, names: list[str]) -> list[Item]:
    items = []
    for name, is_tensor, is_wanted in zip(names, node.given, node.needs_input_grad, strict=True):
        note = "no tensor" if not is_tensor else "its gradient is wanted" if is_wanted else "no gradient wanted"
        items.append(_item(name, note))
    return items


def _kept(node: FunctionNode, arguments: list[str], names: Names) -> Iterator[Item]:
    """What `save_for_backward` was given, the user's attributes, and the marks."""
    tensors = [name for name, is_tensor in zip(arguments, node.given, strict=True) if is_tensor]
    letters = {letter: f"the argument {name}" for letter, name in zip(LETTERS, tensors, strict=False)}
    if node.freed:
        yield _item("ctx.saved_tensors", "freed by an earlier backward", "", "odd")
    elif type(node.saved) is tuple and node.saved:
        for i, (symbol, array, kept) in enumerate(zip(node.symbols, node.saved[0], node.kept or (), strict=True)):
            what = letters.get(symbol, "neither an argument nor a result")
            if isinstance(kept, int):
                what = "the result" if len(node.results) == 1 else f"result {kept}"
            value = "None" if array is None else describe(array)["text"]
            yield _item(f"saved_tensors[{i}]", what if array is not None else "nothing", value)
    for name, value in node.attributes.items():
        is_tensor = hasattr(value, "requires_grad")
        note = "a tensor as an attribute: use save_for_backward" if is_tensor else "an attribute"
        yield _item(
            f"ctx.{name}", note, describe(value.array)["text"] if is_tensor else _repr(value), "odd" * is_tensor
        )
    if not node.materialize_grads:
        yield _item("set_materialize_grads", "None stays None, no zeros", "False")
    yield from _marks(node, names)


def _marks(node: FunctionNode, names: Names) -> Iterator[Item]:
    """`mark_non_differentiable` and `mark_dirty` leave their trace in the tensors: those that have a name are found."""
    from ...autograd import versions

    for name, tensor in names.named:
        cut = getattr(getattr(tensor, "_meta", None), "cut", None)
        if cut is not None and cut[0] == "mark_non_differentiable" and cut[1:] == (node.code, node.at):
            yield _item("non-differentiable", f"{name}: gets no gradient")
        found = versions.history(tensor.array)
        writes = [] if found is None else found.recent
        mine = (node._forward_cls.__name__, node.code, node.at)
        if tensor.grad_fn is node and any((w.operation, w.code, w.at) == mine for w in writes):
            yield _item("dirty", f"{name} was changed in place")


def _passed(roots: Any, node: FunctionNode, arguments: list[str]) -> tuple[list[Item], list[Item]]:
    """What backward got and what it returned; an error of it is shown in place of what it would have returned."""
    from ...autograd.engine import walk
    from ...autograd.node import add

    arrived = next((g for root, g in roots if root is node), None)
    try:
        for each, incoming, raw, outgoing in walk(roots):
            if each is node:
                return _incoming(node, incoming), _returned(node, arguments, raw)
            for edge, g in zip(each.edges, outgoing, strict=False):
                arrived = add(arrived, g) if edge is node else arrived
    except Exception as error:  # the user's backward may raise anything
        got = [] if arrived is None else _incoming(node, arrived)
        return got, [_item(type(error).__name__, short(str(error).partition("\n")[0], 200), "", "odd")]
    return [], [_item("not called", "no gradient reached it", "", "odd")]


def _incoming(node: FunctionNode, incoming: Any) -> list[Item]:
    gradients = incoming if isinstance(incoming, dict) else {0: incoming}
    items = []
    for i, result in enumerate(node.results):
        name = "gradient of result" if len(node.results) == 1 else f"gradient of result {i}"
        g = gradients.get(i)
        if g is not None:
            items.append(_item(name, f"shape {shape_text(g.shape)}", describe(g)["text"]))
        elif result is not None and node.materialize_grads:
            items.append(_item(name, "nobody used it: zeros are made", "0"))
        else:
            items.append(_item(name, "nobody used it", "None"))
    return items


def _returned(node: FunctionNode, names: list[str], raw: Any) -> list[Item]:
    slots = iter(raw)
    items = []
    for name, is_tensor, is_wanted in zip(names, node.given, node.needs_input_grad, strict=True):
        g = next(slots) if is_tensor else None
        if not is_tensor:
            items.append(_item(f"for {name}", "no tensor", "None"))
        elif not is_wanted:
            items.append(_item(f"for {name}", "not wanted, so dropped"))
        else:
            note = "None: no gradient flows on" if g is None else f"shape {shape_text(g.shape)}"
            items.append(_item(f"for {name}", note, "None" if g is None else describe(g)["text"]))
    return items


def _item(name: str, note: str, value: str = "", mark: str = "") -> Item:
    return {"name": printable(name), "note": printable(note), "value": printable(value), "mark": mark}


def _repr(value: Any) -> str:
    try:
        return short(repr(value), 60)
    except Exception as error:  # a class of the user's
        return f"its repr raises {type(error).__name__}"


def _words(item: Item) -> str:
    return f"{item['name']}{' = ' + item['value'] if item['value'] else ''} ({item['note']})"


def _says(stage: str, items: list[Item]) -> str:
    words = [
        f"{each['name']} = {each['value']}" if each["value"] else f"{each['name']}, {each['note']}" for each in items
    ]
    return full_stop(f"Here {stage} {'; '.join(words) or 'nothing'}")


def _draw(stages: list[dict[str, Any]]) -> Scene:
    rows = max(1, *(min(len(stage["items"]), MOST + 1) for stage in stages))
    scene = Scene(2 * TOP + 4 * WIDTH + 3 * GAP, 2 * TOP + 44 + rows * LINE)
    for k, stage in enumerate(stages):
        x = TOP + k * (WIDTH + GAP)
        scene.rectangle(x, TOP, WIDTH, scene.height - 2 * TOP, f"cell f{(3, 0, 1, 1)[k]}", rx=8, key=str(k))
        scene.words(x + WIDTH / 2, TOP + 22, stage["name"], "strong mid")
        if k:
            middle = TOP + 17
            scene.path([(x - GAP, middle), (x - 2, middle), None, (x - 7, middle - 5), (x - 2, middle)], "axis")
            scene.path([(x - 7, middle + 5), (x - 2, middle)], "axis")
        items = stage["items"]
        for i, item in enumerate(items[:MOST]):
            y = TOP + 48 + i * LINE
            sign = "! " if item["mark"] else ""
            scene.words(x + 10, y, short(f"{sign}{item['name']}", 20), "strong")
            scene.words(x + 10, y + 14, short(item["value"] or item["note"], 23), "small")
        if len(items) > MOST:
            scene.words(x + 10, TOP + 48 + MOST * LINE, f"and {len(items) - MOST} more", "small")
        if not items:
            scene.words(x + WIDTH / 2, TOP + 48, "nothing", "mid")
    return scene
