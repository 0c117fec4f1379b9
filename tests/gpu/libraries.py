"""The two libraries that tests of GPU code run on: CuPy itself where there is a GPU, and the pretended one anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import pytest

from tests.gpu import pretended


def _gpu() -> bool:
    if find_spec("cupy") is None:
        return False
    import cupy

    return bool(cupy.cuda.is_available())


LIBRARIES = [
    "pretended",
    pytest.param("cupy", marks=[pytest.mark.gpu, pytest.mark.skipif(not _gpu(), reason="CuPy finds no GPU here")]),
]
on_each_library = pytest.mark.parametrize("library", LIBRARIES, indirect=True)


@contextmanager
def using(name: str) -> Iterator[str]:
    """A block within which minigrad finds this library under CuPy's name."""
    if name == "cupy":
        yield name
        return
    with pretended.installed():
        yield name
