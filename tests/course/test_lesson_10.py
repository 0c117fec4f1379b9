"""Lesson 10: what it says of writes in place is so, here and in PyTorch; its judges accept every right answer."""

import warnings
from typing import Any

import numpy as np
import pytest

import minigrad
from course import build
from minigrad import tensor
from minigrad.course.exercises import NotYet, lesson_10, twelve_writes
from minigrad.viz import version_timeline
from tests.course.play import source_of
from tests.course.test_prose import run_lesson

STALE = "modified by an inplace operation"


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("10")


@pytest.fixture(params=["minigrad", "torch"])
def library(request):
    """minigrad, and PyTorch where it is installed."""
    return pytest.importorskip(request.param, reason="PyTorch is not installed: it is not asked")


def refused(z) -> bool:
    """Whether backward refuses, since something that was saved is stale."""
    try:
        z.sum().backward(retain_graph=True)
    except RuntimeError as error:
        assert STALE in str(error)
        return True
    return False


# --- what the text says -----------------------------------------------------------------------------------------------


def test_the_sine_may_be_doubled_and_not_multiplied_by_itself(library):
    x = library.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x.sin()
    y *= 2
    assert not refused(y) and library.allclose(x.grad, 2 * x.cos())
    y = x.sin()
    y *= y
    assert refused(y)


def test_a_product_in_place_keeps_a_copy_of_what_it_overwrites(library):
    x = library.tensor(3.0, requires_grad=True)
    y = x * 2
    y *= x
    assert not refused(y) and x.grad.item() == 12


# Line → what may be overwritten: h, k (the other input) and z (the result).
MAY = {
    "h + k": "hkz",
    "h * 2": "hz",
    "h**2": "z",
    "h.sin()": "z",
    "h.exp()": "h",
    "h * k": "z",
}


@pytest.mark.parametrize("line", MAY)
@pytest.mark.parametrize("name", "hkz")
def test_who_saves_what(library, line, name):
    if name == "k" and "k" not in line:
        return
    x = library.tensor([1.0, 2.0], requires_grad=True)
    variables = {"h": x * 1, "k": x * 3}
    variables["z"] = z = eval(line, variables)
    (expected,) = library.autograd.grad(eval(line, {"h": x * 1, "k": x * 3}).sum(), x)
    variables[name].add_(1)
    assert refused(z) == (name not in MAY[line])
    assert x.grad is None or x.grad.tolist() == expected.tolist()


def test_the_table_of_the_text_is_the_one_that_was_tried():
    text = source_of("10").read_text("utf-8")
    said = {}
    for row in text.splitlines():
        if row.startswith("# | `z = "):
            line, *_, may = [part.strip() for part in row.strip("# |").split("|")]
            said[line.split("`")[1].removeprefix("z = ")] = "".join(part for part in may if part in "hkz")
    assert said == MAY


WRITES = {  # how it is written: counted, recorded
    "h += 1": (True, True),
    "with library.no_grad():\n    h += 1": (True, False),
    "h.detach().add_(1)": (True, False),
    "h.data += 1": (False, False),
    "h.detach().numpy()[...] += 1": (False, False),
}


@pytest.mark.parametrize("write", WRITES)
def test_what_is_counted_and_what_is_recorded(library, write):
    counted, recorded = WRITES[write]
    x = library.tensor([1.0, 2.0], requires_grad=True)
    h = x * 2
    y, before = h**2, h.grad_fn
    exec(write, {"library": library, "h": h})
    assert h.tolist() == [3, 5]
    assert (h._version == 1) == counted == refused(y)
    assert (h.grad_fn.name() != before.name()) == recorded
    assert h.detach()._version == h._version


@pytest.mark.parametrize("write", ["h.data += 1", "h.detach().numpy()[...] = 7"])
def test_28_in_silence(library, write):
    x = library.tensor(3.0, requires_grad=True)
    h = x * 2
    y = h**2
    exec(write, {"h": h})
    y.backward()
    assert (h._version, x.grad.item(), h.item()) == (0, 28, 7)


@pytest.mark.parametrize(("write", "warned"), [("h.data += 1", True), ("h.detach().numpy()[...] = 7", False)])
def test_of_data_only_minigrad_warns(library, write, warned):
    with minigrad.autograd.warn_silent_mistakes(), warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        h = library.tensor(3.0, requires_grad=True) * 2
        y = h**2
        exec(write, {"h": h})
        y.backward()
    assert bool(seen) == (warned and library is minigrad)


def test_a_leaf_is_set_under_no_grad_only(library):
    x = library.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"):
        x.add_(1)
    assert x.tolist() == [1, 1, 1] and x._version == 0
    with library.no_grad():
        x += 1
        x[0] = 5.0
    assert x.is_leaf and x.tolist() == [5, 2, 2] and x._version == 2


def test_three_refusals_of_views(library, capsys):
    variables = {"x": library.ones(3, requires_grad=True), "no_grad": library.no_grad}
    code = next(cell.source for cell in build.read_source(source_of("10")).cells if "def part_of" in cell.source)
    exec(code, variables)
    view, several, unrecorded = capsys.readouterr().out.splitlines()
    assert view == "a view of a leaf Variable that requires grad is being used in an in-place operation."
    assert several.startswith("Output 0 of Unbind") and several.endswith("is a view and is being modified inplace")
    assert unrecorded == "A view was created in no_grad mode and is being modified inplace with grad mode enabled"


def test_a_step_between_two_backwards(library):
    def begin():
        w = library.tensor(3.0, requires_grad=True)
        return w, library.optim.SGD([w], lr=0.1), w * 2, w**2

    w, optimizer, first, second = begin()
    first.backward()
    optimizer.step()
    assert w._version == 1 and w.item() == pytest.approx(2.8)
    assert refused(second)
    w.grad = None
    (w**2).backward()
    assert w.grad.item() == pytest.approx(5.6)
    w, optimizer, first, second = begin()
    first.backward()
    second.backward()
    assert w.grad.item() == 2 + 6


def played(**names) -> dict[str, Any]:
    """The variables of the cell below “Play”, but for its widget."""
    code = next(cell.source for cell in build.read_source(source_of("10")).cells if "version_timeline(h" in cell.source)
    *lines, widget = code.splitlines()
    assert widget == "version_timeline(h, a, b, c, d, e)"
    variables = dict(names)
    exec("\n".join(lines), variables)
    return variables


def test_what_the_widget_answers():
    variables = played(tensor=tensor)
    shown = version_timeline(*[variables[name] for name in "habcde"])
    saves = [event for event in shown.state["events"] if event["kind"] == "save"]
    assert [event["who"].partition("Backward")[0] for event in saves] == ["Pow", "Mul", "Sin"]
    assert all(event["stale"] for event in saves) and shown.state["version"] == 2


def test_who_can_go_backward(library):
    results = played(tensor=library.tensor)
    assert results["h"].tolist() == [2, 4]
    assert [name for name in "abcde" if not refused(results[name])] == ["a", "e"]


# --- 10.1 -------------------------------------------------------------------------------------------------------------


def twelve(library) -> dict[str, Any]:
    """The lesson's twelve functions, with this library."""
    functions: dict[str, Any] = {"tensor": library.tensor, "no_grad": library.no_grad}
    for cell in build.read_source(source_of("10")).cells:
        if cell.cell_type == "code" and cell.source.startswith("def f"):
            exec(cell.source, functions)
    return functions


def becomes(f, library) -> str:
    """What becomes of one of them: asked of backward, and of a nudge."""
    x = library.tensor(3.0, requires_grad=True)
    try:
        f(x).backward()
    except RuntimeError:
        return "raises"
    up, down = (f(library.tensor(3 + h, dtype=library.float64)).item() for h in (1e-6, -1e-6))
    return "passes" if abs(x.grad.item() - (up - down) / 2e-6) < 1e-3 else "wrong"


def test_the_verdicts_are_those_of_backward_and_a_nudge(library):
    functions = twelve(library)
    assert {name: becomes(functions[name], library) for name in twelve_writes.VERDICTS} == twelve_writes.VERDICTS


def test_verdicts_may_be_said_in_many_ways():
    right = twelve_writes.VERDICTS
    for answer in (
        list(right.values()),
        tuple(right.values()),
        {name: word.upper() + " " for name, word in reversed(right.items())},
        {name: {"raises": "raise", "passes": "pass", "wrong": "silently wrong"}[word] for name, word in right.items()},
        {name: np.str_(word) for name, word in right.items()} | {"outcome": 3},
    ):
        assert twelve_writes.TWELVE_WRITES.judge(answer) is None
    for answer in ({}, dict.fromkeys(right, "maybe"), {**right, "f12": ...}, list(right.values())[1:], "raises", 3):
        with pytest.raises(NotYet):
            twelve_writes.TWELVE_WRITES.judge(answer)


def test_each_other_verdict_is_refused_with_the_hint_of_its_function():
    for name, right in twelve_writes.VERDICTS.items():
        for other in {"raises", "passes", "wrong"} - {right}:
            belief = twelve_writes.TWELVE_WRITES.judge(twelve_writes.VERDICTS | {name: other})
            assert belief == twelve_writes.BELIEFS[name]
            assert f"Look at {name}:" in twelve_writes.TWELVE_WRITES.hint_for(belief)


# --- 10.2 -------------------------------------------------------------------------------------------------------------


def with_a_copy(x):
    x = x.clone()
    x -= x.detach().max()
    e = x.exp().clone()
    e /= e.sum()
    return e


def in_place_where_nobody_saved(x):
    y = x - x.max().detach()
    y.exp_()
    return y / y.sum()


@pytest.mark.parametrize(
    "function",
    [
        with_a_copy,
        in_place_where_nobody_saved,
        lambda x: x.softmax(0),
        lambda x: (x - x.max()).exp() / (x - x.max()).exp().sum(),
        lambda x: (x - (x - x.max()).exp().sum().log() - x.max()).exp(),
    ],
)
def test_any_right_softmax_is_accepted(function):
    assert lesson_10.SOFTMAX.judge(function) is None


def test_max_saves_what_it_reads(library):
    x = library.tensor([1.0, 3.0], requires_grad=True)
    y = x.clone()
    y -= y.max()
    assert refused(y)
    y = x.clone()
    y -= y.detach().max()
    assert not refused(y)


def data_of_x(x):
    x.data -= x.data.max()
    e = x.exp()
    return e / e.sum()


def not_recorded(x):
    y = x - x.max()
    e = y.exp()
    with minigrad.no_grad():
        e /= e.sum()
    return e


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (data_of_x, "the caller's x"),
        (not_recorded, "the result of exp"),
        (lambda x: x.exp(), "something else"),
        (lambda x: x.softmax(0).tolist(), "the graph is cut"),
        (lambda x: x.softmax(0).detach().requires_grad_(), "unseen by backward"),
    ],
)
def test_wrong_softmaxes_are_refused(function, name):
    assert lesson_10.SOFTMAX.judge(function) == name


# --- 10.3 -------------------------------------------------------------------------------------------------------------


def in_one_pass(w, optimizer):
    optimizer.zero_grad()
    (((w - 5) ** 2).sum() + (w * w).sum()).backward()
    optimizer.step()
    return w


def anew_before_the_step(w, optimizer):
    w.grad = None
    ((w - 5) ** 2).sum().backward()
    (w**2).sum().backward()
    optimizer.step()
    optimizer.zero_grad()


def by_hand(w, optimizer):
    with minigrad.no_grad():
        w -= 0.1 * (2 * (w - 5) + 2 * w)


@pytest.mark.parametrize("function", [in_one_pass, anew_before_the_step, by_hand])
def test_any_right_step_is_accepted(function):
    assert lesson_10.ONE_STEP.judge(function) is None


def retained(w, optimizer):
    pull, size = ((w - 5) ** 2).sum(), (w**2).sum()
    optimizer.zero_grad()
    pull.backward(retain_graph=True)
    optimizer.step()
    size.backward(retain_graph=True)
    optimizer.step()


def the_other_way_round(w, optimizer):
    optimizer.zero_grad()
    (w**2).sum().backward()
    optimizer.step()
    ((w - 5) ** 2).sum().backward()
    optimizer.step()


def test_to_retain_the_graph_is_no_answer_yet():
    with pytest.raises(NotYet, match="overwritten"):
        lesson_10.ONE_STEP.judge(retained)


def test_the_other_order_is_no_better():
    assert lesson_10.ONE_STEP.judge(the_other_way_round) == "at the new weights"
    assert lesson_10.ONE_STEP.judge(lambda w, optimizer: w.data.zero_()) == "something else"


def test_programs_as_handed_out_are_no_answers_yet(lesson):
    for exercise, function in ((lesson_10.SOFTMAX, "softmax"), (lesson_10.ONE_STEP, "train_once")):
        with pytest.raises(NotYet, match="still"):
            exercise.judge(lesson[function])
        with pytest.raises(NotYet, match="define the function"):
            exercise.judge(3)


def test_the_outcome_of_one_function_is_told(lesson):
    assert lesson["outcome"](lesson["f1"]) == "backward finds 28.00, a nudge 28.00"
    assert STALE in lesson["outcome"](lesson["f2"])
