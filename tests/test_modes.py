"""Grad modes: as context managers, decorators and a function; nested, with errors inside, in threads."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import minigrad
from minigrad.autograd import modes
from tests.conformance import Cases, done, error, on_both

case = Cases("modes", versions=False)


def leaf(torch):
    return torch.tensor([1.0, 2.0], requires_grad=True)


def tracks(torch):
    """Whether operations are recorded now."""
    recorded = (leaf(torch) * 2).requires_grad
    assert recorded == torch.is_grad_enabled()
    return recorded


@case
def context_managers(torch):
    told = [tracks(torch)]
    with torch.no_grad() as inside:
        told += [inside, tracks(torch)]
        with torch.enable_grad():
            told.append(tracks(torch))
            with torch.set_grad_enabled(False):
                told.append(tracks(torch))
                with torch.set_grad_enabled(True):
                    told.append(tracks(torch))
                told.append(tracks(torch))
            told.append(tracks(torch))
        told.append(tracks(torch))
    return [*told, tracks(torch)]


@case
def what_is_made_without_grad_mode(torch):
    x = leaf(torch)
    with torch.no_grad():
        y = x * 2
        z = torch.ones(2, requires_grad=True)
        w = torch.ones(2).requires_grad_()
        v = x.view(2)
        u = x.clone()
        d = x.detach()
    return x, y, z, w, u, d, z * 2, y * z, v.requires_grad, y.is_leaf


@case
def set_grad_enabled_as_a_function(torch):
    told = [torch.is_grad_enabled()]
    torch.set_grad_enabled(False)
    told.append(tracks(torch))
    torch.set_grad_enabled(True)
    told.append(tracks(torch))
    switch = torch.set_grad_enabled(False)
    told.append(tracks(torch))
    with switch:
        told.append(tracks(torch))
    told.append(tracks(torch))
    torch.set_grad_enabled(True)
    return [*told, tracks(torch)]


@case
def set_grad_enabled_with_a_condition(torch):
    told = []
    for training in (True, False):
        with torch.set_grad_enabled(training):
            told.append(tracks(torch))
    return [*told, tracks(torch), done(lambda: torch.set_grad_enabled(1)), torch.set_grad_enabled(True) is None]


@case
def one_object_again_and_again(torch):
    off = torch.no_grad()
    told = []
    for _ in range(2):
        with off:
            told.append(tracks(torch))
        told.append(tracks(torch))
    return told


@case
def errors_inside(torch):
    told = []
    for mode in (torch.no_grad(), torch.set_grad_enabled(False)):

        def work(mode=mode):
            with mode:
                raise ValueError("no")

        told += [error(work), tracks(torch)]

    @torch.no_grad()
    def broken():
        raise ValueError("no")

    return [*told, error(broken), tracks(torch)]


@case
def decorated_functions(torch):
    @torch.no_grad()
    def off(x, factor=2):
        """Its own words."""
        return tracks(torch), (x * factor).requires_grad

    @torch.enable_grad()
    def on():
        return tracks(torch)

    @torch.set_grad_enabled(False)
    def set_off():
        return tracks(torch)

    told = [tracks(torch), off(leaf(torch)), off(leaf(torch), factor=3), off.__name__, off.__doc__]
    with torch.no_grad():
        told += [on(), tracks(torch)]
    return [*told, set_off(), tracks(torch)]


@case
def decorators_without_brackets(torch):
    @torch.no_grad
    def off():
        return tracks(torch)

    @torch.enable_grad
    def on():
        return tracks(torch)

    with torch.no_grad():
        told = [on(), off()]
    return [*told, off(), on(), off.__name__]


@case
def decorated_recursion(torch):
    @torch.no_grad()
    def down(n):
        told = [tracks(torch)]
        return told + (down(n - 1) if n else []) + [tracks(torch)]

    return down(3), tracks(torch)


@case
def decorated_generators(torch):
    """Only the generator's own code runs without grad mode, not what is done between its steps."""
    told = []

    @torch.no_grad()
    def numbers():
        try:
            got = yield tracks(torch)
            told.append(got)
            yield tracks(torch)
            yield tracks(torch)
        finally:
            told.append(tracks(torch))
        return 5

    g = numbers()
    told += [next(g), tracks(torch), g.send("sent"), tracks(torch)]
    g.close()
    told.append(tracks(torch))

    @torch.no_grad()
    def caught():
        try:
            yield 1
        except ValueError:
            yield tracks(torch)

    g = caught()
    told += [next(g), g.throw(ValueError()), tracks(torch)]

    def whole():
        told.append((yield from numbers()))

    return [*told, list(whole()), told, numbers.__name__]


@case
def decorated_methods(torch):
    class Model:
        @torch.no_grad()
        def predict(self, x):
            return self, (x * 2).requires_grad

        @staticmethod
        @torch.no_grad()
        def helper():
            return tracks(torch)

        @classmethod
        @torch.no_grad()
        def make(cls):
            return cls, tracks(torch)

        def train(self, x):
            return (x * 2).requires_grad

    model = Model()
    (me, off), (cls, made) = model.predict(leaf(torch)), Model.make()
    return me is model, off, model.train(leaf(torch)), Model.helper(), cls is Model, made


@case
def backward_without_grad_mode(torch):
    x = leaf(torch)
    y = (x * x).sum()
    with torch.no_grad():
        y.backward(retain_graph=True)
        told = [x.grad.clone(), torch.autograd.grad(y, x, retain_graph=True)]
        (g,) = torch.autograd.grad(y, x, create_graph=True)
        told += [g.requires_grad, error(lambda: y.exp().backward())]
    return [*told, tracks(torch)]


@case
def mode_after_a_failed_backward(torch):
    x = leaf(torch)
    told = [done((x * 2).backward), tracks(torch)]
    h = x * 1
    y = (h * h).sum()
    h.add_(1)
    told += [done(y.backward), tracks(torch), done(lambda: torch.autograd.grad(y, x, create_graph=True))]
    return [*told, tracks(torch)]


@pytest.mark.parametrize("name", case)
def test_mode(name):
    case.check(name)


@on_both
def test_each_thread_has_its_own(torch):
    seen = {}
    ready, go = threading.Event(), threading.Event()

    def other():
        seen["at first"] = torch.is_grad_enabled()
        ready.set()
        go.wait(5)
        seen["still"] = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        seen["its own"] = torch.is_grad_enabled()

    with torch.no_grad():
        thread = threading.Thread(target=other)
        thread.start()
        assert ready.wait(5)
        assert not torch.is_grad_enabled()
        go.set()
        thread.join()
        assert not torch.is_grad_enabled()
    assert seen == {"at first": True, "still": True, "its own": False}
    assert torch.is_grad_enabled()


@on_both
@pytest.mark.filterwarnings("ignore:Decorating classes is deprecated")
def test_a_decorated_class(torch):
    class Model:
        def __init__(self):
            self.tracked = torch.is_grad_enabled()

        def call(self):
            return torch.is_grad_enabled()

    decorated = torch.no_grad()(Model)
    made = decorated()
    assert (made.tracked, made.call()) == (False, True)
    assert torch.is_grad_enabled()


@on_both
def test_one_object_nested_in_itself(torch):
    off, on = torch.no_grad(), torch.enable_grad()
    with off, on, on:
        assert torch.is_grad_enabled()
    assert torch.is_grad_enabled()


def in_an_event_loop(coroutine):
    """Run a coroutine in a thread of its own: this one may have an event loop already, that of the browser tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def test_a_decorated_coroutine():
    """PyTorch's decorator switches only while the coroutine is made; minigrad's while its code runs, and only then."""
    told = []

    @minigrad.no_grad()
    async def work():
        """Its own words."""
        told.append(("work", minigrad.is_grad_enabled()))
        await asyncio.sleep(0)
        told.append(("work", minigrad.is_grad_enabled()))
        return 7

    async def other():
        told.append(("other", minigrad.is_grad_enabled()))

    async def main():
        both = await asyncio.gather(work(), other())
        told.append(("main", minigrad.is_grad_enabled()))
        return both[0]

    assert in_an_event_loop(main()) == 7 and work.__doc__ == "Its own words."
    assert told == [("work", False), ("other", True), ("work", False), ("main", True)]


def test_a_coroutine_that_fails():
    @minigrad.no_grad()
    async def work():
        await asyncio.sleep(0)
        raise ValueError("no")

    async def main():
        with pytest.raises(ValueError, match="no"):
            await work()
        return minigrad.is_grad_enabled()

    assert in_an_event_loop(main())


# ------------------------------------------------------------ the one variable that operations look at
@pytest.fixture
def all_usual(monkeypatch):
    """`usual` as in a fresh interpreter, whatever earlier tests have done (inference mode is noted for good)."""
    from minigrad.autograd import inference

    monkeypatch.setattr(modes, "_unusual", 0)
    monkeypatch.setattr(modes, "usual", True)
    monkeypatch.setattr(inference, "used", False)


def _hooked(hook):
    x = leaf(minigrad)
    y = x * 2
    y.register_hook(hook)
    return x, y.sum()


def test_usual_is_told_of_every_mode(all_usual):
    told = []

    def note():
        told.append(modes.usual)

    with minigrad.no_grad():
        note()
        with minigrad.enable_grad():
            note()
        note()
        with ThreadPoolExecutor(1) as thread:  # which records, while this one does not
            assert thread.submit(tracks, minigrad).result()
    note()
    minigrad.set_grad_enabled(False)
    note()
    minigrad.set_grad_enabled(True)
    note()
    with minigrad.autograd.graph.saved_tensors_hooks(lambda x: x, lambda x: x):
        note()
    note()
    assert told == [False, True, False, True, False, True, False, True]


@pytest.mark.parametrize("create_graph", [False, True])
def test_usual_within_a_pass_and_after_it(all_usual, create_graph):
    seen = []

    def hook(g):
        seen.append((modes.usual, tracks(minigrad)))
        with minigrad.enable_grad():
            assert tracks(minigrad)
        with minigrad.no_grad():
            assert not tracks(minigrad)

    x, total = _hooked(hook)
    total.backward(create_graph=create_graph)
    assert seen == [(create_graph, create_graph)]
    assert modes.usual and tracks(minigrad)


@pytest.mark.parametrize("flag", [False, True])
@pytest.mark.parametrize("create_graph", [False, True])
def test_usual_after_a_hook_that_leaves_the_mode_switched(all_usual, create_graph, flag):
    def hook(g):
        minigrad.set_grad_enabled(flag)

    (_, total), (_, again) = _hooked(hook), _hooked(hook)
    total.backward(create_graph=create_graph)
    assert tracks(minigrad)
    with minigrad.no_grad():
        assert not tracks(minigrad) and not modes.usual
        again.backward(create_graph=create_graph)
        assert not tracks(minigrad) and not modes.usual
    assert tracks(minigrad)


def test_usual_after_a_pass_that_fails(all_usual):
    def hook(g):
        raise ZeroDivisionError

    x, total = _hooked(hook)
    with pytest.raises(ZeroDivisionError):
        total.backward()
    assert modes.usual and tracks(minigrad)
