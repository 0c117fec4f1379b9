"""Inference mode: what it computes, what it marks, and what inference tensors refuse."""

from __future__ import annotations

import copy
import pickle
import threading

import pytest

from tests.conformance import Cases, done, error, gradients, on_both

case = Cases("inference")


def leaf(torch):
    return torch.tensor([1.0, 2.0, 3.0], requires_grad=True)


def inferred(torch, *values):
    """An inference tensor: 1, 2, 3."""
    with torch.inference_mode():
        return torch.tensor(values or (1.0, 2.0, 3.0))


def flags(x):
    """What can be asked of an inference tensor: it has no version."""
    return [x.tolist(), x.is_inference(), x.requires_grad, x.is_leaf, x._is_view()]


# ------------------------------------------------------------ the mode
def modes(torch):
    return [torch.is_inference_mode_enabled(), torch.is_grad_enabled()]


@case
def the_mode_and_back(torch):
    told = [modes(torch)]
    with torch.inference_mode():
        told.append(modes(torch))
    return [*told, modes(torch)]


@case
def switched_off_inside(torch):
    x = leaf(torch)
    with torch.inference_mode(), torch.inference_mode(False):
        return modes(torch), flags(x * 2)[1:]


@case
def false_switches_recording_on(torch):
    with torch.no_grad():
        with torch.inference_mode(False):
            told = modes(torch)
        return told, modes(torch)


@case
def enable_grad_inside_records_nothing(torch):
    x = leaf(torch)
    with torch.inference_mode(), torch.enable_grad():
        return modes(torch), flags(x * 2), flags(x[1:]), (x * 2).grad_fn


@case
def no_grad_inside(torch):
    x = leaf(torch)
    with torch.inference_mode():
        with torch.no_grad():
            told = [modes(torch), flags(x * 2)]
        return [*told, modes(torch), flags(x * 2)]


@case
def set_grad_enabled_inside_ends_with_the_block(torch):
    x = leaf(torch)
    with torch.no_grad():
        with torch.inference_mode():
            torch.set_grad_enabled(True)
            told = [modes(torch), flags(x * 2)]
        return [*told, modes(torch)]


@case
def inside_no_grad(torch):
    with torch.no_grad():
        with torch.inference_mode():
            told = [modes(torch)]
        return [*told, modes(torch)]


@case
def nested(torch):
    with torch.inference_mode():
        with torch.inference_mode():
            told = [modes(torch)]
        told.append(modes(torch))
    return [*told, modes(torch)]


@case
def entered_twice(torch):
    block, told = torch.inference_mode(), []
    for _ in range(2):
        with block:
            told.append(modes(torch))
        told.append(modes(torch))
    return told


@case
def left_by_an_exception(torch):
    def fail():
        with torch.inference_mode():
            raise ValueError("no")

    return error(fail), modes(torch)


@case
def decorators(torch):
    @torch.inference_mode()
    def called():
        return modes(torch)

    @torch.inference_mode
    def bare():
        return modes(torch)

    @torch.inference_mode(False)
    def off():
        return modes(torch)

    told = [called(), bare(), off(), called.__name__]
    with torch.inference_mode():
        told += [called(), bare(), off()]
    return [*told, modes(torch)]


@case
def generators(torch):
    @torch.inference_mode()
    def numbers():
        for _ in range(2):
            yield [modes(torch), torch.ones(1).is_inference()]

    return [[inside, modes(torch), torch.ones(1).is_inference()] for inside in numbers()], modes(torch)


@case
def other_threads(torch):
    told = []
    with torch.inference_mode():
        thread = threading.Thread(target=lambda: told.append([modes(torch), torch.ones(1).is_inference()]))
        thread.start()
        thread.join()
    return told


# ------------------------------------------------------------ what is marked
RESULTS = {
    "number": lambda torch, x: x * 2,
    "tensors": lambda torch, x: x + x,
    "mixed": lambda torch, x: x + inferred(torch),
    "function": lambda torch, x: x.exp(),
    "sum": lambda torch, x: x.sum(),
    "product": lambda torch, x: x @ x,
    "comparison": lambda torch, x: x > 1,
    "position": lambda torch, x: x.argmax(),
    "clone": lambda torch, x: x.clone(),
    "cat": lambda torch, x: torch.cat([x, x]),
    "where": lambda torch, x: torch.where(x > 1, x, x),
    "picked": lambda torch, x: x[[0, 1]],
    "masked": lambda torch, x: x[x > 1],
    "converted": lambda torch, x: x.double(),
    "not_converted": lambda torch, x: x.float(),
    "contiguous": lambda torch, x: x.contiguous(),
    "as_tensor": lambda torch, x: torch.as_tensor(x),
    "new": lambda torch, x: x.new_zeros(2),
    "zeros_like": lambda torch, x: torch.zeros_like(x),
    "numpy": lambda torch, x: torch.from_numpy(x.detach().numpy()),
    "slice": lambda torch, x: x[1:],
    "view": lambda torch, x: x.view(3, 1),
    "reshape": lambda torch, x: x.reshape(3, 1),
    "expand": lambda torch, x: x.expand(2, 3),
    "transposed": lambda torch, x: x.view(3, 1).t(),
    "unbound": lambda torch, x: x.unbind()[0],
    "chunk": lambda torch, x: x.chunk(2)[1],
    "detach": lambda torch, x: x.detach(),
    "data": lambda torch, x: x.data,
    "in_place": lambda torch, x: x.detach().clone().add_(1),
    "max": lambda torch, x: x.view(1, 3).max(1)[1],
}


def result(name, function):
    """The case of one operation: in inference mode on a normal tensor and on an inference tensor; and outside."""

    def body(torch):
        normal, marked = leaf(torch), inferred(torch)
        with torch.inference_mode():
            told = [flags(function(torch, x))[1:] for x in (normal, marked)]
        told.append(flags(function(torch, marked))[1:])
        with torch.no_grad():
            told.append(flags(function(torch, marked))[1:])
        return told

    body.__name__ = f"result_{name}"
    return case(body)


for _name, _function in RESULTS.items():
    result(_name, _function)


@case
def made_with_requires_grad(torch):
    """An inference tensor may be a leaf that requires grad; with a normal tensor it is recorded outside."""
    with torch.inference_mode():
        x = torch.ones(2, requires_grad=True)
        told = [flags(x), flags(x * 2)]
    y = x + torch.ones(2)
    told += [flags(x), y, error(lambda: x * leaf(torch)[:2])]
    y.sum().backward()
    return [*told, x.grad.tolist(), done(x.add_, 1)]


@case
def normal_tensors_asked_to_require_grad(torch):
    x = torch.ones(2)
    with torch.inference_mode():
        told = [x.requires_grad_().requires_grad, x.is_inference()]
    return told, x * x


@case
def normal_tensors_written_in_the_mode(torch):
    x, y = leaf(torch), torch.zeros(3)
    z = x * 1
    with torch.inference_mode():
        x.add_(1), y.add_(x), z.mul_(inferred(torch))
        told = [x._version, y._version, z._version]
    return told, x, y, z, gradients(torch, z, x)


@case
def written_in_the_mode_after_it_was_saved(torch):
    x = leaf(torch)
    y = x * 1
    z = y * y
    with torch.inference_mode():
        y.add_(1)
    return error(lambda: gradients(torch, z, x))


@case
def the_versions_of_inference_tensors(torch):
    x = inferred(torch)
    told = [error(lambda: x._version), error(lambda: x[1:]._version), (x * 1)._version]
    with torch.inference_mode():
        x.add_(1)
        return [*told, error(lambda: x._version), x.tolist()]


@case
def written_in_the_mode(torch):
    x = inferred(torch)
    with torch.inference_mode():
        v = x[1:]
        v.mul_(10)
        x[0] = 7.0
        x.view(-1)[2:].zero_()
    return x.tolist(), v.tolist(), v._base is None


# ------------------------------------------------------------ what is refused
WRITES = {
    "add_": lambda x: x.add_(1),
    "mul_": lambda x: x.mul_(x),
    "copy_": lambda x: x.copy_(x.clone()),
    "zero_": lambda x: x.zero_(),
    "fill_": lambda x: x.fill_(1),
    "exp_": lambda x: x.exp_(),
    "item": lambda x: x.__setitem__(0, 1.0),
    "mask": lambda x: x.__setitem__(x > 1, 1.0),
    "a_view": lambda x: x[1:].add_(1),
    "detach_": lambda x: x.detach_(),
}


@case
def writes_outside(torch):
    x = inferred(torch)
    told = [done(write, x) for write in WRITES.values()]
    with torch.no_grad():
        told += [done(write, x) for write in WRITES.values()]
    with torch.inference_mode(False):
        told.append(done(x.add_, 1))
    return told


@case
def saved_for_backward(torch):
    x, w = inferred(torch), leaf(torch)
    m, v = inferred(torch, [1.0, 2.0], [3.0, 4.0]), torch.ones(2, requires_grad=True)
    return [
        error(f)
        for f in (
            lambda: w * x,
            lambda: x * w,
            lambda: w / x,
            lambda: x / w,
            lambda: w + x,
            lambda: w - x,
            lambda: w**x,
            lambda: w @ x,
            lambda: m @ v,
            lambda: v @ m,
            lambda: torch.maximum(w, x),
            lambda: torch.where(x > 1, w, w),
            lambda: torch.where(w > 1, w, x),
            lambda: torch.cat([w, x]),
            lambda: torch.stack([x, w]),
            lambda: (w * 1).mul_(x),
            lambda: (w * 1).add_(x),
            lambda: (w * 1).copy_(x),
            lambda: torch.zeros(3).copy_(x).add_(w),
            lambda: w * x.clone(),
            lambda: w[x.long() - 1],
        )
    ]


@case
def saved_in_a_refused_write(torch):
    """Nothing has changed."""
    x, w = inferred(torch), leaf(torch)
    y = w * 1
    return error(lambda: y.mul_(x)), y, gradients(torch, y, w)


@case
def saved_under_no_grad(torch):
    x, w = inferred(torch), leaf(torch)
    with torch.no_grad():
        return flags(w * x)


@case
def asked_to_require_grad(torch):
    x = inferred(torch)

    def assign():
        x.requires_grad = True

    told = [done(x.requires_grad_), done(assign), done(x.requires_grad_, False), done(x.clone().requires_grad_)]
    with torch.no_grad():
        told.append(done(x.requires_grad_))
    with torch.inference_mode():
        return [*told, done(x.requires_grad_), x.requires_grad]


@case
def as_a_gradient(torch):
    x, w = inferred(torch), leaf(torch)
    (w * 2).backward(x)
    told = [w.grad.clone(), w.grad.is_inference()]
    return told, error(lambda: gradients(torch, (w * w).sum() * 1, w)), torch.autograd.grad(w * 3, w, x)


@case
def backward_of_its_result(torch):
    w = leaf(torch)
    with torch.inference_mode():
        y = (w * w).sum()
        told = error(y.backward)
    return told, error(y.backward), error(y.retain_grad)


@case
def backward_in_the_mode(torch):
    w = leaf(torch)
    loss, twice = (w * w).sum(), (w * w).sum()
    with torch.inference_mode():
        loss.backward()
        told = [w.grad.tolist(), w.grad.is_inference()]
        twice.backward()
        told += [w.grad.tolist(), w.grad.is_inference()]
    w.grad = None
    (w * w).sum().backward()
    return [*told, w.grad.tolist(), w.grad.is_inference()]


@case
def gradients_in_the_mode(torch):
    w = leaf(torch)
    loss = (w * w).sum()
    with torch.inference_mode():
        (g,) = torch.autograd.grad(loss, w, create_graph=True)
        return flags(g)


# ------------------------------------------------------------ views
@case
def view_of_a_leaf_made_in_the_mode(torch):
    w = leaf(torch)
    with torch.inference_mode():
        v = w[1:]
        told = [v._base is w, v._version, v.requires_grad, v.is_leaf, v.grad_fn]
    told += [v.tolist(), error(lambda: v.add_(1))]
    with torch.inference_mode():
        v.add_(10)
    with torch.no_grad():
        v.add_(100)
    return [*told, w, v.tolist()]


@case
def view_of_a_result_made_in_the_mode(torch):
    w = leaf(torch)
    y = w * 1
    with torch.inference_mode():
        v, (a, b, _) = y[1:], y.unbind()
    told = [error(lambda x=x: x.mul_(2)) for x in (v, a)]
    y.mul_(2)
    return [*told, error(lambda: v * 1), error(lambda: v.grad_fn), error(lambda: b + 1), error(lambda: v[0].mul_(2))]


@case
def view_of_a_plain_tensor_made_in_the_mode(torch):
    base, w = torch.zeros(3), leaf(torch)
    with torch.inference_mode():
        v = base[1:]
    told = [v._base is base, done(v.add_, 1), base.tolist(), v._version, error(lambda: v.add_(w[1:])), base.clone()]
    base.add_(w)
    return [*told, v.requires_grad, error(lambda: v * 2)]


@case
def view_made_in_the_mode_of_a_view(torch):
    w = leaf(torch)
    y = w * 1
    u = y[1:]
    with torch.inference_mode():
        v = u[1:]
        v.mul_(5)
    told = [v._base is y, y, error(lambda: v.mul_(2)), u.mul_(3), y]
    return told, error(lambda: v.grad_fn), gradients(torch, y, w)


@case
def detached_in_the_mode(torch):
    w = leaf(torch)
    y = w * 1
    with torch.inference_mode():
        d = y.detach()
        d.add_(1)
    return d, y._version, done(d.add_, 1), y._version, d.is_inference()


# ------------------------------------------------------------ copies
@case
def copies(torch):
    x = inferred(torch)
    told = [flags(copy.deepcopy(x)), flags(pickle.loads(pickle.dumps(x))), flags(torch.tensor(x.tolist()))]
    y = torch.ones(3)
    with torch.inference_mode():
        return [*told, flags(copy.deepcopy(x)), flags(copy.deepcopy(y)), flags(pickle.loads(pickle.dumps(y)))]


@case
def asked(torch):
    x, y = inferred(torch), torch.ones(1)
    return [torch.is_inference(x), torch.is_inference(y), x.is_inference(), y.is_inference()]


@case
def data_of_another_kind(torch):
    """`.data =` gives the mark with the numbers."""
    x, y = inferred(torch), torch.ones(2)
    y.data = x
    told = [y.is_inference(), y.tolist()]
    x.data = torch.ones(2)
    return [*told, x.is_inference(), x.tolist()]


@case
def a_step_of_gradient_descent(torch):
    w = leaf(torch)
    for _ in range(2):
        (w * w).sum().backward()
        with torch.inference_mode():
            w -= 0.1 * w.grad
        w.grad = None
    return w, w.is_inference()


@pytest.mark.parametrize("name", case)
def test_inference(name):
    case.check(name)


@on_both
def test_classes_can_be_decorated(torch):
    """PyTorch says with a FutureWarning that it will stop doing so."""

    @torch.inference_mode()
    class Model:
        def __init__(self):
            self.weight = torch.ones(1)

    assert Model().weight.is_inference()


def test_one_object_may_be_entered_inside_itself():
    """PyTorch's object forgets the outer block, and inference mode stays on for good; ours leaves it."""
    import minigrad

    block = minigrad.inference_mode()
    with block:
        with block:
            pass
        assert minigrad.is_inference_mode_enabled()
    assert not minigrad.is_inference_mode_enabled() and minigrad.is_grad_enabled()


def test_a_refused_write_has_not_written():
    """PyTorch writes first and raises then."""
    import minigrad

    x = inferred(minigrad)
    with pytest.raises(RuntimeError, match="Inplace update"):
        x.add_(1)
    assert x.tolist() == [1, 2, 3]


def test_detaching_an_inference_tensor_opens_no_door():
    """PyTorch lets one write to `x.detach()` and `x.data` outside; but it is the same memory, and as unsafe."""
    import minigrad

    x = inferred(minigrad)
    for y in (x.detach(), x.data):
        with pytest.raises(RuntimeError, match="Inplace update to inference tensor"):
            y.add_(1)


def test_views_of_the_mode_give_no_silent_zeros():
    """In PyTorch the result requires grad, but its backward reaches nothing; here backward says so."""
    import minigrad

    w = leaf(minigrad)
    with minigrad.inference_mode():
        v = w[1:]
    with pytest.raises(RuntimeError, match="does not require grad"):
        (v * 2).sum().backward()


def test_gradients_of_the_mode_can_be_added_to_outside():
    """PyTorch raises in the middle of the pass; here `.grad` is only a sum, and stays one."""
    import minigrad

    w = leaf(minigrad)
    with minigrad.inference_mode():
        loss = (w * w).sum()
    loss = (w * w).sum()
    with minigrad.inference_mode():
        loss.backward()
    (w * w).sum().backward()
    assert w.grad.tolist() == [4, 8, 12]


def test_the_message_names_the_mode():
    import minigrad

    w = leaf(minigrad)
    with minigrad.inference_mode():
        y = (w * w).sum()
    with pytest.raises(RuntimeError, match="ran in inference mode"):
        y.backward()
