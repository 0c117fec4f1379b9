"""Operations that move elements without computing with them. Most return views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import backend
from ..autograd.meta import gradient_edge
from ..autograd.modes import mode
from ..autograd.node import Gradients, start
from ..tensor import Tensor, wrap
from .base import Op
from .calling import apply, note_cut

# mypy: disable-error-code="misc, operator, no-untyped-def"


# ------------------------------------------------------------ order of dimensions
class T(Op):
    formula = (r"\bar z^\top",)

    def forward(a):
        return a.T

    def grad_a(g):
        return np.transpose(g)


class Transpose(Op):
    formula = (r"\bar z^\top",)

    def forward(a, dims):
        return np.swapaxes(a, *dims) if a.ndim else a[...]

    def grad_a(g, dims):
        return np.swapaxes(g, *dims) if g.ndim else g


class Permute(Op):
    formula = (r"\bar z \text{ with its dimensions put back}",)

    def forward(a, dims):
        return np.transpose(a, dims)

    def grad_a(g, dims):
        return np.transpose(g, tuple(sorted(range(len(dims)), key=dims.__getitem__)))


# ------------------------------------------------------------ number and lengths of dimensions
class _Reshaping(Op):
    formula = (r"\bar z \text{ in the shape of } a",)

    def forward(a, shape):
        return a.reshape(shape)

    def grad_a(g, a_shape):
        return g.reshape(a_shape)  # the method, which tensors have, too: `np.reshape` takes 0.7 µs more


class ViewOf(_Reshaping):
    node_name = "ViewBackward0"


class ReshapeAlias(_Reshaping):
    """A new shape for memory that is not in order, but needs no copy."""


class Alias(_Reshaping):
    """The same memory in the same shape."""


class UnsafeView(_Reshaping):
    """A new shape for a copy that nobody else sees."""


class Squeeze(_Reshaping):
    node_name = "SqueezeBackward0"


class SqueezeDim(_Reshaping):
    node_name = "SqueezeBackward1"


class SqueezeDims(_Reshaping):
    node_name = "SqueezeBackward2"


class SqueezeMatmul(_Reshaping):
    node_name = "SqueezeBackward4"


class Unsqueeze(_Reshaping):
    pass


class Expand(Op):
    """Dimensions of length 1 repeated without copying; backwards the repeats are summed."""

    formula = (r"\textstyle\sum \bar z \text{ over the repeated dimensions}",)

    def forward(a, shape):
        extra = len(shape) - a.ndim
        shape = tuple(a.shape[i - extra] if n == -1 and i >= extra else n for i, n in enumerate(shape))
        strides = (0,) * extra + tuple(
            0 if n == 1 and m != 1 else s for n, m, s in zip(a.shape, shape[extra:], a.strides, strict=True)
        )
        return backend.as_strided(a, shape, strides)

    def grad_a(g, a_shape):
        extra = g.ndim - len(a_shape)
        axes = (*range(extra), *(i + extra for i, n in enumerate(a_shape) if n == 1 and g.shape[i + extra] != 1))
        return np.reshape(np.sum(g, axis=axes, keepdims=True), a_shape) if axes else np.reshape(g, a_shape)


# ------------------------------------------------------------ parts
class Select(Op):
    """One index of a dimension, which vanishes."""

    formula = (r"\text{zeros, with } \bar z \text{ at that index}",)

    def forward(a, dim, number):
        return a[(slice(None),) * dim + (number, ...)]

    def grad_a(g, a_shape, dim, number):
        return place(g, a_shape, (slice(None),) * dim + (number, ...))


class Slice(Op):
    formula = (r"\text{zeros, with } \bar z \text{ in the slice}",)

    def forward(a, dim, span):
        return a[(slice(None),) * dim + (span, ...)]

    def grad_a(g, a_shape, dim, span):
        return place(g, a_shape, (slice(None),) * dim + (span, ...))


class Diagonal(Op):
    formula = (r"\text{zeros, with } \bar z \text{ on the diagonal}",)

    def forward(a, offset, dim1, dim2):
        z = np.diagonal(a, offset, dim1, dim2)
        return backend.as_strided(a, z.shape, z.strides, backend.first_byte(z) - backend.first_byte(a))

    def grad_a(g, a_shape, offset, dim1, dim2):
        return embed_diagonal(g, a_shape, offset, dim1, dim2)


class _Embed(Op):
    """A tensor of zeros with `a` at an index: what the gradient of a part is, and differentiable itself."""

    node_name = "EmbedBackward0"

    def forward(a, shape, where):
        z = backend.namespace(a).zeros(shape, a.dtype)
        z[where] = a
        return z

    def grad_a(g, where):
        return g[where]


class _EmbedDiagonal(Op):
    node_name = "DiagonalBackwardBackward0"

    def forward(a, shape, offset, dim1, dim2):
        z = backend.namespace(a).zeros(shape, a.dtype)
        Diagonal.forward(z, offset, dim1, dim2)[...] = a
        return z

    def grad_a(g, offset, dim1, dim2):
        how = {"offset": offset, "dim1": dim1, "dim2": dim2}
        return apply(Diagonal, g, **how) if isinstance(g, Tensor) else Diagonal.forward(g, **how)


def place(g: Any, shape: tuple[int, ...], index: Any) -> Any:
    """Zeros of `shape`, with `g` (array or Tensor) at a basic index."""
    if isinstance(g, Tensor):
        return apply(_Embed, g, shape=shape, where=index)
    return _Embed.forward(g, shape, index)


def embed_diagonal(g: Any, shape: tuple[int, ...], offset: int, dim1: int, dim2: int) -> Any:
    if isinstance(g, Tensor):
        return apply(_EmbedDiagonal, g, shape=shape, offset=offset, dim1=dim1, dim2=dim2)
    return _EmbedDiagonal.forward(g, shape, offset, dim1, dim2)


class _SeveralOutputs(Op):
    """An operation with several outputs: its gradients come by number, and those that nobody used are missing."""

    def missing(g: Gradients, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
        some = next(iter(g.values()))
        zeros = backend.namespace(some.array if isinstance(some, Tensor) else some).zeros
        dtype = (some.array if isinstance(some, Tensor) else some).dtype
        blank = (lambda s: wrap(zeros(s, dtype))) if isinstance(some, Tensor) else (lambda s: zeros(s, dtype))
        return [g[i] if i in g else blank(s) for i, s in enumerate(shapes)]


class Unbind(_SeveralOutputs):
    formula = (r"\text{the gradients of the outputs, stacked}",)

    def grad_a(g, a_shape, dim):
        rest = a_shape[:dim] + a_shape[dim + 1 :]
        return np.stack(_SeveralOutputs.missing(g, [rest] * a_shape[dim]), axis=dim)


class Split(_SeveralOutputs):
    formula = (r"\text{the gradients of the outputs, joined}",)

    def grad_a(g, a_shape, dim, sizes):
        shapes = [(*a_shape[:dim], n, *a_shape[dim + 1 :]) for n in sizes]
        return np.concatenate(_SeveralOutputs.missing(g, shapes), axis=dim)


class SplitWithSizes(Split):
    pass


# ------------------------------------------------------------ joining
class _Joining(Op):
    """An operation on a list of tensors; rule number i gives the gradient of the i-th."""

    __slots__ = ("inputs",)  # as many as this node was given
    part: Callable[..., Any]  # the gradient of one tensor, from that of the result

    def backward(self, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(None if args is None else self.part(g, *args) for args in saved)

    def with_history(self, saved: tuple[Any, ...], output: Any = None) -> tuple[Any, ...]:
        return saved  # only numbers


class Cat(_Joining):
    formula = (r"\text{the part of } \bar z \text{ that came from } a",)

    @staticmethod
    def part(g: Any, dim: int, start: int, stop: int, skipped: bool) -> Any:
        piece = g[(slice(None),) * dim + (slice(start, stop), ...)]
        return np.reshape(piece, (0,)) if skipped else piece


class Stack(_Joining):
    formula = (r"\text{the part of } \bar z \text{ that came from } a",)

    @staticmethod
    def part(g: Any, dim: int, index: int) -> Any:
        return g[(slice(None),) * dim + (index, ...)]


def join(op: type[Op], tensors: Sequence[Tensor], z: Any, saved: Sequence[tuple[Any, ...]]) -> Tensor:
    """The result of an operation on a list of tensors."""
    out = wrap(z)
    edges = [gradient_edge(x) for x in tensors] if mode.recording else []
    if any(edge is not None for edge in edges):
        node = record_joined(op, edges)
        node.saved = tuple(None if e is None else args for e, args in zip(edges, saved, strict=True))
        fits = tuple(None if x.array.dtype == z.dtype else (x.array.shape, x.array.dtype) for x in tensors)
        node.fit = fits if any(fits) else None
        out._node = node
    else:
        note_cut(out, *tensors)
    return out


def record_joined(op: type[Op], edges: list[Any]) -> Any:
    node = op.__new__(op)
    start(node)
    node.inputs = len(edges)
    node.first, node.second, node.rest = edges[0], edges[1] if len(edges) > 1 else None, tuple(edges[2:])
    return node
