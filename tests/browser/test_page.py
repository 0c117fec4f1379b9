"""The stepper on a page of its own, opened from disk: what it shows and how it is driven."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.viz.page import page as exported
from minigrad.viz.picture import drawn
from minigrad.viz.trace import record
from minigrad.viz.walk import Walk

from .page import announced, edge_texts, leaf_texts, node_states, open_trace, page_text, serious, step_of, trace_of_q

pytestmark = pytest.mark.browser

ORDER = [0, 2, 4, 1, 3, 5]  # Sub, b**2, b, 3*a**3, a**3, a
EDGES = [  # the gradients on edges 0 to 4 after each step
    ["not yet"] * 5,
    ["[1., 1.]", "[-1., -1.]", "not yet", "not yet", "not yet"],
    ["[1., 1.]", "[-1., -1.]", "not yet", "[-12., -8.]", "not yet"],
    ["[1., 1.]", "[-1., -1.]", "not yet", "[-12., -8.]", "not yet"],
    ["[1., 1.]", "[-1., -1.]", "[3., 3.]", "[-12., -8.]", "not yet"],
    ["[1., 1.]", "[-1., -1.]", "[3., 3.]", "[-12., -8.]", "[36., 81.]"],
    ["[1., 1.]", "[-1., -1.]", "[3., 3.]", "[-12., -8.]", "[36., 81.]"],
]


@pytest.fixture
def q(visit, tmp_path):
    """The walk of Q, before its first step."""
    page = visit()
    stepper = open_trace(page, tmp_path, trace_of_q())
    yield stepper
    assert page.problems == []


def check_step(stepper, step: int) -> None:
    """Everything that the picture says at `step` of Q's walk."""
    assert step_of(stepper) == step
    assert edge_texts(stepper) == EDGES[step]
    states = node_states(stepper)
    assert [node for node, state in states.items() if state == "now"] == ORDER[step - 1 : step] * (step > 0)
    assert {node for node, state in states.items() if state == "done"} == set(ORDER[: max(step - 1, 0)])
    a, b = "[36., 81.]" if step >= 6 else "not yet", "[-12., -8.]" if step >= 3 else "not yet"
    assert leaf_texts(stepper) == {"a": f".grad {a}", "b": f".grad {b}"}


def test_buttons_walk_forwards_and_backwards(q):
    check_step(q, 0)
    following = q.get_by_role("button", name="Next step")
    for step in range(1, 7):
        following.click()
        check_step(q, step)
    following.click(force=True)  # nothing after the end
    check_step(q, 6)
    for step in range(5, -1, -1):
        q.get_by_role("button", name="Previous step").click()
        check_step(q, step)
    q.get_by_role("button", name="Last step").click()
    check_step(q, 6)
    q.get_by_role("button", name="First step").click()
    check_step(q, 0)
    assert q.page.evaluate("window.steps") == [1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 0, 6, 0]


def test_keys_walk(q):
    q.get_by_role("button", name="Next step").focus()
    keys = ["ArrowRight", "ArrowDown", "ArrowLeft", "End", "ArrowRight", "ArrowUp", "Home", "ArrowLeft"]
    for key, step in zip(keys, [1, 2, 1, 6, 6, 5, 0, 0], strict=True):
        q.page.keyboard.press(key)
        check_step(q, step)


def test_keys_move_the_focus_inside_the_picture_with_the_walk(q):
    q.locator("[data-node='0']").focus()
    q.page.keyboard.press("ArrowRight")
    q.page.keyboard.press("ArrowRight")
    assert q.page.evaluate("document.activeElement.dataset.node") == "2"
    assert q.locator("[data-node][tabindex='0']").count() == 1  # one tab stop: Tab leaves a large picture at once
    q.page.keyboard.press("Home")
    assert q.locator("[data-node][tabindex='0']").get_attribute("data-node") == "0"


def test_no_key_leaves_the_stepper(q):
    q.page.evaluate("window.heard = []; document.addEventListener('keydown', e => window.heard.push(e.key))")
    q.get_by_role("button", name="Next step").focus()
    for key in ("a", "b", "d", "Enter", "ArrowRight", " "):
        q.page.keyboard.press(key)
    assert q.page.evaluate("window.heard") == []
    assert q.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_a_click_on_a_node_jumps_to_its_step(q):
    q.locator("[data-node='3']").click()
    check_step(q, 5)
    q.locator("[data-node='2']").click()
    check_step(q, 2)
    q.locator("[data-node='4']").focus()
    q.page.keyboard.press("Enter")
    check_step(q, 3)


def test_slider_jumps_and_follows(q):
    slider = q.get_by_role("slider")
    slider.fill("4")
    check_step(q, 4)
    q.get_by_role("button", name="Next step").click()
    assert slider.input_value() == "5"
    assert slider.get_attribute("aria-valuetext") == trace_of_q()["events"][4]["sentence"]


def test_space_plays_and_pauses(q):
    step = "Number(document.querySelector('.mg-stepper').dataset.step)"  # a busy page may show no one step for long
    q.locator("[data-node='0']").focus()
    q.page.keyboard.press(" ")
    q.get_by_role("button", name="Pause").wait_for()
    q.page.wait_for_function(f"{step} >= 2")
    q.page.keyboard.press(" ")
    q.get_by_role("button", name="Play").wait_for()
    stopped = step_of(q)
    q.page.wait_for_timeout(700)
    assert step_of(q) == stopped < 6
    q.get_by_label("Speed").select_option(label="4×")
    q.get_by_role("button", name="Play").click()
    q.page.wait_for_selector(".mg-stepper[data-step='6']")
    q.get_by_role("button", name="Play").wait_for()  # it stops by itself at the end
    q.get_by_role("button", name="Play").click()  # and begins anew
    q.page.wait_for_function(f"0 < {step} && {step} < 6")


def test_a_slower_speed_waits_longer(q):
    times = {}
    for label in ("4×", "1×"):
        q.get_by_role("slider").fill("0")
        q.get_by_label("Speed").select_option(label=label)
        times[label] = q.page.evaluate(
            """async () => {
                const root = document.querySelector('.mg-stepper');
                const reached = (step) => new Promise((resolve) => {
                    new MutationObserver(() => { if (root.dataset.step === step) resolve(performance.now()); })
                        .observe(root, { attributes: true });
                });
                const [one, two] = [reached('1'), reached('2')];
                root.querySelector('.mg-play').click();
                const begin = await one;
                return await two - begin;
            }"""
        )
    assert 250 < times["4×"] < times["1×"]
    assert times["1×"] > 1150


def test_each_step_is_announced_in_one_sentence(q):
    assert announced(q) == "Before the first of 6 steps: nothing has run yet."
    for event in trace_of_q()["events"]:
        q.get_by_role("button", name="Next step").click()
        assert announced(q) == event["sentence"]
    assert "a.grad was None and becomes [36., 81.]" in announced(q)
    assert q.locator("[aria-live]").get_attribute("aria-live") == "polite"


def test_panel_says_what_a_step_does(q):
    q.get_by_role("slider").fill("2")
    text = q.locator(".mg-panel").inner_text()
    for part in (
        "2 of 6", "PowBackward0", "cell [2], line 1", "2 nodes are ready: PowBackward0 (b**2) and",
        "MulBackward0 (3*a**3)", "edge 1 of SubBackward0 (Q)", "[-1., -1.]",
        "Saved by the forward pass", "[6., 4.]", "[-12., -8.]",
    ):  # fmt: skip
        assert part in text
    assert q.locator(".mg-source mark").inner_text() == "b**2"  # the second of two PowBackward0: told apart
    formulas = q.locator(".mg-formula math").all_text_contents()
    assert formulas == ["a¯=z¯·nan−1", "a¯=[−1,−1]·2·[6,4]2−1"]
    assert q.locator(".mg-panel math").first.evaluate("m => m.namespaceURI") == "http://www.w3.org/1998/Math/MathML"


def test_the_account_of_a_leaf_is_not_the_sum_of_the_engine(visit, tmp_path):
    trace = trace_of_q()
    one = trace["events"][0]["incoming"][0]["value"]
    leaf = trace["events"][5]
    leaf["grad"]["before"] = {**one, "text": "[10., 20.]"}
    terms = leaf["incoming"][0]["terms"]
    leaf["incoming"][0]["terms"] = [terms[0], {**terms[0], "value": {**one, "text": "[5., 6.]"}}, terms[0]]
    leaf["incoming"][0]["sums"] = [{**one, "text": "[41., 87.]"}, {**one, "text": "[77., 168.]"}]
    stepper = open_trace(visit(), tmp_path, trace)
    assert leaf_texts(stepper)["a"] == ".grad [10., 20.]"  # it was there before the walk
    stepper.get_by_role("slider").fill("6")
    rows = [" ".join(text.split()) for text in stepper.locator(".mg-rows .mg-row").all_inner_texts()]
    assert [row.split("edge")[0].strip() for row in rows] == [
        "[36., 81.]", "+ [5., 6.]", "= [41., 87.] so far", "+ [36., 81.]", "= [77., 168.] shape (2,) the sum",
    ]  # fmt: skip
    entries = [" ".join(text.split()) for text in stepper.locator(".mg-ledger .mg-entry").all_inner_texts()]
    assert entries == ["before [10., 20.]", "added + [36., 81.]", "after = [36., 81.]"]
    border = "card => getComputedStyle(card).borderTopStyle"
    assert stepper.locator(".mg-ledger").evaluate(border) == "double"
    assert stepper.locator(".mg-card:not(.mg-ledger)").first.evaluate(border) == "solid"


def walk_page(visit, folder, trace, **options):
    """The stepper on the saved page of a trace, which gets its layout."""
    Walk(trace).save(folder / "walk.html")
    page = visit(offline=True, **options)
    page.goto((folder / "walk.html").as_uri())
    stepper = page.locator(".mg-stepper")
    stepper.wait_for()
    return stepper


def test_an_undone_broadcast_is_a_step_of_its_own(visit, tmp_path):
    x = minigrad.ones(2, 3, requires_grad=True)
    b = minigrad.tensor([1.0, 2.0, 3.0], requires_grad=True)
    trace = record((x * b).sum())
    stepper = walk_page(visit, tmp_path, trace)
    edge = next(e["id"] for e in trace["edges"] if trace["nodes"][e["target"]]["variable"] == "b")
    place = [drawn["edge"] for drawn in trace["layout"]["edges"]].index(edge)
    looks = []
    for step in (2, 3):
        stepper.get_by_role("slider").fill(str(step))
        looks.append((edge_texts(stepper)[place], node_states(stepper)[1], announced(stepper)))
    assert [look[:2] for look in looks] == [("not yet", "now"), ("[2., 2., 2.]", "now")]
    assert "still to be summed" in looks[0][2] and "the broadcast of input 1 is undone" in looks[1][2]
    panel = stepper.locator(".mg-panel").inner_text()
    assert panel.index("what the rule gave") < panel.index("sum over dimension 0") < panel.index("[2., 2., 2.]")
    assert stepper.locator(".mg-grid span").all_text_contents() == ["1."] * 6
    assert "its broadcast is undone now" in stepper.locator("[data-node='1']").get_attribute("aria-label")
    stepper.locator("[data-node='1']").click()  # a node's own step is where it runs
    assert step_of(stepper) == 2
    assert "Not yet the gradient of the input" in stepper.locator(".mg-panel").inner_text()
    assert stepper.page.problems == []


def test_what_stands_below_does_not_jump(q):
    heights = []
    for step in [*range(7), *range(6, -1, -1)]:
        q.get_by_role("slider").fill(str(step))
        q.page.wait_for_timeout(40)
        heights.append(q.bounding_box()["height"])
    assert heights == sorted(heights)
    assert len(set(heights[7:])) == 1
    q.page.set_viewport_size({"width": 1400, "height": 900})
    q.page.wait_for_timeout(100)
    assert q.bounding_box()["height"] < heights[-1]  # another width begins anew


def test_waiting_and_ready_nodes_are_told_apart(visit, tmp_path):
    trace = trace_of_q()
    trace["events"][1]["why"] |= {"ready": [2], "waiting": [{"node": 1, "missing": 1}]}
    stepper = open_trace(visit(), tmp_path, trace)
    stepper.get_by_role("slider").fill("1")
    states = node_states(stepper)
    assert (states[2], states[1], states[3]) == ("ready", "waiting", "later")
    assert "waiting for 1 more" in stepper.locator("[data-node='1']").get_attribute("aria-label")
    looks = """node => {
        const { strokeDasharray, strokeWidth } = getComputedStyle(node.querySelector('.mg-box'));
        return [strokeDasharray, strokeWidth, node.querySelector('.mg-badge path').getAttribute('d')].join();
    }"""
    seen = [stepper.locator(f"[data-node='{node}']").evaluate(looks) for node in (0, 1, 2, 3)]
    assert len(set(seen)) == 4  # without any colour
    stepper.get_by_role("slider").fill("2")
    panel = stepper.locator(".mg-panel").inner_text()
    assert "Before this step: waiting for more gradients\nMulBackward0 (3*a**3): 1 more gradient\n" in panel
    assert node_states(stepper)[1] != "waiting"  # the picture is of the moment after it


def test_a_leaf_with_aliases_lights_up_in_all_its_boxes(visit, tmp_path):
    trace = trace_of_q()
    alias = {**trace["layout"]["boxes"][5], "id": 6, "alias": True, "x": 230.0}
    trace["layout"]["boxes"].append(alias)
    stepper = open_trace(visit(), tmp_path, trace)
    stepper.locator("[data-node='5']").last.click()
    assert step_of(stepper) == 6
    states = stepper.locator("[data-node='5']").evaluate_all("nodes => nodes.map(n => n.dataset.state)")
    assert states == ["now", "now"]


# The width of a notebook's cell on such a screen, where picture and panel stand one below the other.
@pytest.mark.parametrize("screen, width", [((800, 600), 560), ((1024, 768), 600), ((1280, 800), 620)])
def test_a_stacked_picture_of_up_to_500_points_shows_whole(visit, tmp_path, screen, width):
    trace = trace_of_q()
    trace["layout"]["height"] = min(500, 0.88 * screen[1] - 32) - 18 - 1  # less padding, and room for .grad
    page = visit(width=screen[0], height=screen[1])
    stepper = open_trace(page, tmp_path, trace)
    page.locator("#here").evaluate("(here, width) => { here.style.width = `${width}px` }", width)
    frames = set()
    for step in range(7):
        stepper.get_by_role("slider").fill(str(step))
        sizes = "f => [f.clientWidth, f.scrollWidth, f.clientHeight, f.scrollHeight, f.scrollLeft, f.scrollTop]"
        frames.add(tuple(stepper.locator(".mg-graph").evaluate(sizes)))
    (one,) = frames  # nothing jumps
    assert one[0] == one[1] and one[2] == one[3] and one[4:] == (0, 0)
    panel, graph = (stepper.locator(name).bounding_box() for name in (".mg-panel", ".mg-graph"))
    assert panel["y"] >= graph["y"] + graph["height"]


def test_the_page_of_a_drawn_graph_has_nothing_to_click(visit, tmp_path):
    from minigrad.viz import draw_graph

    a = minigrad.tensor(2.0, requires_grad=True)
    draw_graph(a.sin()).save(tmp_path / "still.html")
    page = visit(offline=True)
    page.goto((tmp_path / "still.html").as_uri())
    image = page.get_by_role("img")
    assert image.evaluate("i => i.complete && i.naturalWidth > 0")
    assert image.get_attribute("alt") == page.locator("p").inner_text()
    assert page.locator("button, input, select, .mg-stepper").count() == 0
    assert serious(page, within="html") == [] and page.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_exported_page_works_from_disk(visit, tmp_path, scheme):
    file = tmp_path / "q.html"
    file.write_text(exported(trace_of_q()), encoding="utf-8")
    page = visit(offline=True, color_scheme=scheme)
    page.goto(file.as_uri())
    stepper = page.locator(".mg-stepper")
    check_step(stepper, 0)
    stepper.get_by_role("button", name="Next step").click()
    check_step(stepper, 1)
    formula = stepper.locator(".mg-formula math").first  # typeset, with no network
    assert formula.locator("mover").count() == 2 and (formula.bounding_box() or {})["height"] > 10
    page.keyboard.press("End")
    check_step(stepper, 6)
    assert serious(page, within="html") == []
    assert page.requests == [file.as_uri()]
    assert page.problems == []


def test_works_inside_an_iframe_given_as_text(visit, tmp_path):
    page = visit()
    frame = "<iframe sandbox='allow-scripts' width=900 height=700></iframe>"
    page.set_content(f"<!doctype html><title>frame</title>{frame}")
    page.locator("iframe").evaluate("(frame, text) => { frame.srcdoc = text }", exported(trace_of_q()))
    inside = page.frame_locator("iframe").locator(".mg-stepper")
    inside.get_by_role("button", name="Next step").click()
    page.keyboard.press("End")
    assert inside.get_attribute("data-step") == "6"
    assert page.problems == []


SEEN_AND_ALL = """(button) => {
    // Click, then look at once: first the nodes within the frame, then, when the page has rested, all of them.
    const nodes = [...document.querySelectorAll('.mg-picture [data-node]')];
    const states = (some) => some.map((node) => [nodes.indexOf(node), node.dataset.state]);
    document.querySelector(button).click();
    const frame = document.querySelector('.mg-graph').getBoundingClientRect();
    const seen = states(nodes.filter((node) => {
        const { top, bottom } = node.querySelector('.mg-box').getBoundingClientRect();
        return bottom > frame.top && top < frame.bottom;
    }));
    return new Promise((resolve) => setTimeout(() => resolve([seen, states(nodes)]), 300));
}"""


@pytest.mark.parametrize("walk", [(".mg-last", {"now", "done"}), (".mg-first", {"waiting", "ready", "later"})])
def test_what_is_in_sight_is_painted_at_once_and_all_else_soon_after(visit, tmp_path, walk):
    from minigrad.viz import step

    button, expected = walk
    x = y = minigrad.tensor(0.5, requires_grad=True)
    for _ in range(40):
        y = y.sin() * x
    step(y).save(tmp_path / "long.html")
    page = visit()
    page.goto((tmp_path / "long.html").as_uri())
    if button == ".mg-first":
        page.evaluate(SEEN_AND_ALL, ".mg-last")
    seen, everything = page.evaluate(SEEN_AND_ALL, button)
    assert 0 < len(seen) < len(everything), "the picture must be larger than its frame"
    assert all(entry in everything for entry in seen), "a node in sight was painted late"
    assert {state for _, state in everything} <= expected


def test_the_first_frame_shows_the_top_of_a_large_picture_and_the_next_one_all_of_it(visit, tmp_path):
    y = minigrad.tensor(0.5, requires_grad=True)
    for _ in range(40):
        y = y.sin()
    trace = drawn(record(y))
    hidden = "() => [...document.querySelectorAll('.mg-tile')].map(({ hidden }) => hidden)"
    page = visit()
    page.add_init_script("window.frames_to_come = []; requestAnimationFrame = (act) => frames_to_come.push(act)")
    (tmp_path / "walk.html").write_text(page_text(trace), encoding="utf-8")
    page.goto((tmp_path / "walk.html").as_uri())
    first = page.evaluate(hidden)
    assert any(first) and not all(first)
    assert not any(first[: first.index(True)])
    page.evaluate("frames_to_come.forEach((act) => act())")
    page.wait_for_timeout(50)
    assert not any(page.evaluate(hidden))


def test_no_gradient_is_given_away_before_the_stepper_comes_into_sight(visit, tmp_path):
    page = visit()
    style = "margin-top: 5000px; content-visibility: auto"  # JupyterLab's style for cells: laid out late
    stepper = open_trace(page, tmp_path, trace_of_q(), style)
    assert not stepper.evaluate("element => element.checkVisibility({ contentVisibilityAuto: true })")
    check_step(stepper, 0)
    stepper.scroll_into_view_if_needed()
    check_step(stepper, 0)


def test_what_has_happened_to_the_graph_since_is_said(q):
    notice = q.locator(".mg-notice")
    assert not notice.is_visible()
    q.page.evaluate("view.follow('notice', 'Since this walk was recorded, x.grad has changed.')")
    assert notice.is_visible() and notice.get_attribute("role") == "status"
    assert notice.evaluate("notice => getComputedStyle(notice).padding") == "8px 18px"
    assert notice.inner_text() == "Since this walk was recorded, x.grad has changed."
    assert serious(q.page) == []
    q.page.evaluate("view.follow('notice', '')")
    assert not notice.is_visible()
