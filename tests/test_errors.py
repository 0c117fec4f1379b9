"""Messages that teach, in scripts: PyTorch's sentence, and the names, places and fixes below it."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pytest

import minigrad
from minigrad.autograd import errors
from tests.error_cases import CASES, Case, X
from tests.oracle import needs_torch, recorded, torch, warns_always

# Where PyTorch points elsewhere; minigrad's own lines say it.
POINTERS = (" Hint: enable anomaly detection", " See github.com", " (Triggered internally")
LABELS = ("What:  ", "Where: ", "Fix:   ")


# ------------------------------------------------------------ what a message says
def parts(text: str) -> dict[str, str]:
    """A message's sentence and its three blocks, without their labels."""
    sentence, *lines = text.split("\n")
    found = {"sentence": sentence}
    label = "sentence"
    for line in lines:
        if label == "sentence" and line[:7] not in LABELS:  # PyTorch's goes on
            found["sentence"] += f"\n{line}"
            continue
        assert line[:7] in (*LABELS, " " * 7), f"neither a label nor an indentation: {line!r}"
        if line[:7] in LABELS:
            label = line[:7].strip(" :").lower()
            found[label] = line[7:]
        else:
            found[label] += "\n" + line[7:]
    return found


def places(where: str) -> list[tuple[str, str]]:
    """The places of a `Where` block, each with what is underlined."""
    lines = where.split("\n")
    assert len(lines) % 2 == 0
    found = []
    for line, carets in zip(lines[::2], lines[1::2], strict=True):
        assert set(carets.strip()) == {"^"}
        begin = carets.index("^")
        place, code = re.fullmatch(r"(.*? line \d+)(   .*)", line).groups()
        assert begin >= len(place) + 3 and code.strip(), line
        found.append((place, line[begin : len(carets)]))
    return found


def check(case: Case, name: str, kind: str, text: str, file: str) -> None:
    """That the message of a case says what it must."""
    assert kind == case.kind
    found = parts(text)
    assert found["sentence"] == recorded("errors")[name]
    assert places(found["where"]) == [(f"{file}, line {line}", code) for line, code in case.where]
    for words in case.what:
        assert words in found["what"]
    for words in case.fix:
        assert words in found["fix"]
    # Short: What and Fix of a line or two (shapes, which are drawn, need more), none too long for a notebook.
    assert found["what"].count("\n") < (5 if case.number == 15 else 1)
    assert found["fix"].count("\n") < 2
    assert all(len(line) <= 140 for line in text.split("\n")[1:] if line[:1] != "\t")


def outcome(source: str, file: str) -> tuple[str, str]:
    """What a program raises, or warns of: the class's name and the text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(compile(source, file, "exec"), {"__name__": "__main__"})
        except Exception as error:
            return type(error).__name__, str(error)
    return (caught[0].category.__name__, str(caught[0].message)) if caught else ("", "")


@pytest.fixture
def script(tmp_path):
    """Run a program from a file of its own."""

    def run(source: str) -> tuple[str, str]:
        file = tmp_path / "script.py"
        file.write_text(source, encoding="utf-8")
        return outcome(source, str(file))

    return run


# ------------------------------------------------------------ the table
@pytest.mark.parametrize("name", CASES)
def test_message(name, script):
    kind, text = script(CASES[name].source)
    check(CASES[name], name, kind, text, "script.py")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.repair[0]])
def test_what_the_message_proposes_works(name, script):
    case = CASES[name]
    assert case.repaired != case.source
    assert script(case.repaired) == ("", "")
    if not case.in_words:
        fix = parts(script(case.source)[1])["fix"]
        assert any(code in case.repaired and code not in case.source for code in re.findall("`([^`]+)`", fix))


def test_every_row_of_the_table_has_a_case():
    assert {case.number for case in CASES.values()} == {*range(1, 16), 17, 18, 19}


TAMPERED = {
    "another class": lambda kind, text: ("RuntimeError", text),
    "another sentence": lambda kind, text: (kind, text.replace("gradient computation", "the gradient's computation")),
    "another name": lambda kind, text: (kind, text.replace("`y`", "`x`")),
    "another line": lambda kind, text: (kind, text.replace("line 4", "line 5")),
    "another place": lambda kind, text: (kind, text.replace("script.py", "other.py")),
    "carets moved": lambda kind, text: (kind, text.replace(" ^", "^ ")),
    "carets cut": lambda kind, text: (kind, text.replace("^^\n", "^\n")),
    "no fix": lambda kind, text: (kind, text.split("\nFix:")[0]),
    "another fix": lambda kind, text: (kind, text.replace("y = y + 1", "y = y + 2")),
    "another version": lambda kind, text: (kind, text.replace("at version 0", "at version 1")),
    "too long": lambda kind, text: (kind, text + "\n" + " " * 7 + "and more" * 20),
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_a_wrong_message_is_noticed(tamper, script):
    name = "saved result"
    said = script(CASES[name].source)
    check(CASES[name], name, *said, "script.py")
    assert tamper(*said) != said
    with pytest.raises((AssertionError, KeyError, ValueError)):
        check(CASES[name], name, *tamper(*said), "script.py")


# ------------------------------------------------------------ PyTorch's own sentences
def ask_torch() -> dict[str, str]:
    """PyTorch's sentences, to be recorded."""
    answers = {}
    for name, case in CASES.items():
        with warns_always():
            kind, text = outcome(case.source.replace("minigrad", "torch"), "<program>")
        assert kind == {"UserWarning": "UserWarning", "NonLeafError": "ValueError"}.get(case.kind, "RuntimeError"), (
            name,
            kind,
            text,
        )
        for pointer in POINTERS:
            text = text.split(pointer)[0]
        answers[name] = re.sub("(?<!py)torch", "minigrad", text)
    return answers


@needs_torch
def test_the_record_is_what_torch_says():
    assert torch is not None
    assert ask_torch() == recorded("errors")


# ------------------------------------------------------------ numbers of what requires grad
LISTED = "def listed(): return minigrad.tensor([x[0], x[1]])\n"


def warnings_of(program: str) -> list[str]:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        exec(compile(f"import minigrad\n{X}{program}", "<program>", "exec"), {})
    return [str(w.message).split(" may")[0] for w in seen]


@pytest.mark.parametrize(
    ("program", "times"),
    [
        (LISTED + "for _ in range(3): listed()", 1),
        ("minigrad.tensor([x[0]])\nminigrad.as_tensor([x[0]])\nminigrad.Tensor([x[0]])\ncomplex(x[0])", 4),
        ("int(x[0]), bool(x[0]), x[0].item(), x.tolist(), f'{x[0]:.2f}'", 0),
        ("minigrad.tensor([x[0].item(), x.detach()[1]])\nfloat(x.detach()[0])", 0),
        ("with minigrad.no_grad():\n    float(x[0])\n    minigrad.tensor([x[0]])", 0),
    ],
)
def test_numbers_of_what_requires_grad_are_warned_of_once_a_place(program, times):
    assert warnings_of(program) == times * ["Converting a tensor with requires_grad=True to a scalar"]


# ------------------------------------------------------------ names
def message(source: str, script: Any) -> dict[str, str]:
    return parts(script("import minigrad\n" + source)[1])


def test_an_alias_of_the_library_is_used_in_what_to_write(script):
    found = parts(script("import minigrad as torch\nx = torch.tensor([1., 2.], requires_grad=True)\nx += 1\n")[1])
    assert "`with torch.no_grad(): x += 1`" in found["fix"]


@pytest.mark.parametrize(
    ("made", "name"),
    [
        ("class Net: pass\nnet = Net()\nnet.w = x.exp()\n", "net.w"),
        ("layers = [1, x.exp()]\n", "layers[1]"),
        ("params = {'w': x.exp()}\n", "params['w']"),
    ],
)
def test_names_inside_of_objects_and_lists(made, name, script):
    found = message(f"{X}{made}{name}.mul_(2)\n{name}.sum().backward()", script)
    assert f"its result `{name}` at version 0; `{name}.mul_(2)` made it" in found["what"]


def test_names_in_callers(script):
    """The variable lives in a function that called the one that fails."""
    train = "def train():\n    y = x.exp()\n    y.zero_()\n    run(y.sum())\n"
    found = message(f"{X}{train}def run(loss):\n    loss.backward()\ntrain()", script)
    assert "its result `y` at version 0; `y.zero_()` made it version 1." in found["what"]


def test_the_tensor_of_the_graph_names_the_memory(script):
    """Two names for one memory: the one that the node made comes first, whatever the order of the variables."""
    found = message(f"{X}d = None\ny = x.exp()\nd = y.detach()\nd += 1\ny.sum().backward()", script)
    assert "its result `y` at version 0; `d += 1`, through `d` (the same memory), made it" in found["what"]


def test_a_loop_over_a_tensor_makes_many_views(script):
    """Python versions differ in which part of the `for` line they call the place."""
    found = message(f"{X}y = x * 1\nfor row in y:\n    row *= 2", script)
    assert "`row` is one of several views of `y` that one call made" in found["what"]
    assert [place for place, _ in places(found["where"])] == ["script.py, line 4", "script.py, line 5"]


def test_a_backward_that_writes_a_saved_gradient_is_called_so(script):
    first = "(x * x).sum().backward()\n"
    found = message(f"{X}{first}y = (x.grad * x).sum()\n{first}y.backward()", script)
    assert "its input `x.grad`" in found["what"] and "a backward pass, which added to this `.grad`" in found["what"]


def test_unicode_before_the_expression(script):
    found = message(f"{X}π = 3; αβγ = x.exp(); αβγ += 1; αβγ.sum().backward()", script)
    assert [code for _, code in places(found["where"])] == ["x.exp()", "αβγ += 1"]
    assert "`αβγ = αβγ + 1`" in found["fix"]


def test_an_expression_of_several_lines(script):
    found = message(f"{X}y = (\n    x\n    .exp()\n)\ny += 1\ny.sum().backward()", script)
    assert "`exp` saved its result `y`" in found["what"]
    assert places(found["where"])[0] == ("script.py, line 5", "exp()")


def test_code_without_source():
    """Nothing to underline, no variable to be named by its code: the message still stands."""
    found = parts(outcome(CASES["saved result"].source, "<no file>")[1])
    assert found["what"] == "`exp` saved its result `y` at version 0; `add_` made it version 1."
    assert found["where"] == "<no file>, line 3\n<no file>, line 4"
    found = parts(outcome(CASES["leaf"].source, "<no file>")[1])
    assert "`x.sub_(…)` would overwrite `x`, a leaf" in found["what"]
    assert "`with minigrad.no_grad(): x.sub_(…)`" in found["fix"]


def test_a_saved_part_that_nobody_names_any_more(script):
    program = f"import minigrad\n{X}h = x * 3\ny = h[:1] * h[1:]\nh += 1\ny.sum().backward()\n"
    found = parts(script(program)[1])
    assert "`h[:1] * h[1:]` saved its input `h[1:]` at version 0" in found["what"]
    assert "`h += 1`, through `h` (the same memory), made it version 1." in found["what"]
    found = parts(outcome(program, "<no file>")[1])
    assert found["what"].startswith("`mul` saved its input, which shares the memory of `h`, at version 0; ")


def test_more_writes_than_are_remembered(script):
    found = message(f"{X}y = x.exp()\nfor _ in range(40):\n    y += 1\ny.sum().backward()", script)
    assert "is at version 40; expected an earlier version instead." in found["sentence"]
    assert "saved its result `y` at an earlier version; `y += 1` made it version 40" in found["what"]


def test_foreign_objects_are_left_alone(script):
    """Looking for names runs none of the user's code."""
    found = message(
        "class Odd:\n"
        "    def __getattribute__(self, name): raise SystemError('asked')\n"
        "    def __eq__(self, other): raise SystemError('compared')\n"
        f"odd, many = Odd(), [Odd()]\n{X}y = x.exp()\ny += 1\ny.sum().backward()",
        script,
    )
    assert "its result `y`" in found["what"]


def test_names_nearby_go_before_names_far_away(script):
    found = message(
        f"{X}w = minigrad.ones(3)\nclass Layer:\n    def __call__(self, t): return t + self.w\n"
        "layer = Layer(); layer.w = w\nlayer(x)",
        script,
    )
    assert found["what"].startswith("t       [2]\nself.w  [3]\n")


def test_what_is_folded_on_the_way_is_not_shown(script):
    """A batch times a matrix is computed as one product; the message speaks of the batch."""
    found = message("a = minigrad.ones(2, 3, 4)\nb = minigrad.ones(5, 6)\na @ b", script)
    assert found["sentence"] == "mat1 and mat2 shapes cannot be multiplied (6x4 and 5x6)"
    assert found["what"].startswith("a  [2, 3, 4]\n") and "\nb  [5, 6]\n" in found["what"]


# ------------------------------------------------------------ the longer story
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.kind != "UserWarning"])
def test_explain_tells_more(name):
    space: dict[str, Any] = {"__name__": "__main__"}
    with pytest.raises(errors.kinds.TeachingError) as caught:
        exec(CASES[name].source, space)
    story = caught.value.explain()
    assert story.startswith(str(caught.value)) and len(story) > len(str(caught.value)) + 200
    assert repr(story) == str(story)  # so that a notebook shows it line by line
    assert max(map(len, story[len(str(caught.value)) :].split("\n"))) <= 96


def test_errors_can_be_pickled():
    import pickle

    with pytest.raises(errors.ShapeError) as caught:
        minigrad.ones(2) + minigrad.ones(3)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (type(copy), str(copy), copy.fix) == (errors.ShapeError, str(caught.value), caught.value.fix)
    assert copy.explain() == caught.value.explain()


# ------------------------------------------------------------ a failed backward leaves nothing half done
def branches(torch: Any) -> tuple[Any, ...]:
    """A loss with four leaves; what `u` leads to is stale, which backward finds out last."""
    x, w, v = (torch.tensor([1.0, 2.0], requires_grad=True) for _ in range(3))
    u = torch.tensor([0.5, 0.25], requires_grad=True)
    stale = u.exp()
    kept = x * 3
    kept.retain_grad()
    loss = ((stale * 1) + (kept * w).sin() * v).sum()
    stale.detach().add_(1)
    return loss, stale, kept, [x, w, v, u]


@pytest.mark.parametrize("before", ["no gradients", "gradients"])
@pytest.mark.parametrize("how", ["backward", "create_graph", "inputs"])
def test_a_failed_backward_leaves_every_grad_untouched(before, how):
    loss, stale, kept, leaves = branches(minigrad)
    if before == "gradients":
        for leaf in leaves:
            leaf.grad = minigrad.tensor([7.0, 8.0])
    state = [(leaf.grad, leaf._version) for leaf in leaves]
    nodes = reachable(loss.grad_fn)
    with pytest.raises(errors.InplaceError):
        loss.backward(create_graph=how == "create_graph", inputs=leaves if how == "inputs" else None)
    for leaf, (grad, version) in zip(leaves, state, strict=True):
        assert leaf.grad is grad and leaf._version == version
        assert grad is None or (grad.tolist() == [7.0, 8.0] and grad._version == 0)
    assert kept.grad is None and kept.retains_grad
    assert minigrad.is_grad_enabled()
    freed = {node.name() for node in nodes if node.freed}
    assert freed == (set() if how == "create_graph" else {"MulBackward0", "SinBackward0"})  # PyTorch frees them, too
    assert not next(node for node in nodes if node.name() == "ExpBackward0").freed


def reachable(node: Any) -> list[Any]:
    found, stack = [], [node]
    while stack:
        node = stack.pop()
        if node is not None and node not in found:
            found.append(node)
            stack.extend(edge for edge, _ in node.next_functions)
    return found


def test_a_failed_backward_can_be_mended_and_repeated():
    """What the failed pass did not come to is as good as before."""
    loss, stale, kept, (x, w, v, u) = branches(minigrad)
    with pytest.raises(errors.InplaceError):
        loss.backward(retain_graph=True)
    (kept * w).sum().backward()  # shares `kept` with the failed pass
    assert x.grad.tolist() == [3.0, 6.0] and kept.grad.tolist() == [1.0, 2.0]
    assert (v.grad, u.grad) == (None, None)


def test_a_failed_second_backward_leaves_grads_untouched():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    w = minigrad.tensor([3.0, 4.0], requires_grad=True)
    h = x.exp()
    h.sum().backward()
    first = x.grad.tolist()
    with pytest.raises(errors.SpentGraphError):
        (h * w).sum().backward()
    assert x.grad.tolist() == first and w.grad is None
