"""Lesson 12 in JupyterLab: the tracer is asked which way the nan came, and a quotient is mended, at the second try."""

from __future__ import annotations

import pytest

from .page import announced, serious

pytestmark = pytest.mark.browser


def test_a_nan_is_traced_and_a_quotient_mended(lab, opened):
    page = opened("12_kinks_nans_and_ties")
    lab.run_all(page)
    assert lab.errors(page) == []

    tracer = page.locator(".mg-nan_tracer")
    tracer.scroll_into_view_if_needed()
    assert "ExpBackward0 (e) made the first inf" in announced(tracer)
    tracer.locator(".mg-node").filter(has_text="Reciprocal").click()
    assert announced(tracer) == "ReciprocalBackward0 (1 / below) makes [0., 0.5, 0.8808]."
    tracer.get_by_role("button", name="backward: gradients").press("Enter")
    assert "ExpBackward0 made the first nan" in announced(tracer) and "0 · inf is nan" in announced(tracer)
    assert serious(page, ".mg-nan_tracer") == []

    plot = page.locator(".mg-gradient_plot")
    plot.get_by_role("button", name="kink at 0").click()
    assert "the slope is 0 from the left and 2 from the right; autograd gives 1" in announced(plot)

    lab.judges(page, "12.1", "chosen too late")
    assert page.problems == []
