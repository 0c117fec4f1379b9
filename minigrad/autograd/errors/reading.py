"""Reading the user's code for a message: names of tensors in live variables, and the words of one statement.

Nothing here runs unless a message is made. Values are only compared by identity: no code of the user's runs.
"""

from __future__ import annotations

import ast
import linecache
import re
import sys
from collections.abc import Collection, Iterator
from functools import lru_cache
from inspect import CO_OPTIMIZED
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any

from ...backend import owner
from ..source import PACKAGES, Place, place_of, user_frame

if TYPE_CHECKING:
    from ...tensor import Tensor

LONGEST_LIST = 100  # containers up to this length give names such as `layers[3]`
DEEPEST = 20  # callers that are looked into
LONGEST_QUOTE = 60  # characters of code quoted in a sentence
_OF_IPYTHON = {"In", "Out"}


# ------------------------------------------------------------ names
class Scene:
    """The user's variables at the moment of an error: those of the code that runs now, and of its callers.

    Attributes
    ----------
    place : Place or None
        The expression that runs now.
    tensors : list of (str, Tensor)
    modules : set of str
    """

    def __init__(self) -> None:
        frame = user_frame()
        self.place = place_of(frame)
        scopes = list(_scopes(frame))
        self.variables = [variable for scope in scopes for variable in scope]
        self.tensors = [tensor for scope in scopes for tensor in _tensors(scope)]
        self.modules = {name for name, value in self.variables if issubclass(type(value), ModuleType)}

    def name(self, x: Any) -> str:
        """What the user calls this very tensor; "" if nothing."""
        return next((name for name, tensor in self.tensors if tensor is x), "")

    def holder(self, array: Any, node: Any, likely: Collection[str]) -> tuple[str, Tensor | None]:
        """The tensor that holds this very array, with its name: best the one that `node` made, or that is tracked."""

        def rank(found: tuple[str, Tensor]) -> tuple[bool, ...]:
            name, x = found
            edge = edge_of(x)
            return edge is not node, edge is None and not is_leaf(x), name not in likely

        return min(((name, x) for name, x in self.tensors if x.array is array), key=rank, default=("", None))

    def tensor(self, name: str) -> Tensor | None:
        """The tensor that the user calls by this name."""
        return next((x for known, x in self.tensors if known == name), None)

    def neighbour(self, array: Any) -> str:
        """The name of a tensor that looks at the same memory; "" if there is none."""
        memory = owner(array)
        return next((name for name, x in self.tensors if owner(x.array) is memory), "")

    def library(self, name: str) -> str:
        """How the user writes a name of minigrad: `torch.ones` after `import minigrad as torch`, or just `ones`."""
        minigrad = sys.modules["minigrad"]
        imported = any(known == name and value is getattr(minigrad, name) for known, value in self.variables)
        aliases = [known for known, value in self.variables if value is minigrad]
        return name if imported else f"{aliases[0] if aliases else 'minigrad'}.{name}"


def _scopes(frame: FrameType | None) -> Iterator[list[tuple[str, Any]]]:
    """The variables of this frame, of each of its callers, and the global ones."""
    globals_seen: list[dict[str, Any]] = []
    for _ in range(DEEPEST):
        if frame is None:
            break
        if frame.f_globals.get("__package__") not in PACKAGES:
            if not any(frame.f_globals is seen for seen in globals_seen):
                globals_seen.append(frame.f_globals)
            if frame.f_locals is frame.f_globals:  # a script's or a cell's own level: its caller is not the user
                break
            yield _locals(frame)
        frame = frame.f_back
    for variables in globals_seen:
        yield [(name, value) for name, value in list(variables.items()) if name not in _OF_IPYTHON]


def _locals(frame: FrameType) -> list[tuple[str, Any]]:
    """The frame's own variables."""
    variables = frame.f_locals
    items = list(variables.items())
    # Before Python 3.13 the frame keeps this dict, and so what is in it alive, though the user may have deleted it.
    if type(variables) is dict and frame.f_code.co_flags & CO_OPTIMIZED and sys.getrefcount(variables) <= _UNSHARED:
        variables.clear()
    return items


_UNSHARED = 3  # the frame's, ours and that of the call that counts


def _tensors(variables: list[tuple[str, Any]]) -> Iterator[tuple[str, Tensor]]:
    """The tensors among the variables, then those one step inside: `w`, then `self.w`, `layers[3]`, `p["w"]`."""
    from ...tensor import Tensor

    named = [(name, value) for name, value in variables if not name.startswith("_")]
    yield from ((name, value) for name, value in named if issubclass(type(value), Tensor))
    for name, value in named:
        items: list[tuple[str, Any]] = []
        if type(value) in (list, tuple):
            items = [(f"{name}[{i}]", item) for i, item in enumerate(value[:LONGEST_LIST])]
        elif type(value) is dict and len(value) <= LONGEST_LIST:
            items = [(f"{name}[{key!r}]", value[key]) for key in list(value) if type(key) in (str, int)]
        elif isinstance(inside := _attributes(value), dict) and len(inside) <= LONGEST_LIST:
            items = [(f"{name}.{key}", item) for key, item in list(inside.items()) if not key.startswith("_")]
        yield from ((full, item) for full, item in items if issubclass(type(item), Tensor))


def _attributes(value: Any) -> Any:
    if issubclass(type(value), (type, ModuleType)) or not type(value).__dictoffset__:
        return None
    return object.__getattribute__(value, "__dict__")


# ------------------------------------------------------------ what is known of a tensor, without making nodes
def edge_of(x: Any) -> Any:
    """The node that made the tensor, as it was noted; None for leaves."""
    if x._node is not None or x._meta is None or x._meta.view is None:
        return x._node
    return x._meta.view.node


def is_leaf(x: Any) -> bool:
    """Whether the tensor is a leaf that requires grad."""
    return x._meta is not None and x._meta.requires_grad


# ------------------------------------------------------------ code
def statement(place: Place | None) -> ast.stmt | None:
    """The smallest whole statement around a place."""
    return _around(place, ast.stmt)


def syntax(place: Place | None) -> ast.AST | None:
    """The expression, or statement, that the place is."""
    found = _around(place, (ast.expr, ast.stmt))
    return found if place is not None and found is not None and _span(found) == _span_of(place) else None


def _around(place: Place | None, kinds: Any) -> Any:
    """The smallest piece of code of these kinds around a place; None where the source is not to be had."""
    tree = _tree(place.file) if place is not None else None
    if place is None or tree is None:
        return None
    start, end = _span_of(place)
    around = None
    for node in ast.walk(tree):  # from the outside in
        if isinstance(node, kinds) and _span(node)[0] <= start and end <= _span(node)[1]:
            around = node
    return around


def _tree(file: str) -> Any:
    return _parsed("".join(linecache.getlines(file)))


@lru_cache(maxsize=4)  # one message looks into the same file several times
def _parsed(source: str) -> Any:
    try:
        flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        return compile(source, "", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError):  # no Python, or edited since it was run
        return None


def _span(node: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def _span_of(place: Place) -> tuple[tuple[int, int], tuple[int, int]]:
    """A place counts characters, syntax trees count bytes."""
    first, last = (linecache.getline(place.file, n) for n in (place.line, place.end_line))
    return (
        (place.line, len(first[: place.column].encode())),
        (place.end_line, len(last[: place.end_column].encode())),
    )


def quote(place: Place | None) -> str:
    """The code at a place, to be quoted in a sentence: its statement if it changes something, else the expression."""
    if place is None or not place.expression:
        return ""
    whole = statement(place)
    changes = isinstance(whole, (ast.Assign, ast.AugAssign)) and _span(_target(whole)) == _span_of(place)
    text = place.expression
    if changes and whole is not None and whole.end_lineno == whole.lineno:
        line = linecache.getline(place.file, whole.lineno).encode()
        text = line[whole.col_offset : whole.end_col_offset].decode()
    return text if len(text) <= LONGEST_QUOTE else ""


def _target(node: Any) -> Any:
    return node.targets[0] if isinstance(node, ast.Assign) else node.target


def assigned_name(place: Place | None) -> str:
    """The name that the statement around gives to the result of the expression at this place: y in `y = x.exp()`."""
    whole = statement(place)
    if place is None or not isinstance(whole, ast.Assign) or _span(whole.value) != _span_of(place):
        return ""
    return whole.targets[0].id if isinstance(whole.targets[0], ast.Name) else ""


def operands(place: Place | None, modules: Collection[str]) -> list[str]:
    """The code of what the operation at this place works on: `a`, `b` in `a @ b`, `a.mul(b)` and `torch.mul(a, b)`."""
    node = syntax(place)
    parts: list[Any] = []
    if isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.AugAssign):
        parts = [node.target, node.value]
    elif isinstance(node, ast.Compare):
        parts = [node.left, node.comparators[0]]
    elif isinstance(node, ast.UnaryOp):
        parts = [node.operand]
    elif isinstance(node, ast.Subscript | ast.Attribute):
        parts = [node.value]
    elif isinstance(node, ast.Call):
        called = node.func
        method = isinstance(called, ast.Attribute) and _root(called) not in modules
        parts = [called.value, *node.args] if isinstance(called, ast.Attribute) and method else list(node.args)
    return [ast.unparse(part) for part in parts]


def inputs_of(node: Any, modules: Collection[str]) -> list[str]:
    """The code of the tensors that went into this node's operation."""
    parts = operands(node.where(), modules)
    given = getattr(node, "given", None)  # of a custom Function, called as `MyFn.apply(…)`
    if given is None:
        return parts
    return [part for part, is_tensor in zip(parts[1:], given, strict=False) if is_tensor]


def _root(node: ast.AST) -> str:
    """The first name of `torch.nn.functional.relu`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def spelled(place: Place | None, name: str, operation: str) -> str:
    """The code of an in-place operation; made up from its name where the source is not to be had."""
    made_up = f"{name or 'x'}[…] = …" if operation == "__setitem__" else f"{name or 'x'}.{operation}(…)"
    return quote(place) or made_up


def written(place: Place | None) -> str:
    """The code of what the in-place operation at this place writes to: `y[0]` in `y[0] = 1`, `y` in `y.add_(1)`."""
    node, whole = syntax(place), statement(place)
    if isinstance(whole, ast.Assign | ast.AugAssign) and node in (whole, _target(whole)):
        return ast.unparse(_target(whole))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return ast.unparse(node.func.value)
    return ""


def called(place: Place | None) -> str:
    """The name of the function or method that is called at this place: `step` in `optimizer.step()`."""
    node = syntax(place)
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)


def out_of_place(place: Place | None) -> str:
    """The in-place statement at this place, written so that it makes a new tensor: `y = y + 1` for `y += 1`."""
    node = syntax(place)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        left = ast.Name(node.target.id)
        return ast.unparse(ast.Assign([left], ast.BinOp(left, node.op, node.value), lineno=1))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        method = node.func.attr.removesuffix("_")
        if method not in (node.func.attr, "copy", "zero", "fill", "normal", "uniform"):
            call = ast.Call(ast.Attribute(node.func.value, method), node.args, node.keywords)
            return ast.unparse(ast.Assign([node.func.value], call, lineno=1))
    return ""


def cloned(place: Place | None) -> str:
    """The assignment around this place, with a copy of its value: `y = x.exp().clone()`."""
    name, whole = assigned_name(place), statement(place)
    if not name or not isinstance(whole, ast.Assign):
        return ""
    return f"{name} = {ast.unparse(ast.Call(ast.Attribute(whole.value, 'clone'), [], []))}"


def bracketed(code: str) -> str:
    """The code, in brackets where no method could follow it."""
    try:
        node = ast.parse(code, mode="eval").body
    except SyntaxError:
        return f"({code})"
    follows = isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.List | ast.Tuple)
    return code if follows else f"({code})"


def snake(name: str) -> str:
    """`LinalgVectorNormBackward0` as linalg_vector_norm."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare(name)).lower()


def bare(name: str) -> str:
    """A node's name without `Backward0`."""
    return re.sub(r"Backward\d*$", "", name)


def operation(node: Any) -> str:
    """What to call a node's operation in a sentence: its name where the code has it, else the code itself."""
    name, place = snake(node.node_name), node.where()
    if place is not None and not re.search(rf"\b{name}\b", place.expression):
        return quote(place) or name
    return name
