"""Lesson 15 in JupyterLab: parts of a resnet18 are frozen and freed, the loss curve is drawn, an exercise is judged."""

from __future__ import annotations

import pytest

from .page import serious

pytestmark = pytest.mark.browser

SCROLL_TO = """(text) => {
    const { content } = jupyterapp.shell.currentWidget;
    content.activeCellIndex = content.widgets.findIndex((c) => c.model.sharedModel.getSource().startsWith(text));
    content.scrollToItem(content.activeCellIndex, 'center');
}"""


def test_frozen_parts_the_live_curve_and_an_exercise(lab, opened):
    page = opened("15_training_freezing_finetuning")
    lab.run_all(page)
    assert lab.errors(page) == []
    page.evaluate(SCROLL_TO, "frozen_path(")
    board = page.locator(".mg-frozen_path")
    board.wait_for()
    said = board.locator("[aria-live]")
    assert "To 14 of 15 parts no gradient comes" in said.inner_text()
    board.locator("[role=switch][aria-label^='layer4.1:']").press("Enter")
    assert "To 11 of 15 parts no gradient comes" in said.inner_text()
    board.get_by_role("button", name="as the model is").click()
    board.locator("[role=switch][aria-label^='conv1:']").click()
    assert "Gradients come to every part" in said.inner_text()
    assert serious(page, ".mg-frozen_path") == []

    page.evaluate(SCROLL_TO, "from minigrad.course.live")
    drawn = page.locator(".widget-html img, .jupyter-widgets img").first
    drawn.wait_for()
    assert drawn.get_attribute("alt").startswith("The loss over 100 steps: from ")

    lab.judges(page, "15.1", "no buffers")
    assert page.problems == []
