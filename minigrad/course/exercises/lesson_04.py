"""Exercises of lesson 04, Backward, node by node."""

from collections.abc import Sequence
from typing import Any

from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank, same, values_cell
from minigrad.course.exercises.be_the_engine import BE_THE_ENGINE

# A graph as the lesson writes it: each node's edges, as (where it leads, its slope), nodes in the order they were made.
Graph = dict[str, list[tuple[str, float]]]


def _runs_once_and_in_time(order: Sequence[str], edges: Graph) -> bool:
    """Whether each node stands in `order` once, and behind all nodes that send it something."""
    place = {node: index for index, node in enumerate(order)}
    once = sorted(order) == sorted(edges)
    return once and all(place[node] < place[to] for node in edges for to, _ in edges[node])


# --- 04.1 -------------------------------------------------------------------------------------------------------------


def _edge_gradients(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet("put a number in place of each ... (five in all).")
    k_to_d, k_to_u, d_to_u, d_to_v, u_grad = answer
    if same([k_to_d, k_to_u], [2, 5]):
        return "the factor itself"
    if not same([k_to_d, k_to_u], [5, 2]):
        return "wrong at k"
    if same([d_to_u, d_to_v], [1, -1]):
        return "the bare slope"
    if same([d_to_u, d_to_v], [5, 5]):
        return "the minus is lost"
    if not same([d_to_u, d_to_v], [5, -5]):
        return "wrong at d"
    if same(u_grad, 2) or same(u_grad, 5):
        return "one path only"
    if same(u_grad, 10):
        return "paths multiplied"
    return None if same(u_grad, 7) else "wrong sum"


def _edge_cell(k_to_d: int, k_to_u: int, d_to_u: int, d_to_v: int, u_grad: int) -> str:
    return values_cell("04.1", k_to_d=k_to_d, k_to_u=k_to_u, d_to_u=d_to_u, d_to_v=d_to_v, u_grad=u_grad)


EDGE_GRADIENTS = Exercise(
    id="04.1",
    title="What travels on each edge",
    stub="""\
# The gradient that travels on each edge, when 1 arrives at k.
k_to_d = ...
k_to_u = ...
d_to_u = ...
d_to_v = ...
# And what the leaf u gets in all.
u_grad = ...
check("04.1", (k_to_d, k_to_u, d_to_u, d_to_v, u_grad))
""",
    solution=_edge_cell(5, 2, 5, -5, 7),
    explanation="""\
Forward first: $u = 5$, $v = 3$, so $d = 2$ and $k = 10$. Then backward, one node after the other:

- At $k = d \\cdot u$ arrives 1. The slope for $d$ is $u = 5$, the slope for $u$ is $d = 2$.
- At $d = u - v$ arrives 5. The slopes are 1 and −1, so 5 goes to $u$ and −5 to $v$.
- Two paths lead to $u$: $2 + 5 = 7$.
""",
    judge=_edge_gradients,
    praise="Four edges, and two of them meet at u: 2 + 5 = 7.",
    hint="Go node by node: what arrives, times the node's own slope for that input.",
    second_hint="Run step(k) in a new cell and read what each node sends. Then come back and do it by hand.",
    mistakes=(
        Mistake(
            "the factor itself",
            _edge_cell(2, 5, 2, -2, 7),
            "Look at k = d * u again. If d grows by 1, k grows by u. What goes to d is the other factor.",
        ),
        Mistake(
            "the bare slope",
            _edge_cell(5, 2, 1, -1, 3),
            "1 and −1 are d's own slopes. What travels on is the slope times what arrives at d, and that is not 1.",
            pitfall="M34",
        ),
        Mistake(
            "the minus is lost",
            _edge_cell(5, 2, 5, 5, 7),
            "Almost: d = u - v. When v grows, does d grow?",
        ),
        Mistake(
            "one path only",
            _edge_cell(5, 2, 5, -5, 5),
            "All four edges are right. But two of them lead to u, and each brings something.",
            pitfall="M07",
        ),
        Mistake(
            "paths multiplied",
            _edge_cell(5, 2, 5, -5, 10),
            "All four edges are right. Slopes multiply along one path; where two paths meet, something else happens.",
        ),
    ),
)

# --- 04.2 -------------------------------------------------------------------------------------------------------------

# w = s + t, t = 2 * q, s = q * r, r = q + x, q = x * x. Slopes do not matter here.
PROGRAM: Graph = {
    "x": [],
    "q": [("x", 1.0), ("x", 1.0)],
    "r": [("q", 1.0), ("x", 1.0)],
    "s": [("q", 1.0), ("r", 1.0)],
    "t": [("q", 1.0)],
    "w": [("s", 1.0), ("t", 1.0)],
}


def _order(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet("write a list of the six names, the first to run first.")
    order = [str(name).strip() for name in answer]
    if sorted(order) != sorted(PROGRAM):
        return "not all six"
    if order == list(PROGRAM):
        return "forward"
    if order == list(reversed(PROGRAM)):
        return "the program backwards"
    if _runs_once_and_in_time(order, PROGRAM):
        return None
    if order[-1] != "x":
        return "the leaf too early"
    return "q too early" if order.index("q") < max(order.index(n) for n in "rst") else "something else"


def _order_cell(names: str) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f'order = [{listed}]\ncheck("04.2", order)\n'


ORDER = Exercise(
    id="04.2",
    title="Who may run when",
    stub="""\
# All six nodes, such as ["w", "t", "s", "r", "q", "x"].
# (That is the program backwards: find another right order.)
order = ...
check("04.2", order)
""",
    solution=_order_cell("wstrqx"),
    explanation="""\
Only $w$ can begin. It serves $s$ and $t$, and then both are ready. $r$ waits for $s$ alone, $q$ for $s$, $r$ and $t$,
and $x$ for $q$ and $r$. So $t$ may run anywhere between $w$ and $q$, and nothing else can move: $w, s, t, r, q, x$ and
$w, s, r, t, q, x$ are right, and so is the program backwards.
""",
    judge=_order,
    praise="Nobody runs before all of its gradients are there. Every such order gives the same gradients.",
    hint="Take each node in turn: do all nodes with an edge to it stand before it?",
    second_hint="Begin with w. After each node, write down which others wait for nothing any more, and take one.",
    mistakes=(
        Mistake(
            "forward",
            _order_cell("xqrstw"),
            "That is the order in which the values are made. Gradients start at w and go the other way.",
        ),
        Mistake(
            "the program backwards",
            _order_cell("wtsrqx"),
            "That one is right, and it was given. Which of its nodes could change places without running too early?",
        ),
        Mistake(
            "q too early",
            _order_cell("wtqsrx"),
            "q runs here before all of its gradients are there: s, r and t each send it one. What comes late is lost.",
            pitfall="M08",
        ),
        Mistake(
            "the leaf too early",
            _order_cell("wtsrxq"),
            "A leaf waits as well: x gets one gradient from r, and two from q.",
        ),
        Mistake(
            "not all six",
            _order_cell("wstrq"),
            "Each of w, t, s, r, q and x must be there once, x too.",
        ),
    ),
)

# --- 04.3 -------------------------------------------------------------------------------------------------------------

# What the judge runs an engine on: the lesson's graph, a value used twice by one node, and three fan-outs in a row.
GRAPHS: tuple[Graph, ...] = (
    {"x": [], "h": [("x", 6.0)], "p": [("h", 1.0)], "z": [("h", 10.0), ("p", 9.0)]},
    {"x": [], "y": [("x", 3.0), ("x", 3.0)]},
    {
        "a": [],
        "b": [("a", 2.0)],
        "c": [("a", 3.0), ("b", -1.0)],
        "d": [("b", 0.5), ("c", 2.0)],
        "e": [("d", 1.0), ("c", 4.0)],
    },
)


def _gradients(edges: Graph) -> dict[str, float]:
    """Walk the program backwards, which is always a right order."""
    nodes = list(reversed(edges))
    gradient = dict.fromkeys(nodes, 0.0) | {nodes[0]: 1.0}
    for node in nodes:
        for to, slope in edges[node]:
            gradient[to] += gradient[node] * slope
    return gradient


def _engine(run: Any) -> str | None:
    if is_blank(run):
        raise NotYet("define run, then hand it over.")
    for edges in GRAPHS:
        root = list(edges)[-1]
        gradient, order = run({node: list(to) for node, to in edges.items()}, root)
        if gradient.get("x") == 54 and list(order) == list("zphxhx"):
            raise NotYet("x still gets 54, and h still runs twice. Find the first bug.")
        if len(order) > len(set(order)):
            return "nodes run twice"
        if set(order) != set(edges):
            return "nodes left out"
        if list(order) == list(edges) and len(edges) > 2:
            return "in the order of making"
        if not _runs_once_and_in_time(order, edges):
            return "nodes do not wait"
        expected = _gradients(edges)
        if not same([gradient[node] for node in edges], [expected[node] for node in edges]):
            return "the last one wins"
    return None


def _engine_cell(loop: str) -> str:
    indented = "".join(f"    {line}\n" for line in loop.strip().splitlines())
    return (
        "def run(edges, root):\n"
        "    missing = {node: 0 for node in edges}\n"
        "    for node in edges:\n"
        "        for to, _ in edges[node]:\n"
        "            missing[to] += 1\n"
        "\n"
        "    gradient = {node: 0.0 for node in edges}\n"
        "    gradient[root] = 1.0\n"
        "    order, ready = [], [root]\n"
        f"{indented}"
        "    return gradient, order\n"
        "\n\n"
        'check("04.3", run)\n'
    )


def _while_ready(*lines: str) -> str:
    """An engine whose loop takes a ready node, and does `lines` for each of its edges."""
    head = "while ready:\n    node = ready.pop()\n    order.append(node)\n    for to, slope in edges[node]:\n"
    return _engine_cell(head + "".join(f"        {line}\n" for line in lines))


BROKEN_ENGINE = Exercise(
    id="04.3",
    title="A broken engine",
    stub="# Mend both bugs. Each node must run once, when nothing is missing any more, and x must get 114.\n"
    + _while_ready("gradient[to] = gradient[node] * slope", "ready.append(to)"),
    solution=_while_ready(
        "gradient[to] += gradient[node] * slope",
        "missing[to] -= 1",
        "if missing[to] == 0:",
        "    ready.append(to)",
    ),
    explanation="""\
`=` kept only the gradient that came last: `+=` adds them. And every edge made its target ready, as if nothing else were
missing. Now each edge takes one off the count, and only the last one makes the node ready.
""",
    judge=_engine,
    praise="It adds and it waits. The engine of minigrad does the same two things.",
    hint='Run it on edges and "z", and compare with the table by hand: which node has a wrong gradient first?',
    second_hint="One line must add to a gradient, not replace it. Another must look at missing before a node is ready.",
    mistakes=(
        Mistake(
            "the last one wins",
            _while_ready(
                "gradient[to] = gradient[node] * slope",
                "missing[to] -= 1",
                "if missing[to] == 0:",
                "    ready.append(to)",
            ),
            "The order is right now. But h ends with one gradient, and two were sent: the second wiped out the first.",
            pitfall="M07",
        ),
        Mistake(
            "nodes run twice",
            _while_ready("gradient[to] += gradient[node] * slope", "ready.append(to)"),
            "It adds now, but a node runs again for each gradient that arrives. It should run once, after the last.",
        ),
        Mistake(
            "nodes do not wait",
            _while_ready(
                "gradient[to] += gradient[node] * slope",
                "if to not in order and to not in ready:",
                "    ready.insert(0, to)",
            ),
            "Each node runs once, but one runs while a gradient for it is still on its way. What does missing say?",
            pitfall="M08",
        ),
        Mistake(
            "in the order of making",
            _engine_cell(
                "for node in edges:\n"
                "    order.append(node)\n"
                "    for to, slope in edges[node]:\n"
                "        gradient[to] += gradient[node] * slope\n"
            ),
            "That goes from x to z: nothing has arrived yet, so only zeros are sent. Gradients start at the root.",
            pitfall="M08",
        ),
        Mistake(
            "nodes left out",
            _while_ready(
                "gradient[to] += gradient[node] * slope",
                "if missing[to] == 0:",
                "    ready.append(to)",
            ),
            "Some nodes never run: they wait for a count that nobody takes down.",
        ),
    ),
)

EXERCISES = (EDGE_GRADIENTS, ORDER, BROKEN_ENGINE, BE_THE_ENGINE)
