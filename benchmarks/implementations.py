"""The libraries that are measured: how each makes a tensor, runs a program and gives the gradients.

Every class has the same few names, so that `programs.py` is written once: `leaf`, `constant`, `sin`, `exp`, `tanh`,
`mean`, `matvec`, `job`. A library is imported when its class is made, never before.
"""

import importlib
import importlib.util
import operator
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.job import Data, Job
from benchmarks.workloads import Workload


class PyTorchLike:
    """PyTorch, and minigrad which has its names."""

    absent: dict[str, str] = {}  # workload: why this library cannot run it
    python_memory = True  # its memory is Python's, so tracemalloc sees it
    before_import = ""  # what an interpreter needs done first
    matvec = staticmethod(operator.matmul)

    def __init__(self, module: str):
        self.module = library = importlib.import_module(module)
        self.sin, self.exp, self.tanh, self.mean = library.sin, library.exp, library.tanh, library.mean

    def leaf(self, array: np.ndarray) -> Any:
        return self.module.tensor(array, requires_grad=True)

    def constant(self, array: np.ndarray) -> Any:
        return self.module.tensor(array)

    def job(self, forward: Callable[..., Any], leaves: tuple[Any, ...], gradient: np.ndarray | None = None) -> Job:
        incoming = None if gradient is None else self.constant(gradient)

        def run() -> list[Any]:
            for leaf in leaves:
                leaf.grad = None
            forward(*leaves).backward(incoming)
            return [leaf.grad for leaf in leaves]

        return Job(lambda: forward(*leaves), run)

    def build(self, workload: Workload, data: Data, size: int) -> Job:
        return workload.program(self, data, size)

    def to_numpy(self, gradient: Any) -> np.ndarray:
        return np.asarray(gradient.numpy())


class PyTorch(PyTorchLike):
    """Its graph lives in C++, out of tracemalloc's sight."""

    python_memory = False

    def __init__(self, module: str):
        super().__init__(module)
        self.module.set_num_threads(1)


class NumPyLimit:
    """No library at all: the functions of `numpy_limit.py`."""

    absent: dict[str, str] = {}
    before_import = ""

    def __init__(self, module: str):
        pass

    def build(self, workload: Workload, data: Data, size: int) -> Job:
        return workload.limit(data, size)

    def to_numpy(self, gradient: np.ndarray) -> np.ndarray:
        return gradient


class Autograd(PyTorchLike):
    """HIPS autograd: functions of arrays, differentiated by tracing; constants are plain arrays."""

    def __init__(self, module: str):
        super().__init__("autograd.numpy")
        self.make_vjp = importlib.import_module("autograd").make_vjp

    def leaf(self, array: np.ndarray) -> np.ndarray:
        return array

    constant = leaf

    def job(self, forward: Callable[..., Any], leaves: tuple[Any, ...], gradient: np.ndarray | None = None) -> Job:
        incoming = np.float32(1) if gradient is None else gradient
        record = self.make_vjp(forward, tuple(range(len(leaves))))

        def run() -> Sequence[np.ndarray]:
            backward, _ = record(*leaves)
            return backward(incoming)

        return Job(lambda: record(*leaves), run)

    def to_numpy(self, gradient: np.ndarray) -> np.ndarray:
        return gradient


class MyGrad(PyTorchLike):
    """MyGrad: PyTorch's way with NumPy's names; every float tensor wants a gradient unless it is made constant."""

    def leaf(self, array: np.ndarray) -> Any:
        return self.module.tensor(array)

    def constant(self, array: np.ndarray) -> Any:
        return self.module.tensor(array, constant=True)

    def job(self, forward: Callable[..., Any], leaves: tuple[Any, ...], gradient: np.ndarray | None = None) -> Job:
        def run() -> list[Any]:
            forward(*leaves).backward(gradient)
            return [leaf.grad for leaf in leaves]  # a leaf's old gradient goes when the leaf is used again

        return Job(lambda: forward(*leaves), run)

    def to_numpy(self, gradient: np.ndarray) -> np.ndarray:
        return gradient


class DeZero(PyTorchLike):
    """DeZero: `Variable`s; its `matmul` knows matrices only, and an incoming gradient is set by hand."""

    before_import = "import numpy; numpy.int = int; "  # DeZero 0.0.13 asks for NumPy 1's np.int when imported

    def __init__(self, module: str):
        with mock.patch.object(np, "int", int, create=True):
            self.module = importlib.import_module(module)
            self.F = F = importlib.import_module("dezero.functions")
        self.sin, self.exp, self.tanh = F.sin, F.exp, F.tanh

    def leaf(self, array: np.ndarray) -> Any:
        return self.module.Variable(array)

    constant = leaf

    def mean(self, x: Any) -> Any:
        return self.F.sum(x) / x.size

    def matvec(self, matrix: Any, vector: Any) -> Any:
        column = self.F.matmul(matrix, vector.reshape(len(vector), 1))
        return column.reshape(len(matrix))

    def job(self, forward: Callable[..., Any], leaves: tuple[Any, ...], gradient: np.ndarray | None = None) -> Job:
        incoming = None if gradient is None else self.constant(gradient)

        def run() -> list[Any]:
            for leaf in leaves:
                leaf.cleargrad()
            output = forward(*leaves)
            output.grad = incoming
            output.backward()
            return [leaf.grad for leaf in leaves]

        return Job(lambda: forward(*leaves), run)

    def to_numpy(self, gradient: Any) -> np.ndarray:
        return gradient.data


class Micrograd(PyTorchLike):
    """micrograd: scalars only, so a tensor is a NumPy array of its `Value`s."""

    absent = {"W1": "has no sin", "W2b": "has no tanh"}

    def __init__(self, module: str):
        self.Value = importlib.import_module("micrograd.engine").Value
        self.sin = self.exp = self.tanh = self.mean = None

    def leaf(self, array: np.ndarray) -> np.ndarray:
        return np.array([self.Value(float(x)) for x in array], object)

    def constant(self, array: np.ndarray) -> np.ndarray:
        return array.astype(float)

    def job(self, forward: Callable[..., Any], leaves: tuple[Any, ...], gradient: np.ndarray | None = None) -> Job:
        incoming = np.ones(1) if gradient is None else self.constant(gradient)

        def run() -> list[np.ndarray]:
            for leaf in leaves:
                for value in leaf:
                    value.grad = 0
            np.sum(forward(*leaves) * incoming).backward()
            return [np.array([value.grad for value in leaf]) for leaf in leaves]

        return Job(lambda: forward(*leaves), run)

    def to_numpy(self, gradient: np.ndarray) -> np.ndarray:
        return gradient


IMPLEMENTATIONS: dict[str, tuple[Any, str]] = {
    "numpy": (NumPyLimit, "numpy"),
    "minigrad": (PyTorchLike, "minigrad"),
    "torch": (PyTorch, "torch"),
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
