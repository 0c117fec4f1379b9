"""Hypothesis makes up programs; minigrad and PyTorch run them side by side and must tell the same after each line.

Compared are numbers, shapes, dtypes, versions, flags, names of nodes, gradients, what hooks are given, and whether a
line raises and with which words. A short run is part of every test run. A long one: ``MINIGRAD_SEQUENCES=20000``
(programs of about 20 lines, some 10 minutes).
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests import stateful
from tests import stateful_lines as lines
from tests.oracle import needs_torch

SEQUENCES = int(os.environ.get("MINIGRAD_SEQUENCES", "0"))
PART = 250  # hypothesis remembers all that it has tried: a long run is many short ones
MOST = 10  # tensors at a time
COUNTS = Counter()  # printed at the end of a long run: pytest -s

number = st.integers(0, 30)


class SideBySide(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.pair = stateful.Pair()
        self.whole = True

    @initialize(
        shapes=st.lists(st.sampled_from(lines.SHAPES), min_size=1, max_size=3),
        dtype=st.sampled_from(["float32", "float64"]),
        curious=st.booleans(),
    )
    def begin(self, shapes, dtype, curious):
        COUNTS["programs"] += 1
        self.whole = curious
        for shape in shapes:
            self.pair.create(shape, dtype, leaf=True)

    def run(self, line, i, j):
        """Run a line on tensors that the numbers pick; y is often one that fits x."""
        pair = self.pair
        if pair.over or (line == "leave()" and not pair.ours.modes):
            return
        names = pair.names
        x = names[-1 - i % len(names)]
        if j % 8 and "y" in line:
            shape = pair.ours.tensors[x].shape
            names = [n for n in names if fits(pair.ours.tensors[n].shape, shape)]
        y = names[-1 - j % len(names)]
        try:
            outcome = pair.step(line, self.whole, x=x, y=y)
        except stateful.Difference as difference:
            self.meet(difference)
            return
        COUNTS["lines that ran" if outcome == "done" else "lines that raised in both"] += 1
        while len(pair.names) > MOST:
            pair.forget(pair.names[0])

    def meet(self, difference):
        """A difference that is meant ends the program quietly; another ends the test."""
        self.pair.over = True
        if difference.meant is None:
            raise difference
        COUNTS[difference.meant] += 1

    @rule(
        shape=st.sampled_from(lines.SHAPES),
        dtype=st.sampled_from(["float32", "float64", "int64"]),
        leaf=st.booleans(),
    )
    def create(self, shape, dtype, leaf):
        self.pair.create(shape, dtype, leaf and dtype != "int64")
        COUNTS["creations"] += 1

    @rule(line=st.sampled_from(lines.OPERATIONS), i=number, j=number)
    def operate(self, line, i, j):
        self.run(line, i, j)

    @rule(line=st.sampled_from(lines.VIEWS), i=number, j=number)
    def view(self, line, i, j):
        self.run(line, i, j)

    @rule(line=st.sampled_from(lines.WRITES), i=number, j=number)
    def write(self, line, i, j):
        self.run(line, i, j)

    @rule(line=st.sampled_from(lines.UNSEEN_WRITES), i=number, j=number)
    def write_unseen(self, line, i, j):
        self.run(line, i, j)

    @rule(line=st.sampled_from(lines.CUTS), i=number, j=number)
    def cut(self, line, i, j):
        self.run(line, i, j)

    @rule(line=st.sampled_from(lines.MODES))
    def switch(self, line):
        self.run(line, 0, 0)

    @rule(line=st.sampled_from(lines.BACKWARDS), i=number, j=number)
    def backward(self, line, i, j):
        self.run(line, i, j)

    @rule(line=st.sampled_from(lines.GRADS), i=number, j=number)
    def grad(self, line, i, j):
        self.run(line, i, j)

    @rule(line=st.sampled_from(lines.HOOKS), i=number, j=number)
    def hook(self, line, i, j):
        self.run(line, i, j)

    @precondition(lambda self: self.pair.ours.handles)
    @rule(line=st.sampled_from(lines.REMOVALS))
    def unhook(self, line):
        self.run(line, 0, 0)

    @precondition(lambda self: len(self.pair.names) > 1)
    @rule(i=number)
    def forget(self, i):
        self.pair.forget(self.pair.names[-1 - i % len(self.pair.names)])
        COUNTS["deaths"] += 1

    def teardown(self):
        try:
            if not self.pair.over:
                self.pair.compare()
        except stateful.Difference as difference:
            self.meet(difference)
        finally:
            self.pair.end()


def fits(shape, other):
    """Whether a tensor of the one shape can be broadcast to the other."""
    return len(shape) <= len(other) and all(n in (1, m) for n, m in zip(shape[::-1], other[::-1], strict=False))


@needs_torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("part", range(max(SEQUENCES // PART, 1)))
def test_side_by_side(part):
    how = settings(
        max_examples=PART,
        stateful_step_count=20,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate] if SEQUENCES else [Phase.generate, Phase.shrink],  # cutting down may take minutes
    )
    run_state_machine_as_test(seed(part)(SideBySide), settings=how)
    if SEQUENCES:
        print(dict(COUNTS))
