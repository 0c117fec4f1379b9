"""One process for one library: builds the jobs, gives their gradients, times them.

A process of its own, so that no library's import, threads or garbage weigh on another's figures.
"""

import gc
import os
import time
import tracemalloc
from itertools import repeat
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from benchmarks.implementations import load
from benchmarks.workloads import WORKLOADS, find

CLOCKS = {"cpu": time.process_time, "wall": time.perf_counter}
"""With one thread both say the same on a quiet machine; on a busy one, CPU time leaves out the waiting for a core."""


class Session:
    """What a worker can be asked for; the driver calls these by name."""

    def __init__(self, implementation: str):
        self.library = load(implementation)

    def gradients(self, name: str, size: int) -> list[np.ndarray]:
        """Build a workload, run it once and return its gradients."""
        self.prepare(name, size)
        if self.job.compare:
            return list(self.job.compare())
        return [self.library.to_numpy(gradient) for gradient in self.job.run()]

    def prepare(self, name: str, size: int) -> None:
        workload = find(name)
        self.job = self.library.build(workload, workload.data(), size)

    def time(self, measure: str, at_least: float, clock: str) -> float:
        """Seconds one run of the prepared job takes, from as many runs as fill `at_least` seconds.

        The garbage collector stays on: a library that leaves cycles behind pays for them, as it would with its user.
        """
        now = CLOCKS[clock]
        function = self.job.forward if measure == "forward" else self.job.run
        self.job.reset()
        gc.collect()
        start, runs = now(), 0
        while (elapsed := now() - start) < at_least:
            batch = max(1, runs)  # doubling, so that reading the clock costs nothing
            for _ in repeat(None, batch):
                function()
            runs += batch
        return elapsed / runs

    def memory(self, name: str, size: int) -> float:
        """Bytes the recorded graph keeps alive, an operation. To be asked in a fresh worker."""
        self.prepare(name, size=10)
        self.job.run()  # whatever is set up once, outside the measurement
        self.prepare(name, size)
        gc.collect()
        if self.library.python_memory:
            tracemalloc.start()
        before = self._bytes_in_use()
        output = self.job.forward()
        gc.collect()
        grown = self._bytes_in_use() - before
        del output
        tracemalloc.stop()
        return grown / size

    def peak(self, name: str, size: int) -> float:
        """The most memory a run has in use at once, in activations: arrays of the input's size."""
        self.prepare(name, size)
        self.job.run()  # whatever is set up once, outside the measurement
        gc.collect()
        return self.library.peak_memory(self.job.run) / WORKLOADS[name].data()["x"].nbytes

    def _bytes_in_use(self) -> int:
        if self.library.python_memory:
            return tracemalloc.get_traced_memory()[0]
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def serve(connection: Connection, implementation: str) -> None:
    """Answer requests (method, arguments) with ("ok", result) or ("error", sentence) until None comes."""
    session = None
    while (request := connection.recv()) is not None:
        method, arguments = request
        try:
            session = session or Session(implementation)
            answer = "ok", getattr(session, method)(*arguments)
        except Exception as error:  # a peer's failure is a result: it goes into the table
            answer = "error", f"{type(error).__name__}: {error}".splitlines()[0][:200]
        connection.send(answer)
