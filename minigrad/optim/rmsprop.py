"""RMSprop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .stepper import (
    Stepper,
    check_option,
    check_rate,
    count_step,
    direction,
    move_average,
    move_square,
    number,
    pieces,
    remember,
)


class RMSprop(Stepper):
    """Gradient descent with each gradient divided by its usual size: v ← α v + (1 - α) g², x ← x - lr · g / (√v + ε).

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
    alpha : float
        How slowly the mean of g² follows.
    eps : float
        Keeps the quotient finite.
    weight_decay : float
        Add this times x to the gradient.
    momentum : float
        How much of the last step is kept.
    centered : bool
        Divide by the spread of g, √(v - mean²), instead.
    foreach : bool, optional
        Makes no difference here.
    maximize : bool
        Go uphill.

    Notes
    -----
    G. Hinton, lecture 6 of "Neural networks for machine learning", 2012; centered: A. Graves, "Generating sequences
    with recurrent neural networks", 2013.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rate(lr)
        check_option("epsilon value", eps, eps >= 0)
        check_option("momentum value", momentum, momentum >= 0)
        check_option("weight_decay value", weight_decay, weight_decay >= 0)
        check_option("alpha value", alpha, alpha >= 0)
        options = {"lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered}
        options |= {"weight_decay": weight_decay, "capturable": capturable, "foreach": foreach}
        super().__init__(params, options | {"maximize": maximize, "differentiable": differentiable})

    def update(self, group: dict[str, Any], param: Any, grad: Any, state: dict[str, Any]) -> None:
        lr, alpha, eps, momentum = number(group["lr"]), group["alpha"], group["eps"], group["momentum"]
        count_step(state)
        square = remember(state, "square_avg", param)
        buffer = remember(state, "momentum_buffer", param) if momentum > 0 else None
        mean = remember(state, "grad_avg", param) if group["centered"] else None
        for x, g, v, b, m, d, spare in pieces(2, param, grad, square, buffer, mean):
            d = direction(group, x, g, out=d)
            move_square(v, d, 1 - alpha, spare)
            if m is None:
                np.sqrt(v, out=spare)
            else:
                move_average(m, d, 1 - alpha, spare)
                np.multiply(m, m, out=spare)
                np.sqrt(np.subtract(v, spare, out=spare), out=spare)
            np.divide(d, np.add(spare, eps, out=spare), out=spare)
            if b is not None:
                np.add(np.multiply(b, momentum, out=b), spare, out=b)
            np.subtract(x, np.multiply(spare if b is None else b, lr, out=spare), out=x)
