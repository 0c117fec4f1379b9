"""Exercise 10.1 of lesson 10, Raises, passes, or wrong: twelve functions that overwrite something."""

from typing import Any

from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank, table_cell

# What becomes of each of the lesson's functions; a test asks backward and a nudge.
VERDICTS = {
    "f1": "passes",
    "f2": "raises",
    "f3": "passes",
    "f4": "raises",
    "f5": "passes",
    "f6": "wrong",
    "f7": "raises",
    "f8": "raises",
    "f9": "passes",
    "f10": "raises",
    "f11": "wrong",
    "f12": "wrong",
}
SAID = {
    "raises": ("raises", "raise", "raised", "error", "refused", "refuses"),
    "passes": ("passes", "pass", "passed", "right", "ok", "fine"),
    "wrong": ("wrong", "silent", "silently wrong"),
}
# Which belief a wrong verdict shows, the first one that is found counts.
BELIEFS = {
    "f1": "before anybody saved",
    "f2": "a result is saved",
    "f3": "an input is saved",
    "f4": "only what requires grad",
    "f5": "a new tensor",
    "f7": "detach makes a copy",
    "f8": "a leaf is written",
    "f9": "no leaf may ever be written",
    "f10": "no_grad hides a write",
    "f6": "data is counted",
    "f11": "NumPy is counted",
    "f12": "not recorded",
}


def _verdict(given: Any) -> str | None:
    """One of the three words, however it was written; None for anything else."""
    word = " ".join(str(given).lower().replace("_", " ").split()).strip(" .!'\"")
    return next((verdict for verdict, words in SAID.items() if word in words), None)


def _verdicts(answer: Any) -> str | None:
    if isinstance(answer, list | tuple) and len(answer) == len(VERDICTS):
        answer = dict(zip(VERDICTS, answer, strict=True))
    if is_blank(answer) or not isinstance(answer, dict) or not set(VERDICTS) <= set(answer):
        raise NotYet('write "raises", "passes" or "wrong" in place of each ... (twelve in all).')
    said = {name: _verdict(answer[name]) for name in VERDICTS}
    unclear = [name for name, verdict in said.items() if verdict is None]
    if unclear:
        raise NotYet(f'only "raises", "passes" or "wrong", please: {unclear[0]} says something else.')
    if set(said.values()) == {"raises"}:
        return "all refused"
    return next((belief for name, belief in BELIEFS.items() if said[name] != VERDICTS[name]), None)


def _cell(**other: str) -> str:
    return table_cell("10.1", "verdicts", VERDICTS | other)


TWELVE_WRITES = Exercise(
    id="10.1",
    title="Raises, passes, or wrong",
    stub='# "raises" (an error), "passes" (x.grad is what a nudge finds), or "wrong" (no error, but another x.grad)?\n'
    + table_cell("10.1", "verdicts", dict.fromkeys(VERDICTS, ...)),
    solution=_cell(),
    explanation="""\
| function | verdict | why |
| --- | --- | --- |
| `f1` | passes | when `y` is written, nobody has saved it; the product saves the new numbers |
| `f2` | raises | the slope of `exp` is its result, and that is overwritten |
| `f3` | passes | the square saved its input, `x`; its result may go |
| `f4` | raises | the rule for `x` needs `c`, whether `c` requires grad or not |
| `f5` | passes | `y + 1` is a new tensor; the numbers that the square saved stay |
| `f6` | wrong | `.data` has a counter of its own, so backward finds 7 for 6 and does not notice |
| `f7` | raises | `detach()` shares the memory, and the counter too |
| `f8` | raises | `x` is a leaf that requires grad |
| `f9` | passes | nobody had saved `x`, and the `+ 1` left unrecorded has slope 1 |
| `f10` | raises | `no_grad` records nothing, but it counts: the square saved `x` at version 0 |
| `f11` | wrong | NumPy does not count: backward finds 0 for 6 |
| `f12` | wrong | nothing that was saved is overwritten, but the factor 3 is not in the graph |
""",
    judge=_verdicts,
    praise="All twelve. You asked who had saved the numbers, and whether a write is counted and recorded.",
    hint="Ask three things: who saved the numbers before the write, is the write counted, is it recorded?",
    second_hint="Call outcome with the function you are least sure of, such as outcome(f2), and read what it says.",
    mistakes=(
        Mistake(
            "all refused",
            _cell(**dict.fromkeys(VERDICTS, "raises")),
            "Not all of them. Begin with f1: when y is written to, has any rule saved it?",
            pitfall="M19",
        ),
        Mistake(
            "before anybody saved",
            _cell(f1="wrong"),
            "Look at f1: y is written first, and only then saved by the product. So which numbers does its rule find?",
        ),
        Mistake(
            "a result is saved",
            _cell(f2="passes"),
            "Look at f2: what is the slope of exp, and where are the numbers that it needs?",
            pitfall="M19",
        ),
        Mistake(
            "an input is saved",
            _cell(f3="raises"),
            "Look at f3: the slope of a square is made from its input. Which of the two tensors was written to?",
        ),
        Mistake(
            "only what requires grad",
            _cell(f4="passes"),
            "Look at f4: c needs no gradient itself. But which number does the rule need to make the gradient of x?",
            pitfall="M19",
        ),
        Mistake(
            "a new tensor",
            _cell(f5="raises"),
            "Look at f5: `y = y + 1` turns the arrow of y to a new tensor. Who wrote to the old one?",
        ),
        Mistake(
            "detach makes a copy",
            _cell(f7="passes"),
            "Look at f7: what does `y.detach()` share with y? Its memory alone, or the counter as well?",
        ),
        Mistake(
            "a leaf is written",
            _cell(f8="passes"),
            "Look at f8: what kind of tensor is x, and is this write recorded?",
        ),
        Mistake(
            "no leaf may ever be written",
            _cell(f9="raises"),
            "Look at f9: no_grad allows it, and nobody had saved x. Which slope has the + 1 that was not recorded?",
        ),
        Mistake(
            "no_grad hides a write",
            _cell(f10="passes"),
            "Look at f10: under no_grad nothing is recorded. Does the version count on, and who had saved x before?",
            pitfall="M20",
        ),
        Mistake(
            "data is counted",
            _cell(f6="raises"),
            "Look at f6: which number will the square's rule find in y? And does any version tell of the write?",
            pitfall="M17",
        ),
        Mistake(
            "NumPy is counted",
            _cell(f11="raises"),
            "Look at f11: the array lies in y's own memory. Who would tell NumPy to count?",
        ),
        Mistake(
            "not recorded",
            _cell(f12="passes"),
            "Look at f12: nobody had saved y, so nothing is refused. But does the graph know of the factor 3?",
        ),
    ),
)
