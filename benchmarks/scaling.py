"""How time and memory grow: `python -m benchmarks.scaling`.

nodes     W4's program, a chain of `x + 1.0`, forward and backward: µs and bytes a node
elements  five operations on ever longer arrays, forward and backward: ns an element
stepper   the same backward pass before the stepper's code was imported, after a recording, and recorded
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import driver, report, summary
from benchmarks.implementations import IMPLEMENTATIONS, is_installed
from benchmarks.workloads import ELEMENTS, WORKLOADS, Workload

KEPT = Path(__file__).parent / "scaling.json"
NODES = tuple(10**k for k in range(3, 7))
ELEMENT_COUNTS = tuple(10**k for k in range(2, 8))
STEPPER_NODES = (10, 100, 1000)
TOO_LONG = 40.0  # seconds that a run may be expected to take

Table = dict[Any, dict[str, Any]]
"""For each size what each library has: a figure, or a word on why it has none."""


def grow(workload: Workload, sizes: Sequence[int], names: Sequence[str], rounds: int, memory: bool) -> dict[str, Table]:
    """Seconds, and bytes if `memory` is asked for, that each library takes for one unit of each size.

    Gradients are compared with those by hand before anything is timed. A library that failed at a size, or that would
    take too long at it, is not asked for a larger one.
    """
    tables: dict[str, Table] = {"seconds": {}, "bytes": {}}
    out: dict[str, str] = {name: why for name in names if (why := IMPLEMENTATIONS[name][0].absent.get(workload.name))}
    for size in sizes:
        print(f"{workload.name}, {size:,} …", file=sys.stderr, flush=True)
        present = [name for name in names if name not in out]
        seconds, failures = _time(replace(workload, size=size), present, rounds if size < 1_000_000 else 1)
        out |= failures
        tables["seconds"][size] = seconds | out
        if memory:
            tables["bytes"][size] = _bytes(workload, size, list(seconds)) | out
        for name, value in seconds.items():
            if value * size * 10 > TOO_LONG:
                out[name] = f"a run of {size:,} takes {value * size:.0f} s"
    return tables


def _time(workload: Workload, names: Sequence[str], rounds: int) -> tuple[dict[str, float], dict[str, str]]:
    """Seconds a unit, and for those without a figure the reason."""
    judge = driver.REFERENCE
    workers = {name: driver.Worker(name) for name in {judge, *names}}
    try:
        expected = workers[judge].ask("gradients", workload.name, workload.size)
        failures = {}
        for name in names:
            if name != judge:
                failures |= driver.why_not(workers[name], name, workload, expected)
        timed = [name for name in names if name not in failures]
        samples = driver.interleaved(workers, timed, rounds, ("run", 0.05, "cpu"))
    finally:
        for worker in workers.values():
            worker.__exit__()
    return {name: summary.short(median(found) / workload.size) for name, found in samples.items()}, failures


def _bytes(workload: Workload, size: int, names: Sequence[str]) -> dict[str, float]:
    found = {}
    for name in names:
        if name != driver.REFERENCE:
            with driver.Worker(name) as worker:
                found[name] = summary.short(worker.ask("memory", workload.name, size))
    return found


# ------------------------------------------------------------ the stepper
def stepper(sizes: Sequence[int], rounds: int) -> Table:
    """Seconds a node of backward with nobody recording, before and after, and of recording it.

    That nobody records costs nothing: `backward()` and the recorder drain the same generator, `engine.run`, and no line
    of it knows of the stepper. Run in a fresh process, so that "before" means before `minigrad.viz` is imported.
    """
    import minigrad

    def graph(size: int) -> Any:
        x = minigrad.tensor([1.0, 2.0, 3.0], requires_grad=True)
        for _ in range(size):
            x = x + 1.0
        return x.sum()

    def backward(size: int) -> Callable[[], Any]:
        y = graph(size)
        return lambda: y.backward(retain_graph=True)

    assert "minigrad.viz" not in sys.modules
    rows: Table = {size: {"before": _fastest(backward(size), rounds) / size} for size in sizes}
    from minigrad.viz.trace import record

    for size, row in rows.items():
        y = graph(size)
        row["recorded"] = _fastest(lambda y=y: record(y), rounds) / size
        row["after"] = _fastest(backward(size), rounds) / size
    return rows


def _fastest(function: Callable[[], Any], rounds: int) -> float:
    """Seconds of the fastest run: what is compared here is the same work in the same process."""
    best, start = float("inf"), time.process_time()
    while rounds > 0 or time.process_time() - start < 0.1:
        before = time.process_time()
        function()
        best = min(best, time.process_time() - before)
        rounds -= 1
    return summary.short(best)


# ------------------------------------------------------------ printing
def text(results: dict[str, Any]) -> str:
    """The tables as one text."""
    names = results["libraries"]
    described = ", ".join(f"{name} {value}" for name, value in results["machine"].items())
    columns = {"before": "nobody records", "after": "nobody any more", "recorded": "recorded"}
    elements = f"Elements: ns an element, forward and backward of {ELEMENTS.title}"
    return "\n".join(
        [
            f"{described}\nOne thread, CPU time.\n",
            "Nodes: µs a node, forward and backward of a chain of x + 1.0",
            _lines(results["nodes"]["seconds"], names, names, 1e6, 2),
            "Nodes: bytes that the recorded graph keeps for each",
            _lines(results["nodes"]["bytes"], names, names, 1, 0),
            elements,
            _lines(results["elements"]["seconds"], names, names, 1e9, 2),
            "Stepper: µs a node of the backward pass",
            _lines(results["stepper"], list(columns), list(columns.values()), 1e6, 2),
        ]
    )


def _lines(table: Table, names: Sequence[str], titles: Sequence[str], unit: float, digits: int) -> str:
    rows = [["", *titles]] + [[f"{int(size):,}", *_cells(row, names, unit, digits)] for size, row in table.items()]
    return report.align(rows, words=1)


def _cells(row: dict[str, Any], names: Sequence[str], unit: float, digits: int) -> list[str]:
    found = [row.get(name) for name in names]
    return [f"{value * unit:.{digits}f}" if isinstance(value, float) else "–" for value in found]


def block(results: dict[str, Any]) -> str:
    """The tables as the page shows them."""
    return f"```text\n{text(results)}\n{notes(results)}".rstrip() + "\n```\n"


def notes(results: dict[str, Any]) -> str:
    """Why some cells are empty, a line each."""
    lines = []
    for part in ("nodes", "elements"):
        last: dict[str, Any] = ([{}, *results[part]["seconds"].values()])[-1]
        lines += [f"{part}: {name}: {why}\n" for name, why in last.items() if isinstance(why, str)]
    return "".join(lines)


def collect(names: Sequence[str], nodes: Sequence[int], elements: Sequence[int], rounds: int) -> dict[str, Any]:
    """Measure everything; the result is plain data."""
    steps = stepper(STEPPER_NODES, rounds)
    return {
        "machine": report.machine(),
        "libraries": list(names),
        "nodes": grow(WORKLOADS["W4"], nodes, names, rounds, memory=True),
        "elements": grow(ELEMENTS, elements, names, rounds, memory=False),
        "stepper": steps,
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--libraries", metavar="minigrad,torch", help="these only")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (3; a million once)")
    parser.add_argument("--most-nodes", type=int, default=NODES[-1], metavar="N", help="the longest chain")
    parser.add_argument("--most-elements", type=int, default=ELEMENT_COUNTS[-1], metavar="N", help="the longest array")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures in this file")
    parser.add_argument(
        "--write", action="store_true", help="keep them in scaling.json and put them into docs/speed.md"
    )
    options = parser.parse_args(arguments)
    wanted = driver.choose(None, options.libraries)[1]
    names = [name for name in wanted if is_installed(name) and IMPLEMENTATIONS[name][0].only is None]
    nodes = [n for n in NODES if n <= options.most_nodes]
    elements = [n for n in ELEMENT_COUNTS if n <= options.most_elements]
    results = collect(names, nodes, elements, options.rounds)
    results = json.loads(json.dumps(results))  # as it will be read: sizes are texts
    if options.write:
        KEPT.write_text(json.dumps(results, indent=1) + "\n")
        summary.PAGE.write_text(summary.put_between(summary.PAGE.read_text(), "scaling", block(results)))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")
    print(text(results))
    print(notes(results), end="")


if __name__ == "__main__":
    main()
