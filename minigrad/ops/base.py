"""What all operations share: from a forward function and a rule for each input's gradient to what users call.

An operation is a class of a few lines:

    class Mul(Op):
        forward = np.multiply
        formula = r"\\bar z\\, b", r"\\bar z\\, a"

        def grad_a(g, b):
            return g * b

        def grad_b(g, a):
            return g * a

- `grad_a`, `grad_b`, `grad_c` are the rules: from the gradient `g` of the output to that of the first, second, third input.
- What a rule's further parameters are called says what is saved for it: `a`, `b`, `c` are the inputs, `z` the output,
  `a_shape` the shape of an input; other names are keyword arguments of the operation, or what `forward` hands over
  beside its result (`extras`). Nothing else is saved, and nothing for inputs that need no gradient.
- Rules are plain NumPy, written once. On arrays they are fast. Under `create_graph` they get tensors, NumPy's own dispatch
  sends `np.cos(tensor)` to minigrad's `cos`, and the gradient's graph appears by itself. In a rule, use operators and
  `np.` functions only: methods mean other things on tensors than on arrays.
- Broadcasting is undone by the engine, for all operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from sys import _getframe
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd import errors
from ..autograd.meta import AutogradMeta, Cut, gradient_edge, tracked
from ..autograd.modes import mode
from ..autograd.node import AccumulateGrad, Node
from ..autograd.source import PACKAGES, user_frame
from ..autograd.versions import next_seq
from ..tensor import Tensor, wrap

LETTERS = "abcd"
ARRAYS = {*LETTERS, "z", "index", "indices", "condition"}  # saved things that backward frees; shapes and numbers stay


class Op(Node):
    """An operation; its instances are the nodes of the graph. See the module's text."""

    __slots__ = ()

    forward: Callable[..., Any]
    extras: tuple[str, ...] = ()
    rules: tuple[Callable[..., Any] | None, ...] = ()
    saves: tuple[tuple[str, ...], ...] = ()  # for each rule, the names of what it needs
    getters: tuple[Callable[[dict[str, Any]], tuple[Any, ...]], ...] = ()  # for each rule, what picks them out
    shapes: tuple[tuple[str, int], ...] = ()  # those of them that are shapes, with the number of the input
    of_floats: bool = False  # integers are converted to the default dtype first
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
        cls.holds_values = any(name in ARRAYS for names in cls.saves for name in names)
        if len(cls.rules) == 1:
            cls.backward = _backward_one(*cls.rules)  # type: ignore[method-assign, arg-type]
        elif len(cls.rules) == 2:
            cls.backward = _backward_two(*cls.rules)  # type: ignore[method-assign, arg-type]
        cls.getters = tuple(_getter(names) for names in cls.saves)
        cls.shapes = tuple(
            {(name, LETTERS.index(name[0])) for names in cls.saves for name in names if name.endswith("_shape")}
        )

    def backward(self, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            None if args is None else rule(g, *args)  # type: ignore[misc]
            for rule, args in zip(self.rules, saved, strict=True)
        )

    def _named_saved(self) -> Iterator[tuple[str, Any]]:
        for names, args in zip(self.saves, self.saved, strict=False):
            if args is not None:
                yield from zip(names, args, strict=True)

    def saved_tensors(self, output: Node | None = None) -> tuple[Any, ...]:
        """See `Node.saved_tensors`; `output` is the node that a saved output's gradient flows into, if not this one."""
        me = output or self
        return tuple(
            None if args is None else tuple(self._as_tensor(n, v, me) for n, v in zip(names, args, strict=True))
            for names, args in zip(self.saves, self.saved, strict=False)
        )

    def _as_tensor(self, name: str, value: Any, me: Node) -> Any:
        """A saved array as a tensor again: an input with its edge, the output with this node."""
        if not backend.is_array(value):
            return value
        edge = me if name == "z" else self.edges[LETTERS.index(name)] if name in LETTERS else None
        return rejoin(value, edge)


def rejoin(array: Any, edge: Node | None) -> Tensor:
    """The tensor that holds `array` and whose gradient flows into `edge`."""
    if isinstance(edge, AccumulateGrad) and edge.variable.array is array:
        return edge.variable
    out = wrap(array)
    out._node = edge
    return out


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def _backward_one(rule: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    def backward(self: Node, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        return (rule(g, *saved[0]),)

    return backward


def _backward_two(rule_a: Callable[..., Any], rule_b: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    def backward(self: Node, g: Any, saved: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = saved
        return None if a is None else rule_a(g, *a), None if b is None else rule_b(g, *b)

    return backward


def _picker(names: tuple[str, ...]) -> Callable[..., tuple[Any, ...]]:
    """The function that picks what a rule needs from a, b, z and the operation's number n."""
    return {
        (): lambda a, b, z, n=None: (),
        ("a",): lambda a, b, z: (a,),
        ("b",): lambda a, b, z: (b,),
        ("z",): lambda a, b, z: (z,),
        ("a_shape",): lambda a, b, z: (a.shape,),
        ("a", "b"): lambda a, b, z: (a, b),
        ("a", "z"): lambda a, b, z: (a, z),
        ("a", "b", "z"): lambda a, b, z: (a, b, z),
        ("a", "n"): lambda a, b, z, n: (a, n),
        ("a", "z", "n"): lambda a, b, z, n: (a, z, n),
    }[names]


def _getter(names: tuple[str, ...]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """The function that picks these names from a dict, as a tuple."""
    if len(names) > 1:
        return itemgetter(*names)
    return (lambda known: (known[names[0]],)) if names else (lambda known: ())


# ------------------------------------------------------------ operands
_NUMBERS = (int, float, np.number, np.bool_)


@lru_cache(maxsize=256)
def _cached_constant(value: float, dtype: str) -> Any:
    array = np.array(value).astype(dtype)  # too large an integer wraps around, as in PyTorch
    array.flags.writeable = False
    return array


def constant(value: Any, like: Any) -> Any:
    """A Python number as an array without dimensions, of the dtype of `like`: NumPy is 300 ns faster with it."""
    if type(like) is not np.ndarray:
        return value  # on a GPU a number is cheaper: it travels with the launch
    return _cached_constant(value, like.dtype.char) if value else np.array(value, like.dtype)  # as keys, -0.0 is 0.0


def array_of(x: Any, op: str, position: str = "argument 'input' (position 1)") -> Any:
    """The array of a tensor, or PyTorch's refusal of anything else."""
    try:
        return x.array
    except AttributeError:
        raise TypeError(f"{op}(): {position} must be Tensor, not {type(x).__name__}") from None


def _refuse_bools(x: Any, y: Any) -> None:
    """Bools cannot be subtracted."""
    bools = [v.array.dtype == bool if hasattr(v, "array") else isinstance(v, bool) for v in (x, y)]
    if all(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. "
            "Use the `^` or `logical_xor()` operator instead."
        )
    if any(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )


def operands(x: Any, y: Any, op: str, of_floats: bool) -> tuple[Any, Any]:
    """Two operands, tensors or numbers, as arrays of the one dtype in which PyTorch computes."""
    if op == "sub":
        _refuse_bools(x, y)
    pair = []
    for value in (x, y):
        if hasattr(value, "array"):
            pair.append(value.array)
        elif isinstance(value, _NUMBERS):
            pair.append(value.item() if isinstance(value, np.generic) else value)
        else:
            raise TypeError(
                f"{op}(): argument 'other' (position 2) must be Tensor, not {type(value).__name__}"
                if x is not y and value is y
                else f"{op}(): argument 'input' (position 1) must be Tensor, not {type(value).__name__}"
            )
    result = dtypes.result_dtype(pair)
    if of_floats and not result.is_floating_point:
        result = dtypes.get_default_dtype()
    dtype = result.numpy
    a, b = (v if not hasattr(v, "dtype") or v.dtype == dtype else v.astype(dtype) for v in pair)
    if not hasattr(a, "dtype"):
        a = constant(a, b if hasattr(b, "dtype") else np.empty((), dtype))
    if not hasattr(b, "dtype"):
        b = constant(b, a if hasattr(a, "dtype") else np.empty((), dtype))
    return a, b


# ------------------------------------------------------------ from class to function
def note_cut(out: Tensor, *inputs: Any) -> None:
    """Keep a note of what cuts `out` off from a graph: a no_grad block now, or what cut one of its inputs off before."""
    for x in inputs:
        if not hasattr(x, "_meta"):
            continue
        if not mode.recording and tracked(x):
            frame = user_frame()
            out._meta = AutogradMeta(cut=Cut("no_grad", frame.f_code, frame.f_lasti))
            return
        if x._meta is not None and x._meta.cut is not None:
            out._meta = AutogradMeta(cut=x._meta.cut)
            return


def unary(op: type[Op], name: str) -> Callable[[Any], Tensor]:
    """The function of one tensor that a user calls: `forward`, and a node if the input requires grad."""
    forward, of_floats, pick = op.forward, op.of_floats, _picker(op.saves[0])
    new_tensor, ndarray = Tensor.__new__, np.ndarray

    def function(input: Any) -> Tensor:
        try:
            a = input.array
        except AttributeError:
            a = array_of(input, name)
        if of_floats and a.dtype.kind != "f":
            a = a.astype(dtypes.get_default_dtype().numpy)
        z = forward(a)
        if type(z) is not ndarray:
            z = backend.as_array(z)
        out = new_tensor(Tensor)
        out.array = z
        out._node = out._meta = None
        edge = input._node
        if edge is None and input._meta is not None:
            edge = gradient_edge(input)
        if edge is not None and mode.recording:
            node = op()
            node.first = edge
            node.second = node.rare = None
            node.saved = (pick(a, None, z),)
            caller = _getframe(1)
            if caller.f_globals.get("__package__") in PACKAGES:
                caller = user_frame()
            node.code = caller.f_code
            node.at = caller.f_lasti
            node.seq = next_seq()
            out._node = node
        elif input._meta is not None or edge is not None:
            note_cut(out, input)
        return out

    function.__name__ = function.__qualname__ = name
    function.__doc__ = op.__doc__
    return function


def with_number(op: type[Op], otherwise: Callable[[Any, Any], Tensor]) -> Callable[[Any, Any], Tensor]:
    """The function of a tensor of floats and the operation's number n; for anything else `otherwise` is called."""
    forward, pick = op.forward, _picker(op.saves[0])
    new_tensor, ndarray = Tensor.__new__, np.ndarray

    def function(input: Any, other: Any) -> Tensor:
        kind = type(other)
        if (kind is not int and kind is not float) or not hasattr(input, "array") or input.array.dtype.kind != "f":
            return otherwise(input, other)
        a = input.array
        z = forward(a, other)
        if type(z) is not ndarray:
            z = backend.as_array(z)
        out = new_tensor(Tensor)
        out.array = z
        out._node = out._meta = None
        edge = input._node
        if edge is None and input._meta is not None:
            edge = gradient_edge(input)
        if edge is not None and mode.recording:
            node = op()
            node.first = edge
            node.second = node.rare = None
            node.saved = (pick(a, None, z, other),)
            caller = _getframe(1)
            if caller.f_globals.get("__package__") in PACKAGES:
                caller = user_frame()
            node.code = caller.f_code
            node.at = caller.f_lasti
            node.seq = next_seq()
            out._node = node
        elif input._meta is not None or edge is not None:
            note_cut(out, input)
        return out

    function.__name__, function.__qualname__, function.__doc__ = (
        otherwise.__name__,
        otherwise.__qualname__,
        otherwise.__doc__,
    )
    return function


def new_node(op: type[Op], first: Node | None, second: Node | None, saved: tuple[Any, ...]) -> Op:
    """A node for an operation that was just run."""
    node = op()
    node.first, node.second, node.saved, node.rare = first, second, saved, None
    frame = user_frame()
    node.code, node.at = frame.f_code, frame.f_lasti
    node.seq = next_seq()
    return node


# Stands for an operand that is a number: a tensor that requires no gradient.
_NUMBER = wrap(np.empty(()))


def binary(op: type[Op], name: str, broadcasts: bool = True) -> Callable[[Any, Any], Tensor]:
    """The function of two tensors, or a tensor and a number, that a user calls."""
    forward, of_floats = op.forward, op.of_floats
    new_tensor, ndarray = Tensor.__new__, np.ndarray
    pick_a, pick_b = (_picker(names) for names in op.saves)
    # Where nothing is saved, what is saved is one of three constants: 60 ns and 56 bytes less for each node.
    both, only_a, only_b = (None, None, None) if any(op.saves) else (((), ()), ((), None), (None, ()))

    def function(input: Any, other: Any) -> Tensor:
        # The usual cases first: a tensor with a number that keeps its dtype, and two tensors of one dtype.
        kind = type(other)
        try:
            a = input.array
            if (kind is float or kind is int) and a.dtype.kind == "f":
                b = _cached_constant(other, a.dtype.char) if other and type(a) is ndarray else constant(other, a)
                other, fits = _NUMBER, True
            else:
                b = other.array
                fits = a.dtype is b.dtype and not (of_floats and a.dtype.kind != "f")
        except AttributeError:
            fits = False
        if not fits:
            a, b = operands(input, other, name, of_floats)
            input = input if hasattr(input, "array") else _NUMBER
            other = other if hasattr(other, "array") else _NUMBER
        try:
            z = forward(a, b)
        except ValueError:
            raise errors.broadcast_shapes(input, other) from None
        except TypeError:
            operands(input, other, name, of_floats)  # says what is wrong in PyTorch's words
            raise
        if type(z) is not ndarray:
            z = backend.as_array(z)
        out = new_tensor(Tensor)
        out.array = z
        out._node = out._meta = None
        first = input._node
        if first is None and input._meta is not None:
            first = gradient_edge(input)
        second = other._node
        if second is None and other._meta is not None:
            second = gradient_edge(other)
        if (first is not None or second is not None) and mode.recording:
            node = op()
            node.first = first
            node.second = second
            node.rare = None
            if both is None:
                node.saved = (
                    None if first is None else pick_a(a, b, z),
                    None if second is None else pick_b(a, b, z),
                )
            else:
                node.saved = only_a if second is None else only_b if first is None else both
            # Where the result is no larger than either, nothing was broadcast. (Comparing shapes takes twice as long.)
            if other is not _NUMBER and broadcasts and not (fits and z.size == a.size == b.size != 0 and a.ndim == b.ndim):
                node.fit = fit_of(input, other, z)
            caller = _getframe(1)
            if caller.f_globals.get("__package__") in PACKAGES:
                caller = user_frame()
            node.code = caller.f_code
            node.at = caller.f_lasti
            node.seq = next_seq()
            out._node = node
        elif input._meta is not None or other._meta is not None or not mode.recording:
            note_cut(out, input, other)
        return out

    function.__name__ = function.__qualname__ = name
    function.__doc__ = op.__doc__
    return function


def fit_of(*inputs: Any) -> tuple[Any, ...] | None:
    """For each input (the last argument is the result) that was broadcast or converted, its shape and dtype."""
    *tensors, z = inputs
    fits = tuple(
        (x.array.shape, x.array.dtype)
        if hasattr(x, "array") and (x.array.shape != z.shape or x.array.dtype != z.dtype)
        else None
        for x in tensors
    )
    return fits if any(fits) else None


def undifferentiable(name: str, array: Any, *inputs: Any) -> Tensor:
    """The result of an operation without a derivative: a tensor without history, which remembers what cut it off."""
    out = wrap(backend.as_array(array))
    if any(hasattr(x, "array") and tracked(x) for x in inputs):
        frame = user_frame()
        out._meta = AutogradMeta(cut=Cut(name, frame.f_code, frame.f_lasti))
    return out


def apply(op: type[Op], *inputs: Any, **params: Any) -> Tensor:
    """Run any operation on tensors: the general form of `unary` and `binary`, for those with more to say.

    Parameters
    ----------
    op : class of the operation
    inputs : Tensor
        As many as `forward` takes arrays.
    params
        Keyword arguments of `forward`.
    """
    arrays = [x.array for x in inputs]
    z = op.forward(*arrays, **params)
    if op.extras:
        z, *extras = z
        params = {**params, **dict(zip(op.extras, extras, strict=True))}
    out = wrap(backend.as_array(z))
    if mode.recording:
        edges = [gradient_edge(x) for x in inputs]
        if edges.count(None) < len(edges):
            out._node = record(op, edges, arrays, out.array, params)
            if op.broadcasts:
                out._node.fit = fit_of(*inputs, out.array)
            return out
    note_cut(out, *inputs)
    return out


def record(op: type[Op], edges: Sequence[Node | None], arrays: Sequence[Any], z: Any, params: dict[str, Any]) -> Op:
    """A node for an operation that was just run."""
    known = dict(params, z=z)
    for letter, array in zip(LETTERS, arrays, strict=False):
        known[letter] = array
    for name, number in op.shapes:
        known[name] = arrays[number].shape
    saved = tuple([None if edge is None else get(known) for edge, get in zip(edges, op.getters, strict=True)])
    node = new_node(op, edges[0], edges[1] if len(edges) > 1 else None, saved)
    if len(edges) > 2:
        node.rest = tuple(edges[2:])
    return node
