"""A walk knows when the graph it was recorded from is no longer as it was."""

import gc
import weakref

import pytest

import minigrad
from minigrad.viz.trace import record
from minigrad.viz.watch import ADVICE, Watch

try:
    import torch
except ImportError:
    torch = None

LIBRARIES = [
    pytest.param(minigrad, id="minigrad"),
    pytest.param(torch, id="torch", marks=[pytest.mark.oracle, pytest.mark.skipif(not torch, reason="needs PyTorch")]),
]
pytestmark = pytest.mark.parametrize("library", LIBRARIES)


def program(library):
    """The variables of a notebook: x, h, y."""
    variables = {"library": library}
    exec("x = library.ones(2, requires_grad=True)\nh = x.exp()\ny = (h * x).sum()", variables)
    return variables


def watched(variables):
    y = variables["y"]
    exec("from minigrad.viz.trace import record\ntrace = record(y)", variables)
    return Watch(y, variables["trace"], variables)


def test_nothing_has_happened(library):
    watch = watched(program(library))
    assert watch.news() == watch.news() == ""


def test_backward_has_run(library):
    variables = program(library)
    watch = watched(variables)
    variables["y"].backward()
    assert "backward() has run and freed what the graph had saved and x.grad has changed" in watch.news()
    assert watch.news().endswith(ADVICE)
    again = Watch(variables["y"], record_of_freed(variables), variables)
    assert again.news() == ""  # that was so before


def record_of_freed(variables):
    return record(variables["y"])


def test_backward_that_keeps_the_graph_changes_grad(library):
    variables = program(library)
    variables["y"].backward(retain_graph=True)
    watch = watched(variables)
    assert watch.news() == ""
    variables["y"].backward(retain_graph=True)
    assert watch.news().startswith("Since this walk was recorded, x.grad has changed.")
    variables["x"].grad = None
    assert "x.grad has changed" in watch.news()


def test_a_leaf_is_written(library):
    variables = program(library)
    watch = watched(variables)
    with library.no_grad():
        variables["x"] += 1
    assert "x has been changed in place" in watch.news()


def test_a_saved_value_is_written(library):
    variables = program(library)
    watch = watched(variables)
    with library.no_grad():
        variables["h"] += 1
    assert "a value that the graph had saved has been changed in place" in watch.news()
    again = Watch(variables["y"], record(variables["y"]), variables)
    assert again.news() == ""  # that was so before


def test_the_result_is_written(library):
    variables = program(library)
    watch = watched(variables)
    variables["y"] += 1
    assert "y has been changed in place" in watch.news()


def test_the_cell_is_run_again(library):
    variables = program(library)
    watch = watched(variables)
    exec("y = (x * x).sum()", variables)
    assert "y has become another tensor" in watch.news()
    gc.collect()
    assert "y has become another tensor" in watch.news()


def test_nothing_is_kept_alive(library):
    variables = program(library)
    watch = watched(variables)
    y = weakref.ref(variables.pop("y"))
    gc.collect()
    assert y() is None and "y has become another tensor" in watch.news()
    nameless = Watch(variables["h"] * 2, record(variables["h"].sum()), variables)
    assert nameless.news() == ""  # of a tensor that nobody else holds nothing can have changed
