"""Every program of the five tutorials, retyped with ``torch`` as the module under test: minigrad, and PyTorch where it is.

Each prints what its tutorial prints; where a tutorial shows no output or is wrong, what PyTorch prints decides. The random
streams are our own, so programs that start from random numbers are checked against the same mathematics in NumPy. The
weights of resnet18 are not downloaded: a formula gives them.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def graph(node: Any) -> Any:
    """A graph as nested tuples of names: (name, graph below, ...), the bare name for a leaf, None where no gradient goes."""
    if node is None:
        return None
    name = node.name().rpartition("::")[2].removesuffix("0").removesuffix("Backward")
    below = tuple(graph(target) for target, _ in node.next_functions)
    return (name, *below) if below else name


def array(tensor: Any) -> np.ndarray:
    """The numbers of a tensor, in double precision."""
    return np.array(tensor.detach().numpy(), np.float64)
