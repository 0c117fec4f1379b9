"""Lesson 10 in JupyterLab: the events of a memory are walked, and twelve verdicts judged, one of them wrong first."""

from __future__ import annotations

import pytest

from .page import serious

pytestmark = pytest.mark.browser


def test_the_timeline_is_walked_and_verdicts_are_judged(lab, opened):
    page = opened("10_changing_things_in_place")
    lab.run_all(page)
    assert lab.errors(page) == []

    timeline = page.locator(".mg-version_timeline")
    timeline.scroll_into_view_if_needed()
    said, slider = timeline.locator("[aria-live]"), timeline.get_by_role("slider", name="event")
    slider.press("Home")
    assert said.inner_text().endswith(
        "at version 0. It is stale: h += 1 and h -= 1 wrote later, so backward will refuse to use it."
    )
    slider.press("ArrowRight")
    assert said.inner_text().endswith("wrote to the memory of h: its version becomes 1.")
    timeline.get_by_role("button", name="Event 5").click()
    assert said.inner_text().startswith("h -= 1 ") and said.inner_text().endswith("its version becomes 2.")
    assert timeline.locator("[aria-pressed='true'] code").inner_text() == "h -= 1"
    assert serious(page, ".mg-version_timeline") == []

    lab.judges(page, "10.1", "no_grad hides a write")
    assert page.problems == []
