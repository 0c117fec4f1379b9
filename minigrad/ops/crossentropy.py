"""Cross entropy: how surprised a classifier is by the right classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.meta import tracked
from ..autograd.modes import mode
from ..tensor import Tensor, wrap
from .base import Op
from .by_number import div_number
from .calling import apply
from .functions import mul, where
from .index import add_at
from .loss import reduction_of
from .operands import array_of, not_for
from .reduce import sum
from .shaping import reshape
from .softmax import LogSoftmax, log_softmax

# mypy: disable-error-code="misc, operator, no-untyped-def, assignment"


def _places(shape: tuple[int, ...], target: Any) -> tuple[Any, ...]:
    """The index of the targets' classes: a number for each dimension, the classes in dimension 1 (0 of a vector)."""
    if len(shape) == 1:
        return (target,)
    xp = backend.namespace(target)
    if len(shape) == 2:
        return xp.arange(shape[0]), target
    rows, _, *rest = (
        xp.arange(n).reshape([-1 if j == i else 1 for j in range(len(shape)) if j != 1]) if i != 1 else None
        for i, n in enumerate(shape)
    )
    return (rows, target, *rest)


class NllLoss(Op):
    """Minus the element of each target's class, weighted; their sum, or their mean by weight, in the same node.

    `weight` is an array of the classes' weights or None. `weights` are those of the targets, 0 for what is ignored;
    None if all are 1.
    """

    extras = ("index", "ignored", "weights", "total")
    formula = (r"-\frac{w\, \bar z}{\sum w} \text{ at the target's class, else } 0",)

    def forward(a, target, weight, ignore_index, reduction, all_count=False):
        ignored = None if all_count else target == ignore_index
        weights, total = None, target.size
        if not all_count and (weight is not None or type(ignored) is not np.ndarray or ignored.any()):
            target = np.where(ignored, 0, target)
            weights = np.where(ignored, 0, a.dtype.type(1) if weight is None else weight[target])
            total = np.sum(weights)
        index = _places(a.shape, target)
        if weights is None and reduction != "none":
            z = a[index].sum(dtype=a.dtype)
            return (z / -total if reduction == "mean" else -z), index, ignored, weights, total
        z = -a[index]
        if weights is not None:
            z = np.where(ignored, 0, z * weights)
        if type(z) is not np.ndarray:  # a class that does not exist: on a GPU it shows in the result
            z = np.where((target >= 0) & (target < a.shape[min(a.ndim - 1, 1)]), z, np.nan)
        if reduction != "none":
            z = z.sum(dtype=z.dtype) / total if reduction == "mean" else z.sum(dtype=z.dtype)
        return z, index, ignored, weights, total

    def grad_a(g, a, index, ignored, weights, total, reduction):
        share = -g / total if reduction == "mean" else -g
        if weights is not None:
            share = np.where(ignored, 0, share * weights)
        if isinstance(g, Tensor):
            picked = a.array[index].shape
            return add_at(share if share.array.shape == picked else np.broadcast_to(share, picked), a.shape, index)
        d = backend.namespace(a).zeros(a.shape, a.dtype)
        d[index] = share  # each place once
        return d


class NllLoss2d(NllLoss):
    """The same for pictures: targets of two dimensions for each of the batch."""

    node_name = "NllLoss2DBackward0"
    extras = NllLoss.extras
    formula = NllLoss.formula
    forward = NllLoss.forward
    grad_a = NllLoss.rules[0]


_INT64 = np.dtype(np.int64)
_UNSIGNED = {1: np.uint8, 8: np.uint64}


def _check_weight(weight: Any, a: Any, classes: int, prefix: str = "") -> Any:
    """The classes' weights as an array, or None."""
    if weight is None:
        return None
    w = array_of(weight, "nll_loss", "argument 'weight' (position 3)")
    if not prefix and mode.recording and tracked(weight):
        raise RuntimeError(
            "The function 'nll_loss_forward' is not differentiable with respect to argument 'weight'. "
            "This input cannot have requires_grad True."
        )
    if w.shape != (classes,):
        raise RuntimeError(
            f"{prefix}weight tensor should be defined either for all {classes} classes or no classes but got weight "
            f"tensor of shape: {list(w.shape)}"
        )
    if w.dtype != a.dtype and not prefix:
        want, have = (dtypes.SCALAR_TYPE_NAMES[dtypes.of(x).name] for x in (a, w))
        raise RuntimeError(f"expected scalar type {want} but found {have}")
    return w


def _check_targets(a: Any, target: Any, weight: Any, ignore_index: int) -> tuple[Any, bool]:
    """The weights as an array, or None, and whether it is known that every target counts, and counts once.

    Raises PyTorch's refusal of targets that do not fit or do not exist.
    """
    if a.ndim == 0:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    t = target.array
    if a.ndim > 1 and t.shape[:1] != a.shape[:1]:
        batch = t.shape[0] if t.ndim else 1
        raise ValueError(f"Expected input batch_size ({a.shape[0]}) to match target batch_size ({batch}).")
    spatial = a.shape[2:]
    if a.ndim == 1 and t.ndim == 1 and len(t) != 1:
        raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {len(t)}")
    if a.ndim < 3 and t.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if a.ndim == 4 and t.ndim != 3:
        raise RuntimeError(
            f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {t.ndim}"
        )
    if a.ndim == 4 and t.shape[1:] != spatial:
        raise RuntimeError(f"size mismatch (got input: {list(a.shape)} , target: {list(t.shape)}")
    if a.ndim > 2 and t.shape[1:] != spatial:
        raise RuntimeError(f"Expected target size {[a.shape[0], *spatial]}, got {list(t.shape)}")
    if t.dtype is not _INT64 and t.dtype not in (np.int64, np.uint8):
        kind = dtypes.SCALAR_TYPE_NAMES[target.dtype.name]
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {kind}")
    classes = a.shape[0 if a.ndim == 1 else 1]
    w = _check_weight(weight, a, classes)
    if type(t) is not np.ndarray or not t.size:
        return w, False  # on a GPU nobody asks: the answer would have to be waited for
    # Read without a sign, negative numbers are the largest: one pass instead of two.
    if np.maximum.reduce(t.view(_UNSIGNED[t.itemsize]), axis=None) < classes:
        return w, w is None and not 0 <= ignore_index < classes
    outside = t[((t < 0) | (t >= classes)) & (t != ignore_index)]
    if outside.size:
        raise IndexError(f"Target {outside[0]} is out of bounds.")
    return w, False


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Minus the log-probability that `input` gives to each target's class.

    Parameters
    ----------
    input : Tensor
        Log-probabilities, shape (classes,), (N, classes) or (N, classes, ...).
    target : Tensor
        Numbers of classes: the shape of `input` without its dimension of classes.
    weight : Tensor, optional
        A weight for each class.
    ignore_index : int
        A target that does not count.
    reduction : {"mean", "sum", "none"}
        The mean is by weight: the sum is divided by the sum of the targets' weights.

    Raises
    ------
    IndexError
        If a target is no class.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.nll_loss(minigrad.tensor([[-1., -2.], [-3., -4.]]), minigrad.tensor([0, 1]))
    tensor(2.5000)
    """
    reduction = reduction_of(reduction, size_average, reduce)
    a = array_of(input, "nll_loss_nd")
    array_of(target, "nll_loss_nd", "argument 'target' (position 2)")
    return _nll(input, target, *_check_targets(a, target, weight, ignore_index), ignore_index, reduction)


def _nll(input: Tensor, target: Tensor, weight: Any, all_count: bool, ignore_index: int, reduction: str) -> Tensor:
    """The loss of targets that were checked."""
    a = input.array
    if a.dtype.kind != "f":
        raise not_for(a, "nll_loss_out_frame")
    how = {"weight": weight, "ignore_index": ignore_index, "reduction": reduction, "all_count": all_count}
    t = target.array
    if a.ndim == 4:
        return apply(NllLoss2d, input, target=t, **how)
    if a.ndim < 3:
        return apply(NllLoss, input, target=t.reshape(()) if a.ndim == 1 else t, **how)
    rest = t.size // len(t) if len(t) else 0
    out = apply(NllLoss2d, reshape(input, (*a.shape[:2], 1, rest)), target=t.reshape(len(t), 1, rest), **how)
    return reshape(out, t.shape) if reduction == "none" else out


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """`nll_loss` of `log_softmax`: how surprised the scores `input` are by the right classes.

    Parameters
    ----------
    input : Tensor
        Scores (logits), shape (classes,), (N, classes) or (N, classes, ...).
    target : Tensor
        Numbers of classes, the shape of `input` without its dimension of classes; or the classes' probabilities, of
        the shape of `input`.
    weight : Tensor, optional
        A weight for each class.
    ignore_index : int
        A target that does not count.
    reduction : {"mean", "sum", "none"}
    label_smoothing : float
        How much of each target is shared out evenly among all classes, from 0 to 1.

    Raises
    ------
    IndexError
        If a target is no class.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.cross_entropy(minigrad.zeros(2, 10), minigrad.tensor([3, 9]))
    tensor(2.3026)
    """
    reduction = reduction_of(reduction, size_average, reduce)
    a = array_of(input, "cross_entropy_loss")
    t = array_of(target, "cross_entropy_loss", "argument 'target' (position 2)")
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if a.shape == t.shape:
        return _of_probabilities(input, target, weight, ignore_index, reduction, label_smoothing)
    w, all_count = _check_targets(a, target, weight, ignore_index)
    classes = 0 if a.ndim == 1 else 1
    logs = apply(LogSoftmax, input, dim=classes) if a.dtype.kind == "f" else log_softmax(input, classes)
    loss = _nll(logs, target, w, all_count, ignore_index, reduction)
    if not label_smoothing:
        return loss
    even = -sum(logs if w is None else logs * _along_classes(w, a.ndim), classes)
    kept = wrap(t != ignore_index)
    even = where(kept, even, 0.0)
    if reduction != "none":
        even = sum(even)
    if reduction == "mean":
        even = even / (
            sum(kept) if w is None else wrap(backend.as_array(np.sum(np.where(kept.array, w[t * kept.array], 0))))
        )
    return mul(loss, 1 - label_smoothing) + mul(even, label_smoothing / a.shape[classes])


def _along_classes(w: Any, ndim: int) -> Tensor:
    """The classes' weights as a tensor that broadcasts over all but the dimension of classes."""
    return wrap(w.reshape([-1 if i == min(ndim - 1, 1) else 1 for i in range(ndim)]))


def _of_probabilities(
    input: Tensor, target: Tensor, weight: Any, ignore_index: int, reduction: str, label_smoothing: float
) -> Tensor:
    """Cross entropy with a probability for each class."""
    a = input.array
    if target.array.dtype.kind != "f":
        kind = dtypes.SCALAR_TYPE_NAMES[target.dtype.name]
        raise RuntimeError(f"Expected floating point type for target with class probabilities, got {kind}")
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    dim = 0 if a.ndim <= 1 else 1
    classes = a.shape[dim] if a.ndim else 1
    w = _check_weight(weight, a, classes, "cross_entropy: ")
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / classes
    terms = log_softmax(input, dim) * target
    if w is not None:
        terms = terms * _along_classes(w, a.ndim)
    if reduction == "none":
        return -sum(terms, dim)
    total = sum(terms)
    if reduction == "mean" and not a.size:
        return -total.fill_(np.nan)
    return -total if reduction == "sum" else div_number(-total, a.size // classes)
