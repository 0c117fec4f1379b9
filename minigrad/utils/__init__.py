"""What is useful around a model: `minigrad.utils.data` gives it its data."""

from . import data

__all__ = ["data"]
