"""The benchmarks measure the right thing: gradients agree, a wrong one is refused, and a missed goal is reported.

No time is asserted here; `python -m benchmarks --check` does that, on a machine that has nothing else to do.
"""

import json

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import driver, report
from benchmarks.implementations import IMPLEMENTATIONS, is_installed
from benchmarks.worker import Session
from benchmarks.workloads import IMPORT_GOAL_MS, WORKLOADS

PEERS = [name for name in IMPLEMENTATIONS if name not in ("numpy", "minigrad", "torch")]


def gradients(library, name):
    return Session(library).gradients(name, WORKLOADS[name].small)


@pytest.mark.parametrize("name", WORKLOADS)
def test_minigrad_gives_the_gradients_derived_by_hand(name):
    driver.compare(gradients("minigrad", name), gradients("numpy", name))


@pytest.mark.oracle
@pytest.mark.parametrize("name", WORKLOADS)
def test_pytorch_gives_the_gradients_derived_by_hand(name):
    pytest.importorskip("torch")
    driver.compare(gradients("torch", name), gradients("numpy", name))


@pytest.mark.optional
@pytest.mark.parametrize("library", PEERS)
@pytest.mark.parametrize("name", WORKLOADS)
def test_peers_give_the_gradients_derived_by_hand(library, name):
    if not is_installed(library):
        pytest.skip(f"{library} is not installed (group bench)")
    if name in IMPLEMENTATIONS[library][0].absent:
        pytest.skip(f"{library} {IMPLEMENTATIONS[library][0].absent[name]}")
    driver.compare(gradients(library, name), gradients("numpy", name))


@pytest.mark.parametrize("name", WORKLOADS)
def test_gradients_do_not_vanish(name):
    """At full size too: comparing zeros proves nothing, and numbers too small for float32 would be slow."""
    workload = WORKLOADS[name]
    for gradient in workload.limit(workload.data(), workload.size).run():
        assert np.all(np.isfinite(gradient)) and np.abs(gradient).max() > 1e-4


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_wrong_gradient_is_not_timed(name):
    right = gradients("numpy", name)

    class Wrong:
        def ask(self, method, *arguments):
            return [1.001 * gradient for gradient in right]

    reason = driver._why_not(Wrong(), "minigrad", WORKLOADS[name], right)
    assert reason["minigrad"].startswith("wrong gradients")
    with pytest.raises(AssertionError, match="shapes"):
        driver.compare([gradient[..., None] for gradient in right], right)


def test_memory_counts_the_whole_graph():
    session = Session("minigrad")
    once, tenfold = session.memory("W4", 1_000), session.memory("W4", 10_000)
    assert once == pytest.approx(tenfold, rel=0.2)
    assert tenfold > 64  # an object with a few slots is not smaller


def test_a_worker_tells_what_failed_and_survives():
    with driver.Worker("numpy") as worker:
        with pytest.raises(driver.WorkerFailed, match="KeyError: 'W0'"):
            worker.ask("gradients", "W0", 1)
        driver.compare(worker.ask("gradients", "W2a", 1), gradients("numpy", "W2a"))
        worker.process.kill()
        with pytest.raises(driver.WorkerFailed, match="died, exit code -9"):
            worker.ask("gradients", "W2a", 1)


def test_deeper_than_the_recursion_limit(monkeypatch):
    monkeypatch.setattr(driver, "DEEP", ("W4", 5_000))
    assert driver.deep_graph() is None


def test_the_command_measures_prints_and_keeps(tmp_path, capsys):
    kept = tmp_path / "results.json"
    short = ["--only", "W2a,W9", "--libraries", "numpy,minigrad", "--rounds", "2", "--seconds", "0.001"]
    assert command.main([*short, "--json", str(kept)]) == 0
    printed = capsys.readouterr().out
    assert "Q = 3*a**3 - b**2" in printed and "import, CPU time" in printed
    assert "no PyTorch here" in printed and "goal" not in printed.partition("\nW2a  ")[0].splitlines()[-1]
    results = json.loads(kept.read_text())
    for samples in (results["workloads"]["W2a"]["run"], results["imports"]["import"]):
        assert {name: len(figures) for name, figures in samples.items()} == {"numpy": 2, "minigrad": 2}
        assert min(min(figures) for figures in samples.values()) > 0


def test_unknown_names_are_refused():
    with pytest.raises(SystemExit, match="no workload is called W77; there are W1,"):
        driver.choose("W1,W77", None)
    with pytest.raises(SystemExit, match="no library is called tensorflow"):
        driver.choose(None, "tensorflow")


def measured(share, extra=0.0, **more):
    """Results in which minigrad takes `share` of each goal, and `extra` milliseconds more than NumPy to import."""
    workloads = {}
    for name, workload in WORKLOADS.items():
        workloads[name] = {"failures": {}}
        for quantity, goal in workload.goals.items():
            workloads[name][quantity] = {"torch": [2.0, 1.0, 4.0], "minigrad": [2 * share * goal.final] * 3}
    imports = {"failures": {}, "import": {"numpy": [90.0, 95.0], "minigrad": [90 + extra, 95 + extra]}}
    return {"libraries": ["minigrad", "torch"], "skipped": [], "workloads": workloads, "imports": imports} | more


def test_a_goal_is_missed_by_more_than_15_per_cent():
    goal = IMPORT_GOAL_MS.final
    assert report.missed(measured(1.14, extra=1.14 * goal)) == []
    sentences = report.missed(measured(1.16, extra=1.16 * goal))
    assert len(sentences) == 1 + sum(len(workload.goals) for workload in WORKLOADS.values())
    assert sentences[0] == "W1 forward and backward: 0.38 of PyTorch, the goal is 0.33"
    assert sentences[-1] == "W9: NumPy + 23 ms, the goal is NumPy + 20 ms"


def test_the_first_milestone_asks_for_less():
    results = measured(1.3, extra=25)
    missed = {name: [s for s in report.missed(results, name) if s.startswith("W2a")] for name in ("first", "final")}
    assert missed["first"] == [] and len(missed["final"]) == 1


def test_what_was_not_measured_is_not_met():
    results = measured(0.5, deep="RecursionError: maximum recursion depth exceeded")
    del results["workloads"]["W1"]["run"]["torch"]
    del results["workloads"]["W2a"]["run"]["minigrad"]
    results["workloads"]["W2a"]["failures"]["minigrad"] = "wrong gradients"
    assert report.missed(results) == [
        "W1 forward and backward: not measured for torch",
        "W2a forward and backward: not measured for minigrad",
        "W2a: minigrad: wrong gradients",
        "1,000,000 operations: RecursionError: maximum recursion depth exceeded",
    ]


def test_the_table_shows_ratios_and_who_is_missing():
    results = measured(1.0, skipped=["dezero"])
    results["workloads"]["W4"]["failures"]["micrograd"] = "RecursionError: too deep"
    lines = report.table(results).splitlines()
    assert lines[0].split() == ["torch", "minigrad", "goal"]
    assert lines[1].split()[-4:] == ["0.33", "±0.25", "≤", "0.33"]
    assert any("dezero: not installed" in line for line in lines)
    assert "W4: micrograd: RecursionError: too deep" in lines
