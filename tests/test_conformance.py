"""The record that the cases of the core are compared with is what PyTorch says; and a wrong answer is seen."""

from __future__ import annotations

from typing import Any

import pytest

import minigrad
from tests.conformance import FAMILIES, Cases, answer, ask_torch
from tests.oracle import needs_torch, recorded


@needs_torch
@pytest.mark.parametrize("family", FAMILIES)
def test_the_record_is_what_torch_says(family):
    assert ask_torch(family) == recorded(f"cases/{family}")


class Wrong:
    """minigrad, but for one function."""

    def __init__(self, name: str, function: Any) -> None:
        self.name, self.function = name, function

    def __getattr__(self, name: str) -> Any:
        return self.function if name == self.name else getattr(minigrad, name)


RIGHT = {
    "numbers": lambda torch: torch.ones(2),
    "dtype": lambda torch: torch.ones(2),
    "flag": lambda torch: torch.ones(2),
    "version": lambda torch: torch.ones(2),
    "node": lambda torch: torch.sin(torch.ones(2, requires_grad=True)),
    "error": lambda torch: torch.ones(2).view(3),
}
WRONG = {
    "numbers": Wrong("ones", lambda n: minigrad.tensor([1.0, 1.1])),
    "dtype": Wrong("ones", lambda n: minigrad.ones(n, dtype=minigrad.float64)),
    "flag": Wrong("ones", lambda n: minigrad.ones(n, requires_grad=True)),
    "version": Wrong("ones", lambda n: minigrad.zeros(n).fill_(1)),
    "node": Wrong("sin", lambda x: minigrad.sin(x) * 1),
    "error": Wrong("ones", lambda n: minigrad.ones(3)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_wrong_answer_is_seen(name):
    body = Cases("none")(RIGHT[name])
    assert answer(minigrad, body) != answer(WRONG[name], body)
