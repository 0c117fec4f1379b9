"""Looking things up by number: embeddings and one-hot vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd import inference
from ..tensor import Tensor, wrap
from .base import Op
from .calling import apply
from .index import add_at
from .inplace import note_write
from .operands import array_of, refuse_mixed_devices

# mypy: disable-error-code="misc, operator, no-untyped-def"


class Embedding(Op):
    """The rows of a table that `indices` names; what was looked up twice gets two gradients, which are added."""

    formula = (r"\text{zeros, with } \bar z \text{ added to the rows looked up}",)

    def forward(a, indices, padding_idx, scale_grad_by_freq):
        return np.take(a, indices, axis=0)

    def grad_a(g, a_shape, indices, padding_idx, scale_grad_by_freq):
        indices = getattr(indices, "array", indices)
        if padding_idx >= 0:
            g = np.where(np.expand_dims(indices == padding_idx, -1), 0, g)
        if scale_grad_by_freq:
            times = backend.namespace(indices).bincount(indices.reshape(-1), minlength=a_shape[0])[indices]
            g = g / np.expand_dims(times, -1).astype(backend.dtype_of(g))
        return add_at(g, a_shape, (indices,))


def _renormalize(weight: Tensor, indices: Any, max_norm: float, norm_type: float) -> None:
    """Scale the rows that will be looked up, in place, to a norm of at most `max_norm`."""
    if inference.used:
        inference.refuse_writing(weight)
    w = weight.array
    rows = np.unique(indices)
    norms = np.linalg.norm(w[rows], norm_type, axis=1, keepdims=True)
    w[rows] = np.where(norms > max_norm, w[rows] * (max_norm / (norms + 1e-7)), w[rows])
    note_write(weight, "embedding_renorm_")


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of the table `weight` with the numbers `input`.

    Parameters
    ----------
    input : Tensor
        Integers, any shape.
    weight : Tensor
        Shape (number of rows, size).
    padding_idx : int, optional
        A row that gets no gradient.
    max_norm : float, optional
        Rows looked up that are longer are first scaled down to it, in place; `norm_type` says how they are measured.
    scale_grad_by_freq : bool
        Whether the gradient of a row is divided by how often it was looked up.

    Raises
    ------
    IndexError
        If there is no row of some number.

    Examples
    --------
    >>> import minigrad
    >>> table = minigrad.tensor([[0., 1.], [10., 11.]])
    >>> minigrad.nn.functional.embedding(minigrad.tensor([1, 1, 0]), table)
    tensor([[10., 11.],
            [10., 11.],
            [ 0.,  1.]])
    """
    w = array_of(weight, "embedding", "argument 'weight' (position 1)")
    indices = array_of(input, "embedding", "argument 'indices' (position 2)")
    if sparse:
        raise NotImplementedError("embedding: gradients are dense here; leave out sparse=True")
    if padding_idx is None:
        padding_idx = -1
    else:
        if not -len(w) <= padding_idx < len(w):
            raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx %= len(w)
    if w.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    if indices.dtype not in (np.int64, np.int32):
        kind = f"minigrad.{dtypes.SCALAR_TYPE_NAMES[input.dtype.name]}Tensor"
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; "
            f"but got {kind} instead (while checking arguments for embedding)"
        )
    if type(w) is not type(indices):
        refuse_mixed_devices(input, weight)
    if type(indices) is np.ndarray and indices.size and not 0 <= indices.min() <= indices.max() < len(w):
        raise IndexError("index out of range in self")
    if max_norm is not None:
        _renormalize(weight, indices, max_norm, norm_type)
    return apply(
        Embedding, weight, indices=indices, padding_idx=padding_idx, scale_grad_by_freq=bool(scale_grad_by_freq)
    )


def one_hot(input: Tensor, num_classes: int = -1) -> Tensor:
    """For each number a row of zeros with a 1 in its place.

    Parameters
    ----------
    num_classes : int
        How long the rows are; -1: as long as the largest number needs.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.nn.functional.one_hot(minigrad.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    a = array_of(input, "one_hot")
    if a.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not a.size and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if a.size and bool((a < 0).any()):
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = int(a.max()) + 1
    elif a.size and bool((a >= num_classes).any()):
        raise RuntimeError("Class values must be smaller than num_classes.")
    places = backend.namespace(a).arange(num_classes)
    return wrap((np.expand_dims(a, -1) == places).astype(np.int64))
