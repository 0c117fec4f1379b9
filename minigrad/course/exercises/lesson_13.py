"""Exercises of lesson 13, Your own Function."""

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import Tensor, tensor
from minigrad.autograd import gradcheck
from minigrad.autograd.function import Function
from minigrad.course.exercises import Exercise, Mistake, NotYet, function_cell, is_blank, numbers, same
from minigrad.course.exercises.own_functions import SKIP, WRITE_ONE

# --- 13.3: the lesson's four rules once more, for the judge -----------------------------------------------------------


class Square(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x**2

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        return 2 * g


class Size(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.abs()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        return g


class Cube(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return g * 3 * x**2


class TimesSum(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x.sum()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return g * (x.sum() + x)


SUSPECTS: dict[str, Any] = {"Square": Square, "Size": Size, "Cube": Cube, "TimesSum": TimesSum}
MISSED = {"Square": "Square escapes", "Size": "Size escapes", "TimesSum": "TimesSum escapes"}


def passes(operation: Any, at: np.ndarray) -> bool:
    """Whether gradcheck takes the rule at these numbers."""
    return gradcheck(operation.apply, tensor(at, requires_grad=True), raise_exception=False)


def _caught(answer: Any) -> str | None:
    if is_blank(answer):
        raise NotYet('for each of the four, write a list of numbers, or "right".')
    given = {name: answer[name] for name in SUSPECTS}
    said_right = [name for name, at in given.items() if isinstance(at, str) and at.strip().lower() == "right"]
    if "Cube" not in said_right:
        return "Cube is blamed"
    for name, missed in MISSED.items():
        if name in said_right:
            return f"{name} is trusted"
        at = np.atleast_1d(numbers(given[name]))
        if not 0 < at.size <= 100 or not (np.abs(at) <= 1000).all():
            raise NotYet(f"{name} needs up to 100 numbers, none above 1000 or below −1000.")
        if name == "Size" and at.min() == 0:
            return "a kink"
        if passes(SUSPECTS[name], at):
            return missed
    return None


def _caught_cell(square: str, size: str, cube: str, times_sum: str) -> str:
    given = f'"Square": {square}, "Size": {size}, "Cube": {cube}, "TimesSum": {times_sum}'
    return f'caught = {{{given}}}\ncheck("13.3", caught)\n'


FIND_THEM = Exercise(
    id="13.3",
    title="Find the wrong rules",
    stub="""\
# A list of numbers at which the rule fails, such as [1.0], or "right".
caught = {"Square": ..., "Size": ..., "Cube": ..., "TimesSum": ...}
check("13.3", caught)
""",
    solution=_caught_cell("[3.0]", "[-2.0]", '"right"', "[1.0, 2.0]"),
    explanation="""\
- `Square` says that the slope is 2, and not $2x$. At 1 both are 2.
- `Size` says 1, also where numbers are negative and the slope is −1.
- `Cube` is right.
- `TimesSum` is exercise 05.3. Its rule forgets that each input moves *all* results. With a single number there is
  nothing to forget: $x \\cdot x$ has the slope $x + x$.

Check a rule at several numbers that differ, of both signs, none of them 0, 1 or 2: random ones are best.
""",
    judge=_caught,
    praise="All three caught. Several different numbers of both signs would have found each of them at once.",
    hint="For each wrong rule: say on paper what the slope should be. Where does the rule say something else?",
    second_hint="Try all four with numbers that have nothing special: both signs, more than one, none equal to 1.",
    mistakes=(
        Mistake(
            "Square escapes",
            _caught_cell("[1.0, 1.0]", "[-2.0]", '"right"', "[1.0, 2.0]"),
            "gradcheck takes Square at your numbers. Its rule says 2, the slope of x² is 2x. Where do they differ?",
        ),
        Mistake(
            "Size escapes",
            _caught_cell("[3.0]", "[3.0]", '"right"', "[1.0, 2.0]"),
            "gradcheck takes Size at your numbers. Which numbers does abs change?",
        ),
        Mistake(
            "a kink",
            _caught_cell("[3.0]", "[0.0]", '"right"', "[1.0, 2.0]"),
            "At 0 abs has a kink: there is no slope that a rule could get wrong. Choose numbers where there is one.",
        ),
        Mistake(
            "TimesSum escapes",
            _caught_cell("[3.0]", "[-2.0]", '"right"', "[3.0]"),
            "gradcheck takes TimesSum at your numbers. Each result depends on all inputs: how many did you give it?",
        ),
        Mistake(
            "TimesSum is trusted",
            _caught_cell("[3.0]", "[-2.0]", '"right"', '"right"'),
            "You trust TimesSum. Compare with exercise 05.3: that rule had two terms, and one was the same for all.",
        ),
        Mistake(
            "Cube is blamed",
            _caught_cell("[3.0]", "[-2.0]", "[2.0]", '"right"'),
            "Cube is right everywhere: the slope of x³ is 3x². Where did gradcheck take another one that you trusted?",
        ),
    ),
)

# --- 13.4 -------------------------------------------------------------------------------------------------------------

H, W, STEPS, LIMIT = np.array([1.0, -2.0, 0.5]), 3.0, 4, 1.5
ARRIVES = np.array([4.0, -5.0, 0.25])


def _w_grad(clip: Callable[[np.ndarray], np.ndarray], too_early: bool = False) -> float:
    """The gradient of w if the gradient of each new h is clipped so; or, too early, that of each h that is used."""
    values = [H * W**step for step in range(STEPS + 1)]
    g, total = ARRIVES if too_early else clip(ARRIVES), 0.0
    for h in reversed(values[:-1]):
        total += float((g * h).sum())
        g = clip(W * g)
    return total


def _both(g: np.ndarray) -> np.ndarray:
    return np.clip(g, -LIMIT, LIMIT)


def _above(g: np.ndarray) -> np.ndarray:
    return np.minimum(g, LIMIT)


def _as_it_is(g: np.ndarray) -> np.ndarray:
    return g


def _repeat(function: Any) -> str | None:
    if is_blank(function):
        raise NotYet("define repeat, then hand it over.")
    h, w = tensor(H, requires_grad=True), tensor(W, requires_grad=True, dtype=tensor(H).dtype)
    arrives = tensor(ARRIVES)
    result = function(h, w, STEPS, LIMIT)
    if is_blank(result):
        raise NotYet("repeat does not hand back h yet.")
    if not same(result, H * W**STEPS):
        return "forwards has changed"
    if not getattr(result, "requires_grad", False):
        return "the graph is cut"
    result.backward(gradient=arrives)
    if arrives.tolist() != ARRIVES.tolist():
        return "changed in place"
    if w.grad is None:
        return "the graph is cut"
    return _verdict_on(w.grad, bool(getattr(result, "_backward_hooks", None)))


def _verdict_on(found: Tensor, hooked: bool) -> str | None:
    plain = _w_grad(_as_it_is)
    if same(found, _w_grad(_both)):
        return None
    if same(found, plain) and not hooked:
        raise NotYet("nothing is clipped yet.")
    known = {
        "nothing is returned": plain,
        "w is clipped": float(_both(np.array(plain))),
        "only from above": _w_grad(_above),
        "too early": _w_grad(_both, too_early=True),
    }
    return next((name for name, number in known.items() if same(found, number)), "something else")


def _repeat_cell(*lines: str, before: tuple[str, ...] = ()) -> str:
    loop = (*before, "for _ in range(steps):", *(f"    {line}" for line in lines), "return h")
    return function_cell("13.4", "repeat(h, w, steps, limit)", *loop)


NEXT = "h = w * h"
CLIP = "h.register_hook(lambda g: g.clamp(-limit, limit))"

CLIP_BY_HOOK = Exercise(
    id="13.4",
    title="Clip by a hook",
    stub="# Forwards nothing changes. Backwards the gradient of each new h is clipped before it goes on.\n"
    + _repeat_cell(NEXT),
    solution=_repeat_cell(NEXT, CLIP),
    explanation="""\
A hook on each `h` that the loop makes. It returns the clipped gradient, and the node of `w * h` gets this instead of
what arrived. So no gradient on the way is larger than the limit, however many steps there are.
""",
    judge=_repeat,
    praise="Forwards as before; backwards no gradient of h leaves the limits, however long the loop.",
    hint="Put a print into a hook on each h: what arrives there, and what should go on?",
    second_hint="One line in the loop, after h = w * h: a hook on the new h, which returns g.clamp(-limit, limit).",
    mistakes=(
        Mistake(
            "nothing is returned",
            _repeat_cell(NEXT, "h.register_hook(clip)", before=("def clip(g):", "    g.clamp(-limit, limit)", "")),
            "The hook runs, but the gradient goes on as it was. clamp makes a new tensor: what does your hook return?",
        ),
        Mistake(
            "w is clipped",
            _repeat_cell(NEXT, before=("w.register_hook(lambda g: g.clamp(-limit, limit))",)),
            "That clips the gradient of w, when all is over. On the way it has exploded already: hook each new h.",
        ),
        Mistake(
            "forwards has changed",
            _repeat_cell("h = (w * h).clamp(-limit, limit)"),
            "That clips h itself, so the results are others. Only gradients are meant: a hook sees them.",
        ),
        Mistake(
            "too early",
            _repeat_cell(CLIP, NEXT),
            "The hook is on the h that goes into the product. Which h of the loop is left without one?",
        ),
        Mistake(
            "only from above",
            _repeat_cell(NEXT, "h.register_hook(lambda g: g.clamp(max=limit))"),
            "Large gradients are clipped, but large negative ones go on: there are two limits.",
        ),
        Mistake(
            "changed in place",
            _repeat_cell(NEXT, "h.register_hook(lambda g: g.clamp_(-limit, limit))"),
            "The last letter of clamp_ matters: it writes into a gradient that others may hold, here the caller's own.",
        ),
    ),
)

EXERCISES = (WRITE_ONE, SKIP, FIND_THEM, CLIP_BY_HOOK)
