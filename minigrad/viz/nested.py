"""The layout of a graph with groups, each open (a frame around what is in it) or closed (one box).

Every open group is laid out by itself, from the inside out, and is then one box of the layout around it. An edge that
crosses its frame goes through a point on the rim: from above it comes in through the top, downwards it leaves through
the bottom. `static/groups.js` does the same, number by number, when the reader opens and closes groups.
"""

from __future__ import annotations

from typing import Any

from .boxes import LABEL_SIZE, boxes_and_joints, frame_title, group_box, label_rooms, text_width
from .layered import layered

HEADER, INSET, BELOW = 26.0, 14.0, 26.0  # of an open group's frame; below, for the `.grad` of a leaf
SHOWN_AT_FIRST = 20  # boxes; groups are open at first, level by level, while no more than these are seen
Trace = dict[str, Any]
Item = tuple[str, Any]  # ("box", its id), ("group", its id) or, on a group's rim, ("top" or "bottom", key of an edge)


def nested(trace: Trace, opened: set[int] | None = None) -> tuple[list[dict], list[dict], list[dict], dict[str, Any]]:
    """Boxes, joints and frames with their places, and what a reader needs to lay it out anew ("pieces")."""
    boxes, joints = boxes_and_joints(trace)
    rooms = label_rooms(trace)
    for group in trace["groups"]:
        group["box"] = group_box(group)
    opened = open_at_first(trace, boxes) if opened is None else opened
    for joint in joints:
        joint["room"] = rooms.get(joint["edge"], 0.0)
    pieces = {"boxes": [dict(box) for box in boxes], "joints": [dict(joint) for joint in joints]}
    scene = _Scene(trace["groups"], boxes, joints, opened)
    return *scene.placed(), {"open": sorted(opened), "pieces": pieces}


def open_at_first(trace: Trace, boxes: list[dict[str, Any]]) -> set[int]:
    """The groups that are open when the picture is first shown: whole levels, as long as few boxes are seen."""
    groups = trace["groups"]
    opened: set[int] = set()
    while True:
        level = {group["id"] for group in groups if group["parent"] is None or group["parent"] in opened} - opened
        wider = opened | level
        seen = {_seen(groups, box, wider) for box in boxes}
        if not level or len(seen) > SHOWN_AT_FIRST:
            return opened
        opened = wider


def _chain(groups: list[dict[str, Any]], group: int | None) -> list[int]:
    """The groups around, from the outermost to this one."""
    chain = []
    while group is not None:
        chain.append(group)
        group = groups[group]["parent"]
    return chain[::-1]


def _seen(groups: list[dict[str, Any]], box: dict[str, Any], opened: set[int]) -> Item:
    """What stands for a box: itself, or the outermost closed group that it is in."""
    for group in _chain(groups, box["group"]):
        if group not in opened:
            return "group", group
    return "box", box["id"]


class _Scene:
    """One picture: which items stand in each open group (None: outside of all), and which edges run there."""

    def __init__(self, groups: list[dict], boxes: list[dict], joints: list[dict], opened: set[int]) -> None:
        self.groups, self.boxes, self.opened = groups, boxes, opened
        self.items: dict[int | None, dict[Item, None]] = {None: {}}
        self.around: dict[Item, int | None] = {}
        self.links: dict[int | None, list[tuple[int, Item, Item]]] = {None: []}
        seen = [_seen(groups, box, opened) for box in boxes]
        for item in seen:
            self._enter(item)
        self.joints = self._merged(joints, seen)
        for key, joint in enumerate(self.joints):
            self._route(key, *joint["ends"])

    def _enter(self, item: Item) -> None:
        """Put an item, and the open groups around it, into what they stand in."""
        while item not in self.around:
            kind, number = item
            group = self.groups[number]["parent"] if kind == "group" else self.boxes[number]["group"]
            self.around[item] = group
            self.items.setdefault(group, {})[item] = None
            self.links.setdefault(group, [])
            if group is None:
                return
            item = "group", group

    def _merged(self, joints: list[dict], seen: list[Item]) -> list[dict[str, Any]]:
        """The edges that are seen; those from or to a closed group are one, if they join the same two items."""
        found: dict[Any, dict[str, Any]] = {}
        for at, joint in enumerate(joints):
            ends = seen[joint["from"]], seen[joint["to"]]
            if ends[0] == ends[1]:
                continue
            key = ends if "group" in (ends[0][0], ends[1][0]) else at
            if key in found:
                found[key]["edges"].append(joint["edge"])
                many = f"{len(found[key]['edges'])} gradients"
                found[key]["room"] = max(found[key]["room"] and round(text_width(many, LABEL_SIZE) + 10, 1), 0.0)
            else:
                found[key] = {"edge": joint["edge"], "edges": [joint["edge"]], "room": joint["room"], "ends": ends}
        return list(found.values())

    def _route(self, key: int, upper: Item, lower: Item) -> None:
        """Cut an edge at the rims of the open groups that it leaves and enters."""
        above, below = (_chain(self.groups, self.around[item]) for item in (upper, lower))
        shared = 0
        while shared < min(len(above), len(below)) and above[shared] == below[shared]:
            shared += 1
        for group in reversed(above[shared:]):
            self.links[group].append((key, upper, ("bottom", key)))
            upper = "group", group
        inside = [*below[shared:]]
        for group in reversed(inside):
            self.links[group].append((key, ("top", key), lower))
            lower = "group", group
        self.links[above[shared - 1] if shared else None].append((key, upper, lower))

    def placed(self) -> tuple[list[dict], list[dict], list[dict]]:
        """All boxes, joints and frames of the picture."""
        whole = self._block(None)
        boxes: list[dict] = []
        frames: list[dict] = []
        parts: dict[int, list[dict]] = {key: [] for key in range(len(self.joints))}
        _emit(whole, 0.0, 0.0, boxes, frames, parts)
        number = {box.pop("item"): box["id"] for box in boxes}
        for key, joint in enumerate(self.joints):
            ordered = sorted(parts[key], key=lambda part: part["points"][0][1])
            joint["points"] = ordered[0]["points"] + [p for part in ordered[1:] for p in part["points"][1:]]
            joint["tip"] = ordered[-1]["tip"]
            joint["label"] = next(part["label"] for part in ordered if part["main"])
            upper, lower = joint.pop("ends")
            joint["from"], joint["to"] = number[upper], number[lower]
        return boxes, self.joints, frames

    def _block(self, group: int | None) -> dict[str, Any]:
        """One open group with all that is in it, at (0, 0)."""
        blocks = {
            item: self._block(item[1]) for item in self.items[group] if item[0] == "group" and item[1] in self.opened
        }
        links = self.links[group]
        rims = [end for _, *ends in links for end in ends if end[0] in ("top", "bottom")]
        items: list[Item] = [*self.items[group], *rims]
        local = {item: i for i, item in enumerate(items)}
        boxes = [{**self._size(item, blocks), "id": i, "item": item} for i, item in enumerate(items)]
        joints = []
        for key, upper, lower in links:
            joint: dict[str, Any] = {"edge": key, "from": local[upper], "to": local[lower]}
            joint["leave"] = blocks[upper]["ports"].get(("bottom", key)) if upper in blocks else None
            joint["enter"] = blocks[lower]["ports"].get(("top", key)) if lower in blocks else None
            joint["main"] = upper[0] not in ("top", "bottom") and lower[0] not in ("top", "bottom")
            joints.append(joint)
        rooms = {joint["edge"]: self.joints[joint["edge"]]["room"] for joint in joints if joint["main"]}
        layered(boxes, joints, {key: room for key, room in rooms.items() if room})
        return self._framed(group, boxes, joints, rooms, blocks)

    def _size(self, item: Item, blocks: dict[Item, dict[str, Any]]) -> dict[str, Any]:
        kind, number = item
        if kind in ("top", "bottom"):
            return {"width": 0.0, "height": 0.0, "rim": kind}
        if item in blocks:
            return {"width": blocks[item]["width"], "height": blocks[item]["height"]}
        return dict(self.groups[number]["box"] if kind == "group" else self.boxes[number])

    def _framed(
        self,
        group: int | None,
        boxes: list[dict],
        joints: list[dict],
        rooms: dict[int, float],
        blocks: dict[Item, dict],
    ) -> dict[str, Any]:
        """The block around what has been placed, and how far from its middle each edge crosses its rim."""
        xs = [x for box in boxes for x in (box["x"], box["x"] + box["width"])]
        ys = [y for box in boxes for y in (box["y"], box["y"] + box["height"])]
        for joint in joints:
            half = rooms.get(joint["edge"], 0.0) / 2
            xs += [*(x for x, _ in joint["points"])]
            if joint["main"]:
                xs += [joint["label"][0] - half, joint["label"][0] + half]
        name = 0.0 if group is None else text_width(frame_title(self.groups[group]), 12.0) + 40
        wide = max(max(xs) - min(xs), name)
        left = (min(xs) + max(xs) - wide) / 2 - INSET
        top = min(ys) - HEADER
        bottom = max(ys) + (0 if any(box.get("rim") == "bottom" for box in boxes) else BELOW)
        if any(box.get("rim") == "top" for box in boxes):
            top = min(ys)
        block = {"group": group, "width": wide + 2 * INSET, "height": bottom - top, "blocks": blocks}
        block |= {"boxes": boxes, "joints": joints, "left": left, "top": top}
        middle = left + block["width"] / 2
        block["ports"] = {box["item"]: box["x"] - middle for box in boxes if "rim" in box}
        return block


def _emit(block: dict, dx: float, dy: float, boxes: list[dict], frames: list[dict], parts: dict[int, list]) -> None:
    """Move a block to its place, with all that is in it."""
    if block["group"] is not None:
        size = {"width": block["width"], "height": block["height"]}
        frames.append({"group": block["group"], "x": dx, "y": dy, **size})
    dx, dy = dx - block["left"], dy - block["top"]
    for box in block["boxes"]:
        kind, number = box["item"]
        if box["item"] in block["blocks"]:
            _emit(block["blocks"][box["item"]], box["x"] + dx, box["y"] + dy, boxes, frames, parts)
        elif kind in ("box", "group"):
            placed = {"node": None, "alias": False} | box | {"x": box["x"] + dx, "y": box["y"] + dy, "id": len(boxes)}
            boxes.append(placed | ({"group": number} if kind == "group" else {}))
    for joint in block["joints"]:
        points = [[x + dx, y + dy] for x, y in joint["points"]]
        tip, label = [joint["tip"][0] + dx, joint["tip"][1] + dy], [joint["label"][0] + dx, joint["label"][1] + dy]
        parts[joint["edge"]].append({"points": points, "tip": tip, "label": label, "main": joint["main"]})
