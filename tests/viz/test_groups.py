"""Groups: modules found from their parameters afterwards agree with what is noted as they run; layouts nest."""

import itertools
import time

import pytest

import minigrad
from minigrad import nn
from minigrad.models import resnet18
from minigrad.viz import draw_graph, group, grouped
from minigrad.viz.layout import layout
from minigrad.viz.nested import nested
from minigrad.viz.picture import drawn
from minigrad.viz.trace import outline, record


class Pre(nn.Module):
    """A block whose activation, declared last, runs before its layer."""

    def __init__(self):
        super().__init__()
        self.fc, self.norm, self.relu = nn.Linear(8, 8), nn.LayerNorm(8), nn.ReLU()

    def forward(self, x):
        return x + self.fc(self.relu(self.norm(x)))


class Post(nn.Module):
    """A block that goes on after its layer."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return minigrad.relu(x + self.fc(x)) * 2


class Net(nn.Module):
    def __init__(self, block):
        super().__init__()
        self.first, self.blocks, self.head = (
            nn.Linear(4, 8),
            nn.ModuleList([block() for _ in range(3)]),
            nn.Linear(8, 2),
        )

    def forward(self, x):
        x = minigrad.tanh(self.first(x))
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean(0))


class Unrolled(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.out = nn.RNNCell(4, 8), nn.Linear(8, 2)

    def forward(self, x):
        h = minigrad.zeros(2, 8)
        for _ in range(4):
            h = self.cell(x, h)
        return self.out(h)


class Own(nn.Module):
    """A layer of the learner's own, with its own parameters."""

    def __init__(self):
        super().__init__()
        self.w, self.b = nn.Parameter(minigrad.randn(4, 4)), nn.Parameter(minigrad.randn(4))

    def forward(self, x):
        return minigrad.sin(x @ self.w + self.b)


MODELS = {
    "resnet18": (resnet18, (1, 3, 64, 64)),
    "sequential": (lambda: nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1), nn.Sigmoid()), (2, 4)),
    "before": (lambda: Net(Pre), (2, 4)),
    "after": (lambda: Net(Post), (2, 4)),
    "unrolled": (Unrolled, (2, 4)),
    "own": (lambda: nn.Sequential(Own(), nn.ReLU(), Own()), (2, 4)),
}


def groups_of(trace):
    """For each node its name and the groups around it, from the outermost."""
    groups = trace["groups"]

    def around(number):
        if number is None:
            return ()
        each = groups[number]
        return (*around(each["parent"]), (each["name"], each["kind"], each["call"]))

    return [(node["name"], node["path"], around(node["group"])) for node in trace["nodes"]]


@pytest.mark.parametrize("name", MODELS)
def test_modules_found_afterwards_are_those_noted_as_they_run(name):
    make, shape = MODELS[name]
    model, x = make(), minigrad.randn(*shape)
    with grouped(model):
        noted = model(x)
    found = model(x)
    assert groups_of(outline(found.sum(), by=model)) == groups_of(outline(noted.sum()))


def test_a_relu_is_no_group_but_says_where_it_was_made():
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
    trace = outline(model(minigrad.ones(2, 4)).sum(), by=model)
    relu = next(node for node in trace["nodes"] if node["name"] == "ReluBackward0")
    assert (relu["path"], relu["group"]) == ("1", None)
    assert [each["path"] for each in trace["groups"]] == ["0"]
    assert {node["parameter"] for node in trace["nodes"] if node["kind"] == "leaf"} == {"0.weight", "0.bias"}


def test_groups_by_hand_nest_and_end():
    x = minigrad.tensor(2.0, requires_grad=True)
    with group("outer"):
        y = x.sin()
        with group("inner"):
            y = y * y
    z = y.exp()
    trace = outline(z)
    assert [(each["path"], each["parent"]) for each in trace["groups"]] == [("outer", None), ("outer.inner", 0)]
    assert [(node["label"], node["group"]) for node in trace["nodes"]] == [
        ("Exp", None), ("Mul", 1), ("Sin", 0), ("leaf", 0),
    ]  # fmt: skip


def test_a_group_by_hand_beside_modules_found_afterwards():
    model = nn.Linear(2, 2)
    net = nn.Sequential(model)
    with group("penalty"):
        penalty = (model.weight**2).sum()
    trace = outline(net(minigrad.ones(1, 2)).sum() + penalty, by=net)
    assert sorted(each["path"] for each in trace["groups"]) == ["0", "penalty"]
    names = {each["path"]: {trace["nodes"][i]["label"] for i in each["nodes"]} for each in trace["groups"]}
    assert names["penalty"] == {"Sum", "Pow"} and names["0"] == {"Addmm", "T", "leaf"}


def test_nothing_is_noted_and_no_hook_stays():
    model = nn.Linear(2, 2)
    before = minigrad.autograd.modes._unusual
    with grouped(model):
        model(minigrad.ones(1, 2))
    assert not model._forward_hooks and not model._forward_pre_hooks
    assert minigrad.autograd.modes._unusual == before
    with pytest.raises(ZeroDivisionError), grouped(model):
        raise ZeroDivisionError
    assert not model._forward_hooks and minigrad.autograd.modes._unusual == before
    assert "groups" not in outline(model(minigrad.ones(1, 2)).sum())


def test_a_large_graph_is_grouped_by_the_callers_modules():
    net = nn.Sequential(*(nn.Linear(4, 4) for _ in range(50)))
    trace = draw_graph(net(minigrad.ones(1, 4)).sum()).trace
    assert len(trace["groups"]) == 50


def test_by_must_be_a_module():
    with pytest.raises(TypeError, match=r"by must be an nn.Module, or a list of them, not str"):
        outline(minigrad.tensor(1.0, requires_grad=True).sin(), by="model")


def outside(one, other):
    return (
        one["x"] + one["width"] <= other["x"]
        or other["x"] + other["width"] <= one["x"]
        or one["y"] + one["height"] <= other["y"]
        or other["y"] + other["height"] <= one["y"]
    )


@pytest.mark.parametrize("opened", ["first", "all", "none"])
@pytest.mark.parametrize("recorded", [False, True])
def test_nothing_overlaps_and_edges_end_at_boxes(opened, recorded):
    model = Net(Post)
    loss = model(minigrad.randn(2, 4)).sum()
    trace = record(loss, by=model) if recorded else outline(loss, by=model)
    numbers = range(len(trace["groups"]))
    boxes, joints, frames, _ = nested(trace, {"first": None, "all": set(numbers), "none": set()}[opened])
    assert all(outside(*pair) for pair in itertools.combinations(boxes, 2))
    for one, other in itertools.combinations(frames, 2):
        inside = one["x"] <= other["x"] and other["x"] + other["width"] <= one["x"] + one["width"]
        assert outside(one, other) or inside
    for joint in joints:
        lower, (x, y) = boxes[joint["to"]], joint["tip"]
        assert lower["x"] <= x <= lower["x"] + lower["width"] and y == lower["y"]
    if opened == "none":
        assert not frames and sorted(i for joint in joints for i in joint["edges"]) != []
    if opened == "all":
        assert len(frames) == len(trace["groups"])


def test_groups_in_a_circle_are_drawn():
    x = minigrad.tensor(2.0, requires_grad=True)
    with group("a"):
        y = x.sin()
    z = y.exp()
    with group("a"):
        w = z.sin()
    trace = outline(w)
    trace["groups"] = [trace["groups"][0] | {"nodes": [0, 2], "call": None}]  # one group, left and entered again
    for node in trace["nodes"]:
        node["group"] = None if node["label"] != "Sin" else 0
    found = nested(trace, set())[0]
    assert len(found) == 3


def test_a_graph_of_50_000_nodes_is_refused_at_once():
    y = minigrad.tensor(1.0, requires_grad=True)
    for _ in range(50_000):
        y = y + 1
    begin = time.perf_counter()
    with pytest.raises(ValueError, match=r"50,001 nodes; a picture is drawn of up to 1,500, or 10,000 in groups"):
        draw_graph(y)
    assert time.perf_counter() - begin < 10  # seconds; a fraction of one on an idle machine


def test_a_flat_graph_too_large_is_told_how_to_group():
    y = minigrad.tensor(1.0, requires_grad=True)
    for _ in range(1_600):
        y = y + 1
    with pytest.raises(ValueError, match=r"Group it: pass by=model"):
        draw_graph(y)


def test_pictures_show_groups(tmp_path):
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    picture = draw_graph(model(minigrad.ones(2, 4)).sum(), by=model)
    assert "2 · Linear" in picture.svg
    big = resnet18()
    picture = draw_graph(big(minigrad.ones(1, 3, 64, 64)).sum(), by=big)
    assert "layer1 · Sequential" in picture.svg and "26 nodes" in picture.svg
    assert len(layout(picture.trace)["boxes"]) == 12
    for ending in ("png", "dot", "html"):
        assert picture.save(tmp_path / f"r.{ending}").stat().st_size > 1000


def test_groups_of_a_pytorch_model():
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(
        torch.nn.Linear(4, 8),
        torch.nn.ReLU(),
        torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.Tanh()),
        torch.nn.Linear(8, 1),
    )
    trace = draw_graph(model(torch.ones(2, 4)).sum(), by=model).trace
    assert [(each["path"], each["kind"]) for each in trace["groups"]] == [
        ("3", "Linear"), ("2", "Sequential"), ("2.0", "Linear"), ("0", "Linear"),
    ]  # fmt: skip
    assert {node["path"] for node in trace["nodes"]} >= {"0", "1", "2.0", "2.1", "3"}


def test_attention_is_one_group_with_its_projection_inside():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.attn, self.out = nn.MultiheadAttention(4, 2), nn.Linear(4, 1)

        def forward(self, x):
            return self.out(self.attn(x, x, x)[0]).sum()

    model = Net()
    trace = drawn(record(model(minigrad.randn(3, 1, 4)), by=model))
    paths = {group["path"]: len(group["nodes"]) for group in trace["groups"]}
    assert list(paths) == ["out", "attn", "attn.out_proj"] and paths["attn"] > paths["attn.out_proj"] > 1
    assert [node["label"] for node in trace["nodes"] if node["group"] is None] == ["Sum"]
    assert len(trace["layout"]["boxes"]) > 0
