"""Attention where the table of operations cannot reach it: PyTorch's fused kernel, several heads for one, dropout."""

import numpy as np
import pytest

import minigrad
from minigrad.nn import functional as F
from tests.oracle import needs_torch, torch

CASES = {
    "fused": ((1, 2, 3, 4), (1, 2, 5, 4), {}),
    "fused causal": ((2, 1, 4, 2), (2, 1, 4, 2), {"is_causal": True}),
    "several heads for one": ((1, 4, 3, 2), (1, 2, 5, 2), {"enable_gqa": True}),
}


def attended(module, case):
    """The result and the gradients of its weighted sum; the name of the node."""
    query, key, how = CASES[case]
    rng = np.random.RandomState(0)
    tensors = [module.from_numpy(rng.standard_normal(s)).requires_grad_() for s in (query, key, key)]
    out = module.nn.functional.scaled_dot_product_attention(*tensors, **how)
    weights = module.from_numpy(rng.standard_normal(tuple(out.shape)))
    gradients = module.autograd.grad((out * weights).sum(), tensors)
    return [out.detach().numpy(), *(g.numpy() for g in gradients)], out.grad_fn.name()


@needs_torch
@pytest.mark.parametrize("case", CASES)
def test_the_fused_kernel_computes_the_same(case):
    """For four dimensions PyTorch has a kernel of its own, and so a node of its own."""
    ours, node = attended(minigrad, case)
    theirs, fused = attended(torch, case)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    assert (node, fused) == ("UnsafeViewBackward0", "ScaledDotProductFlashAttentionForCpuBackward0")


def test_weights_are_dropped():
    minigrad.manual_seed(0)
    q, v = minigrad.zeros(1, 50, 2), minigrad.ones(1, 200, 1)
    out = F.scaled_dot_product_attention(q, minigrad.zeros(1, 200, 2), v, dropout_p=0.5).numpy()
    assert abs(out.mean() - 1) < 0.05
    assert out.std() > 0.01
    assert not F.scaled_dot_product_attention(q, minigrad.zeros(1, 200, 2), v, dropout_p=1.0).numpy().any()


def test_a_query_that_may_look_at_nothing_gets_zeros():
    x = minigrad.ones(1, 2, 2, requires_grad=True)
    mask = minigrad.tensor([[False, False], [True, False]])
    out = F.scaled_dot_product_attention(x, x, x, attn_mask=mask)
    out.sum().backward()
    assert out.tolist() == [[[0, 0], [1, 1]]]
    assert np.isfinite(x.grad.numpy()).all()
