"""The picture as SVG: one self-contained text, the same bytes for the same trace and layout."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from .boxes import LABEL_SIZE, LONGEST, NAME_SIZE, SOURCE_SIZE, frame_title, layout_gradients, marked_boxes
from .style import DARK, DASH_DOT, FONT, LIGHT, SECOND, WARNED, WRONG, arrow_head, cross, rim_of, warning
from .words import printable, short


def svg(trace: dict[str, Any]) -> str:
    """Draw a trace that has a layout; gradients stand beside the edges if the trace has events."""
    layout = trace["layout"]
    gradients = layout_gradients(trace)
    width, height = layout["width"], layout["height"]
    marked = marked_boxes(trace)
    wrong, warned = ([box for box in marked if (box["mark"] == "error") is is_error] for is_error in (True, False))
    needs = {_GROUP_CSS: trace.get("groups"), _SECOND_CSS: trace.get("passes"), _WRONG_CSS: wrong, _WARNED_CSS: warned}
    more = "".join(css for css, needed in needs.items() if needed)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img">',
        f"<title>{text(trace['title'])}</title>",
        f"<desc>{text(trace['alt'])}</desc>",
        f"<style>{_css()}{more}</style>",
        f'<rect class="paper" width="{width:g}" height="{height:g}" rx="6"/>',
        *(_frame(frame, trace["groups"][frame["group"]]) for frame in layout.get("frames", ())),
        *(_edge(edge) for edge in layout["edges"]),
        *(_group(box) if box["node"] is None else _box(box, trace["nodes"][box["node"]]) for box in layout["boxes"]),
        *(_gradient(edge, words) for edge, words in zip(layout["edges"], gradients, strict=True) if words),
        *(_error(box, box["kind"]) for box in wrong),
        *(_warning(box, box["mark"]) for box in warned),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def data_uri(picture: str) -> str:
    """An SVG as the address of an `<img>`, kept readable."""
    return "data:image/svg+xml," + quote(picture, safe=" /:;=,()'-._~!*")


def img(alt: str, picture: str) -> str:
    """The picture as an HTML `<img>` with its words: shown even in a notebook that is not trusted."""
    return f'<img alt="{text(alt)}" src="{data_uri(picture)}" style="max-width: 100%">'


def text(words: str) -> str:
    """Words as XML or HTML text, good inside quotes too: nothing in them is markup."""
    return escape(printable(words), {'"': "&quot;"})


def _css() -> str:
    def colours(palette: dict[str, str]) -> str:
        return "".join(f"--{name}:{colour};" for name, colour in palette.items())

    return (
        f"svg{{{colours(LIGHT)}}}"
        f"@media(prefers-color-scheme:dark){{svg{{{colours(DARK)}}}}}"
        f"text{{font-family:{FONT};text-anchor:middle;fill:var(--ink)}}"
        f".name{{font-size:{NAME_SIZE:g}px;font-weight:600}}"
        f".source,.gradient{{fill:var(--quiet)}}.source{{font-size:{SOURCE_SIZE:g}px}}"
        f".gradient{{font-size:{LABEL_SIZE:g}px;paint-order:stroke;stroke:var(--paper);stroke-width:3px}}"
        ".paper{fill:var(--paper)}.edge{fill:none;stroke:var(--line);stroke-width:1.4}.head{fill:var(--line)}"
        ".op{fill:var(--op);stroke:var(--op-line);stroke-width:1.4}.leaf{fill:var(--leaf);stroke:var(--leaf-line);stroke-width:1.4}"
        ".frame{fill:none}"
    )


# What few pictures need: the stored ones of all others stay the same, byte for byte.
_GROUP_CSS = (
    ".closed{fill:var(--paper);stroke:var(--ink);stroke-width:1.4}"
    ".group{fill:none;stroke:var(--line);stroke-dasharray:2 3}"
    ".of{font-size:12px;text-anchor:start;fill:var(--quiet)}"
)
_SECOND_CSS = (
    f"svg{{--second:{SECOND[0][0]};--second-line:{SECOND[0][1]};}}"
    f"@media(prefers-color-scheme:dark){{svg{{--second:{SECOND[1][0]};--second-line:{SECOND[1][1]};}}}}"
    ".second{stroke:var(--second-line);stroke-width:1.4}.second:not(.frame){fill:var(--second)}"
    f".rim{{fill:none;stroke:var(--second-line);stroke-width:1.4;stroke-dasharray:{' '.join(map(str, DASH_DOT))}}}"
)
_WRONG_CSS = (
    f"svg{{--wrong:{WRONG[0]};}}@media(prefers-color-scheme:dark){{svg{{--wrong:{WRONG[1]};}}}}"
    ".wrong{fill:none;stroke:var(--wrong);stroke-width:3}.tag{fill:var(--paper);stroke:var(--wrong)}"
    f".error{{font-size:{LABEL_SIZE:g}px;font-weight:600;fill:var(--wrong)}}"
)
_WARNED_CSS = (
    f"svg{{--warn-wash:{WARNED[0][0]};--warn:{WARNED[0][1]};}}"
    f"@media(prefers-color-scheme:dark){{svg{{--warn-wash:{WARNED[1][0]};--warn:{WARNED[1][1]};}}}}"
    ".warned{fill:var(--warn-wash);stroke:var(--warn);stroke-width:1.5}.triangle{fill:none;stroke:var(--warn);stroke-width:1.4}"
    f".warning{{font-size:{LABEL_SIZE:g}px;font-weight:600;fill:var(--warn)}}"
)


def _warning(box: dict[str, Any], word: str) -> str:
    """A tag on a box that made the first nan or inf: a triangle and the word."""
    x, y, wide = warning(box, word)
    at = x + 13  # the triangle's middle
    return (
        f'<g><rect class="warned" x="{x:g}" y="{y - 9:g}" width="{wide:g}" height="18" rx="9"/>'
        f'<path class="triangle" d="M{at:g},{y - 6:g}l6.5,11.5h-13zM{at:g},{y - 2.5:g}v4m0,2.1h.1"/>'
        f'<text class="warning" x="{x + wide / 2 + 9:g}" y="{y + 4:g}">{word}</text></g>'
    )


def _error(box: dict[str, Any], kind: str) -> str:
    """The rim of a box at which an error ended the walk, with a cross and the word."""
    x, y, half = cross(box)
    lines = f"M{x - half:g},{y - half:g}l{2 * half:g},{2 * half:g}m0,{-2 * half:g}l{-2 * half:g},{2 * half:g}"
    return (
        f"<g>{_rectangle(box, kind, 'wrong', 0)}"
        f'<rect class="tag" x="{x - 10:g}" y="{y - 9:g}" width="58" height="18" rx="9"/>'
        f'<path class="wrong" d="{lines}"/><text class="error" x="{x + 26:g}" y="{y + 4:g}">error</text></g>'
    )


def _edge(edge: dict[str, Any]) -> str:
    head = " ".join(f"{x:g},{y:g}" for x, y in arrow_head(edge["points"][-1], edge["tip"]))
    return f'<path class="edge" d="{edge["path"]}"/><polygon class="head" points="{head}"/>'


def _frame(frame: dict[str, Any], group: dict[str, Any]) -> str:
    """An open group."""
    x, y, w, h = frame["x"], frame["y"], frame["width"], frame["height"]
    return (
        f'<rect class="group" x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="8"/>'
        f'<text class="of" x="{x + 10:g}" y="{y + 17:g}">{text(short(frame_title(group), LONGEST))}</text>'
    )


def _group(box: dict[str, Any]) -> str:
    """A closed group: a box on top of another."""
    behind = _rectangle({**box, "x": box["x"] + 4, "y": box["y"] + 4}, "group", "closed", 0)
    lines = (_line(box, line, at) for line, at in zip(box["lines"], baselines(box), strict=True))
    return f"<g>{behind}{_rectangle(box, 'group', 'closed', 0)}{''.join(lines)}</g>"


def _box(box: dict[str, Any], node: dict[str, Any]) -> str:
    css = "second" if "layer" in node else node["kind"]
    frame = _rectangle(box, node["kind"], f"{css} frame", 3.5) if node["root"] else ""
    if "layer" in node:
        frame += _rectangle(box, node["kind"], "rim", rim_of(node))
    lines = (_line(box, line, at) for line, at in zip(box["lines"], baselines(box), strict=True))
    return f"<g>{_rectangle(box, node['kind'], css, 0)}{frame}{''.join(lines)}</g>"


def _rectangle(box: dict[str, Any], kind: str, css: str, grow: float) -> str:
    x, y, w, h = box["x"] - grow, box["y"] - grow, box["width"] + 2 * grow, box["height"] + 2 * grow
    radius = h / 2 if kind == "leaf" else 4 + grow
    return f'<rect class="{css}" x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{radius:g}"/>'


def baselines(box: dict[str, Any]) -> list[float]:
    """The y of each line's baseline in a box."""
    middle = box["y"] + box["height"] / 2
    return [middle - 3.5, middle + 13.5] if len(box["lines"]) == 2 else [middle + 4.5]


def _line(box: dict[str, Any], line: dict[str, str], y: float) -> str:
    return f'<text class="{line["role"]}" x="{box["x"] + box["width"] / 2:g}" y="{y:g}">{text(line["text"])}</text>'


def _gradient(edge: dict[str, Any], words: str) -> str:
    x, y = edge["label"]
    return f'<text class="gradient" x="{x:g}" y="{y + 4:g}">{text(words)}</text>'
