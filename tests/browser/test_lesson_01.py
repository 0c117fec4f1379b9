"""Lesson 01 in JupyterLab: h is moved along the V, and the central difference written wrongly, then rightly."""

from __future__ import annotations

import pytest

from minigrad.course.exercises import find

from .lab import wait_until
from .page import sentence, serious

pytestmark = pytest.mark.browser


def test_the_v_is_explored_and_an_exercise_solved(lab, opened):
    page = opened("01_slopes_by_nudging")
    lab.run_all(page)
    assert lab.errors(page) == []

    plot = page.locator(".mg-step_size")
    plot.scroll_into_view_if_needed()
    plot.get_by_role("slider").focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    assert sentence(plot).startswith("h = 0.0056.")
    row = plot.get_by_role("row", name="central, float32")
    assert row.get_by_role("cell").last.inner_text() == "its best h"
    plot.locator("svg").first.click(position={"x": 500, "y": 180})
    assert row.get_by_role("cell").last.inner_text() == "h too small"
    lab.run(page, "v_curve.value = 42")  # from Python, too
    wait_until(lambda: sentence(plot).startswith("h = 0.0000032."))
    assert serious(page, ".mg-step_size") == []

    exercise = find("01.1")
    for code, line in [(exercise.mistakes[0].code, exercise.mistakes[0].hint), (exercise.solution, exercise.praise)]:
        lab.write_tagged(page, "exercise-01.1", code)
        wait_until(lambda line=line: line in lab.run_tagged(page, "exercise-01.1"))
    assert page.problems == []
