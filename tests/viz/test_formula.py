"""Numbers put into formulas: the right letters, no number running into another, MathML that holds only mathematics."""

import pkgutil
import re
from importlib import import_module
from xml.etree import ElementTree

import numpy as np
import pytest

import minigrad
import minigrad.ops
from minigrad.ops.base import Op
from minigrad.viz.formula import _read, in_latex, mathml, put_numbers
from minigrad.viz.text import plain
from minigrad.viz.values import describe


def values(**arrays):
    named = {r"\bar z" if name == "g" else name: describe(np.asarray(array)) for name, array in arrays.items()}
    return named


@pytest.mark.parametrize(
    "latex, expected",
    [
        (r"\bar z\, b", r"5 \cdot 3"),
        (r"\bar{z} b", r"5 \cdot 3"),
        (r"\bar z\, n\, a^{n-1}", r"5 \cdot 2 \cdot \left(-4\right)^{2-1}"),
        (r"2 a \bar z", r"2 \cdot \left(-4\right) \cdot 5"),
        (r"-\bar z", "-5"),
        (r"\bar z \cos a", r"5 \cos \left(-4\right)"),
        (r"\bar z \tanh(a)", r"5 \tanh(\left(-4\right))"),  # the a of tanh is no input
        (r"\operatorname{mean}(b)", r"\operatorname{mean}(3)"),
        (r"\text{a times b}", r"\text{a times b}"),
        (r"\begin{cases} a & b > 0 \end{cases}", r"\begin{cases} \left(-4\right) & 3 > 0 \end{cases}"),
        (r"\bar{a} = \bar z\, b", r"\bar{a} = 5 \cdot 3"),  # the gradient that leaves has no number yet
        (r"\bar z\, c", r"5\, c"),  # nobody saved c
        (r"\frac{\bar z}{b}", r"\frac{5}{3}"),
    ],
)
def test_put_numbers(latex, expected):
    found = put_numbers(latex, values(g=5.0, a=-4.0, b=3.0, n=2))
    assert found == expected
    ElementTree.fromstring(mathml(found))


@pytest.mark.parametrize(
    "array, latex",
    [
        ([1.0, -2.5], r"\left[1,\,-2.5\right]"),
        (np.arange(9.0), r"\left[0,\,1,\,2,\,\ldots\right]"),
        ([[1.0, 2.0], [3.0, 4.0]], r"\begin{bmatrix}1 & 2 \\ 3 & 4\end{bmatrix}"),
        (np.zeros((2, 3, 4)), r"\left[2 \times 3 \times 4\right]"),
        (np.zeros((0, 3)), r"\left[0 \times 3\right]"),
        (np.zeros((2, 1000)), r"\left[2 \times 1000\right]"),
        ([[7.0]], "7"),
        (float("nan"), r"\text{nan}"),
        (-float("inf"), r"\left(-\infty\right)"),
        (1.5e-7, r"1.5 \cdot 10^{-7}"),
    ],
)
def test_arrays_in_latex(array, latex):
    found = in_latex(describe(np.asarray(array)))
    assert found == latex
    ElementTree.fromstring(mathml(found))


def test_a_matrix_is_cut_in_both_directions():
    latex = in_latex(describe(np.arange(60.0).reshape(6, 10)))
    assert (
        latex
        == r"\begin{bmatrix}0 & 1 & 2 & \cdots \\ 10 & 11 & 12 & \cdots \\ 20 & 21 & 22 & \cdots \\ \vdots\end{bmatrix}"
    )


@pytest.mark.parametrize(
    "latex, words",
    [
        (r"\bar z\, b", "z̄ b"),
        (r"-\bar{z}\,\frac{a}{b^2}", "-z̄ a / (b^2)"),
        (r"\bar z\, n\, a^{n-1}", "z̄ n a^(n-1)"),
        (r"\bar z \cos a", "z̄ cos a"),
        (r"\frac{\bar z}{2 \sqrt{a}}", "z̄ / (2 √(a))"),
        (r"\bar z \cdot \left(1 - z^2\right)", "z̄ · (1 - z^2)"),
        (r"a^\top \bar z", "aᵀ z̄"),
        (r"\textstyle\sum \bar z", "Σ z̄"),
        (r"\beta\, \hat a", "β a\u0302"),
    ],
)
def test_formulas_as_plain_text(latex, words):
    assert plain(latex) == words


@pytest.mark.parametrize(
    "latex", [r"\frac", r"\left(", "a_", r"\begin{cases}", "{", r"\left( 5 \cdot a", r"\left( a \right"]
)
def test_what_is_no_latex_is_named(latex):
    with pytest.raises(ValueError, match="something is missing or out of place") as raised:
        mathml(latex)
    assert str(raised.value).endswith(latex)


def every_formula():
    """The formulas of all operations there are."""
    for module in pkgutil.iter_modules(minigrad.ops.__path__, "minigrad.ops."):
        import_module(module.name)
    found, classes = set(), [Op]
    while classes:
        kind = classes.pop()
        classes += kind.__subclasses__()
        found |= {(kind.__name__, formula) for formula in kind.formula or ()}
    return sorted(found)


def test_every_operation_s_formula_can_be_read_in_a_terminal_and_set():
    formulas = every_formula()
    assert len(formulas) > 300
    words = {"sin", "cos", "tan", "ln", "log", "exp", "sinh", "cosh", "tanh", "det", "max", "min"}
    for name, formula in formulas:
        text = plain(formula)
        commands = set(re.findall(r"\\([A-Za-z]+)", re.sub(r"\\(?:text|operatorname)\{[^{}]*\}", "", formula)))
        assert "\\" not in text, (name, text)
        assert not {c for c in commands - words if re.search(rf"(?<![A-Za-z]){c}(?![A-Za-z])", text)}, (name, text)
        ElementTree.fromstring(mathml(formula))


SHAPES = [(), (1,), (3,), (5,), (2, 2), (6, 2), (5, 6), (2, 3, 4), (0, 3), (2, 1000)]


def test_numbers_put_into_mathml_are_as_if_the_whole_formula_were_read():
    rng = np.random.default_rng(0)
    rules = [formula for _, formula in every_formula()]
    for rule in [*rules, r"\bar z_{12}\, 90703 a", r"\frac{\bar z}{12}\, a^{2.5}"]:
        arrays = {}
        for name in ("g", "a", "b", "z", "n"):
            shape = SHAPES[rng.integers(len(SHAPES))]
            array = rng.normal(size=shape) * 10.0 ** rng.integers(-9, 9, size=shape)
            odd = rng.choice([np.nan, np.inf, -np.inf, 0.0, 12.0], size=shape)
            arrays[name] = np.where(rng.random(shape) < 0.3, odd, array)
        latex = put_numbers(rule, values(**arrays))
        assert mathml(latex) == _read(latex)


@pytest.mark.parametrize(
    ("write", "rules"),
    [
        (lambda y, w: y.__setitem__(0, w[0]), ["z̄ , but 0 at the written places", "z̄ at the written places"]),
        (lambda y, w: y[:2].mul_(w[:2]), ["z̄ , but z̄ b at the written places", "z̄ a at the written places"]),
        (lambda y, w: y[:2].add_(w[:2]), ["z̄", "z̄ at the written places"]),
        (lambda y, w: y[1:].exp_(), ["z̄ , but z̄ z at the written places"]),
        (lambda y, w: y[1:].floor_(), ["z̄ , but 0 at the written places"]),
    ],
)
def test_the_rule_of_a_write_through_a_view_is_that_of_its_operation(write, rules):
    x, w = minigrad.ones(3, requires_grad=True), minigrad.ones(3, requires_grad=True)
    y = 2 * x
    write(y, w)
    assert type(y.grad_fn).__name__ == "CopySlices"
    assert [plain(rule) for rule in y.grad_fn.formula] == rules
    assert "own rule" in plain(type(y.grad_fn).formula[0])  # all that is known of PyTorch's
