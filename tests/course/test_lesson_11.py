"""Lesson 11: what it says of memories and histories is so, here and in PyTorch; its judges accept what is right."""

import warnings
from typing import Any

import numpy as np
import pytest

import minigrad
from minigrad import tensor
from minigrad.course.exercises import NotYet, lesson_11, slice_backward
from tests.course.test_prose import run_lesson


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("11")


@pytest.fixture(params=["minigrad", "torch"])
def library(request):
    """minigrad, and PyTorch where it is installed."""
    return pytest.importorskip(request.param, reason="PyTorch is not installed: it is not asked")


# --- what the text says -----------------------------------------------------------------------------------------------


def shares(a, b) -> bool:
    return np.shares_memory(a.detach().numpy(), b.detach().numpy())


def test_which_calls_share_and_which_copy(library):
    x = library.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    views = x[0], x[0:1], x[:, 1], x.T, x.view(6), x.reshape(6), x[0].expand(2, 3), x.detach()
    for view in (*views, *x.unbind(), *x.chunk(2)):
        assert shares(view, x)
    copies = x.clone(), x + 0, library.stack([x, x]), library.cat([x, x]), x[[0, 1]], x[x > 1], x.T.reshape(6)
    for copy in copies:
        assert not shares(copy, x)
    assert x[0].expand(2, 3).stride() == (0, 1)
    with pytest.raises(RuntimeError, match="view size is not compatible"):
        x.T.view(6)


def test_a_list_or_a_mask_to_the_left_writes_to_the_tensor_itself(library):
    x = library.tensor([1.0, 2.0, 3.0])
    x[x > 2] = 0.0
    x[[0, 1]] = 5.0
    x[[0, 1]][0] = 7.0  # to a copy
    assert x.tolist() == [5, 5, 0]


def test_a_write_changes_numbers_version_and_history_of_all_aliases(library):
    def found(*tensors):
        return [(type(each.grad_fn).__name__, each._version) for each in tensors]

    x, w = library.tensor([1.0, 2.0, 3.0], requires_grad=True), library.tensor(10.0, requires_grad=True)
    y = 2 * x
    first = y[:2]
    assert found(y, first) == [("MulBackward0", 0), ("SliceBackward0", 0)]
    y[0] = w
    assert found(y, first) == [("CopySlices", 1), ("AsStridedBackward0", 1)]
    assert (y.tolist(), first.tolist()) == ([10, 4, 6], [10, 4])
    first.sum().backward()
    assert (x.grad.tolist(), w.grad.tolist()) == ([0, 2, 0], 1)


def test_a_write_through_any_alias_is_noticed_by_a_rule_that_saved(library):
    x = library.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = 2 * x
    squares = y**2
    y[1:][0] = 5.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        squares.sum().backward()


def test_a_leaf_that_requires_grad_refuses_writes_to_its_parts(library):
    x = library.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad"):
        x[0] = 10.0
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        x += 1


@pytest.mark.parametrize("cut", [lambda x: x.unbind(), lambda x: x.chunk(2)], ids=["unbind", "chunk"])
@pytest.mark.parametrize("of_a_leaf", [True, False])
def test_one_of_several_views_refuses_writes_and_leaves_the_numbers(library, cut, of_a_leaf):
    x = library.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x if of_a_leaf else 2 * x
    before = y.tolist()
    left, _ = cut(y)
    with pytest.raises(RuntimeError, match=r"^Output 0 of \w+ is a view and is being modified inplace"):
        left *= 10
    assert y.tolist() == before


def test_what_is_said_of_the_other_ways_back(library):
    x = library.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    g = library.tensor([[1.0, 10.0], [100.0, 1000.0]])
    (found,) = library.autograd.grad(x.T, x, g)
    assert found.tolist() == g.T.tolist()
    (found,) = library.autograd.grad(x.reshape(4), x, g.reshape(4))
    assert found.tolist() == g.tolist()
    (found,) = library.autograd.grad(x[[0, 0]], x, g)
    assert found.tolist() == [[101, 1010], [0, 0]]


@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True to a scalar")
def test_a_list_is_read_and_a_stack_is_recorded(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    parts = [x[0] * 2, x[1] * 3]
    assert not library.tensor(parts).requires_grad
    leaf = library.tensor(parts, requires_grad=True)
    assert leaf.is_leaf and leaf.requires_grad
    leaf.sum().backward()
    assert leaf.grad.tolist() == [1, 1] and x.grad is None
    library.stack(parts).sum().backward()
    assert x.grad.tolist() == [2, 3]


def test_a_list_is_warned_of_once_a_session_or_once_a_line():
    def warned(library):
        x = library.tensor([1.0, 2.0], requires_grad=True)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            library.tensor([x[0], x[1]])
            library.tensor([x[0], x[1]])
        return [str(warning.message).splitlines()[0] for warning in seen]

    sentence = "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior."
    assert warned(minigrad) == [sentence, sentence]
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: its warnings are not asked")
    warned(torch)
    assert warned(torch) == []


def test_the_tables_of_the_write_are_those_of_the_stepper(lesson):
    trace = eval("step(total).trace", lesson)
    sent = {}
    for event in trace["events"]:
        name = trace["nodes"][event["node"]]["name"]
        sent[name] = [out["value"]["values"] for out in event["outgoing"] if out["value"]]
    assert sent["AsStridedBackward0"] == [[1, 1, 0]]
    assert sent["CopySlices"] == [[0, 1, 0], [1]]
    assert sent["MulBackward0"] == [[0, 2, 0]]


def test_the_strip_shows_what_the_answer_says(lesson):
    code = "storage_strip(*(lambda x: (x, x.T, x[::2], x[:, 1], x.T.reshape(6)))(tensor(cells)))"
    strip = eval(code, lesson | {"cells": [[10.0, 11.0], [12.0, 13.0], [14.0, 15.0]]})
    where = [dict(zip(view["places"] or [], view["indices"], strict=True)) for view in strip.state["views"]]
    assert [indices.get(5) for indices in where] == [[2, 1], [1, 2], [1, 1], [2], None]
    assert strip.state["views"][4]["places"] is None


# --- 11.1 -------------------------------------------------------------------------------------------------------------


def test_the_aliases_are_those_of_the_lesson(lesson):
    t = lesson["t"]
    names = {name for name in lesson_11.NAMES - {"d"} if lesson["share"](t, lesson[name])}
    assert names | {"d"} == lesson_11.ALIASES and lesson["share"](t, t.reshape(6))  # d is another tensor later on
    t.reshape(6)[3] = -1.0
    assert lesson["b"][0, 1] == -1


@pytest.mark.parametrize("aliases", [list("abdfh"), set("abdfh"), tuple("hfdba"), "a, b, d, f, h", list("tabdfh")])
@pytest.mark.parametrize("changed", [(0, 1), [0, 1], np.array([0, 1]), tensor([0, 1]), "b[0, 1]", (-3, -1)])
def test_aliases_may_be_said_in_many_ways(aliases, changed):
    assert lesson_11.WHICH_ALIAS.judge((aliases, changed)) is None


def test_no_other_aliases_are_right():
    for choice in range(2**8):
        names = {name for i, name in enumerate("abcdefgh") if choice >> i & 1}
        assert (lesson_11.WHICH_ALIAS.judge((names, (0, 1))) is None) == (names == lesson_11.ALIASES)
    assert lesson_11.WHICH_ALIAS.judge((["z"], (0, 1))) == "other names"
    with pytest.raises(NotYet, match="names in quotes"):
        lesson_11.WHICH_ALIAS.judge(([tensor(1.0)], (0, 1)))


# --- 11.2 -------------------------------------------------------------------------------------------------------------


def by_autograd(g, shape, index):
    x = minigrad.zeros(shape, dtype=minigrad.float64, requires_grad=True)
    x[index].backward(gradient=tensor(g))
    return x.grad


def with_tensors(g, shape, index):
    to_x = minigrad.zeros(*shape)
    to_x[index] = g
    return to_x


def added(g, shape, index):
    to_x = np.zeros(shape)
    np.add.at(to_x, index, g)
    return to_x.tolist()


@pytest.mark.parametrize("function", [by_autograd, with_tensors, added])
def test_any_right_backward_of_a_slice_is_accepted(function):
    assert slice_backward.SLICE_BACKWARD.judge(function) is None


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda g, shape, index: np.zeros(shape), "nothing was written"),
        (lambda g, shape, index: np.resize(g, shape), "something else"),
        (lambda g, shape, index: np.ones(shape), "something else"),
        (lambda g, shape, index: np.pad(g, 1), "another shape"),
        (lambda g, shape, index: np.pad(g, (0, shape[0] - len(g))), "other places"),
        (lambda g, shape, index: g.sum(), "another shape"),
    ],
)
def test_other_wrong_ones_are_refused(function, name):
    assert slice_backward.SLICE_BACKWARD.judge(function) == name


def test_the_rule_as_handed_out_is_no_answer_yet(lesson):
    with pytest.raises(NotYet, match="does not hand back"):
        slice_backward.SLICE_BACKWARD.judge(lesson["slice_backward"])


# --- 11.3 -------------------------------------------------------------------------------------------------------------


def test_the_answer_is_what_the_program_gives(library):
    p, w = library.tensor([1.0, 2.0, 3.0], requires_grad=True), library.tensor(5.0, requires_grad=True)
    q = 2 * p
    last = q[1:]
    q[1] = w
    (last * last).sum().backward()
    assert (last.tolist(), p.grad.tolist(), w.grad.item()) == (lesson_11.LAST, lesson_11.P_GRAD, lesson_11.W_GRAD)
    for answer in ((last, p.grad, w.grad), (last.tolist(), p.grad.numpy(), w.grad.item())):
        assert lesson_11.AFTER_THE_WRITE.judge(answer) is None


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (([5, 6], [0, 0, 24], None), "a write is no operation"),
        (([5, 6], [0, 0, 24], "None"), "a write is no operation"),
        (([5, 6], [0, 0, 24], 0), "a write is no operation"),
        (([5, 6], [0, 20, 24], 10), "a write is no operation"),
        (([5, 6], [0, 0, 24], 12), "the wrong number for w"),
        (([5, 6], [4, 0, 24], 10), "something else"),
        (([5, 6], 24, 10), "something else"),
        (([2, 5, 6], [0, 0, 24], 10), "other numbers"),
    ],
)
def test_wrong_predictions_are_refused(answer, name):
    assert lesson_11.AFTER_THE_WRITE.judge(answer) == name


def test_half_an_answer_is_none():
    for answer in ((..., [0, 0, 24], 10), ([5, 6], None, 10), ([5, ...], [0, 0, 24], 10), ([5, 6], [0, 0, 24], ...)):
        with pytest.raises(NotYet):
            lesson_11.AFTER_THE_WRITE.judge(answer)


# --- 11.4 -------------------------------------------------------------------------------------------------------------


def on_a_copy(x):
    y = x.clone()
    y[0] *= 2
    return y.mean(dim=1)


def joined(x):
    first, *others = x.unbind()
    return minigrad.cat([2 * first.mean().reshape(1), *(row.mean().reshape(1) for row in others)])


def cloned(x):
    first, *others = x.unbind()
    first = first.clone()
    first *= 2
    return minigrad.stack([row.mean() for row in [first, *others]])


def written_into_zeros(x):
    means = minigrad.zeros(len(x))
    for i, row in enumerate(x):
        means[i] = row.mean() * (2 if i == 0 else 1)
    return means


@pytest.mark.parametrize(
    "function",
    [
        on_a_copy,
        joined,
        cloned,
        written_into_zeros,
        lambda x: x.mean(dim=1) * tensor([2.0] + [1.0] * (len(x) - 1)),
        lambda x: minigrad.cat([2 * x[:1], x[1:]]).mean(dim=1, keepdim=True),
    ],
)
def test_any_right_means_are_accepted(function):
    assert lesson_11.MEND_BOTH.judge(function) is None


def double_for_good(x):
    x.data[0] *= 2
    return x.mean(dim=1)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (double_for_good, "x was changed"),
        (lambda x: x.mean(dim=1), "not doubled"),
        (lambda x: 2 * x.mean(dim=1), "something else"),
        (lambda x: on_a_copy(x).detach(), "the graph is cut"),
        (lambda x: on_a_copy(x).detach().numpy(), "the graph is cut"),
        (lambda x: on_a_copy(x.detach()) + 0 * x.mean(dim=1), "a wrong gradient"),
        (lambda x: on_a_copy(x).tolist(), "still a list"),
    ],
)
def test_wrong_means_are_refused(function, name):
    assert lesson_11.MEND_BOTH.judge(function) == name


def test_the_means_as_handed_out_are_no_answer_yet(lesson):
    with pytest.raises(NotYet, match="still refused"):
        lesson_11.MEND_BOTH.judge(lesson["row_means"])
