"""The same workloads differentiated by hand in NumPy: what is left to pay when there is no graph at all.

Each function saves what its backward needs and nothing else, computes only the gradients that are asked for and calls
ufuncs by local names. No library on NumPy can be faster than this; how close minigrad comes is the price of its graph.
"""

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.job import Data, Job, MomentumSGD, compared_in_float64, training_job

Array = np.ndarray


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


def few_operations(data: Data, size: int) -> Job:
    """See `programs.few_operations`."""
    x, w = data["x"][:size], data["w"][:size]

    def forward() -> tuple[Array, Array, Array]:
        t = x * w
        np.tanh(t, t)
        y = t + x
        return t, y, np.add.reduce(y * y)

    def run() -> list[Array]:
        t, y, _ = forward()
        np.multiply(y, 2, y)
        np.subtract(1, np.multiply(t, t, t), t)
        np.multiply(t, y, t)
        g_w = t * x
        np.multiply(t, w, t)
        return [np.add(t, y, t), g_w]

    return Job(forward, run)


# ------------------------------------------------------------ layers
def relu_layers(x: Array, parameters: Sequence[Array], last_too: bool = False) -> list[Array]:
    """Linear layers (weight, bias, weight, bias, ...) with relu between them: the input and every layer's output."""
    outputs, last = [x], len(parameters) - 2
    for i in range(0, len(parameters), 2):
        y = outputs[-1].dot(parameters[i].T)
        np.add(y, parameters[i + 1], y)
        if i < last or last_too:
            np.maximum(y, 0, out=y)
        outputs.append(y)
    return outputs


def relu_layers_backward(g: Array, outputs: list[Array], parameters: Sequence[Array]) -> list[Array]:
    """The parameters' gradients, from the gradient of the last layer before its relu. It empties `outputs`.

    Each output is let go as soon as it has been used: that is what holds the peak of the memory down.
    """
    gradients = []
    outputs.pop()
    for weight in parameters[-2::-2]:
        x = outputs.pop()
        gradients += [np.add.reduce(g, 0), g.T.dot(x)]
        if outputs:
            g = g.dot(weight)
            np.multiply(g, x > 0, g)
    return gradients[::-1]


def perceptron(data: Data, size: int) -> Job:
    """See `programs.perceptron`."""
    x, labels = data["x"], data["labels"]
    parameters = [data[name] for name in ("w1", "b1", "w2", "b2", "w3", "b3")]
    rows = np.arange(len(labels))

    def forward() -> tuple[list[Array], Array, Array]:
        outputs = relu_layers(x, parameters)
        scores = outputs[-1]
        shifted = scores - np.maximum.reduce(scores, 1)[:, None]
        weights = np.exp(shifted)
        sums = np.add.reduce(weights, 1)
        loss = np.add.reduce(np.log(sums) - shifted[rows, labels]) / len(labels)
        return outputs, np.divide(weights, sums[:, None], weights), loss

    def run() -> list[Array]:
        outputs, g, _ = forward()
        g[rows, labels] -= 1
        return relu_layers_backward(np.divide(g, len(labels), g), outputs, parameters)

    return training_job(Job(forward, run), MomentumSGD(parameters), parameters, np.asarray)


def deep_perceptron(data: Data, size: int) -> Job:
    """See `programs.deep_perceptron`."""

    def build(dtype: str) -> Job:
        x, gradient, w, b = (data[name].astype(dtype) for name in ("x", "gradient", "w", "b"))
        parameters = [array for pair in zip(w[:size], b[:size], strict=True) for array in pair]

        def forward() -> list[Array]:
            return relu_layers(x, parameters, last_too=True)

        def run() -> list[Array]:
            outputs = forward()
            return relu_layers_backward(gradient * (outputs[-1] > 0), outputs, parameters)

        return Job(forward, run)

    return compared_in_float64(build, np.asarray)


# ------------------------------------------------------------ Hessians, row by row
def hessian_job(size: int, linearize: Callable[[], tuple[Array, Callable[[Array], Array]]]) -> Job:
    """`linearize` gives the gradient, and what multiplies the Hessian with a vector; a row is the product with e_i."""
    directions = np.eye(size, dtype=np.float32)

    def run() -> list[Array]:
        _, product = linearize()
        return [product(direction) for direction in directions]

    return Job(linearize, run)


def rosenbrock(data: Data, size: int) -> Job:
    """See `programs.rosenbrock`."""
    x = data["x"][:size]
    u, v = x[:-1], x[1:]

    def linearize() -> tuple[Array, Callable[[Array], Array]]:
        t = v - u * u
        gradient = np.zeros_like(x)
        gradient[:-1] = -400 * (u * t) - 2 * (1 - u)
        gradient[1:] += 200 * t

        def product(direction: Array) -> Array:
            du = direction[:-1]
            dt = direction[1:] - 2 * (u * du)
            row = np.zeros_like(x)
            row[:-1] = 2 * du - 400 * (du * t + u * dt)
            row[1:] += 200 * dt
            return row

        return gradient, product

    return hessian_job(size, linearize)


def small_perceptron(data: Data, size: int) -> Job:
    """See `programs.small_perceptron`; `product` is Pearlmutter's: the gradient's program, differentiated forwards."""
    x, targets = data["x"], data["targets"]
    w1, b1, w2, b2 = unflatten(data["parameters"])
    share = 2 / len(x)

    def linearize() -> tuple[Array, Callable[[Array], Array]]:
        h = np.tanh(x.dot(w1.T) + b1)
        slope = 1 - h * h
        gy = (h.dot(w2.T) + b2 - targets) * share
        gh = gy.dot(w2)
        gz = gh * slope

        def product(direction: Array) -> Array:
            dw1, db1, dw2, db2 = unflatten(direction)
            dh = slope * (x.dot(dw1.T) + db1)
            dgy = (dh.dot(w2.T) + h.dot(dw2.T) + db2) * share
            dgz = (dgy.dot(w2) + gy.dot(dw2)) * slope - gh * (2 * h * dh)
            return flatten(dgz.T.dot(x), np.add.reduce(dgz), dgy.T.dot(h) + gy.T.dot(dh), np.add.reduce(dgy))

        return flatten(gz.T.dot(x), np.add.reduce(gz), gy.T.dot(h), np.add.reduce(gy)), product

    return hessian_job(size, linearize)


def unflatten(parameters: Array) -> tuple[Array, ...]:
    """The 49 parameters as 8 by 4, 8, 1 by 8 and 1."""
    return parameters[:32].reshape(8, 4), parameters[32:40], parameters[40:48].reshape(1, 8), parameters[48:]


def flatten(*parts: Array) -> Array:
    """All parts in one vector."""
    return np.concatenate([part.ravel() for part in parts])
