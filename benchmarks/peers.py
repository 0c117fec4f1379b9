"""Other small autograd libraries on NumPy, brought under the names that `programs.py` uses."""

import importlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.job import Job, MomentumSGD, training_job
from benchmarks.pytorch_like import PyTorchLike

NO_MODULES = dict.fromkeys(("W6a", "W6b"), "lacks PyTorch's modules, which resnet18 is written with")


class Autograd(PyTorchLike):
    """HIPS autograd: functions of arrays, differentiated by tracing; constants are plain arrays."""

    absent = NO_MODULES | {"W5": "has no convolution of many channels"}

    def __init__(self, module: str):
        self.module = library = importlib.import_module("autograd.numpy")
        self.sin, self.exp, self.tanh, self.mean = library.sin, library.exp, library.tanh, library.mean
        self.sum = library.sum
        self.make_vjp = importlib.import_module("autograd").make_vjp
        self.grad = importlib.import_module("autograd").grad

    def relu(self, x: Any) -> Any:
        return self.module.maximum(x, 0)

    def linear(self, x: Any, weight: Any, bias: Any) -> Any:
        return self.module.dot(x, weight.T) + bias

    def cross_entropy(self, scores: Any, labels: np.ndarray) -> Any:
        right = scores[np.arange(len(labels)), labels]
        return self.mean(self.module.log(self.sum(self.exp(scores), axis=1)) - right)

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

    def training(self, forward: Callable[..., Any], leaves: tuple[Any, ...]) -> Job:
        return training_job(self.job(forward, leaves), MomentumSGD(leaves), leaves, np.asarray)

    def hessian(self, function: Callable[[Any], Any], x: np.ndarray) -> Job:
        record, directions = self.make_vjp(self.grad(function)), np.eye(len(x), dtype=x.dtype)

        def run() -> list[np.ndarray]:
            backward, _ = record(x)
            return [backward(direction) for direction in directions]

        return Job(lambda: record(x), run)

    def to_numpy(self, gradient: np.ndarray) -> np.ndarray:
        return gradient


class MyGrad(PyTorchLike):
    """MyGrad: PyTorch's way with NumPy's names; every float tensor wants a gradient unless it is made constant."""

    absent = dict.fromkeys(("W7a", "W7b"), "has no second derivatives")
    absent |= NO_MODULES

    def __init__(self, module: str):
        self.module = library = importlib.import_module(module)
        self.sin, self.exp, self.tanh, self.mean = library.sin, library.exp, library.tanh, library.mean
        self.sum = library.sum
        nnet = importlib.import_module("mygrad.nnet")
        self.relu, self.cross_entropy = nnet.activations.relu, nnet.losses.softmax_crossentropy
        self.conv_nd = nnet.layers.conv_nd
        self.max_pool2d = partial(nnet.layers.max_pool, pool=(2, 2), stride=2)

    def linear(self, x: Any, weight: Any, bias: Any) -> Any:
        return self.module.matmul(x, weight.T) + bias

    def conv2d(self, x: Any, kernel: Any, bias: Any) -> Any:
        return self.conv_nd(x, kernel, stride=1, padding=1) + bias.reshape(1, len(bias), 1, 1)

    def leaf(self, array: np.ndarray) -> Any:
        return self.module.tensor(array)

    def constant(self, array: np.ndarray) -> Any:
        return self.module.tensor(array, constant=True)

    def job(self, forward: Callable[..., Any], leaves: tuple[Any, ...], gradient: np.ndarray | None = None) -> Job:
        def run() -> list[Any]:
            forward(*leaves).backward(gradient)
            return [leaf.grad for leaf in leaves]  # a leaf's old gradient goes when the leaf is used again

        return Job(lambda: forward(*leaves), run)

    def training(self, forward: Callable[..., Any], leaves: tuple[Any, ...]) -> Job:
        optimizer = MomentumSGD([leaf.data for leaf in leaves])
        return training_job(self.job(forward, leaves), optimizer, leaves, np.asarray)

    def to_numpy(self, gradient: np.ndarray) -> np.ndarray:
        return gradient


class DeZero(PyTorchLike):
    """DeZero: `Variable`s; its `matmul` knows matrices only, and an incoming gradient is set by hand."""

    absent = NO_MODULES
    before_import = "import numpy; numpy.int = int; "  # DeZero 0.0.13 asks for NumPy 1's np.int when imported

    def __init__(self, module: str):
        with mock.patch.object(np, "int", int, create=True):
            self.module = importlib.import_module(module)
            self.F = F = importlib.import_module("dezero.functions")
        self.sin, self.exp, self.tanh, self.sum = F.sin, F.exp, F.tanh, F.sum
        self.relu, self.cross_entropy = F.relu, F.softmax_cross_entropy
        self.conv2d = partial(F.conv2d, pad=1)
        self.max_pool2d = partial(F.pooling, kernel_size=2, stride=2)

    def leaf(self, array: np.ndarray) -> Any:
        return self.module.Variable(array)

    constant = leaf

    def mean(self, x: Any) -> Any:
        return self.F.sum(x) / x.size

    def linear(self, x: Any, weight: Any, bias: Any) -> Any:
        return self.F.linear(x, weight.T, bias)

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

    def training(self, forward: Callable[..., Any], leaves: tuple[Any, ...]) -> Job:
        optimizer = MomentumSGD([leaf.data for leaf in leaves])
        plain = self.job(forward, leaves)
        arrays = plain._replace(run=lambda: [gradient.data for gradient in plain.run()])
        return training_job(arrays, optimizer, leaves, lambda x: x if isinstance(x, np.ndarray) else x.data)

    def hessian(self, function: Callable[[Any], Any], x: Any) -> Job:
        def forward() -> Any:
            x.cleargrad()
            function(x).backward(create_graph=True)
            return x.grad

        def run() -> list[Any]:
            gradient, rows = forward(), []
            for i in range(len(x)):
                x.cleargrad()
                gradient[i].backward()
                rows.append(x.grad)
            return rows

        return Job(forward, run)

    def to_numpy(self, gradient: Any) -> np.ndarray:
        return gradient.data


class Micrograd(PyTorchLike):
    """micrograd: scalars only, so a tensor is a NumPy array of its `Value`s."""

    absent = {"W1": "has no sin", "W2b": "has no tanh", "elements": "has no tanh"}
    absent |= dict.fromkeys(("W3", "W5", "W6a", "W6b", "W8"), "knows scalars only: a run would take minutes")
    absent |= dict.fromkeys(("W7a", "W7b"), "has no second derivatives")

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
