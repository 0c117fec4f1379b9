"""Lesson 03: the numbers in its text."""

CLAIMS = [
    ("0.012</summary>", "12 * 0.001"),
    ("0.000012", "0.012 * 0.001"),
    ("<summary>12</summary>", "0.012 / 0.001"),
    ("moves 12 times", "0.012 / 0.001"),
    ("| `x = tensor(3.0, …)` | `x` → | 3 |", "lost, lost"),
    ("| `x = x * 2` | `x` → | 6 |", "2, 2 * lost"),
    ("Take $x = [1, -2, 3, -4]$", "x"),
    ("| `x` | $[1, -2, 3, -4]$ |", "x"),
    ("| `a` | $[1, 2, 3, 4]$ |", "x.abs()"),
    ("| `s` | $10$ |", "s"),
    ("has only one, number 0", "s.grad_fn.next_functions[0][1]"),
    ("$y = (2x)^2 = 4x^2$ has the slope $8x = 24$ at 3", "2, 2, 4, 2, 8, lost.grad, lost"),
    ("some slopes are $-1$", "(x.sign() - 1).sum() / 4"),
    ("the plain number 3 needs no", "3"),
]

GIVEN = [
    "03 The graph",
    "about 40 minutes",
    "You nudge an input by 0.001, and the result moves by 0.012",
    "Here $x$ is 3.",
    "24, 12, 6 or None",
    "`doubled = x * 2`",
    "`AbsBackward0`",
    "The 0 means nothing",
    "“2nd of 4”",
    "`SumBackward0`",
    "`w1`",
    "`x1`",
    "`range(2)` to `range(3)` and to `range(0)`",
    "Exercise 03.1",
    "Exercise 03.2",
    "Exercise 03.3",
    "04 Backward, node by node",
]
