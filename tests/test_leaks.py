"""Nothing stays behind: long trainings and many failures with the collector switched off.

Four witnesses, because each is blind to something. The *census* counts minigrad's objects by class: it must be what it
was. Python's *allocated blocks* (all small objects, whoever's) and *traced bytes* (NumPy's buffers too, but slow, so
for a part of the steps) may rise by no more than caches fill: less than one small object in ten steps. And at
the end the collector, told to free nothing, must find no object of minigrad.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections import Counter
from contextlib import contextmanager

import pytest

import minigrad
from minigrad.autograd import versions

STEPS, FAILURES = 10_000, 1_000
BLOCKS = 1_000  # Python and NumPy keep some 700 freed ones for reuse; one object a step would be 10,000
BYTES = 20_000  # Python keeps names of attributes it looked up; the smallest array for each traced step: 22,400


@pytest.fixture(autouse=True, scope="module")
def the_recorded_passes_are_full():
    """When the last 1,000 passes under create_graph ran is kept, each in three blocks: here as many as there may be."""
    before = tuple(versions.recorded_passes)
    versions.recorded_passes.extend((n, n + 1) for n in range(-2_000, 0))
    yield
    versions.recorded_passes.clear()
    versions.recorded_passes.extend(before)


class Leak(AssertionError):
    """Something stayed behind."""


def ours(objects):
    return Counter(type(o).__name__ for o in objects if str(type(o).__module__).startswith("minigrad"))


@contextmanager
def nothing_left():
    """Raise `Leak` if what is done inside leaves objects of minigrad or other memory behind."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)  # from here on a collection frees nothing
    try:
        before, written, blocks = census(), len(versions._histories), sys.getallocatedblocks()
        yield
        gc.collect()
        blocks = sys.getallocatedblocks() - blocks
        garbage, left = ours(gc.garbage), census() - before
        if garbage:
            raise Leak(f"garbage: {dict(garbage)}")
        if left or len(versions._histories) != written:
            raise Leak(f"objects: {dict(left)}, {len(versions._histories) - written} histories")
        if blocks > BLOCKS:
            raise Leak(f"{blocks} blocks of memory")
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def census():
    return ours(gc.get_objects())


def traced_bytes():
    gc.collect()  # empties Python's own stores of dead tuples and the like
    return tracemalloc.get_traced_memory()[0]


def repeat(act, times, traced=250):
    """Do it often: first a few times to fill caches, then under the eyes of all witnesses; some of it traced."""
    for i in range(50):
        act(i)
    with nothing_left():
        for i in range(times - traced):
            act(i)
        tracemalloc.start()
        try:
            for i in range(50):
                act(i)
            grown = -traced_bytes()
            for i in range(50, traced):
                act(i)
            grown += traced_bytes()
        finally:
            tracemalloc.stop()
    if grown > BYTES:
        raise Leak(f"{grown} bytes")


# ------------------------------------------------------------ training
class Training:
    """A net of two layers that learns x² by gradient descent, with views, writes and hooks on the way."""

    def __init__(self):
        minigrad.manual_seed(0)
        self.x = minigrad.linspace(-1, 1, 8).unsqueeze(1)
        self.y = self.x**2
        self.parameters = [minigrad.randn(1, 6), minigrad.zeros(6), minigrad.randn(6, 1), minigrad.zeros(1)]
        for p in self.parameters:
            p.requires_grad_()
        self.losses = []

    def step(self, i):
        loss = self.loss(i)
        if i % 10 == 0:  # the gradient's own gradient
            (g,) = minigrad.autograd.grad(loss, self.parameters[0], create_graph=True)
            loss = loss + 1e-4 * (g * g).sum()
        loss.backward()
        with minigrad.no_grad():
            for p in self.parameters:
                p -= 0.05 * p.grad
                if i % 2:
                    p.grad = None
                else:
                    p.grad.zero_()
        self.losses = [*self.losses[-1:], loss.item()]

    def loss(self, i):
        w, b, v, c = self.parameters
        h = self.x @ w + b
        h[:, :2].mul_(0.9)  # a write through a view
        h.tanh_()
        left, right = h.split(3, 1)
        h = minigrad.cat([left, right.sin()], 1)
        handle = h.register_hook(lambda g: g * 1.0)
        if i % 3 == 0:
            h.retain_grad()
        if i % 4 == 0:
            handle.remove()
        out = h @ v + c
        out[out > 5] = 5.0
        return ((out - self.y) ** 2).mean()


def test_ten_thousand_steps_of_training():
    training = Training()
    training.step(0)
    first = training.losses[-1]
    repeat(training.step, STEPS)
    assert training.losses[-1] < first / 10


# ------------------------------------------------------------ failures
class Refused(Exception):
    pass


def refuse(g):
    raise Refused


def interrupt(g):
    raise KeyboardInterrupt


def graph():
    """A graph of a dozen nodes on two leaves, and what of it can be spoilt."""
    w = minigrad.ones(3, 4, requires_grad=True)
    b = minigrad.ones(4, requires_grad=True)
    h = (minigrad.ones(2, 3) @ w + b).sin()
    v = h[0]
    return w, b, h, (h * h).sum() + v.exp().sum()


def modified_in_place():
    w, b, h, y = graph()
    h.mul_(2)
    y.backward()


def modified_through_a_view():
    w, b, h, y = graph()
    h[1].zero_()
    minigrad.autograd.grad(y, [w, b])


def second_time():
    w, b, h, y = graph()
    y.backward()
    y.backward()


def shape_of_the_gradient():
    w, b, h, y = graph()
    h.backward(minigrad.ones(3))


def no_scalar():
    graph()[2].backward()


def unused_input():
    w, b, h, y = graph()
    minigrad.autograd.grad(y, minigrad.ones(2, requires_grad=True))


def error_in_a_hook():
    w, b, h, y = graph()
    h.register_hook(refuse)
    y.backward()


def error_in_the_hook_of_a_leaf():
    w, b, h, y = graph()
    b.register_hook(refuse)
    y.backward()


def error_in_a_hook_of_a_second_pass():
    w, b, h, y = graph()
    (g,) = minigrad.autograd.grad(y, w, create_graph=True)
    g.register_hook(refuse)
    (g * g).sum().backward()


def hook_that_changes_the_shape():
    w, b, h, y = graph()
    h.register_hook(lambda g: g.sum())
    y.backward()


def interrupted():
    w, b, h, y = graph()
    h.register_hook(interrupt)
    y.backward()


def interrupted_below_a_hook():
    """A backward within a hook of a backward."""
    w, b, h, y = graph()
    _, _, h2, y2 = graph()
    h2.register_hook(interrupt)
    h.register_hook(lambda g: y2.backward())
    y.backward()


def leaf_changed_in_place():
    w, b, h, y = graph()
    w.mul_(2)


def lost_view():
    w, b, h, y = graph()
    first, *_ = h.unbind()
    h.mul_(2)
    first.sum().backward()


KINDS = [
    modified_in_place, modified_through_a_view, second_time, shape_of_the_gradient, no_scalar, unused_input,
    error_in_a_hook, error_in_the_hook_of_a_leaf, error_in_a_hook_of_a_second_pass, hook_that_changes_the_shape,
    interrupted, interrupted_below_a_hook, leaf_changed_in_place, lost_view,
]  # fmt: skip


def test_a_thousand_failures():
    def fail(i):
        with pytest.raises((RuntimeError, Refused, KeyboardInterrupt)):
            KINDS[i % len(KINDS)]()

    repeat(fail, FAILURES)


def test_failures_leave_parameters_as_they_were():
    """One pair of leaves for all failures: no `.grad`, no hook, no mode stays behind."""
    w = minigrad.ones(3, requires_grad=True)

    def fail(i):
        y = (w * w).exp()
        y.register_hook(refuse if i % 2 else interrupt)
        with pytest.raises((Refused, KeyboardInterrupt)):
            (y * w).sum().backward(create_graph=bool(i % 3))

    repeat(fail, FAILURES)
    assert w.grad is None and w._version == 0 and minigrad.is_grad_enabled()


# ------------------------------------------------------------ the witnesses bite
def planted_cycle(i):
    y = minigrad.ones(2, requires_grad=True) * 2
    y.itself = y


def cycle_through_a_node(i):
    y = minigrad.ones(2, requires_grad=True) * 2
    y.register_hook(lambda g: y)


def gradient_with_history(i):
    """The one cycle that there is, as in PyTorch: a leaf holds its gradient, whose graph holds the leaf."""
    w = minigrad.ones(2, requires_grad=True)
    (w**3).sum().backward(create_graph=True)


kept: list = []


def kept_tensor(i):
    kept.append(minigrad.ones(2))


def kept_array(i):
    kept.append(minigrad.ones(200).array)


def kept_bytes(i):
    kept.append(bytes(i % 7 + 100))


def one_in_five(i):
    if i % 5 == 0:
        kept.append(minigrad.ones(2).array)


@pytest.mark.parametrize(
    "act",
    [planted_cycle, cycle_through_a_node, gradient_with_history, kept_tensor, kept_array, kept_bytes, one_in_five],
    ids=lambda act: act.__name__,
)
def test_a_leak_is_noticed(act):
    with pytest.raises(Leak):
        repeat(act, 6_500 if act is one_in_five else 1_000)
    kept.clear()
    gc.collect()
