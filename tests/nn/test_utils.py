"""Clipping of gradients, and parameters as one vector."""

from __future__ import annotations

import math

import pytest

import minigrad
from tests.conformance import Cases, done, error
from tests.nn.common import numbers, small

case = Cases("nn_utils", versions=False)


def trained(torch):
    """A network with gradients."""
    net = small(torch).double()
    net(numbers(torch, 4, 2, dtype="float64")).sum().backward()
    return net


def gradients(net):
    return [p.grad for p in net.parameters()]


@case
def norms(torch):
    utils, told = torch.nn.utils, []
    for norm_type in (2, 2.0, 1, 3.5, math.inf):
        for most in (0.5, 1000.0):
            net = trained(torch)
            told.append([utils.clip_grad_norm_(net.parameters(), most, norm_type=norm_type), gradients(net)])
    return told


@case
def one_tensor_and_none(torch):
    utils, net = torch.nn.utils, trained(torch)
    net.first.bias.grad = None
    told = [utils.clip_grad_norm_(net.first.weight, 0.1), net.first.weight.grad]
    told += [utils.clip_grad_norm_(net.parameters(), 0.1), utils.clip_grad_norm_([], 1.0), net.first.bias.grad]
    return [*told, utils.clip_grad_norm_(iter(net.parameters()), 0.05, foreach=True), gradients(net)]


@case
def not_finite(torch):
    utils, net = torch.nn.utils, trained(torch)
    net.first.bias.grad[0] = math.inf
    before = [g.clone() for g in gradients(net)]
    told = [
        error(lambda: utils.clip_grad_norm_(net.parameters(), 1.0, error_if_nonfinite=True)),
        before,
        gradients(net),
    ]
    return [*told, utils.clip_grad_norm_(net.parameters(), 1.0), gradients(net)]


@case
def values(torch):
    utils, net = torch.nn.utils, trained(torch)
    told = [utils.clip_grad_value_(net.parameters(), 0.1), gradients(net)]
    return [*told, utils.clip_grad_value_(net.first.bias, 0.01), net.first.bias.grad]


@case
def total_norms(torch):
    utils, net = torch.nn.utils, trained(torch)
    total = utils.get_total_norm(gradients(net))
    told = [total, utils.get_total_norm([]), utils.get_total_norm(gradients(net), norm_type=1.0)]
    return [*told, utils.clip_grads_with_norm_(net.parameters(), 0.2, total), gradients(net)]


@case
def vectors(torch):
    utils, net = torch.nn.utils, small(torch)
    v = utils.parameters_to_vector(net.parameters())
    weight = net.first.weight
    with torch.no_grad():
        utils.vector_to_parameters(v * 2, net.parameters())
    return (
        v.detach(),
        v.requires_grad,
        net.first.weight is weight,
        weight,
        done(utils.vector_to_parameters, 3, net.parameters()),
    )


@pytest.mark.parametrize("name", case)
def test_as_torch_says(name):
    case.check(name)


def test_a_clipped_gradient_has_the_norm_asked_for():
    net = trained(minigrad)
    minigrad.nn.utils.clip_grad_norm_(net.parameters(), 0.25)
    total = math.sqrt(sum(float((p.grad**2).sum()) for p in net.parameters()))
    assert abs(total - 0.25) < 1e-6
