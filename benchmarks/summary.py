"""What is kept and shown of a measurement: `results.json`, docs/speed.md's table, the figure and README's words.

`python -m benchmarks.summary samples.json` makes them anew from what `python -m benchmarks --json samples.json` kept;
without an argument it writes the table, the figure and the words from `results.json` as it is.
"""

import json
import re
import sys
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import report
from benchmarks.driver import BASELINE
from benchmarks.workloads import IMPORT_GOAL_MS, WORKLOADS

HERE = Path(__file__).parent
KEPT = HERE / "results.json"
PAGE = HERE.parent / "docs" / "speed.md"
README = HERE.parent / "README.md"
FIGURE = HERE.parent / "figures" / "speed.svg"

TITLES = {
    "minigrad": "minigrad",
    "numpy": "NumPy by hand",
    "torch": "PyTorch eager",
    "channels_last": "PyTorch, channels_last",
    "autograd": "HIPS autograd",
    "mygrad": "MyGrad",
    "dezero": "DeZero",
    "micrograd": "micrograd",
}
"""Libraries as texts call them, in the order of the table."""

NAMES = {
    "W1": "W1 chain of 1,000",
    "W2a": "W2 polynomial",
    "W2b": "W2 small MLP",
    "W3": "W3 MLP, training",
    "W4": "W4 100,000 additions",
    "W5": "W5 small CNN",
    "W6a": "W6 resnet18, batch 1",
    "W6b": "W6 resnet18, batch 8",
    "W7a": "W7 Hessian, n = 50",
    "W7b": "W7 Hessian of an MLP",
    "W8": "W8 deep MLP",
    "W9": "W9",
}
QUANTITIES = {"run": "", "forward": ", forward", "memory": ", memory", "peak": ", peak memory", "import": " import"}
"""What pictures and sentences call workloads and quantities."""

Summary = dict[str, Any]
"""What `results.json` holds: "machine", "rounds", "clock", and "rows", a list of what was measured.

Also "peers" where the other libraries were measured apart from these: when, and in how many rounds.
A row has "workload", "quantity", "title", "goal" and "figures": for each library its "median", and for all but PyTorch
their "ratio" to PyTorch with its "spread".
"""


def summarize(results: dict[str, Any]) -> Summary:
    """The medians, ratios and spreads of `__main__.collect`'s results."""
    rows = []
    for name, result in results["workloads"].items():
        for quantity, goal in WORKLOADS[name].goals.items():
            extra = report.QUANTITIES[quantity]
            title = WORKLOADS[name].title + (f": {extra}" if extra and len(WORKLOADS[name].goals) > 1 else "")
            rows.append(_row(name, quantity, title, goal.final, result[quantity]))
    if "imports" in results:
        samples = dict(results["imports"]["import"])
        samples.pop("micrograd", None)  # it uses no NumPy
        goal_ms = median(samples["numpy"]) + IMPORT_GOAL_MS.final if "numpy" in samples else None
        goal = goal_ms / median(samples[BASELINE]) if goal_ms and BASELINE in samples else None
        rows.append(_row("W9", "import", "import, CPU time (NumPy's is in all)", goal, samples))
    return {key: results[key] for key in ("machine", "rounds", "clock")} | {"rows": rows}


def _row(name: str, quantity: str, title: str, goal: float | None, samples: report.Samples) -> dict[str, Any]:
    figures = {}
    for library in [library for library in TITLES if library in samples]:
        figures[library] = {"median": short(median(samples[library]))}
        if library != BASELINE and BASELINE in samples:
            shares = report.ratios(samples, library)
            figures[library] |= {"ratio": short(median(shares)), "spread": short(report.spread(shares))}
    goal = None if goal is None else short(goal)
    return {"workload": name, "quantity": quantity, "title": title, "goal": goal, "figures": figures}


def short_name(row: dict[str, Any]) -> str:
    """What a row is called where there is little room."""
    return NAMES[row["workload"]] + QUANTITIES[row["quantity"]]


def short(x: float) -> float:
    """Three digits of it: more would say nothing."""
    return float(f"{x:.3g}")


# ------------------------------------------------------------ the table
def table(summary: Summary) -> str:
    """The ratios as a table in Markdown, with what they were measured on."""
    libraries = [library for library in TITLES if any(library in row["figures"] for row in summary["rows"])]
    peers = [library for library in libraries if library not in ("minigrad", BASELINE)]
    header = ["", "workload", "minigrad", "goal", *(TITLES[library] for library in peers), TITLES[BASELINE]]
    lines = [header, ["---"] * len(header)]
    for row in summary["rows"]:
        goal = "–" if row["goal"] is None else f"≤ {row['goal']:.2f}"
        cells = [_ratio(row, library) for library in peers]
        lines.append([row["workload"], row["title"], f"**{_ratio(row, 'minigrad')}**", goal, *cells, _absolute(row)])
    machine = ", ".join(f"{name} {value}" for name, value in summary["machine"].items())
    measured = f"Measured with {machine}; one thread, {summary['clock']} time; median of {summary['rounds']} rounds."
    measured += f" {summary['peers']}" if "peers" in summary else ""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + f"\n\n{measured}\n"


def _ratio(row: dict[str, Any], library: str) -> str:
    found = row["figures"].get(library, {}).get("ratio")
    return "–" if found is None else f"{found:.2f}" if found < 10 else f"{found:.0f}"


def _absolute(row: dict[str, Any]) -> str:
    found = row["figures"].get(BASELINE)
    if found is None:
        return "–"
    if row["quantity"] == "import":
        return f"{found['median']:.0f} ms"
    return report.figure(found["median"], row["quantity"], WORKLOADS[row["workload"]].operations)


# ------------------------------------------------------------ the words beside the figure
def words(summary: Summary) -> str:
    """README's picture with its text, and the sentence below it."""
    rows = [row for row in summary["rows"] if "ratio" in row["figures"].get("minigrad", {})]
    ours = {short_name(row): row["figures"]["minigrad"]["ratio"] for row in rows}
    behind = [f"{title} ({ratio:.2f})" for title, ratio in ours.items() if ratio > 1]
    slow = f" It is behind in {'; '.join(behind)}." if behind else ""
    low, high = min(ours.values()), max(ours.values())
    whole = [row for row in rows if row["quantity"] in ("run", "peak")]
    each = ", ".join(f"{row['workload']} {ours[short_name(row)]:.2f}" for row in whole)
    alt = f"Dots on a logarithmic axis: for each workload what minigrad takes, if PyTorch takes 1. {each}. "
    alt += "Other marks are NumPy by hand, further libraries, and the goals."
    ahead = sum(ratio <= 1 for ratio in ours.values())
    text = (
        f"Of {len(ours)} figures compared with PyTorch eager (one thread of a CPU), minigrad's is the smaller in "
        f"{ahead}: it takes from {low:.2f} to {high:.2f} of PyTorch's.{slow} "
        "What was measured, how, and why it is so: [docs/speed.md](docs/speed.md)."
    )
    return f"![{alt}](figures/speed.svg)\n\n{text}\n"


# ------------------------------------------------------------ into the files
def put_between(text: str, mark: str, new: str) -> str:
    """The text with what stands between the two comments `<!-- mark -->` and `<!-- /mark -->` replaced."""
    begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    found = re.sub(f"(?s)(?<={re.escape(begin)}).*?(?={re.escape(end)})", lambda _: f"\n{new}\n", text)
    if begin not in text or end not in text:
        raise ValueError(f"no <!-- {mark} --> … <!-- /{mark} --> in this text")
    return found


def publish(summary: Summary) -> None:
    """Write the table, the words and the figure."""
    from benchmarks import plot

    for path, mark, new in ((PAGE, "speed-table", table(summary)), (README, "speed", words(summary))):
        path.write_text(put_between(path.read_text(), mark, new))
    plot.draw(summary, FIGURE)


def main() -> None:
    if sys.argv[1:]:
        KEPT.write_text(json.dumps(summarize(json.loads(Path(sys.argv[1]).read_text())), indent=1) + "\n")
    publish(json.loads(KEPT.read_text()))


if __name__ == "__main__":
    main()
