"""Custom Functions: what goes in and out, what is kept, and how their gradients run."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

import minigrad
from tests.conformance import Cases, done, error, gradients, nodes, on_both, tell_node

case = Cases("function")


def fn(torch, forward, backward=lambda ctx, g: g, **more):
    """A Function called MyFn."""
    body = {"forward": staticmethod(forward), "backward": staticmethod(backward), **more}
    return type("MyFn", (torch.autograd.Function,), body)


def keep(ctx, *tensors):
    """`save_for_backward` within a lambda."""
    ctx.save_for_backward(*tensors)
    return True


def values(got):
    """Gradients without their versions, which say how PyTorch makes zeros."""
    return [[None if g is None else (str(g.dtype), g.tolist()) for g in each] for each in got]


def product(torch):
    """a * b, by hand."""

    def backward(ctx, g):
        a, b = ctx.saved_tensors
        return g * b, g * a

    return fn(torch, lambda ctx, a, b: keep(ctx, a, b) and a * b, backward)


def exp(torch):
    """exp(a) that saves its result."""

    def forward(ctx, a):
        z = a.exp()
        ctx.save_for_backward(z)
        return z

    return fn(torch, forward, lambda ctx, g: g * ctx.saved_tensors[0])


def leaf(torch, *numbers, **how):
    return torch.tensor(numbers or (1.0, 2.0), requires_grad=True, **how)


# ------------------------------------------------------------ forward
@case
def value_and_node(torch):
    return product(torch).apply(leaf(torch), leaf(torch, 3.0, 4.0))


@case
def gradients_of_both_inputs(torch):
    x, w = leaf(torch), leaf(torch, 3.0, 4.0)
    return gradients(torch, product(torch).apply(x, w), x, w)


@case
def the_same_tensor_twice(torch):
    x = leaf(torch)
    y = product(torch).apply(x, x)
    return gradients(torch, y, x), tell_node(y.grad_fn)


@case
def nothing_requires_grad(torch):
    y = product(torch).apply(torch.ones(2), torch.ones(2))
    return y, y.grad_fn


@case
def under_no_grad(torch):
    with torch.no_grad():
        y = product(torch).apply(leaf(torch), torch.ones(2))
    return y, y.grad_fn


@case
def nothing_is_saved_under_no_grad(torch):
    kept = []
    F = fn(torch, lambda ctx, a: kept.append(ctx) or (keep(ctx, a) and a * 2))
    with torch.no_grad():
        F.apply(leaf(torch))
    return kept[0].saved_tensors, kept[0].needs_input_grad, kept[0].next_functions


@case
def forward_is_not_recorded(torch):
    seen = []

    def forward(ctx, a):
        seen.append((torch.is_grad_enabled(), (a * 2).requires_grad, a.requires_grad))
        return a * 2

    fn(torch, forward).apply(leaf(torch))
    return seen, torch.is_grad_enabled()


@case
def grad_mode_comes_back_after_an_error(torch):
    return done(fn(torch, lambda ctx, a: 1 / 0).apply, leaf(torch)), torch.is_grad_enabled()


@case
def grad_mode_comes_back(torch):
    def forward(ctx, a):
        torch.set_grad_enabled(True)
        return a * 2

    F, seen = fn(torch, forward), []
    F.apply(leaf(torch))
    seen.append(torch.is_grad_enabled())
    with torch.no_grad():
        F.apply(leaf(torch))
        seen.append(torch.is_grad_enabled())
    return seen


@case
def recorded_inside_by_force(torch):
    def forward(ctx, a):
        with torch.enable_grad():
            return (a * 3).sin()

    x = leaf(torch)
    y = fn(torch, forward).apply(x)
    return y, tell_node(y.grad_fn), gradients(torch, y, x)


@case
def what_is_not_a_tensor(torch):
    seen = []
    F = fn(torch, lambda ctx, a, n, word, none: seen.append((n, word, none)) or a * n, lambda ctx, g: (g, *[None] * 3))
    y = F.apply(leaf(torch), 3, "hello", None)
    return y, seen, tell_node(y.grad_fn), y.grad_fn.needs_input_grad


@case
def next_functions_are_those_of_tensors(torch):
    F = fn(torch, lambda ctx, n, a, b, c: a + b + c, lambda ctx, g: (None, g, g, g))
    return tell_node(F.apply(2, leaf(torch), torch.ones(2), leaf(torch) * 2).grad_fn)


@case
def tensors_in_lists_are_not_seen(torch):
    y = fn(torch, lambda ctx, many: many[0] * 2).apply([leaf(torch)])
    return y.requires_grad


@case
def needs_input_grad(torch):
    seen = []
    F = fn(torch, lambda ctx, *a: a[0] * 2, lambda ctx, g: (seen.append(ctx.needs_input_grad), g, None, None)[1:])
    x = leaf(torch)
    F.apply(x, torch.ones(2), 3).sum().backward()
    return seen


@case
def needs_input_grad_does_not_know_of_inputs(torch):
    seen = []
    F = fn(torch, lambda ctx, a, b: a * b, lambda ctx, g: (seen.append(ctx.needs_input_grad), g, g)[1:])
    x, w = leaf(torch), leaf(torch)
    torch.autograd.grad(F.apply(x, w).sum(), x)
    return seen


@case
def an_argument_by_name(torch):
    F = fn(torch, lambda ctx, a, k: a * k, lambda ctx, g: (g, None))
    return F.apply(leaf(torch), k=3.0), error(lambda: F.apply(leaf(torch), j=3.0))


@case
def an_argument_left_out(torch):
    F = fn(torch, lambda ctx, a, k: a * k)
    return error(lambda: F.apply(leaf(torch))).split(" ")[0]


@case
def named_after_its_class(torch):
    class Soft(product(torch)):
        pass

    y = Soft.apply(leaf(torch), leaf(torch))
    return y.grad_fn.name(), type(y.grad_fn).__name__, repr(y), y.grad_fn._forward_cls is Soft


@case
def integers_pass_through(torch):
    return fn(torch, lambda ctx, a: a * 2).apply(torch.tensor([1, 2]))


# ------------------------------------------------------------ setup_context
def cube(torch, seen=None):
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(x, power=3):
            return x**power

        @staticmethod
        def setup_context(ctx, inputs, output):
            if seen is not None:
                seen.append((inputs, output, torch.is_grad_enabled()))
            ctx.power = inputs[1]
            ctx.save_for_backward(inputs[0])

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return ctx.power * x ** (ctx.power - 1) * g, None

    return Cube


@case
def context_set_up_apart(torch):
    x, seen = leaf(torch), []
    y = cube(torch, seen).apply(x)
    return y, seen, gradients(torch, y, x)


@case
def defaults_and_names_with_a_context_apart(torch):
    x = leaf(torch)
    y = cube(torch).apply(x, power=2)
    return y, y.grad_fn.needs_input_grad, gradients(torch, y, x)


@case
def a_missing_argument_with_a_context_apart(torch):
    return error(lambda: cube(torch).apply())


@case
def what_setup_context_returns_does_not_matter(torch):
    class Odd(cube(torch)):
        @staticmethod
        def setup_context(ctx, inputs, output):
            return 5

    return Odd.apply(leaf(torch))


@case
def setup_context_sees_a_tuple(torch):
    seen = []

    class Two(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x * 2, x * 3

        @staticmethod
        def setup_context(ctx, inputs, output):
            seen.append((type(output).__name__, len(output)))

        @staticmethod
        def backward(ctx, g, h):
            return 2 * g + 3 * h

    x = leaf(torch)
    return gradients(torch, Two.apply(x), x), seen


# ------------------------------------------------------------ what is kept
@case
def saved_input_is_itself(torch):
    x = leaf(torch)
    n = product(torch).apply(x, x * 2).grad_fn
    return n.saved_tensors[0] is x, n.saved_tensors


@case
def saved_result_leads_to_the_node(torch):
    y = exp(torch).apply(leaf(torch, 0.0, 1.0))
    (z,) = y.grad_fn.saved_tensors
    return z is y, z.grad_fn is y.grad_fn, z


@case
def saved_result_of_several(torch):
    F = fn(torch, lambda ctx, a: keep(ctx, z := a * 3) and (a * 2, z), lambda ctx, g, h: 2 * g + 3 * h)
    y, z = F.apply(leaf(torch))
    (saved,) = y.grad_fn.saved_tensors
    return saved, saved.output_nr, saved.grad_fn is z.grad_fn


@case
def saved_intermediate_has_no_history(torch):
    return fn(torch, lambda ctx, a: keep(ctx, h := a * 2) and h * 3).apply(leaf(torch)).grad_fn.saved_tensors


@case
def none_can_be_saved(torch):
    return fn(torch, lambda ctx, a: keep(ctx, None, a) and a * 2).apply(leaf(torch)).grad_fn.saved_tensors


@case
def only_the_last_save_counts(torch):
    return fn(torch, lambda ctx, a: keep(ctx, a) and keep(ctx) and a * 2).apply(leaf(torch)).grad_fn.saved_tensors


@case
def saved_are_not_there_within_forward(torch):
    seen = []
    fn(torch, lambda ctx, a: keep(ctx, a) and (seen.append((ctx.saved_tensors, ctx.to_save)) or a * 2)).apply(
        x := leaf(torch)
    )
    return seen[0][0], seen[0][1][0] is x


@case
def forgotten_after_forward(torch):
    n = product(torch).apply(leaf(torch), leaf(torch)).grad_fn
    return n.to_save, n.dirty_tensors, n.non_differentiable


@case
def attributes_are_seen_on_the_node(torch):
    def forward(ctx, a, k):
        ctx.k, ctx.word = k, "hello"
        return a * k

    y = fn(torch, forward, lambda ctx, g: (g * ctx.k, None)).apply(x := leaf(torch), 3.0)
    seen = y.grad_fn.k, y.grad_fn.word
    y.grad_fn.k = 10.0
    return seen, gradients(torch, y, x), error(lambda: y.grad_fn.nothing)


@case
def any_name_is_free_for_an_attribute(torch):
    """Also those that minigrad's nodes use themselves."""
    names = ["saved", "first", "second", "rest", "seq", "code", "at", "inputs", "edges", "fit", "hooks", "outputs"]
    names += ["freed", "backward", "variable", "node_name", "symbols", "given", "results", "kept", "attributes", "rare"]

    def forward(ctx, a):
        for name in names:
            setattr(ctx, name, name)
        return a * 2

    def backward(ctx, g):
        return g * len([name for name in names if getattr(ctx, name) == name])

    x = leaf(torch)
    return gradients(torch, fn(torch, forward, backward).apply(x), x), len(names)


@case
def an_attribute_that_is_not_there(torch):
    return error(lambda: fn(torch, lambda ctx, a: ctx.nothing).apply(leaf(torch)))


@case
def metadata(torch):
    n = product(torch).apply(leaf(torch), leaf(torch)).grad_fn
    n.metadata["mine"] = 5
    return n.metadata


# ------------------------------------------------------------ results
@case
def several_results(torch):
    F = fn(torch, lambda ctx, a: (a * 2, a * 3), lambda ctx, g, h: 2 * g + 3 * h)
    x = leaf(torch)
    y, z = F.apply(x)
    return y, z, y.grad_fn is z.grad_fn, gradients(torch, [y, z], x, retain_graph=True), gradients(torch, z, x)


@case
def a_tuple_of_one(torch):
    y = fn(torch, lambda ctx, a: (a * 2,)).apply(x := leaf(torch))
    return y, gradients(torch, y[0], x)


@case
def an_empty_tuple(torch):
    return fn(torch, lambda ctx, a: ()).apply(leaf(torch))


@case
def a_list_is_no_tensor(torch):
    (y,) = fn(torch, lambda ctx, a: [a * 2]).apply(leaf(torch))
    return y, y.requires_grad


@case
def results_that_are_no_tensors(torch):
    got = []
    F = fn(torch, lambda ctx, a: (3, a * 2, "word", None), lambda ctx, *g: got.append(g) or g[1])
    y = F.apply(x := leaf(torch))
    return y, y[1].output_nr, gradients(torch, y[1], x), got


@case
def only_a_number(torch):
    return fn(torch, lambda ctx, a: 5).apply(leaf(torch))


@case
def integers_among_the_results(torch):
    got = []
    F = fn(torch, lambda ctx, a: (a * 2, torch.tensor([1, 2])), lambda ctx, *g: got.append(g) or g[0])
    y = F.apply(x := leaf(torch))
    return y, gradients(torch, y[0], x), values(got)


@case
def one_tensor_as_two_results(torch):
    y, z = fn(torch, lambda ctx, a: (b := a * 2, b), lambda ctx, g, h: g + 10 * h).apply(x := leaf(torch))
    return y is z, y.output_nr, gradients(torch, y, x)


@case
def another_shape_and_dtype(torch):
    F = fn(torch, lambda ctx, a: a.double().sum(), lambda ctx, g: g.expand(2).float())
    return gradients(torch, F.apply(x := leaf(torch)), x)


@case
def a_result_that_required_grad_already(torch):
    y = fn(torch, lambda ctx, a: (a * 2).requires_grad_()).apply(x := leaf(torch))
    return y, gradients(torch, y, x)


@case
def a_leaf_from_elsewhere(torch):
    w = torch.ones(2, requires_grad=True)
    y = fn(torch, lambda ctx, a: w).apply(x := leaf(torch))
    told = y is w, w, gradients(torch, y * 3, x)
    return told, done(lambda: w.mul_(2)), w.tolist()


@case
def a_leaf_made_inside(torch):
    return fn(torch, lambda ctx, a: torch.ones(2, requires_grad=True)).apply(torch.ones(2))


# ------------------------------------------------------------ inputs as results, views
@case
def input_returned_as_it_is(torch):
    y = fn(torch, lambda ctx, a: a, lambda ctx, g: 5 * g).apply(x := leaf(torch))
    return y, y is x, y._is_view(), y._base is x, gradients(torch, y, x)


@case
def input_that_needs_no_gradient_returned(torch):
    b = torch.ones(2)
    _, y = fn(torch, lambda ctx, a, b: (a * 1, b), lambda ctx, g, h: (g, h)).apply(leaf(torch), b)
    return y, y is b, y._is_view(), b.requires_grad


@case
def input_returned_where_nothing_requires_grad(torch):
    b = torch.ones(2)
    y = fn(torch, lambda ctx, a: a).apply(b)
    return y is b, y._is_view(), y


@case
def input_returned_under_no_grad(torch):
    x = leaf(torch)
    with torch.no_grad():
        y = fn(torch, lambda ctx, a: a).apply(x)
    return y, y is x, y._is_view()


@case
def a_view_returned(torch):
    y = fn(torch, lambda ctx, a: a.view(2, 1), lambda ctx, g: 7 * g.view(2)).apply(x := leaf(torch))
    return y, y._is_view(), y._base is x, gradients(torch, y, x)


@case
def a_view_returned_under_no_grad(torch):
    x = leaf(torch)
    with torch.no_grad():
        y = fn(torch, lambda ctx, a: a.view(2, 1)).apply(x)
    return y.requires_grad, y.grad_fn, y._is_view()


@case
def a_view_of_something_inside(torch):
    y = fn(torch, lambda ctx, a: (a * 2)[:1], lambda ctx, g: g.expand(2)).apply(x := leaf(torch))
    return y, y._is_view(), gradients(torch, y, x)


@case
def a_view_taken_before_its_base_was_written(torch):
    def forward(ctx, a):
        buffer = a * 0
        first = buffer[:1]
        buffer.add_(a)
        return first

    y = fn(torch, forward, lambda ctx, g: g.expand(2)).apply(x := leaf(torch))
    return y, gradients(torch, y, x)


@case
def detached_input_returned(torch):
    y = fn(torch, lambda ctx, a: a.detach(), lambda ctx, g: 3 * g).apply(x := leaf(torch) * 1)
    return y, y._is_view(), gradients(torch, y, x), done(lambda: y.mul_(2))


@case
def writing_to_a_result(torch):
    y = fn(torch, lambda ctx, a: a * 2, lambda ctx, g: 2 * g).apply(x := leaf(torch))
    y.mul_(3)
    return y, nodes(y), gradients(torch, y, x)


# ------------------------------------------------------------ in place
def double_(torch, save=False):
    def forward(ctx, a):
        a.mul_(2)
        ctx.mark_dirty(a)
        if save:
            ctx.save_for_backward(a)
        return a

    return fn(torch, forward, lambda ctx, g: (ctx.saved_tensors, 2 * g)[1])


@case
def in_place(torch):
    x = leaf(torch)
    a = x * 1
    y = double_(torch).apply(a)
    return y is a, a, nodes(a), gradients(torch, a * a, x)


@case
def in_place_on_a_view(torch):
    x = leaf(torch)
    a = x * 1
    v = a[:1]
    y = double_(torch).apply(v)
    return y is v, v, a, nodes(a), gradients(torch, a, x)


@case
def in_place_on_a_view_can_run_once(torch):
    a = leaf(torch) * 1
    double_(torch).apply(a[:1])
    loss = a.sum()
    loss.backward()
    return error(loss.backward)


@case
def in_place_on_what_needs_no_gradient(torch):
    x, b = leaf(torch), torch.ones(2)

    def forward(ctx, a, b):
        b.add_(a)
        ctx.mark_dirty(b)
        return b

    y = fn(torch, forward, lambda ctx, g: (g, g)).apply(x, b)
    return y is b, b, gradients(torch, b, x)


@case
def in_place_where_nothing_requires_grad(torch):
    b = torch.ones(2)
    y = double_(torch).apply(b)
    return y is b, b


@case
def in_place_under_no_grad(torch):
    x = leaf(torch)
    with torch.no_grad():
        y = double_(torch).apply(x)
    return y is x, x, y


@case
def in_place_and_saved(torch):
    a = leaf(torch) * 1
    double_(torch, save=True).apply(a)
    return a.grad_fn.saved_tensors, done(lambda: a.sum().backward())


@case
def two_changed_in_place(torch):
    def forward(ctx, a, b):
        a.add_(1), b.add_(2)
        ctx.mark_dirty(a, b)
        return a, b

    x = leaf(torch)
    a, b = x * 1, x * 2
    fn(torch, forward, lambda ctx, g, h: (10 * g, 100 * h)).apply(a, b)
    return a, b, gradients(torch, [a, b], x)


@case
def changed_and_returned_in_another_order(torch):
    def forward(ctx, a, b):
        a.add_(1)
        ctx.mark_dirty(a)
        return b, a

    x = leaf(torch)
    a, b = x * 1, x * 2
    y = fn(torch, forward, lambda ctx, g, h: (10 * h, 100 * g)).apply(a, b)
    return a, b, y, y[1] is a, gradients(torch, y, x)


@case
def in_place_keeps_what_retains_its_gradient(torch):
    a = leaf(torch) * 1
    a.retain_grad()
    double_(torch).apply(a)
    a.sum().backward()
    return a.grad


@case
def unmarked_writing_is_not_recorded(torch):
    a = leaf(torch) * 1
    y = fn(torch, lambda ctx, a: a.mul_(2) * 3).apply(a)
    return a, y


# ------------------------------------------------------------ what has no gradient
@case
def marked_non_differentiable(torch):
    got = []

    def forward(ctx, a):
        above = a > 1
        ctx.mark_non_differentiable(above)
        return a * 2, above

    y, above = fn(torch, forward, lambda ctx, *g: got.append(g) or g[0]).apply(x := leaf(torch))
    return y, above, gradients(torch, y, x), values(got)


@case
def all_marked_non_differentiable(torch):
    return fn(torch, lambda ctx, a: ctx.mark_non_differentiable(z := a * 2) or z).apply(leaf(torch))


@case
def input_marked_non_differentiable(torch):
    y = fn(torch, lambda ctx, a: ctx.mark_non_differentiable(a) or a).apply(x := leaf(torch))
    return y, y is x, x


@case
def view_marked_non_differentiable(torch):
    y = fn(torch, lambda ctx, a: ctx.mark_non_differentiable(v := a.view(2, 1)) or v).apply(leaf(torch) * 1)
    return y.requires_grad, y.grad_fn, y.is_leaf, y._is_view()


@case
def unused_results_give_zeros(torch):
    got = []
    F = fn(torch, lambda ctx, a: (a * 2, a.double().sum()), lambda ctx, *g: got.append(g) or g[0])
    y, _ = F.apply(x := leaf(torch))
    return gradients(torch, y, x), values(got)


@case
def unused_results_give_none_on_demand(torch):
    got = []
    F = fn(
        torch,
        lambda ctx, a: (ctx.set_materialize_grads(False), a * 2, a * 3)[1:],
        lambda ctx, *g: got.append(g) or g[0],
    )
    y, _ = F.apply(x := leaf(torch))
    return gradients(torch, y, x), got


@case
def none_where_nothing_flows(torch):
    F = fn(torch, lambda ctx, a, b: a * b, lambda ctx, g: (g, None))
    x, w = leaf(torch), leaf(torch)
    F.apply(x, w).sum().backward()
    return x.grad.tolist(), w.grad


@case
def none_beside_another_path(torch):
    F = fn(torch, lambda ctx, a: a * 2, lambda ctx, g: None)
    x = leaf(torch)
    return gradients(torch, F.apply(x) + x, x)


@case
def none_for_the_only_path(torch):
    F = fn(torch, lambda ctx, a: a * 2, lambda ctx, g: None)
    x = leaf(torch)
    return gradients(torch, F.apply(x), x), done(lambda: torch.autograd.grad(F.apply(x).sum(), x))


# ------------------------------------------------------------ backward
@case
def backward_is_not_recorded(torch):
    seen = []
    F = fn(torch, lambda ctx, a: a * 2, lambda ctx, g: seen.append((torch.is_grad_enabled(), g.requires_grad)) or g)
    x = leaf(torch)
    F.apply(x).sum().backward()
    torch.autograd.grad(F.apply(x).sum(), x, create_graph=True)
    with torch.no_grad():
        y = x.detach()
    y.requires_grad_()
    loss = F.apply(y).sum()
    with torch.no_grad():
        torch.autograd.grad(loss, y, create_graph=True)
    return seen


@case
def broadcast_is_undone(torch):
    x = leaf(torch)
    F = fn(torch, lambda ctx, a: a * torch.ones(4, 2), lambda ctx, g: g)
    return gradients(torch, F.apply(x), x)


@case
def gradient_is_converted(torch):
    x = leaf(torch)
    return [
        gradients(torch, fn(torch, lambda ctx, a: a * 2, back).apply(x), x)
        for back in (lambda ctx, g: g.double(), lambda ctx, g: g.long() * 3)
    ]


@case
def more_nones_than_needed(torch):
    x = leaf(torch)
    return gradients(torch, fn(torch, lambda ctx, a: a * 2, lambda ctx, g: (g, None, None)).apply(x), x)


@case
def a_gradient_nobody_needs(torch):
    """Of any shape."""
    x = leaf(torch)
    F = fn(torch, lambda ctx, a, b: a * 2, lambda ctx, g: (g, torch.ones(7)))
    return gradients(torch, F.apply(x, torch.ones(2)), x)


@case
def gradients_are_not_shared(torch):
    held = torch.ones(2)
    F = fn(torch, lambda ctx, a, b: a + b, lambda ctx, g: (held, held))
    x, w = leaf(torch), leaf(torch)
    F.apply(x, w).sum().backward()
    x.grad.add_(5)
    return held, x.grad.tolist(), w.grad.tolist()


@case
def identity_hands_its_gradient_on(torch):
    v = torch.ones(2)
    x, w = leaf(torch), leaf(torch)
    F = fn(torch, lambda ctx, a, b: a + b, lambda ctx, g: (g, g))
    F.apply(x, w).backward(v)
    x.grad.add_(5)
    return v, w.grad.tolist()


@case
def nested(torch):
    inner = product(torch)

    def backward(ctx, g):
        a, b = ctx.saved_tensors
        with torch.enable_grad():
            a, b = a.detach().requires_grad_(), b.detach().requires_grad_()
            z = inner.apply(a, b)
        return torch.autograd.grad(z, (a, b), g)

    F = fn(torch, lambda ctx, a, b: keep(ctx, a, b) and inner.apply(a, b), backward)
    x, w = leaf(torch), leaf(torch, 3.0, 4.0)
    return gradients(torch, F.apply(x, w), x, w)


@case
def backward_calls_backward(torch):
    w = torch.tensor([3.0, 4.0], requires_grad=True)

    def backward(ctx, g):
        with torch.enable_grad():
            (w * w).sum().backward()
        return g

    x = leaf(torch)
    fn(torch, lambda ctx, a: a * 2, backward).apply(x).sum().backward()
    return x.grad.tolist(), w.grad.tolist(), torch.is_grad_enabled()


@case
def backward_calls_backward_on_the_same_leaf(torch):
    x = leaf(torch)

    def backward(ctx, g):
        with torch.enable_grad():
            (x * 10).sum().backward()
        return g

    fn(torch, lambda ctx, a: a * 2, backward).apply(x).sum().backward()
    return x.grad.tolist()


@case
def an_error_in_backward_comes_through(torch):
    def backward(ctx, g):
        raise KeyError("mine")

    x = leaf(torch)
    return error(lambda: fn(torch, lambda ctx, a: a * 2, backward).apply(x).sum().backward()), x.grad


@case
def twice_without_saved_tensors(torch):
    y = fn(torch, lambda ctx, a: a * 2, lambda ctx, g: 2 * g).apply(x := leaf(torch))
    return gradients(torch, y, x), gradients(torch, y, x)


@case
def twice_with_retain_graph(torch):
    y = product(torch).apply(x := leaf(torch), x)
    return gradients(torch, y, x, retain_graph=True), gradients(torch, y, x), error(lambda: gradients(torch, y, x))


@case
def vjp_is_another_name(torch):
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 2

        @staticmethod
        def vjp(ctx, g):
            return 2 * g

    x = leaf(torch)
    return gradients(torch, Twice.apply(x), x)


@case
def gradients_in_one_list(torch):
    F = fn(torch, lambda ctx, a: (a * 2, a * 3), lambda ctx, g: g[0] + g.pop(), boxed_grads_call=True)
    x = leaf(torch)
    return gradients(torch, F.apply(x)[1], x)


@case
def grad_fn_apply(torch):
    y = product(torch).apply(leaf(torch), leaf(torch, 3.0, 4.0))
    return y.grad_fn.apply(torch.ones(2))


@case
def not_static_methods(torch):
    class Plain(torch.autograd.Function):
        def forward(ctx, a):
            return a * 2

        def backward(ctx, g):
            return 2 * g

    x = leaf(torch)
    return gradients(torch, Plain.apply(x), x)


# ------------------------------------------------------------ second derivatives
@case
def twice_through_inputs(torch):
    x, w = leaf(torch), leaf(torch, 3.0, 4.0)
    y = product(torch).apply(x, w)
    dx, dw = torch.autograd.grad((y * y).sum(), (x, w), create_graph=True)
    return dx, dw, gradients(torch, [dx, dw], x, w)


@case
def twice_through_the_result(torch):
    x = leaf(torch, 0.0, 1.0)
    (first,) = torch.autograd.grad(exp(torch).apply(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x, create_graph=True)
    return first, second, gradients(torch, second, x)


@case
def twice_through_in_place(torch):
    def forward(ctx, a):
        a.exp_()
        ctx.mark_dirty(a)
        ctx.save_for_backward(a)
        return a

    x = leaf(torch, 0.0, 1.0)
    y = fn(torch, forward, lambda ctx, g: g * ctx.saved_tensors[0]).apply(x * 1)
    (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    return first, gradients(torch, first, x)


@case
def twice_through_a_view_changed_in_place(torch):
    def forward(ctx, a):
        a.exp_()
        ctx.mark_dirty(a)
        ctx.save_for_backward(a)
        return a

    x = leaf(torch, 0.0, 1.0)
    base = x * 1
    fn(torch, forward, lambda ctx, g: g * ctx.saved_tensors[0]).apply(base[:1])
    (first,) = torch.autograd.grad(base.sum(), x, create_graph=True)
    again = gradients(torch, first, x, retain_graph=True)
    return first.tolist(), again, gradients(torch, [first, base], x)


@case
def twice_through_one_of_several_results(torch):
    F = fn(
        torch,
        lambda ctx, a: keep(ctx, z := a.exp()) and (a * 1, z),
        lambda ctx, g, h: g + h * ctx.saved_tensors[0],
    )
    x = leaf(torch, 0.0, 1.0)
    (first,) = torch.autograd.grad(F.apply(x)[1].sum(), x, create_graph=True)
    return first, gradients(torch, first, x)


@case
def twice_through_a_view(torch):
    F = fn(
        torch, lambda ctx, a: keep(ctx, a) and (a * a).view(2, 1), lambda ctx, g: 2 * g.view(2) * ctx.saved_tensors[0]
    )
    x = leaf(torch)
    (first,) = torch.autograd.grad(F.apply(x).sum(), x, create_graph=True)
    return first, gradients(torch, first, x)


@case
def a_saved_intermediate_stops_the_second_derivative(torch):
    F = fn(torch, lambda ctx, a: keep(ctx, 2 * a) and a * a, lambda ctx, g: g * ctx.saved_tensors[0])
    x, v = leaf(torch), leaf(torch)
    (first,) = torch.autograd.grad(F.apply(x), x, v, create_graph=True)
    return first, gradients(torch, first, x, v)


@case
def once_differentiable(torch):
    seen = []

    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        seen.append(torch.is_grad_enabled())
        return 2 * g * ctx.saved_tensors[0]

    F = fn(torch, lambda ctx, a: keep(ctx, a) and a * a, backward)
    x, v = leaf(torch), leaf(torch)
    plain = torch.autograd.grad(F.apply(x).sum(), x)
    constant = torch.autograd.grad(F.apply(x).sum(), x, create_graph=True)
    (first,) = torch.autograd.grad(F.apply(x), x, v, create_graph=True)
    return plain, constant, first, error(lambda: first.sum().backward()), seen


@case
def once_differentiable_called_by_hand(torch):
    back = torch.autograd.function.once_differentiable(lambda ctx, g: g * 2)
    y = fn(torch, lambda ctx, a: a * 2, back).apply(leaf(torch))
    with torch.no_grad():
        unrecorded = y.grad_fn.apply(leaf(torch))
    return unrecorded, y.grad_fn.apply(leaf(torch)), y.grad_fn.apply(torch.ones(2))


@case
def once_differentiable_with_none(torch):
    back = torch.autograd.function.once_differentiable(lambda ctx, g: (g * 2, None))
    F = fn(torch, lambda ctx, a, n: a * n, back)
    x, v = leaf(torch), leaf(torch)
    return torch.autograd.grad(F.apply(x, 2), x, v, create_graph=True)


# ------------------------------------------------------------ hooks
@case
def packed_by_hooks(torch):
    log = []

    def pack(t):
        log.append(("pack", t.detach().tolist()))
        return t.detach() * 10

    def unpack(t):
        log.append(("unpack", t.tolist()))
        return t / 10

    x, w = leaf(torch), leaf(torch, 3.0, 4.0)
    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = product(torch).apply(x, w)
    return gradients(torch, y, x, w), log


@case
def saved_tensors_one_by_one(torch):
    x, w = leaf(torch), leaf(torch, 3.0, 4.0)
    y = product(torch).apply(x, w)
    _, second = y.grad_fn._raw_saved_tensors
    second.register_hooks(lambda t: t.tolist(), lambda packed: torch.tensor(packed) * 10)
    return second.data, gradients(torch, y, x, w), error(lambda: y.grad_fn._raw_saved_tensors)


@case
def packed_and_differentiated_twice(torch):
    x, w = leaf(torch), leaf(torch, 3.0, 4.0)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t):
        y = product(torch).apply(x * 1, w)
    dx, dw = torch.autograd.grad(y.sum(), (x, w), create_graph=True)
    return dx.requires_grad, dw.requires_grad, gradients(torch, dx * dw, x, w)


@case
def hooks_on_results_and_node(torch):
    log = []
    F = fn(torch, lambda ctx, a, n: (a * 2, a * 3), lambda ctx, g, h: (log.append("backward"), g + h, None)[1:])
    x = leaf(torch)
    y, z = F.apply(x, 7)
    y.register_hook(lambda g: log.append(["tensor", g]))
    y.grad_fn.register_prehook(lambda gs: log.append(["before", gs]))
    y.grad_fn.register_hook(lambda ins, outs: log.append(["after", ins, outs]))
    (y * 5).sum().backward()
    return log


@pytest.mark.parametrize("name", case)
def test_as_pytorch(name):
    case.check(name)


# ------------------------------------------------------------ programs that assert by themselves
@on_both
def test_saved_tensors_die_with_backward(torch):
    F = fn(torch, lambda ctx, a: keep(ctx, a * 2) and a * 3, lambda ctx, g: (ctx.saved_tensors, 3 * g)[1])
    for retain in (False, True):
        y = F.apply(leaf(torch))
        saved = weakref.ref(y.grad_fn.saved_tensors[0])
        y.sum().backward(retain_graph=retain)
        gc.collect()
        assert (saved() is not None) == retain


@on_both
def test_what_hooks_have_packed_is_not_kept_otherwise(torch):
    alive = []

    def forward(ctx, a):
        between = a * 2
        alive.append(weakref.ref(between))
        ctx.save_for_backward(between)
        return a * 3

    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), torch.tensor):
        y = fn(torch, forward, lambda ctx, g: g * ctx.saved_tensors[0]).apply(x := leaf(torch))
    gc.collect()
    assert alive[0]() is None
    y.sum().backward()
    assert x.grad.tolist() == [2, 4]


def test_a_graph_with_a_function_dies_with_its_last_name():
    """Without the collector, whatever was saved (PyTorch leaves cycles where a changed view is saved)."""
    gc.disable()
    try:
        for F, source in ((exp, lambda x: x), (product, lambda x: x), (double_, lambda x: (x * 1)[:1])):
            x = leaf(minigrad)
            arguments = (source(x), x) if F is product else (source(x),)
            y = (F(minigrad, True) if F is double_ else F(minigrad)).apply(*arguments)
            node = weakref.ref(y.grad_fn)
            assert node() is not None
            del y, arguments
            assert node() is None, F
    finally:
        gc.enable()


def test_the_context_is_a_handle_of_the_node():
    """Deliberately different: in PyTorch ctx *is* the node. Here any name of the node's is free for the user on ctx."""
    seen = []

    def forward(ctx, a):
        seen.append(ctx)
        ctx.saved = "mine"
        return a * 2

    y = fn(minigrad, forward, lambda ctx, g: (seen.append(ctx), g)[1]).apply(leaf(minigrad))
    node = y.grad_fn
    y.sum().backward()
    first, second = seen
    assert first == second == node and hash(first) == hash(node) and first is not node
    assert first.saved == second.saved == "mine" and repr(first) == repr(node)
    assert first.name() == "MyFnBackward" and first.next_functions == node.next_functions


@on_both
def test_instances_are_not_wanted(torch):
    F = product(torch)
    with pytest.warns(DeprecationWarning, match="should not be instantiated"):
        instance = F()
    with pytest.raises(RuntimeError, match="Legacy autograd function with non-static forward method is deprecated"):
        instance(1)


@on_both
def test_in_threads(torch):
    F, results = product(torch), {}

    def work(i):
        x = torch.tensor([float(i)], requires_grad=True)
        for _ in range(20):
            x.grad = None
            F.apply(x, x * 1).sum().backward()
        results[i] = x.grad.item()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {i: 2.0 * i for i in range(1, 5)}


@on_both
def test_gradcheck(torch):
    x, w = (torch.tensor(np.arange(1.0, 4.0), requires_grad=True) for _ in range(2))
    for F, inputs in ((product(torch), (x, w)), (exp(torch), (x,))):
        assert torch.autograd.gradcheck(F.apply, inputs) and torch.autograd.gradgradcheck(F.apply, inputs)


def test_a_long_chain_of_functions():
    F = fn(minigrad, lambda ctx, a: a * 1.0)
    x = leaf(minigrad)
    y = x
    for _ in range(20_000):
        y = F.apply(y)
    y.sum().backward()
    assert x.grad.tolist() == [1, 1]
