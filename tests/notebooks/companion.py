"""What nbval does not see in a notebook: the course's rules, each a function that yields the problems it finds."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import nbformat

from course import build

# These bring model ids or asynchronous outputs, which no strict comparison survives.
FORBIDDEN = {"interact", "interact_manual", "interactive", "interactive_output", "Output", "clear_output", "display_id"}
MARKDOWN_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(")
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")


def problems(path: Path, source: nbformat.NotebookNode) -> list[str]:
    """All problems of one notebook beside its source; it is run again only if the quick rules found nothing."""
    notebook = nbformat.read(path, as_version=4)
    found = [f"{path.name}: {problem}" for rule in QUICK_RULES for problem in rule(notebook)]
    found += [f"{path.name}: {problem}" for problem in differs_from_source(notebook, source)]
    return found or [f"{path.name}: {problem}" for problem in differs_when_run(notebook, path)]


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def not_run_in_order(notebook) -> Iterator[str]:
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}: run all cells once, in order, in a new kernel"


def errors_not_where_tagged(notebook) -> Iterator[str]:
    for cell in code_cells(notebook):
        raised = any(output.output_type == "error" for output in cell.outputs)
        if raised and "raises-exception" not in tags(cell):
            yield f"cell {cell.id} raises, without the tag raises-exception"
        if "raises-exception" in tags(cell) and not raised:
            yield f"cell {cell.id} is tagged raises-exception and does not raise"


class _Images(HTMLParser):
    def __init__(self):
        super().__init__()
        self.alts: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.alts.append((dict(attributes).get("alt") or "").strip())


def alts_in(html: str) -> list[str]:
    parser = _Images()
    parser.feed(html)
    return parser.alts


def pictures_without_words(notebook) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            alts = [match["alt"].strip() for match in MARKDOWN_IMAGE.finditer(cell.source)] + alts_in(cell.source)
            if not all(alts):
                yield f"cell {cell.id} has a picture without alt text"
            continue
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            bare = [kind for kind in data if kind.startswith("image/")]
            if bare:
                yield f"cell {cell.id} stores {bare[0]}, which cannot carry alt text: use <img alt=…> in text/html"
            alts = alts_in(data.get("text/html", ""))
            if not all(alts):
                yield f"cell {cell.id} shows a picture without alt text"
            if alts and "text/plain" not in data:
                yield f"cell {cell.id} shows a picture without words for a terminal"


def forbidden_names(notebook) -> Iterator[str]:
    for cell in code_cells(notebook):
        code = "\n".join("pass" if line.startswith(("%", "!")) else line for line in cell.source.splitlines())
        for node in ast.walk(ast.parse(code)):
            names = [getattr(node, key, None) for key in ("id", "attr", "name", "arg")]
            for name in FORBIDDEN.intersection(str(name).rpartition(".")[2] for name in names):
                yield f"cell {cell.id} uses {name}, which can never be compared: let an observer set a widget's value"


def unstable_parts(notebook) -> Iterator[str]:
    if notebook.metadata != build.METADATA:
        yield "the notebook's metadata is not what the build writes"
    for cell in notebook.cells:
        if set(cell.metadata) - {"tags"}:
            yield f"cell {cell.id} has metadata other than tags"
        for output in cell.get("outputs", []):
            if output.get("metadata"):
                yield f"cell {cell.id} has metadata on an output"
            if build.WIDGET_VIEW in output.get("data", {}):
                yield f"cell {cell.id} stores a widget's view, whose id is random"
            if ADDRESS.search(str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))):
                yield f"cell {cell.id} prints a memory address"


QUICK_RULES = (not_run_in_order, errors_not_where_tagged, pictures_without_words, forbidden_names, unstable_parts)


def differs_from_source(notebook, source) -> Iterator[str]:
    here = [(cell.id, cell.cell_type, cell.source, tags(cell)) for cell in notebook.cells]
    there = [(cell.id, cell.cell_type, cell.source, tags(cell)) for cell in source.cells]
    if len(here) != len(there):
        yield f"has {len(here)} cells, its source has {len(there)}"
    for mine, theirs in zip(here, there, strict=False):
        if mine != theirs:
            yield f"cell {mine[0]} is not what the source says: run make notebooks"


def differs_when_run(notebook, path: Path) -> Iterator[str]:
    """Run it again and compare everything: order, type, traceback and pictures too, which nbval passes over."""
    again = nbformat.from_dict(notebook)
    for cell in code_cells(again):
        cell.outputs, cell.execution_count = [], None
    again = build.execute(again, path.parent)
    for old, new in zip(code_cells(nbformat.read(path, as_version=4)), code_cells(again), strict=True):
        if "nbval-ignore-output" not in tags(old) and old.outputs != new.outputs:
            yield f"cell {old.id} gives another output when it is run: {_first_difference(old.outputs, new.outputs)}"


def _first_difference(old: list, new: list) -> str:
    for before, after in zip(old, new, strict=False):
        if before != after:
            return f"stored {str(dict(before))[:300]}, now {str(dict(after))[:300]}"
    return f"stored {len(old)} outputs, now {len(new)}"
