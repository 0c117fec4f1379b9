"""The programs of PyTorch's "Automatic Differentiation with torch.autograd" (autogradqs_tutorial.txt), in its order."""
# fmt: off

import re

import numpy as np

from tests.tutorials import array, graph


def network(torch):
    x = torch.ones(5)  # input tensor
    y = torch.zeros(3)  # expected output
    w = torch.randn(5, 3, requires_grad=True)
    b = torch.randn(3, requires_grad=True)
    z = torch.matmul(x, w)+b
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
    return x, y, w, b, z, loss


def test_one_layer_network(torch):
    x, y, w, b, z, loss = network(torch)

    np.testing.assert_allclose(array(z), array(x) @ array(w) + array(b), rtol=1e-5)
    np.testing.assert_allclose(array(loss), np.log1p(np.exp(array(z))).mean(), rtol=1e-5)
    layer = ("Add", ("SqueezeBackward4", ("Mm", None, "AccumulateGrad")), "AccumulateGrad")
    assert graph(loss.grad_fn) == ("BinaryCrossEntropyWithLogits", layer, None)


def test_gradient_functions(torch, capsys):
    x, y, w, b, z, loss = network(torch)
    print(f"Gradient function for z = {z.grad_fn}")
    print(f"Gradient function for loss = {loss.grad_fn}")

    assert re.fullmatch(
        r"Gradient function for z = <AddBackward0 object at 0x[0-9a-f]+>\n"
        r"Gradient function for loss = <BinaryCrossEntropyWithLogitsBackward0 object at 0x[0-9a-f]+>\n",
        capsys.readouterr().out,
    )


def test_computing_gradients(torch, capsys):
    x, y, w, b, z, loss = network(torch)
    loss.backward()
    print(w.grad)
    print(b.grad)

    assert re.fullmatch(
        r"tensor\(\[\[[\d., ]+\],\n(        \[[\d., ]+\],\n){3}        \[[\d., ]+\]\]\)\ntensor\(\[[\d., ]+\]\)\n",
        capsys.readouterr().out,
    )
    db = 1 / (1 + np.exp(-array(z))) / 3
    np.testing.assert_allclose(array(b.grad), db, rtol=1e-5)
    np.testing.assert_allclose(array(w.grad), np.outer(np.ones(5), db), rtol=1e-5)


def test_disabling_gradient_tracking(torch, capsys):
    x, y, w, b, z, loss = network(torch)
    z = torch.matmul(x, w)+b
    print(z.requires_grad)

    with torch.no_grad():
        z = torch.matmul(x, w)+b
    print(z.requires_grad)

    assert capsys.readouterr().out == "True\nFalse\n"


def test_detach(torch, capsys):
    x, y, w, b, z, loss = network(torch)
    z = torch.matmul(x, w)+b
    z_det = z.detach()
    print(z_det.requires_grad)

    assert capsys.readouterr().out == "False\n"


def test_jacobian_products(torch, capsys):
    inp = torch.eye(4, 5, requires_grad=True)
    out = (inp+1).pow(2).t()
    out.backward(torch.ones_like(out), retain_graph=True)
    print(f"First call\n{inp.grad}")
    out.backward(torch.ones_like(out), retain_graph=True)
    print(f"\nSecond call\n{inp.grad}")
    inp.grad.zero_()
    out.backward(torch.ones_like(out), retain_graph=True)
    print(f"\nCall after zeroing gradients\n{inp.grad}")

    assert capsys.readouterr().out == """First call
tensor([[4., 2., 2., 2., 2.],
        [2., 4., 2., 2., 2.],
        [2., 2., 4., 2., 2.],
        [2., 2., 2., 4., 2.]])

Second call
tensor([[8., 4., 4., 4., 4.],
        [4., 8., 4., 4., 4.],
        [4., 4., 8., 4., 4.],
        [4., 4., 4., 8., 4.]])

Call after zeroing gradients
tensor([[4., 2., 2., 2., 2.],
        [2., 4., 2., 2., 2.],
        [2., 2., 4., 2., 2.],
        [2., 2., 2., 4., 2.]])
"""


def test_backward_without_parameters(torch):
    x, y, w, b, z, loss = network(torch)
    loss.backward(torch.tensor(1.0), retain_graph=True)
    first = array(w.grad)
    w.grad = None
    loss.backward()

    np.testing.assert_array_equal(array(w.grad), first)
