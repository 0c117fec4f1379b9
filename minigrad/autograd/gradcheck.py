"""Are the gradients right? Nudge the inputs, see what the outputs do, and compare with what backward says.

Here is what users call; `comparing.py` does it with the Jacobians of `jacobians.py`, and is imported when it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import errors
from .passes import grad

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]  # noqa: F822 (the first comes when asked for)


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
        The two Jacobians agree where abs(analytical - numerical) ≤ atol + rtol abs(numerical).
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
    from .comparing import Check, check_modes, checked_inputs
    from .jacobians import as_tuple, differentiable

    check_modes(check_forward_ad, check_backward_ad, check_batched_grad, check_batched_forward_grad)
    inputs = as_tuple(inputs)
    check = Check(func, inputs, checked_inputs(inputs), eps, atol, rtol, nondet_tol, check_grad_dtypes)
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
    except errors.GradcheckError:
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
    from .comparing import check_second_modes, random_gradients, requires_grad
    from .jacobians import as_tuple, differentiable

    check_second_modes(check_fwd_over_rev, check_rev_over_rev, check_undefined_grad, check_batched_grad)
    inputs = as_tuple(inputs)
    if grad_outputs is None:
        grad_outputs = random_gradients(differentiable(func(*inputs)), gen_non_contig_grad_outputs)
        if not grad_outputs:
            raise ValueError("gradgradcheck expects at least one output to require grad, but none of them does.")
    grad_outputs = as_tuple(grad_outputs)

    def gradients(*args: Any) -> tuple[Any, ...]:
        xs, gs = args[: len(inputs)], args[len(inputs) :]
        asked = [x for x in xs if requires_grad(x)]
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


def __getattr__(name: str) -> Any:
    if name == "GradcheckError":
        return errors.GradcheckError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
