"""The nodes of the graph: one for each recorded operation, and one for each leaf.

A node knows the nodes its gradients go to, never its output tensor: so there are no reference cycles, and a graph is
freed as soon as nobody holds its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CodeType
from typing import TYPE_CHECKING, Any

from . import errors, versions
from .source import Place, place, user_frame

if TYPE_CHECKING:
    from ..tensor import Tensor
    from .hooks import Hooks, RemovableHandle


class Rare:
    """What few nodes have, kept apart so that the others pay for one field instead of three."""

    __slots__ = ("fit", "hooks", "metadata", "outputs", "rest")

    def __init__(self) -> None:
        self.fit: tuple[Any, ...] | None = None
        self.hooks: Hooks | None = None
        self.metadata: dict[Any, Any] | None = None
        self.outputs = 1
        self.rest: tuple[Node | None, ...] = ()


_NOTHING = Rare()


def _rare(name: str, doc: str) -> Any:
    def get(node: Node) -> Any:
        return getattr(node.rare or _NOTHING, name)

    def put(node: Node, value: Any) -> None:
        if node.rare is None:
            if not value:
                return
            node.rare = Rare()
        setattr(node.rare, name, value)

    return property(get, put, doc=doc)


class Node:
    """One operation at one place of the graph.

    Attributes
    ----------
    seq : int
        Global order of creation. The engine takes the newest ready node first.
    first, second : Node or None
        Where the gradients of the first and second input go; None where an input needs no gradient.
    saved : tuple
        What the backward rules need from the forward pass: one tuple of values for each input's rule, or None where
        that input needs no gradient. A `Freed` once backward has used it up.
    code, at
        Where in the user's code the operation stood (see `source.py`).
    rare : Rare or None
        What few nodes have: `fit`, `hooks`, `outputs` and `rest` read and write it.
    """

    __slots__ = ("__weakref__", "at", "code", "first", "rare", "saved", "second", "seq")

    seq: int
    first: Node | None
    second: Node | None
    saved: tuple[Any, ...]
    rare: Rare | None
    code: CodeType | None
    at: int

    # What the class says about all its nodes.
    inputs: int = 1
    node_name: str = "Node"
    formula: tuple[str, ...] | None = None
    saves: tuple[tuple[str, ...], ...] = ()  # for each rule, the names of what `saved` holds for it
    runs_on_nothing: bool = False  # whether it runs where a Function above it has handed down None
    holds_values: bool = False  # whether rules need values, which backward frees, or at most shapes

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "node_name" in cls.__dict__:
            cls.__name__ = cls.node_name  # as in PyTorch, `type(y.grad_fn).__name__` is the node's name

    def name(self) -> str:
        """The node's name, as PyTorch gives it.

        Examples
        --------
        >>> import minigrad
        >>> x = minigrad.tensor(2., requires_grad=True)
        >>> (x * 3).grad_fn.name()
        'MulBackward0'
        """
        return self.node_name

    @property
    def edges(self) -> tuple[Node | None, ...]:
        """The nodes that gradients go to, one for each input (an `Output` stands for one output of its node)."""
        if self.rest:
            return (self.first, self.second, *self.rest)
        return (self.first, self.second)[: self.inputs]

    fit = _rare("fit", "For each input that was broadcast or converted its (shape, numpy dtype), or None.")
    hooks = _rare("hooks", "The user's functions that run with this node, as a `Hooks`; or None.")
    outputs = _rare("outputs", "How many outputs the operation has.")
    rest = _rare("rest", "Where the gradients of further inputs go, of the few operations that have them.")

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """For each input, the node its gradient goes to (None if it needs none) and that node's output number."""
        return tuple((e.first, e.number) if isinstance(e, Output) else (e, 0) for e in self.edges)

    def backward(self, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        """The gradients of the inputs, one for each edge, from the gradient `g` of the output."""
        raise NotImplementedError(self.name())

    @property
    def freed(self) -> bool:
        """Whether backward has used up what this node saved."""
        return type(self.saved) is Freed

    def saved_values(self) -> dict[str, Any]:
        """The saved values by name: "a", "b", … for the inputs, "z" for the output.

        Raises
        ------
        RuntimeError
            If backward has freed them.
        """
        return dict(self._named_saved(self.unpacked()))

    def unpacked(self) -> tuple[Any, ...]:
        """`saved`, also where the user's hooks have packed it (`saved.Packed`).

        Raises
        ------
        RuntimeError
            If backward has freed it.
        """
        saved = self.saved
        if type(saved) is Freed:
            raise errors.second_backward(self)
        if type(saved) is tuple:
            return saved
        self.check_versions()  # of what is not packed
        return saved.unpack()  # type: ignore[attr-defined]

    def _named_saved(self, saved: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
        return iter(())

    def saved_arrays(self) -> Iterator[tuple[str, Any]]:
        """Those saved values that are arrays, whose memory could have been written since."""
        if self.freed:
            return
        saved = self.saved if type(self.saved) is tuple else getattr(self.saved, "values", ())
        for name, value in self._named_saved(saved):  # those packed by hooks are not seen
            for part in value if type(value) is tuple else (value,):  # an index may be several arrays
                if hasattr(part, "dtype"):
                    yield name, part

    def check_versions(self) -> None:
        """Raise if a saved value was changed in place since it was saved."""
        for name, array in self.saved_arrays():
            if versions.writes_since(array, self.seq):
                raise errors.modified_in_place(self, name, array)
        if versions.on_unseen is not None:
            versions.on_unseen(self)

    def with_history(self, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        """What was saved, with every array made a tensor that knows its history again (for `create_graph`)."""
        return saved

    # ------------------------------------------------------------ for users, as in PyTorch
    @property
    def metadata(self) -> dict[Any, Any]:
        """Notes of the user's own."""
        if self.rare is None:
            self.rare = Rare()
        if self.rare.metadata is None:
            self.rare.metadata = {}
        return self.rare.metadata

    def register_hook(self, fn: Callable[..., Any]) -> RemovableHandle:
        """Have `fn(grad_inputs, grad_outputs)` called after this node has run; it may return other `grad_inputs`."""
        from .hooks import hooks_of

        return hooks_of(self).after.add(fn)

    def register_prehook(self, fn: Callable[..., Any]) -> RemovableHandle:
        """Have `fn(grad_outputs)` called before this node runs; it may return others in their place."""
        from .hooks import hooks_of

        return hooks_of(self).before.add(fn)

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_saved_", "_raw_saved_")):
            from .saved_names import look_up

            return look_up(self, name)
        raise AttributeError(f"'{self.node_name}' object has no attribute '{name}'")

    def __dir__(self) -> list[str]:
        from .saved_names import names

        return sorted({*super().__dir__(), *(f"_saved_{name}" for name in names(self))})

    def _sequence_nr(self) -> int:
        return self.seq

    def where(self) -> Place | None:
        """Where in the user's code the operation stood."""
        return None if self.code is None else place(self.code, self.at)

    def __repr__(self) -> str:
        return f"<{self.node_name} object at {id(self):#x}>"


class Freed(tuple[Any, ...]):
    """What a node's `saved` becomes when a pass has used it up: one for each pass, says where it was started."""

    __slots__ = ()
    code: CodeType = property(lambda self: self[0])  # type: ignore[assignment]
    at: int = property(lambda self: self[1])  # type: ignore[assignment]

    @classmethod
    def now(cls) -> Freed:
        """For a pass that starts now."""
        frame = user_frame()
        return cls((frame.f_code, frame.f_lasti))


def start(node: Node, frame: Any = None) -> None:
    """Fill the fields of a fresh node that have the same first value in all."""
    node.first = node.second = node.rare = None
    node.saved = ()
    frame = user_frame() if frame is None else frame
    node.code, node.at = frame.f_code, frame.f_lasti
    node.seq = versions.next_seq()


class Output(Node):
    """One output of a node that has several (`unbind`, `split`): hands the node its gradient with its number."""

    __slots__ = ("number",)
    node_name = "Output"

    def __init__(self, node: Node, number: int) -> None:
        start(self)
        self.first, self.number = node, number

    def backward(self, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        return (Gradients({self.number: g}),)


def add(g: Any, h: Any) -> Any:
    """The sum of two gradients, either of which may be None: a rule of the user's has said that there is none."""
    return h if g is None else g if h is None else g + h


class Gradients(dict[int, Any]):
    """The gradients of a node's outputs by number; those of outputs that nobody used are missing or None."""

    def __add__(self, other: Gradients) -> Gradients:
        both = Gradients(self)
        for number, g in other.items():
            both[number] = add(both.get(number), g)
        return both


class AccumulateGrad(Node):
    """A leaf of the graph: adds what arrives to its variable's `.grad`.

    It keeps its variable alive; the variable knows it only weakly. Its number is drawn just before that of its first
    consumer: the engine, newest node first, so comes to it as soon as that consumer, the last to deliver, is done.

    Attributes
    ----------
    variable : Tensor
    """

    __slots__ = ("variable",)
    inputs = 0
    node_name = "AccumulateGrad"

    def name(self) -> str:
        return "minigrad::autograd::AccumulateGrad"

    # The same for all leaves, so not kept with each.
    first = second = code = None
    saved = ()
    at = 0

    def __init__(self, variable: Tensor) -> None:
        self.rare = None
        self.seq = versions.next_seq()
        self.variable = variable

    def backward(self, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        return ()
