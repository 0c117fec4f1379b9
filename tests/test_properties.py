"""minigrad and PyTorch side by side on programs that hypothesis makes up: broadcasts, indices, reductions, views."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minigrad
from tests.oracle import needs_torch, torch

pytestmark = pytest.mark.filterwarnings("ignore")
thorough = settings(max_examples=150, deadline=None)


def numbers(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.asarray(np.random.RandomState(seed).standard_normal(shape))


def outcome(module: Any, program: Any, shapes: list[tuple[int, ...]]) -> Any:
    """What a program makes of leaves of these shapes: result, gradients and versions, or the class of its error."""
    leaves = [module.from_numpy(numbers(shape, seed)).requires_grad_() for seed, shape in enumerate(shapes)]
    try:
        result = program(module, *leaves)
        weights = module.from_numpy(numbers(tuple(result.shape), 99))
        gradients: Any = [None] * len(leaves)
        if result.requires_grad:
            gradients = module.autograd.grad(result, leaves, weights, allow_unused=True)
    except Exception as error:
        return next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")
    arrays = [np.array(t.detach().numpy()) for t in (result, *gradients) if t is not None]
    return arrays, [g is None for g in gradients], result.requires_grad, result._version


def assert_same(program: Any, *shapes: tuple[int, ...], writes: bool = False) -> None:
    ours, theirs = outcome(minigrad, program, list(shapes)), outcome(torch, program, list(shapes))
    if isinstance(ours, str) or isinstance(theirs, str):
        assert ours == theirs
        return
    # a result's version says something only of the programs that write
    assert ours[1 : 4 if writes else 3] == theirs[1 : 4 if writes else 3]
    for a, b in zip(ours[0], theirs[0], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12, strict=True)


@needs_torch
@thorough
@given(
    hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3, min_side=0),
    st.sampled_from(["add", "sub", "mul", "div", "maximum", "minimum"]),
)
def test_broadcasts(shapes, name):
    assert_same(lambda m, a, b: getattr(m, name)(a, b), *shapes.input_shapes)


@needs_torch
@thorough
@given(st.lists(st.integers(0, 3), max_size=4), st.lists(st.integers(0, 3), max_size=4))
def test_matmul(left, right):
    assert_same(lambda m, a, b: a @ b, tuple(left), tuple(right))


@st.composite
def indexed(draw):
    """A shape and an index for it: numbers, slices, None, ..., tensors of numbers, masks; now and then out of range."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4))
    parts: list[Any] = []
    for length in draw(st.sampled_from([shape, shape[:-1]])) or shape:
        bound = st.integers(-length, length - 1)
        part = draw(
            st.one_of(
                bound,
                st.builds(slice, st.none() | bound, st.none() | bound, st.none() | st.integers(1, 3)),
                st.lists(bound, min_size=1, max_size=3).map(np.array),
                st.lists(st.booleans(), min_size=length, max_size=length).map(lambda m: np.array(m, bool)),
                st.just(length),
            )
        )
        if draw(st.integers(0, 7)) == 0:
            parts.append(None)
        parts.append(part)
    if draw(st.integers(0, 5)) == 0:
        parts.append(Ellipsis)
    return shape, parts


def as_index(module: Any, parts: list[Any]) -> Any:
    index = tuple(module.from_numpy(p.copy()) if isinstance(p, np.ndarray) else p for p in parts)
    return index[0] if len(index) == 1 else index


@needs_torch
@thorough
@given(indexed())
def test_indexing(shape_and_parts):
    shape, parts = shape_and_parts
    assert_same(lambda m, a: a[as_index(m, parts)], shape)


@needs_torch
@thorough
@given(indexed(), st.booleans())
def test_writing_by_index(shape_and_parts, keep):
    """``copy[index] = value``, the value a number or a tensor of its own."""
    shape, parts = shape_and_parts

    def program(m, a, v):
        copy = a * 1
        if not any(isinstance(p, np.ndarray) and len(set(p.tolist())) < len(p) and p.dtype != bool for p in parts):
            copy[as_index(m, parts)] = v if keep else 2.5
        return copy

    assert_same(program, shape, (), writes=True)


@needs_torch
@thorough
@given(
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=3),
    st.sampled_from(["sum", "mean", "amax", "amin", "var", "std", "norm"]),
    st.none() | st.integers(-4, 3) | st.lists(st.integers(0, 2), min_size=1, max_size=2, unique=True).map(tuple),
    st.booleans(),
)
def test_reductions(shape, name, dim, keepdim):
    assume(not isinstance(dim, tuple) or len(dim) <= len(shape))  # one thing wrong at a time
    how = {} if dim is None else {"dim": dim, "keepdim": keepdim}
    assert_same(lambda m, a: getattr(a, name)(**how), shape)


VIEWS: dict[str, Any] = {
    "[0]": lambda v: v[0],
    "[-1:]": lambda v: v[-1:],
    "[..., ::2]": lambda v: v[..., ::2],
    "[None]": lambda v: v[None],
    "transpose": lambda v: v.transpose(0, -1),
    "view(-1)": lambda v: v.view(-1),
    "unsqueeze": lambda v: v.unsqueeze(1),
    "squeeze": lambda v: v.squeeze(),
    "narrow": lambda v: v.narrow(-1, 0, 1),
    "diagonal": lambda v: v.diagonal(),
    "expand": lambda v: v.expand(2, *v.shape),
    "flatten": lambda v: v.flatten(),
    "unbind": lambda v: v.unbind()[0],
    "chunk": lambda v: v.chunk(2)[-1],
    "detach": lambda v: v.detach(),
    "permute": lambda v: v.permute(tuple(reversed(range(v.dim())))),
}
WRITES: dict[str, Any] = {
    "mul_": lambda v, w: v.mul_(w),
    "add_": lambda v, w: v.add_(w * 2),
    "zero_": lambda v, w: v.zero_(),
    "copy_": lambda v, w: v.copy_(w),
    "exp_": lambda v, w: v.exp_(),
    "fill": lambda v, w: v.__setitem__(Ellipsis, 3.0),
    "write base": None,
    "nothing": lambda v, w: None,
}


@needs_torch
@settings(thorough, max_examples=400)
@given(
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3),
    st.lists(st.sampled_from(sorted(VIEWS)), min_size=1, max_size=4),
    st.lists(st.sampled_from(sorted(WRITES)), min_size=1, max_size=3),
    st.sampled_from(["base", "view", "both", "first view"]),
    st.booleans(),
)
def test_writing_through_views(shape, views, writes, use, plain_base):
    """A chain of views of a base; writes through the last one or the base; then what is seen from which end."""
    # through elements that share memory PyTorch refuses some writes at once, some in backward: programs.txt has those
    assume("expand" not in views or set(writes) <= {"nothing", "write base"})

    def program(m, a, w):
        base = m.zeros(shape, dtype=m.float64) if plain_base else a * 1
        chain = [base]
        for name in views:
            chain.append(VIEWS[name](chain[-1]))
        for name in writes:
            _ = chain[-1].grad_fn  # a view of a base written since: until somebody looks, PyTorch takes it for a leaf
            if name == "write base":
                base.mul_(w)
            else:
                WRITES[name](chain[-1], w)
        results = {"base": base, "view": chain[-1], "first view": chain[1]}
        if use == "both":
            return (base * 3).sum() + chain[-1].sum() + w
        return results[use] * 1 + w * 0

    assert_same(program, shape, (), writes=True)
