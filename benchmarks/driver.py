"""Runs the workers: gradients are compared first, then everybody is timed in turn, in a new random order each round.

Libraries that are timed next to each other share the machine's mood, so a round's ratio means something even where its
microseconds do not; the median over the rounds is what counts.
"""

import contextlib
import multiprocessing
import os
import random
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import numpy as np

from benchmarks.implementations import IMPLEMENTATIONS, is_installed
from benchmarks.worker import serve
from benchmarks.workloads import DEEP, WORKLOADS, Workload

BASELINE = "torch"
REFERENCE = "numpy"  # whose gradients the others' are compared with: derived by hand
MEASURED_AFRESH = ("memory", "peak")  # once, in a process that has run nothing else
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "NUMBA", "VECLIB_MAXIMUM")
}

Samples = dict[str, list[float]]
"""For each library what was measured, a number a round."""


class WorkerFailed(RuntimeError):
    """A worker answered with an error, or died."""


class Worker:
    """A process that runs one library (`worker.serve`); use it with `with`."""

    def __init__(self, implementation: str):
        os.environ.update(ONE_THREAD)  # inherited by the fresh interpreter that spawn starts
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, implementation), daemon=True)
        self.process.start()
        theirs.close()

    def ask(self, method: str, *arguments: Any) -> Any:
        """Call a method of `worker.Session` over there.

        Raises
        ------
        WorkerFailed
            With the sentence of the error raised there, or with the exit code of a process that died.
        """
        try:
            self.connection.send((method, arguments))
            status, result = self.connection.recv()
        except (EOFError, ConnectionError):
            self.process.join()
            raise WorkerFailed(f"the process died, exit code {self.process.exitcode}") from None
        if status == "error":
            raise WorkerFailed(result)
        return result

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *exception: object) -> None:
        with contextlib.suppress(ConnectionError):  # it may have died, and `ask` has said so
            self.connection.send(None)
        self.process.join()


def reference(workload: Workload) -> str:
    """The library that the others' gradients are compared with: PyTorch where nothing is differentiated by hand."""
    return REFERENCE if workload.limit else BASELINE


def applies(name: str, workload: Workload) -> bool:
    """Whether a library is asked to run it: variants are for some workloads only."""
    only = IMPLEMENTATIONS[name][0].only
    return only is None or workload.name in only


def compare(gradients: list[np.ndarray], expected: list[np.ndarray], tolerance: float = 0.0) -> None:
    """Raise AssertionError unless each gradient has the expected one's shape and, to float32's accuracy, its values.

    `tolerance` is the workload's: a share of the largest value of each gradient.
    """
    if [np.shape(g) for g in gradients] != [e.shape for e in expected]:
        raise AssertionError(f"gradients of shapes {[np.shape(g) for g in gradients]}")
    for gradient, reference in zip(gradients, expected, strict=True):
        absolute = max(1e-6, tolerance * np.abs(reference).max())
        np.testing.assert_allclose(gradient, reference, rtol=2e-4, atol=absolute)


def measure(
    workload: Workload, names: Iterable[str], rounds: int, seconds: float, clock: str = "cpu"
) -> dict[str, Any]:
    """Compare the gradients of one workload, then time all that is asked of it.

    Parameters
    ----------
    workload : what to run.
    names : the libraries, of `IMPLEMENTATIONS`.
    rounds : how often each is timed.
    seconds : how long one timing takes at least.
    clock : "cpu" or "wall", of `worker.CLOCKS`.

    Returns
    -------
    dict
        "run", "forward", "memory", "peak" (those the workload asks for): `Samples` in seconds, bytes an operation or
        activations;
        "failures": library to the reason why it has no figures (here).
    """
    results: dict[str, Any] = {"failures": {}}
    failures = results["failures"]
    names, judge = [name for name in names if applies(name, workload)], reference(workload)
    if not is_installed(judge):
        reason = f"nothing to compare the gradients with: {judge} is not installed"
        return results | {"failures": dict.fromkeys(names, reason)} | {quantity: {} for quantity in workload.goals}
    workers = {judge: Worker(judge)}
    workers |= {name: Worker(name) for name in names if name not in workers}
    try:
        expected = workers[judge].ask("gradients", workload.name, workload.size)
        for name in [name for name in workers if name != judge]:
            failures |= why_not(workers[name], name, workload, expected)
        timed = [name for name in workers if name in names and name not in failures]
        for quantity in (q for q in workload.goals if q not in MEASURED_AFRESH):
            results[quantity] = interleaved(workers, timed, rounds, (quantity, seconds, clock))
    finally:
        for worker in workers.values():
            worker.__exit__()
    for quantity in (q for q in workload.goals if q in MEASURED_AFRESH):
        results[quantity] = _memory(workload, quantity, timed)
    return results


def why_not(worker: Worker, name: str, workload: Workload, expected: list[np.ndarray]) -> dict[str, str]:
    """Nothing if the library's gradients are right, else its name and what is the matter."""
    absent = IMPLEMENTATIONS[name][0].absent
    if workload.name in absent:
        return {name: absent[workload.name]}
    try:
        compare(worker.ask("gradients", workload.name, workload.size), expected, workload.tolerance)
    except WorkerFailed as failure:
        return {name: str(failure)}
    except AssertionError as wrong:
        return {name: "wrong gradients: " + " ".join(str(wrong).split())[:150]}
    return {}


def interleaved(workers: dict[str, Worker], names: list[str], rounds: int, arguments: tuple[Any, ...]) -> Samples:
    samples: Samples = {name: [] for name in names}
    for _ in range(rounds):
        for name in random.sample(names, len(names)):
            samples[name].append(workers[name].ask("time", *arguments))
    return samples


def _memory(workload: Workload, quantity: str, names: list[str]) -> Samples:
    """Memory or peak, each library in a fresh process: what an earlier run freed would be reused unseen.

    Without a library there is no graph, so no memory of it.
    """
    samples: Samples = {}
    for name in names:
        if name == REFERENCE and quantity == "memory":
            continue
        with Worker(name) as worker:
            samples[name] = [worker.ask(quantity, workload.name, workload.size)]
    return samples


def deep_graph() -> str | None:
    """Run a million operations forward and backward in minigrad at Python's default recursion limit.

    Returns what went wrong, or None.
    """
    name, size = DEEP
    with Worker("minigrad") as ours, Worker(REFERENCE) as reference:
        try:
            compare(ours.ask("gradients", name, size), reference.ask("gradients", name, size))
        except (WorkerFailed, AssertionError) as failure:
            return str(failure)
    return None


def import_times(names: Iterable[str], rounds: int) -> dict[str, Any]:
    """CPU milliseconds that importing each library takes in a fresh interpreter.

    Returns
    -------
    dict
        "import": `Samples`; "failures": library to the reason why it could not be imported.
    """
    failures = {}
    names = [name for name in names if IMPLEMENTATIONS[name][0].only is None]
    for name in names:
        try:
            import_once(name)  # not counted: the first import may compile the sources
        except WorkerFailed as failure:
            failures[name] = str(failure)
    timed = [name for name in names if name not in failures]
    samples: Samples = {name: [] for name in timed}
    for _ in range(rounds):
        for name in random.sample(timed, len(timed)):
            samples[name].append(import_once(name))
    return {"import": samples, "failures": failures}


def import_once(name: str) -> float:
    """CPU milliseconds of one import; WorkerFailed with Python's last word if it fails."""
    kind, module = IMPLEMENTATIONS[name]
    program = f"import time; start = time.process_time(); {kind.before_import}import {module}"
    program += "; print(time.process_time() - start)"
    environment = os.environ | ONE_THREAD
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or sources that pip did not compile would be compiled each time
    answer = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    if answer.returncode:
        raise WorkerFailed(answer.stderr.strip().splitlines()[-1])
    return 1000 * float(answer.stdout.split()[-1])


def choose(only: str | None, libraries: str | None) -> tuple[list[str], list[str]]:
    """The workloads and libraries of two comma-separated lists (None: all); W9 is the imports, W2 both W2a and W2b.

    Raises
    ------
    SystemExit
        If a name is unknown; it says which there are.
    """
    if only is not None:
        only = ",".join(name for wanted in only.split(",") for name in _family(wanted.strip()))
    return (
        _pick(only, [*WORKLOADS, "W9"], "workload"),
        _pick(libraries, list(IMPLEMENTATIONS), "library"),
    )


def _family(name: str) -> list[str]:
    """The workloads whose names are this one and a letter; if there are none, the name itself."""
    return [known for known in WORKLOADS if known[:-1] == name and known[-1].isalpha()] or [name]


def _pick(wanted: str | None, known: list[str], kind: str) -> list[str]:
    chosen = known if wanted is None else [name.strip() for name in wanted.split(",")]
    if unknown := [name for name in chosen if name not in known]:
        raise SystemExit(f"no {kind} is called {', '.join(unknown)}; there are {', '.join(known)}")
    return chosen
