"""Draw every picture of the README again: make figures, or python -m figures.

q.svg         the graph of Q, as draw_graph draws it
speed.svg     benchmarks/results.json: minigrad and others beside PyTorch
stepper.png   lesson 00 in JupyterLab, the stepper in the middle of its walk (needs Chromium)
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import plot, summary
from minigrad import tensor
from minigrad.course import copies
from minigrad.viz import draw_graph

HERE = Path(__file__).parent


def graph() -> None:
    """q.svg."""
    a = tensor([2.0, 3.0], requires_grad=True)
    b = tensor([6.0, 4.0], requires_grad=True)
    Q = 3 * a**3 - b**2
    draw_graph(Q).save(HERE / "q.svg")


def speed() -> None:
    """speed.svg."""
    plot.draw(json.loads(summary.KEPT.read_text()), summary.FIGURE)


def stepper(step: int = 5) -> None:
    """stepper.png: a learner's copy of lesson 00, run, with the stepper at `step`."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM_ARGUMENTS
    from tests.browser.lab import Lab, free_port, stepper_in

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("figures/stepper.png is a screenshot: install Chromium to take it")
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        copies.start(Path(home))
        lab = Lab(home=Path(home), port=free_port())
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        try:
            lab.start(Path(state))
            page = browser.new_page(viewport={"width": 1180, "height": 820}, device_scale_factor=1.5)
            lab.open(page, "00_start_here.ipynb")
            lab.run_all(page)
            widget = stepper_in(page)
            page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
            for _ in range(step):
                widget.get_by_role("button", name="Next").click()
            page.mouse.move(5, 5)
            page.wait_for_timeout(500)
            widget.evaluate("element => element.closest('.jp-Cell').scrollIntoView({block: 'start'})")
            page.wait_for_timeout(1000)  # until all animations have come to rest
            page.screenshot(path=HERE / "stepper.png")
        finally:
            browser.close()
            lab.stop()


if __name__ == "__main__":
    graph()
    speed()
    stepper()
