"""PyTorch's graphs are drawn by the same code: it reads names and `next_functions`, nothing of minigrad's own."""

import pytest

from minigrad.viz import draw_graph

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle


def test_a_graph_of_pytorch_is_drawn():
    a = torch.tensor([2.0, 3.0], requires_grad=True)
    b = torch.nn.Parameter(torch.tensor([6.0, 4.0]))
    Q = 3 * a**3 - b**2
    nodes = draw_graph(Q).trace["nodes"]
    assert [node["name"] for node in nodes] == [
        "SubBackward0", "MulBackward0", "PowBackward0", "PowBackward0", "AccumulateGrad", "AccumulateGrad",
    ]  # fmt: skip
    assert [node["variable"] for node in nodes] == ["Q", None, None, None, "b", "a"]


def test_a_leaf_of_pytorch_is_drawn():
    b = torch.nn.Parameter(torch.tensor([6.0, 4.0]))
    assert draw_graph(b).trace["nodes"][0]["variable"] == "b"


def test_the_same_program_gives_the_same_picture():
    import minigrad

    def trace(library):
        x = library.ones(2, 2, requires_grad=True)
        y = x + 2
        z = y * y * 3
        out = z.mean()
        found = draw_graph(out).trace
        return [node["name"] for node in found["nodes"]], [node["variable"] for node in found["nodes"]], found["edges"]

    assert trace(minigrad) == trace(torch)
