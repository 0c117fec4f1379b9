"""Exercise 09.3 of lesson 09, Choose the tool: eight situations, seven tools."""

import re
from typing import Any

from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank, table_cell

# The tools that do what each situation of the lesson asks for: first the one that the solution takes.
RIGHT: dict[str, tuple[str, ...]] = {
    "A": ("item",),
    "B": ("no_grad", "detach"),  # w.detach().sub_(…) writes to w, and its version counts it
    "C": ("no_grad",),
    "D": ("detach", "detach clone"),
    "E": ("detach clone",),
    "F": ("clone",),
    "G": ("detach", "detach clone"),
    "H": ("eval",),
}
TOOLS = ("detach", "no_grad", "clone", "detach clone", "item", "eval", "data")

# Which mistake a wrong tool is, where it is a known one.
BELIEFS: dict[tuple[str, str], str] = {
    ("A", "detach"): "still a tensor",
    ("A", "clone"): "still a tensor",
    ("A", "detach clone"): "still a tensor",
    ("A", "no_grad"): "still a tensor",
    ("C", "eval"): "eval records",
    ("C", "detach"): "after the graph was made",
    ("C", "detach clone"): "after the graph was made",
    ("D", "no_grad"): "the graph was needed",
    ("D", "clone"): "a clone is no cut",
    ("G", "clone"): "a clone is no cut",
    ("E", "detach"): "the same memory",
    ("E", "clone"): "a history is kept",
    ("F", "detach"): "no gradients",
    ("F", "detach clone"): "no gradients",
    ("G", "item"): "more than one number",
    ("H", "no_grad"): "no_grad drops",
}


def _tool(given: Any) -> str | None:
    """The tool that an answer names: "w.detach().clone()", "clone detach", "with no_grad():", no_grad itself…"""
    text = given if isinstance(given, str) else getattr(given, "__name__", str(given))
    words = set(re.findall(r"\b(?:detach|no_grad|clone|item|eval|data)\b", text.lower()))
    if words == {"detach", "clone"}:
        return "detach clone"
    return words.pop() if len(words) == 1 else None


def _tools(answer: Any) -> str | None:
    if isinstance(answer, list | tuple) and len(answer) == len(RIGHT):
        answer = dict(zip(RIGHT, answer, strict=True))
    if is_blank(answer) or not isinstance(answer, dict) or not set(RIGHT) <= set(answer):
        raise NotYet("write a tool in place of each ... (eight in all).")
    said = {situation: _tool(answer[situation]) for situation in RIGHT}
    for situation, tool in said.items():
        if tool is None:
            raise NotYet(f"{situation} is none of the seven: {', '.join(TOOLS)}.")
    if "data" in said.values():
        return "around the check"
    wrong = [(situation, str(tool)) for situation, tool in said.items() if tool not in RIGHT[situation]]
    known = [BELIEFS[each] for each in wrong if each in BELIEFS]
    return known[0] if known else "something else" if wrong else None


def _tools_cell(**other: str) -> str:
    chosen = {situation: tools[0] for situation, tools in RIGHT.items()} | other
    return table_cell("09.3", "tools", chosen)


CHOOSE_THE_TOOL = Exercise(
    id="09.3",
    title="Choose the tool",
    stub='# One of "detach", "no_grad", "clone", "detach clone", "item", "eval" and "data" for each.\n'
    + table_cell("09.3", "tools", dict.fromkeys(RIGHT, ...)),
    solution=_tools_cell(),
    explanation="""\
- **A** `total += loss.item()`: a plain number, and no tensor at all.
- **B** `with no_grad(): w -= …`. The version counts the write, so a graph that still needs the old `w` complains.
  (`w.detach().sub_(…)` does that, too.)
- **C** `with no_grad():` around the call. A detached answer comes too late: its graph has been made.
- **D** `y.detach()`, in this loss only. Elsewhere `y` goes on with its graph.
- **E** `w.detach().clone()`: no history, and memory that training does not write to.
- **F** `h.clone()`: memory of its own, and gradients flow through it.
- **G** `y.detach().numpy()`, as in lesson 02.
- **H** `model.eval()`: nothing is dropped, and everything is recorded.

`data` is never the best one: `detach` does the same, and its writes are counted.
""",
    judge=_tools,
    praise="Eight situations, and in each you asked what is to be fixed, whose memory it is, and what is recorded.",
    hint="Ask three questions of each: should gradients get through, whose memory is it, is a number enough?",
    second_hint="Go back to the two tables of this lesson, “Whose memory?” and that of eval(), line by line.",
    mistakes=(
        Mistake(
            "around the check",
            _tools_cell(B="data"),
            "One of yours is data. No version counts what it writes, so no graph that needs the old numbers is warned.",
            pitfall="M17",
        ),
        Mistake(
            "eval records",
            _tools_cell(C="eval"),
            "Look at C: eval() changes what a few layers do. Every operation is still recorded.",
            pitfall="M18",
        ),
        Mistake(
            "no_grad drops",
            _tools_cell(H="no_grad"),
            "Look at H: under no_grad a dropout in training still drops, and there are no gradients.",
            pitfall="M18",
        ),
        Mistake(
            "still a tensor",
            _tools_cell(A="detach"),
            "Look at A: that adds a tensor to total. What makes a Python number of the loss?",
        ),
        Mistake(
            "after the graph was made",
            _tools_cell(C="detach"),
            "Look at C: when there is an answer to detach, its graph has been made already.",
        ),
        Mistake(
            "the graph was needed",
            _tools_cell(D="no_grad"),
            "Look at D: what is computed under no_grad has no graph for anybody. Elsewhere the graph of y is needed.",
        ),
        Mistake(
            "a clone is no cut",
            _tools_cell(D="clone"),
            "Look for a clone where something should be cut: gradients go through a clone as if it were not there.",
        ),
        Mistake(
            "the same memory",
            _tools_cell(E="detach"),
            "Look at E: that shares the memory of w, so it shows whatever training writes to w.",
        ),
        Mistake(
            "a history is kept",
            _tools_cell(E="clone"),
            "Look at E: the numbers are safe, but a clone is an operation, and it is recorded.",
        ),
        Mistake(
            "no gradients",
            _tools_cell(F="detach clone"),
            "Look at F: gradients should get back to h. Which tool copies without cutting?",
        ),
        Mistake(
            "more than one number",
            _tools_cell(G="item"),
            "Look at G: item() hands out one number. A plot needs them all.",
        ),
    ),
)
