"""Running a learner's code that may never come to an end."""

import ctypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 2.0  # of processor time; what is right takes a tenth of it


class TooLong(BaseException):
    """The learner's code will hardly end. Not caught by their `except Exception`."""


@contextmanager
def patience(seconds: float | None = None) -> Iterator[None]:
    """Raise `TooLong` within this block once it has taken so much processor time (by default `SECONDS`).

    A thread beside it keeps the time and asks Python to raise. That reaches loops of Python, not one long call into C.
    A busy machine makes nobody impatient: only work counts.

    Examples
    --------
    >>> with patience(0.1):
    ...     while True: pass
    Traceback (most recent call last):
        ...
    minigrad.course.exercises.patience.TooLong
    """
    learner, begun = ctypes.c_ulong(threading.get_ident()), time.process_time()
    limit = SECONDS if seconds is None else seconds
    finished, deciding = threading.Event(), threading.Lock()

    def keep_time() -> None:
        while not finished.wait(0.05):
            with deciding:
                if time.process_time() - begun > limit and not finished.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(learner, ctypes.py_object(TooLong))

    keeper = threading.Thread(target=keep_time, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        with deciding:
            finished.set()
            ctypes.pythonapi.PyThreadState_SetAsyncExc(learner, None)  # none may come late
        keeper.join()
