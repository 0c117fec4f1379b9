"""A step changes only what differs: what it leaves must be what a stepper drawn afresh at that step shows."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.viz.picture import drawn
from minigrad.viz.trace import add_mathml, record

from .page import page_text, trace_of_q

pytestmark = pytest.mark.browser

COMPARE = """async (steps) => {
    const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20)));
    const frames = async () => { await painted(); await painted(); };
    const looks = (root) => {
        const kinds = '[data-node], .mg-edge, .mg-gradient, .mg-grad, .mg-node .mg-badge path';
        const pieces = [...root.querySelectorAll(kinds)];
        const attributes = ['data-state', 'data-kind', 'aria-label', 'aria-current', 'tabindex', 'd'];
        const texts = pieces.map((piece) => attributes.map((name) => piece.getAttribute(name)).join());
        return { panel: root.querySelector('.mg-panel').innerHTML, picture: texts.join('\\n') };
    };
    const here = document.getElementById('here');
    const beside = here.cloneNode(false);
    here.after(beside);
    const differ = [];
    for (const step of steps) {
        if (step === 'f') {
            here.querySelector('.mg-pass').click(); // the other pass and back: it writes in the same picture
            here.querySelectorAll('.mg-pass')[1].click();
            continue;
        }
        view.go(step);
        await frames();
        const fresh = mount(beside, walked, { step });
        await frames();
        const [one, other] = [here, beside].map(looks);
        for (const part of ['panel', 'picture'])
            if (one[part] !== other[part]) differ.push({ step, part, one: one[part], other: other[part] });
        fresh.destroy();
    }
    return differ;
}"""


def many_kinds():
    """More than 60 nodes (so that the panel is filled in two goes), with matrices, a broadcast, a shape, a fan-out."""
    w = minigrad.tensor([[1.0, -2.0], [0.5, 3.0]], requires_grad=True)
    b = minigrad.tensor([0.25], requires_grad=True)
    y = w
    for _ in range(13):
        y = (y @ w + b).tanh().exp() * w
    return add_mathml(drawn(record(y.reshape(4).sum())))


@pytest.mark.parametrize("height", [500, 1600])
@pytest.mark.parametrize("make", [trace_of_q, many_kinds])
def test_a_step_leaves_what_a_fresh_stepper_shows(visit, tmp_path, make, height):
    trace = make()
    last = len(trace["events"])
    file = tmp_path / "walk.html"
    text = page_text(trace).replace("window.steps = [];", "window.steps = []; window.mount = mount;")
    file.write_text(text, encoding="utf-8")
    page = visit(height=height)
    page.goto(file.as_uri())
    page.evaluate("trace => { window.walked = trace; }", trace)
    steps = [1, 2, 3, 2, last, 0, 4, "f", 5, 3, *range(6, min(last, 16)), last - 1]
    assert page.evaluate(COMPARE, steps) == []
    assert page.problems == []
