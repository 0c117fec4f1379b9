"""Are the gradients right? Nudge the inputs, see what the outputs do, and compare with what backward says.

The two Jacobians of `jacobians.py` are compared entry by entry. `fast_mode` compares one number instead, uᵀ J v with
random directions u and v: one nudge and one backward pass.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import backend, dtypes, tensor
from .errors import jacobians as say
from .errors.jacobians import GradcheckError
from .jacobians import analytical, as_tuple, differentiable, floating, numerical, random_direction, units, zeros_like
from .passes import grad

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]

GradcheckError.__module__ = __name__  # tracebacks name it by where users find it


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Compare the gradients that backward computes with what small nudges of the inputs do.

    Parameters
    ----------
    func : callable
        Takes the inputs, returns a tensor or a tuple of tensors.
    inputs : Tensor, or tuple of anything
        Those that are tensors and require grad are checked. They should be of float64, and no kink of the function
        should be near.
    eps : float
        How far to nudge.
    atol, rtol : float
        The two Jacobians agree where |analytical - numerical| ≤ atol + rtol |numerical|.
    raise_exception : bool
        Raise if the check fails, instead of returning False.
    nondet_tol : float
        By how much two equal backward passes may differ.
    check_undefined_grad : bool
        Check that backward copes with outputs that nobody uses, whose gradients are missing.
    check_grad_dtypes : bool
        Check that gradients have the dtype of their inputs.
    fast_mode : bool
        Compare one random combination of each Jacobian's entries instead of all of them.
    check_batched_grad, check_batched_forward_grad, check_forward_ad, check_backward_ad, masked
        Accepted for PyTorch's sake: minigrad has no vmap, no forward mode and no sparse tensors.

    Returns
    -------
    bool

    Raises
    ------
    GradcheckError
        If the check fails; the message shows both Jacobians, and where and how they differ.
    ValueError
        If no input requires grad.
    RuntimeError
        If elements of an input share memory. And whatever `func` or its backward raises.
    AssertionError
        If the shape of an output changes with the nudges.
    NotImplementedError
        If forward mode or batched gradients are asked for.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.autograd import gradcheck
    >>> x = minigrad.tensor([1., 2., 3.], dtype=minigrad.float64, requires_grad=True)
    >>> gradcheck(lambda x: x.sin() * x, x)
    True
    >>> gradcheck(lambda x: x.sin() * x.detach(), x, raise_exception=False)  # one path is cut
    False
    """
    _check_modes(check_forward_ad, check_backward_ad, check_batched_grad, check_batched_forward_grad)
    inputs = as_tuple(inputs)
    check = _Check(func, inputs, _checked_inputs(inputs), eps, atol, rtol, nondet_tol, check_grad_dtypes)
    try:
        outputs = differentiable(func(*inputs))
        if not outputs:
            check.nothing_moves(fast_mode)
        elif fast_mode:
            check.one_number(outputs)
        else:
            check.every_entry(outputs)
        check.zeros_give_zeros(outputs)
        if check_undefined_grad:
            check.missing_gradients(len(outputs))
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Compare the gradients of gradients that backward computes with what small nudges do to gradients.

    That is `gradcheck` of the function that `backward` is: from the inputs and the outputs' gradients to the inputs'
    gradients.

    Parameters
    ----------
    func, inputs
        As for `gradcheck`.
    grad_outputs : Tensor or tuple of Tensor, optional
        The gradients of the outputs; random numbers between -1 and 1 that require grad if not given.
    gen_non_contig_grad_outputs : bool
        Let those random gradients not lie contiguous in memory.
    check_fwd_over_rev, check_rev_over_rev
        `check_forward_ad` and `check_backward_ad` of `gradcheck`.
    eps, atol, rtol, raise_exception, nondet_tol, check_undefined_grad, check_grad_dtypes, fast_mode
        As for `gradcheck`, and so are all others.

    Returns
    -------
    bool

    Raises
    ------
    GradcheckError and others
        As `gradcheck`.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.autograd import gradgradcheck
    >>> x = minigrad.tensor([1., 2., 3.], dtype=minigrad.float64, requires_grad=True)
    >>> gradgradcheck(lambda x: x.sin() * x, x)
    True
    """
    _check_second_modes(check_fwd_over_rev, check_rev_over_rev, check_undefined_grad, check_batched_grad)
    inputs = as_tuple(inputs)
    if grad_outputs is None:
        grad_outputs = _random_gradients(differentiable(func(*inputs)), gen_non_contig_grad_outputs)
        if not grad_outputs:
            raise ValueError("gradgradcheck expects at least one output to require grad, but none of them does.")
    grad_outputs = as_tuple(grad_outputs)

    def gradients(*args: Any) -> tuple[Any, ...]:
        xs, gs = args[: len(inputs)], args[len(inputs) :]
        asked = [x for x in xs if _requires_grad(x)]
        found = grad(differentiable(func(*xs)), asked, gs, create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(
        gradients,
        inputs + grad_outputs,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )


# ------------------------------------------------------------ the checks
class _Check(NamedTuple):
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
        zeros = tuple(tensor.wrap(zeros_like(y.array)) for y in outputs)
        return grad(outputs, self.xs, zeros, allow_unused=True)

    def close(self, a: Any, n: Any, atol: float) -> bool:
        return bool(backend.namespace(a).allclose(a, n, self.rtol, atol))

    def input(self, i: int) -> say.Input:
        """The input for a message: its number among those that require grad, and its position among all."""
        x = self.xs[i]
        return say.Input(x, i, next(n for n, other in enumerate(self.inputs) if other is x))


# ------------------------------------------------------------ arguments
def _requires_grad(x: Any) -> bool:
    return isinstance(x, tensor.Tensor) and x.requires_grad


def _checked_inputs(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inputs that require grad."""
    for i, x in enumerate(inputs):
        if not _requires_grad(x):
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
    xs = tuple(x for x in inputs if _requires_grad(x))
    if not xs:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )
    return xs


def _random_gradients(outputs: tuple[Any, ...], gaps: bool) -> tuple[Any, ...]:
    """For each output a tensor of its shape that requires grad, of numbers between -1 and 1; with gaps in memory."""
    random = np.random.default_rng(0)
    gradients = []
    for y in outputs:
        numbers = random.uniform(-1, 1, (*y.shape, 2))
        numbers = numbers[..., 0] if gaps else numbers[..., 0].copy()
        gradients.append(tensor.wrap(backend.namespace(y.array).asarray(numbers, y.array.dtype)).requires_grad_())
    return tuple(gradients)


def _check_modes(forward: bool, backward: bool, batched: bool, batched_forward: bool) -> None:
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


def _check_second_modes(forward: bool, reverse: bool, undefined: bool, batched: bool) -> None:
    """The same for `gradgradcheck`."""
    if not forward and not reverse:
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    if undefined and not reverse:
        raise AssertionError("Setting check_undefined_grad=True requires check_rev_over_rev to be True")
    if batched and not reverse:
        raise AssertionError("Setting check_batched_grad=True requires check_rev_over_rev to be True")
