"""Exercises of lesson 16, Build it yourself: six steps to an engine, and five broken notebooks.

Solutions are cut from the reference engine; most mistakes are a solution with one place changed.
"""

from dataclasses import replace
from typing import Any

from minigrad.course.exercises import Exercise, Mistake, build_it
from minigrad.course.exercises.broken_notebooks import BROKEN_NOTEBOOKS
from minigrad.course.exercises.engine_cells import changed, part
from minigrad.course.exercises.engine_walk import TRAINING, WALK, WHO_MAY_RUN
from minigrad.course.exercises.lesson_06 import UNBROADCAST

RULES = ("mul", "matmul", "relu", "exp", "log", "total")


# --- 16.1 -------------------------------------------------------------------------------------------------------------

_CHECK_APPLY = '\n\ncheck("16.1", (Tensor, apply))\n'


def _apply_cell(*changes: tuple[str, str]) -> str:
    return changed(part("apply"), *changes) + _CHECK_APPLY


REMEMBER = Exercise(
    id="16.1",
    title="Remember",
    stub="""\
# operation takes arrays, and hands back its value and its rule. Hand back a Tensor with that value.
# An input may be a plain number or array: make a Tensor of it first.
# If any input has a node, the result gets one too: a Node with the operation's name (operation.__name__),
# the inputs' nodes (None where there is none), the inputs' shapes, and the rule.
def apply(operation, *inputs):
    return ...
"""
    + _CHECK_APPLY,
    solution=_apply_cell(),
    explanation="""\
The operation sees arrays only; it knows nothing of tensors and graphs. `apply` is the one place where something is
remembered: the nodes of the inputs become the edges of the new node. If none of them has a node, nothing is recorded.
""",
    judge=build_it.judge_apply,
    praise="Every result knows where it came from, if anybody wants to know.",
    hint="Call the operation on the inputs' data, wrap its value in a Tensor, then make the Node from the inputs.",
    second_hint="Try apply(mul, Tensor(2.0, requires_grad=True), 3.0) in a new cell, and look at its node.edges.",
    mistakes=(
        Mistake(
            "edge left out",
            _apply_cell(("[x.node for x in tensors]", "[x.node for x in tensors if x.node is not None]")),
            "An input without a node still has a place: write None there. Else the rule's gradients and the edges do "
            "not line up.",
        ),
        Mistake(
            "always recorded",
            _apply_cell(("    if any(edges):\n        out", "    out")),
            "A result of constants alone gets a node here, too. If no input has one, nobody can want its gradient.",
            pitfall="M02",
        ),
        Mistake(
            "only the first",
            _apply_cell(("any(edges)", "edges[0]")),
            "c * x with a constant c is not recorded: any of the inputs may have a node, not only the first.",
        ),
        Mistake(
            "tensors for nodes",
            _apply_cell(("[x.node for x in tensors]", "[x if x.node else None for x in tensors]")),
            "The edges hold tensors. An edge leads to a node: a graph of tensors would keep every array alive.",
        ),
        Mistake(
            "wrong shapes",
            _apply_cell(("[x.data.shape for x in tensors]", "[value.shape for x in tensors]")),
            "The shapes are to be those of the inputs, as they were before anything was stretched.",
        ),
        Mistake(
            "not recorded",
            _apply_cell(("        out.node = Node", "        Node")),
            "The value is right, but its node is None although an input requires grad: put the new Node there.",
        ),
    ),
)

# --- 16.2 -------------------------------------------------------------------------------------------------------------

_CHECK_RULES = f'\n\ncheck("16.2", ({", ".join(RULES)}))\n'


def _rules_cell(*changes: tuple[str, str]) -> str:
    return changed(part(*RULES), *changes) + _CHECK_RULES


WRITE_RULES = Exercise(
    id="16.2",
    title="The rules",
    stub="""\
# In place of each ... a tuple: from g, which arrives, a gradient for each input. All are arrays.
def mul(a, b):
    return a * b, lambda g: ...


def matmul(a, b):  # two tables, as in lesson 06
    return a @ b, lambda g: ...


def relu(a):  # negative numbers become 0
    return np.maximum(a, 0), lambda g: ...


def exp(a):
    z = np.exp(a)
    return z, lambda g: ...


def log(a):
    return np.log(a), lambda g: ...


def total(a):  # the sum of all entries: g is a single number
    return a.sum(), lambda g: ...
"""
    + _CHECK_RULES,
    solution=_rules_cell(),
    explanation="""\
Each is what arrives times the operation's own slope: for `mul` the other factor, for `relu` 1 where the input is
positive and else 0, for `exp` its own value, for `log` one over its input. For `matmul` the shapes tell, as in lesson
06. Each entry of a sum has the slope 1, so each gets what arrives: a single number is copied to all of them.
""",
    judge=build_it.judge_rules,
    praise="Six rules, and the chain rule will do the rest.",
    hint="For each input: what arrives, times the operation's own slope. Compare with a nudge of one entry.",
    second_hint="Call a rule by hand in a new cell: mul(np.array(2.0), np.array(5.0))[1](1.0) should be (5.0, 2.0).",
    mistakes=(
        Mistake(
            "its own factor",
            _rules_cell(("(g * b, g * a)", "(g * a, g * b)")),
            "mul hands each factor itself back. If a grows by 1, a * b grows by b: it is the other one.",
        ),
        Mistake(
            "the bare slope",
            _rules_cell(("(g * b, g * a)", "(b, a)")),
            "A rule here forgets what arrives: for twice the g it gives the same. Slopes along a path multiply.",
            pitfall="M34",
        ),
        Mistake(
            "shapes that do not fit",
            _rules_cell(("(g @ b.T, a.T @ g)", "(b.T @ g, g @ a.T)")),
            "A gradient must have its input's shape. For matmul only one order of g, a.T and b.T gives that.",
        ),
        Mistake(
            "not one for each input",
            _rules_cell(("(g * z,)", "g * z")),
            "A rule hands back a tuple, one gradient for each input. With one input, mind the comma: (g * z,).",
            pitfall="M27",
        ),
        Mistake(
            "one number for all",
            _rules_cell(("(g * np.ones(a.shape),)", "(g,)")),
            "total hands back a single number. Each entry of a needs a gradient of its own: the shape is that of a.",
        ),
        Mistake(
            "the value for the slope",
            _rules_cell(("(g / a,)", "(g * np.log(a),)")),
            "A rule multiplies by the operation's value. It should be the slope; they are the same for exp alone.",
        ),
    ),
)

# --- 16.3 -------------------------------------------------------------------------------------------------------------


def _again(text: str) -> str:
    return text.replace('check("06.2"', 'check("16.3"')


SAME_SHAPE = replace(
    UNBROADCAST,
    id="16.3",
    title="The shape of the input",
    stub="""\
# g is an array, as large as broadcasting made it. shape is the input's, such as (3,), (2, 1) or ().
# Hand back the gradient in that shape: sum over what was missing, and over what had length 1.
def unbroadcast(g, shape):
    return g


check("16.3", unbroadcast)
""",
    solution=part("unbroadcast") + '\n\ncheck("16.3", unbroadcast)\n',
    explanation="""\
As in lesson 06, in two steps: what was missing at the left is summed away, and what had length 1 is summed and stays.
""",
    judge=build_it.judge_unbroadcast,
    mistakes=tuple(replace(mistake, code=_again(mistake.code)) for mistake in UNBROADCAST.mistakes),
)


EXERCISES: tuple[Any, ...] = (REMEMBER, WRITE_RULES, SAME_SHAPE, WHO_MAY_RUN, WALK, TRAINING, BROKEN_NOTEBOOKS)
