"""Copies and pickles of tensors: of leaves only, since a graph cannot be copied along."""

from __future__ import annotations

from typing import Any

import numpy as np

from .autograd.meta import meta_of
from .tensor import Tensor

_ONLY_LEAVES = "Only Tensors created explicitly by the user (graph leaves) "


def deepcopy(x: Tensor, memo: dict[int, Any]) -> Tensor:
    """`copy.deepcopy(x)`: the numbers, the flag, the gradient and what the user has attached."""
    if not x.is_leaf:
        raise RuntimeError(
            _ONLY_LEAVES + "support the deepcopy protocol at the moment.  If you were attempting to deepcopy a module, "
            "this may be because of a minigrad.nn.utils.weight_norm usage"
        )
    copy = _rebuild(type(x), x.array.copy(), x.requires_grad, x.__dict__)
    memo[id(x)] = copy
    if x._meta is not None and x._meta.grad is not None:
        meta_of(copy).grad = deepcopy(x._meta.grad, memo)
    return copy


def reduce(x: Tensor, protocol: Any) -> Any:
    """`pickle.dumps(x)`."""
    if not x.is_leaf:
        raise RuntimeError(_ONLY_LEAVES + "can be pickled")
    return _rebuild, (type(x), np.asarray(x.detach().cpu().array), x.requires_grad, x.__dict__)


def _rebuild(cls: type[Tensor], array: Any, requires_grad: bool, attributes: dict[str, Any]) -> Tensor:
    x = Tensor.__new__(cls)
    x.array, x._node, x._meta = array, None, None
    if requires_grad:
        meta_of(x).requires_grad = True
    x.__dict__.update(attributes)
    return x
