"""What a trace says in sentences: titles, alt text, why a node is next, what a step does."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from .memory import size_text
from .values import shape_text

Trace = dict[str, Any]
DESCRIBED = 12  # graphs up to this many nodes are described edge by edge


def node_words(node: dict[str, Any]) -> str:
    """A node as sentences refer to it: `a`, or `MulBackward0 (3*a)`."""
    if node["kind"] == "leaf":
        return node["variable"] or f"a leaf of shape {shape_text(node['shape'])}"
    layer = [f"layer {node['layer']}", rule_words(node)] if "layer" in node else []  # a pass has one expression
    source = [*(layer or [short(node["expression"] or "", 40)]), node.get("twin")]  # a variable is one node's alone
    detail = node["variable"] or node.get("path") or ", ".join(filter(None, source))
    return f"{node['name']} ({detail})" if detail else node["name"]


def is_write(expression: str) -> bool:
    """Whether this code says itself what it writes to, such as `y += 1` or `y[0] = w`."""
    return re.match(r"[^=(]*[^=(<>!]=(?!=)", expression) is not None


def rule_words(node: dict[str, Any], longest: int = 40) -> str | None:
    """What made a node of a second layer: `rule of x**3`, or, where that is longer, the node with the rule."""
    rule = node.get("rule")
    if rule is None:
        return None
    if rule["name"] is None:
        return "sum of gradients"
    expression = rule["expression"] or ""
    return f"rule of {expression if 0 < len(expression) <= longest else rule['name']}"


def short(text: str, length: int) -> str:
    """Text cut to `length` characters, the end replaced by `…`."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def full_stop(sentence: str) -> str:
    """A sentence with its full stop; a number such as `114.` at its end brings one."""
    return sentence.removesuffix(".") + "."


def printable(text: str, but: str = "") -> str:
    """Text in which what cannot be printed (and no file format likes) is shown as �; the characters `but` are kept."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c in but else "�" for c in text)


def join(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def count(n: int, noun: str) -> str:
    """`1 leaf`, `2 leaves`."""
    plural = {"leaf": "leaves"}.get(noun, noun + "s")
    return f"{n} {noun if n == 1 else plural}"


def ordinal(n: int) -> str:
    """`1st`, `2nd`, `3rd`, `4th`, … `11th`, … `21st`."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def title(trace: Trace) -> str:
    """The heading of a trace."""
    return f"Backward pass of {root_words(trace)}"


def root_words(trace: Trace) -> str:
    """The tensor that a trace is of, as headings call it."""
    root = trace["nodes"][trace["roots"][0]]
    return root["variable"] or short(root["expression"] or "", 40) or root["name"]


def alt_text(trace: Trace) -> str:
    """The picture in words: what it is of, how many nodes, the leaves by name, and which way gradients flow."""
    nodes = trace["nodes"]
    root = nodes[trace["roots"][0]]
    leaves = [node for node in nodes if node["kind"] == "leaf"]
    names = [node["variable"] or "one without a name" for node in leaves[:8]] + (["others"] if len(leaves) > 8 else [])
    what = f"{count(len(nodes) - len(leaves), 'operation')} and {count(len(leaves), 'leaf')}"
    stops = "".join(
        f" The first {event['warning']['type']} appears at {node_words(nodes[event['node']])}."
        for event in trace["events"]
        if event.get("warning")
    )
    failed = failed_node(trace)
    if failed is not None:
        stops += f" The walk stops at {node_words(nodes[failed])}, with an error."
    text = f"Graph of {root['variable'] or node_words(root)}: {what}" + (f", {join(names)}" if names else "") + "."
    text += layers_words(trace)
    if len(nodes) > DESCRIBED:
        return text + f" Gradients flow from {node_words(root)} at the top down to the leaves." + stops
    uses: dict[int, Counter[int]] = {}
    for edge in trace["edges"]:
        uses.setdefault(edge["source"], Counter())[edge["target"]] += 1
    for source, targets in uses.items():
        to = [node_words(nodes[t]) + (f" ({n} times)" if n > 1 else "") for t, n in targets.items()]
        text += f" {node_words(nodes[source])} hands gradients to {join(to)}."
    ends = [
        f"{node['variable'] or 'the leaf'}.grad is {event['grad']['after']['text']}"
        for event in trace["events"]
        if (node := nodes[event["node"]])["kind"] == "leaf" and event["grad"]
    ]
    return text + stops + (f" At the end {full_stop(join(ends))}" if ends else "")


def layers_words(trace: Trace) -> str:
    """The layers in a sentence for the alt text; empty where there is one only."""
    passes = trace.get("passes", ())
    if not passes:
        return ""
    parts = [f"{count(each['nodes'], 'operation')} of layer {each['layer']}" for each in passes]
    verb = "was" if len(passes) == 1 and passes[0]["nodes"] == 1 else "were"
    return f" {join(parts)} {verb} made by a backward pass that was itself recorded."


def failed_node(trace: Trace) -> int | None:
    """The node at which an error ends the walk."""
    last = trace["events"][-1] if trace["events"] else {}
    return last["node"] if last.get("kind") == "error" else None


def marks(trace: Trace) -> dict[int, str]:
    """The nodes that a picture marks, each with its word: "error", or "first nan" and "first inf"."""
    found = {
        event["node"]: f"first {event['warning']['type']}" for event in trace["events"][::-1] if event.get("warning")
    }
    failed = failed_node(trace)
    return found if failed is None else found | {failed: "error"}


def why_sentence(trace: Trace, event: dict[str, Any]) -> str:
    """Why this node is next."""
    nodes, why = trace["nodes"], event["why"]
    name, others = node_words(nodes[event["node"]]), why["ready"][1:]
    if why["rule"] == "root":
        text = f"The walk begins at {name}, with the gradient given to backward()."
    elif why["rule"] == "broadcast":
        text = "What the rule gave in the last step does not have its input's shape yet."
    elif why["rule"] == "leaf":
        text = "A leaf runs as soon as all its gradients are there."
    elif why["rule"] == "newest":
        ready = [node_words(nodes[i]) for i in why["ready"][:4]] + (["others"] if len(others) > 3 else [])
        text = f"{len(others) + 1} nodes are ready: {join(ready)}. The one that the forward pass made last goes first."
    else:
        text = "It is the only node that is ready."
    waiting = [
        f"{node_words(nodes[each['node']])} waits for {count(each['missing'], 'more gradient')}"
        for each in why["waiting"][:3]
    ]
    return text + (f" Before this step, {join(waiting)}." if waiting else "")  # the picture shows what is after it


def step_sentence(trace: Trace, event: dict[str, Any]) -> str:
    """The whole step in one sentence, as `aria-live` reads it out."""
    node = trace["nodes"][event["node"]]
    start = f"Step {event['index'] + 1} of {len(trace['events'])}: "
    if event["kind"] == "error":
        text = f"error at {node_words(node)}. {_arrival(event)} {full_stop(event['error']['sentence'])}"
    elif event["kind"] == "broadcast":
        text = _summed(trace, event)
    elif node["kind"] == "leaf":
        text = _accumulated(node, event)
    else:
        text = f"{node_words(node)}. {_arrival(event)} {_sent(trace, event)}"
    warning = event["warning"]
    return start + text + (f" Warning: {warning['sentence']}" if warning else "")


def _accumulated(node: dict[str, Any], event: dict[str, Any]) -> str:
    grad = event["grad"]
    name = f"leaf {node['variable']}" if node["variable"] else node_words(node)
    its = f"{node['variable']}.grad" if node["variable"] else "its .grad"
    change = f"{its} was None and"
    if grad["before"] is not None:
        change = f"{its} was {grad['before']['text']}; {grad['added']['text']} is added: it"
    return f"{name}. {_arrival(event)} " + full_stop(f"{change} becomes {grad['after']['text']}")


def _summed(trace: Trace, event: dict[str, Any]) -> str:
    (out,) = event["outgoing"]
    name = node_words(trace["nodes"][event["node"]])
    becomes = full_stop(f"{out['raw']['text']} becomes {_to(trace, out)}")
    return f"{name}, the broadcast of input {out['input']} is undone. {out['broadcast']} {becomes}"


def _sent(trace: Trace, event: dict[str, Any]) -> str:
    sent = [_to(trace, out) for out in event["outgoing"] if out["value"] is not None]
    later = [f"input {out['input']}" for out in event["outgoing"] if out["value"] is None and out["raw"] is not None]
    text = f"It sends {join(sent)}." if sent else "" if later else "It sends nothing on."
    if later:
        text += f" What it gives for {join(later)} is still to be summed, since a broadcast has to be undone."
    return text.strip()


def _to(trace: Trace, out: dict[str, Any]) -> str:
    target = trace["nodes"][trace["edges"][out["edge"]]["target"]]
    return f"{out['value']['text']} to {node_words(target)}"


def _arrival(event: dict[str, Any]) -> str:
    parts = []
    for each in event["incoming"]:
        where = f" at output {each['output']}" if len(event["incoming"]) > 1 else ""
        terms = [term["value"]["text"] for term in each["terms"]]
        if len(terms) == 1:
            parts.append(f"Gradient {terms[0]} arrives{where}.")
        elif terms:
            shown = terms if len(terms) <= 4 else [*terms[:3], f"{len(terms) - 3} more"]
            parts.append(full_stop(f"Gradients {join(shown)} arrive{where} and add up to {each['value']['text']}"))
    return " ".join(parts) or "No gradient arrives."


def freed_words(trace: Trace, event: dict[str, Any]) -> list[str]:
    """What a pass would free at this step, a text for each saved tensor, and what the graph then still holds."""
    if not event["freed"]:
        return []
    return [
        *(_freed(trace, each) for each in event["freed"]),
        f"then the graph still holds {size_text(event['held'])} of saved tensors",
    ]


def _freed(trace: Trace, each: dict[str, Any]) -> str:
    keeper = None if each["kept_by"] is None else trace["nodes"][each["kept_by"]]
    if each["same_as"] is not None:
        return f"{each['symbol']}, the same memory as {each['same_as']}"
    if keeper is None:
        return f"{each['symbol']}, {size_text(each['bytes'])}"
    if keeper["kind"] == "leaf":
        return f"{each['symbol']}, {size_text(each['bytes'])}, which live on as the leaf {node_words(keeper)}"
    return f"{each['symbol']}, nothing yet: {node_words(keeper)} has saved it, too"
