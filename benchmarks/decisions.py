"""What the design decisions of docs/speed.md pay: `python -m benchmarks.decisions`.

Each is a small thing done in two or three ways (`snippets.py`), timed in turn. `--write` keeps the figures in
`decisions.json` and puts programs and figures into the page.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import timeit
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks import report, summary
from benchmarks.driver import ONE_THREAD
from benchmarks.snippets import DECISIONS, Decision

KEPT = Path(__file__).parent / "decisions.json"
AT_LEAST = 0.02  # seconds of one timing

Figures = dict[str, dict[str, float]]
"""For each decision the seconds of each way."""

IN_A_FRESH_PYTHON = """
import time, timeit
def best(statement, once):
    start = time.process_time()
    exec(statement, globals())
    first = time.process_time() - start
    if once:
        return first
    timer = timeit.Timer(statement, "import gc; gc.enable()", time.process_time, globals())
    return min(timer.repeat(5, 20)) / 20
print(best({timed!r}, {once}))
"""


def measure(decision: Decision, rounds: int) -> dict[str, float]:
    """CPU seconds of each way to do the thing once: the best of some rounds, in each of which all take their turn."""
    time = _in_fresh_pythons(decision) if decision.fresh else _here(decision)
    best = dict.fromkeys(decision.ways, float("inf"))
    for _ in range(rounds):
        for way in random.sample(list(decision.ways), len(decision.ways)):
            best[way] = min(best[way], time(way))
    return {way: seconds / decision.times for way, seconds in best.items()}


def _here(decision: Decision) -> Any:
    """What times a way in this process."""
    timers = {}
    for way, program in decision.ways.items():
        names: dict[str, Any] = {}
        exec(decision.before + program, names)
        timers[way] = timeit.Timer(decision.timed, "import gc; gc.enable()", process_time, names)
    runs = {way: max(1, int(AT_LEAST / min(timer.repeat(2, 1)))) for way, timer in timers.items()}
    return lambda way: timers[way].timeit(runs[way]) / runs[way]


def _in_fresh_pythons(decision: Decision) -> Any:
    """What times a way in a process of its own."""
    environment = os.environ | ONE_THREAD
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    ending = IN_A_FRESH_PYTHON.format(timed=decision.timed, once=decision.once)

    def time(way: str) -> float:
        program = decision.before + decision.ways[way] + ending
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        return float(done.stdout)

    return time


# ------------------------------------------------------------ the page
def shown(seconds: float) -> str:
    """A time with two or three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def block(name: str, figures: dict[str, float]) -> str:
    """A decision as the page shows it: each way with its figure and its program."""
    decision = DECISIONS[name]
    parts = []
    for way, program in decision.ways.items():
        parts.append(f"{way}: **{shown(figures[way])}**\n\n```python\n{program}```\n")
    return f"{decision.what[0].upper()}{decision.what[1:]}:\n\n" + "\n".join(parts)


def page(text: str, figures: Figures) -> str:
    """The page with all its decisions put in anew."""
    for name in DECISIONS:
        text = summary.put_between(text, f"decision: {name}", block(name, figures[name]))
    return text


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decisions", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", metavar="nodes,dot", help="these only")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--write", action="store_true", help="keep the figures, and put them into docs/speed.md")
    options = parser.parse_args(arguments)
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {"figures": {}}
    for name in options.only.split(",") if options.only else DECISIONS:
        found = measure(DECISIONS[name], options.rounds)
        kept["figures"][name] = {way: float(f"{seconds:.3g}") for way, seconds in found.items()}
        print(f"{name}: " + ", ".join(f"{way} {shown(seconds)}" for way, seconds in found.items()), flush=True)
    if options.write:
        kept["machine"] = {key: value for key, value in report.machine().items() if key in ("python", "cpu", "numpy")}
        KEPT.write_text(json.dumps(kept, indent=1) + "\n")
        summary.PAGE.write_text(page(summary.PAGE.read_text(), kept["figures"]))


if __name__ == "__main__":
    main()
