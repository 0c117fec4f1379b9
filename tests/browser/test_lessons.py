"""Lessons 00 and 04 as a learner meets them: their own copy, opened in JupyterLab, run to the end, its stepper driven.

The other lessons have a file each, `test_lesson_NN.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .lab import REPOSITORY, stepper_in, wait_until
from .page import announced, edge_texts, leaf_texts, node_states, serious, step_of

pytestmark = pytest.mark.browser

FIRST = "00_start_here"


def test_each_lesson_is_opened_by_a_test():
    lessons = {path.name[:2] for path in (REPOSITORY / "course").glob("[0-9][0-9]_*.ipynb")}
    tests = {path.stem[-2:] for path in Path(__file__).parent.glob("test_lesson_[0-9][0-9].py")}
    assert lessons - tests == {"00", "04"}  # which are opened here


@pytest.mark.parametrize("lesson", [FIRST, "04_backward_node_by_node"])
def test_a_lesson_runs_and_its_stepper_walks(lab, opened, lesson):
    page = opened(lesson)
    page.locator(".jp-OutputArea img[alt]").first.wait_for()  # the stored pictures, before anything ran
    assert page.locator(".mg-stepper").count() == 0
    lab.run_all(page)
    assert lab.errors(page) == []
    stepper = stepper_in(page)
    assert set(edge_texts(stepper)) == {"not yet"}
    total = int(stepper.get_by_role("slider").get_attribute("max"))
    stepper.get_by_role("button", name="Next step").click()
    assert list(node_states(stepper).values()).count("now") == 1
    assert announced(stepper).startswith(f"Step 1 of {total}")
    page.keyboard.press("ArrowRight")
    assert step_of(stepper) == 2
    page.keyboard.press("End")
    assert step_of(stepper) == total
    assert "not yet" not in edge_texts(stepper)
    assert ".grad not yet" not in leaf_texts(stepper).values()
    assert serious(page) == []


def test_the_first_lesson_in_the_dark_with_a_busy_kernel(lab, opened):
    page = opened(FIRST)
    lab.run_all(page)
    lab.use_theme(page, "JupyterLab Dark")
    stepper = stepper_in(page)
    lab.keep_busy(page, 5)
    stepper.get_by_role("button", name="Next step").click()
    page.keyboard.press("End")
    assert leaf_texts(stepper) == {"a": ".grad [36., 81.]", "b": ".grad [-12., -8.]"}
    assert lab.is_busy(page)
    assert serious(page) == []
    lab.use_theme(page, "JupyterLab Light")


def test_questions_are_answered_by_a_click_without_a_kernel(lab, opened):
    page = opened("04_backward_node_by_node")
    answers = page.locator(".jp-MarkdownOutput details")
    answers.first.wait_for()
    explanation = answers.nth(1).locator("p")
    assert not explanation.is_visible()
    answers.nth(1).locator("summary").click()
    assert explanation.inner_text().startswith("Yes.")
    assert answers.nth(1).locator("mjx-container").count() > 0  # its formulas are set
    assert not answers.nth(0).locator("p").is_visible()


def test_the_first_exercise_is_solved_by_clicking(lab, opened):
    page = opened(FIRST)
    lab.run_all(page)
    wait_until(lambda: lab.run_tagged(page, "exercise-00.1").startswith("○"))
    stepper = stepper_in(page)
    for _ in range(3):
        stepper.get_by_role("button", name="Next step").click()
    assert leaf_texts(stepper) == {"a": ".grad not yet", "b": ".grad [-12., -8.]"}
    wait_until(lambda: lab.run_tagged(page, "exercise-00.1").startswith("✓"))
