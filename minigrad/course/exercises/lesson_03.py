"""Exercises of lesson 03, The graph."""

from typing import Any

from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank, names, numbers, same
from minigrad.course.exercises.lines_in_order import LINES_IN_ORDER

# --- 03.1 -------------------------------------------------------------------------------------------------------------

# What each name of the exercise stands for: numbers and dtype, for those who answer with the tensors themselves.
TENSORS = {
    "weight": ([1, 2], "float32"),
    "wide": ([1, 2], "float64"),
    "data": ([3, 4], "float32"),
    "twice": ([6, 8], "float32"),
    "bias": ([5, 6], "float64"),
    "spare": (7, "float32"),
    "total": (33, "float64"),
}
LEAVES = {"weight", "data", "twice", "bias", "spare"}
FILLED = {"weight", "bias"}


def _named(answer: Any) -> set[str]:
    """The names in an answer; a tensor of the exercise counts as its name."""
    if hasattr(answer, "is_leaf") or isinstance(answer, str):
        answer = names(answer) if isinstance(answer, str) else [answer]
    return {_name_of(item) if hasattr(item, "is_leaf") else str(item).strip() for item in answer}


def _name_of(tensor: Any) -> str:
    kind = str(tensor.dtype).rpartition(".")[2]
    found = (name for name, (value, dtype) in TENSORS.items() if dtype == kind and same(tensor.detach(), value))
    return next(found, "no tensor of this exercise")


def _leaves(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet('write two lists of names in quotes, such as ["weight", "total"].')
    leaves, filled = map(_named, answer)
    if not leaves | filled <= set(TENSORS):
        return "other names"
    if "wide" in leaves | filled:
        return "a converted leaf"
    if leaves == LEAVES & {"weight", "bias", "spare"}:
        return "only those that require grad"
    if "total" in leaves | filled:
        return "the root"
    if leaves == LEAVES - {"twice"}:
        return "nothing was recorded"
    if leaves != LEAVES:
        return "something else"
    if filled - FILLED == {"spare"}:
        return "no path"
    if filled - FILLED:
        return "nobody asked"
    return None if filled == FILLED else "a path was missed"


def _leaves_cell(leaves: str, filled: str) -> str:
    return f"leaves = {leaves.split()}\nfilled = {filled.split()}\n".replace("'", '"') + (
        'check("03.1", (leaves, filled))\n'
    )


MARK_LEAVES = Exercise(
    id="03.1",
    title="Mark the leaves",
    stub="""\
# Which of weight, wide, data, twice, bias, spare and total are leaves? Names in quotes: ["weight", …].
leaves = ...
# And which of all seven have a .grad after total.backward()?
filled = ...
check("03.1", (leaves, filled))
""",
    solution=_leaves_cell("weight data twice bias spare", "weight bias"),
    explanation="""\
A leaf has no `grad_fn`. Only `wide` and `total` have one: the conversion and the sum were recorded. `twice` was
computed as well, but from `data`, which does not require grad, so nothing was recorded. `bias` was converted *before*
it required grad.

Of the five leaves, `data` and `twice` do not require grad, and no path leads from `total` to `spare`. `weight` and
`bias` are left.
""",
    judge=_leaves,
    praise="Five leaves, and backward fills two of them: those that require grad and have a path from total.",
    hint="For each tensor: did a recorded operation make it? If so, it has a grad_fn and is no leaf.",
    second_hint="Print weight, wide and so on in a new cell: a result shows its grad_fn. Then draw_graph(total).",
    mistakes=(
        Mistake(
            "a converted leaf",
            _leaves_cell("weight wide data twice bias spare", "weight wide bias"),
            "weight requires grad, so its conversion was recorded. Is wide what you made, or what `to` made?",
            pitfall="M06",
        ),
        Mistake(
            "only those that require grad",
            _leaves_cell("weight bias spare", "weight bias"),
            "Requiring grad is another matter: a leaf is a tensor without a grad_fn. What is the grad_fn of data?",
        ),
        Mistake(
            "nothing was recorded",
            _leaves_cell("weight data bias spare", "weight bias"),
            "twice was computed, but was it recorded? Look at what it was made from.",
        ),
        Mistake(
            "no path",
            _leaves_cell("weight data twice bias spare", "weight bias spare"),
            "The leaves are right. spare requires grad, but does any path lead from total to it?",
        ),
        Mistake(
            "nobody asked",
            _leaves_cell("weight data twice bias spare", "weight data twice bias"),
            "The leaves are right. But a gradient goes only to those for which someone asked with requires_grad.",
        ),
        Mistake(
            "the root",
            _leaves_cell("weight data twice bias spare", "weight bias total"),
            "total is where the walk begins: it is a result, the root, and only leaves keep a gradient.",
        ),
        Mistake(
            "a path was missed",
            _leaves_cell("weight data twice bias spare", "bias"),
            "The leaves are right. But a path goes on below wide: where does it end?",
        ),
    ),
)

# --- 03.3 -------------------------------------------------------------------------------------------------------------


def _arrows(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet("put a number in place of each ..., and a list of names in has_grad.")
    points_to, has_grad = answer
    values = [points_to[name] for name in "abcd"] if isinstance(points_to, dict) else points_to
    a, b, c, d = numbers([*values])
    if b == 6:
        return "one name follows another"
    if a in (2, 8):
        return "the leaf keeps its name" if a == 2 else "one name follows its result"
    if not same([a, b, c], [6, 2, 8]):
        return "something else"
    if not same(d, 48):
        return "wrong product"
    found = names(has_grad)
    if found == {"b"}:
        return None
    if not found:
        return "no name is left"
    return "the name of the leaf" if found == {"a"} else "results"


def _arrows_cell(points_to: dict[str, int], has_grad: str) -> str:
    return f'points_to = {points_to}\nhas_grad = {list(has_grad)}\ncheck("03.3", (points_to, has_grad))\n'.replace(
        "'", '"'
    )


RIGHT = {"a": 6, "b": 2, "c": 8, "d": 48}

ARROWS = Exercise(
    id="03.3",
    title="Follow the arrows",
    stub="""\
# The number of the tensor to which each name points at the end.
points_to = {"a": ..., "b": ..., "c": ..., "d": ...}
# And the names whose .grad is not None then, such as ["a", "d"].
has_grad = ...
check("03.3", (points_to, has_grad))
""",
    solution=_arrows_cell(RIGHT, "b"),
    explanation="""\
| line | new tensor | `a` → | `b` → | `c` → | `d` → |
| --- | --- | --- | --- | --- | --- |
| `a = tensor(2.0, …)` | 2, the leaf | 2 | | | |
| `b = a` | none | 2 | 2 | | |
| `c = a * 3` | 6 | 2 | 2 | 6 | |
| `a = c` | none | 6 | 2 | 6 | |
| `c = c + b` | 8 | 6 | 2 | 8 | |
| `d = a * c` | 48 | 6 | 2 | 8 | 48 |

The leaf 2 has lost the name it was born with, but `b` still points to it: `b.grad` is there, `a.grad` is None.
""",
    judge=_arrows,
    praise="Four tensors, four arrows, and the leaf goes by the name of b now.",
    hint="Go line by line. Each = turns one arrow, that of the name on its left; all others stay where they are.",
    second_hint="Make a table with a column for each name, and a row for each line: where does each arrow point now?",
    mistakes=(
        Mistake(
            "the leaf keeps its name",
            _arrows_cell({"a": 2, "b": 2, "c": 8, "d": 16}, "ab"),
            "a began at the 2, but look at the line `a = c`: where does the arrow of a point from there on?",
        ),
        Mistake(
            "one name follows another",
            _arrows_cell({"a": 6, "b": 6, "c": 12, "d": 72}, ""),
            "`b = a` points b to the tensor, not to the name a. When a is turned later on, does b move?",
        ),
        Mistake(
            "one name follows its result",
            _arrows_cell({"a": 8, "b": 2, "c": 8, "d": 64}, "b"),
            "`c = c + b` makes a new tensor and turns the arrow of c. The 6 is not changed: who still points to it?",
        ),
        Mistake(
            "the name of the leaf",
            _arrows_cell(RIGHT, "a"),
            "All arrows are right. But a points to a result by then, and results keep no gradient. Who has the leaf?",
            pitfall="M05",
        ),
        Mistake(
            "results",
            _arrows_cell(RIGHT, "abcd"),
            "All arrows are right. But only leaves keep a gradient: how many of the four tensors are leaves?",
        ),
        Mistake(
            "no name is left",
            _arrows_cell(RIGHT, ""),
            "All arrows are right. In the puzzle the leaf had lost its only name. Does no arrow point to it here?",
        ),
    ),
)

EXERCISES = (MARK_LEAVES, LINES_IN_ORDER, ARROWS)
