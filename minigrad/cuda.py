"""What there is to know and to do about GPUs, as in PyTorch. CuPy is imported when it is first needed.

Examples
--------
>>> import minigrad
>>> device = "cuda" if minigrad.cuda.is_available() else "cpu"
>>> x = minigrad.zeros(3, device=device)
"""

from __future__ import annotations

from typing import Any

from . import backend
from .random import generator_for

__all__ = [
    "current_device",
    "device",
    "device_count",
    "empty_cache",
    "get_device_name",
    "is_available",
    "manual_seed",
    "manual_seed_all",
    "memory_allocated",
    "memory_reserved",
    "set_device",
    "synchronize",
]


def is_available() -> bool:
    """Whether CuPy is installed and finds a GPU."""
    return backend.gpu_library() is not None


def device_count() -> int:
    """How many GPUs there are."""
    cupy = backend.gpu_library()
    return 0 if cupy is None else cupy.cuda.runtime.getDeviceCount()


def _place(device: Any) -> backend.device:
    """A GPU, from its number, its name, or None: the current one."""
    if device is None:
        return backend.device("cuda", current_device() if is_available() else 0)
    found = backend.device("cuda", device) if isinstance(device, int) else backend.device(device)
    if found.type != "cuda":
        raise ValueError(f"Expected a cuda device, but got: {found}")
    return found


def current_device() -> int:
    """The number of the GPU that new tensors are made on."""
    with backend.on(backend.device("cuda")):
        pass  # raises where there is none
    return backend.gpu_library().cuda.runtime.getDevice()


def set_device(device: Any) -> None:
    """Make new tensors on this GPU from now on."""
    with backend.on(_place(device)) as cupy:
        found = cupy.cuda.Device(_place(device).index or 0)
    found.use()


class device:
    """A block within which this GPU is the current one."""

    def __init__(self, device: Any) -> None:
        self.place = _place(device)

    def __enter__(self) -> None:
        self._block = backend.on(self.place)
        self._block.__enter__()

    def __exit__(self, *exc: Any) -> Any:
        return self._block.__exit__(*exc)


def get_device_name(device: Any = None) -> str:
    """What the maker calls the GPU."""
    place = _place(device)
    with backend.on(place) as cupy:
        name = cupy.cuda.runtime.getDeviceProperties(place.index or 0)["name"]
    return name.decode() if isinstance(name, bytes) else name


def synchronize(device: Any = None) -> None:
    """Wait until the GPU has done all it was told. (Time something on a GPU only between two of these.)"""
    place = _place(device)
    with backend.on(place) as cupy:
        cupy.cuda.Device(place.index or 0).synchronize()


def memory_allocated(device: Any = None) -> int:
    """How many bytes of the GPU's memory tensors hold; 0 where there is no GPU."""
    return _pool("used_bytes", device)


def memory_reserved(device: Any = None) -> int:
    """How many bytes of the GPU's memory are held for tensors, those that are free for the next ones included."""
    return _pool("total_bytes", device)


def _pool(question: str, device: Any) -> int:
    if not is_available():
        return 0
    with backend.on(_place(device)) as cupy:
        return int(getattr(cupy.get_default_memory_pool(), question)())


def empty_cache() -> None:
    """Give memory that no tensor holds back to the GPU."""
    cupy = backend.gpu_library()
    if cupy is not None:
        cupy.get_default_memory_pool().free_all_blocks()


def manual_seed(seed: int) -> None:
    """Begin the random numbers of the current GPU anew from this seed; nothing happens where there is none."""
    if is_available():
        generator_for(_place(None), None).manual_seed(seed)


def manual_seed_all(seed: int) -> None:
    """Begin the random numbers of all GPUs anew from this seed."""
    for number in range(device_count()):
        generator_for(_place(number), None).manual_seed(seed)
