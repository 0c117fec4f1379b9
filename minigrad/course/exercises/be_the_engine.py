"""Exercise 04.4 of lesson 04, Be the engine: what a locked stepper asks, and what was answered."""

from collections.abc import Callable
from functools import partial
from typing import Any

from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank

# What the lesson's locked stepper asks, and what is right: which node is next, then what it sends to each input.
TO_PREDICT = ("e", 1, -1, "g", 3, "f", 16, "y")
SHOW_ME = "show me"


def given_in(stepper: Any, *given: str | float | list[int]) -> list[dict[str, Any]]:
    """The `answers` of a locked stepper after somebody gave these: names of nodes, numbers, shapes, or `SHOW_ME`."""
    nodes = stepper.trace["nodes"]
    asked = [(step, each) for step, some in enumerate(stepper.trace["questions"], start=1) for each in some]
    answers = []
    for (step, question), answer in zip(asked, given, strict=False):
        if question["kind"] == "next":
            answer = next((node["id"] for node in nodes if node["variable"] == answer), answer)
        right = answer == question["right"] or [answer] == question["right"]
        hint = next(
            (h for h in question["hints"] if answer == h["when"] or [answer] == h["when"]), {"say": "", "id": None}
        )
        answers.append(
            {"step": step, "kind": question["kind"], "input": question["input"], "given": answer, "right": right}
            | {"shown": answer == SHOW_ME, "tries": 1, "hint": hint["say"], "pitfall": hint["id"]}
        )
    return answers


def judge_answers(
    stepper: Any, is_meant: Callable[[str, list[Any]], bool], mistake_in: Callable[[Any, Any], str]
) -> str | None:
    """What a judge says of a locked stepper: `is_meant(title, questions)` tells whether it is the exercise's own, and
    `mistake_in(trace, answer)` names what is wrong with an answer."""
    if is_blank(stepper):
        raise NotYet("hand over the stepper.")
    trace, answers = stepper.trace, list(stepper.answers)
    asked = [question for some in trace.get("questions", []) for question in some]
    if not is_meant(trace["title"], asked):
        return "another stepper"
    wrong = [answer for answer in answers if not answer["right"] and not answer["shown"]]
    if wrong:
        return mistake_in(trace, wrong[-1])
    if len(answers) < len(asked):
        raise NotYet(f"{len(answers)} of {len(asked)} questions are answered in the stepper above.")
    return "shown" if any(answer["shown"] for answer in answers) else None


def answers_cell(exercise_id: str, stepper: str, how: str, *given: Any) -> str:
    """An answer cell that gives a locked stepper, by its variable's name, these answers. `how` is such as "Typed"."""
    return (
        "from minigrad.course.exercises.be_the_engine import given_in\n\n"
        f"# {how} in this order:\n"
        f"{stepper}.answers = given_in({stepper}, {', '.join(map(repr, given))})\n"
        f'check("{exercise_id}", {stepper})\n'
    )


PITFALLS = {"M07": "one gradient of two", "M08": "a node that waits", "M34": "the bare slope"}


def _predictions(stepper: Any) -> str | None:
    return judge_answers(
        stepper,
        lambda title, asked: title == "Backward pass of e" and len(asked) == len(TO_PREDICT),
        lambda trace, answer: PITFALLS.get(answer["pitfall"], "something else"),
    )


_locked_cell = partial(answers_cell, "04.4", "locked", "Clicked and typed")


BE_THE_ENGINE = Exercise(
    id="04.4",
    title="Be the engine",
    stub='# Answer in the stepper above. Then run this cell.\ncheck("04.4", locked)\n',
    solution=_locked_cell(*TO_PREDICT),
    explanation="""\
Forward: $y = 4$, $f = 16$, $g = 48$, $e = 32$. Backward:

- $e = g - f$ is first. 1 arrives, so it sends 1 to $g$ and −1 to $f$.
- $g = 3f$ is next: $f$ has got −1, but it still waits for what $g$ sends, and that is $1 \\cdot 3 = 3$.
- $f = y^2$ has everything now: $-1 + 3 = 2$. Its slope is $2y = 8$, so it sends 16.
- The leaf $y$ is last.

(The cell below hands the answers over by a program; you click and type them.)
""",
    judge=_predictions,
    praise="Every node and every gradient, said before the stepper showed it: you are an engine.",
    hint="The last answer in the stepper is not right yet: read what it says below the bar, and try again.",
    second_hint="For each node: add up what arrives, multiply by the node's slope, and mind the minus of e = g - f.",
    mistakes=(
        Mistake(
            "one gradient of two",
            _locked_cell("e", 1, -1, "g", 3, "f", 24),
            "Two gradients arrive at f, one of them from e itself. Add both before you multiply.",
            pitfall="M07",
        ),
        Mistake(
            "a node that waits",
            _locked_cell("e", 1, -1, "f"),
            "f has one gradient, but another is still on its way. Which node will send it?",
            pitfall="M08",
        ),
        Mistake(
            "the bare slope",
            _locked_cell("e", 1, -1, "g", 3, "f", 8),
            "8 is the slope of y**2. What has arrived at f, and what do the two give together?",
            pitfall="M34",
        ),
        Mistake(
            "shown",
            _locked_cell("e", 1, -1, "g", 3, "f", SHOW_ME, "y"),
            "All steps are done, but you had an answer shown. Run the stepper's cell again and give each yourself.",
        ),
        Mistake(
            "another stepper",
            'check("04.4", step(e))\n',
            'This is not the locked stepper of e. Its cell reads: locked = step(e, predict=["next", "value"]).',
        ),
    ),
)
