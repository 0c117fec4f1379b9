"""What tensors and dtypes are asked: limits, kinds, older names of types, which accelerator there is."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from tests.conformance import Cases, error

case = Cases("asking")


@case
def limits_of_floats(torch):
    names = ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution", "dtype")
    told = [
        [repr(torch.finfo(d)), *(getattr(torch.finfo(d), n) for n in names)]
        for d in (torch.float16, torch.float32, torch.float64)
    ]
    same = torch.finfo(torch.float32) == torch.finfo(), torch.finfo(torch.float64) == torch.finfo(torch.float32)
    return told, same, [error(lambda d=d: torch.finfo(d)) for d in (torch.int32, torch.bool, 3)]


@case
def limits_of_integers(torch):
    types = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
    told = [[repr(i), i.bits, i.max, i.min, i.dtype] for i in map(torch.iinfo, types)]
    return told, [error(lambda d=d: torch.iinfo(d)) for d in (torch.float32, torch.bool, 3)]


@case
def limits_of_the_default_type(torch):
    torch.set_default_dtype(torch.float64)
    return torch.finfo().dtype


@case
def questions(torch):
    told = []
    for x in (torch.ones(2), torch.tensor(3), torch.zeros(1, 1, dtype=torch.uint8), torch.zeros(0, dtype=torch.bool)):
        told.append(
            [x.is_cuda, x.is_cpu, x.itemsize, x.nelement(), x.ndimension(), x.get_device(), torch.get_device(x)]
        )
        told.append([x.is_signed(), x.is_complex(), torch.is_floating_point(x), torch.is_complex(x), x.type()])
        told.append([error(lambda x=x: torch.is_nonzero(x)), error(x.is_nonzero), x.is_same_size(torch.ones(2))])
        told.append([torch.is_signed(x), torch.is_same_size(x, x), torch.typename(x)])
    functions = (torch.is_floating_point, torch.is_complex, torch.is_nonzero, torch.is_signed)
    return told, [error(lambda f=f: f(3)) for f in functions], torch.typename(3), torch.typename([])


@case
def other_types(torch):
    x = torch.tensor([0.0, 1.5, 100.0], requires_grad=True)
    told = [x.type(d) for d in (torch.float64, torch.int64, torch.bool)]
    told += [
        x.type(torch.DoubleTensor),
        x.type(torch.ByteTensor),
        x.type(dtype=torch.float16),
        x.type(torch.float32) is x,
    ]
    told += [x.short(), x.char(), x.byte()]
    return told, error(lambda: x.type("text")), error(lambda: x.type(3))


@case
def older_types(torch):
    makers = (torch.BoolTensor, torch.ByteTensor, torch.CharTensor, torch.ShortTensor, torch.IntTensor)
    makers += (torch.LongTensor, torch.HalfTensor, torch.FloatTensor, torch.DoubleTensor)
    told = [[make([1, 0]), make(), tuple(make(2, 3).shape), make.dtype] for make in makers]
    x = torch.ones(2, requires_grad=True)
    told.append([isinstance(x, make) for make in makers])
    told.append([isinstance(3, torch.FloatTensor), torch.FloatTensor(x).requires_grad, torch.FloatTensor(np.ones(2))])
    told.append([torch.LongTensor([1.5, 2]), torch.LongTensor((1, 2)), tuple(torch.FloatTensor(x.shape).shape)])
    wrong = (5.0, "a", torch.ones(2, dtype=torch.float64))
    return told, [error(lambda w=w: torch.FloatTensor(w)) for w in wrong], error(lambda: torch.LongTensor(x))


@case
def a_program_that_looks_for_an_accelerator(torch):
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = False
    device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    other = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else "cpu"
    return device, str(other), torch.accelerator.device_count(), torch.backends.mps.is_built()


@pytest.mark.parametrize("name", case)
def test_asking(name):
    case.check(name)


def test_the_name_of_a_type_is_read_as_programs_for_torch_write_it():
    x = minigrad.ones(2)
    assert x.type("torch.DoubleTensor").dtype is x.type("minigrad.DoubleTensor").dtype is minigrad.float64


def test_cudnn_is_not_used():
    from minigrad.backends import cudnn

    assert not cudnn.is_available()
