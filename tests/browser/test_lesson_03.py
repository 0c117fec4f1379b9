"""Lesson 03 in JupyterLab: the loop looked for in the graph builder, and the shuffled lines moved by keys."""

from __future__ import annotations

import pytest

from .lab import wait_until
from .page import leaves_the_machine, serious

pytestmark = pytest.mark.browser


def test_the_loop_is_nowhere_and_the_lines_find_their_order(lab, opened):
    page = opened("03_the_graph")
    lab.run_all(page)
    assert lab.errors(page) == []

    lab.scroll_to(page, 'graph_builder("""')
    builder = page.locator(".mg-graph_builder").first
    builder.wait_for()
    code, said = builder.get_by_role("textbox", name="Code"), builder.locator("[aria-live]")
    for rounds in (3, 0):
        lines = code.input_value().splitlines()
        code.fill("\n".join(f"for i in range({rounds}):" if line.startswith("for") else line for line in lines))
        code.press("Control+Enter")
        wait_until(lambda rounds=rounds: f"{rounds + 1} operation" in said.inner_text())
    builder.locator("[data-node]").first.click()
    assert said.inner_text().endswith("next_functions: AccumulateGrad of x.")
    assert serious(page, ".mg-graph_builder") == []

    lab.scroll_to(page, "program = [")
    assert lab.run_tagged(page, "exercise-03.2").startswith("○")
    move(page, '"now = cost * count"', "Alt+ArrowUp", 4)
    assert lab.run_tagged(page, "exercise-03.2").startswith("✗ A line uses a name that points nowhere yet.")
    for line in ['"count = ', '"cost = ']:
        move(page, line, "Alt+ArrowUp", 6)
    move(page, '"now = now * kept"', "Alt+ArrowDown", 6)
    move(page, '"kept = now"', "Alt+ArrowUp", 1)
    assert lab.run_tagged(page, "exercise-03.2").startswith("✓")
    assert leaves_the_machine(lab, page) == []
    assert page.problems == []


def move(page, line: str, keys: str, times: int) -> None:
    """Move a line of the shuffled program up or down, as its exercise says; at an end of the list it stays there."""
    lines = [text for text in program(page) if text.strip().startswith('"')]
    at = next(number for number, text in enumerate(lines) if line in text)
    times = min(times, at if keys.endswith("Up") else len(lines) - 1 - at)
    page.locator(".jp-CodeCell .cm-line", has_text=line).first.click()
    for _ in range(times):
        page.keyboard.press(keys)
    page.keyboard.press("Escape")


def program(page) -> list[str]:
    """The lines of the exercise's cell as they stand there now."""
    return page.evaluate(
        """() => jupyterapp.shell.currentWidget.content.widgets
            .map((cell) => cell.model.sharedModel.getSource())
            .find((source) => source.startsWith('program = [')).split('\\n')"""
    )
