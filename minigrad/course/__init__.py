"""What the lessons import.

``check("00.1", answer)`` checks an exercise, ``ready("0.1")`` says whether the right kernel runs, ``overview()`` shows
what is done and what is open, ``reset("04")`` gives a lesson back as new. On the command line,
``python -m minigrad.course start|reset|progress`` makes a learner's copy, gives a lesson back, shows what is done;
``python -m minigrad.course.collect FOLDER`` makes a table of many learners' progress.
"""

from minigrad.course.checking import check, ready
from minigrad.course.standing import overview, reset

__all__ = ["check", "overview", "ready", "reset"]
