"""Element types: which there are, how they mix, how they convert."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import minigrad
from tests.conformance import Cases, error, nodes

case = Cases("dtypes")

NAMES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")


def dtypes(torch):
    return [getattr(torch, name) for name in NAMES]


@case
def what_they_say(torch):
    return [[d, d.is_floating_point, d.is_signed, d.is_complex, d.itemsize, str(d), repr(d)] for d in dtypes(torch)]


@case
def other_names(torch):
    pairs = [
        ("float", "float32"),
        ("double", "float64"),
        ("half", "float16"),
        ("int", "int32"),
        ("long", "int64"),
        ("short", "int16"),
    ]
    return [getattr(torch, a) is getattr(torch, b) for a, b in pairs]


@case
def promoted(torch):
    return [torch.promote_types(a, b) for a, b in itertools.product(dtypes(torch), repeat=2)]


@case
def promote_refuses(torch):
    return error(lambda: torch.promote_types(1, torch.int64))


@case
def result_types(torch):
    """Every pair of dtypes with dimensions, without, and Python's numbers."""
    made = [torch.ones(shape, dtype=d) for d in dtypes(torch) for shape in ((1,), ())]
    mixed = [*made, True, 2, 2.5]
    told = []
    for default in (torch.float32, torch.float64):
        torch.set_default_dtype(default)
        for a in made:
            told.append(" ".join(str(torch.result_type(a, b)).split(".")[1] for b in mixed))
    return told


NO_BOOLS = ("matmul",)  # PyTorch refuses two bools; minigrad counts with them


def results_of(name, operation):
    """The case of one operation on every pair."""

    def body(torch):
        made = [torch.ones(shape, dtype=d) for d in dtypes(torch) for shape in ((1,), ())]
        told = []
        for a, b in itertools.product(made, [*made, True, 2, 2.5]):
            if name in NO_BOOLS and a.dtype == torch.bool and (b is True or getattr(b, "dtype", None) == torch.bool):
                continue
            one = error(lambda a=a, b=b: str(operation(torch, a, b).dtype).split(".")[1])
            two = error(lambda a=a, b=b: str(operation(torch, b, a).dtype).split(".")[1])
            told.append(" ".join(word.split(":")[0] for word in (one, two)))
        return told

    body.__name__ = f"results_of_{name}"
    return case(body)


OPERATIONS = {
    "add": lambda torch, a, b: a + b,
    "sub": lambda torch, a, b: a - b,
    "mul": lambda torch, a, b: a * b,
    "div": lambda torch, a, b: a / b,
    "pow": lambda torch, a, b: a**b,
    "floor_divide": lambda torch, a, b: a // b,
    "remainder": lambda torch, a, b: a % b,
    "eq": lambda torch, a, b: a == b,
    "lt": lambda torch, a, b: a < b,
    "and": lambda torch, a, b: a & b,
    "maximum": lambda torch, a, b: torch.maximum(a, b),
    "where": lambda torch, a, b: torch.where(torch.tensor([True]), a, b),
    "cat": lambda torch, a, b: torch.cat([a.view(1), b.view(1)]),
    "stack": lambda torch, a, b: torch.stack([a.view(()), b.view(())]),
    "matmul": lambda torch, a, b: a.view(1) @ b.view(1),
}
for _name, _operation in OPERATIONS.items():
    results_of(_name, _operation)


@case
def results_of_one(torch):
    functions = ["neg", "abs", "exp", "sqrt", "sin", "tanh", "sigmoid", "relu", "sum", "mean", "prod", "square"]
    functions += ["reciprocal", "sign", "floor", "round", "log", "amax"]
    told = []
    for d in dtypes(torch)[1:]:
        x = torch.ones(2, dtype=d)
        told += [
            f"{name} {str(error(lambda x=x, name=name: getattr(x, name)().dtype)).split(':')[0]}" for name in functions
        ]
    return [line.replace("torch.", "minigrad.") for line in told]


@case
def conversions(torch):
    values = torch.tensor([-1.75, 0.0, 0.5, 2.5, 100.0])
    told = []
    for d in dtypes(torch):
        if d is not torch.uint8:
            told += [values.to(d), values.to(dtype=d).to(torch.float64)]
    x = torch.tensor([1, 0, 300])
    told += [x.double(), x.float(), x.half(), x.long(), x.int(), x.bool(), x.to(torch.uint8), x.to(torch.int8)]
    return (
        told,
        x.long() is x,
        x.to(torch.int64) is x,
        x.to(x.float().dtype),
        x.to(x.float()),
        x.type_as(x.bool()),
        x.to("cpu") is x,
    )


@case
def conversions_are_recorded(torch):
    x = torch.tensor([1.5, 2.5], requires_grad=True)
    y = x.double()
    z = x.to(torch.float16) * 2
    return (
        y,
        nodes(y),
        torch.autograd.grad(y.sum(), x),
        torch.autograd.grad(z.sum(), x),
        x.long(),
        x.bool(),
        x.int() + x,
    )


@case
def overflows(torch):
    big = torch.tensor([200], dtype=torch.uint8)
    told = [
        big + big,
        big * 2,
        torch.tensor([127], dtype=torch.int8) + 1,
        torch.tensor([60000.0], dtype=torch.float16) * 2,
    ]
    return (
        told,
        torch.tensor([2**62]) * 4,
        torch.tensor([1], dtype=torch.uint8) - 2,
        -torch.tensor([1], dtype=torch.uint8),
    )


@case
def numbers_too_large(torch):
    return torch.tensor([1.0]) * 1e300, torch.tensor([1.0]).half() * 1e6, torch.tensor([1], dtype=torch.int8) + 1000


@case
def accumulation(torch):
    return (
        torch.ones(300, dtype=torch.uint8).sum(),
        torch.ones(3, dtype=torch.bool).sum(),
        torch.tensor([1, 2]).prod(),
        torch.ones(3, dtype=torch.int32).sum(),
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", case)
def test_dtype(name):
    case.check(name)


@pytest.mark.parametrize("name", NAMES)
def test_numpys_types_and_back(name):
    ours = getattr(minigrad, name)
    assert ours.numpy == np.dtype(name) and minigrad.from_numpy(np.ones(2, name)).dtype is ours
    assert minigrad.ones(2, dtype=ours).numpy().dtype == np.dtype(name)


@pytest.mark.parametrize("name", ["uint16", "uint32", "uint64", "complex64", "longdouble", "U1", "O", "M8[s]"])
def test_types_that_are_not_supported(name):
    with pytest.raises(TypeError, match=r"can.t convert np\.ndarray of type"):
        minigrad.from_numpy(np.zeros(2, name))
