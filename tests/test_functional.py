"""vjp, jvp, vhp, hvp, jacobian and hessian: results, graphs, strict mode, and what they refuse."""

import pytest

import minigrad
from tests.conformance import Cases, done, on_both

case = Cases("functional", versions=False)


def functional(torch):
    return torch.autograd.functional


def points(torch, *numbers, **how):
    return torch.tensor(list(numbers), **how)


def cubes(x):
    return x**3


def sum_of_cubes(x):
    return (x**3).sum()


def mixed(x, y):
    return (x**2 * y).sum()


def error(function):
    """What a function says, or its error in all its words: here there are none of ours in it."""
    try:
        return function()
    except Exception as raised:
        return f"{type(raised).__name__}: {raised}"


def apart(results):
    """Results that have a graph, told without its nodes: which ones a derivative is made of is each library's own."""
    if isinstance(results, (tuple, list)):
        return [apart(r) for r in results]
    return [results.detach(), results.requires_grad] if hasattr(results, "requires_grad") else results


def strict_and_not(function, func, *arguments, **how):
    """What a function says without and in strict mode, and in strict mode with a graph."""
    modes = ({}, {"strict": True}, {"strict": True, "create_graph": True})
    return [apart(error(lambda mode=mode: function(func, *arguments, **how, **mode))) for mode in modes]


# ------------------------------------------------------------ vjp
@case
def vjp_of_a_vector(torch):
    return functional(torch).vjp(cubes, points(torch, 1.0, 2.0), points(torch, 1.0, 10.0))


@case
def vjp_of_a_number_needs_no_v(torch):
    return functional(torch).vjp(sum_of_cubes, points(torch, 1.0, 2.0))


@case
def vjp_of_one_element_needs_no_v(torch):
    return functional(torch).vjp(lambda x: (x.sum().reshape(1, 1),), points(torch, 1.0, 2.0))


@case
def vjp_without_v_of_a_vector(torch):
    return functional(torch).vjp(cubes, points(torch, 1.0, 2.0))


@case
def vjp_without_v_of_two_numbers(torch):
    return functional(torch).vjp(lambda x: (x.sum(), x.sum()), points(torch, 1.0, 2.0))


@case
def vjp_tuples_in_and_out(torch):
    x, y = points(torch, 1.0, 2.0), points(torch, 3.0, 4.0)
    return functional(torch).vjp(lambda x, y: (x * y, y.sum()), (x, y), (x, torch.tensor(5.0)))


@case
def vjp_tuple_of_one_stays_a_tuple(torch):
    return functional(torch).vjp(lambda x: (x * 2,), (points(torch, 1.0),), (points(torch, 1.0),))


@case
def vjp_with_a_graph(torch):
    x = points(torch, 1.0, 2.0, requires_grad=True)
    y, g = functional(torch).vjp(cubes, x, torch.ones(2), create_graph=True)
    return y, apart(g), torch.autograd.grad(g.sum(), x)


@case
def vjp_with_a_graph_of_v(torch):
    """v may require grad as well: vᵀJ is linear in it."""
    x, v = points(torch, 1.0, 2.0), points(torch, 1.0, 1.0, requires_grad=True)
    _, g = functional(torch).vjp(cubes, x, v, create_graph=True)
    return g.requires_grad, torch.autograd.grad(g.sum(), v)


@case
def vjp_without_a_graph_cuts(torch):
    x = points(torch, 1.0, 2.0, requires_grad=True)
    y, g = functional(torch).vjp(cubes, x, torch.ones(2))
    return y.requires_grad, g.requires_grad, x.grad


@case
def vjp_of_an_unused_input(torch):
    return strict_and_not(functional(torch).vjp, lambda x, y: (x**2).sum(), (torch.ones(2), torch.ones(3)))


@case
def vjp_of_a_constant(torch):
    return strict_and_not(functional(torch).vjp, lambda x: torch.ones(()), torch.ones(2))


@case
def vjp_of_a_cut_output(torch):
    return strict_and_not(functional(torch).vjp, lambda x: (x.sum(), x.detach().sum()), torch.ones(2),
                          v=(torch.ones(()), torch.ones(())))  # fmt: skip


@case
def vjp_of_a_linear_function(torch):
    """A gradient that does not depend on the input: refused only where it is to be differentiated again."""
    return strict_and_not(functional(torch).vjp, lambda x: (x * 2).sum(), torch.ones(2))


@case
def vjp_inside_no_grad(torch):
    with torch.no_grad():
        return functional(torch).vjp(sum_of_cubes, points(torch, 2.0)), torch.is_grad_enabled()


@case
def vjp_with_a_graph_inside_no_grad(torch):
    x = points(torch, 2.0, requires_grad=True)
    with torch.no_grad():
        return apart(functional(torch).vjp(sum_of_cubes, x, create_graph=True))


@case
def vjp_of_a_function_that_returns_its_input(torch):
    x = points(torch, 1.0, 2.0)
    y, g = functional(torch).vjp(lambda x: x, x, x)
    return y, g, y is x, y.data_ptr() == x.data_ptr()


@case
def vjp_of_a_dtype_of_its_own(torch):
    return functional(torch).vjp(cubes, points(torch, 1.0, dtype=torch.float64), points(torch, 2.0))


# ------------------------------------------------------------ arguments
@case
def inputs_that_are_no_tensors(torch):
    f = functional(torch)
    return [
        error(lambda function=function: function(sum_of_cubes, 1.0))
        for function in (f.vjp, f.jvp, f.jacobian, f.hessian, f.vhp, f.hvp)
    ]


@case
def one_input_that_is_no_tensor(torch):
    return functional(torch).jacobian(lambda x, n: x * n, (torch.ones(2), 3))


@case
def inputs_as_a_list(torch):
    return functional(torch).vjp(mixed, [torch.ones(2), torch.ones(2)])


@case
def inputs_of_integers(torch):
    return functional(torch).jacobian(cubes, torch.tensor([1, 2]))


@case
def no_inputs(torch):
    return functional(torch).jvp(lambda: torch.ones(()), ())


@case
def outputs_that_are_no_tensors(torch):
    f = functional(torch)
    x = torch.ones(())
    return [
        error(lambda function=function: function(lambda x: 1.0, x))
        for function in (f.vjp, f.jvp, f.jacobian, f.hessian, f.vhp, f.hvp)
    ]


@case
def one_output_that_is_no_tensor(torch):
    return functional(torch).jacobian(lambda x: (x, None), torch.ones(2))


@case
def outputs_as_a_list(torch):
    return functional(torch).jacobian(lambda x: [x, x], torch.ones(2))


@case
def v_that_is_no_tensor(torch):
    f = functional(torch)
    return [error(lambda g=g: g(sum_of_cubes, torch.ones(1), 1.0)) for g in (f.vjp, f.jvp, f.vhp, f.hvp)]


@case
def v_of_a_wrong_shape(torch):
    f = functional(torch)
    return [error(lambda g=g: g(sum_of_cubes, torch.ones(3), torch.ones(2))) for g in (f.vjp, f.jvp, f.vhp, f.hvp)]


@case
def v_of_a_wrong_shape_in_a_tuple(torch):
    f = functional(torch)
    x = (torch.ones(2), torch.ones(2))
    return [error(lambda g=g: g(mixed, x, (torch.ones(2), torch.ones(2, 1)))) for g in (f.jvp, f.vhp, f.hvp)]


@case
def v_of_a_wrong_length(torch):
    f = functional(torch)
    x = (torch.ones(2), torch.ones(2))
    return [error(lambda g=g: g(mixed, x, torch.ones(2))) for g in (f.jvp, f.vhp, f.hvp)]


@case
def v_too_many(torch):
    f = functional(torch)
    v = (torch.ones(2), torch.ones(2))
    return [error(lambda g=g: g(sum_of_cubes, torch.ones(2), v)) for g in (f.vjp, f.jvp, f.vhp, f.hvp)]


@case
def v_missing(torch):
    f = functional(torch)
    return [error(lambda g=g: g(sum_of_cubes, torch.ones(2))) for g in (f.jvp, f.vhp, f.hvp)]


@case
def v_missing_for_two_inputs(torch):
    f = functional(torch)
    x = (torch.ones(1), torch.ones(1))
    return [error(lambda g=g: g(mixed, x)) for g in (f.jvp, f.vhp, f.hvp)]


@case
def v_is_looked_at_before_the_function_runs(torch):
    """By those whose v has the inputs' shape."""
    f = functional(torch)
    ran = []
    for g in (f.jvp, f.vhp, f.hvp, f.vjp):
        done(g, lambda x: ran.append(1) or x.sum(), torch.ones(2), torch.ones(3))
    return len(ran)


@case
def a_function_that_raises(torch):
    return [done(functional(torch).jacobian, lambda x: 1 / 0, torch.ones(2)), torch.is_grad_enabled()]


# ------------------------------------------------------------ jvp
@case
def jvp_of_a_vector(torch):
    return functional(torch).jvp(cubes, points(torch, 1.0, 2.0), points(torch, 1.0, 10.0))


@case
def jvp_of_a_number_needs_no_v(torch):
    return functional(torch).jvp(lambda x: x * torch.ones(3), torch.tensor([[2.0]]))


@case
def jvp_tuples_in_and_out(torch):
    x, y = points(torch, 1.0, 2.0), points(torch, 3.0, 4.0)
    return functional(torch).jvp(lambda x, y: (x * y, y.sum()), (x, y), (torch.ones(2), x))


@case
def jvp_with_a_graph(torch):
    x = points(torch, 1.0, 2.0, requires_grad=True)
    y, g = functional(torch).jvp(cubes, x, torch.ones(2), create_graph=True)
    return y, g.requires_grad, g.detach(), torch.autograd.grad(g.sum(), x)


@case
def jvp_of_an_unused_input(torch):
    x = (torch.ones(2), torch.ones(3))
    return strict_and_not(functional(torch).jvp, lambda x, y: (x**2).sum(), x, x)


@case
def jvp_of_a_constant(torch):
    return strict_and_not(functional(torch).jvp, lambda x: torch.ones(()), torch.ones(2), torch.ones(2))


@case
def jvp_of_a_linear_function(torch):
    """The product does not depend on the input."""
    return strict_and_not(functional(torch).jvp, lambda x: (x * 2).sum(), torch.ones(2), torch.ones(2))


@case
def jvp_of_a_cut_output(torch):
    return strict_and_not(functional(torch).jvp, lambda x: (x.sum(), x.detach()), torch.ones(2), torch.ones(2))


@case
def jvp_of_one_of_two_outputs_that_needs_the_input(torch):
    return strict_and_not(functional(torch).jvp, lambda x: (x**2, x * 0), torch.ones(2), torch.ones(2))


# ------------------------------------------------------------ jacobian
@case
def jacobian_of_a_matrix(torch):
    return functional(torch).jacobian(lambda x: x.T @ x, torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))


@case
def jacobian_of_numbers(torch):
    return functional(torch).jacobian(lambda x: x**2, torch.tensor(3.0))


@case
def jacobian_of_tuples(torch):
    x, y = points(torch, 1.0, 2.0), points(torch, 3.0)
    return functional(torch).jacobian(lambda x, y: (x * y, y.sum(), x.sum()), (x, y))


@case
def jacobian_of_a_tuple_in_only(torch):
    return functional(torch).jacobian(mixed, (points(torch, 1.0, 2.0), points(torch, 3.0, 4.0)))


@case
def jacobian_of_a_tuple_out_only(torch):
    return functional(torch).jacobian(lambda x: (x.sum(), x), points(torch, 1.0, 2.0))


@case
def jacobian_with_a_graph(torch):
    x = points(torch, 1.0, 2.0, requires_grad=True)
    j = functional(torch).jacobian(cubes, x, create_graph=True)
    return j, torch.autograd.grad(j.sum(), x), x.grad


@case
def jacobian_with_a_graph_of_a_plain_input(torch):
    """An input that requires no grad begins a graph of its own: the result can not be traced back to it."""
    x = points(torch, 1.0, 2.0)
    j = functional(torch).jacobian(cubes, x, create_graph=True)
    return j, x.requires_grad, done(torch.autograd.grad, j.sum(), x)


@case
def jacobian_with_a_graph_of_a_linear_function(torch):
    x = points(torch, 1.0, 2.0, requires_grad=True)
    return functional(torch).jacobian(lambda x: x * 2, x, create_graph=True)


@case
def jacobian_of_no_outputs(torch):
    return functional(torch).jacobian(lambda x: x[:0], torch.ones(2))


@case
def jacobian_of_no_inputs(torch):
    return functional(torch).jacobian(lambda x: x.sum() * torch.ones(2), torch.ones(0))


@case
def jacobian_of_an_unused_input(torch):
    return strict_and_not(functional(torch).jacobian, lambda x, y: x**2, (torch.ones(2), torch.ones(3)))


@case
def jacobian_of_a_linear_function(torch):
    return strict_and_not(functional(torch).jacobian, lambda x: x * 2, torch.ones(2))


@case
def jacobian_of_an_integer_output(torch):
    return strict_and_not(functional(torch).jacobian, lambda x: (x * 2, x.long()), torch.ones(2))


@case
def jacobian_of_dtypes(torch):
    return functional(torch).jacobian(lambda x: (x * 2).double(), torch.ones(2))


@case
def jacobian_vectorized(torch):
    f = functional(torch)
    x = points(torch, 1.0, 2.0)
    return f.jacobian(lambda x: (x**2, x.sum(), torch.ones(2)), x, vectorize=True)


@case
def jacobian_vectorized_and_strict(torch):
    return functional(torch).jacobian(cubes, torch.ones(2), vectorize=True, strict=True)


@case
def jacobian_strategies(torch):
    def f(**how):
        return error(lambda: functional(torch).jacobian(cubes, torch.ones(2), **how))

    return [
        f(strategy="reverse-mode"),
        f(strategy="sideways"),
        f(strategy="forward-mode"),
        f(strategy="forward-mode", create_graph=True),
        f(strategy="forward-mode", strict=True),
    ]


@case
def jacobian_of_a_shared_output(torch):
    def f(x):
        y = x**2
        return y, y

    return functional(torch).jacobian(f, points(torch, 1.0, 2.0))


@case
def jacobian_where_the_function_uses_the_outer_tensor(torch):
    """The input and the same tensor seen from inside are two things."""
    x = points(torch, 1.0, 2.0, requires_grad=True)
    return functional(torch).jacobian(lambda z: z * x, x), x.grad


@case
def jacobian_where_the_function_writes_into_its_input(torch):
    return functional(torch).jacobian(lambda x: x.mul_(2), torch.ones(2))


@case
def jacobian_where_the_function_writes_into_its_input_with_a_graph(torch):
    """The input is a view of the caller's tensor then, which the write reaches."""
    a = points(torch, 1.0, 2.0, requires_grad=True)
    x = a * 1
    j = functional(torch).jacobian(lambda x: x.mul_(x), x, create_graph=True)
    return j, x


@case
def inputs_are_views_with_a_graph(torch):
    """Of those that require grad; others are the same memory without history."""
    a, b = points(torch, 1.0, requires_grad=True), points(torch, 2.0)
    seen = []
    functional(torch).vjp(lambda x, y: seen.extend((x, y)) or x * y, (a, b), create_graph=True)
    x, y = seen
    return x, x._base is a, x is a, y, y._base, y is b, y.data_ptr() == b.data_ptr()


@case
def inputs_are_detached_without_a_graph(torch):
    a = points(torch, 1.0, requires_grad=True)
    seen = []
    functional(torch).vjp(lambda x: seen.append(x) or x * 2, a)
    return seen[0], seen[0] is a, seen[0]._base, a._version


# ------------------------------------------------------------ hessian, vhp, hvp
@case
def hessian_of_a_vector(torch):
    return functional(torch).hessian(lambda x: (x.sum() ** 2 * x).sum(), points(torch, 1.0, 2.0))


@case
def hessian_of_a_matrix(torch):
    return functional(torch).hessian(sum_of_cubes, torch.tensor([[1.0, 2.0]]))


@case
def hessian_of_a_tuple(torch):
    return functional(torch).hessian(mixed, (points(torch, 1.0, 2.0), points(torch, 3.0, 4.0)))


@case
def hessian_of_a_number_in_brackets(torch):
    return functional(torch).hessian(lambda x: (x**3).sum().reshape(1, 1), points(torch, 1.0, 2.0))


@case
def hessian_with_a_graph(torch):
    x = points(torch, 1.0, 2.0, requires_grad=True)
    h = functional(torch).hessian(sum_of_cubes, x, create_graph=True)
    return h, torch.autograd.grad(h.sum(), x), x.grad


@case
def hessian_vectorized(torch):
    return functional(torch).hessian(mixed, (points(torch, 1.0, 2.0), points(torch, 3.0, 4.0)), vectorize=True)


@case
def hessian_strategies(torch):
    def f(**how):
        return error(lambda: functional(torch).hessian(sum_of_cubes, torch.ones(2), **how))

    return [f(outer_jacobian_strategy="sideways"), f(outer_jacobian_strategy="forward-mode")]


@case
def hessian_of_many_numbers(torch):
    f, v = functional(torch), torch.ones(2)
    return [done(f.hessian, cubes, v), done(f.vhp, cubes, v, v), done(f.hvp, cubes, v, v)]


@case
def hessian_of_several_outputs(torch):
    f, v = functional(torch), torch.ones(2)

    def two(x):
        return x.sum(), x.sum()

    return [done(f.hessian, two, v), done(f.vhp, two, v, v), done(f.hvp, two, v, v)]


@case
def hessian_of_one_output_in_a_tuple(torch):
    return functional(torch).vhp(lambda x: (x.sum(),), torch.ones(2), torch.ones(2))


@case
def hessian_of_no_output(torch):
    f, v = functional(torch), torch.ones(2)
    return [done(g, lambda x: (), *arguments) for g, *arguments in ((f.hessian, v), (f.vhp, v, v), (f.hvp, v, v))]


@case
def jacobian_of_a_function_with_a_rule_of_its_own(torch):
    """Once right and once wrong: the Jacobian is what backward says."""

    class Rule(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor):
            ctx.save_for_backward(x)
            ctx.factor = factor
            return x**2

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return ctx.factor * g * x, None

    f, x = functional(torch), points(torch, 1.0, 2.0)

    def both(factor):
        return f.jacobian(lambda x: Rule.apply(x, factor), x), f.hessian(lambda x: Rule.apply(x, factor).sum(), x)

    return both(2), both(3)


@case
def jacobian_sees_hooks(torch):
    """A hook on the way changes every row."""

    def f(x):
        y = x * 2
        y.register_hook(lambda g: g * 10)
        return y.sin()

    return functional(torch).jacobian(f, points(torch, 0.0, 0.0))


@case
def jacobian_frees_nothing_of_the_caller_s_graph(torch):
    x = points(torch, 1.0, 2.0, requires_grad=True)
    y = x * x
    j = functional(torch).jacobian(lambda z: z * y, x, create_graph=True)
    return j.requires_grad, torch.autograd.grad(y.sum(), x)


def hessians(torch, func, inputs):
    """All three functions of second order, not strict and strict."""
    f = functional(torch)
    return [
        strict_and_not(f.hessian, func, inputs),
        strict_and_not(f.vhp, func, inputs, inputs),
        strict_and_not(f.hvp, func, inputs, inputs),
    ]


@case
def second_order_of_a_linear_function(torch):
    return hessians(torch, lambda x: (x * 2).sum(), torch.ones(2))


@case
def second_order_of_squares(torch):
    """The Hessian does not depend on the input."""
    return hessians(torch, lambda x: (x * x).sum(), torch.ones(2))


@case
def second_order_of_cubes(torch):
    return hessians(torch, sum_of_cubes, torch.ones(2))


@case
def second_order_of_a_constant(torch):
    return hessians(torch, lambda x: torch.ones(()), torch.ones(2))


@case
def second_order_of_an_unused_input(torch):
    return hessians(torch, lambda x, y: (x**3).sum(), (torch.ones(2), torch.ones(1)))


@case
def second_order_of_a_sum(torch):
    """Each gradient depends on its own input only."""
    return hessians(torch, lambda x, y: (x**3).sum() + (y**3).sum(), (torch.ones(2), torch.ones(1)))


@case
def vhp_and_hvp_of_a_number_need_no_v(torch):
    f = functional(torch)
    return f.vhp(sum_of_cubes, points(torch, 2.0)), f.hvp(sum_of_cubes, points(torch, 2.0))


@case
def vhp_and_hvp_of_tuples(torch):
    f = functional(torch)
    x, v = (points(torch, 1.0, 2.0), points(torch, 3.0, 4.0)), (points(torch, 1.0, 0.0), points(torch, 0.0, 1.0))
    return f.vhp(mixed, x, v), f.hvp(mixed, x, v)


@case
def vhp_with_a_graph(torch):
    x = points(torch, 1.0, 2.0, requires_grad=True)
    y, g = functional(torch).vhp(sum_of_cubes, x, torch.ones(2), create_graph=True)
    return y.requires_grad, g.requires_grad, torch.autograd.grad(g.sum(), x)


@case
def hvp_with_a_graph(torch):
    x = points(torch, 1.0, 2.0, requires_grad=True)
    y, g = functional(torch).hvp(sum_of_cubes, x, torch.ones(2), create_graph=True)
    return y.requires_grad, g.requires_grad, torch.autograd.grad(g.sum(), x)


@case
def the_two_products_of_second_order_without_a_graph(torch):
    x = points(torch, 1.0, 2.0, requires_grad=True)
    f = functional(torch)
    return f.vhp(sum_of_cubes, x, torch.ones(2)), f.hvp(sum_of_cubes, x, torch.ones(2)), x.grad


@pytest.mark.parametrize("name", case)
def test_functional(name):
    case.check(name)


# ------------------------------------------------------------ that they agree with each other
@on_both
def test_products_are_products_with_the_matrices(torch):
    f = functional(torch)

    def g(x):
        return (x[0] * x[1]).sin() * x

    x, v = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64), torch.tensor([4.0, 5.0, 6.0], dtype=torch.float64)
    j, h = f.jacobian(g, x), f.hessian(lambda x: g(x).sum(), x)
    assert torch.allclose(f.vjp(g, x, v)[1], v @ j)
    assert torch.allclose(f.jvp(g, x, v)[1], j @ v)
    assert torch.allclose(f.vhp(lambda x: g(x).sum(), x, v)[1], v @ h)
    assert torch.allclose(f.hvp(lambda x: g(x).sum(), x, v)[1], h @ v)
    assert torch.allclose(h, h.T) and not torch.allclose(j, j.T)


@on_both
def test_no_gradient_is_left_behind(torch):
    """Neither in the inputs, nor in other leaves that the function uses, nor in v."""
    f = functional(torch)
    x, w, v = (torch.ones(2, requires_grad=True) for _ in range(3))
    for create_graph in (False, True):
        for function in (f.vjp, f.jvp, f.vhp, f.hvp):
            function(lambda x: (x * w).sum() ** 2, x, v.sum() if function is f.vjp else v, create_graph=create_graph)
        f.jacobian(lambda x: x * w, x, create_graph=create_graph)
        f.hessian(lambda x: (x * w).sum() ** 2, x, create_graph=create_graph)
    assert x.grad is None and w.grad is None and v.grad is None
    assert (x._version, w._version, v._version) == (0, 0, 0)


# ------------------------------------------------------------ deliberate differences
def test_there_is_no_forward_mode():
    """PyTorch has one. The numbers would be the same; a message says what to leave out."""
    for call in (
        lambda f, x: f.jacobian(cubes, x, vectorize=True, strategy="forward-mode"),
        lambda f, x: f.hessian(sum_of_cubes, x, vectorize=True, outer_jacobian_strategy="forward-mode"),
    ):
        with pytest.raises(NotImplementedError, match="minigrad has no forward mode") as raised:
            call(minigrad.autograd.functional, minigrad.ones(2))
        assert "Leave out" in str(raised.value)


def test_no_outputs_at_all_are_refused_in_the_same_words_when_vectorized():
    """PyTorch stumbles over an index of its own there."""
    for vectorize in (False, True):
        with pytest.raises(RuntimeError, match="stack expects a non-empty TensorList"):
            minigrad.autograd.functional.jacobian(lambda x: x[:0], minigrad.ones(2), vectorize=vectorize)


def test_the_second_derivative_of_a_square_is_known_to_be_constant():
    """PyTorch does not notice: its rule of `x ** 2` multiplies by a power of x, if only by its zeroth."""
    f = minigrad.autograd.functional
    for function, v in ((f.hessian, ()), (f.vhp, (minigrad.ones(2),)), (f.hvp, (minigrad.ones(2),))):
        with pytest.raises(RuntimeError, match="This is not allowed in strict mode when create_graph=True"):
            function(lambda x: (x**2).sum(), minigrad.ones(2), *v, create_graph=True, strict=True)
