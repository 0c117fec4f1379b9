"""The pictures of the README's course table, one of each lesson, as the lesson itself stores them.

    python -m course.readme_pictures

Written after the lessons are built (`make notebooks`); a test holds the files to the lessons.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import nbformat

COURSE = Path(__file__).parent
FOLDER = COURSE.parent / "figures" / "lessons"
SVG = "data:image/svg+xml,"

# Where in the lesson the picture stands: its heading, and which of that section's pictures.
PLACES = {
    "00": ("Step through it", 0),
    "03": ("The graph is not the network", 0),
    "06": ("The puzzle again", 0),
    "07": ("Clearing", 0),
    "09": ("The rubber bands", 0),
    "12": ("At a kink: a convention", 0),
    "15": ("Finetuning, for real", -1),
    "16": ("Your engine reads digits", 0),
}
USUAL = ("Play", 0)


class _Images(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.sources.append(dict(attrs).get("src") or "")


def picture(lesson: Path) -> str:
    """The SVG that stands for a lesson."""
    heading, which = PLACES.get(lesson.name[:2], USUAL)
    here, found = "", []
    for cell in nbformat.read(lesson, as_version=4).cells:
        if cell.cell_type == "markdown":
            here = next(iter(re.findall(r"^##+ (.+)$", cell.source, re.MULTILINE)[-1:]), here)
        elif here == heading:
            images = _Images()
            for output in cell.outputs:
                images.feed(output.get("data", {}).get("text/html", ""))
            found += [source for source in images.sources if source.startswith(SVG)]
    return unquote(found[which].removeprefix(SVG)).strip() + "\n"


def pictures() -> dict[Path, str]:
    """File → content of all of them."""
    lessons = sorted(COURSE.glob("[0-9][0-9]_*.ipynb"))
    return {FOLDER / f"{lesson.name[:2]}.svg": picture(lesson) for lesson in lessons}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, svg in pictures().items():
        path.write_text(svg, "utf-8")
