"""The programs of François Fleuret's slides "Deep learning, 4.2. Autograd" (fleuret_dlc_4_2_autograd.txt), in their order.

Where the slides show an older PyTorch's words (an error's text, ``AbsBackward``), PyTorch 2.13's stand here.
"""
# fmt: off

import re

import numpy as np
import pytest

from tests.tutorials import array, graph


def test_requires_grad(torch):
    x = torch.tensor([ 1., 2. ])
    y = torch.tensor([ 4., 5. ])
    z = torch.tensor([ 7., 3. ])
    assert x.requires_grad is False
    assert (x + y).requires_grad is False
    z.requires_grad = True
    assert (x + z).requires_grad is True


def test_only_floating_point_tensors(torch):
    x = torch.tensor([1., 10.])
    x.requires_grad = True
    x = torch.tensor([1, 10])
    with pytest.raises(RuntimeError, match=r"^only Tensors of floating point and complex dtype can require gradients"):
        x.requires_grad = True
    with pytest.raises(RuntimeError, match=r"^only Tensors of floating point dtype can require gradients"):
        x.requires_grad_()
    assert x.requires_grad is False


def test_grad(torch):
    t = torch.tensor([1., 2., 4.]).requires_grad_()
    u = torch.tensor([10., 20.]).requires_grad_()
    a = t.pow(2).sum() + u.log().sum()
    assert repr(torch.autograd.grad(a, (t, u))) == "(tensor([2., 4., 8.]), tensor([0.1000, 0.0500]))"


def test_grad_of_one_input_and_of_several_outputs(torch):
    t = torch.tensor([1., 2., 4.]).requires_grad_()
    assert repr(torch.autograd.grad(t.pow(2).sum(), t)) == "(tensor([2., 4., 8.]),)"
    assert repr(torch.autograd.grad((t.pow(2).sum(), t.sum()), t)) == "(tensor([3., 5., 9.]),)"


def test_backward(torch):
    x = torch.tensor([ -3., 2., 5. ]).requires_grad_()
    u = x.pow(3).sum()
    assert x.grad is None
    u.backward()
    assert repr(x.grad) == "tensor([27., 12., 75.])"


def test_backward_accumulates(torch):
    x = torch.tensor([ -3., 2., 5. ]).requires_grad_()
    x.pow(3).sum().backward()
    x.pow(3).sum().backward()
    assert repr(x.grad) == "tensor([ 54.,  24., 150.])"


def test_shared_weights(torch):
    w1 = torch.rand(5, 5).requires_grad_()
    w2 = torch.rand(5, 5).requires_grad_()
    x = torch.randn(5)

    x0 = x
    x1 = w1 @ x0
    x2 = x0 + w2 @ x1
    x3 = w1 @ (x1 + x2)

    q = x3.norm()

    q.backward()

    leaf = "AccumulateGrad"
    first = ("Mv", leaf, None)
    assert graph(q.grad_fn) == (
        "LinalgVectorNorm", ("Mv", leaf, ("Add", first, ("Add", None, ("Mv", leaf, first)))),
    )
    v1, v2, a = array(w1), array(w2), array(x)
    b = v1 @ a
    c = b + a + v2 @ b
    d = v1 @ c
    np.testing.assert_allclose(array(q), np.linalg.norm(d), rtol=1e-5)
    d_bar = d / np.linalg.norm(d)
    c_bar = v1.T @ d_bar
    b_bar = c_bar + v2.T @ c_bar
    np.testing.assert_allclose(array(w1.grad), np.outer(d_bar, c) + np.outer(b_bar, a), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(array(w2.grad), np.outer(c_bar, b), rtol=1e-4, atol=1e-5)


def test_the_autograd_machinery(torch):
    x = torch.tensor([ 1.0, -2.0, 3.0, -4.0 ]).requires_grad_()
    a = x.abs()
    s = a.sum()
    assert repr(s) == "tensor(10., grad_fn=<SumBackward0>)"
    assert re.fullmatch(r"\(\(<AbsBackward0 object at 0x[0-9a-f]+>, 0\),\)", repr(s.grad_fn.next_functions))
    below = s.grad_fn.next_functions[0][0].next_functions
    assert re.fullmatch(r"\(\(<AccumulateGrad object at 0x[0-9a-f]+>, 0\),\)", repr(below))
    assert below[0][0].variable is x


def test_graph_of_a_norm(torch):
    x = torch.tensor([1., 2., 2.]).requires_grad_()
    q = x.norm()

    assert repr(q) == "tensor(3., grad_fn=<LinalgVectorNormBackward0>)"
    assert graph(q.grad_fn) == ("LinalgVectorNorm", "AccumulateGrad")
    q.backward()
    assert repr(x.grad) == "tensor([0.3333, 0.6667, 0.6667])"


def test_graph_of_a_perceptron(torch):
    w1 = torch.rand(20, 10).requires_grad_()
    b1 = torch.rand(20).requires_grad_()
    w2 = torch.rand(5, 20).requires_grad_()
    b2 = torch.rand(5).requires_grad_()

    x = torch.rand(10)
    h = torch.tanh(w1 @ x + b1)
    y = torch.tanh(w2 @ h + b2)

    targets = torch.rand(5)

    loss = (y - targets).pow(2).mean()

    leaf = "AccumulateGrad"
    hidden = ("Tanh", ("Add", ("Mv", leaf, None), leaf))
    output = ("Tanh", ("Add", ("Mv", leaf, hidden), leaf))
    assert graph(loss.grad_fn) == ("Mean", ("Pow", ("Sub", output, None)))
    loss.backward()
    v1, v2, hh, yy = array(w1), array(w2), array(h), array(y)
    np.testing.assert_allclose(hh, np.tanh(v1 @ array(x) + array(b1)), rtol=1e-5)
    np.testing.assert_allclose(yy, np.tanh(v2 @ hh + array(b2)), rtol=1e-5)
    bar2 = 2 / 5 * (yy - array(targets)) * (1 - yy**2)
    bar1 = (v2.T @ bar2) * (1 - hh**2)
    expected = {"w1": np.outer(bar1, array(x)), "b1": bar1, "w2": np.outer(bar2, hh), "b2": bar2}
    for name, leaf in {"w1": w1, "b1": b1, "w2": w2, "b2": b2}.items():
        np.testing.assert_allclose(array(leaf.grad), expected[name], rtol=1e-3, atol=1e-7, err_msg=name)


def test_the_graph_is_not_the_network(torch):
    w = torch.rand(3, 10, 10).requires_grad_()

    def blah(k, x):
        for i in range(k):
            x = torch.tanh(w[i] @ x)
        return x

    torch.manual_seed(1)
    u = blah(1, torch.rand(10))
    v = blah(3, torch.rand(10))
    q = u.dot(v)

    def layer(below):
        return ("Tanh", ("Mv", ("Select", "AccumulateGrad"), below))

    assert graph(q.grad_fn) == ("Dot", layer(None), layer(layer(layer(None))))
    q.backward()
    torch.manual_seed(1)
    matrices, w_bar = array(w), np.zeros((3, 10, 10))
    inputs = [[array(torch.rand(10))], [array(torch.rand(10))]]
    for hidden, k in zip(inputs, (1, 3), strict=True):
        for i in range(k):
            hidden.append(np.tanh(matrices[i] @ hidden[-1]))
    np.testing.assert_allclose(array(q), inputs[0][-1] @ inputs[1][-1], rtol=1e-5)
    for hidden, bar in zip(inputs, (inputs[1][-1], inputs[0][-1]), strict=True):
        for i in reversed(range(len(hidden) - 1)):
            bar = bar * (1 - hidden[i + 1] ** 2)
            w_bar[i] += np.outer(bar, hidden[i])
            bar = matrices[i].T @ bar
    np.testing.assert_allclose(array(w.grad), w_bar, rtol=1e-3, atol=1e-6)


def test_no_grad_for_updates(torch):
    # the set-up that the slide leaves out: 64 images of 784 numbers, ten targets each; fewer rounds than its 10001
    x, y, eta = torch.rand(64, 784), torch.rand(64, 10), 1e-2
    w = torch.empty(10, 784).normal_(0, 1e-3).requires_grad_()
    b = torch.empty(10).normal_(0, 1e-3).requires_grad_()
    w_np, b_np, x_np, y_np = array(w), array(b), array(x), array(y)
    losses = []

    for k in range(51):
        y_hat = x @ w.t() + b
        loss = (y_hat - y).pow(2).mean()

        w.grad, b.grad = None, None
        loss.backward()

        with torch.no_grad():
            w -= eta * w.grad
            b -= eta * b.grad
        losses.append(loss.item())

    for k in range(51):
        error = 2 * (x_np @ w_np.T + b_np - y_np) / y_np.size
        w_np -= eta * (error.T @ x_np)
        b_np -= eta * error.sum(0)
    assert w.is_leaf and w.requires_grad and b.is_leaf and b.requires_grad
    assert (losses[-1] < 0.5 * losses[0]) and w._version == 52  # normal_, and one update a round
    np.testing.assert_allclose(array(w), w_np, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(array(b), b_np, rtol=1e-3, atol=1e-5)


def test_two_that_pull_each_other(torch, capsys):
    eta = 0.1  # not on the slide; the next program's last digits agree with it
    a = torch.tensor( 0.5).requires_grad_()
    b = torch.tensor(-0.5).requires_grad_()

    for k in range(100):
        l = (a - 1)**2 + (b + 1)**2 + (a - b)**2
        ga, gb = torch.autograd.grad(l, (a, b))
        with torch.no_grad():
            a -= eta * ga
            b -= eta * gb

    print(a, b)

    assert capsys.readouterr().out == "tensor(0.3333, requires_grad=True) tensor(-0.3333, requires_grad=True)\n"


def test_detach_cuts_one_pull(torch, capsys):
    eta = 0.1
    a = torch.tensor( 0.5).requires_grad_()
    b = torch.tensor(-0.5).requires_grad_()

    for k in range(100):
        l = (a - 1)**2 + (b + 1)**2 + (a.detach() - b)**2
        ga, gb = torch.autograd.grad(l, (a, b))
        with torch.no_grad():
            a -= eta * ga
            b -= eta * gb

    print(a, b)

    assert capsys.readouterr().out == "tensor(1.0000, requires_grad=True) tensor(-8.2480e-08, requires_grad=True)\n"


def test_the_graph_is_deleted_when_used(torch):
    x = torch.tensor([1.]).requires_grad_()
    z = 1/x
    assert repr(torch.autograd.grad(z, x)) == "(tensor([-1.]),)"
    with pytest.raises(RuntimeError, match=r"^Trying to backward through the graph a second time"):
        torch.autograd.grad(z * z, x)


def test_retain_graph(torch):
    x = torch.tensor([1.]).requires_grad_()
    z = 1/x
    assert repr(torch.autograd.grad(z, x, retain_graph = True)) == "(tensor([-1.]),)"
    assert repr(torch.autograd.grad(z * z, x)) == "(tensor([-2.]),)"


def test_create_graph(torch):
    x = torch.tensor([2., 3.]).requires_grad_()
    psi = x[0].log() + x[1].pow(2)
    g, = torch.autograd.grad(psi, x, create_graph = True)
    assert repr(torch.autograd.grad(g.pow(2).sum(), x)) == "(tensor([-0.2500, 24.0000]),)"


def test_in_place_operations(torch):
    x = torch.tensor([1., 2., 3.]).requires_grad_()
    y = x.sin()
    y *= y
    l = y.sum()
    message = r"^one of the variables needed for gradient computation has been modified by an inplace operation"
    with pytest.raises(RuntimeError, match=message):
        l.backward()
    assert x.grad is None


def test_in_place_on_a_leaf(torch):
    x = torch.tensor([1., 2., 3.]).requires_grad_()
    with pytest.raises(RuntimeError, match=r"^a leaf Variable that requires grad is being used in an in-place operation\."):
        x *= 2
    assert x.tolist() == [1, 2, 3]
