"""Exercises of lesson 00, Start here."""

from typing import Any

from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank, same, values_cell


def _step_that_fills(trace: dict, variable: str) -> int:
    """The step at which the leaf called `variable` gets its gradient."""
    node = next(n["id"] for n in trace["nodes"] if n["kind"] == "leaf" and n["variable"] == variable)
    return 1 + next(event["index"] for event in trace["events"] if event["node"] == node)


def _crank(stepper: Any) -> str | None:
    if not hasattr(stepper, "step") or not hasattr(stepper, "trace"):
        raise NotYet("hand over the stepper itself, `s`.")
    if stepper.step == 0:
        raise NotYet("the stepper `s` stands at step 0. Press its Next button (or →), then run this cell.")
    shown = stepper.trace["nodes"][stepper.trace["events"][stepper.step - 1]["node"]]
    if stepper.step == _step_that_fills(stepper.trace, "b"):
        return None
    if shown["variable"] == "a" and shown["kind"] == "leaf":
        return "the other leaf"
    if stepper.step == _step_that_fills(stepper.trace, "b") - 1:
        return "one step early"
    return "before the leaves" if stepper.step < _step_that_fills(stepper.trace, "b") else "past it"


CRANK = Exercise(
    id="00.1",
    title="Turn the crank",
    stub="""\
# Click Next on the stepper above until b.grad gets its value, and no further. Then run this cell.
check("00.1", s)
""",
    solution="""\
s.step = 3  # the same as three clicks on Next: the trait is shared by the page and by Python
check("00.1", s)
""",
    explanation="""\
Step 1 runs the minus sign, step 2 the square, and at step 3 the gradient reaches `b`: `b.grad` goes from "not yet" to
`[-12., -8.]`. The branch of `a` has to wait, although its first gradient has been there since step 1.
""",
    judge=_crank,
    praise="b.grad is there, and a.grad is still to come.",
    hint="Watch the box of b: stop at the step where its .grad goes from “not yet” to numbers.",
    second_hint="Press Home, then press → three times, and watch the box of b.",
    mistakes=(
        Mistake(
            "before the leaves",
            's.step = 1\ncheck("00.1", s)\n',
            "At this step no leaf has a gradient yet: b.grad still reads “not yet”. Go on.",
        ),
        Mistake(
            "one step early",
            's.step = 2\ncheck("00.1", s)\n',
            "The square has worked out the gradient and sent it off, but it has not arrived at b. One more step.",
        ),
        Mistake(
            "past it",
            's.step = 4\ncheck("00.1", s)\n',
            "b.grad was filled before this step. Go back with ← and watch the box of b.",
        ),
        Mistake(
            "the other leaf",
            's.step = 6\ncheck("00.1", s)\n',
            "This is where a.grad is filled. b.grad came earlier: go back with ←.",
        ),
    ),
)


def _other_numbers(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet("put numbers in place of the dots, for example [1., 2.].")
    a_grad, b_grad = answer
    if same(a_grad, [9, 36]) and same(b_grad, [-10, -2]):
        return None
    if same(a_grad, [9, 36]) and same(b_grad, [10, 2]):
        return "the minus sign is lost"
    if same(a_grad, [3, 12]):
        return "a factor 3 is lost"
    if same(a_grad, [36, 81]) or same(b_grad, [-12, -8]):
        return "the old numbers"
    if same(a_grad, [-22, 23]) or same(b_grad, [-22, 23]):
        return "the value of Q"
    if same(a_grad, [-10, -2]) and same(b_grad, [9, 36]):
        return "a and b swapped"
    return "something else"


def _cell(a_grad: str, b_grad: str) -> str:
    return values_cell("00.2", a_grad=a_grad, b_grad=b_grad)


OTHER_NUMBERS = Exercise(
    id="00.2",
    title="The same by hand",
    stub="""\
# Now a is [1., 2.] and b is [5., 1.]. Which gradients does Q = 3a³ − b² give? Two numbers each.
a_grad = ...
b_grad = ...
check("00.2", (a_grad, b_grad))
""",
    solution=_cell("[9.0, 36.0]", "[-10.0, -2.0]"),
    explanation="""\
The derivative of $3a^3$ is $9a^2$: $9 \\cdot 1^2 = 9$ and $9 \\cdot 2^2 = 36$. That of $-b^2$ is $-2b$:
$-2 \\cdot 5 = -10$ and $-2 \\cdot 1 = -2$.
""",
    judge=_other_numbers,
    praise="[9., 36.] and [-10., -2.]: 9a² and −2b, entry by entry.",
    hint="Use 9a² for a and −2b for b, one entry after the other.",
    second_hint="Change a and b in the cell that makes Q, run it and the stepper again, and read the two leaves.",
    mistakes=(
        Mistake(
            "the minus sign is lost",
            _cell("[9.0, 36.0]", "[10.0, 2.0]"),
            "a is right. b² is taken away from Q, so what happens to Q when b grows?",
        ),
        Mistake(
            "a factor 3 is lost",
            _cell("[3.0, 12.0]", "[-10.0, -2.0]"),
            "Two 3s meet at a: one stands before a³, the other comes down from the exponent. They multiply.",
        ),
        Mistake(
            "the old numbers",
            _cell("[36.0, 81.0]", "[-12.0, -8.0]"),
            "Those belong to the old a and b. A gradient depends on where you stand: put the new numbers in.",
        ),
        Mistake(
            "the value of Q",
            _cell("[-22.0, 23.0]", "[-22.0, 23.0]"),
            "That is Q itself. A gradient says how fast Q changes when a or b is nudged.",
        ),
        Mistake(
            "a and b swapped",
            _cell("[-10.0, -2.0]", "[9.0, 36.0]"),
            "The right numbers in the wrong places: which of the two variables is cubed?",
        ),
    ),
)

EXERCISES = (CRANK, OTHER_NUMBERS)
