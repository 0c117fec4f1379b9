"""Exercise 16.7 of lesson 16: what is wrong with each of five broken notebooks."""

from collections.abc import Mapping
from typing import Any

from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank, table_cell

CAUSES = ("cleared", "cut", "overwritten", "pairs", "rebound", "spent")
RIGHT = ("cleared", "pairs", "cut", "spent", "overwritten")


def judge_causes(answer: Any) -> str | None:
    """Five words of `CAUSES`, in a dict by number or in order."""
    if is_blank(answer):
        raise NotYet("put one of the six words in place of each ... (five in all).")
    given = [answer[number] for number in sorted(answer)] if isinstance(answer, Mapping) else list(answer)
    words = [str(word).strip().lower() for word in given]
    if len(words) != len(RIGHT) or not set(words) <= set(CAUSES):
        return "other words"
    return next(
        (f"notebook {n}" for n, (word, right) in enumerate(zip(words, RIGHT, strict=True), 1) if word != right), None
    )


def _cell(*words: str) -> str:
    return table_cell("16.7", "causes", dict(enumerate(words, 1)))


def _but(number: int, word: str) -> str:
    """The right answers with one of them changed."""
    return _cell(*RIGHT[: number - 1], word, *RIGHT[number:])


BROKEN_NOTEBOOKS = Exercise(
    id="16.7",
    title="Five broken notebooks",
    stub="""\
# One of "cleared", "cut", "overwritten", "pairs", "rebound" and "spent" for each.
causes = {
    1: ...,
    2: ...,
    3: ...,
    4: ...,
    5: ...,
}
check("16.7", causes)
""",
    solution=_cell(*RIGHT),
    explanation="""\
1. `zero_grad()` stands between `backward()` and `step()`: the gradients are gone when the step comes. Put it before
   `backward()`.
2. `hours @ w` is a column, `price` a list: their difference is a 4 × 4 table of all pairs. Write
   `(hours @ w)[:, 0] - price`.
3. `item()` hands out plain numbers, and `tensor` makes a new leaf of them: no path leads from it to the parts. Write
   `minigrad.stack(parts)`.
4. `scale` is made once, and the first `backward()` frees what its node had saved. Make it anew in each round.
5. `from_numpy` shares the array, and the loop writes over it. All three products have saved the last numbers, and
   NumPy's writes are not counted. Write `tensor(buffer)`, which copies.
""",
    judge=judge_causes,
    praise="Five causes found, and four of the five notebooks raised no error at all.",
    hint="Run each notebook, then ask: which numbers are as they should be, and where do they stop being so?",
    second_hint="step(loss), shapes, .grad after each line, and a nudge: one of them shows the cause each time.",
    mistakes=(
        Mistake(
            "notebook 1",
            _but(1, "rebound"),
            "Notebook 1: w is the leaf all the time. Print w.grad just before step(): who emptied it?",
            pitfall="M11",
        ),
        Mistake(
            "notebook 2",
            _but(2, "cut"),
            "Notebook 2: gradients do reach w. Print the shape of the difference: how many numbers should it have?",
            pitfall="M10",
        ),
        Mistake(
            "notebook 3",
            _but(3, "cleared"),
            "Notebook 3: nothing is ever cleared. Call draw_graph(loss): does a path lead from w to the parts?",
            pitfall="M23",
        ),
        Mistake(
            "notebook 4",
            _but(4, "overwritten"),
            "Notebook 4: nobody writes to anything. Which node is made once, and has to run in every round?",
            pitfall="M13",
        ),
        Mistake(
            "notebook 5",
            _but(5, "cut"),
            "Notebook 5: all paths are there. What had each product saved, and what stands in that memory at the end?",
            pitfall="M19",
        ),
        Mistake(
            "other words",
            _cell("no zero_grad", "pairs", "cut", "spent", "overwritten"),
            'Five answers, each one of these words: "cleared", "cut", "overwritten", "pairs", "rebound", "spent".',
        ),
    ),
)
