"""A trace's graph as the small instruments draw it: without a walk, with words of their own beside edges and boxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..boxes import LABEL_SIZE
from ..layout import layout
from ..svg import _box, _edge, text
from ..trace import check_size
from ..words import short
from .still import drawing

Trace = dict[str, Any]
BELOW = 18.0  # room below the lowest leaf for its words
LONGEST_TAG = 26  # characters beside an edge, here and in plain.js
CSS = (
    f".note{{font-size:{LABEL_SIZE:g}px;paint-order:stroke;stroke:var(--paper);stroke-width:4px}}"
    ".off{stroke-dasharray:4 4;opacity:.75}.gone{opacity:.45}.off text,.gone text{opacity:1}"
)


def placed(trace: Trace, labels: Mapping[int, str], below: Mapping[int, str] | None = None) -> Trace:
    """The trace without its events, and with a layout that leaves room for `labels` at edges, `below` at leaves."""
    check_size(len(trace["nodes"]))
    trace = {key: part for key, part in trace.items() if key != "groups"}  # flat: nothing here opens or closes
    carrier = [
        {"node": 0, "outgoing": [{"edge": edge, "value": {"text": words}} for edge, words in labels.items()]},
        *({"node": node, "outgoing": [], "grad": {"after": {"text": words}}} for node, words in (below or {}).items()),
    ]
    carried = {**trace, "events": carrier if labels or below else []}
    return {**trace, "events": [], "layout": layout(carried, longest_label=LONGEST_TAG)}


def still_graph(
    trace: Trace,
    alt: str,
    labels: Mapping[int, str],
    below: Mapping[int, str] | None = None,
    looks: Mapping[int, str] | None = None,
    edge_looks: Mapping[int, str] | None = None,
) -> str:
    """The picture as SVG: words beside edges and below boxes; looks are "off" (dashed) or "gone" (pale)."""
    place = trace["layout"]
    below, looks, edge_looks = below or {}, looks or {}, edge_looks or {}
    parts = [_grouped(edge_looks.get(edge["edge"]), _edge(edge)) for edge in place["edges"]]
    for box in place["boxes"]:
        parts.append(_grouped(looks.get(box["node"]), _box(box, trace["nodes"][box["node"]])))
        if box["node"] in below:
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] + 12
            parts.append(f'<text class="note" x="{x:g}" y="{y:g}">{text(below[box["node"]])}</text>')
    for edge in place["edges"]:
        if edge["edge"] in labels:
            x, y = edge["label"]
            words = short(labels[edge["edge"]], LONGEST_TAG)
            parts.append(f'<text class="note" x="{x:g}" y="{y + 4:g}">{text(words)}</text>')
    return drawing((place["width"], place["height"] + BELOW), alt, parts, CSS)


def _grouped(look: str | None, picture: str) -> str:
    return f'<g class="{look}">{picture}</g>' if look else picture
