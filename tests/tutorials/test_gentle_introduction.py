"""The programs of "A Gentle Introduction to torch.autograd" (gentle_introduction.txt), in its order."""
# fmt: off

import numpy as np
import pytest

from tests.tutorials import array, graph


@pytest.mark.filterwarnings("ignore:The parameter 'pretrained'", "ignore:Arguments other than a weight enum")
def test_usage_in_pytorch(torch, torchvision):
    model = torchvision.models.resnet18(pretrained=True)
    data = torch.rand(1, 3, 64, 64)
    labels = torch.rand(1, 1000)
    before = [array(p) for p in model.parameters()]

    prediction = model(data) # forward pass

    loss = (prediction - labels).sum()
    loss.backward() # backward pass

    assert prediction.shape == (1, 1000) and loss.shape == ()
    gradients = [array(p.grad) for p in model.parameters()]
    assert len(gradients) == 62 and all(g.any() for g in gradients)

    optim = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)

    optim.step() #gradient descent

    # In the first step the momentum is the gradient.
    for p, was, g in zip(model.parameters(), before, gradients, strict=True):
        assert np.allclose(array(p), was - 1e-2 * g, rtol=1e-5, atol=1e-5 * abs(g).max())


def test_differentiation_in_autograd(torch, capsys):
    a = torch.tensor([2., 3.], requires_grad=True)
    b = torch.tensor([6., 4.], requires_grad=True)
    Q = 3*a**3 - b**2
    external_grad = torch.tensor([1., 1.])
    Q.backward(gradient=external_grad)
    # check if collected gradients are correct
    print(9*a**2 == a.grad)
    print(-2*b == b.grad)

    assert capsys.readouterr().out == "tensor([True, True])\ntensor([True, True])\n"
    print(Q, a.grad, b.grad)
    assert capsys.readouterr().out == (
        "tensor([-12.,  65.], grad_fn=<SubBackward0>) tensor([36., 81.]) tensor([-12.,  -8.])\n"
    )


def test_aggregating_into_a_scalar(torch):
    a = torch.tensor([2., 3.], requires_grad=True)
    b = torch.tensor([6., 4.], requires_grad=True)
    Q = 3*a**3 - b**2
    Q.sum().backward()

    assert (a.grad.tolist(), b.grad.tolist()) == ([36, 81], [-12, -8])


def test_computational_graph(torch):
    a = torch.tensor([2., 3.], requires_grad=True)
    b = torch.tensor([6., 4.], requires_grad=True)
    Q = 3*a**3 - b**2

    assert graph(Q.grad_fn) == ("Sub", ("Mul", ("Pow", "AccumulateGrad"), None), ("Pow", "AccumulateGrad"))
    power = Q.grad_fn.next_functions[0][0].next_functions[0][0]
    assert power.next_functions[0][0].variable is a
    assert Q.grad_fn.next_functions[1][0].next_functions[0][0].variable is b


def test_exclusion_from_the_dag(torch, capsys):
    x = torch.rand(5, 5)
    y = torch.rand(5, 5)
    z = torch.rand((5, 5), requires_grad=True)

    a = x + y
    print(f"Does `a` require gradients? : {a.requires_grad}")
    b = x + z
    print(f"Does `b` require gradients?: {b.requires_grad}")

    assert capsys.readouterr().out == "Does `a` require gradients? : False\nDoes `b` require gradients?: True\n"


@pytest.mark.filterwarnings("ignore:The parameter 'pretrained'", "ignore:Arguments other than a weight enum")
def test_finetuning(torch, torchvision):
    nn, optim = torch.nn, torch.optim

    model = torchvision.models.resnet18(pretrained=True)

    # Freeze all the parameters in the network
    for param in model.parameters():
        param.requires_grad = False

    model.fc = nn.Linear(512, 10)

    # Optimize only the classifier
    optimizer = optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)

    trained = [name for name, p in model.named_parameters() if p.requires_grad]
    assert trained == ["fc.weight", "fc.bias"] and len(list(model.parameters())) == 62
    before = {name: array(p) for name, p in model.named_parameters()}
    for _ in range(2):
        optimizer.zero_grad()
        prediction = model(torch.rand(1, 3, 64, 64))
        (prediction - torch.rand(1, 10)).sum().backward()
        optimizer.step()
    assert prediction.shape == (1, 10)
    for name, p in model.named_parameters():
        assert (p.grad is not None) is (name in trained)
        assert bool((array(p) != before[name]).any()) is (name in trained)
    # The gradient of the bias is 1 twice: a step of 0.01, and one of 0.01 (0.9 + 1).
    assert array(model.fc.bias) == pytest.approx(before["fc.bias"] - 0.029, abs=1e-6)
