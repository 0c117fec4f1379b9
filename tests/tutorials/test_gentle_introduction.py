"""The programs of "A Gentle Introduction to torch.autograd" (gentle_introduction.txt), in its order, without resnet18."""
# fmt: off

from tests.tutorials import graph


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
