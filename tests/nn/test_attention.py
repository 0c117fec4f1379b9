"""MultiheadAttention beside PyTorch's: masks, weights, batches, further keys, gradients, and what it refuses."""

from __future__ import annotations

import pytest

import minigrad
from tests.conformance import Cases, error, on_both
from tests.nn.common import filled, numbers

case = Cases("nn_attention", versions=False)

MINUS = -0.7  # a mask of numbers is added to the scores


def attention(torch, *args, **how):
    return filled(torch, torch.nn.MultiheadAttention(*args, **how).double())


def inputs(torch, *shapes):
    return [numbers(torch, *shape, start=i, dtype="float64").requires_grad_() for i, shape in enumerate(shapes)]


def outcome(torch, layer, xs, **how):
    """What comes out, the weights, and the gradients of everything."""
    out, weights = layer(*xs, **how)
    wanted = [x for x in (*dict.fromkeys(xs), *layer.parameters()) if x.requires_grad]
    total = (out**2).sum() + (0 if weights is None else (weights**2).sum())
    grads = torch.autograd.grad(total, wanted, allow_unused=True)
    grads = [None if g is None else torch.where(g.abs() < 1e-12, torch.zeros_like(g), g) for g in grads]
    return [out.detach(), None if weights is None else weights.detach(), grads]


@case
def printed(torch):
    nn = torch.nn
    told = []
    for layer in (
        nn.MultiheadAttention(4, 2),
        nn.MultiheadAttention(4, 1, bias=False, add_bias_kv=True, kdim=3, vdim=5),
    ):
        told.append([repr(layer), [(n, tuple(p.shape)) for n, p in layer.named_parameters()], list(layer.state_dict())])
    return told


@case
def with_itself(torch):
    told = []
    for batch_first in (False, True):
        layer = attention(torch, 4, 2, batch_first=batch_first)
        (x,) = inputs(torch, (2, 3, 4))
        told += [outcome(torch, layer, [x, x, x]), outcome(torch, layer.eval(), [x, x, x])]
        told += [
            outcome(torch, layer, [x, x, x], need_weights=False),
            outcome(torch, layer, [x, x, x], average_attn_weights=False),
        ]
    return told


@case
def with_others(torch):
    layer = attention(torch, 4, 2)
    q, k, v = inputs(torch, (2, 2, 4), (3, 2, 4), (3, 2, 4))
    return (
        outcome(torch, layer, [q, k, v]),
        outcome(torch, layer, [q, k, k]),
        outcome(torch, layer, [q, k, v], need_weights=False),
    )


@case
def without_a_batch(torch):
    layer = attention(torch, 4, 2, batch_first=True)
    q, k = inputs(torch, (2, 4), (3, 4))
    mask = torch.tensor([False, True, False])
    return (
        outcome(torch, layer, [q, k, k]),
        outcome(torch, layer, [q, k, k], key_padding_mask=mask),
        outcome(
            torch,
            layer,
            [q, k, k],
            attn_mask=torch.full((2, 2, 3), MINUS, dtype=torch.float64),
            average_attn_weights=False,
        ),
    )


@case
def of_other_lengths(torch):
    told = []
    for bias in (True, False):
        layer = attention(torch, 4, 2, bias=bias, kdim=3, vdim=5)
        told.append(outcome(torch, layer, inputs(torch, (2, 1, 4), (3, 1, 3), (3, 1, 5))))
    return told


@case
def masks(torch):
    layer = attention(torch, 4, 2, batch_first=True)
    q, k = inputs(torch, (2, 3, 4), (2, 3, 4))
    causal = torch.tensor([[False, True, True], [False, False, True], [False, False, False]])
    padding = torch.tensor([[False, False, True], [False, True, False]])
    added = numbers(torch, 3, 3, dtype="float64")
    each = torch.stack([causal, ~causal & torch.tensor([[False], [True], [True]]), causal, torch.zeros_like(causal)])
    told = []
    for how in (
        {"attn_mask": causal},
        {"attn_mask": causal, "is_causal": True},
        {"attn_mask": causal, "is_causal": True, "need_weights": False},
        {"attn_mask": added},
        {"attn_mask": each},
        {"key_padding_mask": padding},
        {"key_padding_mask": padding, "attn_mask": causal},
        {"key_padding_mask": padding, "attn_mask": added},
        {"key_padding_mask": numbers(torch, 2, 3, dtype="float64"), "need_weights": False},
    ):
        told.append(outcome(torch, layer, [q, k, k], **how))
    return told


@case
def further_keys(torch):
    told = []
    mask = torch.tensor([[False, True], [False, False]])
    for how in ({"add_bias_kv": True}, {"add_zero_attn": True}, {"add_bias_kv": True, "add_zero_attn": True}):
        layer = attention(torch, 4, 2, **how)
        (x,) = inputs(torch, (2, 1, 4))
        told += [outcome(torch, layer, [x, x, x]), outcome(torch, layer, [x, x, x], attn_mask=mask)]
        told.append(outcome(torch, layer, [x, x, x], key_padding_mask=mask[:1]))
    return told


@case
def refused(torch):
    layer, ones = torch.nn.MultiheadAttention(4, 2), torch.ones
    q = ones(2, 3, 4)
    return [
        error(call)
        for call in (
            lambda: layer(ones(2, 2, 3, 4), q, q),
            lambda: layer(q, ones(2, 4), q),
            lambda: layer(ones(2, 4), q, q),
            lambda: layer(ones(2, 3, 6), q, q),
            lambda: layer(q, q, ones(3, 3, 4)),
            lambda: layer(q, q, q, key_padding_mask=ones(3)),
            lambda: layer(q, q, q, key_padding_mask=ones(3, 2).int()),
            lambda: layer(q, q, q, attn_mask=ones(2)),
            lambda: layer(q, q, q, attn_mask=ones(3, 3)),
            lambda: layer(q, q, q, attn_mask=ones(5, 2, 2)),
            lambda: layer(q, q, q, attn_mask=ones(2, 2).int()),
            lambda: layer(q, q, q, is_causal=True),
            lambda: layer(ones(2, 4), ones(2, 4), ones(2, 4), attn_mask=ones(3, 2, 2)),
        )
    ]


@pytest.mark.parametrize("name", case)
def test_as_torch_says(name):
    case.check(name)


@on_both
def test_dropout_of_weights(torch):
    torch.manual_seed(0)
    layer = attention(torch, 4, 2, dropout=0.5)
    (x,) = inputs(torch, (6, 2, 4))
    one, weights = layer(x, x, x)
    assert (weights == 0).any() and not torch.equal(one, layer(x, x, x)[0])
    layer.eval()
    assert torch.equal(layer(x, x, x)[0], layer(x, x, x)[0]) and not (layer(x, x, x)[1] == 0).any()


def test_gradients_by_finite_differences():
    layer = attention(minigrad, 4, 2)
    q, k = inputs(minigrad, (2, 1, 4), (2, 1, 4))
    minigrad.autograd.gradcheck(lambda q, k: layer(q, k, k)[0], (q, k))
