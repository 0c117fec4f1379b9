"""NumPy's functions of shape and place, with NumPy's arguments, for tensors: `dispatch.py` sends their calls here."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensor import Tensor, wrap
from . import arranging, gathering, grids, moving, shaping


def _tensor(x: Any) -> Tensor:
    return x if isinstance(x, Tensor) else wrap(np.asarray(x))


def flip(m: Tensor, axis: Any = None) -> Tensor:
    """`np.flip`: without an axis, all are turned."""
    return moving.flip(m, tuple(range(m.ndim)) if axis is None else axis)


def roll(a: Tensor, shift: Any, axis: Any = None) -> Tensor:
    """`np.roll`."""
    return moving.roll(a, shift, () if axis is None else axis)


def rot90(m: Tensor, k: int = 1, axes: Any = (0, 1)) -> Tensor:
    """`np.rot90`."""
    return moving.rot90(m, k, axes)


def tile(a: Tensor, reps: Any) -> Tensor:
    """`np.tile`."""
    return moving.tile(a, reps)


def tril(m: Tensor, k: int = 0) -> Tensor:
    """`np.tril`."""
    return moving.tril(m, k)


def triu(m: Tensor, k: int = 0) -> Tensor:
    """`np.triu`."""
    return moving.triu(m, k)


def diagonal(a: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """`np.diagonal`."""
    return shaping.diagonal(a, offset, axis1, axis2)


def moveaxis(a: Tensor, source: Any, destination: Any) -> Tensor:
    """`np.moveaxis`."""
    return arranging.movedim(a, source, destination)


def repeat(a: Tensor, repeats: Any, axis: int | None = None) -> Tensor:
    """`np.repeat`."""
    return grids.repeat_interleave(a, repeats if isinstance(repeats, int) else _tensor(repeats), axis)


def take_along_axis(arr: Tensor, indices: Any, axis: int | None = -1) -> Tensor:
    """`np.take_along_axis`."""
    return gathering.take_along_dim(arr, _tensor(indices), axis)


def squeeze(a: Tensor, axis: Any = None) -> Tensor:
    """`np.squeeze`."""
    return shaping.squeeze(a, axis)


def split(ary: Tensor, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """`np.split`."""
    return list(arranging.tensor_split(ary, indices_or_sections, axis))
