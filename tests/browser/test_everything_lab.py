"""All there is, in a real JupyterLab, in one notebook: controls, the nine points, instruments; by mouse and by keys.

And what is asked of each of them in the light and in the dark, at a zoom of 200 %, and where motion is unwelcome.
"""

from __future__ import annotations

import pytest

from .boards import BOARDS
from .controls import KEYS, MOUSE, click
from .everything import NAMES, WALKS, cells, find, place
from .lab import wait_until, write_notebook
from .layout import defects, too_small
from .page import announced, edge_texts, leaf_texts, leaves_the_machine, node_states, serious, step_of, trace_of_q

pytestmark = pytest.mark.browser

# anywidget says so of a widget that took more than two seconds to start; on a busy machine it comes all the same.
SLOW = "[anywidget] Failed to initialize model."


@pytest.fixture(scope="module")
def page(lab, browser):
    """The notebook of everything.py, opened and run once for all of these tests."""
    write_notebook(lab.home / "everything.ipynb", cells())
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="no-preference")
    page = context.new_page()
    page.set_default_timeout(40_000)
    page.requests, page.problems = [], []
    context.on("request", lambda request: page.requests.append(request.url))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    lab.open(page, "everything.ipynb")
    lab.run_all(page)
    assert lab.errors(page) == []
    yield page
    lab.shut_down_kernels(page)
    context.close()


@pytest.fixture(autouse=True)
def nothing_went_wrong(lab, page):
    """No error of a script, no request to elsewhere, and no key that reached the notebook itself."""
    yield
    assert [problem for problem in page.problems if SLOW not in problem] == []
    assert leaves_the_machine(lab, page) == []
    assert page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length") == len(NAMES) + 1


def at_start(page, name):
    """The stepper of a walk, before its first step and with the focus in it."""
    s = find(page, name)
    if name in WALKS:
        s.get_by_role("button", name="First step").click(force=True)
        s.locator(".mg-next").focus()
    return s


def words(s, selector=".mg-panel"):
    """All that can be read in the places that match."""
    return " ".join(" ".join(s.locator(selector).all_inner_texts()).split())


# ----------------------------------------------------------------------------------------------------- the controls
WAYS = {"keys": KEYS, "mouse": MOUSE}


@pytest.mark.parametrize("way, row", [(way, row) for way, table in WAYS.items() for row in table])
def test_a_control_does_what_the_table_says(page, way, row):
    walk, act = WAYS[way][row]
    act(at_start(page, walk))


def test_a_whole_walk_of_q_is_read_aloud(page):
    s = at_start(page, "q")
    sentences = [event["sentence"] for event in trace_of_q()["events"]]
    before = "Before the first of 6 steps: nothing has run yet."
    for key, heard in (("ArrowRight", sentences), ("ArrowLeft", [*reversed(sentences[:-1]), before])):
        for sentence in heard:
            page.keyboard.press(key)
            assert announced(s) == sentence
    click(s, "Forward pass")
    for made in trace_of_q()["forward"]:
        page.keyboard.press("ArrowRight")
        assert announced(s) == made["sentence"]
    click(s, "Backward pass")
    live = s.locator("[aria-live]")
    assert (live.count(), live.get_attribute("role"), live.get_attribute("aria-live")) == (1, "status", "polite")


# ---------------------------------------------------------------------------------------------------- the nine points
# For each point: the walk, the step, and what can be read there.
POINTS = {
    "1 the node, where it was made, and why it is next": (
        "q",
        2,
        "PowBackward0 Q = 3*a**3 - b**2 cell [1], line 9 Why this node is next 2 nodes are ready: "
        "PowBackward0 (b**2) and MulBackward0 (3*a**3). The one that the forward pass made last goes first.",
    ),
    "1 the consumers that a waiting node lacks": ("sums", 9, "waiting for more gradients x: 1 more gradient"),
    "2 terms and sums, one by one": (
        "sums",
        10,
        "for this pass only [3., 3.] edge 0 of MulBackward0 (x * m) + [9., 9.] edge 0 of MulBackward0 (x * 3) "
        "= [12., 12.] so far + [6., 6.] edge 0 of MulBackward0 (x * 2) = [18., 18.] shape (2,) the sum",
    ),
    "3 the saved numbers of the rule": ("q", 2, "Saved by the forward pass a = [6., 4.] n = 2"),
    "3 the Jacobian": ("q", 2, "input 0: ∂z / ∂a a[0] a[1] z[0] 12. 0. z[1] 0. 8."),
    "4 the gradient of each edge": ("q", 1, "0 to MulBackward0 (3*a**3)"),
    "4 the sum that undoes a broadcast": (
        "sums",
        3,
        "1. 1. 1. 1. 1. 1. shape (3, 2) what the rule gave ΣThis input was broadcast from (2,) to (3, 2): "
        "its gradient is the sum over dimension 0. = [3., 3.] shape (2,)",
    ),
    "5 .grad before, added, after": ("sums", 10, "before [10., 10.] added + [18., 18.] after = [28., 28.]"),
    "6 what is freed, and held": (
        "q",
        2,
        "What backward() would free here a: 8 bytes, which live on as the leaf b "
        "12 bytes of 20 bytes still held by the graph",
    ),
    "8 a value changed in place": ("spoiled", 3, "The walk stops here: InplaceError one of the variables needed"),
    "8 a second backward": ("spent", 2, "The walk stops here: SpentGraphError Trying to backward through the graph"),
    "8 a gradient that does not fit": ("unfit", 1, "The walk stops here: GradientShapeError Mismatch in shape"),
    "8 the first nan": ("nan", 3, "Warning: the first nan SqrtBackward0 made the first nan of this pass"),
}


@pytest.mark.parametrize("point", POINTS)
def test_what_a_step_shows(page, point):
    name, step, text = POINTS[point]
    s = at_start(page, name)
    for _ in range(step):
        page.keyboard.press("ArrowRight")
    assert step_of(s) == step and announced(s).startswith(f"Step {step} of ")
    assert text in words(s)
    if name in ("spoiled", "unfit", "spent"):
        assert list(node_states(s).values()).count("error") == 1
        assert "not yet" in edge_texts(s)  # the graph is kept, and what never came is said


def test_formulas_are_drawn(page):
    s = at_start(page, "q")
    s.locator("[data-node='2']").click()
    rule, numbers = s.locator(".mg-out math").all()
    assert rule.evaluate("m => m.getBoundingClientRect().width") > 60
    assert "6" in numbers.text_content() and "6" not in rule.text_content()


def test_gradients_that_do_not_exist_read_not_yet(page):
    s = at_start(page, "q")
    assert set(edge_texts(s)) == {"not yet"} and set(leaf_texts(s).values()) == {".grad not yet"}
    for step in range(1, 7):
        click(s, "Next step")
        assert edge_texts(s).count("not yet") == {1: 3, 2: 2, 3: 2, 4: 1, 5: 0, 6: 0}[step]
    assert leaf_texts(s) == {"a": ".grad [36., 81.]", "b": ".grad [-12., -8.]"}


# ------------------------------------------------------------------------------------------------------ instruments
def button(name):
    return lambda i: i.get_by_role("button", name=name).first.click()


def keyed(role, name, key):
    return lambda i: i.get_by_role(role, name=name).first.press(key)


def arrow_to(node, *keys):
    def act(i):
        i.locator(f"[data-node='{node}']").focus()
        for key in keys:
            i.page.keyboard.press(key)

    return act


def end_of_plot(i):
    box = i.locator("svg.mg-scene").bounding_box()
    i.page.mouse.click(box["x"] + 706, box["y"] + 150)


# For each instrument: by mouse, what it says then; by keys, what it says then; what Python has heard in the end.
DRIVEN = {
    "ctx_inspector": (
        *(button("backward got"), "Here backward got gradient of result = [1., 1.]."),
        *(keyed("button", "backward returned", "Enter"), "Here backward returned for x = [3., 3.]; for factor = None."),
        3,
    ),
    "grad_meter": (
        *(lambda i: i.locator("[data-key='r:2']").first.click(), "Reading 2 of 6, backward: w.grad gets [3., 3.]."),
        *(keyed("slider", "reading", "Home"), "Reading 1 of 6, at first: w.grad is None. b.grad is None."),
        1,
    ),
    "gradient_plot": (
        *(button("Go to the kink at 0"), "At x = 0, f is 0. Kink at x = 0: the slope is 0 from the left and 1 from"),
        *(keyed("slider", "x", "End"), "At x = 2, f is 2 and its gradient is 1."),
        2,
    ),
    "graph_builder": (
        *(lambda i: i.locator("[data-node='1']").click(), "MulBackward0 was made by a * b at line 3."),
        *(arrow_to(1, "ArrowUp", "Enter"), "SumBackward0 was made by (a * b).sum() at line 3."),
        None,
    ),
    "jacobian_map": (
        *(button("Only row y[1]"), "One row counts: y[1]. vᵀJ is [2., 3.75, 2., 2.]."),
        *(keyed("slider", "v for row y[1]", "Home"), "One row counts: -2. times y[1]. vᵀJ is [-4., -7.5, -4., -4.]."),
        [0, -2, 0, 0],
    ),
    "requires_grad_painter": (
        *(lambda i: i.get_by_role("switch", name="requires_grad of x").click(), "x requires grad, so 4 of 4 results"),
        *(keyed("switch", "requires_grad of w", " "), "x and w require grad, so 4 of 4 results do too"),
        {"x": True, "w": True, "b": False},
    ),
    "saved_buffers": (
        *(button("retain_graph=True"), "Forward: SumBackward0 ((h * h.log()).sum()) is made; it saves nothing new."),
        *(keyed("slider", "step", "End"), "Backward with retain_graph=True: MmBackward0 (x @ w) has run and frees"),
        {"step": 10, "retain": True},
    ),
    "shape_flow": (
        *(button("Forwards"), "Forwards:"),
        *(keyed("button", "Backwards", "Enter"), "Backwards: every gradient has the shape of what it belongs to."),
        "backwards",
    ),
    "step_size": (
        *(end_of_plot, "h = 1. The slope is 3.; errors: forward, float32 4., central, float32 1."),
        *(keyed("slider", "h", "Home"), "h = 1e-16. The slope is 3.; errors: forward, float32 3."),
        0,
    ),
    "storage_strip": (
        *(button("x[::2]"), "x[::2][0, 0] is at 0 + 0·8 + 0·1 = 0, where 0. stands."),
        *(keyed("slider", "element", "ArrowRight"), "x[::2][0, 1] is at 0 + 0·8 + 1·1 = 1, where 1. stands."),
        [3, 1],
    ),
    "version_timeline": (
        *(
            button("Event 1"),
            "MulBackward0 (y) (boards.py, line 108) saved the memory of x for backward",
        ),
        *(keyed("slider", "event", "End"), "x.add_(1) (boards.py, line 110) wrote to the memory of x"),
        1,
    ),
    "nan_tracer": (
        *(button("backward: gradients"), "Backward: LogBackward0 made the first inf of this pass"),
        *(arrow_to(0, "ArrowDown", "Enter"), "LogBackward0 made the first inf of this pass"),
        "backward",
    ),
    "side_by_side": (
        *(button("Next step"), "Backward pass of (x**2).sum(): Step 1 of 3: SumBackward0"),
        *(keyed("button", "Next step", "End"), "Backward pass of (x**2).sum(): Step 3 of 3: leaf x."),
        3,
    ),
    "frozen_path": (
        *(button("train all"), "13 of 13 numbers are trained. Gradients come to every part."),
        *(lambda i: i.get_by_role("switch").first.press(" "), "12 of 13 numbers are trained. To 1 of 9 parts"),
        {"2.bias": True, "2.weight": False, "0.bias": False, "0.weight": False},
    ),
}


@pytest.mark.parametrize("name", BOARDS)
def test_an_instrument_by_mouse_and_by_keys(lab, page, name):
    by_mouse, heard, by_keys, heard_then, value = DRIVEN[name]
    i = find(page, name)
    by_mouse(i)
    assert announced(i).startswith(heard)
    by_keys(i)
    assert announced(i).startswith(heard_then)
    if value is not None:
        wait_until(lambda: lab.run(page, f"print(shown[{name!r}].value == {value!r})") == "True")


def test_code_runs_in_the_kernel(lab, page):
    i = find(page, "graph_builder")
    code = i.get_by_role("textbox", name="Code")
    code.press("Control+End")
    code.press_sequentially("\nz = y.exp()")
    code.press("Control+Enter")
    wait_until(lambda: announced(i).startswith("Graph of z: 4 operations and 1 leaf, a."))
    code.press_sequentially(" + nothing")
    i.get_by_role("button", name="Run the code").click()
    wait_until(lambda: announced(i).startswith("The code raised an error: Line 4: NameError"))


# ----------------------------------------------------------------------- light, dark, zoom, motion: over all of them
SHOWN_AT = {
    "q": 5,
    "sums": 9,
    "spoiled": 3,
    "unfit": 1,
    "spent": 2,
    "nan": 3,
    "large": 4,
    "locked": 0,
    "asked": 0,
}
MOVING = """async (one) => {
    await new Promise(requestAnimationFrame);
    const smooth = [...one.querySelectorAll("*")].filter((e) => getComputedStyle(e).scrollBehavior === "smooth");
    return one.getAnimations({ subtree: true }).length + smooth.length;
}"""


def each(page):
    """Every walk and every instrument, the walks at a step that has much to show."""
    for name in NAMES:
        if name == "blocks":  # zoomed by those who tried its controls; "large" is the same
            continue
        s = find(page, name)
        if name in WALKS:
            s.get_by_role("slider", name="Step").fill(str(SHOWN_AT[name]))
        if name == "large":
            click(s, "Close all")
            s.locator(".mg-closed").first.click()
        yield name, s


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_each_theme(lab, page, theme):
    page.emulate_media(color_scheme="dark" if "Light" in theme else "light")  # the notebook's theme wins
    lab.use_theme(page, theme)
    try:
        for name, s in each(page):
            ground = s.evaluate("s => getComputedStyle(s).backgroundColor")
            assert (sum(map(int, ground.strip("rgb()").split(","))) > 600) == ("Light" in theme), name
            assert defects(page, place(name)) == [], name
            assert serious(page, place(name)) == [], name
            assert (
                page.locator(f"{place(name)} >> xpath=ancestor::*[contains(@class, 'jp-Cell')]")
                .locator(".mg-still:visible")
                .count()
                == 0
            ), name  # the picture has given way
    finally:
        lab.use_theme(page, "JupyterLab Light")


def test_at_a_zoom_of_200_percent(page):
    session = page.context.new_cdp_session(page)
    page.evaluate("jupyterapp.shell.collapseLeft()")
    half = {"width": 640, "height": 450, "deviceScaleFactor": 2, "mobile": False}
    session.send("Emulation.setDeviceMetricsOverride", half)
    try:
        for name, s in each(page):
            assert s.evaluate("s => s.getBoundingClientRect().right <= innerWidth"), name
            assert defects(page, place(name)) == [], name
            assert too_small(page, place(name)) == [], name
    finally:
        session.send("Emulation.clearDeviceMetricsOverride")
        page.evaluate("jupyterapp.shell.expandLeft()")


def test_nothing_moves_where_motion_is_unwelcome(page):
    page.emulate_media(reduced_motion="reduce")
    try:
        for name, s in each(page):
            if name in WALKS and name not in ("locked", "asked"):
                click(s, "First step")
                s.locator(".mg-next").click()
            assert s.evaluate(MOVING) == 0, name
    finally:
        page.emulate_media(reduced_motion="no-preference")
    s = at_start(page, "q")
    s.locator(".mg-next").click()
    assert s.evaluate(MOVING) > 0  # where it is welcome, the gradient is seen to flow
