"""The step, and what the rules are written with.

An optimizer's own part is one rule: how an array changes, given its gradient (`Stepper.update`). It is plain NumPy on
arrays, so that nothing is recorded and that CuPy's arrays are updated where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..autograd import inference, replaced, versions
from ..autograd.modes import enable_grad
from ..autograd.source import user_frame
from ..dtypes import float64, get_default_dtype
from ..ops.inplace import refuse_repeats
from ..tensor import Tensor, wrap
from .optimizer import Optimizer


class Stepper(Optimizer):
    """An optimizer that treats each parameter by itself: `update` is its rule, `step` does the rest."""

    def update(self, group: dict[str, Any], param: Any, grad: Any, state: dict[str, Any]) -> None:
        """Change the array `param` in place, given the array of its gradient and what `state` remembers."""
        raise NotImplementedError

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:  # what an older PyTorch has saved lacks options that came later
            for name, value in self.defaults.items():
                group.setdefault(name, value)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update the parameters that have a gradient, in place. Nothing is recorded.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss and its gradients anew; called first.

        Returns
        -------
        What the closure returned, or None.

        Raises
        ------
        RuntimeError
            If a gradient does not fit its parameter. No parameter has changed then.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        todo = []
        for group in self.param_groups:
            for p in group["params"]:
                grad = p.grad
                if grad is not None:
                    state = self.state.get(p)
                    _check_fit(p, grad, state)
                    todo.append((group, p, grad, state))
        if replaced.watcher is not None:
            replaced.watcher.stepped(self.param_groups)
        frame = user_frame()
        code, at = frame.f_code, frame.f_lasti
        for group, p, grad, state in todo:
            if state is None:
                state = self.state.get(p, {})  # there is one by now if the parameter comes twice
            self.update(group, p.array, grad.array, state)
            if state:
                self.state[p] = state
            for written in (p, *state.values()):
                if isinstance(written, Tensor) and not (inference.used and inference.is_inference(written)):
                    versions.note_write(written.array, "step", code, at)
        return loss


# ------------------------------------------------------------ what rules are written with
PIECE = 1 << 17  # elements: a few arrays of that size fit the processor's cache together


def pieces(spare: int, x: Any, *others: Any) -> Iterator[tuple[Any, ...]]:
    """Cut arrays of one shape into pieces that stay in the cache, each with `spare` arrays of its size to compute in.

    A rule goes over its arrays several times; piece by piece, only the first time goes to main memory. CuPy's arrays
    stay whole: there each piece would cost a launch. None stands for an array that this rule does without.
    """
    if x.size <= PIECE or not isinstance(x, np.ndarray):
        yield (x, *others, *[np.empty_like(x) for _ in range(spare)])
        return
    rows = max(PIECE * len(x) // x.size, 1)
    scratch = [np.empty_like(x[:rows]) for _ in range(spare)]
    for begin in range(0, len(x), rows):
        part = slice(begin, begin + rows)
        now = x[part]
        yield (now, *[a if a is None else a[part] for a in others], *[a[: len(now)] for a in scratch])


def direction(group: dict[str, Any], x: Any, g: Any, out: Any) -> Any:
    """The gradient to go against: of the function with its penalty, or of its negative; `g` itself, or in `out`."""
    decay, maximize = number(group["weight_decay"]), group["maximize"]
    if decay:
        np.multiply(x, decay, out=out)
        return np.subtract(out, g, out=out) if maximize else np.add(out, g, out=out)
    return np.negative(g, out=out) if maximize else g


def move_average(average: Any, value: Any, weight: float, spare: Any) -> None:
    """Move a running average by `weight` of the way to a new value, in place."""
    np.subtract(value, average, out=spare)
    np.multiply(spare, weight, out=spare)
    np.add(average, spare, out=average)


def move_square(average: Any, value: Any, weight: float, spare: Any) -> None:
    """Move a running average by `weight` of the way to the square of a new value, in place."""
    np.multiply(value, value, out=spare)
    np.multiply(spare, weight, out=spare)
    np.multiply(average, 1 - weight, out=average)
    np.add(average, spare, out=average)


def count_step(state: dict[str, Any]) -> float:
    """The number of this step, the first being 1; a tensor on the CPU remembers it, as in PyTorch."""
    if not isinstance(state.get("step"), Tensor):  # the first step; or the state is of an older PyTorch
        state["step"] = new_count(state.get("step", 0))
    state["step"].array += 1
    return state["step"].array.item()


def new_count(steps: float = 0) -> Tensor:
    """A count of steps."""
    return wrap(np.array(steps, np.float64 if get_default_dtype() is float64 else np.float32))


def remember(state: dict[str, Any], name: str, x: Any, value: float = 0) -> Any:
    """The array that `state` keeps under this name, made like `x`, and full of `value`, the first time."""
    if state.get(name) is None:
        state[name] = wrap(np.full_like(x, value))
    return state[name].array


def number(x: Any) -> Any:
    """An option as a Python number: it may be given as a tensor of one element."""
    return x.item() if isinstance(x, Tensor) else x


# ------------------------------------------------------------ checks
def check_option(words: str, value: Any, good: bool) -> None:
    """PyTorch's error for an option that has no meaning."""
    if not good:
        raise ValueError(f"Invalid {words}: {value}")


def check_rate(lr: Any) -> None:
    """Raise if this is no learning rate."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    check_option("learning rate", lr, not lr < 0)


def check_fused(foreach: bool | None, fused: bool | None) -> None:
    """Raise if both are asked for. (Neither makes a difference here: there is one way to compute an update.)"""
    if foreach and fused:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def _check_fit(p: Tensor, grad: Tensor, state: dict[str, Any] | None) -> None:
    """Raise if `p` cannot be updated by this gradient and state."""
    x, g = p.array, grad.array
    if g.shape != x.shape or g.dtype != x.dtype:
        raise RuntimeError(
            f"the gradient of a parameter does not fit it: {grad.dtype}, shape {list(g.shape)}, for "
            f"{p.dtype}, shape {list(x.shape)}. No parameter was updated."
        )
    for name, value in state.items() if state else ():
        if isinstance(value, Tensor) and value.array.shape != x.shape and name != "step":
            raise RuntimeError(
                f"what the optimizer remembers of a parameter does not fit it: '{name}' has shape "
                f"{list(value.array.shape)}, the parameter {list(x.shape)}. No parameter was updated."
            )
    if 0 in x.strides:
        refuse_repeats(x)
    if inference.used:
        inference.refuse_writing(p)
