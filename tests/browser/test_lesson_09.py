"""Lesson 09 in JupyterLab: one bar moves the whole walk and the cut one, and a target stays put, at the second try."""

from __future__ import annotations

import pytest

from .page import announced, serious, step_of

pytestmark = pytest.mark.browser


def test_the_two_walks_and_an_exercise(lab, opened):
    page = opened("09_leaving_the_graph")
    lab.run_all(page)
    assert lab.errors(page) == []
    pair = page.locator(".mg-pair")
    pair.scroll_into_view_if_needed()
    pair.get_by_role("button", name="Next step").click()
    page.keyboard.press("End")
    assert step_of(pair) == 10
    whole, cut = announced(pair).split("with the cut: ")
    assert "Gradients 2. and -1. arrive and add up to 1." in whole and "Gradient -1. arrives." in cut
    assert serious(page, ".mg-pair") == []

    lab.judges(page, "09.1", "the wrong side")
    assert page.problems == []
