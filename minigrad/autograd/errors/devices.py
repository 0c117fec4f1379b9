"""Error 16: tensors on different devices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .kinds import DeviceError
from .reading import Scene, bracketed
from .shapes import names_of


def mixed_devices(tensors: Iterable[Any]) -> DeviceError:
    """Error 16: an operation on tensors of which some are on the CPU and some on a GPU, or on several GPUs."""
    tensors = list(tensors)
    scene = Scene()
    names = names_of(scene, tensors)
    first = tensors[0].device
    i, other = next((i, x.device) for i, x in enumerate(tensors) if x.device != first)
    gpu, cpu = (other, first) if first.type == "cpu" else (first, other)
    mover = i if first.type != "cpu" else 0
    where = "; ".join(f"`{name}` is on {x.device}" for name, x in zip(names, tensors, strict=True))
    return DeviceError(
        f"Expected all tensors to be on the same device, but found at least two devices, {gpu} and {cpu}!",
        f"{where}. Nothing is moved between devices that you did not ask for.",
        [scene.place],
        f'`{bracketed(names[mover])}.to("{gpu}")`, once, where it is made: moving takes longer than most computations.',
        story="devices",
    )
