"""Draw every picture of the README again: make figures, or python -m figures.

q.svg         the graph of Q, as draw_graph draws it
speed.svg     benchmarks/results.json: minigrad and others beside PyTorch
stepper.png   lesson 00 in JupyterLab, the stepper in the middle of its walk (needs Chromium)
The others    a situation of figures/situations.py each (likewise): all of them, or python -m figures NAME…
"""

import io
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import plot, summary
from minigrad import tensor
from minigrad.course import copies
from minigrad.viz import draw_graph

from .situations import SITUATIONS

HERE = Path(__file__).parent
# Run the cells up to the first that begins with a text, that one included.
ANEW = """async (begin) => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.findIndex((cell) => cell.model.sharedModel.source.startsWith(begin));
    await jupyterapp.commands.execute('notebook:run-all-above');
    await jupyterapp.commands.execute('notebook:run-cell');
}"""


def graph() -> None:
    """q.svg."""
    a = tensor([2.0, 3.0], requires_grad=True)
    b = tensor([6.0, 4.0], requires_grad=True)
    Q = 3 * a**3 - b**2
    draw_graph(Q).save(HERE / "q.svg")


def speed() -> None:
    """speed.svg."""
    plot.draw(json.loads(summary.KEPT.read_text()), summary.FIGURE)


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    from tests.browser.lab import CHROMIUM_ARGUMENTS, find_chromium

    found = find_chromium()
    if found is None:
        sys.exit("most of figures/ are screenshots: install Chromium to take them")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def save_small(screenshot: bytes, path: Path) -> None:
    """Write a screenshot with a palette of its own: a third of the size, and no eye sees a difference."""
    from PIL import Image

    with Image.open(io.BytesIO(screenshot)) as image:
        image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def situations(names: Iterable[str]) -> None:
    """NAME.png for each situation: its page, driven, at 1280 × 800."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for name in names:
            situation = SITUATIONS[name]
            page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
            page.goto(situation.save(Path(folder)).as_uri())
            page.locator(".mg-widget").first.wait_for()
            situation.drive(page)
            page.mouse.move(1, 799)
            if name != "prediction":  # there the reader is writing
                page.evaluate("document.activeElement.blur()")
            page.wait_for_timeout(500)
            save_small(page.screenshot(full_page=name == "check"), HERE / f"{name}.png")  # its answers stand far below
            page.close()


def stepper(step: int = 5) -> None:
    """stepper.png: a learner's copy of lesson 00, run, with the stepper at `step`."""
    from tests.browser.lab import Lab, free_port, stepper_in

    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as state, chromium() as browser:
        copies.start(Path(home))
        lab = Lab(home=Path(home), port=free_port())
        try:
            lab.start(Path(state))
            page = browser.new_page(viewport={"width": 1180, "height": 820}, device_scale_factor=1.5)
            lab.open(page, "00_start_here.ipynb")
            lab.run_all(page)
            page.evaluate(ANEW, "s = step(Q")  # the lesson's later cells free the graph, and the stepper says so
            page.wait_for_function("document.querySelectorAll('.mg-notice:not([hidden])').length === 0")
            widget = stepper_in(page)
            page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
            for _ in range(step):
                widget.get_by_role("button", name="Next").click()
            page.mouse.move(5, 5)
            page.wait_for_timeout(500)
            widget.evaluate("element => element.closest('.jp-Cell').scrollIntoView({block: 'start'})")
            page.wait_for_timeout(1000)  # until all animations have come to rest
            save_small(page.screenshot(), HERE / "stepper.png")
        finally:
            lab.stop()


if __name__ == "__main__":
    if sys.argv[1:]:
        situations(sys.argv[1:])
    else:
        graph()
        speed()
        stepper()
        situations(SITUATIONS)
