"""Ask the installed PyTorch and keep its answers: ``python -m tests.oracle.record [KIND ...]``."""

from __future__ import annotations

import sys
from importlib import import_module

from tests import conformance, ops_tables
from tests.oracle import HERE, KINDS, VERSION, dump, torch


def main(kinds: list[str]) -> None:
    """Write ``KIND.json`` for each kind named, or for all."""
    if torch is None or not torch.__version__.startswith(VERSION):
        raise SystemExit(f"PyTorch {VERSION} is needed to record its answers: pip install torch=={VERSION}.0")
    every = [*KINDS, *(f"ops/{f}" for f in ops_tables.ALL), *(f"cases/{f}" for f in conformance.FAMILIES)]
    for kind in kinds or every:
        if kind in KINDS:
            answers = import_module(KINDS[kind]).ask_torch()
        elif kind.startswith("ops/"):
            answers = import_module("tests.test_ops").ask_torch(kind.removeprefix("ops/"))
        else:
            answers = conformance.ask_torch(kind.removeprefix("cases/"))
        (HERE / f"{kind}.json").write_text(dump(VERSION, answers), encoding="utf-8")
        print(f"{kind}.json: {len(answers)} answers")


if __name__ == "__main__":
    main(sys.argv[1:])
