"""Mistakes as people make them: each says PyTorch's sentence."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conformance import Cases

case = Cases("user_mistakes", versions=False)

MISTAKES = """
nn.Linear(3, 2)(torch.ones(4, 5))
nn.Conv2d(3, 4, 3)(torch.ones(1, 1, 8, 8))
nn.Conv2d(3, 4, 3)(torch.ones(8, 8))
nn.Conv2d(1, 4, 9)(torch.ones(1, 1, 8, 8))
F.cross_entropy(torch.ones(2, 3), torch.tensor([0., 1.]))
F.cross_entropy(torch.ones(2, 3), torch.tensor([0, 5]))
F.cross_entropy(torch.ones(2, 3), torch.tensor([[0], [1]]))
F.cross_entropy(torch.ones(2, 3), torch.tensor([0, 1, 2]))
F.nll_loss(torch.ones(2, 3), torch.tensor([0, 1], dtype=torch.int32))
nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Linear(8, 2))(torch.ones(2, 1, 6, 6))
nn.Sequential(nn.Flatten(), nn.Linear(8, 2))(torch.ones(2, 1, 6, 6))
nn.Linear(3, 2)(torch.ones(4, 3, dtype=torch.float64))
nn.Linear(3, 2)(torch.ones(4, 3, dtype=torch.int64))
nn.Linear(3, 2)(np.ones((4, 3)))
nn.Embedding(3, 2)(torch.tensor([5]))
nn.Embedding(3, 2)(torch.tensor([0.5]))
w = torch.ones(2, requires_grad=True); w += 1
w = torch.ones(2, requires_grad=True); w[0] = 1
torch.ones(2).sum().backward()
optim.SGD([], lr=.1)
optim.SGD(nn.ReLU().parameters(), lr=.1)
nn.Linear(2, 3).load_state_dict({"weight": torch.ones(2, 3)})
torch.ones(2, 3) @ torch.ones(2, 3)
torch.ones(2, 3) + torch.ones(2)
torch.ones(6).view(4, 2)
torch.ones(2, 3).t().view(-1)
torch.cat([torch.ones(2, 3), torch.ones(3, 2)])
torch.stack([torch.ones(2), torch.ones(3)])
torch.ones(3)[5]
torch.ones(3)[[0, 7]]
torch.ones(2, 2).item()
bool(torch.ones(2))
nn.BatchNorm1d(3)(torch.ones(1, 3))
nn.BatchNorm2d(3)(torch.ones(1, 4, 2, 2))
nn.BatchNorm2d(3)(torch.ones(4, 3))
nn.LayerNorm(4)(torch.ones(2, 3))
nn.MaxPool2d(4)(torch.ones(1, 1, 2, 2))
a = torch.ones(2, requires_grad=True); b = a.exp(); b += 1; b.sum().backward()
m = nn.Linear(2, 2); m.weight = torch.ones(2, 2)
F.softmax(torch.ones(2, 2))
nn.Softmax()(torch.ones(2, 2))
F.mse_loss(torch.ones(3), torch.ones(2))
F.binary_cross_entropy_with_logits(torch.ones(3), torch.tensor([1, 0, 1]))
F.binary_cross_entropy(torch.ones(3), torch.tensor([1, 0, 1]))
nn.CrossEntropyLoss(torch.ones(2, 3), torch.tensor([0, 1]))
nn.MSELoss()(torch.ones(3))
next(iter(DataLoader([torch.ones(2), torch.ones(3)], batch_size=2)))
TensorDataset(torch.ones(2), torch.ones(3))
random_split(range(5), [2, 2])
torch.tensor([[1, 2], [3]])
torch.tensor(["a"])
torch.ones(2).requires_grad_().detach().backward()
torch.ones(2, dtype=torch.int64).requires_grad_()
torch.ones(2, dtype=torch.int64).mean()
torch.from_numpy([1, 2])
x = torch.arange(3); x.requires_grad = True
x = torch.arange(3); x += 0.5
nn.Linear()
nn.Conv2d(3, 4, 3, groups=2)
nn.MultiheadAttention(5, 2)
nn.Module().parameters; nn.Module()(3)
nn.Dropout(1.5)
torch.nn.Sequential([nn.ReLU()])
nn.ModuleList(nn.ReLU())
torch.zeros(2).foo
torch.zeros(2, 3).squeeze(5)
torch.zeros(2, 3).sum(dim=2)
torch.zeros(2, 3).reshape(5)
torch.zeros(2, 3).expand(4, 3)
torch.bmm(torch.ones(2, 3), torch.ones(3, 2))
torch.mm(torch.ones(2, 3), torch.ones(2))
torch.einsum("ij,jk", torch.ones(2, 3), torch.ones(2, 3))
torch.gather(torch.ones(2, 3), 1, torch.tensor([0]))
torch.zeros(2).scatter_(0, torch.tensor([3]), 1.)
torch.zeros(0).max()
torch.matmul(torch.ones(2, dtype=torch.float64), torch.ones(2))
nn.Conv2d(1, 1, 2, stride=2, padding="same")
F.nll_loss(torch.ones(2, 3, 4), torch.tensor([0, 1]))
torch.topk(torch.ones(3), 5)
x = torch.ones(2, requires_grad=True); y = torch.ones(2, requires_grad=True); torch.autograd.grad(x.sum(), y)
F.one_hot(torch.tensor([0.5]))
F.one_hot(torch.tensor([3]), 2)
torch.ones(3).backward()
w = torch.ones(2, requires_grad=True); l = (w * w).sum(); l.backward(); l.backward()
(torch.ones(2, requires_grad=True) * 2).backward()
torch.ones(2, requires_grad=True).numpy()
optim.SGD(torch.ones(2), lr=0.1)
optim.Adam([torch.ones(2, requires_grad=True) * 2])
optim.Adam([torch.ones(2)], lr=-1)
torch.ones(2, requires_grad=True).grad.zero_()
np.asarray(torch.ones(2, requires_grad=True))
x = torch.ones(2); x.grad = torch.ones(3)
x = torch.ones(2); x.data = np.ones(2)
m = nn.Linear(2, 2); m.weight[0] = 0
bool(torch.ones(2) > 0)
torch.nn.functional.one_hot(torch.tensor([-1]))
""".strip()


def tried(torch, line):
    """Run a line as a program would, and say how far it came."""
    names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "optim": torch.optim, "np": np}
    data = torch.utils.data
    names |= {name: getattr(data, name) for name in ("DataLoader", "TensorDataset", "random_split")}
    exec(line, names)
    return "no error"


for _line in MISTAKES.splitlines():

    def _body(torch, line=_line):
        return tried(torch, line)

    _body.__name__ = _line
    case(_body)


@pytest.mark.parametrize("name", case)
def test_mistake(name):
    case.check(name)
