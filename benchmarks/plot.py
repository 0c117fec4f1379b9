"""The ratios as a picture: `python -m benchmarks.plot results.json figures/speed.svg`."""

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.summary import BASELINE, FIGURE, KEPT, TITLES, Summary, short_name
from minigrad.course import style

INK = "#404040"  # on white; the lessons' grey has to do for black, too
# Told apart by their form as well as by colour: the marker, its size, its colour, and whether it is filled.
MARKS: dict[str, tuple[str, int, str, bool]] = {
    "minigrad": ("o", 10, style.BLUE, True),
    "numpy": ("D", 6, style.GREEN, False),
    "channels_last": ("*", 9, style.PURPLE, False),
    "autograd": ("^", 7, style.ORANGE, False),
    "mygrad": ("s", 6, style.RED, False),
    "dezero": ("x", 7, INK, False),
    "micrograd": ("v", 7, style.SKY, False),
}


def figure(summary: Summary) -> Any:
    """A row for each thing measured; PyTorch is the line at 1, left of it is less."""
    import matplotlib
    from matplotlib import pyplot

    settings: Any = style.SETTINGS | {"font.size": 10, "svg.hashsalt": "minigrad"}
    settings |= {key: INK for key in style.SETTINGS if key.endswith("color") and key != "grid.color"}
    rows = [row for row in summary["rows"] if any("ratio" in found for found in row["figures"].values())]
    with matplotlib.rc_context(settings | {"savefig.transparent": False, "figure.facecolor": "white"}):
        fig, axes = pyplot.subplots(figsize=(8, 0.34 * len(rows) + 1.5))
        axes.set_xscale("log")
        axes.axvline(1, color=INK, linewidth=1.5)
        for library, (marker, size, colour, filled) in MARKS.items():
            shown = [(row["figures"][library]["ratio"], y) for y, row in enumerate(rows) if _has(row, library)]
            if shown:
                ratios, places = zip(*shown, strict=True)
                face = colour if filled else "white"
                look: Any = {"color": colour, "markerfacecolor": face, "markersize": size, "zorder": 4 if filled else 3}
                axes.plot(ratios, places, marker, label=TITLES[library], **look)
        goals = [(row["goal"], y) for y, row in enumerate(rows) if row["goal"] is not None]
        if goals:
            tick: Any = {"color": "black", "markersize": 15, "markeredgewidth": 1.8, "zorder": 5}
            axes.plot(*zip(*goals, strict=True), "|", label="goal", **tick)
        _furnish(axes, rows)
        return fig


def _has(row: dict[str, Any], library: str) -> bool:
    return "ratio" in row["figures"].get(library, {})


def _furnish(axes: Any, rows: list[dict[str, Any]]) -> None:
    """The axes' words."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_yticks(range(len(rows)), [short_name(row) for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="y", linestyle=":")
    axes.set_xlabel(f"time (or memory) beside {TITLES[BASELINE]} = 1: less is better")
    axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=4, frameon=False, columnspacing=1.2)


def draw(summary: Summary, path: Path) -> None:
    """Write the picture; its description says what it was drawn from."""
    from matplotlib import pyplot

    fig = figure(summary)
    about = {"Date": None, "Title": "minigrad beside PyTorch", "Description": fingerprint(summary)}
    with pyplot.rc_context({"svg.fonttype": "none", "svg.hashsalt": "minigrad"}):
        fig.savefig(
            path, format=path.suffix[1:], bbox_inches="tight", metadata=about if path.suffix == ".svg" else None
        )
    pyplot.close(fig)


def fingerprint(summary: Summary) -> str:
    """Tells which measurement a picture shows."""
    from hashlib import sha256

    return "drawn from results " + sha256(json.dumps(summary, sort_keys=True).encode()).hexdigest()[:16]


def main() -> None:
    source, target = (Path(given) for given in sys.argv[1:]) if sys.argv[1:] else (KEPT, FIGURE)
    draw(json.loads(source.read_text()), target)


if __name__ == "__main__":
    main()
