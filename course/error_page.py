"""Write course/i_got_this_error.md, the page for readers, from the index that `error.explain()` reads.

python course/error_page.py
"""

import re
from pathlib import Path

from minigrad.autograd import SilentMistakeWarning, errors
from minigrad.autograd.errors.index import Row, file_of, rows, title
from minigrad.autograd.errors.stories import STORIES

ON = "It is on in the lessons; elsewhere `warn_silent_mistakes()` switches it on."
PAGE = Path(__file__).parent / "i_got_this_error.md"
HEAD = """
# I got this error

Every error and warning in which minigrad explains itself: what it means, what to do, the smallest program that makes
it, and where the course makes it on purpose. The errors' first sentences are PyTorch's, so this page serves its users,
too; *What*, *Where* and *Fix* below them are minigrad's own.

**To find yours**, search this page (Ctrl+F, or ⌘F) for a few words of the message's first line, without names and
numbers: these stand here as “…”.

**minigrad tells the same where it happened.** After `except RuntimeError as error:`, write `print(error.explain())`.
After a red box or a warning in a notebook:

```python
from minigrad.autograd import errors

errors.explain()
```
"""


def page() -> str:
    """The whole text."""
    parts = [HEAD.strip()]
    for story in dict.fromkeys(row.story for row in rows()):
        of_story = [row for row in rows() if row.story == story]
        parts += [_section(row) for row in of_story]
        which = "more about this message" if len(of_story) == 1 else f"more about these {len(of_story)} messages"
        parts.append(f"<details><summary>Why it is so: {which}</summary>\n\n{_markdown(STORIES[story])}\n\n</details>")
    return "\n\n".join(parts) + "\n"


def _section(row: Row) -> str:
    """One message, under its own heading."""
    where = [f"[{number} {title(number)}]({file_of(number)}), {names}" for number, names in row.lessons().items()]
    lines = [f"## {_escaped(row.sentence)}", "", f"{row.means} ({kind_in_words(row)})", "", f"**What to do.** {row.do}"]
    if where:
        lines += ["", f"**In the course.** {'; '.join(where)}."]
    needs = f", which needs {row.needs}" if row.needs else ""
    return "\n".join([*lines, "", f"The smallest program that does it{needs}:", "", "```python", row.program, "```"])


def kind_in_words(row: Row) -> str:
    """The class, and what PyTorch raises in its place."""
    kind = class_of(row)
    if issubclass(kind, SilentMistakeWarning):
        return f"A warning, `{row.kind}`, of minigrad's alone. {ON}"
    if issubclass(kind, Warning):
        return f"A warning, `{row.kind}`."
    if kind is errors.GradcheckError:
        return f"`{row.kind}`, as in PyTorch."
    return f"`{row.kind}`; PyTorch raises `{builtin(kind).__name__}`."


def class_of(row: Row) -> type[Exception]:
    """The class that a row names."""
    return {"UserWarning": UserWarning, "SilentMistakeWarning": SilentMistakeWarning}.get(row.kind) or getattr(
        errors, row.kind
    )


def builtin(kind: type[Exception]) -> type[Exception]:
    """Python's own class behind ours, which is PyTorch's."""
    return next(base for base in kind.__mro__ if base.__module__ == "builtins")


def _escaped(sentence: str) -> str:
    """A sentence in Markdown: nothing in it is emphasis or a link."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", sentence)


def _markdown(story: str) -> str:
    """A story's paragraphs: headings in bold, and code that stands in lines of its own in a block."""
    lines: list[str] = []
    code = False
    for line in story.strip().splitlines():
        if (line[:8] == " " * 8) is not code:
            code = not code
            lines += ["", "  ```python"] if code else ["  ```", ""]
        lines.append(f"**{line}**\n" if line[:1].strip() else line[6:] if code else line[2:])
    return "\n".join(lines)


if __name__ == "__main__":
    text = page()
    changed = not PAGE.exists() or PAGE.read_text("utf-8") != text
    PAGE.write_text(text, "utf-8")
    print(f"course/{PAGE.name}: {'written' if changed else 'unchanged'}")
