"""What all operations share: a forward function, and a rule for each input's gradient.

An operation is a class of a few lines:

    class Mul(Op):
        forward = np.multiply
        formula = r"\\bar z\\, b", r"\\bar z\\, a"

        def grad_a(g, b):
            return g * b

        def grad_b(g, a):
            return g * a

- `grad_a`, `grad_b`, `grad_c` are the rules: from the gradient `g` of the output to that of the first, second, third
  input.
- What a rule's further parameters are called says what is saved for it: `a`, `b`, `c` are the inputs, `z` the output,
  `a_shape` the shape of an input; other names are keyword arguments of the operation, or what `forward` hands over
  beside its result (`extras`). Nothing else is saved, and nothing for inputs that need no gradient.
- Rules are plain NumPy, written once. On arrays they are fast. Under `create_graph` they get tensors, NumPy's own
  dispatch sends `np.cos(tensor)` to minigrad's `cos`, and the gradient's graph appears by itself. In a rule, use
  operators and `np.` functions only: methods mean other things on tensors than on arrays.
- Broadcasting is undone by the engine: for the functions that `binary` makes, and for operations that say
  `broadcasts = True`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import itemgetter
from types import FunctionType
from typing import Any

from .. import backend
from ..autograd.meta import rejoin
from ..autograd.node import Node, Output

LETTERS = "abcd"
ARRAYS = {
    *LETTERS,
    "z",
    "index",
    "indices",
    "condition",
    "mask",
}  # saved things that backward frees; shapes and numbers stay


class Op(Node):
    """An operation; its instances are the nodes of the graph. See the module's text."""

    __slots__ = ()

    forward: Callable[..., Any]
    extras: tuple[str, ...] = ()
    results: tuple[str, ...] = ()  # what the results are called, where there are several (see `calling.apply_many`)
    rules: tuple[Callable[..., Any] | None, ...] = ()
    saves: tuple[tuple[str, ...], ...] = ()  # for each rule, the names of what it needs
    getters: tuple[Callable[[dict[str, Any]], tuple[Any, ...]], ...] = ()  # for each rule, what picks them out
    shapes: tuple[tuple[str, int], ...] = ()  # the saved names that are shapes, with the input's number
    of_floats: bool = False  # integers are converted to the default dtype first
    promotes: bool = False  # `apply` brings the inputs to one dtype first
    broadcasts: bool = False  # `apply` leaves it to the engine to fit gradients to the inputs' shapes

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.node_name = cls.__dict__.get("node_name", cls.__name__ + "Backward0")
        super().__init_subclass__(**kwargs)
        if "forward" in cls.__dict__:
            cls.forward = staticmethod(cls.forward)
        rules = [cls.__dict__.get(f"grad_{letter}") for letter in LETTERS]
        while rules and rules[-1] is None:
            rules.pop()
        if rules:
            cls.rules = tuple(rules)
            cls.inputs = len(rules)
            cls.saves = tuple(() if rule is None else parameters(rule)[1:] for rule in rules)
        cls.holds_values = any(name in ARRAYS or name in cls.results for names in cls.saves for name in names)
        if 1 <= len(cls.rules) <= 3 and cls.backward.__module__ == __name__:  # the class has not its own
            make = (_backward_one, _backward_two, _backward_three)[len(cls.rules) - 1]
            cls.backward = own_code(make(*cls.rules))  # type: ignore[method-assign, arg-type]
        cls.getters = tuple(_getter(names) for names in cls.saves)
        cls.shapes = tuple(
            {(name, LETTERS.index(name[0])) for names in cls.saves for name in names if name.endswith("_shape")}
        )

    def backward(self, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            None if args is None else rule(g, *args)  # type: ignore[misc]
            for rule, args in zip(self.rules, saved, strict=True)
        )

    def _named_saved(self, saved: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
        for names, args in zip(self.saves, saved, strict=False):
            if args is not None:
                yield from zip(names, args, strict=True)

    def with_history(self, saved: tuple[Any, ...], output: Node | None = None) -> tuple[Any, ...]:
        """See `Node.with_history`; `output` is the node that a saved output's gradient flows into, if not this one."""
        me = output or self
        return tuple(
            None if args is None else tuple(self._as_tensor(n, v, me) for n, v in zip(names, args, strict=True))
            for names, args in zip(self.saves, saved, strict=False)
        )

    def _as_tensor(self, name: str, value: Any, me: Node) -> Any:
        """A saved array as a tensor again: an input with its edge, the output with this node."""
        if not backend.is_array(value):
            return value
        edge = me if name == "z" else self.edges[LETTERS.index(name)] if name in LETTERS else None
        return rejoin(value, edge)


class Several(Op):
    """An operation with several results that all have a gradient: `g` is a tuple of them.

    Where nobody used a result, its gradient is zeros.
    """

    __slots__ = ("likes",)

    likes: tuple[tuple[tuple[int, ...], Any], ...]  # shape and dtype of each result

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        rules = cls.backward
        cls.backward = lambda self, g, saved: rules(self, self.completed(g), saved)  # type: ignore[method-assign]

    def completed(self, g: dict[int, Any]) -> tuple[Any, ...]:
        """The gradients of all results, arrays or tensors, from those of the results that were used."""
        some = next(h for h in g.values() if h is not None)
        zeros = backend.namespace(getattr(some, "array", some)).zeros
        blank = (lambda like: rejoin(zeros(*like), None)) if hasattr(some, "array") else (lambda like: zeros(*like))
        return tuple(blank(like) if g.get(k) is None else g[k] for k, like in enumerate(self.likes))

    def _as_tensor(self, name: str, value: Any, me: Node) -> Any:
        if name in self.results and backend.is_array(value):
            return rejoin(value, Output(me, self.results.index(name)))
        return super()._as_tensor(name, value, me)


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def own_code(function: Callable[..., Any], name: str = "backward", doc: str | None = None) -> Callable[..., Any]:
    """The function, under this name, with a code object of its own.

    Python specialises code for the types it meets. One code shared by all operations would meet all their nodes' types
    and stay general: a sixth slower forwards, 5 % backwards.
    """
    code = function.__code__.replace(co_name=name, co_qualname=name)
    own = FunctionType(code, function.__globals__, name, function.__defaults__, function.__closure__)
    own.__doc__ = doc
    return own


def _backward_one(rule: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    """`backward` for one rule. Calls without a star are 100 ns faster, a tenth of what a small node takes."""
    count = len(parameters(rule)) - 1

    def without(self: Node, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        return (rule(g),)

    def with_one(self: Node, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        return (rule(g, saved[0][0]),)

    def with_more(self: Node, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        return (rule(g, *saved[0]),)

    return without if count == 0 else with_one if count == 1 else with_more


def _backward_two(rule_a: Callable[..., Any], rule_b: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    """`backward` for two rules, likewise."""
    counts = len(parameters(rule_a)) - 1, len(parameters(rule_b)) - 1

    def without(self: Node, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        return None if saved[0] is None else rule_a(g), None if saved[1] is None else rule_b(g)

    def with_one(self: Node, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = saved
        return None if a is None else rule_a(g, a[0]), None if b is None else rule_b(g, b[0])

    def with_more(self: Node, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = saved
        return None if a is None else rule_a(g, *a), None if b is None else rule_b(g, *b)

    return without if counts == (0, 0) else with_one if counts == (1, 1) else with_more


def _backward_three(*rules: Any) -> Callable[..., tuple[Any, ...]]:
    """`backward` for three rules: 2 µs less than for any number, of 12 that a small linear layer takes."""
    rule_a, rule_b, rule_c = rules

    def backward(self: Node, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b, c = saved
        return (
            None if a is None else rule_a(g, *a),
            None if b is None else rule_b(g, *b),
            None if c is None else rule_c(g, *c),
        )

    return backward


def picker(names: tuple[str, ...]) -> Callable[..., tuple[Any, ...]]:
    """The function that picks what a rule needs from a, b, z and the operation's number n."""
    usual: dict[tuple[str, ...], Callable[..., tuple[Any, ...]]] = {
        (): lambda a, b, z, n=None: (),
        ("a",): lambda a, b, z, n=None: (a,),
        ("b",): lambda a, b, z, n=None: (b,),
        ("z",): lambda a, b, z, n=None: (z,),
        ("a_shape",): lambda a, b, z, n=None: (a.shape,),
        ("a", "b"): lambda a, b, z, n=None: (a, b),
        ("a", "n"): lambda a, b, z, n=None: (a, n),
    }
    if names in usual:
        return usual[names]
    get = _getter(names)
    return lambda a, b, z, n=None: get({"a": a, "b": b, "z": z, "n": n, "a_shape": a.shape})


def _getter(names: tuple[str, ...]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """The function that picks these names from a dict, as a tuple."""
    if len(names) > 1:
        return itemgetter(*names)
    return (lambda known: (known[names[0]],)) if names else (lambda known: ())
