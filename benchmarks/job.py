"""What a program hands to the clock."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

Data = dict[str, np.ndarray]


class Job(NamedTuple):
    """One workload in one library, ready to be timed as often as one likes.

    forward : records the graph and returns the output, which keeps the graph alive.
    run : forward and backward; returns the gradients in the order of the leaves. In a training job the step too.
    compare : instead of `run`, what gives the arrays to compare before the timing; they are NumPy's.
    reset : to be called before each timing: back to the first parameters, for training changes them.
    """

    forward: Callable[[], Any]
    run: Callable[[], Sequence[Any]]
    compare: Callable[[], Sequence[np.ndarray]] | None = None
    reset: Callable[[], None] = lambda: None


LEARNING_RATE, MOMENTUM = 1e-2, 0.9


PIECE = 1 << 17  # elements: so many of a few arrays stay in the cache together


class MomentumSGD:
    """Stochastic gradient descent with momentum, by hand, on NumPy arrays: for whoever brings no optimizer.

    It works piece by piece, some rows of the arrays at a time, so that only the first pass goes to main memory.
    """

    def __init__(self, arrays: Sequence[np.ndarray]):
        self.arrays = arrays
        self.velocities = [np.zeros_like(array) for array in arrays]
        self.rows = [max(1, PIECE * len(array) // array.size) for array in arrays]
        # Memory that is used again in every step.
        self.products = [np.empty_like(array[:rows]) for array, rows in zip(arrays, self.rows, strict=True)]

    def step(self, gradients: Sequence[np.ndarray]) -> None:
        """v = MOMENTUM * v + g, then x = x - LEARNING_RATE * v, in place."""
        whole = zip(self.arrays, self.velocities, gradients, self.products, self.rows, strict=True)
        for x_whole, v_whole, g, product, rows in whole:
            for i in range(0, len(x_whole), rows):
                x, v = x_whole[i : i + rows], v_whole[i : i + rows]
                np.multiply(v, MOMENTUM, v)
                np.add(v, g[i : i + rows], v)
                np.subtract(x, np.multiply(v, LEARNING_RATE, product[: len(x)]), x)

    def forget(self) -> None:
        """As if no step had been made; the memory stays."""
        for v in self.velocities:
            v[...] = 0


def training_job(plain: Job, optimizer: Any, leaves: Sequence[Any], to_numpy: Callable[[Any], np.ndarray]) -> Job:
    """A job whose run is a whole training step; compared are the first gradients and the parameters after two steps.

    Parameters
    ----------
    plain : forward and backward.
    optimizer : has the methods of `MomentumSGD`.
    leaves : the parameters.
    to_numpy : the array of a gradient or a leaf, sharing its memory.
    """
    at_first = [to_numpy(leaf).copy() for leaf in leaves]

    def run() -> Sequence[Any]:
        gradients = plain.run()
        optimizer.step(gradients)
        return gradients

    def compare() -> list[np.ndarray]:
        first = [to_numpy(gradient).copy() for gradient in run()]
        run()
        return first + [to_numpy(leaf).copy() for leaf in leaves]

    def reset() -> None:
        for leaf, value in zip(leaves, at_first, strict=True):
            to_numpy(leaf)[...] = value
        optimizer.forget()

    return Job(plain.forward, run, compare, reset)


def compared_in_float64(build: Callable[[str], Job], to_numpy: Callable[[Any], np.ndarray]) -> Job:
    """A job in float32 whose gradients are compared in float64; `build` takes the type's name.

    For deep networks with relu: where one of a million units is so near 0 that the order of a sum decides about its
    sign, gradients in float32 differ in the second digit, and both are right.
    """

    def compare() -> Sequence[np.ndarray]:
        job = build("float64")
        return job.compare() if job.compare else [to_numpy(gradient) for gradient in job.run()]

    return build("float32")._replace(compare=compare)
