"""Ten situations of the stepper: each a page of its own, and what a reader does there.

`make figures` takes a picture of each (1280 × 800); tests/browser/test_looks.py opens the same pages on small screens.
A situation makes a stepper or an instrument and saves its page; `drive` then clicks and types as a reader would.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import minigrad
from minigrad import models, tensor, viz

SITUATIONS: dict[str, Situation] = {}


@dataclass
class Situation:
    """A page and what is done there; `name` is that of its picture in figures/."""

    name: str
    make: Callable[[], Any]
    drive: Callable[[Any], None]

    def save(self, folder: Path) -> Path:
        """Write the page into `folder`."""
        with contextlib.redirect_stdout(io.StringIO()):  # step prints the walk as text
            shown = self.make()
        return shown.save(folder / f"{self.name}.html")


def to_step(step: int) -> Callable[[Any], None]:
    """Move the slider to `step`."""
    return lambda page: page.get_by_role("slider", name="Step").fill(str(step))


def situation(name: str, drive: Callable[[Any], None]) -> Callable:
    """Put a function that makes a stepper or an instrument into SITUATIONS."""

    def put(make: Callable[[], Any]) -> Callable[[], Any]:
        SITUATIONS[name] = Situation(name, make, drive)
        return make

    return put


@situation("walk", to_step(5))
def walk_of_q() -> Any:
    """1. In the middle of the walk of Q."""
    a = tensor([2.0, 3.0], requires_grad=True)
    b = tensor([6.0, 4.0], requires_grad=True)
    Q = 3 * a**3 - b**2
    return viz.step(Q, gradient=tensor([1.0, 1.0]))


@situation("fan-out", to_step(5))
def fan_out() -> Any:
    """2. A result used twice: the engine adds up the gradients that arrive there."""
    x = tensor([0.5, 2.0], requires_grad=True)
    h = x.exp()
    y = (h * h.log() + h).sum()
    return viz.step(y)


@situation("broadcast", to_step(3))
def broadcast() -> Any:
    """3. The sum that undoes a broadcast, a step of its own."""
    x = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    w = tensor([[0.5, -1.0, 2.0], [1.0, 0.0, -0.5]], requires_grad=True)
    b = tensor([0.1, 0.2, 0.3], requires_grad=True)
    loss = ((w * x + b) ** 2).sum()
    return viz.step(loss)


@situation("error", lambda page: page.get_by_role("button", name="Last step").click())
def changed_in_place() -> Any:
    """4. A value that was changed in place: the walk stops at a red step."""
    x = tensor([1.0, 2.0], requires_grad=True)
    w = tensor([0.5, 0.25], requires_grad=True)
    h = (w * x).exp()
    loss = (h * w).sum()
    h += 1
    return viz.step(loss)


def _answer_wrongly(page: Any) -> None:
    """The two gradients of the first step, then the slope alone: a known mistake, which has its own hint."""
    for numbers in ("1 1", "-1 -1", "12 8"):
        page.locator("input.mg-field").fill(numbers)
        page.locator("input.mg-field").press("Enter")


@situation("prediction", _answer_wrongly)
def prediction() -> Any:
    """5. Prediction: a wrong answer gets the hint of its own."""
    a = tensor([2.0, 3.0], requires_grad=True)
    b = tensor([6.0, 4.0], requires_grad=True)
    Q = 3 * a**3 - b**2
    return viz.step(Q, gradient=tensor([1.0, 1.0]), predict="value")


@situation("resnet18", to_step(12))
def resnet18() -> Any:
    """6. A large graph, grouped by its modules, with an overview."""
    minigrad.manual_seed(0)
    model = models.resnet18(num_classes=10)
    x = minigrad.randn(2, 3, 32, 32)
    with viz.grouped(model):
        out = model(x)
    loss = out.sum()
    return viz.step(loss)


@situation("side-by-side", to_step(3))
def with_and_without_detach() -> Any:
    """7. Two walks side by side, linked by step: with and without `detach`."""
    x = tensor([1.0, 2.0], requires_grad=True)
    y = x**2
    z = (y * x).sum()
    z_cut = (y.detach() * x).sum()
    return viz.side_by_side(viz.step(z), viz.step(z_cut), captions=("y * x", "y.detach() * x"))


def _check(page: Any) -> None:
    to_step(3)(page)
    page.get_by_role("button", name="Check this node").click()
    page.evaluate("scrollTo(0, 0)")  # with the bar in sight; the answer scrolls in the panel's column


@situation("check", _check)
def check() -> Any:
    """8. A node's Jacobian, and its rule checked by nudging its inputs."""
    x = tensor([0.5, 1.0, 2.0], requires_grad=True)
    y = minigrad.softmax(x * 2, dim=0)
    loss = (y * tensor([0.0, 1.0, 0.0])).sum()
    return viz.step(loss)


def _play_forward(page: Any) -> None:
    page.get_by_role("button", name="Forward pass").click()
    to_step(4)(page)


@situation("forward", _play_forward)
def forward() -> Any:
    """8b. The forward pass, played in the same picture."""
    a = tensor([2.0, 3.0], requires_grad=True)
    b = tensor([6.0, 4.0], requires_grad=True)
    Q = 3 * a**3 - b**2
    return viz.step(Q, gradient=tensor([1.0, 1.0]))


@situation("pytorch", to_step(4))
def pytorch() -> Any:
    """10. A graph of PyTorch: the same page."""
    import torch

    torch.manual_seed(0)
    x = torch.tensor([[1.0, 2.0, 3.0]])
    w = torch.tensor([[0.5], [-1.0], [0.25]], requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    y = torch.tensor([[2.0]])
    loss = torch.nn.functional.mse_loss((x @ w + b).sigmoid(), y)
    return viz.step(loss)


@situation("layers", to_step(4))
def layers() -> Any:
    """9. Double backward: what a recorded pass made is a second layer."""
    x = tensor([1.0, 2.0], requires_grad=True)
    y = (x**3).sum()
    (g,) = minigrad.autograd.grad(y, x, create_graph=True)
    penalty = (g**2).sum()
    return viz.step(penalty)
