"""The Jacobian of a small function as a heat map, with a slider for each entry of v (lesson 05)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from ..values import describe, number
from ..words import join
from .instrument import Instrument, check_tensor
from .still import CELL_HEIGHT, CELL_WIDTH, drawing, heat_cell, words

MOST = 8  # rows, and columns


class JacobianMap(Instrument):
    """J as a heat map; `value` is v, a list with a number for each row."""

    kind = "jacobian_map"

    @property
    def product(self) -> list[Any]:
        """The vector-Jacobian product vᵀJ."""
        columns = len(self.state["columns"])
        values = self.state["jacobian"]["values"]
        rows = [values[i : i + columns] for i in range(0, len(values), columns)]
        weighted = [[v * float(x) for x in row] for v, row in zip(self.value, rows, strict=True) if v]
        return [float(f"{sum(column):.6g}") for column in zip(*weighted, strict=True)] or [0.0] * columns

    @property
    def alt(self) -> str:
        state, columns, values = self.state, len(self.state["columns"]), self.state["jacobian"]["values"]
        rows = [values[i : i + columns] for i in range(0, len(values), columns)]
        matrix = join([f"{name} {_vector(row)}" for name, row in zip(state["rows"], rows, strict=True)])
        lit = [name for name, weight in zip(state["rows"], self.value, strict=True) if weight]
        said = f"the rows of {join(lit)}, each times its entry of v, added up" if lit else "no row counts"
        v, product = _vector(self.value), _vector(self.product)
        return f"{state['caption']} Its rows are {matrix}. With v = {v}, vᵀJ is {product}: {said}."

    def still(self) -> str:
        state, v = self.state, self.value
        columns, values = len(state["columns"]), state["jacobian"]["values"]
        left, top = 170.0, 52.0
        furthest, widest = _furthest(values), _furthest(v) or 1.0
        parts = [words((12, 22), state["caption"], "left source")]
        parts.append(words((80, top - 6), "v", "right source"))
        parts += [words((left + (j + 0.5) * CELL_WIDTH, top - 6), name) for j, name in enumerate(state["columns"])]
        for i, (name, weight) in enumerate(zip(state["rows"], v, strict=True)):
            y = top + i * CELL_HEIGHT
            parts += [
                words((80, y + 16), number(weight), "right source"),
                words((left - 10, y + 16), name, "right source"),
            ]
            cells = values[i * columns : (i + 1) * columns]
            light = abs(weight) / widest
            parts += [heat_cell((left + j * CELL_WIDTH, y), cell, furthest, light) for j, cell in enumerate(cells)]
        y = top + len(v) * CELL_HEIGHT + 8
        parts.append(words((left - 10, y + 16), "vᵀJ", "right name"))
        most = _furthest(self.product)
        product = [_plain(x) for x in self.product]
        parts += [heat_cell((left + j * CELL_WIDTH, y), x, most) for j, x in enumerate(product)]
        width = max(left + columns * CELL_WIDTH + 12, 24 + 7.2 * len(state["caption"]))
        return drawing((width, y + CELL_HEIGHT + 10), self.alt, parts)


def jacobian_map(f: Callable[[Any], Any], x: Any, v: Sequence[float] | None = None) -> JacobianMap:
    """Which rows of the Jacobian does v pick out?

    Parameters
    ----------
    f : a function of one tensor, with at most 8 results.
    x : where the Jacobian is taken, a tensor of at most 8 elements.
    v : the weights of the rows to begin with, a number for each result; ones by default.

    Returns
    -------
    A widget with a slider for each entry of v; ``.value`` is v, ``.product`` is vᵀJ.

    Raises
    ------
    ValueError
        If J has more than 8 rows or columns, or v another number of entries than J has rows.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([1.0, 2.0])
    >>> jacobian_map(lambda x: x * x.sum(), x, v=[1, 0]).product
    [4.0, 1.0]
    """
    from ...autograd.functional import jacobian

    check_tensor(x)
    y = f(x.detach())
    rows, columns = math.prod(y.shape), math.prod(x.shape)
    if not (0 < rows <= MOST and 0 < columns <= MOST):
        raise ValueError(
            f"This Jacobian has {rows:,} rows and {columns:,} columns; a heat map with its numbers is drawn of "
            f"up to {MOST} by {MOST}. Take fewer elements: what holds for three holds for a million."
        )
    v = [1.0] * rows if v is None else [float(weight) for weight in v]
    if len(v) != rows:
        raise ValueError(f"v has one entry for each row of J: {rows}, not {len(v)}")
    matrix = describe(jacobian(f, x).detach().array.reshape(rows, columns))
    state = {
        "question": "Which rows of the Jacobian does v pick out?",
        "caption": f"The Jacobian J: row i is how result i changes with each of the {columns} inputs.",
        "rows": _names("y", y.shape),
        "columns": _names("x", x.shape),
        "jacobian": matrix,
        "limit": max(2.0, *(abs(weight) for weight in v)),
    }
    return JacobianMap(state, v)


def _names(name: str, shape: tuple[int, ...]) -> list[str]:
    """`y`, or `y[0]`, `y[1]`, …, as one writes the elements of a tensor."""
    places = itertools.product(*map(range, shape))
    return [f"{name}[{', '.join(map(str, place))}]" if place else name for place in places]


def _furthest(values: Sequence[Any]) -> float:
    """The largest distance from 0 of a number that is finite."""
    return max((abs(x) for x in values if not isinstance(x, str) and math.isfinite(x)), default=0.0)


def _plain(x: Any) -> Any:
    return x if isinstance(x, str) or math.isfinite(x) else str(float(x))


def _vector(numbers: Sequence[Any]) -> str:
    """`[5., -5., nan]`."""
    return f"[{', '.join(number(_plain(x)) for x in numbers)}]"
