"""Exercises of lesson 05, Jacobians."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import tensor
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, numbers, same, values_cell

# --- 05.1 -------------------------------------------------------------------------------------------------------------


def _three_calls(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet("put a shape or two numbers in place of each ... (four in all).")
    shape, first, second, third = answer
    if same(shape, [5, 4]):
        return "the shape of the result"
    if not same(shape, [4, 5]):
        return "another shape"
    if same(first, [2, 4]):
        return "diagonal and rest swapped"
    if same(first, [4, 1]):
        return "the values"
    if not same(first, [4, 2]):
        return "wrong at the first"
    if same(second, [4, 2]):
        return "each pass starts anew"
    if not same(second, [8, 4]):
        return "wrong at the second"
    if same(third, [12, 6]):
        return "zeroing overlooked"
    if same(third, [0, 0]):
        return "zeroed and nothing else"
    return None if same(third, [4, 2]) else "wrong at the third"


def _calls_cell(shape: str, first: str, second: str, third: str) -> str:
    return values_cell("05.1", shape=shape, first=first, second=second, third=third)


THREE_CALLS = Exercise(
    id="05.1",
    title="Three calls",
    stub="""\
shape = ...  # of inp.grad, such as (2, 3)
# Two numbers for each call, such as (7, 0): the one on the diagonal of inp.grad, and the one elsewhere.
first = ...
second = ...
third = ...
check("05.1", (shape, first, second, third))
""",
    solution=_calls_cell("(4, 5)", "(4, 2)", "(8, 4)", "(4, 2)"),
    explanation="""\
`inp.grad` has the shape of `inp`, (4, 5), although $v$ has that of `out`, (5, 4).

Each entry $e$ of `inp` goes into one entry of `out`, as $(e + 1)^2$, with the slope $2\\,(e + 1)$. On the diagonal $e$
is 1, so the slope is 4; elsewhere $e$ is 0 and the slope 2. $v$ is 1 everywhere, and nothing overlaps: 4 and 2.

The second call *adds* the same numbers to what is there: 8 and 4. Before the third, `zero_()` clears them, and it is 4
and 2 again.
""",
    judge=_three_calls,
    praise="(4, 5), then 4 and 2, 8 and 4, 4 and 2: backward adds to .grad, and only you clear it.",
    hint="One entry e of inp becomes (e + 1)². What is the slope of that at e = 1, and at e = 0?",
    second_hint="Copy the three calls into a new cell, with print(inp.grad) after each, and see which number differs.",
    mistakes=(
        Mistake(
            "the shape of the result",
            _calls_cell("(5, 4)", "(4, 2)", "(8, 4)", "(4, 2)"),
            "That is the shape of out, and of v. There is one slope for each entry of inp: which shape has inp?",
        ),
        Mistake(
            "the values",
            _calls_cell("(4, 5)", "(4, 1)", "(8, 2)", "(4, 1)"),
            "4 and 1 are the values of out. What is asked is how fast they move: the slope of (e + 1)² is 2 (e + 1).",
        ),
        Mistake(
            "diagonal and rest swapped",
            _calls_cell("(4, 5)", "(2, 4)", "(4, 8)", "(2, 4)"),
            "The right numbers in the wrong places: the ones of inp stand on its diagonal.",
        ),
        Mistake(
            "each pass starts anew",
            _calls_cell("(4, 5)", "(4, 2)", "(4, 2)", "(4, 2)"),
            "The first is right. But backward never clears .grad: what does it do with the numbers it finds there?",
            pitfall="M11",
        ),
        Mistake(
            "zeroing overlooked",
            _calls_cell("(4, 5)", "(4, 2)", "(8, 4)", "(12, 6)"),
            "Two calls are right. Before the third, zero_() puts a 0 into every entry: to what does the pass add then?",
        ),
        Mistake(
            "zeroed and nothing else",
            _calls_cell("(4, 5)", "(4, 2)", "(8, 4)", "(0, 0)"),
            "Two calls are right. After zeroing .grad is 0, but then another pass comes and adds its numbers.",
        ),
    ),
)

# --- 05.2 -------------------------------------------------------------------------------------------------------------

WEIGHTS = tensor([[1.0, 2.0, 0.0], [-1.0, 3.0, 4.0]])
# What `jacobian_of` is tried on: f, x, and J. As many results as inputs, then fewer, then more, then just one.
CASES: tuple[tuple[Callable[[Any], Any], list[float], list[list[float]]], ...] = (
    (lambda x: 100 * x / x.sum(), [5, 3, 2], [[5, -5, -5], [-3, 7, -3], [-2, -2, 8]]),
    (lambda x: WEIGHTS @ x, [1, 1, 1], [[1, 2, 0], [-1, 3, 4]]),
    (lambda x: WEIGHTS.T @ (x * x), [1, 2], [[2, -4], [4, 12], [0, 16]]),
    (lambda x: (x**2)[:1] * x[1], [3, 2], [[12, 9]]),
)
# What an error that backward() raises in the learner's function tells of it.
RAISED = {
    "only for scalar outputs": "no gradient=",
    "a second time": "a graph used up",
    "Mismatch in shape": "v of another length",
}


def _jacobian(jacobian_of: Any) -> str | None:
    if is_blank(jacobian_of):
        raise NotYet("define jacobian_of, then hand it over.")
    for f, x, expected in CASES:
        try:
            rows = jacobian_of(f, tensor([float(number) for number in x], requires_grad=True))
        except RuntimeError as error:
            known = [mistake for text, mistake in RAISED.items() if text in str(error)]
            if known:
                return known[0]
            raise
        if is_blank(rows) or (isinstance(rows, list | tuple) and not rows):
            raise NotYet("jacobian_of hands back no rows yet.")
        mistake = _wrong_rows(rows, np.array(expected, dtype=np.float64))
        if mistake is not None:
            return mistake
    return None


def _wrong_rows(rows: Any, expected: np.ndarray) -> str | None:
    """In which way the rows are not those of the expected Jacobian; None if they are."""
    if same(rows, expected):
        return None
    if same(rows, expected.T):
        return "rows and columns swapped"
    if same(rows, expected.sum(axis=0)):
        return "one pass"
    if same(rows, expected.cumsum(axis=0)):
        return "rows pile up"
    given = numbers(rows)
    if given.shape == expected.shape and (given == given[0]).all():
        return "all rows alike"
    return "another number of rows" if given.shape[:1] != expected.shape[:1] else "something else"


def _jacobian_cell(*lines: str) -> str:
    return function_cell("05.2", "jacobian_of(f, x)", *lines)


def _each_row(*lines: str, count: str = "len(y)") -> str:
    """An answer that loops over basis vectors, with `lines` for each of them."""
    head = ["y = f(x)", "rows = []", f"for v in minigrad.eye({count}):"]
    return _jacobian_cell(*head, *(f"    {line}" for line in lines), "return rows")


WHOLE_JACOBIAN = Exercise(
    id="05.2",
    title="The whole Jacobian",
    stub="# f(x) has m entries, and x has n. Hand back J: m rows of n numbers, one backward pass for each.\n"
    + _jacobian_cell("rows = []", "...", "return rows"),
    solution=_each_row("x.grad = None", "y.backward(gradient=v, retain_graph=True)", "rows.append(x.grad)"),
    explanation="""\
The rows of `eye(m)` are the vectors that pick out one row each: $[1, 0, 0]$, $[0, 1, 0]$ and so on. There are as many
as *results*. `x.grad = None` lets each pass begin anew; otherwise it would add to the row before. To call `f` again for
each row instead of `retain_graph=True` is as good.
""",
    judge=_jacobian,
    praise="A whole Jacobian, one row for each pass, for as many results as f has.",
    hint="For row i, v is 1 at i and 0 elsewhere: a backward pass with that v puts the row into x.grad.",
    second_hint="Three lines for each v: x.grad = None, a backward pass with v (keep the graph), x.grad into the list.",
    mistakes=(
        Mistake(
            "no gradient=",
            _each_row("x.grad = None", "y.backward(retain_graph=True)", "rows.append(x.grad)"),
            "y has many entries, so backward must be told how much each row counts: which v gives row i alone?",
            pitfall="M09",
        ),
        Mistake(
            "one pass",
            _jacobian_cell("f(x).sum().backward()", "return x.grad"),
            "That is one pass with v = ones: all rows added up. It takes a pass, and a v, for each row.",
            pitfall="M09",
        ),
        Mistake(
            "rows pile up",
            _each_row("y.backward(gradient=v, retain_graph=True)", "rows.append(x.grad.clone())"),
            "The first row is right, and each later one has all rows before it added. What does backward do to .grad?",
            pitfall="M11",
        ),
        Mistake(
            "all rows alike",
            _each_row("y.backward(gradient=v, retain_graph=True)", "rows.append(x.grad)"),
            "All rows are alike. Is there another v for each? And is x.grad a new tensor each time? If it is not "
            "None before a pass, the pass changes it where it is, in your list as well.",
            pitfall="M11",
        ),
        Mistake(
            "a graph used up",
            _each_row("x.grad = None", "y.backward(gradient=v)", "rows.append(x.grad)"),
            "A pass lets go of its graph, so the second one has none. Say retain_graph=True, or call f for each row.",
            pitfall="M13",
        ),
        Mistake(
            "v of another length",
            _each_row(
                "x.grad = None",
                "y.backward(gradient=v, retain_graph=True)",
                "rows.append(x.grad)",
                count="len(x)",
            ),
            "It works where f has as many results as inputs. v weighs the rows: how many entries must it have?",
        ),
        Mistake(
            "rows and columns swapped",
            _each_row("x.grad = None", "y.backward(gradient=v, retain_graph=True)", "rows.append(x.grad)").replace(
                "return rows", "return minigrad.stack(rows).T"
            ),
            "The right numbers, but each pass has become a column. A pass gives a row, of one result for all inputs.",
        ),
        Mistake(
            "another number of rows",
            _each_row("x.grad = None", "y.backward(gradient=v, retain_graph=True)", "rows.append(x.grad)").replace(
                "return rows", "return rows[:3] + rows[:1]"
            ),
            "The number of rows is wrong: J has one for each result, so len(f(x)) of them.",
        ),
    ),
)

# --- 05.3 -------------------------------------------------------------------------------------------------------------

# What `rule` is tried on: x and v. And how long they are when its memory is watched.
SMALL = (([1.0, 2.0], [3.0, 1.0]), ([1.0, 2.0], [0.0, 1.0]), ([2.0, -1.0, 4.0], [1.0, 0.0, -2.0]), ([3.0], [2.0]))
LARGE = 400

# What people hand back instead, for x and v.
INSTEAD: dict[str, Callable[[np.ndarray, np.ndarray], Any]] = {
    "one's own part only": lambda x, v: v * x.sum(),
    "the diagonal only": lambda x, v: v * (x.sum() + x),
    "v left out": lambda x, v: x.sum() + x,
    "columns for rows": lambda x, v: v * x.sum() + x * v.sum(),
    "one number": lambda x, v: v @ x * x.sum(),
}


def right_rule(x: np.ndarray, v: np.ndarray) -> np.ndarray:
    """vᵀJ of y = x * x.sum()."""
    return v * x.sum() + v @ x


def _rule(rule: Any) -> str | None:
    if is_blank(rule):
        raise NotYet("define rule, then hand it over.")
    for values in SMALL:
        x, v = map(np.array, values)
        given = rule(x.copy(), v.copy())
        if is_blank(given):
            raise NotYet("rule hands back nothing yet.")
        if not same(given, right_rule(x, v)):
            return next((name for name, wrong in INSTEAD.items() if same(given, wrong(x, v))), "something else")
    x, v = np.linspace(0.5, 1.5, LARGE), np.linspace(-1.0, 2.0, LARGE)
    given, most = _with_memory(lambda: rule(x.copy(), v.copy()))
    if not same(given, right_rule(x, v)):
        return "something else"
    return "a matrix on the way" if most > 4 * LARGE**2 / 2 else None  # half of J, in numbers of 4 bytes


def _with_memory(call: Callable[[], Any]) -> tuple[Any, int]:
    """What a call gives, and how many bytes it needed at most."""
    begun = not tracemalloc.is_tracing()
    if begun:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        given = call()
        return given, tracemalloc.get_traced_memory()[1] - before
    finally:
        if begun:
            tracemalloc.stop()


def _rule_cell(*lines: str) -> str:
    return function_cell("05.3", "rule(x, v)", *lines)


WITHOUT_J = Exercise(
    id="05.3",
    title="A rule without J",
    stub="# y = x * x.sum(). x and v are NumPy arrays of n numbers, and so is the result. "
    "It is tried with n = 400, too.\n" + _rule_cell("return ..."),
    solution=_rule_cell("return v * x.sum() + v @ x"),
    explanation="""\
For $x = [1, 2]$, $s = 3$. If somebody else's input grows, only $s$ grows, and $y_i = x_i \\cdot s$ moves $x_i$ times as
far. One's own input adds $s$ to that:

$$J = \\begin{pmatrix} 1 + 3 & 1 \\\\ 2 & 2 + 3 \\end{pmatrix} = \\begin{pmatrix} 4 & 1 \\\\ 2 & 5 \\end{pmatrix}$$

Entry $j$ of $v^\\top J$ is $v_j \\cdot s$ and then $v_0 x_0 + v_1 x_1$, the same for each $j$. In the graph these are
two paths to $x$: straight through the product, and by way of the sum. As always, what they bring is added.
""",
    judge=_rule,
    praise="Every slope is in it, and no matrix was made: this is what each operation's rule in minigrad does.",
    hint="Write J for x = [1, 2] on paper, multiply its rows by v, add, and compare with what yours gives.",
    second_hint="s stands on the diagonal, and x[i] in the whole of row i. What does v make of each of these two?",
    mistakes=(
        Mistake(
            "one's own part only",
            _rule_cell("return v * x.sum()"),
            "That is one of two paths. s is made of x as well: what comes to each entry of x by way of s?",
            pitfall="M07",
        ),
        Mistake(
            "the diagonal only",
            _rule_cell("return v * (x.sum() + x)"),
            "That is v times the diagonal of J. But here each result depends on every input: what of the other slopes?",
        ),
        Mistake(
            "v left out",
            _rule_cell("return x.sum() + x"),
            "Those are slopes, and v does not occur in them. v is what arrives: nothing is sent on without it.",
            pitfall="M34",
        ),
        Mistake(
            "columns for rows",
            _rule_cell("return v * x.sum() + x * v.sum()"),
            "That weighs the columns of J. v weighs its rows: row i, with x[i] in every place, counts v[i] times.",
        ),
        Mistake(
            "one number",
            _rule_cell("return v @ x * x.sum()"),
            "That is a single number. One slope is asked for each entry of x, so n of them.",
        ),
        Mistake(
            "a matrix on the way",
            _rule_cell("J = x.sum() * np.eye(len(x)) + x[:, None]", "return v @ J"),
            "The numbers are right, but for n = 400 a matrix of 160,000 entries was made. "
            "Which two terms are left of v @ J when you write it out?",
        ),
    ),
)

EXERCISES = (THREE_CALLS, WHOLE_JACOBIAN, WITHOUT_J)
