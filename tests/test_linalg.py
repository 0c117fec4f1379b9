"""Matrices: what the table of operations cannot say."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from minigrad.linalg import LinAlgError
from tests.oracle import needs_torch, torch

SINGULAR = [[1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 1.0, 3.0]]


def slope(matrix: np.ndarray) -> np.ndarray:
    """The determinant's derivative by central differences."""
    found = np.zeros_like(matrix)
    for index in np.ndindex(matrix.shape):
        ends = []
        for step in (1e-5, -1e-5):
            moved = matrix.copy()
            moved[index] += step
            ends.append(np.linalg.det(moved))
        found[index] = (ends[0] - ends[1]) / 2e-5
    return found


@pytest.mark.parametrize("rows", [SINGULAR, np.zeros((3, 3)).tolist(), np.eye(3).tolist(), [[0.0]]])
def test_the_determinant_of_a_singular_matrix_has_a_gradient(rows):
    """The matrix of cofactors; PyTorch gives zeros, for want of an inverse."""
    a = minigrad.tensor(rows, dtype=minigrad.float64, requires_grad=True)
    minigrad.linalg.det(a).backward()
    np.testing.assert_allclose(a.grad.numpy(), slope(np.array(rows)), atol=1e-8)


@needs_torch
def test_pytorch_gives_zeros_there():
    a = torch.tensor(SINGULAR, dtype=torch.float64, requires_grad=True)
    torch.linalg.det(a).backward()
    assert a.grad.abs().max() == 0


def test_the_second_derivative_of_a_singular_determinant_is_refused():
    a = minigrad.tensor(SINGULAR, requires_grad=True)
    with pytest.raises(LinAlgError, match=r"^linalg.inv: The diagonal element 3 is zero"):
        minigrad.autograd.grad(minigrad.linalg.det(a), a, create_graph=True)


def test_a_failed_factorisation_leaves_nothing_behind():
    a = minigrad.tensor(SINGULAR, requires_grad=True)
    for function in (minigrad.linalg.inv, minigrad.linalg.cholesky):
        with pytest.raises(LinAlgError):
            function(a)
    assert (a._version, a.grad, a.tolist()) == (0, None, SINGULAR)
