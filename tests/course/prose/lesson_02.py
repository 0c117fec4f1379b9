"""Lesson 02: the numbers in its text."""

CLAIMS = [
    ("$2x + 2x$ has the slope 4", "2, 2, 2 + 2"),
    ("Only 2. For `both`", "sum(2 for node, _ in both.grad_fn.next_functions if node is not None)"),
    ("$x = [1, 2]$, $y = [4, 5]$ and $z = [7, 3]$", "x, y, z"),
    ("`a = x + y` | $[5, 7]$", "a"),
    ("`b = x + z` | $[8, 5]$", "b"),
    ("`c = a * b` | $[40, 35]$", "c"),
    ("the gradient of $z$ is $a = [5, 7]$", "z.grad"),
    ("from 1 the next whole number is 2", "counts[0], counts[0] + 1"),
    ("The slope of $x^3$ is $3x^2$. So for $[-3, 2, 5]$", "3, 3, 2, -3, 2, 5"),
    ("return $[27, 12, 75]$", "3 * (-3) ** 2, 3 * 2**2, 3 * 5**2"),
]

GIVEN = [
    "02 Tensors that remember",
    "about 35 minutes",
    "A function has 1000 inputs",
    "<summary>2</summary>",
    "<summary>1000</summary>",
    "<summary>1001</summary>",
    "If $z$ grows by 1",
    "`x.grad` is None, and not 0. The slope is not 0",
    "lesson 15",
    "`tensor([1, 10])`",
    "`c * tensor([1, 2])`",
    "`Tensor(3)`",
    "Exercise 02.1",
    "Exercise 02.2",
    "Exercise 02.3",
    "Exercise 02.4",
    "$s^2$",
    "$2s$",
    "03 The graph",
]
