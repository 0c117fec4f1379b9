"""From an operation's class to the function that users call: run `forward`, and record a node if an input needs one.

`unary`, `binary` and `with_number` make the functions of the operations that programs are full of; each does by hand,
in the order that costs least, what `apply` does for any operation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from sys import _getframe
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd import errors, inference, modes
from ..autograd.meta import Cut, gradient_edge, meta_of, tracked
from ..autograd.modes import mode
from ..autograd.node import Node, Output
from ..autograd.source import PACKAGES, user_frame
from ..autograd.versions import follow, next_seq
from ..tensor import Tensor, wrap
from .base import LETTERS, Op, Several, own_code, picker
from .operands import array_of, cached_constant, constant, in_one_dtype, on_one_device, operands, refuse_mixed_devices


def note_cut(out: Tensor, *inputs: Any) -> None:
    """Note what cuts `out` off from a graph: a no_grad block now, or what cut one of its inputs off before."""
    if inference.used:
        inference.mark_new(out)
    for x in inputs:
        if not hasattr(x, "_meta"):
            continue
        if not mode.recording and tracked(x):
            frame = user_frame()
            mode_name = "inference_mode" if inference.is_inference_mode_enabled() else "no_grad"
            meta_of(out).cut = Cut(mode_name, frame.f_code, frame.f_lasti)
            return
        if x._meta is not None and x._meta.cut is not None:
            meta_of(out).cut = x._meta.cut
            return


def _look_at(node: Node, recording: Any, *inputs: Any) -> None:
    """What is done with a fresh node where the modes are not the usual ones."""
    if inference.used:
        inference.refuse_saving(node.saved, *inputs)
    if recording is not True:
        recording.made(node)


_FLOAT32 = np.dtype(np.float32)


def unary(op: type[Op], name: str) -> Callable[[Any], Tensor]:
    """The function of one tensor that a user calls: `forward`, and a node if the input requires grad."""
    forward, of_floats, pick = op.forward, op.of_floats, picker(op.saves[0])
    new_tensor, ndarray = Tensor.__new__, np.ndarray
    saves_input = op.saves[0] == ("a",)

    def function(input: Any) -> Tensor:
        try:
            a = input.array
        except AttributeError:
            a = array_of(input, name)
        if of_floats and a.dtype is not _FLOAT32 and a.dtype.kind != "f":  # `kind` makes a string: the usual case first
            a = a.astype(dtypes.get_default_dtype().numpy)
        z = forward(a)
        if type(z) is not ndarray:
            z = backend.as_array(z)
        out = new_tensor(Tensor)
        out.array = z
        out._node = out._meta = None
        edge, usual = input._node, modes.usual
        recording = usual or mode.recording
        if edge is None and input._meta is not None and recording:
            edge = gradient_edge(input)
        if edge is not None and recording:
            node = op()
            node.first = edge
            node.second = node.rare = None
            node.saved = ((a,),) if saves_input else (pick(a, None, z),)
            caller = _getframe(1)
            if caller.f_globals.get("__package__") in PACKAGES:
                caller = user_frame()
            node.code = caller.f_code
            node.at = caller.f_lasti
            node.seq = next_seq()
            out._node = node
            if not usual:
                _look_at(node, recording, input)
        elif not usual or input._meta is not None:
            note_cut(out, input)
        return out

    return own_code(function, name, op.__doc__)


def with_number(op: type[Op], name: str, otherwise: Callable[[Any, Any], Tensor]) -> Callable[[Any, Any], Tensor]:
    """The function of a tensor of floats and the operation's number n; for anything else `otherwise` is called."""
    forward, pick = op.forward, picker(op.saves[0])
    new_tensor, ndarray = Tensor.__new__, np.ndarray

    def function(input: Any, other: Any) -> Tensor:
        kind = type(other)
        if (kind is not int and kind is not float) or not hasattr(input, "array") or input.array.dtype.kind != "f":
            return otherwise(input, other)
        a = input.array
        z = forward(a, other)
        if type(z) is not ndarray:
            z = backend.as_array(z)
        out = new_tensor(Tensor)
        out.array = z
        out._node = out._meta = None
        edge, usual = input._node, modes.usual
        recording = usual or mode.recording
        if edge is None and input._meta is not None and recording:
            edge = gradient_edge(input)
        if edge is not None and recording:
            node = op()
            node.first = edge
            node.second = node.rare = None
            node.saved = (pick(a, None, z, other),)
            caller = _getframe(1)
            if caller.f_globals.get("__package__") in PACKAGES:
                caller = user_frame()
            node.code = caller.f_code
            node.at = caller.f_lasti
            node.seq = next_seq()
            out._node = node
            if not usual:
                _look_at(node, recording, input)
        elif not usual or input._meta is not None:
            note_cut(out, input)
        return out

    return own_code(function, name, otherwise.__doc__)


def new_node(op: type[Op], first: Node | None, second: Node | None, saved: tuple[Any, ...]) -> Op:
    """A node for an operation that was just run."""
    node = op()
    node.first, node.second, node.saved, node.rare = first, second, saved, None
    frame = user_frame()
    node.code, node.at = frame.f_code, frame.f_lasti
    node.seq = next_seq()
    return node


# Stands for an operand that is a number: a tensor that requires no gradient.
_NUMBER = wrap(np.empty(()))


def binary(op: type[Op], name: str, broadcasts: bool = True) -> Callable[[Any, Any], Tensor]:
    """The function of two tensors, or a tensor and a number, that a user calls."""
    forward, of_floats = op.forward, op.of_floats
    new_tensor, ndarray = Tensor.__new__, np.ndarray
    pick_a, pick_b = (picker(names) for names in op.saves)
    # Where nothing is saved, what is saved is one of three constants: 60 ns and 56 bytes less for each node.
    saves_nothing = not any(op.saves)
    saves_other = op.saves == (("b",), ("a",))
    both, only_a, only_b = ((), ()), ((), None), (None, ())

    def function(input: Any, other: Any) -> Tensor:
        # The usual cases first: a tensor with a number that keeps its dtype, and two tensors of one dtype.
        kind = type(other)
        try:
            a = input.array
            if (kind is float or kind is int) and a.dtype.kind == "f":
                b = cached_constant(other, a.dtype.char) if other and type(a) is ndarray else constant(other, a)
                other, fits = _NUMBER, True
            else:
                b = other.array
                fits = a.dtype is b.dtype and not (of_floats and a.dtype.kind != "f")
        except AttributeError:
            fits = False
        if not fits:
            other = wrap(other) if backend.is_array(other) else other
            a, b = operands(input, other, name, of_floats)
            input = input if hasattr(input, "array") else _NUMBER
            other = other if hasattr(other, "array") else _NUMBER
        try:
            z = forward(a, b)
        except ValueError:
            raise errors.broadcast_shapes(input, other) from None
        except TypeError:
            pair = on_one_device(input, other)
            if pair is not None:
                return function(*pair)
            operands(input, other, name, of_floats)  # says what is wrong in PyTorch's words
            raise
        if type(z) is not ndarray:
            z = backend.as_array(z)
        out = new_tensor(Tensor)
        out.array = z
        out._node = out._meta = None
        first, second, usual = input._node, other._node, modes.usual
        recording = usual or mode.recording
        if recording:
            if first is None and input._meta is not None:
                first = gradient_edge(input)
            if second is None and other._meta is not None:
                second = gradient_edge(other)
        if (first is not None or second is not None) and recording:
            node = op()
            node.first = first
            node.second = second
            node.rare = None
            if saves_other:
                node.saved = (None if first is None else (b,), None if second is None else (a,))
            elif saves_nothing:
                node.saved = only_a if second is None else only_b if first is None else both
            else:
                node.saved = (
                    None if first is None else pick_a(a, b, z),
                    None if second is None else pick_b(a, b, z),
                )
            if other is not _NUMBER and broadcasts and not (fits and a.shape == b.shape):
                node.fit = fit_of(input, other, z)
                if not fits:
                    if a is not input.array:
                        follow(a, input.array)
                    if b is not other.array:
                        follow(b, other.array)
            caller = _getframe(1)
            if caller.f_globals.get("__package__") in PACKAGES:
                caller = user_frame()
            node.code = caller.f_code
            node.at = caller.f_lasti
            node.seq = next_seq()
            out._node = node
            if not usual:
                _look_at(node, recording, input, other)
        elif not usual or input._meta is not None or other._meta is not None:
            note_cut(out, input, other)
        return out

    return own_code(function, name, op.__doc__)


def fit_of(*inputs: Any) -> tuple[Any, ...] | None:
    """For each input (the last argument is the result) that was broadcast or converted, its shape and dtype."""
    *tensors, z = inputs
    fits = tuple(
        (x.array.shape, x.array.dtype)
        if hasattr(x, "array") and (x.array.shape != z.shape or x.array.dtype != z.dtype)
        else None
        for x in tensors
    )
    return fits if any(fits) else None


def follow_inputs(arrays: Sequence[Any], inputs: Sequence[Any]) -> None:
    """Where an operation computed with a copy of an input, converted to another dtype, let the input's writes count."""
    for array, x in zip(arrays, inputs, strict=True):
        if array is not x.array:
            follow(array, x.array)


def undifferentiable(name: str, array: Any, *inputs: Any) -> Tensor:
    """The result of an operation without a derivative: a tensor without history, which remembers what cut it off."""
    out = wrap(backend.as_array(array))
    if any(hasattr(x, "array") and tracked(x) for x in inputs):
        frame = user_frame()
        meta_of(out).cut = Cut(name, frame.f_code, frame.f_lasti)
    return out


def cast_then(op: type[Op], input: Tensor, array: Any, **params: Any) -> Tensor:
    """Run an operation of one tensor on `array`, its tensor converted to the dtype that the operation is done in."""
    if array is not input.array:
        input = input.to(dtypes.of(array))
    return apply(op, input, **params)


def fitting(*tensors: Any) -> None:
    """Raise, in PyTorch's words, where the shapes of tensors do not fit together."""
    try:
        np.broadcast_shapes(*(x.array.shape for x in tensors))
    except ValueError:
        raise errors.broadcast_shapes(*tensors) from None


def apply(op: type[Op], *inputs: Any, **params: Any) -> Tensor:
    """Run any operation on tensors: the general form of `unary` and `binary`, for those with more to say.

    Parameters
    ----------
    op : class of the operation
    inputs : Tensor
        As many as `forward` takes arrays.
    params
        Keyword arguments of `forward`.
    """
    arrays = [x.array for x in inputs]
    if op.promotes:
        arrays = in_one_dtype(*arrays)
    try:
        z = op.forward(*arrays, **params)
    except TypeError:
        refuse_mixed_devices(*inputs)
        raise
    if op.extras:
        z, *extras = z
        params = {**params, **dict(zip(op.extras, extras, strict=True))}
    out = wrap(z if type(z) is np.ndarray else backend.as_array(z))
    usual = modes.usual
    recording = usual or mode.recording
    if recording:
        edges = [x._node or gradient_edge(x) for x in inputs]
        if edges.count(None) < len(edges):
            out._node = node = record(op, edges, arrays, out.array, params)
            if op.broadcasts:
                node.fit = fit_of(*inputs, out.array)
            if op.promotes:
                follow_inputs(arrays, inputs)
            if not usual:
                _look_at(node, recording, *inputs, *params.values())
            return out
    note_cut(out, *inputs)
    return out


def apply_many(op: type[Op], *inputs: Any, **params: Any) -> tuple[Tensor, ...]:
    """Run an operation with several results, whose `forward` returns a tuple and whose `results` are their names.

    Rules may ask for results by these names. Of a `Several` every result has a gradient; of any other operation only
    the first has one, and the others, such as the indices of `sort`, are plain numbers.
    """
    arrays = [x.array for x in inputs]
    zs = [backend.as_array(z) for z in op.forward(*arrays, **params)]
    outs = tuple([wrap(z) for z in zs])
    edges = [gradient_edge(x) for x in inputs] if mode.recording else []
    if edges.count(None) == len(edges):
        for out in outs:
            note_cut(out, *inputs)
        return outs
    node = record(op, edges, arrays, zs[0], {**params, **dict(zip(op.results, zs, strict=True))})
    if isinstance(node, Several):
        node.likes = tuple([(z.shape, z.dtype) for z in zs])
        node.outputs = len(outs)
        for number, out in enumerate(outs):
            out._node = Output(node, number)
    else:
        outs[0]._node = node
    if inference.used:
        inference.refuse_saving(node.saved, *inputs)
    if mode.recording is not True:
        mode.recording.made(node)
    return outs


def raw(x: Any) -> Any:
    """The array of a tensor; anything else itself."""
    return x.array if isinstance(x, Tensor) else x


def either(op: type[Op], *inputs: Any, **params: Any) -> Any:
    """An operation on what a rule has: arrays, or tensors (under `create_graph`), for which it is recorded.

    What is no input, an index for instance, may be a tensor, too: its array is used.
    """
    params = {name: raw(value) for name, value in params.items()}
    if any(isinstance(x, Tensor) for x in inputs):
        return apply(op, *(x if isinstance(x, Tensor) else wrap(x) for x in inputs), **params)
    return op.forward(*inputs, **params)


def record(op: type[Op], edges: Sequence[Node | None], arrays: Sequence[Any], z: Any, params: dict[str, Any]) -> Op:
    """A node for an operation that was just run; `params` is the caller's to give away."""
    known = params
    known["z"] = z
    for letter, array in zip(LETTERS, arrays):  # noqa: B905 - naming `strict` takes longer than the rest
        known[letter] = array
    for name, number in op.shapes:
        known[name] = arrays[number].shape
    if len(edges) == 1:
        return new_node(op, edges[0], None, (op.getters[0](known),) if edges[0] is not None else (None,))
    saved = tuple([None if edge is None else get(known) for edge, get in zip(edges, op.getters)])  # noqa: B905
    node = new_node(op, edges[0], edges[1], saved)
    if len(edges) > 2:
        node.rest = tuple(edges[2:])
    return node
