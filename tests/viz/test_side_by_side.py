"""Two walks side by side: what the picture and its words say, and what is refused."""

import json
import xml.etree.ElementTree as ET

import pytest

import minigrad
from minigrad.viz import draw_graph, side_by_side
from minigrad.viz.questions import ask
from minigrad.viz.trace import record
from minigrad.viz.walk import Walk


def walks(detached=False):
    x = minigrad.tensor(3.0, requires_grad=True)
    h = x**2
    p = h + 1
    return Walk(record(h * p)), Walk(record((h.detach() if detached else h) * p))


def test_picture_words_and_page(tmp_path):
    both = side_by_side(*walks(detached=True), captions=("as it is", "<b>detached"))
    assert both.alt.startswith("Two graphs side by side. as it is: Graph of ")
    assert both.alt.endswith("They differ from step 1 on.") and " <b>detached: Graph of " in both.alt
    root = ET.fromstring(both.still())
    inner = [child for child in root if child.tag.endswith("svg")]
    assert float(inner[0].get("x")) == 0 and float(inner[1].get("x")) >= float(inner[0].get("width"))
    assert float(root.get("width")) == float(inner[1].get("x")) + float(inner[1].get("width"))
    page = both.save(tmp_path / "both.html").read_text("utf-8")
    assert "mount_pair(" in page and "<b>detached" not in page
    json.dumps(both.state, allow_nan=False)
    assert repr(both) == "<Side by side: as it is, 4 steps | <b>detached, 4 steps>"


def test_where_they_begin_to_differ():
    assert side_by_side(*walks()).state["difference"] == "Both do the same at every step."
    x = minigrad.tensor(2.0, requires_grad=True)
    short, long, other = (Walk(record(y)) for y in (x.exp(), x.exp().detach().requires_grad_().exp(), x.exp().exp()))
    assert side_by_side(short, other).state["difference"] == "They differ from step 1 on."
    assert side_by_side(long, short).state["difference"] == "They differ from step 1 on."


def test_equal_titles_are_told_apart_and_questions_left_out():
    other, _ = walks()
    ask(other.trace, ("next",))
    state = side_by_side(other, other).state
    assert [each["caption"].rpartition(" ")[2] for each in state["walks"]] == ["(left)", "(right)"]
    assert "questions" not in state["walks"][1]["trace"] and "questions" in other.trace


def test_what_is_no_walk_is_refused():
    one, other = walks()
    x = minigrad.tensor(2.0, requires_grad=True)
    for wrong in (None, x, draw_graph(x.exp())):
        with pytest.raises(TypeError, match="side_by_side takes two walks, as `step` returns them, not"):
            side_by_side(one, wrong)
    with pytest.raises(ValueError, match="two walks need two captions, not 3"):
        side_by_side(one, other, captions=("a", "b", "c"))
