"""Single operations, forward and backward, beside PyTorch: ``python -m benchmarks.operations [--only softmax,sum]``.

Each on about ten numbers, where all the time goes into what is around the arithmetic, and on some 400,000, where the
arithmetic takes it. The workloads (`python -m benchmarks`) are what counts; this says where to look.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from benchmarks.driver import ONE_THREAD, compare
from benchmarks.implementations import load
from benchmarks.report import align, machine
from benchmarks.worker import CLOCKS

Input = tuple[int, ...] | np.ndarray
"""The shape of a leaf, or an array of integers or bools to be taken as it is."""

SMALL, LARGE = (2, 5), (400, 1000)
BOTH = "minigrad", "torch"


class Operation(NamedTuple):
    """A program of one library's `torch`, its functions `F`, and tensors; and its inputs, small and large."""

    program: Callable[..., Any]
    small: tuple[Input, ...] = (SMALL,)
    large: tuple[Input, ...] = (LARGE,)
    random: bool = False  # gradients cannot be compared


def _numbers(below: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, below, shape)


def _pair(program: Callable[..., Any]) -> Operation:
    return Operation(program, (SMALL, SMALL), (LARGE, LARGE))


OPERATIONS: dict[str, Operation] = {
    # arithmetic
    "add": _pair(lambda t, F, a, b: a + b),
    "add a row": Operation(lambda t, F, a, b: a + b, (SMALL, SMALL[1:]), (LARGE, LARGE[1:])),
    "mul": _pair(lambda t, F, a, b: a * b),
    "div": _pair(lambda t, F, a, b: a / b),
    "pow 3": Operation(lambda t, F, a: a**3),
    "maximum": _pair(lambda t, F, a, b: t.maximum(a, b)),
    "where": Operation(
        lambda t, F, a, b, c: t.where(c, a, b),
        (SMALL, SMALL, _numbers(2, *SMALL) > 0),
        (LARGE, LARGE, _numbers(2, *LARGE) > 0),
    ),
    # functions of one number
    "exp": Operation(lambda t, F, a: t.exp(a)),
    "log of abs": Operation(lambda t, F, a: t.log(t.abs(a))),
    "tanh": Operation(lambda t, F, a: t.tanh(a)),
    "sigmoid": Operation(lambda t, F, a: t.sigmoid(a)),
    "relu": Operation(lambda t, F, a: t.relu(a)),
    "leaky_relu": Operation(lambda t, F, a: F.leaky_relu(a)),
    "gelu": Operation(lambda t, F, a: F.gelu(a)),
    "silu": Operation(lambda t, F, a: F.silu(a)),
    "elu": Operation(lambda t, F, a: F.elu(a)),
    "softplus": Operation(lambda t, F, a: F.softplus(a)),
    "clamp": Operation(lambda t, F, a: t.clamp(a, -0.5, 0.5)),
    # sums, means, extremes
    "sum": Operation(lambda t, F, a: t.sum(a)),
    "sum, dim 0": Operation(lambda t, F, a: t.sum(a, 0)),
    "sum, dim 1": Operation(lambda t, F, a: t.sum(a, 1)),
    "mean": Operation(lambda t, F, a: t.mean(a)),
    "mean, dim 1": Operation(lambda t, F, a: t.mean(a, 1)),
    "var, dim 1": Operation(lambda t, F, a: t.var(a, 1)),
    "std": Operation(lambda t, F, a: t.std(a)),
    "prod of 1 + x / 100": Operation(lambda t, F, a: t.prod(a / 100 + 1, 1)),
    "max": Operation(lambda t, F, a: t.max(a)),
    "max, dim 1": Operation(lambda t, F, a: t.max(a, 1).values),
    "amax, dim 0": Operation(lambda t, F, a: t.amax(a, 0)),
    "norm": Operation(lambda t, F, a: t.linalg.vector_norm(a)),
    "logsumexp": Operation(lambda t, F, a: t.logsumexp(a, 1)),
    "cumsum": Operation(lambda t, F, a: t.cumsum(a, 1)),
    "cumprod, likewise": Operation(lambda t, F, a: t.cumprod(a / 100 + 1, 1)),
    "sort": Operation(lambda t, F, a: t.sort(a, 1).values),
    "topk": Operation(lambda t, F, a: t.topk(a, 3, 1).values),
    # shapes and indices
    "cat": _pair(lambda t, F, a, b: t.cat([a, b])),
    "stack": _pair(lambda t, F, a, b: t.stack([a, b])),
    "transpose": Operation(lambda t, F, a: a.t() * 2),
    "x[1:]": Operation(lambda t, F, a: a[1:]),
    "x[:, 1]": Operation(lambda t, F, a: a[:, 1]),
    "x[rows]": Operation(lambda t, F, a, i: a[i], (SMALL, _numbers(2, 3)), (LARGE, _numbers(400, 300))),
    "x[mask]": Operation(lambda t, F, a, m: a[m], (SMALL, _numbers(2, *SMALL) > 0), (LARGE, _numbers(2, *LARGE) > 0)),
    "gather": Operation(
        lambda t, F, a, i: t.gather(a, 1, i), (SMALL, _numbers(5, 2, 2)), (LARGE, _numbers(999, 400, 200))
    ),
    "embedding": Operation(
        lambda t, F, a, i: F.embedding(i, a), (SMALL, _numbers(2, 3)), ((4000, 100), _numbers(4000, 2000))
    ),
    # products
    "matmul": Operation(lambda t, F, a, b: a @ b, ((2, 3), (3, 2)), ((256, 256), (256, 256))),
    "x @ w.t()": Operation(lambda t, F, a, b: a @ b.t(), ((2, 3), (2, 3)), ((256, 256), (256, 256))),
    "bmm": Operation(lambda t, F, a, b: t.bmm(a, b), ((2, 2, 2), (2, 2, 2)), ((16, 64, 64), (16, 64, 64))),
    "linear": Operation(
        lambda t, F, a, w, b: F.linear(a, w, b), ((2, 3), (4, 3), (4,)), ((128, 256), (256, 256), (256,))
    ),
    # layers and losses
    "softmax": Operation(lambda t, F, a: t.softmax(a, 1)),
    "log_softmax": Operation(lambda t, F, a: t.log_softmax(a, 1)),
    "layer_norm": Operation(
        lambda t, F, a, w, b: F.layer_norm(a, w.shape, w, b), (SMALL, (5,), (5,)), (LARGE, (1000,), (1000,))
    ),
    "dropout": Operation(lambda t, F, a: F.dropout(a, 0.5), random=True),
    "mse_loss": _pair(lambda t, F, a, b: F.mse_loss(a, b)),
    "l1_loss": _pair(lambda t, F, a, b: F.l1_loss(a, b)),
    "bce with logits": _pair(lambda t, F, a, b: F.binary_cross_entropy_with_logits(a, t.sigmoid(b))),
    "cross_entropy": Operation(
        lambda t, F, a, i: F.cross_entropy(a, i), (SMALL, _numbers(5, 2)), (LARGE, _numbers(1000, 400))
    ),
}


def job(library: str, name: str, size: str) -> Callable[[], list[Any]]:
    """What runs one operation forward and backward and returns the leaves' gradients."""
    torch, operation = load(library).module, OPERATIONS[name]
    draw = np.random.default_rng(0)
    inputs = [
        torch.tensor(x)
        if isinstance(x, np.ndarray)
        else torch.tensor(draw.standard_normal(x).astype(np.float32), requires_grad=True)
        for x in (operation.small if size == "small" else operation.large)
    ]
    leaves = [x for x in inputs if x.requires_grad]
    program, functional = operation.program, torch.nn.functional
    gradient = torch.ones_like(program(torch, functional, *inputs).detach())

    def run() -> list[Any]:
        for leaf in leaves:
            leaf.grad = None
        program(torch, functional, *inputs).backward(gradient)
        return [leaf.grad for leaf in leaves]

    return run


def check(name: str, size: str) -> None:
    """Raise AssertionError unless both libraries find the same gradients."""
    if not OPERATIONS[name].random:
        mine, theirs = ([g.numpy() for g in job(library, name, size)()] for library in BOTH)
        compare(mine, theirs, tolerance=1e-4)


def once(run: Callable[[], Any], seconds: float, clock: str) -> float:
    """Seconds that one run takes, from as many runs as fill `seconds`."""
    now, runs = CLOCKS[clock], 0
    start = now()
    while now() - start < seconds:
        for _ in range(1 + runs):  # doubling, so that reading the clock costs nothing
            run()
        runs += 1 + runs
    return (now() - start) / runs


def measure(name: str, size: str, rounds: int, seconds: float, clock: str) -> dict[str, float]:
    """The median microseconds of a run in each library, and of the rounds' ratios."""
    check(name, size)
    jobs = {library: job(library, name, size) for library in BOTH}
    samples: dict[str, list[float]] = {library: [] for library in BOTH}
    for _ in range(rounds):
        for library in random.sample(BOTH, len(BOTH)):
            samples[library].append(once(jobs[library], seconds, clock) * 1e6)
    ratios = [mine / theirs for mine, theirs in zip(samples["minigrad"], samples["torch"], strict=True)]
    return {library: median(samples[library]) for library in BOTH} | {"ratio": median(ratios)}


def measure_all(names: list[str], *how: Any) -> dict[str, dict[str, dict[str, float]]]:
    """`measure` of each operation, small and large; to be called in a process that has one thread."""
    return {name: {size: measure(name, size, *how) for size in ("small", "large")} for name in names}


def table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """Operations from the slowest, beside PyTorch, to the fastest; by the worse of the two sizes."""
    rows = [["", "small", "µs", "PyTorch's", "large", "µs", "PyTorch's"]]
    for name, sizes in sorted(found.items(), key=lambda item: -max(size["ratio"] for size in item[1].values())):
        figures = [
            text
            for size in (sizes["small"], sizes["large"])
            for text in (f"{size['ratio']:.2f}", f"{size['minigrad']:.0f}", f"{size['torch']:.0f}")
        ]
        rows.append([name, *figures])
    return align(rows)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.operations", description=__doc__)
    parser.add_argument("--only", metavar="softmax,sum", help="the operations whose names begin so")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed (default 5)")
    parser.add_argument("--seconds", type=float, default=0.02, help="how long one timing takes at least (default 0.02)")
    parser.add_argument("--clock", choices=tuple(CLOCKS), default="cpu", help="CPU time (default) or wall clock time")
    options = parser.parse_args(arguments)
    begins = tuple(options.only.split(",")) if options.only else ("",)
    names = [name for name in OPERATIONS if name.startswith(begins)]
    os.environ.update(ONE_THREAD)  # inherited by the fresh interpreter that spawn starts
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(measure_all, (names, options.rounds, options.seconds, options.clock))
    print(", ".join(f"{what} {value}" for what, value in machine().items()))
    print("Forward and backward, one thread; ratios: PyTorch eager = 1.\n")
    print(table(found))


if __name__ == "__main__":
    main()
