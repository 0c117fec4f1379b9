"""Memory formats: strides, copies and refusals as PyTorch's."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import minigrad
from minigrad.nn import functional
from tests.oracle import needs_torch, torch

SHAPE = (2, 3, 4, 5)
CALLS = {
    "contiguous": lambda m, x: x.contiguous(memory_format=m.channels_last),
    "clone": lambda m, x: x.clone(memory_format=m.channels_last),
    "to": lambda m, x: x.to(memory_format=m.channels_last),
    "to the same": lambda m, x: x.to(memory_format=m.contiguous_format),
    "to as it is": lambda m, x: x.to(memory_format=m.preserve_format),
    "to a dtype": lambda m, x: x.to(m.float64, memory_format=m.channels_last),
    "double": lambda m, x: x.double(memory_format=m.channels_last),
    "copy": lambda m, x: x.to(copy=True, memory_format=m.channels_last),
    "contiguous as it is": lambda m, x: x.contiguous(memory_format=m.preserve_format),
    "there": lambda m, x: x.to(memory_format=m.channels_last).contiguous(memory_format=m.channels_last),
    "and back": lambda m, x: x.to(memory_format=m.channels_last).contiguous(),
    "zeros_like": lambda m, x: m.zeros_like(x.to(memory_format=m.channels_last)),
    "rand_like": lambda m, x: m.rand_like(x.to(memory_format=m.channels_last)) * 0,
    "zeros_like in order": lambda m, x: m.zeros_like(
        x.to(memory_format=m.channels_last), memory_format=m.contiguous_format
    ),
    "ones_like": lambda m, x: m.ones_like(x, memory_format=m.channels_last),
    "ones_like of a transpose": lambda m, x: m.ones_like(x.permute(1, 0, 3, 2)),
    "empty": lambda m, x: m.empty(SHAPE, memory_format=m.channels_last) * 0,
    "elementwise": lambda m, x: 1 - x.to(memory_format=m.channels_last),
}
REFUSED = {
    "three dimensions": lambda m, x: x[0].to(memory_format=m.channels_last),
    "three dimensions, clone": lambda m, x: x[0].clone(memory_format=m.channels_last),
    "three dimensions, contiguous": lambda m, x: x[0].contiguous(memory_format=m.channels_last),
    "a word": lambda m, x: x.contiguous(memory_format="channels_last"),
    "a word, clone": lambda m, x: x.clone(memory_format="channels_last"),
    "a word, is_contiguous": lambda m, x: x.is_contiguous(memory_format="channels_last"),
    "empty as it is": lambda m, x: m.empty(SHAPE, memory_format=m.preserve_format),
}


def outcome(module: Any, call: Any) -> Any:
    x = module.from_numpy(np.arange(120, dtype="float32").reshape(SHAPE)).requires_grad_()
    try:
        y = call(module, x)
    except Exception as error:
        return type(error).__name__, str(error).replace("torch.", "minigrad.").split("\n")[0]
    node = y.grad_fn and y.grad_fn.name()
    formats = y.is_contiguous(), y.is_contiguous(memory_format=module.channels_last)
    return y.stride(), str(y.dtype).partition(".")[2], formats, y is x, node, y.detach().clone().numpy().tolist()


@needs_torch
@pytest.mark.parametrize("name", CALLS)
def test_as_in_torch(name):
    assert outcome(minigrad, CALLS[name]) == outcome(torch, CALLS[name])


@needs_torch
@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_in_torch(name):
    ours = outcome(minigrad, REFUSED[name])
    assert ours == outcome(torch, REFUSED[name])
    assert ours[0] in ("RuntimeError", "TypeError")


def test_gradients_flow_through_a_change_of_layout():
    x = minigrad.rand(SHAPE, dtype=minigrad.float64).requires_grad_()
    for change in ("contiguous", "clone", "to"):
        assert minigrad.autograd.gradgradcheck(lambda x, f=CALLS[change]: f(minigrad, x) ** 2, (x,), fast_mode=True)


def test_formats_are_one_of_a_kind():
    assert repr(minigrad.channels_last) == "minigrad.channels_last"
    for same in (copy.deepcopy, copy.copy, lambda f: pickle.loads(pickle.dumps(f))):
        assert same(minigrad.channels_last) is minigrad.channels_last


def layouts(module: Any, of: Any, last: tuple[bool, bool]) -> list[Any]:
    """Which formats a result and its leaf's gradient have."""
    names = [module.channels_last if flag else module.contiguous_format for flag in last]
    rng = np.random.RandomState(0)
    arrays = rng.standard_normal((2, 3, 5, 5)), rng.standard_normal((4, 3, 3, 3))
    x, w = (
        module.from_numpy(a).contiguous(memory_format=f).requires_grad_() for a, f in zip(arrays, names, strict=True)
    )
    z = of(module.nn.functional, x, w)
    return [z.is_contiguous(), z.is_contiguous(memory_format=module.channels_last)]


FUNCTIONS = {
    "conv2d": lambda f, x, w: f.conv2d(x, w, padding=1),
    "conv_transpose2d": lambda f, x, w: f.conv_transpose2d(x, w.permute(1, 0, 2, 3), stride=2),
    "max_pool2d": lambda f, x, w: f.max_pool2d(x, 2),
    "avg_pool2d": lambda f, x, w: f.avg_pool2d(x, 2),
    "adaptive_avg_pool2d": lambda f, x, w: f.adaptive_avg_pool2d(x, 2),
    "adaptive_max_pool2d": lambda f, x, w: f.adaptive_max_pool2d(x, 2),
    "nearest": lambda f, x, w: f.interpolate(x, scale_factor=2),
    "bilinear": lambda f, x, w: f.interpolate(x, scale_factor=2, mode="bilinear"),
}


@needs_torch
@pytest.mark.parametrize("last", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_results_have_torchs_layout(name, last):
    assert layouts(minigrad, FUNCTIONS[name], last) == layouts(torch, FUNCTIONS[name], last)


def test_a_view_after_a_convolution():
    z = functional.conv2d(minigrad.rand(2, 3, 5, 5), minigrad.rand(4, 3, 3, 3))
    assert z.view(2, -1).shape == (2, 36)
