"""A whole backward pass: `backward()` and `grad()`, from the gradient it begins with to the `.grad` it ends in."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backend, tensor
from . import errors, versions
from .engine import Staged, array_as_tensor, run
from .meta import AutogradMeta, Cut, gradient_edge, meta_of, tracked
from .modes import mode
from .node import Freed, Node
from .source import user_frame

if TYPE_CHECKING:
    from ..tensor import Tensor

_committing = threading.Lock()


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    *,
    inputs: Any = None,
) -> None:
    """Add the derivatives of the sum of `tensors` with respect to every leaf to the leaves' `.grad`.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
        What is differentiated.
    grad_tensors : Tensor, None, or sequence of these
        The vector of the vector-Jacobian product for each tensor; None for a tensor with one element.
    retain_graph : bool, optional
        Keep what the graph saved, for a second backward. Default: the value of `create_graph`.
    create_graph : bool
        Record the backward pass itself, for derivatives of derivatives.
    inputs : Tensor or sequence of Tensor, optional
        Accumulate into these only.

    Raises
    ------
    RuntimeError
        See `minigrad.autograd.errors`. No `.grad` has changed then; but what the pass had freed by then stays freed, as
        in PyTorch.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor([1., 2.], requires_grad=True)
    >>> minigrad.autograd.backward([x.sum(), (x * x).sum()])
    >>> x.grad
    tensor([3., 5.])
    """
    outputs = as_tuple(tensors)
    targets = None if inputs is None else as_tuple(inputs)
    if targets is not None and not targets:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    roots = make_roots(outputs, grad_tensors, create_graph, of_backward=True)
    keep = create_graph if retain_graph is None else retain_graph
    staged: Staged = []
    before, mode.recording = mode.recording, create_graph
    try:
        if targets is None:
            spent = None if keep else Freed.now()
            deque(run(roots, spent, create_graph, staged=staged), maxlen=0)  # runs it to the end and keeps nothing
            del roots
        else:
            for target in targets:
                target.retain_grad()  # does nothing to leaves
            leaves = tuple({id(target): target for target in targets if target.is_leaf}.values())
            others = tuple(target for target in targets if not target.is_leaf)
            arrived = _arrivals(roots, leaves + others, keep, create_graph, staged)
            staged.extend((leaf, g) for leaf, g in zip(leaves, arrived, strict=False) if g is not None)
            del roots, arrived
        commit(staged, create_graph)
    finally:
        mode.recording = before


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The derivatives of the sum of `outputs` with respect to `inputs`; no `.grad` changes.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensor
    grad_outputs : Tensor, None, or sequence of these
        The vector of the vector-Jacobian product for each output; None for an output with one element.
    retain_graph : bool, optional
        Keep what the graph saved, for a second backward. Default: the value of `create_graph`.
    create_graph : bool
        Record the backward pass itself, for derivatives of derivatives.
    allow_unused : bool, optional
        Return None for an input that the outputs do not depend on, instead of raising.
        Default: the value of `materialize_grads`.
    materialize_grads : bool
        Return zeros instead of None.

    Returns
    -------
    tuple of (Tensor or None), one for each input

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor(3., requires_grad=True)
    >>> minigrad.autograd.grad(x ** 2, x)
    (tensor(6.),)
    """
    outs, targets = as_tuple(outputs), as_tuple(inputs)
    if is_grads_batched:
        raise RuntimeError("is_grads_batched is not supported: minigrad has no vmap. Call grad() once for each row.")
    if not targets:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    roots = make_roots(outs, grad_outputs, create_graph, of_backward=False)
    keep = create_graph if retain_graph is None else retain_graph
    staged: Staged = []
    before, mode.recording = mode.recording, create_graph
    try:
        arrived = _arrivals(roots, targets, keep, create_graph, staged)
    finally:
        mode.recording = before
    allow = materialize_grads if allow_unused is None else allow_unused
    for i, g in enumerate(arrived):
        if g is None and not allow:
            raise errors.unused_input(i, targets, roots)
    del roots
    commit(staged, create_graph)
    arrived.reverse()  # so that they can be taken from the end, one by one
    results: list[Any] = []
    frame = user_frame()
    cut = Cut("grad", frame.f_code, frame.f_lasti)  # for the message when somebody takes such a gradient's gradient
    for target in targets:
        g = arrived.pop()
        if g is None and materialize_grads:
            g = backend.namespace(target.array).zeros_like(target.array)
        if g is not None and not hasattr(g, "requires_grad"):
            g = array_as_tensor(own(g))
            g._meta = AutogradMeta(cut=cut)
        results.append(g)
    return tuple(results)


# ------------------------------------------------------------ how it goes in
def as_tuple(x: Any) -> tuple[Any, ...]:
    return tuple(x) if not hasattr(x, "array") and isinstance(x, Sequence) else (x,)


def make_roots(
    outputs: tuple[Tensor, ...], grad_outputs: Any, create_graph: bool, of_backward: bool
) -> list[tuple[Node, Any]]:
    """The nodes to begin at, each with the gradient to begin with."""
    grads = (None,) * len(outputs) if grad_outputs is None else as_tuple(grad_outputs)
    if len(grads) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(grads)} gradients")
    roots = []
    for i, (output, g) in enumerate(zip(outputs, grads, strict=True)):
        array = output.array
        if g is None:
            node = gradient_edge(output)
            if node is None:
                raise errors.no_graph(i, output)
            if array.size != 1:
                raise errors.not_scalar(output)
            if array.dtype.kind != "f":
                what = "grad can be implicitly created only for real scalar outputs but got"
                raise RuntimeError(f"{what} {output.dtype}")
            one = _one_like(array)
            roots.append((node, tensor.wrap(one) if create_graph else one))
            continue
        if not hasattr(g, "array"):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(g).__name__}")
        if g.array.shape != array.shape:
            raise errors.gradient_shape(i, g, output)
        node = gradient_edge(output)
        if node is None:
            raise errors.no_graph(i, output)
        if g.array.dtype is not array.dtype and g.array.dtype != array.dtype:
            g = g.to(output.dtype)
        roots.append((node, g if create_graph else g.array))
    return roots


def _one_like(array: Any) -> Any:
    """The gradient that a tensor with one element begins with."""
    if type(array) is np.ndarray and not array.shape:
        return np.array(1, array.dtype)  # a quarter of what `np.ones_like` takes
    return backend.namespace(array).ones(array.shape, array.dtype)


def _arrivals(
    roots: list[tuple[Node, Any]], targets: tuple[Tensor, ...], keep: bool, create_graph: bool, staged: Staged
) -> list[Any]:
    """Run only what lies between `roots` and `targets`; the gradient that reached each target."""
    spent = None if keep else Freed.now()
    nodes = []
    for target in targets:
        node = gradient_edge(target)
        if node is None:
            raise errors.no_graph_input(target)
        nodes.append(node)
    arrived: dict[Node, Any] = dict.fromkeys(nodes)
    deque(run(roots, spent, create_graph, needed_for(nodes, (node for node, _ in roots)), arrived, staged), maxlen=0)
    return [arrived[node] for node in nodes]


def needed_for(targets: Iterable[Node], roots: Iterable[Node]) -> set[Node]:
    """The nodes below `roots` from which one of the targets can be reached."""
    seen: set[Node] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(edge for edge in node.edges if edge is not None)
    reaching = set(targets)
    needed = set()
    for node in sorted(seen, key=lambda node: node.seq):  # oldest first: a node's inputs before the node
        if any(edge in reaching for edge in node.edges):
            reaching.add(node)
            needed.add(node)
    return needed


# ------------------------------------------------------------ how it comes out
def commit(staged: Staged, create_graph: bool) -> None:
    """Write the gradients of a pass that has succeeded: until here no `.grad` has changed."""
    staged.reverse()
    with _committing:
        while staged:
            variable, g = staged.pop()
            meta = meta_of(variable)
            if not meta.requires_grad and not tracked(variable):  # its flag was taken away since the graph was made
                continue
            if create_graph:
                meta.grad = _recorded_copy(g) if meta.grad is None else meta.grad + g
            elif meta.grad is None:
                meta.grad = tensor.wrap(own(g))
            elif meta.retains_grad:
                meta.grad = array_as_tensor(meta.grad.array + g)
            else:
                total = meta.grad.array
                total += g
                versions.note_write(total, "backward", None, 0)


def _recorded_copy(g: Tensor) -> Tensor:
    from ..ops.index import copy_

    return copy_(tensor.wrap(backend.namespace(g.array).empty_like(g.array)), g)


def _count_alone() -> int:
    """What `sys.getrefcount` says within `own` of an array that only its caller holds: it differs between Pythons."""

    def own(g: Any) -> int:
        return sys.getrefcount(g)

    g = np.empty(0)
    count = own(g)
    return count


_ALONE = _count_alone()


def own(g: Any) -> Any:
    """`g` itself if nobody but the caller holds it, else a copy: a gradient never shares its memory with another."""
    if type(g) is np.ndarray and g.base is None and sys.getrefcount(g) <= _ALONE:
        return g
    return backend.namespace(g).array(g)
