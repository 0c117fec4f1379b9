"""What training loops do to parameters and gradients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..autograd.modes import no_grad
from ..ops.shaping import cat, stack
from ..tensor import Tensor
from .parameter import type_name

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "get_total_norm",
    "parameters_to_vector",
    "vector_to_parameters",
]


@no_grad()
def get_total_norm(
    tensors: Iterable[Tensor] | Tensor,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all these tensors as if they were one vector.

    Parameters
    ----------
    tensors : iterable of Tensor, or Tensor
    norm_type : float
        Which norm; may be infinity.
    error_if_nonfinite : bool
        Whether to raise if it is infinite or NaN.
    foreach
        Without effect.
    """
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    norm_type = float(norm_type)
    if not tensors:
        from ..creation import tensor

        return tensor(0.0)
    norms = stack([x.norm(norm_type).to(tensors[0].device) for x in tensors])
    total = norms.norm(norm_type)
    if error_if_nonfinite and not bool(total.isfinite()):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be "
            "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return total


def _gradients(parameters: Iterable[Tensor] | Tensor) -> list[Tensor]:
    parameters = [parameters] if isinstance(parameters, Tensor) else parameters
    return [p.grad for p in parameters if p.grad is not None]


@no_grad()
def clip_grads_with_norm_(
    parameters: Iterable[Tensor] | Tensor, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Multiply all gradients, in place, by max_norm / total_norm if that is below 1."""
    factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
    for gradient in _gradients(parameters):  # also where the factor is 1: no number need come from the GPU
        gradient.mul_(factor.to(gradient.device))


@no_grad()
def clip_grad_norm_(
    parameters: Iterable[Tensor] | Tensor,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Make all gradients, in place, so much smaller that their norm, as if they were one vector, is at most `max_norm`.

    Parameters
    ----------
    parameters : iterable of Tensor, or Tensor
    max_norm : float
    norm_type : float
        Which norm; may be infinity.
    error_if_nonfinite : bool
        Whether to raise, before anything is changed, if the norm is infinite or NaN.
    foreach
        Without effect.

    Returns
    -------
    Tensor
        The norm before.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([3., 4.], requires_grad=True)
    >>> (x ** 2).sum().backward()
    >>> minigrad.nn.utils.clip_grad_norm_(x, 1.)
    tensor(10.)
    >>> x.grad
    tensor([0.6000, 0.8000])
    """
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    total = get_total_norm(_gradients(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


@no_grad()
def clip_grad_value_(parameters: Iterable[Tensor] | Tensor, clip_value: float, foreach: bool | None = None) -> None:
    """Make every number of all gradients, in place, at least -`clip_value` and at most `clip_value`."""
    for gradient in _gradients(parameters):
        gradient.clamp_(-float(clip_value), float(clip_value))


# ------------------------------------------------------------ all parameters as one vector
def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All parameters, one after the other, as one vector.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.utils.parameters_to_vector(minigrad.nn.Linear(2, 3).parameters()).shape
    minigrad.Size([9])
    """
    return cat([p.reshape(-1) for p in _on_one_device(parameters)])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Let the parameters hold the parts of a vector, one after the other."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected minigrad.Tensor, but got: {type_name(vec)}")
    start = 0
    for parameter in _on_one_device(parameters):
        part: Any = vec[start : start + parameter.numel()]
        parameter.data = part.view_as(parameter).data  # type: ignore[attr-defined]
        start += parameter.numel()


def _on_one_device(parameters: Iterable[Tensor]) -> list[Tensor]:
    parameters = list(parameters)
    if len({p.device for p in parameters}) > 1:
        raise TypeError("Found two parameters on different devices, this is currently not supported.")
    return parameters
