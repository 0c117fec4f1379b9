"""Watching backward passes for what goes wrong in them: anomaly detection.

While it is on, a pass that fails, or makes a NaN, says which line of the forward pass the failing node stands for.
Every node knows its own line anyway; what is kept in addition is the whole chain of calls that led to it, and, for
nodes that a backward pass made, the node that was running then.
"""

from __future__ import annotations

import sys
import warnings
from types import CodeType, FrameType, TracebackType
from typing import Any, Protocol
from weakref import WeakSet

import numpy as np

from . import errors
from .modes import observe
from .node import AccumulateGrad, Node
from .source import user_frame


class Watcher(Protocol):
    """What a pass tells of itself while somebody watches."""

    def ran(self, node: Node, g: Any, saved: Any, outgoing: tuple[Any, ...]) -> None:
        """The node has run: it got the gradient `g`, had saved `saved` (its rules' arguments) and gave `outgoing`."""

    def failed(self, error: Exception) -> None:
        """The pass ends with this error."""


watcher: Watcher | None = None
_watchers: dict[type, Watcher] = {}


class _All:
    """Several watchers as one."""

    def ran(self, *told: Any) -> None:
        for one in _watchers.values():
            one.ran(*told)

    def failed(self, error: Exception) -> None:
        for one in _watchers.values():
            one.failed(error)


def watch(kind: type, one: Watcher | None) -> None:
    """From now on let this watcher watch every pass, in place of the one of its kind; None: nobody of its kind."""
    global watcher
    _watchers.pop(kind, None)
    if one is not None:
        _watchers[kind] = one
    watcher = next(iter(_watchers.values()), None) if len(_watchers) < 2 else _All()


class Guards:
    """Which nodes get their gradient from a `where`, which lets none through at the places that it did not choose."""

    def __init__(self) -> None:
        self.below: WeakSet[Node] = WeakSet()

    def ran(self, node: Node) -> None:
        if node.node_name == "WhereBackward0" or (node.inputs == 1 and node in self.below):
            self.below.update(e for e in node.edges if e is not None and type(e) is not AccumulateGrad)


def raw(g: Any) -> Any:
    """The array of a gradient, which may be a tensor."""
    return g.array if hasattr(g, "requires_grad") else g


# ------------------------------------------------------------ anomaly mode
class Anomaly:
    """Anomaly detection, while it is on: an observer of new nodes, and a watcher of passes."""

    def __init__(self, check_nan: bool) -> None:
        self.check_nan = check_nan
        self.guards = Guards()

    def made(self, node: Node) -> None:
        """Note on a new node the chain of calls that led to it, and the node that was running if a pass made it."""
        node.metadata["traceback_"] = _stack(user_frame())
        parent = _running(sys._getframe(1))
        if parent is not None:
            node.metadata["parent_"] = parent

    def ran(self, node: Node, g: Any, saved: Any, outgoing: tuple[Any, ...]) -> None:
        """Raise if the node gave a NaN."""
        if not self.check_nan:
            return
        self.guards.ran(node)
        for i, d in enumerate(outgoing):
            if d is not None and bool(np.isnan(raw(d)).any()):
                raise errors.nan_in_backward(node, g, saved, outgoing, i, node in self.guards.below)

    def failed(self, error: Exception) -> None:
        """Warn, with the calls of the forward pass that the failing node stands for."""
        node = failed_node(error.__traceback__)
        if node is None:
            return
        _warn(_traceback_of(node, f"Error detected in {node.name()}. ", "that caused the error"))
        parent = _notes(node).get("parent_")
        while parent is not None:
            beginning = f"\n\nPrevious calculation was induced by {parent.name()}. "
            _warn(_traceback_of(parent, beginning, "that induced the previous calculation"))
            parent = _notes(parent).get("parent_")


def _stack(frame: FrameType) -> list[str]:
    """The user's calls down to this frame, as a traceback shows them."""
    import traceback

    return traceback.format_list(traceback.extract_stack(frame))


def _traceback_of(node: Node, beginning: str, what: str) -> str:
    notes = _notes(node)
    place = node.where()
    if "traceback_" in notes:
        calls = "".join(notes["traceback_"])
    elif place is not None:  # made while anomaly detection was off: its own line is known all the same
        calls = f'  File "{place.file}", line {place.line}\n    {place.text}\n'
    else:
        return (
            f"{beginning}No forward pass information available. Enable detect anomaly during forward pass for more "
            "information."
        )
    return f"{beginning}Traceback of forward call {what}:\n{calls}"


def _notes(node: Node) -> dict[Any, Any]:
    """The notes on a node, for reading."""
    return {} if node.rare is None else node.rare.metadata or {}


def _warn(text: str) -> None:
    frame = user_frame()
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    warnings.warn_explicit(text, UserWarning, frame.f_code.co_filename, frame.f_lineno, registry=registry)


# ------------------------------------------------------------ which node runs: the engine's own frame knows
def _engine() -> CodeType:
    from .engine import run

    return run.__code__


def _running(frame: FrameType | None) -> Node | None:
    """The node that the innermost pass around this frame is running; None outside of passes."""
    code = _engine()
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return None if frame is None else frame.f_locals.get("node")


def failed_node(trace: TracebackType | None) -> Node | None:
    """The node at which the outermost pass of a traceback failed."""
    code = _engine()
    while trace is not None and trace.tb_frame.f_code is not code:
        trace = trace.tb_next
    return None if trace is None else trace.tb_frame.f_locals.get("node")


# ------------------------------------------------------------ switching it on
def is_anomaly_enabled() -> bool:
    """Whether anomaly detection is on.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.is_anomaly_enabled()
    False
    """
    return Anomaly in _watchers


_check_nan = True


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly detection, if it is on, takes a NaN in a backward pass for an error."""
    return _check_nan


def set_anomaly_enabled(mode: bool, check_nan: bool = True) -> None:
    """Switch anomaly detection on or off.

    Parameters
    ----------
    mode, check_nan : bool
        Whether it is on, and whether it then takes a NaN in a backward pass for an error.
    """
    global _check_nan
    for name, value, position in (("enabled", mode, 1), ("check_nan", check_nan, 2)):
        if not isinstance(value, bool):
            raise TypeError(
                f"set_anomaly_enabled(): argument '{name}' (position {position}) must be bool, "
                f"not {type(value).__name__}"
            )
    anomaly = Anomaly(check_nan) if mode else None
    _check_nan = check_nan
    watch(Anomaly, anomaly)
    observe(Anomaly, anomaly)


class set_detect_anomaly:
    """Switch anomaly detection on or off: at once when called, and back at the end of a `with` block.

    Parameters
    ----------
    mode, check_nan : bool
        As for `set_anomaly_enabled`.

    Examples
    --------
    >>> import minigrad
    >>> with minigrad.autograd.set_detect_anomaly(True):
    ...     minigrad.is_anomaly_enabled()
    True
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.prev, self.prev_check_nan = is_anomaly_enabled(), is_anomaly_check_nan_enabled()
        set_anomaly_enabled(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        set_anomaly_enabled(self.prev, self.prev_check_nan)


class detect_anomaly:
    """Within this block, a backward pass that fails or makes a NaN says where in the forward pass the reason lies.

    Run both, the forward and the backward pass, inside. Both are slower there.

    Parameters
    ----------
    check_nan : bool
        Whether a NaN in a backward pass is an error.

    Examples
    --------
    >>> import warnings, minigrad
    >>> warnings.simplefilter("ignore")
    >>> x = minigrad.tensor(0., requires_grad=True)
    >>> with minigrad.autograd.detect_anomaly():
    ...     try:
    ...         (x.sqrt() * 0).backward()
    ...     except RuntimeError as error:
    ...         print(error.sentence)
    Function 'SqrtBackward0' returned nan values in its 0th output.
    """

    def __init__(self, check_nan: bool = True) -> None:
        self.prev, self.prev_check_nan = is_anomaly_enabled(), is_anomaly_check_nan_enabled()
        self.check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        set_anomaly_enabled(True, self.check_nan)

    def __exit__(self, *exc: object) -> None:
        set_anomaly_enabled(self.prev, self.prev_check_nan)
