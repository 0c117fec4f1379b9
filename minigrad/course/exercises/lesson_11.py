"""Exercises of lesson 11, Views and aliases."""

import json
import re
from functools import partial
from typing import Any

import numpy as np

from minigrad import Tensor, tensor
from minigrad.course.exercises import (
    Exercise,
    Mistake,
    NotYet,
    function_cell,
    is_blank,
    names,
    numbers,
    same,
    values_cell,
)
from minigrad.course.exercises.slice_backward import SLICE_BACKWARD

# --- 11.1 -------------------------------------------------------------------------------------------------------------

NAMES = set("abcdefgh")
ALIASES = {"a", "b", "d", "f", "h"}


def _named(answer: Any) -> set[str]:
    """The names in an answer; `t` itself says nothing new."""
    if not all(isinstance(name, str) for name in answer):
        raise NotYet('write the names in quotes, such as ["a", "b"].')
    return names(answer) - {"t"}


def _index(answer: Any) -> list[float]:
    """An index: (2, 1), [2, 1], an array, or a text such as ``"b[2, 1]"``."""
    if isinstance(answer, str):
        return [float(found) for found in re.findall(r"-?\d+", answer)]
    return np.ravel(numbers(answer)).tolist()


def _aliases(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet('write a list of names, such as ["a", "b"], and an index, such as (2, 1).')
    aliases, changed = answer
    named, index = _named(aliases), _index(changed)
    if not named <= NAMES:
        return "other names"
    beliefs = {
        "c": "a list gives a view",
        "g": "what computes gives a view",
        "e": "reshape always gives a view",
        "d": "reshape always copies",
        "f": "detach copies",
        "b": "a transpose moves numbers",
        "h": "a view of a view is a copy",
    }
    wrong = named ^ ALIASES
    if wrong:
        return next((belief for name, belief in beliefs.items() if name in wrong), "something else")
    if index == [1, 0]:
        return "the index in t"
    return None if index in ([0, 1], [-3, 1], [0, -1], [-3, -1]) else "another element"


def _aliases_cell(letters: str, changed: str = "(0, 1)") -> str:
    return values_cell("11.1", aliases=json.dumps(list(letters)), changed=changed)


WHICH_ALIAS = Exercise(
    id="11.1",
    title="Which alias?",
    stub="""\
# Which of a, b, c, d, e, f, g and h share memory with t? Names in quotes: ["a", …].
aliases = ...
# Cell 3 of t's memory holds a 4. Which index has that 4 in b? Such as (2, 1).
changed = ...
check("11.1", (aliases, changed))
""",
    solution=_aliases_cell("abdfh"),
    explanation="""\
- `a = t[0]`, `b = t.T`: a number as index, and a transpose. Views.
- `c = t[[0, 1]]`: a list as index. A copy, although here it picks all rows in their order.
- `d = t.reshape(6)`: cells 0 to 5, a stride of 1. A view.
- `e = b.reshape(6)`: cells 0, 3, 1, 4, 2, 5. No stride does that, so it is a copy.
- `f = t.detach()`: without history, but in the same memory.
- `g = t + 0`: an operation computes new numbers. A copy.
- `h = b[1:]`: a view of a view. Its base is `t` all the same.

`d[3]` is in cell 3. `b` has offset 0 and strides (1, 3): cell $i \\cdot 1 + j \\cdot 3 = 3$ is $i = 0$, $j = 1$.
""",
    judge=_aliases,
    praise="Five aliases of t, and b[0, 1] reads cell 3, as d[3] does.",
    hint="For each line: does the lesson list it under view, copy, or either one? For the last, list the cells.",
    second_hint="Run the cell with the eight names, and then ask share(t, a), share(t, b) and so on in a new cell.",
    mistakes=(
        Mistake(
            "a list gives a view",
            _aliases_cell("abcdfh"),
            "Look at c: a list may name any rows in any order. Could an offset and strides always say which?",
        ),
        Mistake(
            "reshape always gives a view",
            _aliases_cell("abdefh"),
            "Look at e: in which order would it have to read the cells of t? Is the step always the same?",
        ),
        Mistake(
            "reshape always copies",
            _aliases_cell("abfh"),
            "Look at d: it wants the six numbers in the order in which they stand. Is there any need to copy them?",
        ),
        Mistake(
            "what computes gives a view",
            _aliases_cell("abdfgh"),
            "Look at g: adding 0 changes no number, but an operation writes its results into a memory of its own.",
        ),
        Mistake(
            "detach copies",
            _aliases_cell("abdh"),
            "Look at f: detach() leaves out the history. What does it do with the numbers?",
        ),
        Mistake(
            "a transpose moves numbers",
            _aliases_cell("adf"),
            "Look at b: a transpose can read the same cells with its two strides exchanged. Does it have to move any?",
        ),
        Mistake(
            "a view of a view is a copy",
            _aliases_cell("abdf"),
            "Look at h: it is a view of b. And in which memory are the numbers of b?",
        ),
        Mistake(
            "the index in t",
            _aliases_cell("abdfh", "(1, 0)"),
            "All aliases are right. (1, 0) is where cell 3 stands in t. b is the transpose of t.",
        ),
        Mistake(
            "another element",
            _aliases_cell("abdfh", "(1, 1)"),
            "All aliases are right. That is cell 3, and b has the strides (1, 3): which i·1 + j·3 makes 3?",
        ),
    ),
)

# --- 11.3 -------------------------------------------------------------------------------------------------------------

# p = [1, 2, 3], w = 5, q = 2 * p, last = q[1:], q[1] = w, and the squares of last are summed.
LAST, P_GRAD, W_GRAD = [5, 6], [0, 0, 24], 10


def _after_the_write(answer: Any) -> str | None:
    if answer is None or answer is ... or any(part is ... for part in answer):
        raise NotYet("write two lists of numbers, and a number or None for w_grad.")
    last, p_grad, w_grad = answer
    if is_blank(last) or is_blank(p_grad):
        raise NotYet("last_now and p_grad are lists of numbers. Only w_grad may be None.")
    nothing = w_grad is None or str(w_grad) == "None" or same(w_grad, 0)
    if same(last, [4, 6]):
        return "a slice is a copy"
    if not same(last, LAST):
        return "other numbers"
    if numbers(p_grad).size == 2:
        return "the part alone"
    if nothing or any(same(p_grad, [0, middle, 24]) for middle in (16, 20)):
        return "a write is no operation"
    if same(p_grad, [0, 0, 12]):
        return "the factor 2 is lost"
    if not same(p_grad, P_GRAD):
        return "something else"
    return None if same(w_grad, W_GRAD) else "the wrong number for w"


def _write_cell(last: str, p_grad: str, w_grad: str) -> str:
    return values_cell("11.3", last_now=last, p_grad=p_grad, w_grad=w_grad)


AFTER_THE_WRITE = Exercise(
    id="11.3",
    title="After the write",
    stub="""\
# Lists of numbers for last and p.grad; a number, or None, for w.grad.
last_now = ...
p_grad = ...
w_grad = ...
check("11.3", (last_now, p_grad, w_grad))
""",
    solution=_write_cell("[5.0, 6.0]", "[0.0, 0.0, 24.0]", "10.0"),
    explanation="""\
After the write `q` is $[2, 5, 6]$, and `last`, a view of it, is $[5, 6]$. Now backwards:

- At `last` arrives $2 \\cdot [5, 6] = [10, 12]$.
- It sends $[0, 10, 12]$ to the new `q`.
- `q[1] = w` sends the 10 of place 1 to `w`, and $[0, 0, 12]$ to the old `q`.
- `2 * p` sends $[0, 0, 24]$ to `p`.
""",
    judge=_after_the_write,
    praise="last reads what was written, and the gradient of that place goes to w instead of p.",
    hint="Forwards first: what does last read after the write? Then backwards: last, the write, 2 * p.",
    second_hint="Run the program in a new cell, but with step((last * last).sum()) as its last line. Walk through it.",
    mistakes=(
        Mistake(
            "a slice is a copy",
            _write_cell("[4.0, 6.0]", "[0.0, 16.0, 24.0]", "None"),
            "last was made before the write, but q[1:] copies nothing: it reads the memory of q. What is there now?",
        ),
        Mistake(
            "a write is no operation",
            _write_cell("[5.0, 6.0]", "[0.0, 20.0, 24.0]", "None"),
            "The 5 that last reads was not made from p. Writing it is an operation: to whom does its gradient go?",
            pitfall="M22",
        ),
        Mistake(
            "the part alone",
            _write_cell("[5.0, 6.0]", "[0.0, 24.0]", "10.0"),
            "p has three numbers, and so has its gradient. What does a slice send to the places that it left out?",
        ),
        Mistake(
            "the factor 2 is lost",
            _write_cell("[5.0, 6.0]", "[0.0, 0.0, 12.0]", "10.0"),
            "Almost: [0, 0, 12] arrives at q = 2 * p. What does that node send on?",
        ),
        Mistake(
            "the wrong number for w",
            _write_cell("[5.0, 6.0]", "[0.0, 0.0, 24.0]", "1.0"),
            "p.grad is right. w took place 1 of q: so it gets all that arrives at that place. How much is it?",
        ),
    ),
)

# --- 11.4 -------------------------------------------------------------------------------------------------------------

TABLES: tuple[list[list[float]], ...] = (
    [[1.0, 3.0], [4.0, 6.0]],
    [[2.0, -1.0, 5.0], [0.5, 3.0, 1.0], [4.0, 4.0, -2.0]],
    [[3.0, 5.0]],
)


def _row_means(function: Any) -> str | None:
    if is_blank(function) or not callable(function):
        raise NotYet("define row_means, then hand it over.")
    for table in TABLES:
        x = tensor(table, requires_grad=True)
        try:
            means = function(x)
        except RuntimeError as error:
            if "has been modified inplace" in str(error):
                return "x was changed"
            if str(error).startswith("Output 0 of Unbind"):
                raise NotYet("the write to `first` is still refused: call row_means, and read the error.") from None
            if "is a view and is being modified inplace" in str(error):
                return "one of several views"
            if "leaf Variable that requires grad" in str(error):
                return "x would be changed"
            raise
        mistake = _wrong_means(means, x, table)
        if mistake is not None:
            return mistake
    return None


def _wrong_means(means: Any, x: Tensor, table: list[list[float]]) -> str | None:
    plain, factors = np.mean(table, axis=1), np.array([2.0] + [1.0] * (len(table) - 1))
    if not same(x.detach(), table):
        return "x was changed"
    given = np.ravel(numbers(means))
    if same(given, plain):
        return "not doubled"
    if not same(given, plain * factors):
        return "something else"
    if isinstance(means, list | tuple):
        return "still a list"
    if not isinstance(means, Tensor) or not means.requires_grad:
        return "the graph is cut"
    arrives = np.arange(1.0, len(table) + 1)
    (means.reshape(-1) * tensor(arrives)).sum().backward()
    if x.grad is None:
        return "a new leaf"
    right = np.broadcast_to((arrives * factors / len(table[0]))[:, None], np.shape(table))
    return None if same(x.grad, right) else "a wrong gradient"


_means_cell = partial(function_cell, "11.4", "row_means(x)")


UNBIND, LAST_LINE = "first, *others = x.unbind()", "return minigrad.stack([row.mean() for row in [first, *others]])"

MEND_BOTH = Exercise(
    id="11.4",
    title="Mend both bugs",
    stub="# The mean of each row of x, but the first row counts double: for [[1., 3.], [4., 6.]] that is [4., 5.].\n"
    "# Mend both bugs. x stays as it is, and gradients must reach it.\n"
    + _means_cell(UNBIND, "first *= 2", "return tensor([row.mean() for row in [first, *others]])"),
    solution=_means_cell(UNBIND, "first = first * 2", LAST_LINE),
    explanation="""\
`first *= 2` writes to one of several views that one call made, which is refused. (If it were not, it would change `x`.)
`first = first * 2` makes a new tensor and turns the name to it.

`tensor(…)` reads numbers out of the list and makes a leaf. `minigrad.stack(…)` is an operation, and recorded.
""",
    judge=_row_means,
    praise="No view is written to, and stack hands each row its gradient.",
    hint="Call it with tensor([[1., 3.], [4., 6.]], requires_grad=True): [4., 5.] should come out, with a grad_fn.",
    second_hint="Do not write to first: let it become a new tensor. And make one tensor of the list by an operation.",
    mistakes=(
        Mistake(
            "one of several views",
            _means_cell("first, *others = x.chunk(len(x))", "first *= 2", LAST_LINE),
            "chunk makes its views in one call, as unbind does: no such view may be written to. Make a new tensor.",
            pitfall="M21",
        ),
        Mistake(
            "the graph is cut",
            _means_cell(UNBIND, "first = first * 2", "return tensor([row.mean() for row in [first, *others]])"),
            "The numbers are right, and the first bug is gone. But tensor(list) reads numbers, and forgets the rest.",
            pitfall="M23",
        ),
        Mistake(
            "a new leaf",
            _means_cell(
                UNBIND,
                "first = first * 2",
                "return tensor([row.mean() for row in [first, *others]], requires_grad=True)",
            ),
            "It requires grad, but x.grad stays empty: a backward pass ends at this new leaf, and not at x.",
            pitfall="M23",
        ),
        Mistake(
            "x was changed",
            _means_cell(UNBIND, "with minigrad.no_grad():", "    first *= 2", LAST_LINE),
            "The write goes through, unrecorded, but it changes the caller's x: first has no memory of its own.",
            pitfall="M21",
        ),
        Mistake(
            "x would be changed",
            _means_cell("x[0] *= 2", "return x.mean(dim=1)"),
            "x[0] is a view of the caller's leaf: a write to it is refused, as in lesson 10. Write to a copy of x.",
        ),
        Mistake(
            "not doubled",
            _means_cell(UNBIND, "doubled = first * 2", LAST_LINE),
            "Gradients arrive, but the first row does not count double: is what first * 2 made used anywhere?",
        ),
        Mistake(
            "still a list",
            _means_cell(UNBIND, "first = first * 2", "return [row.mean() for row in [first, *others]]"),
            "The right numbers, each with its history. But it is a list of tensors: make one tensor of them.",
        ),
    ),
)

EXERCISES = (WHICH_ALIAS, SLICE_BACKWARD, AFTER_THE_WRITE, MEND_BOTH)
