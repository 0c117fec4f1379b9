"""The training step of W6 (resnet18) differentiated by hand in NumPy.

Images are (N, H, W, C), as in `numpy_convolutions.py`. A layer's function computes it and returns, with the result, a
function from the result's gradient to its input's. That one leaves the gradients of the layer's parameters in
`gradients`. The running averages of batch norm, which no gradient needs, are left out.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.job import Data, Job, MomentumSGD, compared_in_float64, training_job
from benchmarks.numpy_convolutions import Array, as_rows, as_weights, convolve, padded, weight_gradient
from tests.pytorch_resnet import SIZES, numbers

Back = Callable[[Array], Array]
EPS = 1e-5


class Network:
    """The layers, with their parameters in a list in the order of PyTorch's `model.parameters()`."""

    def __init__(self, parameters: list[Array]):
        self.parameters = parameters
        self.gradients: list[Array | None] = [None] * len(parameters)

    def convolution(self, x: Array, at: int, kernel: int, stride: int, wanted: bool = True) -> tuple[Array, Back]:
        """Without a bias; the gradient of the images is not computed where it is not `wanted`."""
        weight, margin = self.parameters[at], kernel // 2
        whole, rows = x, as_rows(weight)
        if margin:
            n, h, w, c = x.shape
            whole, inside = padded((n, h, w, c), margin, x.dtype)
            inside[...] = x

        def back(g: Array) -> Array:
            self.gradients[at] = as_weights(weight_gradient(g, whole, kernel, stride), weight)
            return spread(g, rows, x.shape, kernel, stride) if wanted else g

        return convolve(whole, rows, kernel, stride), back

    def norm(self, x: Array, at: int, relu: bool) -> tuple[Array, Back]:
        """Batch norm by this batch's mean and variance, then perhaps relu."""
        scale, shift = self.parameters[at : at + 2]
        rows = x.reshape(-1, x.shape[3])
        ones = np.full(len(rows), 1 / len(rows), x.dtype)
        centred = rows - ones.dot(rows)  # a mean over many rows is quicker as a product
        inverse = 1 / np.sqrt(ones.dot(centred * centred) + x.dtype.type(EPS))
        z = centred * (scale * inverse)
        z += shift
        if relu:
            np.maximum(z, 0, out=z)

        def back(g: Array) -> Array:
            g = g.reshape(rows.shape)
            if relu:
                g = g * (z > 0)
            mean, along = ones.dot(g), ones.dot(g * centred) * inverse
            self.gradients[at], self.gradients[at + 1] = along * len(rows), mean * len(rows)
            gx = centred * (along * inverse)
            np.subtract(g, gx, out=gx)
            gx -= mean
            gx *= scale * inverse
            return gx.reshape(x.shape)

        return z.reshape(x.shape), back

    def block(self, x: Array, at: int, stride: int) -> tuple[Array, int, Back]:
        """Two convolutions and the way past them; returns where the next layer's parameters begin, too."""
        wider = self.parameters[at].shape[0] != x.shape[3]
        a, back_a = self.convolution(x, at, 3, stride)
        b, back_b = self.norm(a, at + 1, relu=True)
        c, back_c = self.convolution(b, at + 3, 3, 1)
        z, back_z = self.norm(c, at + 4, relu=False)
        if wider:
            d, back_d = self.convolution(x, at + 6, 1, stride)
            e, back_e = self.norm(d, at + 7, relu=False)
        z += e if wider else x
        np.maximum(z, 0, out=z)

        def back(g: Array) -> Array:
            g = g * (z > 0)
            gx = back_a(back_b(back_c(back_z(g))))
            gx += back_d(back_e(g)) if wider else g
            return gx

        return z, at + (9 if wider else 6), back


def spread(g: Array, rows: Array, shape: tuple[int, ...], kernel: int, stride: int) -> Array:
    """The gradient of a convolution's images: each window's, added where the window was."""
    n, _, _, c = shape
    whole, inside = padded(shape, kernel // 2, g.dtype)
    down, across = g.shape[1:3]
    count = max(1, (1 << 20) // (down * across * rows.shape[1] * g.itemsize))
    for i in range(0, n, count):
        some = slice(i, i + count)
        each = g[some].reshape(-1, len(rows)).dot(rows).reshape(-1, down, across, kernel, kernel, c)
        for y in range(kernel):
            for x in range(kernel):
                under = whole[some, y : y + stride * down : stride, x : x + stride * across : stride]
                under += each[:, :, :, y, x]
    return inside


def pool(x: Array) -> tuple[Array, Back]:
    """Max pooling by 3 and 2 with a margin, of numbers that are not negative."""
    whole, inside = padded(x.shape, 1, x.dtype)
    inside[...] = x
    down, across = x.shape[1] // 2, x.shape[2] // 2
    places = [(slice(None), slice(i, i + 2 * down, 2), slice(j, j + 2 * across, 2)) for i in range(3) for j in range(3)]
    z = whole[places[0]].copy()
    for place in places[1:]:
        np.maximum(z, whole[place], out=z)

    def back(g: Array) -> Array:
        gx, inside = padded(x.shape, 1, x.dtype)
        for place in places:  # of equal ones only zeros come twice, and relu lets nothing through to them
            gx[place] += g * (whole[place] == z)
        return inside

    return z, back


def parameters(width: int, dtype: str) -> list[Array]:
    """The parameters that `tests/pytorch_resnet.py` gives the network, weights in the memory order of `as_rows`."""
    shapes: list[tuple[str, tuple[int, ...]]] = []

    def layer(name: str, number: str, *shape: int) -> None:
        shapes.append((f"{name}conv{number}.weight", shape))
        for entry in ("weight", "bias", "running_mean", "running_var"):
            shapes.append((f"{name}bn{number}.{entry}", shape[:1]))
        shapes.append((f"{name}bn{number}.num_batches_tracked", ()))

    layer("", "1", width, 3, 7, 7)
    inputs = width
    for stage, count in enumerate(SIZES["resnet18"][0]):
        outputs = width * 2**stage
        for _ in range(count):
            layer("", "1", outputs, inputs, 3, 3)
            layer("", "2", outputs, outputs, 3, 3)
            if inputs != outputs:
                layer("", "", outputs, inputs, 1, 1)
            inputs = outputs
    shapes += [("fc.weight", (1000, inputs)), ("fc.bias", (1000,))]
    values = [(name, numbers(place, name, shape).astype(dtype)) for place, (name, shape) in enumerate(shapes)]
    kept = [value for name, value in values if "running" not in name and "tracked" not in name]
    return [as_weights(as_rows(value).copy(), value) if value.ndim == 4 else value for value in kept]


def residual_network(data: Data, size: int) -> Job:
    """See `programs.residual_network`."""

    def build(dtype: str) -> Job:
        x = np.ascontiguousarray(data["x"].astype(dtype).transpose(0, 2, 3, 1))
        labels = data["labels"].astype(dtype)
        net = Network(parameters(size, dtype))

        def forward() -> tuple[list[Back], Array, Any]:
            z, back = net.convolution(x, 0, 7, 2, wanted=False)
            backs = [back]
            z, back = net.norm(z, 1, relu=True)
            backs.append(back)
            z, back = pool(z)
            backs.append(back)
            at = 3
            for stage, count in enumerate(SIZES["resnet18"][0]):
                for i in range(count):
                    z, at, back = net.block(z, at, 2 if stage and not i else 1)
                    backs.append(back)
            weight, bias = net.parameters[at:]
            features = z.mean((1, 2))
            loss = (features.dot(weight.T) + bias - labels).sum()

            def head(g: Array) -> Array:
                net.gradients[at], net.gradients[at + 1] = g.T.dot(features), g.sum(0)
                return np.broadcast_to((g.dot(weight) / (z.shape[1] * z.shape[2]))[:, None, None], z.shape)

            return [*backs, head], np.ones_like(labels), loss

        def run() -> list[Any]:
            backs, g, _ = forward()
            while backs:
                g = backs.pop()(g)
            return list(net.gradients)

        return training_job(Job(forward, run), MomentumSGD(net.parameters), net.parameters, np.asarray)

    return compared_in_float64(build, np.asarray)
