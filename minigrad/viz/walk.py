"""`step`: walk a tensor's backward pass, in a notebook with the stepper, elsewhere as text."""

from __future__ import annotations

import importlib.util
import re
import sys
from typing import Any

from ..autograd.errors import GradientShapeError
from ..autograd.source import user_frame
from .graph import read_graph, root_node
from .live_pass import LivePass, dry_run, explain_leaves
from .names import is_pytorch
from .picture import Views
from .questions import as_kinds, ask
from .text import walk_text
from .trace import LARGEST, check_picture, check_recording, outline, record


class Walk(Views):
    """A recorded backward pass: the text and the pictures of it, where there is no stepper to show."""

    def __init__(self, trace: dict[str, Any]) -> None:
        self.trace = trace
        self.answers: list[dict[str, Any]] = []  # nobody can be asked here

    def __str__(self) -> str:
        return walk_text(self.trace)

    def __repr__(self) -> str:
        return f"<{self.trace['title']}, {len(self.trace['events'])} steps>"


def step(
    x: Any,
    gradient: Any = None,
    *,
    by: Any = None,
    predict: str | list[str] | tuple[str, ...] | None = None,
    live: bool = False,
) -> Any:
    """Walk the backward pass of a tensor, node by node.

    It works on a recording: no `.grad` changes, no hook runs, and the graph can be used again afterwards. With
    ``live=True`` the pass really runs instead, a node for each step forward. An error of the pass (a value changed in
    place, a graph that is spent, a gradient that does not fit) is the last step.

    Parameters
    ----------
    x : a tensor that requires grad. Names are taken from the caller's variables.
    gradient : a tensor of the shape of `x`, as for `backward()`; may be left out where `x` is a scalar.
    by : an `nn.Module`, or a list of them: nodes that a layer made are one group of its name, which opens and closes. A
        graph of more than 120 nodes is grouped by the modules among the caller's variables, if there are any.
    predict : ``"next"``, ``"shape"``, ``"value"`` or a list of these. Each step then stays locked until the learner has
        said which node runs next, or which shape or which numbers it sends; `s.answers` tells how it went.
    live : run the pass in the kernel as the reader steps: `.grad` fills, hooks run, saved tensors are freed. Going back
        moves the view only; who stops half-way has a pass that stopped. Needs a notebook.

    Returns
    -------
    In a notebook a `Stepper`, a widget: `s.step` can be read, set and observed (0: nothing has run; k: step k is
    shown). Elsewhere a `Walk`, after printing it. Both have ``.trace`` (docs/stepper.md), ``.svg``, ``.source`` and
    ``.save(path)``.

    Raises
    ------
    RuntimeError
        What `backward()` would raise where there is nothing to show: no graph, or no gradient for a tensor that is no
        scalar (the remedy names `step`).
    ValueError
        For another `predict`, or `live` with a tensor of PyTorch. In a notebook, if the graph has more nodes than a
        flat picture can show.

    Examples
    --------
    >>> import minigrad
    >>> a = minigrad.tensor(2.0, requires_grad=True)
    >>> y = a.sin()
    >>> walk = step(y)
    Backward pass of y: 2 steps
    ...
    >>> a.grad is None
    True
    """
    kinds = as_kinds(predict)
    in_notebook = _in_notebook()
    if in_notebook:
        _check_size(x, by)  # before the work of recording it
    if live and is_pytorch(x):
        raise ValueError("live=True drives minigrad's own engine; for a tensor of PyTorch leave it out")
    try:
        trace = record(x, gradient, by=by, walk=dry_run if live else None)
    except GradientShapeError as error:
        raise _for_step(error) from None
    if kinds:
        ask(trace, kinds)
    if in_notebook and live and _has_widgets():
        from .widget import Stepper

        return Stepper(trace, LivePass(x, gradient, explain_leaves(trace)))
    if live and not in_notebook:
        print("live=True needs a notebook, in which somebody steps. Here is a recording; nothing has run.")
    view = shown(trace)
    if not isinstance(view, Walk):
        from .watch import Watch

        view.watch(Watch(x, trace, user_frame().f_globals))
    return view


def shown(trace: dict[str, Any]) -> Any:
    """A recorded walk as it is shown here: in a notebook a `Stepper`, elsewhere a `Walk`, which is printed."""
    if _in_notebook():
        if _has_widgets():
            from .widget import Stepper

            return Stepper(trace)
        print("The stepper needs anywidget: pip install anywidget. Here is the same walk as text.")
    walk = Walk(trace)
    print(walk)
    return walk


def _has_widgets() -> bool:
    return importlib.util.find_spec("anywidget") is not None


def _check_size(x: Any, by: Any) -> None:
    nodes = len(read_graph(root_node(x)).nodes)
    check_recording(nodes)
    if nodes > LARGEST:  # then it must have groups
        check_picture(outline(x, by=by))


def _for_step(error: GradientShapeError) -> GradientShapeError:
    """The same error, its code for `y.backward(…)` rewritten as that for `step(y, …)`."""

    def call(match: re.Match[str]) -> str:
        return f"`step({', '.join(filter(None, match.groups()))})`"

    fix = re.sub(r"`([^`]+)\.backward\(([^`]*)\)`", call, error.fix)
    return GradientShapeError(error.sentence, error.what, error.where, fix, error.story)


def _in_notebook() -> bool:
    """Whether this is a Jupyter kernel (a terminal's IPython has none)."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return getattr(shell, "kernel", None) is not None
