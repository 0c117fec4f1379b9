"""Who saved a tensor's memory at which version, and who wrote to it when (lesson 10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...autograd.source import Place, place
from ..graph import read_graph
from ..names import argument_names, callers_names
from ..words import count, join, node_words, short
from .instrument import Instrument
from .scene import CHARACTER, Scene, scene_of

MOST = 24  # events
COLUMN, LANE, TOP = 64.0, 30.0, 30.0
Event = dict[str, Any]


class VersionTimeline(Instrument):
    """Saves and writes in the order in which they happened; `value` is the event that is looked at."""

    kind = "version_timeline"
    question = "Which saved values are stale?"

    @property
    def alt(self) -> str:
        state = self.state
        saves = [event for event in state["events"] if event["kind"] == "save"]
        writes = [event for event in state["events"] if event["kind"] == "write"]
        stale = [event["who"] for event in saves if event["stale"]]
        text = (
            f"A timeline of {state['name']}'s memory, now at version {state['version']}: it was saved "
            f"{count(len(saves), 'time')} and written {count(len(writes), 'time')}."
        )
        if stale:
            text += f" Stale, since written after they were saved: what {join(stale)} saved; backward will refuse."
        elif saves:
            text += " Nothing that was saved is stale."
        events = state["events"]
        return text + (f" Event {self.value + 1} of {len(events)}: {events[self.value]['sentence']}" if events else "")

    def still(self) -> str:
        scene = scene_of(self.state["scene"])
        if self.state["events"]:
            x = self.state["left"] + self.value * COLUMN
            scene.rectangle(x + 2, 4, COLUMN - 4, scene.height - 8, "pick dash", rx=6)
        return scene.svg(self.alt)


def version_timeline(x: Any, *results: Any) -> VersionTimeline:
    """Which saved values are stale?

    Parameters
    ----------
    x : a tensor; what is shown is its memory, which views of it share.
    *results : tensors whose graphs are searched for nodes that saved that memory; by default all tensors among the
        caller's variables.

    Returns
    -------
    A widget that walks the saves and writes; ``.value`` is the number of the event that is looked at.

    Examples
    --------
    >>> import minigrad
    >>> w = minigrad.tensor([2.0], requires_grad=True)
    >>> x = w * 1
    >>> y = x * x
    >>> _ = x.add_(1)
    >>> [(event["kind"], event["version"]) for event in version_timeline(x, y).state["events"]]
    [('save', 0), ('write', 1)]
    """
    from ...autograd import versions
    from ...tensor import Tensor

    if not isinstance(x, Tensor):
        raise TypeError(f"version_timeline shows minigrad's tensors, not {type(x).__module__}.{type(x).__name__}")
    name = argument_names(1 + len(results))[0]
    names = callers_names(x)
    roots = results or tuple(tensor for _, tensor in names.named)
    found = versions.history(x.array)
    writes = [] if found is None else list(found.recent)
    total = 0 if found is None else found.count
    events = [_write(write, total - len(writes) + i + 1) for i, write in enumerate(writes)]
    events += [_write(write, None) for write in versions.unseen_since(x.array, 0)]
    for node in _nodes(roots):
        saved = next((array for _, array in node.saved_arrays() if _same(array, x.array)), None)
        if saved is not None:
            later = versions.writes_since(saved, node.seq)
            version = versions.version(saved) - len(later) if len(later) < versions.KEPT else None
            events.append(_save(node, names, version, later))
    events.sort(key=lambda event: event["seq"])
    is_cut = len(events) > MOST or total > len(writes)
    events = events[-MOST:]
    for event in events:
        _say(event, name)
        del event["seq"]
    left = max(CHARACTER * max([len("version"), *(len(e["label"]) for e in events if e["kind"] == "save")]) + 24, 90.0)
    scene = _draw(events, left, total)
    state = {"name": name, "version": total, "is_cut": is_cut, "events": events, "scene": scene.json()}
    return VersionTimeline(state | {"left": left, "column": COLUMN}, max(len(events) - 1, 0))


def _nodes(roots: Iterable[Any]) -> list[Any]:
    """The nodes below all these tensors that may have saved something."""
    found: dict[Any, None] = {}
    for x in roots:
        if getattr(x, "grad_fn", None) is not None:
            found.update(dict.fromkeys(node for node in read_graph(x.grad_fn).nodes if hasattr(node, "saved_arrays")))
    return list(found)


def _same(one: Any, other: Any) -> bool:
    from ... import backend

    return backend.memory(one) is backend.memory(other)


def _write(write: Any, version: int | None) -> Event:
    where, call = write.code and place(write.code, write.at), f"{write.operation}()"
    source = _source(where)
    event = {"kind": "write", "seq": write.seq, "who": _writer(write), "version": version}
    return event | {"label": source if 0 < len(source) <= 8 else short(call, 8)} | _place(where)


def _writer(write: Any) -> str:
    """A write as its line has it, such as `h += 1`; where that is long or not known, what was called."""
    source = _source(write.code and place(write.code, write.at))
    return source if 0 < len(source) <= 40 else f"{write.operation}()"


def _source(where: Place | None) -> str:
    return " ".join(where.expression.split()) if where else ""


def _save(node: Any, names: Any, version: int | None, later: list[Any]) -> Event:
    where = node.where()
    expression = _source(where) or None
    record = {"kind": "op", "name": node.name(), "variable": names.of(node), "expression": expression}
    return {
        "kind": "save",
        "seq": node.seq,
        "who": node_words(record),
        "label": short(expression or node.name(), 22),
        "version": version,
        "stale": bool(later),
        "by": [_writer(write) for write in later],
    } | _place(where)


def _place(where: Place | None) -> Event:
    return {"place": str(where) if where else None, "line": where.text.strip() if where and where.text else None}


def _say(event: Event, name: str) -> None:
    """Put in the sentence of an event."""
    at = f" ({event['place']})" if event["place"] else ""
    if event["kind"] == "save":
        version = "an earlier version" if event["version"] is None else f"version {event['version']}"
        text = f"{event['who']}{at} saved the memory of {name} for backward, at {version}."
        if event["stale"]:
            writers = join(list(dict.fromkeys(event["by"])))
            text += f" It is stale: {writers} wrote later, so backward will refuse to use it."
        else:
            text += " It is still as it was saved."
    elif event["version"] is None:
        text = f"{event['who']}{at} wrote past the version counter: the version stays, so backward cannot notice."
    else:
        text = f"{event['who']}{at} wrote to the memory of {name}: its version becomes {event['version']}."
    event["sentence"] = text


def _draw(events: list[Event], left: float, total: int) -> Scene:
    saves = [(i, event) for i, event in enumerate(events) if event["kind"] == "save"]
    right = left + max(len(events), 1) * COLUMN
    scene = Scene(max(right + 74, 420.0), TOP + (len(saves) + 1) * LANE + 34)
    foot = TOP + (len(saves) + 1) * LANE
    scene.words(left - 12, TOP + 19, "version", "strong end")
    _bands(scene, events, left, right, total)
    for i, event in enumerate(events):
        middle = left + (i + 0.5) * COLUMN
        scene.words(middle, 20, str(i + 1), "tick mid")
        scene.rectangle(left + i * COLUMN, 4, COLUMN, foot - 4, "catch", key=str(i))
        if event["kind"] == "write":
            scene.line(middle, TOP + LANE - 2, middle, foot, "cut")
            scene.words(middle, foot + 18, event["label"], "mid small strong")
    scene.words(right + 6, 20, "now", "tick")
    for lane, (i, _) in enumerate(saves):
        _lane(scene, events, i, (left, right), TOP + (lane + 1.5) * LANE)
    if not events:
        scene.words(left, TOP + 19, f"version {total}: nobody saved it, nobody wrote to it")
    return scene


def _bands(scene: Scene, events: list[Event], left: float, right: float, total: int) -> None:
    """The row of versions: each from the write that made it to the next."""
    counted = [(i, e["version"]) for i, e in enumerate(events) if e["kind"] == "write" and e["version"] is not None]
    starts = [(left, total - len(counted)), *((left + (i + 0.5) * COLUMN, version) for i, version in counted)]
    ends = [*(at for at, _ in starts[1:]), right + 60]
    for (start, version), end in zip(starts, ends, strict=True):
        if events:
            scene.rectangle(start, TOP, end - start - 2, LANE - 6, f"cell f{version % 2 * 3}", rx=3)
            scene.words((start + end) / 2 - 1, TOP + 17, f"v{version}", "mid")


def _lane(scene: Scene, events: list[Event], i: int, sides: tuple[float, float], y: float) -> None:
    """What one node saved: a line from then to now, which ends as a broken one where a write has made it stale."""
    left, right = sides
    event, start, end = events[i], left + (i + 0.5) * COLUMN, right + 6
    scene.words(left - 12, y + 4, event["label"], "end")
    spoilt = [j for j in range(i + 1, len(events)) if events[j]["kind"] == "write" and events[j]["version"] is not None]
    if event["stale"] and spoilt:
        at = left + (spoilt[0] + 0.5) * COLUMN
        scene.line(start, y, at, y, "curve c0")
        scene.line(at, y, end, y, "curve c1")
        scene.path([(at - 6, y - 6), (at + 6, y + 6), None, (at - 6, y + 6), (at + 6, y - 6)], "cut")
    else:
        scene.line(start, y, end, y, "curve c0")
    scene.add("circle", "full", cx=start, cy=y, r=6)
    scene.words(end + 4, y + 4, "stale" if event["stale"] else "good", "strong" if event["stale"] else "word")
