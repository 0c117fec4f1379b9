"""Lesson 06 in JupyterLab: shapes flow both ways, and the locked stepper's shapes are typed, wrong ones first."""

from __future__ import annotations

import pytest

from .lab import wait_until

pytestmark = pytest.mark.browser

LESSON = "06_shapes_and_broadcasting"


def test_shapes_flow_and_are_said(lab, opened):
    page = opened(LESSON)
    page.set_viewport_size({"width": 1280, "height": 2000})
    lab.run_all(page)
    assert lab.errors(page) == []

    flow = page.locator(".mg-shape_flow")
    flow.scroll_into_view_if_needed()
    tags = flow.locator(".mg-edge-tag text")
    assert {"Σ (5, 5) → (5, 1)", "Σ (5, 1) → (1,)"} < set(tags.all_text_contents())
    flow.get_by_role("button", name="Forwards").press("Enter")
    assert {"(5, 1) → (5, 5)", "(1,) → (5, 1)"} < set(tags.all_text_contents())

    locked = page.locator(".mg-stepper", has_text="Backward pass of total")
    locked.scroll_into_view_if_needed()
    check = locked.get_by_role("button", name="Check", exact=True)
    # The stylesheet of shape_flow came later, and leaves the stepper as it is.
    assert check.evaluate("button => getComputedStyle(button).paddingLeft") == "12px"
    flow.locator("[data-node='2']").click()
    assert flow.locator("[aria-live]").inner_text().endswith("is that meant?")

    field = locked.locator(".mg-field")

    def say(*shapes: str) -> None:
        for shape in shapes:
            while not field.is_visible():  # a leaf is not asked about
                locked.get_by_role("button", name="Next step").click()
            field.fill(shape)
            field.press("Enter")

    def checked(sign: str) -> None:
        wait_until(lambda: lab.run_tagged(page, "exercise-06.1").startswith(sign))

    checked("○ not yet: 0 of 6")
    say("(4, 3)", "4x3", "(4, 3)")
    assert "summed to the input's own shape" in locked.locator(".mg-feedback").inner_text()
    checked("✗ So many numbers come back from the copies.")
    say("3", "(4, 3)", "4")
    checked("✗ c is a column")
    say("(4, 1)", "(2, 3)")
    checked("✓")
    assert page.problems == []
