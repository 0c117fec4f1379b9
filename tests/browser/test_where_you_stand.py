"""Where you stand: the start notebook's table in JupyterLab, followed to a lesson, and a lesson given back."""

from __future__ import annotations

import pytest

from minigrad.course.progress import Progress

from .lab import RUN_TAGGED, SCROLL_TO, WRITE_TAGGED
from .page import serious

pytestmark = pytest.mark.browser

RUN_WITH = """async (text) => {
    const { content } = jupyterapp.shell.currentWidget;
    content.activeCellIndex = content.widgets.findIndex((c) => c.model.sharedModel.getSource().includes(text));
    await jupyterapp.commands.execute('notebook:run-cell');
}"""
APPEND = """async (code) => {
    const { content } = jupyterapp.shell.currentWidget;
    content.model.sharedModel.addCell({ cell_type: 'code', source: code });
    content.activeCellIndex = content.widgets.length - 1;
    await jupyterapp.commands.execute('notebook:run-cell');
    return content.activeCell.model.toJSON().outputs.map((output) => [output.text].flat().join('')).join('');
}"""
SOLUTION = 'check("00.2", ([9.0, 36.0], [-10.0, -2.0]))'


def test_what_is_done_is_shown_and_a_lesson_is_given_back(lab, opened, copies):
    Progress(copies).forget("00")  # what other tests have solved in these copies
    page = opened("00_start_here")
    lab.run_all(page)
    page.evaluate(WRITE_TAGGED, ["exercise-00.2", SOLUTION])
    assert page.evaluate(RUN_TAGGED, "exercise-00.2").startswith("✓")
    page.evaluate(RUN_WITH, "overview()")
    page.evaluate(SCROLL_TO, "overview()")
    table = page.get_by_role("table").filter(has_text="exercises solved")
    row = table.get_by_role("row").filter(has_text="00 Start here")
    row.get_by_role("cell").first.get_by_text("1 of 2").wait_for()
    signs = row.get_by_role("img")
    assert [sign.get_attribute("aria-label") for sign in signs.all()] == ["open", "solved"]
    assert serious(page) == []

    written = copies / "01_slopes_by_nudging.ipynb"
    new = written.read_text("utf-8")
    written.write_text(new.replace("01 Slopes by nudging", "My own words", 1), "utf-8")
    said = page.evaluate(APPEND, 'from minigrad.course import reset\n\nreset("01")\nreset("00")').splitlines()
    kept = copies / "01_slopes_by_nudging.mine.ipynb"
    assert said[0].endswith(kept.name) and said[1].endswith("given back as new")
    assert written.read_text("utf-8") == new and "My own words" in kept.read_text("utf-8")
    kept.unlink()

    page.evaluate(RUN_WITH, "overview()")
    row.get_by_role("cell").first.get_by_text("0 of 2").wait_for()
    table.get_by_role("link", name="02 Tensors that remember").click()
    page.get_by_role("tab", name="02_tensors_that_remember.ipynb").wait_for()
