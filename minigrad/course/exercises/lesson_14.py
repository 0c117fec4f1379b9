"""Exercises of lesson 14, Gradients of gradients."""

from typing import Any

import numpy as np

from minigrad import Tensor
from minigrad.autograd import grad
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, numbers, same
from minigrad.course.exercises.hvp import CASES, HVP, NO_GRAPH, OTHER_LEAF, RECORDED, SPENT, Scalar, known, leaf
from minigrad.course.exercises.newton import NEWTON

# --- 14.1 -------------------------------------------------------------------------------------------------------------


def _steeper(steeper: Any) -> str | None:
    if is_blank(steeper):
        raise NotYet("define steeper, then hand it over.")
    for f, at, g, hessian in CASES:
        x = leaf(at)
        results: list[Any] = []

        def watched(x: Any, f: Scalar = f, results: list[Any] = results) -> Any:
            results.append(f(x))
            return results[-1]

        try:
            given = steeper(watched, x)
        except RuntimeError as error:
            name = known(error)
            if name == NO_GRAPH and results and _is_spent(results[0], x):
                raise NotYet("the second grad is still refused: g has no graph of its own.") from None
            return name
        if is_blank(given):
            raise NotYet("steeper hands back nothing yet.")
        mistake = _wrong_steeper(given, np.array(g), np.array(hessian))
        if mistake is not None:
            return mistake
    return None


def _is_spent(result: Any, x: Tensor) -> bool:
    try:
        grad(result, x, retain_graph=True)
    except RuntimeError:
        return True
    return False


def _wrong_steeper(given: Any, g: np.ndarray, hessian: np.ndarray) -> str | None:
    expected = 2 * hessian @ g
    beliefs = {
        "the gradient itself": g,
        "the norm itself": (g**2).sum(),
        "not squared": hessian.sum(axis=0),
        "half of it": hessian @ g,
        "the root": hessian @ g / np.linalg.norm(g),
    }
    given = numbers(given)
    if same(given, expected) or same(given, expected[None]):  # or as grad hands it out, a tuple of one
        return None
    return next((name for name, value in beliefs.items() if same(given, value)), "something else")


def _steeper_cell(*lines: str) -> str:
    return function_cell("14.1", "steeper(psi, x)", *lines)


STEEPER = Exercise(
    id="14.1",
    title="How steep, and where steeper",
    stub="# Mend it: the gradient of the squared norm, for any psi. For the psi above and x = [2, 3]: [-0.25, 24].\n"
    + _steeper_cell("(g,) = grad(psi(x), x)", "return grad((g**2).sum(), x)[0]"),
    solution=_steeper_cell("(g,) = grad(psi(x), x, create_graph=True)", "return grad((g**2).sum(), x)[0]"),
    explanation="""\
The first pass must be recorded, since the second one walks through it. The second need not be, as nobody differentiates
what it gives. (It gives $2Hg$, twice the Hessian times the gradient: a Hessian-vector product.)
""",
    judge=_steeper,
    praise="The gradient of a squared length: [-0.25, 24], and right for every other psi.",
    hint="Two calls of grad: the first for g, with a graph, the second for the sum of the squares of g.",
    second_hint="Compare with the formula at [2, 3]: g is [0.5, 6], and the squares add up to 36.25.",
    mistakes=(
        Mistake(
            NO_GRAPH,
            _steeper_cell("(g,) = grad(psi(x), x, retain_graph=True)", "return grad((g**2).sum(), x)[0]"),
            "retain_graph=True keeps the graph of psi. But g needs a graph of its own: have its pass recorded.",
            pitfall="M29",
        ),
        Mistake(
            OTHER_LEAF,
            _steeper_cell("(g,) = grad(psi(x), x)", "g.requires_grad_()", "y = (g**2).sum()", "return grad(y, x)[0]"),
            "Now g is a leaf, without a past: nothing leads from it back to x. Its pass must be recorded instead.",
            pitfall="M29",
        ),
        Mistake(
            "half of it",
            _steeper_cell("(g,) = grad(psi(x), x, create_graph=True)", "return grad((g * g.detach()).sum(), x)[0]"),
            "Half of what it should be: g stands twice in its square, and one of the two was cut off.",
        ),
        Mistake(
            "not squared",
            _steeper_cell("(g,) = grad(psi(x), x, create_graph=True)", "return grad(g.sum(), x)[0]"),
            "That is the gradient of the sum of g. What is asked is the sum of its squares.",
        ),
        Mistake(
            "the gradient itself",
            _steeper_cell("return grad(psi(x), x)[0]"),
            "That is the gradient of psi, [0.5, 6] in the example. Square it, add up, and differentiate once more.",
        ),
        Mistake(
            "the root",
            _steeper_cell("(g,) = grad(psi(x), x, create_graph=True)", "return grad(g.norm(), x)[0]"),
            "That is the gradient of the norm. What is asked is that of its square, without a root.",
        ),
        Mistake(
            "the norm itself",
            _steeper_cell("(g,) = grad(psi(x), x)", "return (g**2).sum()"),
            "That is the squared norm, one number. In which direction does it grow? Differentiate it once more.",
        ),
    ),
)

# --- 14.2 -------------------------------------------------------------------------------------------------------------


def _hessian(hessian_of: Any) -> str | None:
    if is_blank(hessian_of):
        raise NotYet("define hessian_of, then hand it over.")
    for f, at, g, hessian in CASES:
        try:
            rows = hessian_of(f, leaf(at))
        except RuntimeError as error:
            return known(error)
        if is_blank(rows) or (isinstance(rows, list | tuple) and not rows):
            raise NotYet("hessian_of hands back no rows yet.")
        mistake = _wrong_rows(rows, np.array(g), np.array(hessian))
        if mistake is not None:
            return mistake
    return None


def _wrong_rows(rows: Any, g: np.ndarray, hessian: np.ndarray) -> str | None:
    given = numbers(rows)
    if given.shape == (len(g), 1, len(g)):  # each row as grad hands it out, a tuple of one
        given = given[:, 0]
    if same(given, hessian):
        return None
    if same(given.reshape(-1), hessian.sum(axis=0)):
        return "one pass"
    if same(given, np.diag(hessian)) or same(given, np.diag(np.diag(hessian))):
        return "the diagonal only"
    if same(given, np.outer(g, g)):
        return "products of first slopes"
    if same(given, hessian.cumsum(axis=0)):
        return "rows pile up"
    return "something else"


def _hessian_cell(*lines: str) -> str:
    return function_cell("14.2", "hessian_of(f, x)", *lines)


HESSIAN = Exercise(
    id="14.2",
    title="Row by row",
    stub="# f(x) is one number, x has n of them. Hand back H, n rows of n. For f and x above: [[4, 6], [6, 0]].\n"
    + _hessian_cell("rows = []", "...", "return rows"),
    solution=_hessian_cell(
        RECORDED,
        "rows = []",
        "for i in range(len(x)):",
        "    rows.append(grad(g[i], x, retain_graph=True)[0])",
        "return rows",
    ),
    explanation="""\
One recorded pass for the gradient, then a pass for each of its entries. All of these walk through the same graph, so it
must be kept (lesson 08). `minigrad.autograd.functional.hessian` does this for you.
""",
    judge=_hessian,
    praise="All second slopes, a row for each entry of the gradient.",
    hint="Get g with a graph. Row i comes by a pass from g[i].",
    second_hint="First g, with create_graph=True. Then loop over its entries: a pass from each, which keeps the graph.",
    mistakes=(
        Mistake(
            NO_GRAPH,
            _hessian_cell("(g,) = grad(f(x), x)", "return [grad(entry, x)[0] for entry in g]"),
            "g has no graph, so nothing leads from its entries back to x. Have the first pass recorded.",
            pitfall="M29",
        ),
        Mistake(
            SPENT,
            _hessian_cell(RECORDED, "return [grad(entry, x)[0] for entry in g]"),
            "The first row has used up what the second one needs. All rows walk through one graph: keep it.",
            pitfall="M13",
        ),
        Mistake(
            "one pass",
            _hessian_cell(RECORDED, "return grad(g.sum(), x)[0]"),
            "That is one pass from the sum: all rows added up. It takes a pass for each entry of g.",
            pitfall="M09",
        ),
        Mistake(
            "the diagonal only",
            _hessian_cell(RECORDED, "return [grad(entry, x, retain_graph=True)[0][i] for i, entry in enumerate(g)]"),
            "Those are the numbers on the diagonal. Each entry of g has a slope for every input, not only for its own.",
        ),
        Mistake(
            "products of first slopes",
            _hessian_cell("(g,) = grad(f(x), x)", "return g.reshape(-1, 1) * g"),
            "That is each first slope times each other one. A second slope is the slope of a slope: differentiate g.",
        ),
        Mistake(
            "rows pile up",
            _hessian_cell(
                RECORDED,
                "rows = []",
                "for entry in g:",
                "    entry.backward(retain_graph=True)",
                "    rows.append(x.grad.clone())",
                "return rows",
            ),
            "The first row is right, the others hold the rows before them as well: backward adds to .grad.",
            pitfall="M11",
        ),
    ),
)

EXERCISES = (STEEPER, HESSIAN, HVP, NEWTON)
