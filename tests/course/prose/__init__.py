"""Which numbers a lesson's text states, and which code computes each: a file for each lesson, with two lists.

`CLAIMS`: pairs of a fragment of the text and an expression over the lesson's variables; its value must be the numbers
of the fragment, in order. `GIVEN`: fragments whose numbers claim nothing, being definitions, exponents, names. Once
both are taken away, no digit may be left in the text.
"""

from importlib import import_module
from importlib.util import find_spec


def claims(number: str) -> list[tuple[str, str]]:
    """What lesson ``number`` states, and the expression that computes it."""
    return _list(number, "CLAIMS")


def given(number: str) -> list[str]:
    """The fragments of lesson ``number`` whose numbers claim nothing."""
    return _list(number, "GIVEN")


def _list(number: str, name: str) -> list:
    file = f"{__name__}.lesson_{number}"
    return getattr(import_module(file), name) if find_spec(file) else []
