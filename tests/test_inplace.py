"""Writing in place: what is allowed, what it does to values, versions and history, and what a backward makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conformance import Cases, done, error, gradients, nodes, on_both

case = Cases("inplace")


def numbers(torch, *values, **how):
    return torch.tensor(values, dtype=torch.float64, **how)


def setup(torch):
    """A leaf, a non-leaf with the same numbers, and another leaf."""
    x = numbers(torch, 1.0, 2.0, 3.0, requires_grad=True)
    return x, x * 1, numbers(torch, 0.5, 2.0, 4.0, requires_grad=True)


def augmented(sign):
    def write(v, w):
        scope = {"v": v, "w": w}
        exec(f"v {sign}= w", scope)
        assert scope["v"] is v

    return write


WRITES = {
    "iadd": augmented("+"),
    "isub": augmented("-"),
    "imul": augmented("*"),
    "itruediv": augmented("/"),
    "ipow": augmented("**"),
    "add_": lambda v, w: v.add_(w),
    "sub_": lambda v, w: v.sub_(w),
    "mul_": lambda v, w: v.mul_(w),
    "div_": lambda v, w: v.div_(w),
    "pow_": lambda v, w: v.pow_(w),
    "pow_number": lambda v, w: v.pow_(3),
    "add_number": lambda v, w: v.add_(2),
    "neg_": lambda v, w: v.neg_(),
    "abs_": lambda v, w: v.abs_(),
    "exp_": lambda v, w: v.exp_(),
    "log_": lambda v, w: v.log_(),
    "sqrt_": lambda v, w: v.sqrt_(),
    "sin_": lambda v, w: v.sin_(),
    "cos_": lambda v, w: v.cos_(),
    "tanh_": lambda v, w: v.tanh_(),
    "sigmoid_": lambda v, w: v.sigmoid_(),
    "relu_": lambda v, w: v.relu_(),
    "clamp_": lambda v, w: v.clamp_(1.5, 2.5),
    "square_": lambda v, w: v.square_(),
    "reciprocal_": lambda v, w: v.reciprocal_(),
    "floor_": lambda v, w: v.floor_(),
    "round_": lambda v, w: v.round_(),
    "zero_": lambda v, w: v.zero_(),
    "fill_": lambda v, w: v.fill_(7),
    "fill_tensor": lambda v, w: v.fill_(w[1]),
    "copy_": lambda v, w: v.copy_(w),
    "copy_scalar": lambda v, w: v.copy_(w[0]),
    "set_all": lambda v, w: v.__setitem__(..., w),
    "set_all_number": lambda v, w: v.__setitem__(..., 5),
    "set_slice_all": lambda v, w: v.__setitem__(slice(None), w),
    "set_empty_tuple": lambda v, w: v.__setitem__((), w),
    "set_none": lambda v, w: v.__setitem__(None, w[None]),
    "set_integer": lambda v, w: v.__setitem__(1, 9.0),
    "set_integer_tensor": lambda v, w: v.__setitem__(1, w[0]),
    "set_negative": lambda v, w: v.__setitem__(-1, w[0] * 2),
    "set_slice": lambda v, w: v.__setitem__(slice(1, 3), w[:2]),
    "set_step": lambda v, w: v.__setitem__(slice(None, None, 2), w[1]),
    "set_mask": lambda v, w: v.__setitem__(v > 1.5, w[:2]),
    "set_mask_number": lambda v, w: v.__setitem__(v > 1.5, 4.0),
    "set_list": lambda v, w: v.__setitem__([2, 0], w[1:]),
    "set_list_scalar": lambda v, w: v.__setitem__([2, 0], w[1]),
    "set_one_element_list": lambda v, w: v.__setitem__([2], w[1]),
    "augmented_item": lambda v, w: v.__setitem__(0, v[0] * w[0]),
    "itself": lambda v, w: v.mul_(v.detach() + 1),
    "its_clone": lambda v, w: v.mul_(v.clone()),
}


def through(name, write):
    """The case of one write to a non-leaf: the result, its graph, its gradients, once and twice; and the refusals."""

    def body(torch):
        x, y, w = setup(torch)
        told = [done(write, y, w), y, nodes(y)]
        got = error(lambda: gradients(torch, y * y, x, w, create_graph=True))
        if isinstance(got, str):
            return [*told, got]
        told += [None if g is None else g.detach().clone() for g in got]
        used = [g for g in got if g is not None and g.requires_grad and bool(g.any())]
        return [*told, error(lambda: gradients(torch, used, x, w)) if used else None]

    body.__name__ = name
    return case(body)


def refused(name, write):
    """The case of one write to a leaf, to a view of it, to an integer tensor, and to all three without grad mode."""

    def body(torch):
        x, _, w = setup(torch)
        plain, whole = numbers(torch, 1.0, 2.0, 3.0), torch.tensor([1, 2, 3])
        told = [done(write, x, w), x, done(write, x[:], w), x]
        told += [done(write, whole, 2) if "tensor" not in name and "w" not in name else None, whole]
        with torch.no_grad():
            told += [done(write, v, w) for v in (x, x[:], plain)]
        return [*told, x, plain]

    body.__name__ = f"refused_{name}"
    return case(body)


NEED_A_TENSOR = ("clamp_", "fill_tensor", "copy", "set_", "augmented", "it")
for _name, _write in WRITES.items():
    through(_name, _write)
    if not any(_name.startswith(n) for n in NEED_A_TENSOR):
        refused(_name, _write)


@case
def alpha(torch):
    """Not the graph: minigrad multiplies by alpha first."""
    told = []
    for write in (lambda v, w: v.add_(w, alpha=3), lambda v, w: v.sub_(w, alpha=0.5)):
        x, y, w = setup(torch)
        write(y, w)
        told += [y.detach(), gradients(torch, y * y, x, w)]
    return told


@case
def refused_items(torch):
    x, _, w = setup(torch)
    told = []
    for name, write in WRITES.items():
        if name.startswith(("set_", "copy", "fill_tensor")):
            told.append([name, done(write, x, w), done(write, x[:], w)])
    return told, x


# ------------------------------------------------------------ shapes and dtypes
@case
def broadcasts_into_the_target(torch):
    m, row = torch.ones(2, 3, requires_grad=True), torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = m * 1
    y += row
    y.mul_(row.view(1, 3)).sub_(torch.tensor(2.0))
    return y, gradients(torch, y, m, row), nodes(y)


@case
def does_not_grow_the_target(torch):
    row, m = torch.ones(3), torch.ones(2, 3)
    return [
        error(f)
        for f in (
            lambda: row.add_(m),
            lambda: row.copy_(m),
            lambda: torch.ones(()).add_(row),
            lambda: torch.ones(1).mul_(row),
            lambda: row.add_(torch.ones(2)),
            lambda: row.__setitem__(0, m),
            lambda: row.__setitem__([0, 1], torch.ones(3)),
            lambda: m.__setitem__(0, torch.ones(2)),
            lambda: m.__setitem__(0, torch.ones(1, 3)),
            lambda: m.__setitem__((0, 1), torch.ones(1)),
            lambda: m.__setitem__(m > 0, torch.ones(5)),
            lambda: row.fill_(row),
            lambda: m.__setitem__((0, 3), 1.0),
            lambda: m.__setitem__((0, 0, 0), 1.0),
            lambda: m.__setitem__(torch.tensor([True, False, True]), 1.0),
        )
    ] + [row, m]


@case
def dtypes_of_the_target(torch):
    told = []
    for target in (torch.int64, torch.float16, torch.float32, torch.float64, torch.bool):
        for other in (2, 2.5, True, torch.tensor(2), torch.tensor([2.5]), torch.tensor([2.5], dtype=torch.float64)):
            for write in (lambda v, w: v.add_(w), lambda v, w: v.mul_(w), lambda v, w: v.div_(w)):
                v = torch.ones(1).to(target)
                told.append(error(lambda v=v, other=other, write=write: write(v, other)))
    return told


@case
def copy_and_fill_convert(torch):
    told = []
    for target in (torch.int64, torch.float16, torch.float32, torch.bool, torch.uint8):
        for value in (2.75, True, torch.tensor(2.75), torch.tensor(3), torch.tensor([1.5, 0.0], dtype=torch.float64)):
            v = torch.ones(2).to(target)
            for write in (
                lambda v, w: v.fill_(w),
                lambda v, w: v.__setitem__(0, w),
                lambda v, w: v.__setitem__(slice(None), w),
                lambda v, w: v.__setitem__([0], w),
                lambda v, w: v.copy_(w) if not isinstance(w, (bool, float)) else v,
            ):
                told.append(error(lambda v=v, value=value, write=write: write(v, value)))
            told.append(v)
    return told


@case
def gradients_keep_their_dtype(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    y = x * 1
    y.mul_(w)
    z = w * 1
    z.add_(x)
    c = torch.zeros(2)
    c.copy_(w)
    c[0] = x[0] * w[1]
    return [[v, gradients(torch, v * v, x, w)] for v in (y, z, c)]


# ------------------------------------------------------------ indices
@case
def repeated_indices(torch):
    x, y, w = setup(torch)
    y[[0, 0]] = w[:1].expand(2)
    return y, gradients(torch, y * y, x, w)


@case
def index_tensors(torch):
    m = torch.tensor(np.arange(12.0).reshape(3, 4), requires_grad=True)
    w = torch.tensor([10.0, 20.0], dtype=torch.float64, requires_grad=True)
    i, j = torch.tensor([0, 2]), torch.tensor([1, 3])
    told = []
    for write in (
        lambda y: y.__setitem__((i, j), w),
        lambda y: y.__setitem__(i, w[0]),
        lambda y: y.__setitem__((slice(None), j), w),
        lambda y: y.__setitem__((i, slice(1, 3)), w),
        lambda y: y.__setitem__((i[:, None], j), w),
        lambda y: y.__setitem__((1, j), w * w),
        lambda y: y.__setitem__((None, i), w[1]),
        lambda y: y.__setitem__((..., j), w),
        lambda y: y.__setitem__(y > 6, w[0]),
        lambda y: y.__setitem__((torch.tensor([True, False, True]), 1), w),
        lambda y: y.t().__setitem__(j, w[1]),
        lambda y: y[1:].__setitem__((i - 1, j), w),
    ):
        y = m * 1
        write(y)
        told.append([y, nodes(y), gradients(torch, y * y, m, w)])
    return told


@case
def index_put_by_name(torch):
    x, y, w = setup(torch)
    i = torch.tensor([0, 0, 2])
    told = [y.index_put_((i,), w) is y, nodes(y), error(lambda: gradients(torch, y * y, x, w))]
    m = torch.zeros(2, 3, dtype=torch.float64)
    m.index_put_([torch.tensor([0, 1]), torch.tensor([2, 0])], w[:2]).index_put_((m > 1,), torch.tensor(9.0).double())
    return told, m, torch.zeros(2).index_put_((torch.tensor([1]),), torch.ones(1))


@case
def index_put_that_accumulates(torch):
    x, y, w = setup(torch)
    i = torch.tensor([0, 0, 2])
    y.index_put_((i,), w, accumulate=True)
    return y, nodes(y), gradients(torch, y * y, x, w), torch.zeros(3).index_put_((i,), torch.ones(()), accumulate=True)


@case
def index_put_refused(torch):
    x, i, ones = torch.zeros(4), torch.tensor([0, 0, 2]), torch.ones(3)
    return [
        error(f)
        for f in (
            lambda: x.index_put_(i, ones),
            lambda: x.index_put_((i,), 1.0),
            lambda: x.index_put_((0,), ones),
            lambda: x.index_put_((torch.tensor([1.5]),), ones),
            lambda: x.index_put_((torch.tensor([9]),), ones[:1]),
            lambda: x.index_put_((i,), torch.ones(2)),
            lambda: x.index_put_((i,), ones.double()),
            lambda: torch.zeros(4, requires_grad=True).index_put_((i,), ones),
        )
    ]


@case
def changed_indices_are_noticed(torch):
    x, y, w = setup(torch)
    i, mask = torch.tensor([0, 2]), torch.tensor([True, False, True])
    picked, chosen = y[i] * 1, y[mask] * 1
    i.add_(0)
    mask.zero_()
    return error(lambda: gradients(torch, picked, x)), error(lambda: gradients(torch, chosen, x))


@case
def changed_indices_of_a_write_are_noticed(torch):
    x, y, w = setup(torch)
    i = torch.tensor([0, 2])
    y[i] = w[:2]
    i.add_(0)
    return error(lambda: gradients(torch, y, x, w))


@case
def changed_conditions_are_noticed(torch):
    x, y, w = setup(torch)
    mask = torch.tensor([True, False, True])
    z = torch.where(mask, y, w)
    mask.zero_()
    return error(lambda: gradients(torch, z, x, w))


# ------------------------------------------------------------ versions
SAVERS = {
    "mul": lambda torch, y, w: y * w,
    "div": lambda torch, y, w: y / w,
    "pow": lambda torch, y, w: y**w,
    "pow_number": lambda torch, y, w: y**3,
    "square": lambda torch, y, w: y.square(),
    "exp": lambda torch, y, w: y.exp(),
    "log": lambda torch, y, w: y.log(),
    "sin": lambda torch, y, w: y.sin(),
    "tanh": lambda torch, y, w: y.tanh(),
    "sigmoid": lambda torch, y, w: y.sigmoid(),
    "relu": lambda torch, y, w: y.relu(),
    "abs": lambda torch, y, w: y.abs(),
    "sqrt": lambda torch, y, w: y.sqrt(),
    "reciprocal": lambda torch, y, w: y.reciprocal(),
    "clamp": lambda torch, y, w: y.clamp(0, 2),
    "maximum": lambda torch, y, w: torch.maximum(y, w),
    "matmul": lambda torch, y, w: y @ w,
    "norm": lambda torch, y, w: y.norm(),
    "amax": lambda torch, y, w: y.amax(),
    "max_dim": lambda torch, y, w: y.max(0)[0],
    "var": lambda torch, y, w: y.var(),
    "std": lambda torch, y, w: y.std(),
    "sum": lambda torch, y, w: y.sum(),
    "mean": lambda torch, y, w: y.mean(),
    "add": lambda torch, y, w: y + w,
    "neg": lambda torch, y, w: -y,
    "cat": lambda torch, y, w: torch.cat([y, w]),
    "index": lambda torch, y, w: y[[0, 1]],
    "where": lambda torch, y, w: torch.where(y > 1, y, w),
    "bce": lambda torch, y, w: torch.nn.functional.binary_cross_entropy_with_logits(y, w.detach()),
}


def written_after(name, save):
    """The case of one operation whose input, other input or output is written after it."""

    def body(torch):
        told = []
        for victim in ("y", "w", "z"):
            x, y, w0 = setup(torch)
            w = w0 * 1
            z = save(torch, y, w)
            total = z.sum()
            {"y": y, "w": w, "z": z}[victim].add_(0 * {"y": y, "w": w, "z": z}[victim].detach())
            told.append([victim, error(lambda total=total, x=x, w0=w0: gradients(torch, total, x, w0))])
        return told

    body.__name__ = f"written_after_{name}"
    return case(body)


for _name, _save in SAVERS.items():
    written_after(_name, _save)


@case
def each_write_counts(torch):
    x, y, w = setup(torch)
    told = [y._version]
    y.add_(1)
    y[0] = 1.0
    y[0:2].zero_()
    y.view(-1)[1].mul_(2)
    told += [y._version, y.detach()._version, y.data._version, y[0]._version, y.clone()._version]
    y.detach().add_(1)
    told.append(y._version)
    y.data.add_(1)
    told += [y._version, y]
    with torch.no_grad():
        y.add_(1)
    return [*told, y._version]


@case
def data_is_not_seen(torch):
    """PyTorch's trapdoor, kept: the gradient is that of the new numbers."""
    x, y, w = setup(torch)
    z = y * y
    y.data.mul_(10)
    return z, y, gradients(torch, z, x)


@case
def a_write_of_what_is_not_saved_is_fine(torch):
    x, y, w = setup(torch)
    z = y + w
    y.mul_(w)
    return z, y, gradients(torch, z, x, w), gradients(torch, y, x, w)


@case
def versions_through_views(torch):
    x, y, w = setup(torch)
    v = y[1:]
    z = v * v
    y[0] = 5.0
    return error(lambda: gradients(torch, z, x)), v._version


@case
def factors_from_the_written_memory(torch):
    """The other factor is saved, and is written with the tensor that it is a part of."""
    x, y, w = setup(torch)
    m = x.view(1, 3) * w.view(3, 1)
    m[1:].mul_(m[0])
    n = x * 1
    n.mul_(n[:1])
    k = x.view(1, 3) * w.view(3, 1)
    k.mul_(k[0])
    return [[v, error(lambda v=v: gradients(torch, v, x, w))] for v in (m, n, k)]


@case
def a_write_between_two_uses(torch):
    x, y, w = setup(torch)
    a = y.exp()
    b = a + 1
    a.mul_(2)
    return b, error(lambda: gradients(torch, b, x)), error(lambda: gradients(torch, a, x))


# ------------------------------------------------------------ leaves
@case
def leaf_becomes_non_leaf(torch):
    """A plain tensor that something with a history is written into."""
    x, _, w = setup(torch)
    buffer = torch.zeros(3, dtype=torch.float64)
    before = (buffer.is_leaf, buffer.requires_grad)
    buffer.add_(w)
    return before, buffer, gradients(torch, buffer, w)


@case
def buffer_with_the_flag_off_again(torch):
    x, _, w = setup(torch)
    x.requires_grad_(False)
    x.mul_(w)
    return x, error(lambda: x.requires_grad_(False)), error(lambda: x.requires_grad_(True))


@case
def parameters_are_updated_without_grad_mode(torch):
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    for _ in range(3):
        (w * w).sum().backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
        w.grad.zero_()
    return w, w.is_leaf, w.grad.clone()


@case
def a_leaf_saved_and_then_updated(torch):
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (w * w).sum()
    with torch.no_grad():
        w.sub_(0.1)
    return error(lambda: y.backward()), w.grad


@case
def detach_in_place(torch):
    x, y, w = setup(torch)
    y.detach_()
    told = [y, y.is_leaf, error(lambda: y.requires_grad_())]
    return [*told, error(lambda: x[0].detach_()), error(lambda: (x * 2)[0].detach_())]


@case
def random_writes(torch):
    x, y, w = setup(torch)
    y.uniform_()
    told = [bool(((y >= 0) & (y < 1)).all()), error(lambda: nodes(y)), gradients(torch, y, x)]
    plain = torch.zeros(4)
    plain.normal_()
    whole = torch.zeros(2, dtype=torch.int64)
    return [*told, plain._version, done(x.normal_), done(whole.normal_), done(whole.uniform_)]


# ------------------------------------------------------------ retained gradients
@case
def retained_gradient_is_that_of_the_new_value(torch):
    x, y, w = setup(torch)
    y.retain_grad()
    y.mul_(2)
    (y * 5).sum().backward()
    return y.grad, x.grad


@case
def retained_gradients_add_up(torch):
    x, y, w = setup(torch)
    y.retain_grad()
    z = y.sum()
    z.backward(retain_graph=True)
    first = y.grad
    z.backward()
    return first, y.grad, first is y.grad, x.grad


@case
def retaining_on_a_plain_leaf(torch):
    x, y, w = setup(torch)
    x.retain_grad()
    return x.retains_grad, error(lambda: torch.zeros(2).retain_grad()), y.retains_grad, y.retain_grad(), y.retains_grad


@case
def retained_then_copied_over(torch):
    x, y, w = setup(torch)
    y.retain_grad()
    y.copy_(w)
    (y * 5).sum().backward()
    return y.grad, x.grad, w.grad


@case
def retained_then_detached(torch):
    x, y, w = setup(torch)
    y.retain_grad()
    y.detach_()
    return y.retains_grad, y.grad, y


@case
def chains_of_writes(torch):
    x, y, w = setup(torch)
    y.mul_(2).add_(w).exp_().mul_(w)
    y /= 3
    y **= 2
    (g,) = gradients(torch, y, x, create_graph=True)
    return y, nodes(y), g.detach().clone(), gradients(torch, g * g, x, w)


@pytest.mark.parametrize("name", case)
def test_write(name):
    case.check(name)


@on_both
def test_nothing_changes_when_a_write_is_refused(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 1
    for write in (lambda: y.add_(torch.ones(2)), lambda: y.copy_(torch.ones(2, 3)), lambda: x.add_(1)):
        with pytest.raises(RuntimeError):
            write()
        assert y.tolist() == x.tolist() == [1, 2, 3] and y._version == x._version == 0
        assert y.grad_fn.name() == "MulBackward0"


@on_both
def test_the_memory_stays_the_same(torch):
    y = torch.tensor([1.0, 2.0, 3.0])
    array, where = y.numpy(), y.data_ptr()
    y += 1
    y[0] = 7
    y.copy_(y * 2)
    assert array.tolist() == [14, 6, 8] and y.data_ptr() == where
