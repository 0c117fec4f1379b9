"""Training in float64 from one start: after every step the loss, and the rates, are PyTorch's to 1e-8."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import minigrad
import minigrad.optim
from tests.oracle import needs_torch, recorded, torch

STEPS = 50

OPTIMIZERS: dict[str, list[dict[str, Any]]] = {
    "SGD": [
        {"lr": 0.1},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.3},
        {"lr": 0.1, "momentum": 0.9, "nesterov": True},
        {"lr": 0.1, "weight_decay": 0.05},
        {"lr": 0.01, "momentum": 0.5, "maximize": True},
        {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.05, "nesterov": True, "maximize": True},
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.2, "weight_decay": 0.01, "foreach": True},
    ],
    "Adam": [
        {"lr": 0.02},
        {"lr": 0.02, "betas": (0.7, 0.9), "eps": 1e-3},
        {"lr": 0.02, "weight_decay": 0.1},
        {"lr": 0.05, "amsgrad": True, "betas": (0.5, 0.6)},
        {"lr": 0.01, "maximize": True},
        {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True},
        {"lr": 0.01, "weight_decay": 0.1, "amsgrad": True, "maximize": True, "foreach": True},
    ],
    "AdamW": [
        {"lr": 0.02},
        {"lr": 0.02, "betas": (0.7, 0.9), "eps": 1e-3},
        {"lr": 0.02, "weight_decay": 1.5},
        {"lr": 0.05, "amsgrad": True, "betas": (0.5, 0.6)},
        {"lr": 0.01, "weight_decay": 0.3, "maximize": True},
        {"lr": 0.02, "weight_decay": 0},
    ],
    "RMSprop": [
        {"lr": 0.01},
        {"lr": 0.01, "alpha": 0.5, "eps": 1e-3},
        {"lr": 0.01, "momentum": 0.8},
        {"lr": 0.01, "centered": True},
        {"lr": 0.01, "weight_decay": 0.1},
        {"lr": 0.002, "maximize": True},
        {"lr": 0.002, "momentum": 0.8, "centered": True, "weight_decay": 0.1, "maximize": True},
    ],
    "Adagrad": [
        {"lr": 0.1},
        {"lr": 0.1, "lr_decay": 0.1},
        {"lr": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-2},
        {"lr": 0.1, "weight_decay": 0.1},
        {"lr": 0.02, "weight_decay": 0.1, "lr_decay": 0.05, "maximize": True},
    ],
}

SGD = ("SGD", {"lr": 0.3, "momentum": 0.5})
ADAM = ("Adam", {"lr": 0.05})
# Each: the scheduler, its options, the optimizer.
SCHEDULERS: list[tuple[str, dict[str, Any], tuple[str, dict[str, Any]]]] = [
    ("StepLR", {"step_size": 7}, SGD),
    ("StepLR", {"step_size": 3, "gamma": 0.8}, ADAM),
    ("MultiStepLR", {"milestones": [5, 20, 20, 30], "gamma": 0.5}, SGD),
    ("ExponentialLR", {"gamma": 0.95}, SGD),
    ("CosineAnnealingLR", {"T_max": 50}, SGD),
    ("CosineAnnealingLR", {"T_max": 12, "eta_min": 0.01}, ADAM),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 50}, SGD),
    ("OneCycleLR", {"max_lr": [0.5, 0.2], "epochs": 10, "steps_per_epoch": 5, "pct_start": 0.5}, SGD),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 60, "anneal_strategy": "linear", "three_phase": True}, ADAM),
    ("OneCycleLR", {"max_lr": 0.3, "total_steps": 50, "cycle_momentum": False, "div_factor": 5.0}, SGD),
    (
        "OneCycleLR",
        {"max_lr": 0.3, "total_steps": 51, "base_momentum": 0.1, "max_momentum": [0.8, 0.7], "final_div_factor": 10.0},
        SGD,
    ),
    ("LambdaLR", {"lr_lambda": [lambda epoch: 0.9**epoch, lambda epoch: 1 / (1 + epoch)]}, SGD),
    ("LambdaLR", {"lr_lambda": lambda epoch: (epoch + 1) / 50}, SGD),
    ("LinearLR", {}, SGD),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 30}, ADAM),
    ("ReduceLROnPlateau", {"patience": 2, "threshold": 0.1, "factor": 0.5}, SGD),
    ("ReduceLROnPlateau", {"patience": 1, "threshold": 0.02, "threshold_mode": "abs", "cooldown": 3}, SGD),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 3, "min_lr": [0.1, 0.02], "factor": 0.7}, SGD),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 3, "threshold_mode": "abs", "eps": 0.01}, SGD),
]


def start(torch: Any) -> tuple[list[Any], Any, Any]:
    """Two layers' parameters, inputs and targets: fixed numbers without a random generator."""

    def numbers(*shape: int, step: float) -> Any:
        return torch.from_numpy(np.sin(np.arange(1.0, 1 + np.prod(shape)) * step).reshape(shape))

    params = [numbers(3, 5, step=1.3), numbers(5, step=0.7), numbers(5, 2, step=2.1), numbers(2, step=0.4)]
    inputs = numbers(12, 3, step=0.9) * 2
    return [p.requires_grad_() for p in params], inputs, numbers(12, 2, step=1.7)


def curve(torch: Any, optimizer: Any, scheduler: Any = None) -> list[float]:
    """The loss after each step, and each group's rate if there is a scheduler."""
    params, inputs, targets = start(torch)
    name, options = optimizer
    opt = getattr(torch.optim, name)([{"params": params[:2]}, {"params": params[2:]}], **options)
    plan = None
    if scheduler is not None:
        kind, its_options = scheduler
        plan = getattr(torch.optim.lr_scheduler, kind)(opt, **its_options)

    def loss() -> Any:
        opt.zero_grad()
        found = ((((inputs @ params[0] + params[1]).tanh() @ params[2] + params[3]) - targets) ** 2).mean()
        found.backward()
        return found

    told = []
    for _ in range(STEPS):
        told.append(opt.step(loss).item())
        if plan is not None:
            plan.step(told[-1]) if scheduler[0] == "ReduceLROnPlateau" else plan.step()
            told += plan.get_last_lr()
    return told


CURVES = {f"{name} {options}": ((name, options), None) for name, many in OPTIMIZERS.items() for options in many}
CURVES |= {
    f"{kind} {number}, {optimizer[0]}": (optimizer, (kind, options))
    for number, (kind, options, optimizer) in enumerate(SCHEDULERS)
}


def ask_torch() -> dict[str, list[str]]:
    """PyTorch's curves, to be recorded."""
    return {name: [format(x, ".12g") for x in curve(torch, *how)] for name, how in CURVES.items()}


def check(found: list[float], name: str) -> None:
    """That a curve is the recorded one, and that there was something to see."""
    known = np.array([float(x) for x in recorded("optim_curves")[name]])
    np.testing.assert_allclose(found, known, rtol=1e-8, atol=1e-10)
    assert abs(known[0] - known[-3]) > 1e-3


@pytest.mark.parametrize("name", CURVES)
def test_curve(name):
    check(curve(minigrad, *CURVES[name]), name)


@needs_torch
@pytest.mark.parametrize("name", CURVES)
def test_the_record_is_what_torch_computes(name):
    check(curve(torch, *CURVES[name]), name)


def test_a_wrong_curve_is_noticed():
    name = "SGD {'lr': 0.1, 'momentum': 0.9}"
    found = curve(minigrad, ("SGD", {"lr": 0.1, "momentum": 0.9 + 1e-6}))
    with pytest.raises(AssertionError):
        check(found, name)


def test_every_option_has_a_curve():
    """But those that have one value here."""
    import inspect

    fixed = {"self", "params", "fused", "capturable", "differentiable"}
    for name, many in OPTIMIZERS.items():
        options = set(inspect.signature(getattr(minigrad.optim, name).__init__).parameters) - fixed
        used = {option for one in many for option in one}
        assert options - used <= {"foreach"}, (name, options - used)
    for kind in minigrad.optim.lr_scheduler.__all__:
        assert kind == "LRScheduler" or any(kind == scheduler for scheduler, _, _ in SCHEDULERS)


def test_large_parameters_are_updated_in_pieces_and_alike(monkeypatch):
    """The pieces of an array, contiguous or not, get the update that the whole gets."""
    monkeypatch.setattr("minigrad.optim.stepper.PIECE", 500)
    rng = np.random.default_rng(0)
    n = 3 * 500 + 7
    for name, many in OPTIMIZERS.items():
        for options in many:
            values = rng.standard_normal((2, n))
            grads = rng.standard_normal((2, 3, n))
            wholes = [minigrad.from_numpy(values[:, i].copy()).requires_grad_() for i in (0, n // 2, n - 1)]
            big = minigrad.from_numpy(values.copy()).requires_grad_()
            tall = minigrad.from_numpy(values.T.copy().T).requires_grad_()
            column = minigrad.from_numpy(values.T.copy()).requires_grad_()
            opt = getattr(minigrad.optim, name)([big, tall, column, *wholes], **options)
            for step in range(3):
                g = minigrad.from_numpy(grads[:, step])
                big.grad, tall.grad, column.grad = g, g, g.T
                for w, i in zip(wholes, (0, n // 2, n - 1), strict=True):
                    w.grad = g[:, i]
                opt.step()
            for w, i in zip(wholes, (0, n // 2, n - 1), strict=True):
                for whole in (big, tall, column.T):
                    assert np.array_equal(w.detach().numpy(), whole.detach().numpy()[:, i])


@needs_torch
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_state_of_torch_is_gone_on_from(name):
    """Training that began in PyTorch goes on here as it would have gone on there; also from older files."""

    def loss(x):
        return ((x * 3).sin() ** 2).sum() + (x**2).sum()

    def steps(x, optimizer, n):
        for _ in range(n):
            optimizer.zero_grad()
            loss(x).backward()
            optimizer.step()

    for options in OPTIMIZERS[name]:
        theirs = torch.linspace(-1.0, 1.0, 7, dtype=torch.float64).requires_grad_()
        optimizer = getattr(torch.optim, name)([theirs], **options)
        steps(theirs, optimizer, 4)
        saved = optimizer.state_dict()
        for older in (False, True):
            ours = minigrad.from_numpy(theirs.detach().numpy().copy()).requires_grad_()
            other = getattr(minigrad.optim, name)([ours], **options)
            state = {
                number: {
                    key: value.item() if older and key == "step" else minigrad.from_numpy(value.numpy().copy())
                    for key, value in kept.items()
                }
                for number, kept in saved["state"].items()
            }
            (group,) = saved["param_groups"]
            lacking = {"foreach", "fused"} if older else set()
            groups = [{key: value for key, value in group.items() if key not in lacking}]
            other.load_state_dict({"state": state, "param_groups": groups})
            steps(ours, other, 4)
            again = theirs.detach().clone().requires_grad_()
            there = getattr(torch.optim, name)([again], **options)
            there.load_state_dict(copy.deepcopy(saved))
            steps(again, there, 4)
            np.testing.assert_allclose(ours.detach().numpy(), again.detach().numpy(), rtol=1e-10)
