"""Chromium and JupyterLab, started once for all browser tests and ended with them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .lab import CHROMIUM_ARGUMENTS, REPOSITORY, Lab, find_chromium, free_port
from .page import leaves_the_machine, open_instrument


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """A headless Chromium."""
    pytest.importorskip("playwright", reason="the browser tests need playwright")
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: install one to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser) -> Iterator:
    """Open fresh pages: `visit(width=…, color_scheme=…)` gives a page that notes its requests and its errors."""
    contexts = []

    def visit(width: int = 1280, height: int = 900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.requests, page.problems = [], []
        context.on("request", lambda request: page.requests.append(request.url))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A running JupyterLab whose home is an empty folder."""
    for module in ("jupyterlab", "anywidget"):
        pytest.importorskip(module, reason=f"the browser tests need {module}")
    home: Path = tmp_path_factory.mktemp("home")
    lab = Lab(home=home, port=free_port())
    try:
        lab.start(tmp_path_factory.mktemp("state"))
        yield lab
    finally:
        lab.stop()


@pytest.fixture(scope="session")
def copies(lab) -> Path:
    """A learner's own copy of the lessons, as `python -m minigrad.course start` makes it."""
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "minigrad.course", "start", "work"]
    done = subprocess.run(command, cwd=lab.home, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return lab.home / "work"


@pytest.fixture
def opened(lab, copies, visit):
    """Open a lesson: `opened("00_start_here")` gives its page. At the end nothing may have gone wrong in it."""
    pages = []

    def opened(lesson: str):
        page = visit()
        pages.append(page)
        lab.open(page, f"{copies.name}/{lesson}.ipynb")
        return page

    yield opened
    for page in pages:
        lab.shut_down_kernels(page)
        assert page.problems == []
        assert leaves_the_machine(lab, page) == []


@pytest.fixture
def show(visit, tmp_path):
    """Open an instrument on a page of its own; at the end nothing may have gone wrong in it."""
    pages = []

    def show(instrument, **options):
        page = visit(**options)
        pages.append(page)
        return open_instrument(page, tmp_path, instrument.kind, instrument.state, instrument.value)

    yield show
    assert [page.problems for page in pages] == [[]] * len(pages)
