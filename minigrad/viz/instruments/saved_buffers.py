"""When is each saved array let go? The arrays of a graph's nodes, and the memory they take, over a pass (lesson 08)."""

from __future__ import annotations

from typing import Any

from ...autograd import versions
from ..graph import read_graph, root_node
from ..memory import growth, size_text
from ..trace import record
from ..values import shape_text
from ..words import count, full_stop, node_words, short
from .instrument import Instrument, check_tensor
from .plain import placed
from .scene import CHARACTER, Scene, scene_of

LEFT, TOP, HEIGHT = 76.0, 26.0, 96.0  # the timeline's place in the picture
ROW = 18.0  # a line of the still picture's list
MOST = 30  # lines in it
COLUMNS = (14.0, 220.0, 268.0, 372.0, 462.0, 560.0)


class SavedBuffers(Instrument):
    """What the nodes saved, along a forward and a backward pass; `value` is ``{"step": k, "retain": False}``."""

    kind = "saved_buffers"

    @property
    def alt(self) -> str:
        state = self.state
        if not state["buffers"]:
            return f"{state['question']} {state['nothing']}"
        forwards = [step for step in state["steps"] if step["way"] == "forward"]
        peak, end = forwards[-1]["held"], state["steps"][-1]["held"]
        names = [f"{each['by']} saved {each['symbol']}, {each['shape']}" for each in state["buffers"][:6]]
        more = f" and {len(state['buffers']) - 6} more" if len(state["buffers"]) > 6 else ""
        arrays = count(len(state["buffers"]), "saved array")
        return (
            f"{state['question']} After the forward pass the graph holds {size_text(peak)} in {arrays}: "
            f"{'; '.join(names)}{more}. The backward pass lets go of each "
            f"when its node has run: at the end the graph holds {size_text(end)}."
        )

    def still(self) -> str:
        scene = scene_of(self.state["scene"])
        lines = self.state["buffers"][:MOST]
        top = scene.height + 10
        scene.height = top + ROW * (len(lines) + 1) + 12
        heads = ("saved by", "as", "shape", "memory", "version", "let go")
        last = max((len(self._when(each)) for each in lines), default=0)
        scene.width = max(scene.width, COLUMNS[-1] + CHARACTER * last + 14)
        for x, head in zip(COLUMNS, heads, strict=True):
            scene.words(x, top, head, "tick")
        for i, each in enumerate(lines, 1):
            fields = (short(each["by"], 26), each["symbol"], each["shape"], each["size"], str(each["version"]))
            for x, field in zip(COLUMNS, (*fields, self._when(each)), strict=True):
                scene.words(x, top + ROW * i, field)
        return scene.svg(self.alt)

    def _when(self, each: dict[str, Any]) -> str:
        if each["freed"] is None:
            return "not in this pass"
        return f"at step {each['freed']}" + (f", {each['fate']}" if each["fate"] else "")


def saved_buffers(x: Any, step: int | None = None, retain: bool = False) -> SavedBuffers:
    """When is each saved array let go?

    It works on a recording: nothing is freed.

    Parameters
    ----------
    x : a tensor that requires grad and has not been through `backward()` yet.
    step : where the view stands at first; by default at the end of the forward pass, where most is held.
    retain : whether the backward pass that is shown is one with ``retain_graph=True``.

    Returns
    -------
    A widget: a timeline of the memory that the graph holds, a slider along it, and every saved array with its shape,
    its size, its version and what becomes of it. What your own variables hold stays alive beside it.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.ones(3, requires_grad=True)
    >>> y = x.exp()
    >>> [(each["symbol"], each["shape"], each["size"]) for each in saved_buffers(y.sum()).state["buffers"]]
    [('z', '(3,)', '12 bytes')]
    """
    check_tensor(x)
    from ... import ones_like

    graph = read_graph(root_node(x))
    trace = record(x, ones_like(x))
    made = sorted(
        (i for i, node in enumerate(trace["nodes"]) if node["kind"] == "op"), key=lambda i: graph.nodes[i].seq
    )
    held = growth([graph.nodes[i] for i in made])
    steps: list[dict[str, Any]] = [
        {"way": "forward", "node": i, "held": size, "new": size - before, "sentence": _made(trace, i, size - before)}
        for i, size, before in zip(made, held, [0, *held], strict=False)
    ]
    ran = [event for event in trace["events"] if event["kind"] == "node" and event["node"] in made]
    before = held[-1] if held else 0
    for event in ran:
        freed, before = before - event["held"], event["held"]
        words = _ran(trace, event, freed)
        steps.append({"way": "backward", "node": event["node"], "held": before, "new": -freed, "sentence": words})
    at = {event["node"]: len(made) + k for k, event in enumerate(ran, 1)}
    buffers = [each for k, i in enumerate(made, 1) for each in _buffers(trace, graph.nodes[i], i, k, at.get(i), ran)]
    for each in steps:
        each["size"] = size_text(each["held"])
    error = next((event["error"]["sentence"] for event in trace["events"] if event["error"]), "")
    state = {
        "question": "When is each saved array let go?",
        "trace": placed({**trace, "events": []}, {}),
        "buffers": buffers,
        "steps": steps,
        "forward": len(made),
        "scene": _timeline(steps).json(),
        "place": [TOP, HEIGHT],
        "nothing": full_stop(error) if error else "No node saved an array: none of these rules needs one.",
    }
    return SavedBuffers(state, {"step": len(made) if step is None else step, "retain": retain})


def _buffers(
    trace: dict[str, Any], node: Any, i: int, made: int, at: int | None, ran: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What one node saved: a record for each array."""
    freed = {each["symbol"]: each for event in ran if event["node"] == i for each in event["freed"]}
    found = []
    for symbol, array in node.saved_arrays() if hasattr(node, "saved_arrays") else ():
        if not hasattr(array, "__setitem__"):
            continue
        writes = len(versions.writes_since(array, node.seq))
        shape, version = shape_text(array.shape), versions.version(array)
        found.append(
            {
                "node": i,
                "by": node_words(trace["nodes"][i]),
                "symbol": symbol,
                "shape": shape,
                "size": size_text(array.nbytes),
                "version": version - writes,
                "written": writes,
                "made": made,
                "freed": at,
                "fate": _fate(trace, freed.get(symbol)),
            }
        )
    return found


def _fate(trace: dict[str, Any], freed: dict[str, Any] | None) -> str:
    """What becomes of an array beside being let go; "" where it is freed."""
    if freed is None:
        return ""
    if freed["same_as"]:
        return f"the memory of {freed['same_as']}"
    if freed["kept_by"] is None:
        return ""
    keeper = trace["nodes"][freed["kept_by"]]
    return f"lives on as {node_words(keeper)}" if keeper["kind"] == "leaf" else f"{node_words(keeper)} has it too"


def _made(trace: dict[str, Any], i: int, new: int) -> str:
    what = f"it saves {size_text(new)} that the graph did not hold before" if new else "it saves nothing new"
    return f"Forward: {node_words(trace['nodes'][i])} is made; {what}."


def _ran(trace: dict[str, Any], event: dict[str, Any], freed: int) -> str:
    what = f"lets go of {size_text(freed)}" if freed else "frees no memory"
    return f"Backward: {node_words(trace['nodes'][event['node']])} has run and {what}."


def _timeline(steps: list[dict[str, Any]]) -> Scene:
    """The memory held after each step: a bar for each, forward and backward told apart by pattern and words."""
    width = min(max(620 / max(len(steps), 1), 5.0), 44.0)
    most = max((step["held"] for step in steps), default=0) or 1
    scene = Scene(max(LEFT + width * len(steps) + 20, 700.0), TOP + HEIGHT + 30)
    bottom = TOP + HEIGHT
    scene.words(LEFT - 8, TOP + 8, size_text(most), "tick end")
    scene.words(LEFT - 8, bottom, "0", "tick end")
    for k, step in enumerate(steps, 1):
        tall = HEIGHT * step["held"] / most
        css = "f0" if step["way"] == "forward" else "f2 dash"
        scene.rectangle(LEFT + width * (k - 1) + 1, TOP, width - 2, HEIGHT, "hit", key=f"b:{k}")
        scene.rectangle(LEFT + width * (k - 1) + 1, bottom - tall, width - 2, tall, css, key=f"b:{k}")
    scene.line(LEFT, bottom, LEFT + width * len(steps), bottom, "axis")
    forward = sum(step["way"] == "forward" for step in steps)
    scene.words(LEFT + width * forward / 2, bottom + 18, "forward", "tick mid")
    if len(steps) > forward:
        scene.words(LEFT + width * (forward + len(steps)) / 2, bottom + 18, "backward", "tick mid")
        scene.line(LEFT + width * forward, TOP - 3, LEFT + width * forward, bottom + 22, "thin")
    scene.words(LEFT, TOP - 10, "memory that the graph holds after each step", "tick")
    return scene
