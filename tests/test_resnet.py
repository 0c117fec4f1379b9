"""Residual networks: torchvision's in architecture, names, order, first values, weights and warnings."""

from __future__ import annotations

import copy
import hashlib
import io
import warnings
from functools import cache

import numpy as np
import pytest

import minigrad
from minigrad import models, nn
from minigrad.models import ResNet18_Weights, ResNet34_Weights, ResNet50_Weights, resnet18
from tests import pytorch_resnet as reference
from tests.oracle import needs_torch, recorded
from tests.oracle import torch as pytorch

MODES = {"train": True, "eval": False}


def ask_torch():
    answers = {}
    for name in reference.SIZES:
        model = reference.build(name, pytorch)
        answers[f"{name} layout"] = reference.layout(model)
        answers[f"{name} parameters"] = sum(p.numel() for p in model.parameters())
    for mode in MODES:
        for what, array in theirs(mode, "float64").items():
            answers[f"{mode} {what}"] = reference.sample(array)
    return answers


@cache
def theirs(mode, dtype):
    model = reference.prepare(reference.build("resnet18", pytorch), pytorch, dtype, MODES[mode])
    return reference.step(model, pytorch, dtype)


@cache
def ours(mode, dtype):
    return reference.step(reference.prepare(resnet18(), minigrad, dtype, MODES[mode]), minigrad, dtype)


def distance(a, b):
    return np.linalg.norm(a.astype(np.float64) - b) / np.linalg.norm(b)


# ------------------------------------------------------------ agreement
@pytest.mark.parametrize("name", reference.SIZES)
def test_names_shapes_and_order(name):
    model = getattr(models, name)()
    assert reference.layout(model) == recorded("resnet")[f"{name} layout"]
    assert sum(p.numel() for p in model.parameters()) == recorded("resnet")[f"{name} parameters"]


@pytest.mark.parametrize("mode", MODES)
def test_recorded_in_float64(mode):
    found = ours(mode, "float64")
    asked = {what.partition(" ")[2]: answer for what, answer in recorded("resnet").items() if what.startswith(mode)}
    assert set(asked) == set(found) and sum(what.startswith("grad ") for what in asked) == 62
    for what, (norm, *values) in asked.items():
        got_norm, *got = reference.sample(found[what])
        assert abs(got_norm - norm) <= 1e-9 * norm, what
        scale = norm / np.sqrt(found[what].size)
        np.testing.assert_allclose(got, values, rtol=1e-9, atol=1e-9 * scale, err_msg=what)


@needs_torch
@pytest.mark.parametrize("mode", MODES)
def test_live_in_float64(mode):
    mine = ours(mode, "float64")
    for what, array in theirs(mode, "float64").items():
        assert mine[what].shape == array.shape and mine[what].dtype == array.dtype, what
        assert distance(mine[what], array) <= 1e-9, what


@needs_torch
@pytest.mark.parametrize("mode", MODES)
def test_live_in_float32(mode):
    mine = ours(mode, "float32")
    for what, array in theirs(mode, "float32").items():
        assert mine[what].dtype == array.dtype, what
        assert distance(mine[what], array) <= 1e-3, what


@pytest.mark.parametrize("mode", MODES)
def test_float32_is_near_float64(mode):
    exact = ours(mode, "float64")
    for what, array in ours(mode, "float32").items():
        assert distance(array, exact[what]) <= 1e-3, what


@needs_torch
@pytest.mark.parametrize("name", ["resnet34", "resnet50"])
def test_the_deeper_ones_live(name):
    outputs = []
    for library, model in ((pytorch, reference.build(name, pytorch)), (minigrad, getattr(models, name)())):
        model = reference.prepare(model, library, "float64", False)
        with library.no_grad():
            x = library.as_tensor(np.random.RandomState(5).rand(1, 3, 32, 32))
            outputs.append(model(x).numpy())
    assert distance(outputs[1], outputs[0]) <= 1e-9


# ------------------------------------------------------------ first values
def test_first_values():
    minigrad.manual_seed(0)
    model = resnet18()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            weight = module.weight.detach().numpy()
            wanted = np.sqrt(2 / (weight.shape[0] * weight.shape[2] * weight.shape[3]))  # Kaiming's, by outputs
            assert weight.std() == pytest.approx(wanted, rel=0.05) and abs(weight.mean()) < wanted / 20
        elif isinstance(module, nn.BatchNorm2d):
            assert np.all(module.weight.detach().numpy() == 1) and not np.any(module.bias.detach().numpy())
    assert model.training and np.abs(model.fc.weight.detach().numpy()).max() <= 512**-0.5


@pytest.mark.parametrize(("name", "last"), [("resnet18", "bn2"), ("resnet50", "bn3")])
def test_zero_init_residual(name, last):
    model = getattr(models, name)(zero_init_residual=True, num_classes=3)
    zero = [n for n, p in model.named_parameters() if n.endswith("weight") and not np.any(p.detach().numpy())]
    assert zero == [n for n, _ in model.named_parameters() if n.endswith(f".{last}.weight")] and len(zero) > 7


# ------------------------------------------------------------ options
def test_options():
    def shape(model, size=64):
        return tuple(model.eval()(minigrad.zeros(2, 3, size, size)).shape)

    assert shape(resnet18(num_classes=7)) == (2, 7)
    norm = resnet18(num_classes=2, norm_layer=lambda channels: nn.GroupNorm(4, channels))
    assert shape(norm) == (2, 2) and not list(norm.buffers())
    dilated = models.ResNet(models.Bottleneck, [1, 1, 1, 1], 5, False, 2, 32, [False, True, True])
    assert shape(dilated) == (2, 5)
    assert dilated.layer4[0].conv2.dilation == (2, 2) and dilated.layer4[0].conv2.groups == 2
    for options, error, message in [
        ({"groups": 2}, ValueError, "BasicBlock only supports groups=1 and base_width=64"),
        ({"replace_stride_with_dilation": [True]}, ValueError, "should be None or a 3-element tuple, got"),
        ({"replace_stride_with_dilation": [True] * 3}, NotImplementedError, "Dilation > 1 not supported in BasicBlock"),
        ({"colour": 1}, TypeError, "unexpected keyword argument 'colour'"),
    ]:
        with pytest.raises(error, match=message):
            resnet18(**options)


def test_copies_and_states():
    model = resnet18(num_classes=2).eval()
    other = resnet18(num_classes=2).eval()
    other.load_state_dict(copy.deepcopy(model).state_dict())
    x = minigrad.rand(1, 3, 32, 32)
    assert minigrad.equal(model(x), other(x))


# ------------------------------------------------------------ published weights
def test_what_is_published():
    published = {str(w): w for kind in (ResNet18_Weights, ResNet34_Weights, ResNet50_Weights) for w in kind}
    assert {name: w.url.rpartition("/")[2] for name, w in published.items()} == {
        "ResNet18_Weights.IMAGENET1K_V1": "resnet18-f37072fd.pth",
        "ResNet34_Weights.IMAGENET1K_V1": "resnet34-b627a593.pth",
        "ResNet50_Weights.IMAGENET1K_V1": "resnet50-0676ba61.pth",
        "ResNet50_Weights.IMAGENET1K_V2": "resnet50-11ad3fa6.pth",
    }
    assert all(w.url.startswith("https://download.pytorch.org/models/") for w in published.values())
    assert ResNet50_Weights.DEFAULT is ResNet50_Weights.IMAGENET1K_V2
    assert repr(ResNet18_Weights.DEFAULT) == "ResNet18_Weights.IMAGENET1K_V1"
    for name, w in published.items():
        model = name.partition("_")[0].lower()
        assert w.meta["num_params"] == recorded("resnet")[f"{model} parameters"]
        assert len(set(w.meta["categories"])) > 990 and len(w.meta["categories"]) == 1000
    names = ResNet18_Weights.DEFAULT.meta["categories"]
    assert (names[0], names[281], names[999]) == ("tench", "tabby", "toilet tissue")


@pytest.fixture
def asked(monkeypatch):
    """What is asked of the network, which answers with a model whose bias says 7."""
    calls = []
    state = resnet18().state_dict()
    state["fc.bias"] = minigrad.full((1000,), 7.0)

    def answer(url, **options):
        calls.append((url.rpartition("/")[2], options))
        return state

    monkeypatch.setattr("minigrad.hub.load_state_dict_from_url", answer)
    return calls


@pytest.mark.parametrize(
    "weights",
    ["DEFAULT", "IMAGENET1K_V1", "ResNet18_Weights.DEFAULT", ResNet18_Weights.DEFAULT, ResNet18_Weights["DEFAULT"]],
)
def test_weights_are_asked_for_and_loaded(asked, weights):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = resnet18(weights=weights, progress=False)
    assert asked == [("resnet18-f37072fd.pth", {"progress": False, "check_hash": True})]
    assert model.fc.bias[3].item() == 7 and model.fc.bias.requires_grad


PRETRAINED = (
    "The parameter 'pretrained' is deprecated since 0.13 and may be removed in the future, please use 'weights'"
)
OTHERS = "Arguments other than a weight enum or `None` for 'weights' are deprecated since 0.13"
POSITION = "Using 'weights' as positional parameter(s) is deprecated since 0.13 and may be removed in the future."
LATEST = "You can also use `weights=ResNet18_Weights.DEFAULT` to get the most up-to-date weights."


@pytest.mark.parametrize(
    ("call", "loaded", "said"),
    [
        (lambda: resnet18(pretrained=True), True, [PRETRAINED, LATEST]),
        (lambda: resnet18(pretrained=False), False, [PRETRAINED, "equivalent to passing `weights=None`."]),
        (lambda: resnet18(True), True, [POSITION, "`weights=ResNet18_Weights.IMAGENET1K_V1`. " + LATEST]),
        (lambda: resnet18(weights=True), True, [OTHERS]),
        (lambda: resnet18("DEFAULT", False), True, ["Using 'weights' and 'progress' as positional parameter(s)"]),
        (lambda: resnet18(None), False, [POSITION]),
    ],
)
def test_the_old_ways_warn(asked, call, loaded, said):
    with pytest.warns(UserWarning) as seen:
        call()
    assert len(seen) == len(said) and all(words in str(w.message) for w, words in zip(seen, said, strict=True))
    assert {w.filename for w in seen} == {__file__} and bool(asked) is loaded


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"weights": "NONE_SUCH"}, KeyError, "NONE_SUCH"),
        ({"weights": ResNet34_Weights.DEFAULT}, TypeError, "expected ResNet18_Weights but received ResNet34_Weights."),
        (
            {"weights": "DEFAULT", "num_classes": 10},
            ValueError,
            "'num_classes' expected value 1000 but got 10 instead.",
        ),
        ({"weights": "DEFAULT", "pretrained": True}, TypeError, "unexpected keyword argument 'pretrained'"),
        ({"weights": "no_such_file.pth"}, FileNotFoundError, "no_such_file.pth"),
    ],
)
def test_what_is_refused(asked, options, error, message):
    with pytest.raises(error, match=message):
        resnet18(**options)
    with pytest.raises(TypeError, match="takes 0 positional arguments but 3 were given"):
        resnet18(None, True, 5)


def test_weights_from_a_file(tmp_path, monkeypatch):
    model = resnet18(num_classes=3).eval()
    monkeypatch.chdir(tmp_path)
    for name in ("mine.pth", "mine.safetensors", "DEFAULT2"):
        minigrad.save(model.state_dict(), name)
        for path in (name, tmp_path / name):
            found = resnet18(weights=path, num_classes=3).eval()
            assert minigrad.equal(found.fc.weight, model.fc.weight)
    with pytest.raises(RuntimeError, match=r"size mismatch for fc\.weight"):
        resnet18(weights="mine.pth")


def test_weights_as_they_were_first_published(tmp_path):
    """In the old format, as parameters, without the counters that batch normalization got later."""
    if pytorch is None:
        pytest.skip("PyTorch is not installed")
    model = reference.prepare(reference.build("resnet18", pytorch), pytorch, "float32", False)
    state = {k: v for k, v in model.state_dict(keep_vars=True).items() if not k.endswith("num_batches_tracked")}
    assert len(state) == 102
    pytorch.save(dict(state), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    found = resnet18(weights=tmp_path / "old.pth").eval()
    x = np.random.RandomState(0).rand(1, 3, 64, 64).astype(np.float32)
    with pytorch.no_grad(), minigrad.no_grad():
        assert distance(found(minigrad.as_tensor(x)).numpy(), model(pytorch.as_tensor(x)).numpy()) < 1e-5


def test_pretrained_weights_from_a_server(tmp_path, monkeypatch):
    """The whole way: download, hash, checkpoint, state, model."""
    from tests.test_hub import Server

    file = io.BytesIO()
    minigrad.save(resnet18(num_classes=1000).state_dict(), file)
    server = Server()
    server.content = file.getvalue()
    name = f"resnet18-{hashlib.sha256(server.content).hexdigest()[:8]}.pth"
    monkeypatch.setenv("MINIGRAD_HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(models.weights.WeightsEnum, "url", server.url(name))
    model = resnet18(weights="DEFAULT", progress=False)
    server.close()
    assert (tmp_path / "checkpoints" / name).stat().st_size == len(server.content)
    again = resnet18(weights="DEFAULT", progress=False)  # kept: there is no server any more
    assert minigrad.equal(model.conv1.weight, again.conv1.weight)
