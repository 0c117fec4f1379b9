"""Memory given away and taken: `as_strided`, `detach_`, `.data`, `set_`."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conformance import Cases, done, error, gradients, nodes, on_both

case = Cases("storage")


def numbers(torch, n=6, **how):
    return torch.tensor(np.arange(1.0, n + 1), **how)


def pair(torch, n=6):
    """A leaf and a result with the same numbers."""
    x = numbers(torch, n, requires_grad=True)
    return x, x * 1


def assign(x, value):
    x.data = value


# ------------------------------------------------------------ as_strided
STRIDED = {
    "columns": lambda v: v.as_strided((2, 3), (1, 2)),
    "offset": lambda v: v.as_strided((2, 2), (2, 1), 1),
    "repeated": lambda v: v.as_strided((3, 2), (0, 1), 2),
    "windows": lambda v: v.as_strided((4, 3), (1, 1)),
    "of_a_view": lambda v: v[2:].as_strided((2,), (1,)),
    "of_a_view_from_the_start": lambda v: v[2:].as_strided((2,), (1,), 0),
    "back_before_a_view": lambda v: v[4:].as_strided((4,), (1,), 1),
    "of_a_transposed": lambda v: v.view(2, 3).t().as_strided((2, 2), (1, 1)),
    "of_an_expanded": lambda v: v[:1].expand(3).as_strided((2,), (1,)),
    "of_itself": lambda v: v.as_strided((2, 2), (1, 1)).as_strided((2,), (3,), 1),
    "scalar": lambda v: v.as_strided((), (), 3),
    "numbers": lambda v: v.as_strided([3], [2]),
}


def strided(name, view):
    def body(torch):
        x, y = pair(torch)
        v = view(y)
        told = [v, v._base is y, v.stride(), v.storage_offset(), nodes(v)]
        (g,) = gradients(torch, v * v * v, x, create_graph=True)
        return [*told, g.detach().clone(), gradients(torch, g * g, x)]

    body.__name__ = f"as_strided_{name}"
    return case(body)


for _name, _view in STRIDED.items():
    strided(_name, _view)


@case
def as_strided_written(torch):
    x, y = pair(torch)
    v, w = y.as_strided((2, 2), (3, 1), 1), numbers(torch, 2, requires_grad=True)
    v.mul_(w)
    return v, y, nodes(v), nodes(y), gradients(torch, y * y, x, w), gradients(torch, v * v, x, w)


@case
def as_strided_repeated_is_not_written(torch):
    y = numbers(torch)
    v = y.as_strided((3, 2), (0, 1))
    return done(v.add_, 1), done(v.copy_, torch.ones(3, 2)), done(v.zero_), y


@case
def as_strided_base_written(torch):
    x, y = pair(torch)
    v = y.as_strided((2, 2), (3, 1), 1)
    y.mul_(x)
    return v, nodes(v), gradients(torch, v * v, x)


@case
def as_strided_of_a_leaf(torch):
    x, _ = pair(torch)
    v = x.as_strided((2,), (2,))
    return v, done(v.mul_, 2), gradients(torch, v * v, x)


@case
def as_strided_of_a_detached_view(torch):
    """It reaches what lies before the view in memory."""
    x, y = pair(torch)
    d = y[3:].detach()
    v = d.as_strided((4,), (1,), 1)
    v.mul_(2)
    return d.storage_offset(), v, v._base is d, y.tolist(), y._version


@case
def as_strided_that_cannot_be(torch):
    y = numbers(torch)
    return [
        error(f)
        for f in (
            lambda: y.as_strided((7,), (1,)),
            lambda: y.as_strided((3,), (1,), 4),
            lambda: y[3:].as_strided((4,), (1,)),
            lambda: y.as_strided((2, 2), (5, 1), 1),
            lambda: y.as_strided((3,), (-1,), 5),
            lambda: y.as_strided((-3,), (1,)),
            lambda: y.as_strided((3, 1), (1,)),
            lambda: y.as_strided((3,), (1,), -1),
            lambda: y.as_strided(3, 1),
            lambda: y.as_strided((3.0,), (1,)),
            lambda: y.as_strided((3,), ("1",)),
        )
    ]


@case
def as_strided_empty(torch):
    x, y = pair(torch)
    v = y.as_strided((0, 2), (1, 1))
    return v, v.stride(), nodes(v), gradients(torch, v, x), y.as_strided((0,), (1,), 100).shape


@case
def as_strided_function(torch):
    return torch.as_strided(numbers(torch), (2, 2), (1, 2), 1), torch.as_strided(numbers(torch), size=(2,), stride=(3,))


@case
def as_strided_in_place(torch):
    x, y = pair(torch)
    told = [y.as_strided_((2, 2), (1, 2)) is y, y, y.stride(), y._version, nodes(y)]
    return told, gradients(torch, y * y, x)


@case
def as_strided_in_place_of_a_leaf(torch):
    x, _ = pair(torch)
    told = [done(x.as_strided_, (2,), (1,)), x]
    with torch.no_grad():
        told += [done(x.as_strided_, (2,), (1,)), x]
    return told


@case
def as_strided_in_place_of_a_plain_tensor(torch):
    y = numbers(torch)
    v = y[1:]
    y.as_strided_((2, 2), (1, 3), 1)
    y.add_(1)
    return y, v, y.storage_offset(), v._version, done(y.as_strided_, (7,), (1,)), y.shape


@case
def as_strided_in_place_of_a_view(torch):
    x, y = pair(torch)
    v = y[2:]
    v.as_strided_((2, 2), (1, 2))
    return v, y, nodes(v)[0], v._base is y, gradients(torch, y, x)


@case
def offsets_in_memory(torch):
    y = numbers(torch)
    views = [y, y[2:], y[2:][1:], y.view(2, 3)[1], y.view(2, 3).t()[1], y[2:].detach(), y[2:].clone(), y[2:].data]
    return [v.storage_offset() for v in views]


# ------------------------------------------------------------ detach_
@case
def detach_of_views(torch):
    x, y = pair(torch)
    with torch.no_grad():
        quiet = y[1:]
    views = [y[1:], y.unbind()[0], numbers(torch)[1:], x.view(-1), quiet]
    return [done(v.detach_) for v in views], y


@case
def detach_of_a_base_with_views(torch):
    x, y = pair(torch)
    v = y[2:]
    told = [y.detach_() is y, y, v, nodes(v), v._base is y]
    return told, done(v.mul_, 2), gradients(torch, v * v, x)


@case
def detach_then_write_through_a_view(torch):
    x, y = pair(torch)
    v = y[2:]
    y.detach_()
    with torch.no_grad():
        v.mul_(2)
    return y, v.tolist(), y.requires_grad


@case
def detach_of_a_leaf(torch):
    x, _ = pair(torch)
    z = x * x
    told = [x.detach_() is x, x, x._version]
    z.sum().backward()
    return told, x.grad, x.requires_grad_()


@case
def detached_in_place_and_used_again(torch):
    x, y = pair(torch)
    z = y * y
    y.detach_()
    y.requires_grad_()
    w = y * 3
    return nodes(z), nodes(w), gradients(torch, w, y)


# ------------------------------------------------------------ data
@case
def data_of_another_shape_and_dtype(torch):
    x = numbers(torch)
    x.add_(1)
    told = [x._version]
    for value in (torch.zeros(2, 2), torch.arange(3), torch.ones(1, dtype=torch.float64)):
        told.append([done(assign, x, value), x, x._version])
    return told


@case
def data_of_a_leaf(torch):
    x, y = pair(torch)
    told = [done(assign, x, torch.arange(2)), x]
    told += [done(assign, x, torch.ones(2, 2)), x, done(assign, x, (y * 2)), x.is_leaf, x.requires_grad]
    return told, gradients(torch, x * 3, x)


@case
def data_of_a_result(torch):
    x, y = pair(torch)
    assign(y, torch.full((6,), 7.0, dtype=torch.float64))
    return y, gradients(torch, y * y, x)


@case
def data_that_is_no_tensor(torch):
    x = numbers(torch)
    return [done(assign, x, value) for value in (None, [1.0], 3)], done(lambda: delattr(x, "data")), x


@case
def data_shares_memory_and_no_version(torch):
    x, s = numbers(torch), torch.zeros(3)
    assign(x, s)
    x.add_(1)
    told = [s, s._version, x._version]
    d = x.data
    d.add_(1)
    return [*told, x, x._version, d._version, d.requires_grad, d._is_view()]


@case
def data_of_a_view(torch):
    x, y = pair(torch)
    d = y[2:].data
    d.mul_(10)
    return y, y._version, d._is_view(), d.requires_grad, d.is_leaf, gradients(torch, y * y, x)


@case
def data_keeps_the_gradient(torch):
    x, _ = pair(torch, 3)
    x.sum().backward()
    assign(x, torch.ones(3, dtype=torch.float64))
    x.sum().backward()
    return x.grad.tolist()


@case
def data_of_another_shape_than_the_gradient(torch):
    x = numbers(torch, 2, requires_grad=True)
    x.sum().backward()
    assign(x, torch.ones(3, dtype=torch.float64))
    return error(x.sum().backward), x.grad.tolist()


@case
def data_swapped_in_training(torch):
    w = numbers(torch, 2, requires_grad=True)
    for _ in range(2):
        (w * w).sum().backward()
        w.data = w.data - 0.1 * w.grad.data
        w.grad.data.zero_()
    return w, w._version, w.grad.tolist(), w.is_leaf


# ------------------------------------------------------------ set_
@case
def set_another_memory(torch):
    a, s = torch.ones(3), torch.zeros(2, 2)
    told = [a.set_(s) is a, a, a._version, s._version]
    a.add_(1)
    return told, s, s._version, a._version, a._is_view(), a._base


@case
def set_nothing(torch):
    a = torch.ones(3)
    return a.set_() is a, a, a.shape


@case
def set_a_part(torch):
    a, s = torch.ones(3), torch.zeros(6)
    a.set_(s, 1, (2, 2), (1, 3))
    a.add_(1)
    told = [a.tolist(), s, a.storage_offset(), a.stride()]
    return told, a.set_(s, 2, (2,)), done(a.set_, s, 5, (2,), (1,)), a.tolist()


@case
def set_refused(torch):
    x, y = pair(torch)
    s = numbers(torch)
    told = [done(x.set_, s), done(torch.ones(2).set_, torch.arange(2)), done(torch.ones(2).set_, s)]
    told += [done(torch.zeros(2, dtype=torch.bool).set_, torch.ones(1)), done(torch.arange(2).int().set_, s)]
    with torch.no_grad():
        told += [done(x.set_, s), x._version, x.requires_grad, x.is_leaf]
    return told


@case
def set_under_no_grad_then_used(torch):
    x, y = pair(torch, 3)
    with torch.no_grad():
        x.set_(torch.full((3,), 5.0, dtype=torch.float64))
    return x, gradients(torch, x * x, x)


@pytest.mark.parametrize("name", case)
def test_storage(name):
    case.check(name)


@on_both
def test_windows_over_memory(torch):
    """A moving average by overlapping windows, and its gradient."""
    x = torch.tensor([1.0, 2.0, 4.0, 8.0], requires_grad=True)
    means = x.as_strided((3, 2), (1, 1)).mean(1)
    assert means.tolist() == [1.5, 3, 6]
    means.sum().backward()
    assert x.grad.tolist() == [0.5, 1, 1, 0.5]


def test_what_a_detached_tensor_was_used_for():
    """`detach_` after the tensor was saved: PyTorch refuses the backward; here the graph has what it needs."""
    import minigrad

    x, y = pair(minigrad, 3)
    z = y * y
    y.detach_()
    z.sum().backward()
    assert x.grad.tolist() == [2, 4, 6]


def test_a_view_of_a_base_with_other_memory_is_refused():
    """PyTorch goes on with two memories of which autograd believes that they are one."""
    import minigrad

    x, y = pair(minigrad)
    v = y[2:]
    y.data = minigrad.zeros(6, dtype=minigrad.float64)
    with pytest.raises(RuntimeError, match="no longer lies in its base"):
        v.mul_(2)


def test_saved_values_are_those_of_the_forward_pass():
    """Assigning `.data` between forward and backward: PyTorch computes with the new numbers, without a word."""
    import minigrad

    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    x.data = minigrad.tensor([10.0, 20.0])
    y.backward()
    assert x.grad.tolist() == [2, 4]


def test_versions_after_other_memory_was_set():
    """PyTorch's old views go on counting with the tensor; here a version belongs to the memory."""
    import minigrad

    x = minigrad.zeros(4)
    v = x[1:]
    x.data = minigrad.zeros(4)
    v.add_(1)
    assert (v._version, x._version) == (1, 0)
