"""What the tests of modules share: weights that are the same on both sides, and small networks."""

from __future__ import annotations

from typing import Any

import numpy as np


def numbers(torch: Any, *shape: int, start: float = 0.0, dtype: str = "float32") -> Any:
    """A tensor with these lengths and numbers between -1 and 1, the same in both libraries."""
    count = int(np.prod(shape))
    return torch.from_numpy(np.sin(np.arange(count) * 1.7 + start).reshape(shape).astype(dtype))


def filled(torch: Any, module: Any) -> Any:
    """The module, with parameters and running means that are the same in both libraries."""
    module.to(torch.zeros(()).device)
    with torch.no_grad():
        for i, x in enumerate([*module.parameters(), *module.buffers()]):
            if x.is_floating_point():
                values = numbers(torch, *x.shape, start=i, dtype=str(x.dtype).split(".")[1])
                x.copy_(values * 0.5 if x.requires_grad else values.abs() + 0.5)
    return module


def small(torch: Any) -> Any:
    """Two linear layers with a nested container, and names worth looking at."""
    nn = torch.nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(2, 3)
            self.rest = nn.Sequential(nn.Identity(), nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 1)))
            self.register_buffer("scale", torch.full((1,), 2.0))
            self.register_buffer("scratch", torch.zeros(2), persistent=False)
            self.shared = self.first

        def forward(self, x: Any, *more: Any, factor: float = 1.0) -> Any:
            return self.rest(self.first(x)) * self.scale * factor

    return filled(torch, Net())
