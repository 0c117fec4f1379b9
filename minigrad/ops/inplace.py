"""In-place operations: every `name_` is its out-of-place operation, written into the tensor's own memory.

So rules, dtypes and errors are those of the operation itself; what is added here is what may be written, the version,
and the history (`views.rebase`). Everything is checked before anything is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend, dtypes
from ..autograd import errors, inference, versions
from ..autograd.meta import gradient_edge, tracked
from ..autograd.modes import mode, switch
from ..autograd.source import user_frame
from ..tensor import Tensor, wrap
from .views import rebase


def in_place(function: Callable[..., Tensor], name: str, repeats: bool = False) -> Callable[..., Tensor]:
    """The in-place form of `function`.

    Parameters
    ----------
    function : callable
        Takes the tensor first.
    name : str
        What messages call it, such as "mul_".
    repeats : bool
        Whether a target may repeat elements, because all are given the same value.
    """

    def inplace(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        differentiable = input.array.dtype.kind == "f"  # integers and bools have no history
        operands = (input, *args, *kwargs.values())
        check(input, differentiable and any(hasattr(x, "array") and tracked(x) for x in operands), name)
        for x in args:
            if type(x) is Tensor and x is not input and not repeats:
                refuse_partial_overlap(input.array, x.array)
        before = wrap(input.array)  # as the operation's input: the same memory, and the history so far
        recording = switch(bool(mode.recording) and differentiable)  # observers are told when the node is complete
        if recording and differentiable:
            before._node = gradient_edge(input)
        try:
            result = function(before, *args, **kwargs)
        finally:
            switch(recording)
        keep_old_values(result._node, input.array)
        write(input, result.array, name, repeats)
        if result._node is not None and result.array.dtype != input.array.dtype:
            # Gradients will arrive in the dtype that was written, not in that of the result.
            edges = zip((before, *args), result._node.edges, strict=False)
            result._node.fit = tuple(None if e is None else (x.array.shape, x.array.dtype) for x, e in edges)
        adopt(input, result)
        if result._node is not None and recording is not True:
            recording.made(result._node)
        return input

    inplace.__name__ = inplace.__qualname__ = name
    inplace.__doc__ = f"`{name.removesuffix('_')}`, written into the tensor itself, which is returned."
    return inplace


def check(x: Tensor, will_be_tracked: bool, operation: str) -> None:
    """Raise if autograd does not allow this tensor to be changed in place."""
    if mode.recording and will_be_tracked:
        _check_recorded(x, operation)
    if inference.used:
        inference.refuse_writing(x)


def _check_recorded(x: Tensor, operation: str) -> None:
    view = x._meta.view if x._meta is not None else None
    if view is not None and view.kind:
        raise view.refusal(x, "is being")
    if view is not None and tracked(x) and view.base.is_leaf:
        raise errors.view_of_leaf_in_place(x, view.base, operation)
    if x._meta is not None and x._meta.requires_grad:
        raise errors.leaf_in_place(x, operation)


def write(x: Tensor, values: Any, operation: str, repeats: bool = False) -> None:
    """Write `values`, of the tensor's own shape and a dtype that fits, into its memory, and note it.

    `repeats` allows a target that repeats elements (an expanded one): all values must then be the same.
    """
    mine = x.array
    if values.shape != mine.shape:
        raise errors.output_shape(mine.shape, values.shape)
    have, want = dtypes.of(values), dtypes.of(mine)
    if have.kind > want.kind:
        names = dtypes.SCALAR_TYPE_NAMES
        raise RuntimeError(
            f"result type {names[have.name]} can't be cast to the desired output type {names[want.name]}"
        )
    if not repeats:
        refuse_repeats(mine)
    if values is not mine:
        mine[...] = values
    note_write(x, operation)


def note_write(x: Tensor, operation: str) -> None:
    """Count a write to the tensor's memory that was just done."""
    if not inference.is_inference(x):  # those count no versions
        frame = user_frame()
        versions.note_write(x.array, operation, frame.f_code, frame.f_lasti)


def refuse_repeats(array: Any) -> None:
    """Raise if the array (of an expanded tensor) has an element in several places."""
    if array.size and any(s == 0 and n > 1 for n, s in zip(array.shape, array.strides, strict=True)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )


def refuse_partial_overlap(target: Any, source: Any, same_allowed: bool = True) -> None:
    """Raise if what is read lies where is written, so that the result would depend on the order of the elements.

    With `same_allowed` the two may be the very same elements.
    """
    if target.base is None and source.base is None and target is not source:
        return  # the usual case, asked quickly: each owns its memory
    if not target.size or not source.size or not (_is_dense(target) and _is_dense(source)):
        return
    begin, start = backend.first_byte(target), backend.first_byte(source)
    end, stop = begin + target.nbytes, start + source.nbytes
    alike = target.strides == source.strides or _steps(target) == _steps(source)
    same = same_allowed and (begin, end) == (start, stop) and alike
    if not same and begin < stop and start < end:
        raise RuntimeError(
            "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
            "memory location. Please clone() the tensor before performing the operation."
        )


def _steps(array: Any) -> tuple[tuple[int, int], ...]:
    """Lengths and strides, but where a stride does not matter."""
    return tuple((n, s if n != 1 else 0) for n, s in zip(array.shape, array.strides, strict=True))


def _is_dense(array: Any) -> bool:
    """Whether the elements fill their stretch of memory, each once, in any order of the dimensions."""
    size = array.itemsize
    for stride, n in sorted((s, n) for s, n in zip(array.strides, array.shape, strict=True) if n != 1):
        if stride != size:
            return False
        size *= n
    return True


def keep_old_values(node: Any, old: Any) -> None:
    """Where a rule needs what stood in the tensor before, save a copy of it, as PyTorch does."""
    if node is not None and "a" in {name for names in node.saves for name in names}:
        node.saved = tuple(
            args and tuple(old.copy() if n == "a" else v for n, v in zip(names, args, strict=True))
            for names, args in zip(node.saves, node.saved, strict=True)
        )


def adopt(x: Tensor, result: Tensor) -> None:
    """Give `x` the history of `result`, whose values it now holds."""
    node: Any = result._node
    if node is None:
        return
    if "z" in {name for names in node.saves for name in names}:
        # The rule needs the result, and x holds it now: that memory is what must not change from here on.
        node.saved = tuple(
            args and tuple(x.array if n == "z" else v for n, v in zip(names, args, strict=True))
            for names, args in zip(node.saves, node.saved, strict=True)
        )
        node.seq = versions.next_seq()
    rebase(x, node)
