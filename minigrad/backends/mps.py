"""Apple's GPUs, which minigrad does not use."""

__all__ = ["is_available", "is_built"]


def is_available() -> bool:
    """Whether one can be used: never."""
    return False


def is_built() -> bool:
    """Whether minigrad knows how to use one: it does not."""
    return False
