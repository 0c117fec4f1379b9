"""Networks on CuPy's arrays: the same numbers as on the CPU, no transfer to the host, and random numbers there."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from minigrad import nn
from tests.gpu import pretended
from tests.gpu.libraries import on_each_library
from tests.nn.common import filled
from tests.nn.test_layers import LAYERS, given

# Layers that look at numbers on the way: how long a vector is (max_norm), how many batches there were (momentum=None),
# whether a variance is negative.
LOOK = ("max_norm", "momentum=None", "GaussianNLLLoss")


def there(x):
    return x.detach().cuda().requires_grad_(x.requires_grad)


def run(layer, xs):
    """Outputs and gradients of the sum of squares."""
    live = [x * 1 if getattr(layer, "inplace", False) and i == 0 else x for i, x in enumerate(xs)]
    out = layer(*live)
    outs = list(out) if isinstance(out, tuple) else [out]
    wanted = [x for x in (*xs, *layer.parameters()) if x.requires_grad]
    if not wanted:
        return outs
    return outs + list(minigrad.autograd.grad(sum((o**2).sum() for o in outs), wanted, allow_unused=True))


@on_each_library
@pytest.mark.parametrize("text", LAYERS)
def test_layers_compute_there_what_they_do_here(library, text):
    layer = filled(minigrad, eval(text, {"nn": nn, "t": minigrad}).double())
    xs = given(minigrad, LAYERS[text])
    here = run(layer, xs)
    layer.load_state_dict(filled(minigrad, layer).state_dict())  # the running statistics of before
    twin = filled(minigrad, eval(text, {"nn": nn, "t": minigrad}).double()).cuda()
    ys = [there(x) for x in xs]
    pretended.transfers.clear()
    found = run(twin, ys)
    assert pretended.transfers == [] or any(word in text for word in LOOK), pretended.transfers
    assert len(found) == len(here)
    for mine, theirs in zip(found, here, strict=True):
        assert (mine is None) == (theirs is None)
        if mine is not None:
            assert mine.device.type == "cuda"
            np.testing.assert_allclose(mine.detach().numpy(force=True), theirs.detach().numpy(), rtol=1e-9, atol=1e-12)


@on_each_library
def test_cells_and_attention(library):
    lstm, attention = filled(minigrad, nn.LSTMCell(3, 2)), filled(minigrad, nn.MultiheadAttention(4, 2))
    x, y = minigrad.ones(2, 3), minigrad.ones(2, 1, 4)
    mask = minigrad.tensor([[False, True], [False, False]])
    here = [*lstm(x), *attention(y, y, y, attn_mask=mask)]
    lstm.cuda(), attention.cuda()
    z = y.cuda()
    found = [*lstm(x.cuda()), *attention(z, z, z, attn_mask=mask.cuda())]
    for mine, theirs in zip(found, here, strict=True):
        np.testing.assert_allclose(mine.detach().numpy(force=True), theirs.detach().numpy(), rtol=1e-5)


@on_each_library
def test_a_module_moves_and_its_parameters_stay_themselves(library):
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    parameters = list(net.parameters())
    net(minigrad.ones(2, 2)).sum().backward()
    assert net.cuda() is net and all(p is q for p, q in zip(net.parameters(), parameters, strict=True))
    tensors = [*net.parameters(), *net.buffers(), *(p.grad for p in net.parameters())]
    assert {x.device.type for x in tensors} == {"cuda"} and all(p.requires_grad for p in parameters)
    state = net.state_dict()
    other = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    other.load_state_dict(state)  # numbers come from where they are
    assert other[0].weight.device.type == "cpu" and other[0].weight.tolist() == net[0].weight.tolist()
    assert {x.device.type for x in net.to("cpu").state_dict().values()} == {"cpu"}


@on_each_library
def test_layers_made_there(library):
    layers = [nn.Linear(2, 3, device="cuda"), nn.Conv2d(1, 2, 2, device="cuda"), nn.BatchNorm2d(2, device="cuda")]
    layers += [nn.Embedding(3, 2, device="cuda"), nn.GRUCell(2, 3, device="cuda"), nn.LayerNorm(3, device="cuda")]
    layers += [nn.MultiheadAttention(4, 2, device="cuda", add_bias_kv=True), nn.PReLU(device="cuda")]
    for layer in layers:
        assert {x.device.type for x in layer.state_dict().values()} == {"cuda"}, layer
    weight = nn.init.orthogonal_(minigrad.zeros(3, 2, device="cuda"))
    assert minigrad.allclose(weight.t() @ weight, minigrad.eye(2, device="cuda"), atol=1e-6)
    for fill in (nn.init.trunc_normal_, nn.init.xavier_uniform_, nn.init.eye_, nn.init.dirac_, nn.init.kaiming_normal_):
        shape = (2, 2, 3) if fill is nn.init.dirac_ else (3, 2)
        assert fill(minigrad.zeros(*shape, device="cuda")).abs().sum() > 0


@on_each_library
def test_gradients_are_clipped_there(library):
    x = minigrad.tensor([3.0, 4.0], device="cuda", requires_grad=True)
    (x**2).sum().backward()
    pretended.transfers.clear()
    total = nn.utils.clip_grad_norm_([x], 1.0)
    nn.utils.clip_grad_value_([x], 0.7)
    assert pretended.transfers == [] and total.device.type == "cuda"
    assert abs(total.item() - 10) < 1e-5 and minigrad.allclose(x.grad.cpu(), minigrad.tensor([0.6, 0.7]), atol=1e-6)


@on_each_library
def test_random_numbers_of_a_generator_there(library):
    def draw(seed):
        g = minigrad.Generator("cuda").manual_seed(seed)
        x = minigrad.zeros(50, device="cuda")
        chances = minigrad.full((50,), 0.5, device="cuda")
        return [
            minigrad.rand(50, device="cuda", generator=g),
            minigrad.randn(50, device="cuda", generator=g),
            minigrad.randint(1000, (50,), device="cuda", generator=g),
            minigrad.randperm(50, device="cuda", generator=g),
            minigrad.normal(x, 1.0, generator=g),
            minigrad.bernoulli(chances, generator=g),
            minigrad.multinomial(chances, 20, generator=g),
            minigrad.multinomial(chances, 50, replacement=True, generator=g),
            x.clone().normal_(generator=g),
            x.clone().uniform_(generator=g),
            x.clone().bernoulli_(0.5, generator=g),
        ]

    first, same, other = draw(1), draw(1), draw(2)
    assert all(x.device.type == "cuda" for x in first)
    assert all(minigrad.equal(a, b) for a, b in zip(first, same, strict=True))
    assert not any(minigrad.equal(a, b) for a, b in zip(first, other, strict=True))
    assert sorted(first[3].tolist()) == list(range(50)) and len(set(first[6].tolist())) == 20


@on_each_library
def test_generators_of_one_device_are_refused_on_another(library):
    with pytest.raises(RuntimeError, match="Expected a 'cuda' device type for generator but found 'cpu'"):
        minigrad.rand(2, device="cuda", generator=minigrad.Generator())
    with pytest.raises(RuntimeError, match="CuPy does not give it"):
        minigrad.Generator("cuda").get_state()
    with pytest.raises(RuntimeError, match="CuPy does not take it"):
        minigrad.Generator("cuda").set_state(minigrad.Generator().get_state())
    with pytest.raises(RuntimeError, match="cannot be kept"), minigrad.random.fork_rng(devices=[0]):
        pass
