"""Two walks side by side, linked by step: with and without `detach`, before and after a fix."""

from __future__ import annotations

from typing import Any

from ..picture import drawn
from ..svg import svg
from ..trace import add_mathml
from .instrument import Instrument
from .still import drawing, words

GAP, HEADING = 24.0, 34.0


class SideBySide(Instrument):
    """Two steppers with one bar.

    Attributes
    ----------
    value : the step that both show; the shorter walk stays at its end. It can be set and observed.
    """

    kind = "pair"

    @property
    def alt(self) -> str:
        """Both pictures in words."""
        parts = [f"{each['caption']}: {each['trace']['alt']}" for each in self.state["walks"]]
        return " ".join(["Two graphs side by side.", *parts, self.state["difference"]])

    def still(self) -> str:
        """Both pictures, each below its caption."""
        left, right = (each["trace"]["layout"] for each in self.state["walks"])
        pieces, x = [], 0.0
        for each in self.state["walks"]:
            layout = each["trace"]["layout"]
            pieces.append(words((x + layout["width"] / 2, 22), each["caption"], "name"))
            picture = svg(each["trace"]).replace("<svg ", f'<svg x="{x:g}" y="{HEADING:g}" ', 1)
            pieces.append(picture)
            x += layout["width"] + GAP
        size = (x - GAP, HEADING + max(left["height"], right["height"]))
        return drawing(size, self.alt, pieces)

    def __repr__(self) -> str:
        titles = " | ".join(f"{each['caption']}, {len(each['trace']['events'])} steps" for each in self.state["walks"])
        return f"<Side by side: {titles}>"


def side_by_side(first: Any, second: Any, captions: tuple[str, str] | None = None) -> SideBySide:
    """Show two walks beside each other, with one bar for both.

    Parameters
    ----------
    first, second : what `step` returned.
    captions : what to call them, such as ``("with detach", "without")``. By default their titles.

    Returns
    -------
    SideBySide
        a widget in a notebook, the two pictures with their words elsewhere; `save(path)` writes a page or a picture.

    Raises
    ------
    TypeError
        If one of the two is no walk.
    ValueError
        If there are not two captions.

    Examples
    --------
    >>> import contextlib, io, minigrad
    >>> from minigrad.viz import step
    >>> x = minigrad.tensor(3.0, requires_grad=True)
    >>> with contextlib.redirect_stdout(io.StringIO()):
    ...     walks = step(x * x), step(x * x.detach())
    >>> side_by_side(*walks, captions=("x * x", "x * x.detach()"))
    <Side by side: x * x, 2 steps | x * x.detach(), 2 steps>
    """
    for walk in (first, second):
        if not isinstance(getattr(walk, "trace", None), dict) or not walk.trace.get("events"):
            raise TypeError(f"side_by_side takes two walks, as `step` returns them, not {type(walk).__name__}")
    names = [first.trace["title"], second.trace["title"]] if captions is None else [str(each) for each in captions]
    if len(names) != 2:
        raise ValueError(f"two walks need two captions, not {len(names)}")
    if names[0] == names[1]:
        names = [f"{names[0]} (left)", f"{names[1]} (right)"]
    traces = [{key: value for key, value in walk.trace.items() if key != "questions"} for walk in (first, second)]
    state = {
        "question": " | ".join(names),
        "walks": [
            {"caption": caption, "trace": add_mathml(drawn(trace))}
            for caption, trace in zip(names, traces, strict=True)
        ],
        "difference": _difference(*traces),
    }
    return SideBySide(state, 0)


def _difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Where the two begin to differ, in a sentence."""
    steps = [[_essence(trace, event) for event in trace["events"]] for trace in (one, other)]
    both = min(map(len, steps))
    apart = next((at for at in range(both) if steps[0][at] != steps[1][at]), both)
    if apart < both:
        return f"They differ from step {apart + 1} on."
    if len(steps[0]) != len(steps[1]):
        longer = "right" if len(steps[1]) > both else "left"
        return f"Up to step {both} both do the same; then the {longer} one goes on."
    return "Both do the same at every step."


def _essence(trace: dict[str, Any], event: dict[str, Any]) -> tuple[Any, ...]:
    """What a step does, as far as its name and its gradients go."""
    sent = tuple(out["value"] and out["value"]["text"] for out in event["outgoing"])
    grad = event["grad"] and event["grad"]["after"]["text"]
    return trace["nodes"][event["node"]]["name"], event["kind"], sent, grad
