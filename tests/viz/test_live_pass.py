"""A pass that really runs as its reader steps."""

import numpy as np
import pytest

import minigrad
from minigrad.viz.live_pass import LivePass, dry_run, explain_leaves
from minigrad.viz.questions import ask
from minigrad.viz.trace import record


def live(y, gradient=None):
    return LivePass(y, gradient, explain_leaves(record(y, gradient, walk=dry_run)))


def leaves():
    a = minigrad.tensor([2.0, 3.0], requires_grad=True)
    b = minigrad.tensor([6.0, 4.0], requires_grad=True)
    return a, b, (3 * a**3 - b**2).sum()


def test_grad_fills_step_by_step():
    a, b, y = leaves()
    run = live(y)
    names = [run.trace["nodes"][event["node"]]["name"] for event in run.trace["events"]]
    assert a.grad is None and run.ran == 0 and run.trace["live"]
    first_leaf = names.index("AccumulateGrad")
    run.advance(first_leaf)
    assert a.grad is None and b.grad is None and run.ran == first_leaf
    run.advance(first_leaf + 1)
    assert (a.grad is None) != (b.grad is None)
    run.advance(len(names) + 5)
    assert run.ran == len(names)
    np.testing.assert_array_equal(a.grad.numpy(), [36, 81])
    np.testing.assert_array_equal(b.grad.numpy(), [-12, -8])
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()


def test_it_does_what_backward_does_and_adds_to_what_was_there():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    c = minigrad.ones(2, 1, requires_grad=True)
    (x * 5).sum().backward()
    run = live((x * c + x * 3).sum())
    run.advance(99)
    np.testing.assert_array_equal(x.grad.numpy(), [13, 13])
    np.testing.assert_array_equal(c.grad.numpy(), [[3], [3]])
    (last,) = [e for e in run.trace["events"] if e["grad"] and run.trace["nodes"][e["node"]]["shape"] == [2]]
    assert last["grad"]["before"]["text"] == "[5., 5.]" and last["grad"]["after"]["text"] == "[13., 13.]"


def test_who_stops_half_way_has_a_pass_that_stopped():
    a, b, y = leaves()
    run = live(y)
    names = [run.trace["nodes"][event["node"]]["name"] for event in run.trace["events"]]
    run.advance(names.index("PowBackward0") + 1)
    del run
    assert a.grad is None and b.grad is None
    assert minigrad.is_grad_enabled()
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()  # what has run is spent


def test_a_hook_that_changes_a_gradient_changes_the_trace():
    a, b, y = leaves()
    a.register_hook(lambda g: g * 10)
    run = live(y)
    expected = run.trace
    run.advance(99)
    np.testing.assert_array_equal(a.grad.numpy(), [360, 810])
    event = next(e for e in run.trace["events"] if e["grad"] and e["grad"]["after"]["text"] == "[360., 810.]")
    assert "becomes [360., 810.]" in event["sentence"] and run.trace is not expected


def test_an_error_ends_the_pass_at_a_red_step():
    a, b, y = leaves()

    def fail(g):
        raise ValueError("no further")

    (a * 1).sum().backward()
    b.register_hook(fail)
    run = live(y)
    run.advance(99)
    last = run.trace["events"][-1]
    assert last["kind"] == "error" and run.ran == len(run.trace["events"])
    assert last["error"]["sentence"] == "ValueError: no further" and "no further" in last["sentence"]
    run.advance(99)  # nothing more happens
    assert b.grad is None and minigrad.is_grad_enabled()


def test_the_widget_runs_what_is_wanted():
    pytest.importorskip("anywidget", reason="the stepper is a widget")
    from minigrad.viz.widget import Stepper

    a, b, y = leaves()
    run = live(y)
    s = Stepper(run.trace, run)
    total = len(s.trace["events"])
    s.step = 2
    assert s.ran == 2 and a.grad is None
    s.wanted = total
    assert s.step == s.ran == total and a.grad is not None
    s.step = 0
    assert s.ran == total


def test_an_error_in_the_widget():
    pytest.importorskip("anywidget", reason="the stepper is a widget")
    from minigrad.viz.widget import Stepper

    a, b, y = leaves()
    b.register_hook(lambda g: 1 / 0)
    run = live(y)
    s = Stepper(run.trace, run)
    s.wanted = len(s.trace["events"])
    assert s.trace["events"][-1]["error"]["type"] == "ZeroDivisionError"
    assert s.step == s.ran == len(s.trace["events"])


def asked(y):
    """A live pass whose steps are to be predicted."""
    trace = record(y, walk=dry_run)
    ask(trace, ["next", "value"])
    return LivePass(y, None, explain_leaves(trace))


def kinds(run, begin=0):
    return [each["kind"] for step in run.trace["questions"][begin:] for each in step]


def test_questions_of_a_live_pass_stay_where_all_comes_as_expected():
    run = asked(leaves()[2])
    before = kinds(run)
    run.advance(99)
    assert kinds(run) == before and {"next", "value"} == set(before) and "forward" in run.trace


def test_numbers_are_not_asked_for_once_a_hook_has_changed_them():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    h = x * 2
    h.register_hook(lambda g: g * 10)
    run = asked((h**2).sum())
    total = len(run.trace["events"])
    run.advance(2)
    assert "value" in kinds(run, 2), "up to here nothing was changed"
    run.advance(3)
    assert "value" not in kinds(run, 3) and len(run.trace["questions"]) == total
    run.advance(total)
    np.testing.assert_array_equal(x.grad.numpy(), [80, 160])


def test_nothing_is_asked_after_an_error():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    h = x.exp()
    h.register_hook(lambda g: 1 / 0)
    run = asked((h * 2).sum())
    run.advance(99)
    assert run.trace["events"][-1]["kind"] == "error" and kinds(run, run.ran - 1) == []
