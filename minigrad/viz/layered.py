"""A small layered layout of our own, for machines without Graphviz (Sugiyama's method in its plainest form).

Boxes stand in layers below all that hand them gradients; a long edge passes the layers between through points of its
own; each layer is ordered by where its neighbours stand, a few times down and up; then boxes are set side by side.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from .boxes import LABEL_HEIGHT

GAP, LAYER_GAP, ARROW, PORT = 26.0, 34.0, 7.0, 22.0
SWEEPS = 4

Boxes = list[dict[str, Any]]


def layered(boxes: Boxes, joints: Boxes, rooms: dict[int, float]) -> tuple[Boxes, Boxes]:
    """Give boxes their places (`x`, `y`) and joints their curves (`points`, `tip`, `label`).

    A box may be a point on the rim of a group (`nested.py`): its "rim" is "top" or "bottom". A joint may leave or enter
    its box at a given distance from the middle, "leave" or "enter".
    """
    layer = _layers(boxes, joints)
    chains = _chains(joints, layer, len(boxes))
    width = {box["id"]: box["width"] for box in boxes}
    room = max(rooms.values(), default=0.0)
    x = _columns(chains, layer, width, room)
    heights = [0.0] * (1 + max(layer.values()))
    for box in boxes:
        heights[layer[box["id"]]] = max(heights[layer[box["id"]]], box["height"])
    bands = _bands(heights, LAYER_GAP + (LABEL_HEIGHT + 10 if room else 0))
    for box in boxes:
        box["x"], box["y"] = x[box["id"]] - box["width"] / 2, bands[layer[box["id"]]][0]
    leaves, enters = _ports(joints, chains, x)
    for joint, chain, begin, end in zip(joints, chains, leaves, enters, strict=True):
        _curve(joint, chain, x[joint["from"]] + begin, x[joint["to"]] + end, boxes, x, [bands[layer[i]] for i in chain])
    _labels(joints, rooms)
    return boxes, joints


def _bands(heights: list[float], gap: float) -> list[tuple[float, float]]:
    """Top and bottom of each layer; one of mere points (a group's rim) needs no gap of its own."""
    bands, top = [], 0.0
    for height in heights:
        bands.append((top, top + height))
        top += height + gap
    return bands


def _layers(boxes: Boxes, joints: Boxes) -> dict[int, int]:
    """The longest way from the root to each box (counted in edges), without recursion."""
    targets: dict[int, list[int]] = {box["id"]: [] for box in boxes}
    lacking = dict.fromkeys(targets, 0)
    for joint in joints:
        targets[joint["from"]].append(joint["to"])
        lacking[joint["to"]] += 1
    layer = dict.fromkeys(targets, 0)
    ready = [i for i, n in lacking.items() if not n]
    placed: set[int] = set()
    waiting = iter(targets)
    while len(placed) < len(targets):
        if not ready:  # groups may lead to each other in a circle: cut it at the first
            ready.append(next(i for i in waiting if i not in placed))
        i = ready.pop()
        if i in placed:
            continue
        placed.add(i)
        for target in targets[i]:
            lacking[target] -= 1
            if target not in placed:
                layer[target] = max(layer[target], layer[i] + 1)
                if not lacking[target]:
                    ready.append(target)
    bottom = [box["id"] for box in boxes if box.get("rim") == "bottom"]
    if bottom:
        last = 1 + max(layer[box["id"]] for box in boxes if box.get("rim") != "bottom")
        layer.update(dict.fromkeys(bottom, last))
    return layer


def _chains(joints: Boxes, layer: dict[int, int], next_id: int) -> list[list[int]]:
    """Each edge as a chain of points, one a layer; new points (ids after the boxes') are entered in `layer`."""
    chains = []
    for joint in joints:
        chain = [joint["from"]]
        for between in range(layer[joint["from"]] + 1, layer[joint["to"]]):
            layer[next_id] = between
            chain.append(next_id)
            next_id += 1
        chains.append([*chain, joint["to"]])
    return chains


def _columns(chains: list[list[int]], layer: dict[int, int], width: dict[int, float], room: float) -> dict[int, float]:
    """The x of every box and point."""
    rows: list[list[int]] = [[] for _ in range(max(layer.values()) + 1)]
    for i, number in layer.items():
        rows[number].append(i)
    above: dict[int, list[int]] = {i: [] for i in layer}
    below: dict[int, list[int]] = {i: [] for i in layer}
    for chain in chains:
        for upper, lower in pairwise(chain):
            below[upper].append(lower)
            above[lower].append(upper)
    x: dict[int, float] = {}
    for row in rows:
        _pack(row, {i: float(n) for n, i in enumerate(row)}, width, room, x)
    for sweep in range(2 * SWEEPS):
        order, neighbours = (rows, above) if sweep % 2 == 0 else (rows[::-1], below)
        for row in order:
            wish = {i: sum(x[n] for n in neighbours[i]) / len(neighbours[i]) if neighbours[i] else x[i] for i in row}
            row.sort(key=lambda i: wish[i])
            _pack(row, wish, width, room, x)
    return x


def _pack(row: list[int], wish: dict[int, float], width: dict[int, float], room: float, x: dict[int, float]) -> None:
    """Set a layer's boxes side by side without overlap, close to where they wish to be."""
    edge = -float("inf")
    for i in row:
        half = max(width.get(i, 0.0), room) / 2
        x[i] = max(wish[i], edge + half)
        edge = x[i] + half + GAP
    drift = sum(x[i] - wish[i] for i in row) / len(row)  # all were pushed to the right: move the layer back
    for i in row:
        x[i] -= drift


def _ports(joints: Boxes, chains: list[list[int]], x: dict[int, float]) -> tuple[list[float], list[float]]:
    """How far from a box's middle each edge leaves and enters it: side by side, in the order of where they lead."""
    offsets = []
    for end, neighbour, given in (("from", 1, "leave"), ("to", -2, "enter")):
        at_box: dict[int, list[int]] = {}
        for i, joint in enumerate(joints):
            at_box.setdefault(joint[end], []).append(i)
        offset = [0.0] * len(joints)
        for edges in at_box.values():
            edges.sort(key=lambda i: x[chains[i][neighbour]])
            apart = min(PORT, 2 * PORT / len(edges))
            for place, i in enumerate(edges):
                fixed = joints[i].get(given)
                offset[i] = (place - (len(edges) - 1) / 2) * apart if fixed is None else fixed
        offsets.append(offset)
    return offsets[0], offsets[1]


def _curve(
    joint: dict[str, Any],
    chain: list[int],
    begin: float,
    end: float,
    boxes: Boxes,
    x: dict[int, float],
    bands: list[tuple[float, float]],
) -> None:
    """A smooth curve through a chain: from a box's lower side, straight past layers between, to the arrow's base."""
    upper, lower = boxes[joint["from"]], boxes[joint["to"]]
    tip = [end, lower["y"]]
    stops = [[begin, upper["y"] + upper["height"]]]
    if bands[0][1] > stops[0][1]:  # straight down beside the taller ones of its layer
        stops.append([begin, bands[0][1]])
    for i, (top, bottom) in zip(chain[1:-1], bands[1:-1], strict=True):
        stops += [[x[i], top], [x[i], bottom]]
    stops.append([tip[0], tip[1] - (0 if lower.get("rim") else ARROW)])
    points = [stops[0]]
    for here, there in pairwise(stops):
        half = (there[1] - here[1]) / 2
        points += [[here[0], here[1] + half], [there[0], there[1] - half], there]
    joint["points"], joint["tip"] = points, tip


def _labels(joints: Boxes, rooms: dict[int, float]) -> None:
    """Beside the first stretch of each curve; the labels of parallel edges one below the other."""
    parallel: dict[tuple[int, int], Boxes] = {}
    for joint in joints:
        parallel.setdefault((joint["from"], joint["to"]), []).append(joint)
    for group in parallel.values():
        for place, joint in enumerate(group):
            t = 0.6 if len(group) == 1 else (place + 1) / (len(group) + 1)
            weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            x, y = (sum(w * p[axis] for w, p in zip(weights, joint["points"], strict=False)) for axis in (0, 1))
            joint["label"] = [x + rooms.get(joint["edge"], 0.0) / 2 + 2, y]
