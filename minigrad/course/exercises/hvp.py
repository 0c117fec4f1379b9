"""Exercise 14.3 of lesson 14, a Hessian-vector product; and what the lesson's first three are tried on."""

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import Tensor, float64, tensor
from minigrad.autograd.errors import NoGraphError, SpentGraphError, UnusedInputError
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, numbers, same

Scalar = Callable[[Any], Any]


def leaf(values: Any) -> Tensor:
    return tensor(np.asarray(values, dtype=np.float64), dtype=float64, requires_grad=True)


def _psi(x: Any) -> Any:
    return x[0].log() + x[1] ** 2


def _product(x: Any) -> Any:
    return x[0] ** 2 * x[1]


def _cubes(x: Any) -> Any:
    return (x**3).sum() + x[0] * x[2]


# What the first three exercises are tried on: f, x, its gradient and its Hessian.
CASES: tuple[tuple[Scalar, list[float], list[float], list[list[float]]], ...] = (
    (_product, [3, 2], [12, 9], [[4, 6], [6, 0]]),
    (_cubes, [1, 2, -1], [2, 12, 4], [[6, 0, 1], [0, 12, 0], [1, 0, -6]]),
    (_psi, [2, 3], [0.5, 6], [[-0.25, 0], [0, 2]]),
)

NO_GRAPH = "no graph"
OTHER_LEAF = "another leaf"
SPENT = "spent"
RAISED = {NoGraphError: NO_GRAPH, UnusedInputError: OTHER_LEAF, SpentGraphError: SPENT}


def known(error: RuntimeError) -> str:
    """The mistake that raised this error; others are raised again."""
    for kind, name in RAISED.items():
        if isinstance(error, kind):
            return name
    raise error


# What most answers begin with.
RECORDED = "(g,) = grad(f(x), x, create_graph=True)"

MANY = 3000
FEW = 10  # passes that reach x; two are enough


class _TooMany(Exception):
    """More passes than a Hessian-vector product needs."""


def _large(x: Any) -> Any:
    return (x**3).sum() + x.sum() ** 2


def _counted(f: Scalar) -> Scalar:
    """`f`, but at most `FEW` gradients may come to its input."""
    came: list[None] = []

    def count(_: Any) -> None:
        came.append(None)
        if len(came) > FEW:
            raise _TooMany

    def counted(x: Any) -> Any:
        if isinstance(x, Tensor) and x.requires_grad:
            x.register_hook(count)
        return f(x)

    return counted


def _hvp(hvp: Any) -> str | None:
    if is_blank(hvp):
        raise NotYet("define hvp, then hand it over.")
    for f, at, g, hessian in CASES:
        v = np.arange(1.0, len(at) + 1)
        try:
            given = hvp(f, leaf(at), tensor(v))
        except RuntimeError as error:
            return known(error)
        if is_blank(given):
            raise NotYet("hvp hands back nothing yet.")
        mistake = _wrong_product(given, np.array(g), np.array(hessian), v)
        if mistake is not None:
            return mistake
    rng = np.random.default_rng(0)
    x, v = rng.uniform(size=(2, MANY))
    try:
        given = hvp(_counted(_large), leaf(x), tensor(v))
    except _TooMany:
        return "the whole Hessian"
    return None if same(np.ravel(numbers(given)), 6 * x * v + 2 * v.sum()) else "something else"


def _wrong_product(given: Any, g: np.ndarray, hessian: np.ndarray, v: np.ndarray) -> str | None:
    given = numbers(given)
    if given.shape == (1, len(v)):  # as grad hands it out, a tuple of one
        given = given[0]
    if same(given, hessian @ v):
        return None
    beliefs = {
        "v is not used": hessian.sum(axis=0),
        "v after the pass": hessian.sum(axis=0) * v,
        "the gradient times v": g * v,
        "one number": v @ hessian @ v,
        "the first pass only": g @ v,
    }
    return next((name for name, value in beliefs.items() if same(given, value)), "something else")


def _hvp_cell(*lines: str) -> str:
    return function_cell("14.3", "hvp(f, x, v)", *lines)


HVP = Exercise(
    id="14.3",
    title="Two passes for any n",
    stub="# H v, in two passes. For f and x above and v = [1, 2]: [16, 6]. It is tried with n = 3,000, too.\n"
    + _hvp_cell("return ..."),
    solution=_hvp_cell(RECORDED, "return grad(g, x, v)[0]"),
    explanation="""\
A pass from $g$, weighted with $v$, is $v^\\top$ times the Jacobian of $g$, and that is $H$. It is its own mirror image,
so $v^\\top H$ is $Hv$. You may also make one number first: `grad((g * v).sum(), x)` is the same.
""",
    judge=_hvp,
    praise="H v with two passes, whether n is 2 or 3,000: nobody wrote down the nine million second slopes.",
    hint="The first pass gives g, with a graph. The second begins at g: how much should each of its entries count?",
    second_hint="The third argument of grad is the v of lesson 05. The second pass is grad(g, x, v)[0].",
    mistakes=(
        Mistake(
            NO_GRAPH,
            _hvp_cell("(g,) = grad(f(x), x)", "return grad(g, x, v)[0]"),
            "The second pass is the right one, but g has no graph to walk through: have the first pass recorded.",
            pitfall="M29",
        ),
        Mistake(
            "the whole Hessian",
            _hvp_cell(
                RECORDED,
                "rows = [grad(entry, x, retain_graph=True)[0] for entry in g]",
                "return minigrad.stack(rows) @ v",
            ),
            "The numbers are right, but there was a pass for each row. One pass from g, told of v, gives the product.",
        ),
        Mistake(
            "v after the pass",
            _hvp_cell(RECORDED, "return grad(g.sum(), x)[0] * v"),
            "Here the rows were added first, each counted once, and v came too late. v says how much each row counts.",
            pitfall="M09",
        ),
        Mistake(
            "v is not used",
            _hvp_cell(RECORDED, "return grad(g.sum(), x)[0]"),
            "That is H times ones: each entry of g counts once. Let v say how much each of them counts.",
            pitfall="M09",
        ),
        Mistake(
            "the gradient times v",
            _hvp_cell("return grad(f(x), x)[0] * v"),
            "That is the gradient, entry by entry times v: only first slopes. A second pass is missing.",
        ),
        Mistake(
            "one number",
            _hvp_cell(RECORDED, "return (grad(g, x, v)[0] * v).sum()"),
            "H v has as many entries as x. Yours is multiplied by v once more, and added up.",
        ),
    ),
)
