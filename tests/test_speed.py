"""docs/speed.md, the README's figure and its words say what was measured: each is made from the kept results."""

import json
from pathlib import Path

import pytest

from benchmarks import decisions, plot, scaling, summary
from benchmarks.snippets import DECISIONS

RESULTS = json.loads(summary.KEPT.read_text())
FIGURES = json.loads(decisions.KEPT.read_text())["figures"]


def between(path: Path, mark: str) -> str:
    return path.read_text().partition(f"<!-- {mark} -->\n")[2].partition(f"<!-- /{mark} -->")[0].strip()


def test_the_table_is_that_of_the_results():
    assert between(summary.PAGE, "speed-table") == summary.table(RESULTS).strip()


def test_the_words_are_those_of_the_results():
    assert between(summary.README, "speed") == summary.words(RESULTS).strip()


def test_the_figure_shows_the_results():
    drawn = summary.FIGURE.read_text()
    assert plot.fingerprint(RESULTS) in drawn and "W9 import" in drawn and "NumPy by hand" in drawn


def test_the_tables_of_growth_are_those_measured():
    assert between(summary.PAGE, "scaling") == scaling.block(json.loads(scaling.KEPT.read_text())).strip()


def test_nothing_is_kept_twice():
    """Every way of every decision has a figure, and the page has programs and figures as they are."""
    assert {name: list(ways) for name, ways in FIGURES.items()} == {name: list(d.ways) for name, d in DECISIONS.items()}
    text = summary.PAGE.read_text()
    assert decisions.page(text, FIGURES) == text


@pytest.mark.parametrize("name", DECISIONS)
def test_the_programs_run(name):
    found = decisions.measure(DECISIONS[name], rounds=1)
    assert list(found) == list(DECISIONS[name].ways) and min(found.values()) > 0


def test_ways_come_to_the_same():
    for name, call in (("constants", "forward()"), ("dot", "forward()"), ("convolution", "convolve()")):
        answers = []
        for program in DECISIONS[name].ways.values():
            names = {}
            exec(DECISIONS[name].before + program, names)
            answers.append(eval(call, names))
        assert all(abs(answer - answers[0]).max() < 1e-3 for answer in answers)
    for program in DECISIONS["order"].ways.values():
        names = {}
        exec(DECISIONS["order"].before + program, names)
        order = list(names["in_order"](names["root"]))
        place = {node: i for i, node in enumerate(order)}
        assert len(order) == 901 and all(place[p] > place[node] for node in order for p in node.parents)


def test_a_slower_minigrad_is_told(tmp_path):
    row = {"workload": "W5", "quantity": "run", "title": "small CNN", "goal": 1.0}
    row["figures"] = {"minigrad": {"median": 0.03, "ratio": 1.5, "spread": 0.1}, "torch": {"median": 0.02}}
    results = {"machine": {"python": "3.11"}, "rounds": 9, "clock": "cpu", "rows": [row]}
    told = summary.words(results)
    assert (
        "is the smaller in 0: it takes from 1.50 to 1.50 of PyTorch's. It is behind in W5 small CNN (1.50). What"
        in told
    )
    assert "| W5 | small CNN | **1.50** | ≤ 1.00 | 20.00 ms |" in summary.table(results)
    plot.draw(results, tmp_path / "speed.svg")
    assert "W5 small CNN" in (tmp_path / "speed.svg").read_text()


def test_marks_are_told_apart_by_form():
    assert len({marker for marker, *_ in plot.MARKS.values()}) == len(plot.MARKS)
    assert set(plot.MARKS) | {"torch"} == set(summary.TITLES)
