"""The Jacobian with v: what it holds, says and draws."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from minigrad.viz import jacobian_map


@pytest.fixture
def square():
    return jacobian_map(lambda x: x * x.sum(), minigrad.tensor([1.0, 2.0]), v=[1.0, -0.5])


def test_the_product_is_that_of_v_and_j(square):
    assert square.state["jacobian"]["values"] == [4.0, 1.0, 2.0, 5.0]
    assert square.product == [3.0, -1.5]
    square.value = [0.0, 0.0]
    assert square.product == [0.0, 0.0] and "no row counts" in square.alt
    square.value = [0.0, 2.0]
    assert square.product == [4.0, 10.0] and square.alt.endswith(
        "the rows of y[1], each times its entry of v, added up."
    )


def test_its_words_hold_every_row(square):
    assert "Its rows are y[0] [4., 1.] and y[1] [2., 5.]. With v = [1., -0.5], vᵀJ is [3., -1.5]:" in square.alt


def test_what_is_named_and_drawn(square):
    assert (square.state["rows"], square.state["columns"]) == (["y[0]", "y[1]"], ["x[0]", "x[1]"])
    picture = square.still()
    assert picture.count("<rect") == 1 + 4 + 2 and "vᵀJ" in picture and ">-1.5<" in picture
    assert jacobian_map(lambda x: (x * x).sum(), minigrad.tensor([[1.0], [2.0]])).state["columns"] == [
        "x[0, 0]",
        "x[1, 0]",
    ]


def test_infinities_and_missing_numbers():
    x = minigrad.tensor([0.0, 4.0])
    found = jacobian_map(lambda x: x.sqrt().sum(), x)
    assert found.state["jacobian"]["values"][0] == "inf"
    assert found.product[0] == np.inf and ">inf<" in found.still()
    missing = jacobian_map(lambda x: x * float("nan"), x)
    assert missing.still().count(">nan<") >= 2 and "vᵀJ is [nan, nan]" in missing.alt


def test_too_large_or_of_another_length():
    x = minigrad.ones(9)
    with pytest.raises(ValueError, match=r"1 rows and 9 columns.*up to 8 by 8"):
        jacobian_map(lambda x: x.sum(), x)
    with pytest.raises(ValueError, match="v has one entry for each row of J: 2, not 3"):
        jacobian_map(lambda x: x * 2, minigrad.ones(2), v=[1, 2, 3])


def test_it_leaves_the_tensor_alone():
    x = minigrad.tensor([1.0], requires_grad=True)
    jacobian_map(lambda x: x * 3, x)
    assert x.grad is None and x.is_leaf
