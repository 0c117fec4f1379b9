"""The same workloads differentiated by hand in NumPy: what is left to pay when there is no graph at all.

Each function saves what its backward needs and nothing else, computes only the gradients that are asked for and calls
ufuncs by local names. No library on NumPy can be faster than this; how close minigrad comes is the price of its graph.
"""

import numpy as np

from benchmarks.job import Data, Job


def mixed_chain(data: Data, size: int) -> Job:
    """See `programs.mixed_chain`."""
    start, w, shift, gradient = data["x"], data["w"], data["shift"], data["gradient"]
    sin, cos, exp, multiply, add = np.sin, np.cos, np.exp, np.multiply, np.add

    def forward() -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray, np.ndarray]]]:
        x, saved = start, []
        for _ in range(size // 4):
            s = sin(x)
            e = exp(multiply(s, w))
            saved.append((x, s, e))
            x = add(e, shift)
        return x, saved

    def run() -> list[np.ndarray]:
        _, saved = forward()
        g, g_w = gradient, np.zeros_like(w)
        for x, s, e in reversed(saved):
            g = multiply(g, e)
            add(g_w, multiply(g, s), g_w)
            g = multiply(multiply(g, w), cos(x))
        return [g, g_w]

    return Job(forward, run)


def polynomial(data: Data, size: int) -> Job:
    """See `programs.polynomial`."""
    a, b, gradient = data["a"], data["b"], data["gradient"]

    def forward() -> tuple[np.ndarray, np.ndarray]:
        square = a * a  # two products cost less than one np.power
        return 3 * (square * a) - b * b, square

    def run() -> list[np.ndarray]:
        _, square = forward()
        return [gradient * square * 9, gradient * b * -2]

    return Job(forward, run)


def two_layers(data: Data, size: int) -> Job:
    """See `programs.two_layers`."""
    x, targets, w1, b1, w2, b2 = (data[name] for name in ("x", "targets", "w1", "b1", "w2", "b2"))

    def forward() -> tuple[np.ndarray, ...]:
        h = np.tanh(w1.dot(x) + b1)
        y = np.tanh(w2.dot(h) + b2)
        error = y - targets
        return h, y, error, np.add.reduce(error * error) / error.size

    def run() -> list[np.ndarray]:
        h, y, error, _ = forward()
        g2 = error * (2 / error.size) * (1 - y * y)
        g1 = g2.dot(w2) * (1 - h * h)
        return [g1[:, None] * x, g1, g2[:, None] * h, g2]

    return Job(forward, run)


def long_sum(data: Data, size: int) -> Job:
    """See `programs.long_sum`."""
    start, gradient = data["x"], data["gradient"]

    def forward() -> np.ndarray:
        x, add = start, np.add
        for _ in range(size):
            x = add(x, 1.0)
        return x

    def run() -> list[np.ndarray]:
        forward()
        return [gradient]

    return Job(forward, run)
