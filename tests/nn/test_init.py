"""How parameters begin: distributions, gains, fans, special matrices, and what layers draw, in which order."""

from __future__ import annotations

import math

import pytest

import minigrad
from tests.conformance import Cases, error, on_both

case = Cases("nn_init", versions=False)

# function, its bound or standard deviation for a weight of shape (200, 300): gain² / fan, or 2 gain² / (both fans)
UNIFORM = {
    "uniform_": (lambda init, w: init.uniform_(w, -2, 3), (-2, 3)),
    "xavier_uniform_": (lambda init, w: init.xavier_uniform_(w, gain=2), math.sqrt(6 / 500) * 2),
    "kaiming_uniform_": (lambda init, w: init.kaiming_uniform_(w), math.sqrt(6 / 300)),
    "kaiming_uniform_ slope": (lambda init, w: init.kaiming_uniform_(w, a=math.sqrt(5)), math.sqrt(1 / 300)),
    "kaiming_uniform_ out": (
        lambda init, w: init.kaiming_uniform_(w, mode="fan_out", nonlinearity="relu"),
        math.sqrt(6 / 200),
    ),
    "kaiming_uniform_ tanh": (
        lambda init, w: init.kaiming_uniform_(w, nonlinearity="tanh"),
        5 / 3 * math.sqrt(3 / 300),
    ),
}
NORMAL = {
    "normal_": (lambda init, w: init.normal_(w, 3, 2), 3, 2),
    "xavier_normal_": (lambda init, w: init.xavier_normal_(w, gain=3), 0, 3 * math.sqrt(2 / 500)),
    "kaiming_normal_": (lambda init, w: init.kaiming_normal_(w, nonlinearity="relu"), 0, math.sqrt(2 / 300)),
    "kaiming_normal_ out": (lambda init, w: init.kaiming_normal_(w, mode="fan_out"), 0, math.sqrt(2 / 200)),
    "kaiming_normal_ linear": (lambda init, w: init.kaiming_normal_(w, nonlinearity="linear"), 0, math.sqrt(1 / 300)),
}


@on_both
@pytest.mark.parametrize("name", UNIFORM)
def test_uniform(torch, name):
    torch.manual_seed(0)
    draw, bound = UNIFORM[name]
    low, high = bound if isinstance(bound, tuple) else (-bound, bound)
    w = torch.nn.Parameter(torch.empty(200, 300))
    assert draw(torch.nn.init, w) is w and w.requires_grad and w.grad_fn is None
    width = high - low
    assert low <= w.min() < low + 0.001 * width and high - 0.001 * width < w.max() <= high
    assert abs(w.mean() - (low + high) / 2) < 0.01 * width and abs(w.std() - width / math.sqrt(12)) < 0.005 * width


@on_both
@pytest.mark.parametrize("name", NORMAL)
def test_normal(torch, name):
    torch.manual_seed(0)
    draw, mean, std = NORMAL[name]
    w = torch.nn.Parameter(torch.empty(200, 300))
    assert draw(torch.nn.init, w) is w and w.requires_grad
    assert abs(w.mean() - mean) < 0.02 * std and abs(w.std() - std) < 0.02 * std
    assert abs(((w - mean).abs() < std).double().mean() - 0.6827) < 0.01


@on_both
def test_kernels_count_as_connections(torch):
    torch.manual_seed(0)
    w = torch.nn.init.kaiming_uniform_(torch.empty(100, 20, 3, 5))
    assert abs(w.max() - math.sqrt(6 / 300)) < 1e-3
    w = torch.nn.init.kaiming_uniform_(torch.empty(100, 20, 3, 5), mode="fan_out")
    assert abs(w.max() - math.sqrt(6 / 1500)) < 1e-3


@on_both
@pytest.mark.parametrize(("mean", "std", "a", "b"), [(0, 1, -2, 2), (1, 1, 0.5, 1), (0, 1, 1.5, 2.5), (0, 0.02, -2, 2)])
def test_truncated_normal(torch, mean, std, a, b):
    torch.manual_seed(0)
    w = torch.nn.init.trunc_normal_(torch.empty(100, 200), mean, std, a, b)
    assert w.min() >= a and w.max() <= b

    def density(x):
        return math.exp(-(((x - mean) / std) ** 2) / 2)

    lo, hi = max(a, mean - 6 * std), min(b, mean + 6 * std)
    grid = [lo + (hi - lo) * (i + 0.5) / 2000 for i in range(2000)]
    total = sum(map(density, grid))
    expected = sum(x * density(x) for x in grid) / total
    spread = math.sqrt(sum((x - expected) ** 2 * density(x) for x in grid) / total)
    assert abs(w.mean() - expected) < 0.03 * spread and abs(w.std() - spread) < 0.03 * spread


@on_both
@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (4, 3, 2), (2, 3, 2)])
def test_orthogonal(torch, shape):
    torch.manual_seed(0)
    w = torch.nn.init.orthogonal_(torch.empty(*shape, dtype=torch.float64), gain=2).reshape(shape[0], -1)
    product = w @ w.t() if w.shape[0] <= w.shape[1] else w.t() @ w
    assert torch.allclose(product, 4 * torch.eye(len(product), dtype=torch.float64))


@on_both
def test_orthogonal_matrices_are_all_equally_probable(torch):
    """Without the sign of R's diagonal, LAPACK's Q would have a first element that is never positive."""
    torch.manual_seed(0)
    first = [float(torch.nn.init.orthogonal_(torch.empty(3, 3))[0, 0]) for _ in range(300)]
    assert abs(sum(first) / 300) < 0.15 and 100 < sum(x > 0 for x in first) < 200


@on_both
def test_sparse(torch):
    torch.manual_seed(0)
    w = torch.nn.init.sparse_(torch.empty(10, 4), sparsity=0.25, std=2.0)
    assert (w == 0).sum(0).tolist() == [3, 3, 3, 3] and w.std() > 1


@on_both
def test_a_generator(torch):
    draws = [d for d, *_ in (*UNIFORM.values(), *NORMAL.values())][:1]
    draws += [torch.nn.init.xavier_normal_, torch.nn.init.kaiming_uniform_, torch.nn.init.trunc_normal_]
    draws += [torch.nn.init.orthogonal_, torch.nn.init.normal_, torch.nn.init.uniform_, torch.nn.init.xavier_uniform_]
    for draw in draws[1:]:
        one, two = (draw(torch.empty(4, 5), generator=torch.Generator().manual_seed(3)) for _ in range(2))
        assert torch.equal(one, two) and one.std() > 0


# ------------------------------------------------------------ exact ones, and errors
@case
def exact(torch):
    init, empty = torch.nn.init, torch.zeros
    return (
        init.constant_(empty(2, 2), 3.5),
        init.ones_(empty(2)),
        init.zeros_(torch.ones(2)),
        init.eye_(empty(2, 3)),
        init.eye_(torch.ones(3, 2)),
        init.dirac_(torch.ones(3, 2, 3)),
        init.dirac_(torch.ones(2, 2, 2, 3)),
        init.dirac_(torch.ones(4, 2, 3), groups=2),
        [init.ones_(torch.nn.Parameter(empty(1)))],
    )


@case
def gains(torch):
    gain = torch.nn.init.calculate_gain
    names = (
        "linear",
        "conv1d",
        "conv2d",
        "conv3d",
        "conv_transpose2d",
        "sigmoid",
        "tanh",
        "relu",
        "leaky_relu",
        "selu",
    )
    told = [gain(name) for name in names]
    told += [gain("leaky_relu", 0.3), gain("leaky_relu", 1)]
    return told, [
        error(lambda: gain("gelu")),
        error(lambda: gain("leaky_relu", "x")),
        error(lambda: gain("leaky_relu", True)),
    ]


@case
def refused(torch):
    init, empty = torch.nn.init, torch.zeros
    return [
        error(call)
        for call in (
            lambda: init.xavier_uniform_(empty(3)),
            lambda: init.kaiming_normal_(empty(())),
            lambda: init.kaiming_normal_(empty(2, 2), mode="fan"),
            lambda: init.kaiming_normal_(empty(2, 2), nonlinearity="nothing"),
            lambda: init.eye_(empty(3)),
            lambda: init.dirac_(empty(3, 3)),
            lambda: init.dirac_(empty(3, 3, 3), groups=2),
            lambda: init.orthogonal_(empty(3)),
            lambda: init.sparse_(empty(3), 0.1),
            lambda: init.uniform_(empty(2), 2, 1),
            lambda: init.normal_(empty(2), 0, -1),
            lambda: init.kaiming_uniform_(empty(0, 3)),
            lambda: init.kaiming_normal_(empty(0, 3)),
            lambda: init.orthogonal_(empty(0, 3)),
            lambda: init.trunc_normal_(empty(1), 9.0, 1.0, -1.0, 1.0).shape,
        )
    ]


@pytest.mark.parametrize("name", case)
def test_as_torch_says(name):
    case.check(name)


# ------------------------------------------------------------ what layers draw
BOUNDS = {  # layer → bound of each parameter, by PyTorch's documentation
    "Linear": (lambda nn: nn.Linear(100, 300), {"weight": 0.1, "bias": 0.1}),
    "Conv1d": (lambda nn: nn.Conv1d(20, 300, 5), {"weight": 0.1, "bias": 0.1}),
    "Conv2d": (lambda nn: nn.Conv2d(8, 600, 5, groups=2), {"weight": 0.1, "bias": 0.1}),
    "ConvTranspose2d": (lambda nn: nn.ConvTranspose2d(300, 50, (2, 1)), {"weight": 0.1, "bias": 0.1}),
    "RNNCell": (lambda nn: nn.RNNCell(10, 100), dict.fromkeys(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), 0.1)),
    "LSTMCell": (lambda nn: nn.LSTMCell(10, 100), dict.fromkeys(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), 0.1)),
    "GRUCell": (lambda nn: nn.GRUCell(10, 100), dict.fromkeys(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), 0.1)),
    "MultiheadAttention": (
        lambda nn: nn.MultiheadAttention(60, 2),
        {
            "in_proj_weight": math.sqrt(6 / 240),
            "out_proj.weight": math.sqrt(1 / 60),
            "in_proj_bias": 0,
            "out_proj.bias": 0,
        },
    ),
    "MultiheadAttention apart": (
        lambda nn: nn.MultiheadAttention(60, 2, kdim=90),
        {"q_proj_weight": math.sqrt(6 / 120), "k_proj_weight": math.sqrt(6 / 150), "v_proj_weight": math.sqrt(6 / 120)},
    ),
}


@on_both
@pytest.mark.parametrize("name", BOUNDS)
def test_layers_begin_uniform_between_their_bounds(torch, name):
    torch.manual_seed(0)
    make, bounds = BOUNDS[name]
    parameters = dict(make(torch.nn).named_parameters())
    for key, bound in bounds.items():
        p = parameters[key]
        assert p.abs().max() <= bound
        if bound:
            assert p.abs().max() > 0.95 * bound and abs(p.std() - bound / math.sqrt(3)) < 0.07 * bound


@on_both
def test_embeddings_begin_normally_distributed(torch):
    torch.manual_seed(0)
    layer = torch.nn.Embedding(200, 100, padding_idx=-1)
    assert abs(layer.weight.std() - 1) < 0.03 and layer.padding_idx == 199 and not layer.weight[199].any()


@on_both
def test_the_same_seed_makes_the_same_network(torch):
    def make():
        torch.manual_seed(11)
        nn = torch.nn
        return nn.Sequential(nn.Linear(3, 4), nn.Conv2d(3, 4, 2), nn.Embedding(5, 2), nn.LSTMCell(2, 3))

    one, two = make().state_dict(), make().state_dict()
    assert all(torch.equal(one[k], two[k]) for k in one)
    torch.manual_seed(11)
    first = torch.nn.Linear(3, 4)  # drawn in the order of construction, the weight first
    assert torch.equal(first.weight, one["0.weight"]) and torch.equal(first.bias, one["0.bias"])
    torch.manual_seed(11)
    drawn = torch.empty(4, 3).uniform_(-1 / math.sqrt(3), 1 / math.sqrt(3))
    assert torch.allclose(drawn, one["0.weight"])


@on_both
def test_parameters_are_drawn_anew(torch):
    nn = torch.nn
    for layer in (nn.Linear(3, 4), nn.Conv2d(3, 4, 2), nn.Embedding(5, 2), nn.GRUCell(2, 3)):
        before = [p.clone() for p in layer.parameters()]
        layer.reset_parameters()
        assert not any(torch.equal(p, b) for p, b in zip(layer.parameters(), before, strict=True))
    norm = nn.BatchNorm1d(2)
    for x in norm.state_dict().values():
        x.fill_(7)
    norm.reset_parameters()
    assert [x.tolist() for x in norm.state_dict().values()] == [[1, 1], [0, 0], [0, 0], [1, 1], 0]


def test_nothing_is_recorded():
    w = minigrad.ones(2, 2, requires_grad=True)
    assert minigrad.nn.init.xavier_normal_(w).is_leaf
