"""Still pictures of the small instruments: pieces of SVG in the style of the graphs (style.py)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..svg import _css, text

CELL_WIDTH, CELL_HEIGHT = 72.0, 28.0
Place = tuple[float, float]


def drawing(size: Place, alt: str, parts: Iterable[str], css: str = "") -> str:
    """A whole SVG of this width and height, its words inside."""
    width, height = size
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" role="img">',
            f"<desc>{text(alt)}</desc>",
            f"<style>{_css()}.left{{text-anchor:start}}.right{{text-anchor:end}}.cell{{font-size:12px}}{css}</style>",
            f'<rect class="paper" width="{width:g}" height="{height:g}" rx="6"/>',
            *parts,
            "</svg>\n",
        ]
    )


def words(at: Place, what: str, css: str = "source") -> str:
    """A line of text, centred on x unless `css` says left or right; its baseline is y."""
    return f'<text class="{css}" x="{at[0]:g}" y="{at[1]:g}">{text(what)}</text>'


def rectangle(at: Place, size: Place, fill: str, opacity: float = 1.0, extra: str = "") -> str:
    """A box with a fill of the palette (style.py), more or less opaque."""
    return (
        f'<rect x="{at[0]:g}" y="{at[1]:g}" width="{size[0]:g}" height="{size[1]:g}" rx="3" '
        f'fill="var(--{fill})" fill-opacity="{opacity:.2f}"{extra}/>'
    )


def heat_cell(at: Place, value: Any, furthest: float, light: float = 1.0) -> str:
    """One number of a heat map: blue above 0, orange below, the stronger the further from 0."""
    from ..values import number

    odd = isinstance(value, str)
    share = 1.0 if odd or not furthest else abs(value) / furthest
    below = value.startswith("-") if odd else value < 0
    fill = "line" if value == "nan" else "leaf-line" if below else "op-line"
    frame = f' stroke="var(--line)" stroke-width="{1 + light:g}"'
    x, y = at
    return rectangle(at, (CELL_WIDTH - 4, CELL_HEIGHT - 4), fill, 0.45 * share * (0.15 + 0.85 * light), frame) + words(
        (x + CELL_WIDTH / 2 - 2, y + CELL_HEIGHT / 2 + 2), number(value), "cell"
    )
