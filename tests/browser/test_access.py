"""The stepper for everyone: contrast, zoom, motion, assistive technology; and names that are not what they seem."""

from __future__ import annotations

import json

import pytest

from .page import node_states, open_trace, overlaps, serious, step_of, trace_of_q

pytestmark = pytest.mark.browser

# The least contrast between each text of the picture and what is drawn behind it, as WCAG 2 defines it.
CONTRAST = """() => {
    const light = ([r, g, b]) => {
        const f = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
    };
    const rgb = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const found = [];
    for (const text of document.querySelectorAll('.mg-picture text')) {
        if (getComputedStyle(text).visibility === 'hidden') continue;
        const ground = text.parentElement.querySelector(':scope > rect:not(.mg-halo)');
        const page = getComputedStyle(text.closest('.mg-stepper')).backgroundColor;
        const behind = ground ? getComputedStyle(ground).fill : page;
        const [a, b] = [light(rgb(getComputedStyle(text).fill)), light(rgb(behind))].sort((x, y) => y - x);
        found.push([(a + 0.05) / (b + 0.05), text.textContent]);
    }
    return found.sort((x, y) => x[0] - y[0])[0];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit, tmp_path, scheme):
    page = visit(color_scheme=scheme)
    stepper = open_trace(page, tmp_path, trace_of_q())
    for step in (0, 2, 6):
        stepper.get_by_role("slider", name="Step").fill(str(step))
        page.wait_for_timeout(50)
        assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_of_the_picture_stand_out(visit, tmp_path, scheme):
    page = visit(color_scheme=scheme)
    stepper = open_trace(page, tmp_path, trace_of_q())
    for step in range(7):
        stepper.get_by_role("slider", name="Step").fill(str(step))
        least, text = page.evaluate(CONTRAST)
        assert least >= 4.5, f"step {step}: {text!r} has contrast {least:.2f}"


def test_light_and_dark_differ(visit, tmp_path):
    grounds = {}
    for scheme in ("light", "dark"):
        stepper = open_trace(visit(color_scheme=scheme), tmp_path, trace_of_q())
        grounds[scheme] = stepper.evaluate("s => getComputedStyle(s).backgroundColor")
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 28)"}


@pytest.mark.parametrize("motion, moving", [("reduce", 0), ("no-preference", 1)])
def test_motion_only_where_it_is_welcome(visit, tmp_path, motion, moving):
    page = visit(reduced_motion=motion)
    stepper = open_trace(page, tmp_path, trace_of_q())
    count = stepper.evaluate(
        """async (s) => {
            s.querySelector('.mg-next').click();
            await new Promise(requestAnimationFrame);
            return s.getAnimations({ subtree: true }).length;
        }"""
    )
    assert (count > 0) == bool(moving)


# 800 × 600, the same at 200 % zoom (half the CSS pixels, twice the density), and a wide screen at 200 %.
@pytest.mark.parametrize("width, height, scale", [(800, 600, 1), (400, 300, 2), (640, 450, 2), (320, 500, 1)])
def test_nothing_is_cut_on_small_or_zoomed_screens(visit, tmp_path, width, height, scale):
    page = visit(width=width, height=height, device_scale_factor=scale)
    stepper = open_trace(page, tmp_path, trace_of_q())
    for step in (0, 1, 6):
        stepper.get_by_role("slider", name="Step").fill(str(step))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        cut = page.evaluate(
            """() => {
                const root = document.querySelector('.mg-stepper').getBoundingClientRect();
                return [...document.querySelectorAll('.mg-top *, .mg-panel *')].filter((e) => {
                    if (e.closest('math') || e.tagName === 'OPTION') return false;
                    const box = e.getBoundingClientRect();
                    return box.right > root.right + 0.5 || box.left < root.left - 0.5;
                }).map((e) => e.outerHTML.slice(0, 120));
            }"""
        )
        assert cut == []
        assert overlaps(page) == []
    # The picture scrolls, if it must, inside its own frame, and the node of the step is in sight there.
    seen = page.evaluate(
        """() => {
            const frame = document.querySelector('.mg-graph').getBoundingClientRect();
            const node = document.querySelector('[data-state="now"] .mg-box').getBoundingClientRect();
            return node.top >= frame.top && node.bottom <= frame.bottom
                && node.left >= frame.left && node.right <= frame.right;
        }"""
    )
    assert seen


def test_every_control_can_be_reached_and_shows_its_focus(visit, tmp_path):
    page = visit()
    open_trace(page, tmp_path, trace_of_q())
    names = []
    for _ in range(9):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            """() => {
                const e = document.activeElement;
                const ring = e.querySelector(':scope > .mg-halo') ?? e;
                const style = getComputedStyle(ring);
                const shows = ring === e ? style.outlineStyle !== 'none' : style.stroke !== 'none';
                return [e.getAttribute('aria-label'), shows];
            }"""
        )
        if name is None:
            break
        names.append(name)
        assert outline, name
    assert names[:7] == ["First step", "Previous step", "Play", "Next step", "Last step", "Step", "Speed"]
    assert "Forward pass" in names  # all of the order: test_keys.py


HOSTILE = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=2</script>'
EVIL_MATH = (
    '<math xmlns="http://www.w3.org/1998/Math/MathML" onclick="window.hacked=3">'
    '<mi href="javascript:window.hacked=4">a</mi>'
    '<mtext><img xmlns="http://www.w3.org/1999/xhtml" src="x" onerror="window.hacked=5"/></mtext>'
    '<script xmlns="http://www.w3.org/1999/xhtml">window.hacked=6</script>'
    '<annotation-xml encoding="text/html">t</annotation-xml>'
    '<maction actiontype="x">q</maction></math>'
)


def test_hostile_names_are_shown_and_never_run(visit, tmp_path):
    trace = trace_of_q()
    text = json.dumps(trace)
    for harmless in ("3*a**3 - b**2", "cell [2], line 1", "Backward pass of Q", "Two nodes are ready", "PowBackward0"):
        text = text.replace(harmless, json.dumps(HOSTILE)[1:-1])
    trace = json.loads(text)
    trace["nodes"][5]["variable"] = HOSTILE
    trace["events"][0]["sentence"] = HOSTILE
    for node in trace["nodes"]:
        for entry in node["inputs"]:
            if entry["formula"]:
                entry["formula"] = {"latex": HOSTILE, "mathml": EVIL_MATH}
    # Where there is no MathML at all, the LaTeX stands.
    trace["events"][0]["outgoing"][1]["numbers"] = {"latex": HOSTILE, "mathml": HOSTILE}
    page = visit()
    stepper = open_trace(page, tmp_path, trace)
    for step in range(7):
        stepper.get_by_role("slider", name="Step").fill(str(step))
        stepper.locator("math").first.click() if 0 < step < 3 else None
        if step == 1:
            assert stepper.locator(".mg-formula code").text_content() == HOSTILE
            assert stepper.locator("[aria-live]").text_content() == HOSTILE
    assert HOSTILE in stepper.locator("[data-node='5']").get_attribute("aria-label")
    assert page.evaluate("window.hacked") is None
    assert stepper.locator("img, script, a, annotation-xml, maction, [onclick], [onerror], [href]").count() == 0
    assert page.problems == []


def test_a_formula_that_is_no_mathml_is_shown_as_latex(visit, tmp_path):
    trace = trace_of_q()
    trace["nodes"][0]["inputs"][0]["formula"] = {"latex": r"\bar z", "mathml": "<math><mi>"}
    stepper = open_trace(visit(), tmp_path, trace)
    stepper.get_by_role("slider", name="Step").fill("1")
    assert stepper.locator(".mg-formula code").text_content() == r"\bar z"
    assert step_of(stepper) == 1
    assert node_states(stepper)[0] == "now"
