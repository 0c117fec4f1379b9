"""Exercise 15.3: finetune the pretrained network on all ten digits, from five examples of each."""

from typing import Any

import numpy as np

import minigrad
from minigrad import nn
from minigrad.course.exercises import Exercise, Mistake, NotYet, is_blank
from minigrad.course.exercises.go_on import moved_but_head
from minigrad.course.small_resnet import PRETRAINED
from minigrad.datasets import digits
from minigrad.random import fork_rng

WANTED = 0.7  # of the held-out digits; a new head that has not learnt gets about a tenth


def _all_ten(function: Any) -> str | None:
    if is_blank(function):
        raise NotYet("define finetune, then hand it over.")
    images, labels = digits()
    kinds = labels.numpy()
    chosen = [i for digit in range(10) for i in np.flatnonzero(kinds == digit)[:5].tolist()]
    with fork_rng():
        minigrad.manual_seed(0)
        model = function(images[chosen], labels[chosen])
    if is_blank(model):
        raise NotYet("finetune must return the model.")
    if not isinstance(model, nn.Module):
        return "no model"
    before = minigrad.load(PRETRAINED)
    if not {name for name in before if not name.startswith("fc")} <= set(model.state_dict()):
        return "no model"
    parameters, buffers = moved_but_head(before, model)
    if parameters:
        return "the weights are not the pretrained ones"
    if buffers:
        return "running statistics"
    images, labels = digits("held-out")
    model.eval()
    with minigrad.no_grad():
        scores = model(images)
    if tuple(scores.shape) != (len(labels), 10):
        return "not ten scores"
    right = (scores.argmax(1).numpy() == labels.numpy()).mean()
    return None if right >= WANTED else "has not learnt"


def _cell(*lines: str) -> str:
    body = "".join(f"    {line}\n" for line in (*lines, "return model"))
    return f'def finetune(images, labels):\n{body}\n\ncheck("15.3", finetune)\n'


LOADED = ("model = SmallResNet(20)", "model.load_state_dict(minigrad.load(PRETRAINED))")
FREEZE, HEAD, EVAL = "model.requires_grad_(False)", "model.fc = nn.Linear(128, 10)", "model.eval()"
OPTIMIZER = "optimizer = SGD(model.parameters(), lr=0.03, momentum=0.9)"
LOOP = (
    "for _ in range(20):",
    "    optimizer.zero_grad()",
    "    nn.functional.cross_entropy(model(images), labels).backward()",
    "    optimizer.step()",
)

ALL_TEN = Exercise(
    id="15.3",
    title="Finetune",
    stub="# Return a model for all ten digits: the pretrained network, frozen, with a new head that has learnt.\n"
    'def finetune(images, labels):\n    return ...\n\n\ncheck("15.3", finetune)\n',
    solution=_cell(*LOADED, FREEZE, HEAD, EVAL, OPTIMIZER, *LOOP),
    explanation="""\
Load, freeze, replace the head, and only then make the optimizer. The model stays in `eval()` mode, so that running
statistics stand still. The labels are the digits themselves, so the head has 10 outputs.
""",
    judge=_all_ten,
    praise="All ten digits from five examples of each, and nothing has moved but the head.",
    hint="Follow the order of the lesson: load, freeze, new head, optimizer, loop. Does each step do what it should?",
    second_hint="The functions pretrained and learn of the lesson do nearly this, for 5 classes instead of 10.",
    mistakes=(
        Mistake(
            "the weights are not the pretrained ones",
            _cell("model = SmallResNet(10)", OPTIMIZER, *LOOP),
            "Outside of the head the weights are not the pretrained ones: they were not loaded, or they have moved.",
        ),
        Mistake(
            "running statistics",
            _cell(*LOADED, FREEZE, HEAD, OPTIMIZER, *LOOP),
            "The weights have stayed, but the running statistics have not. A model as made is in training mode.",
            pitfall="M30",
        ),
        Mistake(
            "has not learnt",
            _cell(*LOADED, FREEZE, EVAL, "optimizer = SGD(model.fc.parameters(), lr=0.03)", HEAD, *LOOP),
            "It gets too few held-out digits right. Has the head moved at all? When was the optimizer made?",
            pitfall="M32",
        ),
        Mistake(
            "not ten scores",
            _cell(*LOADED, FREEZE, EVAL),
            "For each image the model should give ten scores. How many outputs has its head?",
        ),
        Mistake(
            "no model",
            _cell(*LOADED, "model = model.state_dict()"),
            "What comes back is no SmallResNet. Return the model itself.",
        ),
    ),
)
