"""Lesson 01: the numbers in its text."""

from decimal import Context, Decimal

from numpy.polynomial import Polynomial


def _seven(h: str) -> str:
    """A line of the second table, as decimals of 7 digits make it."""
    kept = Context(prec=7).create_decimal((2 + Decimal(h)) ** 3)
    return f"{h}, f(2 + {h}), {kept}, {kept - 8}, {(kept - 8) / Decimal(h)}"


def _by_hand(h: float) -> str:
    """A line of the first table."""
    return f"{h}, f(2 + {h}), f(2 - {h}), (f(2 + {h}) - f(2)) / {h}, (f(2 + {h}) - f(2 - {h})) / (2 * {h})"


def _cubed(sign: int) -> list[float]:
    """What stands before 1, h, h² and h³ in (2 + sign * h)³."""
    return (Polynomial([2, sign]) ** 3).coef.tolist()


def _best(which: int) -> str:
    return f"10 ** v_curve.state['exponents'][v_curve.best({which})]"


def _error(which: int) -> str:
    return f"v_curve.state['series'][{which}]['errors'][v_curve.best({which})]"


CLAIMS = [
    ("At $a = 3$ the slope of $3a^3$ is 81", "3, 3, 3, 9 * 3**2"),
    ("by 0.81</summary>", "0.01 * 81"),
    ("The result moves 81 times as far", "9 * 3**2"),
    ("81 times the nudge of 0.01 makes 0.81", "81, 0.01, 81 * 0.01"),
    ("slope of $x^3$ is $3x^2$. At $x = 2$ that is 12", "3, 3, 2, 2, 3 * 2**2"),
    ("comes closest to 12?", "3 * 2**2"),
    ("finds a slope of 0", "(f(tensor(2.0) + 1e-7) - f(tensor(2.0))) / 1e-7"),
    ("For $f(x) = x^3$ at $x = 2$, where $f(x) = 8$", "3, 2, f(2)"),
    ("| 0.1 | 9.261 | 6.859 | 12.61 | 12.01 |", _by_hand(0.1)),
    ("| 0.01 | 8.120601 | 7.880599 | 12.0601 | 12.0001 |", _by_hand(0.01)),
    ("(2 + h)^3 = 8 + 12h + 6h^2 + h^3", f"2, 3, {_cubed(1)[:3]}, 2, 3"),
    ("(2 - h)^3 = 8 - 12h + 6h^2 - h^3", f"2, 3, np.abs({_cubed(-1)[:3]}), 2, 3"),
    ("Take 8 from the first", "f(2)"),
    ("the forward difference is $12 + 6h + h^2$", f"{_cubed(1)[1:3]}, 2"),
    ("divide by $2h$: the central difference is $12 + h^2$", f"2, {_cubed(1)[1]}, 2"),
    ("| 0.001 | 8.012006001 | 8.012006 | 0.012006 | 12.006 |", _seven("0.001")),
    ("| 0.00001 | 8.0001200006 | 8.000120 | 0.000120 | 12.0 |", _seven("0.00001")),
    ("| 0.0000001 | 8.0000012000 | 8.000001 | 0.000001 | 10 |", _seven("0.0000001")),
    ("| 0.00000001 | 8.0000001200 | 8.000000 | 0 | 0 |", _seven("0.00000001")),
    ("works out $3 \\cdot 2^2$", "3, 2, 2"),
    ("The guess is 6, that is 3 too low", "parameters @ [2, 1, 1], 9 - parameters @ [2, 1, 1]"),
    ("In float32, 2 and 2.0000001 are one and the same number", "32, np.float32(2), np.float32(2) + np.float32(1e-7)"),
    (
        "In float32 the best $h$ is about 0.006, and the error there is about 0.00003",
        f"32, round({_best(1)}, 3), round({_error(1)}, 5)",
    ),
    (
        "In float64 it is about 0.000003, and the error is about 0.00000000002",
        f"64, round({_best(3)}, 6), round({_error(3)}, 11)",
    ),
    ("The guess is $w_1 x_1 + w_2 x_2 + b = -5$", "1, 1, 2, 2, 3 * -2 + 5 * 0 + 1"),
    ("the gradient, 12, is right", "3 * 2**2"),
]

GIVEN = [
    "01 Slopes by nudging",
    "about 35 minutes",
    "$a$ from 3 to 3.01",
    "how much does $3a^3$ move",
    "by 0.01</summary>",
    "by 81</summary>",
    "Here $a$ moves by 0.01",
    "Python writes 0.00001 as `1e-05`: a 1 that",
    "the two ends, which are $2h$ apart",
    "{2h}",
    "$(2 + h)^3$",
    "$(2 - h)^3$",
    "The term $6h^2$",
    "$6h + h^2$ or $h^2$",
    "shrinks towards 0",
    "its error goes with $h^2$",
    "The box of $x^3$ has",
    "**float32** has room for about 7 of them",
    "**float64**, also called double precision, has room for about 16",
    "0.1, then 0.001, 0.00001 and 0.0000001",
    "$w_1$ has",
    "expect for $h = 0.001$",
    "a computer that keeps 7 digits. Find the forward difference at $x = 2$",
    "| with 7 digits | minus 8 |",
    "spent on the 8, and then the 8 is taken away",
    "float64 has more digits",
    "float32",
    "float64",
    "The same $f(x) = x^3$, but now at $x = 0.02$",
    "be best as at $x = 2$",
    "`step_size(f, 0.02, width=0.02)`",
    "gets the numbers 2 and 1 and should say 9",
    "it meets the input 2",
    "the inputs are $x_1 = -2$ and $x_2 = 0$, the parameters $w_1 = 3$, $w_2 = 5$ and $b = 1$",
    "It should be 2.",
    "Exercise 01.1",
    "Exercise 01.2",
    "Exercise 01.3",
    "02 Tensors that remember",
]
