"""The graph in DOT, Graphviz's own language, for those who want to draw it their way."""

from __future__ import annotations

from typing import Any

from .boxes import boxes_and_joints
from .words import printable


def dot(trace: dict[str, Any]) -> str:
    """A trace's graph as DOT source: operations are boxes, leaves are rounded, the root has a double frame."""
    boxes, joints = boxes_and_joints(trace)
    lines = [
        "digraph {",
        "  graph [rankdir=TB ordering=out];",
        '  node [fontname="monospace" fontsize=11];',
        "  edge [arrowsize=0.7];",
    ]
    for box in boxes:
        node = trace["nodes"][box["node"]]
        style = "shape=box style=rounded" if node["kind"] == "leaf" else "shape=box"
        label = "\\n".join(_escape(line["text"]) for line in box["lines"])
        lines.append(f'  n{box["id"]} [{style}{" peripheries=2" if node["root"] else ""} label="{label}"];')
    lines += [f"  n{joint['from']} -> n{joint['to']};" for joint in joints]
    return "\n".join([*lines, "}"]) + "\n"


def _escape(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')
