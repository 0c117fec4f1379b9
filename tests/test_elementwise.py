"""Operations element by element: what the table of operations cannot say of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

import minigrad
from minigrad.ops import special
from tests.oracle import torch

MODULES = pytest.mark.parametrize("module", [minigrad] if torch is None else [minigrad, torch])

WITHOUT_DERIVATIVE = [
    ("aten::floor_divide", lambda m, x: x // 2),
    ("aten::floor_divide", lambda m, x: x // x),
    ("aten::floor_divide", lambda m, x: x.clone().floor_divide_(2)),
    ("aten::remainder", lambda m, x: 2.5 % x),
    ("aten::heaviside", lambda m, x: m.heaviside(x, x)),
]


@MODULES
@pytest.mark.parametrize(("name", "operation"), WITHOUT_DERIVATIVE)
def test_some_have_a_node_but_no_derivative(module, name, operation):
    x = module.tensor([0.5, 1.5, -2.0], requires_grad=True)
    y = operation(module, x)
    assert y.requires_grad and y.grad_fn.name().endswith("::autograd::NotImplemented")
    with pytest.raises(RuntimeError, match=f"^derivative for {name}_? is not implemented"):
        y.sum().backward()


@MODULES
@pytest.mark.parametrize("name", ["asinh", "acosh", "atanh"])
def test_some_have_no_derivative_in_place(module, name):
    x = module.tensor([0.5, 1.5], requires_grad=True)
    y = getattr(x.clone(), f"{name}_")()
    assert y.grad_fn.name() == f"{name.capitalize()}Backward1"
    with pytest.raises(NotImplementedError, match=f"the derivative for 'inplace version of {name}' is not implemented"):
        y.sum().backward()


@MODULES
def test_positive_is_the_tensor_itself(module):
    x = module.tensor([1.0])
    assert +x is x and module.positive(x) is x


@MODULES
def test_truth_values_in_place_leave_the_history_as_it_was(module):
    x = module.tensor([2.0, 0.0], requires_grad=True)
    y = (x * 3).logical_and_(module.tensor([True, True]))
    assert y.tolist() == [1.0, 0.0] and y.grad_fn.name() == "MulBackward0"


@MODULES
def test_an_operator_leaves_what_it_does_not_know_to_the_other(module):
    class Odd:
        def __rlshift__(self, other):
            return "mine"

        __rand__ = __rfloordiv__ = __rmod__ = __rlshift__

    x = module.tensor([1])
    assert [x << Odd(), x & Odd(), x // Odd(), x % Odd()] == ["mine"] * 4
    for bad in (lambda: x >> "a", lambda: x | None, lambda: "a" ^ x):
        with pytest.raises(TypeError):
            bad()


UFUNCS_OF_ONE = (
    "exp2 expm1 log2 log10 tan arcsin arccos arctan sinh cosh arcsinh arctanh deg2rad rad2deg radians degrees floor "
    "ceil trunc rint positive isnan isinf isfinite signbit logical_not"
)
UFUNCS_OF_TWO = "logaddexp logaddexp2 float_power arctan2 hypot remainder fmod copysign fmax fmin floor_divide"


@pytest.mark.parametrize("name", UFUNCS_OF_ONE.split())
def test_numpys_functions_of_one(name):
    x = minigrad.tensor([0.25, 0.75], dtype=minigrad.float64, requires_grad=True)
    np.testing.assert_allclose(getattr(np, name)(x).detach().numpy(), getattr(np, name)(x.detach().numpy()))


@pytest.mark.parametrize("name", UFUNCS_OF_TWO.split())
def test_numpys_functions_of_two(name):
    x = minigrad.tensor([0.25, 0.75], dtype=minigrad.float64, requires_grad=True)
    y = minigrad.tensor([0.5, 0.125], dtype=minigrad.float64)
    result = getattr(np, name)(x, y)
    assert result.requires_grad
    np.testing.assert_allclose(result.detach().numpy(), getattr(np, name)(x.detach().numpy(), y.numpy()))


def numbers() -> np.ndarray:
    rng = np.random.RandomState(0)
    return np.concatenate([np.linspace(-28, 28, 20001), rng.standard_normal(20000), 10.0 ** rng.uniform(-300, 1, 5000)])


@pytest.mark.parametrize(("ours", "theirs"), [(special.erf_array, math.erf), (special.erfc_array, math.erfc)])
def test_the_error_function_is_exact_to_a_few_units_in_the_last_place(ours, theirs):
    x = numbers()
    expected = np.array([theirs(v) for v in x])
    whole = np.absolute(expected) > 1e-290  # below, digits are lost
    np.testing.assert_allclose(ours(x)[whole], expected[whole], rtol=2e-15)


def test_the_inverse_error_function_undoes_it():
    y = np.random.RandomState(0).uniform(-1, 1, 20000)
    np.testing.assert_allclose(special.erf_array(special.erfinv_array(y)), y, rtol=1e-15, atol=4e-16)
    np.testing.assert_array_equal(special.erfinv_array(np.array([1.0, -1.0, 2.0])), [np.inf, -np.inf, np.nan])


def test_families_are_imported_when_first_used():
    """Not with minigrad itself."""
    import subprocess
    import sys

    lazy = "choosing exponential logic mixing rounding special trigonometry"
    code = f"import sys, minigrad; print([n for n in '{lazy}'.split() if f'minigrad.ops.{{n}}' in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
