"""Exercise 08.2: a recurrent network that carries two states from piece to piece."""

from collections.abc import Callable
from typing import Any

from minigrad import Tensor, tensor
from minigrad.autograd.errors import SpentGraphError
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, same

# Series in pieces, of different lengths: what a network is tried on, and its weight.
SERIES = (
    (0.5, [[0.5, -1.0], [1.0, 0.5], [-0.5, 1.0]]),
    (-0.8, [[1.0, 0.5], [0.25, -1.0, 0.5], [2.0, 0.5], [0.5, -0.5]]),
)

Cut = Callable[[Tensor], Tensor]


def cut(x: Tensor) -> Tensor:
    return x.detach()


def keep(x: Tensor) -> Tensor:
    return x


def read_all(
    weight: float, pieces: list[list[float]], of_h: Cut = cut, of_slow: Cut = cut, each_step: Cut = keep
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """The weight's gradient and the last states, when what goes on to the next piece, or step, is cut or kept."""
    w = tensor(weight, requires_grad=True)
    h = slow = tensor(0.0)
    for piece in pieces:
        h, slow = of_h(h), of_slow(slow)
        loss = tensor(0.0)
        for number in piece:
            h, slow = each_step(h), each_step(slow)
            h = (w * h + number).tanh()
            slow = 0.5 * (slow + h)
            loss = loss + (slow - number) ** 2
        loss.backward(retain_graph=True)
    assert w.grad is not None
    return w.grad, (h.detach(), slow.detach())


def _two_states(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet("define read_all, then hand it over.")
    for weight, pieces in SERIES:
        w = tensor(weight, requires_grad=True)
        try:
            states = answer(w, [list(piece) for piece in pieces])
        except SpentGraphError:
            raise NotYet("a pass still walks into an older piece. Which names carry a graph into the next?") from None
        right, (h, slow) = read_all(weight, pieces)
        given_h, given_slow = states
        if not (same(given_h, h) and same(given_slow, slow)):
            _, fresh = read_all(weight, pieces[-1:])
            return "forgets" if same(given_h, fresh[0]) or same(given_slow, fresh[1]) else "other states"
        if w.grad is None:
            return "no gradient"
        if not same(w.grad, right, tolerance=1e-4):
            return _reach(w.grad, weight, pieces)
    return None


def _reach(given: Tensor, weight: float, pieces: list[list[float]]) -> str:
    """How far back gradients have gone, where that is not the beginning of the piece."""
    reaches: tuple[tuple[str, tuple[Cut, Cut, Cut]], ...] = (
        ("through all pieces", (keep, keep, keep)),
        ("one state uncut", (cut, keep, keep)),
        ("one state uncut", (keep, cut, keep)),
        ("cut at every step", (keep, keep, cut)),
    )
    for name, cuts in reaches:
        if same(given, read_all(weight, pieces, *cuts)[0], tolerance=1e-4):
            return name
    return "something else"


def _cell(*, before: tuple[str, ...] = (), step: str = "", backward: str = "loss.backward()") -> str:
    return function_cell(
        "08.2",
        "read_all(w, pieces)",
        "h = slow = tensor(0.0)",
        "for piece in pieces:",
        *(f"    {line}" for line in before),
        "    loss = 0.0",
        "    for number in piece:",
        *([f"        {step}"] if step else []),
        "        h = (w * h + number).tanh()",
        "        slow = 0.5 * (slow + h)",
        "        loss = loss + (slow - number) ** 2",
        *([f"    {backward}"] if backward else []),
        "return h, slow",
    )


TWO_STATES = Exercise(
    id="08.2",
    title="Two states",
    stub="# Mend it: a backward pass for each piece, whose gradients end where it began. Both states go on.\n"
    + _cell(),
    solution=_cell(before=("h, slow = h.detach(), slow.detach()",)),
    explanation="""\
Whatever goes from one piece to the next brings its graph along, so each state needs its own cut: `h` and `slow`.
Behind `backward()`, at the end of the round, the line does as well.

Inside the piece nothing is cut. There gradients do flow from step to step, and tell `w` what an early number does
for a later one.
""",
    judge=_two_states,
    praise="Both states go on as numbers, and each pass ends where its piece began.",
    hint="h and slow should go on from piece to piece, and each backward pass should end where its piece began.",
    second_hint="Two names hold something of the piece before: h and slow. Detach both, once for each piece.",
    mistakes=(
        Mistake(
            "through all pieces",
            _cell(backward="loss.backward(retain_graph=True)"),
            "It runs, but gradients still go back through all pieces before, and no graph is let go. Cut between them.",
            pitfall="M14",
        ),
        Mistake(
            "one state uncut",
            _cell(before=("h = h.detach()",), backward="loss.backward(retain_graph=True)"),
            "One state is cut. But the other still brings the graphs of all pieces along, so you had to retain them.",
            pitfall="M14",
        ),
        Mistake(
            "forgets",
            _cell(before=("h = slow = tensor(0.0)",)),
            "No error, but now the network forgets everything at each new piece. The numbers should go on.",
        ),
        Mistake(
            "cut at every step",
            _cell(step="h, slow = h.detach(), slow.detach()"),
            "It cuts too often: before every number. Within a piece, gradients should flow from step to step.",
        ),
        Mistake(
            "no gradient",
            _cell(before=("h, slow = h.detach(), slow.detach()",), backward=""),
            "The states are right, but w.grad is None. Each piece still needs its backward pass.",
        ),
    ),
)
