"""A small convolutional network learns to read digits: ``python -m benchmarks.digits [minigrad | torch] [SEED]``.

The program is the same for both libraries; each draws its own random numbers.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any

from minigrad.datasets import digits

EPOCHS, BATCH = 15, 32


def network(torch: Any) -> Any:
    """Convolution, relu and pooling, twice, and a linear layer: from 1×8×8 pixels to ten scores."""
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 2 * 2, 10),
    )


def train(torch: Any, seed: int = 0, epochs: int = EPOCHS) -> Any:
    """Train a network on the digits that are not held out."""
    data = torch.utils.data
    torch.manual_seed(seed)
    net = network(torch)
    images, labels = (torch.from_numpy(part.numpy()) for part in digits("train"))
    loader = data.DataLoader(data.TensorDataset(images, labels), batch_size=BATCH, shuffle=True)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=epochs * len(loader))
    loss = torch.nn.CrossEntropyLoss()
    for _ in range(epochs):
        for pixels, digit in loader:
            optimizer.zero_grad()
            loss(net(pixels), digit).backward()
            optimizer.step()
            schedule.step()
    return net


def accuracy(torch: Any, net: Any) -> float:
    """Which part of the held-out digits the network reads rightly."""
    images, labels = (torch.from_numpy(part.numpy()) for part in digits("held-out"))
    with torch.no_grad():
        return (net(images).argmax(1) == labels).float().mean().item()


def main(name: str = "minigrad", seed: str = "0") -> None:
    """Train, and print what came of it."""
    torch = import_module(name)
    began = time.perf_counter()
    net = train(torch, int(seed))
    seconds = time.perf_counter() - began
    print(f"{name}, seed {seed}: {accuracy(torch, net):.1%} of the held-out digits, {seconds:.1f} s of training")


if __name__ == "__main__":
    main(*sys.argv[1:])
