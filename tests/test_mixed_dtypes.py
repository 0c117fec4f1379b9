"""Operands of two dtypes: a rule gets a copy in the one dtype that was computed in, and the version still counts."""

from __future__ import annotations

import pytest

import minigrad
from minigrad.autograd import versions
from tests.conformance import on_both

STALE = "modified by an inplace operation"
FUNCTIONAL = "torch.nn.functional"
SAVING = [
    *("x * c", "c * x", "x / c", "c / x", "x**c", "c**x", "x.clone().mul_(c)", "x.clone().div_(c)"),
    *("torch.atan2(x, c)", "torch.maximum(x, c)", "torch.logaddexp(x, c)", "torch.xlogy(x, c)", "torch.clamp(x, c)"),
    *("torch.addcmul(x, c, x)", "torch.addcdiv(x, x, c)", f"{FUNCTIONAL}.soft_margin_loss(x, c)"),
]
LOSSES = [f"{FUNCTIONAL}.{name}(x, c)" for name in ("mse_loss", "smooth_l1_loss", "huber_loss")]
NOT_SAVING = ["x + c", "c - x", "torch.where(x > 1.5, x, c)", "torch.fmod(x, c)"]
KINDS = [("float64", "float32"), ("float32", "int64"), ("float32", "float64")]


def refused(torch, expression, kinds, other) -> bool:
    """Whether backward refuses the expression when `c`, of another dtype than `x`, was written to."""
    x = torch.tensor([1.0, 2.0, 3.0], dtype=getattr(torch, kinds[0]), requires_grad=True)
    c = torch.tensor(other, dtype=getattr(torch, kinds[1]))
    y = eval(expression, {"torch": torch, "x": x, "c": c})
    c += 1
    try:
        y.sum().backward()
    except RuntimeError as error:
        assert STALE in str(error)
        return True
    return False


@on_both
@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("kinds", KINDS, ids="-".join)
def test_a_write_to_an_operand_of_another_dtype_is_refused_where_it_was_saved(torch, kinds):
    for expression in SAVING + LOSSES * (kinds != KINDS[2]) + NOT_SAVING:
        for other in (2, [2, 3, 1])[: 1 if kinds == KINDS[2] else 2]:
            assert refused(torch, expression, kinds, other) == (expression not in NOT_SAVING), expression


@on_both
def test_what_requires_grad_may_be_the_one_that_is_converted(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    h, c = x * 1, torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    y = h * c
    h += 1
    with pytest.raises(RuntimeError, match=rf"{STALE}: \[{torch.__name__}\.FloatTensor \[2\]\]"):
        y.sum().backward()


@on_both
def test_a_write_before_does_no_harm(torch):
    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    c = torch.tensor(3.0)
    c += 1
    (x * c).sum().backward()
    assert x.grad.tolist() == [4, 4]


def test_the_message_names_who_saved_and_who_wrote():
    x, c = minigrad.ones(2, dtype=minigrad.float64, requires_grad=True), minigrad.tensor(3.0)
    y = x * c
    c.add_(1)
    with pytest.raises(RuntimeError) as raised:
        y.sum().backward()
    assert "saved" in str(raised.value) and "c = c.add(1)" in str(raised.value)


def test_what_is_noted_of_copies_goes_with_them():
    x, c = minigrad.ones(2, dtype=minigrad.float64, requires_grad=True), minigrad.tensor(3.0)
    before = set(versions._followers)
    for _ in range(5):
        y = x * c
    [key] = set(versions._followers) - before
    assert key in versions._histories
    del y
    assert key not in versions._followers and key not in versions._histories
