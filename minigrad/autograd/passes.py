"""A whole backward pass: `backward()` and `grad()`, from the gradient it begins with to the `.grad` it ends in."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any

import numpy as np

from .. import backend, tensor
from . import anomaly, errors, versions
from .accumulate import Staged, own
from .edges import GradientEdge
from .engine import array_as_tensor, nodes_below, run
from .meta import Cut, gradient_edge, meta_of
from .modes import mode, passing
from .node import Freed, Node, Output
from .source import user_frame


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
    roots = make_roots(outputs, grad_tensors, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    spent = None if keep else Freed.now()
    staged = Staged(create_graph, roots)
    before = passing(create_graph)
    begun = versions.next_seq() if create_graph else 0
    try:
        if targets is None:
            drain(run(roots, spent, create_graph, staged=staged), create_graph)
        else:
            for target in targets:
                if isinstance(target, tensor.Tensor):
                    target.retain_grad()  # does nothing to leaves
            nodes = [_node_of(target, roots) for target in targets]
            wanted = needed_for(nodes, (node for node, _ in roots))
            wanted.update(nodes)  # as in PyTorch the nodes of `inputs` run too
            wanted.update(node.first for node in nodes if type(node) is Output and node.first is not None)
            staged.wanted = wanted.union(nodes)
            drain(run(roots, spent, create_graph, wanted, {}, staged), create_graph)
        del roots, staged.roots
        staged.commit()
    except BaseException:
        staged.take_back()
        raise
    finally:
        passing(create_graph, before)
        if create_graph:
            versions.recorded_passes.append((begun, versions.next_seq()))


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
    outs, targets = as_tuple(outputs), tuple(inputs.values()) if type(inputs) is dict else as_tuple(inputs)
    if is_grads_batched:
        raise RuntimeError("is_grads_batched is not supported: minigrad has no vmap. Call grad() once for each row.")
    if not targets:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    roots = make_roots(outs, grad_outputs, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    spent = None if keep else Freed.now()
    staged = Staged(create_graph, roots)
    before = passing(create_graph)
    begun = versions.next_seq() if create_graph else 0
    try:
        nodes = [_node_of(target, roots) for target in targets]
        found: dict[Node, Any] = dict.fromkeys(nodes)
        wanted = needed_for(nodes, (node for node, _ in roots))
        staged.wanted = wanted.union(nodes)
        drain(run(roots, spent, create_graph, wanted, found, staged), create_graph)
    finally:
        passing(create_graph, before)
        if create_graph:
            versions.recorded_passes.append((begun, versions.next_seq()))
    arrived = [found[node] for node in nodes]
    del found
    allow = materialize_grads if allow_unused is None else allow_unused
    for i, g in enumerate(arrived):
        if g is None and not allow:
            raise errors.unused_input(i, targets, roots)
    del roots, staged.roots
    staged.commit()  # of tensors that retain their gradient
    arrived.reverse()  # so that they can be taken from the end, one by one
    results: list[Any] = []
    frame = user_frame()
    cut = Cut("grad", frame.f_code, frame.f_lasti)  # for the message when somebody takes such a gradient's gradient
    for target in targets:
        g = arrived.pop()
        if g is None and materialize_grads:
            if not hasattr(target, "array"):
                raise RuntimeError("materialize_grads cannot be used when the given input is a GradientEdge")
            g = backend.namespace(target.array).zeros_like(target.array)
        if g is not None and not hasattr(g, "requires_grad"):
            g = array_as_tensor(own(g))
            meta_of(g).cut = cut
        results.append(g)
    return dict(zip(inputs, results, strict=True)) if type(inputs) is dict else tuple(results)  # type: ignore[return-value]


# ------------------------------------------------------------ how it goes in
def as_tuple(x: Any) -> tuple[Any, ...]:
    return (x,) if hasattr(x, "array") or isinstance(x, GradientEdge) else tuple(x)


def make_roots(outputs: tuple[Any, ...], grad_outputs: Any, create_graph: bool) -> list[tuple[Node, Any]]:
    """The nodes to begin at, each with the gradient to begin with."""
    grads = (None,) * len(outputs) if grad_outputs is None else as_tuple(grad_outputs)
    if len(grads) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(grads)} gradients")
    roots = []
    missing = None  # the first output without a graph: an error, but one that comes after the others
    for i, output in enumerate(outputs):
        g = grads[i]
        if type(output) is GradientEdge:
            output = output.stand_in()
        node = output._node or gradient_edge(output)
        if g is None:
            if node is not None:
                one = _one_like(output)
                roots.append((node, tensor.wrap(one) if create_graph else one))
        else:
            g = _fitting(g, output, i)
            if node is not None:
                roots.append((node, g if create_graph else g.array))
        if node is None and missing is None:
            missing = i, output
    if missing is not None:
        raise errors.no_graph(*missing)
    return roots


def _fitting(g: Any, output: Any, i: int) -> Any:
    """The gradient given for the output number i, in its dtype, if its shape is right."""
    if not hasattr(g, "array"):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(g).__name__}")
    array = output.array
    if array is None:  # of an edge whose tensor is gone
        return g
    if g.array.shape != array.shape:
        raise errors.gradient_shape(i, g, output)
    return g if g.array.dtype is array.dtype or g.array.dtype == array.dtype else g.to(output.dtype)


def _one_like(output: Any) -> Any:
    """The gradient that a tensor with one element begins with."""
    array = output.array
    if type(array) is np.ndarray and not array.shape and array.dtype.kind == "f":
        return np.array(1, array.dtype)  # a quarter of what `np.ones_like` takes
    if array.size != 1:
        raise errors.not_scalar(output)
    if array.dtype.kind != "f":
        what = "grad can be implicitly created only for real scalar outputs but got"
        raise RuntimeError(f"{what} {output.dtype}")
    return backend.namespace(array).ones(array.shape, array.dtype)


def _node_of(target: Any, roots: list[tuple[Node, Any]]) -> Node:
    """The node where the gradient of one of the `inputs` arrives."""
    if isinstance(target, GradientEdge):
        return target.find_below(node for node, _ in roots)
    node = gradient_edge(target)
    if node is None:
        raise errors.no_graph_input(target)
    return node


def needed_for(targets: Iterable[Node], roots: Iterable[Node]) -> set[Node]:
    """The nodes below `roots` from which one of the targets can be reached."""
    reaching = set(targets)
    reaching.update([node.first for node in reaching if type(node) is Output and node.first is not None])
    needed = set()
    for node in sorted(nodes_below(roots), key=_number):  # oldest first: a node's inputs before the node
        if node.first in reaching or node.second in reaching or not reaching.isdisjoint(node.rest if node.rare else ()):
            reaching.add(node)
            needed.add(node)
    return needed


_number = attrgetter("seq")


# ------------------------------------------------------------ how it runs
DEEPEST = 20
"""How many passes may stand one inside another on one stack, each started by a hook or a Function of the last."""


def _noted(steps: Iterator[Any]) -> Iterator[Any]:
    """The same steps; when the rule of each was done is noted: what comes after it are the engine's own sums."""
    for each in steps:
        versions.recorded_rules.note()
        yield each


def drain(steps: Iterator[Any], recorded: bool = False) -> None:
    """Run a pass to its end and keep nothing of it but, if it is `recorded`, which rules ran when."""
    if recorded:
        steps = _noted(steps)
    try:
        if mode.depth < DEEPEST:
            for _ in steps:
                pass
        else:
            _on_a_fresh_stack(lambda: deque(steps, maxlen=0))
    except Exception as error:
        if anomaly.watcher is not None:
            anomaly.watcher.failed(error)
        cause = error.__cause__
        if type(error) is RuntimeError and isinstance(cause, StopIteration):
            raise cause from None  # of a hook or a Function: Python lets none out of `run`
        raise


def _on_a_fresh_stack(work: Callable[[], object]) -> None:
    """Do this in a thread of its own, whose stack is empty, under the modes of the present thread."""
    modes = {**vars(mode), "depth": 0}
    failure: list[BaseException] = []

    def run_there() -> None:
        vars(mode).update(modes)
        try:
            work()
        except BaseException as error:  # raised again below, in the thread that waits for it
            failure.append(error)

    thread = threading.Thread(target=run_there)
    thread.start()
    thread.join()
    if failure:
        raise failure.pop()
