"""Driving the stepper in a real JupyterLab: what the reader sets reaches Python, and a live pass runs in the kernel."""

from __future__ import annotations

import pytest

from .lab import stepper_in, wait_until, write_notebook
from .page import announced, leaf_texts, node_states, step_of

pytestmark = pytest.mark.browser

MAKE = (
    "import minigrad\nfrom minigrad.viz import step\n"
    "a = minigrad.tensor([2., 3.], requires_grad=True)\nb = minigrad.tensor([6., 4.], requires_grad=True)\n"
    "Q = 3*a**3 - b**2\none = minigrad.tensor([1., 1.])"
)


@pytest.fixture
def running(lab, visit, request):
    """Run a notebook whose last cell is given: `(page, stepper)`."""
    pages = []

    def running(cell: str):
        name = f"{request.node.name.split('[')[0]}.ipynb"
        write_notebook(lab.home / name, [MAKE, cell])
        page = visit()
        pages.append(page)
        lab.open(page, name)
        lab.run_all(page)
        return page, stepper_in(page)

    yield running
    for page in pages:
        assert page.problems == []
        lab.shut_down_kernels(page)


def test_breakpoints_and_answers_reach_python(lab, running):
    page, stepper = running("s = step(Q, gradient=one, predict=['next', 'value'])\ns")
    stepper.locator("[data-node='1']").click(button="right")
    wait_until(lambda: lab.run(page, "print(s.breakpoints)") == "[1]")
    lab.run(page, "s.breakpoints = [0, 2]")
    wait_until(lambda: stepper.locator("[data-node]:has(.mg-breakpoint)").count() == 2)
    assert "step goes to 0 until the questions" in lab.run(page, "s.step = 1")
    stepper.locator("[data-node='0']").click()
    field = stepper.locator(".mg-field")
    for text in ("1 1", "1 1", "-1 -1"):
        field.fill(text)
        field.press("Enter")
    assert step_of(stepper) == 1
    told = "print(s.step, [(a['kind'], a['given'], a['right'], a['tries']) for a in s.answers])"
    expected = "1 [('next', 0, True, 1), ('value', '1 1', True, 1), ('value', '-1 -1', True, 2)]"
    wait_until(lambda: lab.run(page, told) == expected)


def test_a_live_pass_fills_grad(lab, running):
    page, stepper = running("s = step(Q, gradient=one, live=True)\ns")
    total = int(stepper.get_by_role("slider").get_attribute("max"))
    grads = "print(a.grad is not None, b.grad is not None, s.ran)"
    assert lab.run(page, grads) == "False False 0"
    stepper.get_by_role("button", name="Next step").click()
    wait_until(lambda: step_of(stepper) == 1)
    assert lab.run(page, grads) == "False False 1"
    page.keyboard.press("End")
    wait_until(lambda: step_of(stepper) == total)
    assert lab.run(page, grads) == f"True True {total}"
    assert leaf_texts(stepper) == {"a": ".grad [36., 81.]", "b": ".grad [-12., -8.]"}
    page.keyboard.press("Home")
    assert step_of(stepper) == 0 and lab.run(page, grads) == f"True True {total}"
    assert "second time" in lab.run(page, "Q.backward(one)")


def test_a_hook_that_fails_is_the_red_step_of_a_live_pass(lab, running):
    page, stepper = running("b.register_hook(lambda g: 1 / 0)\ns = step(Q, gradient=one, live=True)\ns")
    stepper.get_by_role("button", name="Last step").click()
    page.locator(".mg-stepper [data-node][data-state='error']").wait_for()
    stepper = stepper_in(page)
    assert "ZeroDivisionError" in announced(stepper)
    assert list(node_states(stepper).values()).count("error") == 1
    assert lab.run(page, "print(b.grad, s.step == s.ran == len(s.trace['events']))") == "None True"
