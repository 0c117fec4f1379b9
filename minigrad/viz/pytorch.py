"""PyTorch's graphs, recorded as minigrad's own are: its nodes answer the protocol of `graph.py`, `walk` is the engine.

PyTorch's engine would run the learner's hooks and fill `.grad`. So each node is called by itself here, in the order in
which the engine would, and what the engine does between nodes is done here: sums, broadcasts undone, types converted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Any

from ..autograd.source import Place
from .pytorch_rules import formula_of, symbols_of

UNSIGNED = 2**64  # PyTorch hands out a saved -1 as this less 1


class TorchNode:
    """A node of PyTorch's graph, `original`; `known` has the one wrapper of each node."""

    def __init__(self, original: Any, known: dict[Any, TorchNode]) -> None:
        self.original, self._known = original, known
        self.seq = original._sequence_nr()  # of leaves the largest number there is: they run first
        self.came = 0  # nodes with the same number run in the order in which they became ready
        self.variable = Leaf(original.variable) if hasattr(original, "variable") else None
        known[original] = self

    @property
    def next_functions(self) -> tuple[tuple[TorchNode | None, int], ...]:
        """As PyTorch's, of wrappers."""
        return tuple(
            (None if node is None else self._known.get(node) or TorchNode(node, self._known), output)
            for node, output in self.original.next_functions
        )

    @property
    def formula(self) -> tuple[str, ...]:
        """The rules of minigrad's operation of the same name, where there is one."""
        return formula_of(self.original)

    @property
    def dtype(self) -> str:
        """The type of its output, or of the leaf."""
        return str(self.original._input_metadata[0].dtype).rpartition(".")[2]

    def name(self) -> str:
        """The node's name."""
        return self.original.name()

    def _sequence_nr(self) -> int:
        return self.seq

    def __lt__(self, other: TorchNode) -> bool:
        return (-self.seq, self.came) < (-other.seq, other.came)  # the newest first, in a heap

    def where(self) -> Place | None:
        """The line that made the node: PyTorch notes it in anomaly mode only."""
        return _place(self.original.metadata.get("traceback_"))

    def saved_values(self) -> dict[str, Any]:
        """The saved tensors and numbers, by the letters of minigrad's formulas; else by PyTorch's names."""
        values = {}
        for name, value in self._saved():
            if _is_tensor(value):
                values[name] = as_array(value)
            elif isinstance(value, int | float) and name in symbols_of(self.original).values():
                values[name] = value - UNSIGNED if isinstance(value, int) and value >= UNSIGNED // 2 else value
        return values

    @property
    def freed(self) -> bool:
        """Whether backward has freed what it saved."""
        return "second time" in self._complaint()

    @property
    def overwritten(self) -> bool:
        """Whether a saved tensor was changed in place."""
        return "inplace operation" in self._complaint()

    def _complaint(self) -> str:
        """What PyTorch says to one who reads what is saved; "" if it can be read."""
        names = [name for name in dir(self.original) if name.startswith("_saved_")]
        for name in names if callable(self.original) else ["saved_tensors"]:
            try:
                getattr(self.original, name)
            except RuntimeError as error:
                return str(error)
        return ""

    def saved_arrays(self) -> Iterator[tuple[str, Any]]:
        """The saved tensors themselves, whose memory is counted."""
        for name, value in self._saved():
            for part in value if isinstance(value, tuple) else (value,):
                if _is_tensor(part) and str(part.layout) == "torch.strided":
                    yield name, part

    def _saved(self) -> Iterator[tuple[str, Any]]:
        """All that can still be read: a value that was freed or changed in place is passed over."""
        symbols = symbols_of(self.original)
        try:
            for number, value in enumerate(getattr(self.original, "saved_tensors", None) or ()):
                yield f"saved {number}", value
        except RuntimeError:
            return
        for attribute in dir(self.original):
            if attribute.startswith("_saved_"):
                name = attribute.removeprefix("_saved_")
                try:
                    yield symbols.get(name, name), getattr(self.original, attribute)
                except RuntimeError:
                    continue


class Leaf:
    """A leaf, or its `.grad`, as the recorder asks for it."""

    def __init__(self, original: Any) -> None:
        self.original = original
        self.shape, self.dtype = tuple(original.shape), original.dtype

    @property
    def grad(self) -> Leaf | None:
        """What has been accumulated so far."""
        return None if self.original.grad is None else Leaf(self.original.grad)

    @property
    def array(self) -> Any:
        """The numbers."""
        return as_array(self.original)


def root_of(x: Any) -> TorchNode:
    """The node at which a backward pass from `x` begins, or PyTorch's error where there is none."""
    if x.grad_fn is not None:
        return TorchNode(x.grad_fn, {})
    if not x.requires_grad:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    from torch.autograd.graph import get_gradient_edge

    return TorchNode(get_gradient_edge(x).node, {})


def gradient_of(x: Any, gradient: Any) -> tuple[Any, Exception | None]:
    """The gradient that the walk begins with, and PyTorch's error if it does not fit."""
    import torch

    if gradient is None:
        if x.numel() != 1:
            raise RuntimeError(
                "grad can be implicitly created only for scalar outputs. "
                f"This tensor has shape {tuple(x.shape)}: pass step a gradient of that shape."
            )
        return torch.ones_like(x), None
    if not isinstance(gradient, torch.Tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if gradient.shape != x.shape:
        sentence = (
            f"Mismatch in shape: grad_output[0] has a shape of {gradient.shape} and output[0] has a shape of {x.shape}."
        )
        return gradient, RuntimeError(sentence)
    return gradient.to(x.dtype), None


def walk(root: TorchNode, output: int, gradient: Any) -> Iterator[tuple[TorchNode, Any, Any, Any]]:
    """Run a graph for a spectator: no hook runs, no `.grad` changes, and nothing is freed.

    Parameters
    ----------
    root : where the pass begins.
    output, gradient : which of its outputs is given which gradient.

    Yields
    ------
    (node, incoming, raw, outgoing), as minigrad's engine does; all gradients are NumPy arrays. An error of a node has
    it as `failed_at`.
    """
    missing = _consumers(root)
    arrived: dict[TorchNode, dict[int, Any]] = {root: {output: gradient}}
    ready, order = [root], count()
    while ready:
        node = heappop(ready)
        given = dict(sorted(arrived.pop(node, {}).items()))
        if node.variable is not None:
            if given:
                yield node, as_array(given[0]), (), ()
            continue
        raw = outgoing = (None,) * len(node.next_functions)
        if given:  # as in minigrad, a node that nothing reached hands on nothing
            try:
                raw = _called(node.original, given)
                outgoing = tuple(_fitted(node, slot, g) for slot, g in enumerate(raw))
            except Exception as error:
                error.failed_at = node  # type: ignore[attr-defined]
                raise
            incoming = {number: as_array(g) for number, g in given.items()}
            alone = len(node.original._input_metadata) == 1
            yield node, incoming[0] if alone else incoming, _arrays(raw), _arrays(outgoing)
        for (target, number), g in zip(node.next_functions, outgoing, strict=True):
            if target is None:
                continue
            if g is not None:
                sums = arrived.setdefault(target, {})
                sums[number] = sums[number] + g if number in sums else g
            missing[target] -= 1
            if not missing[target]:
                target.came = next(order)
                heappush(ready, target)


def _consumers(root: TorchNode) -> Counter[TorchNode]:
    """How many edges of the graph below `root` lead to each node."""
    counts: Counter[TorchNode] = Counter()
    seen, stack = {root}, [root]
    while stack:
        for target, _ in stack.pop().next_functions:
            if target is not None:
                counts[target] += 1
                if target not in seen:
                    seen.add(target)
                    stack.append(target)
    return counts


def _called(original: Any, given: dict[int, Any]) -> tuple[Any, ...]:
    """What the node's own rule returns: a gradient or None for each of its edges."""
    import torch

    gradients = [given.get(number) for number in range(len(original._input_metadata))]
    with torch.no_grad():
        if callable(original):
            returned = original(*gradients)
            return returned if isinstance(returned, tuple) else (returned,)
        # A torch.autograd.Function of the learner's own: zeros, also where `set_materialize_grads(False)` asks for None
        # (which cannot be read); the gradients are the same.
        blank = zip(gradients, original._input_metadata, strict=True)
        returned = original.apply(
            *(torch.zeros(tuple(m.shape), dtype=m.dtype, device=m.device) if g is None else g for g, m in blank)
        )
    returned = returned if isinstance(returned, tuple) else (returned,)
    wanted = iter([g for g, needed in zip(returned, original.needs_input_grad, strict=False) if needed])
    return tuple(None if target is None else next(wanted, None) for target, _ in original.next_functions)


def _fitted(node: TorchNode, slot: int, g: Any) -> Any:
    """The gradient summed to its input's shape where that was broadcast, and of its type."""
    target, number = node.next_functions[slot]
    if g is None or target is None:
        return None
    like = target.original._input_metadata[number]
    shape = tuple(like.shape)
    if tuple(g.shape) != shape:
        try:
            g = g.sum_to_size(shape)
        except RuntimeError:
            raise RuntimeError(
                f"Function {node.name()} returned an invalid gradient at index {slot} - got {list(g.shape)} "
                f"but expected shape compatible with {list(shape)}"
            ) from None
    return g.to(like.dtype)


def as_array(tensor: Any) -> Any:
    """A tensor's numbers as a NumPy array (bfloat16, which NumPy does not know, as float32).

    Raises
    ------
    TypeError
        For complex numbers, which the stepper does not show.
    """
    import torch

    if tensor.is_complex():
        raise TypeError("step shows real numbers, and this graph holds complex ones")
    tensor = tensor.detach()
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    if tensor.is_floating_point() and tensor.dtype not in (torch.float64, torch.float32, torch.float16):
        tensor = tensor.float()
    return tensor.resolve_neg().cpu().numpy()


def _arrays(gradients: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if g is None else as_array(g) for g in gradients)


def _is_tensor(value: Any) -> bool:
    return hasattr(value, "untyped_storage")


def _place(stack: list[str] | None) -> Place | None:
    """The learner's line in the stack that PyTorch's anomaly mode has noted."""
    for entry in reversed(stack or []):
        found = re.match(r'\s*File "(.*)", line (\d+), in .*\n?(.*)', entry)
        if found and "/torch/" not in found[1].replace("\\", "/"):
            line = int(found[2])
            return Place(found[1], line, line, 0, 0, found[3].strip(), "")
    return None
