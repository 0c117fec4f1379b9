"""PyTorch and minigrad, which has its names: how each makes a tensor, runs a program and gives the gradients."""

import importlib
import operator
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np

from benchmarks.job import LEARNING_RATE, MOMENTUM, Data, Job, training_job
from benchmarks.workloads import Workload


class BuiltInSGD:
    """The library's own optimizer with the methods of `MomentumSGD`; it finds the gradients itself."""

    def __init__(self, kind: Any, leaves: Sequence[Any], **options: Any):
        self.optimizer = kind(leaves, lr=LEARNING_RATE, momentum=MOMENTUM, **options)

    def step(self, gradients: Sequence[Any]) -> None:
        self.optimizer.step()

    def forget(self) -> None:
        for state in self.optimizer.state.values():
            state["momentum_buffer"].zero_()


class PyTorchLike:
    """PyTorch, and minigrad which has its names."""

    absent: dict[str, str] = {}  # workload: why this library cannot run it
    only: tuple[str, ...] | None = None  # the workloads of a variant that makes no difference elsewhere
    python_memory = True  # its memory is Python's, so tracemalloc sees it
    before_import = ""  # what an interpreter needs done first
    sgd_options: dict[str, Any] = {}
    matvec = staticmethod(operator.matmul)

    def __init__(self, module: str):
        self.module = library = importlib.import_module(module)
        self.sin, self.exp, self.tanh, self.mean = library.sin, library.exp, library.tanh, library.mean
        self.sum, self.relu = library.sum, library.relu
        functional = library.nn.functional
        self.linear, self.cross_entropy = functional.linear, functional.cross_entropy
        self.conv2d = partial(functional.conv2d, padding=1)
        self.max_pool2d = partial(functional.max_pool2d, kernel_size=2)

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

    def place(self, model: Any) -> Any:
        """A module as this library likes it best."""
        return model

    def training(self, forward: Callable[..., Any], leaves: tuple[Any, ...]) -> Job:
        """Forward, backward and a step of SGD with momentum."""
        optimizer = BuiltInSGD(self.module.optim.SGD, leaves, **self.sgd_options)
        return training_job(self.job(forward, leaves), optimizer, leaves, self.to_numpy)

    def hessian(self, function: Callable[[Any], Any], x: Any) -> Job:
        """The gradient with its graph, then a second backward pass for each of its elements."""
        grad = self.module.autograd.grad

        def forward() -> Any:
            return grad(function(x), x, create_graph=True)[0]

        def run() -> list[Any]:
            gradient = forward()
            return [grad(gradient[i], x, retain_graph=True)[0] for i in range(len(x))]

        return Job(forward, run)

    def build(self, workload: Workload, data: Data, size: int) -> Job:
        return workload.program(self, data, size)

    def to_numpy(self, gradient: Any) -> np.ndarray:
        return np.asarray(gradient.detach().numpy())

    def peak_memory(self, run: Callable[[], Any]) -> int:
        """Bytes that are in use at the worst moment of a run, beyond those in use before it."""
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        run()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - before


class PyTorch(PyTorchLike):
    """Its graph lives in C++, out of tracemalloc's sight."""

    python_memory = False

    def __init__(self, module: str):
        super().__init__(module)
        self.module.set_num_threads(1)

    def peak_memory(self, run: Callable[[], Any]) -> int:
        """The same from PyTorch's profiler, which records what its allocator gives out and takes back."""
        profiler = importlib.import_module("torch.profiler")
        with profiler.profile(activities=[profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
            run()
        events = [e for e in profile.profiler.kineto_results.events() if e.name() == "[memory]"]
        events.sort(key=lambda event: event.start_ns())
        return max(accumulate(event.nbytes() for event in events))


class ChannelsLast(PyTorch):
    """PyTorch at its best for images: memory in channels_last order, and the fused optimizer."""

    only = ("W3", "W5", "W6a", "W6b")
    sgd_options = {"fused": True}

    def leaf(self, array: np.ndarray) -> Any:
        return self.constant(array).requires_grad_()

    def constant(self, array: np.ndarray) -> Any:
        tensor = self.module.tensor(array)
        return self.place(tensor) if tensor.ndim == 4 else tensor

    def place(self, model: Any) -> Any:
        return model.to(memory_format=self.module.channels_last)
