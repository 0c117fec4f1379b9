"""Lesson 08 in JupyterLab: the step that frees `hidden` is found, and a round of the GAN is mended, wrongly first."""

from __future__ import annotations

import pytest

from minigrad.course.exercises import find

from .lab import wait_until
from .page import sentence, serious

pytestmark = pytest.mark.browser


def test_hidden_is_let_go_and_each_loss_finds_its_owner(lab, opened):
    page = opened("08_graphs_are_spent_once")
    page.set_viewport_size({"width": 1280, "height": 2000})
    lab.run_all(page)
    assert lab.errors(page) == []

    buffers = page.locator(".mg-saved_buffers")
    buffers.scroll_into_view_if_needed()
    slider = buffers.get_by_role("slider", name="step")
    row = buffers.locator("tr", has_text="MmBackward0 (guesses)").filter(has_text="(100, 50)")
    for node, fate, freed in [
        ("MseLoss", "held", "800 bytes"),
        ("Mm", "has it too", "200 bytes"),
        ("Tanh", "", "20.0 kB"),
    ]:
        slider.press("ArrowRight")
        assert sentence(buffers).startswith(f"Backward: {node}Backward0")
        assert f"lets go of {freed}." in sentence(buffers)
        assert fate in row.inner_text()
    buffers.get_by_role("button", name="retain_graph=True").click()
    slider.press("End")
    assert sentence(buffers).endswith("frees nothing. The graph holds 29.0 kB.")
    assert serious(page, ".mg-saved_buffers") == []

    def checked(code: str, says: str) -> None:
        lab.write_tagged(page, "exercise-08.3", code)
        wait_until(lambda: lab.run_tagged(page, "exercise-08.3").strip() == says)

    exercise = find("08.3")
    [retained] = [mistake for mistake in exercise.mistakes if mistake.name == "the critic pulls as well"]
    checked(exercise.solution, f"✓ {exercise.praise}")
    checked(retained.code, f"✗ {retained.hint}")
    assert page.problems == []
