"""Parameters: how they are made, printed and copied, and what results of operations on them are."""

from __future__ import annotations

import copy
import pickle

import pytest

import minigrad
from tests.conformance import Cases, error, on_both

case = Cases("nn_parameter", versions=False)


@case
def made(torch):
    P, x = torch.nn.Parameter, torch.ones(2, requires_grad=True)
    told = [
        repr(P(x)),
        repr(P(x, False)),
        repr(P()),
        repr(P(x * 2)),
        str(P(torch.zeros(2, 2, 2))),
        f"{P(torch.tensor(1.0))}",
    ]
    told += [repr(P(data=torch.tensor([1]), requires_grad=False)), repr(P(P(x)))]
    told += [error(lambda: P(torch.tensor([1]))), error(lambda: P(3)), error(lambda: P([1.0]))]
    with torch.no_grad():
        told.append(repr(P(torch.ones(1))))
    return told


@case
def kinds_of_results(torch):
    p = torch.nn.Parameter(torch.ones(2, 2))
    results = (p * 1, p + p, p[0], p.t(), p.detach(), p.data, p.clone(), p.double(), p.view(4), p.to(torch.float64))
    same = (p.contiguous(), p.to(torch.float32), p.requires_grad_(), p.float())
    return [type(r).__name__ for r in results], [r is p for r in same], isinstance(p, torch.Tensor), torch.is_tensor(p)


@case
def shares_memory(torch):
    x = torch.ones(2)
    p = torch.nn.Parameter(x)
    x[0] = 5
    return p, p.is_leaf, p.grad_fn, p._is_view()


@case
def of_a_result(torch):
    x = torch.ones(2, requires_grad=True)
    p = torch.nn.Parameter(x * 2)
    (p * 3).sum().backward()
    return p, p.grad, x.grad


@case
def copies(torch):
    p = torch.nn.Parameter(torch.ones(2))
    p.note = 3
    (p * 2).sum().backward()
    told = []
    for q in (copy.deepcopy(p), copy.copy(p), pickle.loads(pickle.dumps(p))):
        told.append([type(q).__name__, q, q.grad, hasattr(q, "note")])
    memo = {}
    return told, copy.deepcopy([p, p], memo)[0] is copy.deepcopy(p, memo)


@case
def in_place(torch):
    p = torch.nn.Parameter(torch.ones(2))
    told = [error(lambda: p.add_(1))]
    with torch.no_grad():
        told += [type(p.add_(1)).__name__, p]
    p.data = torch.zeros(3)
    return [*told, p, type(p).__name__]


@case
def subclasses(torch):
    class Mine(torch.nn.Parameter):
        pass

    m = torch.nn.Module()
    m.p = Mine(torch.ones(1))
    return [n for n, _ in m.named_parameters()], type(copy.deepcopy(m.p)).__name__, type(m.p * 1).__name__


@pytest.mark.parametrize("name", case)
def test_as_torch_says(name):
    case.check(name)


@on_both
def test_hooks_of_parameters(torch):
    p, seen = torch.nn.Parameter(torch.ones(1)), []
    p.register_hook(seen.append)
    (p * 2).backward()
    assert [float(g) for g in seen] == [2.0]


def test_an_inference_tensor_makes_an_inference_parameter():
    with minigrad.inference_mode():
        assert minigrad.nn.Parameter(minigrad.ones(1)).is_inference()
