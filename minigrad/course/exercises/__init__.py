"""What an exercise is, and where to find one. The exercises of a lesson stand in ``lesson_NN.py`` beside this file."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np

from minigrad import tensor


class NotYet(Exception):
    """Raised by a judge when there is no answer yet; its text says what is still to do."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people really give, and what helps them.

    Parameters
    ----------
    name : str
        A few words; a judge returns it when it recognises the mistake.
    code : str
        The answer cell of a learner who makes it. The tests run it.
    hint : str
        One line. Says what to look at, never just "wrong".
    pitfall : str, optional
        The row of docs/misconceptions.md that it stems from, such as ``"M11"``.
    """

    name: str
    code: str
    hint: str
    pitfall: str = ""


@dataclass(frozen=True)
class Exercise:
    """One exercise: the cell as handed out, a solution, the known mistakes, and a judge.

    Parameters
    ----------
    id, title : str
        ``"00.1"`` and a short name.
    stub, solution : str
        The answer cell as the lesson has it (tagged ``exercise-00.1``), and a right one. Both end by calling ``check``.
    explanation : str
        Markdown, shown above the solution in the solutions notebook.
    judge : callable
        Takes the answer. Returns None if it is right, else the name of a mistake, or any other text if it knows none.
        Raises `NotYet` when there is no answer yet. Looks at values, shapes, graphs and versions, never at source text.
    praise, hint, second_hint : str
        One line each: for the right answer; for a wrong one that is no known mistake; for one made again.
    mistakes : tuple of Mistake
    """

    id: str
    title: str
    stub: str
    solution: str
    explanation: str
    judge: Callable[[Any], str | None]
    praise: str
    hint: str
    second_hint: str
    mistakes: tuple[Mistake, ...]

    def hint_for(self, name: str) -> str:
        """The hint that belongs to what the judge said."""
        return next((mistake.hint for mistake in self.mistakes if mistake.name == name), self.hint)


def lesson_numbers() -> list[str]:
    """The lessons that have exercises, such as ``["00", "04"]``."""
    return sorted(m.name[-2:] for m in iter_modules(__path__) if re.fullmatch(r"lesson_\d\d", m.name))


def of_lesson(number: str) -> tuple[Exercise, ...]:
    """The exercises of lesson ``number`` ("00"), in order."""
    return import_module(f"{__name__}.lesson_{number}").EXERCISES


def every() -> Iterator[Exercise]:
    """All exercises of all lessons."""
    for number in lesson_numbers():
        yield from of_lesson(number)


def find(exercise_id: str) -> Exercise | None:
    """The exercise with this id, or None."""
    number = str(exercise_id).partition(".")[0]
    if number not in lesson_numbers():
        return None
    return next((exercise for exercise in of_lesson(number) if exercise.id == exercise_id), None)


# --- what answer cells have in common ---------------------------------------------------------------------------------


def function_cell(exercise_id: str, head: str, *lines: str) -> str:
    """An answer cell that defines a function and hands it over. `head` is such as ``"slope(f, x, h)"``."""
    body = "".join(f"    {line}".rstrip() + "\n" for line in lines)
    return f'def {head}:\n{body}\n\ncheck("{exercise_id}", {head.partition("(")[0]})\n'


def values_cell(exercise_id: str, **values: object) -> str:
    """An answer cell that binds each name to a value, written as it is, and hands them over in this order."""
    lines = "".join(f"{name} = {value}\n" for name, value in values.items())
    return f'{lines}check("{exercise_id}", ({", ".join(values)}))\n'


def table_cell(exercise_id: str, name: str, values: Mapping[Any, Any]) -> str:
    """An answer cell that hands over a dict: words, numbers, booleans, or ``...`` for what is open, one in a line."""
    lines = "".join(f"    {_literal(key)}: {_literal(value)},\n" for key, value in values.items())
    return f'{name} = {{\n{lines}}}\ncheck("{exercise_id}", {name})\n'


def _literal(value: Any) -> str:
    return "..." if value is ... else f'"{value}"' if isinstance(value, str) else str(value)


# --- what judges have in common ---------------------------------------------------------------------------------------


def is_blank(answer: object) -> bool:
    """Whether an answer, or any part of it, is still ``...`` or None."""
    if answer is None or answer is ...:
        return True
    if isinstance(answer, dict):
        answer = list(answer.values())
    return isinstance(answer, list | tuple) and any(is_blank(part) for part in answer)


def numbers(answer: Any) -> np.ndarray:
    """A tensor, array, list or number as an array of float64. Raises TypeError or ValueError for anything else."""
    if hasattr(answer, "tolist"):
        answer = answer.tolist()
    if isinstance(answer, list | tuple):
        answer = [numbers(part).tolist() for part in answer]
    return np.asarray(answer, dtype=np.float64)


def same(answer: Any, expected: Any, tolerance: float = 1e-3) -> bool:
    """Whether an answer has the expected shape and numbers, within a relative tolerance."""
    given, wanted = numbers(answer), numbers(expected)
    return given.shape == wanted.shape and bool(np.allclose(given, wanted, rtol=tolerance, atol=tolerance))


def names(answer: Any) -> set[str]:
    """The names in an answer: a list, tuple or set of them, or one text such as ``"a, b"``."""
    if isinstance(answer, str):
        answer = answer.replace(",", " ").split()
    return {str(name).strip() for name in answer}


def node_names(root: Any) -> Iterator[str]:
    """The names of all nodes of a tensor's graph, each once."""
    nodes = [root.grad_fn]
    for node in nodes:  # grows as new nodes are met
        nodes += [to for to, _ in node.next_functions if to is not None and to not in nodes]
        yield type(node).__name__


def called_with(function: Callable, g: np.ndarray, *arguments: Any) -> Any:
    """What a learner's function makes of an array; if it cannot take arrays, of a tensor."""
    try:
        return function(g.copy(), *arguments)
    except (TypeError, AttributeError):
        try:
            return function(tensor(g), *arguments)
        except Exception:  # so the first error is the one to tell of
            pass
        raise
