"""NVIDIA's library of layers, which minigrad does not use: it has no kernels to choose from.

Many programs set `benchmark` and `deterministic` before they start. Both can be set, and change nothing.
"""

__all__ = ["is_available"]

enabled, benchmark, deterministic = True, False, False


def is_available() -> bool:
    """Whether it is used: never."""
    return False
