"""Images made larger or smaller by `interpolate`: each number is one of the input's, or a mix of two neighbours.

Each dimension goes by itself; what one does to it is linear, and its derivative the same way backwards.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import backend
from .base import Op
from .calling import either
from .pool import empty_as

# mypy: disable-error-code="misc, operator, no-untyped-def"


class Way(NamedTuple):
    """From n places of one dimension to others: the new place i is a mix of `low[i]` and `high[i]`.

    `part[i]` is the share of `high[i]`; without it the new place is just `low[i]`.
    """

    n: int
    low: np.ndarray
    high: np.ndarray | None = None
    part: np.ndarray | None = None

    def there(self, a: Any, dim: int) -> Any:
        """Along dimension -1 or -2 of an array."""
        asarray = backend.namespace(a).asarray
        z = _take(a, asarray(self.low), dim)
        if self.part is None:
            return z
        share = _beside(asarray(self.part.astype(a.dtype)), dim)
        z *= 1 - share
        z += _take(a, asarray(self.high), dim) * share
        return z

    def back(self, g: Any, dim: int) -> Any:
        """The transpose: each number goes back to where it came from."""
        if self.part is None:
            return _collect(g, self.low, self.n, dim)
        share = _beside(backend.namespace(g).asarray(self.part.astype(g.dtype)), dim)
        return _collect(g * (1 - share), self.low, self.n, dim) + _collect(g * share, self.high, self.n, dim)


def _beside(row: Any, dim: int) -> Any:
    return row if dim == -1 else row[:, None]


def _at(dim: int, place: Any) -> tuple[Any, ...]:
    return (..., place) if dim == -1 else (..., place, slice(None))


def _sides(a: Any, dim: int, n: int) -> tuple[int, ...]:
    return (*a.shape[:-1], n) if dim == -1 else (*a.shape[:-2], n, a.shape[-1])


def _take(a: Any, places: Any, dim: int) -> Any:
    """The numbers at these places, laid out in memory as `a` is."""
    z = empty_as(a, _sides(a, dim, len(places)), 0)
    z[...] = a[_at(dim, places)]
    return z


def _collect(g: Any, places: Any, n: int, dim: int) -> Any:
    """Sums of the numbers that belong to one place. `places` never decreases, so those stand next to each other."""
    start = np.searchsorted(places, np.arange(n), "left")
    stop = np.searchsorted(places, np.arange(n), "right")
    z = empty_as(g, _sides(g, dim, n), 0)
    for k in range(int(np.max(stop - start))):
        has = np.nonzero(start + k < stop)[0]
        xp = backend.namespace(g)
        z[_at(dim, xp.asarray(has))] += g[_at(dim, xp.asarray(start[has] + k))]
    return z


class _Up(Op):
    formula = (r"\bar z \text{ back where it came from, each with its share}",)

    def forward(a, ways):
        kind = a.dtype
        z = a.astype(np.float32) if kind.char == "e" else a
        for dim, way in zip((-1, -2), reversed(ways), strict=False):
            z = way.there(z, dim)
        return z.astype(kind, copy=False)

    def grad_a(g, ways):
        return either(_Back, g, ways=ways)


class _Back(Op):
    node_name = "UpsampleBackwardBackward0"
    formula = (r"\bar z \text{ resampled}",)

    def forward(a, ways):
        kind = a.dtype
        z = a.astype(np.float32) if kind.char == "e" else a
        for dim, way in zip((-1, -2), reversed(ways), strict=False):
            z = way.back(z, dim)
        return z.astype(kind, copy=False)

    def grad_a(g, ways):
        return either(_Up, g, ways=ways)


class UpsampleNearest1D(_Up):
    pass


class UpsampleNearest2D(_Up):
    pass


class UpsampleNearestExact1D(_Up):
    pass


class UpsampleNearestExact2D(_Up):
    pass


class UpsampleLinear1D(_Up):
    pass


class UpsampleBilinear2D(_Up):
    pass


def nearest(n: int, count: int, scale: float | None, exact: bool) -> Way:
    """PyTorch computes places in single precision (aten/src/ATen/native/UpSample.h), and so they round as there."""
    step = np.float32(1 / scale if scale else n / count)
    places = np.arange(count, dtype=np.float32)
    low = np.floor((places + np.float32(0.5)) * step if exact else places * step).astype(np.int64)
    return Way(n, np.minimum(low, n - 1))


def linear(n: int, count: int, scale: float | None, align_corners: bool, dtype: Any) -> Way:
    """The new places' middles lie evenly between the old ones', or (`align_corners`) first on first, last on last."""
    kind = np.dtype(np.float64 if dtype == np.float64 else np.float32).type
    places = np.arange(count, dtype=kind)
    if align_corners:
        x = places * kind((n - 1) / (count - 1) if count > 1 else 0)
    else:
        x = np.maximum(kind(1 / scale if scale else n / count) * (places + kind(0.5)) - kind(0.5), kind(0))
    low = np.minimum(x.astype(np.int64), n - 1)
    return Way(n, low, np.minimum(low + 1, n - 1), np.clip(x - low, 0, 1))
