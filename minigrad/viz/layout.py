"""Where to draw everything: Graphviz from the `pygraphviz` wheel, else a `dot` on the PATH, else a layout of our own.

All three get boxes of our own size and no text, so no font has a say. The root stands on top and gradients flow down.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from .boxes import LABEL_HEIGHT, LONGEST_LABEL, boxes_and_joints, label_rooms
from .layered import layered
from .nested import nested

MARGIN = 12.0
IN_PROCESS = 300  # boxes; more are laid out in a child process, which can be stopped
TIME_LIMIT = 20.0  # seconds
CHILD = Path(__file__).with_name("graphviz_child.py")
Rooms = dict[int, float]
BACKENDS = ("pygraphviz", "dot", "own")


def layout(trace: dict[str, Any], backend: str | None = None, longest_label: int = LONGEST_LABEL) -> dict[str, Any]:
    """The LAYOUT of docs/stepper.md for a trace.

    Parameters
    ----------
    trace : a trace; if it has events, room is left for the gradients beside the edges.
    backend : "pygraphviz", "dot" or "own"; by default the first of them that is there.
    longest_label : how many characters of a gradient there is room for; not with groups, which the front end lays out.
    """
    if trace.get("groups"):
        return _nested(trace)
    boxes, joints = boxes_and_joints(trace)
    rooms = label_rooms(trace, longest_label)
    backend = backend or available()
    if backend != "own":
        try:
            return _finish(*_graphviz(boxes, joints, rooms, backend), rooms)
        except TimeoutError:
            pass  # too large for Graphviz in the time allowed: our own is plainer, and always quick
    return _finish(*layered(boxes, joints, rooms), rooms)


def _nested(trace: dict[str, Any]) -> dict[str, Any]:
    """With groups: always our own, which the front end has too."""
    boxes, joints, frames, more = nested(trace)
    rooms = {joint["edge"]: joint.pop("room") for joint in joints}
    found = _finish([*boxes, *frames], joints, rooms)
    return found | {"boxes": boxes, "frames": frames} | more


def available() -> str:
    """The best backend on this machine."""
    if importlib.util.find_spec("pygraphviz"):
        return "pygraphviz"
    return "dot" if shutil.which("dot") else "own"


def _graphviz(boxes: list[dict], joints: list[dict], rooms: Rooms, backend: str) -> tuple[list[dict], list[dict]]:
    source = _dot(boxes, joints, rooms if len(boxes) <= IN_PROCESS else {})  # labels take Graphviz ten times as long
    if backend == "dot":
        answer = _run([shutil.which("dot") or "dot", "-Tjson0"], source)
    elif len(boxes) > IN_PROCESS:
        answer = _run([sys.executable, str(CHILD)], source)
    else:
        from .graphviz_child import place

        answer = place(source)
    return _read(json.loads(answer), boxes, joints, rooms)


def _run(command: list[str], source: str) -> bytes:
    import subprocess

    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired as late:
        raise TimeoutError(f"no layout within {TIME_LIMIT:g} seconds") from late
    if done.returncode:
        raise RuntimeError(f"Graphviz failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _dot(boxes: list[dict], joints: list[dict], rooms: Rooms) -> str:
    """What Graphviz is asked: bare boxes in inches; the room beside an edge is an empty table of fixed size."""
    lines = [
        "digraph {",
        "graph [rankdir=TB ordering=out nodesep=0.35 ranksep=0.45];",
        'node [shape=box fixedsize=true label=""];',
        "edge [arrowhead=normal arrowsize=0.7];",
        *(f"{box['id']} [width={box['width'] / 72:.4f} height={box['height'] / 72:.4f}];" for box in boxes),
        *(f"{joint['from']} -> {joint['to']} {_room(rooms, joint)};" for joint in joints),
        "}",
    ]
    return "\n".join(lines)


def _room(rooms: Rooms, joint: dict) -> str:
    if joint["edge"] not in rooms:
        return ""
    return (
        f'[label=<<table fixedsize="true" width="{rooms[joint["edge"]]:.0f}" height="{LABEL_HEIGHT:.0f}" border="0" '
        'cellborder="0" cellspacing="0" cellpadding="0"><tr><td></td></tr></table>>]'
    )


def _read(answer: dict[str, Any], boxes: list[dict], joints: list[dict], rooms: Rooms) -> tuple[list[dict], list[dict]]:
    """Graphviz's answer (points, y upwards, centres) as ours (y downwards, corners)."""
    name = [int(each["name"]) for each in answer["objects"]]
    for each in answer["objects"]:
        box = boxes[int(each["name"])]
        x, y = _point(each["pos"])
        box["x"], box["y"] = x - box["width"] / 2, y - box["height"] / 2
    found: dict[tuple[int, int], list[dict]] = {}  # parallel edges keep the order in which they were given
    for each in sorted(answer.get("edges", ()), key=lambda edge: edge["_gvid"]):
        found.setdefault((name[each["tail"]], name[each["head"]]), []).append(each)
    for joint in joints:
        each = found[joint["from"], joint["to"]].pop(0)
        tip, *points = each["pos"].split()
        joint["points"] = [_point(point) for point in points]
        joint["tip"] = _point(tip.removeprefix("e,"))
        joint["label"] = _point(each["lp"]) if "lp" in each else _middle(joint["points"], rooms.get(joint["edge"], 0.0))
    return boxes, joints


def _point(text: str) -> list[float]:
    x, y = text.split(",")
    return [float(x), -float(y)]


def _middle(points: list[list[float]], room: float) -> list[float]:
    """The place for a label of this width beside the middle of a chain of Bézier curves."""
    start = 3 * ((len(points) - 1) // 6)
    p = points[start : start + 4]
    x, y = [(a + 3 * b + 3 * c + d) / 8 for a, b, c, d in zip(*p, strict=True)]
    return [x + room / 2, y]


def _finish(boxes: list[dict], joints: list[dict], rooms: Rooms) -> dict[str, Any]:
    """Move everything to a picture that begins at (0, 0), rounded so that equal input gives equal text."""
    xs = [x for box in boxes for x in (box["x"], box["x"] + box["width"])]
    ys = [y for box in boxes for y in (box["y"], box["y"] + box["height"])]
    for joint in joints:
        half = rooms.get(joint["edge"], 0.0) / 2
        xs += [*(x for x, _ in joint["points"]), joint["label"][0] - half, joint["label"][0] + half]
    left, top = min(xs) - MARGIN, min(ys) - MARGIN

    def move(point: list[float]) -> list[float]:
        return [round(point[0] - left, 1), round(point[1] - top, 1)]

    for box in boxes:
        box["x"], box["y"] = move([box["x"], box["y"]])
    for joint in joints:
        joint["points"] = [move(point) for point in joint["points"]]
        joint["tip"], joint["label"] = move(joint["tip"]), move(joint["label"])
        first, *rest = [f"{x:g},{y:g}" for x, y in joint["points"]]
        joint["path"] = f"M{first}C{' '.join(rest)}"
    return {
        "width": round(max(xs) - left + MARGIN, 1),
        "height": round(max(ys) - top + MARGIN, 1),
        "direction": "down",
        "boxes": boxes,
        "edges": joints,
    }
