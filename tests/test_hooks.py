"""Hooks of tensors, leaves and nodes: what they see, what they may change, in which order they run."""

from __future__ import annotations

import copy
from functools import partial

import pytest

import minigrad
from tests.conformance import Cases, done, error, on_both, tell

case = Cases("hooks", versions=False)


def pair(torch):
    """Two leaves of two numbers each."""
    return torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0, 4.0], requires_grad=True)


class Log(list):
    """What hooks were given, in words and in order."""

    def hook(self, name, result=lambda *gs: None):
        """A hook that notes what it was given, and returns `result` of it."""

        def noting(*gs):
            self.append([name, *(tell(g) for g in gs)])
            return result(*gs)

        return noting


# ---------------------------------------------------------------- hooks of tensors
@case
def of_a_leaf(torch):
    log, (x, w) = Log(), pair(torch)
    x.register_hook(log.hook("x"))
    (x * w).sum().backward()
    return log, x.grad, w.grad


@case
def of_a_non_leaf(torch):
    log, (x, w) = Log(), pair(torch)
    y = x * w
    y.register_hook(log.hook("y"))
    y.sum().backward()
    return log, x.grad


@case
def of_the_root(torch):
    log, (x, _) = Log(), pair(torch)
    y = x.sum()
    y.register_hook(log.hook("y", lambda g: g * 5))
    y.backward()
    return log, x.grad


@case
def of_a_leaf_that_is_the_root(torch):
    log = Log()
    x = torch.tensor(2.0, requires_grad=True)
    x.register_hook(log.hook("x", lambda g: g * 5))
    x.backward()
    return log, x.grad


@case
def replaces_the_gradient(torch):
    x, w = pair(torch)
    y = x * w
    y.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    y.sum().backward()
    return x.grad, w.grad


@case
def each_sees_what_the_one_before_left(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.register_hook(log.hook("first", lambda g: g * 2))
    y.register_hook(log.hook("second"))
    y.register_hook(log.hook("third", lambda g: g + 1))
    y.register_hook(log.hook("fourth"))
    y.sum().backward()
    return log, x.grad


@case
def removed(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    handles = [y.register_hook(log.hook(i)) for i in range(3)]
    handles[1].remove()
    y.sum().backward(retain_graph=True)
    handles[1].remove()
    handles[0].remove()
    y.sum().backward(retain_graph=True)
    handles[2].remove()
    y.sum().backward()
    return log


@case
def removed_at_the_end_of_a_block(torch):
    log, (x, _) = Log(), pair(torch)
    with x.register_hook(log.hook("x")) as handle:
        x.sum().backward()
    x.sum().backward()
    return log, type(handle).__name__


@case
def outlives_its_handle(torch):
    log, (x, _) = Log(), pair(torch)
    x.register_hook(log.hook("x"))
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    return log


@case
def handle_outlives_its_tensor(torch):
    x, _ = pair(torch)
    y = x * 2
    handles = y.register_hook(print), (x * 3).register_hook(print)
    del y
    return [done(handle.remove) for handle in handles]


@case
def of_a_leaf_is_there_in_every_graph(torch):
    log, (x, _) = Log(), pair(torch)
    before = x * 2
    x.register_hook(log.hook("x"))
    after = x * 3
    for y in (before, after, x * 4):
        y.sum().backward()
    return log


@case
def sees_the_sum_of_all_uses_once(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.register_hook(log.hook("y"))
    x.register_hook(log.hook("x"))
    (y * 3 + y * y + y).sum().backward()
    return log


@case
def is_called_in_each_pass(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.register_hook(log.hook("y", lambda g: g * 2))
    for _ in range(3):
        y.sum().backward(retain_graph=True)
    return log, x.grad


@case
def is_not_called_where_no_gradient_comes(torch):
    log, (x, w) = Log(), pair(torch)
    y = x * w
    y.register_hook(log.hook("y"))
    w.register_hook(log.hook("w"))
    (x * 2).sum().backward()
    return log


@case
def of_a_view(torch):
    log, (x, _) = Log(), pair(torch)
    v = (x * 3)[1:]
    v.register_hook(log.hook("v", lambda g: g * 10))
    (v * v).sum().backward()
    return log, x.grad


@case
def of_a_view_of_a_leaf(torch):
    log, (x, _) = Log(), pair(torch)
    v = x.view(2, 1)
    v.register_hook(log.hook("v"))
    x.register_hook(log.hook("x"))
    (v * 2).sum().backward()
    return log


@case
def of_one_of_several_outputs(torch):
    log, (x, _) = Log(), pair(torch)
    a, b = (x * 2).unbind()
    a.register_hook(log.hook("a", lambda g: g * 10))
    (a * 3).backward(retain_graph=True)
    (a * b).backward()
    return log, x.grad


@case
def of_two_handles_of_one_tensor(torch):
    """Two tensors of one node, the detached one has none."""
    x, _ = pair(torch)
    y = x * 2
    return [
        error(lambda: y.detach().register_hook(print)),
        error(lambda: torch.ones(2).register_hook(print)),
        error(lambda: torch.ones(2).register_post_accumulate_grad_hook(print)),
        error(lambda: y.register_post_accumulate_grad_hook(print)),
    ]


@case
def returns_what_is_no_tensor(torch):
    said = []
    for wrong in (2.0, (torch.ones(2),), "g", True):
        x, _ = pair(torch)
        x.register_hook(lambda g, wrong=wrong: wrong)
        said += [error(lambda x=x: (x * 2).sum().backward()), x.grad]
    return said


@case
def returns_a_wrong_size(torch):
    def halve(g):
        return g[:1]

    said = []
    for hook in (halve, lambda g: g.sum(), lambda g: g.unsqueeze(0)):
        x, _ = pair(torch)
        (y := x * 2).register_hook(hook)
        said += [error(lambda y=y: y.sum().backward()), x.grad]
    return said


@case
def returns_a_wrong_dtype(torch):
    def widen(g):
        return g.double()

    said = []
    for hook in (widen, lambda g: g.long(), lambda g: g.half()):
        x, _ = pair(torch)
        x.register_hook(hook)
        said += [error(lambda x=x: (x * 2).sum().backward()), x.grad]
    return said


@case
def is_named_in_errors(torch):
    def named(g, extra=None):
        return g[:1]

    class Hook:
        def __call__(self, g):
            return g[:1]

        def method(self, g):
            return g[:1]

    said = []
    for hook in (named, Hook(), Hook().method, partial(named, extra=1)):
        x, _ = pair(torch)
        x.register_hook(hook)
        said.append(error(lambda x=x: (x * 2).sum().backward()))
    return said


@case
def raises(torch):
    said = []
    for kind in (ValueError, KeyError, ZeroDivisionError, StopIteration):
        x, _ = pair(torch)
        y = x * 2

        def hook(g, kind=kind):
            raise kind("no")

        y.register_hook(hook)
        said += [error(lambda y=y: y.sum().backward()), x.grad]
    return said


@case
def takes_the_wrong_number_of_arguments(torch):
    x, _ = pair(torch)
    x.register_hook(lambda: None)
    try:
        x.sum().backward()
    except TypeError as raised:
        return "takes 0 positional arguments but 1 was given" in str(raised)


@case
def that_cannot_be_called(torch):
    x, _ = pair(torch)
    x.register_hook(5)
    return error(lambda: x.sum().backward()), x.grad


@case
def changes_the_gradient_in_place(torch):
    log, (x, w) = Log(), pair(torch)
    y = x * w

    def scale(g):
        g.mul_(10)

    y.register_hook(scale)
    y.register_hook(log.hook("after"))
    (y * y).sum().backward()
    return log, x.grad, w.grad


@case
def changes_a_leafs_gradient_in_place(torch):
    x, _ = pair(torch)

    def clip(g):
        g.clamp_(max=2.5)

    x.register_hook(clip)
    (x * torch.tensor([2.0, 3.0])).sum().backward()
    return x.grad


@case
def keeps_the_gradient(torch):
    """What a hook keeps is not what later passes write to."""
    kept, (x, _) = [], pair(torch)
    x.register_hook(kept.append)
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    x.grad.zero_()
    return kept


@case
def returns_a_tensor_of_its_own(torch):
    x, w = pair(torch)
    mine = torch.tensor([7.0, 8.0])
    x.register_hook(lambda g: mine)
    (x * w).sum().backward()
    x.grad.add_(1)
    return mine, x.grad


@case
def returns_the_leaf_itself(torch):
    x, w = pair(torch)
    x.register_hook(lambda g: x)
    (x * w).sum().backward()
    x.grad.add_(1)
    return x.grad, x


@case
def of_a_tensor_changed_in_place_before(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.mul_(3)
    y.register_hook(log.hook("y"))
    (y * y).sum().backward()
    return log, x.grad


@case
def of_a_tensor_changed_in_place_after(torch):
    """It stays with the value that it was registered on."""
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.register_hook(log.hook("before"))
    y.mul_(3)
    y.register_hook(log.hook("between"))
    y.add_(1)
    y.register_hook(log.hook("after"))
    (y * torch.tensor([5.0, 7.0])).sum().backward()
    return log, x.grad


@case
def of_a_view_changed_in_place_after(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    v = y[:1]
    v.register_hook(log.hook("v before"))
    y.register_hook(log.hook("y before"))
    v.mul_(3)
    v.register_hook(log.hook("v after"))
    y.register_hook(log.hook("y after"))
    (y.sum() + v.sum() * 2).backward()
    return log, x.grad


@case
def of_a_leaf_made_a_result_in_place(torch):
    """A tensor that was a leaf without a graph takes its hooks along in no way: it had none."""
    log, (x, _) = Log(), pair(torch)
    b = torch.zeros(2)
    b.add_(x * 2)
    b.register_hook(log.hook("b"))
    b.sum().backward()
    return log


@case
def retained_and_changed_in_place(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.retain_grad()
    y.register_hook(log.hook("before", lambda g: g * 10))
    y.mul_(3)
    y.sum().backward()
    return log, y.grad, x.grad


@case
def in_grad(torch):
    log, (x, w) = Log(), pair(torch)
    y = x * w
    x.register_hook(log.hook("x", lambda g: g * 2))
    w.register_hook(log.hook("w"))
    y.register_hook(log.hook("y", lambda g: g * 3))
    return torch.autograd.grad(y.sum(), [x, y]), log, x.grad


@case
def in_backward_to_inputs(torch):
    log, (x, w) = Log(), pair(torch)
    y = x * w
    z = y * y
    for name, t in dict(x=x, w=w, y=y, z=z).items():
        t.register_hook(log.hook(name, lambda g: g * 2))
    z.sum().backward(inputs=[x], retain_graph=True)
    z.sum().backward(inputs=[y])
    return log, x.grad, w.grad, y.grad


@case
def under_create_graph(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * x
    y.register_hook(log.hook("y"))
    x.register_hook(log.hook("x", lambda g: g * x))
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    g.register_hook(log.hook("g"))
    return torch.autograd.grad(g.sum(), x), log


@case
def without_create_graph_its_history_is_dropped(torch):
    x, w = pair(torch)
    with torch.enable_grad():
        x.register_hook(lambda g: g * w * 1)
    (x * 2).sum().backward()

    def tracked(g):
        with torch.enable_grad():
            return g * w

    w.register_hook(tracked)
    (w * 2).sum().backward()
    return x.grad, w.grad.requires_grad


@case
def grad_mode_inside(torch):
    seen, (x, _) = [], pair(torch)
    x.register_hook(lambda g: seen.append((torch.is_grad_enabled(), g.requires_grad)))
    (x * x).sum().backward()
    (x * x).sum().backward(create_graph=True)
    y = (x * x).sum()
    with torch.no_grad():
        y.backward(retain_graph=True)
        y.backward(create_graph=True)
    x.grad = None
    return seen, torch.is_grad_enabled()


@case
def grad_mode_left_switched(torch):
    """What a hook does to the mode lasts no longer than the pass."""
    seen, (x, _) = [], pair(torch)
    y = x * 2
    y.register_hook(lambda g: torch.set_grad_enabled(True) and None)
    x.register_hook(lambda g: seen.append("ran"))
    total = y.sum()
    with torch.no_grad():
        total.backward()
        seen.append(torch.is_grad_enabled())
    return seen, torch.is_grad_enabled()


@case
def added_while_one_runs(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.register_hook(log.hook("first", lambda g: y.register_hook(log.hook("late")) and None))
    y.sum().backward(retain_graph=True)
    log.append("again")
    y.sum().backward()
    return log


@case
def added_further_down_while_one_runs(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.register_hook(log.hook("y", lambda g: x.register_hook(log.hook("x")) and None))
    y.sum().backward()
    return log


@case
def removed_while_one_runs(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    handles = []
    y.register_hook(log.hook("first", lambda g: handles[0].remove()))
    handles.append(y.register_hook(log.hook("second")))
    handles.append(y.register_hook(log.hook("third", lambda g: handles[1].remove())))
    y.sum().backward(retain_graph=True)
    log.append("again")
    y.sum().backward()
    return log


@case
def the_same_function_twice(torch):
    log, (x, _) = Log(), pair(torch)
    hook = log.hook("x", lambda g: g * 2)
    first = x.register_hook(hook)
    x.register_hook(hook)
    x.sum().backward()
    first.remove()
    x.sum().backward()
    return log, x.grad


@case
def of_a_leaf_whose_flag_is_taken_away(torch):
    log, (x, w) = Log(), pair(torch)
    y = x * w
    x.register_hook(log.hook("x"))
    x.requires_grad = False
    y.sum().backward()
    return log, x.grad, w.grad


@case
def of_a_detached_tensor(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.register_hook(log.hook("y"))
    y.detach_()
    y.requires_grad_()
    (y * 3).sum().backward()
    return log, y.grad


@case
def are_not_copied(torch):
    log, (x, _) = Log(), pair(torch)
    x.register_hook(log.hook("x"))
    deep = copy.deepcopy(x)
    for other in (deep, x.clone(), x.detach().requires_grad_()):
        other.sum().backward(inputs=[other]) if other.is_leaf else other.sum().backward()
    return log, deep._backward_hooks


@case
def table_of_a_tensor(torch):
    x, _ = pair(torch)
    told = [x._backward_hooks]
    handle = x.register_hook(print)
    told += [len(x._backward_hooks), list(x._backward_hooks.values()) == [print], handle.id in x._backward_hooks]
    handle.remove()
    told += [len(x._backward_hooks)]
    y = x * 2
    told += [y._backward_hooks]
    y.register_hook(print)
    return *told, len(y._backward_hooks), x._post_accumulate_grad_hooks


@case
def table_of_a_leafs_other_hooks(torch):
    x, _ = pair(torch)
    handle = x.register_post_accumulate_grad_hook(print)
    told = [list(x._post_accumulate_grad_hooks.values()) == [print], x._backward_hooks]
    handle.remove()
    return *told, len(x._post_accumulate_grad_hooks)


# ---------------------------------------------------------------- retain_grad
@case
def retained_gradient_is_what_hooks_left(torch):
    x, _ = pair(torch)
    y = x * 2
    y.register_hook(lambda g: g * 10)
    y.retain_grad()
    y.register_hook(lambda g: g + 1)
    y.sum().backward()
    return y.grad, x.grad


@case
def retained_gradient_is_seen_in_the_nodes_own_hooks(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.retain_grad()
    y.grad_fn.register_prehook(log.hook("pre", lambda gs: (gs[0] * 10,)))
    y.sum().backward()
    return log, y.grad, x.grad


@case
def retained_of_one_of_several_outputs(torch):
    x, _ = pair(torch)
    a, b = (x * 2).unbind()
    a.retain_grad()
    b.retain_grad()
    (a * 3).backward()
    return a.grad, b.grad, a.retains_grad, x.retains_grad


@case
def retained_twice(torch):
    x, _ = pair(torch)
    y = x * 2
    y.retain_grad()
    y.retain_grad()
    x.retain_grad()
    y.sum().backward(retain_graph=True)
    y.sum().backward()
    return y.grad, x.grad, y.retains_grad, x.retains_grad


# ---------------------------------------------------------------- order
@case
def all_kinds_in_order(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.grad_fn.register_hook(log.hook("node"))
    y.grad_fn.register_prehook(log.hook("node pre"))
    y.register_hook(log.hook("tensor"))
    leaf = y.grad_fn.next_functions[0][0]
    leaf.register_hook(log.hook("leaf's node"))
    leaf.register_prehook(log.hook("leaf's node pre"))
    x.register_post_accumulate_grad_hook(log.hook("accumulated", lambda x: log.append(tell(x.grad))))
    x.register_hook(log.hook("leaf"))
    y.sum().backward()
    return log


@case
def across_a_graph(torch):
    log, (x, w) = Log(), pair(torch)
    a = x * w
    b = a + x
    c = b * a
    for name, t in dict(x=x, a=a, b=b, c=c).items():
        t.register_hook(log.hook(name))
    c.sum().backward()
    return log


# ---------------------------------------------------------------- after accumulating
@case
def accumulated_sees_the_gradient(torch):
    log, (x, _) = Log(), pair(torch)
    x.register_post_accumulate_grad_hook(lambda p: log.append((p is x, tell(p.grad))))
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    return log


@case
def accumulated_takes_the_gradient_away(torch):
    x, w = pair(torch)

    def clear(p):
        p.grad = None

    x.register_post_accumulate_grad_hook(clear)
    (x * w).sum().backward()
    return x.grad, w.grad


@case
def accumulated_steps(torch):
    """An optimizer's step within backward."""
    x, w = pair(torch)

    @torch.no_grad()
    def step(p):
        p -= 0.1 * p.grad
        p.grad = None

    for p in (x, w):
        p.register_post_accumulate_grad_hook(step)
    for _ in range(2):
        (x * x * w.sum()).sum().backward()
    return x, w, x.grad


@case
def accumulated_returns_something(torch):
    said = []
    for wrong in (lambda p: p, lambda p: p.grad, lambda p: 5, lambda p: (p,)):
        x, _ = pair(torch)
        x.register_post_accumulate_grad_hook(wrong)
        said.append(done(lambda x=x: x.sum().backward()))
    return said


@case
def accumulated_several(torch):
    log, (x, _) = Log(), pair(torch)
    first = x.register_post_accumulate_grad_hook(lambda p: log.append("first"))
    x.register_post_accumulate_grad_hook(lambda p: log.append("second"))
    x.sum().backward()
    first.remove()
    x.sum().backward()
    return log


@case
def accumulated_is_not_for_grad(torch):
    log, (x, w) = Log(), pair(torch)
    x.register_post_accumulate_grad_hook(lambda p: log.append("x"))
    torch.autograd.grad((x * w).sum(), x)
    (x * w).sum().backward(inputs=[w])
    log.append("now")
    (x * w).sum().backward(inputs=[x])
    return log


@case
def accumulated_under_create_graph(torch):
    log, (x, _) = Log(), pair(torch)
    x.register_post_accumulate_grad_hook(lambda p: log.append((tell(p.grad), torch.is_grad_enabled())))
    (x**3).sum().backward(create_graph=True)
    x.grad = None
    return log


@case
def accumulated_changes_the_gradient_in_place(torch):
    x, _ = pair(torch)
    x.register_post_accumulate_grad_hook(lambda p: p.grad.mul_(10).sum and None)
    (x * 2).sum().backward()
    return x.grad


@case
def accumulated_of_a_leaf_whose_flag_is_taken_away(torch):
    log, (x, w) = Log(), pair(torch)
    y = x * w
    x.register_post_accumulate_grad_hook(lambda p: log.append(tell(p.grad)))
    x.requires_grad = False
    y.sum().backward()
    return log, x.grad


@case
def accumulated_adds_another(torch):
    log, (x, _) = Log(), pair(torch)

    def first(p):
        log.append("first")
        p.register_post_accumulate_grad_hook(lambda p: log.append("late"))

    x.register_post_accumulate_grad_hook(first)
    x.sum().backward()
    return log


# ---------------------------------------------------------------- hooks of nodes
@case
def of_a_node(torch):
    log, (x, w) = Log(), pair(torch)
    y = x * w
    y.grad_fn.register_hook(log.hook("after", lambda gi, go: (gi[0] * 10, gi[1])))
    y.grad_fn.register_prehook(log.hook("before", lambda go: (go[0] + 1,)))
    y.sum().backward()
    return log, x.grad, w.grad


@case
def of_a_node_with_inputs_that_need_nothing(torch):
    log, (x, _) = Log(), pair(torch)
    nodes = [(x * torch.ones(2)).sum(), (torch.ones(2) * x).sum(), (x * 3).sum(), (x - x.detach()).sum()]
    for y in nodes:
        y.grad_fn.next_functions[0][0].register_hook(log.hook("after"))
        y.backward()
    return log


@case
def of_a_node_that_broadcasts(torch):
    log, (x, _) = Log(), pair(torch)
    y = x + torch.ones(3, 1, requires_grad=True)
    y.grad_fn.register_hook(log.hook("after"))
    y.sum().backward()
    return log


@case
def of_a_leafs_node(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    node = y.grad_fn.next_functions[0][0]
    node.register_hook(log.hook("after"))
    node.register_prehook(log.hook("before", lambda gs: (gs[0] * 10,)))
    y.sum().backward()
    return log, x.grad, node.variable is x


@case
def of_a_leafs_node_lives_with_it(torch):
    """Unlike the leaf's own hooks it is gone when no graph holds the node."""
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.grad_fn.next_functions[0][0].register_hook(lambda gi, go: log.append("after"))
    y.sum().backward()
    del y
    (x * 3).sum().backward()
    return log


@case
def of_a_leafs_node_in_grad(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    node = y.grad_fn.next_functions[0][0]
    node.register_hook(log.hook("after"))
    node.register_prehook(log.hook("before", lambda gs: (gs[0] * 10,)))
    x.register_hook(log.hook("tensor", lambda g: g * 2))
    return torch.autograd.grad(y.sum(), x), log


@case
def of_a_node_with_several_outputs(torch):
    log, (x, _) = Log(), pair(torch)
    a, b = (x * 2).unbind()
    a.grad_fn.register_prehook(log.hook("before", lambda go: (go[0] * 10, go[1])))
    a.grad_fn.register_hook(log.hook("after"))
    a.backward(retain_graph=True)
    (a * b).backward()
    return log, x.grad


@case
def of_the_node_of_a_wanted_tensor(torch):
    """A node's own hooks run with the node: not where a pass ends at its tensor."""
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.grad_fn.register_prehook(log.hook("before"))
    y.grad_fn.register_hook(log.hook("after"))
    y.register_hook(log.hook("tensor"))
    return torch.autograd.grad((y * y).sum(), y), log


@case
def of_a_node_returns_the_wrong_thing(torch):
    said = []
    wrongs = [
        lambda gi, go: gi[0],
        lambda gi, go: gi[:1],
        lambda gi, go: (gi[0], gi[1], gi[0]),
        lambda gi, go: (gi[0][:1], gi[1]),
        lambda gi, go: (gi[0].double(), gi[1]),
        lambda gi, go: (None, gi[1]),
        lambda gi, go: (1.0, gi[1]),
        lambda gi, go: list(gi),
    ]
    for wrong in wrongs:
        x, w = pair(torch)
        y = x * w
        y.grad_fn.register_hook(wrong)
        said += [error(lambda y=y: y.sum().backward())]
    return said


@case
def before_a_node_returns_the_wrong_thing(torch):
    said = []
    wrongs = [
        lambda go: (go[0], go[0]),
        lambda go: (),
        lambda go: go[0],
        lambda go: (go[0][:1],),
        lambda go: (go[0].double(),),
        lambda go: (1.0,),
        lambda go: (None,),
        lambda go: list(go),
    ]
    for wrong in wrongs:
        x, w = pair(torch)
        y = x * w
        y.grad_fn.register_prehook(wrong)
        said += [error(lambda y=y: y.sum().backward())]
    return said


@case
def of_a_node_gives_what_was_none(torch):
    x, _ = pair(torch)
    y = x * torch.ones(2)
    y.grad_fn.register_hook(lambda gi, go: (gi[0], torch.ones(2)))
    return error(lambda: y.sum().backward())


@case
def of_a_node_removed(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    handles = y.grad_fn.register_hook(log.hook("after")), y.grad_fn.register_prehook(log.hook("before"))
    for handle in handles:
        handle.remove()
        handle.remove()
    with y.grad_fn.register_prehook(log.hook("block")):
        y.sum().backward(retain_graph=True)
    y.sum().backward()
    return log


@case
def of_a_node_under_create_graph(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 5
    y.grad_fn.register_hook(lambda gi, go: (gi[0] * x * x, *gi[1:]))
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    return torch.autograd.grad(g.sum(), x), log


@case
def several_of_one_node(torch):
    log, (x, _) = Log(), pair(torch)
    y = x * 2
    y.grad_fn.register_prehook(log.hook("before 1", lambda go: (go[0] * 2,)))
    y.grad_fn.register_prehook(log.hook("before 2"))
    y.grad_fn.register_hook(log.hook("after 1", lambda gi, go: (gi[0] * 3, *gi[1:])))
    y.grad_fn.register_hook(log.hook("after 2"))
    y.sum().backward()
    return log


@case
def of_a_node_raise(torch):
    def fail(*args):
        raise ValueError("no")

    said = []
    for register in ("register_hook", "register_prehook"):
        x, w = pair(torch)
        y = x * w
        getattr(y.grad_fn, register)(fail)
        said += [error(lambda y=y: y.sum().backward()), x.grad, w.grad]
    return said


# ---------------------------------------------------------------- hooks of several tensors
@case
def of_several_tensors(torch):
    log, (x, w) = Log(), pair(torch)
    c, d = x * w, x + w
    torch.autograd.graph.register_multi_grad_hook((x, w, c, d), log.hook("all"))
    c.sum().backward(retain_graph=True)
    c.sum().backward(inputs=(x,), retain_graph=True)
    (c + d).sum().backward()
    return log


@case
def of_several_tensors_in_grad(torch):
    log, (x, w) = Log(), pair(torch)
    c = x * w
    torch.autograd.graph.register_multi_grad_hook((c, c * x), log.hook("all"))
    torch.autograd.grad(c.sum(), w, retain_graph=True)
    torch.autograd.grad(c.sum(), c)
    return log


@case
def of_any_of_several_tensors(torch):
    log, (x, w) = Log(), pair(torch)
    c, d = x * w, x * 5
    constant = torch.ones(2)
    torch.autograd.graph.register_multi_grad_hook((x, constant, c, d), log.hook("any"), mode="any")
    c.sum().backward(retain_graph=True)
    d.sum().backward(retain_graph=True)
    (c + d).sum().backward()
    return log


@case
def of_several_tensors_removed(torch):
    log, (x, w) = Log(), pair(torch)
    graph = torch.autograd.graph
    handle = graph.register_multi_grad_hook((x, w), log.hook("all"))
    with graph.register_multi_grad_hook((x, w), log.hook("block")):
        (x * w).sum().backward()
    handle.remove()
    handle.remove()
    (x * w).sum().backward()
    return log


@case
def of_several_tensors_misused(torch):
    register = torch.autograd.graph.register_multi_grad_hook
    x, w = pair(torch)
    return [
        error(lambda: register((x, w), print, mode="some")),
        error(lambda: register((x, torch.ones(2)), print)),
        done(lambda: register((torch.ones(2),), print, mode="any")),
        done(lambda: register((), print)),
    ]


@case
def of_several_tensors_raises(torch):
    x, w = pair(torch)

    def fail(grads):
        raise ValueError("no")

    with torch.autograd.graph.register_multi_grad_hook((x, w), fail):
        said = error(lambda: (x * w).sum().backward())
    (x * w).sum().backward()
    return said, w.grad


@case
def of_several_tensors_through_one_node(torch):
    log, (x, _) = Log(), pair(torch)
    a, b = (x * 2).unbind()
    torch.autograd.graph.register_multi_grad_hook((a, b), log.hook("all"))
    (a * b).backward()
    return log


@pytest.mark.parametrize("name", case)
def test_as_torch(name):
    case.check(name)


# ---------------------------------------------------------------- deliberately not as PyTorch
def test_outputs_without_a_gradient():
    """PyTorch calls the hooks of all outputs of a node that runs, with None where no gradient came; ours are not."""
    log, (x, _) = Log(), pair(minigrad)
    a, b = (x * 2).unbind()
    a.register_hook(log.hook("a"))
    b.register_hook(log.hook("b", lambda g: g * 10))  # in PyTorch: unsupported operand types, None and int
    a.backward()
    assert log == [["a", "float32 (): 1"]]


def test_several_tensors_with_leaves_in_grad():
    """PyTorch cannot say whether a leaf is reached in `grad`, and raises; we can."""
    log, (x, w) = Log(), pair(minigrad)
    c = x * w
    minigrad.autograd.graph.register_multi_grad_hook((x, w, c), log.hook("all"))
    minigrad.autograd.grad(c.sum(), w, retain_graph=True)
    assert log == [["all", ["None", "float32 (2,): 1 2", "float32 (2,): 1 1"]]]


def test_a_type_is_named_as_all_others():
    """PyTorch says "got CPUBoolType" of bool alone."""
    x, _ = pair(minigrad)
    x.register_hook(lambda g: g > 0)
    with pytest.raises(RuntimeError, match=r"\(was minigrad.FloatTensor got minigrad.BoolTensor\)"):
        x.sum().backward()


def test_a_failed_pass_takes_back_what_hooks_saw():
    """PyTorch leaves the `.grad` that a hook after accumulating has seen; we restore it when the pass fails later."""
    x, w = pair(minigrad)
    seen = []
    x.grad = minigrad.tensor([5.0, 5.0])
    before = x.grad
    x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.tolist()))
    w.register_hook(lambda g: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        (w.exp() + x * 2).sum().backward()
    assert seen == [[7.0, 7.0]] and x.grad is before and x.grad.tolist() == [5.0, 5.0] and w.grad is None


def test_a_failing_hook_takes_back_its_own_gradient():
    x, _ = pair(minigrad)

    def fail(p):
        assert p.grad.tolist() == [2.0, 2.0]
        raise ValueError

    x.register_post_accumulate_grad_hook(fail)
    with pytest.raises(ValueError):
        (x * 2).sum().backward()
    assert x.grad is None


@on_both
def test_nothing_is_written_where_a_hook_fails(torch):
    x, w = pair(torch)
    x.register_hook(lambda g: 1 / 0)
    y = x.exp() * 2
    with pytest.raises(ZeroDivisionError):
        y.sum().backward()
    assert x.grad is None and torch.is_grad_enabled()
    (w * 2).sum().backward()
    assert w.grad.tolist() == [2.0, 2.0]
