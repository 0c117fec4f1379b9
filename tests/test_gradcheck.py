"""gradcheck and gradgradcheck: what passes, what fails in which words, what is refused, and what stays untouched."""

import gc
import warnings

import numpy as np
import pytest

import minigrad
from minigrad.autograd.gradcheck import GradcheckError
from minigrad.ops.base import Op
from minigrad.ops.calling import apply
from tests.conformance import Cases, name_error, on_both

case = Cases("gradcheck", versions=False)


def points(torch, *numbers, **how):
    return torch.tensor(numbers or (1.0, 2.0, 3.0), **{"dtype": torch.float64, "requires_grad": True, **how})


def words(raised):
    """An error's kind and PyTorch's part of its text: without our lines, and without PyTorch's notes to developers."""
    if type(raised).__name__ != "GradcheckError":
        return name_error(raised)
    text = str(raised).split("\nWhat: ")[0].split("\n\nNOTE: ")[0]
    if "slow mode" in text:  # the numbers of the fast mode are random
        first, rest = text.splitlines()[0], text.partition("in slow mode:")[2]
        text = first + rest.partition("The max per-element difference")[0]
        text += "It might pass." if "test might've passed in slow_mode!" in rest else ""
    return "GradcheckError: " + " ".join(text.split())


def said(check, *arguments, **how):
    try:
        return check(*arguments, **how)
    except Exception as raised:
        return words(raised)


def both(torch, *arguments, **how):
    """What the slow and the fast mode say."""
    return [said(torch.autograd.gradcheck, *arguments, **how, fast_mode=fast) for fast in (False, True)]


def again(torch, *arguments, **how):
    """The same of `gradgradcheck`."""
    return [said(torch.autograd.gradgradcheck, *arguments, **how, fast_mode=fast) for fast in (False, True)]


def rule(torch, forward, backward, materialize=True):
    """A function of one input with a backward rule of its own, which may be wrong."""

    class Rule(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            ctx.set_materialize_grads(materialize)
            return forward(x)

        @staticmethod
        def backward(ctx, *gs):
            return backward(*gs, *ctx.saved_tensors)

    return Rule.apply


def square(x):
    return x * x


# ------------------------------------------------------------ what passes
@case
def right_gradients(torch):
    return both(torch, lambda x: x.sin() * x.exp(), points(torch))


@case
def a_right_rule(torch):
    return both(torch, rule(torch, square, lambda g, x: g * 2 * x), points(torch))


@case
def inputs_alone_in_a_tuple_or_in_a_list(torch):
    x = points(torch)
    check = torch.autograd.gradcheck
    return check(square, x), check(square, (x,)), check(square, [x])


@case
def several_inputs_and_outputs(torch):
    return both(torch, lambda x, y: (x @ y, x.sum(), y * x), (points(torch), points(torch, 0.5, -1.0, 2.0)))


@case
def outputs_in_a_list(torch):
    return both(torch, lambda x: [x * 2, x.sum()], points(torch))


@case
def no_outputs(torch):
    return both(torch, lambda x: (), points(torch))


@case
def matrices(torch):
    x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=torch.float64, requires_grad=True)
    return both(torch, lambda x: x.T @ x, x)


@case
def numbers_without_dimensions(torch):
    return both(torch, square, torch.tensor(3.0, dtype=torch.float64, requires_grad=True))


@case
def nothing_at_all(torch):
    x = torch.ones(0, 3, dtype=torch.float64, requires_grad=True)
    return both(torch, lambda x: (x * 2, x.sum()), x)


@case
def an_output_without_elements(torch):
    return both(torch, lambda x: x[:0], points(torch))


@case
def inputs_that_are_no_tensors_are_passed_on(torch):
    return both(torch, lambda x, n, s: x**n if s == "power" else x.detach(), (points(torch), 2, "power"))


@case
def inputs_of_integers_are_passed_on(torch):
    return both(torch, lambda x, index: x[index], (points(torch), torch.tensor([0, 0, 2])))


@case
def inputs_that_require_no_grad_are_not_nudged(torch):
    """So the history that is lost on their side is not missed."""
    return both(torch, lambda x, y: x * y.detach(), (points(torch), points(torch, requires_grad=False)))


@case
def inputs_that_are_results(torch):
    return both(torch, square, points(torch) * 2)


@case
def inputs_that_are_views(torch):
    x = points(torch, 1.0, 2.0, 3.0, 4.0)
    return [both(torch, square, x[1:3]), both(torch, square, x[::2])]


@case
def a_transposed_input(torch):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64, requires_grad=True)
    return both(torch, lambda x: x @ x, x.t())


@case
def the_same_input_twice(torch):
    """A nudge moves both: neither gradient is all of it."""
    x = points(torch)
    return both(torch, lambda x, y: x * y, (x, x))


@case
def two_inputs_that_share_memory(torch):
    x = points(torch, 1.0, 2.0, requires_grad=False)
    return both(torch, lambda a, b: a * b, (x.detach().requires_grad_(), x.detach().requires_grad_()))


@case
def a_function_that_returns_its_input(torch):
    return both(torch, lambda x: x, points(torch))


@case
def a_function_that_returns_a_view(torch):
    return both(torch, lambda x: x[1:], points(torch))


@case
def a_function_that_writes_in_place(torch):
    return both(torch, lambda x: x.clone().mul_(x).add_(1), points(torch))


@case
def a_function_that_writes_into_its_input(torch):
    return both(torch, lambda x: x.mul_(2), points(torch))


@case
def outputs_of_integers_beside(torch):
    return both(torch, lambda x: (x * 2, x.long()), points(torch, 1.5, 2.5))


@case
def outputs_that_do_not_depend_on_the_input(torch):
    return both(torch, lambda x: torch.ones(2, dtype=torch.float64), points(torch))


@case
def an_input_that_is_not_used(torch):
    return both(torch, lambda x, y: x * 2, (points(torch), points(torch)))


@case
def a_derivative_of_zero(torch):
    return both(torch, lambda x: x.sign(), points(torch))


@case
def cut_outputs_beside(torch):
    """Outputs that do not require grad are not looked at, where another one does."""
    return said(torch.autograd.gradcheck, lambda x: (x * 2, x.detach() * 5), points(torch))


# ------------------------------------------------------------ what fails
@case
def a_wrong_factor(torch):
    return both(torch, rule(torch, square, lambda g, x: g * 2.1 * x), points(torch))


@case
def a_wrong_sign(torch):
    return both(torch, rule(torch, square, lambda g, x: -2 * g * x), points(torch, 1.0))


@case
def a_forgotten_transpose(torch):
    a = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    return both(torch, rule(torch, lambda x: a @ x, lambda g, x: a @ g), points(torch, 1.0, 2.0))


@case
def a_cut_path(torch):
    return both(torch, lambda x: x * x.detach(), points(torch))


@case
def a_gradient_of_none(torch):
    return both(torch, rule(torch, square, lambda g, x: None), points(torch))


@case
def the_second_input_is_wrong(torch):
    return both(torch, lambda x, y: x * y.detach() + 0 * y, (points(torch, 1.0), points(torch, 2.0)))


@case
def the_second_output_is_wrong(torch):
    return both(torch, lambda x: (x * 2, x * x.detach()), points(torch, 2.0))


@case
def inputs_are_counted_with_the_others(torch):
    """In the message, the number is that among the inputs that require grad."""
    return said(
        torch.autograd.gradcheck, lambda n, x, y: x + y * y.detach(), (3, points(torch, 1.0), points(torch, 2.0))
    )


@case
def an_output_that_lost_its_history(torch):
    return both(torch, lambda x: x.detach() * 2, points(torch))


@case
def a_rule_that_ignores_its_gradient(torch):
    x = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    return said(torch.autograd.gradcheck, rule(torch, lambda x: x * 2, lambda g, x: g * 0 + 2), x)


def unsteady(torch, step):
    """A rule that gives more from call to call."""
    calls = []

    def backward(g, x):
        calls.append(1)
        return g * (2 + step * len(calls))

    return rule(torch, lambda x: x * 2, backward)


@case
def a_rule_that_is_not_deterministic(torch):
    return both(torch, unsteady(torch, 1e-9), points(torch))


@case
def a_rule_that_is_not_deterministic_within_tolerance(torch):
    return both(torch, unsteady(torch, 1e-9), points(torch), nondet_tol=1e-6)


@case
def a_rule_that_returns_a_wrong_shape(torch):
    return both(torch, rule(torch, square, lambda g, x: g[:2]), points(torch), raise_exception=False)


@case
def a_rule_that_returns_another_dtype(torch):
    """It is converted on the way."""
    return both(
        torch, rule(torch, lambda x: x * 2, lambda g, x: (g * 2).float()), points(torch), check_grad_dtypes=True
    )


@case
def a_rule_that_raises(torch):
    return both(torch, rule(torch, square, lambda g, x: 1 / 0), points(torch), raise_exception=False)


@case
def a_function_that_raises(torch):
    return both(torch, lambda x: 1 / 0, points(torch), raise_exception=False)


@case
def a_kink(torch):
    """Halfway between the two slopes of relu."""
    return both(torch, lambda x: x.relu(), points(torch, 0.0))


@case
def a_discontinuity(torch):
    return said(torch.autograd.gradcheck, lambda x: (x > 1).double() * x, points(torch, 1.0))


@case
def nan(torch):
    return both(torch, lambda x: x.sqrt(), points(torch, -1.0))


# ------------------------------------------------------------ settings
@case
def no_exception(torch):
    return both(torch, lambda x: x * x.detach(), points(torch), raise_exception=False)


@case
def tolerances(torch):
    wrong = rule(torch, square, lambda g, x: g * 2.02 * x)
    x = points(torch)
    return [
        both(torch, wrong, x, raise_exception=False),
        both(torch, wrong, x, raise_exception=False, rtol=0.05),
        both(torch, wrong, x, raise_exception=False, atol=0.1),
        said(torch.autograd.gradcheck, wrong, x, raise_exception=False, atol=0.01),
    ]


@case
def the_tolerance_grows_with_the_number_of_entries(torch):
    """A hundred entries, each wrong by a little less than `atol`: the fast mode compares their sum."""

    def off_by(much):
        return rule(torch, lambda x: x.sum() * 0, lambda g, x: g * much * torch.ones_like(x))

    x = torch.ones(100, dtype=torch.float64, requires_grad=True)
    return [both(torch, off_by(much), x, raise_exception=False) for much in (0.8e-5, 1.2e-5)]


@case
def too_wide_a_nudge(torch):
    """(x + h)³ - (x - h)³ over 2h is 3x² + h²."""
    x = points(torch, 0.1)
    return [said(torch.autograd.gradcheck, lambda x: x**3, x, eps=eps) for eps in (1e-6, 1e-3, 1e-1)]


@case
def nudges_are_relative_to_eps(torch):
    seen = []
    torch.autograd.gradcheck(lambda x: seen.append(x.detach().clone()) or x * 2, points(torch, 1.0), eps=0.25)
    return sorted({float(x) for x in seen})


@case
def floats_of_single_precision(torch):
    return both(torch, lambda x: x * 2, points(torch, dtype=torch.float32))


@case
def floats_of_single_precision_with_wider_nudges(torch):
    return both(torch, lambda x: x * 2, points(torch, dtype=torch.float32), eps=1e-2)


@case
def single_precision_inside(torch):
    return said(torch.autograd.gradcheck, lambda x: x.float() * 2, points(torch))


@case
def only_one_of_two_inputs_is_of_single_precision(torch):
    return both(torch, lambda x, y: x * y, (points(torch, 2.0), points(torch, 2.0, dtype=torch.float32)), eps=1e-2)


@case
def missing_gradients(torch):
    """A rule that cannot do without one of its two gradients."""
    two = rule(torch, lambda x: (x * 2, x * 3), lambda g, h, x: g * 2 + h * 3)
    picky = rule(torch, lambda x: (x * 2, x * 3), lambda g, h, x: g * 2 + h * 3, materialize=False)
    return [both(torch, two, points(torch)), both(torch, picky, points(torch))]


@case
def modes(torch):
    def f(**how):
        return said(torch.autograd.gradcheck, square, points(torch), **how)

    return [
        f(check_backward_ad=False),
        f(check_backward_ad=False, check_forward_ad=True, check_batched_grad=True),
        f(check_batched_forward_grad=True),
        f(masked=True),
    ]


# ------------------------------------------------------------ arguments
@case
def no_input_requires_grad(torch):
    return both(torch, square, points(torch, requires_grad=False), raise_exception=False)


@case
def no_input_is_a_tensor(torch):
    return both(torch, square, 3.0)


@case
def inputs_inside_lists_do_not_count(torch):
    return both(torch, lambda xs: xs[0] * 2, ([points(torch)],))


@case
def an_expanded_input(torch):
    return both(torch, square, points(torch, 1.0).expand(3))


@case
def an_output_that_is_no_tensor(torch):
    return both(torch, lambda x: 3.0, points(torch))


@case
def outputs_that_are_none(torch):
    return both(torch, lambda x: (x, None), points(torch))


@case
def a_shape_that_depends_on_the_numbers(torch):
    return said(torch.autograd.gradcheck, lambda x: x[x > 2], points(torch))


@case
def a_dtype_that_depends_on_the_numbers(torch):
    return said(torch.autograd.gradcheck, lambda x: x * 2 if x[0] > 1 else (x * 2).float(), points(torch))


# ------------------------------------------------------------ what stays untouched
@case
def inputs_are_as_before(torch):
    x = points(torch)
    torch.autograd.gradcheck(square, x)
    torch.autograd.gradgradcheck(square, x)
    return x, x._version, x.grad


@case
def inputs_are_as_before_when_it_fails(torch):
    x = points(torch)
    both(torch, lambda x: x * x.detach(), x)
    return x, x._version, x.grad


@case
def other_leaves_get_no_gradient(torch):
    x, w = points(torch), points(torch)
    torch.autograd.gradcheck(lambda x: x * w, x)
    return w.grad


@case
def inside_no_grad(torch):
    """Nothing is recorded there, so nothing can be checked."""
    with torch.no_grad():
        return both(torch, square, points(torch))


# ------------------------------------------------------------ gradgradcheck
@case
def right_second_gradients(torch):
    return again(torch, lambda x: x.sin() * x.exp(), points(torch))


@case
def second_gradients_of_several(torch):
    return again(torch, lambda x, y: (x * y, y.exp()), (points(torch), points(torch, 0.5, -1.0, 2.0)))


@case
def second_gradients_of_a_linear_function(torch):
    return again(torch, lambda x: x * 2, points(torch))


@case
def second_gradients_of_a_wrong_rule(torch):
    """The rule is right, but cannot be differentiated: it uses numbers without history."""
    cut = rule(torch, square, lambda g, x: g * 2 * x.detach())
    return [both(torch, cut, points(torch)), again(torch, cut, points(torch), points(torch, 0.5, 1.0, 2.0))]


@case
def second_gradients_with_respect_to_the_gradient(torch):
    cut = rule(torch, lambda x: x * 2, lambda g, x: g.detach() * 2 + 0 * x)
    return said(torch.autograd.gradgradcheck, cut, points(torch, 1.0))


@case
def second_gradients_for_a_given_gradient(torch):
    check, x = torch.autograd.gradgradcheck, points(torch)
    return [
        said(check, square, x, points(torch)),
        said(check, square, x, (points(torch, requires_grad=False),)),
        said(check, square, x, torch.ones(2, dtype=torch.float64)),
    ]


@case
def second_gradients_with_gaps_in_memory(torch):
    return again(torch, lambda x: x**3, points(torch), gen_non_contig_grad_outputs=True)


@case
def second_gradients_without_an_exception(torch):
    cut = rule(torch, square, lambda g, x: g * 2 * x.detach())
    return again(torch, cut, points(torch), raise_exception=False)


@case
def modes_of_second_gradients(torch):
    def f(**how):
        return said(torch.autograd.gradgradcheck, square, points(torch), **how)

    return [
        f(check_rev_over_rev=False),
        f(check_rev_over_rev=False, check_fwd_over_rev=True),
        f(check_rev_over_rev=False, check_fwd_over_rev=True, check_undefined_grad=False, check_batched_grad=True),
    ]


@pytest.mark.parametrize("name", case)
def test_gradcheck(name):
    case.check(name)


# ------------------------------------------------------------ missing gradients of several outputs
@on_both
@pytest.mark.parametrize("when_missing", ["raises", "makes numbers of nothing"])
def test_a_rule_must_do_without_one_of_three_gradients(torch, when_missing):
    """Each output alone is differentiated well; only when exactly one gradient is missing does the rule go wrong."""

    def backward(*args):
        *gs, x = args
        if sum(g is None for g in gs) == 1:
            if when_missing == "raises":
                raise RuntimeError("a gradient is missing")
            return torch.ones_like(x)
        return sum((g * (n + 2) for n, g in enumerate(gs) if g is not None), start=0 * x)

    three = rule(torch, lambda x: (x * 2, x * 3, x * 4), backward, materialize=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns of what it then raises
        with pytest.raises(RuntimeError) as raised:
            torch.autograd.gradcheck(three, points(torch))
        assert type(raised.value).__name__ == "GradcheckError"
        if when_missing == "raises":
            assert str(raised.value).startswith("Expected backward function to handle undefined output grads. Please")
            assert str(raised.value.__cause__) == "a gradient is missing"
        else:
            assert "Expected all input grads to be undefined or zero when all output grads" in str(raised.value)
        assert not torch.autograd.gradcheck(three, points(torch), raise_exception=False)
        assert torch.autograd.gradcheck(three, points(torch), check_undefined_grad=False)


# ------------------------------------------------------------ what our messages add
def message(func, *inputs, **how):
    with pytest.raises(GradcheckError) as raised:
        minigrad.autograd.gradcheck(func, inputs, **how)
    return raised.value


@pytest.mark.parametrize("fast", [False, True])
def test_the_largest_difference_is_told_in_words(fast):
    x = minigrad.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=minigrad.float64, requires_grad=True)
    error = message(lambda n, x: (x[0].sum(), x.T * x.detach().T), 5, x, fast_mode=fast)
    assert error.what.splitlines()[0] == (
        "the largest difference: for each unit that input 0 (argument 1) at [1, 1] is nudged, output 1 at [1, 1] moves "
        "by 8; backward says 4."
    )
    assert "x.T * x.detach().T" in str(error) and error.where[0].expression == "x.T * x.detach().T"


DIAGNOSES = {
    "factor": (lambda g, x: g * x, "All entries are too small by the factor 2."),
    "large": (lambda g, x: g * 8 * x, "All entries are too large by the factor 4."),
    "sign": (lambda g, x: -2 * g * x, "All signs are wrong."),
    "none": (lambda g, x: None, "Backward says that nothing depends on this input."),
    "other": (lambda g, x: g * (2 * x + 1), ""),
}


@pytest.mark.parametrize("name", DIAGNOSES)
def test_what_a_difference_looks_like(name):
    backward, words = DIAGNOSES[name]
    error = message(rule(minigrad, square, backward), points(minigrad))
    assert "\n".join(error.what.splitlines()[1:]) == words
    assert error.fix and ("kink" in error.fix) == (name == "other")


def test_a_transpose_is_recognised():
    a = minigrad.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=minigrad.float64)
    error = message(rule(minigrad, lambda x: a @ x, lambda g, x: a @ g), points(minigrad, 1.0, 2.0))
    assert "One Jacobian is the other's transpose." in str(error)


def test_single_precision_is_named_first():
    x = points(minigrad, dtype=minigrad.float32)
    with pytest.warns(UserWarning, match="Input #0 requires gradient and is not a double") as seen:
        error = message(lambda x: x * 2, x)
    assert "float32: rounding drowns small nudges." in error.what and "float64" in error.fix
    assert seen[0].filename == __file__
    error = message(lambda x: x.float() * 2, points(minigrad))
    assert "The output is of float32" in error.what


def test_nan_is_named():
    assert "There are NaN." in message(lambda x: x.sqrt(), points(minigrad, -1.0, 4.0)).what


def test_what_cut_an_output_off_is_named():
    error = message(lambda x: x.detach() * 2, points(minigrad))
    assert "output 0 does not require grad: `detach` cut it off." in error.what
    assert error.where[0].expression == "x.detach()"


@on_both
def test_fast_mode_says_when_the_slow_one_would_pass(torch):
    """Entries of 1000 and -1000 may be 1 wrong each; that of their sum is smaller, and so is what it may be wrong."""
    c = torch.tensor([1000.0, -1000.0], dtype=torch.float64)
    almost = rule(torch, lambda x: x @ c, lambda g, x: g * (c + 0.9))
    x = points(torch, 1.0, 1.0)
    assert torch.autograd.gradcheck(almost, x)
    with pytest.raises(RuntimeError, match="test might've passed in slow_mode!") as raised:
        torch.autograd.gradcheck(almost, x, fast_mode=True)
    if torch is minigrad:
        assert "`fast_mode=False`" in raised.value.fix


def test_the_error_tells_its_story():
    error = message(lambda x: x * x.detach(), points(minigrad))
    assert isinstance(error, RuntimeError)
    assert f"{type(error).__module__}.{type(error).__name__}" == "minigrad.autograd.gradcheck.GradcheckError"
    assert len(error.explain()) > len(str(error)) and "kink" in error.explain()


# ------------------------------------------------------------ deliberate differences
def test_inputs_are_as_before_when_the_function_raises():
    """PyTorch leaves the input nudged."""
    x, calls = points(minigrad), []

    def third_time_fails(x):
        calls.append(1)
        return x * 2 if len(calls) < 3 else 1 / 0

    with pytest.raises(ZeroDivisionError):
        minigrad.autograd.gradcheck(third_time_fails, x)
    assert x.tolist() == [1, 2, 3] and len(calls) == 3


@pytest.mark.parametrize("fast", [False, True])
def test_outputs_without_a_derivative_are_left_out(fast):
    """PyTorch takes one output's Jacobian for another's where an output that is not differentiable comes first."""
    x = points(minigrad, 1.5, 2.5)
    for func in (
        lambda x: (x.long(), x * 2),
        lambda x: (x > 2, x * 2),
        lambda x: x > 2,
        lambda x: (x.detach() * 5, x * 2),
    ):
        assert minigrad.autograd.gradcheck(func, x, fast_mode=fast)
    assert not minigrad.autograd.gradcheck(
        lambda x: (x.long(), x * x.detach()), x, fast_mode=fast, raise_exception=False
    )


def test_fast_mode_takes_outputs_of_another_dtype():
    """PyTorch stumbles over its own product of two dtypes there."""
    x = points(minigrad)
    assert minigrad.autograd.gradcheck(lambda x: x.float() * 2, x, eps=1e-2, fast_mode=True)
    assert "The output is of float32" in message(lambda x: x.float() * 2, x, fast_mode=True).what


def test_a_jacobian_without_entries_has_no_wrong_ones():
    """PyTorch's fast mode compares NaN with nothing, and stumbles over the largest of no differences."""
    x = minigrad.ones(0, dtype=minigrad.float64, requires_grad=True)
    for fast in (False, True):
        assert minigrad.autograd.gradcheck(lambda x: x.mean(), x, fast_mode=fast)


def test_there_is_no_forward_mode_and_no_vmap():
    """PyTorch has both."""
    for how, what in (
        ({"check_forward_ad": True}, "no forward mode"),
        ({"check_forward_ad": True, "check_batched_forward_grad": True}, "no forward mode"),
        ({"check_batched_grad": True}, "no vmap"),
    ):
        with pytest.raises(NotImplementedError, match=what):
            minigrad.autograd.gradcheck(square, points(minigrad), **how)
    with pytest.raises(NotImplementedError, match="no forward mode"):
        minigrad.autograd.gradgradcheck(square, points(minigrad), check_fwd_over_rev=True)


def test_second_gradients_of_nothing_are_refused():
    """PyTorch calls the function without its inputs then, and says that they are missing."""
    with pytest.raises(ValueError, match="gradgradcheck expects at least one output to require grad"):
        minigrad.autograd.gradgradcheck(lambda x: x.detach(), points(minigrad))


def test_the_stream_of_random_numbers_is_left_alone():
    """PyTorch's `gradgradcheck` draws from it."""
    minigrad.manual_seed(1)
    expected = minigrad.rand(3).tolist()
    minigrad.manual_seed(1)
    for fast in (False, True):
        minigrad.autograd.gradgradcheck(square, points(minigrad), fast_mode=fast)
    assert minigrad.rand(3).tolist() == expected


class WrongSize(Op):
    """An operation of minigrad's own kind, whose rule forgets a dimension."""

    def forward(a):
        return a * 2

    def grad_a(g):
        return (g * 2).reshape(-1)


class WrongType(Op):
    """And one whose rule returns another dtype."""

    def forward(a):
        return a * 2

    def grad_a(g):
        return np.asarray(g * 2, np.float32)


def test_rules_of_operations_are_checked_for_shape_and_dtype():
    """A Function's gradients are checked by the engine; those of operations are trusted, except here.

    PyTorch has these two sentences as well, but gives the one for the other.
    """
    x = minigrad.tensor([[1.0, 2.0, 3.0]], dtype=minigrad.float64, requires_grad=True)
    for fast in (False, True):
        error = message(lambda x: apply(WrongSize, x), x, fast_mode=fast)
        assert error.sentence == "Analytical gradient has incorrect size"
        assert error.what == "input 0 has shape [1, 3], its gradient [3]."
        assert minigrad.autograd.gradcheck(lambda x: apply(WrongType, x), x, fast_mode=fast)
        error = message(lambda x: apply(WrongType, x), x, fast_mode=fast, check_grad_dtypes=True)
        assert error.sentence == "Gradient has dtype mismatch"
        assert error.what == "input 0 is of float64, its gradient of float32."


# ------------------------------------------------------------ memory
@on_both
def test_no_cycles_are_left(torch):
    """Neither by checks that pass, nor by those that fail, nor by the functions of `autograd.functional`."""
    f = torch.autograd.functional
    x = points(torch)

    def run():
        for fast in (False, True):
            torch.autograd.gradcheck(square, x, fast_mode=fast)
            torch.autograd.gradgradcheck(square, x, fast_mode=fast)
            torch.autograd.gradcheck(lambda x: x * x.detach(), x, fast_mode=fast, raise_exception=False)
        f.jacobian(square, x)
        f.hessian(lambda x: (x**3).sum(), x)
        f.hvp(lambda x: (x**3).sum(), x, x)

    run()  # what is made once and kept
    gc.disable()
    gc.freeze()  # what was there before is left out of counts
    try:
        run()
        assert gc.collect() == 0
    finally:
        gc.unfreeze()
        gc.enable()
