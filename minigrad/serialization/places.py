"""Where loaded tensors go: `map_location`."""

from __future__ import annotations

from typing import Any

from .. import backend


class Held:
    """A storage on its way, as a `map_location` function sees it."""

    def __init__(self, device: str) -> None:
        self.device = backend.device(device)

    def cpu(self) -> Held:
        """The same numbers on the CPU."""
        return Held("cpu")

    def cuda(self, index: int = 0) -> Held:
        """The same numbers on a GPU."""
        return Held(f"cuda:{index}")


def place(location: str, map_location: Any) -> backend.device:
    """The device for a storage that was at `location` when it was saved.

    Parameters
    ----------
    location : str
        Such as "cpu" or "cuda:0".
    map_location : None, str, device, dict or function

    Raises
    ------
    RuntimeError
        If there is no such place here.
    """
    if callable(map_location):
        found = map_location(Held("cpu"), location)  # as in PyTorch, the numbers are on the CPU before
        return _present(location if found is None else str(getattr(found, "device", found)))
    if isinstance(map_location, dict):
        return _present(str(map_location.get(location, location)))
    return _present(location) if map_location is None else _present(str(map_location))


def _present(location: str) -> backend.device:
    kind = location.partition(":")[0]
    if kind not in ("cpu", "cuda"):
        raise RuntimeError(
            f"don't know how to restore data location of torch.storage.UntypedStorage (tagged with {location}). Pass "
            "map_location='cpu' to have the tensors on the CPU."
        )
    if kind == "cuda" and backend.gpu_library() is None:
        raise RuntimeError(
            "Attempting to deserialize object on a CUDA device but minigrad.cuda.is_available() is False. If you are "
            "running on a CPU-only machine, please use minigrad.load with map_location=minigrad.device('cpu') to map "
            "your storages to the CPU."
        )
    return backend.device(location)
