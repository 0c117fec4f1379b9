"""Where in the user's code something stood: kept as (code object, instruction), decoded only when somebody asks.

`sys._getframe().f_lineno` costs three times what `f_lasti` does, and nearly no position is ever asked for.
"""

from __future__ import annotations

import linecache
import re
import sys
import warnings
from collections.abc import Callable
from itertools import islice
from types import CodeType, FrameType
from typing import NamedTuple

# The first frame whose module is in none of these is the user's.
PACKAGES = frozenset(
    f"minigrad{name}"
    for name in (
        *("", ".autograd", ".autograd.errors", ".backends", ".datasets", ".ops", ".nn", ".optim", ".models"),
        *(".serialization", ".utils", ".utils.data", ".viz", ".viz.instruments", ".course"),
    )
)


def user_frame() -> FrameType:
    """The frame of the first caller outside the package."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__package__") in PACKAGES and frame.f_back is not None:
        frame = frame.f_back
    return frame


def warn_once_here(text: Callable[[], str], category: type[Warning]) -> None:
    """Warn of the line of the user's that runs now, the first time: the text is only made then."""
    frame = user_frame()
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    here = frame.f_code, frame.f_lasti
    if here not in registry:
        warnings.warn_explicit(text(), category, frame.f_code.co_filename, frame.f_lineno, registry=registry)
        registry[here] = True


class Place(NamedTuple):
    """A stretch of source code.

    Attributes
    ----------
    file : str
        The file's path, or IPython's name of a cell.
    line, end_line : int
        From 1.
    column, end_column : int
        In characters, from 0.
    text : str
        The whole first line, without its indentation ("" where the source is not to be had).
    expression : str
        The operation itself, on one line.
    """

    file: str
    line: int
    end_line: int
    column: int
    end_column: int
    text: str
    expression: str

    def __str__(self) -> str:
        cell = cell_number(self.file)
        where = f"cell [{cell}]" if cell is not None else re.split(r"[\\/]", self.file)[-1]
        return f"{where}, line {self.line}"

    def underlined(self) -> tuple[str, str]:
        """The source line, and a line of ^ that marks the expression in it; two empty ones where there is no source."""
        if not self.text:
            return "", ""
        line = linecache.getline(self.file, self.line).rstrip()
        indent = len(line) - len(line.lstrip())
        begin = max(self.column - indent, 0)
        end = self.end_column - indent if self.end_line == self.line and self.end_column else len(self.text)
        return self.text, " " * begin + "^" * (max(end, begin + 1) - begin)


def cell_number(file: str) -> int | None:
    """The number N of the notebook cell `In [N]` that this code object's file stands for; None for a real file.

    One text is one file, however often it is run: N is the number of the last run, which the notebook shows.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    name_of = getattr(shell.compile, "format_code_name", None) if shell is not None else None
    named = name_of(file) if name_of is not None else None
    found = re.fullmatch(r"In\s?\[(\d+)\]", named[1]) if named else None
    return int(found[1]) if found else None


def place_of(frame: FrameType) -> Place | None:
    """Where this frame stands now."""
    return place(frame.f_code, frame.f_lasti)


def place(code: CodeType, at: int) -> Place | None:
    """Decode (code object, instruction offset) to lines and columns; None if Python kept no line for it."""
    line, end_line, column, end_column = next(islice(code.co_positions(), at // 2, None), (None,) * 4)
    if line is None:
        return None
    end_line = line if end_line is None else end_line
    lines = [linecache.getline(code.co_filename, n).rstrip("\n") for n in range(line, end_line + 1)]
    text = lines[0] if lines else ""
    if column is None or end_column is None or not text:
        return Place(code.co_filename, line, end_line, 0, 0, text.strip(), text.strip())
    # co_positions counts UTF-8 bytes, people count characters.
    column = len(text.encode()[:column].decode(errors="replace"))
    end_column = len(lines[-1].encode()[:end_column].decode(errors="replace"))
    if len(lines) == 1:
        expression = text[column:end_column]
    else:
        parts = [text[column:], *lines[1:-1], lines[-1][:end_column]]
        expression = " ".join(part.strip() for part in parts)
    return Place(code.co_filename, line, end_line, column, end_column, text.strip(), expression)
