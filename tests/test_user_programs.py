"""Programs as people write them for PyTorch, run on both: the numbers, shapes and printouts must be the same.

All compute in float64, so that other orders of summing do not show in the digits that are compared.
"""

from __future__ import annotations

import copy
import io
import math

import numpy as np
import pytest

from tests.conformance import Cases

case = Cases("user_programs", versions=False)


def random(torch, *shape, seed=0):
    """Normal numbers, from NumPy: the same for both."""
    return torch.from_numpy(np.random.RandomState(seed).randn(*shape))


def classes(torch, n, many, seed=0):
    return torch.from_numpy(np.random.RandomState(seed).randint(0, many, n))


def begun(torch, model, seed=1):
    """The model in float64, its parameters from NumPy."""
    state = np.random.RandomState(seed)
    model.double()
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.from_numpy(0.3 * state.randn(*p.shape)))
    return model


@case
def convolutional_network(torch):
    """MNIST's first example: convolutions, `view(x.size(0), -1)`, a loader, training, then a test with accuracy."""
    nn, F = torch.nn, torch.nn.functional

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 3, kernel_size=3, padding=1)
            self.norm = nn.BatchNorm2d(3)
            self.conv2 = nn.Conv2d(3, 4, 3)
            self.fc = nn.Linear(4 * 2 * 2, 5)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.norm(self.conv1(x))), 2)
            x = F.max_pool2d(F.relu(self.conv2(x)), 2, stride=1)
            x = x.view(x.size(0), -1)
            x = F.dropout(x, p=0.0, training=self.training)
            return F.log_softmax(self.fc(x), dim=1)

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = begun(torch, Net()).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    data = torch.utils.data.TensorDataset(random(torch, 12, 1, 10, 10), classes(torch, 12, 5))
    loader, told = torch.utils.data.DataLoader(data, batch_size=5), [str(model)]
    for epoch in range(2):
        model.train()
        for batch, (x, y) in enumerate(loader):
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = F.nll_loss(model(x), y)
            loss.backward()
            optimizer.step()
            told.append(f"{epoch} [{batch * len(x)}/{len(loader.dataset)}] {loss.item():.6f}")
    model.eval()
    total, correct = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            out = model(x)
            total += F.nll_loss(out, y, reduction="sum").item()
            guess = out.max(1, keepdim=True)[1]
            correct += guess.eq(y.view_as(guess)).sum().item()
    size = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return told, total / len(data), correct, size, model.norm.running_var, model.norm.num_batches_tracked


@case
def perceptron_with_schedulers(torch):
    """`Sequential`, cross-entropy, Adam with a schedule; accuracy as `(out.argmax(1) == y).float().mean().item()`."""
    nn, optim = torch.nn, torch.optim
    model = begun(torch, nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 3)))
    x, y, criterion = random(torch, 15, 3), classes(torch, 15, 3), nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=0.05, weight_decay=1e-3)
    schedulers = [
        optim.lr_scheduler.StepLR(optimizer, step_size=4, gamma=0.5),
        optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.95**epoch),
        optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=5),
    ]
    told = []
    for scheduler in schedulers:
        for _ in range(5):
            loss = criterion(model(x), y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            scheduler.step()
            told.append((loss.item(), scheduler.get_last_lr(), optimizer.param_groups[0]["lr"]))
    return told, (model(x).argmax(1) == y).float().mean().item(), str(optimizer), str(criterion)


@case
def transfer_learning(torch):
    """A frozen network with a new head; groups of parameters, one added later; layers thawed."""
    nn = torch.nn
    model = nn.Sequential()
    model.add_module("features", nn.Sequential(nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), nn.ReLU(inplace=True)))
    model.add_module("pool", nn.AdaptiveAvgPool2d((1, 1)))
    model.add_module("flat", nn.Flatten())
    model.add_module("fc", nn.Linear(3, 7))
    begun(torch, model)
    for p in model.parameters():
        p.requires_grad = False
    model.fc = begun(torch, nn.Linear(model.fc.in_features, 2), seed=5)
    groups = [{"params": model.fc.weight, "lr": 0.1}, {"params": [model.fc.bias]}]
    optimizer = torch.optim.SGD(groups, lr=0.01, momentum=0.9)
    x, y, losses = random(torch, 4, 2, 4, 4), classes(torch, 4, 2), []
    for step in range(4):
        if step == 2:
            for p in model.features.parameters():
                p.requires_grad = True
            optimizer.add_param_group({"params": model.features.parameters(), "lr": 1e-2})
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    learning = [n for n, p in model.named_parameters() if p.requires_grad]
    body = nn.Sequential(*list(model.children())[:-1])
    return losses, learning, str(optimizer), str(model), body(x).detach(), model.features[0].bias.detach()


@case
def checkpoints(torch):
    """A training is saved with its optimizer, loaded by another, and both go on alike; deep copies are apart."""
    nn = torch.nn

    def make(seed):
        model = begun(torch, nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)), seed)
        return model, torch.optim.AdamW(model.parameters(), lr=0.05)

    def step(model, optimizer, seed):
        optimizer.zero_grad()
        loss = (model(random(torch, 5, 2, seed=seed)) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    one, other = make(1), make(2)
    told = [step(*one, seed) for seed in range(3)]
    file = io.BytesIO()
    torch.save({"epoch": 3, "model": one[0].state_dict(), "optimizer": one[1].state_dict(), "losses": told}, file)
    file.seek(0)
    checkpoint = torch.load(file, map_location="cpu", weights_only=True)
    told.append(repr(other[0].load_state_dict(checkpoint["model"])))
    other[1].load_state_dict(checkpoint["optimizer"])
    twin = copy.deepcopy(other[0])
    told.append([step(*one, 7) == step(*other, 7), torch.equal(one[0][0].weight, other[0][0].weight)])
    told.append([torch.equal(twin[0].weight, other[0][0].weight), twin[0].weight.is_leaf, twin[0].weight.grad])
    shapes = [(name, tuple(value.size())) for name, value in checkpoint["model"].items()]
    return told, checkpoint["epoch"], checkpoint["losses"], shapes


@case
def own_modules(torch):
    """Buffers, lists and dicts of modules, `apply`, hooks that collect activations, an exponential moving average."""
    nn = torch.nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("mean", torch.zeros(3))
            self.register_buffer("scratch", torch.ones(1), persistent=False)
            self.scales = nn.ParameterList([nn.Parameter(torch.ones(3) * i) for i in (1, 2)])
            self.layers = nn.ModuleList([nn.Linear(3, 3) for _ in range(2)])
            self.acts = nn.ModuleDict({"relu": nn.ReLU(), "leaky": nn.LeakyReLU(0.1)})

        def forward(self, x, act="relu"):
            for layer, scale in zip(self.layers, self.scales, strict=True):
                x = self.acts[act](layer(x - self.mean)) * scale
            return x

    def init(module):
        if isinstance(module, nn.Linear):
            nn.init.constant_(module.weight, 0.1)
            module.bias.data.fill_(0.5)

    model = Model().double().apply(init)
    seen = {}
    handle = model.layers[0].register_forward_hook(lambda module, args, out: seen.update(first=out.detach()))
    model.layers[1].register_full_backward_hook(lambda module, got, given: seen.update(back=given[0].clone()))
    average = copy.deepcopy(model).requires_grad_(False)
    model(random(torch, 2, 3), act="leaky").sum().backward()
    handle.remove()
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.1 * p.grad
        for a, p in zip(average.parameters(), model.parameters(), strict=True):
            a.mul_(0.9).add_(p, alpha=0.1)
    names = [name for name, _ in model.named_modules()], list(model.state_dict()), [n for n, _ in model.named_buffers()]
    return str(model), names, seen, [p.detach() for p in average.parameters()]


@case
def recurrent_text(torch):
    """Characters through an LSTM cell: backpropagation cut every few steps by `detach`, gradients clipped, sampling."""
    nn, F = torch.nn, torch.nn.functional
    text = "hello world hello"
    number = {c: i for i, c in enumerate(sorted(set(text)))}
    codes = torch.tensor([number[c] for c in text], dtype=torch.long)

    class Model(nn.Module):
        def __init__(self, n, hidden=5):
            super().__init__()
            self.embed, self.cell, self.out = nn.Embedding(n, 4), nn.LSTMCell(4, hidden), nn.Linear(hidden, n)

        def forward(self, x, state):
            outs = []
            for t in range(x.size(1)):
                state = self.cell(self.embed(x[:, t]), state)
                outs.append(self.out(state[0]))
            return torch.stack(outs, dim=1), state

    model = begun(torch, Model(len(number)))
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.02)
    state, told = (torch.zeros(1, 5).double(), torch.zeros(1, 5).double()), []
    for start in range(0, 15, 5):
        x, y = codes[start : start + 5].unsqueeze(0), codes[start + 1 : start + 6].unsqueeze(0)
        state = tuple(s.detach() for s in state)
        out, state = model(x, state)
        loss = F.cross_entropy(out.view(-1, len(number)), y.view(-1))
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        told.append((loss.item(), norm.item()))
    chances = F.softmax(out[:, -1] / 0.8, dim=-1)
    return told, chances.detach(), chances.argmax(dim=-1).item(), tuple(torch.multinomial(chances, 1).shape)


@case
def transformer(torch):
    """A small GPT: causal attention by `masked_fill`, sines as positions, tied weights, greedy writing with top-k."""
    nn, F = torch.nn, torch.nn.functional

    class Attention(nn.Module):
        def __init__(self, width, heads, length):
            super().__init__()
            self.qkv, self.proj, self.heads = nn.Linear(width, 3 * width), nn.Linear(width, width), heads
            self.register_buffer("mask", torch.tril(torch.ones(length, length)).view(1, 1, length, length))

        def forward(self, x):
            n, t, c = x.size()
            q, k, v = self.qkv(x).split(c, dim=2)
            q, k, v = (part.view(n, t, self.heads, c // self.heads).transpose(1, 2) for part in (q, k, v))
            scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
            scores = scores.masked_fill(self.mask[:, :, :t, :t] == 0, float("-inf"))
            mixed = F.softmax(scores, dim=-1) @ v
            return self.proj(mixed.transpose(1, 2).contiguous().view(n, t, c))

    class Block(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
            self.attention = Attention(width, 2, 6)
            self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

        def forward(self, x):
            x = x + self.attention(self.before(x))
            return x + self.mlp(self.between(x))

    class Model(nn.Module):
        def __init__(self, n=7, width=4):
            super().__init__()
            self.embed, self.block, self.norm = nn.Embedding(n, width), Block(width), nn.LayerNorm(width)
            self.head = nn.Linear(width, n, bias=False)
            self.head.weight = self.embed.weight
            place, speed = torch.arange(6).unsqueeze(1), torch.exp(torch.arange(0, width, 2) * (-math.log(1e4) / width))
            sines = torch.zeros(1, 6, width)
            sines[0, :, 0::2], sines[0, :, 1::2] = torch.sin(place * speed), torch.cos(place * speed)
            self.register_buffer("sines", sines)

        def forward(self, x):
            return self.head(self.norm(self.block(self.embed(x) + self.sines[:, : x.size(1)])))

        @torch.no_grad()
        def write(self, x, n):
            for _ in range(n):
                scores = self(x[:, -6:])[:, -1, :]
                best, _ = torch.topk(scores, 3)
                scores[scores < best[:, [-1]]] = -float("inf")
                x = torch.cat((x, F.softmax(scores, dim=-1).argmax(-1, keepdim=True)), dim=1)
            return x

    torch.set_default_dtype(torch.float64)
    model = begun(torch, Model())
    wide = [p for p in model.parameters() if p.dim() >= 2]
    rest = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": wide, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.02, betas=(0.9, 0.95))
    codes, losses = classes(torch, 18, 7).view(3, 6), []
    for _ in range(4):
        out = model(codes[:, :-1])
        loss = F.cross_entropy(out.reshape(-1, out.size(-1)), codes[:, 1:].reshape(-1), ignore_index=3)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    written = model.write(torch.zeros((1, 1), dtype=torch.long), 5)
    return str(model), losses, written, model.head.weight is model.embed.weight, len(list(model.parameters()))


@case
def adversaries(torch):
    """A generator and a discriminator with an optimizer each; `detach` between them, and a penalty on a gradient."""
    nn = torch.nn
    maker = begun(torch, nn.Sequential(nn.Linear(2, 4), nn.LeakyReLU(0.2, inplace=True), nn.Linear(4, 2)))
    critic = begun(torch, nn.Sequential(nn.Linear(2, 4), nn.LeakyReLU(0.2), nn.Linear(4, 1), nn.Sigmoid()), 2)
    first, second = (torch.optim.Adam(m.parameters(), lr=0.02, betas=(0.5, 0.999)) for m in (maker, critic))
    loss, real, told = nn.BCELoss(), random(torch, 6, 2) + 2, []
    yes, no = torch.ones(6, 1).double(), torch.zeros(6, 1).double()
    for step in range(3):
        critic.zero_grad()
        fake = maker(random(torch, 6, 2, seed=step))
        loss_real, loss_fake = loss(critic(real), yes), loss(critic(fake.detach()), no)
        loss_real.backward()
        loss_fake.backward()
        second.step()
        maker.zero_grad()
        fooled = loss(critic(fake), yes)
        fooled.backward()
        first.step()
        told.append((loss_real.item() + loss_fake.item(), fooled.item(), critic(real).mean().item()))
    between = (0.3 * real + 0.7 * fake.detach()).requires_grad_(True)
    out = critic(between)
    (slope,) = torch.autograd.grad(out, between, grad_outputs=torch.ones_like(out), create_graph=True)
    penalty = ((slope.norm(2, dim=1) - 1) ** 2).mean()
    critic.zero_grad()
    penalty.backward()
    return told, penalty.item(), [p.grad for p in critic.parameters()]


@case
def derivatives_of_derivatives(torch):
    """A network that must obey u'' = -u, Newton's method with a Hessian row by row, an operation with its own rule."""
    nn = torch.nn

    class Hard(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.sign()

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * (x.abs() <= 1)

    net = begun(torch, nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Linear(4, 1)))
    t = torch.linspace(0, 1, 5, dtype=torch.float64).view(-1, 1).requires_grad_()
    u = net(t)
    du = torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)[0]
    ddu = torch.autograd.grad(du.sum(), t, create_graph=True)[0]
    loss = ((ddu + u) ** 2).mean() + (u[0] - 1).pow(2).sum()
    loss.backward()
    told = [loss.item(), [p.grad for p in net.parameters()]]

    def valley(x):
        return 10 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2

    x = torch.tensor([-1.0, 2.0], dtype=torch.float64, requires_grad=True)
    for _ in range(4):
        (g,) = torch.autograd.grad(valley(x), x, create_graph=True)
        hessian = torch.stack([torch.autograd.grad(gi, x, retain_graph=True)[0] for gi in g])
        with torch.no_grad():
            x -= torch.inverse(hessian) @ g
        told.append((x.detach().clone(), hessian))
    w = torch.tensor([-2.0, -0.5, 0.25, 3.0], requires_grad=True)
    (Hard.apply(w) * 3).sum().backward()
    return told, torch.autograd.functional.hessian(valley, x.detach()), w.grad


@case
def tables_of_numbers(torch):
    """Logistic regression by hand, a confusion matrix, and the tricks of indexing, sorting and gathering."""
    F = torch.nn.functional
    x = random(torch, 20, 2)
    y = (x[:, 0] + 2 * x[:, 1] > 0).double()
    w, b = (torch.zeros(n, dtype=torch.float64, requires_grad=True) for n in (2, 1))
    criterion = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0]).double())
    for _ in range(10):
        loss = criterion(x @ w + b, y)
        loss.backward()
        with torch.no_grad():
            w -= 0.5 * w.grad
            b -= 0.5 * b.grad
            w.grad.zero_()
            b.grad = None
    guess = (torch.sigmoid(x @ w + b) > 0.5).long()
    right = ((guess == 1) & (y == 1)).sum()
    confusion = torch.zeros(2, 2, dtype=torch.int64)
    for true, said in zip(y.long(), guess, strict=True):
        confusion[true, said] += 1
    told = [loss.item(), w.detach(), right / (guess == 1).sum(), confusion, confusion.diag() / confusion.sum(1)]
    m = torch.arange(12.0).reshape(3, 4)
    m[m < 3], m[:, 0], m[[0, 1], [1, 1]] = 0, torch.tensor([9.0, 8.0, 7.0]), 5
    values, places = m.topk(2)
    onehot = F.one_hot(torch.tensor([0, 2]), 3)
    spread = torch.zeros(3, 4).scatter_(1, places, 1.0)
    summed = torch.zeros(3).index_add_(0, torch.tensor([0, 0, 2]), torch.ones(3))
    size = m.shape[:-1] + (2,)  # noqa: RUF005
    told += [repr(size), repr(m.shape * 2), torch.randint(3, size=size).shape]
    told += [m.sum(axis=1), m.mean(axis=0, keepdims=True), m.max(axis=1)[1], m.argmax(axis=0), m.std(axis=0).shape]
    told += [
        m.any(axis=1),
        m.amax(axis=0),
        m.prod(axis=1),
        torch.cat([m, m], axis=1).shape,
        torch.stack([m], axis=1).shape,
    ]
    told += [m, m[m > 5], m[..., None].shape, m[torch.tensor([2, 0])], values, places, onehot, spread, summed]
    told += [
        torch.where(m > 4, m, torch.zeros(())),
        m.cumsum(0),
        [c.shape for c in m.chunk(2, dim=1)],
        m.gather(1, places),
    ]
    told += [
        torch.einsum("ij,kj->ik", m, m),
        m.std(),
        m.argsort(1),
        m.clone().clamp_(1, 6),
        (m > 5).nonzero(),
        m.tolist(),
    ]
    return told, [str(m), repr(m[0]), f"{m.mean():.3f}", str(m.shape), str(m.dtype), torch.is_tensor(m), len(m)]


@pytest.mark.parametrize("name", case)
def test_program(name):
    case.check(name)
