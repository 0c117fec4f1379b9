"""What PyTorch said, kept as data, so that the tests know it where PyTorch is not installed.

Each kind of question is a module of `tests` that has ``ask_torch() -> dict``: questions, as strings, to answers that
JSON can hold. ``python -m tests.oracle.record`` asks the installed PyTorch and writes the answers to
``tests/oracle/KIND.json``, one line an answer. `recorded` reads them; `torch` is PyTorch itself or None.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent
KINDS = {"printing": "tests.test_printing", "ops": "tests.test_ops"}
VERSION = "2.13"

torch: Any = import_module("torch") if find_spec("torch") else None


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


def pack(array: np.ndarray) -> dict[str, Any]:
    """An array as JSON: dtype, shape, and its numbers to ten digits; NaN and the infinities as words."""
    if array.dtype.kind == "f":
        numbers = [float(f"{x:.10g}") if np.isfinite(x) else str(x) for x in array.ravel().tolist()]
    else:
        numbers = array.ravel().tolist()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": numbers}


def unpack(packed: dict[str, Any]) -> np.ndarray:
    """The array that `pack` wrote."""
    numbers = [float(x) if isinstance(x, str) else x for x in packed["data"]]
    return np.array(numbers, packed["dtype"]).reshape(packed["shape"])
