"""Making one batch of many samples."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from copy import copy
from typing import Any

import numpy as np

from ...backend import is_array
from ...creation import as_tensor, tensor
from ...dtypes import float64
from ...ops.shaping import stack
from ...tensor import Tensor

_UNKNOWN = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"


def default_collate(batch: Any) -> Any:
    """One batch: tensors and arrays stacked, numbers made a tensor; dicts and tuples of these, part by part.

    Parameters
    ----------
    batch : list
        Samples of one kind. Texts stay a list.

    Raises
    ------
    TypeError
        If a sample is of another kind.
    RuntimeError
        If samples that are lists have different lengths.

    Examples
    --------
    >>> import minigrad
    >>> from minigrad.utils.data import default_collate
    >>> default_collate([(minigrad.ones(2), 3), (minigrad.zeros(2), 5)])
    [tensor([[1., 1.],
            [0., 0.]]), tensor([3, 5])]
    >>> default_collate([{"x": 0.5, "name": "a"}, {"x": 1.5, "name": "b"}])
    {'x': tensor([0.5000, 1.5000], dtype=minigrad.float64), 'name': ['a', 'b']}
    """
    first = batch[0]
    kind = type(first)
    if isinstance(first, Tensor):
        return stack(list(batch))
    if is_array(first):
        if first.dtype.kind not in "biuf":
            raise TypeError(_UNKNOWN.format(first.dtype))
        return stack([as_tensor(array) for array in batch])
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, (np.bool_, np.number)):
        return as_tensor(batch)
    if isinstance(first, float):
        return tensor(batch, dtype=float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, Mapping):
        return _like(first, {key: default_collate([sample[key] for sample in batch]) for key in first})
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return kind(*(default_collate(parts) for parts in zip(*batch, strict=False)))
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [default_collate(parts) for parts in zip(*batch, strict=True)]
        return columns if isinstance(first, tuple) else _like(first, columns)
    raise TypeError(_UNKNOWN.format(kind))


def default_convert(data: Any) -> Any:
    """One sample without a batch: arrays in it become tensors, the rest stays as it is."""
    if isinstance(data, np.generic) or (is_array(data) and data.dtype.kind in "biuf"):
        return data if isinstance(data, np.str_) else as_tensor(data)
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*(default_convert(part) for part in data))
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        parts = [default_convert(part) for part in data]
        return parts if isinstance(data, tuple) else _like(data, parts)
    return data


def _like(model: Any, parts: Any) -> Any:
    """The parts in a container of the same class as `model`, if that can be made; else as they are."""
    try:
        if isinstance(model, (MutableMapping, MutableSequence)):
            made: Any = copy(model)
            for place, part in parts.items() if isinstance(parts, dict) else enumerate(parts):
                made[place] = part
            return made
        return type(model)(parts)
    except TypeError:  # a class of the user's, with a constructor of its own
        return parts
