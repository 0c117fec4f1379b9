"""Exercise 15.2: a training that goes on with a frozen network and a new head."""

from typing import Any

import numpy as np

import minigrad
from minigrad import nn
from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank
from minigrad.course.small_resnet import PRETRAINED, SEEN, SmallResNet
from minigrad.datasets import digits
from minigrad.random import fork_rng

RATE = 0.03


def _model_in_training() -> tuple[SmallResNet, Any]:
    """The pretrained network after one more step of training, and the optimizer that made it."""
    model = SmallResNet(SEEN)
    model.load_state_dict(minigrad.load(PRETRAINED))
    optimizer = minigrad.optim.SGD(model.parameters(), lr=RATE, momentum=0.9)
    images, labels = digits()
    nn.functional.cross_entropy(model(images[:20]), labels[:20]).backward()
    optimizer.step()
    return model, optimizer


def new_digits(each: int) -> tuple[Any, Any]:
    """The first few even digits of each kind."""
    images, labels = digits()
    kinds = labels.numpy()
    chosen = [i for digit in range(0, 10, 2) for i in np.flatnonzero(kinds == digit)[:each].tolist()]
    return images[chosen], minigrad.tensor(kinds[chosen] // 2)


def moved_but_head(before: dict[str, Any], model: Any) -> tuple[set[str], set[str]]:
    """Which parameters, and which buffers, outside of the head differ from what they were."""
    after = model.state_dict()
    moved = {name for name, t in before.items() if not name.startswith("fc") and not minigrad.equal(t, after[name])}
    parameters = {name for name, _ in model.named_parameters()}
    return moved & parameters, moved - parameters


def _go_on(function: Any) -> str | None:
    if is_blank(function):
        raise NotYet("define go_on, then hand it over.")
    with fork_rng():
        minigrad.manual_seed(0)
        model, optimizer = _model_in_training()
        before = {name: t.clone() for name, t in model.state_dict().items()}
        images, labels = new_digits(2)
        function(model, optimizer, images, labels)
    if tuple(model.fc.weight.shape) != (5, 128):
        return "no new head"
    parameters, buffers = moved_but_head(before, model)
    frozen = [p for name, p in model.named_parameters() if not name.startswith("fc")]
    model.eval()
    with minigrad.no_grad():
        loss = nn.functional.cross_entropy(model(images), labels).item()
    learnt = loss < 1
    if parameters and buffers and not learnt:
        raise NotYet("all three bugs are still there: frozen weights move, running statistics move, the head stays.")
    if parameters:
        return _why_moved(frozen)
    if buffers:
        return "running statistics"
    return None if learnt else "the head stays"


def _why_moved(frozen: list[Any]) -> str:
    if any(p.requires_grad for p in frozen):
        return "not frozen"
    left = [p.grad for p in frozen if p.grad is not None]
    return "old gradients" if any(g.any() for g in left) else "zeros"


def _cell(*, before: tuple[str, ...], clear: str, mode: str = "eval", freeze: bool = True) -> str:
    freezing = ["model.requires_grad_(False)"] if freeze else []
    lines = [*freezing, "model.fc = nn.Linear(128, 5)", f"model.{mode}()", *before, "for _ in range(10):"]
    lines += [
        f"    {line}"
        for line in (
            clear,
            "loss = nn.functional.cross_entropy(model(images), labels)",
            "loss.backward()",
            "optimizer.step()",
        )
    ]
    body = "".join(f"    {line}\n" for line in lines)
    return f'def go_on(model, optimizer, images, labels):\n{body}\n\ncheck("15.2", go_on)\n'


CLEAR = "optimizer.zero_grad()"
ZEROS = "optimizer.zero_grad(set_to_none=False)"
ADDED = ('optimizer.add_param_group({"params": list(model.fc.parameters())})',)
NEW = ("optimizer = SGD(model.fc.parameters(), lr=0.03, momentum=0.9)",)

GO_ON = Exercise(
    id="15.2",
    title="Repair three",
    stub="# Mend three bugs: only the new head must move, and it must learn. The optimizer has made steps already.\n"
    + _cell(before=(), clear=ZEROS, mode="train"),
    solution=_cell(before=NEW, clear=CLEAR),
    explanation="""\
1. `model.train()` lets the batch norms write their running statistics: `model.eval()`.
2. The optimizer was made before the head, and it holds the old one: make a new optimizer, or tell the old one with
   `add_param_group`.
3. The old optimizer has velocities, and `zero_grad(set_to_none=False)` leaves zeros in `.grad`: the frozen weights
   roll on. `zero_grad()` leaves None. (A new optimizer that holds the head alone mends this, too.)
""",
    judge=_go_on,
    praise="Only the head has moved, and it has learnt: no weight rolls on, and the running statistics stand still.",
    hint="Compare model.state_dict() before and after. What has moved that is not in fc? Has the loss fallen?",
    second_hint="Look at three lines: the model's mode, what the optimizer holds, and how .grad is cleared.",
    mistakes=(
        Mistake(
            "running statistics",
            _cell(before=NEW, clear=CLEAR, mode="train"),
            "The weights stay, but running statistics of the frozen batch norms move. Which mode is the model in?",
            pitfall="M30",
        ),
        Mistake(
            "the head stays",
            _cell(before=(), clear=CLEAR),
            "Nothing moves now, not even the head. Does this optimizer know the new head's parameters?",
            pitfall="M32",
        ),
        Mistake(
            "zeros",
            _cell(before=ADDED, clear=ZEROS),
            "Frozen weights still move. Their .grad is 0, not None, and the optimizer has a velocity for each of them.",
            pitfall="M33",
        ),
        Mistake(
            "old gradients",
            _cell(before=ADDED, clear="model.fc.zero_grad()"),
            "Frozen weights still move: their .grad holds what came before they were frozen, and nobody clears it.",
            pitfall="M31",
        ),
        Mistake(
            "not frozen",
            _cell(before=ADDED, clear=CLEAR, freeze=False),
            "Some weights outside of the head still require grad, and they move. Freeze them first.",
        ),
        Mistake(
            "no new head",
            _cell(before=NEW, clear=CLEAR).replace("128, 5", "128, 10"),
            "model.fc should be a new layer for 5 classes, with 128 numbers coming in.",
        ),
    ),
)
