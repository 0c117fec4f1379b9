"""Grad modes: whether operations are recorded. Each thread has its own."""

from __future__ import annotations

import functools
import inspect
import threading
import types
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class _Mode(threading.local):
    """What one thread has switched on.

    Attributes
    ----------
    recording : bool or Observers
        Whether operations are recorded: the one attribute that every operation reads. `Observers` are told of every
        node made.
    on : True or Observers
        What `recording` becomes when recording is switched on.
    inference : bool
        Whether the thread is in inference mode.
    depth : int
        How many passes this thread is inside of.
    running : Staged or None
        The innermost of these.
    no_saved_hooks : str or None
        Why `saved_tensors_hooks` are forbidden.
    copying_saved : bool
        Whether the thread is in `allow_mutation_on_saved_tensors`.
    """

    recording: Any = True
    on: Any = True
    inference = False
    depth = 0
    running: Any = None
    no_saved_hooks: str | None = None
    copying_saved = False


mode = _Mode()

usual = True
"""Whether every thread records, nobody watches, and nobody was ever in inference mode: what an operation asks first.

A look at a module's variable takes 10 ns, one at a thread's own (`mode.recording`) 100: 6 % of a small operation.
"""
_unusual = 0  # how many threads do not simply record (and for good one more, when there was inference mode)
_counting = threading.Lock()


def switch(recording: Any) -> Any:
    """Set this thread's `mode.recording`; returns what it was. Nobody else sets it."""
    before = mode.recording
    if recording is not before:
        mode.recording = recording
        count_unusual((recording is not True) - (before is not True))
    return before


def count_unusual(more: int) -> None:
    """So many threads more have a mode of their own."""
    global usual, _unusual
    if more:
        with _counting:
            _unusual += more
            usual = not _unusual


class Observers(tuple[Any, ...]):
    """What is told of every node made: `saved.SavedHooks` and others like it, of each kind at most one."""

    __slots__ = ()

    def made(self, node: Any) -> None:
        for observer in self:
            observer.made(node)

    def find(self, kind: type) -> Any:
        return next((observer for observer in self if type(observer) is kind), None)


def observe(kind: type, observer: Any) -> Any:
    """From now on, in this thread, tell this observer of every node made, in place of the one of its kind.

    None tells none of its kind. Returns the one that was told so far.
    """
    if not mode.on:  # in inference mode nothing is ever recorded
        return None
    told = mode.on if isinstance(mode.on, Observers) else Observers()
    others = [one for one in told if type(one) is not kind]
    now = Observers(others if observer is None else [*others, observer])
    mode.on = now or True
    switch(mode.recording and mode.on)
    return told.find(kind)


def passing(create_graph: bool, before: Any = None) -> Any:
    """Set `mode.recording` for a pass, or after it, to what it was `before`; returns what it was.

    The rules of a pass of first order work on arrays, so there is nothing to record and no need to count, which would
    take a twentieth of a small pass. `inside` makes up for it.
    """
    recording = (create_graph and mode.on) if before is None else before
    if create_graph:
        return switch(recording)
    was, mode.recording = mode.recording, recording
    return was


class inside:
    """A block in which a pass calls the user's code, which may record, and start passes of its own.

    Parameters
    ----------
    running : Staged, optional
        The pass; by default the one that this thread is inside of already.
    """

    __slots__ = ("before", "counted", "running")

    def __init__(self, running: Any = None) -> None:
        self.running = running

    def __enter__(self) -> None:
        self.before = mode.running
        mode.running = self.before if self.running is None else self.running
        mode.depth += 1
        self.counted = mode.recording is not True  # by a pass of first order, which does not count: see `passing`
        count_unusual(self.counted)

    def __exit__(self, *exc: object) -> None:
        if self.counted and mode.recording is not True:  # else the user's code has switched it on for good, and counted
            count_unusual(-1)
        mode.running = self.before
        mode.depth -= 1


def is_grad_enabled() -> bool:
    """Whether operations are recorded now, in this thread.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.is_grad_enabled()
    True
    """
    return mode.recording is not False  # in inference mode it may be an object that is false


class _GradMode:
    """A context manager that switches recording, and a decorator for functions, generators, coroutines and classes."""

    recording: bool
    _before: tuple[Any, ...] = ()  # one object may be entered several times, one inside the other

    def __enter__(self) -> None:
        self._before = (*self._before, _swap(self.recording))

    def __exit__(self, *exc: object) -> None:
        switch(self._before[-1])
        self._before = self._before[:-1]

    def _again(self) -> _GradMode:
        return type(self)()

    def __call__(self, function: F) -> F:
        if inspect.isclass(function):
            setattr(function, "__init__", self(function.__init__))  # noqa: B010
            return function
        again = self._again
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def generator(*args: Any, **kwargs: Any) -> Any:
                return _drive(function(*args, **kwargs), again)

            return generator  # type: ignore[return-value]
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def coroutine(*args: Any, **kwargs: Any) -> Any:
                return await types.coroutine(_drive)(function(*args, **kwargs), again)

            return coroutine  # type: ignore[return-value]

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with again():
                return function(*args, **kwargs)

        return wrapper  # type: ignore[return-value]


def _drive(generator: Any, again: Callable[[], _GradMode]) -> Any:
    """Run a generator or coroutine with the mode set only while its own code runs, not while its caller's does."""
    try:
        with again():
            value = generator.send(None)
        while True:
            try:
                received = yield value
            except GeneratorExit:
                with again():
                    generator.close()
                raise
            except BaseException as error:
                with again():
                    value = generator.throw(error)
            else:
                with again():
                    value = generator.send(received)
    except StopIteration as stop:
        return stop.value


class no_grad(_GradMode):
    """Operations inside are not recorded; their results do not require grad.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor(2., requires_grad=True)
    >>> with minigrad.no_grad():
    ...     y = x * 3
    >>> y.requires_grad
    False
    """

    recording = False

    def __new__(cls, function: F | None = None) -> Any:
        self = super().__new__(cls)
        return self if function is None else self(function)  # `@no_grad` without brackets


class enable_grad(_GradMode):
    """Operations inside are recorded, also within `no_grad`.

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor(2., requires_grad=True)
    >>> with minigrad.no_grad(), minigrad.enable_grad():
    ...     y = x * 3
    >>> y.requires_grad
    True
    """

    recording = True

    def __new__(cls, function: F | None = None) -> Any:
        self = super().__new__(cls)
        return self if function is None else self(function)


class set_grad_enabled(_GradMode):
    """Switch recording on or off: at once when called, and back at the end of a `with` block.

    Parameters
    ----------
    mode : bool

    Examples
    --------
    >>> import minigrad
    >>> x = minigrad.tensor(2., requires_grad=True)
    >>> with minigrad.set_grad_enabled(False):
    ...     y = x * 3
    >>> y.requires_grad
    False
    """

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(
                f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {type(mode).__name__}"
            )
        self.recording = mode
        self._before = (_swap(self.recording),)
        self._entered = False

    def __enter__(self) -> None:
        if self._entered:
            super().__enter__()
        self._entered = True  # the first entering was done when the object was made

    def _again(self) -> _GradMode:
        return set_grad_enabled(self.recording)

    def __call__(self, function: F) -> F:
        _swap(self._before[0])  # used as a decorator: nothing is switched before the function is called
        return super().__call__(function)


def _swap(recording: Any) -> Any:
    return switch(recording and mode.on)
