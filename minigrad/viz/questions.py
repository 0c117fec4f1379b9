"""Prediction: what a learner is asked before each step, what is right, and what a known mistake looks like.

All of it follows from the trace, so that a front end compares numbers and does no mathematics of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from .values import SPELLED_OUT
from .words import alt_text, count, full_stop, node_words

Record = dict[str, Any]
Hint = tuple[list[float], str, str | None]  # numbers, what to say of them, the row of docs/misconceptions.md
KINDS = ("next", "shape", "value")


def as_kinds(predict: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """What is to be predicted, in the order in which it is asked: the node comes before what it sends."""
    wanted = () if predict is None else (predict,) if isinstance(predict, str) else tuple(predict)
    for kind in wanted:
        if kind not in KINDS:
            raise ValueError(f"predict is any of {', '.join(map(repr, KINDS))}, or a list of these, not {kind!r}")
    return tuple(kind for kind in KINDS if kind in wanted)


def ask(trace: Record, kinds: tuple[str, ...]) -> Record:
    """Put `questions` into a trace: for each event a list of QUESTION (docs/stepper.md), empty where all is plain."""
    trace["questions"] = [_questions(trace, event, kinds) for event in trace["events"]]
    trace["alt"] = alt_text(trace | {"events": []})  # which tells no result
    return trace


def open_steps(trace: Record, answers: list[Record]) -> int:
    """Up to which step the walk is open: the first unanswered question locks the next."""
    settled = {(a["step"], a["kind"], a["input"]) for a in answers if a["right"] or a["shown"]}
    for at, questions in enumerate(trace["questions"]):
        if any((at + 1, question["kind"], question["input"]) not in settled for question in questions):
            return at
    return len(trace["events"])


def _questions(trace: Record, event: Record, kinds: tuple[str, ...]) -> list[Record]:
    if event["kind"] == "error":
        return []
    questions = [_next(trace, event)] if "next" in kinds and event["kind"] == "node" else []
    for out in event["outgoing"]:
        if out["value"] is not None and out["value"]["values"]:
            questions += [_shape(trace, event, out)] if "shape" in kinds else []
            questions += [_value(trace, event, out)] if "value" in kinds else []
    grad = event["grad"]
    if "value" in kinds and grad is not None and grad["after"]["values"]:
        several = any(len(each["terms"]) > 1 for each in event["incoming"])
        if several or grad["before"] is not None:  # else it is what arrives: nothing to work out
            questions.append(_grad(trace, event))
    return questions


def _question(kind: str, slot: int | None, ask: str, right: Any, said: str, otherwise: str) -> Record:
    return {"kind": kind, "input": slot, "ask": ask, "right": right, "said": said, "otherwise": otherwise, "hints": []}


def _next(trace: Record, event: Record) -> Record:
    """Which node runs next; a hint for each node that is ready or waiting, and one for each other state."""
    nodes, why = trace["nodes"], event["why"]
    node = nodes[event["node"]]
    question = _question(
        "next", None, "Which node runs next? Click it.", node["id"], f"{node_words(node)} is next.", ""
    )
    late = "No gradient has reached that node yet."
    if why["rule"] == "root":
        late = "Gradients start at the result and go down to the leaves. The walk begins at the double frame."
    first = "a leaf takes its gradient at once" if node["kind"] == "leaf" else "the one that was made last goes first"
    hints = [_hint(i, f"That node is ready too. Of several, {first}.", None) for i in why["ready"] if i != node["id"]]
    for each in why["waiting"]:
        lacks = count(each["missing"], "more gradient")
        hints.append(_hint(each["node"], f"That node still waits for {lacks}. It may not run before.", "M08"))
    question["hints"] = [*hints, _hint("done", "That node has run already.", None), _hint("later", late, "M08")]
    return question


def _shape(trace: Record, event: Record, out: Record) -> Record:
    shape = out["value"]["shape"]
    question = _question(
        "shape",
        out["input"],
        f"{_runs(trace, event)} Which shape does the gradient have that it sends to {_target(trace, out)}?",
        shape,
        f"The shape is {tuple(shape)}.",
        "A gradient has the shape of what it is the gradient of: one number for each entry.",
    )
    if out["raw"] is not None:
        text = "So much the rule gives. This input was stretched, so its gradient is summed to the input's own shape."
        question["hints"].append(_hint(out["raw"]["shape"], text, None))
    wrong = [(each["value"]["shape"], "That is the shape of what arrives.") for each in _arrivals(event)]
    wrong += [
        (shape[::-1], "The dimensions are right, their order is not."),
        ([size for size in shape if size != 1], "A dimension of size 1 is a dimension."),
        ([math.prod(shape)], "That many numbers there are, but in which dimensions?"),
    ]
    known = [shape, *(hint["when"] for hint in question["hints"])]
    for other, text in wrong:
        if other not in known:
            known.append(other)
            question["hints"].append(_hint(other, text, None))
    return question


def _value(trace: Record, event: Record, out: Record) -> Record:
    right, which = _asked(out["value"])
    question = _question(
        "value",
        out["input"],
        f"{_runs(trace, event)} What does it send to {_target(trace, out)}?{which}",
        right,
        full_stop(f"It sends {out['value']['text']}"),
        "Multiply what arrives by the node's own slope for that input.",
    )
    question["hints"] = _told_apart(out["value"], _mistakes_of_a_node(trace, event, out))
    return question


def _grad(trace: Record, event: Record) -> Record:
    grad, leaf = event["grad"], trace["nodes"][event["node"]]
    right, which = _asked(grad["after"])
    name = f"{leaf['variable']}.grad" if leaf["variable"] else "the leaf's .grad"
    question = _question(
        "value",
        None,
        f"{_runs(trace, event)} What does {name} hold afterwards?{which}",
        right,
        full_stop(f"{name} is {grad['after']['text']}"),
        "Add up all that arrives, and add it to what was there.",
    )
    question["hints"] = _told_apart(grad["after"], _mistakes_of_a_leaf(event))
    return question


def _mistakes_of_a_node(trace: Record, event: Record, out: Record) -> Iterator[Hint]:
    """What people send instead, the likeliest first."""
    right = _numbers(out["value"])
    yield [-x for x in right], "The size is right. Look at the sign once more.", None
    if out["raw"] is not None:
        text = "This input was stretched, so it had a part in several results. What comes back from them is added up."
        yield _numbers(out["raw"]), text, None
        shares = math.prod(out["raw"]["shape"]) / max(math.prod(out["value"]["shape"]), 1)
        yield [x / shares for x in right], "Where a broadcast is undone, gradients are summed, not averaged.", None
    yield from _mistakes_of_a_slope(right, event)
    for other in event["outgoing"]:
        if other["value"] is not None and other is not out:
            yield _numbers(other["value"]), f"That is what goes to {_target(trace, other)}.", None


def _mistakes_of_a_slope(right: list[float], event: Record) -> Iterator[Hint]:
    """For rules that work number by number: one term only, the product of the terms, the bare slope, no slope."""
    arrivals = _arrivals(event)
    if len(arrivals) != 1:
        return
    g, terms = _numbers(arrivals[0]["value"]), [_numbers(term["value"]) for term in arrivals[0]["terms"]]
    if len(g) != len(right) or not all(map(math.isfinite, g)) or 0.0 in g:
        return
    slope = [x / a for x, a in zip(right, g, strict=True)]
    if len(terms) > 1:
        text = f"So it would be if one gradient arrived alone. {len(terms)} arrive here: first they are added."
        for term in terms:
            yield [s * t for s, t in zip(slope, term, strict=True)], text, "M07"
        product = [math.prod(each) for each in zip(*terms, strict=True)]
        text = "Slopes multiply along one path. Where paths meet, gradients are added."
        yield [s * p for s, p in zip(slope, product, strict=True)], text, "M07"
    yield slope, "That is the node's own slope. What it sends is the slope times what arrives.", "M34"
    yield g, "That is what arrives. The node multiplies it by its own slope.", None


def _mistakes_of_a_leaf(event: Record) -> Iterator[Hint]:
    grad = event["grad"]
    if grad["before"] is not None:
        yield _numbers(grad["added"]), "So much is added. What .grad held before stays in it: += and not =.", "M11"
    for each in _arrivals(event):
        for term in each["terms"]:
            yield _numbers(term["value"]), "That is one of the gradients that arrive. All of them are added.", "M07"


def _told_apart(value: Record, mistakes: Iterator[Hint]) -> list[Record]:
    """The mistakes as hints, without those that look like the right answer or like an earlier one."""
    asked = len(_asked(value)[0])
    known, hints = [_numbers(value)[:asked]], []
    for numbers, text, pitfall in mistakes:
        when = numbers[:1] if _is_long(value) else numbers
        if when and all(map(math.isfinite, when)) and not any(_alike(when, other) for other in known):
            known.append(when)
            hints.append(_hint([float(f"{x:.6g}") for x in when], text, pitfall))
    return hints


def _alike(one: list[float], other: list[float]) -> bool:
    return len(one) == len(other) and all(math.isclose(a, b, rel_tol=0.01) for a, b in zip(one, other, strict=True))


def _asked(value: Record) -> tuple[list[Any], str]:
    """Which numbers are asked for: all of a few, the first of many."""
    numbers, size = value["values"], math.prod(value["shape"])
    if _is_long(value):
        return numbers[:1], f" Type the first of its {size:,} numbers."
    return numbers, "" if size == 1 else f" Type its {size} numbers."


def _is_long(value: Record) -> bool:
    return math.prod(value["shape"]) > SPELLED_OUT


def _runs(trace: Record, event: Record) -> str:
    node = trace["nodes"][event["node"]]
    if node["kind"] == "leaf":
        return f"The leaf {node['variable']} runs." if node["variable"] else f"A{node_words(node)[1:]} runs."
    if event["kind"] == "broadcast":
        return f"At {node_words(node)} a broadcast is undone."
    return f"{node_words(node)} runs."


def _target(trace: Record, out: Record) -> str:
    return node_words(trace["nodes"][trace["edges"][out["edge"]]["target"]]) + (
        f" (input {out['input']})" if _twice(trace, out) else ""
    )


def _twice(trace: Record, out: Record) -> bool:
    """Whether another edge joins the same two nodes."""
    edge = trace["edges"][out["edge"]]
    return sum(e["source"] == edge["source"] and e["target"] == edge["target"] for e in trace["edges"]) > 1


def _arrivals(event: Record) -> list[Record]:
    return [each for each in event["incoming"] if each["value"] is not None]


def _numbers(value: Record) -> list[float]:
    return [float(x) for x in value["values"]]  # NaN and the infinities are strings, which `float` reads


def _hint(when: Any, say: str, pitfall: str | None) -> Record:
    return {"when": when, "say": say, "id": pitfall}
