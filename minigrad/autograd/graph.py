"""Looking into the graph and at what it keeps: PyTorch's `torch.autograd.graph`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from contextlib import ContextDecorator, contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from . import versions
from .edges import GradientEdge, get_gradient_edge
from .hooks import RemovableHandle
from .meta import gradient_edge, tracked
from .modes import Observers, observe
from .modes import mode as _modes
from .node import Node
from .saved import SavedHooks
from .source import user_frame

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


# ------------------------------------------------------------ versions
def increment_version(tensor: Tensor | Iterable[Tensor]) -> None:
    """Say that the memory of a tensor was written by code that minigrad does not see."""
    frame = user_frame()
    for one in (tensor,) if hasattr(tensor, "array") else tensor:
        versions.note_write(one.array, "increment_version", frame.f_code, frame.f_lasti)


# ------------------------------------------------------------ what nodes keep
class saved_tensors_hooks:
    """Within this block, what operations keep for backward is what `pack_hook` makes of it.

    Parameters
    ----------
    pack_hook : callable
        Takes a tensor that an operation wants to keep, and returns anything.
    unpack_hook : callable
        Takes what `pack_hook` returned, and returns a tensor with the original's numbers.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor(3., requires_grad=True)
    >>> with minigrad.autograd.graph.saved_tensors_hooks(lambda t: t.item(), minigrad.tensor):
    ...     y = x * x
    >>> y.backward()
    >>> x.grad
    tensor(6.)
    """

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook
        self._before: list[Any] = []

    def __enter__(self) -> None:
        if _modes.no_saved_hooks is not None:
            raise RuntimeError(_modes.no_saved_hooks)
        self._before.append(observe(SavedHooks, SavedHooks(self.pack_hook, self.unpack_hook)))

    def __exit__(self, *exc: object) -> None:
        observe(SavedHooks, self._before.pop())


class save_on_cpu(saved_tensors_hooks):
    """Within this block, what operations keep for backward is moved to the CPU, and back when it is needed.

    Parameters
    ----------
    pin_memory : bool
        Accepted for PyTorch's sake; memory is never pinned.
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda t: (t.device, t.to("cpu", copy=True)), lambda packed: packed[1].to(packed[0]))


class disable_saved_tensors_hooks(ContextDecorator):
    """Within this block, `saved_tensors_hooks` raises a RuntimeError with this message."""

    def __init__(self, error_message: str) -> None:
        self.error_message = error_message

    def __enter__(self) -> None:
        if isinstance(_modes.on, Observers) and _modes.on.find(SavedHooks) is not None:
            raise RuntimeError(self.error_message)
        self._before, _modes.no_saved_hooks = _modes.no_saved_hooks, self.error_message

    def __exit__(self, *exc: object) -> None:
        _modes.no_saved_hooks = self._before


class _Handle:
    """What a node keeps for a copy."""


@contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[MutableMapping[Any, Tensor]]:
    """Within this block, what operations have kept for backward may be changed in place: it is kept as a copy.

    Forward and backward must run within the same block. PyTorch copies where something is about to be changed,
    minigrad whatever is kept.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor(3., requires_grad=True)
    >>> with minigrad.autograd.graph.allow_mutation_on_saved_tensors():
    ...     y = x.clone()
    ...     z = y ** 2
    ...     _ = y.zero_()
    ...     z.backward()
    >>> x.grad
    tensor(6.)
    """
    if _modes.copying_saved:
        raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
    copies: MutableMapping[Any, Tensor] = WeakKeyDictionary()

    def pack(x: Tensor) -> _Handle:
        handle = _Handle()
        copies[handle] = x.detach().clone()
        return handle

    def unpack(handle: _Handle) -> Tensor:
        if handle not in copies:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context"
                "in which the graph was originally recorded."
            )
        return copies[handle]

    with saved_tensors_hooks(pack, unpack):
        _modes.copying_saved = True
        try:
            yield copies
        finally:
            copies.clear()
            _modes.copying_saved = False


# ------------------------------------------------------------ one hook for several tensors
class _Handles(RemovableHandle):
    def __init__(self, handles: Sequence[RemovableHandle]) -> None:
        self.handles = tuple(handles)

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[..., None], *, mode: str = "all"
) -> RemovableHandle:
    """Have `fn` called in each backward pass with the gradients of several tensors.

    Parameters
    ----------
    tensors : sequence of Tensor
    fn : callable
        With `mode="all"` called once all gradients that the pass computes are there, with a list of them (None for
        those that it does not compute); with `mode="any"` called with the first gradient that arrives.
    mode : "all" or "any"

    Examples
    --------
    >>> import minigrad
    >>> a, b = minigrad.tensor([1., 2.], requires_grad=True).unbind()
    >>> handle = minigrad.autograd.graph.register_multi_grad_hook((a, b), print)
    >>> (a * b).backward()
    [tensor(2.), tensor(1.)]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    key = object()  # under which a pass keeps what has come
    if mode == "any":

        def first_only(g: Tensor) -> None:
            if key not in _modes.running.notes:
                _modes.running.notes[key] = True
                fn(g)

        return _Handles([x.register_hook(first_only) for x in tensors if tracked(x)])

    nodes = [gradient_edge(x) for x in tensors]
    if None in nodes:
        raise AssertionError("Expected gradient function to be set")

    def collector(i: int) -> Callable[[Tensor], None]:
        def collect(g: Tensor) -> None:
            running = _modes.running
            if key not in running.notes:
                running.notes[key] = [None] * len(nodes), running.how_many_arrive(nodes)
            gradients, missing = running.notes[key]
            gradients[i] = g
            running.notes[key] = gradients, missing - 1
            if missing == 1:
                fn(gradients)

        return collect

    return _Handles([x.register_hook(collector(i)) for i, x in enumerate(tensors)])
