"""The node that a call of a custom Function leaves in the graph: it runs the user's backward."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..tensor import Tensor, wrap
from . import errors, inference
from .context import FunctionCtx
from .engine import array_as_tensor
from .meta import gradient_edge, rejoin, tracked
from .modes import inside
from .node import Freed, Gradients, Node, Output, start

if TYPE_CHECKING:
    from .function import Function

LETTERS = "abcd"  # what the stepper and the messages call the tensors that go in

_saved_slot: Any = Node.__dict__["saved"]


class FunctionNode(Node):
    """The node of one call of a custom Function; each Function has a subclass of its own, named after it.

    Attributes
    ----------
    attributes : dict
        What the user has set on `ctx`, which is a handle of this node (`function.FunctionCtx`).
    needs_input_grad, to_save, dirty_tensors, non_differentiable, materialize_grads
        As in PyTorch, set through `ctx`.
    given : tuple of bool
        Which arguments of `apply` were tensors.
    results : list of (array module, shape, dtype) or None
        Each output as it must be known to make zeros for it; None for one that is no tensor.
    kept : tuple or None
        For each saved array what makes it a tensor again: the tensor itself, the number of an output, or the node its
        gradient flows into. None as long as nothing is recorded.
    symbols : tuple of str
        What the saved arrays are called.
    current : tuple or None
        The saved tensors for the call of `backward` that runs now, where these know their history.
    """

    __slots__ = (
        "attributes",
        "current",
        "dirty_tensors",
        "given",
        "inputs",
        "kept",
        "materialize_grads",
        "needs_input_grad",
        "non_differentiable",
        "results",
        "symbols",
        "to_save",
    )

    inputs: int
    attributes: dict[str, Any]
    current: tuple[Any, ...] | None
    dirty_tensors: tuple[Any, ...] | None
    given: tuple[bool, ...]
    kept: tuple[Any, ...] | None
    materialize_grads: bool
    needs_input_grad: tuple[bool, ...]
    non_differentiable: tuple[Any, ...] | None
    results: list[Any]
    symbols: tuple[str, ...]
    to_save: tuple[Any, ...] | None
    _forward_cls: type[Function]
    holds_values = runs_on_nothing = True
    variable = None  # a name of the user's must not make it look like a leaf

    def __init__(self, args: tuple[Any, ...]) -> None:
        object.__setattr__(self, "attributes", {})
        start(self)
        self.to_save = self.dirty_tensors = self.non_differentiable = self.kept = self.current = None
        self.materialize_grads = True
        self.given = tuple(isinstance(x, Tensor) for x in args)
        self.needs_input_grad = tuple(is_tensor and tracked(x) for x, is_tensor in zip(args, self.given, strict=True))
        self.inputs, self.results, self.symbols = 0, [], ()

    def connect(self, tensors: list[Tensor]) -> None:
        """Set where the gradients go: one edge for each tensor among the arguments."""
        edges = [gradient_edge(x) for x in tensors]
        self.inputs = len(edges)
        self.first, self.second = (*edges, None, None)[:2]
        if len(edges) > 2:
            self.rest = tuple(edges[2:])
        self.fit = tuple(
            None if edge is None else (x.array.shape, x.array.dtype) for edge, x in zip(edges, tensors, strict=True)
        )

    # ------------------------------------------------------------ the user's attributes
    def __getattr__(self, name: str) -> Any:
        if name != "attributes" and name in self.attributes:
            return self.attributes[name]
        raise AttributeError(f"'{self.node_name}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(type(self), name):
            object.__setattr__(self, name, value)
        else:
            self.attributes[name] = value

    @property
    def formula(self) -> tuple[str, ...] | None:  # type: ignore[override]
        """The LaTeX that the user's class gives, one for each tensor that goes in."""
        found = self._forward_cls.formula
        found = (found,) if isinstance(found, str) else found
        return found if isinstance(found, tuple) and all(isinstance(each, str) for each in found) else None

    # ------------------------------------------------------------ saved tensors
    @property
    def saved(self) -> Any:
        """As every node's: here one tuple of all arrays."""
        return _saved_slot.__get__(self)

    @saved.setter
    def saved(self, saved: Any) -> None:
        _saved_slot.__set__(self, saved)
        if type(saved) is Freed:
            self.kept = ()
        elif type(saved) is not tuple and self.kept:  # packed by the user's hooks: then only they keep the numbers
            self.kept = tuple(gradient_edge(x) if isinstance(x, Tensor) else x for x in self.kept)

    @property
    def saves(self) -> tuple[tuple[str, ...], ...]:  # type: ignore[override]
        """A name for each saved array: each is packed by itself, even if the user has saved a tensor twice."""
        return (tuple(map(str, range(len(self.symbols)))),)

    def save(self, outputs: dict[int, int], tensors: list[Tensor]) -> None:
        """Keep what the user has given to `save_for_backward`.

        Parameters
        ----------
        outputs : dict
            The number of each output, by the identity of its tensor.
        tensors : list of Tensor
            Those among the arguments.
        """
        letters = {id(x): letter for letter, x in zip(LETTERS, tensors, strict=False)}
        arrays: list[Any] = []
        kept: list[Any] = []
        symbols: list[str] = []
        for i, x in enumerate(self.to_save or ()):
            if x is not None and not isinstance(x, Tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is of type {type(x).__name__}"
                )
            number = outputs.get(id(x))
            arrays.append(None if x is None else x.array)
            kept.append(x if number is None else number)  # the output itself would hold this node: a cycle
            symbols.append("z" if number is not None and len(self.results) == 1 else letters.get(id(x), f"saved {i}"))
        if inference.used:
            inference.refuse_saving((arrays,), *(self.to_save or ()))
        self.kept, self.symbols, self.saved = tuple(kept), tuple(symbols), (tuple(arrays),)

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What the user has saved.

        Raises
        ------
        RuntimeError
            If one of the tensors was changed in place since, or if backward has freed them.
        """
        if self.kept is None:
            return ()
        saved = self.saved
        if type(saved) is Freed:
            raise errors.second_backward(self)
        if type(saved) is Accessed:
            raise errors.saved_once(self)
        if type(saved) is tuple:
            Node.check_versions(self)
            unpacked = self.current or self.with_history(saved)[0]
        else:
            unpacked = self.with_history(saved.unpack())[0]
        if self._forward_cls.clear_saved_tensors_on_access:
            self.current, self.saved = None, Accessed()
        return unpacked

    @property
    def _raw_saved_tensors(self) -> tuple[Any, ...]:
        """Each of them as it is kept: `saved_names.SavedTensor`."""
        from .saved_names import SavedTensor

        if type(self.saved) is Freed:
            raise errors.second_backward(self)
        return tuple(SavedTensor(self, name) for names in self.saves for name in names)

    def _as_tensor(self, name: str, array: Any, me: Node) -> Any:
        return None if array is None else self._rejoined(array, (self.kept or ())[int(name)], None)

    def unpacked(self) -> tuple[Any, ...]:
        return ()  # not before the user's backward asks for it, which need not

    def check_versions(self) -> None:
        """Done when the user's backward asks for what it saved, as in PyTorch."""

    def with_history(self, saved: tuple[Any, ...], output: Node | None = None) -> tuple[Any, ...]:
        if not saved:
            return ()
        return (tuple(self._rejoined(x, kept, output) for x, kept in zip(saved[0], self.kept or (), strict=True)),)

    def _rejoined(self, array: Any, kept: Any, output: Node | None) -> Any:
        if array is None or isinstance(kept, Tensor):
            return kept
        if isinstance(kept, int):
            kept = output or (self if len(self.results) == 1 else Output(self, kept))
        return rejoin(array, kept)

    def saved_values(self) -> dict[str, Any]:
        return dict(self._named_saved(Node.unpacked(self)))

    def _named_saved(self, saved: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
        if saved:
            yield from ((name, array) for name, array in zip(self.symbols, saved[0], strict=True) if array is not None)

    # ------------------------------------------------------------ backward
    def backward(self, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        gradients = g if type(g) is Gradients else {0: g}
        recorded = any(isinstance(each, Tensor) for each in gradients.values())
        before, self.current = self.current, saved[0] if recorded and saved else None
        try:
            with inside():
                returned = self.apply(*(self._incoming(gradients.get(i), i) for i in range(len(self.results))))
        finally:
            self.current = before
        return self._outgoing(returned if isinstance(returned, tuple) else (returned,), recorded)

    def apply(self, *gradients: Any) -> Any:
        """Call the user's `backward`."""
        from .function import Function

        function = self._forward_cls
        has_vjp = function.vjp is not Function.vjp
        if has_vjp and function.backward is not Function.backward:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only "
                "implement one of them."
            )
        user_backward = function.vjp if has_vjp else function.backward
        return user_backward(FunctionCtx(self), *([list(gradients)] if function.boxed_grads_call else gradients))

    def _incoming(self, g: Any, number: int) -> Any:
        """The gradient of one output as the user's backward gets it: zeros for an output that nobody used."""
        if g is not None:
            return g if isinstance(g, Tensor) else array_as_tensor(g)
        if self.results[number] is None or not self.materialize_grads:
            return None
        xp, shape, dtype = self.results[number]
        return wrap(xp.zeros(shape, dtype))

    def _outgoing(self, returned: tuple[Any, ...], recorded: bool) -> tuple[Any, ...]:
        """What the user's backward returned, checked: one gradient, or None, for each edge."""
        expected = len(self.given)
        if len(returned) > expected and all(x is None for x in returned[expected:]):
            returned = returned[:expected]
        if len(returned) != expected:
            raise errors.wrong_number_of_gradients(self, len(returned))
        outgoing: list[Any] = []
        for i, (x, is_tensor) in enumerate(zip(returned, self.given, strict=True)):
            if not is_tensor:
                if x is not None:
                    raise errors.gradient_of_no_tensor(self, i)
                continue
            if x is not None and not isinstance(x, Tensor):
                raise errors.gradient_is_no_tensor(self, i, x)
            fit = self.fit[len(outgoing)]
            if fit is None or x is None:
                outgoing.append(None)
                continue
            if not _expandable(fit[0], x.array.shape):
                raise errors.wrong_shape_of_gradient(self, i, len(outgoing), x.array.shape, fit[0])
            outgoing.append(x if recorded else x.array)
        return tuple(outgoing)


class Accessed:
    """What `saved` becomes under `clear_saved_tensors_on_access` when it has been looked at."""

    def unpack(self) -> tuple[Any, ...]:
        return ()


def _expandable(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Whether broadcasting can make `shape` the shape `to`."""
    return len(shape) <= len(to) and all(n in (1, m) for n, m in zip(reversed(shape), reversed(to), strict=False))
