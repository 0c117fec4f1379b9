"""Passes inside passes, several threads, generators and coroutines, and exceptions thrown anywhere."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

import minigrad
from minigrad.autograd.modes import mode
from tests.conformance import Cases, error, on_both

case = Cases("reentrance", versions=False)


def pair(torch):
    """Two leaves of two numbers each."""
    return torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0, 4.0], requires_grad=True)


def function(torch, backward, forward=lambda ctx, a: a * 1):
    """A Function with this backward."""
    body = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type("Own", (torch.autograd.Function,), body)


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    """After each test the thread is as it was: recording, inside of no pass, with no hooks on what is saved."""
    yield
    assert (mode.recording, mode.on, mode.depth, mode.running, mode.no_saved_hooks) == (True, True, 0, None, None)


# ---------------------------------------------------------------- passes inside passes
@case
def backward_in_a_hook(torch):
    x, w = pair(torch)

    def hook(g):
        with torch.enable_grad():
            (w * g.detach()).sum().backward()

    y = x * 2
    y.register_hook(hook)
    y.sum().backward()
    return x.grad, w.grad


@case
def grad_in_a_hook(torch):
    x, w = pair(torch)

    def hook(g):
        with torch.enable_grad():
            (d,) = torch.autograd.grad((w**3).sum(), w)
        return g * d

    x.register_hook(hook)
    (x * 2).sum().backward()
    return x.grad, w.grad


@case
def backward_in_a_hook_needs_recording(torch):
    """A pass without create_graph records nothing in its hooks either."""
    said, (x, w) = [], pair(torch)
    x.register_hook(lambda g: said.append(error(lambda: (w * 2).sum().backward())))
    (x * 2).sum().backward()
    return said, w.grad


@case
def backward_in_a_function(torch):
    def backward(ctx, g):
        with torch.enable_grad():
            x = torch.tensor([5.0, 5.0], requires_grad=True)
            (x * x).sum().backward()
        return g * x.grad

    x, _ = pair(torch)
    function(torch, backward).apply(x).sum().backward()
    return x.grad


@case
def checkpoint(torch):
    """The forward pass is run again in backward, and its graph is run there."""

    class Checkpoint(torch.autograd.Function):
        @staticmethod
        def forward(ctx, run, *args):
            ctx.run = run
            ctx.save_for_backward(*args)
            return run(*args)

        @staticmethod
        def backward(ctx, g):
            args = [a.detach().requires_grad_() for a in ctx.saved_tensors]
            with torch.enable_grad():
                out = ctx.run(*args)
            torch.autograd.backward(out, g)
            return None, *(a.grad for a in args)

    x, w = pair(torch)
    inner = Checkpoint.apply(lambda a, b: (a * b).exp(), x, w)
    Checkpoint.apply(lambda a: a.sin(), inner).sum().backward()
    return x.grad, w.grad


@case
def the_same_leaf_inside_and_outside(torch):
    """The inner pass ends first: its gradient is there when the outer one's is added."""
    seen, (x, _) = [], pair(torch)

    def backward(ctx, g):
        with torch.enable_grad():
            (x * 10).sum().backward()
        seen.append(x.grad.tolist())
        return g

    (function(torch, backward).apply(x * 2)).sum().backward()
    return seen, x.grad


@case
def the_outer_graph_from_inside(torch):
    """A graph that is being run can be run by another pass meanwhile, if it is kept."""
    x, w = pair(torch)
    y = x.exp()
    total = (y * w).sum()
    done = []

    def hook(g):
        if not done:
            done.append(1)
            total.backward(retain_graph=True)

    y.register_hook(hook)
    total.backward(retain_graph=True)
    return x.grad, w.grad


@case
def the_outer_graph_spent_inside(torch):
    x, w = pair(torch)
    y = x.exp()
    total = (y * w).sum()
    done = []

    def hook(g):
        if not done:
            done.append(1)
            total.backward()

    y.register_hook(hook)
    return error(lambda: total.backward())


@case
def inner_failure_caught(torch):
    said, (x, w) = [], pair(torch)

    def fail(g):
        raise ValueError("inner")

    def hook(g):
        with torch.enable_grad():
            y = w * 2
            y.register_hook(fail)
            said.append(error(lambda: y.sum().backward()))

    x.register_hook(hook)
    (x * 2).sum().backward()
    return said, x.grad, w.grad


@case
def inner_failure_passed_on(torch):
    x, w = pair(torch)

    def fail(g):
        raise ValueError("inner")

    def hook(g):
        with torch.enable_grad():
            y = w * 2
            y.register_hook(fail)
            y.sum().backward()

    x.register_hook(hook)
    return error(lambda: (x * 2).sum().backward()), x.grad, w.grad, torch.is_grad_enabled()


@case
def modes_of_inner_passes(torch):
    seen, (x, w) = [], pair(torch)
    w.register_hook(lambda g: seen.append(["inner", torch.is_grad_enabled()]))

    def hook(g):
        seen.append(["outer", torch.is_grad_enabled()])
        with torch.enable_grad():
            y = (w * w).sum()
        y.backward(create_graph=True)
        seen.append(["after", torch.is_grad_enabled()])
        w.grad = None

    x.register_hook(hook)
    (x * 2).sum().backward()
    return seen


@case
def second_order_in_a_hook(torch):
    x, _ = pair(torch)

    def hook(g):
        with torch.enable_grad():
            t = torch.tensor([3.0], requires_grad=True)
            (d,) = torch.autograd.grad((t**3).sum(), t, create_graph=True)
            (dd,) = torch.autograd.grad(d.sum(), t)
        return g * dd

    x.register_hook(hook)
    x.sum().backward()
    return x.grad


@case
def inner_pass_in_after_accumulating(torch):
    x, w = pair(torch)

    def hook(p):
        with torch.enable_grad():
            (w * p.grad.detach()).sum().backward()

    x.register_post_accumulate_grad_hook(hook)
    (x * 2).sum().backward()
    return x.grad, w.grad


@case
def inner_pass_in_an_unpack_hook(torch):
    x, w = pair(torch)

    def unpack(t):
        with torch.enable_grad():
            (w * 2).sum().backward()
        return t

    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.detach(), unpack):
        y = x.exp()
    y.sum().backward()
    return x.grad, w.grad


@case
def inner_pass_in_a_nodes_hook(torch):
    x, w = pair(torch)

    def after(gi, go):
        with torch.enable_grad():
            (w * gi[0].detach()).sum().backward()

    y = x * 3
    y.grad_fn.register_hook(after)
    y.sum().backward()
    return x.grad, w.grad


@case
def several_tensors_with_an_inner_pass(torch):
    """Each pass has its own count of what has come."""
    log, (x, w) = [], pair(torch)
    inner = []

    def fn(gs):
        log.append([None if g is None else g.tolist() for g in gs])
        if not inner:
            inner.append(1)
            with torch.enable_grad():
                (x * w * 10).sum().backward()

    torch.autograd.graph.register_multi_grad_hook((x, w), fn)
    (x * w).sum().backward()
    return log, x.grad, w.grad


@case
def backward_of_nothing(torch):
    backward = torch.autograd.backward
    return (
        backward([]),
        backward(()),
        backward([], []),
        error(lambda: backward([], inputs=[])),
    )


@case
def deep(torch):
    """200 passes, one inside the other."""
    x, _ = pair(torch)

    def backward(ctx, g):
        if ctx.n:
            with torch.enable_grad():
                y = Deep.apply(x, ctx.n - 1).sum()
            y.backward()
        return g, None

    def forward(ctx, a, n):
        ctx.n = n
        return a * 1

    Deep = function(torch, backward, forward)
    Deep.apply(x, 200).sum().backward()
    return x.grad


@case
def deep_modes(torch):
    """Deep passes run under the modes of the thread that began them."""
    seen, (x, _) = [], pair(torch)

    def backward(ctx, g):
        if ctx.n:
            with torch.enable_grad():
                y = Deep.apply(x, ctx.n - 1).sum()
            y.backward(create_graph=ctx.n == 1)
        if ctx.n % 10 == 0:  # where a fresh stack begins, among others
            seen.append(torch.is_grad_enabled())
        return g, None

    def forward(ctx, a, n):
        ctx.n = n
        return a * 1

    Deep = function(torch, backward, forward)
    for n in (1, 30, 70):
        Deep.apply(x, n).sum().backward()
        x.grad = None
    return seen, torch.is_grad_enabled()


@case
def deep_failure(torch):
    x, _ = pair(torch)

    def backward(ctx, g):
        if not ctx.n:
            raise ValueError("at the bottom")
        with torch.enable_grad():
            y = Deep.apply(x, ctx.n - 1).sum()
        y.backward()
        return g, None

    def forward(ctx, a, n):
        ctx.n = n
        return a * 1

    Deep = function(torch, backward, forward)
    return error(lambda: Deep.apply(x, 100).sum().backward()), x.grad, torch.is_grad_enabled()


# ---------------------------------------------------------------- exceptions
@case
def raised_in_a_function(torch):
    x, w = pair(torch)
    failing = function(torch, lambda ctx, g: 1 / 0)
    said = error(lambda: (failing.apply(x) + w).sum().backward())
    (x * 2).sum().backward()
    return said, x.grad, torch.is_grad_enabled()


@case
def raised_in_forward(torch):
    x, _ = pair(torch)

    def forward(ctx, a):
        raise ValueError("no")

    said = error(lambda: function(torch, None, forward).apply(x))
    return said, torch.is_grad_enabled(), (x * 2).requires_grad


@case
def raised_while_packing(torch):
    x, _ = pair(torch)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: 1 / 0, lambda t: t):
        said = error(lambda: x.exp()), torch.is_grad_enabled()
        y = x * 2
    return *said, y.requires_grad, x.exp().requires_grad


@case
def raised_in_a_block(torch):
    said = []
    for block in (torch.no_grad, torch.enable_grad, lambda: torch.set_grad_enabled(False)):
        with contextlib.suppress(KeyError), block():
            raise KeyError
        said.append(torch.is_grad_enabled())
    return said


WHERE = ("tensor", "leaf", "prehook", "posthook", "accumulated", "unpack", "function", "multi", "retain")


def throwing(torch, where, kind):
    """A graph of two leaves in which `kind` is raised at this place; and the leaf whose gradient would have come."""
    x, w = pair(torch)

    def fail(*args):
        raise kind

    if where == "unpack":
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t.detach(), fail):
            y = x.exp()
    elif where == "function":
        y = function(torch, fail).apply(x)
    else:
        y = x * 2
    if where in ("tensor", "retain"):
        y.register_hook(fail)
    if where == "retain":
        y.retain_grad()
    if where == "leaf":
        x.register_hook(fail)
    if where == "prehook":
        y.grad_fn.register_prehook(fail)
    if where == "posthook":
        y.grad_fn.register_hook(fail)
    if where == "accumulated":
        x.register_post_accumulate_grad_hook(fail)
    if where == "multi":
        torch.autograd.graph.register_multi_grad_hook((x, y), fail)
    return x, w, y


@on_both
@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit, StopIteration, GeneratorExit])
def test_thrown_anywhere(torch, where, kind):
    """Whatever is raised comes out as it is, and what follows is as if nothing had been."""
    x, w, y = throwing(torch, where, kind)
    with pytest.raises(kind):
        (y.sum() * 3).backward()
    assert torch.is_grad_enabled()
    (w * 2).sum().backward()
    assert w.grad.tolist() == [2, 2]
    fresh = torch.tensor([1.0], requires_grad=True)
    assert torch.autograd.grad((fresh * fresh).sum(), fresh)[0].tolist() == [2]


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("depth", [0, 30])
def test_nothing_half_written(where, depth):
    """No `.grad` changes in a pass that fails, wherever: PyTorch leaves what had come until then."""
    x, w, y = throwing(minigrad, where, KeyboardInterrupt)
    other = minigrad.tensor([1.0, 1.0], requires_grad=True)
    w.grad = minigrad.tensor([5.0, 5.0])
    y.retain_grad()
    late = (other * y).exp()  # `other` gets its gradient before `x`
    mode.depth += depth  # beyond DEEPEST the pass runs in a thread of its own
    try:
        with pytest.raises(KeyboardInterrupt):
            (late + w).sum().backward()
    finally:
        mode.depth -= depth
    assert x.grad is None and other.grad is None and y.grad is None and w.grad.tolist() == [5, 5]


def test_the_traceback_of_a_deep_failure_names_the_line():
    x, _ = pair(minigrad)

    def fail(g):
        raise ValueError("here")

    x.register_hook(fail)
    mode.depth += 50
    try:
        (x * 2).sum().backward()
    except ValueError as raised:
        frames = [frame.name for frame in traceback.extract_tb(raised.__traceback__)]
    finally:
        mode.depth -= 50
    assert frames[0] == "test_the_traceback_of_a_deep_failure_names_the_line" and frames[-1] == "fail"


@on_both
def test_2000_passes_one_inside_the_other(torch):
    """No crash, and Python's recursion limit is left alone."""
    x, _ = pair(torch)
    limit = sys.getrecursionlimit()
    reached = []

    class Deep(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, n):
            ctx.n = n
            return a * 1

        @staticmethod
        def backward(ctx, g):
            reached.append(ctx.n)
            if ctx.n:
                with torch.enable_grad():
                    y = Deep.apply(x, ctx.n - 1).sum()
                y.backward()
            return g, None

    Deep.apply(x, 2000).sum().backward()
    assert x.grad.tolist() == [2001, 2001] and reached == list(range(2000, -1, -1))
    assert sys.getrecursionlimit() == limit and threading.active_count() < 10


# ---------------------------------------------------------------- threads
def in_threads(count, work):
    """Run `work(number)` in several threads at once, and raise what one of them raises."""
    failures = []
    start = threading.Barrier(count)

    def run(number):
        try:
            start.wait()
            work(number)
        except BaseException as raised:
            failures.append(raised)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@on_both
def test_threads_with_their_own_graphs(torch):
    found = {}

    def work(i):
        x = torch.tensor([float(i)], requires_grad=True)
        for _ in range(50):
            x.grad = None
            (x * x * x).sum().backward()
        found[i] = x.grad.item()

    in_threads(4, work)
    assert found == {i: 3.0 * i * i for i in range(4)}


@on_both
def test_threads_that_share_a_leaf(torch):
    """No gradient is lost where several threads add to one `.grad`."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)

    def work(i):
        for _ in range(100):
            (x * (i + 1)).sum().backward()

    in_threads(4, work)
    assert x.grad.tolist() == [1000, 1000]


@on_both
def test_threads_that_share_a_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x.exp() * x).sum()
    (once,) = torch.autograd.grad(y, x, retain_graph=True)

    def work(i):
        for _ in range(20):
            y.backward(retain_graph=True)

    in_threads(4, work)
    assert torch.allclose(x.grad, once * 80)


@on_both
def test_threads_have_their_own_modes(torch):
    seen = {}
    x = torch.tensor([1.0], requires_grad=True)
    inside = threading.Barrier(2)

    def work(i):
        with torch.no_grad() if i else contextlib.nullcontext():
            inside.wait()
            seen[i] = (x * 2).requires_grad
            inside.wait()

    with torch.no_grad():
        in_threads(2, work)
    assert seen == {0: True, 1: False}


@on_both
def test_threads_have_their_own_saved_tensors_hooks(torch):
    log = []
    x = torch.tensor([1.0], requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: log.append(1) or t.detach(), lambda t: t):
        in_threads(2, lambda i: (x * x).sum().backward())
    assert log == [] and x.grad.tolist() == [4]


@on_both
def test_backward_in_another_thread(torch):
    """The graph is no thread's own."""
    x = torch.tensor([1.0], requires_grad=True)
    y = (x.exp() * 2).sum()
    x.register_hook(lambda g: g * 10)
    in_threads(1, lambda i: y.backward())
    assert round(x.grad.item(), 3) == 54.366


@on_both
def test_a_failure_in_one_thread_leaves_the_others(torch):
    x, w = pair(torch)

    def work(i):
        if i:
            for _ in range(50):
                (w * 2).sum().backward()
            return
        for _ in range(50):
            y = x * 2
            y.register_hook(lambda g: 1 / 0)
            with contextlib.suppress(ZeroDivisionError):
                y.sum().backward()

    in_threads(2, work)
    assert x.grad is None and w.grad.tolist() == [100, 100]


# ---------------------------------------------------------------- generators and coroutines
@case
def generators_interleaved(torch):
    @torch.no_grad()
    def off():
        yield torch.is_grad_enabled()
        yield torch.is_grad_enabled()

    @torch.enable_grad()
    def on():
        yield torch.is_grad_enabled()
        yield torch.is_grad_enabled()

    told = []
    for a, b in zip(off(), on(), strict=True):
        told.append([a, b, torch.is_grad_enabled()])
    with torch.no_grad():
        for a, b in zip(off(), on(), strict=True):
            told.append([a, b, torch.is_grad_enabled()])
    return told


@case
def generator_that_runs_a_pass(torch):
    x, _ = pair(torch)

    @torch.no_grad()
    def training():
        for _ in range(2):
            with torch.enable_grad():
                loss = (x * x).sum()
            loss.backward()
            x.sub_(x.grad * 0.1)
            x.grad = None
            yield loss.detach()

    return [[loss, torch.is_grad_enabled()] for loss in training()], x


@case
def generator_thrown_into(torch):
    said = []

    @torch.no_grad()
    def off():
        try:
            yield 1
        except ValueError:
            said.append(torch.is_grad_enabled())
            yield 2

    g = off()
    next(g)
    told = g.throw(ValueError("x"))
    g.close()
    return told, said, torch.is_grad_enabled()


@case
def a_block_left_open_in_a_generator(torch):
    """A block in a generator that is not decorated reaches into whoever runs it: in PyTorch as here."""

    def leaky():
        with torch.no_grad():
            yield torch.is_grad_enabled()

    g = leaky()
    told = [next(g), torch.is_grad_enabled()]
    g.close()
    return *told, torch.is_grad_enabled()


def test_coroutines_interleaved():
    """A decorated coroutine has its own mode (in PyTorch, which decorates it as a plain function, it has none)."""
    seen = []

    @minigrad.no_grad()
    async def off():
        for _ in range(2):
            seen.append(("off", minigrad.is_grad_enabled()))
            await asyncio.sleep(0)

    async def plain():
        for _ in range(2):
            seen.append(("plain", minigrad.is_grad_enabled()))
            await asyncio.sleep(0)

    async def both():
        await asyncio.gather(off(), plain())

    with ThreadPoolExecutor(1) as thread:  # the tests' own thread may have a loop that runs already: the browser's
        thread.submit(asyncio.run, both()).result()
    assert seen == [("off", False), ("plain", True)] * 2


@pytest.mark.parametrize("name", case)
def test_as_torch(name):
    case.check(name)


# ---------------------------------------------------------------- deliberately not as PyTorch
def test_too_many_gradients():
    """PyTorch silently drops gradients that no tensor is left for."""
    x, _ = pair(minigrad)
    y, g = x.sum(), minigrad.ones(())
    for tensors, gradients in (([y], [g, g]), ([], [g])):
        with pytest.raises(RuntimeError, match=f"got {len(tensors)} tensors and {len(gradients)} gradients"):
            minigrad.autograd.backward(tensors, gradients)
    assert x.grad is None
