"""The boxes of a picture: what is written in each, how large it is, which edge joins which two.

Sizes are ours, counted in characters, so that a picture is the same on every machine whatever fonts it has.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Any

from .values import shape_text
from .words import count, is_write, marks, rule_words, short

NAME_SIZE, SOURCE_SIZE = 13.0, 11.5  # font sizes of a box's two lines
CHARACTER = 0.61  # width of a character of a monospaced font, as a part of its size
PADDING, HEIGHT, NARROWEST = 13.0, 46.0, 64.0
LABEL_SIZE, LABEL_HEIGHT = 11.0, 17.0  # a gradient written beside an edge
NOT_YET = "not yet"
LONGEST = 30  # characters of a line in a box
LONGEST_RULE = 14  # characters of an expression in it whose rule made the node
LONGEST_LABEL = 18  # characters of a gradient beside an edge
SAME_PLACE = 6  # more nodes of one expression: it is the call of a whole model, and tells nothing of one node
LONGEST_ACCOUNT = 24  # characters of what the stepper writes below a leaf


def boxes_and_joints(trace: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Boxes without a place yet, and joints `{"edge", "from", "to"}` between them.

    A leaf that several edges lead to gets a box for each (aliases), or its edges would cross the whole picture.
    """
    boxes: list[dict[str, Any]] = []
    joints: list[dict[str, Any]] = []
    box_of: dict[int, int] = {}

    accounts = {
        event["node"]: short(f".grad {event['grad']['after']['text']}", LONGEST_ACCOUNT)
        for event in trace["events"]
        if event.get("grad")
    }

    groups = trace.get("groups", ())
    at = Counter((node["place"], node["expression"]) for node in trace["nodes"] if groups)

    def add(node: dict[str, Any], group: int | None) -> int:
        path = "" if group is None else groups[group]["path"]
        if groups and at[node["place"], node["expression"]] > SAME_PLACE:
            inner = (node.get("path") or "").removeprefix(path).lstrip(".")
            shown = node["variable"] or inner or None
            node = {**node, "expression": None, "variable": shown if node["kind"] == "op" else node["variable"]}
            node["twin"] = None if node.get("path") else node.get("twin")
        lines = _lines(node, path)
        width = max(text_width(line["text"], _size(line)) for line in lines) + 2 * PADDING
        width = max(width, text_width(accounts.get(node["id"], ""), LABEL_SIZE))
        box = {
            "id": len(boxes),
            "node": node["id"],
            "alias": node["id"] in box_of,
            "width": max(round(width, 1), NARROWEST),
            "height": HEIGHT,
            "lines": lines,
        }
        if groups:
            box["group"] = group
        boxes.append(box)
        box_of.setdefault(node["id"], box["id"])
        return box["id"]

    nodes = trace["nodes"]
    for node in nodes:
        if node["kind"] == "op" or node["root"]:
            add(node, node.get("group"))
    for edge in trace["edges"]:
        target = nodes[edge["target"]]
        at_use = nodes[edge["source"]] if target.get("parameter") else target  # a parameter stands where it is used
        to = add(target, at_use.get("group")) if target["kind"] == "leaf" else box_of[edge["target"]]
        joints.append({"edge": edge["id"], "from": box_of[edge["source"]], "to": to})
    return boxes, joints


def label_rooms(trace: dict[str, Any], longest_label: int = LONGEST_LABEL) -> dict[int, float]:
    """The width that the gradient's text, or "not yet", needs beside each edge; empty for a trace without events."""
    texts = edge_gradients(trace, longest_label)
    if not trace["events"]:
        return {}
    longest = {edge["id"]: max(texts.get(edge["id"], ""), NOT_YET, key=len) for edge in trace["edges"]}
    return {edge: round(text_width(text, LABEL_SIZE) + 10, 1) for edge, text in longest.items()}


def edge_gradients(trace: dict[str, Any], longest_label: int = LONGEST_LABEL) -> dict[int, str]:
    """The text of the gradient on each edge, cut to its room, as the events leave it."""
    return {
        out["edge"]: short(out["value"]["text"], longest_label)
        for event in trace["events"]
        for out in event["outgoing"]
        if out["edge"] is not None and out["value"] is not None
    }


def layout_gradients(trace: dict[str, Any]) -> list[str]:
    """What stands beside each edge of the layout: its gradient, or how many gradients flow between two groups."""
    texts = edge_gradients(trace)
    found = []
    for edge in trace["layout"]["edges"]:
        many = [each for each in edge.get("edges", [edge["edge"]]) if each in texts]
        found.append(texts[many[0]] if len(many) == 1 else count(len(many), "gradient") if many else "")
    return found


def marked_boxes(trace: dict[str, Any]) -> list[dict[str, Any]]:
    """The boxes of the layout with a mark, or with a node in them that has one; each with its "kind" and its "mark"."""
    words = marks(trace)
    found = []
    for box in trace["layout"]["boxes"] if words else ():
        inside = [box["node"]] if box["node"] is not None else trace["groups"][box["group"]]["nodes"]
        here = sorted(words[node] for node in inside if node in words)  # "error" before "first nan"
        kind = "closed" if box["node"] is None else trace["nodes"][box["node"]]["kind"]
        found += [box | {"kind": kind, "mark": word} for word in here[:1]]
    return found


def text_width(text: str, size: float) -> float:
    """Width of a text in a monospaced font; East Asian characters take two places."""
    places = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return places * CHARACTER * size


def group_box(group: dict[str, Any]) -> dict[str, Any]:
    """The box of a closed group, without a place yet."""
    inside = count(len(group["nodes"]), "node")
    lines = [{"text": short(frame_title(group), LONGEST), "role": "name"}, {"text": inside, "role": "source"}]
    progress = f"{len(group['nodes'])} of {count(len(group['nodes']), 'node')} done"  # what the stepper writes instead
    width = max(*(text_width(line["text"], _size(line)) for line in lines), text_width(progress, SOURCE_SIZE))
    return {"width": round(width + 2 * PADDING + 16, 1), "height": HEIGHT, "lines": lines}


def group_name(group: dict[str, Any]) -> str:
    """A group's name from its parent, with the number of the call where there are several."""
    return group["name"] + (f" (call {group['call']})" if group["call"] else "")


def frame_title(group: dict[str, Any]) -> str:
    """What stands in the corner of an open group."""
    return group_name(group) + (f" · {group['kind']}" if group["kind"] else "")


def _lines(node: dict[str, Any], path: str = "") -> list[dict[str, str]]:
    """What a node's box says; a parameter's name is cut by the path of the group that it stands in."""
    variable, expression = node["variable"], node["expression"]
    if node["kind"] == "leaf":
        name = variable or "leaf"
        if path and variable and variable.startswith(path + ".") and variable == node.get("parameter"):
            name = variable[len(path) + 1 :]
        source = f"{'leaf ' if variable else ''}{shape_text(node['shape'])}"
    else:
        name = node["name"]
        named = variable and not is_write(expression or "")
        source = f"{variable} = {expression}" if named and expression else expression or variable or ""
        if "layer" in node:  # all that one pass made has the same expression
            rule = rule_words(node, LONGEST_RULE)
            layer = None if rule and node["layer"] == 2 else f"layer {node['layer']}"
            source = ", ".join(filter(None, [variable, layer, rule]))
        twin = node.get("twin")
        if twin and not variable:
            source = f"{short(source, max(LONGEST - len(twin) - 2, 8))}, {twin}" if source else twin
    lines = [{"text": short(name, LONGEST), "role": "name"}, {"text": short(source, LONGEST), "role": "source"}]
    return [line for line in lines if line["text"]]


def _size(line: dict[str, str]) -> float:
    return NAME_SIZE if line["role"] == "name" else SOURCE_SIZE
