"""The error of a difference quotient against its step h: a V, with a slider for h (lesson 01)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..values import number
from .axes import Axis, curve, plain, plot_frame, room, slanted, slope_of
from .instrument import Instrument
from .scene import Scene, scene_of

EXPONENTS = [round(-16 + i / 4, 2) for i in range(65)]  # of h, as powers of ten
BEGIN = EXPONENTS.index(-0.25)  # large: the secants are seen beside the tangent
KINDS = ("forward, float32", "central, float32", "forward, float64", "central, float64")
FORWARD, CENTRAL = 2, 3  # whose secants are drawn
PLOT = (62.0, 350.0, 262.0, 34.0)  # left, right, bottom, top of the function
ERRORS = (432.0, 706.0, 262.0, 34.0)


class StepSize(Instrument):
    """The V curves; `value` is the place of h among `state["exponents"]`."""

    kind = "step_size"
    question = "Which step h gives the best slope?"

    def best(self, which: int) -> int:
        """Where one of the four has its smallest error."""
        errors = [math.inf if isinstance(e, str) else e for e in self.state["series"][which]["errors"]]
        return min(range(len(errors)), key=errors.__getitem__)

    @property
    def alt(self) -> str:
        state = self.state
        parts = [
            f"Two plots. Left, f near x = {number(state['x'])} with its tangent (slope {number(state['slope'])}) and "
            "secants. Right, the error of difference quotients against h on logarithmic axes: each curve is a V. "
            "A large h is wrong because f bends, a small one because numbers are rounded."
        ]
        for which, series in enumerate(state["series"]):
            at = self.best(which)
            error = number(series["errors"][at])
            parts.append(f"{series['name'].capitalize()}: best near h = {_h(EXPONENTS[at])}, with an error of {error}.")
        return " ".join(parts)

    def still(self) -> str:
        scene, i = scene_of(self.state["scene"]), self.value
        f_axes, e_axes = ((Axis(*x), Axis(*y)) for x, y in (self.state["f_axes"], self.state["e_axes"]))
        h, x, fx = 10.0 ** EXPONENTS[i], self.state["x"], self.state["fx"]
        for which, css in ((FORWARD, "curve c0"), (CENTRAL, "curve c1")):
            slope = self.state["series"][which]["quotients"][i]
            if isinstance(slope, str) or isinstance(fx, str):
                continue
            middle = fx if which == FORWARD else self._below(i, h) + slope * h
            scene.path(slanted(f_axes, (x, middle), slope), css)
        at = e_axes[0].place(EXPONENTS[i])
        scene.line(at, e_axes[1].start, at, e_axes[1].end, "thin")
        for series in self.state["series"]:
            place = _log(series["errors"][i], e_axes[1])
            if place is not None:
                scene.add("circle", "dot", cx=at, cy=e_axes[1].place(place), r=4)
        return scene.svg(self.alt)

    def _below(self, i: int, h: float) -> float:
        """f(x - h), from the two quotients."""
        forward, central = (self.state["series"][which]["quotients"][i] for which in (FORWARD, CENTRAL))
        return self.state["fx"] + h * float(forward) - 2 * h * float(central)


def step_size(f: Callable[[Any], Any], x: float, width: float = 1.0) -> StepSize:
    """Which step h gives the best slope?

    Parameters
    ----------
    f : a function of one number, written for tensors.
    x : where its slope is wanted.
    width : how far to the left and right of x the function is drawn.

    Returns
    -------
    A widget: the slider moves h, the left plot has the secants of the forward and the central difference, the right
    one their errors in float32 and float64. ``.value`` is the place of h in ``.state["exponents"]``.

    Raises
    ------
    ValueError
        If x is not finite.

    Examples
    --------
    >>> import minigrad
    >>> found = step_size(lambda x: x**3, 1.0)
    >>> found.state["series"][2]["name"]
    'forward, float64'
    >>> -9 < found.state["exponents"][found.best(2)] < -7  # the best h: about the root of float64's precision
    True
    """
    import minigrad

    def at(point: Any, dtype: Any) -> Any:
        with minigrad.no_grad():
            return np.asarray(f(minigrad.tensor(point, dtype=dtype)).item()).astype(str(dtype).rpartition(".")[2])

    x = float(x)
    if not math.isfinite(x):
        raise ValueError(f"x is a finite number, not {x}")
    series = []
    with np.errstate(all="ignore"):
        exact = slope_of(f)(x)[1]
        for dtype in (minigrad.float32, minigrad.float64):
            series += _quotients(partial(at, dtype=dtype), x, dtype, exact)
        xs = [x + width * (i / 60 - 1) for i in range(121)]
        values = [plain(at(each, minigrad.float64)) for each in xs]
        fx = plain(at(x, minigrad.float64))
    for name, each in zip(KINDS, series, strict=True):
        each["name"] = name
    scene, f_axes, e_axes = _draw(xs, values, series, (x, fx, plain(exact)))
    state = {"exponents": EXPONENTS, "series": series, "x": x, "fx": fx, "slope": plain(exact), "scene": scene.json()}
    return StepSize(state | {"f_axes": f_axes, "e_axes": e_axes}, BEGIN)


def _quotients(f: Callable[[Any], Any], x: float, dtype: Any, exact: float) -> list[dict[str, Any]]:
    """The forward and the central quotient for each h, all of it computed in one dtype."""
    number_of = np.dtype(str(dtype).rpartition(".")[2]).type
    point, middle = number_of(x), f(x)
    forward, central = [], []
    for exponent in EXPONENTS:
        h = number_of(10.0**exponent)
        above, below = f(float(point + h)), f(float(point - h))
        forward.append(float((above - middle) / h))
        central.append(float((above - below) / (h + h)))
    return [
        {"quotients": [plain(q) for q in each], "errors": [plain(abs(q - exact)) for q in each]}
        for each in (forward, central)
    ]


def _draw(xs: list[float], values: list[Any], series: list[Any], point: tuple[float, Any, Any]) -> Any:
    scene = Scene(720, 372)
    left, right, bottom, top = PLOT
    f_axes = Axis(xs[0], xs[-1], left, right), Axis(*room(values), bottom, top)
    plot_frame(scene, *f_axes, ("x", "f(x), tangent, secants"))
    curve(scene, f_axes, zip(xs, values, strict=True), "curve")
    x, fx, slope = point
    if not isinstance(slope, str) and not isinstance(fx, str):
        scene.path(slanted(f_axes, (x, fx), slope), "curve c2")
        scene.add("circle", "full", cx=f_axes[0].place(x), cy=f_axes[1].place(fx), r=5)
    left, right, bottom, top = ERRORS
    logs = [math.log10(e) for each in series for e in each["errors"] if not isinstance(e, str) and e > 0]
    low, high = math.floor(max(min(logs, default=-16), -17)), math.ceil(min(max(logs, default=0), 4))
    e_axes = Axis(EXPONENTS[0], EXPONENTS[-1], left, right), Axis(low - 1, max(high, low + 2), bottom, top)
    plot_frame(scene, *e_axes, ("h", "error"), powers=True)
    for which, each in enumerate(series):
        points = [(e, _log(error, e_axes[1])) for e, error in zip(EXPONENTS, each["errors"], strict=True)]
        curve(scene, e_axes, ((e, math.nan if y is None else y) for e, y in points), f"curve c{_STYLE[which]}")
    for k, (words, css) in enumerate(_LEGEND):
        x, y = ((402 if k < 4 else 34) + 162 * (k % 2), 322 + 26 * (k // 2 % 2))  # each below its own plot
        scene.line(x, y, x + 30, y, f"curve {css}".strip())
        scene.words(x + 36, y + 4, words)
    return scene, [list(each) for each in f_axes], [list(each) for each in e_axes]


_STYLE = (3, 2, 0, 1)  # the curve of each of KINDS; the two of float64 look like their secants
_LEGEND = [(name, f"c{style}") for name, style in zip(KINDS, _STYLE, strict=True)]
_LEGEND += [("f", ""), ("tangent", "c2"), ("forward secant", "c0"), ("central secant", "c1")]


def _log(error: Any, axis: Axis) -> float | None:
    """Where an error stands on the logarithmic axis; one of 0 at its foot."""
    if isinstance(error, str):
        return None
    return min(max(math.log10(error), axis.low), axis.high) if error > 0 else axis.low


def _h(exponent: float) -> str:
    return f"{10.0**exponent:.2g}"
