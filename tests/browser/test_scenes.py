"""The instruments that scene.py draws, on a page from disk: what each shows, by mouse and by keyboard."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.viz import (
    ctx_inspector,
    frozen_path,
    gradient_plot,
    nan_tracer,
    step_size,
    storage_strip,
    version_timeline,
)

from .page import sentence, serious

pytestmark = pytest.mark.browser


def values(found):
    """What Python has been told."""
    return found.page.evaluate("window.values")


def test_a_walk_along_the_strip(show):
    x = minigrad.arange(6.0).reshape(2, 3)
    found = show(storage_strip(x, x.T, x[:, 1], x + 0))
    assert sentence(found).startswith("x[0, 0] is at 0 + 0·3 + 0·1 = 0, where 0. stands. The same cell is x.T[0, 0]:")
    found.get_by_role("button", name="x.T", exact=True).click()
    found.get_by_role("slider", name="element").press("ArrowRight")
    assert sentence(found).startswith("x.T[0, 1] is at 0 + 0·1 + 1·3 = 3, where 3. stands.")
    assert found.get_by_role("slider").get_attribute("aria-valuetext") == "x.T[0, 1]"
    found.locator("[data-key='m:4']").click()  # a cell of the memory: the view's element that stands there
    assert "x.T[1, 1] is at 0 + 1·1 + 1·3 = 4" in sentence(found) and "x[:, 1][1]" in sentence(found)
    found.locator("[data-key='2:1']").click()  # a cell of another view
    assert sentence(found).startswith("x[:, 1][0] is at 1 + 0·3 = 1")
    found.get_by_role("button", name="x + 0").press("Enter")
    assert "is a copy" in sentence(found) and found.get_by_role("slider").is_disabled()
    assert values(found) == [[1, 0], [1, 1], [1, 3], [2, 0], [3, 0]]
    assert not serious(found.page, ".mg-widget")


def test_the_strip_follows_python_and_shows_hostile_names_as_text(show):
    strip = storage_strip(minigrad.arange(4.0))
    strip.state["views"][0]["name"] = "<img src=x onerror=alert(1)>"
    found = show(strip, color_scheme="dark", width=800, height=600)
    found.page.evaluate("window.view.go([0, 3])")
    assert sentence(found) == "<img src=x onerror=alert(1)>[3] is at 0 + 3·1 = 3, where 3. stands."
    found.page.evaluate("window.view.go('nonsense')")
    assert "[0] is at 0" in sentence(found) and not found.locator("img").count() and values(found) == []
    assert not serious(found.page, ".mg-widget")


def test_the_slider_moves_h_and_the_secants(show):
    found = show(step_size(lambda x: x**3, 1.0))
    slider = found.get_by_role("slider", name="h")
    secant = found.locator(".s-curve.s-c0").last
    before = secant.get_attribute("d")
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    assert values(found) == [62, 61] and slider.get_attribute("aria-valuetext") == "0.18"
    assert sentence(found).startswith("h = 0.18. The slope is 3.; errors: forward, float32 0.5651, central")
    assert secant.get_attribute("d") != before
    slider.press("Home")
    rows = found.locator("tbody tr").all_inner_texts()
    assert rows[0].split("\t") == ["forward, float32", "0.", "3.", "h too small"]
    box = found.locator("svg.mg-scene").bounding_box()
    found.page.mouse.click(box["x"] + 706, box["y"] + 150)  # the right end of the errors' plot
    assert values(found)[-1] == 64 and sentence(found).startswith("h = 1.")
    assert not serious(found.page, ".mg-widget")


def test_h_where_the_function_is_not_defined(show):
    found = show(step_size(lambda x: x.log(), 0.5), color_scheme="dark", width=800, height=600)
    found.page.evaluate("window.view.go(64)")
    assert "central, float64 nan" in sentence(found)
    assert found.locator("circle.s-dot").evaluate_all("all => all.map(dot => dot.style.visibility)") == [
        *("visible", "hidden", "visible", "hidden")
    ]
    assert not serious(found.page, ".mg-widget")


def test_the_tangent_is_dragged_and_moved_by_keys(show):
    found = show(gradient_plot(lambda x: minigrad.relu(x) + (x - 1).abs()))
    box = found.locator("svg.mg-scene").bounding_box()
    tangent = found.locator(".s-curve.s-c1")
    mouse = found.page.mouse
    mouse.move(box["x"] + 64 + 0.2 * 620, box["y"] + 100)
    mouse.down()
    before = tangent.get_attribute("d")
    assert sentence(found) == "At x = -1.2, f is 2.2 and its gradient is -1."
    mouse.move(box["x"] + 64 + 0.9 * 620, box["y"] + 100)
    mouse.up()
    assert sentence(found) == "At x = 1.6, f is 2.2 and its gradient is 2." and tangent.get_attribute("d") != before
    found.get_by_role("button", name="Go to the kink at 1").click()
    assert "Kink at x = 1: the slope is 0 from the left and 2 from the right; autograd gives 1." in sentence(found)
    found.get_by_role("slider", name="x").press("ArrowRight")
    assert sentence(found) == "At x = 1.017, f is 1.033 and its gradient is 2."
    assert values(found) == [-1.2, 1.6, 1, pytest.approx(1.0167, abs=1e-3)]
    assert not serious(found.page, ".mg-widget")


def test_where_there_is_no_tangent(show):
    found = show(gradient_plot(lambda x: x.sqrt(), -1, 1), color_scheme="dark", width=800, height=600)
    found.page.evaluate("window.view.go(0)")
    assert sentence(found) == "At x = 0, f is 0 but the gradient is inf: there is no tangent."
    found.page.evaluate("window.view.go(-0.5)")
    assert sentence(found) == "At x = -0.5, f is nan: the function has no finite value here."
    assert not serious(found.page, ".mg-widget")


def test_events_of_a_memory_are_walked(show):
    w = minigrad.tensor([2.0], requires_grad=True)
    x = w * 1
    y = x * x
    x.add_(1)
    found = show(version_timeline(x, y))
    assert sentence(found).startswith("x.add_(1) (test_scenes.py, line ") and sentence(found).endswith("becomes 1.")
    found.get_by_role("slider", name="event").press("Home")
    assert "saved the memory of x for backward, at version 0. It is stale: x.add_(1) wrote later" in sentence(found)
    assert found.locator(".mg-event[aria-pressed='true'] code").inner_text() == "y = x * x"
    found.locator("[data-key='1']").click()
    assert found.locator(".mg-event[aria-pressed='true'] code").inner_text() == "x.add_(1)"
    found.get_by_role("button", name="Event 1").press("Enter")
    assert values(found) == [0, 1, 0]
    assert not serious(found.page, ".mg-widget")


def test_a_memory_without_events(show):
    x = minigrad.tensor([1.0])
    found = show(version_timeline(x, x), color_scheme="dark", width=800, height=600)
    assert sentence(found).startswith("x is at version 0: none of these graphs saved it")
    assert found.get_by_role("slider").is_disabled() and not serious(found.page, ".mg-widget")


def test_the_stages_of_a_call(show):
    class Scale(minigrad.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor):
            ctx.factor, ctx.note = factor, "<img src=x onerror=alert(1)>"
            ctx.save_for_backward(x)
            return x * factor

        @staticmethod
        def backward(ctx, g):
            return g * ctx.factor, None

    found = show(ctx_inspector(Scale.apply(minigrad.tensor(2.0, requires_grad=True), 3.0)))
    rows = found.locator("tbody tr")
    assert rows.all_inner_texts()[:2] == ["saved_tensors[0]\t2.\tthe argument x", "ctx.factor\t3.0\tan attribute"]
    assert "<img src=x" in rows.nth(2).inner_text() and not found.locator("img").count()
    found.get_by_role("button", name="backward returned").click()
    assert sentence(found) == "Here backward returned for x = 3.; for factor = None."
    found.locator("[data-key='0']").click(position={"x": 20, "y": 60})
    assert sentence(found) == "Here forward got x, its gradient is wanted; factor, no tensor."
    found.get_by_role("button", name="backward got").press("Enter")
    assert rows.all_inner_texts() == ["gradient of result\t1.\tshape ()"] and values(found) == [3, 0, 2]
    assert not serious(found.page, ".mg-widget")


def test_what_is_not_finite_is_marked_on_the_graph(show):
    x = minigrad.tensor([0.0, 4.0], requires_grad=True)
    h = x.log()
    found = show(nan_tracer(h.exp().sum()))
    state = "boxes => Object.fromEntries(boxes.map(box => [box.dataset.node, box.dataset.state]))"
    boxes = found.locator("[data-node]")
    assert boxes.evaluate_all(state) == {"0": "", "1": "", "2": "first", "3": ""}
    assert sentence(found).startswith(
        "Forward: LogBackward0 (h) made the first inf of the forward pass, from x = [0., 4.]."
    )
    assert "✗ first inf" in (found.locator("[data-node='2']").text_content() or "")
    found.get_by_role("button", name="backward: gradients").click()
    assert boxes.evaluate_all(state) == {"0": "", "1": "", "2": "first", "3": "odd"}
    assert sentence(found).endswith("It reaches x.grad.") and "0 · inf is nan" in sentence(found)
    found.locator("[data-node='0']").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        found.page.keyboard.press(key)
    assert sentence(found) == "The gradient [nan, 1.] arrives at x."
    found.page.keyboard.press("Enter")
    assert sentence(found).startswith("Backward:") and values(found) == ["backward"]
    assert not serious(found.page, ".mg-widget")


def test_parts_are_frozen_and_trained_by_hand(show):
    model = minigrad.nn.Sequential(minigrad.nn.Linear(2, 3, bias=False), minigrad.nn.Linear(3, 1, bias=False))
    model[0].requires_grad_(False)
    found = show(frozen_path(model, minigrad.ones(1, 2)))
    assert (
        sentence(found) == "3 of 9 numbers are trained. To 3 of 6 parts no gradient comes: backward does no work there."
    )
    weight = found.get_by_role("switch", name="0.weight")
    assert weight.get_attribute("aria-label") == "0.weight: frozen, no gradient comes here"
    assert weight.get_attribute("data-frozen") == "true" and weight.get_attribute("aria-checked") == "false"
    weight.click()
    assert sentence(found) == "9 of 9 numbers are trained. Gradients come to every part."
    found.get_by_role("switch", name="1.weight").press(" ")
    assert sentence(found).startswith("6 of 9 numbers are trained. To 2 of 6 parts")
    found.get_by_role("button", name="freeze all").click()
    assert sentence(found).startswith("0 of 9 numbers are trained. To 6 of 6 parts no gradient comes")
    found.get_by_role("button", name="as the model is").press("Enter")
    assert sentence(found).startswith("3 of 9")
    assert values(found)[0] == {"0.weight": False} and values(found)[-1] == {}
    assert not serious(found.page, ".mg-widget")
