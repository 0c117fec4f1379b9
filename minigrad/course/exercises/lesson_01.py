"""Exercises of lesson 01, Slopes by nudging."""

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, numbers, values_cell

# --- 01.1 -------------------------------------------------------------------------------------------------------------

Function = Callable[[Any], Any]

# f, x and h: coarse nudges, so that each formula gives another number.
CASES: tuple[tuple[Function, float, float], ...] = (
    (lambda x: x * x * x, 2.0, 0.5),
    (lambda x: x * x * x - 4 * x, -1.5, 0.25),
    (np.sin, 1.0, 0.5),
    (np.exp, 0.5, 0.75),
)
# And a fine one, whose slope float32 gets wrong.
FINE: tuple[Function, float, float] = (lambda x: x * x, 1000.0, 1e-3)

# What people write instead, and the slope itself, which no nudge of these sizes finds.
FORMULAS: dict[str, Callable[[Function, float, float], float]] = {
    "the forward difference": lambda f, x, h: (f(x + h) - f(x)) / h,
    "backwards": lambda f, x, h: (f(x) - f(x - h)) / h,
    "divided by h": lambda f, x, h: (f(x + h) - f(x - h)) / h,
    "multiplied by h": lambda f, x, h: (f(x + h) - f(x - h)) / 2 * h,
    "only 2 below the line": lambda f, x, h: (f(x + h) - f(x - h)) / 2,
    "the wrong way round": lambda f, x, h: (f(x - h) - f(x + h)) / (2 * h),
    "a nudge of its own": lambda f, x, h: _central(f, x, 1e-5),
}


def _central(f: Function, x: float, h: float) -> float:
    return (f(x + h) - f(x - h)) / (2 * h)


def _one(answer: Any) -> float:
    """A number, a tensor or an array of one element, as a number."""
    flat = numbers(answer).ravel()
    if flat.size != 1:
        raise ValueError(f"slope gave {flat.size} numbers, one is expected")
    return float(flat[0])


def _difference(slope: Any) -> str | None:
    if is_blank(slope):
        raise NotYet("define slope, then hand it over.")
    if not callable(slope):
        return "a number"
    given = [slope(*case) for case in CASES]
    if is_blank(given):
        raise NotYet("slope gives nothing back. Put the formula where the dots are.")
    found = [_one(each) for each in given]
    if np.allclose(found, [_central(*case) for case in CASES], rtol=1e-4):
        return None if np.isclose(_one(slope(*FINE)), _central(*FINE), rtol=1e-4) else "float32"
    for name, formula in FORMULAS.items():
        if np.allclose(found, [formula(*case) for case in CASES], rtol=1e-4):
            return name
    return "another formula"


def _slope_cell(*lines: str) -> str:
    cell = function_cell("01.1", "slope(f, x, h)", *lines)
    return f"# The slope of f at x, by a nudge of h in both directions.\n{cell}"


CENTRAL_DIFFERENCE = Exercise(
    id="01.1",
    title="The central difference",
    stub=_slope_cell("return ..."),
    solution=_slope_cell("return (f(x + h) - f(x - h)) / (2 * h)"),
    explanation="""\
Nudge up, nudge down, and divide by how far apart the two ends are: $2h$. The brackets around `2 * h` are needed, since
Python would otherwise divide by 2 and then multiply by $h$.
""",
    judge=_difference,
    praise="One nudge up, one down, and 2h between them. The bend of the curve cancels.",
    hint="Write the formula with f(x + h), f(x - h) and 2h, with brackets above and below the line.",
    second_hint="Try slope(f, 2, 0.1) in a new cell: the table by hand says 12.01.",
    mistakes=(
        Mistake(
            "the forward difference",
            _slope_cell("return (f(x + h) - f(x)) / h"),
            "That is the forward difference: it never looks at the other side of x. Nudge down as well.",
        ),
        Mistake(
            "backwards",
            _slope_cell("return (f(x) - f(x - h)) / h"),
            "That nudges down only, and the bend of the curve does not cancel. Compare both ends with each other.",
        ),
        Mistake(
            "divided by h",
            _slope_cell("return (f(x + h) - f(x - h)) / h"),
            "Your slopes are twice too large: how far is it from x - h to x + h?",
        ),
        Mistake(
            "multiplied by h",
            _slope_cell("return (f(x + h) - f(x - h)) / 2 * h"),
            "Python reads a / 2 * h from the left: it divides by 2, then multiplies by h. Which brackets are missing?",
        ),
        Mistake(
            "only 2 below the line",
            _slope_cell("return (f(x + h) - f(x - h)) / 2"),
            "That is how far f moves, not yet how far it moves for each unit of x: h is missing below the line.",
        ),
        Mistake(
            "the wrong way round",
            _slope_cell("return (f(x - h) - f(x + h)) / (2 * h)"),
            "The size is right and the sign is not. Where f rises, f(x + h) is the larger one.",
        ),
        Mistake(
            "a nudge of its own",
            _slope_cell("h = 1e-5", "return (f(x + h) - f(x - h)) / (2 * h)"),
            "Your function does not nudge by the h that it is given. Whoever calls it wants to choose.",
        ),
        Mistake(
            "float32",
            _slope_cell("x = tensor(x)", "return ((f(x + h) - f(x - h)) / (2 * h)).item()"),
            "The formula is right, but in float32 a small nudge drowns in rounding. Leave x as it comes: in float64.",
            pitfall="M01",
        ),
        Mistake(
            "a number",
            'check("01.1", 12.01)\n',
            "Hand over the function itself, slope, without calling it. It will be tried on several f, x and h.",
        ),
    ),
)

# --- 01.2 -------------------------------------------------------------------------------------------------------------

# At x = 0.02 the best h are near 1e-4 and 1e-7; forward differences are best near 5e-6 and 3e-10, and at x = 2 the
# central one is best near 6e-3 and 3e-6. What is accepted stays clear of all of these.
GOOD_32, GOOD_64 = (1e-5, 8e-4), (9e-9, 9e-7)


def _between(h: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= h <= bounds[1]


def _best_h(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet("put a number in place of each ..., such as 1e-3.")
    in_32, in_64 = (_one(part) for part in answer)
    if _between(in_32, GOOD_32) and _between(in_64, GOOD_64):
        return None
    if in_32 < 0 or in_64 < 0:
        return "exponents"
    if in_32 == in_64:
        return "one h for both"
    if _between(in_32, GOOD_64) and _between(in_64, GOOD_32):
        return "swapped"
    if _between(in_32, (1e-3, 1e-1)) and _between(in_64, (1e-6, 1e-4)):
        return "the h of x = 2"
    if _between(in_32, (1e-7, 1e-5)) and _between(in_64, (1e-11, 9e-9)):
        return "those of the forward difference"
    if in_32 < GOOD_32[0] or in_64 < GOOD_64[0]:
        return "the smaller the better"
    return "too large"


def _h_cell(h_float32: str, h_float64: str) -> str:
    return values_cell("01.2", h_float32=h_float32, h_float64=h_float64)


BEST_H = Exercise(
    id="01.2",
    title="The best h",
    stub="# The best h for the central difference of f at x = 0.02.\n" + _h_cell("...", "..."),
    solution=_h_cell("1e-4", "1e-7"),
    explanation="""\
$x$ is 100 times smaller than 2, and so is the best $h$.

- Truncation: what counts is how large $h$ is beside $x$, since that tells how far the curve bends.
- Rounding: a computer keeps a number of digits, not a number of places. Near 0.02 it tells numbers apart that are 100
  times closer together than those near 2.

So both arms of the V move by two powers of ten, and so does the bottom.
`step_size(f, 0.02, width=0.02)` shows it: near 1e-4 in float32, near 1e-7 in float64.
""",
    judge=_best_h,
    praise="x is 100 times smaller, so the best h is too: what counts is how large h is beside x.",
    hint="Run step_size(f, 0.02, width=0.02) and find the bottom of each central curve.",
    second_hint="In the widget's table the last column tells: move the slider until a central row says “its best h”.",
    mistakes=(
        Mistake(
            "the h of x = 2",
            _h_cell("0.006", "3e-6"),
            "At x = 2 these were best. x is 100 times smaller now: look how far the V has moved.",
        ),
        Mistake(
            "the smaller the better",
            _h_cell("1e-12", "1e-16"),
            "A nudge that small moves f by less than its last digits can show. Look at the left arms of the V.",
            pitfall="M01",
        ),
        Mistake(
            "one h for both",
            _h_cell("1e-7", "1e-7"),
            "float32 and float64 cannot share an h: with fewer digits, rounding drowns a nudge sooner.",
            pitfall="M01",
        ),
        Mistake(
            "those of the forward difference",
            _h_cell("1e-6", "3e-10"),
            "Near those the forward difference is best. In the central one the bend cancels, and larger nudges do.",
        ),
        Mistake(
            "swapped",
            _h_cell("1e-7", "1e-4"),
            "The right numbers in the wrong places: which of the two has more digits, and can bear smaller nudges?",
        ),
        Mistake(
            "too large",
            _h_cell("0.02", "0.001"),
            "Of the two nudges, one is still so large that the curve bends away: it is on the right arm of its V.",
        ),
        Mistake(
            "exponents",
            _h_cell("-4", "-7"),
            "You may have the right powers of ten. Write the nudge itself: 1e-3 is ten to the power of −3.",
        ),
    ),
)

# --- 01.3 -------------------------------------------------------------------------------------------------------------

WORDS = {"up": 1, "+": 1, "rises": 1, "down": -1, "-": -1, "−": -1, "falls": -1, "stay": 0, "stays": 0, "same": 0}


def _direction(answer: Any) -> int:
    """1 for up, 0 for stay, −1 for down; a number counts by its sign."""
    if isinstance(answer, str) and (word := answer.strip().lower()) in WORDS:
        return WORDS[word]
    return int(np.sign(_one(answer)))


def _signs(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet('write "up", "down" or "stay" in place of each ... (four in all).')
    w1, w2, b, move = (_direction(part) for part in answer)
    if (w1, b) == (-1, 1):
        return "the guess"
    if w2 != 0:
        return "an input of zero"
    if b != -1:
        return "wrong for b"
    if w1 == -1:
        return "the minus of x1"
    if w1 != 1:
        return "wrong for w1"
    return None if move == -1 else "with the slope"


def _sign_cell(*words: str) -> str:
    names = "w1_up", "w2_up", "b_up", "move_w1"
    return values_cell("01.3", **{name: f'"{word}"' for name, word in zip(names, words, strict=True)})


WHICH_WAY = Exercise(
    id="01.3",
    title="Which way?",
    stub="""\
# Nudge one parameter up. Does the error go "up", go "down", or "stay"?
w1_up = ...
w2_up = ...
b_up = ...
# And where should w1 go to make the error smaller: "up" or "down"?
move_w1 = ...
check("01.3", (w1_up, w2_up, b_up, move_w1))
""",
    solution=_sign_cell("up", "stay", "down", "down"),
    explanation="""\
The guess, −5, is below 2, so the error falls when the guess rises.

- $w_1$ up: it meets $x_1 = -2$, so the guess falls, and the error goes up.
- $w_2$ up: it meets $x_2 = 0$, so nothing changes.
- $b$ up: the guess rises, and the error goes down.
- A positive slope for $w_1$: against it is down.
""",
    judge=_signs,
    praise="Sign by sign, and then against the slope. The slopes are 28, 0 and −14.",
    hint="In two steps: does the guess rise or fall? It is too low: does the error then fall or rise?",
    second_hint="Put the new numbers into error and call slopes_of: the sign of each slope is the answer.",
    mistakes=(
        Mistake(
            "the guess",
            _sign_cell("down", "stay", "up", "down"),
            "That is where the guess goes. It is below 2: when it falls further, what does the error do?",
        ),
        Mistake(
            "the minus of x1",
            _sign_cell("down", "stay", "down", "up"),
            "w2 and b are right. w1 is multiplied by −2: if w1 goes up, where does w1 * x1 go?",
        ),
        Mistake(
            "an input of zero",
            _sign_cell("up", "down", "down", "down"),
            "w2 is multiplied by x2, and x2 is 0. How far does the guess move when w2 does?",
        ),
        Mistake(
            "with the slope",
            _sign_cell("up", "stay", "down", "up"),
            "All three signs are right. But if the error goes up when w1 does, which way is better for w1?",
        ),
    ),
)

EXERCISES = (CENTRAL_DIFFERENCE, BEST_H, WHICH_WAY)
