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

from benchmarks.implementations import IMPLEMENTATIONS
from benchmarks.worker import serve
from benchmarks.workloads import DEEP, WORKLOADS, Workload

BASELINE = "torch"
REFERENCE = "numpy"  # whose gradients the others' are compared with
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


def compare(gradients: list[np.ndarray], expected: list[np.ndarray]) -> None:
    """Raise AssertionError unless each gradient has the expected one's shape and, to float32's accuracy, its values."""
    if [np.shape(g) for g in gradients] != [e.shape for e in expected]:
        raise AssertionError(f"gradients of shapes {[np.shape(g) for g in gradients]}")
    for gradient, reference in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient, reference, rtol=2e-4, atol=1e-6)


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
        "run", "forward", "memory" (those the workload asks for): `Samples` in seconds or bytes an operation;
        "failures": library to the reason why it has no figures (here).
    """
    results: dict[str, Any] = {"failures": {}}
    failures = results["failures"]
    workers = {REFERENCE: Worker(REFERENCE)}
    workers |= {name: Worker(name) for name in names if name not in workers}
    try:
        expected = workers[REFERENCE].ask("gradients", workload.name, workload.size)
        for name in [name for name in workers if name != REFERENCE]:
            failures |= _why_not(workers[name], name, workload, expected)
        timed = [name for name in workers if name in names and name not in failures]
        for quantity in (q for q in workload.goals if q != "memory"):
            results[quantity] = _interleaved(workers, timed, rounds, (quantity, seconds, clock))
    finally:
        for worker in workers.values():
            worker.__exit__()
    if "memory" in workload.goals:
        results["memory"] = _memory(workload, [name for name in timed if name != REFERENCE])
    return results


def _why_not(worker: Worker, name: str, workload: Workload, expected: list[np.ndarray]) -> dict[str, str]:
    """Nothing if the library's gradients are right, else its name and what is the matter."""
    absent = IMPLEMENTATIONS[name][0].absent
    if workload.name in absent:
        return {name: absent[workload.name]}
    try:
        compare(worker.ask("gradients", workload.name, workload.size), expected)
    except WorkerFailed as failure:
        return {name: str(failure)}
    except AssertionError as wrong:
        return {name: "wrong gradients: " + " ".join(str(wrong).split())[:150]}
    return {}


def _interleaved(workers: dict[str, Worker], names: list[str], rounds: int, arguments: tuple[Any, ...]) -> Samples:
    samples: Samples = {name: [] for name in names}
    for _ in range(rounds):
        for name in random.sample(names, len(names)):
            samples[name].append(workers[name].ask("time", *arguments))
    return samples


def _memory(workload: Workload, names: list[str]) -> Samples:
    """Bytes an operation, each library in a fresh process: what an earlier run freed would be reused unseen."""
    samples: Samples = {}
    for name in names:
        with Worker(name) as worker:
            samples[name] = [worker.ask("memory", workload.name, workload.size)]
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
    """The workloads and libraries of two comma-separated lists (None: all); W9 stands for the imports.

    Raises
    ------
    SystemExit
        If a name is unknown; it says which there are.
    """
    return (
        _pick(only, [*WORKLOADS, "W9"], "workload"),
        _pick(libraries, list(IMPLEMENTATIONS), "library"),
    )


def _pick(wanted: str | None, known: list[str], kind: str) -> list[str]:
    chosen = known if wanted is None else [name.strip() for name in wanted.split(",")]
    if unknown := [name for name in chosen if name not in known]:
        raise SystemExit(f"no {kind} is called {', '.join(unknown)}; there are {', '.join(known)}")
    return chosen
