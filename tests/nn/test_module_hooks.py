"""Hooks of modules: what they are given, what they may replace, in which order they run, and when not."""

from __future__ import annotations

from collections import namedtuple

import pytest

import minigrad
from tests.conformance import Cases, done, error, on_both, tell
from tests.nn.common import filled, numbers, small

case = Cases("nn_hooks", versions=False)


class Log(list):
    """What hooks were given, in words and in order."""

    def hook(self, name, result=lambda *given: None):
        def noting(module, *given):
            self.append([name, type(module).__name__, *(tell(g) for g in given)])
            return result(*given)

        return noting


def layer(torch):
    """(x, y) → x · w, y + w, or x · w alone."""

    class Layer(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.tensor([1.0, 2.0]))

        def forward(self, x, y=None, *, scale=1.0):
            return x * self.w * scale if y is None else (x * self.w * scale, y + self.w)

    return Layer()


def pair(torch, grad=True):
    return torch.tensor([3.0, 4.0], requires_grad=grad), torch.tensor([5.0, 6.0], requires_grad=grad)


# ------------------------------------------------------------ forward
@case
def forward_hooks_see(torch):
    log, m, (x, y) = Log(), layer(torch), pair(torch)
    m.register_forward_pre_hook(log.hook("pre"))
    m.register_forward_hook(log.hook("post"))
    m.register_forward_pre_hook(log.hook("pre kw"), with_kwargs=True)
    m.register_forward_hook(log.hook("post kw"), with_kwargs=True)
    m(x), m(x, y, scale=2.0), m(x=x)
    return log


@case
def forward_hooks_replace(torch):
    m, (x, y) = layer(torch), pair(torch)
    told = []
    for hook in (lambda m, args: args[0] * 10, lambda m, args: (args[0] * 10, y), lambda m, args: None):
        with m.register_forward_pre_hook(hook):
            told.append(m(x))
    for hook in (lambda m, args, kw: (args, {"scale": 5.0}), lambda m, args, kw: (args[0], kw), lambda m, args, kw: 3):
        with m.register_forward_pre_hook(hook, with_kwargs=True):
            told.append(error(lambda: m(x)))
    for hook in (lambda m, args, out: out * 10, lambda m, args, out: None, lambda m, args, out: 0):
        with m.register_forward_hook(hook):
            told.append(m(x))
    with m.register_forward_hook(lambda m, args, kw, out: out * kw["scale"], with_kwargs=True):
        told.append(m(x, scale=3.0))
    return told, m(x)


@case
def order_of_hooks(torch):
    log, m, (x, _) = Log(), layer(torch), pair(torch)
    for register, name in ((m.register_forward_pre_hook, "pre"), (m.register_forward_hook, "post")):
        register(log.hook(f"{name} 1"))
        register(log.hook(f"{name} 2"))
        register(log.hook(f"{name} 0"), prepend=True)
    for register, name in ((m.register_full_backward_pre_hook, "b pre"), (m.register_full_backward_hook, "b")):
        register(log.hook(f"{name} 1"))
        register(log.hook(f"{name} 2"))
        register(log.hook(f"{name} 0"), prepend=True)
    m(x).sum().backward()
    return [entry[0] for entry in log]


@case
def removing(torch):
    log, m, (x, _) = Log(), layer(torch), pair(torch)
    handles = [m.register_forward_hook(log.hook(str(i)), prepend=i == 1) for i in range(3)]
    handles[1].remove()
    handles[1].remove()
    m(x)
    for handle in handles:
        handle.remove()
    m(x)
    return [entry[0] for entry in log]


@case
def hooks_that_add_hooks_and_go(torch):
    log, m, (x, _) = Log(), layer(torch), pair(torch)

    def hook(module, args, out):
        handle.remove()
        module.register_forward_hook(log.hook("new"))
        log.append("once")

    handle = m.register_forward_hook(hook)
    m(x)
    m(x)
    return [entry if entry == "once" else entry[0] for entry in log]


@case
def always_called(torch):
    class Failing(torch.nn.Module):
        def forward(self, x, scale=1.0):
            raise RuntimeError(f"cannot scale by {scale}")

    log, m, (x, _) = Log(), Failing(), pair(torch)

    def fail(module, args, out):
        raise ValueError("from a hook")

    m.register_forward_hook(log.hook("usual"))
    m.register_forward_hook(log.hook("always"), always_call=True)
    m.register_forward_hook(log.hook("always kw"), always_call=True, with_kwargs=True)
    told = [error(lambda: m("x")), error(lambda: m(x, scale="y")), list(log)]
    m.register_forward_hook(fail, always_call=True)
    told += [error(lambda: m("x")), len(log)]
    works = layer(torch)
    works.register_forward_hook(log.hook("before"), always_call=True)
    works.register_forward_hook(fail, always_call=True)
    works.register_forward_hook(log.hook("after"), always_call=True)
    return [*told, error(lambda: works(x)), list(log)[-2:]]


# ------------------------------------------------------------ backward
@case
def backward_hooks_see(torch):
    log, m, (x, y) = Log(), layer(torch), pair(torch)
    m.register_full_backward_pre_hook(log.hook("pre"))
    m.register_full_backward_hook(log.hook("post"))
    (m(x).sum() * 2).backward()
    a, b = m(x, y)
    (a * 3 + b).sum().backward()
    m(x, y)[1].sum().backward()
    return log, x.grad, y.grad, m.w.grad


@case
def backward_hooks_replace(torch):
    told = []
    for pre in (None, lambda m, go: (go[0] * 10,), lambda m, go: (go[0], go[0])):
        for post in (None, lambda m, gi, go: (gi[0] + 1,), lambda m, gi, go: (gi[0], gi[0]), lambda m, gi, go: (None,)):
            m, (x, _) = layer(torch), pair(torch)
            if pre:
                m.register_full_backward_pre_hook(pre)
            if post:
                m.register_full_backward_hook(post)
            result = done(m(x).sum().backward)
            told.append([result, x.grad, m.w.grad] if result == "done" else result)  # what PyTorch leaves half done
    return told


@case
def two_hooks_one_after_the_other(torch):
    log, m, (x, _) = Log(), layer(torch), pair(torch)
    m.register_full_backward_hook(log.hook("1", lambda gi, go: (gi[0] * 2,)))
    m.register_full_backward_hook(log.hook("2"))
    m.register_full_backward_pre_hook(log.hook("0", lambda go: (go[0] * 3,)))
    m.register_full_backward_pre_hook(log.hook("0b"))
    m(x).sum().backward()
    return log, x.grad


@case
def inputs_without_gradients(torch):
    log, m, (x, _) = Log(), layer(torch), pair(torch, grad=False)
    m.register_full_backward_hook(log.hook("post"))
    m(x).sum().backward()
    told = [list(log), m.w.grad]
    m.register_full_backward_hook(lambda m, gi, go: (torch.ones(2),))
    return [*told, error(lambda: m(x).sum().backward())]


@case
def no_gradients_at_all(torch):
    log, m, (x, _) = Log(), layer(torch), pair(torch)
    m.register_full_backward_hook(log.hook("post"))
    with torch.no_grad():
        y = m(x)
    m.w.requires_grad_(False)
    return y, m(x.detach()), list(log)


@case
def keyword_inputs_are_not_seen(torch):
    log, m, (x, y) = Log(), layer(torch), pair(torch)
    m.register_full_backward_hook(log.hook("post"))
    m(x, y=y)[0].sum().backward()
    return log


@case
def graphs_with_backward_hooks(torch):
    m, (x, y) = layer(torch), pair(torch)
    m.register_full_backward_hook(lambda m, gi, go: None)
    a, b = m(x, y)
    return a.grad_fn.name(), a, b, m(x, y.detach())[1]


@case
def outputs_of_other_kinds(torch):
    Two = namedtuple("Two", "a b")

    class Other(torch.nn.Module):
        def __init__(self, kind):
            super().__init__()
            self.kind = kind

        def forward(self, x):
            return self.kind(x * 2)

    told, (x, _) = [], pair(torch)
    for kind in (lambda y: (y, 3, None), lambda y: [y], lambda y: {"y": y}, lambda y: Two(y, y + 1)):
        log, m = Log(), Other(kind)
        m.register_full_backward_hook(log.hook("post"))
        result = error(lambda m=m: m(x))
        told.append([type(result).__name__, result])
        if isinstance(result, tuple):
            result[0].sum().backward()
        told.append(list(log))
    return told


@case
def in_place_after_backward_hooks(torch):
    m, (x, _) = layer(torch), pair(torch)
    m.register_full_backward_hook(lambda m, gi, go: None)
    y = m(x)
    return error(lambda: y.mul_(2)), y


@case
def double_backward(torch):
    log, m, (x, _) = Log(), layer(torch), pair(torch)
    m.register_full_backward_hook(log.hook("post"))
    (g,) = torch.autograd.grad((m(x) ** 2).sum(), x, create_graph=True)
    g.sum().backward()
    return [entry[0] for entry in log], g, x.grad, m.w.grad


@case
def hooks_inside_a_network(torch):
    log, net = Log(), small(torch)
    for module in net.modules():
        module.register_forward_hook(log.hook("f"))
        module.register_full_backward_hook(log.hook("b"))
    net(numbers(torch, 1, 2).requires_grad_()).sum().backward()
    return [entry[:2] for entry in log], log[-1], [p.grad for p in net.parameters()]


@pytest.mark.parametrize("name", case)
def test_as_torch_says(name):
    case.check(name)


@on_both
def test_a_hook_that_fails_stops_the_call(torch):
    m = filled(torch, torch.nn.Linear(1, 1))

    def fail(*given):
        raise KeyError("mine")

    with m.register_forward_pre_hook(fail), pytest.raises(KeyError, match="mine"):
        m(torch.ones(1, 1))
    m(torch.ones(1, 1))


def test_inputs_that_need_no_gradient_get_none():
    """PyTorch shows zeros to the hook, for an input that its own node left out."""
    seen, m, (x, y) = [], layer(minigrad), pair(minigrad)
    m.register_full_backward_hook(lambda module, grad_input, grad_output: seen.append(grad_input))
    m(x.detach(), y)[0].sum().backward()
    assert seen[0][0] is None
