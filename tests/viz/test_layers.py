"""Double backward: what a recorded backward pass made is told apart from what the user's code made."""

import minigrad
from minigrad import tensor
from minigrad.autograd import Function, grad
from minigrad.viz import draw_graph
from minigrad.viz.trace import outline, record
from minigrad.viz.words import node_words


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
    assert 'class="rim"' in picture.svg and ">g, rule of x**3<" in picture.svg
    assert 'class="rim"' not in draw_graph((x * 2).sum()).svg
    assert "second" not in draw_graph((x * 2).sum()).svg


def test_who_makes_no_second_graph_is_not_noted():
    versions = minigrad.autograd.versions
    before = list(versions.recorded_passes), versions.recorded_rules.count
    x = tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    grad((x * x).sum(), x)
    assert (list(versions.recorded_passes), versions.recorded_rules.count) == before


def rules(trace):
    """How each node of a second layer came about: {its name and inputs' names: the rule's expression}."""
    return [(node["label"], (node["rule"] or {}).get("expression")) for node in trace["nodes"] if "rule" in node]


def test_a_node_knows_whose_rule_made_it():
    """Fleuret's example: the gradient's squared length, whose gradient is asked for."""
    x = tensor([2.0, 3.0], requires_grad=True)
    psi = x[0].log() + x[1].pow(2)
    (g,) = grad(psi, x, create_graph=True)
    trace = outline(g.pow(2).sum())
    assert rules(trace) == [
        ("Add", None), ("Embed", "x[1]"), ("Embed", "x[0]"),
        ("Mul", "x[1].pow(2)"), ("Div", "x[0].log()"), ("Add", "x[1].pow(2)"),
    ]  # fmt: skip
    total, embed, *_, slope = (node for node in trace["nodes"] if "rule" in node)
    assert total["rule"] == {"node": None, "name": None, "expression": None}  # of the gradients of x[0] and x[1]
    assert trace["nodes"][embed["rule"]["node"]]["expression"] == "x[1]"
    assert slope["rule"]["node"] is None, "nothing leads to the power itself, only to what it saved"
    assert node_words(total) == "AddBackward0 (g)" and "rule" not in trace["nodes"][0]
    assert node_words(slope) == "AddBackward0 (layer 2, rule of x[1].pow(2))"


def test_the_engines_sums_are_no_rules_and_hooks_are_neither():
    x = tensor([0.5, 1.0], requires_grad=True)
    h = x.exp()
    h.register_hook(lambda g: g + 1)
    (g,) = grad((h * h + h).sum(), x, create_graph=True)
    found = [node for node in outline(g)["nodes"] if node["label"] == "Add" and "layer" in node]
    expressions = [(node["expression"].split(",")[0], (node.get("rule") or {}).get("name", "none")) for node in found]
    assert expressions == [("g + 1", "none"), ("grad((h * h + h).sum()", None), ("grad((h * h + h).sum()", None)]


def test_a_pass_inside_a_rule_does_not_take_its_nodes():
    class Inner(Function):
        @staticmethod
        def forward(ctx, a):
            ctx.save_for_backward(a)
            return a * a

        @staticmethod
        def backward(ctx, g):
            (a,) = ctx.saved_tensors
            (d,) = grad((a**2).sum(), a, create_graph=True)
            return g * d

    x = tensor([0.5, 1.0], requires_grad=True)
    (g,) = grad(Inner.apply(x).sum(), x, create_graph=True)
    root, *below = outline(g)["nodes"]
    assert root["rule"]["name"] == "InnerBackward"
    assert {node["rule"]["name"] for node in below if "rule" in node} == {"PowBackward0"}


def test_of_two_nodes_with_one_name_each_rule_has_its_own():
    x = tensor([0.5, 1.0], requires_grad=True)
    (g,) = grad((x**3).sin().sum(), x, create_graph=True)
    named = [node_words(node) for node in outline(g)["nodes"] if node["label"] == "Mul"]
    assert len(set(named)) == len(named) and "MulBackward0 (layer 2, rule of (x**3).sin())" in named


def test_rules_are_forgotten_in_time(monkeypatch):
    monkeypatch.setattr(minigrad.autograd.versions, "recorded_rules", minigrad.autograd.versions.Rules(2))
    monkeypatch.setattr(minigrad.viz.layers, "recorded_rules", minigrad.autograd.versions.recorded_rules)
    x = tensor([1.0, 2.0], requires_grad=True)
    (g,) = grad((x.exp() ** 3).sum(), x, create_graph=True)
    trace = outline((g**2).sum())
    unknown = [node for node in trace["nodes"] if "layer" in node and "rule" not in node]
    assert unknown and "layer 2" in node_words(unknown[0]) and "rule" not in node_words(unknown[0])
