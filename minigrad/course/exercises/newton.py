"""Exercise 14.4 of lesson 14, Newton's method."""

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import Tensor, float64, tensor
from minigrad.autograd.errors import NoGraphError
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, numbers, same


def _rosenbrock(x: Any) -> Any:
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def _bowl(x: Any) -> Any:
    return x[0] ** 2 + x[0] * x[1] + 2 * x[1] ** 2 - 7 * x[1]


def _fourth_powers(x: Any) -> Any:
    return (x**4).sum()


Slopes = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def _of_rosenbrock(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b = x
    off = -400 * a
    return (
        np.array([-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)]),
        np.array([[2 - 400 * (b - 3 * a * a), off], [off, 200]]),
    )


def _of_bowl(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hessian = np.array([[2.0, 1.0], [1.0, 4.0]])
    return hessian @ x - [0, 7], hessian


def _of_fourth_powers(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return 4 * x**3, np.diag(12 * x**2)


# What `newton` is tried on: f, its gradient and Hessian, where it begins, how many steps.
CASES: tuple[tuple[Callable[[Any], Any], Slopes, list[float], int], ...] = (
    (_rosenbrock, _of_rosenbrock, [0, 0], 1),
    (_rosenbrock, _of_rosenbrock, [0, 0], 2),
    (_rosenbrock, _of_rosenbrock, [-1.2, 1], 3),
    (_bowl, _of_bowl, [5, -4], 1),
    (_fourth_powers, _of_fourth_powers, [3, -2, 1], 3),
)


def _walked(slopes: Slopes, x: np.ndarray, steps: int, way: str = "") -> np.ndarray:
    """The point after so many steps; `way` is a wrong way to take them."""
    first = slopes(x)[1]
    for _ in range(steps):
        g, hessian = slopes(x)
        s = np.linalg.solve(first if way == "one Hessian for all steps" else hessian, g)
        if way == "no matrix":
            s = g / np.diag(hessian)
        elif way == "the slope alone":
            s = g
        elif way == "times instead of divided":
            s = hessian @ g
        x = x + s if way == "uphill" else x - s
    return x


WAYS = ("uphill", "no matrix", "the slope alone", "times instead of divided", "one Hessian for all steps")


def _newton(newton: Any) -> str | None:
    if is_blank(newton):
        raise NotYet("define newton, then hand it over.")
    found = None
    for f, slopes, begin, steps in CASES:
        at = np.array(begin, dtype=np.float64)
        x = tensor(at.copy(), dtype=float64, requires_grad=True)
        try:
            given = newton(f, x, steps)
        except NoGraphError:
            return "no graph"
        if is_blank(given) or (same(given, at) and f is _rosenbrock):
            raise NotYet("newton has not moved x yet.")
        if not same(given, _walked(slopes, at, steps)):
            return _wrong_point(given, slopes, at, steps)
        if isinstance(given, Tensor) and given.grad_fn is not None:
            found = "the graph goes on"
    return found


def _wrong_point(given: Any, slopes: Slopes, at: np.ndarray, steps: int) -> str:
    numbers(given)  # or it is none at all
    if steps > 1 and same(given, _walked(slopes, at, 1)):
        return "one step only"
    return next((way for way in WAYS if same(given, _walked(slopes, at, steps, way))), "something else")


def _newton_cell(
    solve: str = "minigrad.linalg.solve(H, g.detach())",
    move: str = "x = (x - s).detach().requires_grad_()",
    create: str = ", create_graph=True",
    last: str = "return x",
) -> str:
    return function_cell(
        "14.4",
        "newton(f, x, steps)",
        "for _ in range(steps):",
        f"    (g,) = grad(f(x), x{create})",
        "    H = minigrad.stack([grad(entry, x, retain_graph=True)[0] for entry in g])",
        f"    s = {solve}",
        f"    {move}",
        last,
    )


NEWTON = Exercise(
    id="14.4",
    title="Newton's method",
    stub="# The point after so many steps. minigrad.linalg.solve(H, g) finds the s with H s = g, for tensors.\n"
    + function_cell("14.4", "newton(f, x, steps)", "for _ in range(steps):", "    ...", "return x"),
    solution=_newton_cell(),
    explanation="""\
Each step makes a gradient with a graph, the rows of the Hessian (or your `hessian_of`), and solves $Hs = g$. Then $x$
moves by $-s$. The new $x$ is a new leaf: without `detach()` it would lead back through all steps before it, and these
graphs hold graphs of gradients, too.
""",
    judge=_newton,
    praise="From [0, 0] to the bottom of Rosenbrock's valley in two steps, with nothing left behind in memory.",
    hint="In each step: g with a graph, H from its entries, the s with H s = g, then x - s as a new leaf.",
    second_hint="Try one step from [0, 0] on rosenbrock, and compare g, H and the new x with the table.",
    mistakes=(
        Mistake(
            "the graph goes on",
            _newton_cell(solve="minigrad.linalg.solve(H, g)", move="x = x - s"),
            "The numbers are right. But x leads back through all steps, and keeps their graphs: make it a new leaf.",
        ),
        Mistake(
            "uphill",
            _newton_cell(move="x = (x + s).detach().requires_grad_()"),
            "solve(H, g) gives the s with H s = g. We want g + H s = 0: mind the sign.",
        ),
        Mistake(
            "the slope alone",
            _newton_cell(solve="g.detach()"),
            "That is lesson 09's step, at a rate of 1. How far to go is told by H: solve H s = g.",
        ),
        Mistake(
            "no matrix",
            _newton_cell(solve="g.detach() / H.diagonal()"),
            "That divides each slope by its own second slope. Inputs change each other's slopes, too: use all of H.",
        ),
        Mistake(
            "times instead of divided",
            _newton_cell(solve="H @ g.detach()"),
            "H g is how the gradient changes along g. The step is the other way round: the s with H s = g.",
        ),
        Mistake(
            "one step only",
            _newton_cell(last="    return x"),
            "That is the point after one step, however many are asked for. Does the return stand inside of the loop?",
        ),
        Mistake(
            "no graph",
            _newton_cell(create=""),
            "g has no graph, so there are no rows of H. Have the first pass recorded.",
            pitfall="M29",
        ),
    ),
)
