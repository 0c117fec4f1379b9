"""The exception classes, and the form of their text: PyTorch's sentence, then What, Where and Fix."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from ..source import Place
from .stories import STORIES

LABEL = 7  # the width of "Where: "


class Text(str):
    """A text that a notebook shows as it is, line by line."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


class TeachingError(RuntimeError):
    """An error that says what happened, where, and what to write instead.

    Attributes
    ----------
    sentence : str
        PyTorch's own words.
    what, fix : str
        What happened, and the code to write instead ("" where there is nothing to say).
    where : tuple of Place
        The expressions that took part, as far as their source is known.
    story : str
        Which longer text `explain` adds: a key of `stories.STORIES`.
    """

    def __init_subclass__(cls) -> None:
        cls.__module__ = __package__  # tracebacks name the classes by where users find them

    def __init__(
        self, sentence: str, what: str = "", where: Iterable[Place | None] = (), fix: str = "", story: str = ""
    ) -> None:
        self.sentence, self.what, self.fix, self.story = sentence, what, fix, story
        self.where = tuple(dict.fromkeys(place for place in where if place is not None))
        super().__init__(compose(sentence, what, self.where, fix))
        _warned.clear()

    def explain(self) -> Text:
        """The message with its longer story: what lies behind it, its usual causes, and what to do about each.

        Then where the course meets it, and the smallest program that makes it.

        Examples
        --------
        >>> import minigrad
        >>> try:
        ...     minigrad.tensor([1., 2.], requires_grad=True).backward()
        ... except RuntimeError as error:
        ...     print(error.explain())  # doctest: +ELLIPSIS
        grad can be implicitly created only for scalar outputs
        ...
        """
        return _explained(str(self), self.story)


class AutogradError(TeachingError):
    """An error of autograd; the classes below say which."""


class InplaceError(AutogradError):
    """A tensor was changed in place where that breaks, or would break, a gradient."""


class SpentGraphError(AutogradError):
    """Backward was called a second time on a graph whose saved values were freed."""


class NoGraphError(AutogradError):
    """Backward was called on a tensor that has no graph."""


class GradientShapeError(AutogradError):
    """A gradient is missing, or does not have the shape it must have."""


class UnusedInputError(AutogradError):
    """A gradient was asked for with respect to a tensor that the output does not depend on."""


class FunctionError(AutogradError):
    """A custom Function whose `forward` and `backward` do not fit each other, or what they were given."""


class RequiresGradError(AutogradError):
    """A flag `requires_grad` that this tensor cannot have, or a use that it forbids."""


class NonLeafError(ValueError, AutogradError):
    """An optimizer was given a tensor that is computed from others."""

    __init__ = TeachingError.__init__  # not that of ValueError, which PyTorch raises


class GradcheckError(AutogradError):
    """A gradient is not what nudging the inputs says it is, or not what a gradient must be."""


GradcheckError.__module__ = "minigrad.autograd.gradcheck"  # users find it where PyTorch has it


class DeviceError(TeachingError):
    """Tensors on different devices."""


class ShapeError(TeachingError):
    """Shapes that do not fit each other."""


def compose(sentence: str, what: str, where: Iterable[Place], fix: str) -> str:
    """The text of a message."""
    lines = [sentence]
    for label, text in (("What:", what), ("Where:", _marked(where)), ("Fix:", fix)):
        for line in text.splitlines():
            lines.append(f"{label:{LABEL}}{line}".rstrip())
            label = ""
    return "\n".join(lines)


def _marked(places: Iterable[Place]) -> str:
    """Each place with its source line, the expression underlined."""
    named = [(str(place), *place.underlined()) for place in places]
    width = max((len(name) for name, _, _ in named), default=0) + 3
    return "\n".join(f"{name:{width}}{text}\n{'':{width}}{carets}".rstrip() for name, text, carets in named)


def _explained(text: str, story: str) -> Text:
    """A message, its longer story, where the course meets it, and the smallest program that makes it."""
    from . import index  # a file is read: only for those who ask

    parts = (text, STORIES.get(story, "").strip(), index.told(text))
    return Text("\n\n".join(part for part in parts if part))


_warned: list[tuple[str, str]] = []  # the last warning and the name of its story, until the next error


def compose_warning(sentence: str, what: str, where: Iterable[Place | None], fix: str, story: str) -> str:
    """The text of a warning, whose story `explain()` will tell."""
    text = compose(sentence, what, dict.fromkeys(place for place in where if place is not None), fix)
    _warned[:] = [(text, story)]
    return text


def explain() -> Text:
    """The longer story of the last warning, or of the last error that reached the top (in a notebook: a red box).

    Raises
    ------
    LookupError
        If there was none, or it is not one of minigrad's.
    """
    if _warned:
        return _explained(*_warned[0])
    last = getattr(sys, "last_value", None)
    if not isinstance(last, TeachingError):
        raise LookupError("the last error, if there was one, is none of minigrad's")
    return last.explain()
