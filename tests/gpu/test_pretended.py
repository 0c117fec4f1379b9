"""The pretended CuPy is as narrow as CuPy: what CuPy does not do, or does otherwise, it must not do as NumPy does."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from tests.gpu import pretended
from tests.gpu.libraries import on_each_library, using


@pytest.fixture(params=["pretended"])
def cupy(request):
    with using(request.param):
        pretended.transfers.clear()
        yield pretended.module


REFUSED = {
    "arrays of NumPy": lambda cp, x: cp.add(x, np.ones(2)),
    "arrays of NumPy, by an operator": lambda cp, x: x + np.ones(2),
    "becoming an array of NumPy": lambda cp, x: np.asarray(x),
    "an index for Python": lambda cp, x: [1, 2][cp.array(1)],
    "parameters that only NumPy has": lambda cp, x: cp.sum(x, where=cp.array([True, False])),
    "the same of methods": lambda cp, x: x.max(initial=0),
    "types that a ufunc does not have": lambda cp, x: cp.bitwise_and(x, x),
    "adding up bools in place": lambda cp, x: cp.add.at(cp.array([1], np.int8), cp.array([0]), cp.array([1], np.int8)),
    "a ufunc's `at` that is not there": lambda cp, x: cp.multiply.at(x, cp.array([0]), 2.0),
    "accumulating": lambda cp, x: np.maximum.accumulate(x),
    "half precision in linalg": lambda cp, x: cp.linalg.inv(cp.eye(2, dtype=np.float16)),
    "numbers as a condition": lambda cp, x: cp.where(True, x, x),
    "asking whether it may be written": lambda cp, x: x.flags.writeable,
    "methods of generators": lambda cp, x: cp.random.default_rng(0).permutation(3),
    "keywords of generators": lambda cp, x: cp.random.default_rng(0).standard_normal(3, mean=2),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what, cupy):
    with pytest.raises((TypeError, AttributeError, NotImplementedError)):
        REFUSED[what](cupy, cupy.ones(2))
    assert pretended.transfers == []


WAITED = {
    "mask": lambda cp, x: x[x > 0],
    "mask of a write": lambda cp, x: x.__setitem__(x > 0, 0.0),
    "nonzero": lambda cp, x: cp.nonzero(x),
    "where": lambda cp, x: cp.where(x > 0),
    "unique": lambda cp, x: cp.unique(x),
    "repeat": lambda cp, x: cp.repeat(x, cp.array([1, 2])),
    "truth": lambda cp, x: bool(x[0]),
    "get": lambda cp, x: x.get(),
    "format": lambda cp, x: f"{x[0]:.3f}",
}


@pytest.mark.parametrize("what", WAITED)
def test_waiting_for_numbers_is_counted(what, cupy):
    x = cupy.ones(2)
    assert pretended.transfers == []
    WAITED[what](cupy, x)
    assert len(pretended.transfers) == 1


def test_otherwise_than_numpy(cupy):
    x = cupy.arange(4)
    assert x[cupy.array([5, -5])].get().tolist() == [1, 3]  # an index out of bounds counts on
    assert np.isnan(cupy.linalg.inv(cupy.zeros((2, 2))).get()).all()  # a singular matrix raises nothing
    assert cupy.isnan(x).dtype == bool and cupy.divide(x, x).dtype == np.float64
    images = np.zeros((2, 3, 4)).transpose(0, 2, 1)
    assert cupy.array(images).flags.c_contiguous and cupy.array(images[0]).flags.f_contiguous
    assert cupy.array(images).transpose(0, 2, 1).get().flags.c_contiguous


@on_each_library
def test_minigrad_says_that_a_matrix_is_singular(library):
    zeros = minigrad.zeros(2, 2, device="cuda")
    with pytest.raises(RuntimeError, match="The diagonal element 1 is zero, the inversion could not be completed"):
        minigrad.linalg.inv(zeros)
    with pytest.raises(RuntimeError, match="The solver failed because the input matrix is singular"):
        minigrad.linalg.solve(zeros, minigrad.ones(2, device="cuda"))
    with pytest.raises(RuntimeError, match="the leading minor of order 1 is not positive-definite"):
        minigrad.linalg.cholesky(zeros)


@on_each_library
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"])
def test_duplicates_are_added_in_each_type(dtype, library):
    kind, index = getattr(minigrad, dtype), minigrad.tensor([0, 2, 0, 0], device="cuda")
    values = minigrad.tensor([1, 1, 0, 1], device="cuda").to(kind)
    x = minigrad.zeros(3, dtype=kind, device="cuda")
    found = x.index_put((index,), values, accumulate=True)
    assert (found.dtype, found.tolist()) == (kind, [2, 0, 1] if kind is not minigrad.bool else [True, False, True])
    if kind is minigrad.int8:
        low = minigrad.tensor([-100], dtype=kind, device="cuda")
        assert low.index_put((index * 0,), values - 50, accumulate=True).tolist() == [(-100 - 197 + 128) % 256 - 128]
