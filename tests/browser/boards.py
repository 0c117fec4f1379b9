"""One example of each of the lessons' instruments, rich enough to be cramped; test_looks.py asks for every one."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np

import minigrad
from minigrad import nn, tensor, viz

BOARDS: dict[str, Callable[[], Any]] = {}


def board(make: Callable[[], Any]) -> Callable[[], Any]:
    """Put a function that makes the instrument of its name into BOARDS."""
    BOARDS[make.__name__] = make
    return make


class Scale(minigrad.autograd.Function):
    """x times a factor, which is kept on ctx."""

    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(x)
        ctx.factor = factor
        return x * factor

    @staticmethod
    def backward(ctx, g):
        return g * ctx.factor, None


@board
def ctx_inspector() -> Any:
    x = tensor([2.0, -1.0], requires_grad=True)
    return viz.ctx_inspector(Scale.apply(x, 3.0).sum())


@board
def grad_meter() -> Any:
    w, b = tensor([2.0, -1.0], requires_grad=True), tensor(0.5, requires_grad=True)
    meter = viz.grad_meter(w, b)
    for _ in range(4):
        (w * 3 + b).sum().backward()
        meter.note("backward")
    w.grad = b.grad = None
    meter.note("zero_grad")
    return meter


@board
def gradient_plot() -> Any:
    return viz.gradient_plot(minigrad.relu)


@board
def graph_builder() -> Any:
    return viz.graph_builder("a = tensor([2., 3.], requires_grad=True)\nb = a * 2\ny = (a * b).sum()")


@board
def jacobian_map() -> Any:
    x = tensor([1.0, 2.0, -1.5, 0.25])
    return viz.jacobian_map(lambda x: x * x.sum(), x, v=[1, 0, 0.5, -1])


@board
def requires_grad_painter() -> Any:
    x, w, b = tensor([1.0, 2.0]), tensor([3.0, 4.0]), tensor([1, 2])
    return viz.requires_grad_painter(lambda x, w, b: (x * w + b).exp().sum(), x, w, b)


@board
def saved_buffers() -> Any:
    x = tensor([[1.0, 2.0, 3.0]], requires_grad=True)
    w = minigrad.ones(3, 4, requires_grad=True)
    h = (x @ w).exp()
    return viz.saved_buffers((h * h.log()).sum())


@board
def shape_flow() -> Any:
    x = minigrad.ones(2, 3)
    w, b = minigrad.ones(3, 4, requires_grad=True), minigrad.ones(4, requires_grad=True)
    return viz.shape_flow(((x @ w + b) ** 2).sum())


@board
def step_size() -> Any:
    return viz.step_size(lambda x: x**3, 1.0)


@board
def storage_strip() -> Any:
    x = minigrad.arange(12.0).reshape(3, 4)
    return viz.storage_strip(x, x.T, x[:, 1], x[::2])


@board
def version_timeline() -> Any:
    w = tensor([2.0], requires_grad=True)
    x = w * 1
    y = x * x
    z = x.exp()
    x.add_(1)
    return viz.version_timeline(x, y, z)


@board
def nan_tracer() -> Any:
    x, w = tensor([0.0, 4.0], requires_grad=True), tensor([1.0, 0.0], requires_grad=True)
    with np.errstate(all="ignore"):
        return viz.nan_tracer((x.sqrt() * w).log().sum())


@board
def side_by_side() -> Any:
    x = tensor([1.0, 2.0], requires_grad=True)
    with contextlib.redirect_stdout(io.StringIO()):
        return viz.side_by_side(viz.step((x**2).sum()), viz.step((x.detach() ** 2 * x).sum()))


@board
def frozen_path() -> Any:
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    model[0].requires_grad_(False)
    return viz.frozen_path(model, minigrad.ones(1, 2))
