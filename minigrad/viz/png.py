"""The picture as PNG, drawn by Matplotlib from the same layout and colours as the SVG."""

from __future__ import annotations

import io
from typing import Any

from .boxes import LABEL_SIZE, LONGEST, NAME_SIZE, SOURCE_SIZE, frame_title, layout_gradients, marked_boxes
from .style import DASH_DOT, LIGHT, SECOND, WARNED, WRONG, arrow_head, cross, rim_of, warning
from .svg import baselines
from .words import printable, short

POINTS = 72.0  # a unit of the layout is a point
DPI = 144


def png(trace: dict[str, Any]) -> bytes:
    """Draw a trace that has a layout; the words of the picture go into the file's description."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Polygon

    layout = trace["layout"]
    figure = Figure(figsize=(layout["width"] / POINTS, layout["height"] / POINTS), facecolor=LIGHT["paper"])
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, layout["width"]), ylim=(layout["height"], 0))
    axes.set_axis_off()
    for frame in layout.get("frames", ()):
        axes.add_patch(_frame(frame, "group", 0.0))
        title = short(frame_title(trace["groups"][frame["group"]]), LONGEST)
        _write(axes, frame["x"] + 10, frame["y"] + 17, title, 12.0, LIGHT["quiet"], at="left")
    for edge, gradient in zip(layout["edges"], layout_gradients(trace), strict=True):
        axes.add_patch(_curve(edge["points"]))
        axes.add_patch(Polygon(arrow_head(edge["points"][-1], edge["tip"]), color=LIGHT["line"], lw=0))
        if gradient:
            x, y = edge["label"]
            _write(axes, x, y + 4, gradient, LABEL_SIZE, LIGHT["quiet"])
    for box in layout["boxes"]:
        if box["node"] is None:
            axes.add_patch(_frame({**box, "x": box["x"] + 4, "y": box["y"] + 4}, "closed", 0.0))
            axes.add_patch(_frame(box, "closed", 0.0))
        else:
            node = trace["nodes"][box["node"]]
            kind = "second" if "layer" in node else node["kind"]
            for grow in (3.5, 0.0) if node["root"] else (0.0,):
                axes.add_patch(_frame(box, kind, grow))
            if "layer" in node:
                axes.add_patch(_frame(box, "rim", rim_of(node)))
        for line, y in zip(box["lines"], baselines(box), strict=True):
            name = line["role"] == "name"
            size, ink = (NAME_SIZE, LIGHT["ink"]) if name else (SOURCE_SIZE, LIGHT["quiet"])
            _write(axes, box["x"] + box["width"] / 2, y, line["text"], size, ink, bold=name)
    for box in marked_boxes(trace):
        if box["mark"] == "error":
            _mark_error(axes, box, box["kind"])
        else:
            _mark_warning(axes, box, box["mark"])
    file = io.BytesIO()
    words = {"Title": trace["title"], "Description": trace["alt"], "Software": None}
    figure.savefig(file, format="png", dpi=DPI, metadata=words)
    return file.getvalue()


def _curve(points: list[list[float]]) -> Any:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    codes = [Path.MOVETO] + [Path.CURVE4] * (len(points) - 1)
    return PathPatch(Path(points, codes), fill=False, lw=1.2, edgecolor=LIGHT["line"])


def _frame(box: dict[str, Any], kind: str, grow: float) -> Any:
    from matplotlib.patches import FancyBboxPatch

    radius = box["height"] / 2 if kind == "leaf" else 4.0
    own = {"group": ("none", LIGHT["line"]), "closed": (LIGHT["paper"], LIGHT["ink"])}
    own |= {"second": SECOND[0], "rim": ("none", SECOND[0][1])}
    face, line = own.get(kind) or (LIGHT[kind], LIGHT[f"{kind}-line"])
    return FancyBboxPatch(
        (box["x"] - grow, box["y"] - grow),
        box["width"] + 2 * grow,
        box["height"] + 2 * grow,
        boxstyle=f"round,pad=0,rounding_size={radius + grow}",
        facecolor=face,
        edgecolor=line,
        lw=1.0 if kind == "group" else 1.4,
        linestyle={"group": (0, (2, 3)), "rim": (0, DASH_DOT)}.get(kind, "solid"),
    )


def _mark_error(axes: Any, box: dict[str, Any], kind: str) -> None:
    """The rim of a box at which an error ended the walk, with a cross and the word."""
    rim = _frame(box, kind, 0.0)
    rim.set(facecolor="none", edgecolor=WRONG[0], lw=3)
    axes.add_patch(rim)
    x, y, half = cross(box)
    tag = {"facecolor": LIGHT["paper"], "edgecolor": WRONG[0], "boxstyle": "round,pad=0.25"}
    word = axes.text(x + 26, y, "error", size=LABEL_SIZE, color=WRONG[0], family="monospace", weight="bold")
    word.set(ha="center", va="center", bbox=tag)
    axes.plot([x - half, x + half], [y - half, y + half], color=WRONG[0], lw=2.5)
    axes.plot([x - half, x + half], [y + half, y - half], color=WRONG[0], lw=2.5)


def _mark_warning(axes: Any, box: dict[str, Any], word: str) -> None:
    """A tag on a box that made the first nan or inf: a triangle and the word."""
    from matplotlib.patches import FancyBboxPatch, Polygon

    x, y, wide = warning(box, word)
    wash, ink = WARNED[0]
    ground = FancyBboxPatch((x, y - 9), wide, 18, boxstyle="round,pad=0,rounding_size=9", fc=wash, ec=ink, lw=1.5)
    axes.add_patch(ground)
    corners = [[x + 13, y - 6], [x + 19.5, y + 5.5], [x + 6.5, y + 5.5]]
    axes.add_patch(Polygon(corners, fill=False, edgecolor=ink, lw=1.4))
    axes.plot([x + 13, x + 13], [y - 2.5, y + 1.5], color=ink, lw=1.4)
    _write(axes, x + wide / 2 + 9, y + 4, word, LABEL_SIZE, ink, bold=True)


def _write(
    axes: Any, x: float, y: float, words: str, size: float, ink: str, bold: bool = False, at: str = "center"
) -> None:
    """Text centred on x (or beginning there), baseline at y; `parse_math` is off, for a name may hold a dollar sign."""
    weight = "bold" if bold else "normal"
    style = {"size": size, "color": ink, "family": "monospace", "weight": weight}
    axes.text(x, y, printable(words), ha=at, va="baseline", parse_math=False, **style)
