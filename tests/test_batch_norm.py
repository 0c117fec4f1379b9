"""Batch norm: what it remembers, what it leaves alone, which memory it returns."""

import numpy as np
import pytest

import minigrad
from minigrad.nn import functional as F
from tests.oracle import needs_torch, torch


def remembered(module, **how):
    """What is left in the running statistics after two batches."""
    rng = np.random.RandomState(0)
    mean, var = module.from_numpy(np.zeros(3)), module.from_numpy(np.ones(3))
    for _ in range(2):
        x = module.from_numpy(rng.standard_normal((4, 3, 2)) * 3 + 1)
        module.nn.functional.batch_norm(x, mean, var, training=True, **how)
    return mean.numpy(), var.numpy()


@needs_torch
@pytest.mark.parametrize("how", [{}, {"momentum": 0.5}, {"momentum": 1.0}, {"momentum": 0.0}])
def test_what_is_remembered(how):
    """The mean, and the variance as that of a sample, as PyTorch keeps them."""
    for ours, theirs in zip(remembered(minigrad, **how), remembered(torch, **how), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_the_variance_remembered_is_that_of_a_sample():
    var = minigrad.ones(1)
    F.batch_norm(minigrad.tensor([[0.0], [2.0]]), minigrad.zeros(1), var, training=True, momentum=1.0)
    assert var.item() == 2  # (1 + 1) / (2 - 1)


def test_remembering_counts_as_a_write():
    """PyTorch does not count it."""
    mean, var = minigrad.zeros(2), minigrad.ones(2)
    F.batch_norm(minigrad.rand(3, 2), mean, var, training=True)
    assert (mean._version, var._version) == (1, 1)
    F.batch_norm(minigrad.rand(3, 2), mean, var)
    assert (mean._version, var._version) == (1, 1)


def test_a_refused_call_remembers_nothing():
    mean, var = minigrad.zeros(2), minigrad.ones(2)
    x = minigrad.rand(3, 2)
    for bad in ({"weight": minigrad.ones(3)}, {"bias": minigrad.ones(3)}, {"eps": -1.0}):
        with pytest.raises((RuntimeError, ValueError)):
            F.batch_norm(x, mean, var, training=True, **bad)
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        F.batch_norm(x[:1], mean, var, training=True)
    assert (mean.tolist(), var.tolist(), mean._version, var._version) == ([0, 0], [1, 1], 0, 0)


def test_a_later_batch_does_not_change_the_gradient_of_an_earlier_one():
    """What was remembered at the forward pass is what is differentiated (in PyTorch: what is remembered now)."""
    x = minigrad.tensor([[1.0], [2.0]], requires_grad=True)
    mean, var = minigrad.zeros(1), minigrad.full((1,), 4.0)
    y = F.batch_norm(x, mean, var, eps=0.0).sum()
    F.batch_norm(minigrad.tensor([[10.0], [50.0]]), mean, var, training=True)
    y.backward()
    assert x.grad.tolist() == [[0.5], [0.5]]


@pytest.mark.parametrize("training", [True, False])
def test_the_layout_of_memory_is_kept(training):
    """Channels last stay last; the numbers are the same."""
    rng = np.random.RandomState(0)
    array = rng.standard_normal((2, 3, 4, 5))
    seed = rng.standard_normal((2, 3, 4, 5))
    results = []
    for order in (array, np.ascontiguousarray(array.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)):
        x = minigrad.from_numpy(order).requires_grad_()
        w = minigrad.from_numpy(rng.standard_normal(3) * 0 + 2).requires_grad_()
        y = F.batch_norm(x, minigrad.zeros(3).double(), minigrad.ones(3).double(), w, training=training)
        y.backward(minigrad.from_numpy(seed))
        assert y.array.strides == x.array.strides
        results.append((y.detach().numpy(), x.grad.numpy(), w.grad.numpy()))
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)
    turned = minigrad.from_numpy(array.transpose(1, 0, 3, 2).copy().transpose(1, 0, 3, 2))
    assert F.batch_norm(turned, None, None, training=True).is_contiguous()
