"""The one table of operations, a file a family: how each is written, what it is tried on, what it must refuse.

Cases carry the nasty inputs on purpose: broadcasts, nothing at all, 0-d, memory that is not contiguous, ties, kinks,
NaN, infinities, duplicates in an index. tests/samples.py has the words used here, tests/test_ops.py the checks.
With MINIGRAD_FAMILY=elementwise (or several, with commas) only that family is tried.
"""

import os
from importlib import import_module
from pathlib import Path

from tests.ops_tables.words import Rows

ALL = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py") if path.stem != "words")
FAMILIES = os.environ["MINIGRAD_FAMILY"].split(",") if os.environ.get("MINIGRAD_FAMILY") else ALL
TABLE: dict[str, Rows] = {name: import_module(f"tests.ops_tables.{name}").op for name in FAMILIES}
