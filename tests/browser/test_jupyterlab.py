"""The stepper in a real JupyterLab: run, driven by mouse and keys, saved and opened again."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .lab import REPOSITORY, stepper_in, wait_until, write_notebook
from .page import announced, edge_texts, leaf_texts, leaves_the_machine, node_states, overlaps, serious, step_of

pytestmark = pytest.mark.browser

VIEW = "application/vnd.jupyter.widget-view+json"

CELLS = [
    "import minigrad\nfrom minigrad.viz import step\n"
    "a = minigrad.tensor([2., 3.], requires_grad=True)\nb = minigrad.tensor([6., 4.], requires_grad=True)",
    "Q = 3*a**3 - b**2\ns = step(Q, gradient=minigrad.tensor([1., 1.]))\ns",
]


@pytest.fixture
def running(lab, visit, request):
    """A notebook that steps through Q, opened and run: `(page, stepper)`."""
    name = f"{request.node.name.split('[')[0]}.ipynb"
    write_notebook(lab.home / name, CELLS)
    page = visit()
    page.notebook = name
    lab.open(page, name)
    lab.run_all(page)
    yield page, stepper_in(page)
    assert page.problems == []
    lab.shut_down_kernels(page)


def test_mouse_and_keys_walk_q(lab, running):
    page, stepper = running
    cells = page.locator(".jp-Cell").count()
    assert edge_texts(stepper) == ["not yet"] * 5
    stepper.get_by_role("button", name="Next step").click()
    stepper.get_by_role("button", name="Next step").click()
    assert [n for n, state in node_states(stepper).items() if state == "now"] == [node_called(stepper, "b**2")]
    assert "[-12., -8.]" in edge_texts(stepper)
    page.keyboard.press("End")
    assert leaf_texts(stepper) == {"a": ".grad [36., 81.]", "b": ".grad [-12., -8.]"}
    for key in ("a", "b", "d", "d", "z", "x", "m"):  # each of these changes a notebook when a cell is selected
        page.keyboard.press(key)
    assert page.locator(".jp-Cell").count() == cells
    assert step_of(stepper) == 6
    page.keyboard.press("Home")
    assert edge_texts(stepper) == ["not yet"] * 5
    stepper.locator(f"[data-node='{node_called(stepper, '3*a**3')}']").click()
    assert announced(stepper).startswith("Step 4 of 6: MulBackward0")
    assert lab.run(page, "print(a.grad, b.grad)") == "None None"  # it worked on a recording
    assert leaves_the_machine(lab, page) == []


def node_called(stepper, source: str) -> int:
    """The number of the node whose box shows `source`."""
    box = stepper.locator("[data-node]").filter(has_text=source).first
    pairs = stepper.locator("[data-node]").evaluate_all(
        "ns => ns.map(n => [n.dataset.node, n.querySelector('.mg-text-source').textContent])"
    )
    found = [int(node) for node, text in pairs if text == source]
    assert len(found) == 1, (source, pairs, box)
    return found[0]


def test_python_sees_and_sets_the_step(lab, running):
    page, stepper = running
    lab.run(page, "seen = []\ns.observe(lambda change: seen.append(change.new), 'step')")
    stepper.get_by_role("button", name="Next step").click()
    stepper.get_by_role("button", name="Next step").click()
    wait_until(lambda: lab.run(page, "print(s.step, seen[-1:])") == "2 [2]")
    lab.run(page, "s.step = 5")
    page.wait_for_selector(".mg-stepper[data-step='5']")
    assert "s.step goes from 0 to 6" in lab.run(page, "s.step = 7").replace("step goes", "s.step goes")
    assert step_of(stepper) == 5


def test_a_busy_kernel_keeps_nobody_waiting(lab, running):
    page, stepper = running
    lab.keep_busy(page, 6)
    for step in range(1, 7):
        stepper.get_by_role("button", name="Next step").click()
        assert step_of(stepper) == step
    assert leaf_texts(stepper)["a"] == ".grad [36., 81.]"
    assert lab.is_busy(page)  # all of that while the kernel could not answer
    wait_until(lambda: lab.run(page, "print(s.step)") == "6", seconds=20)  # it learns of it later


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_themes(lab, running, theme):
    page, stepper = running
    page.emulate_media(
        color_scheme="dark" if "Light" in theme else "light"
    )  # the notebook's theme wins over the system's
    lab.use_theme(page, theme)
    for step in (1, 2, 6):
        stepper.get_by_role("slider").fill(str(step))
        assert overlaps(page) == []
    for part in (stepper, stepper.locator(".mg-top")):  # the first has JupyterLab's own colour, the second ours
        colour = part.evaluate("part => getComputedStyle(part).backgroundColor")
        assert (sum(map(int, colour.strip("rgb()").split(","))) > 600) == ("Light" in theme), colour
    assert serious(page) == []
    lab.use_theme(page, "JupyterLab Light")


def test_a_walk_shown_twice_stays_in_step(lab, visit):
    write_notebook(lab.home / "twice.ipynb", [*CELLS, "s"])
    page = visit()
    lab.open(page, "twice.ipynb")
    lab.run_all(page)
    page.locator(".mg-stepper").nth(1).wait_for()
    first, second = page.locator(".mg-stepper").all()
    second.get_by_role("button", name="Last step").click()
    wait_until(lambda: step_of(first) == 6)
    assert page.problems == []
    lab.shut_down_kernels(page)


def stored(picture: str, words: str) -> dict:
    """An output as the notebooks' build stores it: without the live view."""
    import nbformat

    return nbformat.v4.new_output("execute_result", {"text/html": picture, "text/plain": words}, execution_count=2)


def check_picture(page) -> None:
    """A picture with alternative text stands in the notebook, and it was really drawn."""
    picture = page.locator(".jp-OutputArea img, .jp-OutputArea-output img").first
    picture.wait_for()
    assert "Q" in (picture.get_attribute("alt") or "")
    wait_until(lambda: picture.evaluate("image => image.naturalWidth") > 100)


def test_a_fresh_clone_shows_the_picture_untrusted(lab, visit):
    from minigrad.viz.svg import img, svg

    from .page import trace_of_q

    trace = trace_of_q()
    write_notebook(lab.home / "clone.ipynb", CELLS, outputs={1: [stored(img(trace["alt"], svg(trace)), trace["alt"])]})
    page = visit()
    lab.open(page, "clone.ipynb")
    assert page.evaluate("jupyterapp.shell.currentWidget.content.model.cells.get(1).trusted") is False
    check_picture(page)
    assert page.locator(".mg-stepper").count() == 0
    lab.run_all(page)
    stepper_in(page)  # after a run: the stepper in its place
    lab.shut_down_kernels(page)


def test_a_saved_copy_opened_again_shows_the_picture_and_says_what_to_do(lab, running, visit):
    page, _ = running
    assert not page.locator(".mg-still").is_visible()  # the stepper stands in its place
    save(lab, page)
    lab.shut_down_kernels(page)
    again = visit()
    lab.open(again, page.notebook)
    again.wait_for_timeout(1000)
    check_picture(again)
    assert "To walk through it, run this cell." in again.locator(".mg-still").inner_text()
    assert again.locator(".mg-still").is_visible()
    lab.shut_down_kernels(again)


def save(lab, page) -> Path:
    """Save the open notebook, and see that its stepper was stored as a picture and a view."""
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    file = Path(lab.home / page.notebook)
    wait_until(lambda: VIEW in file.read_text())
    still, view = json.loads(file.read_text())["cells"][1]["outputs"]
    assert set(still["data"]) == {"text/html", "text/plain"}
    assert set(view["data"]) == {VIEW}
    return file


@pytest.mark.parametrize("with_state", [False, True])
def test_nbconvert_shows_the_picture_offline(visit, tmp_path, with_state):
    import nbconvert
    import nbformat
    from nbclient import NotebookClient

    file = tmp_path / "q.ipynb"
    write_notebook(file, CELLS)
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(notebook, store_widget_state=with_state).execute(env=os.environ | {"PYTHONPATH": str(REPOSITORY)})
    assert ("widgets" in notebook.metadata) == with_state
    html, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    (tmp_path / "q.html").write_text(html, encoding="utf-8")
    page = visit(offline=True)
    page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
    page.goto((tmp_path / "q.html").as_uri(), wait_until="domcontentloaded")
    check_picture(page)
    page.locator(".mg-still").wait_for(state="visible")


def test_a_walk_says_that_its_graph_has_changed(lab, running):
    page, stepper = running
    notice = stepper.locator(".mg-notice")
    stepper.get_by_role("button", name="Next step").click()
    assert not notice.is_visible()
    assert lab.run(page, "print(s.is_current)") == "True"
    lab.run(page, "Q.backward(minigrad.tensor([1., 1.]))")  # noticed after the cell, without a click
    notice.wait_for()
    assert "backward() has run and freed" in notice.inner_text() and "run the cell again" in notice.inner_text()
    assert lab.run(page, "print(s.is_current)") == "False"
    stepper.get_by_role("button", name="Next step").click()  # the recording goes on
    assert step_of(stepper) == 2
