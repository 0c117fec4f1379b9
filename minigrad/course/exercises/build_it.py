"""Judges of lesson 16's six steps: each runs a learner's part of the engine, on graphs of the reference engine."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from minigrad.course import reference_engine as reference
from minigrad.course.exercises import NotYet, is_blank
from minigrad.course.exercises.lesson_06 import UNBROADCAST
from minigrad.course.exercises.patience import TooLong, patience

Judge = Callable[[Any], str | None]
LONG = 5_000  # operations in a row: more calls within calls than Python allows
STAGES = 40  # values used twice, one after the other: 2**40 paths


def careful(judge: Judge) -> Judge:
    """The judge, with names for code that does not end and for code that calls itself too often."""

    @wraps(judge)
    def run(answer: Any) -> str | None:
        try:
            with patience():
                return judge(answer)
        except TooLong:
            return "no end"
        except RecursionError:
            return "recursion"

    return run


def same(given: Any, right: Any) -> bool:
    """Whether an array has the right shape and numbers."""
    given = np.asarray(given, dtype=np.float64)
    return given.shape == np.shape(right) and bool(np.allclose(given, right))


# --- 16.1 remember ----------------------------------------------------------------------------------------------------


@careful
def judge_apply(answer: Any) -> str | None:
    """`(Tensor, apply)`: is the result right, and does it lead to its inputs?"""
    if is_blank(answer):
        raise NotYet("define apply, then hand it over.")
    tensor, apply = answer
    x, c = tensor([1.0, 2.0], requires_grad=True), tensor([3.0, 4.0])
    out = apply(reference.mul, x, c)
    if out is None or out is ...:
        raise NotYet("apply hands back nothing yet.")
    if not isinstance(out, tensor):
        return "no tensor"
    if not same(out.data, [3.0, 8.0]):
        return "wrong value"
    return _recorded(out.node, x) or _recorded_only_if_needed(tensor, apply)


def _recorded(node: Any, x: Any) -> str | None:
    if node is None:
        return "not recorded"
    edges = list(node.edges)
    if any(hasattr(edge, "data") for edge in edges):
        return "tensors for nodes"
    if len(edges) != 2:
        return "edge left out"
    if edges[0] is not x.node or edges[1] is not None:
        return "wrong edges"
    if not isinstance(node.name, str):
        return "no name"
    if not callable(node.rule):
        return "no rule"
    to_x, _ = node.rule(np.array([1.0, 10.0]))
    return None if same(to_x, [3.0, 40.0]) else "no rule"


def _recorded_only_if_needed(tensor: Any, apply: Any) -> str | None:
    x, c = tensor([1.0, 2.0], requires_grad=True), tensor([3.0, 4.0])
    if apply(reference.mul, c, c).node is not None:
        return "always recorded"
    second = apply(reference.mul, c, x)
    if second.node is None or list(second.node.edges) != [None, x.node]:
        return "only the first"
    one = tensor([5.0], requires_grad=True)
    if [tuple(shape) for shape in apply(reference.add, x, one).node.shapes] != [(2,), (1,)]:
        return "wrong shapes"
    try:
        out = apply(reference.add, x, 3.0)
        return None if same(out.data, [4.0, 5.0]) else "plain numbers"
    except AttributeError:
        return "plain numbers"


# --- 16.2 the rules ---------------------------------------------------------------------------------------------------

INPUTS: dict[str, tuple[np.ndarray, ...]] = {
    "mul": (np.array([2.0, 3.0]), np.array([5.0, 7.0])),
    "matmul": (np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([[1.0, -1.0], [0.5, 2.0], [3.0, 1.0]])),
    "relu": (np.array([-2.0, 3.0, -0.5, 4.0]),),
    "exp": (np.array([0.5, -1.0]),),
    "log": (np.array([0.5, 3.0]),),
    "total": (np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),),
}


@careful
def judge_rules(answer: Any) -> str | None:
    """The six operations, in the order of `INPUTS`."""
    if is_blank(answer):
        raise NotYet("define the six operations, then hand them over.")
    for number, (name, operation) in enumerate(zip(INPUTS, answer, strict=True)):
        value, rule = operation(*INPUTS[name])
        right_value, right = getattr(reference, name)(*INPUTS[name])
        if not same(value, right_value):
            return "wrong value"
        g = np.random.default_rng(0).normal(size=np.shape(value))
        try:
            given = rule(g)
        except ValueError:
            return "shapes that do not fit"
        if given is ... or given is None or (isinstance(given, tuple | list) and any(each is ... for each in given)):
            raise NotYet(f"{number} of 6 rules are right. The rule of {name} is still to be written.")
        if not isinstance(given, tuple | list) or len(given) != len(INPUTS[name]):
            return "not one for each input"
        mistake = _wrong_rule(name, rule, given, right(g), g)
        if mistake:
            return mistake
    return None


def _wrong_rule(name: str, rule: Any, given: Any, right: Any, g: Any) -> str | None:
    """What is wrong with the gradients `given`, where `g` arrived and `right` are right ones."""
    if all(same(a, b) for a, b in zip(given, right, strict=True)):
        return None
    if all(np.allclose(a, b) for a, b in zip(rule(2 * g), given, strict=True)):
        return "the bare slope"
    if name == "mul" and all(same(a, b) for a, b in zip(given, right[::-1], strict=True)):
        return "its own factor"
    if name == "total" and np.ndim(given[0]) < 2:
        return "one number for all"
    if any(np.shape(a) != np.shape(b) for a, b in zip(given, right, strict=True)):
        return "shapes that do not fit"
    value = getattr(reference, name)(*INPUTS[name])[0]
    return "the value for the slope" if np.shape(value) == g.shape and same(given[0], g * value) else f"wrong: {name}"


# --- 16.3 the shape of the input, as in 06.2 ------------------------------------------------------------------------

judge_unbroadcast = careful(UNBROADCAST.judge)

# --- 16.4 who may run when --------------------------------------------------------------------------------------------


def graph(*lines: str) -> dict[str, reference.Node]:
    """Nodes by name, made in this order from lines such as `"z: h p -"`; `-` is an input that needs no gradient."""
    nodes: dict[str, reference.Node] = {}
    for line in lines:
        name, _, inputs = line.partition(":")
        edges = [nodes.get(each) for each in inputs.split()]
        nodes[name] = reference.Node(name, edges)
    return nodes


def row_of(length: int, uses: int) -> reference.Node:
    """The last of so many nodes in a row, each of which uses the one before so many times."""
    node = reference.Node("leaf")
    for _ in range(length):
        node = reference.Node("row", [node] * uses)
    return node


GRAPHS = (
    ("x:", "h: x x", "p: h -", "z: h p"),
    ("x:", "q: x x", "r: q x", "s: q r", "t: q -", "w: s t"),
    ("a:", "b:", "c: a b", "d: c b", "e: d a", "f: e c"),
    ("x:",),
)


def problem_of(found: list[Any], below: list[Any]) -> str | None:
    """What is wrong with an order of the nodes `below` (in the order in which they were made)."""
    if any(node is None for node in found):
        return "None among them"
    if len(set(found)) < len(found):
        return "twice"
    if set(found) != set(below):
        return "left out"
    place = {node: index for index, node in enumerate(found)}
    if len(found) > 1 and found == below:
        return "forward"
    early = any(place[node] > place[to] for node in below for to in node.edges if to is not None)
    return "too early" if early else None


@careful
def judge_order(order: Any) -> str | None:
    """Is each node there once, behind all that send it something, and in reasonable time?"""
    if is_blank(order):
        raise NotYet("define order, then hand it over.")
    for lines in GRAPHS:
        below = list(graph(*lines).values())
        found = order(below[-1])
        if found is None or found is ...:
            raise NotYet("order hands back nothing yet.")
        mistake = problem_of(list(found), below)
        if mistake:
            return mistake
    for length, uses in ((LONG, 1), (STAGES, 2)):
        if len(set(order(row_of(length, uses)))) != length + 1:
            return "left out"
    return None


# --- 16.5 the walk ----------------------------------------------------------------------------------------------------


def walked(run: Any, result: Any, gradient: Any = None) -> list[tuple[Any, Any, list[Any]]]:
    """What an engine yields, each array as it was at that moment."""
    begin = np.ones(result.data.shape) if gradient is None else gradient
    steps = run(result.node, begin)
    if steps is None or steps is ...:
        raise NotYet("run yields nothing yet.")
    return [(node, np.array(g), [np.array(d) for d in sent or ()]) for node, g, sent in steps]


def made_of(program: Callable[..., Any], *values: Any) -> tuple[Any, list[Any]]:
    """A result of the reference engine, and the leaves that it was made from."""
    leaves = [reference.Tensor(value, requires_grad=True) for value in values]
    return program(*leaves), leaves


def arrivals(run: Any, result: Any, leaves: list[Any], gradient: Any = None) -> list[Any]:
    """What an engine brings to each leaf."""
    steps = walked(run, result, gradient)
    if not steps:
        raise NotYet("run yields nothing yet.")
    by_node = {node: g for node, g, _ in steps}
    return [by_node.get(leaf.node) for leaf in leaves]


def _fan_out(x: Any) -> Any:
    h = x * x
    return h * (h + 1.0)


def _twice_the_first(a: Any, b: Any) -> Any:
    return (a + b) + a


@careful
def judge_run(answer: Any) -> str | None:
    """`(unbroadcast, order, run)`: does the walk bring every leaf its gradient?"""
    if is_blank(answer):
        raise NotYet("define run, then hand it over.")
    unbroadcast, order, run = answer
    for number, judge, part in (("16.3", judge_unbroadcast, unbroadcast), ("16.4", judge_order, order)):
        require(number, judge, part)
    return problem_of_run(run)


def require(number: str, judge: Judge, part: Any) -> None:
    """Raise `NotYet` if an earlier part is not right."""
    try:
        right = judge(part) is None
    except Exception:
        right = False
    if not right:
        raise NotYet(f"this step uses that of exercise {number}. Solve that first.")


def problem_of_run(run: Any) -> str | None:
    """What is wrong with an engine, by what it brings to the leaves of small programs."""
    for problem in (_of_sums, _of_shapes, _of_a_second_pass, _of_length):
        mistake = problem(run)
        if mistake:
            return mistake
    return None


def _of_sums(run: Any) -> str | None:
    result, leaves = made_of(lambda x: x * x, 3.0)
    [to_x] = arrivals(run, result, leaves)
    if to_x is None:
        return "leaves left out"
    if to_x == 3:
        return "the last one wins"
    result, leaves = made_of(lambda x: x * x, 3.0)
    if same(arrivals(run, result, leaves, np.array(10.0))[0], 6.0):
        return "begins with one"
    result, leaves = made_of(_fan_out, 3.0)
    try:
        [to_x] = arrivals(run, result, leaves)
    except (KeyError, AttributeError):
        return "no edge"
    if to_x in (54.0, 60.0):
        return "the last one wins" if to_x == 54 else "too early"
    if not same(to_x, 114.0):
        return "something else"
    result, leaves = made_of(_twice_the_first, [1.0, 2.0], [3.0, 4.0])
    begin = np.ones(2)
    to_a, to_b = arrivals(run, result, leaves, begin)
    if not same(to_b, [1.0, 1.0]) or not same(begin, [1.0, 1.0]):
        return "written in place"
    return None if same(to_a, [2.0, 2.0]) else "something else"


def _of_shapes(run: Any) -> str | None:
    result, leaves = made_of(lambda rows, bias, one: rows * bias + one, np.ones((2, 3)), [5.0, 6.0, 7.0], [[1.0]])
    for found, right in zip(
        arrivals(run, result, leaves), (np.array([[5, 6, 7]] * 2), np.array([2, 2, 2]), np.array([[6]])), strict=True
    ):
        if np.shape(found) != right.shape:
            return "not summed"
        if not same(found, right):
            return "something else"
    return None


def _of_a_second_pass(run: Any) -> str | None:
    result, leaves = made_of(_fan_out, 3.0)
    first, second = (arrivals(run, result, leaves)[0] for _ in range(2))
    return None if same(first, second) else "stale"


def _of_length(run: Any) -> str | None:
    def long(x: Any) -> Any:
        for _ in range(LONG):
            x = x * 1.0
        return x

    def wide(x: Any) -> Any:
        for _ in range(STAGES):
            x = x + x
        return x

    for program, right in ((long, 1.0), (wide, 2.0**STAGES)):
        result, leaves = made_of(program, 1.0)
        if not same(arrivals(run, result, leaves)[0], right):
            return "something else"
    return None


# --- 16.6 what the walk is for ----------------------------------------------------------------------------------------


@careful
def judge_training(answer: Any) -> str | None:
    """`(run, backward, sgd)`: are gradients kept, and do parameters move against them?"""
    if is_blank(answer):
        raise NotYet("define backward and sgd, then hand them over.")
    run, backward, sgd = answer
    require("16.5", lambda run: _of_sums(run) or _of_shapes(run), run)
    return _of_backward(backward) or _of_sgd(sgd)


def _of_backward(backward: Any) -> str | None:
    x = reference.Tensor([1.0, 2.0], requires_grad=True)
    backward(reference.apply(reference.total, x * x))
    if x.grad is None:
        raise NotYet("after backward, the leaf's .grad is still None.")
    if not same(x.grad, [2.0, 4.0]):
        return "wrong gradient"
    backward(reference.apply(reference.total, x * 3.0))
    if same(x.grad, [3.0, 3.0]):
        return "the last pass wins"
    if not same(x.grad, [5.0, 7.0]):
        return "wrong gradient"
    try:
        backward(x * x)
    except Exception:
        return None
    return "any result goes"


def _of_sgd(sgd: Any) -> str | None:
    w, unused = (reference.Tensor(value, requires_grad=True) for value in ([1.0, 2.0], [3.0]))
    kept = w.data
    w.grad = np.array([10.0, -10.0])
    try:
        sgd([w, unused], 0.1)
    except (TypeError, AttributeError):
        return "no gradient"
    if w.grad is not None and same(w.data, [1.0, 2.0]) and same(w.grad, [10.0, -10.0]):
        raise NotYet("backward is right. sgd has moved nothing yet.")
    if same(w.data, [2.0, 1.0]):
        return "uphill"
    if same(w.data, [1.0, 2.0]):
        return "a name moved"
    if not same(w.data, [0.0, 3.0]) or not same(unused.data, [3.0]):
        return "wrong step"
    if w.grad is not None and np.any(w.grad):
        return "not cleared"
    return None if same(kept, [1.0, 2.0]) else "written in place"
