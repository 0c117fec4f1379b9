"""Plots in a drawing (scene.py): axes with round numbers, curves with gaps where there is no number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from .scene import Scene

Slope = Callable[[float], tuple[float, float]]


class Axis(NamedTuple):
    """Numbers along a side of a plot: `low` stands at `start`, `high` at `end`, in the scene's units.

    On a logarithmic axis all four numbers are of the exponents of ten.
    """

    low: float
    high: float
    start: float
    end: float

    def place(self, x: float) -> float:
        """Where a number stands."""
        return self.start + (x - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, most: int = 6, whole: bool = False) -> list[float]:
        """Round numbers along the axis, at most about so many; on request whole ones only.

        Examples
        --------
        >>> Axis(-1.0, 1.0, 0, 100).ticks(5)
        [-1.0, -0.5, 0.0, 0.5, 1.0]
        """
        span = self.high - self.low
        power = 10.0 ** max(_floor_log10(span / most), 0 if whole else -300)
        unit = next(
            power * k for k in ((1, 2, 4, 5, 10) if whole else (1, 2, 2.5, 5, 10)) if span / (power * k) <= most
        )
        first = -int(-self.low // unit) if self.low % unit else round(self.low / unit)
        found = []
        for k in range(int(first) - 1, int(first) + most + 3):
            x = round(k * unit, 12)
            if self.low - 1e-9 * span <= x <= self.high + 1e-9 * span:
                found.append(x + 0.0)
        return found


def _floor_log10(x: float) -> int:
    return int(f"{x:e}".partition("e")[2])


def plot_frame(scene: Scene, x: Axis, y: Axis, labels: tuple[str, str], powers: bool = False) -> None:
    """The frame of a plot with its ticks; with `powers` these are powers of ten on both axes.

    Where the x axis has no label it has no numbers either: those of the plot below serve both.
    """
    left, right, bottom, top = x.start, x.end, y.start, y.end

    def mark(at: float) -> str:
        return (f"1e{at:g}" if at else "1") if powers else f"{at:g}"

    for at in x.ticks(whole=powers):
        scene.line(x.place(at), bottom, x.place(at), top, "grid")
        if labels[0]:
            scene.words(x.place(at), bottom + 17, mark(at), "tick mid")
    for at in y.ticks(whole=powers):
        scene.line(left, y.place(at), right, y.place(at), "grid")
        scene.words(left - 8, y.place(at) + 4, mark(at), "tick end")
    scene.rectangle(left, top, right - left, bottom - top, "frame")
    scene.words((left + right) / 2, bottom + 36, labels[0], "tick mid")
    scene.words(left, top - 9, labels[1], "tick")


def curve(scene: Scene, axes: tuple[Axis, Axis], points: Iterable[tuple[Any, Any]], css: str) -> None:
    """A line through numbers, cut at the rim of the plot; a gap where one is no finite number."""
    x, y = axes
    scene.path((_within(x, y, each) for each in points), css)


def _within(x: Axis, y: Axis, point: tuple[Any, Any]) -> tuple[float, float] | None:
    if any(isinstance(each, str) or not math.isfinite(each) for each in point):
        return None
    if not (y.low - 1e-9 <= point[1] <= y.high + 1e-9):
        return None
    return x.place(point[0]), y.place(point[1])


def slanted(axes: tuple[Axis, Axis], through: tuple[float, float], slope: float) -> list[tuple[float, float]]:
    """The ends of the straight line with this slope through a point, cut at the rim; [] where none of it is seen."""
    x, y = axes
    x0, y0 = through
    low, high = x.low, x.high
    if not math.isfinite(slope) or not math.isfinite(y0):
        return []
    if slope:
        ends = sorted(x0 + (each - y0) / slope for each in (y.low, y.high))
        low, high = max(low, ends[0]), min(high, ends[1])
    if low >= high or not y.low <= y0 <= y.high:
        return []
    return [(x.place(at), y.place(y0 + slope * (at - x0))) for at in (low, high)]


def room(numbers: Sequence[Any], least: float = 1e-6) -> tuple[float, float]:
    """A range in which all these numbers that are finite lie, with some room at both ends."""
    finite = [each for each in numbers if not isinstance(each, str) and math.isfinite(each)] or [0.0]
    low, high = min(finite), max(finite)
    more = max(0.08 * (high - low), least * max(abs(low), abs(high)), 1e-12) if high > low else max(abs(low), 1.0)
    return low - more, high + more


def plain(x: Any) -> Any:
    """A float as JSON has it: NaN and the infinities are strings."""
    x = float(x)
    return x if math.isfinite(x) else str(x)


def slope_of(f: Callable[[Any], Any]) -> Slope:
    """For a function of one number its value and, by autograd, its slope; both in double precision."""
    import minigrad

    def slope(x: float) -> tuple[float, float]:
        leaf = minigrad.tensor(x, dtype=minigrad.float64, requires_grad=True)
        y = f(leaf)
        if not y.requires_grad:  # a constant
            return float(y.item()), 0.0
        (g,) = minigrad.autograd.grad(y, leaf, allow_unused=True)
        return float(y.item()), 0.0 if g is None else float(g.item())

    return slope
