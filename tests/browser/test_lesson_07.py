"""Lesson 07 in JupyterLab: the meter marks steps with old gradients, until zero_grad has its place; an exercise."""

from __future__ import annotations

import pytest

from .lab import wait_until
from .page import serious

pytestmark = pytest.mark.browser

RUN_AGAIN = """async ([old, now]) => {
    const { model } = jupyterapp.shell.currentWidget.content.activeCell;
    model.sharedModel.setSource(model.sharedModel.getSource().replace(old, now));
    await jupyterapp.commands.execute('notebook:run-cell');
}"""


def test_the_meter_finds_the_place_of_zero_grad_and_an_exercise_is_judged(lab, opened):
    page = opened("07_accumulation")
    lab.run_all(page)
    assert lab.errors(page) == []
    lab.scroll_to(page, "meter = grad_meter(w)")
    meter = page.locator(".mg-grad_meter")
    meter.wait_for()
    said, reading = meter.locator("[aria-live]"), meter.get_by_role("slider", name="reading")
    marks = meter.locator("svg text").get_by_text("!", exact=True)
    assert marks.count() == 5 and page.locator("pre", has_text="w ends at 3.79").count() == 1
    reading.press("Home")
    for _ in range(3):
        reading.press("ArrowRight")
    assert said.inner_text().startswith("Reading 4 of 13, pass: w.grad was -4., -15.68 is added: -19.68.")
    assert said.inner_text().endswith("is a zero_grad missing?")
    meter.locator("[data-key='r:2']").first.click()
    assert said.inner_text() == "Reading 2 of 13, pass: w.grad gets -4."

    page.evaluate(RUN_AGAIN, ["# place 2", "optimizer.zero_grad()"])
    page.locator("pre", has_text="w ends at 1.59").wait_for()
    wait_until(lambda: marks.count() == 0)
    reading.press("End")
    assert said.inner_text() == "Reading 13 of 13, step: w.grad stays -40.64."
    assert serious(page, ".mg-grad_meter") == []

    lab.judges(page, "07.1", "cleared once")
    assert page.problems == []
