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
    recording = True


# Operations read `mode.recording`: one attribute of a thread-local, looked up once an operation.
mode = _Mode()


def is_grad_enabled() -> bool:
    """Whether operations are recorded now, in this thread.

    Examples
    --------
    >>> import minigrad
    >>> minigrad.is_grad_enabled()
    True
    """
    return mode.recording


class _GradMode:
    """A context manager that switches recording, and a decorator for functions, generators, coroutines and classes."""

    recording: bool
    _before: tuple[bool, ...] = ()  # one object may be entered several times, one inside the other

    def __enter__(self) -> None:
        self._before = (*self._before, mode.recording)
        mode.recording = self.recording

    def __exit__(self, *exc: object) -> None:
        *before, mode.recording = self._before
        self._before = tuple(before)

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


def _swap(recording: bool) -> bool:
    before, mode.recording = mode.recording, recording
    return before
