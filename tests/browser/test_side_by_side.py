"""Two walks side by side on a page: one bar, both move, the shorter one waits at its end."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.viz import side_by_side
from minigrad.viz.trace import record
from minigrad.viz.walk import Walk

from .page import announced, open_instrument, serious, step_of

pytestmark = pytest.mark.browser


def both():
    x = minigrad.tensor(3.0, requires_grad=True)
    h = x**2
    p = h + 1
    return side_by_side(Walk(record(h * p)), Walk(record(x * h.detach())), captions=("whole", "cut"))


@pytest.fixture
def pair(visit, tmp_path):
    page = visit()
    pair = both()
    yield open_instrument(page, tmp_path, pair.kind, pair.state, pair.value)
    assert page.problems == []


def halves(pair) -> list[tuple[str, str]]:
    """Where each of the two stands, and whether it has ended."""
    return pair.locator(".mg-half").evaluate_all("all => all.map(h => [h.dataset.step, h.dataset.ended])")


def now(pair) -> list[list[str]]:
    """The nodes that run in each of the two."""
    return pair.locator(".mg-half").evaluate_all(
        """all => all.map(h => [...h.querySelectorAll("[data-node][data-state='now'] .mg-text-name")]
            .map(t => t.textContent))"""
    )


def test_one_bar_moves_both_and_the_shorter_one_waits(pair):
    assert now(pair) == [[], []]
    pair.get_by_role("button", name="Next step").click()
    assert now(pair) == [["MulBackward0"], ["MulBackward0"]]
    assert announced(pair).startswith("whole: Step 1 of 4: MulBackward0") and " cut: Step 1 of 2:" in announced(pair)
    pair.page.keyboard.press("End")
    assert step_of(pair) == 4 and halves(pair) == [["4", "false"], ["2", "true"]]
    assert announced(pair).endswith("cut: This walk has ended, at step 2.")
    pair.page.keyboard.press("ArrowLeft")
    pair.page.keyboard.press("ArrowLeft")
    assert halves(pair) == [["2", "false"], ["2", "false"]]
    pair.get_by_role("slider").fill("0")
    assert now(pair) == [[], []]
    assert pair.page.evaluate("window.values") == [1, 4, 3, 2, 0]


def test_a_click_a_key_and_play_in_either_picture(pair):
    right = pair.locator(".mg-half").nth(1)
    right.locator("[data-node='1']").click()
    assert step_of(pair) == 2
    right.locator("summary").click()
    right.locator(".mg-panel").get_by_text("2 of 2").wait_for()  # opening it is told after a while
    indents = "all => all.map(e => getComputedStyle(e).paddingLeft)"  # not those of the half's own heading
    assert set(right.locator(".mg-panel").locator("h3, summary").evaluate_all(indents)) == {"0px"}
    pair.page.keyboard.press("ArrowLeft")
    assert "1 of 2" in right.locator(".mg-panel").inner_text()
    pair.get_by_label("Speed").select_option(label="4×")
    pair.get_by_role("button", name="Play", exact=True).click()
    pair.page.wait_for_selector(".mg-pair[data-step='4']")
    pair.page.evaluate("view.go(3)")
    assert step_of(pair) == 3
    pair.get_by_role("button", name="Keys").click()
    keys = pair.get_by_role("group", name="Keys")
    assert keys.is_visible() and "breakpoint" not in keys.inner_text()


@pytest.mark.parametrize("size, columns", [((1280, 800), 2), ((800, 600), 2), ((500, 800), 1)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_saved_page(visit, tmp_path, size, columns, scheme):
    page = visit(*size, offline=True, color_scheme=scheme)
    page.goto(both().save(tmp_path / "both.html").as_uri())
    pair = page.locator(".mg-pair")
    pair.get_by_role("button", name="Last step").click()
    assert halves(pair) == [["4", "false"], ["2", "true"]]
    assert len({box["x"] for box in (h.bounding_box() for h in pair.locator(".mg-half").all())}) == columns
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page, within="html") == [] and page.problems == []
