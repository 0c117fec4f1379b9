"""The engine: one generator that runs a graph backwards; `backward()` and `grad()` drain it, the stepper watches it.

No recursion and no first pass over the graph: nodes are numbered when they are made, and a node's consumers are always
newer than the node. So the newest node that a gradient has reached has received all it will ever get, and is run next.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush, heappushpop
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import backend, tensor
from . import errors, versions
from .meta import AutogradMeta, Cut, gradient_edge, meta_of, tracked
from .modes import mode
from .node import AccumulateGrad, Freed, Node
from .source import user_frame

if TYPE_CHECKING:
    from ..tensor import Tensor

Step = tuple[Node, Any, tuple[Any, ...], tuple[Any, ...]]
Staged = list[tuple["Tensor", Any]]
_committing = threading.Lock()


def run(
    roots: Iterable[tuple[Node, Any]],
    keep: bool,
    create_graph: bool = False,
    wanted: set[Node] | None = None,
    arrived: dict[Node, Any] | None = None,
    staged: Staged | None = None,
) -> Iterator[Step]:
    """Run the graph below `roots`, newest node first.

    Parameters
    ----------
    roots : iterable of (node, gradient)
    keep : bool
        Keep what the nodes saved; otherwise each node's is freed as soon as it has run.
    create_graph : bool
        Gradients are tensors, not arrays, and what is done with them is recorded.
    wanted : set of Node, optional
        Run only these (`grad` and `inputs=`).
    arrived : dict, optional
        Its keys are nodes whose incoming gradient is asked for, and gets written in as their value.
    staged : list, optional
        Where gradients for `.grad` are collected. Without it no hook runs: a recording changes nothing.

    Yields
    ------
    (node, incoming, raw, outgoing)
        The node just run; the sum of the gradients that reached it; what its rules returned; and the same after
        broadcasts were undone, one for each of the node's edges.
    """
    spent = () if keep else Freed.now()
    waiting: dict[Node, Any] = {}  # gradients that have reached a node which has not run yet
    newest_first: list[tuple[int, Node]] = []  # the same nodes, as a heap

    for node, g in roots:
        _hand_on(node, g, waiting, newest_first)
    following: Node | None = None
    while following is not None or newest_first:
        if following is None:
            node = heappop(newest_first)[1]
            g = waiting.pop(node)
        elif newest_first and newest_first[0][0] < -following.seq:
            node = heappushpop(newest_first, (-following.seq, following))[1]
            waiting[following] = g
            g = waiting.pop(node)
        else:
            node = following
        following = None

        rare = node.rare
        if rare is not None and rare.hooks is not None and staged is not None:
            g = run_hooks(node, g, staged)
        if arrived is not None:
            if node in arrived:
                arrived[node] = g
            if node not in wanted:  # type: ignore[operator]
                continue

        if type(node) is AccumulateGrad:
            if staged is not None:
                staged.append((node.variable, g))
            yield node, g, (), ()
            continue
        saved = node.saved
        if node.holds_values:
            if type(saved) is Freed:
                raise errors.second_backward(node)
            if node.seq < versions.last_write:
                node.check_versions()
            raw = outgoing = node.backward(g, node.saved_tensors() if create_graph else saved)
            if not keep:
                node.saved = spent
        else:
            raw = outgoing = node.backward(g, saved)
        if rare is not None and rare.fit is not None:
            outgoing = fitted(rare.fit, raw)
        yield node, g, raw, outgoing

        # The newest node reached, if nothing else has reached it yet, is likely the next: it need not go through the heap.
        first, second = node.first, node.second
        if first is not None and outgoing[0] is not None:
            if first in waiting:
                waiting[first] = waiting[first] + outgoing[0]
            else:
                following, g = first, outgoing[0]
        if second is not None and outgoing[1] is not None:
            if following is None and second not in waiting:
                following, g = second, outgoing[1]
            elif second is following:
                g = g + outgoing[1]
            elif following is not None and second.seq > following.seq and second not in waiting:
                _hand_on(following, g, waiting, newest_first)
                following, g = second, outgoing[1]
            else:
                _hand_on(second, outgoing[1], waiting, newest_first)
        if rare is not None and rare.rest:
            if following is not None:
                _hand_on(following, g, waiting, newest_first)
                following = None
            for target, d in zip(rare.rest, outgoing[2:], strict=True):
                if target is not None and d is not None:
                    _hand_on(target, d, waiting, newest_first)


def _hand_on(target: Node, g: Any, waiting: dict[Node, Any], newest_first: list[tuple[int, Node]]) -> None:
    """Add a gradient to what waits for a node."""
    if target in waiting:
        waiting[target] = waiting[target] + g
    else:
        waiting[target] = g
        heappush(newest_first, (-target.seq, target))


def fitted(fits: tuple[Any, ...], outgoing: tuple[Any, ...]) -> tuple[Any, ...]:
    """Undo broadcasting and conversions: each gradient gets its input's shape (by sums) and type."""
    return tuple(
        [g if fit is None or g is None else sum_to(g, *fit) for g, fit in zip(outgoing, fits, strict=True)]
    )


def sum_to(g: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Sum `g` over the dimensions that broadcasting gave it, down to `shape`, and cast it to `dtype`."""
    if g.shape != shape:
        extra = g.ndim - len(shape)
        stretched = tuple(i + extra for i, n in enumerate(shape) if n == 1 and g.shape[i + extra] != 1)
        axes = (*range(extra), *stretched)
        if axes:
            g = np.sum(g, axis=axes, keepdims=True)
        g = np.reshape(g, shape)
    return g if backend.dtype_of(g) == dtype else backend.cast(g, dtype)


class Retain:
    """A hook that has the gradient of a non-leaf written to its `.grad` (`Tensor.retain_grad`)."""

    def __init__(self, x: Tensor) -> None:
        self.tensor = weakref.ref(x)


def run_hooks(node: Node, g: Any, staged: Staged) -> Any:
    """Show the incoming gradient to the node's hooks; each may hand back another in its place."""
    assert node.hooks is not None
    for hook in list(node.hooks):
        if isinstance(hook, Retain):
            tensor = hook.tensor()
            if tensor is not None:
                staged.append((tensor, g))
            continue
        replacement = hook(g if hasattr(g, "requires_grad") else _tensor(g))
        if replacement is not None:
            g = replacement if hasattr(g, "requires_grad") else replacement.array
    return g


def retain(x: Tensor) -> None:
    """Have every successful pass write the gradient of this non-leaf to its `.grad`."""
    node, meta = gradient_edge(x), meta_of(x)
    assert node is not None
    if not meta.retains_grad:
        meta.retains_grad = True
        node.hooks = [*(node.hooks or ()), Retain(x)]


# ------------------------------------------------------------ what users call
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
        See `minigrad.autograd.errors`. No `.grad` has changed then; but what the pass had freed by then stays freed, as in
        PyTorch.

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
            for _ in run(roots, keep, create_graph, staged=staged):
                pass
            del roots, _
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
            "Expected allow_unused to be True or not passed when materialize_grads=True, "
            "but got: allow_unused=False."
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
            g = _tensor(own(g))
            g._meta = AutogradMeta(cut=cut)
        results.append(g)
    return tuple(results)


def walk(roots: Iterable[tuple[Node, Any]], *, keep: bool = True) -> Iterator[Step]:
    """Run a graph for a spectator: no hook runs, no `.grad` changes, and nothing is freed unless `keep` is False.

    Parameters
    ----------
    roots : iterable of (Node, array)

    Yields
    ------
    (node, incoming, raw, outgoing), as `run` does; all gradients are arrays.
    """
    roots = list(roots)
    missing = _uses_of_leaves(node for node, _ in roots)
    sums: dict[Node, Any] = {}

    def arrive(leaf: Any, g: Any) -> Iterator[Step]:
        """Leaves are told as soon as all that they wait for has come, as in PyTorch (`run` comes to some later)."""
        if g is not None:
            sums[leaf] = sums[leaf] + g if leaf in sums else g
        if not missing[leaf] and leaf in sums:
            yield leaf, sums[leaf], (), ()

    for node, g in roots:
        if node in missing:
            yield from arrive(node, g)
    steps = run(roots, keep)
    while True:
        before, mode.recording = mode.recording, False
        try:
            step = next(steps, None)
        finally:
            mode.recording = before
        if step is None:
            return
        node, outgoing = step[0], step[3]
        if node in missing:
            continue
        yield step
        for target, g in zip(node.edges, outgoing, strict=True):
            if target in missing:
                missing[target] -= 1
                yield from arrive(target, g)


def _uses_of_leaves(roots: Iterable[Node]) -> dict[Node, int]:
    """How many edges of the graph below `roots` lead to each of its leaves."""
    uses: dict[Node, int] = {}
    seen = set(roots)
    stack = list(seen)
    while stack:
        node = stack.pop()
        if type(node) is AccumulateGrad:
            uses.setdefault(node, 0)
        for edge in node.edges:
            if type(edge) is AccumulateGrad:
                uses[edge] = uses.get(edge, 0) + 1
            if edge is not None and edge not in seen:
                seen.add(edge)
                stack.append(edge)
    return uses


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
        if g is None:
            if not tracked(output):
                raise errors.no_graph(i, output)
            array = output.array
            if array.size != 1:
                raise errors.not_scalar(output)
            if array.dtype.kind != "f":
                raise RuntimeError(f"grad can be implicitly created only for real scalar outputs but got {output.dtype}")
            g = tensor.wrap(backend.namespace(array).ones(array.shape, array.dtype))
        elif not hasattr(g, "array"):
            raise TypeError(
                f"gradients can be either Tensors or None, but got {type(g).__name__}"
            )
        elif g.array.shape != output.array.shape:
            raise errors.gradient_shape(i, g, output)
        node = gradient_edge(output)
        if node is None:
            raise errors.no_graph(i, output)
        if g.array.dtype != output.array.dtype:
            g = g.to(output.dtype)
        roots.append((node, g if create_graph else g.array))
    return roots


def _arrivals(
    roots: list[tuple[Node, Any]], targets: tuple[Tensor, ...], keep: bool, create_graph: bool, staged: Staged
) -> list[Any]:
    """Run only what lies between `roots` and `targets`; the gradient that reached each target."""
    nodes = []
    for target in targets:
        node = gradient_edge(target)
        if node is None:
            raise errors.no_graph_input(target)
        nodes.append(node)
    arrived: dict[Node, Any] = dict.fromkeys(nodes)
    for _ in run(roots, keep, create_graph, needed_for(nodes, (node for node, _ in roots)), arrived, staged):
        pass
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
                meta.grad = _tensor(own(g))
            elif meta.retains_grad:
                meta.grad = _tensor(meta.grad.array + g)
            else:
                total = meta.grad.array
                total += g
                versions.note_write(total, "backward", None, 0)


def _recorded_copy(g: Tensor) -> Tensor:
    from ..ops.index import copy_

    return copy_(tensor.wrap(backend.namespace(g.array).empty_like(g.array)), g)


def own(g: Any) -> Any:
    """`g` itself if nobody but the caller holds it, else a copy: a gradient never shares its memory with another."""
    # The three references are the caller's variable, this function's, and the counting function's.
    if type(g) is np.ndarray and g.base is None and sys.getrefcount(g) <= 3:
        return g
    return backend.namespace(g).array(g)


def _tensor(array: Any) -> Tensor:
    return tensor.wrap(array if type(array) is np.ndarray else backend.as_array(array))
