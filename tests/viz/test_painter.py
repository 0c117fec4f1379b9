"""The painter: which results require grad, for every choice of leaves."""

from __future__ import annotations

import itertools

import pytest

import minigrad
from minigrad.viz import requires_grad_painter


@pytest.fixture
def painter():
    x, w, b = minigrad.tensor([1.0, 2.0]), minigrad.tensor([3.0, 4.0], requires_grad=True), minigrad.tensor(1.0)
    n = minigrad.tensor([1, 2])
    return requires_grad_painter(lambda x, w, b, n: (x * n) * w + b, x, w, b, n)


def test_flags_are_those_of_the_real_program(painter):
    for x, w, b in itertools.product([True, False], repeat=3):
        painter.value = {"x": x, "w": w, "b": b, "n": False}
        leaves = [minigrad.tensor([1.0], requires_grad=flag) for flag in (x, w, b)]
        first = leaves[0] * minigrad.tensor([1])
        second = first * leaves[1]
        real = [(second + leaves[2]).requires_grad, second.requires_grad, first.requires_grad]
        ops = [node["id"] for node in painter.state["trace"]["nodes"] if node["kind"] == "op"]
        assert [painter.flags[op] for op in ops] == real


def test_it_begins_as_the_leaves_are_and_leaves_them_so(painter):
    assert painter.value == {"x": False, "w": True, "b": False, "n": False}
    assert painter.alt.endswith(
        "With requires_grad on w: AddBackward0 ((x * n) * w + b) and MulBackward0 ((x * n) * w) require grad, "
        "the other 1 does not."
    )
    assert painter.still().count("no grad_fn") == 1
    painter.value = dict.fromkeys(painter.value, False)
    assert painter.alt.endswith("No leaf requires grad, so no result does and nothing is recorded.")


def test_whole_numbers_say_why_not(painter):
    assert painter.state["reasons"] == {"n": "only Tensors of floating point dtype can require gradients"}
    assert "int64 (2,)" in painter.still() and painter.still().count("requires_grad=") == 4


def test_an_index_stays_a_whole_number():
    table, i = minigrad.ones(3, 2), minigrad.tensor([0, 2])
    painter = requires_grad_painter(lambda table, i: table[i].sum(), table, i)
    assert painter.value == {"table": False}


def test_leaves_that_were_not_given_keep_their_flag_and_can_be_switched():
    layer = minigrad.nn.Linear(3, 2)
    x = minigrad.ones(4, 3)
    painter = requires_grad_painter(lambda x: layer(x).sum(), x)
    assert list(painter.value.values()) == [False, True, True] and list(painter.value)[0] == "x"
    assert painter.flags[0] is True


def test_a_result_is_painted_with_its_own_leaves():
    a = minigrad.tensor(2.0, requires_grad=True)
    y = a.sin()
    assert requires_grad_painter(y).value == {"a": True}
    with pytest.raises(TypeError, match="leaves too"):
        requires_grad_painter(lambda a: a)
    with pytest.raises(TypeError, match=r"minigrad's tensors, not builtins\.float"):
        requires_grad_painter(2.0)
    assert a.grad is None and a.requires_grad
