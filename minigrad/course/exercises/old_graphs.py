"""Exercise 08.4: a report over many losses that keeps none of their graphs alive."""

import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np

from minigrad import Tensor, tensor
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, numbers

# The losses are the squares of these: the largest comes early, so that it is an old one at the end.
ROOTS = (1.5, 3.0, 2.5, 2.0, 1.0, 2.75, 0.5, 1.25)


class Rounds:
    """Losses, each made when its turn comes; knows by weak references how many of their graphs are alive.

    Attributes
    ----------
    w : Tensor
        The leaf that they are made from.
    most : int
        How many older graphs were alive, at most, when a new loss was made.
    """

    def __init__(self) -> None:
        self.w = tensor(1.0, requires_grad=True)
        self.most = 0
        self._ends: list[weakref.ref[Any]] = []

    def __iter__(self) -> Iterator[Tensor]:
        return (self._made(root) for root in ROOTS)

    def alive(self) -> int:
        """How many graphs are alive now."""
        return sum(end() is not None for end in self._ends)

    def _made(self, root: float) -> Tensor:
        self.most = max(self.most, self.alive())
        loss = (self.w * root) ** 2
        self._ends.append(weakref.ref(loss.grad_fn))
        return loss


def _report(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet("define report, then hand it over.")
    rounds = Rounds()
    result = answer(iter(rounds))
    mean, largest = result
    values = np.square(ROOTS)
    if rounds.w.grad is None:
        return "no backward"
    if _with_graph(mean) and _with_graph(largest):
        raise NotYet(f"at the end, the graphs of {rounds.alive()} losses out of {len(ROOTS)} are still alive.")
    if _near(mean, values.sum()):
        return "the sum"
    if not (_near(mean, values.mean()) and _near(largest, values.max())):
        return "other numbers"
    if not _near(rounds.w.grad, 2 * values.sum()):
        return "some without backward"
    if rounds.most > 2:
        return "the total keeps them" if _with_graph(mean) else "a number too late"
    return "the largest keeps one" if rounds.most > 1 or rounds.alive() > 0 else None


def _with_graph(x: Any) -> bool:
    return bool(getattr(x, "requires_grad", False))


def _near(given: Any, right: float) -> bool:
    found = numbers(given)
    return found.size == 1 and bool(np.allclose(found, right, rtol=1e-4))


def _cell(
    total: str = "total += loss",
    largest: tuple[str, str] = ("loss > largest", "loss"),
    backward: str = "loss.backward()",
    result: str = "total / count, largest",
) -> str:
    larger, kept = largest
    return function_cell(
        "08.4",
        "report(losses)",
        "total, largest, count = 0.0, None, 0",
        "for loss in losses:",
        *([f"    {backward}"] if backward else []),
        f"    {total}",
        f"    if largest is None or {larger}:",
        f"        largest = {kept}",
        "    count += 1",
        f"return {result}",
    )


NUMBER = ("loss.item() > largest", "loss.item()")

OLD_GRAPHS = Exercise(
    id="08.4",
    title="Let go of old graphs",
    stub="# Mend it: the mean and the largest loss, as now. When a loss is made, only the one before may be alive.\n"
    + _cell(),
    solution=_cell("total += loss.item()", NUMBER),
    explanation="""\
`total` and `largest` both hold a loss, and a loss leads to its graph. `loss.item()` is a plain number. (`loss.detach()`
does as well: a tensor without a history.) The one old graph that stays is that of the name `loss`, until the next
round binds it anew.

How is that checked? By *weak references* (Python's `weakref`): they point to a node without keeping it alive, so one
can count how many are still there.
""",
    judge=_report,
    praise="The same report, and each graph is gone when the next one comes, however many rounds there are.",
    hint="It should hand back the mean and the largest of the losses, and run backward() on each of them.",
    second_hint="Two names live on after a round: total and largest. Each should hold a number, not a loss.",
    mistakes=(
        Mistake(
            "the total keeps them",
            _cell(largest=NUMBER),
            "largest is a number now. But total is made from all losses, and keeps all their graphs alive.",
            pitfall="M16",
        ),
        Mistake(
            "the largest keeps one",
            _cell("total += loss.item()"),
            "total is a number now. One old graph is still alive, though: that of the round with the largest loss.",
            pitfall="M16",
        ),
        Mistake(
            "a number too late",
            _cell(result="(total / count).item(), largest.item()"),
            "You hand back plain numbers, but only at the end. While the loop runs, every old graph is still alive.",
            pitfall="M16",
        ),
        Mistake(
            "no backward",
            _cell("total += loss.item()", NUMBER, backward=""),
            "The numbers are right, and no graph stays. But nobody calls backward() any more, so nothing is learnt.",
        ),
        Mistake(
            "the sum",
            _cell("total += loss.item()", NUMBER, result="total, largest"),
            "No graph stays. But the first number is the sum of the losses now, and it should be their mean.",
        ),
    ),
)
