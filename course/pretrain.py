"""Train the small network that lesson 15 finetunes: `python course/pretrain.py` writes its weights anew.

It sees the odd digits alone, upright and turned by a quarter, a half and three quarters. Each turn of a digit is a
class of its own: told to keep 20 things apart, it learns more about strokes than five digits would teach it. Lesson 15
teaches it the even ones.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import minigrad
from minigrad import nn, tensor
from minigrad.course.small_resnet import PRETRAINED, SEEN, SmallResNet
from minigrad.datasets import digits

EPOCHS, BATCH = 16, 64


def odd_digits(part: str) -> tuple[np.ndarray, np.ndarray]:
    """The odd digits in four turns: the images, and numbers from 0 to 19."""
    images, labels = (each.numpy() for each in digits(part))
    is_odd = labels % 2 == 1
    images, labels = images[is_odd], labels[is_odd] // 2
    turned = [np.rot90(images, k, (2, 3)) for k in range(4)]
    return np.concatenate(turned), np.concatenate([labels + 5 * k for k in range(4)])


def shifted(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """Images moved by at most one pixel each way; what moves in is paper."""
    framed = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return np.roll(framed, (down, right), (2, 3))[:, :, 1:-1, 1:-1]


def pretrain(epochs: int = EPOCHS) -> SmallResNet:
    """Train from a fixed seed."""
    minigrad.manual_seed(0)
    rng = np.random.default_rng(0)
    images, labels = odd_digits("train")
    model = SmallResNet(SEEN)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.1  # many steps, so that running statistics may take their time
    steps = len(labels) // BATCH
    optimizer = minigrad.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    schedule = minigrad.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.2, total_steps=epochs * steps)
    for epoch in range(epochs):
        for chosen in rng.permutation(len(labels))[: steps * BATCH].reshape(steps, BATCH):
            optimizer.zero_grad()
            batch = tensor(shifted(images[chosen], *rng.integers(-1, 2, 2)))
            loss = nn.functional.cross_entropy(model(batch), tensor(labels[chosen]))
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1} of {epochs}: the last loss was {loss.item():.3f}")
    return model


def accuracy(model: SmallResNet) -> float:
    """Which part of the held-out odd digits, in their four turns, the model tells apart."""
    images, labels = odd_digits("held-out")
    model.eval()
    with minigrad.no_grad():
        return float((model(tensor(images)).argmax(1).numpy() == labels).mean())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=PRETRAINED)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    model = pretrain(options.epochs)
    minigrad.save(model.state_dict(), options.to)
    print(f"{accuracy(model):.1%} of the held-out images; {options.to.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
