"""Exercises of lesson 08, Graphs are spent once."""

from typing import Any

import numpy as np

from minigrad import tensor
from minigrad.autograd.errors import SpentGraphError
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, numbers, same
from minigrad.course.exercises.old_graphs import OLD_GRAPHS
from minigrad.course.exercises.two_states import TWO_STATES

# --- 08.1 -------------------------------------------------------------------------------------------------------------

RIGHT = {"a": "refused", "b": "pass", "c": "pass", "d": "refused", "e": "refused", "f": "pass"}
# What people write for the two words.
WORDS = {
    **dict.fromkeys(("refused", "refuse", "refuses", "error", "raises", "raise", "fails", "false"), "refused"),
    **dict.fromkeys(("pass", "passes", "passed", "ok", "runs", "true"), "pass"),
}
# The mistakes in the order in which they are looked for: what is wrong, and its name.
WRONG = {
    "a": "again on the same result",
    "c": "a new graph refused",
    "d": "retained too late",
    "e": "a shared part",
    "b": "nothing saved, yet refused",
    "f": "shared, yet nothing saved there",
}


def _second_pass(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet('write "pass" or "refused" for each of the six programs.')
    if isinstance(answer, list | tuple):  # the words alone, in the order of the programs
        answer = dict(zip(RIGHT, answer, strict=False))
    given = {str(name).strip().lower(): WORDS.get(str(word).strip().lower()) for name, word in dict(answer).items()}
    if set(given) != set(RIGHT) or None in given.values():
        return "other words"
    return next((name for program, name in WRONG.items() if given[program] != RIGHT[program]), None)


def _second_pass_cell(**changed: str) -> str:
    words = ", ".join(f'"{program}": "{word}"' for program, word in {**RIGHT, **changed}.items())
    return f'second_pass = {{{words}}}\ncheck("08.1", second_pass)\n'


SECOND_PASS = Exercise(
    id="08.1",
    title="Passes or refused?",
    stub="""\
# Is the second pass of each program "refused", or does it "pass"?
second_pass = {"a": ..., "b": ..., "c": ..., "d": ..., "e": ..., "f": ...}
check("08.1", second_pass)
""",
    solution=_second_pass_cell(),
    explanation="""\
For each program, ask: does the second pass run a node that has run before, and had that node saved something?

- a: `x * x` has run, and it had saved `x`. Refused.
- b: `x + x` has run, but a sum saves nothing. It passes.
- c: the second `x * x` is a new node. It passes.
- d: the first pass has let go already. `retain_graph=True` in the second one comes too late. Refused.
- e: `p` and `q` share the node `x * x`, and the pass from `p` has spent it. Refused.
- f: they share `x + 1`, which saves nothing. `h * h` has saved something, but only the second pass runs it. It passes.
""",
    judge=_second_pass,
    praise="A pass is refused at a node that had saved something and has run.",
    hint='Write "pass" or "refused" for each of a, b, c, d, e and f, as text in quotes.',
    second_hint="For each one: which nodes run in both passes? And did one of these need numbers for its slope?",
    mistakes=(
        Mistake(
            "again on the same result",
            _second_pass_cell(a="pass"),
            "Look at a: the slope of x * x needs x, so its node had saved that. What became of it in the first pass?",
            pitfall="M13",
        ),
        Mistake(
            "a new graph refused",
            _second_pass_cell(c="refused"),
            "Look at c: y is computed once more before the second pass. Are its nodes those that have run?",
        ),
        Mistake(
            "retained too late",
            _second_pass_cell(d="pass"),
            "Look at d: retain_graph=True stands in the second call. What has the first one done already?",
        ),
        Mistake(
            "a shared part",
            _second_pass_cell(e="pass"),
            "Look at e: q itself is not walked yet. But follow its edges down: which node has run for p before?",
        ),
        Mistake(
            "nothing saved, yet refused",
            _second_pass_cell(b="refused"),
            "Look at b: which numbers does a node need to find the slope of a sum?",
        ),
        Mistake(
            "shared, yet nothing saved there",
            _second_pass_cell(f="refused"),
            "Look at f: which node runs in both passes, and what had that one saved?",
        ),
    ),
)

# --- 08.3 -------------------------------------------------------------------------------------------------------------

# The two weights, the noise and the real numbers: those of the lesson, and others.
ROUNDS = ((2.0, 0.5, [1.0, 3.0], [5.0, 7.0]), (-1.5, 0.8, [0.5, 2.0, -1.0], [1.0, 4.0, 3.5]))


def _one_round(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet("define one_round, then hand it over.")
    for a, w, noise, real in ROUNDS:
        leaves = tensor(a, requires_grad=True), tensor(w, requires_grad=True)
        try:
            to_generator, to_critic = answer(*leaves, tensor(noise), tensor(real))
        except SpentGraphError:
            raise NotYet("the second pass is still refused: the first one has spent something that it needs.") from None
        if to_generator is ... or to_critic is ...:
            raise NotYet("hand back both gradients, to_generator and to_critic.")
        if to_critic is None:
            return "nothing for the critic"
        right = -w * float(np.mean(noise)), a * float(np.mean(noise)) - float(np.mean(real))
        if same(to_critic, right[0]) and same(to_generator, right[1]):
            return "changed places"
        if not same(to_critic, right[1]):
            return "one gradient of both" if same(to_critic, -np.mean(real)) else "something else"
        if to_generator is None:
            return "nothing for the generator"
        if not same(to_generator, right[0]):
            return _wrong_for_the_generator(numbers(to_generator), right[0])
    return None


def _wrong_for_the_generator(given: np.ndarray, right: float) -> str:
    if same(given, 0):
        return "the critic pulls as well"
    return "the critic's wish" if same(given, -right) else "something else"


def _round_cell(
    fake: str = "fake",
    made: str = "a * noise",
    walk: tuple[str, ...] = ("critic_loss.backward()", "to_critic = w.grad", "w.grad = None"),
    generator_loss: str = "-(w * fake).mean()",
    last: tuple[str, ...] = ("generator_loss.backward()", "to_generator = a.grad"),
) -> str:
    return function_cell(
        "08.3",
        "one_round(a, w, noise, real)",
        f"fake = {made}",
        "",
        f"critic_loss = (w * {fake} - w * real).mean()",
        *walk,
        "",
        f"generator_loss = {generator_loss}",
        *last,
        "return to_generator, to_critic",
    )


TO_ITS_OWNER = Exercise(
    id="08.3",
    title="Each loss to its owner",
    stub="# Mend it: hand back the gradient of generator_loss for a, and that of critic_loss for w.\n" + _round_cell(),
    solution=_round_cell("fake.detach()"),
    explanation="""\
The critic does not care how `fake` was made, so its loss gets the bare numbers: `fake.detach()`. Then the critic's pass
ends there. It sends nothing into the generator and spends nothing of it, and the generator's pass is the first to walk
through `fake`.

The generator's pass, however, leaves a gradient in `w` as well. The next round should not start with that, so a
training loop clears the critic's gradients before the critic's pass.
""",
    judge=_one_round,
    praise="The critic judges bare numbers, the generator learns to make better ones, and nothing is walked twice.",
    hint="Work both out on paper for the numbers of the lesson: −1 for a and −2 for w. Which one is wrong?",
    second_hint="The critic needs the numbers of fake, and not its history. Lesson 02 has a method for that.",
    mistakes=(
        Mistake(
            "the critic pulls as well",
            _round_cell(walk=("critic_loss.backward(retain_graph=True)", "to_critic = w.grad", "w.grad = None")),
            "No error any more, but to_generator is 0: critic_loss has sent its own gradient into a, too.",
            pitfall="M15",
        ),
        Mistake(
            "nothing for the generator",
            _round_cell(made="(a * noise).detach()"),
            "to_critic is right, but to_generator is None: fake is cut off for both. Which loss needs its history?",
        ),
        Mistake(
            "one gradient of both",
            _round_cell(
                walk=(),
                last=("(critic_loss + generator_loss).backward()", "to_generator, to_critic = a.grad, w.grad"),
            ),
            "to_critic has what generator_loss sends to w in it as well. Keep the two apart: only one is meant for w.",
            pitfall="M15",
        ),
        Mistake(
            "nothing for the critic",
            _round_cell("fake.detach()", walk=("to_critic = w.grad", "critic_loss.backward()", "w.grad = None")),
            "to_critic is None: when you read w.grad, no pass has brought anything yet.",
        ),
        Mistake(
            "the critic's wish",
            _round_cell("fake.detach()", generator_loss="(w * fake).mean()"),
            "to_generator has the wrong sign: so it would help the critic, and not itself.",
        ),
        Mistake(
            "changed places",
            _round_cell(
                "fake.detach()", last=("generator_loss.backward()", "to_generator, to_critic = to_critic, a.grad")
            ),
            "Both numbers are right, but they have changed places: first comes what a gets, then what w gets.",
        ),
    ),
)

EXERCISES = (SECOND_PASS, TWO_STATES, TO_ITS_OWNER, OLD_GRAPHS)
