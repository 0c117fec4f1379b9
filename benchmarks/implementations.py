"""The libraries that are measured, by their names in the table.

Every class has the same few names, so that `programs.py` is written once: `leaf`, `constant`, `sin`, `exp`, `tanh`,
`mean`, `sum`, `matvec`, `linear`, `relu`, `cross_entropy`, `conv2d`, `max_pool2d`, `job`, `training`, `hessian`; what a
library lacks, its `absent` says. A library is imported when its class is made, never before.
"""

import importlib.util
from typing import Any

import numpy as np

from benchmarks.job import Data, Job
from benchmarks.peers import Autograd, DeZero, Micrograd, MyGrad
from benchmarks.pytorch_like import ChannelsLast, PyTorch, PyTorchLike
from benchmarks.workloads import Workload


class NumPyLimit:
    """No library at all: the functions of `numpy_limit.py`."""

    absent: dict[str, str] = {}
    only = None
    before_import = ""
    peak_memory = PyTorchLike.peak_memory

    def __init__(self, module: str):
        np.empty((32 << 20) - 8192, np.uint8)  # for the reason that `minigrad/backend.py` gives

    def build(self, workload: Workload, data: Data, size: int) -> Job:
        if workload.limit is None:
            raise NotImplementedError("not differentiated by hand: compared with PyTorch's gradients")
        return workload.limit(data, size)

    def to_numpy(self, gradient: np.ndarray) -> np.ndarray:
        return gradient


IMPLEMENTATIONS: dict[str, tuple[Any, str]] = {
    "numpy": (NumPyLimit, "numpy"),
    "minigrad": (PyTorchLike, "minigrad"),
    "torch": (PyTorch, "torch"),
    "channels_last": (ChannelsLast, "torch"),
    "autograd": (Autograd, "autograd"),
    "mygrad": (MyGrad, "mygrad"),
    "dezero": (DeZero, "dezero"),
    "micrograd": (Micrograd, "micrograd"),
}
"""Name in the table: (its class, the module that must be there)."""


def load(name: str) -> Any:
    """Import one of `IMPLEMENTATIONS` and make it ready."""
    kind, module = IMPLEMENTATIONS[name]
    return kind(module)


def is_installed(name: str) -> bool:
    """Whether the module is there; nothing is imported."""
    return importlib.util.find_spec(IMPLEMENTATIONS[name][1]) is not None
