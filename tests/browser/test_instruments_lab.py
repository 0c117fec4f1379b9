"""The instruments in a real JupyterLab: drawn, driven, and in touch with Python."""

from __future__ import annotations

import pytest

from .lab import wait_until, write_notebook
from .page import leaves_the_machine, serious

pytestmark = pytest.mark.browser

CELLS = [
    "import minigrad\nfrom minigrad.viz import *\n"
    "x = minigrad.tensor([1., 2.])\nw = minigrad.tensor([3., 4.], requires_grad=True)",
    "j = jacobian_map(lambda x: x * x.sum(), x)\nj",
    "p = requires_grad_painter(lambda x, w: (x.exp() * w).sum(), x, w)\np",
    "g = graph_builder('y = w * 2\\nz = y.sum()')\ng",
    "f = shape_flow((x * w.sum()).sum())\nf",
    "s = saved_buffers((w.exp() * w).sum())\ns",
    "m = grad_meter(w)\nm",
]
KINDS = ["jacobian_map", "painter", "graph_builder", "shape_flow", "saved_buffers", "grad_meter"]


@pytest.fixture
def notebook(lab, visit):
    """A notebook with all of them, opened and run."""
    write_notebook(lab.home / "instruments.ipynb", CELLS)
    page = visit(height=1200)
    lab.open(page, "instruments.ipynb")
    lab.run_all(page)
    yield page
    assert page.problems == []
    assert leaves_the_machine(lab, page) == []
    lab.shut_down_kernels(page)


def test_each_is_drawn_driven_and_heard_by_python(lab, notebook):
    page = notebook

    def instrument(kind):
        found = page.locator(f".mg-{kind}")
        page.locator(f".jp-Cell >> nth={KINDS.index(kind) + 1}").scroll_into_view_if_needed()
        found.wait_for()
        found.scroll_into_view_if_needed()
        return found

    def python(code, expected):
        wait_until(lambda: lab.run(page, f"print({code})") == expected)

    instrument("jacobian_map").get_by_role("button", name="Only row y[1]").click()
    python("j.value, j.product", "[0, 1] [2.0, 5.0]")
    instrument("painter").get_by_role("switch", name="requires_grad of x").press(" ")
    python("p.value", "{'x': True, 'w': True}")

    builder = instrument("graph_builder")
    code = builder.get_by_role("textbox", name="Code")
    code.press("Control+End")
    code.press_sequentially("\nz.exp()")
    code.press("Control+Enter")
    page.wait_for_function("document.querySelectorAll('.mg-graph_builder [data-node]').length === 4")
    assert code.input_value().endswith("z.exp()") and page.locator(".jp-Cell").count() == len(CELLS)
    python("tuple(g.result.shape), 'z' in globals()", "() False")
    code.press_sequentially(" + nothing")
    code.press("Control+Enter")
    builder.locator(".mg-raised").wait_for()
    assert "NameError" in builder.locator(".mg-raised").inner_text()

    instrument("shape_flow").get_by_role("button", name="Forwards").click()
    python("f.value", "forwards")
    instrument("saved_buffers").get_by_role("slider").press("End")
    python("s.value", "{'step': 6, 'retain': False}")
    lab.run(page, "s.value = {'step': 0, 'retain': False}")
    wait_until(lambda: "Before the forward pass" in page.locator(".mg-saved_buffers [aria-live]").inner_text())

    meter = instrument("grad_meter")
    lab.run(page, "(w * 2).sum().backward()\nm.note('backward')")
    wait_until(lambda: "w.grad gets [2., 2.]" in meter.locator("[aria-live]").inner_text())
    for kind in KINDS:
        assert serious(page, f".mg-{kind}") == []


def test_dark_theme_and_the_pictures_give_way(lab, notebook):
    page = notebook
    lab.use_theme(page, "JupyterLab Dark")
    for kind in KINDS:
        page.locator(f".jp-Cell >> nth={KINDS.index(kind) + 1}").scroll_into_view_if_needed()
        found = page.locator(f".mg-{kind}")
        found.wait_for()
        assert serious(page, f".mg-{kind}") == []
    assert page.locator(".mg-still:visible").count() == 0
    lab.use_theme(page, "JupyterLab Light")
