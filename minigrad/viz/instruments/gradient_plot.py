"""A function of one number and its gradient, with a tangent to drag and the conventions at kinks (lesson 12)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..values import number
from ..words import count
from .axes import Axis, Slope, curve, plain, plot_frame, room, slanted, slope_of
from .instrument import Instrument
from .scene import Scene, scene_of

POINTS = 241
MOST_KINKS = 12
SMALLEST_JUMP = 0.02  # of the gradient's whole range; a smaller one is a bend


class GradientPlot(Instrument):
    """f above, its gradient below; `value` is the x of the tangent."""

    kind = "gradient_plot"
    question = "What gradient does autograd give at each point?"

    @property
    def nearest(self) -> int:
        """The place in `state["xs"]` of the point that the tangent touches."""
        return min(range(len(self.state["xs"])), key=lambda i: abs(self.state["xs"][i] - self.value))

    @property
    def alt(self) -> str:
        xs, kinks = self.state["xs"], self.state["kinks"]
        parts = [f"Two plots over x from {_rounded(xs[0])} to {_rounded(xs[-1])}: f above, its gradient below."]
        parts += [kink_words(kink) for kink in kinks] or ["There is no kink."]
        if self.state["gaps"]:
            odd = self.state["gaps"]
            parts.append(
                f"At {count(len(odd), 'point')}, the first at x = {_rounded(odd[0])}, the gradient is not finite."
            )
        i = self.nearest
        slope = _rounded(self.state["slopes"][i])
        return " ".join([*parts, f"The tangent touches f at x = {_rounded(xs[i])}, where the gradient is {slope}."])

    def still(self) -> str:
        scene, i = scene_of(self.state["scene"]), self.nearest
        x, upper, lower = (Axis(*each) for each in self.state["axes"])
        at, f, slope = (self.state[name][i] for name in ("xs", "values", "slopes"))
        scene.line(x.place(at), lower.start, x.place(at), upper.end, "thin")
        if not isinstance(f, str):
            if not isinstance(slope, str):
                scene.path(slanted((x, upper), (at, f), slope), "curve c1")
            scene.add("circle", "dot", cx=x.place(at), cy=upper.place(f), r=6)
        if not isinstance(slope, str):
            scene.add("circle", "pick", cx=x.place(at), cy=lower.place(slope), r=9)
        return scene.svg(self.alt)


def gradient_plot(f: Callable[[Any], Any], low: float = -2.0, high: float = 2.0) -> GradientPlot:
    """What gradient does autograd give at each point?

    Parameters
    ----------
    f : a function of one number, written for tensors.
    low, high : the interval.

    Returns
    -------
    A widget: drag the point, or move the slider, and the tangent follows. Kinks are found and marked with the slopes
    from both sides and the one that autograd takes by convention. ``.value`` is x.

    Raises
    ------
    ValueError
        If the interval is empty.

    Examples
    --------
    >>> import minigrad
    >>> gradient_plot(minigrad.relu).state["kinks"]
    [{'x': 0.0, 'left': 0.0, 'right': 1.0, 'taken': 0.0}]
    """
    low, high = float(low), float(high)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"the interval goes from a smaller number to a larger one, not from {low:g} to {high:g}")
    slope = slope_of(f)
    xs = [low + (high - low) * i / (POINTS - 1) for i in range(POINTS)]
    xs = [0.0 if abs(x) < 1e-12 * (high - low) else float(f"{x:.12g}") for x in xs]
    with np.errstate(all="ignore"):
        pairs = [slope(x) for x in xs]
        kinks = _kinks(slope, xs, [pair[1] for pair in pairs])
        for kink in kinks:
            if kink["x"] not in xs:
                i = sum(x < kink["x"] for x in xs)
                xs.insert(i, kink["x"])
                pairs.insert(i, slope(kink["x"]))
    values, slopes = ([plain(pair[k]) for pair in pairs] for k in (0, 1))
    gaps = [x for x, y, s in zip(xs, values, slopes, strict=True) if isinstance(s, str) and not isinstance(y, str)]
    kinks = [{name: plain(x) for name, x in kink.items()} for kink in kinks]
    scene, axes = _draw(xs, values, slopes, kinks, gaps)
    state = {"xs": xs, "values": values, "slopes": slopes, "kinks": kinks, "gaps": gaps, "scene": scene.json()}
    words = [kink_words(kink) for kink in kinks]
    return GradientPlot(state | {"axes": axes, "kink_words": words}, xs[round(0.75 * len(xs))])


def kink_words(kink: dict[str, Any]) -> str:
    """What happens at a kink."""
    x, left, right, taken = (_rounded(kink[name]) for name in ("x", "left", "right", "taken"))
    return f"Kink at x = {x}: the slope is {left} from the left and {right} from the right; autograd gives {taken}."


def _rounded(x: Any) -> str:
    """A number in a sentence, without the point that marks a float, and without the noise of nearly whole numbers."""
    return number(x if isinstance(x, str) else round(x, 5) + 0.0).removesuffix(".")


def _kinks(slope: Slope, xs: list[float], slopes: list[float]) -> list[dict[str, float]]:
    """Where the gradient jumps while the function does not: each stretch with a jump in it is halved to the end."""
    finite = [s for s in slopes if math.isfinite(s)]
    if not finite:
        return []
    least = SMALLEST_JUMP * (max(finite) - min(finite))
    found: list[dict[str, float]] = []
    for i in range(len(xs) - 1):
        if len(found) < MOST_KINKS and abs(slopes[i + 1] - slopes[i]) > least > 0:
            kink = _kink(slope, xs[i], xs[i + 1], slopes[i], slopes[i + 1], least)
            if kink and not (found and abs(found[-1]["x"] - kink["x"]) < 1e-9 * (xs[-1] - xs[0])):
                found.append(kink)
    return found


def _kink(slope: Slope, a: float, b: float, left: float, right: float, least: float) -> dict[str, float] | None:
    width = b - a
    a, b = a - width / 7, b + width / 7  # a kink may stand on the grid itself
    (fa, left), (fb, right) = slope(a), slope(b)
    for _ in range(60):
        middle = (a + b) / 2
        f, s = slope(middle)
        if not a < middle < b or not math.isfinite(s):
            break
        if abs(s - left) >= abs(right - s):
            b, fb, right = middle, f, s
        else:
            a, fa, left = middle, f, s
    is_jump = abs(right - left) > least and b - a < 1e-9 * width + 1e-12
    if not is_jump or abs(fb - fa) > 1e-6 * (abs(fa) + abs(fb) + 1.0):
        return None
    x = round((a + b) / 2, 9) + 0.0
    beside = 1e-6 * width  # the halving may have ended on the kink itself, where a convention holds
    return {"x": x, "left": slope(x - beside)[1], "right": slope(x + beside)[1], "taken": slope(x)[1]}


def _draw(xs: list[float], values: list[Any], slopes: list[Any], kinks: list[Any], gaps: list[float]) -> Any:
    scene = Scene(700, 362)
    x = Axis(xs[0], xs[-1], 64, 684)
    usual = sorted(abs(s) for s in slopes if not isinstance(s, str)) or [1.0]
    most = max(4 * usual[len(usual) * 9 // 10], 1e-9)  # a pole shall not flatten the rest
    y = Axis(*room([v for v in values if isinstance(v, str) or abs(v) < 1e12]), 176, 26)
    dy = Axis(*room([s for s in slopes if isinstance(s, str) or abs(s) <= most] + [0.0]), 318, 208)
    plot_frame(scene, x, y, ("", "f(x), dashed: its tangent"))
    plot_frame(scene, x, dy, ("x", "the gradient of f"))
    at_kink = {kink["x"] for kink in kinks}
    curve(scene, (x, y), zip(xs, values, strict=True), "curve")
    cut = [(at, math.nan if at in at_kink else s) for at, s in zip(xs, slopes, strict=True)]
    curve(scene, (x, dy), cut, "curve c0")
    for kink in kinks:
        place = x.place(kink["x"])
        scene.line(place, dy.start, place, y.end, "thin dash")
        for side in ("left", "right", "taken"):
            if not isinstance(kink[side], str) and dy.low <= kink[side] <= dy.high:
                css, r = ("full", 6) if side == "taken" else ("dot", 4)
                scene.add("circle", css, cx=place, cy=dy.place(kink[side]), r=r)
    for at in gaps:
        place = x.place(at)
        scene.path([(place - 5, 313), (place + 5, 323), None, (place - 5, 323), (place + 5, 313)], "cut")
    return scene, [list(x), list(y), list(dy)]
