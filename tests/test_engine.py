"""The engine: order, sums, freeing, second derivatives, what `backward` and `grad` accept, and who owns a gradient."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import minigrad
from tests.conformance import Cases, done, error, gradients, node_name, nodes, on_both

case = Cases("engine", versions=False)


def leaf(torch, *numbers, dtype="float64"):
    return torch.tensor(numbers, dtype=getattr(torch, dtype), requires_grad=True)


def scalar(torch, number, dtype="float64"):
    return torch.tensor(number, dtype=getattr(torch, dtype), requires_grad=True)


# ------------------------------------------------------------ graphs
def sums(torch, x, w):
    return x + x + x * w + w


def diamond(torch, x, w):
    h = x * 2
    return (h * w + h.sin()) * h


def ladder(torch, x, w):
    y, z = x, w
    for _ in range(5):
        y, z = y + z, y * z * 0.1
    return y * z


def parts(torch, x, w):
    a, b, c = (x * 1).unbind()
    return a * w + c


def chunks(torch, x, w):
    first, last = (x * w).chunk(2)
    return last * last.sum()


def all_parts(torch, x, w):
    return sum((i + 1) * part * part for i, part in enumerate((x * w).split(1)))


def same_part_twice(torch, x, w):
    a, _, _ = x.unbind()
    return a * a + a * w


def broadcasts(torch, x, w):
    return x[:, None] * w + x.view(1, 3) * (x[:, None] + w.sum())


def matrices(torch, x, w):
    m = x[:, None] * w
    return (m @ m.t()) @ x


def powers(torch, x, w):
    return (x**3 + w**x).exp().log() / (x * x + 1)


def reductions(torch, x, w):
    return (x * w).mean() * x.sum() - (x * x).sum(0, keepdim=True) / w.norm()


GRAPHS = [sums, diamond, ladder, parts, chunks, all_parts, same_part_twice, broadcasts, matrices, powers, reductions]


def derivatives(graph):
    """The case of one graph: its nodes, and gradients of first, second and third order by all ways to get them."""

    def body(torch):
        x, w = leaf(torch, 0.5, 1.5, 2.0), leaf(torch, 0.7, 1.1, 0.9)
        y = graph(torch, x, w)
        told = [nodes(y)]
        first = gradients(torch, y, x, w, create_graph=True)
        second = gradients(torch, [g * (i + 1) for i, g in enumerate(first)], x, w, create_graph=True)
        # PyTorch and minigrad may take other ways to the same second derivatives: then one knows that they are constant
        third = [gradients(torch, g, x, w) if g is not None and g.requires_grad else [None, None] for g in second]
        told += [[None if g is None else g.detach().clone() for g in found] for found in (first, second)]
        told += [[torch.zeros_like(x) if g is None else g for g in found] for found in third]
        y.sum().backward()
        return [*told, x.grad.clone(), w.grad.clone()]

    body.__name__ = f"derivatives_{graph.__name__}"
    return case(body)


for _graph in GRAPHS:
    derivatives(_graph)


# ------------------------------------------------------------ backward
@case
def accumulates(torch):
    x = leaf(torch, 1.0, 2.0)
    told = []
    for _ in range(3):
        (x * x).sum().backward()
        told.append(x.grad.clone())
    x.grad = None
    (x * 3).sum().backward()
    return [*told, x.grad]


@case
def accumulates_into_the_same_tensor(torch):
    x = leaf(torch, 1.0, 2.0)
    (x * 3).sum().backward()
    first = x.grad
    (x * 4).sum().backward()
    same = x.grad is first
    (g,) = torch.autograd.grad(x.sum(), x, create_graph=True)
    x.grad = g * x
    (x * 2).sum().backward()
    return same, first, x.grad


@case
def with_create_graph(torch):
    x = leaf(torch, 1.0, 2.0)
    (x**3).sum().backward(create_graph=True)
    g = x.grad
    told = [g.detach(), node_name(g.grad_fn)]
    x.grad = None
    g.sum().backward()
    return [*told, x.grad]


@case
def several_roots(torch):
    x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    h = x * w
    torch.autograd.backward([h.sum(), h.pow(2), w], [None, torch.ones(2), torch.tensor([5.0, 6.0])])
    return x.grad, w.grad


@case
def one_root_twice(torch):
    x = leaf(torch, 1.0, 2.0)
    y = (x * x).sum()
    torch.autograd.backward([y, y])
    return x.grad


@case
def root_inside_another_roots_graph(torch):
    x = leaf(torch, 1.0, 2.0)
    h = x * x
    y = h * x
    torch.autograd.backward([h.sum(), y.sum()])
    return x.grad


@case
def a_leaf_as_root(torch):
    x = scalar(torch, 3.0)
    x.backward()
    x.backward(torch.tensor(5.0, dtype=torch.float64))
    return x.grad, torch.autograd.grad(x, x), torch.autograd.grad(x, x, torch.tensor(2.0))


@case
def inputs_only(torch):
    x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    h = x * w
    y = (h * h).sum()
    y.backward(inputs=[x], retain_graph=True)
    told = [x.grad.clone(), w.grad]
    y.backward(inputs=w, retain_graph=True)
    told += [x.grad.clone(), w.grad.clone(), h.retains_grad]
    y.backward(inputs=(h, x))
    return [*told, x.grad, w.grad, h.grad, h.retains_grad]


@case
def inputs_twice(torch):
    x = leaf(torch, 1.0, 2.0)
    (x * x).sum().backward(inputs=[x, x])
    return x.grad


@case
def inputs_that_are_not_used(torch):
    x, w = leaf(torch, 1.0), leaf(torch, 2.0)
    y = (x * x).sum()
    return done(lambda: y.backward(inputs=[w])), w.grad, x.grad, done(lambda: y.backward(inputs=[]))


@case
def inputs_that_need_no_gradient(torch):
    x = leaf(torch, 1.0)
    return done(lambda: (x * x).sum().backward(inputs=[torch.ones(1)])), x.grad


@case
def gradient_arguments(torch):
    x = leaf(torch, 1.0, 2.0)
    y = x * x
    one = (x * x).sum().view(1)
    g = torch.tensor([1.0, 10.0], dtype=torch.float64)
    told = []
    for call in (
        lambda: y.backward(),
        lambda: y.backward(g, retain_graph=True),
        lambda: y.backward(gradient=g.float(), retain_graph=True),
        lambda: y.backward(g[:1], retain_graph=True),
        lambda: y.backward(torch.tensor(1.0), retain_graph=True),
        lambda: y.backward([g], retain_graph=True),
        lambda: one.backward(retain_graph=True),
        lambda: one.backward(torch.ones(()), retain_graph=True),
        lambda: torch.autograd.backward([y, one], [g], retain_graph=True),
        lambda: torch.autograd.backward([y], g, retain_graph=True),
        lambda: torch.autograd.backward((y, one), (g, None), retain_graph=True),
        lambda: torch.autograd.backward(y, None),
        lambda: torch.ones(1).backward(),
        lambda: torch.ones(2).backward(g),
        lambda: torch.autograd.backward([y.sum(), torch.ones(())]),
    ):
        told += [done(call), None if x.grad is None else x.grad.clone()]
        x.grad = None
    return told


@case
def gradient_with_history(torch):
    x, v = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    y = x * x
    (g,) = torch.autograd.grad(y, x, v, create_graph=True)
    return g.detach().clone(), gradients(torch, g * g, x, v)


# ------------------------------------------------------------ freeing
FREEING = {
    "mul": lambda x: x * x,
    "exp": lambda x: x.exp(),
    "add": lambda x: x + x,
    "sum": lambda x: x.sum(),
    "mean": lambda x: x.mean(),
    "neg": lambda x: -x,
    "view": lambda x: x.view(-1),
    "index": lambda x: x[0],
    "picked": lambda x: x[[0]],
    "times_number": lambda x: x * 2,
    "clone": lambda x: x.clone(),
    "cat": lambda x: minigrad.cat([x, x]) if isinstance(x, minigrad.Tensor) else __import__("torch").cat([x, x]),
    "unbind": lambda x: x.unbind()[0],
    "expand": lambda x: x.expand(2, 2),
    "t": lambda x: x.t(),
    "pow": lambda x: x**2,
    "matmul": lambda x: x @ x,
    "relu": lambda x: x.relu(),
    "clamp": lambda x: x.clamp(0, 1),
}


@case
def second_backward(torch):
    """What saved nothing can be run again."""
    told = []
    for name, function in FREEING.items():
        x = leaf(torch, 1.0, 2.0)
        y = function(x).sum()
        y.backward()
        told.append([name, done(y.backward), x.grad.clone()])
    return told


@case
def retained_graphs(torch):
    x = leaf(torch, 1.0, 2.0)
    y = (x * x).exp().sum()
    y.backward(retain_graph=True)
    torch.autograd.grad(y, x, retain_graph=True)
    torch.autograd.grad(y, x, create_graph=True)
    y.backward()
    return x.grad, done(y.backward), done(lambda: torch.autograd.grad(y, x))


@case
def a_shared_part_is_spent(torch):
    x = leaf(torch, 1.0, 2.0)
    h = x * x
    a, b = h.sum(), (h * 2).sum()
    a.backward()
    return done(b.backward), x.grad


@case
def only_what_ran_is_freed(torch):
    """`grad` with respect to `h` leaves what lies below `h` as it was."""
    x = leaf(torch, 1.0, 2.0)
    h = x * x
    y = (h * h).sum()
    (g,) = torch.autograd.grad(y, h)
    return g, done(y.backward), x.grad, done(h.sum().backward), x.grad


@case
def retain_graph_false_with_create_graph(torch):
    x = leaf(torch, 1.0, 2.0)
    y = (x**3).sum()
    (g,) = torch.autograd.grad(y, x, create_graph=True, retain_graph=False)
    return g.detach().clone(), done(lambda: torch.autograd.grad(y, x)), done(g.sum().backward)


# ------------------------------------------------------------ grad
@case
def grad_arguments(torch):
    x, w, unused = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0), leaf(torch, 5.0)
    told = []
    Y, Z = object(), object()

    def ask(*args, **how):
        """Of Y or Z, which are made anew for each question."""
        y, z = (x * w).sum(), x * x
        args = [y if a is Y else z if a is Z else a for a in args]
        told.append(error(lambda: list(torch.autograd.grad(*args, **how))))

    g = torch.tensor([1.0, 10.0], dtype=torch.float64)
    ask(Y, x)
    ask(Y, [x, w])
    ask(Y, (w, x, w))
    ask(Z, x)
    ask(Z, x, g)
    ask(Z, x, [g])
    ask(Z, (x,), (g,))
    ask(Z, x, g[:1])
    ask(Z, x, grad_outputs=g, retain_graph=True)
    ask(Y, [x, unused])
    ask(Y, [x, unused], allow_unused=True)
    ask(Y, [x, unused], allow_unused=False)
    ask(Y, [x, unused], materialize_grads=True)
    ask(Y, [x, unused], allow_unused=True, materialize_grads=True)
    ask(Y, [x, unused], allow_unused=False, materialize_grads=True)
    ask(Y, [])
    ask(Y, torch.ones(2))
    ask(Y, [x, torch.ones(2)], allow_unused=True)
    ask(torch.ones(()), x)
    ask(torch.ones(()), x, allow_unused=True)
    ask(x, x, g)
    return told, x.grad, w.grad


@case
def grad_of_several_outputs(torch):
    x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    outputs = (x * w).sum(), x * x, w
    vectors = None, torch.ones(2), torch.tensor([2.0, 3.0])
    return [
        torch.autograd.grad(outputs[:1], (x, w)),
        torch.autograd.grad(outputs, (x, w), vectors),
        error(lambda: torch.autograd.grad(outputs, x)),
        error(lambda: torch.autograd.grad(outputs, x, vectors[:2])),
        error(lambda: torch.autograd.grad([], x)),
    ]


@case
def grad_of_intermediate_tensors(torch):
    x = leaf(torch, 1.0, 2.0)
    h = x * 2
    k = h * h
    y = (k * h).sum()
    told = torch.autograd.grad(y, [h, k, x, y], retain_graph=True)
    return told, torch.autograd.grad(y, [k, h]), x.grad


@case
def grad_with_respect_to_views(torch):
    x = leaf(torch, 1.0, 2.0)
    y = x * 1
    v, u = y[0], y[1:]
    z = v * v + (u * y).sum()
    return torch.autograd.grad(z, [v, u, y], allow_unused=True)


@case
def grad_with_respect_to_one_of_many(torch):
    x = leaf(torch, 1.0, 2.0, 3.0)
    a, b, c = x.unbind()
    y = a * a + b * c
    return [
        torch.autograd.grad(y, [a, b], retain_graph=True),
        error(lambda: torch.autograd.grad(a * 2, [b, c], retain_graph=True)),
        torch.autograd.grad(a * 2, [b, a], allow_unused=True, retain_graph=True),
        torch.autograd.grad(y, [c, x]),
    ]


@case
def grad_does_not_touch_retained_gradients(torch):
    x = leaf(torch, 1.0, 2.0)
    h = x * x
    h.retain_grad()
    found = torch.autograd.grad(h.sum(), x)
    return found, h.grad, x.grad


@case
def grad_that_depends_on_itself(torch):
    """The gradient penalty of a linear function: constant, so it has no history."""
    x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    (g,) = torch.autograd.grad((x * w).sum(), x, create_graph=True)
    return node_name(g.grad_fn) != "None", gradients(torch, g * g, w, x)


@case
def fourth_derivatives(torch):
    x = scalar(torch, 2.0)
    y = x**5 + x.sin() * x.exp()
    told = []
    for _ in range(5):
        (y,) = torch.autograd.grad(y, x, create_graph=True)
        told.append(y.detach())
    return told


@case
def hessian(torch):
    x = leaf(torch, 1.0, 2.0, 3.0)
    y = (x * x.prod()).sum() + x[0] ** 3
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    return [torch.autograd.grad(part, x, retain_graph=True) for part in g]


# ------------------------------------------------------------ dtypes, devices, shapes
@case
def gradients_have_their_tensors_dtype(torch):
    told = []
    for d, e in (("float32", "float64"), ("float64", "float32"), ("float16", "float32"), ("float32", "float32")):
        for shape, other in (((2,), (2,)), ((2,), ()), ((), (2,)), ((), ()), ((2, 1), (3,))):
            x = torch.ones(shape, dtype=getattr(torch, d), requires_grad=True)
            w = torch.full(other, 2.0, dtype=getattr(torch, e), requires_grad=True)
            y = x * w + x / w - (x + w)
            y.sum().backward()
            told.append([y, x.grad.clone(), w.grad.clone()])
    return told


@case
def integers_in_the_middle(torch):
    x = leaf(torch, 1.5, 2.5)
    n = torch.tensor([2, 3])
    y = x * n + n / x
    return y, gradients(torch, y, x), error(lambda: (x.long() * 2).sum().backward()), n.float().requires_grad


@case
def conversions_are_operations(torch):
    x = leaf(torch, 1.5, 2.5)
    y = x.float().double().half()
    return y, nodes(y), gradients(torch, y.float() * 3, x), x.double() is x, x.to(torch.float64) is x


@case
def empty_tensors(torch):
    x = torch.zeros(0, 3, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    return y, x.grad, error(lambda: (x * 2).backward())


# ------------------------------------------------------------ flags
@case
def flags_during_a_graph(torch):
    x, w = leaf(torch, 1.0), torch.ones(1, dtype=torch.float64)
    y = x * w
    w.requires_grad_()
    y.sum().backward()
    return x.grad, w.grad, nodes(y)


@case
def leaf_that_stopped_to_require_grad(torch):
    x = leaf(torch, 1.0, 2.0)
    y = (x * x).sum()
    x.requires_grad_(False)
    return done(y.backward), x.grad, x


@case
def accumulate_grad_has_its_variable(torch):
    x = leaf(torch, 1.0)
    y = x * 2
    (node, number), (none, _) = y.grad_fn.next_functions
    z = x + 1
    return node.variable is x, number, none, z.grad_fn.next_functions[0][0] is node, node.next_functions


@case
def assigned_gradients(torch):
    x = leaf(torch, 1.0, 2.0)
    g = torch.tensor([10.0, 20.0], dtype=torch.float64)
    x.grad = g
    (x * 3).sum().backward()
    told = [x.grad is g, g.clone()]
    del x.grad
    told.append(x.grad)
    for wrong in (1.0, torch.ones(3), torch.ones(2), x, torch.ones(2, dtype=torch.int64)):
        told.append(error(lambda wrong=wrong: setattr(x, "grad", wrong))[:45])
    return told


@pytest.mark.filterwarnings("ignore:Using backward")
@pytest.mark.parametrize("name", case)
def test_engine(name):
    case.check(name)


# ------------------------------------------------------------ order
KEPT = []


def in_words(order):
    names = [node_name(node).removesuffix("Backward0") for node in order]
    return " ".join("leaf" if name == "AccumulateGrad" else name for name in names if name != "Output")


def walked(y):
    """The order of minigrad's walk."""
    g = np.ones(y.shape, y.array.dtype)
    return in_words(node for node, *_ in minigrad.autograd.engine.walk([(y.grad_fn, g)]))


def order_by_hooks(y):
    """PyTorch's order, from hooks on all nodes."""
    seen, stack, told = set(), [y.grad_fn], []
    while stack:
        node = stack.pop()
        if node is not None and node not in seen:
            seen.add(node)
            stack.extend(n for n, _ in node.next_functions)
            node.register_hook(lambda *_, node=node: told.append(node))
    y.backward(y.detach())
    return in_words(told)


def order_programs():
    def fan(torch):
        x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
        a = x.exp()
        b = w.sin()
        c = a * w
        d = b.cos()
        return (c + d + a).sum()

    def oldest_first_leaf(torch):
        x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
        return ((x.exp() * w.sin()).tanh() + x.cos() * w.log() - x).sum()

    def used_elsewhere_before(torch):
        """x's first use is not in the graph that is walked, and is kept alive."""
        x, w = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
        KEPT.append(x * 2)
        return (w.exp() + x.sin()).sum()

    def many(torch):
        x = leaf(torch, 1.0, 2.0, 3.0)
        a, b, c = (x * 1).unbind()
        return c.exp() * a.sin() + b

    def written(torch):
        x, w = leaf(torch, 1.0, 2.0, 3.0), leaf(torch, 4.0)
        y = x * 2
        y[:1].mul_(w)
        return (y.exp() + x).sum()

    return [fan, oldest_first_leaf, used_elsewhere_before, many, written]


@pytest.mark.parametrize("program", order_programs(), ids=lambda p: p.__name__)
def test_order(program):
    """Newest ready node first, a leaf as soon as all that it waits for has come: the order of PyTorch's own engine."""
    assert walked(program(minigrad)) == ORDERS[program.__name__]


@pytest.mark.oracle
@pytest.mark.parametrize("program", order_programs(), ids=lambda p: p.__name__)
def test_the_order_is_that_of_torch(program):
    torch = pytest.importorskip("torch")
    assert order_by_hooks(program(torch)) == ORDERS[program.__name__]


ORDERS = {
    "fan": "Sum Add Add Cos Mul Sin leaf Exp leaf",
    "oldest_first_leaf": "Sum Sub Add Mul Log Cos Tanh Mul Sin leaf Exp leaf",
    "used_elsewhere_before": "Sum Add Sin leaf Exp leaf",
    "many": "Add Mul Sin Exp Unbind Mul leaf",
    "written": "Sum Add Exp CopySlices leaf Mul leaf",
}


def test_a_walk_changes_nothing():
    x = leaf(minigrad, 1.0, 2.0)
    y = (x * x).exp()
    y.retain_grad()
    for _ in range(2):
        names = [n.name() for n, *_ in minigrad.autograd.engine.walk([(y.grad_fn, np.ones(2))])]
        assert names == ["ExpBackward0", "MulBackward0", "minigrad::autograd::AccumulateGrad"]
        assert x.grad is None and y.grad is None
    y.sum().backward()
    assert x.grad is not None


def test_what_a_walk_tells():
    x, w = leaf(minigrad, 1.0, 2.0), scalar(minigrad, 3.0)
    y = (x * w).sum()
    steps = list(minigrad.autograd.engine.walk([(y.grad_fn, np.ones(()))]))
    (_, g, raw, out), (mul, g2, raw2, out2), *leaves = steps
    assert (g.tolist(), raw[0].tolist(), out[0].tolist()) == (1, [1, 1], [1, 1])
    assert g2.tolist() == [1, 1] and [r.tolist() for r in raw2] == [[3, 3], [1, 2]]
    assert [o.tolist() for o in out2] == [[3, 3], 3] and mul.name() == "MulBackward0"
    assert {n.variable is x or n.variable is w for n, *_ in leaves} == {True}
    assert all(out == () for *_, out in leaves)


def test_grad_mode_outside_a_walk_is_the_users():
    x = leaf(minigrad, 1.0)
    for _ in minigrad.autograd.engine.walk([((x * 2).exp().grad_fn, np.ones(1))]):
        assert minigrad.is_grad_enabled()


# ------------------------------------------------------------ size
def test_a_million_nodes_at_the_default_recursion_limit():
    x = leaf(minigrad, 1.0, dtype="float32")
    y = x
    for _ in range(1_000_000):
        y = y + 1
    y.sum().backward()
    assert x.grad.tolist() == [1]
    del y


def test_dropping_a_long_graph_that_never_ran():
    x = leaf(minigrad, 1.0, dtype="float32")
    y = x
    for _ in range(200_000):
        y = y * 0.5 + y.detach() * (x * 0.25)
    node = y.grad_fn
    del y
    assert node.name() == "AddBackward0"
    del node


def test_other_long_graphs_that_are_dropped():
    """Chains that hang together by other threads: views, in-place writes, saved results, joined lists."""
    x = leaf(minigrad, 1.0, 2.0, dtype="float32")
    y = x * 1
    for _ in range(10_000):
        y.mul_(0.5)
        y[:1].add_(1)
    z = x
    for _ in range(10_000):
        z = minigrad.stack(z.t().unbind()).exp()[:, None].view(2).tanh()
    del y, z


@on_both
def test_a_long_graph_of_second_derivatives(torch):
    x = leaf(torch, 0.5)
    y = x
    for _ in range(3_000):
        y = y * x + 0.1
    (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    (h,) = torch.autograd.grad(g.sum(), x)
    assert g.item() == pytest.approx(0.4) and h.item() == pytest.approx(1.6)


@on_both
def test_ten_thousand_diamonds(torch):
    x = leaf(torch, 1.0)
    y = x
    for _ in range(10_000):
        y = y * 0.5 + y * 0.5
    y.sum().backward()
    assert x.grad.tolist() == [1]


@on_both
def test_a_wide_fan(torch):
    x = leaf(torch, 1.0)
    h = x * 1
    total = torch.zeros(1, dtype=torch.float64)
    for i in range(2_000):
        total = total + h * i
    total.sum().backward()
    assert x.grad.tolist() == [sum(range(2_000))]


# ------------------------------------------------------------ ownership
MEETINGS = {
    "sum of two": lambda torch, a, b: a + b,
    "difference": lambda torch, a, b: a - b,
    "itself": lambda torch, a, b: a + a + b,
    "views": lambda torch, a, b: a.view(2) + b.view(1, 2)[0],
    "expanded": lambda torch, a, b: (a.expand(1, 2) + b).view(2),
    "transposed": lambda torch, a, b: a.t() + b.transpose(0, 0),
    "clone": lambda torch, a, b: a.clone() + b,
    "parts": lambda torch, a, b: torch.cat([a, b])[1:3],
    "stacked": lambda torch, a, b: torch.stack([a, b])[0] + b,
    "unbound": lambda torch, a, b: torch.stack(a.unbind()) + b,
    "copied": lambda torch, a, b: torch.zeros(2, dtype=torch.float64).copy_(a) + b,
    "products": lambda torch, a, b: a * 1 + b * a,
    "results": lambda torch, a, b: a.exp() + b,
}


@pytest.mark.parametrize("meeting", MEETINGS.values(), ids=MEETINGS)
def test_no_two_gradients_share_memory(meeting):
    """Writing one gradient changes no other, nor the `gradient` argument, nor a saved value, nor a leaf.

    PyTorch's may share memory where views are added: ``(a.view(2) + b).backward(g)`` is a way.
    """
    torch = minigrad
    a, b = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    y = meeting(torch, a, b)
    g = torch.ones_like(y.detach())
    y.backward(g, retain_graph=True)
    arrays = [t.detach().numpy() for t in (a.grad, b.grad, g, a, b, y)]
    for i, one in enumerate(arrays[:2]):
        assert not any(np.shares_memory(one, other) for j, other in enumerate(arrays) if i != j)
    kept = [array.copy() for array in arrays]
    a.grad.mul_(100)
    assert all(np.array_equal(x, k) for x, k in zip(arrays[1:], kept[1:], strict=True))
    again = torch.autograd.grad(y, (a, b), g)
    for found, before in zip(again, kept, strict=False):
        assert np.array_equal(found.numpy(), before)


@pytest.mark.parametrize("meeting", MEETINGS.values(), ids=MEETINGS)
def test_no_two_results_of_grad_share_memory(meeting):
    """PyTorch's may: there `grad` of a sum gives one tensor's memory twice."""
    a, b = leaf(minigrad, 1.0, 2.0), leaf(minigrad, 3.0, 4.0)
    y = meeting(minigrad, a, b)
    g = minigrad.ones_like(y.detach())
    found = minigrad.autograd.grad(y, (a, b, y), g)
    arrays = [t.numpy() for t in (*found, g, a.detach(), b.detach(), y.detach())]
    for i, one in enumerate(arrays[:3]):
        assert not any(np.shares_memory(one, other) for j, other in enumerate(arrays) if i != j)


@on_both
def test_a_gradient_is_a_plain_tensor(torch):
    x = leaf(torch, 1.0, 2.0)
    (x * x).sum().backward()
    assert not x.grad.requires_grad and x.grad.is_leaf and x.grad.grad_fn is None


def test_a_failed_backward_changes_no_gradient():
    """PyTorch leaves those of the leaves that it had reached."""
    x, w = leaf(minigrad, 1.0), leaf(minigrad, 2.0)
    x.grad = minigrad.tensor([7.0], dtype=minigrad.float64)
    h = w * 1
    h.retain_grad()
    spent = (h * h).sum()
    h.add_(1)
    with pytest.raises(RuntimeError):
        (spent + x.sum()).backward()
    assert x.grad.tolist() == [7] and w.grad is None and h.grad is None


# ------------------------------------------------------------ threads and re-entrance
@on_both
def test_threads_share_leaves(torch):
    """Each thread walks its own graph; all gradients arrive."""
    x = leaf(torch, 1.0, 2.0)

    def work():
        for _ in range(50):
            (x * 1).sum().backward()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert x.grad.tolist() == [200, 200]


def test_a_backward_within_a_walk():
    x = leaf(minigrad, 1.0, 2.0)
    y = (x * x).sum()
    for _ in minigrad.autograd.engine.walk([(y.grad_fn, np.ones(()))]):
        (x * 3).sum().backward()
    y.backward()
    assert x.grad.tolist() == [3 * 3 + 2, 3 * 3 + 4]


@pytest.mark.parametrize("nothing", [[], ()])
def test_a_backward_of_nothing_does_nothing(nothing):
    x = leaf(minigrad, 1.0)
    minigrad.autograd.backward(nothing)  # as PyTorch: no error
    assert x.grad is None
