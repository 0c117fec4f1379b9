"""What PyTorch said, kept as data, so that the tests know it where PyTorch is not installed.

Each kind of question is a module of `tests` that has ``ask_torch() -> dict``: questions, as strings, to answers that
JSON can hold. ``python -m tests.oracle.record`` asks the installed PyTorch and writes the answers to
``tests/oracle/KIND.json``, one line an answer. A family of cases (see ``tests/conformance.py``) is the kind
``cases/FAMILY``, one of operations (see ``tests/ops_tables``) ``ops/FAMILY``. `recorded` reads the answers; `torch` is
PyTorch itself or None.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent
KINDS = {
    "printing": "tests.test_printing",
    "expressions": "tests.test_expressions",
    "errors": "tests.test_errors",
    "resnet": "tests.test_resnet",
    "optim_curves": "tests.test_optim_curves",
}
VERSION = "2.13"

torch: Any = import_module("torch") if find_spec("torch") else None


@contextmanager
def warns_always() -> Iterator[None]:
    """Let PyTorch warn each time of what it says once a process."""
    before = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    try:
        yield
    finally:
        torch.set_warn_always(before)


def needs_torch(test: Any) -> Any:
    """Mark a test that asks PyTorch itself: it is skipped, with the reason, where there is none."""
    return pytest.mark.oracle(pytest.mark.skipif(torch is None, reason="PyTorch is not installed")(test))


@cache
def recorded(kind: str) -> dict[str, Any]:
    """The recorded answers to one kind of question."""
    return json.loads((HERE / f"{kind}.json").read_text(encoding="utf-8"))["answers"]


def dump(version: str, answers: dict[str, Any]) -> str:
    """JSON with one line for each answer, so that a changed answer is a changed line."""
    lines = (f"  {json.dumps(question)}: {json.dumps(answer, allow_nan=False)}" for question, answer in answers.items())
    return f'{{"torch": {json.dumps(version)}, "answers": {{\n' + ",\n".join(lines) + "\n}}\n"


def pack(array: np.ndarray) -> str:
    """An array as text, numbers to ten digits: "float64 2x2: 1.5 0 nan -2", "int64 9: all 0"."""
    spec = ".10g" if array.dtype.kind == "f" else ""
    words = [format(x, spec) for x in array.ravel().tolist()]
    if len(words) > 1 and len(set(words)) == 1:
        words = ["all", words[0]]
    return " ".join([array.dtype.name, "x".join(map(str, array.shape)) + ":", *words])


def unpack(line: str) -> np.ndarray:
    """The array that `pack` wrote."""
    head, _, numbers = line.partition(":")
    dtype, _, sides = head.partition(" ")
    shape = tuple(int(side) for side in sides.split("x") if side)
    words = numbers.split()
    read = {"True": True, "False": False}.get if dtype == "bool" else np.dtype(dtype).type
    if words[:1] == ["all"]:
        return np.full(shape, read(words[1]), dtype)
    return np.array([read(word) for word in words], dtype).reshape(shape)
