"""Which messages the code can make: the first words of each error and warning that teaches, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from minigrad.autograd import errors

ROOT = Path(__file__).parents[2]
HOLE = "…"  # what differs from message to message


def sources() -> dict[str, str]:
    """The package's files that speak of errors."""
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in (ROOT / "minigrad").rglob("*.py")}
    return {name: text for name, text in texts.items() if "errors" in text or "/errors/" in name}


def makers() -> dict[str, int]:
    """What makes a message: classes and functions, with the position of the sentence among their arguments."""
    named = [getattr(errors, name) for name in errors.__all__]
    teaching = [thing for thing in named if isinstance(thing, type) and issubclass(thing, errors.kinds.TeachingError)]
    return {kind.__name__: 0 for kind in teaching} | {"TeachingError": 0, "compose_warning": 0, "_compose": 1}


class Reader:
    """Finds the sentences in a set of files, given as texts by name."""

    def __init__(self, files: dict[str, str]) -> None:
        self.calls: list[tuple[ast.Call, list[ast.AST]]] = []  # with what is around them, the file first
        for name, text in files.items():
            tree = ast.parse(text)
            tree.name = name  # type: ignore[attr-defined]
            self._collect(tree, [tree])

    def _collect(self, node: ast.AST, around: list[ast.AST]) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                self.calls.append((child, around))
            inner = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            self._collect(child, [*around, child] if inner else around)

    def found(self) -> dict[str, str]:
        """Sentence, with holes → the file and line that make it."""
        where = {}
        known = makers()
        for call, around in self.calls:
            position = known.get(_name(call.func))
            if position is not None and len(call.args) > position:
                for sentence in self.read(call.args[position], around):
                    where[sentence] = f"{around[0].name}:{call.lineno}"  # type: ignore[attr-defined]
        return where

    def read(self, node: ast.AST, around: list[ast.AST]) -> set[str]:
        """All texts that an expression can be; none for the text of another message."""
        match node:
            case ast.Constant(value=str(text)):
                return {text}
            case ast.JoinedStr(values=parts):
                return {"".join(texts) for texts in product(*(self._part(part, around) for part in parts))}
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return {a + b for a, b in product(self.read(left, around), self.read(right, around))}
            case ast.IfExp(body=body, orelse=orelse):
                return self.read(body, around) | self.read(orelse, around)
            case ast.Attribute(attr="sentence"):
                return set()
            case ast.Name(id=name):
                return self._local(name, around) or self._given(name, around) or {HOLE}
        return {HOLE}

    def _part(self, part: ast.AST, around: list[ast.AST]) -> set[str]:
        if isinstance(part, ast.FormattedValue):
            name = part.value.id if isinstance(part.value, ast.Name) else ""
            return self._local(name, around) or {HOLE}
        return self.read(part, around)

    def _local(self, name: str, around: list[ast.AST]) -> set[str]:
        """What is assigned to this name in the function, or in the file."""
        file: ast.Module = around[0]  # type: ignore[assignment]
        for nodes in (ast.walk(around[-1]) if len(around) > 1 else (), file.body):
            values = [
                node.value
                for node in nodes
                if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
            ]
            if values:
                return set().union(*(self.read(value, around) for value in values))
        return set()

    def _given(self, name: str, around: list[ast.AST]) -> set[str]:
        """What the callers of the function give for its parameter."""
        function = around[-1]
        if not isinstance(function, ast.FunctionDef):
            return set()
        names = [argument.arg for argument in function.args.args]
        if name not in names:
            return set()
        position = names.index(name) - (names[0] == "self")
        return set().union(
            *(
                self.read(given, where)
                for call, where in self.calls
                for given in _arguments(call, function.name, position)
            )
        )


def _arguments(call: ast.Call, function: str, position: int) -> Iterator[ast.AST]:
    if _name(call.func) == function and len(call.args) > position:
        yield call.args[position]


def _name(function: ast.AST) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
