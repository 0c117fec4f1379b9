"""The meter: what it reads of `.grad` along a loop, and what it makes of it."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from minigrad.viz import grad_meter


def kinds(meter, leaf=0):
    return [reading["leaves"][leaf]["kind"] for reading in meter.state["readings"]]


def train(zero, set_to_none=True, micro=1):
    w = minigrad.tensor([1.0, 2.0], requires_grad=True)
    optimiser = minigrad.optim.SGD([w], lr=0.1)
    meter = grad_meter(w)
    for _ in range(2):
        for _ in range(micro):
            (w * w).sum().backward()
            meter.note("backward")
        optimiser.step()
        meter.note("step")
        if zero:
            optimiser.zero_grad(set_to_none=set_to_none)
            meter.note("zero_grad")
    return meter


@pytest.mark.parametrize("set_to_none", [True, False])
def test_a_loop_that_zeroes(set_to_none):
    meter = train(zero=True, set_to_none=set_to_none)
    assert kinds(meter) == ["none", *(["filled", "same", "cleared"] * 2)]
    assert meter.state["readings"][3]["leaves"][0]["after"] == ("None" if set_to_none else "[0., 0.]")
    assert "zero_grad missing" not in meter.alt


def test_a_missing_zero_grad_is_seen():
    meter = train(zero=False)
    assert kinds(meter) == ["none", "filled", "same", "stale", "same"]
    found = meter.state["readings"][3]
    assert found["leaves"][0] | {"size": 0, "old": 0} == {
        "kind": "stale", "before": "[2., 4.]", "added": "[1.6, 3.2]", "after": "[3.6, 7.2]", "size": 0, "old": 0,
    }  # fmt: skip
    assert found["sentence"].endswith("is a zero_grad missing?")
    assert meter.alt.endswith("At reading 4 a gradient was added to one of older weights: is a zero_grad missing?")


def test_micro_batches_are_no_mistake():
    meter = train(zero=True, micro=2)
    assert kinds(meter)[:4] == ["none", "filled", "added", "same"] and "stale" not in kinds(meter)


def test_cleared_and_filled_between_two_readings():
    w = minigrad.tensor(1.0, requires_grad=True)
    meter = grad_meter(w)
    for _ in range(2):
        w.grad = None
        (w * 3).backward()
        (w * 1).backward()
        meter.note()
        with minigrad.no_grad():
            w -= 0.1
    assert "stale" not in kinds(meter)


def drawn(meter, css):
    return [s["text"] for s in meter.state["scene"]["shapes"] if s["tag"] == "text" and s["class"] == css]


def test_bars_say_what_they_are_as_long_as_there_is_room():
    meter = train(zero=False)
    assert drawn(meter, "tick mid") == ["", "→", "=", "=", "at first", *(["backward", "step"] * 2)]
    assert drawn(meter, "mid strong") == ["!"]
    for _ in range(10):
        meter.note("step")
    assert "step" not in drawn(meter, "tick mid")


def test_nan_many_readings_and_what_is_no_leaf():
    w = minigrad.tensor([1.0], requires_grad=True)
    meter = grad_meter(w)
    w.grad = minigrad.tensor([float("nan")])
    meter.note("<b>")
    assert meter.state["readings"][1]["leaves"][0]["size"] == "nan" and "&lt;b&gt;" in meter.still()
    for _ in range(150):
        meter.note()
    assert len(meter.state["readings"]) == 120 and meter.state["full"]
    meter.clear()
    assert len(meter.state["readings"]) == 1 and not meter.state["full"]
    with pytest.raises(ValueError, match="of leaves that require grad"):
        grad_meter(w * 2)
    with pytest.raises(TypeError, match="give the leaves"):
        grad_meter()


def test_the_meter_changes_nothing():
    w = minigrad.tensor(2.0, requires_grad=True)
    meter = grad_meter(w)
    (w * 3).backward()
    grad = w.grad
    meter.note("backward")
    (w * 3).backward()
    assert w.grad is grad and meter.state["readings"][1]["leaves"][0]["after"] == "3."
    assert np.isclose(float(w.grad), 6.0) and meter.state["names"] == ["w"]
