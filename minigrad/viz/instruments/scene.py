"""A drawing as data: shapes that an instrument's front end draws as they are, and the same drawing as an SVG text.

Both wear static/scene.css, so that the still picture and the living one look the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from ..style import DARK, FONT, LIGHT
from ..svg import text

CHARACTER = 7.3  # the width of one of the drawing's text
PATTERNS = (  # told apart without colour: hatched to the right, to the left, dots, lines, crossed, bars
    "M-2 2 2-2M0 8 8 0M6 10 10 6",
    "M-2 6 2 10M0 0 8 8M6-2 10 2",
    "M3 4h2",
    "M0 4h8",
    "M0 8 8 0M0 0 8 8",
    "M4 0v8",
)
# The widgets' variables (base.css) by those of the pictures (style.py), and what those lack.
_ALIASES = {"stroke": "line", "now": "op-line", "now-wash": "op", "grad": "leaf-line"}
_ALIASES |= {"grad-wash": "leaf", "wash": "paper"}
_MORE = {"done": ("#00664a", "#62d2ad"), "done-wash": ("#e7f5ef", "#14382e"), "on-now": ("#ffffff", "#06213c")}
_MORE |= {"rule": ("#d5dbe1", "#434b54")}


class Scene:
    """Shapes on a ground of `width` by `height`; each wears a class of static/scene.css.

    Examples
    --------
    >>> scene = Scene(40, 20)
    >>> scene.line(0, 10, 40, 10, "axis")
    >>> scene.json()["shapes"]
    [{'tag': 'line', 'class': 'axis', 'x1': 0, 'y1': 10, 'x2': 40, 'y2': 10}]
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.shapes: list[dict[str, Any]] = []

    def add(self, tag: str, css: str, **attributes: Any) -> None:
        """Any shape; numbers are rounded, `key` is what the front end finds it by, `text` what is written in it."""
        rounded = {name: round(x, 2) if isinstance(x, float) else x for name, x in attributes.items()}
        self.shapes.append({"tag": tag, "class": css} | rounded)

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str, **more: Any) -> None:
        self.add("line", css, x1=x1, y1=y1, x2=x2, y2=y2, **more)

    def rectangle(self, x: float, y: float, width: float, height: float, css: str, **more: Any) -> None:
        self.add("rect", css, x=x, y=y, width=width, height=height, **more)

    def words(self, x: float, y: float, what: str, css: str = "word", **more: Any) -> None:
        """A line of text that begins at x; with "mid" or "end" among its classes, is centred or ends there."""
        self.add("text", css, x=x, y=y, text=what, **more)

    def path(self, points: Iterable[Sequence[float] | None], css: str, **more: Any) -> None:
        """A line through points; None lifts the pen."""
        parts, pen = [], "M"
        for point in points:
            if point is not None:
                parts.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
            pen = "M" if point is None else "L"
        self.add("path", css, d="".join(parts), **more)

    def json(self) -> dict[str, Any]:
        """The drawing as the front end gets it (`drawScene` in scene.js)."""
        return {"width": self.width, "height": self.height, "shapes": self.shapes}

    def svg(self, alt: str) -> str:
        """The drawing as SVG text, `alt` in it as its description."""
        size = f'width="{self.width:g}" height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}"'
        tile = 'width="8" height="8" patternUnits="userSpaceOnUse"'
        paths = (f'<pattern id="p{i}" {tile}><path class="s-hatch" d="{d}"/></pattern>' for i, d in enumerate(PATTERNS))
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" class="mg-scene" {size} role="img">',
                f"<desc>{text(alt)}</desc>",
                f"<style>{_css()}</style>",
                f"<defs>{''.join(paths)}</defs>",
                f'<rect class="s-paper" width="{self.width:g}" height="{self.height:g}" rx="6"/>',
                *map(_shape, self.shapes),
                "</svg>\n",
            ]
        )


def scene_of(data: dict[str, Any]) -> Scene:
    """A scene that begins with the shapes of another's `json()`."""
    scene = Scene(data["width"], data["height"])
    scene.shapes = list(data["shapes"])
    return scene


def _shape(shape: dict[str, Any]) -> str:
    css = " ".join(f"s-{name}" for name in shape["class"].split())
    attributes = [f'class="{css}"']
    for name, x in shape.items():
        if name == "pattern":
            attributes.append(f'fill="url(#p{x})"')
        elif name not in ("tag", "class", "text", "key"):
            attributes.append(f'{name}="{text(str(x)) if isinstance(x, str) else format(x, "g")}"')
    inside = text(shape["text"]) if "text" in shape else ""
    return f"<{shape['tag']} {' '.join(attributes)}>{inside}</{shape['tag']}>"


@cache
def _css() -> str:
    def colours(palette: dict[str, str], which: int) -> str:
        every = palette | {name: palette[other] for name, other in _ALIASES.items()}
        every |= {name: pair[which] for name, pair in _MORE.items()}
        return "".join(f"--{name}:{colour};" for name, colour in every.items())

    own = (files("minigrad.viz") / "static" / "scene.css").read_text("utf-8")
    still = own.partition("/* The living picture")[0]
    return (
        f"svg{{--mono:{FONT};{colours(LIGHT, 0)}}}@media(prefers-color-scheme:dark){{svg{{{colours(DARK, 1)}}}}}"
        + "".join(line.strip() for line in still.splitlines() if not line.startswith("/*"))
    )
