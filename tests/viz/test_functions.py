"""Custom Functions in pictures and in the stepper: under the learner's name, with the learner's formula."""

import unicodedata

import numpy as np
import pytest

import minigrad
from minigrad.autograd import Function
from minigrad.viz import draw_graph
from minigrad.viz.text import walk_text
from minigrad.viz.trace import add_mathml, record


class Bend(Function):
    r"""a sin b; the derivative is computed in forward already."""

    formula = r"\bar z\, \sin b", r"\bar z\, a \cos b"

    @staticmethod
    def forward(ctx, a, scale, b):
        z = a * b.sin()
        ctx.save_for_backward(a, b, b.cos(), z)
        return z

    @staticmethod
    def backward(ctx, g):
        a, b, cos, _ = ctx.saved_tensors
        return g * b.sin(), None, g * a * cos


class Silent(Bend):
    formula = None


def bent(function=Bend):
    a = minigrad.tensor([2.0, 3.0], requires_grad=True)
    b = minigrad.tensor([0.0, 0.0], requires_grad=True)
    y = function.apply(a, "no tensor", b)
    return a, b, y


def traced(function=Bend):
    a, b, y = bent(function)
    trace = add_mathml(record(y, gradient=minigrad.ones(2)))
    return trace, trace["nodes"][0], trace["events"][0], (a, b, y)


def test_name_formula_and_place():
    trace, node, event, _ = traced()
    assert (node["name"], node["label"], node["variable"]) == ("BendBackward", "Bend", "y")
    assert node["expression"] == 'function.apply(a, "no tensor", b)'
    assert [each["formula"]["latex"] for each in node["inputs"]] == [
        r"\bar{a} = \bar z\, \sin b",
        r"\bar{b} = \bar z\, a \cos b",
    ]
    assert [trace["nodes"][each["node"]]["variable"] for each in trace["events"]] == ["y", "a", "b"]
    assert [out["value"]["text"] for out in event["outgoing"]] == ["[0., 0.]", "[2., 3.]"]


def test_numbers_in_the_formula():
    _, _, event, _ = traced()
    assert event["outgoing"][1]["numbers"]["latex"] == (
        r"\bar{b} = \left[1,\,1\right] \cdot \left[2,\,3\right] \cos \left[0,\,0\right]"
    )
    assert "<math" in event["outgoing"][1]["numbers"]["mathml"]


def test_saved_tensors_have_names():
    """As those of other operations where they are inputs or the result; by their number else."""
    _, node, _, _ = traced()
    assert {each["symbol"]: each["value"]["text"] for each in node["saved"]} == {
        "a": "[2., 3.]",
        "b": "[0., 0.]",
        "saved 2": "[1., 1.]",
        "z": "[0., 0.]",
    }


def test_no_formula():
    trace, node, event, _ = traced(Silent)
    assert [each["formula"] for each in node["inputs"]] == [None, None]
    assert [out["numbers"] for out in event["outgoing"]] == [None, None]
    assert "SilentBackward" in walk_text(trace)


@pytest.mark.parametrize("formula", [5, lambda: r"\bar z", (1, 2), [r"\bar z"]])
def test_what_is_no_formula_is_none(formula):
    """An attribute of that name may be something of the user's own."""
    other = type("Other", (Bend,), {"formula": formula})
    _, node, _, _ = traced(other)
    assert [each["formula"] for each in node["inputs"]] == [None, None]


def test_one_formula_as_a_string():
    class Twice(Function):
        formula = r"2 \bar z"

        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, g):
            return 2 * g

    x = minigrad.tensor(1.0, requires_grad=True)
    trace = record(Twice.apply(x))
    assert trace["nodes"][0]["inputs"][0]["formula"]["latex"] == r"\bar{a} = 2 \bar z"
    assert trace["events"][0]["outgoing"][0]["numbers"]["latex"] == r"\bar{a} = 2 \cdot 1"


def test_the_walk_as_text():
    text = unicodedata.normalize("NFC", walk_text(traced()[0]))
    assert "1. BendBackward (y)" in text and "ā = z̄ sin b" in text


def test_a_picture():
    _, _, y = bent()
    drawing = draw_graph(y)
    assert "BendBackward" in drawing.svg and "BendBackward" in drawing.source.source


def test_recording_changes_nothing():
    _, _, _, (a, b, y) = traced()
    assert a.grad is None and b.grad is None
    y.sum().backward()
    assert b.grad.tolist() == [2, 3]
    last = record(y, gradient=minigrad.ones(2))["events"][-1]
    assert last["kind"] == "error" and "a second time" in last["error"]["sentence"]


def test_several_results_and_broadcasts():
    class Parts(Function):
        formula = (r"\bar z",)

        @staticmethod
        def forward(ctx, x):
            return x * minigrad.ones(3, 2), x * 5

        @staticmethod
        def backward(ctx, g, h):
            return g + 5 * h

    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    y, z = Parts.apply(x)
    trace = record(y.sum() + z.sum())
    index = [node["name"] for node in trace["nodes"]].index("PartsBackward")
    event, undone = (event for event in trace["events"] if event["node"] == index)
    assert [each["value"]["shape"] for each in event["incoming"]] == [[3, 2], [2]]
    out = undone["outgoing"][0]
    assert (out["raw"]["shape"], out["value"]["text"]) == ([3, 2], "[18., 18.]")
    assert "the sum over dimension 0" in out["broadcast"]
    np.testing.assert_allclose(minigrad.autograd.grad(y.sum() + z.sum(), x)[0].array, 18)
