"""What Python sees and sets of how the stepper is driven."""

import pytest

import minigrad
from minigrad.viz.trace import record

pytest.importorskip("anywidget", reason="the stepper is a widget")

from minigrad.viz.widget import Stepper


def stepper_of_square() -> Stepper:
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    return Stepper(record((x * x).sum()))


def test_breakpoints_are_numbers_of_nodes():
    s = stepper_of_square()
    assert s.breakpoints == []
    s.breakpoints = [2, 0, 2]
    assert s.breakpoints == [0, 2]
    with pytest.raises(Exception, match="breakpoints are numbers of nodes, 0 to 2, not 3"):
        s.breakpoints = [3]
    assert s.breakpoints == [0, 2] and s.step == 0
