"""One family of pictures: colours and strokes shared by SVG and PNG (the widget has the same in base.css).

Blue and orange are told apart by everybody; shape says the same again: operations are boxes, leaves are rounded, the
root has a double frame.
"""

from typing import Any

LIGHT = {
    "paper": "#ffffff",
    "ink": "#1f2328",
    "quiet": "#57606a",
    "line": "#6e7781",
    "op": "#eaf2fb",
    "op-line": "#2a6fb0",
    "leaf": "#fdf1e0",
    "leaf-line": "#a85d00",
}
DARK = {
    "paper": "#1b1f24",
    "ink": "#e8ecf0",
    "quiet": "#aab4bf",
    "line": "#8b96a3",
    "op": "#1f3247",
    "op-line": "#6cb0ee",
    "leaf": "#3d2e16",
    "leaf-line": "#f0a94a",
}
WRONG = ("#a8170f", "#ffb3a8")  # where an error ended a walk, light and dark: only in the pictures that need it
WARNED = (("#fff6d6", "#6b4e00"), ("#3a3008", "#f0cf5e"))  # the first nan or inf: ground and ink, light and dark
SECOND = (("#efe8fa", "#6b3fb0"), ("#2e2346", "#bb9cf2"))  # what a recorded backward pass made, light and dark
DASH_DOT = (7, 3, 2, 3)  # its outline
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
LABEL = 11.0  # the size of what is written in a tag
ARROW_HALF = 3.5  # half the width of an arrow head


def rim_of(node: dict[str, Any]) -> float:
    """How far outside its box the outline stands of what a recorded backward pass made."""
    return 7.0 if node["root"] else 3.5


def cross(box: dict[str, Any]) -> tuple[float, float, float]:
    """Where the cross of a box with an error is, and half its size; the word follows it."""
    return box["x"] + 18, box["y"] - 3, 4.0


def warning(box: dict[str, Any], word: str) -> tuple[float, float, float]:
    """Where the tag of a warning begins, on the upper rim at the right, its middle line, and how wide it is."""
    wide = 0.61 * LABEL * len(word) + 30
    return box["x"] + (box["width"] - wide if wide < box["width"] else (box["width"] - wide) / 2), box["y"] - 3, wide


def arrow_head(base: list[float], tip: list[float]) -> list[list[float]]:
    """The three corners of an arrow head."""
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    across = [-dy / length * ARROW_HALF, dx / length * ARROW_HALF]
    return [
        [round(base[0] + across[0], 1), round(base[1] + across[1], 1)],
        tip,
        [round(base[0] - across[0], 1), round(base[1] - across[1], 1)],
    ]
