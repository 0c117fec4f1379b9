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

from minigrad import tensor, viz

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
