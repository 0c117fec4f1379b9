"""A learner's own copy of the lessons: made, renewed and given back without ever losing their work.

The rules: a lesson that is not there is put there; one that the learner has not touched is renewed when a newer one
exists; one that they changed is kept, and the newer one is put beside it. Running a lesson does not count as a change.
"""

import hashlib
import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from minigrad.course.progress import Progress

DEFAULT_FOLDER = "work"
PAGES = ("where_to_go_next",)  # beside the lessons, to be read


def lessons_folder() -> Traversable:
    """The lessons as they ship: inside an installed package, or ``course/`` of a checkout."""
    packaged = files("minigrad.course") / "lessons"
    if packaged.is_dir():
        return packaged
    checkout = Path(__file__).parents[2] / "course"
    if not checkout.is_dir():
        raise FileNotFoundError(
            "This copy of minigrad has no lessons. Install it again: pip install minigrad-course[course]"
        )
    return checkout


def lessons() -> dict[str, bytes]:
    """File name → content of each lesson as it is handed out, in order."""
    found = (
        entry for entry in lessons_folder().iterdir() if entry.name[:2].isdigit() and entry.name.endswith(".ipynb")
    )
    return {entry.name: to_hand_out(entry.read_bytes()) for entry in sorted(found, key=lambda entry: entry.name)}


def to_hand_out(notebook: bytes) -> bytes:
    """A lesson without the outputs that would give a prediction away: pictures stay, all that is printed goes."""
    content = json.loads(notebook)
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            pictures = [output for output in cell["outputs"] if "<img " in "".join(_html(output))]
            cell["outputs"] = [o | {"execution_count": None} if "execution_count" in o else o for o in pictures]
            cell["execution_count"] = None
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _html(output: dict) -> list[str] | str:
    return output.get("data", {}).get("text/html", "")


def fingerprint(notebook: bytes) -> str:
    """A hash of what a learner can edit: the cells' sources. Outputs and execution counts do not count."""
    try:
        cells = json.loads(notebook)["cells"]
        text = json.dumps([[cell["cell_type"], "".join(cell["source"])] for cell in cells])
    except (ValueError, KeyError, TypeError):
        return hashlib.sha256(notebook).hexdigest()  # no notebook any more: compare the bytes
    return hashlib.sha256(text.encode()).hexdigest()


def find_copy(start: Path | None = None) -> Path:
    """The learner's copy that belongs to a folder: the folder itself, or ``work`` in it."""
    here = start or Path.cwd()
    return here if Progress(here).exists() else here / DEFAULT_FOLDER


def start(folder: Path) -> list[str]:
    """Make the learner's copy in `folder`, or bring it up to date. Returns one line for each thing that was done."""
    folder.mkdir(parents=True, exist_ok=True)
    progress = Progress(folder)
    data = progress.read()
    said = []
    for name, content in lessons().items():
        said += _bring(folder, name, content, data["lessons"])
    progress.write(data)
    _bring_what_is_for_reading(folder)
    return said


def _bring(folder: Path, name: str, content: bytes, given: dict[str, str]) -> list[str]:
    """Put one lesson there, renew it, or put it beside the learner's. `given` holds the fingerprints handed out."""
    new = fingerprint(content)
    mine = folder / name
    if not mine.exists():
        mine.write_bytes(content)
        given[name] = new
        return [f"{name}: put into {folder}"]
    now = fingerprint(mine.read_bytes())
    if new in (now, given.get(name)):
        given[name] = new
        return []
    if now == given.get(name):
        mine.write_bytes(content)
        given[name] = new
        return [f"{name}: renewed"]
    beside = _free_name(folder, name, "new", keep=new)
    beside.write_bytes(content)
    given[name] = new  # so that the same one is not put there again
    return [f"{name}: you have worked on it, so it stays; the new one is {beside.name}"]


def _free_name(folder: Path, name: str, word: str, keep: str = "") -> Path:
    """``04_x.new.ipynb``, or with a number where that is taken by something other than what `keep` names."""
    stem = name.removesuffix(".ipynb")
    number = 1
    while True:
        path = folder / f"{stem}.{word}{'' if number == 1 else number}.ipynb"
        if not path.exists() or fingerprint(path.read_bytes()) == keep:
            return path
        number += 1


def _bring_what_is_for_reading(folder: Path) -> None:
    """Pages and solutions: always the newest."""
    (folder / "solutions").mkdir(exist_ok=True)
    for place, kind in (("", ".md"), ("solutions", ".ipynb")):
        for entry in (lessons_folder() / place).iterdir():
            if entry.name.endswith(kind) or entry.name.removesuffix(".ipynb") in PAGES:
                (folder / place / entry.name).write_bytes(entry.read_bytes())


def reset(folder: Path, number: str) -> list[str]:
    """Give lesson `number` ("00") back as it ships. The learner's version is kept beside it."""
    if not folder.is_dir():
        raise FileNotFoundError(
            f"There is no copy of the lessons in {folder}. Make one: python -m minigrad.course start"
        )
    number = number.zfill(2)
    matching = {name: content for name, content in lessons().items() if name.startswith(f"{number}_")}
    if not matching:
        raise LookupError(f"There is no lesson {number}. There are: {', '.join(name[:2] for name in lessons())}")
    [(name, content)] = matching.items()
    said = []
    mine = folder / name
    if mine.exists() and fingerprint(mine.read_bytes()) != fingerprint(content):
        kept = _free_name(folder, name, "mine")
        mine.replace(kept)
        said.append(f"{name}: what you wrote is now {kept.name}")
    mine.write_bytes(content)
    progress = Progress(folder)
    data = progress.read()
    data["lessons"][name] = fingerprint(content)
    progress.write(data)
    progress.forget(number)
    return [*said, f"{name}: given back as new"]
