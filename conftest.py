"""Settings for the whole test run: how notebooks are compared, and which skips are allowed."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REQUIRE_ALL = os.environ.get("MINIGRAD_REQUIRE_ALL", "0") not in ("", "0")


def pytest_configure(config):
    if config.option.nbval_sanitize_with is None:
        config.option.nbval_sanitize_with = str(HERE / "tests" / "notebooks" / "sanitize.cfg")


def _refuse_skip(report):
    """Where everything is required, a skipped test is a failed one."""
    report.outcome = "failed"
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.longrepr = f"MINIGRAD_REQUIRE_ALL is set, but this was skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    may_skip = item.get_closest_marker("gpu") or item.get_closest_marker("optional") or hasattr(report, "wasxfail")
    if REQUIRE_ALL and report.skipped and not may_skip:
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    if REQUIRE_ALL and report.skipped:
        _refuse_skip(report)
    return report


@pytest.fixture(autouse=True)
def _silent_mistakes_as_before():
    """A lesson's first cell switches on warnings that other tests are not about."""
    yield
    silent = sys.modules.get("minigrad.autograd.silent")
    if silent is not None and silent._finder is not None:
        silent.warn_silent_mistakes(False)
