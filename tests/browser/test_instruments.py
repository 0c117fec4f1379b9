"""The lessons' instruments on a page from disk: what each shows, by mouse and by keyboard."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.viz import (
    assets,
    grad_meter,
    graph_builder,
    jacobian_map,
    requires_grad_painter,
    saved_buffers,
    shape_flow,
)

from .page import sentence, serious

pytestmark = pytest.mark.browser


def test_rows_of_the_jacobian_light_up_with_v(show):
    found = show(jacobian_map(lambda x: x * x.sum(), minigrad.tensor([1.0, 2.0])))
    product = found.locator("tfoot .mg-heat")
    lit = "rows => rows.map(row => getComputedStyle(row).getPropertyValue('--light'))"
    assert product.all_inner_texts() == ["6.", "6."]
    found.get_by_role("slider", name="v for row y[0]").press("ArrowLeft")
    assert product.all_inner_texts() == ["5.6", "5.9"] and found.page.evaluate("window.values") == [[0.9, 1]]
    found.get_by_role("slider", name="v for row y[0]").press("Home")
    assert product.all_inner_texts() == ["-6.", "3."]
    assert found.locator("tbody tr").evaluate_all(lit) == ["1", "0.5"]
    found.get_by_role("button", name="Only row y[1]").click()
    assert sentence(found) == "One row counts: y[1]. vᵀJ is [2., 5.]."
    assert found.locator("tbody tr").evaluate_all(lit) == ["0", "1"]
    found.get_by_role("button", name="Set every entry of v to 0").press("Enter")
    assert sentence(found).startswith("v is 0 everywhere")
    assert not serious(found.page, ".mg-widget")


def test_a_row_that_v_leaves_out_counts_for_nothing_whatever_it_holds(show):
    found = show(jacobian_map(lambda x: x.sqrt().sum(), minigrad.tensor([0.0, 4.0]), v=[0]), color_scheme="dark")
    assert found.locator("tfoot .mg-heat").all_inner_texts() == ["0.", "0."]
    found.get_by_role("button", name="Set every entry of v to 1").click()
    assert found.locator("tfoot .mg-heat").all_inner_texts() == ["inf", "0.25"]
    assert not serious(found.page, ".mg-widget")


def test_flags_flow_from_the_leaves(show):
    x, w, n = minigrad.tensor([1.0, 2.0]), minigrad.tensor([3.0, 4.0]), minigrad.tensor([1, 2])
    found = show(requires_grad_painter(lambda x, w, n: x.exp() * n + w, x, w, n))
    states = (
        "all => Object.fromEntries(all.map(n => [n.querySelector('.mg-text-source').textContent, n.dataset.state]))"
    )
    assert set(found.locator("[data-node]").evaluate_all(states).values()) == {"off"}
    assert sentence(found).endswith("nothing is recorded, and result.backward() would raise.")
    assert ".grad_fn is None" in found.inner_text()
    found.get_by_role("switch", name="requires_grad of x").click()
    seen = found.locator("[data-node]").evaluate_all(states)
    assert seen["x.exp() * n"] == seen["x.exp() * n + w"] == "on" and found.page.evaluate("window.values[0].x") is True
    assert sentence(found) == "x requires grad, so 3 of 3 results do too: one input is enough."
    found.get_by_role("switch", name="requires_grad of x").press(" ")
    found.get_by_role("switch", name="requires_grad of w").press("Enter")
    assert sentence(found).startswith("w requires grad, so 1 of 3 results do too")
    assert found.get_by_role("switch", name="requires_grad of w").get_attribute("aria-checked") == "true"
    found.get_by_role("switch", name="requires_grad of n").click(force=True)  # switched off, yet it says why
    assert sentence(found) == "n cannot: only Tensors of floating point dtype can require gradients."
    assert found.page.evaluate("window.values.length") == 3
    found.page.keyboard.press("ArrowRight")
    found.page.keyboard.press("ArrowLeft")
    assert found.page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("requires_grad of ")
    assert not serious(found.page, ".mg-widget")


CODE = "a = tensor(2., requires_grad=True)\ny = a * a\nz = y.sin()"


@pytest.mark.parametrize("width, beside", [(1280, True), (700, False)])
def test_the_graph_stands_beside_its_code_where_there_is_room(show, width, beside):
    found = show(graph_builder(CODE), width=width)
    code, made = (found.locator(part).bounding_box() for part in (".mg-code", ".mg-made"))
    assert (made["x"] >= code["x"] + code["width"]) == beside
    assert (made["y"] >= code["y"] + code["height"]) != beside


def test_code_becomes_a_graph(show):
    builder = graph_builder(CODE)
    found = show(builder)
    page, code = found.page, found.get_by_role("textbox", name="Code")
    assert code.input_value() == CODE and sentence(found).startswith("Graph of z: 2 operations and 1 leaf, a.")
    found.locator("[data-node='1']").click()
    assert sentence(found) == (
        "MulBackward0 was made by a * a at line 2. next_functions: AccumulateGrad of a and AccumulateGrad of a."
    )
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert sentence(found) == "SinBackward0 was made by y.sin() at line 3. next_functions: MulBackward0 (y)."
    code.press("Control+End")
    code.press_sequentially("\nw = z.foo  # <img src=x>")
    code.press("Control+Enter")
    told = page.evaluate("window.values")
    assert sentence(found) == "Running the code …" and told == [{"code": CODE + "\nw = z.foo  # <img src=x>", "run": 1}]
    builder.run(told[0]["code"])
    page.evaluate("state => window.view.show(state)", builder.state)
    assert sentence(found).startswith("The code raised an error: Line 4: AttributeError")
    assert code.input_value() == told[0]["code"] and found.locator("img, svg.mg-plain").count() == 0
    builder.run("print('<i>')\n" + CODE)
    found.get_by_role("button", name="Run the code").click()
    page.evaluate("state => window.view.show(state)", builder.state)
    assert found.locator(".mg-said").inner_text() == "<i>\n" and found.locator("[data-node]").count() == 4
    assert page.evaluate("window.values[1].run") == 2
    assert not serious(page, ".mg-widget")


def test_shapes_flow_forwards_and_backwards(show):
    x, b = minigrad.ones(2, 3, requires_grad=True), minigrad.ones(3, requires_grad=True)
    found = show(shape_flow((x + b).sum()))
    tags = found.locator(".mg-edge-tag text")
    assert sorted(tags.all_text_contents()) == ["(2, 3)", "(2, 3)", "Σ (2, 3) → (3,)"]
    assert found.locator(".mg-edge-tag[data-state='sum']").count() == 1
    found.get_by_role("button", name="Forwards").press("Enter")
    assert sorted(tags.all_text_contents()) == ["(2, 3)", "(2, 3)", "(3,) → (2, 3)"]
    assert sentence(found).endswith("Stretched to fit: b from (3,) to (2, 3) in x + b.")
    assert found.page.evaluate("window.values") == ["forwards"]
    found.locator("[data-node='1']").click()
    assert sentence(found) == "x + b makes (2, 3) from x (2, 3) and b (3,), stretched to (2, 3)."
    found.get_by_role("button", name="Backwards").click()
    assert "b gets (3,), the sum of (2, 3) over dimension 0" in sentence(found)
    found.locator("[data-node='1']").press("ArrowDown")
    found.page.keyboard.press(" ")
    assert sentence(found).startswith(("x.grad gets the shape of x", "b.grad gets the shape of b"))
    assert not serious(found.page, ".mg-widget")


def test_saved_arrays_are_let_go_along_the_pass(show):
    w = minigrad.ones(4, requires_grad=True)
    h = w.exp()
    found = show(saved_buffers((h * w).sum()))
    fates = found.locator("tbody .mg-fate")
    assert fates.all_inner_texts() == ["held"] * 3
    # However tall the graph is: it stands beside the table, and the sentence below the timeline.
    top = {part: found.locator(part).bounding_box()["y"] for part in (".mg-plain", ".mg-sentence", ".mg-table")}
    assert top[".mg-plain"] < top[".mg-sentence"] < top[".mg-table"]
    assert sentence(found).endswith("The graph holds 32 bytes.")
    slider = found.get_by_role("slider", name="step")
    slider.press("End")
    assert sorted(fates.all_inner_texts()) == ["freed", "let go; ExpBackward0 (h) has it too", "let go; lives on as w"]
    assert found.locator("tr[data-fate='gone']").count() == 3 and sentence(found).endswith("The graph holds 0 bytes.")
    found.get_by_role("button", name="retain_graph=True").click()
    assert fates.all_inner_texts() == ["kept"] * 3
    assert sentence(found).endswith("has run and frees nothing. The graph holds 32 bytes.")
    slider.press("Home")
    assert fates.all_inner_texts() == ["not saved yet"] * 3
    found.get_by_role("button", name="ExpBackward0 (h)").press("Enter")
    assert sentence(found).startswith("Forward: ExpBackward0 (h) is made; it saves 16 bytes")
    found.locator("[data-key='b:4']").last.click()
    assert slider.get_attribute("aria-valuetext") == "4 of 6, backward"
    assert found.page.evaluate("window.values.at(-1)") == {"step": 4, "retain": True}
    assert not serious(found.page, ".mg-widget")


def test_the_meter_shows_what_gathers_in_grad(show):
    w, b = minigrad.tensor([1.0, 2.0], requires_grad=True), minigrad.tensor(0.5, requires_grad=True)
    meter = grad_meter(w, b)
    for _ in range(2):
        ((w * 3).sum() + b).backward()
        meter.note("backward")
        with minigrad.no_grad():
            w -= 0.1
    found = show(meter)
    cells = found.locator("tbody td")
    assert sentence(found).startswith("Reading 3 of 3, backward: w.grad was [3., 3.], [3., 3.] is added: [6., 6.]")
    assert sentence(found).endswith("The weights moved in between: is a zero_grad missing?")
    assert cells.all_inner_texts()[:4] == [
        "[3., 3.]",
        "+ [3., 3.]",
        "= [6., 6.]",
        "added to a gradient of older weights",
    ]
    assert found.locator("tr[data-kind='stale']").count() == 1  # b has not moved
    slider = found.get_by_role("slider", name="reading")
    slider.press("Home")
    assert sentence(found) == "Reading 1 of 3, at first: w.grad is None. b.grad is None."
    found.locator("[data-key='r:2']").nth(1).click()
    assert slider.get_attribute("aria-valuetext") == "2 of 3, backward" and found.page.evaluate("window.values") == [
        1,
        2,
    ]
    meter.note("<i>step")
    found.page.evaluate("state => window.view.show(state)", meter.state)
    assert slider.get_attribute("aria-valuetext") == "2 of 4, backward"  # it stays where the reader has put it
    slider.press("End")
    assert sentence(found).startswith("Reading 4 of 4, <i>step: w.grad stays [6., 6.].")
    assert not serious(found.page, ".mg-widget")


def test_a_meter_too_wide_for_its_place_is_scrolled_by_keys_and_keeps_its_reading_in_sight(show):
    w = minigrad.tensor(1.0, requires_grad=True)
    meter = grad_meter(w)
    for _ in range(11):
        (w * 3).backward()
        meter.note("pass")
    assert show(meter).get_by_role("region", name="Picture").count() == 0  # nothing to scroll
    found = show(meter, width=500)
    picture = found.get_by_role("region", name="Picture")
    picture.wait_for()
    in_sight = """(box) => {
        const [frame, mark] = [box, box.querySelector('.s-pick')].map((each) => each.getBoundingClientRect());
        return mark.left >= frame.left && mark.right <= frame.right;
    }"""
    for key in ("Home", "End"):
        found.get_by_role("slider", name="reading").press(key)
        assert picture.evaluate(in_sight), key
    assert not serious(found.page, ".mg-widget")


def test_the_steppers_styles_on_the_same_page_change_nothing(show):
    x = minigrad.ones(2, 3, requires_grad=True)
    for instrument in (
        shape_flow((x * x).sum()),
        graph_builder(CODE),
        jacobian_map(lambda x: x.exp(), minigrad.ones(2)),
    ):
        found = show(instrument)
        sizes = """all => all.map((one) => {
            const { width, height } = one.getBoundingClientRect();
            const { padding, color, backgroundColor } = getComputedStyle(one);
            return [one.className.baseVal ?? one.className, width, height, padding, color, backgroundColor].join();
        })"""
        before = found.locator("*").evaluate_all(sizes)
        found.page.add_style_tag(content=assets.css())
        assert found.locator("*").evaluate_all(sizes) == before
