"""The error of difference quotients against h."""

from __future__ import annotations

import itertools
import math

import pytest

import minigrad
from minigrad.viz import step_size
from minigrad.viz.instruments.axes import Axis, room, slanted


@pytest.fixture(scope="module")
def cube():
    return step_size(lambda x: x**3, 1.0)


def test_the_best_h_is_where_theory_says(cube):
    state = cube.state
    assert state["slope"] == 3.0 and [each["name"] for each in state["series"]][0] == "forward, float32"
    # Forward: the root of the precision; central: its cube root. Within a factor of 30.
    for which, expected in enumerate((-3.5, -2.4, -7.8, -5.2)):
        assert abs(state["exponents"][cube.best(which)] - expected) < 1.5
    errors = [each["errors"] for each in state["series"]]
    assert min(errors[3]) < min(errors[2]) < min(errors[0]) and min(errors[1]) < min(errors[0])
    assert errors[0][0] == 3.0  # x + h is x: the quotient is 0


def test_quotients_are_those_of_the_definition(cube):
    at = cube.state["exponents"].index(-1.0)
    quotients = [each["quotients"][at] for each in cube.state["series"]]
    assert quotients[2] == pytest.approx(3.31) and quotients[3] == pytest.approx(3.01)
    assert quotients[0] == pytest.approx(3.31, abs=1e-4)


def test_the_picture_follows_the_value(cube):
    cube.value = 60
    first = cube.still()
    assert first.count('class="s-dot"') == 4 and ">1e-16<" in first and "float64: best near h" in cube.alt
    cube.value = 10
    assert cube.still() != first


def test_where_the_function_is_not_defined():
    found = step_size(lambda x: x.log(), 0.5)
    assert found.state["series"][1]["quotients"][-1] == "nan"
    found.value = 64
    assert found.still().count('class="s-dot"') == 2  # log(0.5 - 1) is none, log(0.5 + 1) is
    flat = step_size(lambda x: x * 0 + 2, 0.0)
    assert flat.state["series"][2]["errors"] == [0.0] * 65
    assert "<svg" in flat.still()
    assert "<svg" in step_size(lambda x: x.sqrt(), 0.0).still()


def test_constants_and_a_point_nowhere():
    assert step_size(lambda x: minigrad.tensor(1.0), 0.0).state["slope"] == 0.0
    with pytest.raises(ValueError, match="a finite number, not nan"):
        step_size(lambda x: x, math.nan)


@pytest.mark.parametrize("low, high", [(-1.0, 1.0), (0.0, 3e-7), (-17.0, 2.0), (1e6, 3e6), (-0.3, 1000.0)])
def test_ticks_are_round_and_inside(low, high):
    ticks = Axis(low, high, 0, 1).ticks()
    assert 2 <= len(ticks) <= 7 and low - 1e-9 <= min(ticks) and max(ticks) <= high + 1e-9
    steps = {round((b - a) / (ticks[1] - ticks[0]), 6) for a, b in itertools.pairwise(ticks)}
    assert steps == {1.0}
    if high - low > 3:
        assert all(tick == int(tick) for tick in Axis(low, high, 0, 1).ticks(whole=True))


def test_a_slanted_line_is_cut_at_the_rim():
    axes = Axis(0, 1, 0, 100), Axis(0, 1, 100, 0)
    assert slanted(axes, (0.5, 0.5), 2.0) == [(25.0, 100.0), (75.0, 0.0)]
    assert slanted(axes, (0.5, 0.5), 0.0) == [(0.0, 50.0), (100.0, 50.0)]
    assert slanted(axes, (0.5, 0.5), math.inf) == [] == slanted(axes, (0.5, 7.0), 0.0)


def test_room_is_never_empty():
    for numbers in ([], ["nan"], [0.0], [5.0, 5.0], [1e300, -1e300], [1.0, 1.0 + 1e-15]):
        low, high = room(numbers)
        assert low < high
