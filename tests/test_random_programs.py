"""Programs of views, writes and operations that hypothesis makes up, step by step on minigrad and PyTorch.

After each step both must tell the same of every tensor: numbers, flags, version, node and the nodes below it; at the
end also the gradients, first and second, or the error.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad
from tests.conformance import done, error, gradients, tell
from tests.oracle import needs_torch, torch

MAKES: dict[str, Any] = {
    "row": lambda m, x, y: x[0],
    "last": lambda m, x, y: x[-1:],
    "column": lambda m, x, y: x[..., 0],
    "every other": lambda m, x, y: x[..., ::2],
    "t": lambda m, x, y: x.t(),
    "flat": lambda m, x, y: x.view(-1),
    "reshaped": lambda m, x, y: x.reshape(-1),
    "unsqueezed": lambda m, x, y: x.unsqueeze(0),
    "squeezed": lambda m, x, y: x.squeeze(),
    "expanded": lambda m, x, y: x.expand(2, *x.shape),
    "diagonal": lambda m, x, y: x.diagonal(),
    "part": lambda m, x, y: x.unbind()[0],
    "chunk": lambda m, x, y: x.chunk(2)[-1],
    "narrowed": lambda m, x, y: x.narrow(0, 0, 1),
    "detached": lambda m, x, y: x.detach(),
    "cloned": lambda m, x, y: x.clone(),
    "contiguous": lambda m, x, y: x.contiguous(),
    "picked": lambda m, x, y: x[[0, 0]],
    "masked": lambda m, x, y: x[x > 0.5],
    "sum": lambda m, x, y: x + y,
    "product": lambda m, x, y: x * y,
    "sine": lambda m, x, y: x.sin(),
    "power": lambda m, x, y: x**2,
    "total": lambda m, x, y: x.sum(),
    "joined": lambda m, x, y: m.cat([x, y]),
}
WRITES: dict[str, Any] = {
    "add_": lambda m, x, y: x.add_(y),
    "mul_": lambda m, x, y: x.mul_(y),
    "sin_": lambda m, x, y: x.sin_(),
    "tanh_": lambda m, x, y: x.tanh_(),
    "half": lambda m, x, y: x.mul_(np.pi / 6),
    "zero_": lambda m, x, y: x.zero_(),
    "fill_": lambda m, x, y: x.fill_(5 / 7),
    "copy_": lambda m, x, y: x.copy_(y.clone() if y is x else y),
    "set first": lambda m, x, y: x.__setitem__(0, 2 / 7),
    "set first from": lambda m, x, y: x.__setitem__(0, y.sum()),
    "set last": lambda m, x, y: x.__setitem__((..., -1), 4 / 7),
    "set masked": lambda m, x, y: x.__setitem__(x > 0.5, 1 / 7),
    "set picked": lambda m, x, y: x.__setitem__([0], y.sum()),
    "write without recording": lambda m, x, y: unrecorded(m, lambda: x.mul_(6 / 7)),
    "retain_grad": lambda m, x, y: x.retain_grad(),
}
steps = st.lists(
    st.tuples(st.sampled_from([*MAKES, *WRITES]), st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=9
)


def unrecorded(module: Any, function: Any) -> Any:
    with module.no_grad():
        return function()


def trace(module: Any, program: list[tuple[str, int, int]]) -> list[Any]:
    """What a program tells of itself."""
    numbers = np.sqrt(np.arange(2, 11)) / 3  # no decimal ends, which could be rounded up here and down there
    x = module.from_numpy(numbers[:6].reshape(2, 3).copy()).requires_grad_()
    w = module.from_numpy(numbers[6:].copy()).requires_grad_()
    plain = module.from_numpy(np.full((2, 3), 1 / 3))
    tensors = [x * 1, w, plain]
    told: list[Any] = []
    for name, i, j in program:
        a, b = tensors[-1 - i % len(tensors)], tensors[-1 - j % len(tensors)]
        if name in WRITES and a.numel() and any(s == 0 and n > 1 for s, n in zip(a.stride(), a.shape, strict=True)):
            continue  # writes to expanded tensors: each has its own test
        if name == "retain_grad" and isinstance(error(lambda a=a: a.grad_fn), str):
            continue  # a view that is lost already: PyTorch says so only at its next use
        if name in MAKES:
            made = error(lambda name=name, a=a, b=b: MAKES[name](module, a, b))
            told.append([name, made if isinstance(made, str) else "made"])
            if not isinstance(made, str):
                tensors.append(made)
        else:
            told.append([name, done(WRITES[name], module, a, b)])
        told.append([error(lambda t=t: [tell(t), t.requires_grad, t.is_leaf]) for t in tensors])
    ends = [t for t in tensors if error(lambda t=t: t.requires_grad) is True]
    if ends:
        found = error(lambda: gradients(module, ends, x, w, create_graph=True))
        told.append(
            found if isinstance(found, str) else [None if g is None else tell(g.detach().clone()) for g in found]
        )
        if not isinstance(found, str):
            again = [g for g in found if g is not None and g.requires_grad]
            second = error(lambda: gradients(module, again, x, w)) if again else None
            told.append(second if isinstance(second, str) else [numbers_of(g) for g in second or (None, None)])
        told.append(done(lambda: sum(t.sum() for t in ends).backward()))
        told.append([numbers_of(t.grad) for t in (x, w)] if told[-1] == "done" else None)
        told.append(
            [t.grad is None or numbers_of(t.grad) for t in tensors if t.retains_grad] if told[-2] == "done" else 0
        )
    return told


def numbers_of(g: Any) -> str:
    """The numbers of a second derivative, "nothing" where there is none or all are zero."""
    return "nothing" if g is None or not g.any() else tell(g.clone())


@needs_torch
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=250, deadline=None, derandomize=True)
@given(steps)
def test_random_programs(program):
    ours, theirs = trace(minigrad, program), trace(torch, program)
    for mine, other in zip(ours, theirs, strict=False):
        assert mine == other
    assert len(ours) == len(theirs)
