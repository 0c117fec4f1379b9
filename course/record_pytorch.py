"""Record what PyTorch prints. A cell tagged `pytorch` has a program in a ```python block, its output in a ```text one.

    python course/record_pytorch.py     runs the programs and writes their outputs into course/src/ (needs torch)

The tests run the same programs, where torch is installed, and compare.
"""

import contextlib
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).parent / "src"
# In a py:percent file every line of a markdown cell begins with "# ".
RECORD = re.compile(
    r"^# ```python\n(?P<program>(?:#.*\n)*?)# ```\n"
    r"(?P<between>(?:#(?! ```).*\n)*)"
    r"# ```text\n(?P<output>(?:#.*\n)*?)# ```\n",
    re.M,
)


def records(source: str) -> Iterator[tuple[str, str]]:
    """Program and recorded output of each record in a lesson's source."""
    for match in RECORD.finditer(source):
        yield _uncomment(match["program"]), _uncomment(match["output"])


def output_of(program: str) -> str:
    """What a program prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, "<what PyTorch does>", "exec"), {"__name__": "__main__"})
    return printed.getvalue()


def recorded(source: str) -> str:
    """The source with every output as PyTorch prints it now."""

    def renew(match: re.Match) -> str:
        output = output_of(_uncomment(match["program"]))
        text = "".join(f"# {line}".rstrip() + "\n" for line in output.splitlines())
        return f"# ```python\n{match['program']}# ```\n{match['between']}# ```text\n{text}# ```\n"

    return RECORD.sub(renew, source)


def _uncomment(lines: str) -> str:
    return "".join(line[2:] if line.startswith("# ") else line[1:] for line in lines.splitlines(keepends=True))


def main() -> int:
    for path in sorted(SOURCES.glob("[0-9][0-9]_*.py")):
        source = path.read_text("utf-8")
        path.write_text(recorded(source), "utf-8")
        print(f"{path.name}: {sum(1 for _ in records(source))} recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
