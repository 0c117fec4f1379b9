"""Memory: no reference cycles, so that all dies at once without the collector; and nothing dies too early."""

from __future__ import annotations

import gc
import sys
import weakref
from collections import Counter

import numpy as np
import pytest

import minigrad
from minigrad.autograd import versions
from tests.conformance import done, on_both

pytestmark = on_both


@pytest.fixture(autouse=True)
def no_collector():
    gc.disable()
    gc.freeze()  # what was there before is left out of counts
    yield
    gc.unfreeze()
    gc.enable()


def leaf(torch):
    return torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)


def unary(torch, x):
    return x.exp()


def binary(torch, x):
    return x * x + x / 2


def reductions(torch, x):
    return (x.sum() * x.mean() + x.norm()) * x.amax()


def products(torch, x):
    return x @ x.t() @ x[0]


def saved_results(torch, x):
    return x.exp().tanh().sigmoid().sqrt()


def views(torch, x):
    return x.t()[0].view(2, 1).expand(2, 3).unsqueeze(0).transpose(0, 1)


def many(torch, x):
    a, b = x.unbind()
    return torch.cat([a, *b.chunk(2)]) * torch.stack([a, b]).sum()


def picked(torch, x):
    return x[[0, 1, 1]] + x[x > 2].sum()


def in_place(torch, x):
    y = x * 2
    y.mul_(3).exp_()
    return y


def through_views(torch, x):
    y = x * 2
    v = y[0]
    v.mul_(3)
    y[y > 1] = 2.0
    y[:, 1].exp_()
    return v + y


def base_with_views(torch, x):
    y = x * 2
    v = y.t()
    y.exp_()
    return v


def retained(torch, x):
    y = x * 2
    y.retain_grad()
    y.mul_(2)
    return y * y


def detached(torch, x):
    return x.detach() * x + x.data * x


def second(torch, x):
    (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
    return g * g


def second_through_views(torch, x):
    y = x * 2
    y[0].exp_()
    (g,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
    return g


PROGRAMS = [
    unary,
    binary,
    reductions,
    products,
    saved_results,
    views,
    many,
    picked,
    in_place,
    through_views,
    base_with_views,
    retained,
    detached,
    second,
    second_through_views,
]


def graph_of(y):
    """Weak references to the nodes of a graph."""
    stack, seen = [y.grad_fn], {}
    while stack:
        node = stack.pop()
        if node is not None and id(node) not in seen:
            seen[id(node)] = node
            stack.extend(n for n, _ in node.next_functions)
    return [weakref.ref(node) for node in seen.values()]


def census():
    """How many objects of each of minigrad's classes there are."""
    return Counter(type(o).__name__ for o in gc.get_objects() if str(type(o).__module__).startswith("minigrad"))


def alive(references):
    return [r().name() for r in references if r() is not None]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_a_graph_that_never_ran_dies_with_its_end(torch, program):
    x = leaf(torch)
    before = census()
    y = program(torch, x)
    end = weakref.ref(y)
    nodes = graph_of(y) if torch is minigrad else []
    del y
    assert end() is None and alive(nodes) == []
    x.grad = None
    assert census() == before


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_a_graph_that_ran_dies_with_its_end(torch, program):
    x = leaf(torch)
    before = census()
    y = program(torch, x)
    end = weakref.ref(y)
    nodes = graph_of(y) if torch is minigrad else []
    y.sum().backward(retain_graph=True)
    torch.autograd.grad(y.sum(), x, retain_graph=True)
    y.sum().backward()
    del y
    assert end() is None and alive(nodes) == []
    x.grad = None
    assert census() == before


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_a_graph_whose_backward_failed_dies_with_its_end(torch, program):
    x = leaf(torch)

    def fail():
        y = program(torch, x)
        y.sum().backward()
        assert done((y * y).sum().backward) != "done" or program is views
        return weakref.ref(y)

    assert fail()() is None


def test_a_leaf_dies_with_its_name(torch):
    x = leaf(torch)
    (x * x).sum().backward()
    reference, grad = weakref.ref(x), weakref.ref(x.grad)
    del x
    assert reference() is None and grad() is None


def test_a_graph_keeps_its_leaf(torch):
    x = leaf(torch)
    y = (x * x).sum()
    reference = weakref.ref(x)
    node = y.grad_fn
    del x, y
    assert reference() is not None
    while node.next_functions:
        node = node.next_functions[0][0]
    assert node.variable is reference()
    del node
    assert reference() is None


def test_accumulate_grad_lives_as_long_as_a_graph_holds_it(torch):
    x = leaf(torch)
    y, z = x * 2, x * 3
    node = y.grad_fn.next_functions[0][0]
    assert z.grad_fn.next_functions[0][0] is node
    if torch is not minigrad:  # PyTorch's nodes have no weak references
        return
    reference = weakref.ref(node)
    del node, y
    assert reference() is not None
    del z
    assert reference() is None
    again = (x * 2).grad_fn.next_functions[0][0]
    assert again.variable is x


def test_a_grad_fn_outlives_its_tensor(torch):
    x = leaf(torch)
    node = (x * 2).exp().grad_fn
    assert node.next_functions[0][0].name() == "MulBackward0"


def test_intermediate_tensors_die_at_once(torch):
    """A node keeps arrays that it saved, and no tensor."""
    x = leaf(torch)
    h = x * 2
    reference = weakref.ref(h)
    y = h.exp() + h
    del h
    assert reference() is None
    y.sum().backward()


def test_a_base_lives_as_long_as_its_views(torch):
    x = leaf(torch)
    y = x * 2
    reference, v = weakref.ref(y), y[0]
    del y
    assert reference() is not None and v._base is reference()
    del v
    assert reference() is None


def test_a_retained_tensor_is_not_kept(torch):
    x = leaf(torch)
    y = x * 2
    y.retain_grad()
    reference, z = weakref.ref(y), y * 3
    del y
    assert reference() is None
    z.sum().backward()


def test_backward_frees_what_was_saved(torch):
    """The arrays, not only the right to use them."""
    x = leaf(torch)
    saved = np.ones((2, 2), "float32")
    h = torch.from_numpy(saved)
    reference = weakref.ref(h)
    y = x * h
    del h
    if torch is minigrad:
        assert reference() is None
    count = sys.getrefcount(saved)
    y.sum().backward()
    assert sys.getrefcount(saved) < count or torch is not minigrad


def test_gradients_with_history_make_a_cycle_that_is_collected(torch):
    """`backward(create_graph=True)`: the leaf holds its gradient, whose graph holds the leaf. So it is in PyTorch."""
    if torch is not minigrad:  # its cycle may outlive the collector: it warns
        return
    x = leaf(torch)
    (x**3).sum().backward(create_graph=True)
    reference = weakref.ref(x)
    del x
    assert reference() is not None
    gc.collect()
    assert reference() is None


def test_versions_are_forgotten_with_the_memory(torch):
    if torch is not minigrad:
        return
    before = len(versions._histories)
    y = torch.zeros(3)
    y.add_(1)
    view = y[1:]
    assert len(versions._histories) == before + 1
    del y
    assert len(versions._histories) == before + 1 and view._version == 1
    del view
    assert len(versions._histories) == before
    assert torch.zeros(3)._version == 0
