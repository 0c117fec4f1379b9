"""Which graph does this code make? A field for code, and the graph of its result (lesson 03)."""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import traceback
from types import CodeType
from typing import Any

from ...autograd.source import user_frame
from ..graph import read_graph, root_node
from ..names import Names
from ..trace import check_size, outline
from .instrument import Instrument
from .plain import placed, still_graph
from .still import drawing, words

QUESTION = "Which graph does this code make?"
LINE = 17.0  # height of a line of code in the picture
FILE = "<graph builder>"
MOST_SAID = 2_000  # characters of what the code printed


class GraphBuilder(Instrument):
    """Code and the graph of its result; `run(code)` is what the front end's button does.

    Attributes
    ----------
    result : what the code last made; None where it raised.
    value : ``{"code": …, "run": n}``, what the learner last ran.
    """

    kind = "graph_builder"

    def __init__(self, code: str, variables: Any) -> None:
        self._variables = variables  # a function: the learner's own as they are now
        self.result: Any = None
        super().__init__(self._answer(code), {"code": code, "run": 0})
        if hasattr(self, "observe"):
            self.observe(lambda change: self.run(change["new"]["code"]), "value")

    def run(self, code: str) -> None:
        """Run code as a cell would, in a copy of the caller's variables, and show the graph of its result."""
        self.state = self._answer(code)

    def _answer(self, code: str) -> dict[str, Any]:
        state: dict[str, Any] = {"question": QUESTION, "code": code, "trace": None, "error": "", "said": ""}
        printed = io.StringIO()
        self.result = None
        try:
            with contextlib.redirect_stdout(printed):
                self.result, names = _run(code, self._variables())
            check_size(len(read_graph(root_node(self.result)).nodes))
            state["trace"] = placed(outline(self.result, names), {})
        except (Exception, KeyboardInterrupt, SystemExit) as error:  # the learner's code may raise anything
            state["error"] = _told(error)
        state["said"] = printed.getvalue()[-MOST_SAID:]
        return state

    @property
    def alt(self) -> str:
        state = self.state
        answer = state["error"] or state["trace"]["alt"]
        return f"{QUESTION}\n{state['code'].rstrip()}\n{answer}"

    def still(self) -> str:
        state = self.state
        lines = state["code"].rstrip().splitlines()
        errors = state["error"].splitlines()
        parts = [words((14, 24 + LINE * i), line, "left source") for i, line in enumerate(lines)]
        top = 24 + LINE * len(lines)
        parts += [words((14, top + LINE * i), line, "left name") for i, line in enumerate(errors)]
        width, height = 28 + 8.1 * max(map(len, [*lines, *errors]), default=0), top + LINE * len(errors)
        if state["trace"]:
            layout = state["trace"]["layout"]
            width, height = max(width, layout["width"]), top + layout["height"] + 20
            parts.append(
                still_graph(state["trace"], state["trace"]["alt"], {}).replace("<svg ", f'<svg y="{top:g}" ', 1)
            )
        return drawing((width, height), self.alt, parts)


def graph_builder(code: str) -> GraphBuilder:
    """Which graph does this code make?

    Parameters
    ----------
    code : Python, to begin with. It runs like a cell, in a copy of the caller's variables (`minigrad` and `tensor`
        are there in any case), so nothing of the caller's is bound anew. The result is what its last line is: an
        expression, or the tensor assigned there.

    Returns
    -------
    A widget with a field for the code: Ctrl+Enter runs it in the kernel and draws the new graph, an error stands
    beside it as text. ``.result`` is the tensor, ``.run(code)`` does the same from Python.

    Examples
    --------
    >>> graph_builder("a = tensor(2., requires_grad=True)" + chr(10) + "y = a * a").result
    tensor(4., grad_fn=<MulBackward0>)
    """
    frame = user_frame()
    local = {} if frame.f_locals is frame.f_globals else dict(frame.f_locals)
    return GraphBuilder(code, lambda around=frame.f_globals: {**around, **local})


def _run(code: str, variables: dict[str, Any]) -> tuple[Any, Names]:
    """Run code; what its last statement made, and what the tensors are called."""
    from ... import tensor

    tree = ast.parse(code, FILE)
    linecache.cache[FILE] = (len(code), None, code.splitlines(keepends=True), FILE)
    last = tree.body.pop() if tree.body else None
    variables = {"minigrad": __import__("minigrad"), "tensor": tensor, **variables}
    exec(_compiled(tree), variables)
    if isinstance(last, ast.Expr):
        result = eval(_compiled(ast.Expression(last.value)), variables)
    else:
        exec(_compiled(ast.Module([last] if last else [], [])), variables)
        result = variables.get(_target(last))
    if not hasattr(result, "requires_grad"):
        raise TypeError(f"the last line gives no tensor but {_kind(result)}: end with the tensor whose graph is wanted")
    names = Names()
    for name, value in variables.items():
        if isinstance(value, type(result).__mro__[-2]) and not name.startswith("_"):
            names.add(name, value)
    return result, names


def _compiled(tree: ast.Module | ast.Expression) -> CodeType:
    return compile(tree, FILE, "eval" if isinstance(tree, ast.Expression) else "exec")


def _target(last: ast.stmt | None) -> str:
    """The name that the last statement assigns, or "" """
    targets = last.targets if isinstance(last, ast.Assign) else [getattr(last, "target", None)]
    return targets[-1].id if isinstance(targets[-1], ast.Name) else ""


def _kind(result: Any) -> str:
    return (
        "nothing"
        if result is None
        else f"{'an' if type(result).__name__[0] in 'aeiou' else 'a'} {type(result).__name__}"
    )


def _told(error: BaseException) -> str:
    """An error as text, with the line of the learner's code in which it arose."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
    what = error.msg if isinstance(error, SyntaxError) else str(error)
    return (f"Line {line}: " if line else "") + f"{type(error).__name__}: {what}".rstrip(": ")
