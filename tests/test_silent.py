"""Warnings about mistakes that raise no error: what is told of them, in scripts and notebooks, and no false alarm."""

from __future__ import annotations

import gc
import threading
import warnings
import weakref
from dataclasses import dataclass

import pytest

import minigrad
from minigrad.autograd import SilentMistakeWarning, errors, modes, silent, versions, warn_silent_mistakes
from tests.test_errors import parts, places
from tests.test_errors_notebook import kernel_path, run  # noqa: F401

ON = "minigrad.autograd.warn_silent_mistakes()\n"
X = "x = minigrad.tensor([4., 0.], requires_grad=True)\n"
NET = "from minigrad import nn\nfrom minigrad.optim import SGD\nnet = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))\n"
NET += "sgd = SGD(net.parameters(), lr=0.1)\n"  # lines 3 to 6
PY = "p = minigrad.ones(8, 1, requires_grad=True)\ny = minigrad.zeros(8)\n"


@dataclass(frozen=True)
class Case:
    """A program with a mistake: the warning's first line, its places (line, expression), words of What and Fix."""

    program: str
    sentence: str
    where: tuple[tuple[int, str], ...]
    what: tuple[str, ...]
    fix: tuple[str, ...]
    repair: tuple[str, str]

    @property
    def source(self) -> str:
        return f"import minigrad\n{ON}{self.program}"

    @property
    def repaired(self) -> str:
        return self.source.replace(*self.repair)


CASES = {
    "mean": Case(
        PY + "loss = ((p - y) ** 2).mean()",
        "a loss over all pairs: broadcasting made [8, 8] out of [8, 1] and [8]",
        ((5, "p - y"), (5, "((p - y) ** 2).mean()")),
        ("the mean is over all pairs", "p      [8, 1]\ny         [8]\np - y  [8, 8]"),
        ("`p.squeeze(-1)`", "`y[None]`"),
        ("p - y", "p.squeeze(-1) - y"),
    ),
    "sum of absolute differences": Case(
        PY + "d = y - p\nloss = d.abs().sum()",
        "a loss over all pairs: broadcasting made [8, 8] out of [8] and [8, 1]",
        ((5, "y - p"), (6, "d.abs().sum()")),
        ("the sum is over all pairs",),
        ("`p.squeeze(-1)`", "`y[None]`"),
        ("y - p", "y[None] - p"),
    ),
    "a product with itself": Case(
        PY + "d = p - y\nloss = (d * d).mean() / 2",
        "a loss over all pairs: broadcasting made [8, 8] out of [8, 1] and [8]",
        ((5, "p - y"), (6, "(d * d).mean()")),
        ("the mean is over all pairs",),
        ("`p.squeeze(-1)`",),
        ("p - y", "p.squeeze(-1) - y"),
    ),
    "inf": Case(
        X + "x.sqrt().sum().backward()",
        "a backward pass made a gradient that is no finite number",
        ((4, "x.sqrt()"),),
        ("`sqrt` gave inf at [1]: its result is 0, the gradient that arrived is 1;\nits slope is infinite at 0.",),
        ("`minigrad.sqrt(x + 1e-12)`",),
        ("x.sqrt()", "minigrad.sqrt(x + 1e-12)"),
    ),
    "log": Case(
        X + "loss = -x.log().mean()\nloss.backward()",
        "a backward pass made a gradient that is no finite number",
        ((4, "x.log()"),),
        ("`log` gave -inf at [1]: its input `x` is 0, the gradient that arrived is -0.5;",),
        ("`minigrad.log(x + 1e-12)`",),
        ("x.log()", "minigrad.log(x + 1e-12)"),
    ),
    "nan behind a where": Case(
        X + "y = minigrad.where(x > 0, x.sqrt(), minigrad.zeros(2))\ny.sum().backward()",
        "a backward pass made a gradient that is no finite number",
        ((4, "x.sqrt()"),),
        ("`sqrt` gave nan at [1]", "0 · inf is nan", "its branch still runs backward"),
        ("`safe = where(condition, x, 1.)`",),
        ("y = ", "x = minigrad.where(x > 0, x, minigrad.ones(2))\ny = "),
    ),
    "data of a result": Case(
        X + "y = x.exp()\ny.data.mul_(2)\ny.sum().backward()",
        "a value that backward needs was changed where its version does not show it: the gradient is wrong",
        ((4, "x.exp()"), (5, "y.data.mul_(2)")),
        ("`exp` saved its result `y`; `y.data.mul_(2)` wrote to that memory",),
        ("with minigrad.no_grad(): y.mul_(2)",),
        ("y.data.mul_(2)\ny.sum().backward()", "y.sum().backward()\ny.data.mul_(2)"),
    ),
    "data of a parameter": Case(
        "w = minigrad.ones(2, requires_grad=True)\nloss = (w * w).sum()\nw.data -= 0.1\nloss.backward()",
        "a value that backward needs was changed where its version does not show it: the gradient is wrong",
        ((4, "w * w"), (5, "w.data -= 0.1")),
        ("`w * w` saved its input `w`; `w.data -= 0.1` wrote to that memory",),
        ("with minigrad.no_grad(): w -= 0.1",),
        ("w.data -= 0.1\nloss.backward()", "loss.backward()\nw.data -= 0.1"),
    ),
    "total": Case(
        X + "total = 0.\nfor _ in range(5):\n    loss = (x * x).sum()\n    loss.backward()\n    total = total + loss",
        "a running total keeps the graph of every round alive",
        ((8, "total + loss"),),
        ("`total + loss` adds to a total that remembers how it was computed",),
        ("`total += loss.item()`",),
        ("total = total + loss", "total += loss.item()"),
    ),
    "total, in place": Case(
        X + "total = minigrad.zeros(())\nfor _ in range(5):\n"
        "    loss = (x * x).mean()\n    total += loss\n    loss.backward()",
        "a running total keeps the graph of every round alive",
        ((7, "total += loss"),),
        ("`total += loss` adds to a total",),
        ("`total += loss.item()`",),
        ("total += loss", "total += loss.item()"),
    ),
    "a replaced layer": Case(
        NET
        + "net[1] = nn.Linear(3, 1)\nfor _ in range(2):\n    net(minigrad.ones(4, 2)).sum().backward()\n    sgd.step()",
        "an optimizer's step leaves out parameters that were put in the place of its own",
        ((7, "net[1]"), (10, "sgd.step()")),
        ("`net[1] = nn.Linear(3, 1)` came after the optimizer was made", "`sgd.step()` updates only what was there"),
        ("make the optimizer after", "`sgd.add_param_group({'params': net[1].parameters()})`"),
        ("net[1] = nn.Linear(3, 1)", "net[1] = nn.Linear(3, 1)\nsgd.add_param_group({'params': net[1].parameters()})"),
    ),
    "a replaced parameter": Case(
        NET + "net[1].bias = nn.Parameter(minigrad.ones(1))\nnet(minigrad.ones(2)).sum().backward()\nsgd.step()",
        "an optimizer's step leaves out parameters that were put in the place of its own",
        ((7, "net[1].bias"), (9, "sgd.step()")),
        ("`net[1].bias` has a gradient",),
        ("`sgd.add_param_group({'params': net[1].bias})`",),
        ("net[1].bias = nn.Parameter(minigrad.ones(1))", "with minigrad.no_grad(): net[1].bias.fill_(1)"),
    ),
}


def check(case: Case, text: str, file: str) -> None:
    found = parts(text)
    assert found["sentence"] == case.sentence
    assert places(found["where"]) == [(f"{file}, line {line}", code) for line, code in case.where]
    for words in case.what:
        assert words in found["what"]
    for words in case.fix:
        assert words in found["fix"]
    assert found["fix"].endswith("\nTo silence such warnings: `minigrad.autograd.warn_silent_mistakes(False)`.")
    assert all(len(line) <= 140 for line in text.split("\n"))


@pytest.fixture
def script(tmp_path):
    """Run a program from a file of its own: the warnings, as (line, text)."""

    def run(source: str) -> list[tuple[int, str]]:
        file = tmp_path / "script.py"
        file.write_text(source, encoding="utf-8")
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            warnings.simplefilter("ignore", RuntimeWarning)
            exec(compile(source, str(file), "exec"), {"__name__": "__main__"})
        silent = [w for w in seen if w.category is SilentMistakeWarning]
        assert all(w.filename == str(file) for w in silent)
        return [(w.lineno, str(w.message)) for w in silent]

    return run


@pytest.mark.parametrize("name", CASES)
def test_warning(name, script):
    [(line, text)] = script(CASES[name].source)
    check(CASES[name], text, "script.py")
    assert line >= CASES[name].where[-1][0]


@pytest.mark.parametrize("name", CASES)
def test_what_the_warning_proposes_silences_it(name, script):
    assert CASES[name].repaired != CASES[name].source
    assert script(CASES[name].repaired) == []


@pytest.mark.parametrize("name", CASES)
def test_off_at_first(name, script):
    assert script(CASES[name].source.replace(ON, "")) == []


@pytest.mark.parametrize("name", CASES)
def test_off_again(name, script):
    assert script(CASES[name].source.replace(ON, ON + ON.replace("()", "(False)"))) == []


@pytest.mark.parametrize("name", CASES)
def test_explain_tells_more(name, script):
    [(_, text)] = script(CASES[name].source)
    story = errors.explain()
    assert story.startswith(text) and len(story) > len(text) + 200 and repr(story) == str(story)
    assert max(map(len, story[len(text) :].split("\n"))) <= 96
    with pytest.raises(errors.ShapeError) as raised:
        minigrad.ones(2) + minigrad.ones(3)
    assert raised.value.explain().startswith("The size of tensor a")
    with pytest.raises(LookupError):  # the warning is no more the last that was said
        errors.explain()


def test_the_story_of_a_non_leafs_grad():
    with pytest.warns(UserWarning, match="not a leaf Tensor") as seen:
        _ = (minigrad.ones(2, requires_grad=True) * 2).grad
    assert errors.explain().startswith(str(seen[0].message)) and "retain_grad()` before" in errors.explain()


# ------------------------------------------------------------ in notebooks
@pytest.fixture(scope="module")
def cells(kernel_path):  # noqa: F811
    """All cases in one notebook, in which the course has switched the warnings on."""
    sources = [f"import minigrad\n\n{case.program}" for case in CASES.values()]  # the same lines as in the script
    sources.append("from minigrad.autograd import errors\nerrors.explain()")
    executed = run("from minigrad.course import ready\nready('0.1')", *sources)
    return dict(zip([*CASES, "explain"], executed[1:], strict=True))


@pytest.mark.parametrize("name", CASES)
def test_warning_in_a_notebook(name, cells):
    cell = cells[name]
    shown = "".join(output.text for output in cell.outputs if output.get("name") == "stderr")
    assert shown.count("SilentMistakeWarning: ") == 1
    text = shown.split("SilentMistakeWarning: ")[1].rsplit("\n", 2)[0]
    check(CASES[name], text, f"cell [{cell.execution_count}]")


def test_the_last_warnings_story_in_a_notebook(cells):
    (result,) = cells["explain"].outputs
    text = result.data["text/plain"]
    assert text.startswith(CASES["a replaced parameter"].sentence) and "is given tensors and keeps them" in text


# ------------------------------------------------------------ programs that are right
STEP = "net(minigrad.ones(4, 2)).sum().backward(); sgd.step()"
RIGHT = {
    "the same shapes": "((p - p * 2) ** 2).mean()",
    "a row against rows": "((minigrad.ones(8, 3, requires_grad=True) - minigrad.ones(3)) ** 2).mean()",
    "a number": "((p - 1) ** 2).mean()",
    "a mean subtracted": "((p - p.mean()) ** 2).mean()",
    "a kept mean subtracted": "((m - m.mean(1, keepdim=True)) ** 2).mean()",
    "pairs by None": "((p[:, 0][:, None] - y[None, :]) ** 2).mean()",
    "pairs by None on one side": "((p - y[None]) ** 2).sum()",
    "pairs of two, by None where they are subtracted": "((v[:, None] - y) ** 2).mean()",
    "pairs of two, by unsqueeze there": "((v.unsqueeze(1) - y) ** 2).mean()",
    "pairs by unsqueeze": "((v.unsqueeze(1) - v) ** 2).sum()",
    "pairs of a tensor with itself": "c = v.reshape(8, 1)\nloss = ((c - v) ** 2).sum()",
    "pairs of different sets": "((p - minigrad.ones(5)) ** 2).mean()",
    "distances with a kept sum": "d = ((a[:, None] - b) ** 2).sum(-1, keepdim=True)\nloss = d.sqrt().mean()",
    "distances to the nearest": "d = ((a[:, None] - b) ** 2).sum(-1)\nloss = d.min(1)[0].mean()",
    "a sum over one dimension": "(p - y).sum(1).tanh().mean()",
    "an outer sum, not a difference": "(p + y).mean()",
    "an outer product": "(p * y).mean()",
    "without a graph": "((p.detach() - y) ** 2).mean()",
    "finite gradients": "x.exp().sum().backward()",
    "inf in the forward pass only": "minigrad.where(x > 9, x * float('inf'), x).detach()",
    "a gradient given with nan": "(x * 2).backward(minigrad.tensor([1., float('nan')]))",
    "an update through data": "for _ in range(3):\n    (w * w).sum().backward()\n"
    "    w.data -= 0.1 * w.grad\n    w.grad = None",
    "data written before it is saved": "w.data.fill_(2)\n(w * w).sum().backward()",
    "data of something that no rule needs": "h = w * 2\nh.data.zero_()\nh.sum().backward()",
    "data read": "h = w.exp()\nh.data.sum()\nh.sum().backward()",
    "new data": "h = (w * w).sum()\nw.data = minigrad.zeros(2)\nh.backward()",
    "a write that versions see": "w.grad = minigrad.zeros(2)\nw.grad += 1\n(w * w).sum().backward()",
    "a total of numbers": "t = 0.\nfor _ in range(4):\n    l = (w * w).sum()\n    l.backward()\n    t += l.item()",
    "a detached total": "t = 0.\nfor _ in range(4):\n    l = (w * w).sum()\n    l.backward()\n    t = t + l.detach()",
    "a total under no_grad": "t = 0.\nfor _ in range(4):\n    l = (w * w).sum()\n    l.backward()\n"
    "    with minigrad.no_grad():\n        t = t + l",
    "a total that is then differentiated": "for _ in range(3):\n    t = 0.\n    for _ in range(4):\n"
    "        t = t + (w * w).sum()\n    t.backward()",
    "the sum of two spent losses": "for _ in range(3):\n    l, k = (w * w).sum(), w.exp().sum()\n    l.backward()\n"
    "    k.backward()\n    both = l + k",
    "a graph that is kept": "t = 0.\nfor _ in range(4):\n    l = (w * w).sum()\n"
    "    l.backward(retain_graph=True)\n    t = t + l",
    "residual layers": "def layer(h):\n    return h + h.tanh()\nfor _ in range(3):\n"
    "    h = w * 1\n    for _ in range(4):\n        h = layer(h)\n    h.sum().backward()",
    "a layer replaced before the optimizer was made": NET
    + "net[1] = nn.Linear(3, 2)\nsgd = SGD(net.parameters(), lr=0.1)\n"
    + STEP,
    "a replaced layer in an optimizer of its own": NET
    + "net[1] = nn.Linear(3, 2)\nhead = SGD(net[1].parameters(), lr=1.)\n"
    + STEP
    + "\nhead.step()",
    "a replaced layer that is frozen": NET + "net[1] = nn.Linear(3, 2).requires_grad_(False)\n" + STEP,
    "a replaced layer that is not used": NET + "first = net[0]\nnet[1] = nn.Linear(3, 2)\n"
    "first(minigrad.ones(4, 2)).sum().backward()\nsgd.step()",
    "a layer replaced by one without parameters": NET + "net[1] = nn.Identity()\n" + STEP,
    "a layer that no optimizer holds, replaced": NET + "other = nn.ModuleList([nn.Linear(1, 1)])\n"
    "other[0] = nn.Linear(1, 1)\nother[0](minigrad.ones(1)).sum().backward()\n" + STEP,
    "loaded in place": NET + "net.load_state_dict(net.state_dict())\n" + STEP,
    "a hidden state that is detached": "h = w.detach()\nfor _ in range(4):\n    h = h.detach() + (h.detach() * w)\n"
    "    h.sum().backward()",
}


@pytest.mark.parametrize("name", RIGHT)
def test_no_false_alarm(name, script):
    program = RIGHT[name]
    if "\n" not in program and "=" not in program.split("(")[0]:
        program = f"loss = {program}"
    names = "m = minigrad.ones(4, 3, requires_grad=True)\nv = minigrad.ones(8, requires_grad=True)\n"
    names += "a, b = minigrad.zeros(8, 2, requires_grad=True), minigrad.ones(8, 2)\n"
    names += "w = minigrad.ones(2, requires_grad=True)\n"
    assert script(f"import minigrad\n{ON}{X}{PY}{names}{program}\n") == []


# ------------------------------------------------------------ once a place
def test_each_place_is_told_of_once(script):
    loop = "for _ in range(3):\n    loss = ((p - y) ** 2).mean()\n    loss.backward()\n"
    assert [line for line, _ in script(f"import minigrad\n{ON}{PY}{loop}{loop}")] == [6, 9]


def test_switched_on_again_everything_is_told_anew(script):
    text = f"import minigrad\n{PY}for _ in range(3):\n    with minigrad.autograd.warn_silent_mistakes():\n"
    assert len(script(text + "        ((p - y) ** 2).mean()\n")) == 3


def test_switched_on_twice_in_a_row_is_one(script):
    text = f"import minigrad\n{PY}for _ in range(3):\n    minigrad.autograd.warn_silent_mistakes()\n"
    assert len(script(text + "    ((p - y) ** 2).mean()\n")) == 1


def test_two_mistakes_in_one_line(script):
    found = script(f"import minigrad\n{ON}{PY}(p - y).mean().backward(); p.sub(1).sqrt().sum().backward()")
    assert [line for line, _ in found] == [5, 5]
    assert len({text.split("\n")[0] for _, text in found}) == 2


# ------------------------------------------------------------ switching
def test_a_block_ends():
    assert silent._finder is None
    with warn_silent_mistakes() as given:
        assert given is None and silent._finder is not None
        with warn_silent_mistakes(False):
            assert silent._finder is None
        assert silent._finder is not None
    assert silent._finder is None
    assert modes.mode.recording is modes.mode.on is True
    assert minigrad.autograd.anomaly.watcher is None and versions.on_unseen is None


def test_a_block_ends_with_an_error():
    with pytest.raises(ValueError), warn_silent_mistakes():
        raise ValueError
    assert silent._finder is None


def test_the_flag_is_a_bool():
    with pytest.raises(TypeError, match="must be bool, not str"):
        warn_silent_mistakes("yes")


def test_beside_anomaly_detection(script):
    """Anomaly detection raises; what it does not take for an error is still warned of."""
    text = f"import minigrad\n{ON}{X}with minigrad.autograd.set_detect_anomaly(True):\n"
    assert len(script(f"{text}    x.sqrt().sum().backward()\n")) == 1
    with pytest.raises(minigrad.autograd.errors.AnomalyError):
        script(f"{text}    (x.sqrt() * 0).sum().backward()\n")


def test_beside_saved_tensors_hooks(script):
    hooks = "with minigrad.autograd.graph.saved_tensors_hooks(lambda t: t.clone(), lambda t: t):\n"
    found = script(f"import minigrad, minigrad.autograd.graph\n{ON}{PY}{hooks}    ((p - y) ** 2).mean().backward()\n")
    assert [line for line, _ in found] == [6]


def test_under_no_grad_and_after(script):
    found = script(
        f"import minigrad\n{ON}{PY}with minigrad.no_grad():\n    ((p - y) ** 2).mean()\n((p - y) ** 2).mean()\n"
    )
    assert [line for line, _ in found] == [7]


def test_made_errors_they_stop_the_program():
    """And leave no gradient half written."""
    x = minigrad.tensor([4.0, 0.0], requires_grad=True)
    w = minigrad.tensor([1.0, 1.0], requires_grad=True)
    with warn_silent_mistakes(), warnings.catch_warnings():
        warnings.simplefilter("error", SilentMistakeWarning)
        with pytest.raises(SilentMistakeWarning):
            (x.sqrt() * w).sum().backward()
    assert x.grad is None and w.grad is None


def test_second_derivatives(script):
    """A gradient that a pass with a graph makes is looked at, too."""
    text = "(g,) = minigrad.autograd.grad(x ** 1.5, x, minigrad.ones(2), create_graph=True)\ng.sum().backward()"
    [(line, said)] = script(f"import minigrad\n{ON}{X}{text}")
    assert line == 5 and "`pow`, run by `grad`, gave inf at [1]" in said


def test_a_view_of_data(script):
    [(_, text)] = script(f"import minigrad\n{ON}{X}y = x.exp()\ny.data[0] = 7.\ny.sum().backward()")
    assert "`y.data[0] = 7.` wrote to that memory" in text


def test_what_was_saved_through_data(script):
    """The other way round: the alias was saved, and the tensor itself is written to."""
    [(_, text)] = script(f"import minigrad\n{ON}{X}c = minigrad.ones(2)\ny = x * c.data\nc.add_(1)\ny.sum().backward()")
    assert "`c.add_(1)` wrote to that memory" in text


def test_nothing_is_kept_alive():
    with warn_silent_mistakes(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = minigrad.ones(8, 1, requires_grad=True)
        loss = ((x - minigrad.ones(8)) ** 2).mean()
        h = x.exp()
        h.data.add_(1)
        (loss + h.sum()).backward()
        died = [weakref.ref(t) for t in (x, loss, h)] + [weakref.ref(loss.grad_fn)]
        del x, loss, h
        gc.disable()
        try:
            assert [ref() for ref in died] == [None] * 4
        finally:
            gc.enable()
        assert not versions._through


def test_another_thread_is_watched_in_its_passes(script):
    told = []

    def work():
        x = minigrad.tensor([4.0, 0.0], requires_grad=True)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            x.sqrt().sum().backward()
        told.extend(w.category for w in seen)

    with warn_silent_mistakes():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert SilentMistakeWarning in told
