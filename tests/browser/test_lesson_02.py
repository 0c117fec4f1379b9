"""Lesson 02 in JupyterLab: the painter answers the question of “Play”, an exercise is got wrong, then right."""

from __future__ import annotations

import pytest

from minigrad.course.exercises import find

from .lab import wait_until
from .page import sentence, serious

pytestmark = pytest.mark.browser


def test_the_painter_is_played_and_the_flags_are_predicted(lab, opened):
    page = opened("02_tensors_that_remember")
    lab.run_all(page)
    assert lab.errors(page) == []

    painter = page.locator(".mg-painter")
    painter.wait_for()
    painter.scroll_into_view_if_needed()
    wait_until(lambda: sentence(painter).startswith("No leaf requires grad"))
    painter.get_by_role("switch", name="requires_grad of wage").click()
    assert sentence(painter).startswith("wage requires grad, so 3 of 4 results do too")
    painter.get_by_role("switch", name="requires_grad of months").press(" ")
    assert sentence(painter).startswith("months cannot: only Tensors of floating point dtype")
    painter.get_by_role("switch", name="requires_grad of rent").press(" ")
    assert sentence(painter).startswith("wage and rent require grad, so 4 of 4 results do too")
    assert serious(page, ".mg-painter") == []

    predict = find("02.1")
    wrong = next(mistake for mistake in predict.mistakes if mistake.pitfall)
    wait_until(lambda: lab.run_tagged(page, "exercise-02.1").startswith("○"))
    for code, answer in ((wrong.code, f"✗ {wrong.hint}"), (predict.solution, f"✓ {predict.praise}")):
        lab.write_tagged(page, "exercise-02.1", code)
        wait_until(lambda: lab.run_tagged(page, "exercise-02.1").strip() == answer)  # noqa: B023
    assert page.problems == []
