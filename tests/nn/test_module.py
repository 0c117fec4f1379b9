"""Modules: what they hold and by which name, what assigning does, how they are walked through, printed and changed."""

from __future__ import annotations

import copy
import pickle

import pytest

import minigrad
from tests.conformance import Cases, done, error, on_both
from tests.nn.common import filled, numbers, small

case = Cases("nn_module", versions=False)


# ------------------------------------------------------------ names and order
@case
def names(torch):
    net = small(torch)
    return (
        [n for n, _ in net.named_parameters()],
        [n for n, _ in net.named_parameters(remove_duplicate=False)],
        [n for n, _ in net.named_parameters(prefix="net")],
        [n for n, _ in net.named_parameters(recurse=False)],
        [n for n, _ in net.named_buffers()],
        [n for n, _ in net.named_modules()],
        [n for n, _ in net.named_modules(remove_duplicate=False)],
        [n for n, _ in net.named_modules(prefix="x")],
        [n for n, _ in net.named_children()],
        [len(list(ms)) for ms in (net.parameters(), net.buffers(), net.children(), net.modules())],
        len(list(net.modules(remove_duplicate=False))),
    )


@case
def a_parameter_with_two_names(torch):
    net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    net[1].weight = net[0].weight
    everything = net.named_parameters(remove_duplicate=False)
    return [n for n, _ in net.named_parameters()], [n for n, _ in everything], len(list(net.parameters()))


@case
def lookups(torch):
    net = small(torch)
    return (
        net.get_submodule("") is net,
        net.get_submodule("rest.1.0") is net.rest[1][0],
        net.get_parameter("rest.1.0.weight"),
        net.get_buffer("scale"),
        error(lambda: net.get_submodule("rest.7")),
        error(lambda: net.get_submodule("first.weight")),
        error(lambda: net.get_submodule("nothing.at.all")),
        error(lambda: net.get_parameter("first.nothing")),
        error(lambda: net.get_parameter("first.in_features")),
        error(lambda: net.get_parameter("scale")),
        error(lambda: net.get_buffer("first.weight")),
        error(lambda: net.get_buffer("nothing")),
        error(lambda: net.nothing),
    )


# ------------------------------------------------------------ assigning
@case
def assigning(torch):
    nn = torch.nn
    m = nn.Module()
    m.x = 3
    m.x = nn.Parameter(torch.ones(1))  # an attribute becomes a parameter
    told = [list(m.__dict__["_parameters"]), "x" in m.__dict__]
    m.x = None  # its place stays
    told += [list(m._parameters), m.x, list(m.parameters())]
    m.y = nn.Linear(1, 1)
    m.y = nn.Parameter(torch.ones(2))  # a module becomes a parameter
    told += [list(m._modules), list(m._parameters)]
    m.register_buffer("b", torch.zeros(1), persistent=False)
    m.b = torch.ones(1)  # a buffer stays a buffer, and not persistent
    told += [list(m._buffers), list(m.state_dict()), m.b]
    m.b = None
    told += [list(m._buffers), list(m.buffers())]
    m.b = nn.Linear(1, 1)
    told += [list(m._buffers), list(m._modules)]
    m.b = None
    told += [m.b, list(m.children())]
    m.plain = torch.ones(1)  # a tensor is nothing special
    return [*told, list(m._buffers), list(m.state_dict())]


@case
def refused_assignments(torch):
    nn = torch.nn
    m = nn.Module()
    m.w = nn.Parameter(torch.ones(1))
    m.m = nn.Identity()
    m.register_buffer("b", torch.ones(1))

    def sets(name, value):
        return done(lambda: setattr(m, name, value))

    return (
        [sets("w", torch.ones(1)), sets("w", 3), sets("m", torch.ones(1)), sets("m", 3), sets("b", 3), sets("b", "x")],
        [list(m._parameters), list(m._modules), list(m._buffers)],
    )


@case
def registering(torch):
    nn = torch.nn
    m = nn.Module()
    m.plain = 1
    p = nn.Parameter(torch.ones(1))
    m.register_parameter("p", p)
    m.register_parameter("none", None)
    m.register_buffer("b", torch.ones(1))
    m.add_module("m", nn.Identity())
    m.register_module("0", nn.Identity())
    told = [list(m._parameters), list(m._buffers), list(m._modules), m.p is p, m.none]
    for register, value in (
        (m.register_parameter, p),
        (m.register_buffer, torch.ones(1)),
        (m.add_module, nn.Identity()),
    ):
        told += [done(register, name, value) for name in ("a.b", "", "plain", "forward", 3, "p", "b", "m")]
    told += [done(m.register_parameter, "q", torch.ones(1)), done(m.register_parameter, "q", 3)]
    told += [done(m.register_parameter, "q", p * 1), done(m.add_module, "q", 3)]
    told += [done(m.register_buffer, "q", 3).replace("torch Tensor", "minigrad Tensor")]
    told += [done(m.register_buffer, "q", None), done(m.add_module, "r", None), list(m.state_dict()), m.q, m.r]
    return told


@case
def before_init(torch):
    nn = torch.nn

    class Forgetful(nn.Module):
        def __init__(self, value):
            self.value = value

    class Registering(nn.Module):
        def __init__(self):
            self.register_buffer("b", torch.ones(1))

    class RegisteringParameter(nn.Module):
        def __init__(self):
            self.register_parameter("b", None)

    return (
        [done(Forgetful, v) for v in (nn.Parameter(torch.ones(1)), nn.Identity(), 3)],
        done(Registering),
        done(RegisteringParameter),
    )


@case
def deleting(torch):
    net = small(torch)
    del net.scratch, net.shared, net.rest[1][0].weight
    net.x = 1
    del net.x
    return (
        [n for n, _ in net.named_parameters()],
        [n for n, _ in net.named_buffers()],
        [n for n, _ in net.named_modules()],
        done(lambda: delattr(net, "nothing")),
        net._non_persistent_buffers_set == set(),
    )


@case
def directory(torch):
    listed = dir(torch.nn.Sequential(torch.nn.Linear(1, 1)))
    return [name in listed for name in ("0", "forward", "training", "_modules")], "weight" in dir(torch.nn.Linear(1, 1))


# ------------------------------------------------------------ calling
@case
def calls(torch):
    net, x = small(torch), numbers(torch, 4, 2)
    return net(x), net(x, factor=2.0), error(lambda: torch.nn.Module()(x)), error(lambda: net())


@case
def gradients_of_a_network(torch):
    net = small(torch).double()
    net(numbers(torch, 4, 2, dtype="float64")).sum().backward()
    return [p.grad for p in net.parameters()]


# ------------------------------------------------------------ printing
@case
def printed(torch):
    nn = torch.nn

    class Told(nn.Module):
        def extra_repr(self):
            return "one\ntwo"

    class Both(nn.Module):
        def __init__(self):
            super().__init__()
            self.child = Told()
            self.none = None
            self.register_module("gone", None)

        def extra_repr(self):
            return "size=3"

    return [repr(m) for m in (small(torch), Told(), Both(), nn.Module(), nn.Sequential(), nn.Sequential(Both()))]


# ------------------------------------------------------------ changing all of it
@case
def training_mode(torch):
    net = small(torch)
    told = [net.training, net.eval() is net, [m.training for m in net.modules()]]
    net.rest.train()
    told += [[m.training for m in net.modules()], net.train() is net, [m.training for m in net.modules()]]
    return [*told, done(net.train, 1), done(net.train, "yes")]


@case
def applying(torch):
    net, seen = small(torch), []
    result = net.apply(lambda m: seen.append(type(m).__name__))
    return seen, result is net


@case
def freezing(torch):
    net = small(torch)
    net.requires_grad_(False)
    told = [[p.requires_grad for p in net.parameters()]]
    told.append(net(numbers(torch, 1, 2)))
    net.rest[1][1].requires_grad_(True)
    net(numbers(torch, 1, 2)).sum().backward()
    return [*told, [(n, p.grad) for n, p in net.named_parameters()]]


@case
def forgetting_gradients(torch):
    net, told = small(torch), []
    net.zero_grad()
    for set_to_none in (False, True):
        net(numbers(torch, 1, 2)).sum().backward()
        net.zero_grad(set_to_none=set_to_none)
        told.append([p.grad for p in net.parameters()])
    loss = net(numbers(torch, 1, 2)).sum()
    gradients = torch.autograd.grad(loss, list(net.parameters()), create_graph=True)
    for p, g in zip(net.parameters(), gradients, strict=True):
        p.grad = g * 1
    net.zero_grad(set_to_none=False)
    return [*told, [(p.grad, p.grad.requires_grad) for p in net.parameters()]]


@case
def other_dtypes(torch):
    net = small(torch)
    net.register_buffer("count", torch.tensor(3))
    net(numbers(torch, 1, 2)).sum().backward()
    weight, grad = net.first.weight, net.first.weight.grad
    told = []
    for change in (
        lambda: net.double(),
        lambda: net.half(),
        lambda: net.float(),
        lambda: net.to(torch.float64),
        lambda: net.to("cpu"),
        lambda: net.to(dtype=torch.float32),
        lambda: net.to(torch.zeros(1, dtype=torch.float64)),
        lambda: net.to("cpu", torch.float16),
        lambda: net.to(torch.device("cpu"), torch.float32, True),
        lambda: net.cpu(),
        lambda: net.type(torch.float64),
    ):
        same = change() is net
        kinds = [str(x.dtype) for x in (weight, weight.grad, net.scale, net.scratch, net.count)]
        told.append([same, net.first.weight is weight, weight.grad is grad, weight.requires_grad, kinds])
    return [*told, done(net.to, torch.int64), net.first.weight.dtype]


@case
def copies(torch):
    net = small(torch)
    net(numbers(torch, 1, 2)).sum().backward()
    net.note = [1, 2]
    told = []
    for other in (copy.deepcopy(net.first), pickle.loads(pickle.dumps(net.first)), copy.copy(net.first)):
        told.append([repr(other), other.weight, other.weight.grad is None, other.weight is net.first.weight])
    twin = copy.deepcopy(net)
    told += [twin.shared is twin.first, twin.note, twin.note is net.note, [n for n, _ in twin.named_buffers()]]
    twin.first.weight.data.zero_()
    return [*told, bool((net.first.weight == 0).any())]


@pytest.mark.parametrize("name", case)
def test_as_torch_says(name):
    case.check(name)


# ------------------------------------------------------------ that cases cannot say
@on_both
def test_a_frozen_module_makes_no_graph(torch):
    net = small(torch).requires_grad_(False)
    assert net(numbers(torch, 1, 2)).grad_fn is None


@on_both
def test_a_user_module_without_parameters_is_called(torch):
    class Twice(torch.nn.Module):
        def forward(self, x):
            return x * 2

    assert torch.equal(Twice()(torch.ones(2)), torch.full((2,), 2.0))


def test_errors_and_graphs_name_the_lines_of_the_user():
    """Frames of minigrad.nn are not the user's: nodes know the line of the call."""
    layer = minigrad.nn.Sequential(minigrad.nn.Linear(2, 2))
    y = layer(minigrad.ones(1, 2))
    assert y.grad_fn.code is test_errors_and_graphs_name_the_lines_of_the_user.__code__


def test_importing_minigrad_does_not_import_modules():
    import subprocess
    import sys

    code = "import minigrad, sys; print([m for m in sys.modules if m.startswith('minigrad.nn')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_wrong_weight_is_seen():
    net = filled(minigrad, minigrad.nn.Linear(2, 2))
    before = net(numbers(minigrad, 1, 2))
    net.weight.data[0, 1] += 1e-3
    assert not minigrad.allclose(before, net(numbers(minigrad, 1, 2)), atol=1e-5)
