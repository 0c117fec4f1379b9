"""Views, versions and aliases on CuPy's own arrays. CuPy without a GPU is enough: no numbers are read.

Nor may a failing assertion print a tensor, whose memory is made up.
"""

from __future__ import annotations

import gc
import sys
import weakref
from importlib.util import find_spec

import pytest

from minigrad import backend
from minigrad.autograd import versions
from minigrad.creation import _usable
from minigrad.tensor import wrap
from tests.gpu.libraries import using

LIBRARIES = [
    "pretended",
    pytest.param("cupy", marks=[pytest.mark.optional, pytest.mark.skipif(not find_spec("cupy"), reason="no CuPy")]),
]


@pytest.fixture(params=LIBRARIES)
def made_up(request):
    """Makes an array at an address that nobody may read, of 512 bytes or of none."""
    with using(request.param):
        if request.param == "cupy":
            import cupy  # noqa: F401

        def make(*shape):
            cupy = sys.modules["cupy"]
            place = (4096, 512) if 0 not in shape else (0, 0)
            memory = cupy.cuda.UnownedMemory(*place, None, 0)
            return cupy.ndarray(shape, "float32", cupy.cuda.MemoryPointer(memory, 0))

        yield make


VIEWS = {
    "T": lambda x: x.T,
    "unsqueeze": lambda x: x.unsqueeze(0),
    "expand": lambda x: x.expand(4, 2, 3),
    "permute": lambda x: x.permute(1, 0),
    "view": lambda x: x.view(6),
    "reshape": lambda x: x.reshape(3, 2),
    "as_strided": lambda x: x.as_strided((2,), (1,), 1),
    "as_strided before": lambda x: x[1].as_strided((2,), (1,), 0),
    "unfold": lambda x: x.unfold(1, 2, 1),
    "select": lambda x: x[1],
    "step": lambda x: x[:, ::2],
    "chunk": lambda x: x.chunk(2)[1],
    "diagonal": lambda x: x.diagonal(),
    "flatten": lambda x: x.flatten(),
    "squeeze": lambda x: x[None].squeeze(),
    "movedim": lambda x: x.movedim(0, 1),
    "detach": lambda x: x.detach(),
}


@pytest.mark.parametrize("name", VIEWS)
def test_views_share_memory_and_version(name, made_up):
    x = wrap(_usable(made_up(2, 3)))
    y = VIEWS[name](x)
    kind, same = y.device.type, backend.storage(y.array) == backend.storage(x.array)
    versions.note_write(y.array, "add_", None, 0)
    told = [kind, same, x._version, y._version, y._base is x, VIEWS[name](x.requires_grad_()).requires_grad]
    assert told == ["cuda", True, 1, 1, name != "detach", name != "detach"]


def test_writes_through_data_are_not_counted(made_up):
    x = wrap(_usable(made_up(2, 3)))
    alias = x.data
    versions.note_write(alias.array, "add_", None, 0)
    told = [x._version, alias._version, alias.T._version, alias.data_ptr() == x.data_ptr()]
    assert [*told, backend.memory(alias.array) is backend.memory(x.array)] == [0, 1, 1, True, True]


def test_empty_tensors(made_up):
    x = wrap(made_up(0, 3))
    y = x.as_strided((0,), (1,))
    versions.note_write(x.array, "add_", None, 0)
    assert x._version == x.T._version == 1 and x.data.shape == (0, 3) and y.shape == (0,)


def test_the_version_goes_with_the_memory(made_up):
    x = wrap(_usable(made_up(2, 3)))
    gc.collect()
    before = len(versions._histories)
    versions.note_write(x.array, "add_", None, 0)
    assert len(versions._histories) == before + 1
    view = x[1]
    del x
    gc.collect()
    count = view._version
    assert count == 1
    del view
    gc.collect()
    assert len(versions._histories) == before


def test_memory_of_cupy_has_no_weak_references(made_up):
    with pytest.raises(TypeError, match="cannot create weak reference"):
        weakref.ref(made_up(2).data.mem)
