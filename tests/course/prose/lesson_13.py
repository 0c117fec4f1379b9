"""Lesson 13: the numbers in its text."""

CLAIMS = [
    (
        "Double has the slope 2. **Will the gradient be 2 or 10",
        "2, Double.apply(tensor(1.0)), grad(Double.apply(x), x)",
    ),
    (
        "$a = [3, 8]$ and $b = [4, 6]$, so $c = [5, 10]$. Let $[1, 10]$ arrive",
        "a, b, c, arrives",
    ),
    (
        "| $a$ | $[1, 10]$ | $\\frac{a}{c} = [0.6, 0.8]$ | $[0.6, 8]$ |",
        "arrives, a / c, grad(c, a, arrives, retain_graph=True)",
    ),
    (
        "| $b$ | $[1, 10]$ | $\\frac{b}{c} = [0.8, 0.6]$ | $[0.8, 6]$ |",
        "arrives, b / c, grad(c, b, arrives, retain_graph=True)",
    ),
    (
        "The slope of the square at 6 is 12, and `h` is made with slope 2, so `x` should get 24",
        "2 * x, 2 * (2 * x), 2, 2 * (2 * x) * 2",
    ),
    ("28 is the gradient of nothing", "2 * (2 * x + 1) * 2"),
    ("the two paths bring 10 and 9 to $h$", "h + 1, h"),
    (
        "Then 1 goes on instead of 19, and $x$ gets $1 \\cdot 6$ instead of 114",
        "x.grad / (2 * x), 2 * h + 1, 1, x.grad, (2 * h + 1) * 2 * x",
    ),
    ("With $w = 3$, ten steps make the gradient $3^{10} = 59049$ times as large", "3, 3, 10, 3**10"),
]

GIVEN = [
    "13 Your own Function",
    "about 45 minutes",
    "`x` has shape (4,), and `y` is made from it with shape (3,)",
    "shape (4,) arrives, shape (3,) is sent on",
    "shape (3,) arrives, a table of shape (3, 4) is sent on",
    "shape (3,) arrives, shape (4,) is sent on",
    "`h = 2 * x`, `y = h.exp()`",
    "`h += 1`",
    "It is 10. Autograd believes every rule",
    "lesson 12",
    "\\sqrt{a^2 + b^2}",
    "\\frac{2a}{2",
    "Lesson 02",
    "lesson 06",
    "lesson 10",
    "lesson 15",
    "lesson 01",
    "lesson 04",
    "float64",
    "Each passes at 1",
    "Exercise 13.1",
    "Exercise 13.2",
    "Exercise 13.3",
    "Exercise 13.4",
    "x_0",
    "x_1",
    "14 Gradients of gradients",
]
