"""Build the lessons: course/src/NN_slug.py (py:percent) becomes course/NN_slug.ipynb, executed; solutions too.

    python course/build.py            all of them
    python course/build.py 00         one lesson and its solutions
    python course/build.py where_to_go_next      a page that is no lesson: text alone

Building twice gives the same bytes, and changing a word changes a line, so that a diff of a notebook can be read.
"""

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

from minigrad.course.copies import PAGES
from minigrad.course.exercises import lesson_numbers, of_lesson

COURSE = Path(__file__).parent
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# Escape sequences that colour text, and the names of files that a kernel makes up for its cells.
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
CELL_FILE = re.compile(r"\S*ipykernel_\d+[/\\]\d+\.py")


def read_source(path: Path) -> nbformat.NotebookNode:
    """A py:percent file as a notebook without outputs: fixed cell ids, no metadata but tags."""
    notebook = jupytext.read(path, fmt="py:percent")
    return _normal(notebook, path.name[:2])


def solutions(number: str) -> nbformat.NotebookNode:
    """The solutions of one lesson as a notebook without outputs: its own code, and each solution in its place."""
    lesson = read_source(next((COURSE / "src").glob(f"{number}_*.py")))
    title = lesson.cells[0].source.splitlines()[0].removeprefix("# ")
    cells = [
        nbformat.v4.new_markdown_cell(
            f"# Solutions of {title}\n\nThe cells of the lesson come first; the solutions stand below."
        )
    ]
    waiting: list[nbformat.NotebookNode] = []
    for cell in lesson.cells:
        exercise = next((e for e in of_lesson(number) if tag_of(e.id) in cell.metadata.get("tags", [])), None)
        if exercise is not None:
            cells += waiting
            waiting = []
            cells.append(
                nbformat.v4.new_markdown_cell(f"## {exercise.id} {exercise.title}\n\n{exercise.explanation.strip()}")
            )
            cells.append(nbformat.v4.new_code_cell(exercise.solution.strip(), metadata={"tags": [tag_of(exercise.id)]}))
        elif cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", []):
            waiting.append(cell)
    return _normal(nbformat.v4.new_notebook(cells=cells), number)


def tag_of(exercise_id: str) -> str:
    """The tag of the cell that takes the answer."""
    return f"exercise-{exercise_id}"


def _normal(notebook: nbformat.NotebookNode, number: str) -> nbformat.NotebookNode:
    cells = []
    for index, cell in enumerate(notebook.cells):
        tags = {"tags": list(cell.metadata["tags"])} if cell.metadata.get("tags") else {}
        if cell.cell_type == "code":
            new = nbformat.v4.new_code_cell(cell.source, metadata=tags)
        else:
            new = nbformat.v4.new_markdown_cell(cell.source, metadata=tags)
        cells.append(new | {"id": f"{number}-{index:02d}"})
    normal = nbformat.v4.new_notebook(cells=[nbformat.from_dict(cell) for cell in cells], metadata=METADATA)
    return nbformat.from_dict(normal)


def execute(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run all cells in a new kernel with `folder` as its own, and keep only outputs that are the same each time."""
    with tempfile.TemporaryDirectory() as profile:
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            record_timing=False,
            store_widget_state=False,
            coalesce_streams=True,
            extra_arguments=["--log-level=ERROR"],
        )
        client.execute(env=os.environ | {"IPYTHONDIR": profile})  # nobody's own start-up files
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in map(_clean, cell.outputs) if output.get("data") != {}]
        if "outputs" in cell:  # an output that was a live view only is now empty
            cell.outputs = [output for output in cell.outputs if output.get("data", True)]
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


def _clean(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Drop what is new at each run: widget views, metadata, made-up file names, colours."""
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)
        output.metadata = nbformat.NotebookNode()
    if output.output_type == "error":
        output.traceback = [CELL_FILE.sub("CELL", COLOURS.sub("", line)) for line in output.traceback]
    if output.output_type == "stream":
        output.text = CELL_FILE.sub("CELL", output.text)
    return output


def text_of(notebook: nbformat.NotebookNode) -> str:
    """The bytes of the file, as text."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, indent=1).rstrip("\n") + "\n"


def build(number: str, course: Path = COURSE) -> dict[Path, str]:
    """File → content for one lesson and, where it has exercises, its solutions."""
    source = next((course / "src").glob(f"{number}_*.py"))
    built = {course / f"{source.stem}.ipynb": text_of(execute(read_source(source), course))}
    if number in lesson_numbers():
        built[course / "solutions" / f"{number}.ipynb"] = text_of(execute(solutions(number), course))
    return built


def build_page(name: str, course: Path = COURSE) -> dict[Path, str]:
    """File → content for a page that is no lesson: text alone, so nothing is run."""
    return {course / f"{name}.ipynb": text_of(read_source(course / "src" / f"{name}.py"))}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lesson", nargs="*", help="numbers such as 00; all if none is given")
    numbers = sorted(path.name[:2] for path in (COURSE / "src").glob("[0-9][0-9]_*.py"))
    for name in parser.parse_args().lesson or [*numbers, *PAGES]:
        for path, text in (build_page(name) if name in PAGES else build(name)).items():
            changed = not path.exists() or path.read_text("utf-8") != text
            if changed:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, "utf-8")
            print(f"{path.relative_to(COURSE.parent)}: {'written' if changed else 'unchanged'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
