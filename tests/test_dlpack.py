"""Tensors go to other libraries and come from them without a copy."""

from __future__ import annotations

import gc
import sys
import types

import numpy as np
import pytest

import minigrad
from minigrad.utils.dlpack import from_dlpack, to_dlpack
from tests.oracle import needs_torch
from tests.oracle import torch as pytorch

DTYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")


def layouts(library):
    """Tensors of all layouts: steps, offsets, transposes, repeated, without elements, without dimensions."""
    x = library.arange(12.0).reshape(3, 4)
    return [x, x.t(), x[1:, ::2], x[2], x[:, 1], library.ones(1).expand(3), library.zeros(0, 3), library.tensor(3.0)]


# ------------------------------------------------------------ with PyTorch
@needs_torch
@pytest.mark.parametrize("name", DTYPES)
def test_every_dtype_both_ways(name):
    theirs = pytorch.tensor([0, 1, 2], dtype=getattr(pytorch, name))
    mine = minigrad.from_dlpack(theirs)
    assert mine.dtype is getattr(minigrad, name if name != "bool" else "bool_") and mine.tolist() == theirs.tolist()
    back = pytorch.from_dlpack(mine)
    assert back.dtype == theirs.dtype and back.data_ptr() == theirs.data_ptr() == mine.data_ptr()


@needs_torch
@pytest.mark.parametrize("case", range(8))
def test_every_layout_both_ways(case):
    for source, target in ((pytorch, minigrad), (minigrad, pytorch)):
        x = layouts(source)[case]
        y = target.from_dlpack(x)
        assert tuple(y.shape) == tuple(x.shape) and y.tolist() == x.tolist()
        if x.numel():  # what has no elements has no strides to speak of
            assert y.data_ptr() == x.data_ptr()
            assert [s for s, n in zip(y.stride(), y.shape, strict=True) if n > 1] == [
                s for s, n in zip(x.stride(), x.shape, strict=True) if n > 1
            ]


@needs_torch
def test_memory_is_shared_both_ways():
    for source, target in ((pytorch, minigrad), (minigrad, pytorch)):
        x = source.zeros(3)
        y = target.from_dlpack(x)
        x[0] = 1.0
        y[1] = 2.0
        assert x.tolist() == y.tolist() == [1, 2, 0]


@needs_torch
def test_memory_lives_as_long_as_either():
    for source, target in ((pytorch, minigrad), (minigrad, pytorch)):
        y = target.from_dlpack(source.arange(1000.0))
        gc.collect()
        source.zeros(1000)
        assert y.sum().item() == 499500


@needs_torch
def test_what_requires_grad_is_refused_in_pytorchs_words():
    words = "Can't export tensors that require gradient, use tensor.detach()"
    for library in (minigrad, pytorch):
        x = library.ones(2, requires_grad=True)
        for other in (minigrad, pytorch, np):
            with pytest.raises(BufferError) as raised:
                other.from_dlpack(x)
            assert str(raised.value) == words
            assert other.from_dlpack(x.detach()).shape == (2,)


@needs_torch
def test_what_comes_is_a_tensor_like_any_other():
    x = minigrad.from_dlpack(pytorch.arange(4.0)).requires_grad_()
    (x * x).sum().backward()
    assert x.grad.tolist() == [0, 2, 4, 6]
    assert x[1:].storage_offset() == 1 and not x._is_view()


@needs_torch
def test_capsules():
    for source, target in ((pytorch.utils.dlpack, minigrad), (minigrad.utils.dlpack, pytorch)):
        library = pytorch if target is minigrad else minigrad
        x = library.zeros(3)
        capsule = source.to_dlpack(x)
        y = target.utils.dlpack.from_dlpack(capsule)
        y[1] = 2.0
        assert x.tolist() == [0, 2, 0]
        with pytest.raises(
            RuntimeError, match=r"from_dlpack received an invalid capsule. Note that DLTensor capsules can"
        ):
            target.utils.dlpack.from_dlpack(capsule)
        with pytest.raises(AssertionError, match="device and copy kwargs not supported when ext_tensor is already"):
            target.from_dlpack(source.to_dlpack(x), copy=True)


@needs_torch
@pytest.mark.parametrize("name", ["bfloat16", "complex64", "uint16"])
def test_types_that_minigrad_does_not_have(name):
    with pytest.raises((TypeError, RuntimeError), match="type"):
        minigrad.from_dlpack(pytorch.ones(2, dtype=getattr(pytorch, name)))


# ------------------------------------------------------------ with others
def test_numpy():
    x = minigrad.zeros(2, 3)
    a = np.from_dlpack(x.t())
    a[0, 1] = 5
    assert x[1, 0].item() == 5 and a.strides == (4, 12)
    assert to_dlpack(x) is not None and from_dlpack(a).stride() == (1, 3)


def test_copies():
    a = np.zeros(2)
    for options, shared in (({}, True), ({"copy": False}, True), ({"copy": True}, False), ({"device": "cpu"}, True)):
        x = minigrad.from_dlpack(a, **options)
        assert np.shares_memory(x.numpy(), a) is shared


def test_an_array_that_is_read_only_stays_so():
    a = np.zeros(2)
    a.flags.writeable = False
    x = minigrad.from_dlpack(a)
    with pytest.raises(ValueError, match="read-only"):
        x.add_(1)
    assert a.tolist() == [0, 0]


def test_negative_steps_are_refused():
    with pytest.raises(ValueError, match="At least one stride in the given numpy array is negative"):
        minigrad.from_dlpack(np.ones(4)[::-1])


@pytest.mark.parametrize("x", [5, [1.0], None])
def test_what_speaks_no_dlpack(x):
    with pytest.raises(RuntimeError, match="from_dlpack received an invalid capsule"):
        minigrad.from_dlpack(x)
    with pytest.raises(TypeError, match=r"to_dlpack\(\): argument 'tensor' must be Tensor, not"):
        to_dlpack(x)


class Elsewhere:
    """An array on a device by its number."""

    def __init__(self, kind):
        self.kind = kind

    def __dlpack_device__(self):
        return self.kind, 0

    def __dlpack__(self, **_):
        raise AssertionError("not asked for")


def test_other_devices(monkeypatch):
    with pytest.raises(RuntimeError, match="not on DLPack's device 7"):
        minigrad.from_dlpack(Elsewhere(7))
    there = np.ones(2)
    monkeypatch.setitem(sys.modules, "cupy", types.SimpleNamespace(from_dlpack=lambda x: there, ndarray=np.ndarray))
    assert minigrad.from_dlpack(Elsewhere(2)).array is there  # CuPy takes what is on a GPU


@pytest.mark.gpu
def test_cupy():
    cupy = pytest.importorskip("cupy")
    a = cupy.zeros((2, 3))
    x = minigrad.from_dlpack(a.T)
    x[0, 1] = 5.0
    assert a[1, 0] == 5 and x.stride() == (1, 3) and str(x.device) == "cuda:0"
    assert cupy.from_dlpack(x).data.ptr == a.data.ptr
