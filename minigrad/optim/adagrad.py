"""Adagrad."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .stepper import (
    Stepper,
    check_fused,
    check_option,
    check_rate,
    count_step,
    direction,
    new_count,
    number,
    pieces,
    remember,
)


class Adagrad(Stepper):
    """Steps that shorten where gradients have been large: s ← s + g², x ← x - lr · g / (√s + ε).

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
    lr_decay : float
        Divide lr by 1 + (t - 1) · lr_decay at step t.
    weight_decay : float
        Add this times x to the gradient.
    initial_accumulator_value : float
        What s begins with.
    eps : float
        Keeps the quotient finite.
    foreach, fused : bool, optional
        Make no difference here.
    maximize : bool
        Go uphill.

    Notes
    -----
    J. Duchi et al., "Adaptive subgradient methods for online learning and stochastic optimization", 2011.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_rate(lr)
        check_option("lr_decay value", lr_decay, lr_decay >= 0)
        check_option("weight_decay value", weight_decay, weight_decay >= 0)
        check_option("initial_accumulator_value value", initial_accumulator_value, initial_accumulator_value >= 0)
        check_option("epsilon value", eps, eps >= 0)
        check_fused(foreach, fused)
        options = {"lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay}
        options |= {"initial_accumulator_value": initial_accumulator_value, "foreach": foreach, "maximize": maximize}
        super().__init__(params, options | {"differentiable": differentiable, "fused": fused})
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["step"] = new_count()
                remember(self.state[p], "sum", p.array, initial_accumulator_value)

    def update(self, group: dict[str, Any], param: Any, grad: Any, state: dict[str, Any]) -> None:
        t = count_step(state)
        lr = number(group["lr"]) / (1 + (t - 1) * group["lr_decay"])
        total = remember(state, "sum", param, group["initial_accumulator_value"])
        for x, g, s, d, spare in pieces(2, param, grad, total):
            d = direction(group, x, g, out=d)
            np.add(s, np.multiply(d, d, out=spare), out=s)
            np.add(np.sqrt(s, out=spare), group["eps"], out=spare)
            np.divide(d, spare, out=spare)
            np.subtract(x, np.multiply(spare, lr, out=spare), out=x)
