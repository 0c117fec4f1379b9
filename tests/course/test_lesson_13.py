"""Lesson 13: what it says of Functions and hooks is so, here and in PyTorch; its judges accept what is right."""

import gc
import weakref
from typing import Any

import numpy as np
import pytest

import minigrad
from minigrad import tensor
from minigrad.autograd import Function, gradcheck
from minigrad.course.exercises import NotYet, lesson_13, own_functions
from tests.course.test_prose import run_lesson


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("13")


@pytest.fixture(params=["minigrad", "torch"])
def library(request):
    """minigrad, and PyTorch where it is installed."""
    return pytest.importorskip(request.param, reason="PyTorch is not installed: it is not asked")


def function_of(library, forward, backward):
    """A Function of this library with these two."""
    methods = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type("Made", (library.autograd.Function,), methods)


# --- what the text says -----------------------------------------------------------------------------------------------


def test_any_rule_is_believed(library):
    double = function_of(library, lambda ctx, x: 2 * x, lambda ctx, g: 10 * g)
    x = library.tensor(1.0, requires_grad=True)
    y = double.apply(x)
    y.backward()
    assert (y.item(), x.grad.item()) == (2, 10)


def test_nothing_is_recorded_inside_forward(library):
    seen = []

    def forward(ctx, x):
        y = library.tensor(np.hypot(x.numpy(), x.numpy()))
        seen.append((2 * x).requires_grad)
        return y

    x = library.tensor([3.0, 4.0], requires_grad=True)
    y = function_of(library, forward, lambda ctx, g: g).apply(x)
    assert seen == [False]
    [(node, _)] = y.grad_fn.next_functions
    assert node.name().endswith("AccumulateGrad")


def test_one_gradient_for_each_argument(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)

    def refusal(*returned):
        y = function_of(library, lambda ctx, x, n: x * n, lambda ctx, g: returned).apply(x, 3)
        with pytest.raises(RuntimeError) as caught:
            y.backward(gradient=library.ones(2))
        return str(caught.value).splitlines()[0]

    g = library.ones(2)
    assert "returned an incorrect number of gradients (expected 2, got 1)" in refusal(g)
    assert "different than None at position 2" in refusal(g, g)
    y = function_of(library, lambda ctx, x: x.sum(), lambda ctx, g: g).apply(x)
    with pytest.raises(RuntimeError, match="returned an invalid gradient at index 0"):
        y.backward()


def test_a_gradient_that_is_too_large_is_added_up(library):
    x, w = library.tensor([1.0, 2.0, 3.0]), library.tensor(2.0, requires_grad=True)
    y = function_of(library, lambda ctx, x, w: x * w, lambda ctx, g: (None, g * x)).apply(x, w)
    y.sum().backward()
    assert w.grad.tolist() == 6


def test_an_attribute_is_not_guarded_and_a_result_as_attribute_is_a_ring(library):
    def attribute(ctx, x):
        ctx.x = x
        return x**2

    def saved(ctx, x):
        ctx.save_for_backward(x)
        return x**2

    def result(ctx, x):
        ctx.y = x**2
        return ctx.y

    def saved_result(ctx, x):
        y = x**2
        ctx.save_for_backward(y)
        return y

    x = library.tensor(3.0, requires_grad=True)
    h = 2 * x
    y = function_of(library, attribute, lambda ctx, g: g * 2 * ctx.x).apply(h)
    h += 1
    y.backward()
    assert x.grad.item() == 28
    h = 2 * x
    y = function_of(library, saved, lambda ctx, g: g * 2 * ctx.saved_tensors[0]).apply(h)
    h += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()

    gc.disable()
    try:
        for forward, stays in ((result, True), (saved_result, False)):
            y = function_of(library, forward, lambda ctx, g: g).apply(x)
            seen = weakref.ref(y)
            del y
            assert (seen() is not None) == stays
            del seen
    finally:
        gc.enable()


def test_what_is_wanted_is_known_in_forward_and_backward(library):
    seen = []

    def forward(ctx, a, b, n):
        seen.append(tuple(ctx.needs_input_grad))
        ctx.save_for_backward(a, None)
        return a * b

    def backward(ctx, g):
        seen.append(tuple(ctx.needs_input_grad))
        a, nothing = ctx.saved_tensors
        assert nothing is None
        return None, g * a, None

    a, b = library.tensor(2.0), library.tensor(3.0, requires_grad=True)
    function_of(library, forward, backward).apply(a, b, 1).backward()
    assert seen == [(False, True, False)] * 2 and b.grad.item() == 2


def test_a_frozen_weight_spares_its_layers_input():
    """The product of minigrad keeps only what the wanted gradients need."""
    a, b = minigrad.rand(2, 3, requires_grad=True), minigrad.rand(3, 4)
    y = a @ b
    assert y.grad_fn._saved_self is None and y.grad_fn._saved_mat2 is not None


@pytest.mark.parametrize("numbers", [[1.0], [-1.5, 0.3, 2.0]])
def test_the_four_rules_of_the_lesson_are_those_of_the_judge(lesson, numbers):
    for name, ours in lesson_13.SUSPECTS.items():
        found = []
        for operation in (lesson[name], ours):
            x = tensor(numbers, requires_grad=True)
            y = operation.apply(x)
            y.backward(gradient=tensor(np.arange(len(numbers)) + 2.0))
            found.append((y.tolist(), x.grad.tolist()))
        assert found[0] == found[1]


def test_gradcheck_sees_what_the_text_says(library):
    double = function_of(library, lambda ctx, x: 2 * x, lambda ctx, g: 10 * g)
    x = library.tensor([3.0, 8.0], dtype=library.float64, requires_grad=True)
    assert library.autograd.gradcheck(double.apply, x, raise_exception=False) is False
    with pytest.raises(RuntimeError, match="Jacobian mismatch"):
        library.autograd.gradcheck(double.apply, x)


def test_a_hook_sees_the_sum_and_may_change_it(library):
    x = library.tensor(3.0, requires_grad=True)
    h = x**2
    z = h * (h + 1)
    seen: list[float] = []
    h.register_hook(lambda g: seen.append(g.item()))  # None: nothing changes
    h.register_hook(lambda g: g.clamp(-1, 1))
    z.backward()
    assert seen == [19] and x.grad.item() == 6
    assert callable(library.nn.utils.clip_grad_value_)


def test_the_inspector_shows_what_the_answer_says(lesson):
    found = eval("ctx_inspector(faded.sum())", lesson)
    got, keeps, _, returned = [stage["items"] for stage in found.state["stages"]]
    assert [item["note"] for item in got] == ["no gradient wanted", "its gradient is wanted", "no tensor"]
    assert [item["name"] for item in keeps if item["mark"]] == ["ctx.mask"]
    assert returned[0]["note"] == "not wanted, so dropped"


# --- 13.1 -------------------------------------------------------------------------------------------------------------


class WithSetup(Function):
    @staticmethod
    def forward(x, w, n):
        return w**n * x.sum()

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, w, ctx.n = inputs
        ctx.save_for_backward(x, w, output)

    @staticmethod
    def backward(ctx, g):
        x, w, y = ctx.saved_tensors
        return (g * w**ctx.n).expand(x.shape), g * ctx.n * y / w, None


class PlainNumbers(Function):
    @staticmethod
    def forward(ctx, x, w, n):
        ctx.shape, ctx.total, ctx.w, ctx.n = x.shape, x.sum().item(), w.item(), n
        return tensor(ctx.total * ctx.w**n, dtype=x.dtype)

    @staticmethod
    def backward(ctx, g):
        slope = ctx.n * ctx.w ** (ctx.n - 1) * ctx.total
        return minigrad.full(ctx.shape, ctx.w**ctx.n) * g, g * slope, None


@pytest.mark.parametrize("answer", [WithSetup, PlainNumbers, WithSetup.apply])
def test_any_right_function_is_accepted(answer):
    assert own_functions.WRITE_ONE.judge(answer) is None


def savings(forward, backward):
    return function_of(minigrad, forward, backward)


def result(ctx, x, w, n):
    return x.sum() * w**n


@pytest.mark.parametrize(
    ("forward", "backward", "name"),
    [
        (lambda ctx, x, w, n: x.sum() * w * n, lambda ctx, g: g, "another result"),
        (lambda ctx, x, w, n: x * w**n, lambda ctx, g: g, "another result"),
        (lambda ctx, x, w, n: 80.0, lambda ctx, g: g, "another result"),
        (result, lambda ctx, g: g, "the number of gradients"),
        (result, lambda ctx, g: (g, g, None), "the shape of a gradient"),
        (result, lambda ctx, g: (None, g, None), "a gradient is None"),
        (result, lambda ctx, g: (g.expand(3), g, None), "a wrong gradient for x"),
        (result, lambda ctx, g: (g.expand(3), g, g), "a gradient for a plain number"),
    ],
)
def test_wrong_functions_are_refused(forward, backward, name):
    assert own_functions.WRITE_ONE.judge(savings(forward, backward)) == name


@pytest.mark.parametrize("returned", [None, ..., (..., None, None), (None, None, None)])
def test_half_a_function_is_none_yet(returned):
    with pytest.raises(NotYet):
        own_functions.WRITE_ONE.judge(savings(result, lambda ctx, g: returned))


def test_what_is_no_function_is_said():
    for answer in (object(), int, lambda x: x, Function.__class__):
        with pytest.raises(NotYet, match="the class Savings itself"):
            own_functions.WRITE_ONE.judge(answer)


# --- 13.2 -------------------------------------------------------------------------------------------------------------


class Short(Function):
    """Saves a list without gaps."""

    @staticmethod
    def forward(ctx, a, b):
        wants_a, wants_b = ctx.needs_input_grad
        ctx.save_for_backward(*([a] if wants_b else []), *([b] if wants_a else []))
        return a.matmul(b)

    @staticmethod
    def backward(ctx, g):
        saved = list(ctx.saved_tensors)
        grad_b = saved.pop(0).T @ g if ctx.needs_input_grad[1] else None
        grad_a = g @ saved.pop(0).T if ctx.needs_input_grad[0] else None
        return grad_a, grad_b


class Swapped(Short):
    @staticmethod
    def backward(ctx, g):
        return tuple(2 * each if each is not None else None for each in Short.backward(ctx, g))


class Never(Short):
    @staticmethod
    def backward(ctx, g):
        return None, Short.backward(ctx, g)[1]


def test_thrifty_products_are_told_from_others():
    judge = own_functions.SKIP.judge
    assert judge(Short) is None
    assert judge(Swapped) == "a wrong gradient"
    assert judge(Never) == "a wanted gradient is missing"


# --- 13.3 -------------------------------------------------------------------------------------------------------------

RIGHT: dict[str, Any] = {"Square": [3.0], "Size": [-2.0], "Cube": "right", "TimesSum": [1.0, 2.0]}


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"Square": -1, "Size": np.array([-3, 4]), "TimesSum": (2, 2)},
        {"Square": tensor([0.5]), "Cube": "Right", "TimesSum": [[1.0, 2.0], [3.0, 4.0]]},
    ],
)
def test_numbers_that_catch_are_accepted(other):
    assert lesson_13.FIND_THEM.judge(RIGHT | other) is None


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"Square": [1]}, "Square escapes"),
        ({"Square": "right"}, "Square is trusted"),
        ({"Size": "right"}, "Size is trusted"),
        ({"Size": [2.0, 0.0]}, "a kink"),
        ({"Cube": [0.0]}, "Cube is blamed"),
    ],
)
def test_numbers_that_do_not_catch_are_refused(other, name):
    assert lesson_13.FIND_THEM.judge(RIGHT | other) == name


@pytest.mark.parametrize("numbers", [[], [1e300, 1], [float("nan")], [3.0] * 1000])
def test_odd_numbers_are_no_answer_yet(numbers):
    with pytest.raises(NotYet, match="TimesSum needs up to 100 numbers"):
        lesson_13.FIND_THEM.judge(RIGHT | {"TimesSum": numbers})


# --- 13.4 -------------------------------------------------------------------------------------------------------------


def test_clipping_by_other_means_is_accepted():
    class Clip(Function):
        @staticmethod
        def forward(ctx, h, limit):
            ctx.limit = limit
            return h.clone()

        @staticmethod
        def backward(ctx, g):
            return g.clamp(-ctx.limit, ctx.limit), None

    def with_a_function(h, w, steps, limit):
        for _ in range(steps):
            h = Clip.apply(w * h, limit)
        return h

    def with_bounds(h, w, steps, limit):
        for _ in range(steps):
            h = w * h
            h.register_hook(lambda g: minigrad.maximum(minigrad.minimum(g, tensor(limit)), tensor(-limit)))
        return h

    for answer in (with_a_function, with_bounds):
        assert lesson_13.CLIP_BY_HOOK.judge(answer) is None


def test_other_wrong_loops_are_refused():
    judge = lesson_13.CLIP_BY_HOOK.judge

    def cut(h, w, steps, limit):
        return h * w.item() ** steps

    def by_its_size(h, w, steps, limit):
        for _ in range(steps):
            h = w * h
            h.register_hook(lambda g: g * limit / g.abs().max())
        return h

    assert judge(cut) == "the graph is cut"
    assert judge(by_its_size) == "something else"
    assert judge(lambda h, w, steps, limit: h) == "forwards has changed"
    with pytest.raises(NotYet):
        judge(lambda h, w, steps, limit: ...)


def test_gradcheck_takes_the_solution_of_the_first():
    x = tensor([1.0, -2.0], dtype=minigrad.float64, requires_grad=True)
    w = tensor(1.5, dtype=minigrad.float64, requires_grad=True)
    assert gradcheck(lambda x, w: WithSetup.apply(x, w, 3), (x, w))
