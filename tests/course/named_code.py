"""Files and what they define, as the course's tables name them: `minigrad/autograd/engine.py`: `run`, `sum_to`."""

import re
from importlib import import_module

NAMED = re.compile(r"`((?:minigrad|torch)/[\w/]+\.py)`(?:: ((?:`\w+`(?:, )?)+))?")


def named_in(text: str) -> list[tuple[str, list[str]]]:
    """(file, names) for each place where a text names a file of Python."""
    return [(file, re.findall(r"`(\w+)`", names)) for file, names in NAMED.findall(text)]


def missing(file: str, names: list[str]) -> list[str]:
    """What of it does not exist, or stands in another file."""
    module = import_module(file.removesuffix(".py").replace("/", "."))
    found = {name: getattr(module, name, None) for name in names}
    wrong = [name for name, it in found.items() if it is None]
    return wrong + [name for name, it in found.items() if getattr(it, "__module__", module.__name__) != module.__name__]
