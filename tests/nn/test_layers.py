"""Every layer beside PyTorch's: its repr, its state, what it computes with the same weights, and what it refuses."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

import minigrad
from tests.conformance import Cases, error, node_name, on_both
from tests.nn.common import filled, numbers

case = Cases("nn_layers", versions=False)

# layer: inputs' shapes ("int" shapes hold class numbers). The text is evaluated with `nn` and `t`, the library.
LAYERS = {
    "nn.Identity(3, x=2)": [(2, 3)],
    "nn.Linear(3, 2)": [(4, 3)],
    "nn.Linear(3, 2, bias=False)": [(2, 4, 3)],
    "nn.Linear(in_features=3, out_features=1, dtype=t.float64)": [(3,)],
    "nn.Bilinear(2, 3, 2)": [(4, 2), (4, 3)],
    "nn.Bilinear(2, 3, 2, bias=False)": [(2, 2, 2), (2, 2, 3)],
    "nn.Conv1d(2, 3, 2)": [(2, 2, 5)],
    "nn.Conv1d(2, 2, 3, stride=2, padding=1, dilation=2, groups=2, bias=False)": [(2, 2, 7)],
    "nn.Conv1d(1, 1, 3, padding='same', padding_mode='circular')": [(1, 1, 4)],
    "nn.Conv2d(2, 3, 2)": [(1, 2, 3, 3)],
    "nn.Conv2d(2, 2, (3, 2), stride=(2, 1), padding=(1, 0), groups=2)": [(1, 2, 4, 3)],
    "nn.Conv2d(1, 1, 3, padding='same', dilation=2, bias=False)": [(1, 1, 4, 4)],
    "nn.Conv2d(1, 1, 3, padding='same')": [(1, 3, 3)],
    "nn.Conv2d(1, 1, 2, padding='valid')": [(1, 1, 3, 3)],
    "nn.Conv2d(1, 1, 3, padding=1, padding_mode='reflect')": [(1, 1, 3, 3)],
    "nn.Conv2d(1, 1, 3, padding=(1, 2), padding_mode='replicate')": [(1, 1, 3, 3)],
    "nn.Conv2d(1, 1, 3, padding=1, padding_mode='circular')": [(1, 1, 3, 3)],
    "nn.ConvTranspose2d(2, 3, 2)": [(1, 2, 2, 2)],
    "nn.ConvTranspose2d(2, 2, 3, stride=2, padding=1, output_padding=1, groups=2, bias=False)": [(1, 2, 2, 2)],
    "nn.ConvTranspose2d(1, 1, 2, dilation=2)": [(1, 1, 2, 2)],
    "nn.MaxPool1d(2)": [(1, 2, 5)],
    "nn.MaxPool2d(2)": [(1, 1, 4, 5)],
    "nn.MaxPool2d(kernel_size=3, stride=2, padding=1, ceil_mode=True)": [(1, 1, 4, 5)],
    "nn.MaxPool2d((2, 3), (1, 2), dilation=1)": [(1, 1, 4, 5)],
    "nn.AvgPool1d(2, stride=1)": [(1, 2, 5)],
    "nn.AvgPool2d(2)": [(1, 1, 4, 5)],
    "nn.AvgPool2d(3, 2, 1, count_include_pad=False)": [(1, 1, 4, 5)],
    "nn.AvgPool2d((2, 1), divisor_override=3, ceil_mode=True)": [(1, 1, 5, 2)],
    "nn.AdaptiveAvgPool2d(1)": [(1, 2, 3, 4)],
    "nn.AdaptiveAvgPool2d((2, None))": [(1, 1, 5, 3)],
    "nn.AdaptiveMaxPool2d((2, 3))": [(1, 1, 5, 4)],
    "nn.BatchNorm1d(3)": [(4, 3)],
    "nn.BatchNorm1d(3, eps=1e-3, momentum=0.3)": [(2, 3, 2)],
    "nn.BatchNorm2d(2)": [(2, 2, 2, 2)],
    "nn.BatchNorm2d(2, momentum=None)": [(2, 2, 2, 2)],
    "nn.BatchNorm2d(2, affine=False)": [(2, 2, 2, 2)],
    "nn.BatchNorm2d(2, track_running_stats=False)": [(2, 2, 2, 2)],
    "nn.BatchNorm2d(2, bias=False)": [(2, 2, 2, 2)],
    "nn.LayerNorm(3)": [(4, 3)],
    "nn.LayerNorm([2, 3], eps=1e-2, bias=False)": [(2, 2, 3)],
    "nn.LayerNorm((3,), elementwise_affine=False)": [(4, 3)],
    "nn.GroupNorm(2, 4)": [(2, 4, 2)],
    "nn.GroupNorm(1, 4, affine=False)": [(2, 4)],
    "nn.InstanceNorm1d(2)": [(2, 2, 4)],
    "nn.InstanceNorm2d(2)": [(2, 2, 2, 2)],
    "nn.InstanceNorm2d(2, affine=True, track_running_stats=True)": [(2, 2, 2, 2)],
    "nn.InstanceNorm2d(3, affine=True)": [(3, 2, 2)],
    "nn.ReLU()": [(2, 3)],
    "nn.ReLU(inplace=True)": [(2, 3)],
    "nn.ReLU6(True)": [(2, 3)],
    "nn.LeakyReLU()": [(2, 3)],
    "nn.LeakyReLU(0.2, inplace=True)": [(2, 3)],
    "nn.ELU(alpha=0.5)": [(2, 3)],
    "nn.ELU(inplace=True)": [(2, 3)],
    "nn.GELU()": [(2, 3)],
    "nn.GELU('tanh')": [(2, 3)],
    "nn.SiLU()": [(2, 3)],
    "nn.SiLU(True)": [(2, 3)],
    "nn.Mish()": [(2, 3)],
    "nn.Mish(inplace=True)": [(2, 3)],
    "nn.Softplus()": [(2, 3)],
    "nn.Softplus(2, 0.5)": [(2, 3)],
    "nn.Hardtanh()": [(2, 3)],
    "nn.Hardtanh(-0.2, 0.3, True)": [(2, 3)],
    "nn.CELU()": [(2, 3)],
    "nn.CELU(0.5, inplace=True)": [(2, 3)],
    "nn.SELU()": [(2, 3)],
    "nn.SELU(inplace=True)": [(2, 3)],
    "nn.Hardswish()": [(2, 3)],
    "nn.Hardsigmoid()": [(2, 3)],
    "nn.LogSigmoid()": [(2, 3)],
    "nn.Softsign()": [(2, 3)],
    "nn.Tanhshrink()": [(2, 3)],
    "nn.Threshold(0.1, 2)": [(2, 3)],
    "nn.Threshold(-0.1, 2.0, True)": [(2, 3)],
    "nn.Softmin(dim=1)": [(2, 3)],
    "nn.GLU()": [(2, 4)],
    "nn.GLU(dim=0)": [(2, 3)],
    "nn.Hardshrink()": [(2, 3)],
    "nn.Softshrink(0.3)": [(2, 3)],
    "nn.PReLU()": [(2, 3)],
    "nn.PReLU(3, init=0.1)": [(2, 3)],
    "nn.ConvTranspose1d(2, 3, 2)": [(1, 2, 4)],
    "nn.ConvTranspose1d(2, 2, 3, 2, 1, 1, groups=2, bias=False, dilation=2)": [(1, 2, 4)],
    "nn.AdaptiveAvgPool1d(2)": [(1, 2, 5)],
    "nn.AdaptiveMaxPool1d(3)": [(1, 2, 5)],
    "nn.Dropout1d(1)": [(1, 2, 3)],
    "nn.AlphaDropout(0.0)": [(2, 3)],
    "nn.Unfold(2)": [(1, 1, 3, 3)],
    "nn.Unfold((2, 1), dilation=2, padding=1, stride=2)": [(1, 2, 3, 3)],
    "nn.Fold((3, 3), 2)": [(1, 4, 4)],
    "nn.PixelShuffle(2)": [(1, 4, 2, 2)],
    "nn.PixelUnshuffle(2)": [(1, 1, 2, 4)],
    "nn.PairwiseDistance()": [(2, 3), (2, 3)],
    "nn.PairwiseDistance(1.0, keepdim=True)": [(2, 3), (2, 3)],
    "nn.RMSNorm(3)": [(4, 3)],
    "nn.RMSNorm([2, 3], eps=0.1, elementwise_affine=False)": [(2, 2, 3)],
    "nn.Tanh()": [(2, 3)],
    "nn.ConstantPad1d((1, 2), 3.5)": [(1, 2, 3)],
    "nn.ConstantPad2d(1, 2)": [(1, 1, 2, 3)],
    "nn.ZeroPad2d((1, 0, 0, 2))": [(1, 1, 2, 3)],
    "nn.ReflectionPad1d(2)": [(1, 2, 3)],
    "nn.ReflectionPad2d((1, 2, 0, 1))": [(1, 1, 2, 3)],
    "nn.ReplicationPad1d((3, 1))": [(1, 2, 3)],
    "nn.ReplicationPad2d(2)": [(1, 1, 2, 3)],
    "nn.CircularPad2d((1, 2, 1, 0))": [(1, 1, 2, 3)],
    "nn.Sigmoid()": [(2, 3)],
    "nn.Softmax(dim=1)": [(2, 3)],
    "nn.Softmax(-2)": [(2, 3)],
    "nn.LogSoftmax(dim=0)": [(2, 3)],
    "nn.Dropout(0.0)": [(2, 3)],
    "nn.Dropout(p=1.0, inplace=True)": [(2, 3)],
    "nn.Dropout2d(1)": [(1, 2, 2, 2)],
    "nn.Embedding(5, 2)": [("int", 2, 3)],
    "nn.Embedding(5, 2, padding_idx=1)": [("int", 2, 3)],
    "nn.Embedding(5, 2, padding_idx=-5, max_norm=0.3, norm_type=1.0, scale_grad_by_freq=True)": [("int", 4)],
    "nn.Embedding.from_pretrained(t.ones(5, 2), padding_idx=0)": [("int", 4)],
    "nn.Embedding.from_pretrained(t.ones(5, 2), freeze=False)": [("int", 4)],
    "nn.Flatten()": [(2, 3, 2)],
    "nn.Flatten(0, 1)": [(2, 3, 2)],
    "nn.Unflatten(1, (2, 3))": [(2, 6)],
    "nn.Unflatten(-1, [2, -1])": [(2, 6)],
    "nn.Upsample(scale_factor=2)": [(1, 1, 2, 3)],
    "nn.Upsample(size=(3, 4), mode='bilinear')": [(1, 1, 2, 3)],
    "nn.Upsample(scale_factor=(1.5, 2), mode='bilinear', align_corners=True)": [(1, 1, 2, 3)],
    "nn.CosineSimilarity()": [(2, 3), (2, 3)],
    "nn.CosineSimilarity(dim=0, eps=1e-2)": [(2, 3), (2, 3)],
    "nn.RNNCell(3, 2)": [(4, 3)],
    "nn.RNNCell(3, 2, bias=False, nonlinearity='relu')": [(4, 3), (4, 2)],
    "nn.GRUCell(3, 2)": [(4, 3), (4, 2)],
    "nn.GRUCell(3, 2, False)": [(3,)],
    "nn.MSELoss()": [(2, 3), (2, 3)],
    "nn.MSELoss(reduction='sum')": [(2, 3), (2, 3)],
    "nn.L1Loss(reduction='none')": [(2, 3), (2, 3)],
    "nn.SmoothL1Loss(beta=0.5)": [(2, 3), (2, 3)],
    "nn.HuberLoss(delta=0.5)": [(2, 3), (2, 3)],
    "nn.NLLLoss()": [(3, 5), ("int", 3)],
    "nn.NLLLoss(weight=t.arange(5.0).double(), ignore_index=2, reduction='sum')": [(3, 5), ("int", 3)],
    "nn.CrossEntropyLoss()": [(3, 5), ("int", 3)],
    "nn.CrossEntropyLoss(t.arange(5.0).double(), label_smoothing=0.1)": [(3, 5), ("int", 3)],
    "nn.BCELoss()": [("unit", 2, 3), ("unit", 2, 3)],
    "nn.BCELoss(weight=t.tensor([1.0, 2, 3]).double())": [("unit", 2, 3), ("unit", 2, 3)],
    "nn.BCEWithLogitsLoss()": [(2, 3), ("unit", 2, 3)],
    "nn.BCEWithLogitsLoss(pos_weight=t.tensor([1.0, 2, 3]).double())": [(2, 3), ("unit", 2, 3)],
    "nn.MarginRankingLoss(0.5)": [(3,), (3,), ("unit", 3)],
    "nn.MarginRankingLoss(reduction='none')": [(3,), (3,), ("unit", 3)],
    "nn.HingeEmbeddingLoss()": [(2, 3), (2, 3)],
    "nn.HingeEmbeddingLoss(margin=2.0, reduction='sum')": [(2, 3), (2, 3)],
    "nn.CosineEmbeddingLoss(margin=-0.5)": [(1, 4), (1, 4), ("sign", 1)],
    "nn.CosineEmbeddingLoss(reduction='sum')": [(3, 4), (3, 4), ("sign", 3)],
    "nn.SoftMarginLoss()": [(2, 3), ("sign", 2, 3)],
    "nn.TripletMarginLoss()": [(3, 4), (3, 4), (3, 4)],
    "nn.TripletMarginLoss(0.5, p=1, eps=1e-3, swap=True, reduction='none')": [(3, 4), (3, 4), (3, 4)],
    "nn.GaussianNLLLoss()": [(2, 3), (2, 3), ("unit", 2, 3)],
    "nn.GaussianNLLLoss(full=True, eps=0.3, reduction='sum')": [(2, 3), (2, 3), ("unit", 2, 1)],
    "nn.PoissonNLLLoss()": [(2, 3), ("unit", 2, 3)],
    "nn.PoissonNLLLoss(log_input=False, full=True, eps=1e-3, reduction='sum')": [("unit", 2, 3), ("unit", 2, 3)],
    "nn.KLDivLoss(reduction='batchmean')": [(2, 3), ("unit", 2, 3)],
    "nn.KLDivLoss(reduction='sum', log_target=True)": [(2, 3), (2, 3)],
}


def given(torch, shapes):
    """Inputs: numbers that require grad, from -1 to 1, or "unit": from 0 to 1; "sign": 1 and -1;
    or class numbers from 0 to 4."""
    xs = []
    for i, shape in enumerate(shapes):
        kind, sizes = (shape[0], shape[1:]) if isinstance(shape[0], str) else ("", shape)
        x = numbers(torch, *sizes, start=i, dtype="float64")
        if kind == "sign":
            xs.append(x.sign())
            continue
        xs.append((x.abs() * 5).long() if kind == "int" else x.abs() * 0.8 + 0.1 if kind == "unit" else x)
        if kind != "int" and not (i and kind == "unit"):
            xs[-1].requires_grad_()
    return xs


def tidy(torch, told):
    """Sums that cancel are zero, and not what their order makes of it."""
    if isinstance(told, (list, tuple)):
        return [tidy(torch, x) for x in told]
    if torch.is_tensor(told) and told.is_floating_point():
        return torch.where(told.abs() < 1e-12, torch.zeros_like(told), told)
    return told


def outcome(torch, layer, xs):
    """What a layer computes, its node, the gradients of the sum of squares, and its state after that."""
    live = [x * 1 if getattr(layer, "inplace", False) and i == 0 else x for i, x in enumerate(xs)]
    out = layer(*live)
    outs = out if isinstance(out, tuple) else (out,)
    wanted = [x for x in (*xs, *layer.parameters()) if x.requires_grad]
    told = [o.detach() for o in outs]
    if wanted:
        told.append(node_name(outs[0].grad_fn))
        told.append(torch.autograd.grad(sum((o**2).sum() for o in outs), wanted, allow_unused=True))
    return tidy(torch, told), [(n, b) for n, b in layer.named_buffers() if n not in ("weight", "pos_weight")]


def compute(torch, text, shapes):
    nn = torch.nn
    layer = filled(torch, eval(text, {"nn": nn, "t": torch}).double())
    told = [repr(layer), [(n, tuple(x.shape), x.dtype) for n, x in layer.state_dict().items()]]
    told.append(outcome(torch, layer, given(torch, shapes)))
    told.append(outcome(torch, layer.eval(), given(torch, shapes)))
    return told


for _text, _shapes in LAYERS.items():

    def _body(torch, text=_text, shapes=_shapes):
        return compute(torch, text, shapes)

    _body.__name__ = _text
    case(_body)


# ------------------------------------------------------------ with more than tensors to take or give
@case
def lstm_cell(torch):
    told = []
    for bias in (True, False):
        cell = filled(torch, torch.nn.LSTMCell(3, 2, bias).double())
        x, h, c = given(torch, [(4, 3), (4, 2), (4, 2)])
        told += [repr(cell), [(n, tuple(p.shape)) for n, p in cell.named_parameters()]]
        for out in (cell(x), cell(x, (h, c)), cell(x[0]), cell(x[0], (h[0], c[0]))):
            wanted = (x, h, c, *cell.parameters())
            grads = torch.autograd.grad((out[0] ** 2).sum() + out[1].sum(), wanted, allow_unused=True)
            told.append([[o.detach() for o in out], node_name(out[0].grad_fn), grads])
    return told


@case
def recurrent_cells_refuse(torch):
    nn, ones, zeros = torch.nn, torch.ones, torch.zeros
    r, m, g = nn.RNNCell(2, 3), nn.LSTMCell(2, 3), nn.GRUCell(2, 3)
    x, h = ones(4, 2), zeros(4, 3)
    return [
        error(call)
        for call in (
            lambda: r(ones(4, 5)),
            lambda: r(x, zeros(3, 3)),
            lambda: r(x, zeros(4, 2)),
            lambda: r(ones(2, 2, 2)),
            lambda: r(x, zeros(1, 4, 3)),
            lambda: r(ones(5)),
            lambda: r(x, zeros(3)),
            lambda: nn.RNNCell(2, 3, nonlinearity="sin")(x),
            lambda: m(ones(4, 5)),
            lambda: m(x, (h, zeros(4, 2))),
            lambda: m(x, h),
            lambda: m(x, (h,)),
            lambda: m(ones(2, 2, 2)),
            lambda: m(x, (zeros(1, 4, 3), h)),
            lambda: g(ones(4, 5)),
            lambda: g(x, zeros(2, 3)),
            lambda: g(ones(2, 2, 2)),
        )
    ]


@case
def max_pool_indices(torch):
    nn = torch.nn
    x = numbers(torch, 1, 1, 4, 4)
    return (
        nn.MaxPool2d(2, return_indices=True)(x),
        nn.MaxPool1d(2, return_indices=True)(x[0]),
        nn.AdaptiveMaxPool2d(2, return_indices=True)(x),
    )


@case
def transposed_output_sizes(torch):
    layer, x = filled(torch, torch.nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1)), numbers(torch, 1, 1, 3, 3)
    told = [layer(x, output_size=size).shape for size in ((5, 5), (6, 5), [1, 1, 6, 6])]
    return told, [error(lambda s=s: layer(x, output_size=s)) for s in ((7, 7), (4, 5), (5,))]


@case
def constructors_refuse(torch):
    nn = torch.nn
    return [
        error(call)
        for call in (
            lambda: nn.Conv2d(3, 4, 2, groups=2),
            lambda: nn.Conv2d(4, 3, 2, groups=2),
            lambda: nn.Conv2d(4, 3, 2, groups=0),
            lambda: nn.Conv2d(1, 1, 2, stride=2, padding="same"),
            lambda: str(error(lambda: nn.Conv2d(1, 1, 2, padding="no"))).split(" of ")[0],
            lambda: str(error(lambda: nn.Conv2d(1, 1, 2, padding_mode="no"))).split("{")[0],
            lambda: nn.ConvTranspose2d(1, 1, 2, padding_mode="reflect"),
            lambda: nn.GroupNorm(2, 3),
            lambda: nn.Dropout(1.5),
            lambda: nn.Dropout2d(-0.1),
            lambda: nn.Embedding(3, 2, padding_idx=3),
            lambda: nn.Embedding(3, 2, padding_idx=-4),
            lambda: nn.Embedding(3, 2, _weight=torch.ones(2, 2)),
            lambda: nn.Embedding.from_pretrained(torch.ones(2)),
            lambda: nn.Hardtanh(1, 0),
            lambda: nn.Unflatten(1, 3),
            lambda: nn.Unflatten(1, (2, "x")),
            lambda: nn.HuberLoss(delta="x"),
            lambda: nn.MultiheadAttention(5, 2),
            lambda: nn.MultiheadAttention(0, 2),
            lambda: nn.Bilinear(0, 2, 2),
        )
    ]


@case
def calls_refuse(torch):
    nn, ones = torch.nn, torch.ones
    return [
        error(call)
        for call in (
            lambda: nn.BatchNorm1d(2)(ones(2)),
            lambda: nn.BatchNorm1d(2)(ones(1, 2, 2, 2)),
            lambda: nn.BatchNorm2d(2)(ones(2, 2)),
            lambda: nn.BatchNorm2d(2)(ones(1, 2, 1, 1)),
            lambda: nn.InstanceNorm2d(2)(ones(2, 2)),
            lambda: nn.InstanceNorm2d(2, affine=True)(ones(1, 3, 2, 2)),
            lambda: nn.InstanceNorm2d(2)(ones(1, 3, 2, 2)).shape,
        )
    ]


@case
def old_keywords_of_losses(torch):
    nn = torch.nn
    kinds = (
        {"size_average": False},
        {"reduce": False},
        {"size_average": True},
        {"reduce": True, "size_average": False},
    )
    return [nn.MSELoss(**k).reduction for k in kinds], nn.CrossEntropyLoss(None, False).reduction


@case
def positions_of_arguments(torch):
    nn = torch.nn
    told = [nn.MSELoss(None, None, "sum").reduction, nn.NLLLoss(None, None, 3).ignore_index]
    told += [
        nn.CrossEntropyLoss(None, None, 3, None, "sum", 0.1).label_smoothing,
        nn.KLDivLoss(None, None, "sum", True).log_target,
    ]
    told += [
        repr(nn.Conv2d(1, 2, 3, 2, 1, 1, 1, False, "zeros")),
        repr(nn.ConvTranspose2d(1, 2, 3, 2, 1, 1, 1, False, 2)),
    ]
    return [
        *told,
        repr(nn.BatchNorm2d(2, 0.1, 0.2, False, False)),
        repr(nn.LayerNorm(2, 0.1, True, False)),
        repr(nn.Upsample((2, 3), None, "nearest")),
    ]


@case
def running_statistics(torch):
    told = []
    for how in ({}, {"momentum": None}, {"momentum": 0.5}, {"momentum": 0.0}):
        layer = torch.nn.BatchNorm1d(2, **how).double()
        for i in range(3):
            layer(numbers(torch, 3, 2, start=i, dtype="float64"))
        told.append(list(layer.buffers()))
        layer.eval()
        told.append([layer(numbers(torch, 3, 2, dtype="float64")).detach(), layer.num_batches_tracked])
        layer.reset_running_stats()
        told.append(list(layer.buffers()))
    return told


@pytest.mark.parametrize("name", case)
def test_as_torch_says(name):
    case.check(name)


# ------------------------------------------------------------ that cases cannot say
@on_both
def test_dropout_is_random_in_training_alone(torch):
    torch.manual_seed(0)
    layer, x = torch.nn.Dropout(0.25), torch.ones(4000)
    y = layer(x)
    assert set(y.tolist()) == {0.0, float(torch.tensor(1 / 0.75))} and abs((y == 0).double().mean() - 0.25) < 0.03
    assert not torch.equal(layer(x), y) and torch.equal(layer.eval()(x), x)
    planes = torch.nn.Dropout2d(0.5)(torch.ones(50, 40, 2, 2)).sum((2, 3))
    assert set(planes.unique().tolist() if hasattr(planes, "unique") else planes.view(-1).tolist()) == {0.0, 8.0}


@on_both
@pytest.mark.parametrize("text", [text for text in LAYERS if not re.search(r"from_pretrained|inplace|True\)", text)])
def test_layers_are_copied_and_pickled(torch, text):
    layer = filled(torch, eval(text, {"nn": torch.nn, "t": torch}))
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert repr(other) == repr(layer) and list(other.state_dict()) == list(layer.state_dict())
        assert all(
            torch.equal(a, b) for a, b in zip(other.state_dict().values(), layer.state_dict().values(), strict=True)
        )


def test_a_wrong_default_is_seen():
    """The cases do look at the numbers: a layer with another setting says something else."""
    shapes = [(4, 3)]
    assert compute(minigrad, "nn.BatchNorm1d(3)", shapes) != compute(
        minigrad, "nn.BatchNorm1d(3, momentum=0.11)", shapes
    )
    assert compute(minigrad, "nn.LayerNorm(3)", shapes) != compute(minigrad, "nn.LayerNorm(3, eps=2e-5)", shapes)
