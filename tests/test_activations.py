"""Activations where PyTorch stops."""

import numpy as np
import pytest

import minigrad
from minigrad.nn import functional as F


def second(function, *values):
    x = minigrad.tensor(values, dtype=minigrad.float64, requires_grad=True)
    (g,) = minigrad.autograd.grad(function(x).sum(), x, create_graph=True)
    return g, x


def test_hardsigmoid_has_a_second_derivative():
    """It is 0. PyTorch has none, and takes a sixth in single precision."""
    g, x = second(lambda x: x * F.hardsigmoid(x), -5.0, 0.5, 5.0)
    assert g.tolist() == [0, 0.5 / 6 + 3.5 / 6, 1]
    (gg,) = minigrad.autograd.grad(g.sum(), x)
    assert gg.tolist() == [0, 1 / 6 + 1 / 6, 0]


def test_celu_divides_in_double_precision():
    """PyTorch's gradient has 1 / alpha in single precision."""
    g, _ = second(lambda x: F.celu(x, 0.7), -0.4)
    np.testing.assert_allclose(g.item(), np.exp(-0.4 / 0.7), rtol=1e-14)


def test_the_second_derivative_of_mish_is_finite_for_large_numbers():
    """In PyTorch it is NaN."""
    g, x = second(F.mish, 800.0, -800.0)
    (gg,) = minigrad.autograd.grad(g.sum(), x)
    assert gg.tolist() == [0, 0]


def test_a_parameter_that_is_not_given_has_second_derivatives_of_the_others():
    """In PyTorch that fails if there is a bias but no weight."""
    for norm in (
        lambda x, b: F.batch_norm(x, None, None, None, b, training=True),
        lambda x, b: F.layer_norm(x, (3,), None, b),
        lambda x, b: F.group_norm(x, 1, None, b),
    ):
        x = minigrad.from_numpy(np.random.RandomState(0).standard_normal((4, 3))).requires_grad_()
        assert minigrad.autograd.gradgradcheck(norm, (x, minigrad.ones(3).double().requires_grad_()))


NASTY = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, -1e-40, 1e-20, -1e-5, 1e-5, 19.9, 20.1, 90.0, -90.0, 0.5, -0.5, 6.0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "function",
    [
        minigrad.relu, minigrad.erf, minigrad.sigmoid, F.leaky_relu, F.elu, F.selu, F.celu, F.gelu, F.silu, F.mish,
        F.softplus, F.logsigmoid, F.hardtanh, F.prelu, minigrad.clamp, F.binary_cross_entropy_with_logits,
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_large_arrays_are_computed_as_small_ones_are(function, dtype):
    """From 1,000 elements on, some are computed in another way: the same comes out, of NaN and infinity too."""
    x = np.concatenate([NASTY, np.random.default_rng(0).standard_normal(2983) * 3]).astype(dtype)

    def both(values):
        a = minigrad.tensor(values, requires_grad=True)
        if function is F.prelu:
            z = function(a, minigrad.tensor([0.3], dtype=a.dtype))
        elif function is minigrad.clamp:
            z = function(a, -1, 2)
        elif function is F.binary_cross_entropy_with_logits:
            z = function(a, minigrad.full_like(a, 0.3), reduction="none")
        else:
            z = function(a)
        z.backward(minigrad.full_like(z, 2.5))
        return z.detach().numpy(), a.grad.numpy()

    large = both(x)
    small = [np.concatenate(parts) for parts in zip(*(both(part) for part in x.reshape(10, 300)), strict=True)]
    eps = np.finfo(dtype).eps
    for one, other in zip(large, small, strict=True):
        np.testing.assert_allclose(one, other, rtol=4 * eps, atol=4 * eps)
