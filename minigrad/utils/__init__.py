"""What is useful around a model: `minigrad.utils.data` gives it its data, `dlpack` shares memory."""

from . import data, dlpack

__all__ = ["data", "dlpack"]
