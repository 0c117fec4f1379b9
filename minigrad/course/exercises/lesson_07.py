"""Exercises of lesson 07, Accumulation."""

from functools import partial
from typing import Any

import numpy as np

import minigrad
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank
from minigrad.course.exercises.only_a_look import ONLY_A_LOOK
from minigrad.course.exercises.watched import Bills, Watched, close, slope, tensors

# --- 07.1 -------------------------------------------------------------------------------------------------------------

START, RATE = 0.5, 0.02
# Batches of different numbers of micro-batches; within a batch these are of equal size.
BATCHES: tuple[tuple[Bills, ...], ...] = (
    (([1.0, 2.0], [3.0, 5.0]), ([3.0, 1.0], [7.0, 1.0])),
    (([2.0], [4.5]), ([1.0], [2.5]), ([4.0], [9.0])),
    (([1.0, 1.5, 2.5], [2.0, 2.0, 6.0]),),
)


def _train(function: Any) -> str | None:
    if is_blank(function):
        raise NotYet("define train, then hand it over.")
    w = minigrad.tensor(START, dtype=minigrad.float64, requires_grad=True)
    optimizer = Watched(w, RATE)
    function(w, optimizer, [[tensors(bills) for bills in batch] for batch in BATCHES])
    at = w.item()
    if close(at, trained()):
        return None
    if optimizer.steps != len(BATCHES):
        return "another number of steps"
    if close(at, trained(cleared="never")):
        if optimizer.cleared == 0:
            raise NotYet("nothing is cleared yet: the second step still uses what the first batch has left in .grad.")
        return "cleared once"
    if close(at, START):
        return "cleared before the step"
    return "the last micro-batch alone" if close(at, trained(cleared="always")) else "something else"


def trained(cleared: str = "after each step") -> float:
    """Where w ends if .grad is cleared there; "never"; or "always", that is, before each pass."""
    w, grad = START, 0.0
    for batch in BATCHES:
        for bills in batch:
            grad = slope(w, bills) / len(batch) + (0.0 if cleared == "always" else grad)
        w -= RATE * grad
        grad = grad if cleared == "never" else 0.0
    return w


_train_cell = partial(function_cell, "07.1", "train(w, optimizer, batches)")

OUTER, INNER, STEP = "for batch in batches:", "    for bills in batch:", "    optimizer.step()"
PASS = ("        loss = loss_of(w, bills) / len(batch)", "        loss.backward()")

PLACE_ZERO_GRAD = Exercise(
    id="07.1",
    title="Place zero_grad",
    stub="# Put optimizer.zero_grad() where it belongs. Each batch is a list of micro-batches, and makes one step.\n"
    + _train_cell(OUTER, INNER, *PASS, STEP),
    solution=_train_cell(OUTER, "    optimizer.zero_grad()", INNER, *PASS, STEP),
    explanation="""\
Once for each step, so in the outer loop. Within a batch the micro-batches are to add up, so nothing is cleared in the
inner loop. Before the inner loop and after the step are both right.
""",
    judge=_train,
    praise="Cleared once for each step: micro-batches add up, and batches do not.",
    hint="Follow .grad through two batches: what should be in it when step() comes, and what is in it?",
    second_hint="Only two places are right, and both are in the outer loop, outside of the inner one. Which are they?",
    mistakes=(
        Mistake(
            "cleared once",
            _train_cell("optimizer.zero_grad()", OUTER, INNER, *PASS, STEP),
            "That clears once in all. From the second batch on, each step uses the gradients of earlier batches, too.",
            pitfall="M11",
        ),
        Mistake(
            "the last micro-batch alone",
            _train_cell(OUTER, INNER, "        optimizer.zero_grad()", *PASS, STEP),
            "Now each micro-batch wipes out the one before: a step uses the last one alone. They should add up.",
        ),
        Mistake(
            "cleared before the step",
            _train_cell(OUTER, INNER, *PASS, "    optimizer.zero_grad()", STEP),
            "w never moves. When step() comes, .grad is empty: you clear it after the passes and before the step.",
        ),
        Mistake(
            "another number of steps",
            _train_cell(OUTER, INNER, "        optimizer.zero_grad()", *PASS, "        optimizer.step()"),
            "Each batch should make one step, after its last micro-batch. Leave step() where it was.",
        ),
    ),
)

# --- 07.2 -------------------------------------------------------------------------------------------------------------

# What the judge tries: where w stands, and the micro-batches. The lesson's own come first.
LISTS: tuple[tuple[float, tuple[Bills, ...]], ...] = (
    (0.0, (([1.0, 1.0], [2.0, 2.0]), ([2.0, 2.0], [4.0, 4.0]), ([5.0], [10.0]))),
    (1.5, (([3.0], [5.0]), ([1.0, 2.0, 4.0], [2.5, 4.0, 7.0]), ([2.0, 6.0], [5.0, 11.0]))),
    (-1.0, (([1.0, 2.0], [2.0, 5.0]), ([4.0, 3.0], [8.0, 7.0]))),
    (0.5, (([1.0, 2.0, 3.0], [2.0, 5.0, 6.5]),)),
)


def _in_pieces(function: Any) -> str | None:
    if is_blank(function):
        raise NotYet("define backward_in_pieces, then hand it over.")
    for at, micro_batches in LISTS:
        w = minigrad.tensor(at, requires_grad=True)
        function(w, [tensors(bills) for bills in micro_batches])
        if w.grad is None:
            return "nothing there"
        given = w.grad.item()
        sizes = np.array([len(kilos) for kilos, _ in micro_batches])
        means = np.array([slope(at, bills) for bills in micro_batches])
        if close(given, (sizes * means).sum() / sizes.sum()):
            continue
        if close(given, means.sum()):
            raise NotYet("each micro-batch still counts in full. For the lesson's pieces that makes −120, not −28.")
        return _wrong_weights(given, sizes, means)
    return None


def _wrong_weights(given: float, sizes: np.ndarray, means: np.ndarray) -> str:
    n, last = sizes.sum(), means[-1]
    wrong = {
        "the mean of the means": [means.mean()],
        "not divided": [(sizes * means).sum()],
        "all as large as the first": [(sizes * means).sum() / (sizes[0] * len(sizes))],
        "divided by its own size": [(means / sizes).sum(), (means / sizes).mean()],
        "only the last one": [last, last * sizes[-1] / n, last / len(sizes)],
    }
    return next((name for name, values in wrong.items() if any(close(given, v) for v in values)), "something else")


def _pieces_cell(*lines: str, count: bool = True) -> str:
    counted = ["total = sum(len(kilos) for kilos, price in micro_batches)"] if count else []
    loop = ["for bills in micro_batches:", *(f"    {line}" for line in lines)]
    return function_cell("07.2", "backward_in_pieces(w, micro_batches)", *counted, *loop)


UNEQUAL = Exercise(
    id="07.2",
    title="Unequal micro-batches",
    stub="# w.grad is None at first. Leave in it the gradient of the mean loss over all bills of all micro-batches.\n"
    + _pieces_cell("loss = loss_of(w, bills)", "loss.backward()", count=False),
    solution=_pieces_cell(
        "share = len(bills[0]) / total",
        "loss = loss_of(w, bills) * share",
        "loss.backward()",
    ),
    explanation="""\
Each micro-batch counts by its share of the bills, for `pieces` $\\frac{2}{5}$, $\\frac{2}{5}$ and $\\frac{1}{5}$.
Another way is to take *sums* of squares instead of means, and to divide by the number of all bills. (`bills` is a pair,
so `len(bills)` is always 2. How many bills there are is the length of either part.)
""",
    judge=_in_pieces,
    praise="Each micro-batch counts by its share, and the gradient is that of the whole batch, whatever the sizes.",
    hint="Try it on `pieces` with w = 0, and print w.grad: −28 is right. Which micro-batch counts too much?",
    second_hint="Count all bills first. Then multiply each loss by the number of its own bills over that count.",
    mistakes=(
        Mistake(
            "the mean of the means",
            _pieces_cell("loss = loss_of(w, bills) / len(micro_batches)", "loss.backward()", count=False),
            "That is the mean of the means: all micro-batches count alike. How many bills has each? (len(bills[0]))",
            pitfall="M12",
        ),
        Mistake(
            "not divided",
            _pieces_cell("loss = loss_of(w, bills) * len(bills[0])", "loss.backward()", count=False),
            "Each bill counts alike now. But this is the sum over all bills, and the mean is asked for.",
        ),
        Mistake(
            "divided by its own size",
            _pieces_cell("loss = loss_of(w, bills) / len(bills[0])", "loss.backward()", count=False),
            "Here a micro-batch counts less the more bills it has. It should be the other way round.",
        ),
        Mistake(
            "all as large as the first",
            _pieces_cell(
                "total = len(micro_batches) * len(micro_batches[0][0])",
                "loss = loss_of(w, bills) * len(bills[0]) / total",
                "loss.backward()",
                count=False,
            ),
            "You divide by a number of bills that would be right if all micro-batches were as large as the first.",
        ),
        Mistake(
            "only the last one",
            _pieces_cell("w.grad = None", "loss = loss_of(w, bills) * len(bills[0]) / total", "loss.backward()"),
            "Only the last micro-batch is left in w.grad. Within a batch nothing must be cleared.",
        ),
        Mistake(
            "nothing there",
            _pieces_cell(
                "minigrad.autograd.grad(loss_of(w, bills) * len(bills[0]) / total, w)",
            ),
            "w.grad is None afterwards. It is backward() that fills it; grad only hands gradients out.",
        ),
    ),
)

EXERCISES = (PLACE_ZERO_GRAD, UNEQUAL, ONLY_A_LOOK)
