"""What happens below a custom Function that returns None: nodes run on nothing, and Functions get zeros."""

from __future__ import annotations

import pytest

from tests.conformance import Cases, error

case = Cases("none_gradients", versions=False)


def leaf(torch):
    return torch.tensor([1.0, 2.0], requires_grad=True)


def nothing(torch):
    """A Function whose gradient is None."""

    class Nothing(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 1

        @staticmethod
        def backward(ctx, g):
            return None

    return Nothing.apply


def listening(torch, heard):
    """A Function that hands its gradient on, and tells it."""

    class Listening(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 1

        @staticmethod
        def backward(ctx, g):
            heard.append(g)
            return g

    return Listening.apply


def pair(torch, heard, materialize):
    """A Function with two outputs."""

    class Pair(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            ctx.set_materialize_grads(materialize)
            return a * 1, a * 2

        @staticmethod
        def backward(ctx, g, h):
            heard.extend([g, h])
            return g

    return Pair.apply


@case
def a_function_below_gets_zeros(torch):
    x, heard = leaf(torch), []
    nothing(torch)(listening(torch, heard)(x)).sum().backward()
    return x.grad, heard


@case
def operations_below_hand_nothing_on(torch):
    x = leaf(torch)
    nothing(torch)((x * 2).exp()).sum().backward()
    return x.grad


@case
def a_function_below_operations_gets_zeros(torch):
    x, heard = leaf(torch), []
    nothing(torch)((listening(torch, heard)(x) * 2).exp()).sum().backward()
    return x.grad, heard


@case
def hooks_are_called_with_none(torch):
    x, heard = leaf(torch), []
    x.register_hook(lambda g: heard.append(("x", g)))
    h = x * 2
    h.register_hook(lambda g: heard.append(("h", g)))
    nothing(torch)(h).sum().backward()
    return heard, x.grad


@case
def a_hook_cannot_replace_none(torch):
    x = leaf(torch)
    h = x * 2
    h.register_hook(lambda g: torch.ones(2))
    return error(lambda: nothing(torch)(h).sum().backward()), x.grad


@case
def hooks_of_nodes_are_called_with_none(torch):
    x, heard = leaf(torch), []
    h = x * 2
    h.grad_fn.register_prehook(lambda outputs: heard.append(outputs))
    h.grad_fn.register_hook(lambda inputs, outputs: heard.append((inputs, outputs)))
    nothing(torch)(h).sum().backward()
    return heard, x.grad


@case
def a_leaf_reached_by_nothing_is_not_written(torch):
    x, heard = leaf(torch), []
    x.grad = torch.ones(2)
    x.register_post_accumulate_grad_hook(lambda p: heard.append(p.grad))
    nothing(torch)(x * 2).sum().backward()
    return x.grad, heard


@case
def nothing_and_something_meet(torch):
    x = leaf(torch)
    h = x * 2
    (nothing(torch)(h).sum() + (h * 3).sum()).backward()
    return x.grad


@case
def something_and_nothing_meet_at_a_leaf(torch):
    x = leaf(torch)
    ((x * 3).sum() + nothing(torch)(x).sum()).backward()
    return x.grad


@case
def nothing_is_retained(torch):
    x = leaf(torch)
    h = x * 2
    h.retain_grad()
    nothing(torch)(h).sum().backward()
    return x.grad, h.grad


@case
def one_of_two_outputs(torch):
    x, heard = leaf(torch), []
    a, b = pair(torch, heard, True)(x)
    (nothing(torch)(a).sum() + b.sum()).backward()
    return x.grad, heard


@case
def one_of_two_outputs_not_materialized(torch):
    x, heard = leaf(torch), []
    a, b = pair(torch, heard, False)(x)
    (nothing(torch)(a).sum() + b.sum()).backward()
    return x.grad, heard


@case
def neither_output(torch):
    x, heard = leaf(torch), []
    a, _ = pair(torch, heard, False)(x)
    nothing(torch)(a).sum().backward()
    return x.grad, heard


@case
def parts_of_an_unbind(torch):
    x = leaf(torch)
    a, b = (x * 1).unbind()
    (nothing(torch)(a) + b).backward()
    return x.grad


@case
def grad_of_what_is_reached_by_nothing(torch):
    x = leaf(torch)
    h = x * 2
    z = nothing(torch)(h).sum()
    allowed = torch.autograd.grad(z, [x, h], allow_unused=True, retain_graph=True)
    return allowed, error(lambda: torch.autograd.grad(z, [x, h]))


@case
def what_ran_on_nothing_is_spent(torch):
    x = leaf(torch)
    h = x * x
    nothing(torch)(h).sum().backward()
    return error(lambda: h.sum().backward()), x.grad


@pytest.mark.parametrize("name", case)
def test_none_gradients(name):
    case.check(name)
