"""One memory as a strip of cells, and which of them each view reads (lesson 11)."""

from __future__ import annotations

from itertools import product
from typing import Any

from ..names import argument_names
from ..values import describe, number, shape_text
from ..words import count, join, short
from .instrument import Instrument
from .scene import CHARACTER, PATTERNS, Scene, scene_of

MOST_CELLS, MOST_VIEWS = 64, len(PATTERNS)
CELL, ROW, TOP = 46.0, 34.0, 30.0


class StorageStrip(Instrument):
    """The strip; `value` is [which view, which of its elements], counted row by row."""

    kind = "storage_strip"
    question = "Which numbers in memory does each view read?"

    @property
    def alt(self) -> str:
        size, views = len(self.state["cells"]), self.state["views"]
        parts = [f"A memory of {count(size, 'cell')} as a strip, and below it a row for each view."]
        for view in views:
            if view["places"] is None:
                parts.append(f"{view['name']}, of shape {view['shape']}, is a copy: its numbers lie in another memory.")
                continue
            cells = _cells(view["places"])
            parts.append(
                f"{view['name']} has shape {view['shape']}, offset {view['offset']}, strides {view['strides']}: "
                f"it reads {cells}."
            )
        return " ".join([*parts, self.sentence])

    @property
    def sentence(self) -> str:
        """The address arithmetic of the element that `value` picks out."""
        which, at = self.value
        view = self.state["views"][which]
        if not view["places"]:
            return f"{view['name']} reads no cell of this memory."
        cell, index = view["places"][at], view["indices"][at]
        sums = " + ".join([str(view["offset"]), *(f"{i}·{s}" for i, s in zip(index, view["steps"], strict=True))])
        name = f"{view['name']}[{', '.join(map(str, index))}]" if index else view["name"]
        return f"{name} is at {sums} = {cell}, where {self.state['cells'][cell]} stands."

    def still(self) -> str:
        scene = scene_of(self.state["scene"])
        which, at = self.value
        places = self.state["views"][which]["places"]
        if places:
            x = self.state["left"] + places[at] * CELL
            scene.rectangle(x + 1, TOP + 1, CELL - 4, ROW - 4, "pick", rx=4)
            scene.rectangle(x + 1, TOP + (which + 1.4) * ROW + 1, CELL - 4, ROW - 6, "pick", rx=4)
        return scene.svg(self.alt)


def storage_strip(x: Any, *views: Any) -> StorageStrip:
    """Which numbers in memory does each view read?

    Parameters
    ----------
    x, *views : tensors; the strip is the memory of the first. Their names are those of the call's own text.

    Returns
    -------
    A widget that walks the elements of each view and shows where they stand: offset + i · stride + …
    ``.value`` is [which view, which element].

    Raises
    ------
    ValueError
        If the memory has more than 64 cells, or there are more than 6 tensors.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.arange(6.0).reshape(2, 3)
    >>> strip = storage_strip(x, x.T, x[:, 1])
    >>> strip.state["views"][1]["places"]
    [0, 3, 1, 4, 2, 5]
    >>> strip.value = [1, 4]  # the fifth element of x.T
    """
    from ... import backend
    from ...tensor import Tensor

    tensors = (x, *views)
    odd = next((each for each in tensors if not isinstance(each, Tensor)), None)
    if odd is not None:
        raise TypeError(f"storage_strip shows minigrad's tensors, not {type(odd).__module__}.{type(odd).__name__}")
    start, held = backend.storage(x.array)
    itemsize = x.array.itemsize
    size = held // itemsize
    if size > MOST_CELLS or not size:
        raise ValueError(f"this memory has {size:,} cells; a strip is drawn of 1 to {MOST_CELLS}")
    if len(tensors) > MOST_VIEWS:
        raise ValueError(f"a strip shows up to {MOST_VIEWS} tensors, not {len(tensors)}")
    records = [
        _view(name, tensor, start, held, itemsize)
        for name, tensor in zip(argument_names(len(tensors)), tensors, strict=True)
    ]
    whole = backend.as_strided(x.array, (size,), (itemsize,), start - backend.first_byte(x.array))
    cells = [number(v) for v in describe(whole)["values"]]
    left = max(CHARACTER * max(len("memory"), *(len(each["name"]) for each in records)) + 24, 90.0)
    scene = _draw(cells, records, left)
    state = {"cells": cells, "views": records, "left": left, "scene": scene.json()}
    return StorageStrip(state | {"cell": CELL, "row": ROW, "top": TOP}, [0, 0])


def _view(name: str, tensor: Any, start: int, held: int, itemsize: int) -> dict[str, Any]:
    from ... import backend

    shape, steps = tuple(tensor.shape), tuple(tensor.stride())
    indices: list[Any] = []
    places: list[int] | None = None
    is_alias = backend.storage(tensor.array) == (start, held) and tensor.array.itemsize == itemsize
    offset = (backend.first_byte(tensor.array) - start) // itemsize if is_alias else tensor.storage_offset()
    if is_alias:
        every = product(*map(range, shape))
        indices = [list(index) for index, _ in zip(every, range(MOST_CELLS), strict=False)]
        places = [offset + sum(i * s for i, s in zip(index, steps, strict=True)) for index in indices]
    return {
        "name": name,
        "shape": shape_text(shape),
        "strides": shape_text(steps),
        "steps": list(steps),
        "offset": offset,
        "indices": indices,
        "places": places,
    }


def _draw(cells: list[str], views: list[dict[str, Any]], left: float) -> Scene:
    width = left + len(cells) * CELL + 12
    scene = Scene(max(width, 420.0), TOP + (len(views) + 1.4) * ROW + 10)
    scene.words(left - 12, TOP + 21, "memory", "strong end")
    for i, value in enumerate(cells):
        x = left + i * CELL
        scene.words(x + CELL / 2 - 1, TOP - 8, str(i), "tick mid")
        scene.rectangle(x, TOP, CELL - 2, ROW - 2, "cell", rx=3, key=f"m:{i}")
        scene.words(x + CELL / 2 - 1, TOP + 21, short(value, 6), "mid")
    for k, view in enumerate(views):
        y = TOP + (k + 1.4) * ROW
        scene.words(left - 12, y + 19, view["name"], "strong end")
        if not view["places"]:
            scene.words(left + 4, y + 19, "reads no cell of this memory", "word")
            continue
        _draw_row(scene, k, view, left, y)
    return scene


def _draw_row(scene: Scene, k: int, view: dict[str, Any], left: float, y: float) -> None:
    indices: dict[int, list[str]] = {}
    for place, index in zip(view["places"], view["indices"], strict=True):
        indices.setdefault(place, []).append(",".join(map(str, index)))
    low, high = min(indices), max(indices)
    if high > low:
        scene.line(left + low * CELL, y + ROW / 2 - 2, left + (high + 1) * CELL - 2, y + ROW / 2 - 2, "thin dash")
    for place, names in indices.items():
        x = left + place * CELL
        scene.rectangle(x, y, CELL - 2, ROW - 4, f"cell f{k % 4}", rx=3, key=f"{k}:{place}")
        scene.rectangle(x + 2, y + ROW - 11, CELL - 6, 6, "hatched", pattern=k)
        label = names[0] if len(names) == 1 else f"{names[0]} ×{len(names)}"
        scene.words(x + CELL / 2 - 1, y + 16, short(label, 8) if label else "()", "mid small")


def _cells(places: list[int]) -> str:
    distinct = list(dict.fromkeys(places))
    if not distinct:
        return "no cell"
    shown = [str(place) for place in distinct[:12]] + (["others"] if len(distinct) > 12 else [])
    times = "" if len(distinct) == len(places) else ", some of them more than once"
    return f"{'cell' if len(distinct) == 1 else 'cells'} {join(shown)}{times}"
