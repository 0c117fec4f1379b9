"""From a click to the repainted stepper, in Chromium: `python -m benchmarks.stepper_repaint`.

Walks of 100 and of 1,000 nodes are clicked through with the mouse (Next, and nodes of the picture at random) on a saved
page, in JupyterLab with the kernel idle, and with the kernel busy. One sample is the time from the time stamp of the
event (so waiting for the main thread counts) to the task after the next animation frame, when it was painted. A click
lands at any phase of the 16.7 ms of a frame, so half a frame of it is waiting, on average, before any work is done. The
work itself is given beside it: the CPU time of scripts, of style and layout, and of paint in that frame, as Chromium
traces them (on the saved page; tracing counts all objects at each layout, which is dear for 1,000 nodes).

Then the first picture: of 100 nodes, of a resnet18 and of an RNN of 200 steps, both grouped, in its parts: recording,
layout, formulas, the page's text, and what the browser takes from opening it to its first paint.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, sync_playwright

import minigrad
from minigrad import nn
from minigrad.models import resnet18
from minigrad.viz.formula import _read, mathml
from minigrad.viz.page import page as page_of
from minigrad.viz.picture import drawn
from minigrad.viz.trace import add_mathml, record
from tests.browser.lab import CHROMIUM_ARGUMENTS, Lab, find_chromium, free_port, stepper_in, write_notebook

GOALS = {100: 20.0, 1000: 60.0}  # nodes: ms, median
FIRST_GOALS = {"100 nodes": 0.3, "resnet18": 2.0, "RNN, 200 steps": 2.0}  # s

PROGRAM = """
import minigrad
from minigrad.viz import step
a = minigrad.tensor([2.0, 3.0], requires_grad=True)
b = minigrad.tensor([0.5, 0.25], requires_grad=True)
y = a
for _ in range({rounds}):
    y = (y * b).sin() + a
z = y.exp().sum()
s = step(z)
s.save('{page}')
s"""

RECORDER = """() => {
    window.samples = [];
    addEventListener('click', ({ timeStamp }) => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
            performance.mark('painted');
            window.samples.push(performance.now() - timeStamp);
        };
        port2.postMessage(null);
    }), { capture: true });
}"""


def click_by_hand(page: Page, target: Locator) -> None:
    """Move to the target, rest there, press and let go: as a hand clicks, which takes a tenth of a second."""
    target.hover()
    page.wait_for_timeout(50)
    page.mouse.down()
    page.wait_for_timeout(50)
    page.mouse.up()


def click_through(page: Page, clicks: int, nodes: int) -> list[float]:
    """Click `clicks` times, in turn on Next and on a node; milliseconds from each click to its repaint."""
    page.evaluate(RECORDER)
    stepper = stepper_in(page)
    slider = stepper.get_by_role("slider", name="Step", exact=True)
    assert slider.get_attribute("max") == str(nodes), f"the walk is not of {nodes} nodes"
    following = stepper.get_by_role("button", name="Next step")
    chosen = random.Random(0)
    for number in range(clicks):
        step = int(stepper.get_attribute("data-step") or 0)
        if number % 2 and step < nodes:
            click_by_hand(page, following)
        else:
            click_by_hand(page, stepper.locator(f"[data-node='{chosen.randrange(nodes - 2)}'] .mg-box").first)
        page.wait_for_function("count => window.samples.length === count", arg=number + 1)
    return page.evaluate("window.samples")


def measure(browser: Browser, clicks: int) -> dict[str, dict[str, Any]]:
    """All samples in milliseconds, by situation."""
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        home, state = Path(folder, "home"), Path(folder, "state")
        home.mkdir(), state.mkdir()
        lab = Lab(home=home, port=free_port())
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        try:
            lab.start(state)
            for nodes in GOALS:
                saved = home / f"{nodes}.html"
                write_notebook(home / f"{nodes}.ipynb", [PROGRAM.format(rounds=nodes // 3 - 1, page=saved.name)])
                for situation in ("kernel idle", "kernel busy"):
                    lab.open(page, f"{nodes}.ipynb")  # afresh: a recorder of its own
                    lab.run_all(page)
                    stepper_in(page)
                    if situation == "kernel busy":
                        lab.keep_busy(page, 600)
                    found[f"{nodes} nodes, {situation}"] = {"samples_ms": click_through(page, clicks, nodes)}
                assert lab.is_busy(page), "the kernel was done before the clicks were"
                lab.shut_down_kernels(page)  # a busy one would take a core from what is measured next
                page.goto(saved.as_uri())
                found[f"{nodes} nodes, saved page"] = {"samples_ms": click_through(page, clicks, nodes)}
                found[f"{nodes} nodes, saved page"]["parts_ms"] = parts(browser, saved, clicks, nodes)
        finally:
            lab.stop()
    return found


PARTS = {"UpdateLayoutTree": "style", "Layout": "layout"} | dict.fromkeys(
    ("PrePaint", "Paint", "Layerize", "Commit", "UpdateLayer"), "paint"
)


def parts(browser: Browser, saved: Path, clicks: int, nodes: int) -> dict[str, float]:
    """CPU time of the main thread from a click to its frame, by what it was spent on: medians in milliseconds."""
    trace = saved.with_suffix(".trace.json")
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(saved.as_uri())
    browser.start_tracing(page=page, path=trace, categories=["devtools.timeline", "blink.user_timing"])
    click_through(page, clicks, nodes)
    browser.stop_tracing()
    page.close()
    events = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
    painted = sorted(event["ts"] for event in events if event["name"] == "painted")
    started = [
        event for event in events if event["name"] == "EventDispatch" and event["args"]["data"]["type"] == "click"
    ]
    spent = []
    for click in started:
        end = next(time for time in painted if time > click["ts"])
        same = [each for each in events if each.get("tid") == click["tid"] and click["ts"] <= each["ts"] < end]
        spent.append(_spent(click, sorted((each for each in same if "tdur" in each), key=lambda each: each["ts"])))
    return {part: statistics.median(each[part] for each in spent) for part in ("script", "style", "layout", "paint")}


def _spent(click: dict[str, Any], events: list[dict[str, Any]]) -> Counter[str]:
    """What one click was spent on; a layout that a script forces is no script, and none is counted twice."""
    spent: Counter[str] = Counter(script=click["tdur"] / 1000)
    over = 0
    for event in events:
        part = PARTS.get(event["name"], "script" if event["name"] == "FireAnimationFrame" else None)
        if part is None or event["ts"] < over:
            continue
        over = event["ts"] + event["dur"]
        spent[part] += event["tdur"] / 1000
        if event["ts"] < click["ts"] + click["dur"]:
            spent["script"] -= event["tdur"] / 1000
    return spent


# ------------------------------------------------------------------------------------------------- the first picture


def hundred() -> tuple[Any, Any]:
    """The walk of 100 nodes."""
    a, b = (minigrad.tensor(values, requires_grad=True) for values in ([2.0, 3.0], [0.5, 0.25]))
    y = a
    for _ in range(32):
        y = (y * b).sin() + a
    return y.exp().sum(), None


def resnet() -> tuple[Any, Any]:
    """A resnet18 on two small pictures."""
    model = resnet18()
    return model(minigrad.randn(2, 3, 64, 64)).sum(), model


class RNN(nn.Module):
    """An RNN that is unrolled: its cell is a group for each call."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.out = nn.RNNCell(4, 8), nn.Linear(8, 2)

    def forward(self, steps: Any) -> Any:
        h = minigrad.zeros(1, 8)
        for x in steps:
            h = self.cell(x, h)
        return self.out(h)


def rnn() -> tuple[Any, Any]:
    """200 steps of an RNN."""
    model = RNN()
    return (model([minigrad.randn(1, 4) for _ in range(200)]) ** 2).sum(), model


def first_picture(browser: Browser, make: Callable[[], tuple[Any, Any]]) -> dict[str, float]:
    """Seconds from the call to the first paint of the saved page, in parts; the least of three each."""
    took: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(3):
            file, (x, model) = Path(folder, "first.html"), make()
            marks = [time.perf_counter()]
            trace = record(x, by=model)
            marks.append(time.perf_counter())
            drawn(trace)
            marks.append(time.perf_counter())
            mathml.cache_clear(), _read.cache_clear()
            add_mathml(trace)
            marks.append(time.perf_counter())
            file.write_text(page_of(trace), encoding="utf-8")
            marks.append(time.perf_counter())
            view = browser.new_page(viewport={"width": 1280, "height": 800})
            view.goto(file.as_uri())
            stepper_in(view)
            paint = view.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
            view.close()
            names = ("recording", "layout", "formulas", "page")
            for name, begin, end in zip(names, marks, marks[1:], strict=False):
                took.setdefault(name, []).append(end - begin)
            took.setdefault("browser", []).append(paint)
    return {name: min(times) for name, times in took.items()}


# -------------------------------------------------------------------------------------------------------- the report


def report(found: dict[str, dict[str, Any]], first: dict[str, dict[str, float]]) -> bool:
    """Print all figures; hand back whether all goals are met."""
    good = True
    for situation, figures in found.items():
        times = figures["samples_ms"]
        median, high = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        goal = GOALS[int(situation.split()[0])]
        good &= median <= goal
        verdict = "ok" if median <= goal else "MISSED"
        print(f"{situation:24} median {median:6.1f} ms, 95 % below {high:6.1f} ms  (goal {goal:g} ms: {verdict})")
        if "parts_ms" in figures:
            words = ", ".join(f"{part} {spent:.1f}" for part, spent in figures["parts_ms"].items())
            print(f"{'':24} of it the main thread's work: {words} ms")
    for name, took in first.items():
        whole = sum(took.values())
        good &= whole <= FIRST_GOALS[name]
        verdict = "ok" if whole <= FIRST_GOALS[name] else "MISSED"
        words = ", ".join(f"{part} {spent:.2f}" for part, spent in took.items())
        print(f"first picture, {name:16} {whole:5.2f} s: {words}  (goal {FIRST_GOALS[name]:g} s: {verdict})")
    return good


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 1 if a goal is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.stepper_repaint", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--clicks", type=int, default=60, help="clicks in each situation (default 60)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every sample in this file")
    parser.add_argument("--only", choices=("repaint", "first"), help="measure only this")
    options = parser.parse_args(arguments)
    makers = {"100 nodes": hundred, "resnet18": resnet, "RNN, 200 steps": rnn}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        found = {} if options.only == "first" else measure(browser, options.clicks)
        first = (
            {} if options.only == "repaint" else {name: first_picture(browser, make) for name, make in makers.items()}
        )
        browser.close()
    good = report(found, first)
    if options.json:
        figures = {"goals_ms": GOALS, "repaint": found, "first_goals_s": FIRST_GOALS, "first_s": first}
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    return int(not good)


if __name__ == "__main__":
    raise SystemExit(main())
