"""Measure and print: `python -m benchmarks --help`."""

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks import driver, report
from benchmarks.implementations import is_installed
from benchmarks.worker import CLOCKS
from benchmarks.workloads import DEEP, WORKLOADS


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time minigrad beside PyTorch and other small autograd libraries, one thread each.",
    )
    parser.add_argument("--only", metavar="W1,W4", help="these workloads only (W9 is the import; W2 is W2a and W2b)")
    parser.add_argument("--libraries", metavar="minigrad,torch", help="these only (numpy is the limit by hand)")
    parser.add_argument("--rounds", type=int, default=9, help="how often each is timed (default 9)")
    parser.add_argument("--seconds", type=float, default=0.1, help="how long one timing takes at least (default 0.1)")
    parser.add_argument("--clock", choices=tuple(CLOCKS), default="cpu", help="CPU time (default) or wall clock time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every sample in this file")
    parser.add_argument(
        "--check",
        nargs="?",
        const="final",
        choices=("final", "first"),
        help="fail if a goal is missed by more than 15 %%: the final ones, or those of the first milestone",
    )
    return parser.parse_args(arguments)


def collect(only: list[str], libraries: list[str], rounds: int, seconds: float, clock: str) -> dict[str, Any]:
    """Run everything that was asked for; the result is plain data, ready for JSON."""
    present = [name for name in libraries if is_installed(name)]
    results: dict[str, Any] = {
        "machine": report.machine(),
        "rounds": rounds,
        "clock": clock,
        "libraries": present,
        "skipped": [name for name in libraries if name not in present],
        "workloads": {},
    }
    for name in only:
        print(f"{name} …", flush=True)
        if name in WORKLOADS:
            results["workloads"][name] = driver.measure(WORKLOADS[name], present, rounds, seconds, clock)
        else:
            results["imports"] = driver.import_times(present, rounds)
        if name == DEEP[0] and "minigrad" in present:
            results["deep"] = driver.deep_graph()
    return results


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 1 if `--check` finds a goal missed."""
    options = parse(arguments)
    only, libraries = driver.choose(options.only, options.libraries)
    results = collect(only, libraries, options.rounds, options.seconds, options.clock)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")
    print()
    print(report.heading(results))
    print(report.table(results))
    if not options.check:
        return 0
    sentences = report.missed(results, options.check)
    print("\n".join(sentences) or "every goal is met")
    return 1 if sentences else 0


if __name__ == "__main__":
    raise SystemExit(main())
