"""The module that a tutorial's program calls ``torch``."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.oracle import torch as pytorch


@pytest.fixture(
    params=[
        "minigrad",
        pytest.param(
            "torch",
            marks=[pytest.mark.oracle, pytest.mark.skipif(pytorch is None, reason="PyTorch is not installed")],
        ),
    ]
)
def torch(request):
    module = import_module(request.param)
    module.manual_seed(0)
    return module
