"""Making tensors: from data, filled, random; from and for other libraries."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from tests.conformance import Cases, error, on_both
from tests.oracle import needs_torch
from tests.oracle import torch as pytorch

case = Cases("creation", versions=False)

DATA = {
    "number": lambda t: 2.5,
    "int": lambda t: 2,
    "bool": lambda t: True,
    "list": lambda t: [1, 2],
    "mixed": lambda t: [1, 2.5],
    "bools_and_ints": lambda t: [True, 2],
    "bools_and_floats": lambda t: [True, 2.5],
    "nested": lambda t: [[1.0, 2.0], [3.0, 4.0]],
    "tuples": lambda t: ((1, 2), (3, 4)),
    "empty": lambda t: [],
    "empty_nested": lambda t: [[], []],
    "range": lambda t: range(3),
    "inf_and_nan": lambda t: [float("inf"), float("nan"), -0.0],
    "large": lambda t: [2**40, -(2**40)],
    "float64": lambda t: np.array([1.0, 2.0]),
    "float32": lambda t: np.float32([1, 2]),
    "float16": lambda t: np.float16([1, 2]),
    "int32": lambda t: np.int32([[1, 2]]),
    "uint8": lambda t: np.uint8([1, 255]),
    "bool_array": lambda t: np.array([True, False]),
    "zero_dimensions": lambda t: np.array(2.5),
    "numpy_number": lambda t: np.float64(2.5),
    "numpy_float32": lambda t: np.float32(2.5),
    "numpy_int": lambda t: np.int16(2),
    "list_of_numpy_numbers": lambda t: [np.float64(1), np.float64(2)],
    "list_of_numpy_ints": lambda t: [np.int32(1), np.int32(2)],
    "list_of_tensors": lambda t: [t.tensor(1), t.tensor(2)],
    "nested_tensors": lambda t: [[t.tensor(1), 2], [3, t.tensor(4)]],
    "tensors_of_one_element": lambda t: [t.ones(1), t.ones(1, 1)],
    "tensors_and_numbers": lambda t: [1, t.tensor(2.5)],
    "a_list_and_a_tensor": lambda t: [[1.0, 2.0], t.ones(2)],
    "a_list_and_a_column": lambda t: [[1.0, 2.0], t.ones(2, 1)],
    "double_tensors": lambda t: [1.0, t.tensor(2.5, dtype=t.float64)],
    "small_tensors": lambda t: [t.tensor(2.5, dtype=t.float16), t.tensor(2, dtype=t.int32)],
    "small_ints": lambda t: [True, t.tensor(2, dtype=t.int32)],
    "vectors": lambda t: [t.ones(2), t.ones(2)],
    "vectors_of_ints": lambda t: [t.tensor([1, 2])],
    "a_number_and_a_vector": lambda t: [1.0, t.ones(2)],
    "a_list_and_a_longer_tensor": lambda t: [[1.0, 2.0], t.ones(3)],
    "a_list_and_a_single_number": lambda t: [[1.0], t.tensor(1.0)],
    "not_in_order": lambda t: np.arange(6.0).reshape(2, 3).T,
    "reversed": lambda t: np.arange(3.0)[::-1],
    "ragged": lambda t: [[1, 2], [3]],
    "half_ragged": lambda t: [[1, 2], 3],
    "other_half_ragged": lambda t: [1, [2, 3]],
    "string": lambda t: "one",
    "strings": lambda t: ["a", "b"],
    "none": lambda t: None,
    "list_of_none": lambda t: [None],
    "dict": lambda t: {},
    "object": lambda t: object(),
}


NONSENSE = ("half_ragged", "other_half_ragged", "string", "strings", "none", "list_of_none", "dict", "object")


def made_of(name, data):
    def body(torch):
        told = []
        for make in (
            lambda d: torch.tensor(d),
            lambda d: torch.tensor(d, dtype=torch.float64),
            lambda d: torch.tensor(d, dtype=torch.int32),
            lambda d: torch.tensor(d, dtype=torch.bool),
            lambda d: torch.tensor(d, requires_grad=True),
            lambda d: torch.as_tensor(d),
            lambda d: torch.as_tensor(d, dtype=torch.float32),
        ):
            told.append(error(lambda make=make: make(data(torch))))
        if name in NONSENSE:  # the words, and with a dtype the classes, speak of PyTorch's insides
            return [t.split(":")[0] for t in (told[0], told[4], told[5])]
        return told if name != "numpy_float32" else [told[0], *told[4:]]

    body.__name__ = f"made_of_{name}"
    return case(body)


for _name, _data in DATA.items():
    made_of(_name, _data)


@case
def default_dtype(torch):
    told = [torch.get_default_dtype()]
    for d in (torch.float64, torch.float16, torch.float32):
        torch.set_default_dtype(d)
        told += [
            torch.tensor(1.5),
            torch.tensor([1, 2]),
            torch.zeros(1),
            torch.eye(1),
            torch.arange(1.0),
            torch.linspace(0, 1, 2),
        ]
        told += [torch.tensor([1, 2]) / 2, torch.tensor([1, 2]) * 0.5, torch.rand(1).dtype, torch.randn(1).dtype]
        told += [
            torch.full((1,), 2.0),
            torch.tensor([1, 2]).float(),
            torch.tensor(np.float64(2)),
            torch.tensor([1]).exp().dtype,
        ]
        told += [torch.tensor([1.0], dtype=torch.float64), torch.tensor([True]) * 1.5, repr(torch.tensor([1.5]))]
    return told, error(lambda: torch.set_default_dtype(torch.int64)), error(lambda: torch.set_default_dtype("float32"))


@case
def filled(torch):
    told = []
    for make in (torch.zeros, torch.ones):
        told += [make(2, 3), make((2, 3)), make([2]), make(()), make(0), make(2, 0), make(torch.Size([1, 2]))]
        told += [make(2, dtype=d) for d in (torch.float16, torch.int64, torch.bool)]
        told += [make(1, requires_grad=True), make(1, device="cpu"), error(lambda make=make: make(2, -1)), error(make)]
        told += [error(lambda make=make, s=s: make(s)) for s in ("a", 2.5, None, (1, 2.5))]
        told += [error(lambda make=make: make(2, dtype=torch.int64, requires_grad=True))]
    return (
        told,
        torch.empty(2, 3).shape,
        torch.empty(2, dtype=torch.int64).dtype,
        error(lambda: torch.ones(2, device="mars"))[:12],
    )


@case
def full(torch):
    values = (7, 7.5, True, np.float64(2), torch.tensor(3))
    told = [error(lambda v=v: torch.full((2,), v)) for v in values[:3]]
    told += [torch.full((), 2), torch.full((2, 1), 2, dtype=torch.float64), torch.full([2], 1.5, requires_grad=True)]
    return told, error(lambda: torch.full((2,), "a")), error(lambda: torch.full((2,), 1, requires_grad=True))


@case
def like(torch):
    x = torch.ones(2, 1, dtype=torch.float64, requires_grad=True)
    told = [torch.zeros_like(x), torch.ones_like(x * 2), torch.full_like(x, 3), torch.zeros_like(x, dtype=torch.int64)]
    told += [
        torch.ones_like(x, requires_grad=True),
        torch.empty_like(x).shape,
        torch.rand_like(x).dtype,
        torch.randn_like(x).shape,
    ]
    return told, x.new_zeros(2), x.new_ones((1, 2)), x.new_zeros(1, dtype=torch.int32), x.new_empty(3).shape


@case
def eye(torch):
    told = [
        torch.eye(2),
        torch.eye(2, 3),
        torch.eye(0),
        torch.eye(3, 1, dtype=torch.int64),
        torch.eye(1, requires_grad=True),
    ]
    return told, error(lambda: torch.eye(-1)), error(lambda: torch.eye(1, -1))


@case
def arange(torch):
    calls = [
        (3,),
        (1, 4),
        (0, 1, 0.25),
        (5, 0, -2),
        (3.0,),
        (0,),
        (0.0, 0.35, 0.1),
        (1, 1),
        (-2, 2),
        (1, 10, 3),
        (2.5, 6),
    ]
    told = [torch.arange(*c) for c in calls]
    told += [torch.arange(3, dtype=d) for d in (torch.float16, torch.int32, torch.uint8)]
    told += [
        torch.arange(0.5, 3, dtype=torch.int64),
        torch.arange(start=1, end=3),
        torch.arange(2.0, requires_grad=True),
    ]
    return (
        told,
        [error(lambda c=c: torch.arange(*c)) for c in ((0, 3, 0), (3, 0), (0, 3, -1))],
        error(lambda: torch.arange(2, requires_grad=True)),
    )


@case
def logspace(torch):
    told = [torch.logspace(*c) for c in ((0, 2, 3), (0, 3, 4, 2), (1, -1, 3), (0, 3, 1), (0, 3, 0))]
    return told, [
        torch.logspace(0, 3, 4, base=2, dtype=torch.int64),
        torch.logspace(0, 2, 3, dtype=torch.float64, requires_grad=True),
        error(lambda: torch.logspace(0, 3, -1)),
    ]


@case
def scalar_tensors(torch):
    told = [torch.scalar_tensor(n) for n in (3, 2.5, True)]
    told += [torch.scalar_tensor(3, dtype=torch.int64), torch.scalar_tensor(2.5, requires_grad=True)]
    return told, error(lambda: torch.scalar_tensor("a")), error(lambda: torch.scalar_tensor([1]))


@case
def linspace(torch):
    told = [torch.linspace(*c) for c in ((0, 1, 5), (0, 1, 1), (1, 0, 3), (-1, 1, 2), (0, 10, 0), (2, 2, 3))]
    return (
        told,
        torch.linspace(0, 1, 3, dtype=torch.float64, requires_grad=True),
        error(lambda: torch.linspace(0, 1, -1)),
    )


# ------------------------------------------------------------ shared memory
@case
def from_numpy(torch):
    a = np.arange(6.0).reshape(2, 3)
    x, y = torch.from_numpy(a), torch.from_numpy(a.T)
    a[0, 0] = 100
    x[1, 1] = 200
    told = [x, y, a, y.stride(), torch.from_numpy(a[:, ::2]), torch.from_numpy(np.array(2.5)), x.requires_grad_()]
    told += [torch.from_numpy(np.zeros((0, 2))), torch.from_numpy(np.float16([1])), torch.from_numpy(np.array([True]))]
    bad = [lambda: torch.from_numpy([1]), lambda: torch.from_numpy(a[::-1]), lambda: torch.from_numpy(1.0)]
    return (
        told,
        [error(f) for f in bad],
        error(lambda: torch.from_numpy(np.array(["a"])))[:9],
        np.shares_memory(x.detach().numpy(), a),
    )


@case
def as_tensor(torch):
    a = np.ones(2)
    x, y, z = torch.as_tensor(a), torch.as_tensor(a, dtype=torch.float64), torch.as_tensor(a, dtype=torch.float32)
    a[0] = 5
    t = torch.ones(2, requires_grad=True)
    told = [x, y, z, torch.as_tensor(t) is t, torch.as_tensor(t, dtype=torch.float64), torch.as_tensor([1, 2])]
    return told, torch.as_tensor(t, dtype=torch.float32) is t, torch.as_tensor(np.float32(1.5)), torch.as_tensor(2)


@case
def copies(torch):
    a = np.ones(2)
    x = torch.tensor(a)
    a[0] = 5
    t = torch.ones(2, requires_grad=True)
    y = torch.tensor(t)
    y[0] = 7
    return x, y, t


@case
def dlpack(torch):
    a = np.arange(4.0)
    x = torch.from_dlpack(a)
    a[0] = 7
    x[1] = 8
    told = [x, a, np.from_dlpack(x)]
    y = torch.ones(2, 2)
    b = np.from_dlpack(y)
    y[0, 0] = 9
    z = torch.from_dlpack(y)
    z[1, 1] = 10
    return (
        told,
        b,
        y,
        error(lambda: np.from_dlpack(torch.ones(2, requires_grad=True))),
        torch.from_dlpack(np.int32([[1], [2]]).T),
    )


@case
def random_shapes_and_dtypes(torch):
    told = []
    for make in (torch.rand, torch.randn):
        for x in (
            make(2, 3),
            make(()),
            make((2,)),
            make(0),
            make(2, dtype=torch.float64),
            make(2, dtype=torch.float16),
            make([1, 2]),
        ):
            told.append([x.shape, x.dtype])
        told += [
            make(2, requires_grad=True).requires_grad,
            error(lambda make=make: make(2, dtype=torch.int64)),
            error(lambda make=make: make(-1)),
        ]
    for x in (
        torch.randint(3, (2, 2)),
        torch.randint(2, 5, (3,)),
        torch.randint(0, 5, (3,), dtype=torch.float32),
        torch.randperm(4),
    ):
        told.append([x.shape, x.dtype])
    return told, error(lambda: torch.randint(3, 3, (2,))), torch.randperm(0), error(lambda: torch.randperm(-1))[:12]


@pytest.mark.parametrize("name", case)
def test_creation(name):
    case.check(name)


@on_both
@pytest.mark.filterwarnings("ignore:Creating a tensor from a list of numpy")
def test_a_list_of_arrays(torch):
    x = torch.tensor([np.ones(2), np.zeros(2)])
    assert x.dtype is torch.float64 and x.tolist() == [[1, 1], [0, 0]]


RANDOM = {
    "rand": lambda t: t.rand(200, 5),
    "rand16": lambda t: t.rand(200, 5, dtype=t.float16),
    "rand64": lambda t: t.rand(200, 5, dtype=t.float64),
    "randn": lambda t: t.randn(200, 5),
    "randint": lambda t: t.randint(-2, 3, (200, 5)),
    "randperm": lambda t: t.randperm(1000),
    "rand_like": lambda t: t.rand_like(t.ones(200, 5)),
    "randn_like": lambda t: t.randn_like(t.ones(200, 5, dtype=t.float64)),
    "uniform_": lambda t: t.zeros(200, 5).uniform_(-1, 3),
    "normal_": lambda t: t.zeros(200, 5).normal_(2, 3),
}


@on_both
@pytest.mark.parametrize("draw", RANDOM.values(), ids=RANDOM)
def test_a_seed_starts_the_stream_anew(torch, draw):
    torch.manual_seed(7)
    first, second = draw(torch), draw(torch)
    torch.manual_seed(7)
    third = draw(torch)
    torch.manual_seed(8)
    assert torch.equal(first, third) and not torch.equal(first, second) and not torch.equal(first, draw(torch))


@on_both
def test_random_numbers_are_as_promised(torch):
    torch.manual_seed(0)
    draws = {name: draw(torch).double() for name, draw in RANDOM.items()}
    for name in ("rand", "rand16", "rand64", "rand_like"):
        u = draws[name]
        assert u.min() >= 0 and u.max() < 1 and abs(u.mean() - 0.5) < 0.05 and abs(u.var() - 1 / 12) < 0.01
    assert abs(draws["randn"].mean()) < 0.15 and abs(draws["randn"].std() - 1) < 0.1
    assert sorted(set(draws["randint"].view(-1).tolist())) == [-2, -1, 0, 1, 2]
    assert sorted(draws["randperm"].tolist()) == list(range(1000)) != draws["randperm"].tolist()
    u, n = draws["uniform_"], draws["normal_"]
    assert -1 <= u.min() < -0.9 and 2.9 < u.max() < 3 and abs(n.mean() - 2) < 0.4 and abs(n.std() - 3) < 0.3


def test_half_precision_never_reaches_one():
    minigrad.manual_seed(0)
    x = minigrad.rand(200_000, dtype=minigrad.float16)
    assert x.max() < 1 and x.min() == 0
    assert minigrad.zeros(200_000, dtype=minigrad.float16).uniform_().max() < 1


@needs_torch
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"])
def test_dlpack_between_minigrad_and_torch(dtype):
    """Both ways the memory is shared."""
    ours = minigrad.tensor([[1, 0], [1, 1]], dtype=getattr(minigrad, dtype))
    theirs = pytorch.from_dlpack(ours)
    assert theirs.dtype == getattr(pytorch, dtype) and theirs.tolist() == ours.tolist()
    theirs[0, 1] = 1
    assert ours.tolist() == [[1, 1], [1, 1]]
    theirs = pytorch.tensor([[1, 0], [1, 1]], dtype=getattr(pytorch, dtype)).t()
    ours = minigrad.from_dlpack(theirs)
    assert (
        ours.dtype == getattr(minigrad, dtype) and ours.tolist() == theirs.tolist() and ours.stride() == theirs.stride()
    )
    ours[0, 1] = 0
    assert theirs.tolist() == [[1, 0], [0, 1]]


@needs_torch
def test_dlpack_refuses_tracked_tensors():
    with pytest.raises(BufferError):
        minigrad.from_dlpack(pytorch.ones(2, requires_grad=True))
    with pytest.raises(BufferError):
        pytorch.from_dlpack(minigrad.ones(2, requires_grad=True))
