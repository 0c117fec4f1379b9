"""What lesson 16 takes from the reference engine while the learner's own is not finished, and an engine with a bug."""

from collections.abc import Iterator
from inspect import getsource
from typing import Any

from minigrad.course import reference_engine
from minigrad.course.exercises import build_it

# Each step: what it defines, and its judge with what that is given.
STEPS: dict[str, tuple[tuple[str, ...], build_it.Judge, tuple[str, ...]]] = {
    "16.1": (("apply",), build_it.judge_apply, ("Tensor", "apply")),
    "16.2": (tuple(build_it.INPUTS), build_it.judge_rules, tuple(build_it.INPUTS)),
    "16.3": (("unbroadcast",), build_it.judge_unbroadcast, ("unbroadcast",)),
    "16.4": (("order",), build_it.judge_order, ("order",)),
    "16.5": (("run",), build_it.problem_of_run, ("run",)),
    "16.6": (("backward", "sgd"), build_it.judge_training, ("run", "backward", "sgd")),
}


def lend(variables: dict[str, Any]) -> None:
    """Put the reference engine's parts in place of those of the learner that are not right yet, and say which.

    Parameters
    ----------
    variables : the notebook's own, ``globals()``. A cell that defines a part anew puts the learner's back.

    Examples
    --------
    >>> from minigrad.course import reference_engine
    >>> lend(dict(vars(reference_engine)))
    ✓ All six steps are yours.
    """
    lent = [number for number, step in STEPS.items() if not _is_right(variables, *step)]
    if lent:
        print(f"○ Lent by the reference engine until yours is right: the steps of {', '.join(lent)}.")
    else:
        print("✓ All six steps are yours.")


def _is_right(variables: dict[str, Any], names: tuple[str, ...], judge: build_it.Judge, given: tuple[str, ...]) -> bool:
    parts = tuple(variables.get(name) for name in given)
    try:
        if build_it.careful(judge)(parts[0] if len(parts) == 1 else parts) is None:
            return True
    except Exception:  # whatever a learner's code does: then theirs is not right
        pass
    for name in names:
        exec(getsource(getattr(reference_engine, name)), variables)
    return False


def careless_run(root: Any, gradient: Any) -> Iterator[tuple[Any, Any, Any]]:
    """The engine of lesson 16's puzzle: it adds into arrays that others hold, too."""
    arrived = {root: gradient}
    for node in reference_engine.order(root):
        g = arrived[node]
        sent = node.rule(g)
        yield node, g, sent
        for to, d in zip(node.edges, sent, strict=True):
            if to in arrived:
                arrived[to] += d
            elif to is not None:
                arrived[to] = d
