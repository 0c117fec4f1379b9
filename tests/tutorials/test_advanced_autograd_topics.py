"""The programs of "Advanced Autograd Topics" (advanced_autograd_topics.txt), in its order.

It is wrong in two places, and PyTorch decides: the gradient of a vector needs its weights, and a leaf cannot be changed
in place.
"""
# fmt: off

import numpy as np
import pytest


def test_how_autograd_works(torch, capsys):
    x = torch.ones(3, requires_grad=True)
    y = x ** 2
    z = y * 3
    z.backward(torch.ones_like(x))
    print(x.grad)

    assert capsys.readouterr().out == "tensor([6., 6., 6.])\n"


def test_using_detach(torch):
    x = torch.ones(3, requires_grad=True)
    y = x ** 2
    y_detached = y.detach()

    assert (y.requires_grad, y_detached.requires_grad, y_detached.is_leaf, y_detached.grad_fn) == (True, False, True, None)
    assert y_detached.tolist() == y.tolist() == [1, 1, 1]
    y_detached[0] = 5
    assert y.tolist() == [5, 1, 1]


def test_using_requires_grad_(torch, capsys):
    a = torch.randn(2, 2)
    a = ((a * 3) / (a - 1))
    print(a.requires_grad)
    a.requires_grad_(True)
    print(a.requires_grad)

    assert capsys.readouterr().out == "False\nTrue\n"


def test_higher_order_gradients_as_printed_fail(torch):
    x = torch.ones(3, requires_grad=True)
    y = x ** 2
    z = y ** 3
    with pytest.raises(RuntimeError, match=r"^grad can be implicitly created only for scalar outputs"):
        z_grad = torch.autograd.grad(z, x, create_graph=True)
        print(z_grad)
    assert x.grad is None


def test_higher_order_gradients(torch, capsys):
    x = torch.ones(3, requires_grad=True)
    y = x ** 2
    z = y ** 3
    z_grad = torch.autograd.grad(z, x, torch.ones_like(z), create_graph=True)
    print(z_grad)
    print(torch.autograd.grad(z_grad[0], x, torch.ones_like(x)))

    assert capsys.readouterr().out == (
        "(tensor([6., 6., 6.], grad_fn=<MulBackward0>),)\n"
        "(tensor([30., 30., 30.]),)\n"
    )


def test_gradient_accumulation(torch, capsys):
    x = torch.ones(3, requires_grad=True)
    for i in range(2):
        y = x * 2
        y.backward(torch.ones_like(x), retain_graph=True)
        print(x.grad)

    assert capsys.readouterr().out == "tensor([2., 2., 2.])\ntensor([4., 4., 4.])\n"


def test_in_place_operations(torch):
    x = torch.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"^a leaf Variable that requires grad is being used in an in-place operation\."):
        x.add_(1)

    assert (x.tolist(), x._version, x.is_leaf) == ([1, 1, 1], 0, True)
    np.testing.assert_array_equal(x.detach().numpy(), np.ones(3))
