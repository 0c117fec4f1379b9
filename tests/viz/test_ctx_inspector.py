"""A call of a custom Function, stage by stage."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.autograd import Function
from minigrad.viz import ctx_inspector


class Clip(Function):
    @staticmethod
    def forward(ctx, x, w, limit):
        y = (x * w).clamp(-limit, limit)
        mask = y.abs() < limit
        ctx.save_for_backward(x, y, mask)
        ctx.limit, ctx.w = limit, w
        ctx.mark_non_differentiable(mask)
        return y, mask

    @staticmethod
    def backward(ctx, g, _):
        return g * ctx.w * ctx.saved_tensors[2], g, None


class Wrong(Function):
    @staticmethod
    def forward(x):
        return x.clone()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.set_materialize_grads(False)

    @staticmethod
    def backward(ctx, g):
        return g, g


class AddOne(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.add_(1)

    @staticmethod
    def backward(ctx, g):
        return None


def items(found, stage):
    return [(item["name"], item["value"], item["note"]) for item in found.state["stages"][stage]["items"]]


@pytest.fixture
def x():
    return minigrad.tensor([1.0, 3.0], requires_grad=True)


def test_all_four_stages(x):
    w = minigrad.tensor([1.0, 1.0])
    y, mask = Clip.apply(x, w, 2.5)
    found = ctx_inspector(y.sum())
    assert items(found, 0) == [
        ("x", "", "its gradient is wanted"),
        ("w", "", "no gradient wanted"),
        ("limit", "", "no tensor"),
    ]
    assert items(found, 1) == [
        ("saved_tensors[0]", "[1., 3.]", "the argument x"),
        ("saved_tensors[1]", "[1., 2.5]", "result 0"),
        ("saved_tensors[2]", "[True, False]", "neither an argument nor a result"),
        ("ctx.limit", "2.5", "an attribute"),
        ("ctx.w", "[1., 1.]", "a tensor as an attribute: use save_for_backward"),
        ("non-differentiable", "", "mask: gets no gradient"),
    ]
    assert items(found, 2)[0] == ("gradient of result 0", "[1., 1.]", "shape (2,)")
    assert items(found, 3) == [
        ("for x", "[1., 0.]", "shape (2,)"),
        ("for w", "", "not wanted, so dropped"),
        ("for limit", "None", "no tensor"),
    ]
    assert "! ctx.w" in found.still() and "for x = [1., 0.]" in found.alt and mask is not None
    assert x.grad is None
    y.sum().backward()  # nothing was freed
    assert x.grad.tolist() == [1.0, 0.0]
    assert items(ctx_inspector(Clip.apply(x, w, 2.5)[0].sum()), 0)


def test_an_error_of_backward_is_shown(x):
    found = ctx_inspector(Wrong.apply(x).sum())
    ((name, _, note),) = items(found, 3)
    assert name == "FunctionError" and items(found, 2) == [("gradient of result", "[1., 1.]", "shape (2,)")]
    assert "returned an incorrect number of gradients" in note
    assert items(found, 0)[0][0] == "x" and items(found, 1) == [
        ("set_materialize_grads", "False", "None stays None, no zeros")
    ]


def test_dirty_and_no_gradient(x):
    z = x * 2
    y = AddOne.apply(z)
    found = ctx_inspector(y.sum())
    assert ("dirty", "", "y was changed in place") in items(found, 1)
    assert items(found, 3) == [("for x", "None", "None: no gradient flows on")]


def test_freed_and_several_calls(x):
    w = minigrad.tensor([1.0, 1.0])
    y = Clip.apply(Clip.apply(x, w, 9.0)[0], w, 2.5)[0].sum()
    assert ("ctx.limit", "9.0", "an attribute") in items(ctx_inspector(y, which=1), 1)
    y.backward()
    found = ctx_inspector(y)
    assert ("ctx.saved_tensors", "", "freed by an earlier backward") in items(found, 1)
    assert "second time" in items(found, 3)[0][2]


def test_what_cannot_be_inspected(x):
    with pytest.raises(ValueError, match="no call of a custom Function"):
        ctx_inspector(x * 2)
    with pytest.raises(ValueError, match="has 1 call of a custom Function: there is no number 1"):
        ctx_inspector(AddOne.apply(x * 1).sum(), which=1)
    with pytest.raises(RuntimeError, match="scalar outputs"):
        ctx_inspector(AddOne.apply(x * 1))
    with pytest.raises(RuntimeError, match="does not require grad"):
        ctx_inspector(minigrad.tensor(1.0))


def test_a_repr_that_raises_does_no_harm(x):
    class Odd:
        def __repr__(self):
            raise KeyError("no")

    class Keeps(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.odd = Odd()
            return x * 1

        @staticmethod
        def backward(ctx, g):
            return g

    assert items(ctx_inspector(Keeps.apply(x).sum()), 1) == [("ctx.odd", "its repr raises KeyError", "an attribute")]
