"""Lesson 09: cuts, copies and checks are as it says, in minigrad and in PyTorch; its judges accept what is right."""

import warnings
from typing import Any

import numpy as np
import pytest

import minigrad
from minigrad import no_grad, tensor
from minigrad.autograd import SilentMistakeWarning
from minigrad.course.exercises import NotYet, choose_the_tool, lesson_09
from minigrad.viz.picture import drawn
from tests.course.test_prose import run_lesson


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch, minigrad.autograd.warn_silent_mistakes(False):
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("09")


@pytest.fixture(params=["minigrad", "torch"])
def library(request):
    """minigrad, and PyTorch where it is installed."""
    return pytest.importorskip(request.param, reason="PyTorch is not installed: it is not asked")


def test_grad_hands_out_a_gradient_for_each_name_and_fills_none(library):
    t = library.tensor([1.0, 2.0, 4.0], requires_grad=True)
    u = library.tensor([10.0, 20.0], requires_grad=True)
    given = library.autograd.grad((t**2).sum() + u.log().sum(), (t, u))
    assert [np.round(each.tolist(), 6).tolist() for each in given] == [[2, 4, 8], [0.1, 0.05]]
    assert t.grad is None and u.grad is None


# --- cuts -------------------------------------------------------------------------------------------------------------


def ends(library, third):
    a, b = library.tensor(0.5, requires_grad=True), library.tensor(-0.5, requires_grad=True)
    for _ in range(100):
        loss = (a - 1) ** 2 + (b + 1) ** 2 + third(a, b)
        to_a, to_b = library.autograd.grad(loss, (a, b))
        with library.no_grad():
            a -= 0.1 * to_a
            b -= 0.1 * to_b
    return a.item(), b.item()


def test_the_two_runs_end_where_the_lesson_says(library, lesson):
    for path, third in (
        ("whole_path", lambda a, b: (a - b) ** 2),
        ("cut_path", lambda a, b: (a.detach() - b) ** 2),
    ):
        assert np.allclose(ends(library, third), lesson[path][-1], atol=1e-5)


def test_one_path_goes_down_and_the_other_climbs(lesson):
    for path, sign in (("whole_path", -1), ("cut_path", 1)):
        heights = lesson["loss_at"](*np.transpose(lesson[path]))
        assert (sign * np.diff(heights) > -1e-6).all() and sign * (heights[-1] - heights[0]) > 0.1


def test_two_boxes_are_missing(lesson):
    whole, cut = (drawn(eval(f"draw_graph({name}).trace", lesson)) for name in ("z", "z_cut"))
    assert [node["name"] for node in cut["nodes"]] == ["MulBackward0", "AccumulateGrad"]
    assert len(whole["layout"]["boxes"]) - len(cut["layout"]["boxes"]) == 2


def test_what_the_two_walks_show(lesson):
    pair = eval("side_by_side(step(whole), step(with_cut))", lesson)
    whole, cut = (walk["trace"] for walk in pair.state["walks"])
    gradients = [
        {trace["nodes"][e["node"]]["variable"]: e["grad"]["after"]["values"][0] for e in trace["events"] if e["grad"]}
        for trace in (whole, cut)
    ]
    assert gradients == [{"a": 1, "b": -1}, {"a": -1, "b": -1}]
    assert len(whole["edges"]) == len(cut["edges"]) + 1


def test_detach_shares_memory_and_clone_passes_gradients(library):
    w = library.tensor([1.0, 2.0], requires_grad=True)
    detached, cloned, both = w.detach(), w.clone(), w.detach().clone()
    with library.no_grad():
        w *= 10
    assert (detached.tolist(), cloned.tolist(), both.tolist()) == ([10, 20], [1, 2], [1, 2])
    assert [each.requires_grad for each in (detached, cloned, both)] == [False, True, False]
    cloned.sum().backward()
    assert w.grad.tolist() == [1, 1]


def test_item_cuts_without_a_word(library, recwarn):
    coins = library.tensor([5.0, 3.0, 2.0], requires_grad=True)
    (100 * coins / coins.sum().item()).sum().backward()
    assert coins.grad.tolist() == [10, 10, 10] and len(recwarn) == 0


# --- recording --------------------------------------------------------------------------------------------------------


def test_a_parameter_is_moved_under_no_grad(library):
    w = library.tensor([1.0, 2.0], requires_grad=True)
    (w**2).sum().backward()
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"):
        w -= 0.1 * w.grad
    assert not (w - 0.1 * w.grad).is_leaf
    with library.no_grad():
        w -= 0.1 * w.grad
        assert w.requires_grad and (2 * w).grad_fn is None
    assert w.is_leaf and (2 * w).requires_grad and np.allclose(w.tolist(), [0.8, 1.6])


def test_the_training_of_the_lesson_ends_well(lesson):
    assert lesson["weight"].shape == (10, 784) and lesson["weight"].is_leaf
    assert lesson["error"].item() < 0.001 and not lesson["answer"].requires_grad
    assert (lesson["answer"].argmax(1) == lesson["kinds"]).all()


def test_eval_and_no_grad_are_two_switches(library):
    ones, dropout = library.ones(200, requires_grad=True), library.nn.Dropout(0.5)

    def switches():
        answer = 3 * dropout(ones)
        return bool((answer == 0).any()), answer.requires_grad

    assert switches() == (True, True)
    with library.no_grad():
        assert switches() == (True, False)
    dropout.eval()
    assert switches() == (False, True)
    with library.no_grad():
        assert switches() == (False, False)
    dropout.train()
    assert switches() == (True, True)


# --- versions ---------------------------------------------------------------------------------------------------------


def test_data_goes_around_the_check_and_detach_does_not(library):
    w = library.tensor(3.0, requires_grad=True)
    loss = w**2
    w.data *= 10
    assert w._version == 0
    loss.backward()
    assert w.grad.item() == 60

    def under_no_grad(w):
        with library.no_grad():
            w *= 10

    for write in (under_no_grad, lambda w: w.detach().mul_(10)):
        w = library.tensor(3.0, requires_grad=True)
        loss = w**2
        write(w)
        assert w._version == w.detach()._version == 1
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            loss.backward()


def test_only_minigrad_warns_of_data(library):
    with minigrad.autograd.warn_silent_mistakes(), warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        w = library.tensor(3.0, requires_grad=True)
        loss = w**2
        w.data *= 10
        loss.backward()
    assert [each.category for each in seen] == [SilentMistakeWarning] * (library is minigrad)


# --- 09.1 -------------------------------------------------------------------------------------------------------------


def under_no_grad(guess, i, minutes):
    with no_grad():
        target = minutes + guess[i + 1]
    return (guess[i] - target) ** 2


@pytest.mark.parametrize(
    "function",
    [
        under_no_grad,
        lambda guess, i, minutes: (guess[i] - (minutes + guess[i + 1]).detach()) ** 2,
        lambda guess, i, minutes: (minutes + guess.detach()[i + 1] - guess[i]).square(),
        lambda guess, i, minutes: (guess[i] - minutes - guess[i + 1].item()) ** 2,
        lambda guess, i, minutes: ((guess[i : i + 1] - minutes - guess.tolist()[i + 1]) ** 2).sum(),
        lambda guess, i, minutes: (guess[i : i + 1] - minutes - guess[i + 1].detach().clone()) ** 2,
        lambda guess, i, minutes: (guess.clone()[i] - minutes - guess[i + 1].detach()) ** 2,
    ],
)
def test_any_target_that_stays_put_is_accepted(function):
    assert lesson_09.A_TARGET.judge(function) is None


def set_in_place(guess, i, minutes):
    with no_grad():
        guess[i] = minutes + guess[i + 1]
    return (guess[i] - minutes - guess[i + 1].detach()) ** 2


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda guess, i, minutes: ((guess[i] - minutes - guess[i + 1]) ** 2).detach(), "nothing is recorded"),
        (lambda guess, i, minutes: (guess[i].item() - minutes - guess[i + 1].item()) ** 2, "nothing is recorded"),
        (lambda guess, i, minutes: (guess[i] - guess[i + 1].detach()) ** 2, "another loss"),
        (lambda guess, i, minutes: (guess - minutes - guess.detach()[i + 1]) ** 2, "another loss"),
        (lambda guess, i, minutes: (guess[i] - minutes - guess[i + 1]).detach() * guess[i] * 0 + 9, "something else"),
        (set_in_place, "the guesses were changed"),
    ],
)
def test_other_targets_are_refused(function, name):
    assert lesson_09.A_TARGET.judge(function) == name


# --- 09.2 -------------------------------------------------------------------------------------------------------------


def total(w, x, y):
    return ((x @ w - y) ** 2).mean() + 0.1 * (w**2).sum()


@pytest.mark.parametrize(
    "function",
    [
        lambda w, x, y: (total(w, x, y), total(w, x, y).item()),
        lambda w, x, y: [total(w, x, y), float(total(w, x, y))],
        lambda w, x, y: (total(w, x, y), total(w, x, y).detach()),
        lambda w, x, y: (total(w, x, y), total(w, x, y).detach().numpy()),
        lambda w, x, y: (total(w, x, y).reshape(1), no_grad(total)(w, x, y)),
        lambda w, x, y: (((x @ w - y) ** 2).mean() + w @ w / 10, total(w, x, y).tolist()),
    ],
)
def test_any_measure_that_keeps_no_graph_is_accepted(function):
    assert lesson_09.ITEM_TRAP.judge(function) is None


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda w, x, y: (total(w, x, y), total(w, x, y)), "the number keeps its graph"),
        (lambda w, x, y: (total(w, x, y), total(w, x, y) * 1), "the number keeps its graph"),
        (lambda w, x, y: (total(w, x, y).item(), total(w, x, y).item()), "only a number"),
        (lambda w, x, y: (total(w, x, y), 0.0), "another value"),
        (lambda w, x, y: (total(w, x, y) * 2, total(w, x, y).item()), "another value"),
        (lambda w, x, y: (total(w.detach(), x, y) + 0 * w.sum(), total(w, x, y).item()), "another value"),
    ],
)
def test_other_measures_are_refused(function, name):
    assert lesson_09.ITEM_TRAP.judge(function) == name


# --- 09.3 -------------------------------------------------------------------------------------------------------------


def first_choices() -> dict[str, Any]:
    return {situation: tools[0] for situation, tools in choose_the_tool.RIGHT.items()}


def test_tools_may_be_named_in_many_ways():
    w, right = tensor([1.0], requires_grad=True), first_choices()
    judge = choose_the_tool.CHOOSE_THE_TOOL.judge
    for answer in (
        right,
        list(right.values()),
        tuple(right.values()),
        dict(reversed(right.items())) | {"I": "more"},
        {situation: f" {tool.upper()}()" for situation, tool in right.items()},
        right | {"A": "loss.item()", "B": "with no_grad():", "E": "w.detach().clone()", "H": "model.eval()"},
        right | {"A": w.item, "B": no_grad, "C": "torch.no_grad", "D": "y.detach()", "E": "clone().detach()"},
        right | {"B": "detach", "D": "detach clone", "E": ["detach", "clone"], "G": "detach().clone()"},
    ):
        assert judge(answer) is None
    for answer in ({}, right | {"C": ...}, right | {"C": "sleep"}, right | {"C": "item eval"}, "item", list("ABC")):
        with pytest.raises(NotYet):
            judge(answer)


def test_every_other_tool_is_refused():
    for situation, accepted in choose_the_tool.RIGHT.items():
        for tool in choose_the_tool.TOOLS:
            verdict = choose_the_tool.CHOOSE_THE_TOOL.judge(first_choices() | {situation: tool})
            assert (verdict is None) == (tool in accepted)
            known = choose_the_tool.BELIEFS.get((situation, tool))
            assert known is None or verdict == known
    assert set(choose_the_tool.BELIEFS.values()) < {m.name for m in choose_the_tool.CHOOSE_THE_TOOL.mistakes}


def test_programs_as_handed_out_are_no_answers_yet(lesson):
    for exercise, function in ((lesson_09.A_TARGET, "loss_of"), (lesson_09.ITEM_TRAP, "measure")):
        with pytest.raises(NotYet, match="still"):
            exercise.judge(lesson[function])
        with pytest.raises(NotYet, match="define"):
            exercise.judge(3)
