"""Inference mode: `no_grad` without a way back. What is computed in it can never take part in a recorded computation.

Its results are marked, in their `AutogradMeta`, as inference tensors: they count no versions and are no views, so
nothing that is recorded may save them or write to them. Until a process first enters the mode none of this costs more
than a look at `used`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from .meta import meta_of
from .modes import _GradMode, count_unusual, mode, switch

if TYPE_CHECKING:
    from ..tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])


used = False  # whether any thread has ever been in inference mode


class _Nothing:
    """What `mode.recording` becomes in inference mode where grad mode is switched on: nothing is recorded even so."""

    def __bool__(self) -> bool:
        return False


NOTHING = _Nothing()


def is_inference_mode_enabled() -> bool:
    """Whether this thread is in inference mode.

    Examples
    --------
    >>> import minigrad
    >>> with minigrad.inference_mode():
    ...     minigrad.is_inference_mode_enabled()
    True
    """
    return mode.inference


class inference_mode(_GradMode):
    """Operations inside are not recorded, and their results can never be used where operations are recorded.

    Parameters
    ----------
    mode : bool
        False leaves inference mode, and switches recording on, within a block.

    Examples
    --------
    >>> import minigrad
    >>> w = minigrad.tensor(2., requires_grad=True)
    >>> with minigrad.inference_mode():
    ...     y = w * 3
    >>> y.requires_grad, y.is_inference()
    (False, True)
    >>> w * y.clone()
    tensor(12., grad_fn=<MulBackward0>)
    """

    def __new__(cls, mode: Any = True) -> Any:
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)  # `@inference_mode` without brackets

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        global used
        self._before = (*self._before, (mode.recording, mode.on, mode.inference))
        mode.inference = self.mode
        if self.mode:
            if not used:
                used = True
                count_unusual(1)
            switch(False)
            mode.on = NOTHING
        else:
            mode.on = True if mode.on is NOTHING else mode.on
            switch(mode.on)

    def __exit__(self, *exc: object) -> None:
        *before, (recording, mode.on, mode.inference) = self._before
        switch(recording)
        self._before = tuple(before)

    def _again(self) -> inference_mode:
        return type(self)(self.mode)


# ------------------------------------------------------------ the mark
def is_inference(x: Tensor) -> bool:
    """Whether the tensor was computed in inference mode.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.is_inference(minigrad.ones(2))
    False
    """
    return x._meta is not None and x._meta.inference


def mark_new(out: Tensor) -> None:
    """Mark a tensor that was just made, if that was in inference mode. Called only where `used`."""
    if mode.inference:
        meta_of(out).inference = True


def mark_like(out: Tensor, source: Tensor) -> None:
    """Mark what shares the memory of `source` as that is marked, whatever the mode. Called only where `used`."""
    if is_inference(source) or out._meta is not None:
        meta_of(out).inference = is_inference(source)


# ------------------------------------------------------------ what inference tensors refuse
def refuse_saving(saved: Iterable[Any], *inputs: Any) -> None:
    """Raise if a node is about to save an inference tensor. Called only where `used`."""
    marked = [x for x in inputs if (meta := getattr(x, "_meta", None)) is not None and meta.inference]
    if not marked:
        return
    arrays = [id(x.array) for x in marked]
    if any(id(value) in arrays for values in saved if values for value in values):
        raise RuntimeError(
            "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
            "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use "
            "it in autograd, or use `minigrad.no_grad()` instead of `minigrad.inference_mode()`."
        )


def refuse_writing(x: Tensor) -> None:
    """Raise if an inference tensor is about to be written to outside of the mode. Called only where `used`."""
    if is_inference(x) and not mode.inference:
        raise RuntimeError(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a "
            "normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
        )


def refuse_flag(x: Tensor) -> None:
    """Raise if an inference tensor is asked to require grad outside of the mode. Called only where `used`."""
    if is_inference(x) and not mode.inference:
        raise RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")


def refuse_version(x: Tensor) -> None:
    """Raise if an inference tensor is asked for its version."""
    if is_inference(x):
        raise RuntimeError("Inference tensors do not track version counter.")
