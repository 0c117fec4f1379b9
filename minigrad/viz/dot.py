"""The graph in DOT, Graphviz's own language, for those who want to draw it their way."""

from __future__ import annotations

from typing import Any

from .boxes import boxes_and_joints
from .style import WARNED, WRONG
from .words import marks, printable


def dot(trace: dict[str, Any]) -> str:
    """A trace's graph as DOT source: operations are boxes, leaves are rounded, the root has a double frame.

    Where an error ended the walk, and where the first nan and the first inf appeared, a node has a colour and the word.
    """
    boxes, joints = boxes_and_joints(trace)
    words = marks(trace)
    lines = [
        "digraph {",
        "  graph [rankdir=TB ordering=out];",
        '  node [fontname="monospace" fontsize=11];',
        "  edge [arrowsize=0.7];",
    ]
    for box in boxes:
        node = trace["nodes"][box["node"]]
        style = "shape=box style=rounded" if node["kind"] == "leaf" else "shape=box"
        word = words.get(box["node"])
        told = [] if word is None else [f"{'✗' if word == 'error' else '△'} {word}"]
        label = "\\n".join(_escape(text) for text in [*(line["text"] for line in box["lines"]), *told])
        style += " peripheries=2" if node["root"] else ""
        style += _coloured(word)
        lines.append(f'  n{box["id"]} [{style} label="{label}"];')
    lines += [f"  n{joint['from']} -> n{joint['to']};" for joint in joints]
    return "\n".join([*lines, "}"]) + "\n"


def _coloured(word: str | None) -> str:
    if word is None:
        return ""
    ink = WRONG[0] if word == "error" else WARNED[0][1]
    return f' color="{ink}" fontcolor="{ink}" penwidth=3'


def _escape(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')
