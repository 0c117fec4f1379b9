"""Lesson 00: the numbers in its text."""

CLAIMS = [
    ("from 3 to 3.001", "3, 3 + nudge"),
    ("The factor 81 is", "round(moved / nudge)"),
    ("$a = [2, 3]$ and $b = [6, 4]$", "a, b"),
    ("$9 \\cdot 2^2 = 36$", "9, a[0], 2, 9 * a[0] ** 2"),
    ("$9 \\cdot 3^2 = 81$", "9, a[1], 2, 9 * a[1] ** 2"),
    ("$-2 \\cdot 6 = -12$", "-2, b[0], -2 * b[0]"),
    ("$-2 \\cdot 4 = -8$", "-2, b[1], -2 * b[1]"),
    ("The second entry of $a$ stands at 3, and there is our 81 again", "a[1], a.grad[1]"),
    ("36 and 81 for $a$, −12 and −8 for $b$", "a.grad, b.grad"),
    ("the gradient [1., 1.]", "1, 1"),
]

GIVEN = [
    "00 Start here",
    "$Q = 3a^3 - b^2$",
    "$a = 3$, $b = 4$",
    "by about 0.001, by about 0.01, or by about 0.1",
    "$9a^2$",
    "$-2b$",
    "Lesson 05",
    "Exercise 00.1",
    "Exercise 00.2",
    "$a = [1, 2]$ and $b = [5, 1]$",
    "work/00_start_here.ipynb",
    "01 Slopes by nudging",
]
