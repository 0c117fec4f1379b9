"""Anomaly detection: what it finds, what it says, and what it leaves alone."""

from __future__ import annotations

import threading
import warnings

import pytest

import minigrad
from minigrad.autograd import anomaly, errors
from tests.conformance import Cases, error, on_both
from tests.test_errors import parts, places
from tests.test_errors_notebook import kernel_path, run  # noqa: F401

case = Cases("anomaly", versions=False)


@pytest.fixture(autouse=True)
def switched_off_in_the_end():
    yield
    left = anomaly.is_anomaly_enabled()
    anomaly.set_anomaly_enabled(False)
    assert not left and anomaly.watcher is None


def zero(torch, value=0.0):
    return torch.tensor(value, requires_grad=True)


def detecting(torch, run, **how):
    """What a program says inside of the block."""
    with torch.autograd.detect_anomaly(**how):
        return error(run)


# ------------------------------------------------------------ what it finds
@case
def nan_of_sqrt(torch):
    return detecting(torch, lambda: (zero(torch).sqrt() * 0).backward())


@case
def nan_of_log(torch):
    return detecting(torch, lambda: (zero(torch).log() * 0).backward())


@case
def nan_of_div(torch):
    """The second of the two gradients."""
    return detecting(torch, lambda: (torch.zeros(()) / zero(torch)).backward())


@case
def nan_of_mul_with_inf(torch):
    x = zero(torch, 1.0)
    return detecting(torch, lambda: (x * float("inf") * 0).backward())


@case
def nan_of_pow(torch):
    return detecting(torch, lambda: (zero(torch) ** 0.5 * 0).backward())


@case
def nan_of_a_guarded_branch(torch):
    x = torch.tensor([0.0, 4.0], requires_grad=True)
    return detecting(torch, lambda: torch.where(x > 0, x.sqrt(), torch.zeros(2)).sum().backward())


@case
def nan_in_the_second_output_only(torch):
    x, y = zero(torch, 1.0), zero(torch, float("inf"))
    return detecting(torch, lambda: (x * y * 0).backward())


@case
def the_first_node_with_nan_is_named_not_the_last(torch):
    x = zero(torch)
    return detecting(torch, lambda: ((x * 2).exp().sub(1).sqrt() * 0).backward())


@case
def nan_in_the_given_gradient(torch):
    x = torch.ones(2, requires_grad=True)
    return detecting(torch, lambda: (x * 2).backward(torch.tensor([1.0, float("nan")])))


@case
def nan_given_to_a_leaf_alone(torch):
    """No node gives it."""
    x = torch.ones(2, requires_grad=True)
    return detecting(torch, lambda: x.backward(torch.tensor([1.0, float("nan")]))), x.grad


@case
def nan_from_a_tensor_hook(torch):
    x = zero(torch, 2.0)
    y = x * 3
    y.register_hook(lambda g: g * float("nan"))
    return detecting(torch, lambda: (y * 2).backward())


@case
def nan_from_a_node_hook(torch):
    x = zero(torch, 2.0)
    y = x * 3
    y.grad_fn.register_hook(lambda grads, _: tuple(g and g * float("nan") for g in grads))
    return detecting(torch, lambda: y.backward())


@case
def nan_from_a_leaf_hook_is_not_seen(torch):
    x = zero(torch, 2.0)
    x.register_hook(lambda g: g * float("nan"))
    return detecting(torch, lambda: (x * 3).backward()), x.grad


@case
def nan_from_a_custom_function(torch):
    class Bad(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a + b

        @staticmethod
        def backward(ctx, g):
            return g, g * float("nan")

    return detecting(torch, lambda: Bad.apply(zero(torch), zero(torch)).backward())


@case
def nan_forward_only(torch):
    """A NaN of the forward pass is no matter while its gradient is none."""
    x = zero(torch, 1.0)
    return detecting(torch, lambda: (x + float("nan")).backward()), x.grad


@case
def inf_is_no_nan(torch):
    x = zero(torch)
    return detecting(torch, lambda: x.sqrt().backward()), x.grad


@case
def grad_finds_it_too(torch):
    x = zero(torch)
    return detecting(torch, lambda: torch.autograd.grad(x.sqrt() * 0, x))


@case
def unused_branches_are_not_looked_at(torch):
    x, y = zero(torch), zero(torch, 1.0)
    return detecting(torch, lambda: torch.autograd.grad(x.sqrt() * 0 + y * 2, y))


@case
def integers_in_the_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return detecting(torch, lambda: x[torch.tensor([0, 0])].sum().backward()), x.grad


@case
def empty_gradients(torch):
    x = torch.zeros(0, requires_grad=True)
    return detecting(torch, lambda: x.sqrt().sum().backward()), x.grad


@case
def without_check_nan(torch):
    x = zero(torch)
    return detecting(torch, lambda: (x.sqrt() * 0).backward(), check_nan=False), x.grad


@case
def no_grad_is_written_when_it_fails(torch):
    x = zero(torch)
    told = detecting(torch, lambda: (x.sqrt() * 0).backward())
    return told, x.grad, torch.is_grad_enabled()


# ------------------------------------------------------------ failures of other kinds
@case
def modified_in_place(torch):
    def run():
        y = zero(torch, 1.0).exp()
        y += 1
        y.backward()

    return detecting(torch, run)


@case
def spent_graph(torch):
    def run():
        x = zero(torch, 1.0)
        y = x * x
        y.backward()
        y.backward()

    return detecting(torch, run)


@case
def errors_before_the_pass_are_not_its(torch):
    return detecting(torch, lambda: torch.ones(2).backward()), detecting(
        torch, lambda: torch.ones(2, requires_grad=True).backward()
    )


@case
def unused_input(torch):
    return detecting(torch, lambda: torch.autograd.grad(zero(torch) * 2, zero(torch)))


def raising(torch, register):
    def run():
        x = zero(torch, 1.0)
        y = x * 2

        def bad(*gradients):
            raise ValueError("no")

        register(x, y, bad)
        (y.exp() * 3).backward()

    return detecting(torch, run)


@case
def tensor_hook_that_raises(torch):
    return raising(torch, lambda x, y, bad: y.register_hook(bad))


@case
def leaf_hook_that_raises(torch):
    return raising(torch, lambda x, y, bad: x.register_hook(bad))


@case
def node_hook_that_raises(torch):
    return raising(torch, lambda x, y, bad: y.grad_fn.register_hook(bad))


@case
def node_prehook_that_raises(torch):
    return raising(torch, lambda x, y, bad: y.grad_fn.register_prehook(bad))


@case
def post_accumulate_hook_that_raises(torch):
    return raising(torch, lambda x, y, bad: x.register_post_accumulate_grad_hook(bad))


@case
def custom_function_that_raises(torch):
    class Bad(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 2

        @staticmethod
        def backward(ctx, g):
            raise KeyError("no")

    return detecting(torch, lambda: Bad.apply(zero(torch)).backward())


@case
def pass_inside_a_pass_that_fails(torch):
    class Inner(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 2

        @staticmethod
        def backward(ctx, g):
            with torch.enable_grad():
                (zero(torch).sqrt() * 0).backward()
            return g

    return detecting(torch, lambda: Inner.apply(zero(torch)).backward())


# ------------------------------------------------------------ nodes that a pass made
@case
def second_derivative(torch):
    x = zero(torch)

    def run():
        (g,) = torch.autograd.grad(x**1.5, x, create_graph=True)
        return torch.autograd.grad(g * 0, x)

    return detecting(torch, run)


@case
def third_derivative(torch):
    x = zero(torch)

    def run():
        (g,) = torch.autograd.grad(x**2.5, x, create_graph=True)
        (h,) = torch.autograd.grad(g, x, create_graph=True)
        return torch.autograd.grad(h * 0, x)

    return detecting(torch, run)


@case
def create_graph_finds_nan_at_once(torch):
    x = zero(torch)
    return detecting(torch, lambda: torch.autograd.grad(x.sqrt() * 0, x, create_graph=True))


@case
def metadata(torch):
    x = zero(torch, 2.0)
    with torch.autograd.detect_anomaly():
        y = x * x
        (g,) = torch.autograd.grad(y, x, create_graph=True)
    outside = x * x
    calls = y.grad_fn.metadata["traceback_"]
    return (
        sorted(y.grad_fn.metadata),
        sorted(g.grad_fn.metadata),
        g.grad_fn.metadata["parent_"] is y.grad_fn,
        sorted(outside.grad_fn.metadata),
        type(calls),
        calls[-1].split("\n")[-2].strip(),
    )


# ------------------------------------------------------------ switching
@case
def off_at_first(torch):
    return torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()


@case
def inside_and_outside(torch):
    told = []
    with torch.autograd.detect_anomaly() as given:
        told += [given, torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()]
        with torch.autograd.detect_anomaly(check_nan=False):
            told += [torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()]
        told += [torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()]
    return [*told, torch.is_anomaly_enabled()]


@case
def set_as_a_function(torch):
    told = [torch.is_anomaly_enabled()]
    torch.autograd.set_detect_anomaly(True, check_nan=False)
    told += [torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()]
    torch.autograd.set_detect_anomaly(False)
    return [*told, torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()]


@case
def set_as_a_block(torch):
    told = []
    with torch.autograd.set_detect_anomaly(True):
        told.append(torch.is_anomaly_enabled())
        with torch.autograd.set_detect_anomaly(False):
            told.append(torch.is_anomaly_enabled())
            told.append(error(lambda: (zero(torch).sqrt() * 0).backward()))
        told.append(torch.is_anomaly_enabled())
    return [*told, torch.is_anomaly_enabled()]


@case
def the_warning_comes_when_the_block_is_made(torch):
    """Not when it is entered; and none for `set_detect_anomaly`."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        block = torch.autograd.detect_anomaly()
        made, on = len(seen), torch.is_anomaly_enabled()
        with block:
            pass
        with torch.autograd.set_detect_anomaly(True):
            pass
    return made, on, len(seen), [str(w.message) for w in seen]


@case
def after_an_error_in_the_block(torch):
    def run():
        with torch.autograd.detect_anomaly():
            raise ValueError("no")

    return error(run), torch.is_anomaly_enabled()


@case
def under_no_grad(torch):
    """Grad modes go on as ever."""
    x = zero(torch, 1.0)
    with torch.no_grad(), torch.autograd.detect_anomaly():
        told = [torch.is_grad_enabled(), (x * 2).requires_grad]
        with torch.enable_grad():
            told.append(x * 2)
    told.append(x * 2)
    with torch.autograd.detect_anomaly(), torch.no_grad():
        told.append((x * 2).requires_grad)
    return told


@case
def in_inference_mode(torch):
    x = zero(torch, 1.0)
    with torch.inference_mode(), torch.autograd.detect_anomaly():
        y = x * 2
        told = [y.requires_grad, y.is_inference()]
    return [*told, (x * 2).requires_grad]


@case
def with_saved_tensors_hooks(torch):
    """Of the two, neither disturbs the other, in either order."""
    told = []
    hooks = torch.autograd.graph.saved_tensors_hooks

    def pack(t):
        told.append("packed")
        return t

    x = zero(torch, 3.0)
    with torch.autograd.detect_anomaly(), hooks(pack, lambda t: t):
        y = x.exp() + x.sqrt()
    with hooks(pack, lambda t: t), torch.autograd.detect_anomaly():
        z = x.exp() + x.sqrt()
    w = x.exp()
    (y + z + w).backward()
    return sorted(y.grad_fn.metadata), sorted(z.grad_fn.metadata), sorted(w.grad_fn.metadata), told, x.grad


@case
def switched_off_before_backward(torch):
    x = zero(torch)
    with torch.autograd.detect_anomaly():
        y = x.sqrt() * 0
    y.backward()
    return x.grad


@case
def wrong_arguments(torch):
    return [
        error(lambda: torch.autograd.set_detect_anomaly()).split(":")[0],
        error(lambda: torch.autograd.set_detect_anomaly(None)).split(":")[0],
        error(lambda: torch.autograd.set_detect_anomaly("yes")).split(":")[0],
        error(lambda: torch.autograd.set_detect_anomaly(True, "yes")).split(":")[0],
        torch.is_anomaly_enabled(),
    ]


@case
def right_programs_give_the_same(torch):
    """A small training, inside and outside."""
    told = []
    for block in (torch.autograd.set_detect_anomaly(False), torch.autograd.detect_anomaly()):
        with block:
            w = torch.tensor([[0.5], [-0.25]], requires_grad=True)
            x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
            for _ in range(3):
                ((x @ w).tanh() ** 2).mean().backward()
                with torch.no_grad():
                    w -= 0.1 * w.grad
                w.grad = None
        told.append(w.detach().clone())
    return told


@pytest.mark.parametrize("name", case)
def test_case(name):
    case.check(name)


# ------------------------------------------------------------ what minigrad says beyond PyTorch
@pytest.fixture
def script(tmp_path):
    """Run a program from a file of its own, in anomaly mode; its error, and what was warned of."""

    def run(source, within="with minigrad.autograd.detect_anomaly():\n    loss.backward()"):
        file = tmp_path / "script.py"
        source = f"import minigrad\n{source}\n{within}\n"
        file.write_text(source, encoding="utf-8")
        with warnings.catch_warnings(record=True) as seen, pytest.raises(RuntimeError) as raised:
            warnings.simplefilter("always")
            exec(compile(source, str(file), "exec"), {"__name__": "__main__"})
        return parts(str(raised.value)), [str(w.message) for w in seen if w.category is UserWarning]

    return run


X = "x = minigrad.tensor([4., 0.], requires_grad=True)\n"


def test_the_numbers_and_the_place(script):
    found, _ = script(X + "loss = (x.sqrt() * minigrad.tensor([1., 0.])).sum()")
    assert found["what"] == (
        "`sqrt` gave nan at [1]: its result is 0, the gradient that arrived is 0;\n"
        "its slope is infinite at 0, and 0 · inf is nan."
    )
    assert places(found["where"]) == [("script.py, line 3", "x.sqrt()")]
    assert "`minigrad.sqrt(x + 1e-12)`" in found["fix"]


@pytest.mark.parametrize(
    ("loss", "what", "fix"),
    [
        ("x.log() * 0", "its input `x` is 0, the gradient that arrived is 0", "`minigrad.log(x + 1e-12)`"),
        ("x ** 0.5 * 0", "its input `x` is 0, its number is 0.5", "`(x + 1e-12) ** 0.5`"),
        ("0 * x.reciprocal()", "it divides by 0", "`1 / (x + 1e-12)`"),
        ("x / (x - 4) * 0", "its input `x - 4` is 0, the gradient that arrived is 0", "`x / (x - 4 + 1e-12)`"),
        (
            "(x - 5).log() * x",
            "input `(x - 5).log()` is nan, the gradient that arrived is 1;\nthe nan is older",
            "print",
        ),
        ("x * float('inf') * 0", "gave nan at [0]: its input `float('inf')` is inf", "scale the input"),
    ],
    ids=["log", "pow", "reciprocal", "div", "forward", "inf"],
)
def test_reasons(loss, what, fix, script):
    found, _ = script(f"{X}loss = ({loss}).sum()")
    assert what in found["what"] and fix in found["fix"]
    assert found["what"].count("\n") == 1 and max(map(len, found["what"].split("\n"))) < 120


def test_a_where_that_guards_one_branch(script):
    found, _ = script(X + "loss = minigrad.where(x > 0, (x * 2).sqrt(), minigrad.zeros(2)).sum()")
    assert "`where` left this value out, but its branch still runs backward" in found["what"]
    assert "`safe = where(condition, x, 1.)`" in found["fix"]
    repaired = "safe = minigrad.where(x > 0, x, minigrad.ones(2))\n"
    repaired += "loss = minigrad.where(x > 0, (safe * 2).sqrt(), minigrad.zeros(2)).sum()"
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        script(X + repaired)


@pytest.mark.parametrize("loss", ["(x + 1e-12).sqrt() * 0", "(x + 1e-12).log() * 0", "(x + 1e-12) ** 0.5 * 0"])
def test_what_is_proposed_works(loss, script):
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        script(f"{X}loss = ({loss}).sum()")


def test_a_node_that_a_pass_made(script):
    """It says so, and names no variable of the line that started the pass."""
    found, said = script(
        "x = minigrad.tensor(0., requires_grad=True)\nwith minigrad.autograd.detect_anomaly():\n"
        "    (g,) = minigrad.autograd.grad(x ** 1.5, x, create_graph=True)\n    loss = g * 0"
    )
    assert found["what"].startswith("`pow`, run by `grad`, gave nan: its input is 0,")
    assert len(said) == 4 and said[2].startswith("Error detected in PowBackward0. Traceback of forward call that")
    assert said[3].startswith("\n\nPrevious calculation was induced by PowBackward0. Traceback of forward call that")
    assert "minigrad.autograd.grad(x ** 1.5, x, create_graph=True)" in said[2]
    assert "x ** 1.5" in said[3]


def test_the_whole_chain_of_calls_is_shown(script):
    _, said = script(
        "x = minigrad.tensor(0., requires_grad=True)\ndef layer(x):\n    return x.sqrt()\n"
        "def model(x):\n    return layer(x) * 0\nwith minigrad.autograd.detect_anomaly():\n    loss = model(x)"
    )
    lines = [line.strip() for line in said[-1].split("\n")]
    shown = [line for line in lines if line in ("loss = model(x)", "return layer(x) * 0", "return x.sqrt()")]
    assert shown == ["loss = model(x)", "return layer(x) * 0", "return x.sqrt()"]
    assert not any("minigrad/ops" in line for line in lines)


def test_the_line_is_known_without_anomaly_detection_in_the_forward_pass(script):
    """PyTorch then has no forward pass information; minigrad's nodes always know their line."""
    _, said = script(X + "loss = (x.sqrt() * 0).sum()")
    assert said[1].endswith('script.py", line 3\n    loss = (x.sqrt() * 0).sum()\n')


def test_a_leaf_stands_for_no_line():
    """PyTorch shows the line that first used the leaf in anomaly mode; minigrad says that there is none."""
    x = zero(minigrad, 1.0)
    x.register_hook(lambda g: 1 / 0)
    with warnings.catch_warnings(record=True) as seen, minigrad.autograd.detect_anomaly():
        warnings.simplefilter("always")
        with pytest.raises(ZeroDivisionError):
            (x * 2).backward()
    assert str(seen[-1].message).startswith(
        "Error detected in minigrad::autograd::AccumulateGrad. No forward pass information available."
    )


def test_the_error_can_be_caught_by_its_name_and_explained():
    x = zero(minigrad)
    with minigrad.autograd.set_detect_anomaly(True), pytest.warns(UserWarning), pytest.raises(RuntimeError) as raised:
        (x.sqrt() * 0).backward()
    assert type(raised.value) is errors.AnomalyError
    assert "Keep away from the point" in raised.value.explain()


def test_other_errors_keep_their_own_lines():
    def run():
        y = zero(minigrad, 1.0).exp()
        y += 1
        y.backward()

    seen = pytest.warns(UserWarning, match="ExpBackward0")
    with minigrad.autograd.set_detect_anomaly(True), seen, pytest.raises(errors.InplaceError) as raised:
        run()
    assert raised.value.fix == "write `y = y + 1`, or `y = zero(minigrad, 1.0).exp().clone()`."


def test_nothing_is_left_behind():
    before = minigrad.autograd.modes.mode.recording
    with pytest.warns(UserWarning), minigrad.autograd.detect_anomaly(), minigrad.autograd.detect_anomaly(False):
        assert isinstance(anomaly.watcher, anomaly.Anomaly)
    assert anomaly.watcher is None
    assert minigrad.autograd.modes.mode.recording is before is True
    assert minigrad.autograd.modes.mode.on is True


@on_both
@pytest.mark.filterwarnings("ignore:Error detected")
def test_other_threads_are_watched_too(torch):
    said = []
    with torch.autograd.set_detect_anomaly(True):
        thread = threading.Thread(target=lambda: said.append(error(lambda: (zero(torch).sqrt() * 0).backward())))
        thread.start()
        thread.join()
    assert said == ["RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output."]


@on_both
def test_warnings_can_be_made_errors(torch):
    """The pass then ends with the warning, and leaves no `.grad`."""
    x = zero(torch)
    with warnings.catch_warnings(), torch.autograd.set_detect_anomaly(True):
        warnings.simplefilter("error")
        with pytest.raises((UserWarning, RuntimeError)):
            (x.sqrt() * 0).backward()
    assert x.grad is None and torch.is_grad_enabled()


def test_in_a_notebook(kernel_path):  # noqa: F811
    """The cell of the forward pass is named, in the error and in the warning; the story is there for the asking."""
    define = "import minigrad\nx = minigrad.tensor(0., requires_grad=True)\nblock = minigrad.autograd.detect_anomaly()"
    first, forward, back, story = run(
        define,
        "with block:\n    y = x.sqrt() * 0",
        "with block:\n    y.backward()",
        "from minigrad.autograd import errors\nerrors.explain()",
    )
    assert "Anomaly Detection has been enabled" in first.outputs[0].text
    (said,) = [output for output in back.outputs if output.output_type == "error"]
    assert said.ename == "AnomalyError"
    assert places(parts(said.evalue)["where"]) == [("cell [2], line 2", "x.sqrt()")]
    (warned,) = [output.text for output in back.outputs if output.get("name") == "stderr"]
    assert "Error detected in SqrtBackward0. Traceback of forward call" in warned and "y = x.sqrt() * 0" in warned
    assert "\nWhy it matters\n" in story.outputs[0].data["text/plain"]
