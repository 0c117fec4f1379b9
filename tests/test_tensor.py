"""The tensor itself: what it says of itself, what leaves it for Python and NumPy, and Python's protocols."""

from __future__ import annotations

import copy
import io
import pickle

import numpy as np
import pytest

import minigrad
from tests.conformance import Cases, done, error, node_name, nodes, on_both

case = Cases("tensor", versions=False)


def leaf(torch):
    return torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)


# ------------------------------------------------------------ what it says of itself
@case
def attributes(torch):
    told = []
    x = leaf(torch)
    for t in (x, x * 2, x.detach(), x[0], x.t(), torch.tensor(3), torch.zeros(0, 2), torch.ones(2, dtype=torch.bool)):
        told.append(
            [
                *(t, t.shape, t.size(), t.dtype, t.ndim, t.dim(), t.numel(), t.stride(), t.is_contiguous()),
                *(t.requires_grad, t.is_leaf, t.retains_grad, t._version, t.output_nr, t.element_size()),
                *(t.is_floating_point(), str(t.device), t.device.type, torch.is_tensor(t), isinstance(t, torch.Tensor)),
            ]
        )
    return told


@case
def sizes(torch):
    s = torch.zeros(2, 3).shape
    told = [
        s,
        s == (2, 3),
        s[0],
        s[-1],
        s[1:],
        len(s),
        list(s),
        s.numel(),
        tuple(s),
        isinstance(s, tuple),
        hash(s) == hash((2, 3)),
    ]
    x = torch.zeros(2, 3)
    return (
        told,
        x.size(1),
        x.size(-1),
        x.size(dim=0),
        error(lambda: x.size(2)),
        error(lambda: x.stride(-3)),
        x.stride(0),
    )


@case
def flags(torch):
    x, y = torch.ones(2), torch.ones(2)
    told = [x.requires_grad_() is x, x.requires_grad, x.requires_grad_(False).requires_grad]
    y.requires_grad = True
    z = y * 2
    told += [error(lambda: setattr(z, "requires_grad", False)), done(lambda: z.requires_grad_(True)), z]
    told += [error(lambda: z.requires_grad_(False)), error(lambda: setattr(y, "requires_grad", 1))]
    whole = torch.tensor([1, 2])
    told += [error(lambda: whole.requires_grad_()), error(lambda: setattr(whole, "requires_grad", True))]
    return [*told, whole.requires_grad_(False), error(lambda: torch.tensor([1], requires_grad=True)), y]


@case
def grad_attribute(torch):
    x = leaf(torch)
    y = x * 2
    told = [x.grad, y.grad, error(lambda: setattr(x, "grad", 3)), error(lambda: setattr(x, "grad", x))]
    x.grad = torch.ones(2, 3)
    told.append(x.grad)
    x.grad = None
    return [*told, x.grad, error(lambda: setattr(x, "grad", torch.ones(3)))]


@case
def graph_attributes(torch):
    x = leaf(torch)
    y = (x * 2).exp()
    return [
        node_name(y.grad_fn),
        type(y.grad_fn).__name__,
        x.grad_fn,
        y.grad_fn is y.grad_fn,
        [node_name(n) for n, _ in y.grad_fn.next_functions],
        y.grad_fn.next_functions[0][0].next_functions[0][0].variable is x,
        error(lambda: setattr(y, "grad_fn", None))[:14],
    ]


# ------------------------------------------------------------ copies and cuts
@case
def clones(torch):
    x = leaf(torch)
    y = x.clone()
    y.mul_(10)
    return x, y, nodes(y), torch.autograd.grad(y.sum(), x), x.t().clone().stride(), x.data.clone()


@case
def detached(torch):
    x = leaf(torch)
    y = x * 2
    d = y.detach()
    d += 1
    e = y.detach().requires_grad_()
    (e * 3).sum().backward()
    return y, d, e.grad, x.grad, d.is_leaf, x.detach().data_ptr() == x.data_ptr()


@case
def detached_in_place(torch):
    x = leaf(torch)
    y = x * 2
    z = y * 3
    told = [y.detach_() is y, y, torch.autograd.grad(z.sum(), x)]
    y.requires_grad_()
    (y * 5).sum().backward()
    return told, y.grad, x.detach_() is x, x.requires_grad


@case
def data(torch):
    x = leaf(torch)
    y = x.data
    y[0, 0] = 100
    x.data = torch.zeros(2)
    told = [x, y, x.requires_grad, y.requires_grad, x.data is x.data]
    x.data += 5
    return told, x, error(lambda: setattr(x, "data", 5))[:10]


# ------------------------------------------------------------ to Python
@case
def items(torch):
    t = torch.tensor
    values = [t(2.5), t([3]), t([[True]]), t(1, dtype=torch.uint8), t(2.5).half()]
    told = [[x.item(), type(x.item()).__name__, float(x), int(x), bool(x), x.tolist(), complex(x)] for x in values]
    told += [error(f) for f in (t([1, 2]).item, torch.zeros(0).item)]
    many = t([1.0, 2.0])
    return (
        told + [error(lambda f=f: f(many)) for f in (float, int, bool, complex)] + [error(lambda: bool(torch.zeros(0)))]
    )


@case
def lists(torch):
    x = leaf(torch)
    return (
        x.tolist(),
        (x > 2).tolist(),
        torch.zeros(0).tolist(),
        torch.zeros(2, 0).tolist(),
        torch.tensor([1, 2]).tolist(),
    )


@case
def indices(torch):
    letters = "abc"
    one = torch.tensor(1)
    told = [letters[one], letters[torch.tensor([2])], list(range(10))[one : torch.tensor(3)], range(torch.tensor(3))]
    return told, error(lambda: letters[torch.tensor(1.0)]), error(lambda: letters[torch.tensor([1, 2])]), hex(one)


@case
def lengths_and_iteration(torch):
    x = leaf(torch)
    first, second = x
    told = [len(x), list(x), first, second, nodes(first), [row.tolist() for row in x], list(torch.zeros(0, 2))]
    told += [[v.item() for v in x[0]], error(lambda: len(torch.tensor(1))), error(lambda: list(torch.tensor(1)))]
    return (
        told,
        dict(enumerate(torch.arange(2))),
        list(reversed([*torch.arange(2)])),
        sum(torch.arange(4)),
        max(torch.arange(4)),
    )


@case
def containment(torch):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    told = [2 in x, 2.5 in x, True in x, torch.tensor(3.0) in x, torch.tensor([1.0, 5.0]) in x, 1 in torch.zeros(0)]
    return told, error(lambda: "a" in x), error(lambda: None in x)


@case
def hashes(torch):
    x, y = torch.ones(2), torch.ones(2)
    return len({x, y, x}), {x: 1}[x], hash(x) == hash(x), hash(x) == id(x), x == y


@case
def formats(torch):
    one = torch.tensor(2.5)
    told = [f"{one:.3f}", f"{one}", f"{one:>8}", f"{torch.tensor(3):04d}", f"{leaf(torch)}", str(one), repr(one)]
    return told, error(lambda: f"{torch.ones(2):.2f}"), f"{torch.tensor(2.5, requires_grad=True):.1f}", f"{one:}"


@case
def printing(torch):
    x = leaf(torch)
    return [
        repr(t)
        for t in (x, x * 2, x[0], x[0, 0], x.detach(), x.double(), x > 2, x.sum(), x.long(), torch.zeros(0), x.half())
    ]


# ------------------------------------------------------------ NumPy
@case
def numpy_arrays(torch):
    x = torch.tensor([1.0, 2.0])
    a = x.numpy()
    a[0] = 10
    x[1] = 20
    told = [x, a, np.asarray(x), np.array(x), np.asarray(x, dtype="float64"), x.numpy().dtype.name]
    b = np.array(x)
    b[0] = 0
    tracked = leaf(torch)
    told += [x, error(tracked.numpy), error((tracked * 2).numpy), tracked.numpy(force=True), tracked.detach().numpy()]
    return told, error(lambda: np.asarray(tracked)), error(lambda: np.array([tracked, tracked])), x.t().numpy()


@case
def numpy_numbers_as_operands(torch):
    x = leaf(torch)
    told = []
    for n in (np.float64(2), np.float32(2), np.int64(2), np.bool_(True), np.array(2.0)[()]):
        told += [x * n, x + n, x**n] if not isinstance(n, np.bool_) else [x * n]
    return told


@case
def shapes_of_numpy_arrays_are_their_own(torch):
    x = torch.tensor([1.0, 2.0, 3.0, 4.0])
    a = x.numpy()
    a.shape = (2, 2)
    b = np.arange(4.0)
    y = torch.from_numpy(b)
    b.shape = (2, 2)
    return x, a, y, b


# ------------------------------------------------------------ copies by Python
@case
def deep_copies(torch):
    x = leaf(torch)
    x.grad = torch.ones(2, 3)
    (y, z), v = copy.deepcopy([x, x]), copy.deepcopy(x.detach()[0])
    y.data.zero_()
    told = [x, y, y is z, y.grad is x.grad, y.grad, v, error(lambda: copy.deepcopy(x * 2)), copy.copy(x).requires_grad]
    return told, copy.deepcopy(torch.tensor([1, 2])), copy.deepcopy({"a": x})["a"].requires_grad


@case
def pickles(torch):
    x = leaf(torch)
    again = [pickle.loads(pickle.dumps(t)) for t in (x, x.detach(), torch.tensor(3), x.detach().t(), x.half().detach())]
    return again, pickle.loads(pickle.dumps(torch.float32)) is torch.float32, pickle.loads(pickle.dumps(x.shape))


@case
def attributes_of_ones_own(torch):
    x = leaf(torch)
    x.note = "kept"
    return x.note, hasattr(x * 2, "note"), copy.deepcopy(x).note, error(lambda: x.nonsense)[:14]


@case
def tensors_from_a_class(torch):
    told = [torch.Tensor([1, 2]), torch.Tensor([[1.5]]), torch.Tensor(), torch.Tensor(2, 3).shape]
    x = torch.ones(2)
    return told, torch.Tensor(x), torch.Tensor(x) is x


# ------------------------------------------------------------ comparisons and logic
@case
def comparisons(torch):
    x, y = torch.tensor([1.0, 2.0, float("nan")]), torch.tensor([1.0, 3.0, float("nan")])
    told = [x == y, x != y, x < y, x <= y, x > y, x >= y, x == 1, x < 2, x == torch.tensor(1)]
    return told, x == None, x != None, (x == 1) & (y == 1), (x == 1) | (y == 3), ~(x == 1), error(lambda: x < None)  # noqa: E711


@case
def reflected_operators(torch):
    x = leaf(torch)
    return (
        2 + x,
        2 - x,
        2 * x,
        2 / x,
        2**x,
        x**2,
        -x,
        abs(-x),
        x @ x.t(),
        x.detach() // 2,
        7 // x.detach(),
        x % 2,
        7.5 % x.detach(),
        x % x,
        +x,
    )


@case
def comparisons_with_strangers(torch):
    class Stranger:
        def __eq__(self, other):
            return "eq"

        def __gt__(self, other):
            return "gt"

        def __rmod__(self, other):
            return "rmod"

    x, s = torch.ones(2), Stranger()
    return x == s, x < s, x % s, error(lambda: x >= s), x == "a", x != [1, 2]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", case)
def test_tensor(name):
    case.check(name)


# ------------------------------------------------------------ NumPy's functions
FUNCTIONS = [np.sin, np.cos, np.exp, np.log, np.sqrt, np.tanh, np.abs, np.square, np.negative]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_numpy_functions_stay_differentiable(function):
    """Not so in PyTorch, where NumPy refuses a tensor that requires grad."""
    x = minigrad.tensor([1.0, 2.0], dtype=minigrad.float64, requires_grad=True)
    y = function(x)
    assert isinstance(y, minigrad.Tensor) and y.requires_grad
    assert np.array_equal(y.detach().numpy(), function(np.array([1.0, 2.0])))
    step = 1e-6
    expected = (function(np.array([1.0, 2.0]) + step) - function(np.array([1.0, 2.0]) - step)) / (2 * step)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-6)


def test_numpy_arrays_and_tensors_mix():
    x = minigrad.tensor([1.0, 2.0], dtype=minigrad.float64, requires_grad=True)
    a = np.array([3.0, 4.0])
    for y in (np.multiply(a, x), a * x, np.add(x, a) - a + x * (a - 1)):
        assert isinstance(y, minigrad.Tensor) and y.requires_grad
        x.grad = None
        y.sum().backward()
        assert x.grad.tolist() == [3, 4]


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.cumsum(x),
        lambda x: np.cbrt(x),
        lambda x: np.linalg.norm(x),
        lambda x: np.dot(x, x),
        lambda x: np.add.reduce(x),
        lambda x: np.multiply.outer(x, x),
        lambda x: np.add(x, x, out=np.zeros(2)),
        lambda x: np.sin(x, where=[True, False]),
        lambda x: np.median(x),
        lambda x: np.hypot(x, 1),
    ],
)
def test_numpy_functions_without_a_derivative_here_raise(call):
    """None drops the history in silence."""
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises((TypeError, RuntimeError)):
        call(x)


@on_both
def test_numpy_does_not_swallow_tracked_tensors(torch):
    x = leaf(torch)
    for call in (np.asarray, np.array, lambda x: np.array([x, x]), lambda x: np.zeros((2, 3)).__setitem__(0, x[0])):
        with pytest.raises(RuntimeError, match=r"^Can't call numpy\(\) on Tensor that requires grad\."):
            call(x)


@on_both
def test_pickles_hold_what_they_should(torch):
    file = io.BytesIO()
    x = leaf(torch)
    pickle.dump({"x": x, "step": 3}, file)
    file.seek(0)
    state = pickle.load(file)
    assert torch.equal(state["x"], x) and state["x"].requires_grad and state["x"].is_leaf and state["step"] == 3
    assert pickle.loads(pickle.dumps(x * 2)).is_leaf
    with pytest.raises(RuntimeError):
        copy.deepcopy(x * 2)
