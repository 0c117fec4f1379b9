"""Hostile text on a saved page, in a browser: it is shown, nothing of it runs."""

from __future__ import annotations

import pytest

from tests.viz.test_hostile import HOSTILE, walk_with

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_never_run(visit, tmp_path, text):
    file = walk_with(text).save(tmp_path / "walk.html")
    page = visit(offline=True)
    page.on("dialog", lambda dialog: (page.problems.append(dialog.message), dialog.dismiss()))
    page.goto(file.as_uri())
    stepper = page.locator(".mg-stepper")
    stepper.wait_for()
    shown = "".join(c if c.isprintable() else "�" for c in text)
    for _ in range(3):
        stepper.get_by_role("button", name="Next step").click()
        assert stepper.locator("script, img, a, iframe, [onload], [onerror], [onmouseover]").count() == 0
    assert shown in " ".join(stepper.locator(".mg-live").all_text_contents()) or shown[:39] in stepper.inner_text()
    page.wait_for_timeout(100)
    assert page.problems == []
    assert [url for url in page.requests if not url.startswith(("file:", "data:"))] == []


def test_a_formula_with_a_link_is_shown_as_its_text(visit, tmp_path):
    import minigrad
    from minigrad.autograd import Function
    from minigrad.viz import Walk
    from minigrad.viz.trace import record

    class Linked(Function):
        formula = (r"\href{javascript:alert(1)}{\bar z}",)
        forward = staticmethod(lambda ctx, a: a * 2)
        backward = staticmethod(lambda ctx, g: g * 2)

    trace = record(Linked.apply(minigrad.tensor(2.0, requires_grad=True)))
    page = visit(offline=True)
    page.goto(Walk(trace).save(tmp_path / "walk.html").as_uri())
    stepper = page.locator(".mg-stepper")
    stepper.get_by_role("button", name="Next step").click()
    assert stepper.locator("[href], a").count() == 0
    assert r"\href{javascript:alert(1)}" in stepper.locator(".mg-formula").first.inner_text()
    assert page.problems == []
