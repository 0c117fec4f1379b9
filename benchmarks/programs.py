"""The workloads' programs, each written once for every library.

A program takes `m`, one of the libraries of `implementations.py` (for PyTorch and minigrad its names are theirs), the
workload's arrays and its size. It builds what stays the same from run to run (the tensors) and gives the `Job` to time.
"""

from typing import Any

from benchmarks.job import Data, Job


def mixed_chain(m: Any, data: Data, size: int) -> Job:
    """A chain of `size` operations in the fixed pattern sin, mul, exp, add; mul and add are tensor with tensor.

    `x = exp(sin(x) * w) - 1` has a fixed point at 0 with slope `w`, so with `w` close to 1 and a start just below 0
    neither the values nor the gradients run away, however long the chain.
    """
    x, w = m.leaf(data["x"]), m.leaf(data["w"])
    shift = m.constant(data["shift"])
    sin, exp = m.sin, m.exp

    def forward(x: Any, w: Any) -> Any:
        for _ in range(size // 4):
            x = sin(x)
            x = x * w
            x = exp(x)
            x = x + shift
        return x

    return m.job(forward, (x, w), data["gradient"])


def polynomial(m: Any, data: Data, size: int) -> Job:
    """`Q = 3*a**3 - b**2` with an external gradient, the example of PyTorch's own introduction to autograd."""

    def forward(a: Any, b: Any) -> Any:
        return 3 * a**3 - b**2

    return m.job(forward, (m.leaf(data["a"]), m.leaf(data["b"])), data["gradient"])


def two_layers(m: Any, data: Data, size: int) -> Job:
    """The small network of Fleuret's course: 10 to 20 to 5, tanh twice, mean squared error, one sample."""
    x, targets = m.constant(data["x"]), m.constant(data["targets"])
    tanh, mean, matvec = m.tanh, m.mean, m.matvec

    def forward(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
        h = tanh(matvec(w1, x) + b1)
        y = tanh(matvec(w2, h) + b2)
        return mean((y - targets) ** 2)

    return m.job(forward, tuple(m.leaf(data[name]) for name in ("w1", "b1", "w2", "b2")))


def long_sum(m: Any, data: Data, size: int) -> Job:
    """`x + 1.0`, `size` times: nothing but the cost and the memory of the graph itself."""

    def forward(x: Any) -> Any:
        for _ in range(size):
            x = x + 1.0
        return x

    return m.job(forward, (m.leaf(data["x"]),), data["gradient"])
