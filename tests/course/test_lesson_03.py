"""Lesson 03: its pictures show what the text says of them, its judges accept every right answer, PyTorch agrees."""

import re
from itertools import permutations
from typing import Any

import pytest

import minigrad
from course import build
from minigrad.course.exercises import NotYet, lesson_03, lines_in_order
from minigrad.viz import draw_graph, graph_builder
from minigrad.viz.graph import read_graph
from tests.course.play import source_of
from tests.course.test_prose import run_lesson

pytestmark = pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("03")


def cell_with(text: str) -> str:
    """The lesson's cell with this text in it."""
    return next(cell.source for cell in build.read_source(source_of("03")).cells if text in cell.source)


def run_cell(text: str, torch: Any) -> dict[str, Any]:
    """The variables after a cell of the lesson ran with minigrad or PyTorch, drawing and checking apart."""
    quiet = {name: lambda *_: None for name in ("draw_graph", "leads_to", "print", "check")}
    variables = {"minigrad": torch, "tensor": torch.tensor, **quiet}
    exec(cell_with(text), variables)
    return variables


def graph(torch: Any, root: Any) -> list[tuple[str, list[str]]]:
    """Each node of a graph with the names of those it leads to, in one order in both libraries."""
    order, lines = [root.grad_fn], []
    for node in order:
        targets = [to for to, _ in node.next_functions]
        order += [to for n, to in enumerate(targets) if to and to not in order and to not in targets[:n]]
        lines.append((type(node).__name__, [type(to).__name__ for to in targets]))
    return lines


TO_READ = {
    "Q = cube": "Q",
    "length = v.norm()": "length",
    "answers = minigrad.zeros": "loss",
    "hidden = ": "loss",
    "x3 = first": "x3",
    "layers = ": "right",
    "p = r * t": "p",
    "total = ": "total",
}


@pytest.mark.parametrize(("cell", "root"), TO_READ.items())
def test_pytorch_makes_the_same_graphs(cell, root):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: its graphs are not compared")
    ours, theirs = run_cell(cell, minigrad), run_cell(cell, torch)
    assert graph(minigrad, ours[root]) == graph(torch, theirs[root])
    drawn = [[(n["name"], n["shape"]) for n in draw_graph(each[root]).trace["nodes"]] for each in (ours, theirs)]
    assert [name for name, _ in drawn[0]] == [name for name, _ in drawn[1]]


def count(nodes: list, name: str) -> int:
    return sum(node.name == name for node in nodes)


def test_the_pictures_show_what_is_said_of_them(lesson):
    layer = run_cell("answers = minigrad.zeros", minigrad)
    names = [name for name, _ in graph(minigrad, layer["loss"])]
    assert names.count("AccumulateGrad") == 2 and "MmBackward0" in names and "SqueezeBackward4" in names
    shared = graph(minigrad, lesson["x3"])
    leads = [to for _, targets in shared for to in targets]
    assert leads.count("AccumulateGrad") == 3 and [name for name, _ in shared].count("AccumulateGrad") == 2
    whole = [name for name, _ in graph(minigrad, lesson["left"].dot(lesson["right"]))]
    assert whole.count("TanhBackward0") == whole.count("SelectBackward0") == 1 + 3
    two = run_cell("hidden = ", minigrad)
    leaves = [node.variable for node in read_graph(two["loss"].grad_fn).nodes if hasattr(node, "variable")]
    assert {id(leaf) for leaf in leaves} == {id(two[name]) for name in ("w1", "b1", "w2", "b2")}


def test_the_last_leaf_to_get_its_gradient():
    variables: dict[str, Any] = run_cell("hidden = ", minigrad)
    got: list[str] = []
    for name in ("w1", "b1", "w2", "b2"):
        variables[name].register_hook(lambda g, name=name: got.append(name))
    variables["loss"].backward()
    assert len(got) == 4 and got[-1] == "w1"


def test_two_runs_share_the_leaf_and_nothing_else(lesson):
    def nodes(tensor):
        return read_graph(tensor.grad_fn).nodes

    left, again = nodes(lesson["left"]), nodes(lesson["again"])
    assert [type(node) for node in left] == [type(node) for node in again]
    shared = [node for node in left if any(node is other for other in again)]
    assert [type(node).__name__ for node in shared] == ["AccumulateGrad"]


def test_loops_and_unused_results_leave_nothing_in_the_graph():
    code = re.search(r'"""\\\n(.*)"""', cell_with("unused = y.exp()"), re.S)[1]
    for rounds in (0, 2, 3):
        result = graph_builder(code.replace("range(2)", f"range({rounds})")).result
        names = [name for name, _ in graph(minigrad, result)]
        assert sorted(names) == ["AccumulateGrad", *["MulBackward0"] * rounds, "SumBackward0"]


def conversions(torch: Any) -> list[bool]:
    leaf = torch.tensor([1.0, 2.0], requires_grad=True)
    made = torch.tensor([1.0, 2.0])
    return [leaf.to(torch.float64).is_leaf, leaf.to("cpu") is leaf, (made * 2).is_leaf, (leaf * made).is_leaf]


def test_what_is_said_of_leaves_holds_in_both():
    assert conversions(minigrad) == [False, True, True, False]
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: its leaves are not compared")
    assert conversions(torch) == conversions(minigrad)
    assert not torch.tensor([1.0, 2.0], requires_grad=True).to("meta").is_leaf  # another device, without a GPU


# --- the judges -------------------------------------------------------------------------------------------------------


def test_the_leaves_are_those_of_the_code(lesson):
    names = list(lesson_03.TENSORS)
    assert {name for name in names if lesson[name].is_leaf} == lesson_03.LEAVES
    fresh = run_cell("total = ", minigrad)
    fresh["total"].backward()
    assert {name for name in names if fresh[name].is_leaf and fresh[name].grad is not None} == lesson_03.FILLED


def test_leaves_are_accepted_in_every_sensible_form(lesson):
    judge = lesson_03.MARK_LEAVES.judge
    leaves, filled = sorted(lesson_03.LEAVES), sorted(lesson_03.FILLED)
    assert judge((leaves, filled)) is None
    assert judge([tuple(reversed(leaves)), set(filled)]) is None
    assert judge((", ".join(leaves), " ".join(filled))) is None
    assert judge(([lesson[name] for name in leaves], [lesson[name] for name in filled])) is None
    assert judge(([lesson[name] for name in [*leaves, "wide"]], filled)) == "a converted leaf"
    assert judge((leaves, [])) == "a path was missed"
    assert judge((leaves, ["w"])) == "other names"


def test_the_judge_accepts_just_the_orders_that_make_the_graph(lesson):
    p = minigrad.tensor(2.0, requires_grad=True) * minigrad.tensor(0.5, requires_grad=True)
    wanted = lines_in_order.shape_of((p.exp() + p) * p)
    assert wanted == lines_in_order.graph_of(lines_in_order.ORDERED)
    tail = [lines_in_order.KEEP, lines_in_order.EXP, lines_in_order.PLUS, lines_in_order.TIMES]
    head = [lines_in_order.COST, lines_in_order.COUNT, lines_in_order.PRODUCT]
    judged = {order: lines_in_order.LINES_IN_ORDER.judge([*head, *order]) for order in permutations(tail)}
    assert [order for order, verdict in judged.items() if verdict is None] == [tuple(tail)]
    assert {"kept too late", "exp at the end", "another root", "a name too early"} < set(judged.values())
    swapped = [head[1], head[0], head[2], *tail]
    assert lines_in_order.LINES_IN_ORDER.judge(swapped) is None
    assert lines_in_order.LINES_IN_ORDER.judge("\n".join(swapped)) is None


def test_no_other_lines_are_ever_run():
    ordered = list(lines_in_order.ORDERED)
    assert lines_in_order.LINES_IN_ORDER.judge([*ordered[:-1], "raise SystemExit"]) == "other lines"
    assert lines_in_order.LINES_IN_ORDER.judge(ordered * 2) == "other lines"
    with pytest.raises(NotYet, match="shuffled"):
        lines_in_order.LINES_IN_ORDER.judge(list(lines_in_order.SHUFFLED))


@pytest.mark.parametrize("name", ["minigrad", "torch"])
def test_the_arrows_are_those_of_the_program(name):
    torch = pytest.importorskip(name, reason="PyTorch is not installed: the arrows are not followed there")
    program = re.search(r"```python\n(a = tensor.*?)```", cell_with("Draw a circle"), re.S)[1]
    variables: dict[str, Any] = {"tensor": torch.tensor}
    exec(program, variables)
    assert {n: variables[n].item() for n in "abcd"} == lesson_03.RIGHT
    assert [n for n in "abcd" if variables[n].is_leaf and variables[n].grad is not None] == ["b"]
    judge = lesson_03.ARROWS.judge
    assert judge((lesson_03.RIGHT, ["b"])) is None
    assert judge(([6, 2, 8, 48], "b")) is None
    assert judge(({n: variables[n] for n in "abcd"}, {"b"})) is None
