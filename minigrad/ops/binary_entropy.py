"""Cross entropy of two classes: of probabilities, and of the logits that they are made of."""

from __future__ import annotations

import numpy as np

from .. import dtypes
from ..tensor import Tensor
from .base import Op
from .calling import apply
from .logits import check_logits
from .loss import only_floats, reduction_of, share, total
from .operands import array_of
from .shaping import expand
from .special import log1p

# mypy: disable-error-code="misc, operator, no-untyped-def"

_LEAST = float(np.float32(1e-12))  # PyTorch's, too, is rounded to single precision


class BinaryCrossEntropy(Op):
    """-(b log a + (1 - b) log(1 - a)), element by element; logarithms below -100 count as that.

    So a sure and wrong answer costs 100, not infinity (PyTorch's documentation of BCELoss). `weight` is an array or
    None.
    """

    formula = r"\frac{\bar z}{n} \frac{a - b}{a\,(1 - a)}", r"\frac{\bar z}{n} (\ln(1 - a) - \ln a)"

    def forward(a, b, weight, reduction):
        z = (b - 1) * np.maximum(np.log1p(-a), -100) - b * np.maximum(np.log(a), -100)
        return total(z if weight is None else z * weight, reduction)

    def grad_a(g, a, b, weight, reduction):
        d = (a - b) / np.maximum(a * (1 - a), _LEAST)
        return share(g, a.shape, reduction) * (d if weight is None else d * weight)

    def grad_b(g, a, weight, reduction):
        d = np.maximum(np.log1p(-a), -100) - np.maximum(np.log(a), -100)
        return share(g, a.shape, reduction) * (d if weight is None else d * weight)


class BinaryCrossEntropyWithLogits(Op):
    """-(b log sigmoid(a) + (1 - b) log(1 - sigmoid(a))), element by element.

    Computed as max(a, 0) - a b + log(1 + exp(-|a|)), which never overflows (PyTorch's documentation of
    BCEWithLogitsLoss; the log-sum-exp trick). `weight` and `pos_weight` are arrays or None.
    """

    broadcasts = True  # the dtypes may differ
    formula = r"\bar z\,(\sigma(a) - b)", r"-\bar z\, a"

    def forward(a, b, weight, pos_weight, reduction):
        soft = log1p(np.exp(-np.absolute(a))) + np.maximum(-a, 0)  # log(1 + exp(-a))
        z = (1 - b) * a + (soft if pos_weight is None else (1 + (pos_weight - 1) * b) * soft)
        return total(z if weight is None else z * weight, reduction).astype(b.dtype, copy=False)

    def grad_a(g, a, b, weight, pos_weight, reduction):
        s = 1 / (1 + np.exp(-a))
        d = s - b if pos_weight is None else (1 - b) - (1 + (pos_weight - 1) * b) * (1 - s)
        return share(g, a.shape, reduction) * (d if weight is None else d * weight)

    def grad_b(g, a, weight, pos_weight, reduction):
        d = -a
        if pos_weight is not None:
            soft = log1p(np.exp(-np.absolute(a))) + np.maximum(-a, 0)
            d = (pos_weight - 1) * soft - a
        return share(g, a.shape, reduction) * (d if weight is None else d * weight)


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Cross entropy between a target in [0, 1] and the probability `input`.

    Parameters
    ----------
    input, target : Tensor
        Of the same shape and dtype, from 0 to 1.
    weight : Tensor, optional
        A factor for each element; broadcasts.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        If the shapes differ.
    RuntimeError
        If something is not between 0 and 1.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.binary_cross_entropy(minigrad.tensor([0.5, 1.]), minigrad.tensor([1., 0.]))
    tensor(50.3466)
    """
    reduction = reduction_of(reduction, size_average, reduce)
    a = array_of(input, "binary_cross_entropy")
    b = array_of(target, "binary_cross_entropy", "argument 'target' (position 2)")
    if a.shape != b.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    w = None if weight is None else expand(weight, a.shape).array
    only_floats(input, "binary_cross_entropy")
    for other in (target, weight):
        if other is not None and other.array.dtype != a.dtype:
            found, want = (dtypes.SCALAR_TYPE_NAMES[x.dtype.name] for x in (other, input))
            raise RuntimeError(f"Found dtype {found} but expected {want}")
    for name, x in (("input", a), ("target", b)):
        if type(x) is np.ndarray and not ((x >= 0) & (x <= 1)).all():
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    return apply(BinaryCrossEntropy, input, target, weight=w, reduction=reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Cross entropy between a target in [0, 1] and the sigmoid of `input`.

    Parameters
    ----------
    input, target : Tensor
        Of the same shape.
    weight : Tensor, optional
        A factor for each element; broadcasts.
    reduction : {"mean", "sum", "none"}
    pos_weight : Tensor, optional
        A factor for the positive part of each element; broadcasts.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.binary_cross_entropy_with_logits(minigrad.zeros(3), minigrad.ones(3))
    tensor(0.6931)
    """
    reduction = reduction_of(reduction, size_average, reduce)
    a = array_of(input, "binary_cross_entropy_with_logits")
    b = array_of(target, "binary_cross_entropy_with_logits", "argument 'target' (position 2)")
    if a.shape != b.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    check_logits(input, target)
    w, p = (None if x is None else x.array for x in (weight, pos_weight))
    return apply(BinaryCrossEntropyWithLogits, input, target, weight=w, pos_weight=p, reduction=reduction)
