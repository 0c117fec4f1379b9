"""Lesson 14: what it says of gradients of gradients is so, here and in PyTorch; its judges accept what is right."""

import numpy as np
import pytest

import minigrad
from minigrad import tensor
from minigrad.autograd import grad
from minigrad.course.exercises import NotYet, lesson_14, newton


@pytest.fixture(params=["minigrad", "torch"])
def library(request):
    """minigrad, and PyTorch where it is installed."""
    return pytest.importorskip(request.param, reason="PyTorch is not installed: it is not asked")


# --- what the text says -----------------------------------------------------------------------------------------------


def test_outputs_are_added(library):
    t = library.tensor([1.0, 2.0, 4.0], requires_grad=True)
    (g,) = library.autograd.grad(((t**2).sum(), t.sum()), t)
    assert g.tolist() == [3, 5, 9]


def test_a_gradient_without_a_graph_is_taken_for_a_number_or_refused(library):
    x = library.tensor(4.0, requires_grad=True)
    (slope,) = library.autograd.grad(x**3, x)
    assert library.autograd.grad(x * slope, x)[0].item() == 48
    with pytest.raises(RuntimeError, match="does not require grad and does not have a grad_fn"):
        library.autograd.grad(slope, x)
    (slope,) = library.autograd.grad(x**3, x, create_graph=True)
    assert library.autograd.grad(x * slope, x)[0].item() == 144


def test_a_recorded_pass_keeps_the_graph(library):
    x = library.tensor(4.0, requires_grad=True)
    y = x**3
    library.autograd.grad(y, x, create_graph=True)
    assert library.autograd.grad(y, x)[0].item() == 48


def test_the_play_comes_to_72_and_48_of_it_by_the_second_layer(library):
    w, x = library.tensor(2.0, requires_grad=True), library.tensor(1.0, requires_grad=True)
    y = (w * x) ** 3
    (slope,) = library.autograd.grad(y, x, create_graph=True)
    assert library.autograd.grad(slope, x, retain_graph=True)[0].item() == 48
    assert library.autograd.grad(y + slope, x)[0].item() == 72


def test_a_larger_rate_ends_farther_away():
    ends = []
    for rate in (0.002, 0.003):
        x = np.zeros(2)
        for _ in range(3000):
            x = x - rate * newton._of_rosenbrock(x)[0]
        ends.append(np.abs(x - 1).max())
    assert ends[0] < 0.1 < 0.2 < ends[1]


# --- the judges -------------------------------------------------------------------------------------------------------


def by_hvp(psi, x):
    g = minigrad.autograd.functional.jacobian(psi, x)
    return 2 * minigrad.autograd.functional.hvp(psi, x, g)[1]


def by_backward(psi, x):
    (g,) = grad(psi(x), x, create_graph=True)
    (g * g).sum().backward()
    return x.grad


@pytest.mark.parametrize("function", [by_hvp, by_backward, lambda psi, x: by_hvp(psi, x).tolist()])
def test_any_right_gradient_of_a_norm_is_accepted(function):
    assert lesson_14.STEEPER.judge(function) is None


def test_the_first_gradient_alone_is_no_answer_yet():
    with pytest.raises(NotYet, match="no graph of its own"):
        lesson_14.STEEPER.judge(lambda psi, x: grad((grad(psi(x), x)[0] ** 2).sum(), x)[0])
    assert lesson_14.STEEPER.judge(lambda psi, x: psi(x)) == "something else"


def by_jacobian(f, x):
    return minigrad.autograd.functional.jacobian(lambda x: grad(f(x), x, create_graph=True)[0], x)


def anew_each_time(f, x):
    return [grad(grad(f(x), x, create_graph=True)[0][i], x) for i in range(len(x))]


def columns(f, x):
    rows = [row for (row,) in anew_each_time(f, x)]
    return minigrad.stack(rows, dim=1).numpy()


@pytest.mark.parametrize("function", [by_jacobian, anew_each_time, columns, minigrad.autograd.functional.hessian])
def test_any_right_hessian_is_accepted(function):
    assert lesson_14.HESSIAN.judge(function) is None


@pytest.mark.parametrize("function", [lambda f, x: f(x), lambda f, x: [x, x], lambda f, x: 5])
def test_what_is_no_hessian_is_refused(function):
    assert lesson_14.HESSIAN.judge(function) == "something else"


def as_one_number(f, x, v):
    (g,) = grad(f(x), x, create_graph=True)
    return grad((g * v).sum(), x)


def by_nudging(f, x, v):
    def gradient(at):
        leaf = at.detach().requires_grad_()
        return grad(f(leaf), leaf)[0]

    return (gradient(x + 1e-5 * v) - gradient(x - 1e-5 * v)) / 2e-5


@pytest.mark.parametrize(
    "function", [as_one_number, by_nudging, lambda f, x, v: minigrad.autograd.functional.hvp(f, x, v)[1]]
)
def test_any_right_product_is_accepted(function):
    assert lesson_14.HVP.judge(function) is None


def test_a_product_by_the_hessian_is_found_out():
    hessian = minigrad.autograd.functional.hessian
    assert lesson_14.HVP.judge(lambda f, x, v: hessian(f, x) @ v) == "the whole Hessian"


def with_numpy(f, x, steps):
    x = x.detach().numpy().copy()
    for _ in range(steps):
        leaf = tensor(x, requires_grad=True)
        (g,) = grad(f(leaf), leaf, create_graph=True)
        hessian = [grad(entry, leaf, retain_graph=True)[0].numpy() for entry in g]
        x = x - np.linalg.solve(hessian, g.detach().numpy())
    return x


def in_place(f, x, steps):
    for _ in range(steps):
        (g,) = grad(f(x), x, create_graph=True)
        s = minigrad.linalg.solve(minigrad.autograd.functional.hessian(f, x.detach()), g)
        with minigrad.no_grad():
            x -= s
    return x


@pytest.mark.parametrize("function", [with_numpy, in_place, lambda *given: with_numpy(*given).tolist()])
def test_any_right_newton_is_accepted(function):
    assert newton.NEWTON.judge(function) is None


def test_one_hessian_for_all_steps_is_refused():
    def function(f, x, steps):
        hessian = minigrad.autograd.functional.hessian(f, x)
        for _ in range(steps):
            (g,) = grad(f(x), x)
            x = (x - minigrad.linalg.solve(hessian, g)).detach().requires_grad_()
        return x

    assert newton.NEWTON.judge(function) in ("one Hessian for all steps", "something else")
    assert newton.NEWTON.judge(lambda f, x, steps: x.detach() + 100) == "something else"
