"""Exercises 16.4 to 16.6 of lesson 16: the order, the walk, and what it is for."""

from minigrad.course.exercises import Exercise, Mistake, build_it
from minigrad.course.exercises.engine_cells import changed, part

# --- 16.4 -------------------------------------------------------------------------------------------------------------

_CHECK_ORDER = '\n\ncheck("16.4", order)\n'


def _order_cell(*changes: tuple[str, str]) -> str:
    return changed(part("order"), *changes) + _CHECK_ORDER


_RECURSIVE = """\
def order(root):
    found = []

    def visit(node):
        if node is not None and node not in found:
            for to in node.edges:
                visit(to)
            found.append(node)

    visit(root)
    return found[::-1]
"""
_AS_FOUND = """\
def order(root):
    found = [root]
    for node in found:  # which grows meanwhile
        for to in node.edges:
            if to is not None and to not in found:
                found.append(to)
    return found
"""
_WITH_NONE = """\
def order(root):
    found = [root]
    for node in found:
        for to in node.edges if node is not None else ():
            if to not in found:
                found.append(to)
    return sorted(found, key=lambda node: 0 if node is None else -node.number)
"""
_EVERY_PATH = """\
def order(root):
    paths = [root]
    for node in paths:
        paths += [to for to in node.edges if to is not None]
    return sorted(set(paths), key=lambda node: -node.number)
"""

WHO_MAY_RUN = Exercise(
    id="16.4",
    title="Who may run when",
    stub="""\
# A list of all nodes that edges lead to from root, and root itself. Each is there once,
# and behind all nodes that send it something. Edges that are None lead nowhere.
def order(root):
    return ...
"""
    + _CHECK_ORDER,
    solution=_order_cell(),
    explanation="""\
A node is made after those that it leads to, so it has a larger number. Newest first is the program backwards, which is
always a right order. So it is enough to find all nodes, each once, and to sort them. A list of what is still to be
visited does it without a function that calls itself. The set `found` keeps nodes from being visited once for each
path.
""",
    judge=build_it.judge_order,
    praise="Every node once and in time, in rows of 5,000 and with a million million paths.",
    hint="Find all nodes first, with a list of those still to visit. Then put them into an order in which all wait.",
    second_hint="Each node has a number, and a node is newer than all that its edges lead to. What does sorting do?",
    mistakes=(
        Mistake(
            "recursion",
            _RECURSIVE + _CHECK_ORDER,
            "A function that calls itself goes as deep as the graph is long, and Python stops it long before 5,000. "
            "Keep a list of nodes still to visit.",
        ),
        Mistake(
            "no end",
            _EVERY_PATH + _CHECK_ORDER,
            "This takes too long. With values used twice in a row, paths double at each: visit every node once, not "
            "once for each path.",
        ),
        Mistake(
            "too early",
            _AS_FOUND + _CHECK_ORDER,
            "Every node is there, but one stands before a node that still sends it something. What comes late is lost.",
            pitfall="M08",
        ),
        Mistake(
            "forward",
            _order_cell((", reverse=True", "")),
            "That is the order in which the nodes were made. Gradients start at the root.",
        ),
        Mistake(
            "None among them",
            _WITH_NONE + _CHECK_ORDER,
            "An edge of None leads to nobody: it is an input that needs no gradient. Leave it out.",
        ),
        Mistake(
            "twice",
            _order_cell(
                ("found, to_visit = {root}, [root]", "found, to_visit = [root], [root]"),
                ("if node is not None and node not in found", "if node is not None and found.count(node) < 2"),
                ("found.add", "found.append"),
            ),
            "A node that is used twice stands there twice. It should run once, when all of its gradients are there.",
        ),
    ),
)

# --- 16.5 -------------------------------------------------------------------------------------------------------------

_CHECK_RUN = '\n\ncheck("16.5", (unbroadcast, order, run))\n'
_HAND_ON = "arrived[to] = arrived[to] + d if to in arrived else d"


def _run_cell(*changes: tuple[str, str]) -> str:
    return changed(part("run"), *changes) + _CHECK_RUN


WALK = Exercise(
    id="16.5",
    title="The walk",
    stub="""\
# For each node, in order: g is the sum of what has arrived. (At root, gradient has arrived.)
# node.rule(g) makes a gradient for each input; bring each into its shape in node.shapes. These are sent.
# Then: yield node, g, sent. And each of sent goes to the node of its edge, if there is one.
def run(root, gradient):
    return ...
"""
    + _CHECK_RUN,
    solution=_run_cell(),
    explanation="""\
`arrived` holds what has come to nodes that have not run. It lives as long as this call, so the next pass begins with
nothing. `arrived[to] + d` makes a new array, and nobody else has that one; `arrived[to] += d` would write into an array
that a rule may have handed to two nodes. `yield` shows each step to whoever asks for it, and goes on when the next one
is asked for.
""",
    judge=build_it.judge_run,
    praise="It waits, adds, and writes into nobody's array. That is an engine.",
    hint="Keep a dictionary of what has arrived at each node. Add to it when a node sends; take from it when one runs.",
    second_hint="Print each step for z = h * p of the worked example: list(run(z.node, np.array(1.0))).",
    mistakes=(
        Mistake(
            "the last one wins",
            _run_cell((_HAND_ON, "arrived[to] = d")),
            "Where a value is used twice, the second gradient wipes out the first: add them.",
            pitfall="M07",
        ),
        Mistake(
            "written in place",
            _run_cell(
                (
                    _HAND_ON,
                    "if to in arrived:\n                    arrived[to] += d\n                else:\n"
                    "                    arrived[to] = d",
                )
            ),
            "In z = (a + b) + a, b gets 2 for 1. You add into an array that others hold, too: it is the puzzle. Make a "
            "new array.",
            pitfall="M19",
        ),
        Mistake(
            "not summed",
            _run_cell(
                ("[unbroadcast(d, shape) for d, shape in zip(node.rule(g), node.shapes, strict=True)]", "node.rule(g)")
            ),
            "An input that was stretched gets a gradient of the stretched shape: unbroadcast what the rule gives.",
            pitfall="M10",
        ),
        Mistake(
            "stale",
            _run_cell(
                ("    arrived = {root: gradient}\n", "    root.arrived = gradient\n"),
                ("arrived.pop(node)", "node.arrived"),
                (_HAND_ON, 'to.arrived = getattr(to, "arrived", 0) + d'),
            ),
            "A second pass through the same graph finds what the first one left. Every pass has to begin with nothing.",
            pitfall="M11",
        ),
        Mistake(
            "begins with one",
            _run_cell(("{root: gradient}", "{root: np.ones(np.shape(gradient))}")),
            "The walk begins with 1, whatever it was given: at root, gradient is what arrives.",
        ),
        Mistake(
            "too early",
            _run_cell(
                ("    for node in order(root):\n", "    ready = [root]\n    for node in ready:\n"),
                (_HAND_ON, _HAND_ON + "\n                ready += [to] if to not in ready else []"),
                ("arrived.pop(node)", "arrived[node]"),
            ),
            "A node runs here before all of its gradients have come: go through order(root).",
            pitfall="M08",
        ),
    ),
)

# --- 16.6 -------------------------------------------------------------------------------------------------------------

_CHECK_TRAINING = '\n\ncheck("16.6", (run, backward, sgd))\n'


def _training_cell(*changes: tuple[str, str]) -> str:
    return changed(part("backward", "sgd"), *changes) + _CHECK_TRAINING


TRAINING = Exercise(
    id="16.6",
    title="What the walk is for",
    stub="""\
# Run the walk from result.node, and add what arrives at each leaf to its .grad (which may be None).
# node.leaf is the leaf's tensor; for an operation it is None.
def backward(result):
    if result.data.size != 1:
        raise RuntimeError("backward() begins with one number; this result has several")
    ...


# Move each parameter against its gradient, by lr times it, and clear .grad. If it is None, do nothing.
# Graphs made before may hold the old numbers: put a new array into p.data, and write to none.
def sgd(parameters, lr):
    pass
"""
    + _CHECK_TRAINING,
    solution=_training_cell(),
    explanation="""\
`backward` drains the walk and keeps only what reaches the leaves. Within one pass the walk has added already; what is
added here is what earlier passes left. `sgd` gives each parameter a new array: rules that were made before hold the old
one, and this engine has no versions that would notice a write.
""",
    judge=build_it.judge_training,
    praise="Gradients gather in .grad, and parameters go downhill.",
    hint="backward: for node, g, _ in run(…), and look at node.leaf. sgd: give each p in parameters new p.data.",
    second_hint="Take x = Tensor(3.0, requires_grad=True): after backward(x * x) twice, x.grad should be 12.",
    mistakes=(
        Mistake(
            "the last pass wins",
            _training_cell(("leaf.grad = g if leaf.grad is None else leaf.grad + g", "leaf.grad = g")),
            "After a second backward, .grad holds the second gradient alone. It adds up until it is cleared.",
            pitfall="M11",
        ),
        Mistake(
            "any result goes",
            _training_cell(
                (
                    "    if result.data.size != 1:\n        raise RuntimeError("
                    '"backward() begins with one number; this result has several")\n',
                    "",
                )
            ),
            "backward takes a result of several numbers now. Which combination of them is meant? Refuse it.",
            pitfall="M09",
        ),
        Mistake(
            "uphill",
            _training_cell(("p.data - lr * p.grad", "p.data + lr * p.grad")),
            "The parameters go up the slope. To make the loss smaller, move against the gradient.",
        ),
        Mistake(
            "not cleared",
            _training_cell(("            p.grad = None\n", "")),
            "The step is right, but .grad keeps the old gradient, and the next pass will add to it.",
            pitfall="M11",
        ),
        Mistake(
            "written in place",
            _training_cell(("p.data = p.data - lr * p.grad", "p.data -= lr * p.grad")),
            "This writes into the array that rules of older graphs still hold, and nothing here would notice. Make a "
            "new one.",
            pitfall="M20",
        ),
        Mistake(
            "a name moved",
            _training_cell(("p.data = p.data - lr * p.grad", "data = p.data - lr * p.grad")),
            "The new array has a name, but the parameter does not hold it: p.data is as before.",
            pitfall="M05",
        ),
    ),
)
