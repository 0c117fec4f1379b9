"""Views: tensors that look at another tensor's memory, and what an in-place write through one does to the graph.

A view shares memory, and so versions, with its base. A write through either is seen by both, and autograd must see it
too: the base's history is rewritten (`CopySlices`), and each view, whose old history no longer tells the truth, gets a
new node that reads it out of the base (`AsStrided`) when somebody next asks for its `grad_fn`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .. import backend
from ..autograd import errors, inference, versions
from ..autograd.engine import fitted
from ..autograd.hooks import move_retained
from ..autograd.meta import AutogradMeta, gradient_edge, tracked
from ..autograd.modes import mode
from ..autograd.node import Node, Output, start
from ..tensor import Tensor, wrap
from .base import Op
from .calling import apply, note_cut, record

# mypy: disable-error-code="misc, operator, no-untyped-def"


class Layout(NamedTuple):
    """How a tensor lies in its base's memory: shape, strides and offset in bytes; and the base's shape and strides."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    base_shape: tuple[int, ...]
    base_strides: tuple[int, ...]


def layout_in(base: Any, array: Any) -> Layout:
    if backend.owner(base) is not backend.owner(array) and array.size:
        raise RuntimeError(
            "a view no longer lies in its base: one of the two was given other memory (`.data = …` or `set_`) since "
            "the view was made. Make the view anew."
        )
    offset = backend.first_byte(array) - backend.first_byte(base)
    return Layout(array.shape, array.strides, offset, base.shape, base.strides)


class View:
    """What a tensor is a view of.

    Attributes
    ----------
    base : Tensor
        The tensor that is no view itself.
    creator : str
        The operation that made the view.
    node : Node or None
        What the view's gradient flows into, made when the memory had been written `seen` times.
    seen : int
    kind : str
        "" for an ordinary one, "many" for one of several outputs, "no_grad" or "inference" for one made while nothing
        was recorded ("below …" for a view of that), "custom" for one that a custom Function returned.
    """

    __slots__ = ("base", "creator", "kind", "node", "seen")

    def __init__(self, base: Tensor, node: Node | None, seen: int, creator: str, kind: str) -> None:
        self.base, self.node, self.seen, self.creator, self.kind = base, node, seen, creator, kind

    @property
    def tracked(self) -> bool:
        return self.node is not None or tracked(self.base)

    def current_node(self, x: Tensor) -> Node | None:
        """The view's node; made anew if the memory was written since it was made."""
        if not self.tracked:
            return None
        now = versions.version(x.array)
        if now != self.seen:
            if self.kind:
                raise self.refusal(x, "its base or another view of its base has been")
            source = gradient_edge(self.base)  # None if the base lost its flag: the gradient goes nowhere then
            array, before = self.base.array, self.node
            layout = layout_in(array, x.array)
            self.node = record(AsStrided, [source], [array], x.array, {"layout": layout})
            if before is not None:  # it is the view's, wherever it is asked for again
                self.node.code, self.node.at = before.code, before.at
            if source is None:
                self.node.saved = ((layout,),)
            self.seen = now
            move_retained(before, self.node, x)
        return self.node

    def refusal(self, x: Tensor, what: str) -> Exception:
        """The error for a view that cannot follow a write; `what` "is being" or "has been" modified."""
        if self.kind == "many":
            return errors.one_of_many_views_in_place(x, self, what)
        if self.kind == "custom":
            return errors.custom_view_in_place(x, self, what)
        return errors.no_grad_view_in_place(x, self, what)


def make_view(out: Tensor, source: Tensor, creator: str, kind: str = "") -> Tensor:
    """Mark `out` as a view of `source`: move its node to where it can be made anew."""
    if inference.used:
        inference.mark_like(out, source)
        if inference.is_inference(source):  # inference tensors know nothing of views
            return out
    parent = source._meta.view if source._meta is not None else None
    base = source if parent is None else parent.base
    if not mode.recording:
        kind = "inference" if inference.is_inference_mode_enabled() else "no_grad"
    elif kind == "many" and not tracked(source):
        kind = "no_grad"  # as PyTorch's words have it, though it is the missing history that matters
    elif parent is not None and not kind:
        kind = parent.kind  # a view of one of several views is no better than that one
        if kind in ("no_grad", "inference") and tracked(source):
            kind = "below " + kind
    view = View(base, out._node, versions.version(out.array), creator, kind)
    out._node = None
    if out._meta is None:
        out._meta = AutogradMeta(view=view)
    else:
        out._meta.view = view
    return out


def apply_view(op: type[Op], x: Tensor, **params: Any) -> Tensor:
    """`apply` for an operation whose result is a view of `x`."""
    return make_view(apply(op, x, **params), x, op.node_name.removesuffix("Backward0"))


# ------------------------------------------------------------ reading and writing a layout
def zeros_like_base(layout: Layout, like: Any) -> Any:
    """A new array with the base's shape and strides, of zeros, within memory that reaches as far as the view does."""
    itemsize = like.dtype.itemsize
    ends = (
        backend.span(layout.base_shape, layout.base_strides, itemsize),
        layout.offset + backend.span(layout.shape, layout.strides, itemsize),
    )
    begin = min(0, layout.offset)
    flat = backend.namespace(like).zeros((max(ends) - begin) // itemsize, like.dtype)
    return backend.as_strided(flat, layout.base_shape, layout.base_strides, -begin)


def read(array: Any, layout: Layout) -> Any:
    """The view that has this layout, in an array that lies in memory as the base does."""
    return backend.as_strided(array, layout.shape, layout.strides, layout.offset)


def as_base(g: Any, layout: Layout) -> Any:
    """A copy of `g` that lies in memory as the base does."""
    out = zeros_like_base(layout, g)
    if overlaps(layout.base_shape, layout.base_strides):
        _add_overlapping(out, g)
        _divide_by_uses(out)
    else:
        out[...] = g
    return out


class AsStrided(Op):
    """The elements that a view has in its base."""

    formula = (r"\text{zeros, with } \bar z \text{ in the view's places}",)

    def forward(a, layout):
        return read(as_base(a, layout), layout)

    def grad_a(g, layout):
        return scatter_layout(g, layout)


class AsStridedScatter(Op):
    """A tensor like the base, zero but for `a` at the view's places (summed where the view repeats an element)."""

    formula = (r"\bar z \text{ at the view's places}",)

    def forward(a, layout):
        out = zeros_like_base(layout, a)
        target = read(out, layout)
        if overlaps(layout.shape, layout.strides):
            _add_overlapping(target, a)
        else:
            target[...] = a
        if overlaps(layout.base_shape, layout.base_strides):
            _divide_by_uses(out)  # each of the places that are one gets its part
        return out

    def grad_a(g, layout):
        return gather_layout(g, layout)


class AsStridedPut(Op):
    """The base with `b` written at the view's places."""

    formula = r"\bar z \text{, but 0 at the view's places}", r"\bar z \text{ at the view's places}"

    def forward(a, b, layout):
        out = as_base(a, layout)
        read(out, layout)[...] = b
        return out

    def grad_a(g, layout):
        return put_layout(g, None, layout)

    def grad_b(g, layout):
        return gather_layout(g, layout)


def overlaps(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    """Whether an element may be in several places."""
    end = 0  # where, in the dimensions with smaller strides, the last element begins
    for stride, n in sorted((s, n) for s, n in zip(strides, shape, strict=True) if n > 1):
        if stride <= end:
            return True
        end += (n - 1) * stride
    return False


def _add_overlapping(target: Any, a: Any) -> None:
    """`target += a` where elements of the target are in several places: each gets the sum of its places."""
    backend.add_at(backend.flat(target), _numbers_in_memory(target), a)


def _divide_by_uses(array: Any) -> None:
    """Divide each element by the number of its places."""
    xp, flat = backend.namespace(array), backend.flat(array)
    uses = xp.zeros(flat.shape, flat.dtype)
    backend.add_at(uses, _numbers_in_memory(array), 1)
    flat /= xp.maximum(uses, 1)


def _numbers_in_memory(array: Any) -> Any:
    """For each element its number in `backend.flat(array)`."""
    numbers = backend.namespace(array).zeros((1,) * array.ndim, np.intp)
    for i, (n, s) in enumerate(zip(array.shape, array.strides, strict=True)):
        steps = backend.namespace(array).arange(n) * (s // array.itemsize)
        numbers = numbers + steps.reshape((n,) + (1,) * (array.ndim - i - 1))
    return numbers


def gather_layout(g: Any, layout: Layout) -> Any:
    """The view's part of a gradient of the base (array or Tensor)."""
    if isinstance(g, Tensor):
        return apply(AsStrided, g, layout=layout)
    return AsStrided.forward(g, layout)


def scatter_layout(g: Any, layout: Layout) -> Any:
    """A gradient of the base from one of the view (array or Tensor)."""
    if isinstance(g, Tensor):
        return apply(AsStridedScatter, g, layout=layout)
    return AsStridedScatter.forward(g, layout)


def put_layout(g: Any, part: Any, layout: Layout) -> Any:
    """A gradient of the base with the view's part replaced (by zeros if `part` is None; arrays or Tensors)."""
    if isinstance(g, Tensor):
        return apply(
            AsStridedPut,
            g,
            wrap(backend.namespace(g.array).zeros((), g.array.dtype)) if part is None else part,
            layout=layout,
        )
    return AsStridedPut.forward(g, 0 if part is None else part, layout)


class _RuleOfWrite:
    """`CopySlices.formula`: at a node with the rule of the operation that wrote, if that has a formula."""

    general = (r"\bar z \text{, but what the operation's own rule gives at the written places}",)

    def __get__(self, node: CopySlices | None, kind: type) -> tuple[str, ...]:
        rules = None if node is None else node.function.formula
        if not rules:
            return self.general
        there = r"\text{ at the written places}"
        written = {"0": r"\bar z \text{, but 0 at the written places}", r"\bar z": r"\bar z"}
        first = written.get(rules[0], rf"\bar z \text{{, but }} {rules[0]} {there}")
        return first, *(rule if rule == "0" else f"{rule} {there}" for rule in rules[1:])


class CopySlices(Node):
    """The base's history after a write through a view: the written part went through `function`, the rest stayed."""

    __slots__ = ("function", "inputs", "layout")
    node_name = "CopySlices"
    holds_values = True  # like PyTorch's it can run once only, whatever the function saved
    formula = _RuleOfWrite()

    def __init__(self, base: Tensor, view: Any, function: Any) -> None:
        saved = function.saved
        self.function, self.layout = function, layout_in(base.array, view)
        start(self)  # empties `saved`, which is the function's: put back below
        edges = function.edges
        self.first, self.second, self.rest = gradient_edge(base), *(edges[1:2] or (None,)), edges[2:]
        # The operation's own number: what it saved must not have been written since then.
        self.code, self.at, self.seq = function.code, function.at, function.seq
        self.saved, self.inputs = saved, function.inputs

    @property
    def saved(self) -> tuple[Any, ...]:
        """What the function saved: what is freed here is freed there."""
        return self.function.saved

    @saved.setter
    def saved(self, saved: tuple[Any, ...]) -> None:
        self.function.saved = saved

    def backward(self, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        function = self.function
        part = gather_layout(g, self.layout)
        outgoing = function.backward(part, saved)
        if function.fit is not None:
            outgoing = fitted(function.fit, outgoing)
        if self.first is None:
            return (None, *outgoing[1:])
        return (put_layout(g, outgoing[0], self.layout), *outgoing[1:])

    def _named_saved(self, saved: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
        return self.function._named_saved(saved)

    def with_history(self, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        # A saved output is the view as it is after the write: its history goes on here.
        return self.function.with_history(saved, record(AsStrided, [self], [], None, {"layout": self.layout}))


def rebase(x: Tensor, node: Any) -> None:
    """Give `x`, which was changed in place, the history that ends in `node`; if it is a view, rewrite its base's."""
    view = x._meta.view if x._meta is not None else None
    if view is None:
        move_retained(x._node, node, x)
        x._node = node
    else:
        base = view.base
        before = base._node
        base._node = CopySlices(base, x.array, node)
        move_retained(before, base._node, base)
        gradient_edge(x)


def split_outputs(source: Tensor, parts: list[Any], op: type[Op], creator: str, **params: Any) -> tuple[Tensor, ...]:
    """The several outputs of `op`, each a view of `source` that knows its number."""
    edge = gradient_edge(source) if mode.recording else None
    node = None if edge is None else record(op, [edge], [source.array], None, params)
    if node is not None:
        node.outputs = len(parts)
        if mode.recording is not True:
            mode.recording.made(node)
    outs = []
    for number, part in enumerate(parts):
        out = wrap(part)
        if node is not None:
            out._node = Output(node, number)
        else:
            note_cut(out, source)
        outs.append(make_view(out, source, creator, "many"))
    return tuple(outs)
