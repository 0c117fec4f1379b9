"""Chains of views: what a write at one level, in one grad mode, does to all that share the memory."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conformance import Cases, done, error, gradients, nodes

case = Cases("view_chains")


def numbers(torch, n=6, **how):
    return torch.tensor(np.arange(1.0, n + 1), **how)


def pair(torch, n=6):
    """A leaf and a result with the same numbers."""
    x = numbers(torch, n, requires_grad=True)
    return x, x * 1


# ------------------------------------------------------------ chains, changed at each level
CHAIN = [lambda v: v.view(2, 3), lambda v: v.t(), lambda v: v[1:], lambda v: v[:, 0]]


def chain(torch, depth=4):
    x, y = pair(torch)
    views = [y]
    for step in CHAIN[:depth]:
        views.append(step(views[-1]))
    return x, views


def changed_at(level):
    def body(torch):
        x, views = chain(torch)
        views[level].mul_(10)
        told = [[v, v._base is views[0], error(lambda v=v: nodes(v))] for v in views]
        return told, gradients(torch, views[-1] * 3, x), gradients(torch, views[0] * views[0], x)

    body.__name__ = f"chain_changed_at_{level}"
    return case(body)


for _level in range(5):
    changed_at(_level)


@case
def changed_at_every_level_downwards(torch):
    x, views = chain(torch)
    for i, v in enumerate(views):
        v.mul_(i + 2)
    return views[0], views[-1], nodes(views[-1]), gradients(torch, views[0] * views[0], x)


@case
def changed_at_every_level_upwards(torch):
    x, views = chain(torch)
    for i, v in enumerate(reversed(views)):
        v.mul_(i + 2)
    return views[0], views[-1], nodes(views[0]), gradients(torch, views[-1] * views[-1], x)


@case
def a_middle_view_dies(torch):
    x, y = pair(torch)
    v = y.view(2, 3)[1]
    v.mul_(2)
    return v._base is y, y, nodes(v), gradients(torch, v * v, x)


@case
def the_base_dies(torch):
    x, y = pair(torch)
    v = y[2:]
    u = v[1:]
    del y
    u.mul_(3)
    return v, u, v._base is u._base, v._base, gradients(torch, v, x)


@case
def regenerated_only_once(torch):
    x, y = pair(torch)
    v = y[2:]
    first = v.grad_fn
    y.mul_(2)
    second = v.grad_fn
    told = [first is second, second is v.grad_fn, first.name(), second.name()]
    y.add_(1)
    return told, second is v.grad_fn, nodes(v)


@case
def views_of_regenerated_views(torch):
    x, y = pair(torch)
    v = y.view(2, 3)
    y.mul_(2)
    u = v[1]
    u.mul_(3)
    return nodes(u), nodes(v), gradients(torch, v * v, x)


@case
def a_result_of_a_view_does_not_change(torch):
    x, y = pair(torch)
    v = y[2:]
    before = v * 1
    y.mul_(2)
    return before, v, gradients(torch, before, x), gradients(torch, v, x)


@case
def siblings_that_overlap(torch):
    x, y = pair(torch)
    a, b = y[:4], y[2:]
    a.mul_(2)
    b.mul_(3)
    return a, b, y, gradients(torch, a * a, x), gradients(torch, b, x), gradients(torch, y, x)


@case
def written_from_a_sibling(torch):
    x, y = pair(torch)
    y[:3].copy_(y[3:])
    y[3:].mul_(y[:3].clone())
    return y, gradients(torch, y, x)


@case
def history_comes_through_one_view_to_the_others(torch):
    base = torch.zeros(4, dtype=torch.float64)
    a, b = base[:2], base.view(2, 2)[0]
    w = numbers(torch, 2, requires_grad=True)
    told = [v.requires_grad for v in (base, a, b)]
    b.mul_(w).add_(w)
    return told, [v.requires_grad for v in (base, a, b)], nodes(a), gradients(torch, a * a, w)


@case
def history_ends_where_all_is_overwritten(torch):
    x, y = pair(torch)
    v = y[2:]
    y.zero_()
    return y, v, gradients(torch, v, x)


@case
def a_scalar_view(torch):
    x, y = pair(torch)
    v = y[2]
    v += 1
    v *= v
    return v, y, nodes(v), gradients(torch, y, x)


@case
def broadcast_into_a_view(torch):
    x, y = pair(torch)
    m, row = y.view(2, 3), numbers(torch, 3, requires_grad=True)
    m.mul_(row)
    m[:, 1].add_(row[0])
    return y, gradients(torch, y * y, x, row), done(m[0].add_, m), done(m[:, :1].add_, row)


@case
def dtypes_into_a_view(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 1
    w, whole = numbers(torch, 2, requires_grad=True), torch.arange(4)
    y[1:].mul_(w)
    return y, gradients(torch, y, x, w), done(whole[:2].mul_, w), done(whole[:2].div_, 2), done(whole[:2].add_, 1.5)


# ------------------------------------------------------------ made in one mode, changed in another
def block(torch, name):
    return {"grad": torch.enable_grad, "no_grad": torch.no_grad}[name]()


def crossed(kind, made, changed):
    """A view (one, one of several, a view of a view) of a leaf, a result and a plain tensor: made in one grad mode and
    changed in another."""

    def body(torch):
        told = []
        for which in ("leaf", "result", "plain"):
            x, y = pair(torch, 4)
            base = {"leaf": x, "result": y, "plain": numbers(torch, 4)}[which]
            with block(torch, made):
                v = {"one": lambda b: b[1:3], "many": lambda b: b.split(2)[1], "chain": lambda b: b.view(2, 2)[1]}[
                    kind
                ](base)
            told.append([which, v.requires_grad, v.is_leaf, v._is_view(), error(lambda v=v: v.grad_fn is None)])
            with block(torch, changed):
                told.append([done(v.mul_, 3), v._version, base.tolist()])
            told.append([error(lambda v=v: v.grad_fn is None), nodes(base) if base.grad_fn else 0])
            told.append([done(v.mul_, torch.ones(2, dtype=torch.float64, requires_grad=True)), base.tolist()])
        return told

    body.__name__ = f"{kind}_made_under_{made}_changed_under_{changed}"
    return case(body)


for _kind in ("one", "many", "chain"):
    for _made in ("grad", "no_grad"):
        for _changed in ("grad", "no_grad"):
            crossed(_kind, _made, _changed)


@case
def base_changed_under_no_grad(torch):
    x, y = pair(torch)
    v = y[2:]
    with torch.no_grad():
        y.mul_(2)
    return v, nodes(v), y, gradients(torch, v, x), gradients(torch, y, x)


@case
def mixed_chain(torch):
    """A view outside, its view under no_grad, a view of that outside."""
    x, y = pair(torch)
    a = y[1:]
    with torch.no_grad():
        b = a[1:]
    c = b[1:]
    told = [v._base is y for v in (a, b, c)] + [done(v.mul_, 2) for v in (c, b, a)]
    return told, y, error(lambda: b.grad_fn), error(lambda: c.grad_fn), gradients(torch, a, x)


@case
def detached_view_changed(torch):
    x, y = pair(torch)
    d = y[2:].detach()
    z = (y * y).sum()
    d.mul_(2)
    return d, d._is_view(), d.storage_offset(), y._version, d._version, error(z.backward)


@case
def several_detaches_one_version(torch):
    x, y = pair(torch)
    a, b = y.detach(), y.detach().detach()
    a.add_(1), b.add_(1), y.add_(1), a[0].add_(1)
    return [v._version for v in (a, b, y, y[1:], a.view(2, 3))]


# ------------------------------------------------------------ several outputs
@case
def all_of_several_views_under_no_grad(torch):
    x, y = pair(torch)
    parts = y.split(2)
    with torch.no_grad():
        for part in parts:
            part.mul_(2)
    return y, [part.tolist() for part in parts], error(lambda: parts[0].grad_fn), gradients(torch, y, x)


@case
def several_views_of_several_views(torch):
    x, y = pair(torch)
    a, b = y.view(2, 3).unbind()
    c, d, e = a.unbind()
    return c, c._base is y, nodes(c), error(lambda: c.mul_(2)), error(lambda: a.mul_(2)), gradients(torch, c * d, x)


@case
def several_views_of_a_no_grad_view(torch):
    x, y = pair(torch)
    with torch.no_grad():
        v = y[1:]
    a, b = v.chunk(2)[0], y[:2].unbind()[0]
    plain = numbers(torch).unbind()[0]
    return [error(lambda t=t: t.mul_(x[0])) for t in (a, b, plain)]


@case
def a_single_output_of_split(torch):
    """Even if there is but one."""
    x, y = pair(torch)
    (whole,) = y.split(6)
    (chunk,) = y.chunk(1)
    return done(whole.mul_, 2), done(chunk.mul_, 2), whole


@case
def outputs_after_the_base_was_detached(torch):
    x, y = pair(torch)
    a, b = y.split(3)
    y.detach_()
    return a, error(lambda: a.mul_(2)), error(lambda: b.detach_()), gradients(torch, a, x)


# ------------------------------------------------------------ flags
@case
def requires_grad_on_views(torch):
    x, y = pair(torch)
    plain = numbers(torch)
    v, u = plain[1:], plain[1:]
    told = [v.requires_grad_() is v, v.is_leaf, plain.requires_grad, u.requires_grad, v._is_view()]
    told += [error(lambda: y[1:].requires_grad_(False)), y[1:].requires_grad_().requires_grad]
    told += [error(lambda: x[1:].requires_grad_(False)), (v * v).sum().backward(), v.grad.clone(), plain.grad]
    return told


@case
def flag_of_a_base_set_after_the_view(torch):
    """The view does not follow, until the base is written."""
    base = numbers(torch)
    v = base[2:]
    base.requires_grad_()
    told = [v.requires_grad, v.is_leaf]
    with torch.no_grad():
        base.mul_(2)
    return told, v.requires_grad, base


@case
def flag_of_a_base_taken_away(torch):
    x, _ = pair(torch)
    v = x[2:]
    x.requires_grad_(False)
    told = [v.requires_grad, v.is_leaf, x.requires_grad, nodes(v)]
    x.mul_(2)
    return told, x, v.tolist()


@case
def versions_and_bases_of_everything(torch):
    x, y = pair(torch)
    v = y.view(2, 3)
    z = [y, v, v.t(), v.reshape(6), v.t().reshape(6), v.contiguous(), v.clone(), v.expand(2, 2, 3), v.detach(), v * 1]
    y.add_(1)
    return [[t._version, t._is_view(), t._base is y, t.is_leaf, t.requires_grad] for t in z]


@case
def gradients_of_views(torch):
    x, y = pair(torch)
    v = y[2:]
    told = [v.grad, x.grad]
    (v * v).sum().backward()
    return [*told, v.grad, x.grad, x[2:].grad, x.grad[2:]]


@case
def gradients_written_through_a_view_of_grad(torch):
    x, _ = pair(torch)
    x.sum().backward()
    x.grad[2:].zero_()
    x.grad.view(2, 3)[0].mul_(5)
    return x.grad.tolist()


# ------------------------------------------------------------ hooks and retained gradients after a write
def hooked(log, name):
    return lambda g: log.append([name, g.tolist()])


@case
def hook_before_a_write(torch):
    """It sees the gradient of the old value, the one registered after sees that of the new."""
    log, (x, y) = [], pair(torch, 2)
    y.register_hook(hooked(log, "old"))
    y.mul_(3)
    y.register_hook(hooked(log, "new"))
    (y * 5).sum().backward()
    return log, x.grad


@case
def hook_on_a_view_before_its_base_is_written(torch):
    log, (x, y) = [], pair(torch, 3)
    v = y[1:]
    v.register_hook(hooked(log, "old"))
    y.mul_(3)
    (v * 5).sum().backward()
    return log, x.grad


@case
def hook_on_a_base_before_a_view_is_written(torch):
    log, (x, y) = [], pair(torch, 3)
    y.register_hook(hooked(log, "old"))
    y[1:].mul_(3)
    y.register_hook(hooked(log, "new"))
    (y * 5).sum().backward()
    return log, x.grad


@case
def hook_on_a_written_view(torch):
    log, (x, y) = [], pair(torch, 3)
    v = y[1:]
    v.register_hook(hooked(log, "old"))
    v.mul_(3)
    v.register_hook(hooked(log, "new"))
    (v * 5).sum().backward()
    return log, x.grad


@case
def retained_by_a_base_and_its_view(torch):
    x, y = pair(torch, 3)
    v = y[1:]
    y.retain_grad(), v.retain_grad()
    v.mul_(3)
    (y * y).sum().backward()
    return y.grad, v.grad, x.grad


@case
def retained_by_a_buffer_that_gets_its_history_later(torch):
    w = numbers(torch, 2, requires_grad=True)
    buffer = torch.zeros(2, dtype=torch.float64)
    told = [error(buffer.retain_grad)]
    buffer.add_(w)
    buffer.retain_grad()
    buffer.mul_(2)
    buffer.sum().backward()
    return told, buffer.grad, w.grad


@pytest.mark.parametrize("name", case)
def test_chain(name):
    case.check(name)


def test_a_second_hook_on_a_view_whose_base_was_written():
    """PyTorch puts it to the first one, on a node that is no longer the view's, and never calls it."""
    import minigrad

    log, (_, y) = [], pair(minigrad, 3)
    v = y[1:]
    v.register_hook(hooked(log, "old"))
    y.mul_(3)
    v.register_hook(hooked(log, "new"))
    (v * 5).sum().backward()
    assert log == [["new", [5, 5]]]


def test_a_first_hook_on_a_view_whose_base_was_written():
    """PyTorch 2.13 crashes, unless somebody has asked for the view's `grad_fn` in between."""
    import minigrad

    log, (_, y) = [], pair(minigrad, 3)
    v = y[1:]
    y.mul_(3)
    v.register_hook(hooked(log, "new"))
    (v * 5).sum().backward()
    assert log == [["new", [5, 5]]]


def test_what_is_made_of_a_view_that_no_graph_knows():
    """A base that required grad only later, or a view made under no_grad: in PyTorch the result requires grad, and its
    backward reaches nothing, without a word. Here it says that there is no graph."""
    import minigrad

    base = numbers(minigrad)
    v = base[2:]
    base.requires_grad_()
    with minigrad.no_grad():
        u = base[2:]
    for view in (v, u):
        assert view.requires_grad and view.is_leaf
        with pytest.raises(RuntimeError, match="does not require grad"):
            (view * 2).sum().backward()
