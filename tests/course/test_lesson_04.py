"""Lesson 04: what it says of orders and engines is so, in minigrad and in PyTorch."""

from itertools import permutations
from typing import Any

import pytest

from minigrad.course.exercises import NotYet, be_the_engine, lesson_04
from tests.course.test_prose import run_lesson


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("04")


def orders_judged(verdict: str | None) -> set[str]:
    """The orders of the six nodes on which the judge says `verdict`."""
    return {"".join(order) for order in permutations("xqrstw") if lesson_04.ORDER.judge(list(order)) == verdict}


def test_the_judge_accepts_every_right_order_but_the_one_that_was_given():
    assert orders_judged(None) == {"wstrqx", "wsrtqx"}
    assert orders_judged("the program backwards") == {"wtsrqx"}


def test_every_accepted_order_gives_the_same_gradients(lesson):
    def slopes(node):  # any numbers do
        return [(to, 2.0 + len(node + to) + index) for index, (to, _) in enumerate(lesson_04.PROGRAM[node])]

    edges = {node: slopes(node) for node in lesson_04.PROGRAM}
    right = lesson["walk"](edges, list("wtsrqx"))
    for order in orders_judged(None):
        assert lesson["walk"](edges, list(order)) == right
    wrong = [order for order in orders_judged("q too early") if lesson["walk"](edges, list(order)) == right]
    assert wrong == []


def test_the_exercises_graphs_are_those_of_the_lesson(lesson):
    assert lesson_04.GRAPHS[0] == lesson["edges"]
    trace = eval("step(w).trace", lesson)
    names = [node["variable"] for node in trace["nodes"]]
    drawn = {name: sorted(names[e["target"]] for e in trace["edges"] if names[e["source"]] == name) for name in names}
    assert drawn == {node: sorted(to for to, _ in edges) for node, edges in lesson_04.PROGRAM.items()}


def test_edge_gradients_are_those_of_the_stepper(lesson):
    trace = eval("step(k).trace", lesson)
    names = [node["variable"] for node in trace["nodes"]]
    ends = {edge["id"]: (names[edge["source"]], names[edge["target"]]) for edge in trace["edges"]}
    sent = {ends[out["edge"]]: out["value"]["values"] for event in trace["events"] for out in event["outgoing"]}
    assert sent == {("k", "d"): [5], ("k", "u"): [2], ("d", "u"): [5], ("d", "v"): [-5]}
    assert lesson_04.EDGE_GRADIENTS.judge((5, 2, 5, -5, 7)) is None
    assert {e["grad"]["after"]["values"][0] for e in trace["events"] if e["grad"]} == {7, -5}


def newest_first(edges, root):
    """The program backwards: no counting at all."""
    order = list(reversed(edges))
    gradient = dict.fromkeys(edges, 0.0) | {root: 1.0}
    for node in order:
        for to, slope in edges[node]:
            gradient[to] += gradient[node] * slope
    return gradient, order


def collecting(edges, root):
    """Each node fetches its gradients when its turn comes; the result is a tuple of other types."""
    order: list[str] = []
    while len(order) < len(edges):
        sources = {node: [n for n in edges if any(to == node for to, _ in edges[n])] for node in edges}
        order.append(next(n for n in edges if n not in order and all(s in order for s in sources[n])))
    gradient = {root: 1}
    for node in order[1:]:
        gradient[node] = sum(gradient[n] * slope for n in edges for to, slope in edges[n] if to == node)
    return gradient, tuple(order)


@pytest.mark.parametrize("engine", [newest_first, collecting])
def test_any_right_engine_is_accepted(engine):
    assert lesson_04.BROKEN_ENGINE.judge(engine) is None


def test_an_engine_that_knows_only_the_lessons_graph_is_refused():
    answer = {"x": 114.0, "h": 19.0, "p": 9.0, "z": 1.0}, ["z", "p", "h", "x"]
    assert lesson_04.BROKEN_ENGINE.judge(lambda edges, root: answer) == "nodes left out"


def test_an_engine_that_counts_wrongly_is_refused():
    def once_for_each_target(edges, root):
        gradient, order = newest_first({node: list(dict(to).items()) for node, to in edges.items()}, root)
        return gradient, order

    assert lesson_04.BROKEN_ENGINE.judge(once_for_each_target) == "the last one wins"


def test_the_engine_as_handed_out_is_no_answer_yet(lesson):
    with pytest.raises(NotYet, match="54"):
        lesson_04.BROKEN_ENGINE.judge(lesson["run"])


def test_the_locked_stepper_asks_what_the_exercise_expects(lesson):
    locked = lesson["locked"]
    given = be_the_engine.given_in(locked, *be_the_engine.TO_PREDICT)
    assert len(given) == sum(map(len, locked.trace["questions"])) and all(answer["right"] for answer in given)
    assert locked.answers == []  # nobody has been asked
    with pytest.raises(NotYet, match="0 of 8 questions"):
        lesson_04.BE_THE_ENGINE.judge(locked)


PROGRAM = "x = torch.tensor(3.0, requires_grad=True)\nq = x * x\nr = q + x\ns = q * r\nt = 2 * q\nw = s + t\n"


def order_in(torch) -> list[str]:
    """The order in which PyTorch runs the nodes of exercise 04.2, by hooks on the nodes."""
    variables: dict[str, Any] = {"torch": torch}
    exec(PROGRAM, variables)
    order: list[str] = []
    leaf = variables["q"].grad_fn.next_functions[0][0]
    for name, node in [("x", leaf), *((name, variables[name].grad_fn) for name in "qrstw")]:
        node.register_prehook(lambda *_, name=name: order.append(name))
    variables["w"].backward()
    return order


def test_pytorch_takes_the_newest_of_the_ready_nodes_and_so_do_we(lesson):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: its order is not asked")
    trace = eval("step(w).trace", lesson)
    ours = [trace["nodes"][event["node"]]["variable"] for event in trace["events"]]
    assert order_in(torch) == ours == list("wtsrqx")
