"""Residual networks written down a second time, in `torch.nn`, and the numbers that both get for weights.

The architecture is that of the paper (https://arxiv.org/abs/1512.03385) with torchvision's names; that it is
torchvision's in names, shapes and outputs was checked once with torchvision 0.29.1 itself, which the tests do not need.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

SIZES = {"resnet18": ([2, 2, 2, 2], 1), "resnet34": ([3, 4, 6, 3], 1), "resnet50": ([3, 4, 6, 3], 4)}


def build(name: str, torch: Any, width: int = 64) -> Any:
    """The network, as a module of PyTorch; `width` is that of the first layer."""
    nn = torch.nn
    counts, expansion = SIZES[name]

    class Block(nn.Module):
        def __init__(self, inputs: int, width: int, stride: int) -> None:
            super().__init__()
            outputs = width * expansion
            # (channels in, channels out, kernel, stride) of each convolution
            plan = [(inputs, width, 3, stride), (width, width, 3, 1)]
            if expansion == 4:
                plan = [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
            for i, (a, b, kernel, step) in enumerate(plan, 1):
                setattr(self, f"conv{i}", nn.Conv2d(a, b, kernel, step, kernel // 2, bias=False))
                setattr(self, f"bn{i}", nn.BatchNorm2d(b))
            self.depth = len(plan)
            self.downsample = None
            if stride != 1 or inputs != outputs:
                convolution = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
                self.downsample = nn.Sequential(convolution, nn.BatchNorm2d(outputs))

        def forward(self, x: Any) -> Any:
            out = x
            for i in range(1, self.depth + 1):
                out = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(out))
                if i < self.depth:
                    out = torch.relu(out)
            return torch.relu(out + (x if self.downsample is None else self.downsample(x)))

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            inputs = width
            for layer, count in enumerate(counts, 1):
                channels = width * 2 ** (layer - 1)
                blocks = []
                for i in range(count):
                    blocks.append(Block(inputs, channels, 2 if layer > 1 and i == 0 else 1))
                    inputs = channels * expansion
                setattr(self, f"layer{layer}", nn.Sequential(*blocks))
            self.fc = nn.Linear(inputs, 1000)

        def forward(self, x: Any) -> Any:
            x = torch.relu(self.bn1(self.conv1(x)))
            x = nn.functional.max_pool2d(x, 3, 2, 1)
            for layer in range(1, 5):
                x = getattr(self, f"layer{layer}")(x)
            return self.fc(x.mean((2, 3)))

    return Network()


# ------------------------------------------------------------ numbers that need not be stored
def numbers(place: int, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """The values of the entry of a state dict that stands at this place in it."""
    random = np.random.RandomState(place)
    kind = name.rpartition(".")[2]
    if kind == "num_batches_tracked":
        return np.array(3)
    if kind == "running_var":
        return 1 + 0.3 * random.rand(*shape)
    normal = random.standard_normal(shape)
    if len(shape) == 4:
        return normal * np.sqrt(2 / (shape[0] * shape[2] * shape[3]))
    if len(shape) == 2:
        return normal / np.sqrt(shape[1])
    return 0.1 * normal + (kind == "weight")


def prepare(model: Any, library: Any, dtype: str, train: bool) -> Any:
    """The model with those numbers, in this type and mode."""
    kind = getattr(library, dtype)
    state = model.state_dict()
    for place, (name, x) in enumerate(state.items()):
        values = numbers(place, name, tuple(x.shape))
        state[name] = library.as_tensor(values if values.ndim == 0 else values.astype(dtype))
    model = model.to(kind)
    model.load_state_dict(state)
    return model.train(train)


def step(model: Any, library: Any, dtype: str) -> dict[str, np.ndarray]:
    """One pass forward and backward, as in the tutorial: prediction, gradients, running statistics."""
    random = np.random.RandomState(1000)
    data, labels = (library.as_tensor(random.rand(*shape).astype(dtype)) for shape in ((1, 3, 64, 64), (1, 1000)))
    prediction = model(data)
    (prediction - labels).sum().backward()
    found = {"prediction": prediction.detach().numpy()}
    found |= {f"grad {name}": p.grad.numpy() for name, p in model.named_parameters()}
    found |= {name: b.numpy() for name, b in model.named_buffers() if "running" in name or "tracked" in name}
    return found


def sample(array: np.ndarray) -> list[float]:
    """A norm, and five numbers at places that depend on the size alone."""
    flat = array.ravel().astype(np.float64)
    places = np.random.RandomState(flat.size).randint(flat.size, size=5)
    return [float(np.linalg.norm(flat)), *flat[places].tolist()]


def layout(model: Any) -> str:
    """Names and shapes of a model's state, in their order, as a digest."""
    lines = [f"{name} {tuple(x.shape)} {str(x.dtype).partition('.')[2]}" for name, x in model.state_dict().items()]
    lines += [name for name, _ in model.named_parameters()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
