"""Lesson 16 in JupyterLab: a step answered wrongly and rightly, and the stepper on an engine of the learner's own."""

from __future__ import annotations

import pytest

from minigrad.course.exercises import find

from .lab import wait_until
from .page import announced

pytestmark = pytest.mark.browser

LESSON = "16_build_it_yourself"


def test_two_engines_part_and_a_walk_is_written(lab, opened):
    page = opened(LESSON)
    page.set_viewport_size({"width": 1280, "height": 2000})
    lab.run_all(page)
    assert lab.errors(page) == []

    pair = page.locator(".mg-pair")
    pair.scroll_into_view_if_needed()
    pair.get_by_text("They differ from step 3 on.").wait_for()

    def answered(step: str, code: str) -> str:
        lab.write_tagged(page, f"exercise-{step}", code)
        wait_until(lambda: lab.run_tagged(page, f"exercise-{step}")[:1] in "✓✗")
        return lab.run_tagged(page, f"exercise-{step}")

    for step in ("16.3", "16.4"):
        assert answered(step, find(step).solution).startswith("✓")
    walk = find("16.5")
    [wrong] = [mistake for mistake in walk.mistakes if mistake.name == "the last one wins"]
    assert answered("16.5", wrong.code).startswith("✗")
    # What the learner's own engine does is what the stepper shows: the leaf gets 57 or 27, and not both.
    said = lab.run(page, "s = step_through(x * x, run); print(s.trace['events'][-1]['grad']['after']['text'])")
    assert said == "3."
    assert answered("16.5", walk.solution) == f"✓ {walk.praise}\n"

    last = page.locator(".mg-stepper").last
    last.scroll_into_view_if_needed()
    last.get_by_role("button", name="Next step").click()
    assert announced(last).startswith("Step 1 of ")
    assert page.problems == []
