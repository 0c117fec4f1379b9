"""Saved arrays along a pass: who saved them, how much they take, what becomes of them."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.viz import saved_buffers


@pytest.fixture
def buffers():
    w = minigrad.ones(4, requires_grad=True)
    h = (w + w).exp()
    y = h * w
    return saved_buffers(y.sum())


def test_memory_grows_forward_and_shrinks_backward(buffers):
    steps = buffers.state["steps"]
    assert [(step["way"], step["held"]) for step in steps] == [
        *(("forward", held) for held in (0, 16, 32, 32)),
        *(("backward", held) for held in (32, 16, 0, 0)),
    ]
    assert steps[0]["sentence"].startswith("Forward: AddBackward0 (w + w) is made; it saves nothing new")
    assert steps[5]["sentence"] == "Backward: MulBackward0 (y) has run and lets go of 16 bytes."


def test_what_becomes_of_each(buffers):
    found = {(each["by"], each["symbol"]): each for each in buffers.state["buffers"]}
    assert found["MulBackward0 (y)", "b"]["fate"] == "lives on as w"
    assert found["MulBackward0 (y)", "a"]["fate"] == "ExpBackward0 (h) has it too"
    assert found["ExpBackward0 (h)", "z"]["fate"] == ""
    assert [found[key]["freed"] for key in sorted(found)] == [7, 6, 6]
    assert "at step 7" in buffers.still() and "lives on as w" in buffers.still()


def test_it_agrees_with_the_real_pass_and_frees_nothing():
    a = minigrad.ones(8, requires_grad=True)
    y = (a.sin() * a).exp().sum()
    steps = saved_buffers(y).state["steps"]
    assert steps[-1]["held"] == 0
    y.backward()  # the graph is still there
    spent = saved_buffers(y)
    assert spent.state["buffers"] == [] and "second time" in spent.alt


def test_versions_and_nothing_saved():
    a = minigrad.ones(2, requires_grad=True)
    h = a + 1
    y = h.exp() * h
    with minigrad.no_grad():
        h.add_(1)
    marked = [each for each in saved_buffers(y.sum()).state["buffers"] if each["written"]]
    assert [(each["version"], each["written"]) for each in marked] == [(0, 1)]
    assert saved_buffers((a + 1).sum()).alt.endswith("No node saved an array: none of these rules needs one.")


def test_words(buffers):
    assert buffers.alt.startswith(
        "When is each saved array let go? After the forward pass the graph holds 32 bytes in 3 saved arrays: "
    )
    assert buffers.alt.endswith("at the end the graph holds 0 bytes.")
    assert buffers.value == {"step": 4, "retain": False}
