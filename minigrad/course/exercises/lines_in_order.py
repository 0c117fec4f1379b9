"""Exercise 03.2 of lesson 03, Put the lines in order: the lines run, and the graph that they make is judged."""

from collections.abc import Sequence
from typing import Any

import minigrad
from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank

COST = "cost = tensor(2.0, requires_grad=True)"
COUNT = "count = tensor(0.5, requires_grad=True)"
PRODUCT, KEEP = "now = cost * count", "kept = now"
EXP, PLUS, TIMES = "now = now.exp()", "now = now + kept", "now = now * kept"

SHUFFLED = (TIMES, EXP, COUNT, KEEP, PRODUCT, PLUS, COST)
ORDERED = (COST, COUNT, PRODUCT, KEEP, EXP, PLUS, TIMES)

# A graph in an order of its own: for each node what it is (a leaf: its number) and the places of those it leads to.
Shape = list[tuple[str | float, list[int]]]


def shape_of(root: Any) -> Shape:
    """The graph of a tensor as a list that equals that of another tensor if, and only if, the graphs are alike."""
    order, edges = [root.grad_fn], []
    for node in order:  # grows as new nodes are met
        targets = [to for to, _ in node.next_functions if to is not None]
        order += [to for n, to in enumerate(targets) if to not in order and to not in targets[:n]]
        edges.append([order.index(to) for to in targets])
    what = [node.variable.item() if hasattr(node, "variable") else type(node).__name__ for node in order]
    return list(zip(what, edges, strict=True))


def graph_of(program: Sequence[str]) -> Shape:
    """The graph of `now` after the lines ran in this order. Raises NameError where a line comes too early."""
    variables: dict[str, Any] = {"tensor": minigrad.tensor}
    for line in program:
        exec(line, variables)  # one of the lines above, nothing else
    return shape_of(variables["now"])


def _lines(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet("hand over the list with all seven lines.")
    lines = answer.splitlines() if isinstance(answer, str) else answer
    program = [str(line).strip() for line in lines if str(line).strip()]
    if sorted(program) != sorted(SHUFFLED):
        return "other lines"
    if tuple(program) == SHUFFLED:
        raise NotYet("the lines are still as they were shuffled. Bring them into order.")
    try:
        graph = graph_of(program)
    except NameError:
        return "a name too early"
    if graph == graph_of(ORDERED):
        return None
    last_three = tuple(line for line in program if line in (EXP, PLUS, TIMES))
    if last_three == (EXP, PLUS, TIMES):
        return "kept too late"
    if last_three[-1] == EXP:
        return "exp at the end"
    return "another root" if last_three[-1] == PLUS else "something else"


def _program_cell(*lines: str) -> str:
    listed = "".join(f'    "{line}",\n' for line in lines)
    return f'program = [\n{listed}]\ncheck("03.2", program)\n'


LINES_IN_ORDER = Exercise(
    id="03.2",
    title="Put the lines in order",
    stub=_program_cell(*SHUFFLED),
    solution=_program_cell(*ORDERED),
    explanation="""\
Read the picture from its leaves up. The product comes first, and three edges arrive at it, so its tensor is used three
times: by `exp`, by the sum, and by the last product. `now` is turned away from it at once. That is why `kept` must be
bound to it before `exp` runs. (The two leaves may be made in either order.)
""",
    judge=_lines,
    praise="`kept = now` makes no node. It only keeps a way to the first product, and that shapes the whole graph.",
    hint="Read the picture from the leaves up: which operation comes first, which last?",
    second_hint="The root comes last. For each other box ask: which boxes are its inputs, and who points to them?",
    mistakes=(
        Mistake(
            "kept too late",
            _program_cell(COST, COUNT, PRODUCT, EXP, KEEP, PLUS, TIMES),
            "All operations are in order. But in the picture three edges lead to the first product: who points to it?",
        ),
        Mistake(
            "another root",
            _program_cell(COST, COUNT, PRODUCT, KEEP, EXP, TIMES, PLUS),
            "Your graph has a sum at its root. The root is what the last line makes: what is it in the picture?",
        ),
        Mistake(
            "exp at the end",
            _program_cell(COST, COUNT, PRODUCT, KEEP, PLUS, TIMES, EXP),
            "Your graph begins with exp. In the picture, what is exp applied to, and who uses its result?",
        ),
        Mistake(
            "a name too early",
            _program_cell(COST, COUNT, KEEP, PRODUCT, EXP, PLUS, TIMES),
            "A line uses a name that points nowhere yet. Who makes `now` point to something, and who `kept`?",
        ),
        Mistake(
            "other lines",
            _program_cell(COST, COUNT, PRODUCT, EXP, PLUS, TIMES),
            "All seven lines must be there, each once and as it was: one got lost, changed or doubled.",
        ),
    ),
)
