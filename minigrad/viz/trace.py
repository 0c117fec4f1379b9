"""The trace of a backward pass: made here, read by every view. Its form is written down in docs/stepper.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..autograd.errors import GradientShapeError
from .formula import mathml, put_numbers
from .graph import Graph, node_records, read_graph, root_node
from .groups import put_groups
from .layers import put_layers
from .names import Names, callers_names, is_pytorch
from .recorder import Recorder
from .study import study
from .words import alt_text, step_sentence, title, why_sentence

Trace = dict[str, Any]
VERSION = 2
LARGEST = 1_500  # nodes of a flat picture
LARGEST_GROUPED = 10_000  # nodes of one with groups
_REMEDY = (
    "Group it: pass by=model, the nn.Module that made it, or make its parts within `with viz.group(name):`. Or take "
    "fewer rounds of the loop that made it (three show what a thousand do), or a tensor from the middle of the "
    "computation, whose graph is smaller."
)


def outline(x: Any, names: Names | None = None, by: Any = None) -> Trace:
    """The trace of a graph before anything has run: nodes and edges, no events.

    Parameters
    ----------
    x : a tensor that requires grad, minigrad's or PyTorch's.
    names : what the tensors are called; by default looked up in the caller's variables.
    by : an `nn.Module`, or a list of them, whose calls group the nodes (see `groups.py`).
    """
    return _outline(x, names, by)[0]


def record(
    x: Any, gradient: Any = None, names: Names | None = None, by: Any = None, walk: Callable[[Any], Any] | None = None
) -> Trace:
    """Record a backward pass from `x`; no `.grad` changes, no hook runs, the graph can be used again.

    An error of the pass is its last event: a graph that has been freed, a value changed in place, a gradient that does
    not fit. What comes before anything can be shown is raised.

    Parameters
    ----------
    x : a tensor that requires grad, minigrad's or PyTorch's.
    gradient : a tensor of the shape of `x`; may be left out where `x` is a scalar.
    names : what the tensors are called; by default looked up in the caller's variables.
    by : an `nn.Module`, or a list of them, whose calls group the nodes (see `groups.py`).
    walk : what yields the steps from the roots; by default `minigrad.autograd.engine.walk`.

    Returns
    -------
    The trace in its JSON form (docs/stepper.md) without a layout: a dict of lists, numbers and texts.

    Raises
    ------
    TypeError
        If `x` is no tensor of minigrad or PyTorch.
    RuntimeError
        What `backward()` would raise where there is no graph, or no gradient for a tensor that is no scalar.

    Examples
    --------
    >>> import minigrad
    >>> a = minigrad.tensor([2.0, 3.0], requires_grad=True)
    >>> Q = 3 * a**3
    >>> trace = record(Q, gradient=minigrad.tensor([1.0, 1.0]))
    >>> [trace["nodes"][event["node"]]["name"] for event in trace["events"]]
    ['MulBackward0', 'PowBackward0', 'AccumulateGrad']
    """
    if is_pytorch(x):
        return _record_pytorch(x, gradient, names, by)
    from ..autograd import engine
    from ..autograd.passes import make_roots
    from ..tensor import Tensor

    if not isinstance(x, Tensor):
        raise TypeError(f"step walks tensors of minigrad or PyTorch, not {type(x).__module__}.{type(x).__name__}")
    roots, misfit = [], None
    try:
        roots = make_roots((x,), (gradient,), create_graph=False)
    except GradientShapeError as error:
        if gradient is None:  # nothing to show: there is no gradient to begin with
            raise
        misfit = error
    names = callers_names(x) if names is None else names
    begin = gradient.array if misfit else roots[0][1]
    trace, graph = _recorded(x, names, by, begin, lambda graph: (walk or engine.walk)(roots), misfit)
    study(trace, graph, names, x)
    return trace


def record_steps(x: Any, gradient: Any, names: Names, steps: Callable[[Graph], Any]) -> Trace:
    """Record what another engine does; `steps(graph)` yields as `minigrad.autograd.engine.run` does.

    Parameters
    ----------
    x : stands for the result, with `grad_fn`, `output_nr`, `shape` and `dtype`; its nodes answer `graph.py`'s protocol.
    gradient : the array that the walk begins with.
    names : what the tensors are called.
    """
    return _recorded(x, names, None, gradient, steps, None)[0]


def _record_pytorch(x: Any, gradient: Any, names: Names | None, by: Any) -> Trace:
    """The same of a tensor of PyTorch."""
    from .pytorch import as_array, gradient_of, walk

    root_node(x)  # or its error
    given, misfit = gradient_of(x, gradient)

    def steps(graph: Graph) -> Any:
        return walk(graph.nodes[0], x.output_nr, given)

    names = callers_names(x) if names is None else names
    trace, graph = _recorded(x, names, by, as_array(given), steps, misfit)
    for record, node in zip(trace["nodes"], graph.nodes, strict=True):
        record["dtype"] = node.dtype  # which NumPy may not know
    return trace


def _recorded(
    x: Any, names: Names, by: Any, begin: Any, steps: Callable[[Graph], Any], misfit: Exception | None
) -> tuple[Trace, Graph]:
    """The trace with its events: what `steps(graph)` yields, or the error `misfit` at the root."""
    trace, graph = _outline(x, names, by)
    recorder = Recorder(graph, trace["nodes"])
    trace["held"] = recorder.held.bytes
    recorder.begin(x.output_nr, begin)
    trace["events"] = recorder.listen(steps(graph)) if misfit is None else recorder.fail(0, misfit)
    _explain(trace)
    return trace, graph


def _outline(x: Any, names: Names | None, by: Any) -> tuple[Trace, Graph]:
    graph = read_graph(root_node(x))
    names = callers_names(x) if names is None else names
    records = node_records(graph, names)
    edges = [
        {"id": i, "source": source, "input": slot, "target": target, "output": output}
        for i, (source, slot, target, output) in enumerate(graph.edges)
    ]
    trace: Trace = {"version": VERSION, "title": "", "alt": "", "roots": [0]}
    trace |= {"nodes": records, "edges": edges, "events": []}
    records[0]["shape"], records[0]["dtype"] = list(x.shape), str(x.dtype).rpartition(".")[2]
    put_groups(trace, graph, by, names.modules)
    put_layers(trace, graph)
    trace["title"], trace["alt"] = title(trace), alt_text(trace)
    return trace, graph


def _explain(trace: Trace) -> None:
    """Put in what follows from the events: formulas with numbers, sentences, the picture in words."""
    for event in trace["events"]:
        node = trace["nodes"][event["node"]]
        if event["kind"] == "node":
            _put_numbers(node, event)
        event["why"]["sentence"] = why_sentence(trace, event)
        event["sentence"] = step_sentence(trace, event)
    trace["alt"] = alt_text(trace)


def _put_numbers(node: dict[str, Any], event: dict[str, Any]) -> None:
    numbers = {each["symbol"]: each["value"] for each in node["saved"]}
    arrived = event["incoming"][0]["value"]
    if arrived is not None:
        numbers[r"\bar z"] = arrived
    for out in event["outgoing"]:
        formula = node["inputs"][out["input"]]["formula"]
        if formula is not None and (out["value"] or out["raw"]) is not None:
            out["numbers"] = {"latex": put_numbers(formula["latex"], numbers)}


def check_picture(trace: Trace) -> None:
    """Refuse a picture that nobody could read; groups may hold more nodes than a flat one can show."""
    (check_recording if trace.get("groups") else check_size)(len(trace["nodes"]))


def check_size(nodes: int) -> None:
    """Refuse a flat picture of a graph that nobody could read."""
    if nodes > LARGEST:
        raise ValueError(f"This graph has {nodes:,} nodes; a picture is drawn of up to {LARGEST:,}. {_REMEDY}")


def check_recording(nodes: int) -> None:
    """Refuse a graph that is too large even in groups, before any work is done on it."""
    if nodes > LARGEST_GROUPED:
        raise ValueError(
            f"This graph has {nodes:,} nodes; a picture is drawn of up to {LARGEST:,}, or {LARGEST_GROUPED:,} in "
            "groups. Take fewer rounds of the loop that made it (three show what a thousand do), "
            "or a tensor from the middle of the computation, whose graph is smaller."
        )


def add_mathml(trace: Trace) -> Trace:
    """Put MathML beside every formula's LaTeX (once: it takes a moment, and a terminal has no use for it)."""
    formulas = [each["formula"] for node in trace["nodes"] for each in node["inputs"]]
    formulas += [out["numbers"] for event in trace["events"] for out in event["outgoing"]]
    for formula in formulas:
        if formula is not None and "mathml" not in formula:
            formula["mathml"] = mathml(formula["latex"])
    return trace
