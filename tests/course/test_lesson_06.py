"""Lesson 06: its judges accept what is right however it is written; what it says of shapes and losses is so."""

from typing import Any

import numpy as np
import pytest

import minigrad
from minigrad.autograd.engine import sum_to
from minigrad.course.exercises import NotYet, be_the_engine, lesson_06, say_each_shape
from minigrad.nn import functional
from tests.course.test_prose import run_lesson


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch, minigrad.autograd.warn_silent_mistakes(False):
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("06")


def test_the_gradient_of_a_guess_is_as_the_formula_says(lesson):
    guess, target = lesson["guess"], lesson["target"]
    right = 2 / 3 * (guess.detach().numpy()[:, 0] - target.numpy().mean())
    assert np.allclose(guess.grad.numpy()[:, 0], right)
    assert np.allclose(lesson["table"].detach().numpy().sum(axis=1) * 2 / 9, right)


def test_one_loss_finds_the_line_and_the_other_the_mean(lesson):
    hours, score = lesson["hours"].numpy()[:, 0], lesson["score"].numpy()
    slope, start = np.polyfit(hours, score, 1)
    assert np.allclose(lesson["pairs"][:, 0], slope * hours + start, atol=2e-3)
    assert np.allclose(lesson["everything"], score.mean(), atol=2e-3)


# --- 06.1 -------------------------------------------------------------------------------------------------------------


def test_the_locked_stepper_asks_what_the_exercise_expects(lesson):
    shapes = lesson["shapes"]
    assert shapes.trace["title"] == say_each_shape.TITLE and shapes.answers == []  # nobody has been asked
    with pytest.raises(NotYet, match="0 of 6 questions"):
        lesson_06.SAY_EACH_SHAPE.judge(shapes)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("(4, 3)", "before the sum"), ("4x3", "before the sum"), ("3, 1", "something else"), ("torch.Size([3])", None)],
)
def test_shapes_are_read_as_the_page_sends_them(lesson, typed, name):
    """The page sends what was typed."""
    given = be_the_engine.given_in(lesson["shapes"], [4, 3], [4, 3], [3], [4, 3], [4, 1], [2, 3])
    given[2] |= {"given": typed, "right": name is None}

    class Stepper:
        trace, answers = lesson["shapes"].trace, given

    assert lesson_06.SAY_EACH_SHAPE.judge(Stepper) == name


# --- 06.2 -------------------------------------------------------------------------------------------------------------


def by_loops(g, shape):
    """Each number is added where its copy came from."""
    total = np.zeros(shape)
    for place in np.ndindex(*g.shape):
        own = place[g.ndim - len(shape) :]
        total[tuple(0 if length == 1 else i for i, length in zip(own, shape, strict=True))] += g[place]
    return total


def reshaped(g, shape):
    axes = tuple(i for i, n in enumerate((1,) * (g.ndim - len(shape)) + shape) if n == 1)
    return g.sum(axis=axes).reshape(shape)


def with_tensors(g, shape):
    while g.dim() > len(shape):
        g = g.sum(dim=0)
    for dim, length in enumerate(shape):
        if length == 1:
            g = g.sum(dim=dim, keepdim=True)
    return g


def by_autograd(g, shape):
    """What nobody forbids."""
    leaf = minigrad.zeros(shape, dtype=minigrad.float64, requires_grad=True)
    minigrad.broadcast_to(leaf, g.shape).backward(gradient=minigrad.tensor(g))
    return leaf.grad


def minigrads_own(g, shape):
    return sum_to(g, shape, g.dtype)


def as_lists(g, shape):
    result = reshaped(g, shape)
    return result.tolist() if result.size else result


@pytest.mark.parametrize("function", [by_loops, reshaped, with_tensors, by_autograd, minigrads_own, as_lists])
def test_any_right_unbroadcast_is_accepted(function):
    assert lesson_06.UNBROADCAST.judge(function) is None


def test_what_the_judge_expects_is_what_autograd_gives():
    for whole, shape in lesson_06.CASES:
        g = lesson_06._gradient(whole)
        right = lesson_06._summed(g, shape)
        assert right.shape == shape and np.allclose(right, by_autograd(g, shape).numpy())


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda g, shape: np.resize(g, shape), "one copy"),
        (lambda g, shape: g.sum(), "something else"),
        (lambda g, shape: g.sum(axis=0), "something else"),
        (lambda g, shape: np.zeros(shape), "something else"),
        (lambda g, shape: g.sum(axis=0) if g.ndim > len(shape) else g, "something else"),
    ],
)
def test_other_wrong_ones_are_refused(function, name):
    assert lesson_06.UNBROADCAST.judge(function) == name


# --- 06.3 -------------------------------------------------------------------------------------------------------------


def the_diagonal(p, t):
    return ((p - t).diagonal() ** 2).mean()


def one_by_one(p, t):
    return sum((p[i, 0] - t[i]) ** 2 for i in range(len(t))) / len(t)


@pytest.mark.parametrize(
    "function",
    [
        the_diagonal,
        one_by_one,
        lambda p, t: ((p - t[:, None]) ** 2).mean(),
        lambda p, t: ((p - t.reshape(p.shape)) ** 2).mean(),
        lambda p, t: ((p.T - t) ** 2).mean(),
        lambda p, t: ((p.flatten() - t) ** 2).mean(),
        lambda p, t: (p.squeeze() - t).pow(2).sum() / len(t),
        lambda p, t: (t.unsqueeze(1) - p).square().mean(dim=0),
        lambda p, t: functional.mse_loss(p.squeeze(1), t),
        lambda p, t: (p.view_as(t) - t) @ (p[:, 0] - t) / t.numel(),
    ],
)
def test_any_right_loss_is_accepted(function):
    assert lesson_06.MEND_THE_LOSS.judge(function) is None


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize(
    ("function", "name"),
    [
        (functional.mse_loss, "all pairs"),
        (lambda p, t: ((p - t.unsqueeze(0)) ** 2).mean(), "all pairs"),
        (lambda p, t: ((p - t) ** 2).sum() / len(t), "all pairs"),
        (lambda p, t: ((p[:, 0] - t) ** 2).mean().item(), "the graph is cut"),
        (lambda p, t: ((p[:, 0] - t).detach() * (p[:, 0] - t)).mean(), "a wrong gradient"),
        (lambda p, t: (p[:, 0] - t).abs().mean(), "something else"),
        (lambda p, t: p * 0, "not one number"),
    ],
)
def test_wrong_losses_are_refused(function, name):
    assert lesson_06.MEND_THE_LOSS.judge(function) == name


def test_the_loss_as_handed_out_is_no_answer_yet(lesson):
    with pytest.raises(NotYet, match=r"still 1\.333"):
        lesson_06.MEND_THE_LOSS.judge(lesson["mean_squared_error"])
    assert round(lesson["loss"].item(), 3) == 1.333


# --- PyTorch ----------------------------------------------------------------------------------------------------------


def test_pytorch_gives_gradients_the_shape_and_type_of_their_input():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: its shapes are not asked")
    factor = torch.tensor(3.0, requires_grad=True)
    product = factor * torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    product.sum().backward()
    assert (product.dtype, factor.grad.dtype, tuple(factor.grad.shape)) == (torch.float64, torch.float32, ())
    for whole, shape in lesson_06.CASES:
        leaf, g = torch.zeros(shape, dtype=torch.float64, requires_grad=True), lesson_06._gradient(whole)
        (leaf + torch.zeros(whole)).backward(gradient=torch.tensor(g))
        assert np.array_equal(leaf.grad.numpy(), lesson_06._summed(g, shape))


def test_of_a_written_difference_pytorch_does_not_warn(recwarn):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: its warnings are not asked")
    ((torch.ones(3, 1, requires_grad=True) - torch.ones(3)) ** 2).mean().backward()
    assert len(recwarn) == 0
