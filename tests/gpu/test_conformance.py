"""The programs whose answers PyTorch gave (`tests/conformance.py`), with all tensors on the GPU: the same answers.

Only what the test itself tells is brought to the host; that a tensor's printed form names its device is left out.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import minigrad
from tests.conformance import FAMILIES, answer
from tests.gpu.libraries import on_each_library
from tests.oracle import recorded

CASES = {f"{family}/{name}": body for family in FAMILIES for name, body in import_module(FAMILIES[family]).case.items()}

_SHARED = "shares memory with a NumPy array"
_LAYER = "makes a layer without saying where"
# What must be different on a GPU, and why.
OF_THE_HOST = {
    "creation/dlpack": "asks NumPy to take the tensor's memory",
    "creation/from_numpy": _SHARED,
    "dtypes/conversions": 'asks whether x.to("cpu") is x',
    "function_misuse/marking_through_numpy": _SHARED,
    "graph/pickled_storage": _SHARED,
    "inference/result_numpy": _SHARED,
    "inplace/index_put_refused": "an index out of bounds is not looked for on a GPU: CuPy counts on from the other end",
    "nn_attention/refused": _LAYER,
    "nn_layers/running_statistics": _LAYER,
    "random/states_refused": "a generator's state must be on the CPU",
    "tensor/attributes": "tells the device",
    "tensor/numpy_arrays": _SHARED,
    "tensor/printing": "lines break elsewhere where the device takes room",
    "tensor/shapes_of_numpy_arrays_are_their_own": _SHARED,
    "views/fortran_order_from_numpy": _SHARED,
}
OF_THE_HOST |= dict.fromkeys(
    [f"user_programs/{name}" for name in (
        "perceptron_with_schedulers", "transfer_learning", "checkpoints", "own_modules", "recurrent_text",
        "transformer", "adversaries", "derivatives_of_derivatives",
    )] + [
        "user_mistakes/nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Linear(8, 2))(torch.ones(2, 1, 6, 6))",
        "user_mistakes/nn.Embedding(3, 2)(torch.tensor([5]))",
    ], _LAYER
)  # fmt: skip
OF_THE_HOST |= dict.fromkeys(
    [f"asking/{name}" for name in ("questions", "older_types", "a_program_that_looks_for_an_accelerator")],
    "asks where things are",
)
OF_THE_HOST |= dict.fromkeys(
    [
        "user_mistakes/F.cross_entropy(torch.ones(2, 3), torch.tensor([0, 5]))",
        "user_mistakes/torch.ones(3)[[0, 7]]",
        "user_mistakes/torch.zeros(2).scatter_(0, torch.tensor([3]), 1.)",
    ],
    OF_THE_HOST["inplace/index_put_refused"],
)
# CuPy gives memory in blocks of 512 bytes: a storage is larger there than its tensor.
OF_BLOCKS = {
    "storage/as_strided_in_place_of_a_plain_tensor",
    "storage/as_strided_that_cannot_be",
    "storage/set_a_part",
}


class OnGPU:
    """`minigrad`, but what it makes of numbers is made on the GPU."""

    makers = (
        "arange", "empty", "eye", "full", "linspace", "ones", "rand", "randint", "randn", "randperm", "tensor", "zeros",
    )  # fmt: skip

    def __getattr__(self, name: str) -> Any:
        found = getattr(minigrad, name)
        if name not in self.makers:
            return found
        return lambda *args, device="cuda", **kwargs: found(*args, device=device, **kwargs)

    def from_numpy(self, array: np.ndarray) -> Any:
        return minigrad.from_numpy(array).to("cuda")


def without_place(told: Any) -> Any:
    if isinstance(told, list):
        return [without_place(item) for item in told]
    return re.sub(r", device='cuda:0'| \(cuda:0\)|(?<=minigrad\.)cuda\.(?=\w+Tensor)", "", told)


@on_each_library
@pytest.mark.parametrize("key", CASES)
def test_recorded(key, library):
    family, _, name = key.partition("/")
    ours, theirs = without_place(answer(OnGPU(), CASES[key])), recorded(f"cases/{family}")[name]
    if key in OF_THE_HOST or (library == "cupy" and key in OF_BLOCKS):
        assert ours != theirs, f"{key} needs no exception"
    else:
        assert ours == theirs


def test_the_exceptions_are_cases():
    assert not (OF_THE_HOST.keys() | OF_BLOCKS) - CASES.keys()


@on_each_library
def test_tensors_are_there(library):
    """The test above would see nothing of the GPU if its module made tensors elsewhere."""
    torch = OnGPU()
    made = [torch.tensor([1.0]), torch.zeros(2), torch.eye(2), torch.arange(3), torch.from_numpy(np.ones(2))]
    assert {x.device.type for x in made} == {"cuda"}
