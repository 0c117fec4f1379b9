"""Lesson 02: what it says of flags is so, in minigrad and in PyTorch; its judges accept every right answer."""

from typing import Any

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, tensor
from minigrad.course.exercises import NotYet, lesson_02
from tests.course.test_prose import run_lesson


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("02")


@pytest.fixture(params=["minigrad", "torch"])
def library(request):
    """minigrad, and PyTorch where it is installed."""
    return pytest.importorskip(request.param, reason="PyTorch is not installed: it is not asked")


# --- what the text says -----------------------------------------------------------------------------------------------


def test_the_flag_is_looked_at_when_a_line_runs(library):
    x = library.tensor([1.0, 10.0])
    before = 2 * x
    x.requires_grad = True
    both = before + 2 * x
    assert not before.requires_grad and both.requires_grad
    both.backward(gradient=library.tensor([1.0, 1.0]))
    assert x.grad.tolist() == [2, 2]


def test_a_result_cannot_be_told_to_forget(library):
    z = library.tensor([7.0, 3.0])
    assert not z.requires_grad and z.requires_grad_() is z and z.requires_grad
    c = 2 * z
    with pytest.raises(RuntimeError, match="you can only change requires_grad flags of leaf variables"):
        c.requires_grad = False
    with pytest.raises(RuntimeError, match="you can only change requires_grad flags of leaf variables"):
        c.requires_grad_(False)
    assert not z.requires_grad_(False).requires_grad


def test_only_floats_require_grad(library):
    c = library.tensor([40.0, 35.0], requires_grad=True)
    assert not (c > 36).requires_grad and not c.argmax().requires_grad
    assert (c * library.tensor([1, 2])).requires_grad
    whole = library.tensor([1, 10])
    for ask in (whole.requires_grad_, lambda: setattr(whole, "requires_grad", True)):
        with pytest.raises(RuntimeError, match="only Tensors of floating point"):
            ask()


def test_an_error_of_ours_begins_with_the_sentence_of_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: its sentences are not asked")

    def said(library):
        sentences = []
        b = library.tensor([8.0, 5.0], requires_grad=True)
        for ask in (lambda: setattr(library.tensor([1, 10]), "requires_grad", True), b.numpy):
            with pytest.raises(RuntimeError) as error:
                ask()
            sentences.append(str(error.value).splitlines())
        return sentences

    theirs, ours = said(torch), said(minigrad)
    assert [lines[:1] for lines in ours] == theirs
    for lines in ours:
        text = "\n".join(lines)
        assert "\nWhat: " in text and "\nWhere: " in text and "\nFix: " in text


def test_numpys_functions_remember_here_and_are_refused_there():
    b = tensor([8.0, 5.0], requires_grad=True)
    assert np.exp(b).grad_fn.name() == b.exp().grad_fn.name() == "ExpBackward0"
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: it is not asked")
    with pytest.raises(RuntimeError, match=r"Can't call numpy\(\)"):
        np.exp(torch.tensor([8.0, 5.0], requires_grad=True))


def test_the_fewest_leaves_are_those_of_the_answer(lesson):
    painter = eval("requires_grad_painter(left, wage, hours, bonus, rent, months)", lesson)
    results = [node["id"] for node in painter.state["trace"]["nodes"] if node["kind"] == "op"]
    enough = []
    for chosen in range(2 ** len(painter.value)):
        on = {name for i, name in enumerate(painter.value) if chosen >> i & 1}
        painter.value = {name: name in on for name in painter.value}
        if not on & set(painter.state["reasons"]) and all(painter.flags[node] for node in results):
            enough.append(on)
    assert len(results) == 4 and set(painter.state["reasons"]) == {"hours", "months"}
    assert min(enough, key=len) == {"wage", "rent"} and sum(len(on) == 2 for on in enough) == 1


def test_three_of_the_six_are_in_the_picture(lesson):
    trace = eval("step(a * b, gradient=tensor([1.0, 1.0])).trace", lesson)
    assert {node["variable"] for node in trace["nodes"][1:]} == {"b", "z"} and len(trace["nodes"]) == 3


# --- 02.1 -------------------------------------------------------------------------------------------------------------


def test_the_flags_are_those_of_the_lesson(lesson):
    assert {name: lesson[name].requires_grad for name in lesson_02.FLAGS} == lesson_02.FLAGS


def test_flags_may_be_said_in_many_ways():
    right = lesson_02.FLAGS
    for answer in (
        list(right.values()),
        tuple(right.values()),
        {name: int(flag) for name, flag in right.items()},
        {name: str(flag) for name, flag in right.items()},
        {name: "yes" if flag else " no " for name, flag in right.items()},
        {name: np.bool_(flag) for name, flag in reversed(right.items())},
        {name: tensor(flag) for name, flag in right.items()} | {"w": True},
    ):
        assert lesson_02.PREDICT.judge(answer) is None
    for answer in ({}, dict.fromkeys(right, "maybe"), {**right, "v": ...}, list(right.values())[1:], "True", object()):
        with pytest.raises(NotYet):
            lesson_02.PREDICT.judge(answer)


def test_no_other_flags_are_right():
    for choice in range(2 ** len(lesson_02.FLAGS)):
        answer = {name: bool(choice >> i & 1) for i, name in enumerate(lesson_02.FLAGS)}
        assert (lesson_02.PREDICT.judge(answer) is None) == (answer == lesson_02.FLAGS)


# --- 02.2 to 02.4 -----------------------------------------------------------------------------------------------------


def slopes(x):
    (x**3).sum().backward()
    return x.grad


@pytest.mark.parametrize(
    "answer",
    [
        lambda numbers: slopes(tensor(numbers, dtype=minigrad.float64, requires_grad=True)),
        lambda numbers: slopes(tensor([float(n) for n in numbers]).requires_grad_()),
        lambda numbers: slopes(Tensor(numbers).requires_grad_()),
        lambda numbers: slopes((tensor(numbers) * 1.0).requires_grad_()),
        lambda numbers: slopes(tensor(np.array(numbers, dtype=float), requires_grad=True)).tolist(),
        lambda numbers: slopes(Tensor(numbers).requires_grad_()).numpy(),
    ],
)
def test_any_way_to_floats_is_accepted(answer):
    assert lesson_02.WHOLE_NUMBERS.judge(answer) is None


def growth(s, more=lambda area: area):
    more(s * s).backward()
    return s.grad


@pytest.mark.parametrize(
    "answer",
    [
        lambda side: growth(Tensor([side]).requires_grad_()),
        lambda side: growth(tensor(side).float().requires_grad_()),
        lambda side: growth(tensor(side, dtype=minigrad.float64, requires_grad=True)).item(),
        lambda side: growth(tensor([[float(side)]], requires_grad=True), lambda area: area.sum()).tolist(),
    ],
)
def test_any_way_to_one_float_is_accepted(answer):
    assert lesson_02.SQUARE.judge(answer) is None


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: ((x**2).mean(), x.detach().numpy() ** 2),
        lambda x: ((x * x).sum() / len(x), np.array((x * x).tolist())),
        lambda x: [np.mean(x**2), [number.item() ** 2 for number in x]],
        lambda x: ((x**2).mean().reshape(1), (x**2).detach().clone().numpy()),
    ],
)
def test_any_mean_that_remembers_is_accepted(answer):
    assert lesson_02.PLOT.judge(answer) is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: (tensor((x**2).tolist()).mean(), (x**2).tolist()), "the mean left the graph"),
        (lambda x: ((x**2).detach().mean(), (x**2).tolist()), "the mean left the graph"),
        (lambda x: ((x**2).detach().requires_grad_().mean(), (x**2).tolist()), "no way back to x"),
        (lambda x: (x.sum() * 0 + (x**2).detach().mean(), (x**2).tolist()), "something else"),
        (lambda x: ((x**2).sum(), (x**2).tolist()), "something else"),
    ],
)
def test_a_mean_that_does_not_lead_back_to_x_is_refused(answer, said):
    assert lesson_02.PLOT.judge(answer) == said


def test_programs_as_handed_out_are_no_answers_yet(lesson):
    for exercise, function in (
        (lesson_02.WHOLE_NUMBERS, "slopes_of_cubes"),
        (lesson_02.SQUARE, "growth"),
        (lesson_02.PLOT, "report"),
    ):
        with pytest.raises(NotYet, match="still"):
            exercise.judge(lesson[function])
        with pytest.raises(NotYet, match="define the function"):
            exercise.judge(3)
