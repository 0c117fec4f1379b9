"""Which accelerator there is, if any: `minigrad.cuda` under the name that does not say whose it is.

Examples
--------
>>> import minigrad
>>> device = minigrad.accelerator.current_accelerator() if minigrad.accelerator.is_available() else "cpu"
>>> x = minigrad.zeros(3, device=device)
"""

from __future__ import annotations

from . import backend, cuda

__all__ = ["current_accelerator", "device_count", "is_available", "synchronize"]


def is_available() -> bool:
    """Whether there is a GPU that can be used."""
    return cuda.is_available()


def device_count() -> int:
    """How many GPUs there are."""
    return cuda.device_count()


def current_accelerator(check_available: bool = False) -> backend.device | None:
    """The kind of device that accelerates, `device(type="cuda")`, or None where there is none."""
    return backend.device("cuda") if cuda.is_available() else None


def synchronize() -> None:
    """Wait until the GPU has done all it was told."""
    cuda.synchronize()
