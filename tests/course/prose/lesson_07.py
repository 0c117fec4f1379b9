"""Lesson 07: the numbers in its text."""

CUBES = "minigrad.autograd.grad(x.pow(3).sum(), x)"
SLOPES = "(-2 * kilos * price)"
MEANS = "[(-2 * k * p).mean() for k, p in pieces]"
# Where three steps over the pieces lead, if nobody looks.
LAST = "__import__('functools').reduce(lambda w, b: w - 0.01 * (2 * b[0] * (w * b[0] - b[1])).mean(), pieces, 0.0)"

CLAIMS = [
    ("from 14 to $14 - 1 \\cdot (-6) = 20$", "cleared[0], cleared[0], 1, dial.grad, cleared[0] - dial.grad"),
    ("although the slope at 20 is 0", "20, minigrad.autograd.grad((dial - dial.item()) ** 2 / 2, dial)"),
    ("The −6 is from the *first* pass", "dial.grad"),
    ("20, 26, 26, 20, 14, 14 and 20.", "positions(False, 1.0)[1:8]"),
    (
        "the slope is 6, which makes `.grad` $-6 + 6 = 0$, so the dial stays at 26",
        "positions(False, 1.0)[2] - 20, dial.grad, 6, dial.grad + 6, positions(False, 1.0)[3]",
    ),
    ("In the fourth, `.grad` becomes 6", "positions(False, 1.0)[3] - positions(False, 1.0)[4]"),
    ("Take $x = [-3, 2, 5]$", "x"),
    ("a pass brings $[27, 12, 75]$", CUBES),
    ("| first | None | $[27, 12, 75]$ | $[27, 12, 75]$ |", f"{CUBES}, {CUBES}"),
    (
        "| second | $[27, 12, 75]$ | $[27, 12, 75]$ | $[54, 24, 150]$ |",
        f"{CUBES}, {CUBES}, {CUBES}[0] + {CUBES}[0]",
    ),
    ("has left 5 in `a.grad`, and $a = 3$", "a.grad, a"),
    ("$3 + 3 = 6$ is the fan-out", "a, a, minigrad.autograd.grad(a * a, a)"),
    ("$5 + 6 = 11$ is the accumulation", "a.grad, 2 * a, a.grad + 2 * a"),
    ("it would still show 27, 12 and 75", CUBES),
    ("At $w = 0$ that is $-4$, $-4$, $-16$, $-16$ and $-100$", f"0, {SLOPES}"),
    ("The mean of the four slopes is $-10$", f"{SLOPES}[:4].mean()"),
    ("the means are $-4$ and $-16$, which add up to $-20$", f"{MEANS}[:2], sum({MEANS}[:2])"),
    ("$-2 - 8 = -10$", f"{MEANS}[0] / 2, -{MEANS}[1] / 2, sum({MEANS}[:2]) / 2"),
    ("| first | $-4, -4$ | $-4$ | $\\frac{2}{5}$ | $-1.6$ |", f"{SLOPES}[:2], {MEANS}[0], 2, 5, {MEANS}[0] * 2 / 5"),
    (
        "| second | $-16, -16$ | $-16$ | $\\frac{2}{5}$ | $-6.4$ |",
        f"{SLOPES}[2:4], {MEANS}[1], 2, 5, {MEANS}[1] * 2 / 5",
    ),
    ("| third | $-100$ | $-100$ | $\\frac{1}{5}$ | $-20$ |", f"{SLOPES}[4], {MEANS}[2], 1, 5, {MEANS}[2] / 5"),
    ("past the right price, 2, to 3.79", "price[0], round(w.item(), 2)"),
    ("The mean of the three means is $-40$", "in_pieces.grad"),
    ("adds up to $-28$, the gradient of the whole", "with_all.grad"),
    ("a last `w` near 1.1,", f"round({LAST}.item(), 1)"),
]

GIVEN = [
    "07 Accumulation",
    "about 40 minutes",
    "one brings 2, the other 5.",
    "<summary>7</summary>",
    "<summary>5</summary>",
    "<summary>10</summary>",
    "What becomes of the 2?",
    "A dial stands at 14 and should stand at 20.",
    "$\\frac{1}{2}(d - 20)^2$, so the slope is $d - 20$",
    "Here `lr` is 1,",
    "added its 0 to it",
    "The slope of $x^3$ is $3x^2$",
    "that of lesson 04",
    "but a 0 is a gradient to it (lesson 15 shows",
    "write `range(7)` instead of `range(2)`",
    "$w$ starts at 0",
    "$2 \\cdot \\text{kilos}",
    "exercise 05.1",
    "Lesson 08",
    "Places 2 and 4",
    "Place 1",
    "Place 3",
    "`w` stays at 0",
    "Exercise 07.1",
    "Exercise 07.2",
    "Exercise 07.3",
    "08 Graphs are spent once",
]
