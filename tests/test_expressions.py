"""Small programs in ``torch``, the module under test: what they give, or the error they raise, is what PyTorch says.

Each line of programs.txt is a program: statements between semicolons. Its answer is the repr of its last expression, or
the class and the first sentence of the error.
"""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minigrad
from tests.oracle import needs_torch, recorded, torch

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
OPERANDS = [f"ones({shape}, dtype=torch.{d})" for shape in ("2", "()") for d in DTYPES] + ["True", "2", "2.0"]

PROGRAMS = [
    line
    for line in Path(__file__).with_name("programs.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]

# errors whose words are about PyTorch's insides: only the class must agree
OTHER_WORDS = {
    'torch.tensor("one")',
    'torch.from_numpy(np.array(["a"]))',
    "torch.rand(2, dtype=torch.int64)",
    "torch.randn(2, dtype=torch.int64)",
    "torch.zeros()",
    "torch.nonsense",
    "x = torch.tensor([1.], requires_grad=True); x.grad = torch.tensor([1])",
    "x = torch.ones(2, requires_grad=True); (x * 2).backward(1.)",
    'torch.ones(3)["a"]',
    'torch.ones(2) + "a"',
    "torch.ones(2) + None",
    "torch.ones(2) @ 3",
    'torch.ones(2, device="mars")',
}
IS_ERROR = re.compile(r"\w+Error: ")
FIRST_SENTENCE = re.compile(r"\n|\. |: \[| \(or ")


def run(module: Any, program: str) -> str:
    """The repr of the last expression, or the error's class and first sentence."""
    body = ast.parse(program).body
    space: dict[str, Any] = {"torch": module, "np": np}
    answer = "nothing"
    try:
        for statement in body:
            if isinstance(statement, ast.Expr):
                answer = repr(eval(ast.unparse(statement), space))
            else:
                exec(ast.unparse(statement), space)
    except Exception as error:
        kind = next(c for c in type(error).__mro__ if c.__module__ == "builtins")  # ours may be subclasses
        answer = f"{kind.__name__}: {FIRST_SENTENCE.split(str(error))[0]}"
    finally:
        module.set_default_dtype(module.float32)
    return re.sub(r"\btorch\.", "minigrad.", re.sub(r"(torch|minigrad)::autograd::", "", answer))


def promoted(module: Any, left: str, right: str) -> str:
    """The dtypes of left + right and left / right, or the error's class."""
    space = {"torch": module, "ones": module.ones}
    words = []
    for sign in "+*/":
        try:
            words.append(str(eval(f"{left} {sign} {right}", space).dtype).split(".")[1])
        except Exception as error:
            words.append(type(error).__name__)
    return " ".join(words)


def pairs() -> list[tuple[str, str]]:
    return [p for p in itertools.product(OPERANDS, OPERANDS) if "ones" in p[0] + p[1]]


def ask_torch() -> dict[str, str]:
    """PyTorch's answers, to be recorded."""
    answers = {program: run(torch, program) for program in PROGRAMS}
    return answers | {f"{a} +*/ {b}": promoted(torch, a, b) for a, b in pairs()}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", PROGRAMS)
def test_programs(program):
    ours, theirs = run(minigrad, program), recorded("expressions")[program]
    if program in OTHER_WORDS:
        ours, theirs = ours.split(":")[0], theirs.split(":")[0]
    if IS_ERROR.match(theirs):
        assert ours.startswith(theirs.rstrip("."))  # more may follow: what, where, fix
    else:
        assert ours == theirs


@pytest.mark.parametrize("left", OPERANDS)
def test_promotion(left):
    """What + * / make of every pair of dtypes, with dimensions, without, and plain numbers."""
    for a, b in pairs():
        if a == left:
            assert promoted(minigrad, a, b) == recorded("expressions")[f"{a} +*/ {b}"], f"{a} +*/ {b}"


@needs_torch
@pytest.mark.filterwarnings("ignore")
def test_the_record_is_what_torch_says():
    assert ask_torch() == recorded("expressions")
