"""Optimizers on CuPy's arrays: the same numbers, and nothing comes back to the host."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from tests.gpu import pretended
from tests.gpu.libraries import on_each_library
from tests.test_optim_curves import OPTIMIZERS


def pair(name, options):
    """The same parameter on both devices, each with an optimizer."""
    params = [minigrad.tensor([1.0, -2.0, 0.5], device=d).requires_grad_() for d in ("cpu", "cuda")]
    return [(x, getattr(minigrad.optim, name)([x], **options)) for x in params]


def step(both):
    for x, optimizer in both:
        x.grad = minigrad.tensor([0.1, 0.2, -0.3], device=x.device)
        optimizer.step()


@on_each_library
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_updates_stay_where_the_parameters_are(library, name):
    for options in OPTIMIZERS[name]:
        both = pair(name, options)
        (here, _), (there, optimizer) = both
        memory = there.data_ptr()
        pretended.transfers.clear()
        for _ in range(3):
            step(both)
        assert pretended.transfers == []
        assert there.device.type == "cuda" and there.data_ptr() == memory
        assert {v.device.type for k, v in optimizer.state[there].items() if k != "step"} <= {"cuda"}
        np.testing.assert_allclose(there.detach().numpy(force=True), here.detach().numpy(), rtol=1e-6)


@on_each_library
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_states_go_to_where_the_parameters_are(library, name):
    options = OPTIMIZERS[name][1]
    both = pair(name, options)
    step(both)
    (here, _), (there, there_too) = both
    fresh = pair(name, options)
    fresh[0][1].load_state_dict(there_too.state_dict())
    assert {v.device.type for v in fresh[0][1].state[fresh[0][0]].values()} == {"cpu"}
    with minigrad.no_grad():
        fresh[0][0].copy_(here)
    step([fresh[0], both[1]])
    np.testing.assert_allclose(there.detach().numpy(force=True), fresh[0][0].detach().numpy(), rtol=1e-6)
