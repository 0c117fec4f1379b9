"""Lesson 14 in JupyterLab: the second layer is walked down to `h`, a Hessian-vector product asked, wrongly first."""

from __future__ import annotations

import pytest

from .page import serious

pytestmark = pytest.mark.browser


def test_the_second_layer_comes_in_at_h_and_a_product_is_checked(lab, opened):
    page = opened("14_gradients_of_gradients")
    page.set_viewport_size({"width": 1280, "height": 2000})
    lab.run_all(page)
    assert lab.errors(page) == []

    walk = page.locator(".mg-stepper", has_text="Backward pass of total")
    walk.scroll_into_view_if_needed()
    assert "grad(y, x, create_graph=True)" in walk.locator(".mg-layers li").last.text_content()
    for _ in range(7):
        walk.get_by_role("button", name="Next step").click()
    at_h = walk.locator(".mg-panel").inner_text()
    assert all(number in at_h for number in ("24.", "12.", "36."))
    assert serious(page, ".mg-stepper") == []

    lab.judges(page, "14.3", "no graph", twice=False)
    assert page.problems == []
