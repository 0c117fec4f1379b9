"""Copies and pickles of tensors: what goes along, what stays behind, what is shared."""

from __future__ import annotations

import copy
import io
import pickle

import numpy as np
import pytest

from tests.conformance import Cases, done, error, gradients, on_both

case = Cases("copies", versions=False)  # PyTorch's copies count the writing of their numbers, minigrad's do not


def leaf(torch, n=4):
    return torch.tensor(np.arange(1.0, n + 1), requires_grad=True)


def pickled(x):
    return pickle.loads(pickle.dumps(x))


WAYS = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": pickled}


def by(name, body):
    """The case of one thing, done in each of the ways."""

    def all_ways(torch):
        return [[way, error(lambda how=how: body(torch, how))] for way, how in WAYS.items()]

    all_ways.__name__ = name
    return case(all_ways)


def each_way(body):
    return by(body.__name__, body)


def about(x):
    return [x, x.requires_grad, x.is_leaf, x.grad, x._is_view(), list(x.stride())]


# ------------------------------------------------------------ what goes along
@each_way
def a_leaf(torch, how):
    x = leaf(torch)
    y = how(x)
    return about(y), y is x, y.data_ptr() == x.data_ptr()


@each_way
def a_plain_tensor(torch, how):
    return about(how(torch.ones(2, 2)))


@each_way
def a_result(torch, how):
    return about(how(leaf(torch) * 2))


@each_way
def a_result_under_no_grad(torch, how):
    y = leaf(torch) * 2
    with torch.no_grad():
        return about(how(y))


@each_way
def a_detached_result(torch, how):
    return about(how((leaf(torch) * 2).detach()))


@each_way
def a_leaf_with_a_gradient(torch, how):
    x = leaf(torch)
    (x * x).sum().backward()
    y = how(x)
    return about(y), y.grad is x.grad


@each_way
def a_gradient_with_a_history(torch, how):
    x = leaf(torch)
    x.grad = x * 2
    return about(how(x))


@each_way
def whole_numbers(torch, how):
    return about(how(torch.arange(3))), about(how(torch.tensor([True, False])))


@each_way
def no_dimensions_and_no_elements(torch, how):
    return about(how(torch.tensor(3.0))), about(how(torch.zeros(0, 3)))


@each_way
def half_precision(torch, how):
    return about(how(torch.ones(2, dtype=torch.float16)))


@each_way
def transposed(torch, how):
    return about(how(torch.arange(6.0).view(2, 3).t()))


@each_way
def stepped(torch, how):
    return about(how(torch.arange(6.0)[1::2]))


@each_way
def expanded(torch, how):
    return about(how(torch.arange(3.0).expand(2, 3)))


@each_way
def permuted(torch, how):
    return about(how(torch.arange(24.0).view(2, 3, 4).permute(1, 2, 0)))


@each_way
def a_view_of_a_leaf(torch, how):
    return about(how(leaf(torch)[1:]))


@each_way
def a_view_of_a_leaf_made_under_no_grad(torch, how):
    x = leaf(torch)
    with torch.no_grad():
        v = x[1:]
    return about(how(v))


@each_way
def a_view_of_a_plain_tensor(torch, how):
    base = torch.arange(4.0)
    y = how(base[1:3])
    y.mul_(10)
    return about(y), base


@each_way
def attributes(torch, how):
    x = leaf(torch)
    x.note, x.shared = "text", [1, 2]
    y = how(x)
    return y.note, y.shared, y.shared is x.shared


@each_way
def an_attribute_that_is_a_tensor(torch, how):
    x = leaf(torch)
    x.other = torch.ones(2)
    y = how(x)
    return y.other, y.other is x.other


@each_way
def an_attribute_that_cannot_be_copied(torch, how):
    x = leaf(torch)
    x.lines = (line for line in "ab")
    return type(how(x).lines).__name__.split(".")[-1] and None


@each_way
def hooks(torch, how):
    x = leaf(torch)
    seen = []
    x.register_hook(print)
    y = how(x)
    y.register_hook(lambda g: seen.append(g.tolist()))
    (y * 2).sum().backward()
    return seen, y.grad


@each_way
def used_in_a_graph(torch, how):
    x = leaf(torch)
    y = how(x)
    return gradients(torch, x * y, x, y)


@each_way
def written_afterwards(torch, how):
    x = torch.zeros(3)
    y = how(x)
    y.add_(1)
    return x, y


@each_way
def written_before(torch, how):
    x = torch.zeros(3)
    x.add_(1)
    return about(how(x))


@each_way
def flag_of_the_copy(torch, how):
    x = leaf(torch)
    y = how(x)
    y.requires_grad_(False)
    return x.requires_grad, y.requires_grad


@each_way
def sizes(torch, how):
    size = torch.ones(2, 3).shape
    return how(size) == size, type(how(size)).__name__


@each_way
def modes_do_not_matter(torch, how):
    x = leaf(torch)
    with torch.no_grad():
        return about(how(x))


# ------------------------------------------------------------ what is shared
@each_way
def twice_the_same(torch, how):
    x = leaf(torch)
    a, b = how([x, x])
    return a is b, a is x


@each_way
def in_a_dict(torch, how):
    x = leaf(torch)
    state = how({"w": x, "step": 3, "again": [x]})
    return state["w"], state["step"], state["w"] is state["again"][0]


@case
def memory_shared_in_a_deep_copy(torch):
    base = torch.arange(6.0)
    told = []
    for part in (base[:2], base.view(2, 3).t(), base[3:].detach(), base.data):
        a, b = copy.deepcopy([base, part])
        b.zero_()
        told.append([a, b, a._is_view(), b._is_view()])
    return told, base


@case
def memory_shared_by_parts_only(torch):
    base = torch.arange(6.0)
    a, b = copy.deepcopy((base[1:4], base[2:]))
    a.fill_(9)
    return a, b, base


@case
def memory_is_not_shared_over_two_copies(torch):
    base = torch.arange(3.0)
    a, b = copy.deepcopy(base), copy.deepcopy(base[1:])
    b.zero_()
    return a, b


@case
def a_gradient_copied_with_its_tensor(torch):
    x = leaf(torch)
    (x * x).sum().backward()
    y, g = copy.deepcopy([x, x.grad])
    h, z = copy.deepcopy([x.grad, x])
    return y.grad is g, z.grad is h, g


@case
def one_gradient_of_two_tensors(torch):
    x, y = leaf(torch), leaf(torch)
    x.grad = y.grad = torch.ones(4, dtype=torch.float64)
    a, b = copy.deepcopy([x, y])
    return a.grad is b.grad, a.grad is x.grad


@case
def the_memo(torch):
    x, memo = leaf(torch), {}
    y = copy.deepcopy(x, memo)
    return memo[id(x)] is y, copy.deepcopy(x, memo) is y, x.__deepcopy__(memo) is y, x.__deepcopy__({}) is y


@case
def one_leaf_of_several_cannot_be_copied(torch):
    x = leaf(torch)
    return done(copy.deepcopy, [x, x * 2]), done(copy.deepcopy, {"w": x, "h": x.exp()}), x


@case
def a_leaf_under_a_graph(torch):
    """The copy of a leaf has no part in the graph."""
    x = leaf(torch)
    z = (x * x).sum()
    y = copy.deepcopy(x)
    z.backward()
    return y.grad, x.grad


@case
def protocols(torch):
    x = leaf(torch)
    return [pickle.loads(pickle.dumps(x, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]


@case
def a_model_is_saved_and_restored(torch):
    """As `torch.save` is used, with pickle itself."""
    w, b = leaf(torch), torch.zeros(1, requires_grad=True)
    (w * 2 + b).sum().backward()
    file = io.BytesIO()
    pickle.dump({"w": w, "b": b}, file)
    file.seek(0)
    state = pickle.load(file)
    with torch.no_grad():
        w.zero_()
        w.copy_(state["w"])
    return w, state["b"], state["w"].grad, state["w"].is_leaf


@pytest.mark.parametrize("name", case)
def test_copy(name):
    case.check(name)


@on_both
def test_a_subclass_stays_what_it_is(torch):
    for how in (copy.copy, pickled):
        plain = leaf(torch).detach()
        x = plain.as_subclass(Marked) if hasattr(plain, "as_subclass") else Ours(plain)
        x.note = "text"
        y = how(x)
        assert type(y) is type(x) and y.note == "text" and y.tolist() == [1, 2, 3, 4]


def _subclasses():
    import minigrad
    from tests.oracle import torch

    class Ours(minigrad.Tensor):
        __slots__ = ("unit",)

    marked = type("Marked", (torch.Tensor,), {"__module__": __name__}) if torch is not None else None
    Ours.__qualname__ = "Ours"
    return Ours, marked


Ours, Marked = _subclasses()


def test_deep_copies_of_a_subclass():
    """PyTorch asks for a `new_empty` of the subclass; here the copy is of its class anyhow, with its slots."""
    import minigrad

    x = Ours(leaf(minigrad))
    x.unit, x.note = ["m"], {"k": 1}
    for how in WAYS.values():
        y = how(x)
        assert type(y) is Ours and y.unit == ["m"] and y.note == {"k": 1}
        assert (y.unit is x.unit) == (y.note is x.note) == (how is copy.copy)


def test_a_copy_counts_the_versions_of_its_memory():
    """`copy.copy` shares memory. PyTorch's copy counts for itself, so that a write through it goes unseen by backward;
    here it is seen."""
    import minigrad

    x = leaf(minigrad)
    y = x * 1
    z = y * y
    copy.copy(y.detach()).add_(1)
    assert y._version == 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


def test_a_tensor_that_is_its_own_attribute():
    """PyTorch loses it, or copies it once more."""
    import minigrad

    x = leaf(minigrad)
    x.myself = x
    for how in (copy.deepcopy, pickled):
        y = how(x)
        assert y.myself is y
    x.myself = None


def test_a_pickle_holds_no_more_than_the_tensor():
    """PyTorch's holds the whole memory that a view is a part of."""
    import minigrad

    assert len(pickle.dumps(minigrad.zeros(100_000)[:2])) < 1000
