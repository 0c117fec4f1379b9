"""Chromium and JupyterLab, started once for all browser tests and ended with them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

CHROMIUM_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--force-color-profile=srgb"),
]


def need(module: str):
    """Import `module`, or skip the test with a word (an error where nothing may be skipped)."""
    if os.environ.get("MINIGRAD_REQUIRE_ALL") == "1":
        return __import__(module)
    return pytest.importorskip(module, reason=f"the browser tests need {module}")


def chromium_path() -> str:
    """Where a system Chromium is; without one the test is skipped, or fails under MINIGRAD_REQUIRE_ALL=1."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if path := shutil.which(name):
            return path
    reason = "no Chromium on this machine: install one to run the browser tests"
    if os.environ.get("MINIGRAD_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """A headless Chromium."""
    need("playwright")
    from playwright.sync_api import sync_playwright

    path = chromium_path()
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
        need(module)
    from .lab import Lab, free_port

    home: Path = tmp_path_factory.mktemp("home")
    lab = Lab(home=home, port=free_port())
    try:
        lab.start(tmp_path_factory.mktemp("state"))
        yield lab
    finally:
        lab.stop()
