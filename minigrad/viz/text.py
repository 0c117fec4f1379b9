"""A trace as plain text: the same walk for a terminal."""

from __future__ import annotations

import re
from typing import Any

from .words import count, freed_words, node_words, printable

_SYMBOLS = {
    "cdot": "·",
    "times": "×",
    "odot": "⊙",
    "top": "ᵀ",
    "infty": "∞",
    "ldots": "…",
    "cdots": "…",
    "sum": "Σ",
    "sigma": "σ",
    "partial": "∂",
    "in": "∈",
    "to": "→",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "ne": "≠",
    "neq": "≠",
    "mid": "|",
    "quad": " ",
    "textstyle": "",
    "star": "⋆",
    "prod": "Π",
    "lor": "∨",
    "lnot": "¬",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "alpha": "α",
    "beta": "β",
    "delta": "δ",
    "varepsilon": "ε",
    "lambda": "λ",
    "mu": "μ",
    "pi": "π",
    "varphi": "φ",
    "Phi": "Φ",
}


def walk_text(trace: dict[str, Any]) -> str:
    """The whole walk, one paragraph a step."""
    events = trace["events"]
    ends = ", the last of them an error" if events and events[-1]["kind"] == "error" else ""
    lines = [f"{trace['title']}: {count(len(events), 'step')}{ends}"]
    for event in events:
        lines += ["", *_step(trace, event)]
    return "\n".join(printable(line) for line in lines)


def _step(trace: dict[str, Any], event: dict[str, Any]) -> list[str]:
    node = trace["nodes"][event["node"]]
    name = f"{'leaf ' if node['kind'] == 'leaf' and node['variable'] else ''}{node_words(node)}"
    what = {"error": f"✗ error at {name}", "broadcast": f"{name}: undo the broadcast of an input"}
    rows = [("at", f"{node['place']}: {node['line']}" if node["line"] else node["place"])] if node["place"] else []
    rows.append(("why now", event["why"]["sentence"]))
    for each in event["incoming"]:
        rows += _arrivals(trace, each, len(event["incoming"]) > 1)
    for out in event["outgoing"]:
        rows += _broadcast(trace, out) if event["kind"] == "broadcast" else _out(trace, node, out)
    if event["grad"] is not None:
        before, added, after = (event["grad"][key] for key in ("before", "added", "after"))
        rows.append((".grad before", "None" if before is None else before["text"]))
        rows.append((".grad after", after["text"] + (f"   (+ {added['text']})" if before else "")))
    rows += [("would be freed", words) for words in freed_words(trace, event)]
    rows += _trouble("warning", event["warning"]) + _trouble("error", event["error"])
    width = max(len(label) for label, _ in rows)
    return [f"{event['index'] + 1}. {what.get(event['kind'], name)}", *(f"   {a:<{width}}  {b}" for a, b in rows)]


def _out(trace: dict[str, Any], node: dict[str, Any], out: dict[str, Any]) -> list[tuple[str, str]]:
    """What leaves on one edge: the rule, the same in numbers, the result."""
    if out["value"] is None and out["raw"] is None:
        return []
    rows = []
    formula = node["inputs"][out["input"]]["formula"]
    if formula is not None:
        rows.append(("rule", plain(formula["latex"])))
    if out["numbers"] is not None and "matrix" not in out["numbers"]["latex"]:
        rows.append(("in numbers", plain(out["numbers"]["latex"])))
    if out["value"] is None:
        return [*rows, ("the rule gives", out["raw"]["text"]), (f"input {out['input']} gets", "not yet")]
    return [*rows, _goes(trace, out)]


def _broadcast(trace: dict[str, Any], out: dict[str, Any]) -> list[tuple[str, str]]:
    return [("the rule gave", out["raw"]["text"]), ("broadcast", out["broadcast"]), _goes(trace, out)]


def _goes(trace: dict[str, Any], out: dict[str, Any]) -> tuple[str, str]:
    target = trace["nodes"][trace["edges"][out["edge"]]["target"]]
    return f"input {out['input']} gets", f"{out['value']['text']}   → {node_words(target)}"


def _trouble(label: str, trouble: dict[str, Any] | None) -> list[tuple[str, str]]:
    """An error or a warning: its sentence, what happened, where, and what to write instead, a row for each line."""
    if trouble is None:
        return []
    where = "\n".join(": ".join(filter(None, (each["place"], each["line"]))) for each in trouble["where"])
    texts = ((label, trouble["sentence"]), ("what", trouble["what"]), ("where", where), ("fix", trouble["fix"]))
    return [("" if i else name, line) for name, text in texts for i, line in enumerate(text.splitlines())]


def _arrivals(trace: dict[str, Any], incoming: dict[str, Any], several: bool) -> list[tuple[str, str]]:
    where = f" {incoming['output']}" if several else ""
    if incoming["value"] is None:
        return [(f"gradient{where}", "none arrives")]
    terms = [term["value"]["text"] for term in incoming["terms"]]
    if len(terms) == 1:
        return [(f"gradient{where}", terms[0])]
    rows = [(f"gradient{where}", terms[0])]
    for term, total in zip(terms[1:], incoming["sums"], strict=True):
        rows += [("  +", f"{term}   = {total['text']}")]
    return rows  # summed in the engine's own buffer, which is not `.grad`


def plain(latex: str) -> str:
    """A formula readable without typesetting: `\\bar z\\, b` becomes `z̄ b`."""
    text = re.sub(r"\\bar\s*(\{\s*[A-Za-z]\s*\}|[A-Za-z])", lambda m: m[1].strip("{ }") + "\u0304", latex)
    text = re.sub(r"\\hat\s*(\{\s*[A-Za-z]\s*\}|[A-Za-z])", lambda m: m[1].strip("{ }") + "\u0302", text)
    text = re.sub(r"\\(?:text|mathrm|operatorname|mathbf)\s*\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\\(?:left|right|big|Big)(?![A-Za-z])", "", text)
    text = re.sub(r"\\([dt]?frac)(?![A-Za-z])\s*(\w)\s*(\w)", r"\\\1{\2}{\3}", text)
    text = re.sub(r"\\sqrt\s*(\\[A-Za-z]+|\w)", r"√\1", text)
    before = None
    while before != text:  # from the inside out
        before = text
        text = re.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", _fraction, text)
        text = re.sub(r"\\sqrt\s*\{([^{}]*)\}", r"√(\1)", text)
    text = re.sub(r"([_^])\{(\w)\}", r"\1\2", text)
    text = text.replace("{", "(").replace("}", ")")
    text = re.sub(r"\\([A-Za-z]+)", lambda m: _SYMBOLS.get(m[1], f" {m[1]} "), text)
    text = re.sub(r"\\[,;: !]", " ", text)
    return " ".join(text.replace("^ᵀ", "ᵀ").split())


def _fraction(match: re.Match[str]) -> str:
    above, below = (part if re.fullmatch(r"\s*[\w\u0304]+\s*", part) else f"({part})" for part in match.groups())
    return f"{above} / {below}"
