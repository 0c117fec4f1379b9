"""What other small libraries get wrong without a word. The peer that does is named; minigrad and PyTorch must not."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import minigrad
from tests.oracle import torch as pytorch

pytestmark = pytest.mark.parametrize(
    "torch",
    [
        pytest.param(minigrad, id="minigrad"),
        pytest.param(
            pytorch,
            id="torch",
            marks=[pytest.mark.oracle, pytest.mark.skipif(pytorch is None, reason="PyTorch is not installed")],
        ),
    ],
)
MODIFIED = "^one of the variables needed for gradient computation has been modified by an inplace operation"


def leaf(torch, *numbers):
    return torch.tensor(numbers, requires_grad=True)


WRITES = {
    "operator": lambda h: h.__iadd__(1),
    "method": lambda h: h.mul_(2),
    "item": lambda h: h.__setitem__(0, 9.0),
    "through a view": lambda h: h[:1].zero_(),
    "through detach": lambda h: h.detach().add_(1),
    "through a view of detach": lambda h: h.detach().view(-1)[0].fill_(5),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_saved_input_that_is_written_is_noticed(torch, write):
    """DeZero and Chainer differentiate with the new numbers."""
    x = leaf(torch, 1.0, 2.0)
    h = x * 3
    y = h * h
    write(h)
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.sum().backward()
    assert x.grad is None


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_saved_output_that_is_written_is_noticed(torch, write):
    x = leaf(torch, 1.0, 2.0)
    y = x.exp()
    z = y.sum()
    write(y)
    with pytest.raises(RuntimeError, match=MODIFIED):
        z.backward()
    assert x.grad is None


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_writing_what_nobody_saved_is_fine(torch, write):
    x = leaf(torch, 1.0, 2.0)
    h = x * 3
    y = h + h
    write(h)
    y.sum().backward()
    assert x.grad.tolist() == [6, 6]


def test_a_second_backward_is_refused(torch):
    """MyGrad's does nothing."""
    x = leaf(torch, 3.0)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError, match=r"^Trying to backward through the graph a second time"):
        y.backward()
    assert x.grad.tolist() == [6]


def test_a_vector_has_no_backward_of_its_own(torch):
    """DeZero takes the sum without being asked."""
    x = leaf(torch, 1.0, 2.0)
    with pytest.raises(RuntimeError, match=r"^grad can be implicitly created only for scalar outputs"):
        (x * 2).backward()
    assert x.grad is None


def test_an_indexed_part_gets_its_gradient(torch):
    """smolgrad leaves zeros."""
    t = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    t[1].sum().backward()
    assert t.grad.tolist() == [[0, 0], [1, 1]]


def test_no_gradient_stays_inside_the_graph(torch):
    """micrograd gives 18 for 12: what flowed the first time is still there the second time."""
    x = leaf(torch, 3.0)
    y = x * x
    z = (y * 1).sum()
    z.backward(retain_graph=True)
    z.backward()
    assert x.grad.tolist() == [12]


def test_two_leaves_never_share_a_gradient(torch):
    """In DeZero, after ``c = a + b``, ``a.grad is b.grad``."""
    a, b = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    g = torch.tensor([1.0, 1.0])
    (a + b).backward(g)
    assert a.grad is not b.grad
    a.grad.mul_(5)
    g.mul_(7)
    assert (a.grad.tolist(), b.grad.tolist()) == ([5, 5], [1, 1])


@pytest.mark.parametrize("share", ["a + b", "(a + b).view(2)", "(a - -b)", "(a + b).t()", "(a + b).reshape(1, 2)[0]"])
def test_gradients_are_owned(torch, share):
    """A gradient that is accumulated into must not be seen elsewhere, whatever path it came by."""
    a, b = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    g = torch.tensor([1.0, 1.0])
    c = eval(share, {"a": a, "b": b})
    c.backward(g)
    first, before = a.grad, a.grad.tolist()
    (a * 10).sum().backward()
    assert a.grad.tolist() == [11, 11] and b.grad.tolist() == [1, 1] and g.tolist() == [1, 1]
    assert a.grad is first and before == [1, 1]


def test_each_duplicate_of_an_index_counts(torch):
    """``grad[index] += g`` adds once for an index that stands there twice."""
    x = leaf(torch, 1.0, 2.0, 3.0)
    (x[torch.tensor([0, 2, 0, 0])] * torch.tensor([1.0, 10.0, 100.0, 1000.0])).sum().backward()
    assert x.grad.tolist() == [1101, 0, 10]


def test_each_use_of_a_node_counts(torch):
    """``y`` is used three times, ``x`` twice in it."""
    x = leaf(torch, 2.0)
    y = x * x
    (y + y * y).sum().backward()
    assert x.grad.tolist() == [2 * 2 + 4 * 2**3]
    x = leaf(torch, 2.0)
    (x + x + x).sum().backward()
    assert x.grad.tolist() == [3]


def test_an_input_that_stands_twice_in_the_graph_and_in_the_question(torch):
    x = leaf(torch, 2.0)
    got = torch.autograd.grad((x * x).sum(), (x, x))
    assert [g.tolist() for g in got] == [[4], [4]]


def test_a_long_chain(torch):
    """micrograd's recursion ends at 1,000 nodes, MyGrad's at 5,000."""
    x = leaf(torch, 1.0)
    y = x
    for _ in range(20 * sys.getrecursionlimit()):
        y = y + 1
    y.sum().backward()
    assert x.grad.tolist() == [1]


def test_a_long_chain_of_diamonds_is_linear(torch):
    """One peer walks every path: 2 to the power of 10,000."""
    x = leaf(torch, 1.0)
    y = x
    for _ in range(10_000):
        y = y * 0.5 + y * 0.5
    y.sum().backward()
    assert x.grad.tolist() == [1]


def test_a_broadcast_is_undone(torch):
    x, w = leaf(torch, 1.0, 2.0), torch.tensor([[1.0], [2.0], [3.0]], requires_grad=True)
    (x * w).sum().backward()
    assert (x.grad.tolist(), w.grad.tolist()) == ([6, 6], [[3], [3], [3]])


def test_numpy_never_swallows_history(torch):
    """A tensor that requires grad does not turn into an array on the way."""
    x = leaf(torch, 1.0, 2.0)
    with pytest.raises(RuntimeError, match=r"^Can't call numpy\(\) on Tensor that requires grad\."):
        np.asarray(x)
    with pytest.raises((RuntimeError, TypeError)):
        np.cumsum(x)
    with pytest.raises((RuntimeError, TypeError)):
        np.linalg.eigvals(torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True))


def test_a_failed_backward_writes_no_gradient(torch):
    """PyTorch leaves the gradients of the leaves that it had reached; minigrad, on purpose, nothing half done."""
    a, b = leaf(torch, 1.0), leaf(torch, 2.0)
    h = b * 1
    y = h * h
    h.add_(1)
    total = y + a * 2  # a's branch is newer, and runs first
    with pytest.raises(RuntimeError, match=MODIFIED):
        total.sum().backward()
    assert b.grad is None
    assert (a.grad is None) == (torch is minigrad)
