"""The graph builder: code in, a graph or an error out."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.viz import graph_builder

CODE = "a = tensor([2., 3.], requires_grad=True)\ny = a * a\nz = y.sum()"


def test_the_last_line_is_the_result():
    builder = graph_builder(CODE)
    nodes = builder.state["trace"]["nodes"]
    assert [(n["name"], n["variable"], n["expression"]) for n in nodes] == [
        ("SumBackward0", "z", "y.sum()"),
        ("MulBackward0", "y", "a * a"),
        ("AccumulateGrad", "a", None),
    ]
    assert nodes[1]["place"].endswith("line 2")
    builder.run(CODE.replace("z = ", "") + " + 1")
    assert [n["name"] for n in builder.state["trace"]["nodes"]][:2] == ["AddBackward0", "SumBackward0"]
    assert "y.sum() + 1" in builder.still() and "hands gradients to a" in builder.alt


def test_it_runs_in_a_copy_of_the_callers_variables():
    x = minigrad.tensor(3.0, requires_grad=True)
    builder = graph_builder("y = x * 2\nx = y")
    assert x.is_leaf and "y" not in locals() and float(builder.result) == 6.0
    builder.run("x.sin()")
    assert builder.state["error"] == "" and x.grad is None


@pytest.mark.parametrize(
    "code, error",
    [
        ("y = (", "Line 1: SyntaxError: '(' was never closed"),
        ("x = 1\ny = x.foo", "Line 2: AttributeError: 'int' object has no attribute 'foo'"),
        ("x = 1", "TypeError: the last line gives no tensor but an int"),
        ("", "TypeError: the last line gives no tensor but nothing"),
        ("raise SystemExit(2)", "Line 1: SystemExit: 2"),
        ("tensor(1.)", "does not require grad"),
        (
            "tensor([1, 2], requires_grad=True)",
            "Only Tensors of floating point and complex dtype can require gradients",
        ),
        ("y = tensor(1., requires_grad=True)\nfor _ in range(2000): y = y + 1\ny", "nodes"),
    ],
)
def test_errors_are_text(code, error):
    builder = graph_builder(code)
    assert error in builder.state["error"] and builder.state["trace"] is None
    assert "<svg" in builder.still() and error in builder.alt
    builder.run(CODE)
    assert builder.state["error"] == "" and builder.state["trace"]


def test_what_the_code_prints_and_what_the_front_end_sends():
    builder = graph_builder("print('<b>hi')\n" + CODE)
    assert builder.state["said"] == "<b>hi\n"
    if hasattr(builder, "observe"):
        builder.value = {"code": "tensor(2., requires_grad=True).exp()", "run": 1}
        assert builder.state["trace"]["nodes"][0]["name"] == "ExpBackward0"
