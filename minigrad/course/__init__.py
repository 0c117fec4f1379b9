"""What the lessons import.

``check("00.1", answer)`` checks an exercise, ``ready("0.1")`` says whether the right kernel runs. On the command line,
``python -m minigrad.course start|reset|progress`` makes a learner's copy, gives a lesson back, shows what is done.
"""

from minigrad.course.checking import check, ready

__all__ = ["check", "ready"]
