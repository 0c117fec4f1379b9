"""The list of workloads: the arrays, the program, its NumPy limit, the sizes, the goals.

To add one: write the program (`programs.py`) and its limit by hand (`numpy_limit.py`), add it here; tests, driver and
report pick it up. The gradients of one without a limit by hand are compared with PyTorch's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks import numpy_convolutions, numpy_limit, numpy_resnet, programs
from benchmarks.job import Data, Job


@dataclass(frozen=True)
class Goal:
    """What minigrad must not exceed, as a share of PyTorch's figure: the aim, and the first milestone if it has one."""

    final: float
    first: float | None = None


@dataclass(frozen=True)
class Workload:
    """One thing to measure.

    `goals` names what is measured: "run" (forward and backward, in training the step too), "forward" (alone), "memory"
    (bytes of each node) or "peak" (the most memory in use, in activations).
    `operations` is how many operations a user's program writes, for the figure in microseconds an operation; where the
    work is in the arrays it is 1, and the figure is that of the whole run.
    `small` is the size for the tests. `limit` is None where nothing is differentiated by hand.
    `tolerance` is how far off a gradient's elements may be, as a share of its largest: sums of many products in float32
    depend on their order.
    """

    name: str
    title: str
    data: Callable[[], Data]
    program: Callable[[Any, Data, int], Job]
    limit: Callable[[Data, int], Job] | None
    operations: int = 1
    size: int = 1
    small: int = 1
    goals: dict[str, Goal] = field(default_factory=dict)
    tolerance: float = 0.0


def _float32(**arrays: Any) -> Data:
    return {name: np.asarray(array, np.float32) for name, array in arrays.items()}


def _two_layers_data() -> Data:
    rng = np.random.default_rng(0)
    shapes = {"x": (10,), "w1": (20, 10), "b1": (20,), "w2": (5, 20), "b2": (5,), "targets": (5,)}
    # Small weights: where tanh is saturated every gradient is nearly 0 and comparing them would prove little.
    return _float32(**{name: rng.uniform(-0.5, 0.5, shape) for name, shape in shapes.items()})


def _layers(rng: np.random.Generator, **shapes: tuple[int, ...]) -> Data:
    """Weights that keep the size of what goes through them and relu (He et al., 2015), and small biases."""
    arrays = {}
    for name, shape in shapes.items():
        width = np.sqrt(2 / np.prod(shape[1:])) if len(shape) > 1 else 0.1
        arrays[name] = rng.standard_normal(shape) * width
    return _float32(**arrays)


def _perceptron_data() -> Data:
    rng = np.random.default_rng(3)
    data = _layers(rng, w1=(256, 784), b1=(256,), w2=(256, 256), b2=(256,), w3=(10, 256), b3=(10,))
    return data | _float32(x=rng.standard_normal((128, 784))) | {"labels": rng.integers(0, 10, 128)}


def _convolutions_data() -> Data:
    rng = np.random.default_rng(5)
    data = _layers(rng, k1=(16, 1, 3, 3), b1=(16,), k2=(32, 16, 3, 3), b2=(32,), w=(10, 32 * 7 * 7), b=(10,))
    return data | _float32(x=rng.standard_normal((64, 1, 28, 28))) | {"labels": rng.integers(0, 10, 64)}


def _residual_data(batch: int) -> Data:
    rng = np.random.default_rng(6)
    return _float32(x=rng.random((batch, 3, 64, 64)), labels=rng.random((batch, 1000)))


def _small_perceptron_data() -> Data:
    rng = np.random.default_rng(7)
    shapes = {"x": (16, 4), "targets": (16, 1), "parameters": (49,)}
    return _float32(**{name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()})


def _deep_perceptron_data() -> Data:
    rng = np.random.default_rng(8)
    x, gradient = rng.standard_normal((8192, 32)), rng.standard_normal((8192, 32)) / 100
    weights = rng.standard_normal((50, 32, 32)) * np.sqrt(2 / 32)
    return _float32(x=x, gradient=gradient, w=weights, b=np.zeros((50, 32)))


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
            "W3",
            "MLP 784-256-256-10, batch 128, training step",
            _perceptron_data,
            programs.perceptron,
            numpy_limit.perceptron,
            goals={"run": Goal(0.80)},
            tolerance=1e-5,
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
        Workload(
            "W5",
            "CNN 1-16-32 (3 by 3), batch 64 of 28 by 28",
            _convolutions_data,
            programs.convolutions,
            numpy_convolutions.convolutions,
            size=64,
            small=4,
            goals={"run": Goal(1.0)},
            tolerance=1e-5,
        ),
        Workload(
            "W6a",
            "resnet18, 3 by 64 by 64, batch 1, training step",
            lambda: _residual_data(1),
            programs.residual_network,
            numpy_resnet.residual_network,
            size=64,
            small=4,
            goals={"run": Goal(0.65)},
            tolerance=1e-6,
        ),
        Workload(
            "W6b",
            "resnet18, 3 by 64 by 64, batch 8, training step",
            lambda: _residual_data(8),
            programs.residual_network,
            numpy_resnet.residual_network,
            size=64,
            small=4,
            goals={"run": Goal(0.85)},
            tolerance=1e-6,
        ),
        Workload(
            "W7a",
            "Hessian of Rosenbrock, n = 50, row by row",
            lambda: _float32(x=np.random.default_rng(7).uniform(-1, 1, 50)),
            programs.rosenbrock,
            numpy_limit.rosenbrock,
            size=50,
            small=6,
            goals={"run": Goal(0.25)},
            tolerance=1e-6,
        ),
        Workload(
            "W7b",
            "Hessian of an MLP of 49 parameters, row by row",
            _small_perceptron_data,
            programs.small_perceptron,
            numpy_limit.small_perceptron,
            size=49,
            small=49,
            goals={"run": Goal(0.35)},
            tolerance=1e-5,
        ),
        Workload(
            "W8",
            "peak memory of an MLP of 50 layers",
            _deep_perceptron_data,
            programs.deep_perceptron,
            numpy_limit.deep_perceptron,
            size=50,
            small=3,
            goals={"peak": Goal(1.05)},
            tolerance=1e-6,
        ),
    )
}

ELEMENTS = Workload(
    "elements",
    "sum((tanh(x * w) + x)**2), float32",
    lambda: _float32(**{name: np.random.default_rng(9).random(10**7, np.float32) for name in ("x", "w")}),
    programs.few_operations,
    numpy_limit.few_operations,
    small=100,
)
"""What `scaling.py` runs on more and more elements."""


def find(name: str) -> Workload:
    """The workload of this name."""
    return ELEMENTS if name == ELEMENTS.name else WORKLOADS[name]


DEEP = ("W4", 1_000_000)
"""The workload and the size that minigrad must run at Python's default recursion limit."""

IMPORT_GOAL_MS = Goal(20, first=25)
"""W9: CPU milliseconds that `import minigrad` may take more than `import numpy`."""
