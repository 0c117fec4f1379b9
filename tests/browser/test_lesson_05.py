"""Lesson 05 in JupyterLab: v moves over the rows of the Jacobian, and an exercise is answered wrongly, then rightly."""

from __future__ import annotations

import pytest

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

    lab.judges(page, "05.2", "rows pile up")
    assert page.problems == []
