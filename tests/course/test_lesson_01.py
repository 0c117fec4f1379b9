"""Lesson 01: what it says of digits, runs and good nudges is so; its judges take every right answer."""

import math
from typing import Any

import numpy as np
import pytest

import minigrad
from minigrad import tensor
from minigrad.course.exercises import lesson_01
from minigrad.viz import step, step_size
from tests.course.test_prose import run_lesson


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("01")


RIGHT = {
    "as written": lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
    "two halves": lambda f, x, h: ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h) / 2,
    "from end to end": lambda f, x, h: (f(x + h) - f(x - h)) / ((x + h) - (x - h)),
    "NumPy's": lambda f, x, h: np.float64(f(np.float64(x) + h) - f(x - h)) / np.float64(2 * h),
    "an array": lambda f, x, h: (f(np.array([x + h])) - f(np.array([x - h]))) / (2 * h),
    "other names": lambda function, at, nudge: -(function(at - nudge) - function(at + nudge)) / nudge / 2,
}


@pytest.mark.parametrize("way", RIGHT)
def test_any_right_central_difference_is_accepted(way):
    assert lesson_01.CENTRAL_DIFFERENCE.judge(RIGHT[way]) is None


def test_the_right_formula_in_float32_is_told_apart():
    def in_float32(f, x, h):
        x, h = np.float32(x), np.float32(h)
        return (f(x + h) - f(x - h)) / (2 * h)

    assert lesson_01.CENTRAL_DIFFERENCE.judge(in_float32) == "float32"


def test_odd_slopes_are_refused():
    assert lesson_01.CENTRAL_DIFFERENCE.judge(lambda f, x, h: "12") == "another formula"
    assert lesson_01.CENTRAL_DIFFERENCE.judge(lambda f, x, h: math.nan) == "another formula"
    with pytest.raises(ValueError, match="one is expected"):
        lesson_01.CENTRAL_DIFFERENCE.judge(lambda f, x, h: [x, h])


def errors_at(x: float, which: int) -> dict[float, float]:
    """h → the error of one of the four differences of x³, beside its slope."""
    state = step_size(lambda x: x * x * x, x).state
    errors = state["series"][which]["errors"]
    return {10.0**e: error / state["slope"] for e, error in zip(state["exponents"], errors, strict=True)}


@pytest.mark.parametrize(("which", "good"), [(1, lesson_01.GOOD_32), (3, lesson_01.GOOD_64)])
def test_every_accepted_h_is_good_and_the_best_is_among_them(which, good):
    errors = errors_at(0.02, which)
    accepted = {h: error for h, error in errors.items() if good[0] <= h <= good[1]}
    assert min(errors, key=errors.__getitem__) in accepted
    assert max(accepted.values()) < (1e-3, 1e-8)[which > 1]
    assert len(accepted) >= 7  # a power of ten to either side, nearly


def test_what_was_best_before_is_not_accepted():
    for x, which, good in [(2.0, 1, lesson_01.GOOD_32), (2.0, 3, lesson_01.GOOD_64)]:
        before = errors_at(x, which)
        best = min(before, key=before.__getitem__)
        assert best > good[1]
    for which, good in [(0, lesson_01.GOOD_32), (2, lesson_01.GOOD_64)]:
        forward = errors_at(0.02, which)
        assert min(forward, key=forward.__getitem__) < good[0]


@pytest.mark.parametrize("x", [2.0, 0.02, 33.3])
def test_the_rule_to_remember(x):
    """In float64 a millionth of x is good; in float32 about five digits are all there is."""
    assert min(errors_at(x, 3).items(), key=lambda pair: abs(pair[0] - 1e-6 * x))[1] < 1e-8
    assert min(errors_at(x, 1).values()) > 1e-6
    assert lesson_01.BEST_H.judge((1e-4, 1e-6 * 0.02)) is None


def test_best_h_takes_what_people_hand_over():
    assert lesson_01.BEST_H.judge([tensor(1e-4), np.float64(1e-7)]) is None
    assert lesson_01.BEST_H.judge((10**-4, 10**-7)) is None
    assert lesson_01.BEST_H.judge(np.array([2e-4, 3e-8])) is None
    assert lesson_01.BEST_H.judge((1e-4, 1e-16)) == "the smaller the better"
    assert lesson_01.BEST_H.judge((1e-4, 1e-4)) == "one h for both"
    assert lesson_01.BEST_H.judge((math.inf, math.nan)) == "too large"


@pytest.mark.parametrize(
    "answer", [("up", "stay", "down", "down"), ("+", "0", "-", "−"), (1, 0, -1, -1), (28, 0, -14, -28)]
)
def test_signs_in_any_writing(answer):
    assert lesson_01.WHICH_WAY.judge(answer) is None


def test_the_signs_are_those_of_the_slopes(lesson):
    def error(parameters):
        w1, w2, b = parameters
        return (w1 * -2 + w2 * 0 + b - 2) ** 2

    slopes = lesson["slopes_of"](error, np.array([3.0, 5.0, 1.0]), 1e-6)
    assert np.allclose(slopes, [28, 0, -14])
    assert lesson_01.WHICH_WAY.judge((*slopes.round(3), -slopes[0])) is None


def test_what_nudging_costs(lesson):
    hours = 2 * 1e6 * 0.01 / 3600  # two runs for each of a million parameters, a hundredth of a second each
    assert 5 < hours < 6
    assert lesson["nudge_runs"] == 2000 and lesson["runs"] == 1
    walks = [len(step(lesson["total"](tensor(np.ones(n), requires_grad=True))).trace["events"]) for n in (3, 1000)]
    assert walks[0] == walks[1]  # one walk, however many parameters


def test_the_stepper_checks_the_node_as_the_text_says(lesson):
    event = eval("step(y).trace", lesson)["events"][0]
    assert event["check"]["verdict"] == "agrees"
    assert "3 \\cdot 2^{3-1}" in event["outgoing"][0]["numbers"]["latex"]


def furthest_nudges(library) -> tuple[float, float]:
    """How far `gradcheck` goes up and down from 2."""
    seen = []

    def f(x):
        seen.append(x.item() - 2)
        return x**3

    assert library.autograd.gradcheck(f, library.tensor(2.0, dtype=library.float64, requires_grad=True))
    return max(seen), min(seen)


def test_gradcheck_nudges_by_a_millionth_in_both_directions():
    assert np.allclose(furthest_nudges(minigrad), (1e-6, -1e-6))
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: its gradcheck is not asked")
    assert np.allclose(furthest_nudges(torch), (1e-6, -1e-6))
