"""Devices: where tensors are, how they get there, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad
from minigrad import nn
from minigrad.autograd.errors import DeviceError
from tests.gpu import pretended
from tests.gpu.libraries import on_each_library

CPU, GPU = minigrad.device("cpu"), minigrad.device("cuda", 0)


@on_each_library
def test_there_and_back(library):
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    there = x.cuda()
    assert (there.device, there.grad_fn.name(), there.is_leaf) == (GPU, "ToCopyBackward0", False)
    (there * 3).sum().backward()
    assert x.grad.device == CPU and x.grad.tolist() == [3.0, 3.0]
    assert there.cuda() is there and there.to("cuda") is there and there.to("cuda:0") is there
    assert there.cpu().tolist() == [1.0, 2.0] and x.cpu() is x
    assert x.to("cuda", minigrad.float64).dtype is minigrad.float64
    with pytest.raises(TypeError, match=r"^can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu\(\)"):
        there.detach().numpy()


@on_each_library
def test_made_there(library):
    makers = {
        "tensor": ([1.0, 2.0],),
        "zeros": (2,),
        "ones": (2,),
        "full": ((2,), 3),
        "eye": (2,),
        "arange": (3,),
        "linspace": (0, 1, 3),
        "rand": (2,),
        "randn": (2,),
        "randint": (5, (2,)),
        "randperm": (4,),
        "empty": (2,),
    }
    for name, arguments in makers.items():
        made = getattr(minigrad, name)(*arguments, device="cuda")
        assert made.device == GPU, name
        assert getattr(minigrad, name)(*arguments).dtype is made.dtype, name
    x = minigrad.ones(2, device="cuda")
    for made in (minigrad.zeros_like(x), minigrad.rand_like(x), x.new_zeros(3), x.clone(), x.detach(), x.float()):
        assert made.device == GPU
    assert minigrad.tensor(x).device == GPU


@on_each_library
def test_a_seed_gives_the_same_numbers(library):
    def draw():
        minigrad.manual_seed(7)
        x = minigrad.rand(3, device="cuda")
        return [x.cpu().tolist(), minigrad.randn(2, device="cuda").cpu().tolist()]

    assert draw() == draw()
    minigrad.manual_seed(8)
    assert minigrad.rand(3, device="cuda").cpu().tolist() != draw()[0]


@on_each_library
@pytest.mark.parametrize(
    "program",
    [
        lambda x, y: x + y,
        lambda x, y: y * x,
        lambda x, y: x - y.double(),
        lambda x, y: x @ y,
        lambda x, y: x.maximum(y),
        lambda x, y: x.dot(y),
        lambda x, y: minigrad.cat([x, y]),
        lambda x, y: minigrad.where(x > 0, x, y),
        lambda x, y: x == y,
        lambda x, y: x.add_(y),
        lambda x, y: minigrad.stack([y, x]),
        lambda x, y: nn.functional.mse_loss(x, y),
        lambda x, y: minigrad.einsum("i,i", x, y),
        lambda x, y: nn.Linear(2, 1)(x),
        lambda x, y: nn.functional.embedding(x.long(), y.reshape(2, 1)),
        lambda x, y: minigrad.atan2(x, y),
        lambda x, y: minigrad.lerp(x, y, 0.5),
    ],
)
def test_mixed_devices_are_refused(program, library):
    x, y = minigrad.tensor([1.0, 2.0]).cuda(), minigrad.tensor([3.0, 4.0])
    before = x.cpu().tolist()
    with pytest.raises(DeviceError, match=r"^Expected all tensors to be on the same device, but found at least two"):
        program(x, y)
    assert x.cpu().tolist() == before and x._version == 0


@on_each_library
def test_the_message_names_both_and_what_to_write(library):
    x = minigrad.tensor([1.0, 2.0], device="cuda")
    weights = minigrad.tensor([3.0, 4.0])
    with pytest.raises(RuntimeError) as raised:
        weights * x
    text = str(raised.value)
    assert text.startswith(
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
    )
    assert "`weights` is on cpu; `x` is on cuda:0" in text
    assert "weights * x" in text and '`weights.to("cuda:0")`' in text
    assert "Choose the device once" in raised.value.explain()


@on_each_library
def test_one_number_of_the_cpu_may_be_mixed_in(library):
    x = minigrad.tensor([1.0, 2.0], device="cuda", requires_grad=True)
    scale = minigrad.tensor(3.0, requires_grad=True)
    y = x * scale
    assert y.device == GPU
    y.sum().backward()
    assert (scale.grad.device, scale.grad.item(), x.grad.device) == (CPU, 3.0, GPU)


@on_each_library
def test_copying_between_devices_is_asked_for(library):
    x, y = minigrad.zeros(2, device="cuda"), minigrad.tensor([1.0, 2.0])
    assert x.copy_(y).tolist() == [1.0, 2.0]
    x[0] = 5
    assert x.tolist() == [5.0, 2.0]
    assert x[[1, 0]].tolist() == [2.0, 5.0] and x[minigrad.tensor([1])].tolist() == [2.0]


@on_each_library
def test_training_stays_there(library):
    """A network, a loss, an optimizer: no number comes back to the host."""
    minigrad.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 3)
    ).cuda()
    assert {p.device for p in model.parameters()} == {GPU} == {b.device for b in model.buffers()}
    optimizers = [minigrad.optim.SGD(model.parameters(), lr=0.1, momentum=0.9), minigrad.optim.Adam(model.parameters())]
    x, y = minigrad.randn(2, 1, 4, 4, device="cuda"), minigrad.tensor([0, 2], device="cuda")
    pretended.transfers.clear()
    for optimizer in optimizers:
        for _ in range(2):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
    assert pretended.transfers == []
    assert loss.device == GPU and np.isfinite(loss.item())
    assert {p.grad.device for p in model.parameters()} == {GPU}


@on_each_library
def test_the_cuda_module(library):
    cuda = minigrad.cuda
    assert cuda.is_available() and cuda.device_count() >= 1 and cuda.current_device() == 0
    x = minigrad.zeros(1000, device="cuda")
    assert cuda.memory_allocated() >= x.nbytes and cuda.memory_reserved() >= cuda.memory_allocated()
    cuda.synchronize()
    cuda.empty_cache()
    cuda.manual_seed(1)
    cuda.manual_seed_all(1)
    assert isinstance(cuda.get_device_name(), str)
    with cuda.device(0):
        assert minigrad.zeros(1, device="cuda").device == GPU
    with pytest.raises(RuntimeError, match="invalid device ordinal"):
        minigrad.zeros(1, device="cuda:99")


def test_without_a_gpu(monkeypatch):
    monkeypatch.setattr(minigrad.backend, "gpu_library", lambda: None)
    assert not minigrad.cuda.is_available() and minigrad.cuda.device_count() == 0
    assert minigrad.cuda.memory_allocated() == 0
    minigrad.cuda.empty_cache()
    minigrad.cuda.manual_seed(0)
    for call in (
        lambda: minigrad.zeros(2, device="cuda"),
        lambda: minigrad.zeros(2).cuda(),
        lambda: nn.Linear(1, 1).to("cuda"),
        lambda: minigrad.cuda.synchronize(),
    ):
        with pytest.raises(RuntimeError, match=r"^No CUDA GPUs are available"):
            call()
