"""Lesson 12: conventions and NaNs are as it says, in minigrad and in PyTorch; its judges accept what is right."""

import warnings
from typing import Any

import numpy as np
import pytest

import minigrad
from minigrad import tensor, where
from minigrad.autograd import SilentMistakeWarning
from minigrad.course.exercises import NotYet, lesson_12
from tests.course.test_prose import run_lesson


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch, minigrad.autograd.warn_silent_mistakes(False):
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("12")


@pytest.fixture(params=["minigrad", "torch"])
def library(request):
    """minigrad, and PyTorch where it is installed."""
    return pytest.importorskip(request.param, reason="PyTorch is not installed: it is not asked")


def slopes(library, f, at):
    """The gradient of the sum of f at a point, as a list or a number."""
    x = library.tensor(at, requires_grad=True)
    return library.autograd.grad(f(x).sum(), x)[0].tolist()


# --- conventions ------------------------------------------------------------------------------------------------------


def test_the_conventions_at_0(library):
    zero = library.tensor(0.0)
    for f, taken in [
        (lambda x: x.relu(), 0),
        (lambda x: x.clamp(min=0.0), 1),
        (lambda x: library.maximum(x, zero), 0.5),
        (lambda x: x.abs(), 0),
        (lambda x: x.relu() - (-x).relu(), 0),
    ]:
        assert slopes(library, f, 0.0) == taken
    assert slopes(library, lambda x: x.relu() - (-x).relu(), [-1.0, 2.0]) == [1, 1]


def test_ties_are_shared_or_go_to_the_first(library):
    tied = [5.0, 2.0, 5.0]
    assert slopes(library, lambda x: x.max(), tied) == [0.5, 0, 0.5]
    assert slopes(library, lambda x: x.max(0)[0], tied) == [1, 0, 0]
    pooled = library.nn.functional.max_pool1d
    assert slopes(library, lambda x: pooled(x.reshape(1, 1, 3), 3), tied) == [1, 0, 0]


def test_flat_functions_pass_zeros_on_and_places_end_the_graph(library):
    x = library.tensor([1.2, -0.5, 3.0], requires_grad=True)
    for flat in (x.round(), x.floor(), x.sign()):
        assert library.autograd.grad(flat.sum(), x)[0].tolist() == [0, 0, 0]
    for cut in (x.argmax(), x > 0, x.int()):
        assert not cut.requires_grad
    with pytest.raises(RuntimeError, match="element 0 of tensors does not require grad"):
        x.argmax().float().backward()


def test_what_the_plot_shows_at_its_three_kinks(lesson):
    kinks = eval("gradient_plot(bent).state['kinks']", lesson)
    assert [(kink["x"], kink["left"], kink["right"], kink["taken"]) for kink in kinks] == [
        (-1, -1, 0, 0),
        (0, 0, 2, 1),
        (1, 2, 3, 2),
    ]


# --- NaNs -------------------------------------------------------------------------------------------------------------


def test_where_does_not_shield_the_branch_that_it_leaves_out(library):
    def chosen_after(x):
        return library.where(x > 0, x.sqrt(), 0.0)

    def chosen_twice(x):
        return library.where(x > 0, library.where(x > 0, x, 1.0).sqrt(), 0.0)

    first, second = slopes(library, chosen_after, [0.0, 4.0])
    assert np.isnan(first) and second == 0.25
    assert slopes(library, chosen_twice, [0.0, 4.0]) == [0, 0.25]


def test_only_minigrad_warns_and_anomaly_detection_stops_at_the_first(library):
    def passing():
        x = library.tensor([0.0, 4.0], requires_grad=True)
        library.where(x > 0, x.sqrt(), 0.0).sum().backward()

    with minigrad.autograd.warn_silent_mistakes(), warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        passing()
    found = [each.category for each in seen if each.category is not RuntimeWarning]  # NumPy's own, which are not shown
    assert found == [SilentMistakeWarning] * (library is minigrad)
    with warnings.catch_warnings(), pytest.raises(RuntimeError, match="'SqrtBackward0' returned nan values"):
        warnings.simplefilter("ignore")
        with library.autograd.detect_anomaly():
            passing()


def test_where_the_list_says_a_nan_comes_from(library):
    inf = float("inf")
    zero, large = library.tensor(0.0), library.tensor(inf)
    for made in (zero / zero, large - large, zero * large, library.tensor(-1.0).sqrt(), library.tensor(-1.0).log()):
        assert np.isnan(made.item())
    for f in (lambda x: x.sqrt(), lambda x: x.log(), lambda x: 1 / x):
        assert abs(slopes(library, f, 0.0)) == inf
    assert slopes(library, lambda x: x.exp(), 100.0) == inf


def test_an_exp_out_of_range_makes_a_nan_and_sigmoid_does_not(library):
    def by_hand(x):
        return (1 / (1 + x.exp())).mean()

    def in_one_node(x):
        return (-x).sigmoid().mean()

    scores = [100.0, 0.0, -2.0]
    first, second = slopes(library, by_hand, scores), slopes(library, in_one_node, scores)
    assert np.isnan(first[0]) and np.isfinite(second).all()
    assert np.allclose(first[1:], second[1:])
    values = [f(library.tensor(scores)).item() for f in (by_hand, in_one_node)]
    assert np.allclose(*values)


def test_what_the_tracer_shows(lesson):
    tracer = eval("nan_tracer(loss)", lesson)
    names = [node["name"] for node in tracer.state["trace"]["nodes"]]
    for way, kind in (("forward", "inf"), ("backward", "nan")):
        [first] = tracer.state["first"][way]
        assert (names[first["node"]], first["type"]) == ("ExpBackward0", kind)
    spoilt = [names[int(i)] for i, each in tracer.state["nodes"].items() if each["forward"]["kind"] != "finite"]
    assert spoilt == ["AddBackward0", "ExpBackward0"]


def test_norm_has_a_convention_at_0(library):
    assert slopes(library, lambda p: p.norm(), [0.0, 0.0]) == [0, 0]
    assert np.isnan(slopes(library, lambda p: (p**2).sum().sqrt(), [0.0, 0.0])).all()


def test_straight_through_trains_where_rounding_does_not(lesson):
    assert lesson["stuck"] == lesson["train"](lambda w: w.round())
    w, rounded = lesson["train"](lambda w: w + (w.round() - w).detach())
    assert rounded == 4 and 3.5 < w < 4.5


# --- 12.1 -------------------------------------------------------------------------------------------------------------


def filled_in(x):
    numerator, below = minigrad.ones_like(x), minigrad.ones_like(x)
    apart = x != 0
    numerator[apart], below[apart] = x[apart].sin(), x[apart]
    return numerator / below


@pytest.mark.parametrize(
    "function",
    [
        lambda x: where(x == 0, 1.0, x.sin() / where(x == 0, 1.0, x)),
        lambda x: where(x != 0, (x + (x == 0)).sin() / (x + (x == 0)), 1.0),
        lambda x: minigrad.sinc(x / np.pi),
        lambda x: where(x.abs() < 1e-6, 1 - x**2 / 6, x.sin() / where(x.abs() < 1e-6, 1.0, x)),
        lambda x: where(x != 0, where(x != 0, x, tensor(2.0)).sin() / where(x != 0, x, 2.0), tensor(1.0)),
        filled_in,
    ],
)
def test_any_wave_that_is_finite_is_accepted(function):
    assert lesson_12.QUOTIENT.judge(function) is None


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: (x.sin() / x).nan_to_num(1.0), "chosen too late"),
        (lambda x: (x.sin() / x).masked_fill(x == 0, 1.0), "chosen too late"),
        (lambda x: where(x != 0, x.sin() / x, tensor(1.0)), "chosen too late"),
        (lambda x: x.cos(), "other values"),
        (lambda x: (x.sin() / x).nan_to_num(), "something else"),
        (lambda x: np.sinc(x.detach().numpy() / np.pi), "nothing is recorded"),
        (lambda x: tensor(np.sinc(x.detach().numpy() / np.pi), requires_grad=True), "a new leaf"),
        (lambda x: (where(x != 0, x.sin() / x, 1.0)).sum(), "another shape"),
        (lambda x: where(x != 0, x.sin() / where(x != 0, x, 1.0), 1.0 + x), "other slopes"),
    ],
)
def test_other_waves_are_refused(function, name):
    assert lesson_12.QUOTIENT.judge(function) == name


def test_what_is_given_must_stay_as_it_is():
    def overwritten(x):
        with minigrad.no_grad():
            x[x == 0] = 1e-6
        return x.sin() / x

    for exercise in lesson_12.EXERCISES[:2]:
        with pytest.raises(ValueError, match="changes what it is given"):
            exercise.judge(lambda x: overwritten(x) if x.ndim < 2 else overwritten(x[:, 0]))


# --- 12.2 -------------------------------------------------------------------------------------------------------------


def squares_of(p):
    return ((p[:, None] - p) ** 2).sum(2)


def in_a_loop(p):
    rows = []
    for a in p:
        rows.append(minigrad.stack([(a - b).norm() for b in p]))
    return minigrad.stack(rows)


@pytest.mark.parametrize(
    "function",
    [
        lambda p: (p[:, None] - p).norm(dim=2),
        lambda p: (squares_of(p) + 1e-12).sqrt(),
        lambda p: (squares_of(p) + 1e-6).sqrt(),
        lambda p: squares_of(p).clamp(min=1e-12).sqrt(),
        lambda p: squares_of(p).clamp(min=1e-12) ** 0.5,
        lambda p: where(squares_of(p) == 0, 0.0, where(squares_of(p) == 0, 5.0, squares_of(p)).sqrt()),
        lambda p: (squares_of(p) + (squares_of(p) == 0)).sqrt() * (squares_of(p) > 0),
        lambda p: minigrad.linalg.norm(p[:, None, :] - p[None], dim=-1),
        in_a_loop,
    ],
)
def test_any_safe_distance_is_accepted(function):
    assert lesson_12.DISTANCE.judge(function) is None


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda p: squares_of(p).sqrt().nan_to_num(), "chosen after the root"),
        (lambda p: (squares_of(p) ** 0.5).masked_fill(squares_of(p) == 0, 0.0), "chosen after the root"),
        (lambda p: squares_of(p).clamp(min=1e-4).sqrt(), "the stand-in stays"),
        (lambda p: squares_of(p), "a large number under the root"),
        (lambda p: (p[:, None] - p.detach()).norm(dim=2), "something else"),
        (lambda p: (p[:, None] - p).norm(), "another shape"),
        (lambda p: (p[:, None] - p).norm(dim=2).detach().numpy(), "nothing is recorded"),
    ],
)
def test_other_distances_are_refused(function, name):
    assert lesson_12.DISTANCE.judge(function) == name


@pytest.mark.parametrize("function", [lambda p: squares_of(p) ** 0.5, lambda p: squares_of(p).sqrt() * 1])
def test_a_root_that_is_as_it_was_is_not_yet_an_answer(function):
    with pytest.raises(NotYet):
        lesson_12.DISTANCE.judge(function)


# --- 12.3 -------------------------------------------------------------------------------------------------------------


class Straight(minigrad.autograd.Function):
    """Lesson 13 comes later, but who knows it already may use it."""

    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, g):
        return g


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.round().detach() + x - x.detach(),
        lambda x: x - (x - x.round()).detach(),
        lambda x: x + x.detach().round() - x.detach(),
        lambda x: x + (x.round() - x).detach() + 0 * x,
        Straight.apply,
    ],
)
def test_any_straight_through_is_accepted(function):
    assert lesson_12.STRAIGHT.judge(function) is None


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: x.clone(), "nothing is rounded"),
        (lambda x: x.floor(), "another value"),
        (lambda x: [round(each) for each in x.reshape(-1).tolist()], "nothing is recorded"),
        (lambda x: x.round().detach() + 2 * (x - x.detach()), "something else"),
        (lambda x: tensor(x.round().tolist(), requires_grad=True), "a new leaf"),
        (lambda x: x.round() - x + x, "nothing is cut"),
    ],
)
def test_other_estimators_are_refused(function, name):
    assert lesson_12.STRAIGHT.judge(function) == name


def test_rounding_alone_is_not_yet_an_answer():
    for function in (lambda x: x.round(), lambda x: x.round().clone()):
        with pytest.raises(NotYet, match="still gets a gradient of 0"):
            lesson_12.STRAIGHT.judge(function)
