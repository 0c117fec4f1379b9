"""The table of operations on CuPy's arrays: the same source, the same answers, nothing brought back to the host."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

import minigrad
from tests.gpu import pretended
from tests.gpu.libraries import on_each_library
from tests.oracle import pack, recorded
from tests.test_ops import CASES, FAMILY, SMOOTH, as_tuple, assert_close, weight

# Operations that must know numbers on the host: their results' shapes depend on them, or what is refused does, or the
# result is for Python.
ASKS = {
    "masked_select", "nonzero", "argwhere", "unique", "bincount", "repeat_interleave", "where indices", "equal",
    "allclose", "index", "put", "histc", "one_hot", "repeat_interleave counts", "searchsorted", "where alone",
    "nonzero as a tuple", "unique_consecutive", "gaussian_nll_loss",
}  # fmt: skip
# The same of single cases: where to cut, a mask, how long rows are.
ASK = (
    "tensor_split(5; 2 ",
    "tensor_split(5; [",
    "index_put(2x3; ([[True",
    "embedding(3x2 const; [0, 2, 0] int64; max_norm",
)


def numbers(tensor: Any) -> np.ndarray:
    return np.array(tensor.detach().clone().cpu().numpy())


class OnGPU:
    """`minigrad` as the checks of the table use it, with all that comes from NumPy on the GPU."""

    makers = ("eye", "zeros", "ones", "full", "arange", "tensor", "tril_indices", "triu_indices")

    def __getattr__(self, name: str) -> Any:
        found = getattr(minigrad, name)
        return partial(found, device="cuda") if name in self.makers else found

    def from_numpy(self, array: np.ndarray) -> Any:
        return minigrad.from_numpy(array).to("cuda")


def run(key: str) -> tuple[list[Any], tuple[Any, ...]]:
    row, case = CASES[key]
    module = OnGPU()
    tensors = [
        minigrad.from_numpy(a.copy(order="K")).to("cuda").requires_grad_(i.differentiable)
        for i, a in zip(case.inputs, case.arrays(row.name), strict=True)
    ]
    arguments, keywords = case.fill(tensors, module)
    leaves = [t for i, t in zip(case.inputs, tensors, strict=True) if i.differentiable]
    pretended.transfers.clear()
    outputs = as_tuple(row.calls()[0](module, *arguments, **keywords))
    return leaves, outputs


def gradients(key: str, leaves: list[Any], outputs: Any, **how: Any) -> list[Any]:
    """`first_order` with its weights on the GPU."""
    roots = {k: o for k, o in enumerate(outputs) if o is not None and o.requires_grad}
    if not roots:
        return [None] * len(leaves)
    seeds = [minigrad.from_numpy(weight(key, k, numbers(o))).to("cuda") for k, o in roots.items()]
    return list(minigrad.autograd.grad(list(roots.values()), leaves, grad_outputs=seeds, allow_unused=True, **how))


@on_each_library
@pytest.mark.parametrize("key", CASES)
def test_recorded(key, library):
    """Value, dtype, shape, gradients and second gradients are PyTorch's, and stay on the GPU."""
    said = recorded(f"ops/{FAMILY[CASES[key][0].name]}")[key]
    dtypes = {i.dtype for i in CASES[key][1].inputs}
    leaves, outputs = run(key)
    if library == "pretended" and CASES[key][0].name not in ASKS and not key.startswith(ASK):
        assert pretended.transfers == []
    found: dict[str, list[Any]] = {"out": list(outputs), "grad": gradients(key, leaves, outputs)}
    if key in SMOOTH:
        leaves, outputs = run(key)
        first = gradients(key, leaves, outputs, create_graph=True)
        again = gradients(key + " again", leaves, first)
        found["second"] = [minigrad.zeros_like(x) if g is None else g for x, g in zip(leaves, again, strict=True)]
    for part, tensors in found.items():
        for ours, theirs in zip(tensors, said[part], strict=True):
            assert (ours is None) == (theirs is None), part
            if ours is not None:
                assert ours.device.type == "cuda", part
                assert_close(pack(numbers(ours)), theirs, dtypes)
