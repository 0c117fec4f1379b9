"""Lesson 16: the tests that the learner gets tell a right engine from wrong ones, and always come to an end."""

import re
from inspect import getsource
from typing import Any

import numpy as np
import pytest

from course import build
from minigrad.course import reference_engine
from minigrad.course.exercises import NotYet, broken_notebooks, build_it, find
from minigrad.course.exercises.engine_cells import changed
from minigrad.course.exercises.patience import TooLong, patience
from minigrad.course.lending import STEPS, careless_run, lend
from tests.course.named_code import missing, named_in
from tests.course.play import source_of
from tests.course.test_prose import run_lesson, text_of

ENGINE = getsource(reference_engine)
HAND_ON = "arrived[to] = arrived[to] + d if to in arrived else d"
IN_PLACE = """if to in arrived:
                    arrived[to] += d
                else:
                    arrived[to] = d"""

Change = tuple[str, str]
# What is wrong, the places of the reference engine to change for it, the step that must notice, and its mistake.
SEEDED: dict[str, tuple[list[Change], str, str]] = {
    "= for +=": ([(HAND_ON, "arrived[to] = d")], "16.5", "the last one wins"),
    "wrong order": ([(", reverse=True", "")], "16.4", "forward"),
    "missing unbroadcast": ([("unbroadcast(d, shape) for", "d for")], "16.5", "not summed"),
    "recursion": (
        [
            (
                "    found, to_visit = {root}, [root]\n",
                "    found, to_visit = {root}, [root]\n    [order(to) for to in root.edges if to is not None]\n",
            )
        ],
        "16.4",
        "recursion",
    ),
    "stale gradients": (
        [
            ("    arrived = {root: gradient}\n", "    root.arrived = gradient\n"),
            ("arrived.pop(node)", "node.arrived"),
            (HAND_ON, 'to.arrived = getattr(to, "arrived", 0) + d'),
        ],
        "16.5",
        "stale",
    ),
    "adding in place": ([(HAND_ON, IN_PLACE)], "16.5", "written in place"),
    "its own factor": ([("(g * b, g * a)", "(g * a, g * b)")], "16.2", "its own factor"),
    "the bare slope": ([("(g * (a > 0),)", "((a > 0) * 1.0,)")], "16.2", "the bare slope"),
    "edges that shift": (
        [("edges = [x.node for x in tensors]", "edges = [x.node for x in tensors if x.node]")],
        "16.1",
        "edge left out",
    ),
    ".grad overwritten": ([("g if leaf.grad is None else leaf.grad + g", "g")], "16.6", "the last pass wins"),
    "not cleared": ([("            p.grad = None\n", "")], "16.6", "not cleared"),
    "uphill": ([("p.data - lr", "p.data + lr")], "16.6", "uphill"),
    "every path": ([("if node is not None and node not in found:", "if node is not None:")], "16.4", "no end"),
    "a lost dimension": ([("keepdims=True", "keepdims=False")], "16.3", "a 1 is lost"),
}


def answer_of(number: str, variables: dict[str, Any]) -> Any:
    """What the answer cell of a step hands to `check`."""
    parts = {"16.5": ("unbroadcast", "order", "run")}.get(number, STEPS[number][2] if number in STEPS else ())
    answer = tuple(variables[name] for name in parts)
    return answer[0] if len(answer) == 1 else answer


def first_verdict(engine: str) -> tuple[str, str | None]:
    """The first step that finds something wrong with an engine, and what."""
    variables: dict[str, Any] = {"__name__": "engine"}
    exec(engine, variables)
    for number in STEPS:
        verdict = find(number).judge(answer_of(number, variables))
        if verdict is not None:
            return number, verdict
    return "", None


def test_the_reference_engine_passes_every_test_of_the_learners():
    assert first_verdict(ENGINE) == ("", None)


@pytest.mark.parametrize("name", SEEDED)
def test_each_seeded_mistake_is_found_with_a_hint_of_its_own(name, monkeypatch):
    changes, number, mistake = SEEDED[name]
    if mistake == "no end":
        monkeypatch.setattr("minigrad.course.exercises.patience.SECONDS", 0.5)
    assert first_verdict(changed(ENGINE, *changes)) == (number, mistake)
    exercise = find(number)
    assert exercise.hint_for(mistake) != exercise.hint


def test_seeded_mistakes_are_ten_or_more_and_have_different_hints():
    hints = {find(number).hint_for(mistake) for *_, number, mistake in SEEDED.values()}
    assert len(hints) == len(SEEDED) >= 10


def test_the_given_parts_of_the_lesson_are_those_of_the_engine():
    cells = [cell.source for cell in build.read_source(source_of("16")).cells if cell.cell_type == "code"]
    for given in (reference_engine.Node, reference_engine.Tensor, reference_engine.add):
        assert getsource(given).strip() in cells


def test_what_the_table_of_rooms_names_exists():
    named = named_in(text_of("16"))
    assert len(named) == 8 and all(names for _, names in named)
    assert [missing(file, names) for file, names in named] == [[]] * 8


# --- other right answers ----------------------------------------------------------------------------------------------


def counting(root):
    """Count what each node lacks, as in lesson 04; a generator."""
    below, lacks = [root], {root: 0}
    for node in below:
        for to in node.edges:
            if to is not None:
                if to not in lacks:
                    below.append(to)
                lacks[to] = lacks.get(to, 0) + 1
    ready = [root]
    while ready:
        node = ready.pop()
        yield node
        for to in node.edges:
            if to is not None:
                lacks[to] -= 1
                if lacks[to] == 0:
                    ready.append(to)


def depth_first(root):
    """Children first, by a stack of its own, then turned round; a tuple."""
    done, seen, stack = [], set(), [(root, False)]
    while stack:
        node, back = stack.pop()
        if back:
            done.append(node)
        elif node is not None and node not in seen:
            seen.add(node)
            stack += [(node, True), *((to, False) for to in node.edges)]
    return tuple(done[::-1])


@pytest.mark.parametrize("order", [counting, depth_first])
def test_any_right_order_is_accepted(order):
    assert find("16.4").judge(order) is None


def all_at_once(root, gradient):
    """A list instead of a generator; zeros to begin with; arrays copied; leaves skipped by their edges."""
    nodes = reference_engine.order(root)
    arrived = {node: 0.0 for node in nodes} | {root: np.array(gradient)}
    steps = []
    for node in nodes:
        sent = []
        for to, d, shape in zip(node.edges, node.rule(arrived[node]), node.shapes, strict=True):
            sent.append(reference_engine.unbroadcast(d, shape))
            if to:
                arrived[to] = arrived[to] + sent[-1]
        steps.append((node, arrived[node], tuple(sent)))
    return steps


def in_arrays_of_its_own(root, gradient):
    """Adds in place, into copies that nobody else holds."""
    arrived = {root: np.array(gradient)}
    for node in reference_engine.order(root):
        g = arrived.pop(node)
        sent = [reference_engine.unbroadcast(d, s) for d, s in zip(node.rule(g), node.shapes, strict=True)]
        for to, d in zip(node.edges, sent, strict=True):
            if to is not None and to in arrived:
                arrived[to] += d
            elif to is not None:
                arrived[to] = np.array(d)
        yield node, g, sent


@pytest.mark.parametrize("run", [all_at_once, in_arrays_of_its_own])
def test_any_right_engine_is_accepted(run):
    assert find("16.5").judge((reference_engine.unbroadcast, reference_engine.order, run)) is None


def test_other_right_rules_and_steps_are_accepted():
    def total(a):
        return np.sum(a), lambda g: [np.broadcast_to(g, a.shape)]

    def exp(a):
        return np.exp(a), lambda g: (np.exp(a) * g,)

    def relu(a):
        return np.where(a > 0, a, 0.0), lambda g: (np.where(a > 0, g, 0.0),)

    rules = {name: getattr(reference_engine, name) for name in build_it.INPUTS}
    rules |= {"total": total, "exp": exp, "relu": relu}
    assert find("16.2").judge(list(rules.values())) is None

    def sgd(parameters, lr):
        for p in [p for p in parameters if p.grad is not None]:
            p.data = np.subtract(p.data, np.multiply(lr, p.grad))
            p.grad = np.zeros_like(p.data)

    assert find("16.6").judge((reference_engine.run, reference_engine.backward, sgd)) is None
    assert broken_notebooks.judge_causes([f" {word.upper()} " for word in broken_notebooks.RIGHT]) is None


# --- code that does not end, and code that is odd ---------------------------------------------------------------------


def for_ever(*_):
    while True:
        pass


def never_done(root, gradient=None):
    while True:
        yield root, np.array(1.0), []


def goes_round(root, *_):
    return goes_round(root)


def test_loops_without_end_and_recursion_are_said(monkeypatch):
    monkeypatch.setattr("minigrad.course.exercises.patience.SECONDS", 0.5)
    assert find("16.4").judge(for_ever) == "no end"
    assert find("16.4").judge(goes_round) == "recursion"
    parts = reference_engine.unbroadcast, reference_engine.order
    assert build_it.careful(build_it.problem_of_run)(never_done) == "no end"
    assert find("16.5").judge((*parts, goes_round)) == "recursion"


def test_patience_ends_with_its_block():
    with patience(0.01):
        pass
    total = sum(range(2_000_000))  # would be hit by an exception that comes late
    assert total > 0
    with pytest.raises(TooLong), patience(0.01):
        for_ever()


@pytest.mark.parametrize("number", ["16.5", "16.6"])
def test_a_step_asks_for_the_one_before(number):
    parts = {name: getattr(reference_engine, name) for names, *_ in STEPS.values() for name in names}
    parts |= {"order": lambda root: ..., "run": lambda root, gradient: ...}
    with pytest.raises(NotYet, match=r"16\.[45]"):
        find(number).judge(answer_of(number, parts))


# --- lending, training, the stepper -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lesson(tmp_path_factory) -> dict[str, Any]:
    """The lesson's variables after it ran as it is handed out."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(tmp_path_factory.mktemp("lesson"))
        return run_lesson("16")


def test_what_is_not_right_yet_is_lent_and_what_is_right_is_kept(capsys):
    mine: dict[str, Any] = {}
    exec(ENGINE, mine)
    kept = mine["unbroadcast"]
    mine["order"] = mine["sgd"] = None
    lend(mine)
    assert "the steps of 16.4, 16.6." in capsys.readouterr().out
    assert mine["unbroadcast"] is kept and mine["order"](mine["Node"]("leaf"))
    lend(mine)
    assert capsys.readouterr().out == "✓ All six steps are yours.\n"


def test_the_network_of_the_lesson_reads_digits(lesson):
    assert lesson["losses"][0] > 2 and 0.08 < lesson["losses"][-1] < 0.12  # as the picture's words have it
    assert lesson["right"] > 90
    assert lesson["guesses"][0] == lesson["answers"][0] == 2


def test_the_two_walks_of_play_agree_up_to_step_2(lesson):
    pair = eval("side_by_side(step_through(z, ours.run), step_through(z, careless_run))", lesson)
    assert pair.state["difference"] == "They differ from step 3 on."


def test_the_careless_engine_is_that_of_the_puzzle(lesson):
    assert lesson["gradient"]["b"].tolist() == [2, 2]
    assert build_it.problem_of_run(careless_run) == "written in place"


def test_complaints_of_the_broken_notebooks_are_true(lesson):
    assert lesson["notebook_1"]() == 1 and round(lesson["notebook_2"](), 2) == 1.93
    assert lesson["notebook_3"]() == [None, None] and lesson["notebook_5"]() == (18, 12)
    with pytest.raises(RuntimeError, match="second time"):
        lesson["notebook_4"]()


# What the explanations tell to write instead.
REPAIRS = {
    "notebook_1": (
        r"        loss.backward()\n        optimizer.zero_grad()",
        r"        optimizer.zero_grad()\n        loss.backward()",
        4.95,
    ),
    "notebook_2": ("(hours @ w - price)", "((hours @ w)[:, 0] - price)", 3),
    "notebook_3": ("tensor([part.item() for part in parts], requires_grad=True)", "minigrad.stack(parts)", [-8, -6]),
    "notebook_4": ("(scale * x", "(w.exp() * x", None),
    "notebook_5": ("minigrad.from_numpy(buffer)", "tensor(buffer)", (18, 6)),
}


@pytest.mark.parametrize("name", REPAIRS)
def test_the_explained_repairs_mend_them(lesson, name):
    old, new, right = REPAIRS[name]
    cells = [cell.source for cell in build.read_source(source_of("16")).cells]
    [cell] = [source for source in cells if f"def {name}()" in source]
    program = re.search(rf"def {name}\(\):\n(?:    .*\n|\n)+", cell).group()
    variables = dict(lesson)
    exec(changed(program, (old.replace(r"\n", "\n"), new.replace(r"\n", "\n"))), variables)
    result = variables[name]()
    if right is not None:
        numbers = [
            r.item() if hasattr(r, "item") else r for r in (result if isinstance(result, list | tuple) else [result])
        ]
        assert np.allclose(numbers, right, atol=0.05)
