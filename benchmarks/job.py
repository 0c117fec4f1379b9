"""What a program hands to the clock."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

Data = dict[str, np.ndarray]


class Job(NamedTuple):
    """One workload in one library, ready to be timed as often as one likes.

    forward : records the graph and returns the output, which keeps the graph alive.
    run : forward and backward; returns the gradients in the order of the leaves.
    """

    forward: Callable[[], Any]
    run: Callable[[], Sequence[Any]]
