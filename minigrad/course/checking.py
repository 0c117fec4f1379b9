"""`check` and `ready`: what a lesson's cells call. Each prints exactly one line."""

import contextlib
import io
import os
import re
import reprlib

from minigrad.course.exercises import Exercise, NotYet, find
from minigrad.course.progress import Progress, Record

_in_memory = Progress(None)


def check(exercise_id: str, answer: object = None) -> None:
    """Check the answer to an exercise and print one line: ``○ not yet: …``, ``✗ hint`` or ``✓ …``.

    Never raises, whatever the answer is. In a learner's copy of the lessons the result is kept in ``.progress.json``.

    Parameters
    ----------
    exercise_id : str
        Such as ``"00.2"``: lesson and number.
    answer : object
        Whatever the exercise asks for: numbers, a tensor, a function, the stepper.

    Examples
    --------
    >>> from minigrad.course import check
    >>> check("00.2", ([9.0, 36.0], [-10.0, -2.0]))
    ✓ [9., 36.] and [-10., -2.]: 9a² and −2b, entry by entry.
    """
    exercise = find(exercise_id)
    if exercise is None:
        print(f"✗ there is no exercise {_one_line(exercise_id)}.")
        return
    print(_verdict(exercise, answer))


def forget() -> None:
    """Forget the tries that this process remembers (those in a ``.progress.json`` stay)."""
    _in_memory.write({})


def _verdict(exercise: Exercise, answer: object) -> str:
    # Whatever a learner's own code does (print, warn, raise), the one line below is all that appears.
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            mistake = exercise.judge(answer)
    except NotYet as todo:
        return f"○ not yet: {todo}"
    except (Exception, SystemExit) as error:  # a learner's function may even call exit()
        mistake = f"{type(error).__name__}: {_one_line(error)}"
        hint = f"{exercise.hint} (Checking your answer raised {mistake})"
    else:
        hint = exercise.hint_for(mistake) if mistake is not None else ""

    record, again, trouble = _note(exercise, _one_line(reprlib.repr(answer)), mistake)
    if mistake is None:
        return f"✓ {exercise.praise}{trouble}"
    # A new mistake gets its own hint; the same one again, the exercise's second; a third try, the way to the solution.
    line = exercise.second_hint if again else hint
    return f"✗ {line}" + (f" Solution: {solution_of(exercise)}" if record.tries > 2 else "") + trouble


def _note(exercise: Exercise, answer: str, mistake: str | None) -> tuple[Record, bool, str]:
    """Note one try. Returns what is known now, whether this mistake was met before, and what the file refused."""
    here, trouble = Progress.here(), ""
    for progress in [here, _in_memory] if here.exists() else [_in_memory]:
        try:
            record = progress.record(exercise.id)
            again = record.add(answer, mistake)
            progress.keep(exercise.id, record)
            break
        except OSError as error:
            trouble = f" (Not kept: {_one_line(error)})"
    return record, again, trouble


def solution_of(exercise: Exercise) -> str:
    """Where the solution stands, seen from the folder of the lessons."""
    return f"solutions/{exercise.id.partition('.')[0]}.ipynb"


def _one_line(value: object) -> str:
    """A short text without line breaks and addresses, so that equal answers print equal lines."""
    try:
        text = str(value)
    except Exception as error:
        text = f"<{type(value).__name__} whose text raised {type(error).__name__}>"
    text = re.sub(r"0x[0-9a-fA-F]{4,}", "0x…", " ".join(text.split()))
    return text if len(text) <= 200 else text[:199] + "…"


def ready(version: str) -> None:
    """Say in one line whether this kernel can run a lesson written for minigrad `version` (such as ``"0.1"``).

    From then on, mistakes that raise no error are warned of (`minigrad.autograd.warn_silent_mistakes`).

    Examples
    --------
    >>> from minigrad.course import ready
    >>> ready("0.1")
    ✓ Ready: minigrad 0.1.
    """
    import numpy

    import minigrad
    from minigrad.autograd.silent import warn_silent_mistakes

    problem = ""
    if int(numpy.__version__.split(".")[0]) < 2:
        problem = f"this kernel has NumPy {numpy.__version__}, the course needs 2"
    elif not (minigrad.__version__ + ".").startswith(version + "."):
        problem = f"this lesson is for minigrad {version}, this kernel has {minigrad.__version__}"
    if problem:
        print(f"✗ {problem[0].upper()}{problem[1:]}. Close JupyterLab and start it with: {_start_command()}")
    else:
        warn_silent_mistakes()
        print(f"✓ Ready: minigrad {version}.")


def _start_command() -> str:
    return "uv run jupyter lab course/" if os.name == "nt" else "make course"
