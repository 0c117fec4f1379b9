"""Where in the user's code something stood: kept as (code object, instruction), decoded only when somebody asks.

`sys._getframe().f_lineno` costs three times what `f_lasti` does, and nearly no position is ever asked for.
"""

from __future__ import annotations

import linecache
import re
import sys
from dataclasses import dataclass
from types import CodeType, FrameType

# The first frame whose module is in none of these is the user's.
PACKAGES = frozenset(
    f"minigrad{name}" for name in ("", ".autograd", ".ops", ".nn", ".optim", ".models", ".viz", ".course")
)


def user_frame() -> FrameType:
    """The frame of the first caller outside the package."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__package__") in PACKAGES and frame.f_back is not None:
        frame = frame.f_back
    return frame


@dataclass(frozen=True)
class Place:
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


def cell_number(file: str) -> int | None:
    """The number N of the notebook cell `In [N]` that this code object's file stands for; None for a real file."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return None
    numbers = getattr(shell.compile, "_minigrad_cells", None)
    if numbers is None:
        numbers = shell.compile._minigrad_cells = {}
    if file not in numbers:
        source = "".join(linecache.getlines(file))
        history = shell.user_ns.get("In", [])
        numbers[file] = next((n for n in range(len(history) - 1, 0, -1) if source.rstrip() == history[n].rstrip()), None)
    return numbers[file]


def place(code: CodeType, at: int) -> Place | None:
    """Decode (code object, instruction offset) to lines and columns; None if Python kept no line for it."""
    for i, (line, end_line, column, end_column) in enumerate(code.co_positions()):
        if i == at // 2:
            break
    else:
        return None
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
