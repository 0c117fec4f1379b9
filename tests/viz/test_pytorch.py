"""PyTorch's graphs are drawn and walked by the same code, through the same protocol as minigrad's own."""

import subprocess
import sys
import time

import numpy as np
import pytest

import minigrad
from minigrad.viz import Walk, draw_graph
from minigrad.viz.names import Names
from minigrad.viz.questions import ask
from minigrad.viz.trace import record
from tests.pytorch_resnet import build

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle


def test_a_graph_of_pytorch_is_drawn():
    a = torch.tensor([2.0, 3.0], requires_grad=True)
    b = torch.nn.Parameter(torch.tensor([6.0, 4.0]))
    Q = 3 * a**3 - b**2
    nodes = draw_graph(Q).trace["nodes"]
    assert [node["name"] for node in nodes] == [
        "SubBackward0", "MulBackward0", "PowBackward0", "PowBackward0", "AccumulateGrad", "AccumulateGrad",
    ]  # fmt: skip
    assert [node["variable"] for node in nodes] == ["Q", None, None, None, "b", "a"]


def test_a_leaf_of_pytorch_is_drawn():
    b = torch.nn.Parameter(torch.tensor([6.0, 4.0]))
    assert draw_graph(b).trace["nodes"][0]["variable"] == "b"


def test_the_same_program_gives_the_same_picture():
    def trace(library):
        x = library.ones(2, 2, requires_grad=True)
        y = x + 2
        z = y * y * 3
        out = z.mean()
        found = draw_graph(out).trace
        return [node["name"] for node in found["nodes"]], [node["variable"] for node in found["nodes"]], found["edges"]

    assert trace(minigrad) == trace(torch)


# ------------------------------------------------------------ the same program in both: the same walk
def given(library, *arrays):
    """The arrays as leaves of the library, with the same bits in both."""
    return [library.tensor(array.tolist(), dtype=library.float64, requires_grad=True) for array in arrays]


def program_q(library):
    a, b = given(library, np.array([2.0, 3.0]), np.array([6.0, 4.0]))
    Q = 3 * a**3 - b**2
    return Q, library.tensor([1.0, 1.0], dtype=library.float64), locals()


def program_fan_out(library):
    (x,) = given(library, np.array([0.5, 1.5]))
    h = x * x
    left, right = h.sin(), h.exp()
    y = (left * right + x * 2).sum()
    return y, None, locals()


def program_broadcast(library):
    x, b, c = given(library, np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0, 3.0]), np.array([[1.0], [2.0]]))
    y = (x * b + c).mean()
    return y, None, locals()


def program_several_outputs(library):
    (x,) = given(library, np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    first, second, third = x.unbind()
    y = (first * third).sum()  # the second is not used
    return y, None, locals()


def program_leaf_alone(library):
    (x,) = given(library, np.array(2.0))
    return x, None, locals()


def program_grad_before(library):
    (x,) = given(library, np.array([1.0, 2.0]))
    (x * 5).sum().backward()
    y = (x * 2 + x * 3).sum()
    return y, None, locals()


def program_float32(library):
    (x,) = given(library, np.array([1.0, 2.0]))
    y = (x.to(library.float32) * 2).sum()
    return y, None, locals()


def program_mlp(library):
    rng = np.random.default_rng(0)
    x, w1, b1, w2, b2 = given(library, *(rng.normal(size=size) for size in ((4, 3), (5, 3), (5,), (2, 5), (2,))))
    functional = library.nn.functional
    hidden = (x @ w1.t() + b1).relu()
    loss = functional.cross_entropy(hidden @ w2.t() + b2, library.tensor([0, 1, 1, 0]))
    return loss, None, locals()


def program_cnn(library):
    rng = np.random.default_rng(0)
    x, w, b, v = given(library, *(rng.normal(size=size) for size in ((2, 1, 6, 6), (3, 1, 3, 3), (3,), (2, 12))))
    functional = library.nn.functional
    h = functional.max_pool2d(functional.conv2d(x, w, b, padding=0).tanh(), 2)
    loss = functional.mse_loss(functional.linear(h.flatten(1), v), library.zeros(2, 2, dtype=library.float64))
    return loss, None, locals()


def program_nan(library):
    (x,) = given(library, np.array([0.0, 1.0]))
    y = (x * 0).sqrt().sum()
    return y, None, locals()


PROGRAMS = {name.removeprefix("program_"): found for name, found in globals().items() if name.startswith("program_")}


def walked(library, program):
    """What a trace says that does not depend on whose it is."""
    root, gradient, variables = program(library)
    names = Names()
    for name, value in variables.items():
        if isinstance(value, library.Tensor):
            names.add(name, value)
    trace = record(root, gradient, names)
    nodes = [
        {key: node[key] for key in ("kind", "root", "name", "variable", "shape", "dtype", "inputs")}
        for node in trace["nodes"]
    ]
    events = [
        {
            **{key: event[key] for key in ("kind", "node", "grad", "incoming")},
            "outgoing": [out | {"numbers": None} for out in event["outgoing"]],
            "why": event["why"] | {"sentence": None, "waiting": sorted(event["why"]["waiting"], key=str)},
            "warning": event["warning"] and event["warning"]["type"],
        }
        for event in trace["events"]
    ]
    return nodes, trace["edges"], [rounded(event) for event in events]


def rounded(found):
    """The same with floats cut to ten digits: libraries add up in orders of their own."""
    if isinstance(found, float):
        return float(f"{found:.10g}") + 0.0
    if isinstance(found, dict):
        return {key: rounded(value) for key, value in found.items()}
    return [rounded(value) for value in found] if isinstance(found, list) else found


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_program_gives_the_same_walk(name):
    ours, theirs = walked(minigrad, PROGRAMS[name]), walked(torch, PROGRAMS[name])
    assert theirs[0] == ours[0] and theirs[1] == ours[1]
    assert len(theirs[2]) == len(ours[2]) > 0
    for mine, its in zip(ours[2], theirs[2], strict=True):
        assert its == mine


def test_what_a_linear_layer_has_broadcast_is_undone_by_pytorchs_engine():
    layer = torch.nn.Linear(3, 2)
    trace = record(layer(torch.ones(4, 3)).sum())  # in minigrad it is a part of AddmmBackward0's own rule
    (event,) = [event for event in trace["events"] if event["kind"] == "broadcast"]
    assert event["outgoing"][0]["value"]["text"] == "[4., 4.]"


# ------------------------------------------------------------ what a recording leaves alone
def test_no_grad_changes_no_hook_runs_nothing_is_freed():
    ran = []
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.grad = torch.tensor([10.0, 20.0])
    h = x.sin()
    y = (h * x).sum()
    x.register_hook(lambda g: ran.append("tensor"))
    x.register_post_accumulate_grad_hook(lambda p: ran.append("accumulated"))
    h.register_hook(lambda g: ran.append("hook"))
    h.grad_fn.register_prehook(lambda g: ran.append("prehook"))
    y.grad_fn.register_hook(lambda g, o: ran.append("node"))
    before = torch.random.get_rng_state()
    trace = record(y)
    assert ran == [] and x.grad.tolist() == [10.0, 20.0] and torch.is_grad_enabled()
    assert trace["events"][-1]["grad"]["before"]["text"] == "[10., 20.]"
    assert torch.equal(before, torch.random.get_rng_state())
    y.backward()  # the graph is whole
    assert len(ran) == 5


def test_names_of_the_callers_variables():
    weight = torch.nn.Parameter(torch.ones(2))
    hidden = weight * 3
    loss = hidden.sum()
    names = [node["variable"] for node in draw_graph(loss).trace["nodes"]]
    assert names == ["loss", "hidden", "weight"]


def test_numbers_stand_in_the_formulas():
    a = torch.tensor([2.0, 3.0], requires_grad=True)
    trace = record((a**2).sum())
    (out,) = trace["events"][1]["outgoing"]
    assert out["numbers"]["latex"] == r"\bar{a} = \left[1,\,1\right] \cdot 2 \cdot \left[2,\,3\right]^{2-1}"
    assert [each["symbol"] for each in trace["nodes"][1]["saved"]] == ["n", "a"]


def test_an_operation_that_minigrad_does_not_have_is_walked_without_a_formula():
    x = torch.tensor([0.3, 0.6], requires_grad=True)
    y = torch.special.log_ndtr(x)
    node = record(y.sum())["nodes"][1]
    assert node["inputs"][0]["formula"] is None
    assert {each["symbol"] for each in node["saved"]} <= {"self", "result"}


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, factor, a, b):
        ctx.save_for_backward(a, b)
        return factor * a * b, a + b

    @staticmethod
    def backward(ctx, product, total):
        a, b = ctx.saved_tensors
        return None, 2 * product * b + total, 2 * product * a + total


def test_a_function_of_the_learners_own():
    a, b = (torch.tensor([x], requires_grad=True) for x in (3.0, 5.0))
    product, _ = Twice.apply(2, a, b)
    trace = record(product.sum())
    node, event = trace["nodes"][1], trace["events"][1]
    assert node["name"] == "TwiceBackward"
    assert [out["value"]["text"] for out in event["outgoing"]] == ["[10.]", "[6.]"]
    assert [each["value"]["text"] for each in node["saved"]] == ["[3.]", "[5.]"]


class Failing(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        return a * 2

    @staticmethod
    def backward(ctx, g):
        raise ValueError("I give up")


def test_errors_are_steps():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    z = (y * 3).sum()
    with torch.no_grad():
        y += 1
    event = record(z)["events"][-1]
    assert event["kind"] == "error" and "modified by an inplace operation" in event["error"]["sentence"]
    again = x.sin().sum()
    again.backward()
    event = record(again)["events"][-1]
    assert event["kind"] == "error" and "backward through the graph a second time" in event["error"]["sentence"]
    event = record(Failing.apply(x).sum())["events"][-1]
    assert event["error"]["sentence"] == "ValueError: I give up"
    event = record(x * 2, torch.ones(3))["events"][-1]
    assert event["kind"] == "error" and event["error"]["sentence"].startswith("RuntimeError: Mismatch in shape")
    with pytest.raises(RuntimeError, match="only for scalar outputs"):
        record(x * 2)
    with pytest.raises(RuntimeError, match="does not require grad"):
        record(torch.ones(2))
    with pytest.raises(RuntimeError, match="does not require grad"):
        draw_graph(torch.ones(2))


def test_the_memory_that_is_held_is_counted_once():
    x = torch.ones(1000, requires_grad=True)
    h = x.exp()
    trace = record((h.reshape(10, 100) * h.reshape(10, 100)).sum())  # all of it is h
    assert trace["held"] == 4000 and trace["events"][-1]["held"] == 0


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_other_floats(dtype):
    x = torch.tensor([1.0, 2.0], dtype=getattr(torch, dtype), requires_grad=True)
    trace = record((x * x).sum())
    assert trace["nodes"][-1]["dtype"] == dtype
    assert trace["events"][-1]["grad"]["after"]["text"] == "[2., 4.]"


def test_complex_numbers_are_refused_with_a_reason():
    x = torch.tensor([1.0 + 2.0j], requires_grad=True)
    with pytest.raises(TypeError, match="complex"):
        record((x * x).abs().sum())


def test_sparse_gradients():
    table = torch.nn.Embedding(4, 2, sparse=True)
    trace = record(table(torch.tensor([1, 1])).sum())
    assert trace["events"][-1]["grad"]["after"]["values"] == [0.0, 0.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0]


def test_anomaly_mode_notes_the_lines():
    x = torch.tensor([1.0], requires_grad=True)
    with torch.autograd.set_detect_anomaly(True, check_nan=False):
        y = (x * 2).exp()
    node = record(y.sum())["nodes"][1]
    assert node["line"] == "y = (x * 2).exp()" and node["place"].startswith("test_pytorch.py")


def test_a_residual_network(tmp_path):
    net = build("resnet18", torch, width=8)
    loss = torch.nn.functional.cross_entropy(net(torch.randn(2, 3, 32, 32)), torch.tensor([1, 2]))
    began = time.perf_counter()
    trace = record(loss, by=net)
    took = time.perf_counter() - began
    assert {event["kind"] for event in trace["events"]} == {"node", "broadcast"}
    assert len([event for event in trace["events"] if event["grad"]]) == 62 == len(list(net.parameters()))
    assert all(parameter.grad is None for parameter in net.parameters())
    formulas = [each["formula"] for node in trace["nodes"] for each in node["inputs"] if node["name"][:4] == "Conv"]
    assert formulas and all(formulas)
    groups = {each["path"]: each["kind"] for each in trace["groups"]}
    assert groups["layer1.0.conv1"] == "Conv2d" and groups["layer4"] == "Sequential"
    assert {node["parameter"] for node in trace["nodes"]} - {None} == {name for name, _ in net.named_parameters()}
    assert Walk(trace).save(tmp_path / "net.html").stat().st_size > 100_000
    loss.backward()
    by_id = {id(p): p.grad for p in net.parameters()}
    assert len(by_id) == 62
    for event in trace["events"]:
        if event["grad"]:
            assert trace["nodes"][event["node"]]["shape"] == event["grad"]["after"]["shape"]
    assert took < 60, took  # measured: docs/stepper.md


def test_torch_is_not_imported():
    code = "import sys, minigrad.viz, minigrad.viz.trace; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_walk_of_pytorch_can_be_predicted():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    trace = record((x**3 * b).sum())
    ask(trace, ["next", "shape", "value"])
    said = [question["said"] for step in trace["questions"] for question in step]
    assert len(trace["questions"]) == len(trace["events"]) and "It sends 9." in said and "The shape is ()." in said


def test_record_leaves_a_dict_of_parameters_as_it_was():
    params = {"w": torch.tensor([1.0, 2.0], requires_grad=True), "own": minigrad.ones(2, requires_grad=True)}
    before = dict(params)
    record((params["w"] ** 2).sum())
    record((params["own"] ** 2).sum())
    assert list(params) == list(before) and all(params[name] is before[name] for name in before)
    assert params["w"].grad is None and params["own"].grad is None
