"""From samples to a table, and from the table to a verdict."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.driver import BASELINE, Samples
from benchmarks.workloads import DEEP, IMPORT_GOAL_MS, WORKLOADS, Goal

TOLERANCE = 1.15  # measuring is not exact: a goal counts as missed when it is missed by more than 15 %
QUANTITIES = {"run": "", "forward": "forward alone", "memory": "memory of the graph", "peak": "peak memory"}


def ratios(samples: Samples, name: str) -> list[float]:
    """The library's figure over PyTorch's, round by round."""
    return [mine / theirs for mine, theirs in zip(samples[name], samples[BASELINE], strict=True)]


def spread(values: list[float]) -> float:
    """Half the distance between the quartiles; 0 for a single value."""
    if len(values) < 2:
        return 0.0
    low, _, high = quantiles(values, n=4)
    return (high - low) / 2


def machine() -> dict[str, str]:
    """What the figures depend on."""
    found = {"python": platform.python_version(), "system": platform.system(), "cpu": _cpu()}
    found["cores"] = str(os.cpu_count())
    for package in ("numpy", "torch", "autograd", "mygrad", "dezero", "micrograd"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _cpu() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def heading(results: dict[str, Any]) -> str:
    """Two lines: the machine, and how to read the table."""
    unit = "PyTorch eager = 1" if BASELINE in results["libraries"] else "no PyTorch here, so no ratios and no goals"
    described = ", ".join(f"{name} {value}" for name, value in results["machine"].items())
    how = f"median of {results['rounds']} rounds ± half the distance between the quartiles"
    return f"{described}\nOne thread, {results['clock']} time; {unit}; {how}.\n"


def table(results: dict[str, Any]) -> str:
    """The results as text: a row for each quantity, a column for each library; without PyTorch no ratios, no goals."""
    columns = sorted(results["libraries"], key=lambda name: name != BASELINE)  # the baseline first
    rows = [["", "", *columns, "goal"]]
    for name, result in results["workloads"].items():
        title = WORKLOADS[name].title
        for quantity, goal in WORKLOADS[name].goals.items():
            cells = [_cell(name, quantity, result[quantity], column) for column in columns]
            what = title if quantity == next(iter(WORKLOADS[name].goals)) else QUANTITIES[quantity]
            rows.append([name, what, *cells, f"≤ {goal.final:.2f}"])
    if "imports" in results:
        samples = results["imports"]["import"]
        cells = [f"{median(samples[column]):.0f} ms" if column in samples else "–" for column in columns]
        rows.append(["W9", "import, CPU time", *cells, f"≤ numpy + {IMPORT_GOAL_MS.final:.0f}"])
    if BASELINE not in columns:
        rows = [row[:-1] for row in rows]
    return align(rows) + _notes(results)


def _cell(name: str, quantity: str, samples: Samples, column: str) -> str:
    """Of the baseline its figure, of the others their ratio to it (their figures, where there is no baseline)."""
    if column not in samples:
        return "–"
    if column == BASELINE or BASELINE not in samples:
        value = median(samples[column])
        return figure(value, quantity, WORKLOADS[name].operations)
    shares = ratios(samples, column)
    return f"{median(shares):.2f}" + (f" ±{spread(shares):.2f}" if len(shares) > 1 else "")


def figure(value: float, quantity: str, operations: int) -> str:
    if quantity == "memory":
        return f"{value:.0f} B/op"
    if quantity == "peak":
        return f"{value:.1f} activations"
    return f"{value / operations * 1e6:.2f} µs/op" if operations > 1 else f"{value * 1e3:.2f} ms"


def align(rows: list[list[str]], words: int = 2) -> str:
    """Rows as lines of equally wide columns: the first `words` of them to the left, figures to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        left = [cell.ljust(width) for cell, width in zip(row[:words], widths[:words], strict=True)]
        right = [cell.rjust(width) for cell, width in zip(row[words:], widths[words:], strict=True)]
        lines.append("  ".join(left + right).rstrip())
    return "\n".join(lines) + "\n"


def _notes(results: dict[str, Any]) -> str:
    """Who has no figure and why, and how the million operations went."""
    lines = [f"{name}: not installed (pip install --group bench, or oracle for torch)" for name in results["skipped"]]
    groups = results["workloads"] | ({"W9": results["imports"]} if "imports" in results else {})
    lines += [f"{w}: {name}: {why}" for w, result in groups.items() for name, why in result["failures"].items()]
    if "deep" in results:
        verdict = results["deep"] or "done, gradient right"
        lines.append(f"{DEEP[1]:,} operations at the default recursion limit: {verdict}")
    return "".join(f"{line}\n" for line in lines)


def missed(results: dict[str, Any], milestone: str = "final") -> list[str]:
    """A sentence for each goal that minigrad misses by more than 15 %, or that could not be measured.

    Parameters
    ----------
    results : as `__main__` collects them.
    milestone : "final", or "first" for the first milestone's figures where there are some.
    """
    sentences = []
    for name, result in results["workloads"].items():
        for quantity, goal in WORKLOADS[name].goals.items():
            what = f"{name} {QUANTITIES[quantity] or 'forward and backward'}"
            sentences += _judge_ratio(what, result[quantity], _limit(goal, milestone))
        if "minigrad" in result["failures"]:
            sentences.append(f"{name}: minigrad: {result['failures']['minigrad']}")
    if "imports" in results:
        sentences += _judge_import(results["imports"]["import"], _limit(IMPORT_GOAL_MS, milestone))
    if results.get("deep"):
        sentences.append(f"{DEEP[1]:,} operations: {results['deep']}")
    return sentences


def _limit(goal: Goal, milestone: str) -> float:
    return goal.first if milestone == "first" and goal.first is not None else goal.final


def _judge_ratio(what: str, samples: Samples, goal: float) -> list[str]:
    if lacking := [name for name in ("minigrad", BASELINE) if name not in samples]:
        return [f"{what}: not measured for {' and '.join(lacking)}"]
    share = median(ratios(samples, "minigrad"))
    return [] if share <= goal * TOLERANCE else [f"{what}: {share:.2f} of PyTorch, the goal is {goal:.2f}"]


def _judge_import(samples: Samples, goal: float) -> list[str]:
    if lacking := [name for name in ("minigrad", "numpy") if name not in samples]:
        return [f"W9: not measured for {' and '.join(lacking)}"]
    extra = median([mine - numpy for mine, numpy in zip(samples["minigrad"], samples["numpy"], strict=True)])
    return [] if extra <= goal * TOLERANCE else [f"W9: NumPy + {extra:.0f} ms, the goal is NumPy + {goal:.0f} ms"]
