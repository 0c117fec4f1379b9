"""Views: shared memory, versions and history; what a write through one does to the others."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conformance import Cases, done, error, gradients, nodes, on_both

case = Cases("views")


def leaf(torch, *shape, start=1.0):
    """A leaf with the numbers 1, 2, 3, …"""
    n = int(np.prod(shape))
    return torch.tensor(np.arange(start, start + n).reshape(shape), requires_grad=True)


def matrix(torch):
    """A non-leaf matrix [[1, 2, 3], [4, 5, 6]], and the leaf that it came from."""
    x = leaf(torch, 2, 3)
    return x, x * 1


VIEWS = {
    "integer": lambda v: v[0],
    "slice": lambda v: v[:, 1:],
    "step": lambda v: v[:, ::2],
    "none": lambda v: v[None],
    "ellipsis": lambda v: v[...],
    "whole_slice": lambda v: v[:],
    "two_whole_slices": lambda v: v[:, :],
    "empty_tuple": lambda v: v[()],
    "true": lambda v: v[True],
    "mixed": lambda v: v[None, 1, ..., 0:2],
    "narrow": lambda v: v.narrow(1, 1, 2),
    "select": lambda v: v.select(1, 2),
    "view": lambda v: v.view(3, 2),
    "view_minus_one": lambda v: v.view(-1),
    "reshape": lambda v: v.reshape(6),
    "flatten": lambda v: v.flatten(),
    "ravel": lambda v: v.ravel(),
    "t": lambda v: v.t(),
    "T": lambda v: v.T,
    "mT": lambda v: v.mT,
    "transpose": lambda v: v.transpose(0, 1),
    "permute": lambda v: v.permute(1, 0),
    "unsqueeze": lambda v: v.unsqueeze(1),
    "squeeze": lambda v: v[:1].squeeze(),
    "squeeze_dim": lambda v: v[:1].squeeze(0),
    "squeeze_nothing": lambda v: v.squeeze(0),
    "expand": lambda v: v.expand(2, 2, 3),
    "expand_row": lambda v: v[:1].expand(4, 3),
    "expand_as": lambda v: v[0].expand_as(v),
    "diagonal": lambda v: v.diagonal(),
    "diagonal_offset": lambda v: v.diagonal(1),
    "unbind": lambda v: v.unbind()[1],
    "unbind_columns": lambda v: v.unbind(1)[2],
    "iteration": lambda v: list(v)[0],
    "chunk": lambda v: v.chunk(2, 1)[1],
    "split": lambda v: v.split(2, 1)[0],
    "split_sizes": lambda v: v.split([1, 2], 1)[1],
    "detach": lambda v: v.detach(),
    "view_of_view": lambda v: v.t()[1:].view(-1) if v.t()[1:].is_contiguous() else v.t()[1:][0],
    "contiguous": lambda v: v.contiguous(),
    "view_as": lambda v: v.view_as(v),
    "empty_slice": lambda v: v[:, 3:],
}


def of(name, view):
    """The case of one view: what it is, its base, what it shares, the gradient through it, once and twice."""

    def body(torch):
        x, y = matrix(torch)
        v = view(y)
        told = [v, v._base is y, v._is_view(), v.stride(), v.is_contiguous(), nodes(v)]
        if v.requires_grad:
            (g,) = gradients(torch, v * v * v, x, create_graph=True)
            told += [g.detach().clone(), gradients(torch, g * g, x)]
        return told

    body.__name__ = f"of_{name}"
    return case(body)


def seen(name, view):
    """The case of one view after its base was written: its numbers, version, node, gradient."""

    def body(torch):
        x, y = matrix(torch)
        v = view(y)
        y.mul_(10)
        told = [y, v, error(lambda: nodes(v))]
        return [*told, error(lambda: gradients(torch, v * 2, x))]

    body.__name__ = f"base_written_{name}"
    return case(body)


def written(name, view):
    """The case of one view that is written: its base's numbers, version, node, gradients of both."""

    def body(torch):
        x, y = matrix(torch)
        w = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
        v = view(y)
        told = [done(v.mul_, w), y, v, error(lambda: [nodes(y), nodes(v)])]
        for end in (y, v):
            told.append(error(lambda end=end: gradients(torch, end * end, x, w)))
        return told

    body.__name__ = f"written_{name}"
    return case(body)


for _name, _view in VIEWS.items():
    of(_name, _view), seen(_name, _view), written(_name, _view)


@case
def two_views_of_one_base(torch):
    x, y = matrix(torch)
    a, b = y[0], y[:, 0]
    a.mul_(2)
    return a, b, y, nodes(b), gradients(torch, b, x), gradients(torch, a, x), gradients(torch, y * y, x)


@case
def views_of_views_are_views_of_the_base(torch):
    x, y = matrix(torch)
    v = y.t()[1:].t()[0]
    v.zero_()
    return v._base is y, v, y, gradients(torch, y * 3, x)


@case
def view_made_before_history(torch):
    """The base gets its history from a write of something that has one."""
    base = torch.zeros(2, 2)
    row, column = base[0], base[:, 1]
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    before = [row.requires_grad, row.is_leaf]
    row.copy_(w)
    return before, base, row, column, gradients(torch, base * 5, w), gradients(torch, column, w)


@case
def base_gets_history_seen_by_views(torch):
    base = torch.zeros(2, 2)
    row = base[0]
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    base.add_(w)
    return base, row, nodes(row), gradients(torch, row * 2, w)


@case
def view_of_leaf_that_begins_to_require_grad(torch):
    """`requires_grad_` after the view was made: the view follows its base only after a write."""
    base = torch.ones(3)
    v = base[1:]
    base.requires_grad_()
    return base, v, v.requires_grad, error(lambda: v.mul_(2)), error(lambda: base.mul_(2))


@case
def view_that_is_a_leaf(torch):
    """A view of a plain tensor that is made to require grad: neither it nor its views may be written."""
    base = torch.ones(3)
    v = base[1:]
    v.requires_grad_()
    return (
        v,
        base,
        done(v.mul_, 2),
        done(v[:1].mul_, 2),
        done(base.mul_, 2),
        base,
        done(v.sum().backward),
        v.grad.clone(),
    )


@case
def partial_overlap(torch):
    """What is read lies partly where is written."""
    y = torch.arange(6.0)
    m = torch.arange(4.0).view(2, 2)
    told = [done(y[1:].copy_, y[:-1]), done(y[1:].add_, y[:-1]), done(y[:3].mul_, y[3:]), done(y.add_, y), y]
    return [*told, done(y[::2].add_, y[1::2]), done(m.add_, m.t()), done(m.copy_, m.t()), m]


@case
def view_of_leaf(torch):
    x = leaf(torch, 3)
    v = x[1:]
    return v, error(lambda: v.add_(1)), x, v


@case
def view_of_leaf_without_grad_mode(torch):
    x = leaf(torch, 3)
    v = x[1:]
    with torch.no_grad():
        v.add_(10)
    return x, v, gradients(torch, v * v, x)


@case
def no_grad_view(torch):
    x, y = matrix(torch)
    with torch.no_grad():
        v = y[0]
    told = [v, v._is_view(), v._base is y]
    told += [error(lambda: v.mul_(2)), v * 1]
    with torch.no_grad():
        v.mul_(2)
    return [*told, y, error(lambda: v.requires_grad), error(lambda: v * 2), gradients(torch, y, x)]


@case
def no_grad_view_of_a_leaf(torch):
    x = leaf(torch, 3)
    with torch.no_grad():
        v = x[1:]
    return v, error(lambda: v.mul_(2))


@case
def no_grad_view_of_a_plain_tensor(torch):
    base = torch.zeros(3)
    with torch.no_grad():
        v = base[1:]
    w = torch.ones(2, requires_grad=True)
    v.add_(1)
    return v, base, error(lambda: v.add_(w)), error(lambda: v.mul_(2))


@case
def view_of_a_no_grad_view(torch):
    x, y = matrix(torch)
    with torch.no_grad():
        v = y[0]
    u = v[1:]
    return error(lambda: u.mul_(2))[:12], u._base is y


@case
def many_views(torch):
    x, y = matrix(torch)
    a, b = y.unbind()
    return error(lambda: a.mul_(2)), error(lambda: b.mul_(2)), a, nodes(b)


@case
def many_views_and_the_base(torch):
    x, y = matrix(torch)
    a, b = y.unbind()
    y.mul_(2)
    return y, a, error(lambda: a + 1), error(lambda: a.grad_fn), a.requires_grad, error(lambda: b.mul_(2))


@case
def many_views_of_a_plain_tensor(torch):
    a, b = torch.zeros(2, 3).unbind()
    w = torch.ones(3, requires_grad=True)
    a.add_(1)
    return a, error(lambda: a.add_(w)), b


@case
def many_views_of_a_leaf(torch):
    x = leaf(torch, 2, 2)
    a, b = x.unbind()
    return error(lambda: a.add_(1)), error(lambda: x[0].add_(1)), b


@case
def view_of_one_of_many(torch):
    x, y = matrix(torch)
    v = y.chunk(3, 1)[1].view(-1)
    return v, error(lambda: v.zero_())


@case
def many_views_without_grad_mode(torch):
    x, y = matrix(torch)
    with torch.no_grad():
        a, b = y.unbind()
        a.mul_(2)
    return y, a, error(lambda: a.mul_(2)), error(lambda: b.add_(1)), gradients(torch, y, x)


@case
def split_and_chunk_names(torch):
    x, y = matrix(torch)
    parts = [*y.split(1), *y.split([2, 1], 1), *y.chunk(2, 1), *y.unbind(1)]
    return [[part, error(lambda part=part: part.mul_(2))] for part in parts]


@case
def history_of_a_chain_of_writes(torch):
    x, y = matrix(torch)
    y[0].mul_(2)
    y[:, 1].add_(5)
    y.view(-1)[::2].pow_(2)
    return y, nodes(y), gradients(torch, y, x)


@case
def view_keeps_its_own_node_when_it_writes(torch):
    x, y = matrix(torch)
    v = y[0]
    first = v.grad_fn
    v.mul_(2)
    second = v.grad_fn
    return first is second, second is v.grad_fn, nodes(v), nodes(y)


@case
def retained_gradient_moves_to_the_new_history(torch):
    x, y = matrix(torch)
    y.retain_grad()
    y[0].mul_(2)
    (y * 3).sum().backward()
    return y.grad, x.grad, y.retains_grad


@case
def retained_gradient_of_a_view_that_is_written(torch):
    x, y = matrix(torch)
    v = y[0]
    v.retain_grad()
    v.mul_(2)
    (v * 3).sum().backward()
    return v.grad, x.grad, y.grad


@case
def retained_gradient_of_a_view_whose_base_is_written(torch):
    x, y = matrix(torch)
    v = y[0]
    v.retain_grad()
    y.mul_(2)
    (v * 3).sum().backward()
    return v.grad, x.grad


@case
def expanded_targets(torch):
    x = leaf(torch, 3)
    y = x * 1
    e = y.expand(2, 3)
    return error(lambda: e.mul_(2)), error(lambda: e.zero_()), e, error(lambda: e.__setitem__(0, 1.0)), e[0].mul_(2), y


@case
def overlapping_write_into_a_single_row_of_an_expansion(torch):
    x = leaf(torch, 1, 3)
    y = x * 1
    e = y.expand(1, 3)
    e.mul_(2)
    return e, y, gradients(torch, y, x)


@case
def fortran_order(torch):
    """A base that does not lie in row-major order."""
    x = torch.tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
    y = x.t().exp()
    v = y[1]
    v.mul_(2)
    y[:, 0].zero_()
    return y, y.stride(), v, gradients(torch, y * y, x), gradients(torch, v * v, x)


@case
def fortran_order_from_numpy(torch):
    a = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    x = torch.tensor([2.0, 3.0, 4.0], dtype=torch.float64, requires_grad=True)
    base = torch.from_numpy(a)
    base[1].mul_(x)
    return base, base.stride(), gradients(torch, base * base, x), a


@case
def base_with_gaps(torch):
    """A base that is itself a part of some memory (from NumPy)."""
    a = np.arange(24.0).reshape(4, 6)[::2, 1::2]
    w = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    base = torch.from_numpy(a)
    v = base.t()[0]
    v.mul_(w)
    return base, base.stride(), gradients(torch, base * base, w), gradients(torch, v * v, w), a


@case
def transposed_result(torch):
    x = leaf(torch, 2, 3)
    y = (x.t() * 2).t()
    v = y[0]
    v.mul_(3)
    return y, v._base is y, nodes(y)[0], gradients(torch, y * y, x)


@case
def zero_size(torch):
    x = torch.zeros(0, 3, requires_grad=True)
    y = x * 1
    v = y[:, 1]
    v.mul_(2)
    y.t().add_(1)
    return y, v, gradients(torch, y, x), gradients(torch, v, x)


@case
def zero_dimensions(torch):
    x = torch.tensor(3.0, requires_grad=True)
    y = x * 1
    v = y.view(1)
    v.mul_(2)
    y[()].add_(1)
    y[...] *= 2
    return y, v, gradients(torch, y, x), gradients(torch, v, x), error(lambda: y[0]), error(lambda: y.unbind())


@case
def double_backward_through_copy_slices(torch):
    x, w = leaf(torch, 2, 3), torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)
    y = x * x
    y[:, 1].mul_(w)
    y[0].pow_(2)
    z = (y * y).sum()
    first = torch.autograd.grad(z, (x, w), create_graph=True)
    second = torch.autograd.grad(sum((g * g).sum() for g in first), (x, w), create_graph=True)
    third = torch.autograd.grad(sum(g.sum() for g in second), (x, w))
    return [g.detach().clone() for g in (*first, *second)], [g.clone() for g in third]


@case
def double_backward_through_a_result_saved_in_a_view(torch):
    x = leaf(torch, 2, 2)
    y = x * 0.5
    y[0].exp_()
    (g,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
    return g.detach().clone(), gradients(torch, g, x)


@case
def double_backward_through_as_strided(torch):
    x, y = matrix(torch)
    v = y.t()[1:]
    y.mul_(x)
    (g,) = torch.autograd.grad((v * v).sum(), x, create_graph=True)
    return v, g.detach().clone(), gradients(torch, g, x)


@case
def infinite_gradients_stay_in_their_place(torch):
    """What is written over gets no part of the gradient, not even of an infinite one."""
    x, w = leaf(torch, 3), torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    y = x * 1
    y[0].copy_(w)
    y.backward(torch.tensor([float("inf"), 1e300, 1.0], dtype=torch.float64))
    return x.grad, w.grad


@case
def detached_views(torch):
    x, y = matrix(torch)
    d = y.detach()
    v = d[0]
    v.mul_(2)
    return y, d, v, d._is_view(), v._base is d, y._version, gradients(torch, y, x)


@case
def views_that_cannot_be(torch):
    x = torch.zeros(2, 3)
    return [
        error(f)
        for f in (
            lambda: x.t().view(6),
            lambda: x.view(4),
            lambda: x.view(-1, -1),
            lambda: x.view(-1, 4),
            lambda: x.narrow(1, 2, 2),
            lambda: x.narrow(2, 0, 1),
            lambda: x.select(0, 2),
            lambda: x[2],
            lambda: x[0, 0, 0],
            lambda: x.expand(3, 3),
            lambda: x.expand(3),
            lambda: x.expand(-1, 2, 3),
            lambda: x.transpose(0, 2),
            lambda: x.permute(0),
            lambda: x.permute(0, 0),
            lambda: x.unsqueeze(3),
            lambda: x.squeeze(2),
            lambda: x.diagonal(0, 1, 1),
            lambda: torch.zeros(3).diagonal(),
            lambda: torch.zeros(2, 2, 2).t(),
            lambda: x.split(0),
            lambda: x.split([1, 2]),
            lambda: x.chunk(0),
            lambda: x[::-1],
            lambda: x[::0],
            lambda: x[1.0],
        )
    ]


@pytest.mark.parametrize("name", case)
def test_view(name):
    case.check(name)


@on_both
@pytest.mark.parametrize("name", [n for n in VIEWS if n not in ("empty_slice", "true")])
def test_memory_is_shared(torch, name):
    """A number written through the view stands in the base; `contiguous` of a tensor in order is the tensor itself."""
    y = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    v = VIEWS[name](y)
    before = y._version
    v[(0,) * v.dim()] = 100
    assert 100 in y and y._version == v._version == before + 1
    y.zero_()
    assert not v.any() and v._version == before + 2


@on_both
def test_a_copy_is_not_shared(torch):
    y = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    for copy in (y.clone(), y.t().reshape(6), y[[0, 1]], y[y > 0], y.t().contiguous(), y.t().flatten()):
        copy.zero_()
        assert y.all() and y._version == 0


@on_both
def test_a_view_outlives_its_base(torch):
    x = leaf(torch, 3)
    v = (x * 2)[1:]
    v.mul_(5)
    v.sum().backward()
    assert x.grad.tolist() == [0, 10, 10]
