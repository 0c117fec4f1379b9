"""The learner's progress: one file, ``.progress.json``, beside their copy of the lessons and nowhere else."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = ".progress.json"


@dataclass
class Record:
    """What happened at one exercise: tries, the mistakes met, the last answers, whether it is solved."""

    solved: bool = False
    tries: int = 0
    met: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    @classmethod
    def from_json(cls, data: Any) -> "Record":
        """The record that a file holds; what is not as we write it counts as absent."""
        known = vars(cls()) if isinstance(data, dict) else {}
        return cls(**{key: data[key] for key, new in known.items() if isinstance(data.get(key), type(new))})

    def add(self, answer: str, mistake: str | None) -> bool:
        """Note one try (``mistake`` None: it was right). Returns whether this mistake was met before."""
        self.tries += 1
        self.answers = [*self.answers, answer][-10:]
        again = mistake in self.met
        if mistake is None:
            self.solved = True
        elif not again:
            self.met = [*self.met, mistake]
        return again


class Progress:
    """Progress in the folder `folder`, or only in memory where `folder` is None.

    The file is read anew for each use, since every open lesson is a process of its own.
    """

    def __init__(self, folder: Path | None):
        self.path = None if folder is None else folder / NAME
        self._memory: dict[str, Any] = {}

    def exists(self) -> bool:
        """Whether this is a learner's copy."""
        return self.path is not None and self.path.exists()

    @classmethod
    def here(cls) -> "Progress":
        """That of the current folder if it is a learner's copy, else none: where lessons ship, nothing is written."""
        here = cls(Path.cwd())
        return here if here.exists() else cls(None)

    def read(self) -> dict[str, Any]:
        """Everything, as it stands in the file; only looks. A file that cannot be read counts as empty."""
        data = (self._memory if self.path is None or not self.path.exists() else self._in_file()) or {}
        tables = {key: data[key] if isinstance(data.get(key), dict) else {} for key in ("lessons", "exercises")}
        return {"version": 1, **data, **tables}

    def _in_file(self) -> dict[str, Any] | None:
        """What the file holds, or None if that is no table."""
        assert self.path is not None
        try:
            data = json.loads(self.path.read_text("utf-8"))
        except ValueError:
            return None
        return data if isinstance(data, dict) else None

    def write(self, data: dict[str, Any]) -> None:
        """Replace the file in one go: a crash leaves the old one or the new one. An unreadable one is set aside."""
        self._memory = data
        if self.path is not None:
            if self.path.exists() and self._in_file() is None:
                self.path.replace(self.path.with_name(NAME + ".unreadable"))
            new = self.path.with_name(f"{NAME}.{os.getpid()}.new")
            new.write_text(json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
            new.replace(self.path)

    def record(self, exercise_id: str) -> Record:
        """What is known about one exercise."""
        return Record.from_json(self.read()["exercises"].get(exercise_id))

    def keep(self, exercise_id: str, record: Record) -> None:
        """Store what is known about one exercise."""
        data = self.read()
        data["exercises"][exercise_id] = vars(record)
        self.write(data)

    def forget(self, lesson_number: str) -> None:
        """Drop what is known about the exercises of one lesson."""
        data = self.read()
        data["exercises"] = {k: v for k, v in data["exercises"].items() if not k.startswith(lesson_number + ".")}
        self.write(data)
