"""Lesson 11 in JupyterLab: the strip answers its question, a write is followed in the stepper, an exercise checked."""

from __future__ import annotations

import pytest

from .page import serious

pytestmark = pytest.mark.browser

LESSON = "11_views_and_aliases"


def test_the_cell_is_shared_and_the_write_followed(lab, opened):
    page = opened(LESSON)
    page.set_viewport_size({"width": 1280, "height": 2000})
    lab.run_all(page)
    assert lab.errors(page) == []

    strip = page.locator(".mg-storage_strip")
    strip.scroll_into_view_if_needed()
    said = strip.locator("[aria-live]")
    slider = strip.get_by_role("slider")
    slider.press("End")
    assert said.inner_text().startswith("x[2, 1] is at 0 + 2·2 + 1·1 = 5")
    assert all(name in said.inner_text() for name in ("x.T[1, 2]", "x[::2][1, 1]", "x[:, 1][2]"))
    strip.get_by_role("button", name="x.T.reshape(6)").press("Enter")
    assert "copy" in said.inner_text()
    assert serious(page, ".mg-storage_strip") == []

    walk = page.locator(".mg-stepper", has_text="Backward pass of total")
    walk.scroll_into_view_if_needed()
    for _ in range(3):
        walk.get_by_role("button", name="Next step").click()
    assert "but 0 at the written places" in walk.locator(".mg-formula").first.text_content().replace("\xa0", " ")

    lab.judges(page, "11.1", "detach copies", twice=False)
    assert page.problems == []
