"""The list of workloads: the arrays, the program, its NumPy limit, the sizes, the goals.

To add one: write the program (`programs.py`) and its limit by hand (`numpy_limit.py`), add it here; tests, driver and
report pick it up. W3 and W5 to W8 join when minigrad has the layers, optimisers and second derivatives they need.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks import numpy_limit, programs
from benchmarks.job import Data, Job


@dataclass(frozen=True)
class Goal:
    """What minigrad must not exceed, as a share of PyTorch's figure: the aim, and the first milestone if it has one."""

    final: float
    first: float | None = None


@dataclass(frozen=True)
class Workload:
    """One thing to measure.

    `goals` names what is measured: "run" (forward and backward), "forward" (alone) or "memory" (bytes of each node).
    `operations` is how many operations a user's program writes, for the figure in microseconds an operation.
    """

    name: str
    title: str
    data: Callable[[], Data]
    program: Callable[[Any, Data, int], Job]
    limit: Callable[[Data, int], Job]
    operations: int
    size: int = 1
    small: int = 1
    goals: dict[str, Goal] = field(default_factory=dict)


def _float32(**arrays: Any) -> Data:
    return {name: np.asarray(array, np.float32) for name, array in arrays.items()}


def _two_layers_data() -> Data:
    rng = np.random.default_rng(0)
    shapes = {"x": (10,), "w1": (20, 10), "b1": (20,), "w2": (5, 20), "b2": (5,), "targets": (5,)}
    # Small weights: where tanh is saturated every gradient is nearly 0 and comparing them would prove little.
    return _float32(**{name: rng.uniform(-0.5, 0.5, shape) for name, shape in shapes.items()})


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload(
            "W1",
            "chain of 1,000 mixed ops on shape (3,)",
            lambda: _float32(x=[-0.1, -0.2, -0.3], w=[1, 0.999, 0.998], shift=[-1, -1, -1], gradient=[1, 1, 1]),
            programs.mixed_chain,
            numpy_limit.mixed_chain,
            operations=1000,
            size=1000,
            small=40,
            goals={"run": Goal(0.33, first=0.45), "forward": Goal(0.45)},
        ),
        Workload(
            "W2a",
            "Q = 3*a**3 - b**2, external gradient",
            lambda: _float32(a=[2, 3], b=[6, 4], gradient=[1, 1]),
            programs.polynomial,
            numpy_limit.polynomial,
            operations=4,
            goals={"run": Goal(0.13, first=0.18)},
        ),
        Workload(
            "W2b",
            "MLP 10-20-5, tanh twice, mean squared error",
            _two_layers_data,
            programs.two_layers,
            numpy_limit.two_layers,
            operations=9,
            goals={"run": Goal(0.22, first=0.30)},
        ),
        Workload(
            "W4",
            "100,000 times + 1.0 on shape (3,)",
            lambda: _float32(x=[0, 1, 2], gradient=[1, 2, 3]),
            programs.long_sum,
            numpy_limit.long_sum,
            operations=100_000,
            size=100_000,
            small=100,
            goals={"run": Goal(0.40, first=0.50), "memory": Goal(0.30)},
        ),
    )
}

DEEP = ("W4", 1_000_000)
"""The workload and the size that minigrad must run at Python's default recursion limit."""

IMPORT_GOAL_MS = Goal(20, first=25)
"""W9: CPU milliseconds that `import minigrad` may take more than `import numpy`."""
