"""Every operation of the table, checked in every way: values, gradients, second gradients, forms, refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from zlib import crc32

import numpy as np
import pytest

import minigrad
from minigrad import catalogue, methods
from tests import ops_tables
from tests.ops_tables import TABLE
from tests.ops_tables.words import inf, nan
from tests.oracle import needs_torch, pack, recorded, torch, unpack
from tests.samples import Case, Refusal, Row

ROWS = [row for rows in TABLE.values() for row in rows]
FAMILY = {row.name: family for family, rows in TABLE.items() for row in rows}
CASES = {f"{row.name}({case})": (row, case) for row in ROWS for case in row.cases}
REFUSALS = {f"{row.name}({r.case})": (row, r) for row in ROWS for r in row.refusals}
SMOOTH = [
    key
    for key, (row, case) in CASES.items()
    if row.smooth and case.smooth and all(i.dtype == "float64" for i in case.inputs if i.differentiable)
]


CHECKABLE = [
    key
    for key in SMOOTH
    if any(i.differentiable for i in CASES[key][1].inputs)
    and "to the input" not in key  # these write into what is nudged
    and all(array.size for array in CASES[key][1].arrays(CASES[key][0].name))
]


def weight(key: str, number: int, array: np.ndarray) -> np.ndarray:
    """What output `number` is weighed with: fixed numbers of its shape and dtype."""
    rng = np.random.RandomState(crc32(f"{key} {number}".encode()))
    return np.asarray(rng.standard_normal(array.shape)).astype(array.dtype)


def numbers(tensor: Any) -> np.ndarray:
    return np.array(tensor.detach().clone().numpy())


def name_of(node: Any) -> str | None:
    return None if node is None else node.name().rpartition("::")[2]


def as_tuple(result: Any) -> tuple[Any, ...]:
    return tuple(result) if isinstance(result, (tuple, list)) else (result,)


def run(module: Any, row: Row, case: Case, form: int = 0, arrays: list[np.ndarray] | None = None) -> Any:
    """The inputs as tensors, those of them to be differentiated, and the outputs as a tuple."""
    arrays = case.arrays(row.name) if arrays is None else arrays
    tensors = [i.tensor(module, a) for i, a in zip(case.inputs, arrays, strict=True)]
    arguments, keywords = case.fill(tensors, module)
    leaves = [t for i, t in zip(case.inputs, tensors, strict=True) if i.differentiable]
    return tensors, leaves, as_tuple(row.calls()[form](module, *arguments, **keywords))


def first_order(module: Any, key: str, leaves: list[Any], outputs: Any, **how: Any) -> list[Any]:
    """Gradients of the weighted outputs, one a leaf (None where there is none)."""
    roots = {k: o for k, o in enumerate(outputs) if o is not None and o.requires_grad}
    if not roots:
        return [None] * len(leaves)
    seeds = [module.from_numpy(weight(key, k, numbers(o))) for k, o in roots.items()]
    return list(module.autograd.grad(list(roots.values()), leaves, grad_outputs=seeds, allow_unused=True, **how))


def second_order(module: Any, key: str, leaves: list[Any], outputs: Any) -> list[np.ndarray]:
    """Gradients of the weighted gradients; zero where nothing depends on a leaf any more."""
    gradients = first_order(module, key, leaves, outputs, create_graph=True)
    again = first_order(module, key + " again", leaves, gradients)
    return [np.zeros(x.shape) if g is None else numbers(g) for x, g in zip(leaves, again, strict=True)]


def answer(module: Any, key: str) -> dict[str, Any]:
    """All that is compared between minigrad and PyTorch, for one case."""
    row, case = CASES[key]
    tensors, leaves, outputs = run(module, row, case)
    said: dict[str, Any] = {
        "out": [pack(numbers(o)) for o in outputs],
        "node": [name_of(o.grad_fn) for o in outputs],
        "view": [any(np.may_share_memory(o.detach().numpy(), t.detach().numpy()) for t in tensors) for o in outputs],
        "grad": [None if g is None else pack(numbers(g)) for g in first_order(module, key, leaves, outputs)],
    }
    if key in SMOOTH:
        _, leaves, outputs = run(module, row, case)
        said["second"] = [pack(g) for g in second_order(module, key, leaves, outputs)]
    return said


def refusal(module: Any, row: Row, refusal: Refusal, form: int) -> Exception | None:
    """What a bad call raises; whatever it raises, nothing may have changed."""
    tensors = [i.tensor(module, a) for i, a in zip(refusal.case.inputs, refusal.case.arrays(row.name), strict=True)]
    before = [(numbers(t), t._version, t.requires_grad, t.shape, t.grad_fn) for t in tensors]
    arguments, keywords = refusal.case.fill(tensors, module)
    raised: Exception | None = None
    try:
        row.calls()[form](module, *arguments, **keywords)
    except Exception as error:
        raised = error
    for tensor, (array, version, *rest) in zip(tensors, before, strict=True):
        np.testing.assert_array_equal(numbers(tensor), array)
        assert (tensor._version, tensor.grad) == (version, None)
        assert [tensor.requires_grad, tensor.shape, tensor.grad_fn] == rest
    return raised


def ask_torch(family: str) -> dict[str, Any]:
    """PyTorch's answers on a family of operations, to be recorded."""
    return {key: answer(torch, key) for key, (row, _) in CASES.items() if FAMILY[row.name] == family}


TOLERANCE = {"float16": 2e-3, "float32": 2e-6, "float64": 1e-9}


def assert_close(ours: str, theirs: str, dtypes: set[str]) -> None:
    """Same dtype and shape, numbers as near as the coarsest dtype allows, NaN and infinity in the same places."""
    a, b = unpack(ours), unpack(theirs)
    assert (a.dtype, a.shape) == (b.dtype, b.shape)
    near = max(TOLERANCE.get(name, 0) for name in {a.dtype.name, *dtypes}) if a.dtype.kind == "f" else 0
    np.testing.assert_allclose(a, b, rtol=near, atol=near)


def assert_same(key: str, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    dtypes = {i.dtype for i in CASES[key][1].inputs}
    assert ours.keys() == theirs.keys()
    assert (ours["node"], ours["view"]) == (theirs["node"], theirs["view"])
    for part in ("out", "grad", "second"):
        for a, b in zip(ours.get(part, []), theirs.get(part, []), strict=True):
            assert (a is None) == (b is None), f"{part}: {a} is not {b}"
            if a is not None:
                assert_close(a, b, dtypes)


@pytest.mark.parametrize("key", CASES)
def test_recorded(key):
    """Value, dtype, shape, node, whether it is a view, gradients and second gradients: as PyTorch said."""
    assert_same(key, answer(minigrad, key), recorded(f"ops/{FAMILY[CASES[key][0].name]}")[key])


@needs_torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("family", TABLE)
def test_the_record_is_what_torch_says(family):
    answers, record = ask_torch(family), recorded(f"ops/{family}")
    assert answers.keys() == record.keys()
    for key, said in answers.items():
        assert_same(key, said, record[key])


@pytest.mark.parametrize("key", CASES)
def test_forms_agree(key):
    """Function, method and operator are one operation."""
    check_forms(minigrad, *CASES[key])


@needs_torch
@pytest.mark.filterwarnings("ignore")
def test_forms_agree_in_torch():
    for row, case in CASES.values():
        check_forms(torch, row, case)


def check_forms(module: Any, row: Row, case: Case) -> None:
    _, _, first = run(module, row, case)
    for form in range(1, len(row.forms)):
        _, _, outputs = run(module, row, case, form)
        for a, b in zip(outputs, first, strict=True):
            np.testing.assert_array_equal(numbers(a), numbers(b), strict=True, err_msg=row.forms[form])
            assert name_of(a.grad_fn) == name_of(b.grad_fn), row.forms[form]


def central_difference(
    f: Callable[[list[np.ndarray]], float], arrays: list[np.ndarray], varied: list[bool], h: float = 1e-5
) -> list[np.ndarray]:
    """df/dx for every number x of the arrays that are varied, as (f(x + h) - f(x - h)) / 2h."""
    gradients = []
    for k, array in enumerate(arrays):
        if not varied[k]:
            continue
        gradient = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            ends = []
            for step in (h, -h):
                moved = [a.copy() for a in arrays]
                moved[k][index] += step
                ends.append(f(moved))
            gradient[index] = (ends[0] - ends[1]) / (2 * h)
        gradients.append(gradient)
    return gradients


def check_differences(module: Any, key: str) -> None:
    """First and second gradients against finite differences of values and of first gradients."""
    row, case = CASES[key]
    varied = [i.differentiable for i in case.inputs]

    def weighted(outputs: Any, name: str) -> float:
        # whether an output says that it requires grad is not asked: history that was dropped must show
        arrays = {k: numbers(o) for k, o in enumerate(outputs) if o is not None}
        return float(sum(np.sum(weight(name, k, a) * a) for k, a in arrays.items() if a.dtype.kind == "f"))

    def value(arrays: list[np.ndarray]) -> float:
        return weighted(run(module, row, case, arrays=arrays)[2], key)

    def slope(arrays: list[np.ndarray]) -> float:
        _, leaves, outputs = run(module, row, case, arrays=arrays)
        return weighted(first_order(module, key, leaves, outputs, create_graph=True), key + " again")

    arrays = case.arrays(row.name)
    _, leaves, outputs = run(module, row, case, arrays=arrays)
    gradients = first_order(module, key, leaves, outputs)
    first = [np.zeros(x.shape) if g is None else numbers(g) for x, g in zip(leaves, gradients, strict=True)]
    _, leaves, outputs = run(module, row, case, arrays=arrays)
    second = second_order(module, key, leaves, outputs)
    for f, found in ((value, first), (slope, second)):
        for a, b in zip(found, central_difference(f, arrays, varied), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("key", SMOOTH)
def test_finite_differences(key):
    check_differences(minigrad, key)


@needs_torch
def test_finite_differences_in_torch():
    """The table itself is right: PyTorch passes where minigrad must."""
    for key in SMOOTH:
        check_differences(torch, key)


def check_by_gradcheck(module: Any, key: str, fast: bool = True) -> None:
    """First and second gradients by the library's own checks; the fast mode compares one number for each Jacobian."""
    row, case = CASES[key]
    tensors, _, _ = run(module, row, case)

    def function(*tensors: Any) -> tuple[Any, ...]:
        arguments, keywords = case.fill(list(tensors), module)
        return tuple(o for o in as_tuple(row.calls()[0](module, *arguments, **keywords)) if o is not None)

    tensors = tuple(tensors)
    assert module.autograd.gradcheck(function, tensors, fast_mode=fast)
    assert module.autograd.gradgradcheck(function, tensors, fast_mode=fast)


@pytest.mark.parametrize("key", CHECKABLE)
def test_gradcheck(key):
    check_by_gradcheck(minigrad, key)


@needs_torch
def test_gradcheck_in_torch():
    """The table is fit for it: PyTorch's own checks pass where ours must.

    Its fast mode takes one output for another where a first gradient is a constant and a second one is not.
    """
    for key in CHECKABLE:
        check_by_gradcheck(torch, key, fast=not key.startswith(("fill_", "copy_")))


@pytest.mark.parametrize("key", REFUSALS)
def test_refused(key):
    check_refusal(minigrad, *REFUSALS[key])


@needs_torch
def test_refused_in_torch():
    for row, bad in REFUSALS.values():
        check_refusal(torch, row, bad)


def check_refusal(module: Any, row: Row, bad: Refusal) -> None:
    for form in range(len(row.forms)):
        raised = refusal(module, row, bad, form)
        assert isinstance(raised, bad.error), f"{row.forms[form]} raised {raised!r}"
        assert str(raised).startswith(bad.says), str(raised)


def test_the_table_is_well_formed():
    assert len(CASES) == sum(len(row.cases) for row in ROWS), "two cases of one operation look the same"
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert not [row.name for row in ROWS if len(row.cases) < 8]
    assert not [row.name for row in ROWS if len(row.refusals) < 2]


# Public names whose results the table cannot compare: random numbers, states, what is no tensor, memory itself. Their
# own tests have them: test_random.py, test_dropout.py, test_storage.py, test_save.py, test_dlpack.py, test_asking.py,
# test_creation.py, test_printing.py.
_WORDS = """
Generator bernoulli bernoulli_ default_generator get_rng_state initial_seed manual_seed multinomial normal normal_ rand
rand_like randint randint_like randn randn_like randperm seed set_rng_state uniform_
alpha_dropout dropout dropout1d dropout2d dropout3d
as_strided as_strided_ broadcast_shapes cpu cuda detach detach_ numel set_ storage_offset
from_dlpack load save set_printoptions
BoolTensor ByteTensor CharTensor DoubleTensor FloatTensor HalfTensor IntTensor LongTensor ShortTensor
logspace scalar_tensor
finfo get_device iinfo is_complex is_cpu is_cuda is_floating_point is_nonzero is_same_size is_signed itemsize ndimension
nelement type typename
"""
ELSEWHERE = set(_WORDS.split())


@pytest.mark.skipif(list(TABLE) != ops_tables.ALL, reason="one family alone is tried")
def test_every_public_operation_has_a_row():
    forms = " ".join(form for row in ROWS for form in row.forms)
    tried = set(re.findall(r"\.(\w+)", forms))
    lazy = {*catalogue.FUNCTIONS, *catalogue.METHODS, *(f"{name}_" for name in catalogue.IN_PLACE)}
    eager = {*methods.METHODS, *(f"{name}_" for name in methods.IN_PLACE)}
    public = {n for n in lazy | eager if not n.startswith("__")} | set(minigrad.nn.functional.__all__)
    assert public - tried == ELSEWHERE & public


def test_arrays_survive_the_record():
    arrays = [
        np.zeros((2, 0, 3)),
        np.float32(1 / 3),
        np.array([[nan, inf, -0.0]]),
        np.array([True, False]),
        np.arange(3),
    ]
    for array in [np.asarray(a) for a in [*arrays, np.ones((2, 2), bool), np.float64(3)]]:
        back = unpack(pack(array))
        assert (back.dtype, back.shape) == (array.dtype, array.shape)
        np.testing.assert_allclose(back, array, rtol=1e-9)
