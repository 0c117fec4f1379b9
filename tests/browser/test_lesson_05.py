"""Lesson 05 in JupyterLab: v moves over the rows of the Jacobian, and an exercise is answered wrongly, then rightly."""

from __future__ import annotations

import pytest

from minigrad.course.exercises import find

from .lab import wait_until
from .page import serious

pytestmark = pytest.mark.browser


def test_v_finds_the_zeros_of_the_puzzle_and_an_exercise_is_judged(lab, opened):
    page = opened("05_jacobians")
    lab.run_all(page)
    assert lab.errors(page) == []
    lab.scroll_to(page, "jacobian_map(")
    board = page.locator(".mg-jacobian_map")
    board.wait_for()
    said = board.locator("[aria-live]")
    board.get_by_role("button", name="Only row y[1]").click()
    assert said.inner_text() == "One row counts: y[1]. vᵀJ is [-3., 7., -3.]."
    board.get_by_role("button", name="Set every entry of v to 1").click()
    assert said.inner_text().endswith("vᵀJ is [0., 0., 0.].")
    board.get_by_role("slider", name="v for row y[2]").press("End")
    assert said.inner_text().endswith("2. times y[2]. vᵀJ is [-2., -2., 8.].")
    assert serious(page, ".mg-jacobian_map") == []

    exercise = find("05.2")
    [piling] = [mistake for mistake in exercise.mistakes if mistake.name == "rows pile up"]
    for code, lines in [(piling.code, [piling.hint, exercise.second_hint]), (exercise.solution, [exercise.praise])]:
        lab.write_tagged(page, "exercise-05.2", code)  # asked twice, a wrong answer gets the second hint
        wait_until(lambda lines=lines: lab.run_tagged(page, "exercise-05.2").strip()[2:] in lines)
    assert page.problems == []
