"""SVG, PNG, DOT, page and the bundle of a display: right, safe, the same every time."""

import importlib.util
import json
import struct
import sys
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest

import minigrad
from minigrad.autograd.errors import GradientShapeError
from minigrad.viz import Picture, draw_graph, step, walk
from minigrad.viz.boxes import marked_boxes
from minigrad.viz.page import page
from minigrad.viz.style import warning
from minigrad.viz.svg import svg
from minigrad.viz.trace import record
from minigrad.viz.walk import Walk

EXAMPLE = json.loads(Path(__file__).with_name("q.trace.json").read_text("utf-8"))
HOSTILE = "\"\\</script><img src=x onerror=alert(1)>&'\x00"
SVG = "{http://www.w3.org/2000/svg}"


def hostile_trace():
    trace = json.loads(json.dumps(EXAMPLE))
    trace["title"] = trace["alt"] = HOSTILE
    for node in trace["nodes"]:
        node["variable"] = node["expression"] = node["name"] = HOSTILE
    for box in trace["layout"]["boxes"]:
        for line in box["lines"]:
            line["text"] = HOSTILE
    return trace


def picture():
    a = minigrad.tensor([2.0, 3.0], requires_grad=True)
    b = minigrad.tensor([6.0, 4.0], requires_grad=True)
    Q = 3 * a**3 - b**2
    return draw_graph(Q)


def test_svg_shows_every_node_and_gradient():
    root = ElementTree.fromstring(svg(EXAMPLE))
    words = [element.text for element in root.iter(f"{SVG}text")]
    for expected in ("SubBackward0", "MulBackward0", "a", "b", "[36., 81.]", "[-12., -8.]"):
        assert expected in words
    kinds = [element.get("class") for element in root.iter(f"{SVG}rect")]
    assert (kinds.count("op"), kinds.count("leaf"), kinds.count("op frame")) == (4, 2, 1)
    assert root.find(f"{SVG}desc").text == EXAMPLE["alt"]
    assert "prefers-color-scheme:dark" in root.find(f"{SVG}style").text


def test_svg_is_the_same_every_time():
    first, second = picture(), picture()
    assert first.svg == second.svg and "0x" not in first.svg
    assert svg(EXAMPLE) == svg(json.loads(json.dumps(EXAMPLE)))


def test_names_are_text_never_markup():
    trace = hostile_trace()
    root = ElementTree.fromstring(svg(trace))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg", "title", "desc", "style", "rect", "path", "polygon", "g", "text",
    }  # fmt: skip
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
    shown = Picture(trace)._repr_mimebundle_()["text/html"]
    assert shown.count("<") == 1 and shown.startswith("<img alt=")
    html = page(trace)
    assert "<img src=x" not in html and html.count("</script>") == 2
    assert Picture(trace).source.source.count("\n") == len(EXAMPLE["layout"]["boxes"]) + len(EXAMPLE["edges"]) + 5


def test_the_display_is_an_img_with_words():
    shown = picture()
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    img = ElementTree.fromstring(bundle["text/html"].replace('100%">', '100%"/>'))
    assert img.get("alt") == bundle["text/plain"] == repr(shown)
    head, _, data = img.get("src").partition(",")
    assert head == "data:image/svg+xml" and unquote(data) == shown.svg
    assert "2 leaves, b and a" in bundle["text/plain"]


def test_save(tmp_path):
    shown = picture()
    assert shown.save(tmp_path / "q.svg").read_text("utf-8") == shown.svg
    png = shown.save(str(tmp_path / "q.png")).read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and b"Graph of Q" in png
    width, height = struct.unpack(">II", png[16:24])
    layout = shown.trace["layout"]
    assert abs(width - 2 * layout["width"]) <= 2 and abs(height - 2 * layout["height"]) <= 2
    assert shown.save(tmp_path / "again.png").read_bytes() == png
    assert 'label="a\\nleaf (2,)"' in shown.save(tmp_path / "q.dot").read_text("utf-8")
    assert json.loads(shown.save(tmp_path / "q.json").read_text("utf-8")) == shown.trace
    with pytest.raises(ValueError, match="its ending must be"):
        shown.save(tmp_path / "q.gif")


def test_source_is_graphviz():
    graphviz = pytest.importorskip("graphviz")
    source = picture().source
    assert isinstance(source, graphviz.Source)
    assert "peripheries=2" in source.source and 'SubBackward0\\nQ = 3 * a**3 - b**2"' in source.source


@pytest.mark.skipif(importlib.util.find_spec("pygraphviz") is None, reason="pygraphviz is not installed")
def test_dot_is_read_by_graphviz():
    import pygraphviz

    for trace in (EXAMPLE, hostile_trace()):
        graph = pygraphviz.AGraph(string=Picture(trace).source.source)
        assert (len(graph.nodes()), len(graph.edges())) == (6, 5)
    assert graph.get_node("n0").attr["label"].startswith(r'"\\</script><img')  # DOT doubles a backslash


def test_the_page_holds_everything_and_fetches_nothing(tmp_path):
    html = Picture(json.loads(json.dumps(EXAMPLE))).save(tmp_path / "q.html").read_text("utf-8")
    assert "default-src 'none'" in html
    without_namespaces = html.replace("http://www.w3.org/", "")
    assert "http:" not in without_namespaces and "https:" not in without_namespaces
    data = html.partition('id="trace">')[2].partition("</script>")[0]
    assert json.loads(data) == EXAMPLE
    assert "export function mount" in html and "<noscript><img alt=" in html


def test_the_page_of_a_drawn_graph_is_its_picture_and_its_words(tmp_path):
    shown = picture()
    html = shown.save(tmp_path / "q.html").read_text("utf-8")
    assert "<h1>Graph of Q</h1>" in html and shown._repr_mimebundle_()["text/html"] in html
    assert f"<p>{shown.trace['alt']}</p>" in html  # the words for those who see, too
    for control in ("<script", "mg-stepper", "<button", "<noscript"):
        assert control not in html
    hostile = hostile_trace() | {"events": []}
    assert page(hostile).count("<img") == 1 and "<script" not in page(hostile)


def test_still_pictures_mark_where_an_error_ended_the_walk(tmp_path):
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    fine = Walk(record(y.sum()))
    y += 1
    wrong = Walk(record(y.sum()))
    assert 'class="wrong"' in wrong.svg and ">error</text>" in wrong.svg
    assert "wrong" not in fine.svg  # nothing is added to the pictures of walks that go well
    assert "The walk stops at ExpBackward0" in wrong.svg  # in words, too
    sizes = [len(each.save(tmp_path / "walk.png").read_bytes()) for each in (fine, wrong)]
    assert sizes[0] != sizes[1]


def troubled():
    """A walk with a first inf and a first nan, and one that an error ends."""
    x = minigrad.tensor([0.0, 1.0], requires_grad=True)
    with np.errstate(invalid="ignore"):
        odd = Walk(record((x.sqrt() * 0).sum()))
    y = x.exp()
    z = y.sum()
    y += 1
    return odd, Walk(record(z))


def test_still_pictures_mark_the_first_nan_and_the_first_inf(tmp_path):
    odd, wrong = troubled()
    assert odd.svg.count('class="triangle"') == 1 and ">first nan</text>" in odd.svg
    assert "warned" not in wrong.svg and "triangle" not in draw_graph(minigrad.ones(2, requires_grad=True) * 2).svg
    picture = plt.imread(odd.save(tmp_path / "odd.png"))
    (box,) = marked_boxes(odd.trace)
    x, y, wide = warning(box, box["mark"])
    there = picture[2 * round(y - 7) : 2 * round(y + 7), 2 * round(x + 2) : 2 * round(x + wide - 2), :3]
    ground = np.array([0xFF, 0xF6, 0xD6]) / 255
    assert (abs(there - ground).max(axis=2) < 0.01).mean() > 0.3, "the tag's ground"
    odd.trace["events"][:] = [event | {"warning": None} for event in odd.trace["events"]]
    assert "triangle" not in odd.svg


def test_dot_marks_errors_and_warnings_with_colour_and_word(tmp_path):
    odd, wrong = (each.save(tmp_path / "walk.dot").read_text("utf-8") for each in troubled())
    (line,) = (line for line in odd.splitlines() if "color" in line)
    assert "SqrtBackward0" in line and "△ first nan" in line and 'fontcolor="#6b4e00"' in line
    (line,) = (line for line in wrong.splitlines() if "color" in line)
    assert "ExpBackward0" in line and "✗ error" in line and 'color="#a8170f"' in line


def test_a_closed_group_has_the_mark_of_what_is_in_it():
    odd, _ = troubled()
    sqrt = next(node for node in odd.trace["nodes"] if node["label"] == "Sqrt")
    odd.trace["groups"] = [{"nodes": [sqrt["id"]]}]
    layout = odd.trace["layout"] = {"boxes": [{"node": None, "group": 0, "x": 0, "y": 0, "width": 90, "height": 46}]}
    (box,) = marked_boxes(odd.trace)
    assert (box["kind"], box["mark"]) == ("closed", "first nan")
    layout["boxes"][0]["node"] = odd.trace["roots"][0]
    assert marked_boxes(odd.trace) == []


# ------------------------------------------------------------ step
def test_a_vector_without_gradient_is_refused_with_the_code_for_step():
    Q = minigrad.tensor([2.0, 3.0], requires_grad=True) * 3
    with pytest.raises(GradientShapeError, match=r"^grad can be implicitly created only for scalar outputs") as caught:
        step(Q)
    assert "`step(Q.sum())`" in caught.value.fix and "`step(Q, gradient=minigrad.ones(2))`" in caught.value.fix
    assert "backward(" not in str(caught.value) and "^^^" in str(caught.value)  # and the place is kept
    assert "Why it matters" in caught.value.explain()
    with pytest.raises(GradientShapeError) as caught:
        Q.backward()
    assert "`Q.backward(gradient=minigrad.ones(2))`" in caught.value.fix


def test_a_gradient_of_another_shape_stops_at_the_root(capsys):
    Q = minigrad.tensor([2.0, 3.0], requires_grad=True) * 3
    walk = step(Q, gradient=minigrad.tensor(1.0))
    (event,) = walk.trace["events"]
    assert (event["kind"], event["node"]) == ("error", 0)
    assert event["error"]["sentence"].startswith("Mismatch in shape")
    assert event["error"]["fix"] == "a gradient of shape [2]."
    assert event["incoming"][0]["terms"][0]["value"]["text"] == "1."
    assert "1 step, the last of them an error" in capsys.readouterr().out


def test_outside_a_notebook_step_prints_the_walk(capsys, tmp_path):
    a = minigrad.tensor([2.0, 3.0], requires_grad=True)
    b = minigrad.tensor([6.0, 4.0], requires_grad=True)
    Q = 3 * a**3 - b**2
    shown = step(Q, gradient=minigrad.tensor([1.0, 1.0]))
    printed = capsys.readouterr().out
    assert printed == f"{shown}\n"
    paragraphs = printed.split("\n\n")
    assert paragraphs[0] == "Backward pass of Q: 6 steps" and len(paragraphs) == 7
    assert paragraphs[2].startswith("2. PowBackward0 (b**2)\n")
    for line in ("z̄ · n a^(n-1)", "[-12., -8.]   → b", "test_pictures.py, line "):
        assert line in paragraphs[2]
    assert ".grad after   [36., 81.]" in paragraphs[6] and ".grad before  None" in paragraphs[6]
    assert repr(shown) == "<Backward pass of Q, 6 steps>"
    assert a.grad is None
    assert shown.save(tmp_path / "q.html").exists()


class Shell:
    kernel = object()


@pytest.fixture
def notebook(monkeypatch):
    """Have `step` believe that it runs in a Jupyter kernel."""
    pytest.importorskip("anywidget")
    monkeypatch.setattr(walk, "_in_notebook", lambda: True)


def test_a_kernel_is_told_from_a_terminal(monkeypatch):
    IPython = pytest.importorskip("IPython")
    assert not walk._in_notebook()
    monkeypatch.setattr(IPython, "get_ipython", object)
    assert not walk._in_notebook()
    monkeypatch.setattr(IPython, "get_ipython", Shell)
    assert walk._in_notebook()


def test_in_a_notebook_step_is_a_widget_with_a_still_beside_it(notebook):
    x = minigrad.tensor(2.0, requires_grad=True)
    y = x.sin()
    stepper = step(y)
    data, _ = stepper._repr_mimebundle_()
    assert data["text/html"].startswith("<img alt=") and data["text/plain"] == stepper.trace["alt"]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert repr(stepper) == "<Stepper: Backward pass of y, at step 0 of 2>"
    assert stepper.trace["layout"]["boxes"] and stepper.trace["nodes"][0]["inputs"][0]["formula"]["mathml"]


def test_the_step_can_be_set_and_observed(notebook):
    import traitlets

    x = minigrad.tensor(2.0, requires_grad=True)
    stepper = step(x.sin())
    seen = []
    stepper.observe(lambda change: seen.append(change["new"]), "step")
    stepper.step = 2
    stepper.set_state({"step": 1})  # as the front end does
    assert seen == [2, 1]
    with pytest.raises(traitlets.TraitError, match="step goes from 0 to 2, not to 3"):
        stepper.step = 3
    assert stepper.step == 1


def test_in_a_notebook_a_graph_too_large_is_refused_before_it_is_recorded(notebook, monkeypatch):
    monkeypatch.setattr(walk, "record", lambda *_: pytest.fail("recorded in vain"))
    y = minigrad.tensor(2.0, requires_grad=True)
    for _ in range(1500):
        y = y + 1
    with pytest.raises(ValueError, match="1,501 nodes"):
        step(y)


def test_in_a_notebook_without_anywidget_the_walk_is_text(monkeypatch, capsys):
    monkeypatch.setattr(walk, "_in_notebook", lambda: True)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    x = minigrad.tensor(2.0, requires_grad=True)
    step(x.sin())
    printed = capsys.readouterr().out
    assert "pip install anywidget" in printed and "2 steps" in printed


def test_viz_is_light_until_used():
    heavy = "matplotlib anywidget ipywidgets traitlets graphviz pygraphviz latex2mathml IPython subprocess"
    code = f"import sys, minigrad.viz; found = set('{heavy}'.split()) & set(sys.modules); assert not found, found"
    import subprocess

    subprocess.run([sys.executable, "-c", code], check=True)
