"""Lesson 13 in JupyterLab: the stages of a call are looked through, and a product is made thrifty, wrongly first."""

from __future__ import annotations

import pytest

from .page import sentence, serious

pytestmark = pytest.mark.browser


def test_the_stages_are_looked_through_and_a_product_is_thrifty(lab, opened):
    page = opened("13_your_own_function")
    lab.run_all(page)
    assert lab.errors(page) == []

    inspector = page.locator(".mg-ctx_inspector")
    inspector.scroll_into_view_if_needed()
    inspector.get_by_role("button", name="ctx keeps").press("Enter")
    assert "ctx.mask = [0., 0.5, 1.]" in sentence(inspector)
    assert "a tensor as an attribute" in inspector.locator("tbody").inner_text()
    inspector.get_by_role("button", name="backward returned").click()
    assert sentence(inspector).startswith("Here backward returned for image, not wanted, so dropped;")
    assert serious(page, ".mg-ctx_inspector") == []

    lab.judges(page, "13.2", "both are saved")
    assert page.problems == []
