"""The workloads' programs, each written once for every library.

A program takes `m`, one of the libraries of `implementations.py` (for PyTorch and minigrad its names are theirs), the
workload's arrays and its size. It builds what stays the same from run to run (the tensors) and gives the `Job` to time.
"""

from typing import Any

from benchmarks.job import Data, Job, compared_in_float64
from tests import pytorch_resnet


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


def few_operations(m: Any, data: Data, size: int) -> Job:
    """Five operations on arrays of `size` elements."""
    tanh = m.tanh

    def forward(x: Any, w: Any) -> Any:
        return m.sum((tanh(x * w) + x) ** 2)

    return m.job(forward, (m.leaf(data["x"][:size]), m.leaf(data["w"][:size])))


def perceptron(m: Any, data: Data, size: int) -> Job:
    """A network of 784, 256, 256 and 10 units on a batch of 128, cross entropy: whole steps of SGD with momentum."""
    x, labels = m.constant(data["x"]), m.constant(data["labels"])
    linear, relu, cross_entropy = m.linear, m.relu, m.cross_entropy

    def forward(w1: Any, b1: Any, w2: Any, b2: Any, w3: Any, b3: Any) -> Any:
        h = relu(linear(x, w1, b1))
        h = relu(linear(h, w2, b2))
        return cross_entropy(linear(h, w3, b3), labels)

    return m.training(forward, tuple(m.leaf(data[name]) for name in ("w1", "b1", "w2", "b2", "w3", "b3")))


def convolutions(m: Any, data: Data, size: int) -> Job:
    """From 1 to 16 to 32 channels (3 by 3, padding 1), each with relu and max pooling, then a linear layer."""
    x, labels = m.constant(data["x"][:size]), m.constant(data["labels"][:size])
    conv2d, relu, max_pool2d, linear = m.conv2d, m.relu, m.max_pool2d, m.linear

    def forward(k1: Any, b1: Any, k2: Any, b2: Any, w: Any, b: Any) -> Any:
        h = max_pool2d(relu(conv2d(x, k1, b1)))
        h = max_pool2d(relu(conv2d(h, k2, b2)))
        return m.cross_entropy(linear(h.reshape(size, 32 * 7 * 7), w, b), labels)

    return m.job(forward, tuple(m.leaf(data[name]) for name in ("k1", "b1", "k2", "b2", "w", "b")))


def residual_network(m: Any, data: Data, size: int) -> Job:
    """The training step of PyTorch's introduction to autograd: resnet18, `(prediction - labels).sum()`, SGD.

    `size` is the number of channels of the first layer: 64 in resnet18.
    """

    def build(dtype: str) -> Job:
        x, labels = m.constant(data["x"].astype(dtype)), m.constant(data["labels"].astype(dtype))
        model = pytorch_resnet.build("resnet18", m.module, width=size)
        model = m.place(pytorch_resnet.prepare(model, m.module, dtype, train=True))

        def forward(*parameters: Any) -> Any:
            return (model(x) - labels).sum()

        return m.training(forward, tuple(model.parameters()))

    return compared_in_float64(build, m.to_numpy)


def deep_perceptron(m: Any, data: Data, size: int) -> Job:
    """`size` layers of 32 units with relu, a large batch: nearly all the memory is that of the activations."""
    linear, relu = m.linear, m.relu

    def build(dtype: str) -> Job:
        x, gradient, w, b = (data[name].astype(dtype) for name in ("x", "gradient", "w", "b"))
        x = m.constant(x)

        def forward(*parameters: Any) -> Any:
            h = x
            for i in range(0, len(parameters), 2):
                h = relu(linear(h, parameters[i], parameters[i + 1]))
            return h

        leaves = tuple(m.leaf(array) for pair in zip(w[:size], b[:size], strict=True) for array in pair)
        return m.job(forward, leaves, gradient)

    return compared_in_float64(build, m.to_numpy)


def rosenbrock(m: Any, data: Data, size: int) -> Job:
    """The Hessian of Rosenbrock's function of `size` numbers, a row at a time."""

    def function(x: Any) -> Any:
        u, v = x[:-1], x[1:]
        return m.sum(100 * (v - u**2) ** 2 + (1 - u) ** 2)

    return m.hessian(function, m.leaf(data["x"][:size]))


def small_perceptron(m: Any, data: Data, size: int) -> Job:
    """The Hessian of a network of 4, 8 and 1 units (49 parameters in one vector) on 16 samples, a row at a time."""
    x, targets = m.constant(data["x"]), m.constant(data["targets"])

    def function(p: Any) -> Any:
        h = m.tanh(m.linear(x, p[:32].reshape(8, 4), p[32:40]))
        error = m.linear(h, p[40:48].reshape(1, 8), p[48:]) - targets
        return m.sum(error**2) / 16

    return m.hessian(function, m.leaf(data["parameters"]))
