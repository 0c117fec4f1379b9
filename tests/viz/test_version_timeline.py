"""Saves and writes of one memory."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.viz import version_timeline


@pytest.fixture
def w():
    return minigrad.tensor([2.0, 3.0], requires_grad=True)


def kinds(found):
    return [(event["kind"], event["version"]) for event in found.state["events"]]


def test_a_save_is_stale_after_a_write(w):
    x = w * 1
    y = x * x
    x.add_(1)
    z = x * w
    found = version_timeline(x)
    assert kinds(found) == [("save", 0), ("write", 1), ("save", 1)]
    first, write, second = found.state["events"]
    assert first["stale"] and first["by"] == ["x.add_(1)"] and first["line"] == "y = x * x"
    assert not second["stale"] and write["line"] == "x.add_(1)"
    assert "what MulBackward0 (y) saved; backward will refuse" in found.alt
    z.sum().backward()  # as the timeline says
    with pytest.raises(RuntimeError, match="inplace operation"):
        y.sum().backward()


def test_a_write_is_named_as_its_line_has_it_or_where_that_is_long_by_the_call(w):
    x = w * 1
    y = x * x
    x += 1
    with minigrad.no_grad():
        x.add_(w.detach().sin().cos().sin().cos().sin().cos())
    save, short, long = version_timeline(x, y).state["events"]
    assert (short["who"], short["label"], long["who"], long["label"]) == ("x += 1", "x += 1", "add_()", "add_()")
    assert save["by"] == ["x += 1", "add_()"] and "It is stale: x += 1 and add_() wrote later" in save["sentence"]


def test_results_are_not_stale_where_the_rule_saved_them(w):
    x = w * 1
    y = x.exp()  # saves its result
    x.add_(1)
    found = version_timeline(x, y)
    assert kinds(found) == [("write", 1)] and "is stale" not in found.alt
    assert kinds(version_timeline(y)) == [("save", 0)]
    y.sum().backward()
    assert kinds(version_timeline(y, y)) == []  # freed


def test_views_share_the_memory(w):
    x = w * 1
    y = (x[:1] * w).sum()
    x[1] = 7
    assert kinds(version_timeline(x, y)) == [("save", 0), ("write", 1)]
    assert version_timeline(x, y).state["events"][0]["stale"]


def test_many_writes_are_cut_to_the_last(w):
    x = w * 1
    y = x * x
    for _ in range(40):
        x.add_(1)
    found = version_timeline(x, y)
    assert len(found.state["events"]) == 24 and found.state["is_cut"]
    assert found.state["events"][-1]["version"] == 40
    found = version_timeline(x, x.sin())
    assert found.state["events"][-1]["version"] == 40 and not found.state["events"][-1]["stale"]


def test_nothing_happened_and_no_tensor():
    x = minigrad.tensor([1.0])
    found = version_timeline(x, x)
    assert found.state["events"] == [] and "nobody saved it" in found.still()
    assert "was saved 0 times and written 0 times" in found.alt
    with pytest.raises(TypeError, match=r"not builtins\.float"):
        version_timeline(1.0)


def test_it_changes_nothing(w):
    x = w * 1
    y = (x * x).sum()
    version_timeline(x)
    assert x._version == 0
    y.backward()
    assert w.grad.tolist() == [4.0, 6.0]


def test_the_picture_marks_the_event(w):
    x = w * 1
    y = x * x
    x.add_(1)
    found = version_timeline(x, y)
    assert found.still().count('class="s-cut"') == 2  # the write, and the cross where it spoils what was saved
    last = found.still()
    found.value = 0
    assert found.still() != last and "Event 1 of 2" in found.alt
