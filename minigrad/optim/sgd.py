"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .stepper import Stepper, check_fused, check_option, check_rate, direction, number, pieces, remember


class SGD(Stepper):
    """Gradient descent, with momentum if wanted: v ← momentum · v + g, x ← x - lr · v.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
        How far to go.
    momentum : float
        How much of the last step's direction is kept.
    dampening : float
        How much of a gradient, but for the first, is left out of v.
    weight_decay : float
        Add this times x to the gradient: the gradient of a penalty on large parameters.
    nesterov : bool
        Go along g + momentum · v instead of v.
    maximize : bool
        Go uphill.
    foreach, fused : bool, optional
        Make no difference here.

    Notes
    -----
    I. Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013; as in PyTorch,
    lr is not part of v.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.optim import SGD
    >>> w = minigrad.tensor([1., 2.], requires_grad=True)
    >>> optimizer = SGD([w], lr=0.25)
    >>> (w ** 2).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.5000, 1.0000], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_rate(lr)
        check_option("momentum value", momentum, not momentum < 0)
        check_option("weight_decay value", weight_decay, not weight_decay < 0)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        check_fused(foreach, fused)
        options = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay}
        options |= {"nesterov": nesterov, "maximize": maximize}
        super().__init__(params, options | {"foreach": foreach, "differentiable": differentiable, "fused": fused})

    def update(self, group: dict[str, Any], param: Any, grad: Any, state: dict[str, Any]) -> None:
        lr, momentum, dampening = number(group["lr"]), group["momentum"], group["dampening"]
        first = state.get("momentum_buffer") is None
        buffer = remember(state, "momentum_buffer", param) if momentum else None
        for x, g, v, d, spare in pieces(2, param, grad, buffer):
            d = direction(group, x, g, out=d)
            if v is not None:
                np.multiply(v, momentum, out=v)
                np.add(v, d if first or not dampening else np.multiply(d, 1 - dampening, out=spare), out=v)
                d = np.add(d, np.multiply(v, momentum, out=spare), out=spare) if group["nesterov"] else v
            np.subtract(x, np.multiply(d, lr, out=spare), out=x)
