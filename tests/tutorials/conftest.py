"""The module that a tutorial's program calls ``torch``."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest

from tests import pytorch_resnet as reference
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


@pytest.fixture
def torchvision(torch, monkeypatch):
    """What a tutorial's program calls ``torchvision``: minigrad itself, and beside PyTorch the network of
    `tests.pytorch_resnet`. Neither asks the network for weights: they are formulas' numbers."""

    def state(model):
        return reference.prepare(model, torch, "float32", True)

    if torch is pytorch:

        def resnet18(weights=None, pretrained=False):
            return state(reference.build("resnet18", torch))

        return SimpleNamespace(
            models=SimpleNamespace(resnet18=resnet18, ResNet18_Weights=SimpleNamespace(DEFAULT="DEFAULT"))
        )

    def load(url, **options):
        assert url.endswith("/resnet18-f37072fd.pth") and options["check_hash"]
        return state(torch.models.resnet18()).state_dict()

    monkeypatch.setattr("minigrad.hub.load_state_dict_from_url", load)
    return torch
