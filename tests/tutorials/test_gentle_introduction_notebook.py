"""The cells of the notebook "A Gentle Introduction to torch.autograd" (gentle_introduction_notebook.txt)."""
# fmt: off

import pytest

from tests.tutorials import array


def test_training_step(torch, torchvision):
    # In [1]
    resnet18, ResNet18_Weights = torchvision.models.resnet18, torchvision.models.ResNet18_Weights
    model = resnet18(weights=ResNet18_Weights.DEFAULT)
    data = torch.rand(1, 3, 64, 64)
    labels = torch.rand(1, 1000)
    # In [2]
    # let us run forward pass
    prediction = model(data)
    # In [3]
    loss = (prediction - labels).sum()
    loss.backward() # backward pass
    # In [4]
    optim = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
    bias = array(model.fc.bias)
    # In [5]
    optim.step() #gradient descent

    assert array(model.fc.bias) == pytest.approx(bias - 1e-2, abs=1e-6)  # its gradient is 1
    assert all(p.grad.shape == p.shape for p in model.parameters())


def test_cells(torch, capsys):
    # In [7]
    a = torch.tensor([2., 3.], requires_grad=True)
    b = torch.tensor([6., 4.], requires_grad=True)
    # In [9]
    # let us create another tensfor from a and b
    Q = 3*a**3 - b**2
    # In [10]
    external_grad = torch.tensor([1., 1.])
    Q.backward(gradient=external_grad)
    # In [11]
    # check if collected gradients are correct
    print(9*a**2 == a.grad)
    print(-2*b == b.grad)

    assert capsys.readouterr().out == "tensor([True, True])\ntensor([True, True])\n"
