"""A tensor's repr against PyTorch's: recorded for the arrays below, live for arrays that hypothesis makes up."""

from __future__ import annotations

import contextlib
import doctest
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minigrad import printing
from tests.oracle import needs_torch, recorded, torch

f32, f64 = np.float32, np.float64
DTYPES = ["float16", "float32", "float64", "int8", "uint8", "int16", "int32", "int64", "bool"]

# name -> array, and the options or flags to print it with
CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "0-d float": (f32(10.0), {}),
    "0-d fraction": (f32(0.1), {}),
    "0-d int": (np.array(3), {}),
    "0-d bool": (np.array(True), {}),
    "0-d nan": (f32(np.nan), {}),
    "whole floats": (f32([1, 2]), {}),
    "tutorial": (f32([-0.25, 24]), {}),
    "float64": (f64([0.1, -2]), {}),
    "float16": (np.float16([1.5, 65504]), {}),
    "int32": (np.int32([1, -20, 300]), {}),
    "uint8": (np.uint8([[0, 255], [7, 1]]), {}),
    "bools": (np.array([[True, False], [False, False]]), {}),
    "zeros": (f32([0, -0.0]), {}),
    "nan, inf, whole": (f32([np.nan, np.inf, -np.inf, 1, 100]), {}),
    "nan, inf, fraction": (f32([np.nan, np.inf, -np.inf, 1.5, 100]), {}),
    "only nan and zero": (f32([np.nan, 0]), {}),
    "wide range": (f32([1e-3, 1.5, 1000]), {}),
    "just not wide": (f64([1.5, 1500]), {}),
    "large whole": (f32([1e8, 1e5]), {}),
    "larger whole": (f32([2e8, 2e8]), {}),
    "small": (f32([9e-5, 1e-4]), {}),
    "scientific with nan": (f32([1e-10, np.nan, np.inf, 0, -5]), {}),
    "denormal": (f64([5e-324, 1e308]), {}),
    "empty": (f32([]), {}),
    "empty int": (np.zeros(0, np.int64), {}),
    "empty 2-d": (np.zeros((0, 3), np.int64), {}),
    "empty 3-d": (np.zeros((2, 0, 3), f32), {"requires_grad": True}),
    "1 x 1 x 1": (f32([[[1.25]]]), {}),
    "3-d": (np.arange(24).reshape(2, 3, 4), {}),
    "4-d": (np.arange(16, dtype=f32).reshape(2, 2, 2, 2) / 3, {}),
    "wraps": (np.arange(40, dtype=f32) / 7, {}),
    "wraps, 3-d": (np.arange(120, dtype=f32).reshape(2, 2, 30) / 7, {}),
    "wraps ints": (np.arange(60) * 37, {}),
    "the longer word wraps no sooner": (np.float16([0, 0, 0, -100]), {"requires_grad": True}),
    "long": (np.arange(1001), {}),
    "threshold": (np.arange(1000), {}),
    "long matrix": (np.arange(1200, dtype=f32).reshape(6, 200) / 3, {}),
    "long, 3-d": (np.arange(8 * 9 * 20).reshape(8, 9, 20), {}),
    "long, few columns": (np.arange(3000, dtype=f32).reshape(1000, 3), {}),
    "requires_grad": (f32([1, 2]), {"requires_grad": True}),
    "grad_fn": (f32(10), {"grad_fn_name": "SumBackward"}),
    "note on a new line": (np.arange(10, dtype=f64) / 3, {"grad_fn_name": "DivBackward"}),
    "notes wrap": (np.arange(9, dtype=f64) / 3, {"grad_fn_name": "LinalgVectorNormBackward"}),
    "note just fits": (np.arange(9, dtype=f32) + 0.5, {"requires_grad": True}),
    "default float64": (f64([1.5]), {"default_dtype": "float64"}),
    "default float64, empty": (f32([]), {"default_dtype": "float64"}),
    "precision 2": (f32([1.12345, 100]), {"precision": 2}),
    "precision 0": (f32([1.6, 100]), {"precision": 0}),
    "precision 10": (f64([1 / 3]), {"precision": 10}),
    "threshold 5": (np.arange(10), {"threshold": 5}),
    "edgeitems 1": (np.arange(50).reshape(5, 10), {"threshold": 5, "edgeitems": 1}),
    "edgeitems 0": (np.arange(10), {"threshold": 5, "edgeitems": 0}),
    "edgeitems 0, 2-d": (np.arange(10, dtype=f32).reshape(2, 5), {"threshold": 5, "edgeitems": 0}),
    "edgeitems 0, short": (np.arange(3), {"edgeitems": 0}),
    "linewidth 20": (np.arange(12, dtype=f32) / 3, {"linewidth": 20, "requires_grad": True}),
    "linewidth 1": (np.arange(3), {"linewidth": 1}),
    "short": (np.arange(2000, dtype=f32) / 3, {"profile": "short"}),
    "full": (np.arange(1100), {"profile": "full"}),
    "scientific": (f32([1, 2.5, np.inf, 0]), {"sci_mode": True}),
    "scientific, whole": (f32([1, 20]), {"sci_mode": True}),
    "scientific, only zero": (f32([0, 0]), {"sci_mode": True}),
    "never scientific": (f32([1e-6, 1e6]), {"sci_mode": False}),
}
OPTIONS = {"precision", "threshold", "edgeitems", "linewidth", "profile", "sci_mode"}


@pytest.fixture(autouse=True)
def default_options():
    yield
    printing.set_printoptions(profile="default")


def ours(array: np.ndarray, **how: Any) -> str:
    with printing.printoptions(**{name: how.pop(name) for name in OPTIONS & how.keys()}):
        return printing.tensor_str(array, **how)


def theirs(array: np.ndarray, **how: Any) -> str:
    """PyTorch's text for the same, `minigrad` put where it writes `torch`."""
    from torch._tensor_str import printoptions

    default_dtype = getattr(torch, how.pop("default_dtype", "float32"))
    name = how.pop("grad_fn_name", None)
    requires_grad = how.pop("requires_grad", False)
    tensor = torch.from_numpy(np.array(array)).requires_grad_(requires_grad and name is None)
    if name is not None:
        tensor = _with_node(tensor, name)
    before = torch.get_default_dtype()
    torch.set_default_dtype(default_dtype)
    try:
        with printoptions(**how) if how else contextlib.nullcontext():
            return repr(tensor).replace("dtype=torch.", "dtype=minigrad.")
    finally:
        torch.set_default_dtype(before)
        torch.set_printoptions(profile="default")


def _with_node(tensor: Any, name: str) -> Any:
    """The same numbers, as the result of a node of this name (a Function's node is named after its class)."""
    rules = {"forward": staticmethod(lambda ctx, x: tensor.clone()), "backward": staticmethod(lambda ctx, g: g)}
    function = type(name.removesuffix("Backward"), (torch.autograd.Function,), rules)
    return function.apply(torch.zeros((), requires_grad=True))


def ask_torch() -> dict[str, str]:
    """PyTorch's answers, to be recorded."""
    return {name: theirs(array, **how) for name, (array, how) in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_recorded(name):
    array, how = CASES[name]
    assert ours(array, **how) == recorded("printing")[name]


@needs_torch
def test_the_record_is_what_torch_says():
    assert ask_torch() == recorded("printing")


@st.composite
def arrays(draw):
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
    if dtype.kind != "f":
        return draw(hnp.arrays(dtype, shape))
    exponents = st.integers(-6, 10).map(lambda e: 10.0**e)
    floats = st.one_of(
        st.integers(-1000, 1000).map(float),
        st.floats(-10, 10, width=32),
        st.tuples(st.sampled_from([1.0, -1.0, 2.5, 1 / 3]), exponents).map(lambda p: p[0] * p[1]),
        st.sampled_from([0.0, -0.0, np.nan, np.inf, -np.inf]),
    )
    with np.errstate(over="ignore"):
        return draw(hnp.arrays(np.float64, shape, elements=floats)).astype(dtype)


options = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.integers(0, 8),
        "threshold": st.sampled_from([0, 3, 10, 1000]),
        "edgeitems": st.integers(0, 3),
        "linewidth": st.sampled_from([1, 20, 40, 80, 120]),
        "profile": st.sampled_from(["default", "short", "full"]),
        "sci_mode": st.sampled_from([None, True, False]),
        "default_dtype": st.sampled_from(["float32", "float64"]),
    },
)


@needs_torch
@settings(max_examples=300, deadline=None)
@given(arrays(), options, st.booleans())
def test_any_array_prints_as_in_torch(array, how, flag):
    how = how | ({"requires_grad": True} if flag and array.dtype.kind == "f" else {})
    assert ours(array, **how) == theirs(array, **how)


def test_options():
    printing.set_printoptions(precision=2, sci_mode=True)
    assert printing.get_printoptions()["precision"] == 2
    printing.set_printoptions(edgeitems=1)  # as in PyTorch: what is not given stays, but for sci_mode
    assert printing.get_printoptions() == {
        "precision": 2, "threshold": 1000, "edgeitems": 1, "linewidth": 80, "sci_mode": None,
    }  # fmt: skip
    with pytest.raises(ZeroDivisionError), printing.printoptions(profile="full"):
        assert printing.get_printoptions()["threshold"] == np.inf
        raise ZeroDivisionError
    assert printing.get_printoptions()["threshold"] == 1000
    with pytest.raises(ValueError, match="profile must be one of 'default', 'short', 'full', not 'ful'"):
        printing.set_printoptions(profile="ful", precision=9)
    assert printing.get_printoptions()["precision"] == 2


def test_device_and_type_name():
    text = printing.tensor_str(f32([1]), device="cuda:0", requires_grad=True, type_name="Weight")
    assert text == "Weight([1.], device='cuda:0', requires_grad=True)"
    assert printing.tensor_str(f32([1]), device="cpu") == "tensor([1.])"


def test_docstrings_run():
    assert doctest.testmod(printing).attempted >= 8
    assert doctest.testmod(printing).failed == 0
