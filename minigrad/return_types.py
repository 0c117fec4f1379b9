"""The named pairs that `max(dim)`, `sort`, `topk` and their like return: tuples whose parts have names.

Examples
--------
>>> import minigrad
>>> found = minigrad.tensor([3., 1., 2.]).sort()
>>> found.indices
tensor([1, 2, 0])
>>> values, indices = found
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any


class _Result(tuple[Any, ...]):
    """A tuple with a name for each part; made, as a tuple is, of one sequence."""

    __slots__ = ()
    fields: tuple[str, ...] = ()

    def __repr__(self) -> str:
        parts = ",\n".join(f"{name}={part!r}" for name, part in zip(self.fields, self, strict=True))
        return f"{type(self).__module__}.{type(self).__name__}(\n{parts})"


def _named(name: str, *fields: str) -> Any:
    parts = {field: property(itemgetter(k)) for k, field in enumerate(fields)}
    doc = f"What `{name}` returns: {' and '.join(fields)}."
    return type(name, (_Result,), {"__slots__": (), "__module__": __name__, "__doc__": doc, "fields": fields, **parts})


aminmax = _named("aminmax", "min", "max")
max, min, sort, topk, kthvalue, mode, median, nanmedian, cummax, cummin = (
    _named(name, "values", "indices")
    for name in ("max", "min", "sort", "topk", "kthvalue", "mode", "median", "nanmedian", "cummax", "cummin")
)
linalg_slogdet = _named("linalg_slogdet", "sign", "logabsdet")
