"""The checks that `gradcheck` makes of a function.

The two Jacobians of `jacobians.py` are compared entry by entry. The fast mode compares one number instead, uᵀ J v with
random directions u and v: one nudge and one backward pass.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import backend, dtypes
from ..tensor import Tensor, wrap
from .errors import jacobians as say
from .jacobians import analytical, differentiable, floating, numerical, random_direction, units, zeros_like
from .passes import grad


# ------------------------------------------------------------ the checks
class Check(NamedTuple):
    """What is checked, and how strictly. Its methods raise where something is wrong."""

    func: Callable[..., Any]
    inputs: tuple[Any, ...]
    xs: tuple[Any, ...]  # those of the inputs that require grad
    eps: float
    atol: float
    rtol: float
    nondet_tol: float
    check_grad_dtypes: bool

    def every_entry(self, outputs: tuple[Any, ...]) -> None:
        """Each entry of each Jacobian, by nudges and by backward, must agree."""
        nudged = [self.by_nudges(x) for x in self.xs]
        for k, y in enumerate(outputs):
            for i, a in enumerate(self.by_backward(y)):
                n = nudged[i][k]
                if not self.close(a, n, self.atol):
                    raise say.mismatch(n, a, k, y, self.input(i))

    def one_number(self, outputs: tuple[Any, ...]) -> None:
        """The number uᵀ J v, by a nudge and by backward, must agree for each Jacobian; u and v are random."""
        random = np.random.default_rng(0)
        us = [random_direction(x.array, random) for x in self.xs]
        vs = [random_direction(y.array, random) for y in outputs]
        nudged = [self.by_nudges(x, u) for x, u in zip(self.xs, us, strict=True)]
        for k, (y, v) in enumerate(zip(outputs, vs, strict=True)):
            for i, (u, column) in enumerate(zip(us, self.by_backward(y, v), strict=True)):
                if not u.size:
                    continue  # the Jacobian has no entries, but 0/0 in the function would make a number of it
                n, a = nudged[i][k][0] @ v.reshape(-1), u.reshape(-1) @ column[:, 0]
                if not self.close(a, n, self.atol * float(u.sum()) * float(v.sum())):
                    all_n, all_a = self.by_nudges(self.xs[i])[k], self.by_backward(y)[i]
                    raise say.fast_mismatch(
                        n, a, all_n, all_a, self.close(all_a, all_n, self.atol), k, y, self.input(i)
                    )

    def nothing_moves(self, fast_mode: bool) -> None:
        """If no output requires grad, no input may move one."""
        random = np.random.default_rng(0)
        for i, x in enumerate(self.xs):
            u = random_direction(x.array, random) if fast_mode else None
            for k, n in enumerate(self.by_nudges(x, u)):
                if n.any():
                    raise say.not_flat(n, k, floating(self.func(*self.inputs))[k], self.input(i))

    def zeros_give_zeros(self, outputs: tuple[Any, ...]) -> None:
        """Backward is linear: of gradients of zero it must make zeros."""
        for i, g in enumerate(self.from_zeros(outputs)):
            if g is not None and g.array.any():
                raise say.not_multiplied(g, self.input(i))

    def missing_gradients(self, count: int) -> None:
        """If nobody uses an output, its gradient is missing: backward must do without, as if it were zero."""
        for k in range(count):
            outputs = differentiable(self.func(*self.inputs))
            try:
                gradients = self.from_zeros(outputs[:k] + outputs[k + 1 :])
            except RuntimeError as error:
                raise say.cannot_do_without(k) from error
            for i, g in enumerate(gradients):
                if g is not None and g.array.any():
                    raise say.made_of_nothing(g, k, self.input(i))

    # -------------------------------------------------------- the parts
    def by_nudges(self, x: Any, u: Any = None) -> list[Any]:
        """The Jacobians of the outputs that require grad (of all, if none does); along `u`, or along each element."""
        jacobians = numerical(self.func, self.inputs, x, self.eps, units(x.array) if u is None else [(None, u)])
        outputs = floating(self.func(*self.inputs))
        return [j for j, y in zip(jacobians, outputs, strict=True) if y.requires_grad] or jacobians

    def by_backward(self, y: Any, v: Any = None) -> list[Any]:
        """The Jacobians of `y` for all inputs, found twice: they must be the same. For `v`, or for each element."""
        first, second = (analytical(y, self.xs, units(y.array) if v is None else [(None, v)]) for _ in range(2))
        for i, (a, b) in enumerate(zip(first, second, strict=True)):
            if self.check_grad_dtypes and a.dtype != self.xs[i].array.dtype:
                raise say.wrong_dtype(a, y, self.input(i))
            if a.size and float(abs(a - b).max()) > self.nondet_tol:
                raise say.not_deterministic(a, b, self.nondet_tol, y, self.input(i))
        return first

    def from_zeros(self, outputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """What backward makes of gradients of zero."""
        if not outputs:
            return (None,) * len(self.xs)
        zeros = tuple(wrap(zeros_like(y.array)) for y in outputs)
        return grad(outputs, self.xs, zeros, allow_unused=True)

    def close(self, a: Any, n: Any, atol: float) -> bool:
        return bool(backend.namespace(a).allclose(a, n, self.rtol, atol))

    def input(self, i: int) -> say.Input:
        """The input for a message: its number among those that require grad, and its position among all."""
        x = self.xs[i]
        return say.Input(x, i, next(n for n, other in enumerate(self.inputs) if other is x))


# ------------------------------------------------------------ arguments
def requires_grad(x: Any) -> bool:
    return isinstance(x, Tensor) and x.requires_grad


def checked_inputs(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inputs that require grad."""
    for i, x in enumerate(inputs):
        if not requires_grad(x):
            continue
        if x.dtype is not dtypes.float64:
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point or complex. This check "
                "will likely fail if all the inputs are not of double precision floating point or complex. ",
                stacklevel=3,
            )
        if any(step == 0 and size > 1 for step, size in zip(x.stride(), x.shape, strict=True)):
            raise RuntimeError(
                f"The {i}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                "non-overlapping to be able to compute the numerical gradients correctly. You should call .contiguous "
                "on the input before passing it to gradcheck."
            )
    xs = tuple(x for x in inputs if requires_grad(x))
    if not xs:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )
    return xs


def random_gradients(outputs: tuple[Any, ...], gaps: bool) -> tuple[Any, ...]:
    """For each output a tensor of its shape that requires grad, of numbers between -1 and 1; with gaps in memory."""
    random = np.random.default_rng(0)
    gradients = []
    for y in outputs:
        numbers = random.uniform(-1, 1, (*y.shape, 2))
        numbers = numbers[..., 0] if gaps else numbers[..., 0].copy()
        gradients.append(wrap(backend.namespace(y.array).asarray(numbers, y.array.dtype)).requires_grad_())
    return tuple(gradients)


def check_modes(forward: bool, backward: bool, batched: bool, batched_forward: bool) -> None:
    """Refuse what makes no sense, in PyTorch's words, and what minigrad does not have."""
    if not forward and not backward:
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if batched and not backward:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if batched_forward and not forward:
        raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    if forward:
        raise NotImplementedError("check_forward_ad is not supported: minigrad has no forward mode.")
    if batched:
        raise NotImplementedError("check_batched_grad is not supported: minigrad has no vmap.")


def check_second_modes(forward: bool, reverse: bool, undefined: bool, batched: bool) -> None:
    """The same for `gradgradcheck`."""
    if not forward and not reverse:
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    if undefined and not reverse:
        raise AssertionError("Setting check_undefined_grad=True requires check_rev_over_rev to be True")
    if batched and not reverse:
        raise AssertionError("Setting check_batched_grad=True requires check_rev_over_rev to be True")
