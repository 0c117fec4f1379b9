"""Values of a trace: cut down, JSON-safe, one short line of text."""

import json

import numpy as np
import pytest

from minigrad.viz.values import FEW, KEPT, describe, fetch

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    "array, text",
    [
        (np.array(3.0), "3."),
        (np.array([36, 81], np.float32), "[36., 81.]"),
        (np.array([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"),
        (np.array([[True, False]]), "[[True, False]]"),
        (np.float32(0.1), "0.1"),
        (np.array([1e-7, 123456.0, 0.12345]), "[1e-07, 1.235e+05, 0.1235]"),
        (np.array([NAN, INF, -INF]), "[nan, inf, -inf]"),
        (np.zeros((0, 3)), "empty (0, 3)"),
        (np.arange(100.0).reshape(10, 10), "(10, 10) 0. … 99."),
        (np.full(70, NAN), "(70,) nan … nan"),
        (np.append(np.arange(99.0), NAN), "(100,) 0. … 98. with nan"),  # the NaN lies behind the numbers kept
    ],
)
def test_text(array, text):
    assert describe(array)["text"] == text


def test_a_value_is_strict_json_and_reads_back_exactly():
    array = np.array([0.1, NAN, INF, -INF, 1e-38], np.float32)
    value = json.loads(json.dumps(describe(array), allow_nan=False))
    assert value["values"][1:4] == ["nan", "inf", "-inf"]
    np.testing.assert_array_equal(np.array([float(x) for x in value["values"]], np.float32), array)
    assert (value["shape"], value["dtype"], value["truncated"]) == ([5], "float32", False)


def test_large_tensors_are_cut_but_their_range_is_of_the_whole():
    array = np.arange(1000, dtype=np.float32).reshape(20, 50)
    value = describe(array)
    assert value["values"] == list(range(KEPT)) and value["truncated"]
    assert (value["min"], value["max"], value["shape"]) == (0.0, 999.0, [20, 50])


def test_range_passes_over_nan_and_does_not_warn(recwarn):
    assert [describe(np.array([NAN, 2.0, 1.0]))[end] for end in ("min", "max")] == [1.0, 2.0]
    assert [describe(np.array([NAN, NAN]))[end] for end in ("min", "max")] == ["nan", "nan"]
    assert [describe(np.array([]))[end] for end in ("min", "max")] == [None, None]
    assert not recwarn.list


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("numbers", [[1 / 3, -2.0], [INF, -INF], [INF, NAN], [-INF, NAN], [0.0, -0.0], [NAN, NAN]])
def test_small_arrays_are_described_like_the_heads_of_large_ones(numbers, dtype):
    few = np.array(numbers, dtype)
    many = describe(np.tile(few, FEW))
    assert describe(few) == {**many, "shape": [2], "values": many["values"][:2], "text": describe(few)["text"]}
    assert type(describe(few)["min"]) is type(many["min"])


class OnGPU(np.ndarray):
    """An array as CuPy's: numbers come over only by `get`, and each `get` is counted."""

    transfers = 0

    def __array_function__(self, function, types, args, kwargs):
        return super().__array_function__(function, types, args, kwargs).view(OnGPU)

    def get(self):
        OnGPU.transfers += 1
        return np.asarray(self)


def test_arrays_on_a_gpu_come_over_in_one_batch():
    arrays = [np.arange(3.0), np.array(2.0), np.zeros((0, 2)), np.arange(200.0).reshape(2, 100)]
    pending: list = []
    OnGPU.transfers = 0
    values = [describe(array.view(OnGPU), pending) for array in arrays]
    assert OnGPU.transfers == 0 and values == [{}] * 4
    fetch(pending)
    assert OnGPU.transfers == 1
    assert values == [describe(array) for array in arrays] == [describe(array.view(OnGPU)) for array in arrays]
