"""`docs/pytorch.md`: every row is a test, and every deliberate difference is a row."""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

import minigrad
import minigrad.autograd.functional
import minigrad.autograd.graph
from tests.conformance import FAMILIES

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "pytorch.md").read_text("utf-8")
SAME, REST = PAGE.split("## The same\n")[1].split("## Different on purpose\n")
DIFFERENT, NOT_THERE = REST.split("## Not there\n")
NAMED = re.compile(r"`((?:\w+/)?test_\w+\.py)::(test_\w+)`")

# Tests that speak of PyTorch in their first words, and are about something that is the same.
NO_DIFFERENCE = {
    "test_what_is_remembered",
    "test_a_state_of_torch_is_gone_on_from",
    "test_dropout_refused",
    "test_recorded",
    "test_finite_differences_in_torch",
    "test_gradcheck_in_torch",
    "test_order",
    "test_there_is_no_forward_mode",  # in the table of what is not there
    "test_there_is_no_forward_mode_and_no_vmap",
}


def rows(text: str) -> list[list[str]]:
    """The cells of all rows of a text's tables, without the heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    rules = {i for i, row in enumerate(cells) if set("".join(row)) <= set("-| ")}
    return [row for i, row in enumerate(cells) if i not in rules and i + 1 not in rules]


def functions(file: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def broken(text: str) -> list[str]:
    """The rows that name no test, or one that does not exist."""
    bad = []
    for row in rows(text):
        named = NAMED.findall(" | ".join(row))
        there = [(TESTS / file).exists() and name in functions(TESTS / file) for file, name in named]
        if not named or not all(there):
            bad.append(" | ".join(row))
    return bad


@pytest.mark.parametrize("text", [SAME, DIFFERENT], ids=["the same", "different"])
def test_each_row_names_its_test(text):
    assert len(rows(text)) > 15
    assert broken(text) == []


def test_each_family_of_behaviours_has_a_row():
    files = {module.removeprefix("tests.").replace(".", "/") + ".py" for module in FAMILIES.values()}
    assert files <= {file for file, _ in NAMED.findall(SAME)}


def test_a_row_without_its_test_is_noticed():
    head = "| what | test |\n| --- | --- |\n"
    assert rows(head + "| a | b |\n") == [["a", "b"]]
    assert broken(head + "| a | `test_docs_pytorch.py::test_empty_is_zeros` |\n") == []
    assert len(broken(head + "| a | b |\n| a | `test_docs_pytorch.py::test_no` |\n| a | `test_no.py::test_a` |\n")) == 3


def speaks_of_a_difference(function: ast.FunctionDef) -> bool:
    """Whether a test's docstring tells PyTorch's ways from ours; one that runs on both tells no difference."""
    on_both = any("on_both" in ast.unparse(decorator) for decorator in function.decorator_list)
    return not on_both and "PyTorch" in (ast.get_docstring(function) or "")


def test_each_deliberate_difference_has_a_row():
    on_page = {name for _, name in NAMED.findall(PAGE)} | NO_DIFFERENCE
    missing = [
        f"{file.name}::{name}"
        for file in sorted([*TESTS.glob("test_*.py"), *TESTS.glob("nn/test_*.py")])
        if file != Path(__file__)
        for name, function in functions(file).items()
        if name.startswith("test_") and speaks_of_a_difference(function) and name not in on_page
    ]
    assert missing == [], "give each a row in docs/pytorch.md, or add it to NO_DIFFERENCE"


# ------------------------------------------------------------ what is not there
def outcome(code: str) -> str:
    scope = {"minigrad": minigrad, "x": minigrad.ones(2, requires_grad=True), "f": lambda x: (x * x).sum()}
    try:
        eval(code, scope)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


@pytest.mark.parametrize("row", rows(NOT_THERE), ids=lambda row: row[0])
def test_what_is_not_there_says_so(row):
    code, said, _ = row
    kind, words = said.split(": ", 1)
    found = outcome(code.strip("`"))
    assert found.startswith(f"{kind}: ") and words in found


def test_what_is_there_is_noticed():
    assert outcome("minigrad.ones") == "" and len(rows(NOT_THERE)) > 15


# ------------------------------------------------------------ differences that have no other test
def test_random_numbers_are_numpys():
    minigrad.manual_seed(0)
    first = minigrad.rand(3).tolist()
    minigrad.manual_seed(0)
    assert minigrad.rand(3).tolist() == first
    assert first != pytest.approx([0.4963, 0.7682, 0.0885], abs=1e-4), "PyTorch's"


def test_empty_is_zeros():
    assert minigrad.empty(100).tolist() == [0.0] * 100


def test_create_graph_does_not_warn():
    x = minigrad.ones(2, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (x * x).sum().backward(create_graph=True)
    assert x.grad.requires_grad
    x.grad = None


def test_a_tensor_shows_its_array():
    x = minigrad.ones(2)
    assert isinstance(x.array, np.ndarray)
    x.array[0] = 5.0
    assert x.tolist() == [5.0, 1.0]
