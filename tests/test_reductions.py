"""Reductions, scans, sorting: what the table of operations cannot say."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from minigrad.ops import scan
from tests.conformance import on_both
from tests.oracle import needs_torch, torch

MODULES = [minigrad] if torch is None else [minigrad, torch]


# ---------------------------------------------------------------- results with names
PAIRS = ["max", "min", "sort", "median", "nanmedian", "mode", "cummax", "cummin"]


@pytest.mark.parametrize("name", PAIRS)
def test_results_have_names(name):
    x = minigrad.tensor([3.0, 1.0, 2.0])
    found = getattr(minigrad, name)(x, 0)
    values, indices = found
    assert found.values is values and found.indices is indices and found[0] is values
    assert isinstance(found, tuple) and type(found) is getattr(minigrad.return_types, name)
    assert repr(found) == f"minigrad.return_types.{name}(\nvalues={values!r},\nindices={indices!r})"
    assert indices.dtype is minigrad.int64 and not indices.requires_grad


@needs_torch
def test_results_print_as_in_torch():
    for name in PAIRS:
        ours, theirs = (getattr(m, name)(m.tensor([3.0, 1.0, 2.0]), 0) for m in (minigrad, torch))
        assert repr(ours) == repr(theirs).replace("torch.", "minigrad.")
    assert repr(minigrad.tensor([3.0, 1.0]).aminmax()) == repr(torch.tensor([3.0, 1.0]).aminmax()).replace(
        "torch.", "minigrad."
    )


# ---------------------------------------------------------------- several results, one node
def test_a_result_that_nobody_used_has_zeros_for_its_gradient():
    x = minigrad.tensor([1.0, 2.0, 6.0], requires_grad=True)
    variance, mean = minigrad.var_mean(x)
    assert [y.grad_fn.next_functions for y in (variance, mean)] == [
        ((x.grad_fn or variance.grad_fn.next_functions[0][0], 0),)
    ] * 2
    (of_mean,) = minigrad.autograd.grad(mean, x, retain_graph=True)
    (of_variance,) = minigrad.autograd.grad(variance, x, retain_graph=True)
    (of_both,) = minigrad.autograd.grad(variance + 3 * mean, x)
    np.testing.assert_allclose(of_mean.numpy(), [1 / 3] * 3, rtol=1e-6)
    np.testing.assert_allclose(of_variance.numpy(), [-2.0, -1.0, 3.0], rtol=1e-6)
    np.testing.assert_allclose(of_both.numpy(), [-1.0, 0.0, 4.0], atol=1e-6)


def test_a_saved_result_has_its_history_again():
    """The second derivative goes through the standard deviation that the rule has saved."""
    x = minigrad.tensor([1.0, 2.0, 6.0], dtype=minigrad.float64, requires_grad=True)
    deviation = minigrad.std_mean(x)[0].grad_fn._saved_result0
    (again,) = minigrad.autograd.grad(deviation, x)
    (direct,) = minigrad.autograd.grad(minigrad.std(x), x)
    np.testing.assert_allclose(again.numpy(), direct.numpy())


# ---------------------------------------------------------------- what has no derivative
@pytest.mark.parametrize("module", MODULES)
def test_what_is_not_differentiable_says_so(module):
    for name, function in {
        "_unique2": lambda x: module.unique(x),
        "unique_dim": lambda x: module.unique(x, dim=0),
        "unique_consecutive": lambda x: module.unique_consecutive(x),
    }.items():
        y = function(module.ones(2, requires_grad=True))
        with pytest.raises(NotImplementedError, match=f"^the derivative for '{name}' is not implemented."):
            y.sum().backward()
    y = module.bincount(module.tensor([1, 2]), module.ones(2, requires_grad=True))
    assert y.grad_fn.name() == f"{module.__name__}::autograd::NotImplemented"
    with pytest.raises(RuntimeError, match=r"^derivative for aten::bincount is not implemented"):
        y.sum().backward()


# ---------------------------------------------------------------- warnings
@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("name", ["var", "std", "var_mean", "std_mean"])
def test_no_degrees_of_freedom(module, name):
    with pytest.warns(
        UserWarning, match=rf"^{name}\(\): degrees of freedom is <= 0. Correction should be strictly less"
    ):
        getattr(module, name)(module.ones(2), correction=2)


# ---------------------------------------------------------------- products without a division
def test_products_at_infinite_elements():
    """PyTorch divides the product by the element and says NaN; the product of the others is 2, and so is the slope."""
    for function in (lambda x: x.prod(), lambda x: x.cumprod(0)[1]):
        x = minigrad.tensor([float("inf"), 2.0], requires_grad=True)
        function(x).backward()
        assert x.grad.tolist() == [2.0, float("inf")]


@needs_torch
def test_products_at_infinite_elements_in_torch():
    for function in (lambda x: x.prod(), lambda x: x.cumprod(0)[1]):
        x = torch.tensor([float("inf"), 2.0], requires_grad=True)
        function(x).backward()
        assert np.isnan(x.grad[0].item())


# ---------------------------------------------------------------- long scans
@pytest.mark.parametrize("n", [1, 2, 3, 31, 64, 1000])
def test_long_scans(n):
    """The steps double: every length must come out, not powers of two alone."""
    numbers = np.random.default_rng(n).standard_normal((2, n))
    x = minigrad.from_numpy(numbers.copy()).requires_grad_()
    for combine in (np.maximum, np.minimum):  # as on a GPU
        doubled = scan.by_doubling(combine, numbers, 1)
        np.testing.assert_array_equal(doubled, combine.accumulate(numbers, axis=1))
    np.testing.assert_array_equal(x.cummax(1).values.detach().numpy(), np.maximum.accumulate(numbers, axis=1))
    np.testing.assert_array_equal(x.cummin(1).values.detach().numpy(), np.minimum.accumulate(numbers, axis=1))
    np.testing.assert_allclose(x.logcumsumexp(1).detach().numpy(), np.logaddexp.accumulate(numbers, axis=1))
    weights = np.random.default_rng(n + 1).standard_normal((2, n))
    (ours,) = minigrad.autograd.grad(x.cumprod(1), x, minigrad.from_numpy(weights))
    products = weights * np.cumprod(numbers, axis=1)  # no zeros here, so one may divide
    np.testing.assert_allclose(
        ours.numpy(), np.flip(np.cumsum(np.flip(products, 1), 1), 1) / numbers, rtol=1e-6, atol=1e-9
    )


# ---------------------------------------------------------------- few of many
@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("shape, dim", [((100,), 0), ((3, 50), 1), ((50, 3), 0)])
def test_few_of_many(shape, dim, largest):
    """What is not sorted as a whole gives what sorting would, NaN among the largest."""
    numbers = np.random.default_rng(0).permutation(np.prod(shape)).reshape(shape).astype(float)
    numbers.flat[5] = np.nan
    x = minigrad.from_numpy(numbers)
    values, indices = x.topk(4, dim, largest)
    expected = x.sort(dim, descending=largest)
    np.testing.assert_array_equal(values.numpy(), expected.values.narrow(dim, 0, 4).numpy())
    np.testing.assert_array_equal(indices.numpy(), expected.indices.narrow(dim, 0, 4).numpy())


def test_equal_ones_come_in_their_order():
    values, indices = minigrad.tensor([1.0, 2.0] * 20).topk(3)
    assert values.tolist() == [2.0] * 3 and indices.tolist() == sorted(indices.tolist())


@on_both
def test_dimensions_may_be_called_by_numpys_names(torch):
    x = torch.tensor([[1.0, 2.0, 4.0], [3.0, 5.0, 0.0]])
    for name in ["sum", "mean", "amax", "amin", "max", "min", "prod", "argmax", "argmin", "all", "any", "std", "var"]:
        for function in (getattr(torch, name), getattr(torch.Tensor, name)):
            ours, theirs = function(x, axis=1, keepdims=True), function(x, dim=1, keepdim=True)
            pairs = zip(ours, theirs, strict=True) if name in ("max", "min") else [(ours, theirs)]
            assert all(torch.equal(a, b) for a, b in pairs)
    for function in (torch.cat, torch.stack):
        assert torch.equal(function([x, x], axis=1), function([x, x], dim=1))
    with pytest.raises(TypeError):
        x.sum(axes=1)
