"""Double backward: what a recorded backward pass made is told apart from what the user's code made."""

import minigrad
from minigrad import tensor
from minigrad.autograd import grad
from minigrad.viz import draw_graph
from minigrad.viz.trace import outline, record


def layers(trace):
    return {node["variable"] or node["label"]: node.get("layer", 1) for node in trace["nodes"] if node["kind"] == "op"}


def second():
    x = tensor([1.0, 2.0], requires_grad=True)
    h = x.sin()
    y = h.exp().sum()
    (g,) = grad(y, x, create_graph=True)
    penalty = (g**2).sum()
    return penalty, outline(penalty)


def test_a_recorded_pass_makes_a_layer():
    trace = second()[1]
    assert layers(trace) == {"penalty": 1, "Pow": 1, "g": 2, "Mul": 2, "Cos": 2, "Exp": 1, "h": 1}
    (made,) = trace["passes"]
    assert made["layer"] == 2 and made["nodes"] == sum(node.get("pass") == 0 for node in trace["nodes"])
    assert made["expression"] == "grad(y, x, create_graph=True)"
    assert (
        f"{made['nodes']} operations of layer 2 were made by a backward pass that was itself recorded." in trace["alt"]
    )


def test_layers_grow_with_passes_and_not_without():
    x = tensor([0.5], requires_grad=True)
    y = x.sin().exp().sum()  # the derivative of the derivative needs the cosine, which the first pass made
    (d1,) = grad(y, x, create_graph=True)
    (d2,) = grad(d1.sum(), x, create_graph=True)
    assert [each["layer"] for each in outline(d2)["passes"]] == [2, 3]
    assert "passes" not in outline(y)
    y.backward()
    z = (x * 2).sum()
    assert "passes" not in outline(z) and all("layer" not in node for node in outline(z)["nodes"])


def test_backward_and_hessian_make_layers_too():
    x = tensor([0.5, 1.0], requires_grad=True)
    y = (x.tanh() ** 2).sum()
    y.backward(create_graph=True)
    trace = record(x.grad.sum())
    assert layers(trace)["Tanh"] == 1 and 2 in layers(trace).values()


def test_pictures_show_layers():
    x = tensor([1.0, 2.0], requires_grad=True)
    (g,) = grad((x**3).sum(), x, create_graph=True)
    picture = draw_graph(g)
    assert 'class="rim"' in picture.svg and ">g, layer 2<" in picture.svg
    assert 'class="rim"' not in draw_graph((x * 2).sum()).svg
    assert "second" not in draw_graph((x * 2).sum()).svg


def test_who_makes_no_second_graph_is_not_noted():
    before = len(minigrad.autograd.versions.recorded_passes)
    x = tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    grad((x * x).sum(), x)
    assert len(minigrad.autograd.versions.recorded_passes) == before
