"""A real JupyterLab for the browser tests: started in an empty home, driven through its own commands."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from minigrad.course.exercises import find

from .page import whole

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

REPOSITORY = Path(__file__).resolve().parents[2]

CHROMIUM_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--force-color-profile=srgb"),
]

# No toast, no look for news or updates: nothing may leave the machine, and nothing may cover the notebook.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
}

# "Run all" is lost while the session is still starting, so wait for the session and for the kernel first.
RUN_ALL = """async () => {
    const panel = jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.context.sessionContext.ready;
    await panel.context.sessionContext.session.kernel.info;
    await jupyterapp.commands.execute('notebook:run-all-cells');
    // It goes on to scroll to the last cell, which would take a stepper from under the mouse.
    const outer = panel.node.querySelector('.jp-WindowedPanel-outer');
    let [place, since] = [outer.scrollTop, performance.now()];
    while (performance.now() - since < 500) {
        await new Promise(requestAnimationFrame);
        if (outer.scrollTop !== place) [place, since] = [outer.scrollTop, performance.now()];
    }
}"""


# What the code cells of the open notebook raised, but for those that are meant to.
ERRORS = """() => jupyterapp.shell.currentWidget.content.widgets
    .filter((cell) => cell.model.type === 'code')
    .filter((cell) => !(cell.model.getMetadata('tags') ?? []).includes('raises-exception'))
    .flatMap((cell) => cell.model.outputs.toJSON().filter((output) => output.output_type === 'error'))
    .map((output) => `${output.ename}: ${output.evalue}`)"""

WRITE_TAGGED = """([tag, code]) => {
    const { widgets } = jupyterapp.shell.currentWidget.content;
    const cell = widgets.find(({ model }) => (model.getMetadata('tags') ?? []).includes(tag));
    cell.model.sharedModel.setSource(code);
}"""
SCROLL_TO = """async (text) => {
    const { content } = jupyterapp.shell.currentWidget;
    content.activeCellIndex = content.widgets.findIndex((c) => c.model.sharedModel.getSource().includes(text));
    await content.scrollToItem(content.activeCellIndex, 'start');
}"""
RUN_TAGGED = """async (tag) => {
    const { content } = jupyterapp.shell.currentWidget;
    const tags = (cell) => cell.model.getMetadata('tags') ?? [];
    content.activeCellIndex = content.widgets.findIndex((cell) => tags(cell).includes(tag));
    await jupyterapp.commands.execute('notebook:run-cell');
    return content.activeCell.model.toJSON().outputs.map((output) => [output.text].flat().join('')).join('');
}"""


def find_chromium() -> str | None:
    """Where a system Chromium is, if there is one: best without its own windows, which take a fifth of the time."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


def write_notebook(path: Path, cells: Iterable[str], outputs: dict[int, list[dict]] | None = None) -> None:
    """Write a notebook of code cells; `outputs` gives stored outputs by cell number."""
    import nbformat

    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for number, source in enumerate(cells):
        stored = (outputs or {}).get(number, [])
        cell = nbformat.v4.new_code_cell(source, outputs=stored, execution_count=number + 1 if stored else None)
        cell.id = f"cell-{number}"
        notebook.cells.append(cell)
    path.write_text(nbformat.writes(notebook), encoding="utf-8")


@dataclass
class Lab:
    """One running `jupyter lab`; `home` is its folder of notebooks."""

    home: Path
    port: int
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    process: subprocess.Popen | None = None

    def start(self, state: Path) -> None:
        """Start the server with all of Jupyter's own files under `state` and wait until it answers."""
        for name, values in SETTINGS.items():
            file = state / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")])),
            "JUPYTER_CONFIG_DIR": str(state / "config"),
            "JUPYTER_DATA_DIR": str(state / "data"),
            "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
            "IPYTHONDIR": str(state / "ipython"),
        }
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={self.port}", "--ServerApp.port_retries=0"),
            *(f"--IdentityProvider.token={self.token}", "--LabApp.expose_app_in_browser=True", "--allow-root"),
            f"--ServerApp.root_dir={self.home}",
        ]
        log = (state / "lab.log").open("w")
        # A session of its own, so that the kernels go with the server.
        self.process = subprocess.Popen(
            command, cwd=self.home, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"jupyter lab ended at once:\n{(state / 'lab.log').read_text()[-3000:]}")
            try:
                urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=2)
                return
            except OSError:
                time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"jupyter lab did not answer in 60 s:\n{(state / 'lab.log').read_text()[-3000:]}")

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End the server and its kernels."""
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def open(self, page: Page, notebook: str) -> None:
        """Open a notebook in `page` and wait until its cells stand there."""
        page.goto(f"{self.url}/lab/tree/{notebook}?token={self.token}&reset", wait_until="domcontentloaded")
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
        page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady")

    def run_all(self, page: Page) -> None:
        """Run every cell and wait until the last is done and the notebook has come to rest."""
        page.evaluate(RUN_ALL)

    def run(self, page: Page, code: str) -> str:
        """Run `code` in the open notebook's kernel, beside its cells, and hand back what it printed."""
        return page.evaluate(
            """async (code) => {
                const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
                const future = kernel.requestExecute({code, store_history: false});
                let text = '';
                future.onIOPub = (message) => {
                    const {content, header} = message;
                    if (header.msg_type === 'stream') text += content.text;
                    if (header.msg_type === 'error') text += content.traceback.join('\\n');
                };
                await future.done;
                return text.trim();
            }""",
            code,
        )

    def errors(self, page: Page) -> list[str]:
        """The errors that stand in the open notebook, those of cells that are meant to raise apart."""
        return page.evaluate(ERRORS)

    def write_tagged(self, page: Page, tag: str, code: str) -> None:
        """Make the cell with this tag the learner's own."""
        page.evaluate(WRITE_TAGGED, [tag, code])

    def run_tagged(self, page: Page, tag: str) -> str:
        """Run the cell with this tag, an exercise's for instance (`exercise-00.1`), and hand back what it printed."""
        return page.evaluate(RUN_TAGGED, tag)

    def judges(self, page: Page, exercise_id: str, mistake: str, *, twice: bool = True) -> None:
        """Get an exercise wrong, then right; `twice`: the wrong answer may be asked again, and gets the second hint."""
        exercise, tag = find(exercise_id), f"exercise-{exercise_id}"
        assert exercise is not None
        [wrong] = [each for each in exercise.mistakes if each.name == mistake]
        hints = [wrong.hint, exercise.second_hint] if twice else [wrong.hint]
        for code, lines in [
            (wrong.code, [f"✗ {hint}" for hint in hints]),
            (exercise.solution, [f"✓ {exercise.praise}"]),
        ]:
            self.write_tagged(page, tag, code)
            wait_until(lambda lines=lines: self.run_tagged(page, tag).strip() in lines)

    def scroll_to(self, page: Page, text: str) -> None:
        """Choose the first cell that has `text` in it, and bring it to the top."""
        page.evaluate(SCROLL_TO, text)

    def keep_busy(self, page: Page, seconds: float) -> None:
        """Give the kernel something to do for `seconds` and return at once, when it is at it."""
        page.evaluate(
            """async (code) => {
                const kernel = jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
                const started = new Promise((resolve) => {
                    const future = kernel.requestExecute({code, store_history: false});
                    future.onIOPub = (message) => { if (message.header.msg_type === 'execute_input') resolve(); };
                });
                await started;
            }""",
            f"import time\nuntil = time.monotonic() + {seconds}\nwhile time.monotonic() < until: pass",
        )

    def is_busy(self, page: Page) -> bool:
        """Whether the kernel of the open notebook is working."""
        return page.evaluate("jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.status") == "busy"

    def use_theme(self, page: Page, name: str) -> None:
        """Switch JupyterLab to the theme `name` and wait until it is on."""
        page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        light = "false" if "Dark" in name else "true"
        page.wait_for_selector(f"body[data-jp-theme-light='{light}']", state="attached")

    def shut_down_kernels(self, page: Page) -> None:
        """End the kernel of the open notebook."""
        page.evaluate("jupyterapp.shell.currentWidget?.context.sessionContext.shutdown()")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def stepper_in(page: Page) -> Locator:
    """The first stepper of the page, scrolled into view."""
    stepper = page.locator(".mg-stepper").first
    stepper.wait_for(timeout=30_000)
    stepper.scroll_into_view_if_needed()
    whole(page)
    return stepper


def wait_until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    """Ask again and again, until it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)
