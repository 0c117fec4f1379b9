"""Exercises of lesson 15, Training, freezing, finetuning."""

from typing import Any

from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank
from minigrad.course.exercises.all_ten import ALL_TEN
from minigrad.course.exercises.go_on import GO_ON

# --- 15.1 -------------------------------------------------------------------------------------------------------------

NAMES = [f"{layer}.{name}" for layer in "012" for name in ("weight", "bias")]
BUFFERS = ["1.running_mean", "1.running_var", "1.num_batches_tracked"]
MOVED = {"2.weight", "2.bias", *BUFFERS}


def _moved(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet("put the names into a list.")
    if isinstance(answer, str):
        answer = answer.replace(",", " ").split()
    given = {str(name).strip() for name in answer}
    if given - {*NAMES, *BUFFERS}:
        return "unknown names"
    if given == MOVED:
        return None
    if given - MOVED:
        return "momentum moves it" if {"0.weight", "0.bias"} & given else "frozen parameters"
    if not given & set(BUFFERS):
        return "no buffers"
    return "the counter" if given == MOVED - {"1.num_batches_tracked"} else "some are missing"


def _moved_cell(*names: str) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'moved = [{quoted}]\ncheck("15.1", moved)\n'


WHICH_MOVE = Exercise(
    id="15.1",
    title="Which tensors move?",
    stub='# The names of all tensors in toy.state_dict() that change. Names in quotes: ["0.weight", …].\n'
    'moved = ...\ncheck("15.1", moved)\n',
    solution=_moved_cell("1.running_mean", "1.running_var", "1.num_batches_tracked", "2.weight", "2.bias"),
    explanation="""\
`2.weight` and `2.bias` get a gradient, and the optimizer moves them. The parameters of layers 0 and 1 are frozen.
Nothing has left anything in their `.grad`, so the optimizer passes over them.

But layer 1 is in training mode, and its forward pass writes its running statistics. They are no parameters, so
`requires_grad` says nothing about them. The counter `1.num_batches_tracked` goes from 0 to 1.
""",
    judge=_moved,
    praise="The free layer moves by its gradient; the frozen batch norm's statistics move by the forward pass alone.",
    hint="Take them one by one. A parameter: has it a gradient? A buffer: does the forward pass write it?",
    second_hint="Five tensors change. Two are in layer 2, and three in layer 1.",
    mistakes=(
        Mistake(
            "no buffers",
            _moved_cell("2.weight", "2.bias"),
            "These two move. But what does a batch norm in training mode write, whether it is frozen or not?",
            pitfall="M30",
        ),
        Mistake(
            "the counter",
            _moved_cell("1.running_mean", "1.running_var", "2.weight", "2.bias"),
            "Nearly. toy.state_dict() has one more tensor that the forward pass of a batch norm writes: a counter.",
        ),
        Mistake(
            "frozen parameters",
            _moved_cell("1.weight", "1.bias", "1.running_mean", "1.running_var", "2.weight", "2.bias"),
            "Layer 1 is frozen, and its weight and bias are parameters: they have no gradient, and they stay.",
        ),
        Mistake(
            "momentum moves it",
            _moved_cell(*NAMES, *BUFFERS),
            "Layer 0 was frozen before its first pass. Its .grad is None, and there is no velocity: it stays.",
        ),
        Mistake(
            "unknown names",
            _moved_cell("fc.weight", "fc.bias"),
            "Some of these names are not in toy.state_dict(). Print its keys, and choose from them.",
        ),
    ),
)

EXERCISES = (WHICH_MOVE, GO_ON, ALL_TEN)
