"""What `Function.apply` does: run the user's forward, and give what it returns its history."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .. import backend
from ..tensor import Tensor
from . import errors, versions
from .context import FunctionCtx
from .custom import FunctionNode
from .meta import Cut, meta_of, tracked
from .modes import mode, switch
from .node import Node, Output
from .source import user_frame

if TYPE_CHECKING:
    from .function import Function


def apply(function: type[Function], args: tuple[Any, ...], separate: bool) -> Any:
    """Run a Function's forward on `args`, and record a node for it if one of them requires grad.

    Parameters
    ----------
    function : class
    args : tuple
    separate : bool
        Whether `setup_context` prepares the context, and `forward` does not take one.
    """
    recording = mode.recording
    node = function._backward_cls(args)
    tensors = [x for x, is_tensor in zip(args, node.given, strict=True) if is_tensor]
    records = bool(recording) and any(node.needs_input_grad)
    if records:
        node.connect(tensors)
    ctx = FunctionCtx(node)
    switch(False)
    try:
        if separate:
            returned = function.forward(*args)
            function.setup_context(ctx, args, returned)
        else:
            returned = function.forward(ctx, *args)
    finally:
        switch(recording)
    outputs = Outputs(node, tensors, records, separate).wrap(returned if isinstance(returned, tuple) else (returned,))
    if records:
        node.save(outputs.numbers, tensors)
    node.to_save = node.dirty_tensors = node.non_differentiable = None
    if records and recording is not True:
        recording.made(node)
    return tuple(outputs.wrapped) if isinstance(returned, tuple) else outputs.wrapped[0]


class Outputs:
    """What `forward` returned on its way to the user: each tensor gets its history."""

    def __init__(self, node: FunctionNode, tensors: list[Tensor], records: bool, separate: bool) -> None:
        self.node, self.records = node, records
        self.name = node._forward_cls.__name__
        self.inputs = {id(x) for x in tensors}
        self.unusable = {id(x) for x in node.to_save or ()} if separate else set()
        self.constant = {id(x) for x in self._marked("non_differentiable")}
        self.dirty = {id(x): x for x in self._marked("dirty_tensors")}
        for x in self.dirty.values():
            versions.note_write(x.array, self.name, node.code, node.at)
        node.seq = versions.next_seq()  # what forward has written until now it has written before it saved
        self.wrapped: list[Any] = []
        self.numbers: dict[int, int] = {}  # of the outputs that gradients come from

    def _marked(self, which: str) -> tuple[Any, ...]:
        marked = getattr(self.node, which) or ()
        for i, x in enumerate(marked):
            if not isinstance(x, Tensor):
                kind = type(x).__name__
                if which == "dirty_tensors":
                    raise RuntimeError(f"mark_dirty can only accept variables, but argument {i} is of type {kind}")
                raise RuntimeError(f"mark_non_differentiable only accepts variable arguments, but got {kind}")
        return marked

    def wrap(self, returned: tuple[Any, ...]) -> Outputs:
        node = self.node
        node.outputs = len(returned)
        node.results = [
            (backend.namespace(x.array), x.array.shape, x.array.dtype) if isinstance(x, Tensor) else None
            for x in returned
        ]
        for number, x in enumerate(returned):
            self.wrapped.append(self._wrap(x, number) if isinstance(x, Tensor) else x)
        if len(self.numbers) > 1:
            for x in self.wrapped:
                if isinstance(x, Tensor) and (view := _view(x)) is not None:
                    view.kind = "many"
        if not self.dirty.keys() <= {id(x) for x in returned}:
            raise errors.dirty_not_returned(node)
        return self

    def _wrap(self, x: Tensor, number: int) -> Tensor:
        is_input, is_dirty = id(x) in self.inputs, id(x) in self.dirty
        if is_input and not is_dirty and id(x) in self.unusable and (self.records or not tracked(x)):
            raise errors.saved_as_returned(self.node)
        if not (self.records and id(x) not in self.constant and x.dtype.is_floating_point):
            out = self._without_history(x, is_input, is_dirty)
        else:
            edge = self.node if len(self.node.results) == 1 else Output(self.node, number)
            if is_dirty:
                out = self._changed_in_place(x, is_input, edge)
            else:
                out = _alias(x) if is_input else x
                _set_edge(out, edge)
            self.numbers[id(out)] = number
        view = _view(out)
        if view is not None and not (is_input and is_dirty):
            view.kind, view.creator = "custom", self.name
        return out

    def _without_history(self, x: Tensor, is_input: bool, is_dirty: bool) -> Tensor:
        if not tracked(x):
            if is_input:
                return x if is_dirty else _alias(x)
        elif is_input:
            return x.detach()
        elif _view(x) is None:
            x.detach_()
        if self.records:
            meta_of(x).cut = Cut("mark_non_differentiable", self.node.code, self.node.at)  # type: ignore[arg-type]
        return x

    def _changed_in_place(self, x: Tensor, is_input: bool, edge: Node) -> Tensor:
        from ..ops.views import rebase

        view = _view(x)
        if tracked(x) and (x._node if view is None else view.node) is None:
            raise errors.dirty_leaf(self.node, x)
        if not is_input:
            frame = user_frame()
            words = "Only input Tensors that have been mutated should be passed to ctx.mark_dirty()."
            words = f"ctx.mark_dirty() received a tensor that was not an input. {words}"
            warnings.warn_explicit(words, UserWarning, frame.f_code.co_filename, frame.f_lineno)
        if view is not None:
            if len(self.node.results) > 1:
                raise errors.dirty_view_and_more(self.node, x)
            if view.kind:
                raise view.refusal(x, "is being")
            if view.base.is_leaf and tracked(view.base):
                raise errors.view_of_leaf_in_place(x, view.base, self.name)
        rebase(x, edge)
        return x


def _view(x: Tensor) -> Any:
    return None if x._meta is None else x._meta.view


def _alias(x: Tensor) -> Tensor:
    """Another tensor for the same memory, as `view_as` makes it where nothing is recorded."""
    before = switch(False)
    try:
        return x.view_as(x)
    finally:
        switch(before)


def _set_edge(x: Tensor, edge: Node) -> None:
    """Have the gradient of `x` flow into `edge`, whatever history it had."""
    view = _view(x)
    if view is not None:
        view.node, view.seen = edge, versions.version(x.array)
        return
    x._node = edge
    if x._meta is not None:
        x._meta.requires_grad, x._meta.cut = False, None
