"""Adam, and AdamW."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..tensor import Tensor
from .stepper import (
    Stepper,
    check_fused,
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


class Adam(Stepper):
    """Steps whose length is about `lr` in every direction: the running mean of g over that of its size.

    m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², x ← x - lr · m̂ / (√v̂ + ε), where m̂ = m / (1 - β₁ᵗ) and
    v̂ = v / (1 - β₂ᵗ) make up for the zeros that the means began with.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
    betas : (float, float)
        How slowly the means of g and of g² follow.
    eps : float
        Keeps the quotient finite.
    weight_decay : float
        Add this times x to the gradient (`AdamW` takes it from x instead).
    amsgrad : bool
        Divide by the largest v so far.
    maximize : bool
        Go uphill.
    foreach, fused : bool, optional
        Make no difference here.
    decoupled_weight_decay : bool
        Treat weight_decay as `AdamW` does.

    Notes
    -----
    D. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015; amsgrad: S. Reddi et al., "On the
    convergence of Adam and beyond", 2018.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.optim import Adam
    >>> w = minigrad.tensor([1., -200.], requires_grad=True)
    >>> optimizer = Adam([w], lr=0.5)
    >>> (w ** 2).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([   0.5000, -199.5000], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_rate(lr)
        check_option("epsilon value", eps, eps >= 0)
        for i in range(2):
            check_option(f"beta parameter at index {i}", betas[i], 0 <= betas[i] < 1)
        check_option("weight_decay value", weight_decay, weight_decay >= 0)
        if not any(all(isinstance(beta, kind) for beta in betas[:2]) for kind in (float, Tensor)):
            raise ValueError("betas must be either both floats or both Tensors")
        check_fused(foreach, fused)
        options = {"lr": lr, "betas": tuple(map(number, betas)), "eps": eps, "weight_decay": weight_decay}
        options |= {"amsgrad": amsgrad, "maximize": maximize, "foreach": foreach, "capturable": capturable}
        options |= {"differentiable": differentiable, "fused": fused}
        super().__init__(params, options | {"decoupled_weight_decay": decoupled_weight_decay})

    def update(self, group: dict[str, Any], param: Any, grad: Any, state: dict[str, Any]) -> None:
        lr, eps, (beta1, beta2) = number(group["lr"]), group["eps"], group["betas"]
        t = count_step(state)
        mean, square = remember(state, "exp_avg", param), remember(state, "exp_avg_sq", param)
        largest = remember(state, "max_exp_avg_sq", param) if group["amsgrad"] else None
        # m̂ / (√v̂ + ε) is (r / (1 - β₁ᵗ)) m / (√v + r ε) with r = √(1 - β₂ᵗ): one division of arrays instead of two.
        root = (1 - beta2**t) ** 0.5
        length, eps = lr * root / (1 - beta1**t), eps * root
        shrink = 1 - lr * number(group["weight_decay"]) if group["decoupled_weight_decay"] else 1
        penalised = group | {"weight_decay": 0} if group["decoupled_weight_decay"] else group
        for x, g, m, v, top, d, spare in pieces(2, param, grad, mean, square, largest):
            if shrink != 1:
                np.multiply(x, shrink, out=x)
            d = direction(penalised, x, g, out=d)
            move_average(m, d, 1 - beta1, spare)
            move_square(v, d, 1 - beta2, spare)
            np.sqrt(v if top is None else np.maximum(top, v, out=top), out=spare)
            np.add(spare, eps, out=spare)
            np.divide(m, spare, out=spare)
            np.subtract(x, np.multiply(spare, length, out=spare), out=x)


class AdamW(Adam):
    """Adam that shrinks the parameters by themselves: x ← (1 - lr · weight_decay) x before each step.

    A penalty that is added to the gradient, as in `Adam`, is divided by √v̂ as everything is, and so acts least where
    gradients are large. For the parameters see `Adam`.

    Notes
    -----
    I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", 2019.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:  # whatever Adam it was saved by
            group["decoupled_weight_decay"] = True
