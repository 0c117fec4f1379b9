"""Dropout: which elements are kept, how they are scaled, what a seed fixes. (PyTorch draws other numbers.)"""

import numpy as np
import pytest

import minigrad
from minigrad.nn import functional as F
from tests.oracle import needs_torch, torch

EACH = [F.dropout, F.dropout1d, F.dropout2d, F.dropout3d]


@pytest.fixture(autouse=True)
def seeded():
    minigrad.manual_seed(0)


def ones(*shape, **how):
    return minigrad.ones(*shape, **how)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_how_many_are_kept_and_their_scale(p):
    y = F.dropout(ones(100, 100), p).numpy()
    assert set(np.unique(y)) == {0, np.float32(1 / (1 - p))}
    assert abs((y != 0).mean() - (1 - p)) < 0.02
    assert abs(y.mean() - 1) < 0.1


def test_the_gradient_goes_through_what_is_kept():
    x = ones(50, requires_grad=True)
    y = F.dropout(x, 0.5)
    assert y.grad_fn.name() == "MulBackward0"
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (F.dropout1d, (30, 20, 4)),
        (F.dropout2d, (30, 20, 4)),
        (F.dropout2d, (30, 20, 2, 2)),
        (F.dropout3d, (30, 20, 2, 2, 1)),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_channel_is_kept_or_lost_as_a_whole(function, shape):
    y = function(ones(*shape), 0.5).numpy().reshape(600, 4)
    assert (y == y[:, :1]).all()
    assert abs((y[:, 0] != 0).mean() - 0.5) < 0.1


@pytest.mark.parametrize(("function", "shape"), [(F.dropout1d, (600, 4)), (F.dropout3d, (600, 2, 2, 1))])
def test_channels_without_a_batch(function, shape):
    y = function(ones(*shape), 0.5)
    assert y.shape == shape
    y = y.numpy().reshape(600, 4)
    assert (y == y[:, :1]).all()
    assert abs((y[:, 0] != 0).mean() - 0.5) < 0.1


def test_a_seed_fixes_the_mask():
    masks = []
    for seed in (1, 1, 2):
        minigrad.manual_seed(seed)
        masks.append(F.dropout(ones(100)).tolist())
    assert masks[0] == masks[1] != masks[2]


@pytest.mark.parametrize("function", [*EACH, F.alpha_dropout])
def test_nothing_is_lost_outside_of_training(function):
    x = ones(*{"dropout1d": (2, 3, 4), "dropout3d": (2, 3, 4, 1, 1)}.get(function.__name__, (2, 3, 4, 1)))
    assert function(x, 0.5, training=False) is x
    assert function(x, 0.0, training=True) is x


@pytest.mark.parametrize("function", [*EACH[1:], F.dropout, F.alpha_dropout])
@pytest.mark.filterwarnings("ignore")
def test_all_is_lost_with_probability_1(function):
    shape = {"dropout1d": (2, 3, 4), "dropout3d": (2, 3, 4, 1, 1)}.get(function.__name__, (2, 3, 4, 1))
    assert not function(ones(*shape), 1.0, training=True).numpy().any()


def test_in_place():
    x = ones(100) * 1
    assert F.dropout(x, 0.5, inplace=True) is x
    assert set(x.tolist()) == {0.0, 2.0}
    assert x._version == 1


def test_alpha_dropout_keeps_mean_and_variance():
    y = F.alpha_dropout(minigrad.randn(200, 200, requires_grad=True), 0.3, training=True)
    assert y.grad_fn.name() == "AddBackward0"
    y = y.detach().numpy()
    assert abs(y.mean()) < 0.02
    assert abs(y.var() - 1) < 0.05


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_stays(dtype):
    assert F.dropout(ones(4).to(getattr(minigrad, dtype))).dtype is getattr(minigrad, dtype)


def refusal(module, name, shape, p, dtype):
    try:
        getattr(module.nn.functional, name)(module.ones(*shape, dtype=getattr(module, dtype)), p)
    except (RuntimeError, ValueError) as error:
        return type(error).__name__, str(error)
    return None


REFUSALS = [
    ("dropout", (3,), 1.5, "float32"),
    ("dropout", (3,), -0.5, "float32"),
    ("dropout", (3,), 0.5, "int64"),
    ("dropout1d", (3,), 0.5, "float32"),
    ("dropout1d", (2, 3, 4, 5), 0.5, "float32"),
    ("dropout2d", (3, 2, 2, 2), 2.0, "float32"),
]


@needs_torch
@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_dropout_refused(case):
    assert refusal(minigrad, *case) == refusal(torch, *case) is not None


def test_nothing_is_drawn_where_nothing_is_lost():
    before = minigrad.get_rng_state().tolist()
    F.dropout(ones(3), 0.5, training=False)
    with pytest.raises(ValueError, match="between 0 and 1"):
        F.dropout(ones(3), 1.5)
    assert minigrad.get_rng_state().tolist() == before
