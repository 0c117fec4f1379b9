"""Lesson 14: the numbers in its text."""

# f at [3, 2] and psi at [2, 3], with their Hessians, and Rosenbrock's valley at the two points of the table.
_F = "minigrad.autograd.functional.hessian(f, tensor([3.0, 2.0]))"
_STEEP = "tensor([2.0, 3.0], requires_grad=True)"


def _newton(values: str) -> str:
    """Value, gradient, Hessian and step of Newton's method at a point."""
    functional = "minigrad.autograd.functional"
    jacobian, hessian = f"{functional}.jacobian(rosenbrock, p)", f"{functional}.hessian(rosenbrock, p)"
    return f"(p := tensor({values})), rosenbrock(p), (q := {jacobian}), (H := {hessian}), -minigrad.linalg.solve(H, q)"


CLAIMS = [
    ("For `t = [1, 2, 4]`, the gradient of `(t**2).sum()` is $[2, 4, 8]$", "1, 2, 4, 2, 2 * tensor([1, 2, 4])"),
    ("<summary>[3, 5, 9]", "2 * tensor([1, 2, 4]) + 1"),
    ("At $x = 4$ that makes 144", "4, 9 * 4**2"),
    ("48, and no error", "3 * 4**2"),
    ("a plain number, 48,", "3 * 4**2"),
    ("At $x = 4$ they give 16, 48 and 48", "4, 4**2, 3 * 4**2, 1 * 3 * 4**2"),
    ("| $x^2$ | $3$ | $2x = 8$ | $24$ to $x$ |", "2, 3, 2, 2 * 4, 3 * 2 * 4"),
    ("the slope of $3x^2$ is $6x = 24$", "3, 2, 6, second"),
    ("The slope of $6x$ is 6.", "6, third"),
    ("the result 64", "4**3"),
    ("Here $w = 2$ and $x = 1$", "w, h / w"),
    ("48, and it came in at `h`", "6 * w**3 * 1"),
    (
        "12 from `y`, and 24 from the second layer. Their sum is 36",
        "3 * h**2, 6 * h * w, 3 * h**2 + 6 * h * w",
    ),
    ("times $w = 2$ that is 72 for `x`", "w, 3 * w**3 + 6 * w**3"),
    ("$24 \\cdot 2 = 48$ came", "6 * h * w, w, 6 * h * w * w"),
    ("$3w^3x^2 + 6w^3x = 24 + 48$", "3, 3, 2, 6, 3, 3 * w**3, 6 * w**3"),
    ("$z = x^6$ has the slope $6x^5 = 6$", "6, 6, 5, z_grad[0]"),
    ("the slope $30x^4 = 30$", "30, 4, 30"),
    (
        "At $x = [2, 3]$ this is $[-0.25, 24]$",
        f"(s := {_STEEP}).detach(), grad((grad(psi(s), s, create_graph=True)[0] ** 2).sum(), s)[0]",
    ),
    (
        "at $x = [3, 2]$ the gradient is $[2x_0x_1,\\; x_0^2] = [12, 9]$",
        "3, 2, 2, 0, 1, 0, 2, 2 * 3 * 2, 3**2",
    ),
    ("| $2x_0x_1$ grows by | $2x_1 = 4$ | $2x_0 = 6$ |", f"2, 0, 1, 2, 1, ({_F})[0, 0], 2, 0, ({_F})[0, 1]"),
    ("| $x_0^2$ grows by | $2x_0 = 6$ | $0$ |", f"0, 2, 2, 0, ({_F})[1]"),
    ("Take $v = [1, 2]$", "1, 2"),
    ("\\begin{pmatrix} 4 & 6 \\\\ 6 & 0 \\end{pmatrix}", _F),
    ("\\begin{pmatrix} 4 + 12 \\\\ 6 + 0 \\end{pmatrix}", f"({_F}) * tensor([1.0, 2.0])"),
    ("\\begin{pmatrix} 16 \\\\ 6 \\end{pmatrix}", f"({_F}) @ tensor([1.0, 2.0])"),
    ("The lowest point is $[1, 1]$, where $f = 0$", "1, 1, rosenbrock(tensor([1.0, 1.0]))"),
    ("| $[0, 0]$ | 1 | $[-2, 0]$ | $[[2, 0], [0, 200]]$ | $[1, 0]$ |", _newton("[0.0, 0.0]")),
    (
        "| $[1, 0]$ | 100 | $[400, -200]$ | $[[1202, -400], [-400, 200]]$ | $[0, 1]$ |",
        _newton("[1.0, 0.0]"),
    ),
    ("| $[1, 1]$ | 0 | $[0, 0]$ | | |", _newton("[1.0, 1.0]").partition(", (H")[0]),
    ("here 18.", "f([3, 2])"),
]

GIVEN = [
    "14 Gradients of gradients",
    "about 45 minutes",
    "`grad(((t**2).sum(), t.sum()), t)`",
    "<summary>two gradients: [2, 4, 8] and [1, 1, 1]",
    "<summary>[2, 4, 8], as the second",
    "The slope of $x^3$ is $3x^2$. So $x$ times that slope is $3x^3$, and the slope of *this* is $9x^2$",
    "**Will it give 144, 48 or an error?**",
    "The pass from $x^3$ begins with a 1.",
    "computes $x^2$, then $3 \\cdot x^2$, and multiplies that by the 1 that",
    "| $1 \\cdot 3x^2$ | $1$ | $1$ | $1$ |",
    "| $3 \\cdot x^2$ | $1$ | $3$ | $3$ |",
    "box of `x**3` itself",
    "The slope `to_x` is $3h^2 \\cdot w$",
    "$y = w^3x^3$ and the slope is $3w^3x^2$",
    "Lesson 05 holds",
    "for $z = (x^2)^3$",
    "of lesson 05. With ones",
    "Exercise 14.1",
    "Exercise 14.2",
    "Exercise 14.3",
    "Exercise 14.4",
    "$\\lVert\\nabla\\psi\\rVert^2$, a measure",
    "For $\\psi = \\ln x_0 + x_1^2$",
    "$$\\nabla\\psi = \\Big[\\tfrac{1}{x_0},\\; 2x_1\\Big]",
    "\\lVert\\nabla\\psi\\rVert^2 = \\tfrac{1}{x_0^2} + 4x_1^2",
    "\\nabla\\lVert\\nabla\\psi\\rVert^2 = \\Big[-\\tfrac{2}{x_0^3},\\; 8x_1\\Big]$$",
    "For $f = x_0^2\\,x_1$",
    "if $x_0$ grows | if $x_1$ grows",
    "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}",
    "from lesson 05 what one pass",
    "a curve, $x_1 = x_0^2$",
    "$$f = (1 - x_0)^2 + 100\\,(x_1 - x_0^2)^2$$",
    "as in lesson 09, from $[0, 0]$",
    "after 3,000 steps",
    "$$g + Hs = 0, ",
    "From $[0, 0]$, by hand",
    "is the last column, $[-400, 200]$",
    "the silent 48",
    "15 Training, freezing, finetuning",
]
