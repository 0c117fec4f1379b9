"""Exercise 06.1 of lesson 06, Say each shape: what a stepper asks that is locked until its shapes are said."""

import re
from functools import partial
from typing import Any

from minigrad.course.exercises import Exercise, Mistake
from minigrad.course.exercises.be_the_engine import SHOW_ME, answers_cell, judge_answers

# What the lesson's locked stepper is called.
TITLE = "Backward pass of total"


def _dimensions(given: Any) -> list[int]:
    """A shape as it was typed, "(4, 1)" or "4x1", or as a list."""
    return [int(found) for found in re.findall(r"\d+", str(given))]


def _said(stepper: Any) -> str | None:
    return judge_answers(
        stepper,
        lambda title, asked: title == TITLE and {question["kind"] for question in asked} == {"shape"},
        _wrong_shape,
    )


def _wrong_shape(trace: dict[str, Any], answer: dict[str, Any]) -> str:
    out = next(o for o in trace["events"][answer["step"] - 1]["outgoing"] if o["input"] == answer["input"])
    given, right = _dimensions(answer["given"]), out["value"]["shape"]
    if out["raw"] is not None and given == out["raw"]["shape"]:
        return "before the sum"
    if given == [length for length in right if length != 1]:
        return "a 1 is lost"
    return "turned round" if given == right[::-1] else "something else"


_said_cell = partial(answers_cell, "06.1", "shapes", "Typed")


SAY_EACH_SHAPE = Exercise(
    id="06.1",
    title="Say each shape",
    stub='# Answer in the stepper above. Then run this cell.\ncheck("06.1", shapes)\n',
    solution=_said_cell([4, 3], [4, 3], [3], [4, 3], [4, 1], [2, 3]),
    explanation="""\
Forward: `h = a @ m` is (4, 3). The column `c` is stretched along dimension 1 and the list `r` along dimension 0, so
`k` and `e` are (4, 3) as well. Backward, each gradient has the shape of what it belongs to:

- `total` sends (4, 3) to `e`, and `e` sends (4, 3) to `k`.
- `r` has shape (3,): the sum over dimension 0, which was missing and is gone again.
- `k` sends (4, 3) to `h`. For `c` the sum is over dimension 1, which stays as a 1: (4, 1).
- `h` sends (2, 3) to `m`. Nobody asked for the gradient of `a`.

(The cell below hands the answers over by a program; you type them.)
""",
    judge=_said,
    praise="Six gradients, and each has the shape of what it belongs to.",
    hint="The last answer in the stepper is not right yet: which shape has the tensor that the gradient goes to?",
    second_hint="Write down the shapes of a, m, h, c, k, r and e. The gradient of each has the same shape.",
    mistakes=(
        Mistake(
            "before the sum",
            _said_cell([4, 3], [4, 3], [4, 3]),
            "So many numbers come back from the copies. At Σ they are summed: which shape has the input itself?",
        ),
        Mistake(
            "a 1 is lost",
            _said_cell([4, 3], [4, 3], [3], [4, 3], [4]),
            "c is a column: its second dimension has length 1. A gradient keeps that, so it is a column, too.",
        ),
        Mistake(
            "turned round",
            _said_cell([4, 3], [4, 3], [3], [4, 3], [4, 1], [3, 2]),
            "These are the right lengths in the wrong order: m is 2 by 3, and so is its gradient.",
        ),
        Mistake(
            "shown",
            _said_cell([4, 3], [4, 3], [3], [4, 3], SHOW_ME, [2, 3]),
            "All steps are done, but you had an answer shown. Run the stepper's cell again and give each yourself.",
        ),
        Mistake(
            "another stepper",
            'check("06.1", step(total))\n',
            'This is not the locked stepper. Its cell reads: shapes = step(total, predict="shape").',
        ),
    ),
)
