"""The cells 7 to 11 of the notebook "A Gentle Introduction to torch.autograd" (gentle_introduction_notebook.txt)."""
# fmt: off

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
