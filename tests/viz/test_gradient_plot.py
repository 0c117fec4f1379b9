"""A function with its gradient: values, kinks, and where there is none."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.viz import gradient_plot


@pytest.mark.parametrize(
    "f, expected",
    [
        (minigrad.relu, [(0.0, 0.0, 1.0, 0.0)]),
        (minigrad.abs, [(0.0, -1.0, 1.0, 0.0)]),
        (lambda x: minigrad.relu(x) + (x - 1).abs(), [(0.0, -1.0, 0.0, -1.0), (1.0, 0.0, 2.0, 1.0)]),
        (lambda x: minigrad.maximum(x, 1 - x), [(0.5, -1.0, 1.0, 0.0)]),  # a tie is shared
        (lambda x: (x - 1 / 3).abs(), [(pytest.approx(1 / 3, abs=1e-8), -1.0, 1.0, pytest.approx(0, abs=1))]),
        (lambda x: x**2, []),
        (lambda x: (4 * x).tanh(), []),
        (minigrad.floor, []),
        (lambda x: x * 0 + 3, []),
        (lambda x: minigrad.tensor(3.0), []),
    ],
)
def test_kinks_are_found_with_their_convention(f, expected):
    kinks = gradient_plot(f).state["kinks"]
    assert [tuple(kink.values()) for kink in kinks] == [pytest.approx(each, abs=1e-6) for each in expected]


def test_values_and_slopes_are_autograds():
    state = gradient_plot(lambda x: x**2, -1, 3).state
    assert state["xs"][0] == -1 and state["xs"][-1] == 3 and len(state["xs"]) == 241
    assert state["values"] == pytest.approx([x * x for x in state["xs"]])
    assert state["slopes"] == pytest.approx([2 * x for x in state["xs"]])


def test_the_words_and_the_picture_follow_the_point():
    found = gradient_plot(minigrad.relu)
    found.value = 0.0
    assert "Kink at x = 0: the slope is 0 from the left and 1 from the right; autograd gives 0." in found.alt
    assert found.alt.endswith("The tangent touches f at x = 0, where the gradient is 0.")
    first = found.still()
    found.value = 1.01
    assert found.alt.endswith("at x = 1.017, where the gradient is 1.") or "x = 1," in found.alt
    assert found.still() != first


def test_where_there_is_no_number():
    found = gradient_plot(lambda x: x.sqrt(), -1, 1)
    assert found.state["gaps"] == [0.0] and found.state["slopes"][0] == "nan"
    assert "At 1 point, the first at x = 0, the gradient is not finite." in found.alt
    for value in (-1.0, 0.0, 1e300, -1e300):
        found.value = value
        assert "<svg" in found.still()
    assert "<svg" in gradient_plot(lambda x: x * float("nan")).still()
    assert "<svg" in gradient_plot(lambda x: 1 / x).still()


def test_an_empty_interval_is_refused():
    with pytest.raises(ValueError, match="not from 2 to 2"):
        gradient_plot(minigrad.relu, 2, 2)
