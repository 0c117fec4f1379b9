"""A curve that is drawn while a loop runs: a widget whose value the loop sets, with words beside the picture."""

from __future__ import annotations

import time
from typing import Any

import ipywidgets

from .style import BLUE, INK, Picture

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 560, 200, 52, 36, 14
REST = 0.05  # seconds between two drawings: what the eye can follow


class LossCurve(ipywidgets.HTML):
    """The losses noted so far, over the steps.

    Parameters
    ----------
    steps : int
        How many will come.

    Examples
    --------
    >>> from minigrad.course.live import LossCurve
    >>> curve = LossCurve(steps=3)
    >>> curve.note(2.0)
    >>> curve.note(0.5)
    >>> curve.note(0.25)
    >>> curve
    The loss over 3 steps: from 2 to 0.25.
    """

    def __init__(self, steps: int) -> None:
        self._steps, self._drawn = steps, 0.0
        self._losses: list[float] = []
        super().__init__(value=self._html())

    def note(self, loss: float) -> None:
        """Add the loss of one more step. A full curve begins anew."""
        if len(self._losses) == self._steps:
            self._losses = []
        self._losses.append(float(loss))
        now = time.monotonic()
        if now - self._drawn > REST or len(self._losses) == self._steps:
            self._drawn, self.value = now, self._html()

    @property
    def alt(self) -> str:
        """The curve in words."""
        if not self._losses:
            return f"The loss over {self._steps} steps: the curve is drawn as they are made."
        first, last = self._losses[0], self._losses[-1]
        if len(self._losses) == 1:
            return f"The loss over 1 step: {first:.3g}."
        return f"The loss over {len(self._losses)} steps: from {first:.3g} to {last:.3g}."

    def _svg(self) -> str:
        most = max(self._losses, default=1.0) or 1.0
        right, bottom = WIDTH - 12, HEIGHT - BOTTOM

        def at(step: int, loss: float) -> str:
            x = LEFT + (right - LEFT) * step / max(self._steps - 1, 1)
            return f"{x:.1f},{bottom - (bottom - TOP) * loss / most:.1f}"

        top = f"{most:.3g}" if self._losses else ""
        line = " ".join(at(step, loss) for step, loss in enumerate(self._losses))
        end = at(len(self._losses) - 1, self._losses[-1]).split(",") if self._losses else None
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'font-family="sans-serif" font-size="13" fill="{INK}">'
            f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="{INK}"/>'
            f'<text x="{LEFT - 6}" y="{TOP + 5}" text-anchor="end">{top}</text>'
            f'<text x="{LEFT - 6}" y="{bottom + 5}" text-anchor="end">0</text>'
            f'<text x="14" y="{(TOP + bottom) / 2}" text-anchor="middle" '
            f'transform="rotate(-90 14 {(TOP + bottom) / 2})">loss</text>'
            f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{self._steps} steps</text>'
            f'<polyline points="{line}" fill="none" stroke="{BLUE}" stroke-width="2"/>'
            + (f'<circle cx="{end[0]}" cy="{end[1]}" r="4" fill="{BLUE}"/>' if end else "")
            + "</svg>"
        )

    def _bundle(self) -> dict[str, str]:
        return Picture(self._svg(), self.alt)._repr_mimebundle_()

    def _html(self) -> str:
        return self._bundle()["text/html"]

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return (super()._repr_mimebundle_(**kwargs) or {}) | self._bundle()

    def __repr__(self) -> str:
        return self.alt
