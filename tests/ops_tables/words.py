"""The words that the families of operations share: rows, the usual cases, the usual refusals."""

from __future__ import annotations

from typing import Any

from tests.samples import (
    Case,
    Input,
    Refusal,
    Row,
    apart,
    bools,
    case,
    fixed,
    ints,
    more,
    pos,
    real,
    refused,
    regular,
    unit,
)  # fmt: skip

__all__ = [
    "Any", "Case", "Input", "Refusal", "Row", "Rows", "apart", "bools", "case", "fixed", "inf", "ints", "more", "nan",
    "odd", "out_of_range", "outside", "pairs", "pos", "real", "refused", "regular", "shapes_clash", "singles",
    "strangers", "twice", "unit",
]  # fmt: skip

nan, inf = float("nan"), float("inf")


class Rows(list[Row]):
    """The rows of one family; calling it adds one.

    ``op(name, forms...)``: forms are Python expressions in ``torch`` (the module under test), the inputs
    ``a, b, c, d`` and the keywords ``kw``; all of them must give the same result by the same node.
    """

    def __call__(
        self, name: str, *forms: str, on: list[Case], refuses: tuple[Refusal, ...] = (), smooth: bool = True
    ) -> None:
        self.append(Row(name, forms, on, list(refuses), smooth))


def pairs(left: Any = real, right: Any = real) -> list[Case]:
    """What every operation on two tensors is tried on."""
    return [
        case(left(3), right(3)),
        case(left(), right()),
        case(left(2, 3), right(3)),
        case(left(2, 1, 2), right(3, 1)),
        case(left(3), right()),
        case(left(0, 3), right(3)),
        case(left(3, 2).T, right(2, 3)),
        case(left(3).const, right(2, 3)),
        case(left(3).f32, right(3)),
        case(left(3).f32, right()),
        case(left(3).f16, right(3).f16),
    ]


def singles(kind: Any = real) -> list[Case]:
    """What every operation on one tensor is tried on."""
    return [case(kind(3)), case(kind(2, 3)), case(kind()), case(kind(0, 3)), case(kind(3, 2).T), case(kind(3).f32)]


def shapes_clash(n: int = 4, m: int = 3) -> Refusal:
    says = f"The size of tensor a ({m}) must match the size of tensor b ({n}) at non-singleton dimension 0"
    return refused(RuntimeError, real(m), real(n), says=says)


out_of_range = "Dimension out of range (expected to be in range of [-2, 1], but got 2)"
outside = refused(IndexError, real(2, 3), dim=2, says=out_of_range)
twice = refused(RuntimeError, real(2, 3), dim=(0, 0))
# For operations that take every tensor: what is no tensor is refused, by the function and for lack of the method.
strangers = tuple(refused((TypeError, AttributeError), stranger) for stranger in ("text", None))
odd = case(fixed([nan, inf, -inf, 0.0, -0.0]), smooth=False)
