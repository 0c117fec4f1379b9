"""Large arrays take other ways than small ones; the same comes out."""

import numpy as np
import pytest

import minigrad
from minigrad import backend

RNG = np.random.default_rng(0)
ROWS = RNG.integers(-30, 30, 50)
INDICES = {
    "rows": (ROWS,),
    "an index that is no tuple": ROWS,
    "rows, all different": (RNG.permutation(30)[:25],),
    "rows by a mask": (RNG.random(30) > 0.3,),
    "elements by a mask": (RNG.random((30, 20, 4)) > 0.4,),
    "elements": (RNG.integers(0, 30, (40, 50)), RNG.integers(-20, 20, 50), RNG.integers(0, 4, (40, 1))),
    "slices of dimension 1": (slice(None), RNG.integers(-20, 20, 45)),
    "a slice between": (RNG.integers(0, 30, (40, 1)), slice(None), RNG.integers(0, 4, (1, 3))),
}


@pytest.mark.parametrize("name", INDICES)
def test_adding_at_many_places(name):
    index, mine = INDICES[name], RNG.standard_normal((30, 20, 4))
    values, numpys = RNG.standard_normal(mine[index].shape), mine.copy()
    assert values.size > 1000
    backend.add_at(mine, index, values)
    np.add.at(numpys, index, values)
    np.testing.assert_allclose(mine, numpys, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("dim", [0, 1])
def test_gather_and_scatter_add(dim, turned):
    a = RNG.standard_normal((20, 30)).T if turned else RNG.standard_normal((30, 20))
    index = RNG.integers(0, a.shape[dim], (25, 15))
    along = (index, np.arange(15)) if dim == 0 else (np.arange(25)[:, None], index)
    x = minigrad.from_numpy(a).requires_grad_()
    z = x.gather(dim, minigrad.from_numpy(index.astype(np.int32)))
    np.testing.assert_array_equal(z.detach().numpy(), a[along])
    g = RNG.standard_normal(index.shape)
    z.backward(minigrad.from_numpy(g))
    expected = np.zeros_like(a)
    np.add.at(expected, along, g)
    np.testing.assert_allclose(x.grad.numpy(), expected, atol=1e-13)
    total = minigrad.from_numpy(a).scatter_add(dim, minigrad.from_numpy(index), minigrad.from_numpy(g))
    np.testing.assert_allclose(total.numpy(), a + expected, atol=1e-13)
