"""What index tensors must be: their dtype, their bounds, their shape, and PyTorch's words for those that are not."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..tensor import Tensor
from .operands import type_word


def kind_of(x: Any) -> str:
    """What PyTorch's messages call an array's dtype: "Long", "Float"."""
    return dtypes.SCALAR_TYPE_NAMES[dtypes.of(x).name]


def must_be_tensors(name: str, **arguments: Any) -> None:
    """Raise if one of the arguments `index_3=x` (its name and its place among the arguments) is no tensor."""
    for argument, value in arguments.items():
        if not isinstance(value, Tensor):
            label, _, position = argument.rpartition("_")
            raise TypeError(
                f"{name}(): argument '{label}' (position {position}) must be Tensor, not {type_word(value)}"
            )


def bad_number(index: Any, n: int, lowest: int = 0) -> int | None:
    """The first number of an index that is not from `lowest` to n - 1; None if there is none.

    Only NumPy's arrays are looked at. On a GPU the look would make the host wait for everything queued before it;
    there a wrong number goes unnoticed, as a wrong number there does not raise at its own line in PyTorch either.
    """
    if not isinstance(index, np.ndarray) or not index.size:
        return None
    if index.min() >= lowest and index.max() < n:
        return None
    outside = (index < lowest) | (index >= n)
    return int(index[outside][0])


def check_bounds(index: Any, n: int, dim: int, lowest: int = 0, error: Any = RuntimeError, says: str = "") -> None:
    """Raise if an index names what a dimension of length n does not have."""
    bad = bad_number(index, n, lowest)
    if bad is not None:
        raise error(f"{says}index {bad} is out of bounds for dimension {dim} with size {n}")


def is_int_or_long(index: Any) -> bool:
    return index.dtype in (np.int32, np.int64)
