"""What is frozen in a model, and where gradients come."""

from __future__ import annotations

import pytest

import minigrad
from minigrad import nn
from minigrad.viz import frozen_path


class Net(nn.Module):
    def __init__(self, cut=None):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 8))
        self.head = nn.Linear(8, 2)
        self.cut = cut

    def forward(self, x):
        if self.cut == "no_grad":
            with minigrad.no_grad():
                h = self.body(x)
        else:
            h = self.body(x)
        return self.head(h.detach() if self.cut == "detach" else h)


@pytest.fixture
def x():
    return minigrad.ones(3, 4)


def reached(found):
    return {part["name"]: each for part, each in zip(found.state["parts"], found.reached, strict=True)}


def test_a_frozen_body_gets_no_gradient(x):
    net = Net()
    net.body.requires_grad_(False)
    found = frozen_path(net, x)
    assert reached(found) == {
        name: name == "head" for name in ("head", "body.4", "body.3", "body.2", "body.1", "body.0")
    }
    assert "Trained: head. No gradient comes to: body.4, body.3, body.2, body.1 and body.0." in found.alt
    assert found.still().count('class="off"') >= 5 and 'id="frozen"' in found.still()


def test_a_frozen_head_lets_gradients_pass(x):
    net = Net()
    net.head.requires_grad_(False)
    found = frozen_path(net, x)
    assert all(found.reached) and "Gradients only pass through: head," in found.alt
    found.value = {"body.0": True, "body.1": True, "body.4": True}
    assert not any(found.reached) and "Nothing is trained." in found.alt
    found.value = {"body.0": False, "body.1": True, "body.4": True}
    assert all(found.reached)


def test_parameters_are_counted(x):
    net = Net()
    net.body[0].bias.requires_grad_(False)
    parts = {part["name"]: part for part in frozen_path(net, x).state["parts"]}
    assert (parts["body.0"]["tensors"], parts["body.0"]["frozen"]) == (2, 1)
    assert (parts["body.0"]["numbers"], parts["body.0"]["frozen_numbers"]) == (40, 8)
    assert sum(part["numbers"] for part in parts.values()) == sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize("cut", ["detach", "no_grad"])
def test_a_cut_is_a_box_of_its_own(x, cut):
    found = frozen_path(Net(cut), x)
    assert f"Before head, {cut} (test_frozen_path.py, line " in found.alt and "no gradient goes beyond" in found.alt
    names = [node["name"] for node in found.state["trace"]["nodes"]]
    assert names[-1] == f"cut: {cut}" and not any("body" in name for name in names)
    assert not found.reached[-1] and found.reached[0] and "no way on" in found.still()


def test_model_and_random_numbers_stay_as_they_are(x):
    net = Net()
    net.body.requires_grad_(False)
    mean, state = net.body[1].running_mean.tolist(), minigrad.get_rng_state().tolist()
    frozen_path(net, x)
    assert net.body[1].running_mean.tolist() == mean and minigrad.get_rng_state().tolist() == state
    assert [p.requires_grad for p in net.parameters()] == [False] * 6 + [True] * 2
    assert all(p.grad is None for p in net.parameters()) and not net.head._forward_pre_hooks


def test_what_cannot_be_shown(x):
    with pytest.raises(TypeError, match=r"shows an nn\.Module, not function"):
        frozen_path(lambda x: x, x)
    with pytest.raises(RuntimeError, match="does not require grad"):
        frozen_path(nn.ReLU(), x)
