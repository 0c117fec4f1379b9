"""One notebook with a walk for each thing that a step shows, and every instrument: its cells, and how to find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .boards import BOARDS

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SETUP = """import numpy as np
import minigrad
from minigrad import nn, ones, tensor
from minigrad.viz import step
from tests.browser.boards import BOARDS

a = tensor([2., 3.], requires_grad=True)
b = tensor([6., 4.], requires_grad=True)
Q = 3*a**3 - b**2
one = tensor([1., 1.])"""

WALKS = {
    "q": "step(Q, gradient=one)",
    "sums": """x = tensor([1., 2.], requires_grad=True)
x.grad = tensor([10., 10.])
m = ones(3, 2, requires_grad=True)
step((x * 2 + x * 3 + x * m).sum())""",
    "spoiled": """x = tensor([1., 2.], requires_grad=True)
h = x.exp()
y = h * tensor([3., 4.], requires_grad=True)
h += 1
step((y + x).sum())""",
    "unfit": "step(Q, gradient=ones(3))",
    "spent": "loss = (a**2).sum()\nloss.backward()\na.grad = None\nstep(loss)",
    "nan": """x = tensor([0., 4.], requires_grad=True)
with np.errstate(all="ignore"):
    walk = step((x.sqrt() * x).sum())
walk""",
    "blocks": """class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.relu, self.two = nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8)

    def forward(self, x):
        return x + self.two(self.relu(self.one(x)))

model = nn.Sequential(*(Block() for _ in range(4)))
step(model(ones(2, 8)).sum(), by=model)""",
    "large": "step(model(ones(2, 8)).sum(), by=model)",
    "locked": 'step(Q, gradient=one, predict=["next", "value"])',
    "asked": 'step(Q, gradient=one, predict=["next"])',
}
NAMES = [*WALKS, *BOARDS]


def cells() -> list[str]:
    """The notebook: one cell to set up, then one for each of NAMES, whose widget Python knows as `shown[name]`."""
    boards = {name: f'BOARDS["{name}"]()' for name in BOARDS}
    sources = []
    for name, source in (WALKS | boards).items():
        *before, last = source.splitlines()
        sources.append("\n".join([*before, f'shown["{name}"] = {last}', f'shown["{name}"]']))
    return [SETUP + "\n\nshown = {}  # for the tests", *sources]


def place(name: str) -> str:
    """The selector of the widget called `name`, once `find` has been there."""
    return f'[data-shown="{name}"] .mg-widget'


def find(page: Page, name: str) -> Locator:
    """Go to the cell of a widget, which JupyterLab may not have drawn yet, and hand back the widget."""
    page.evaluate(
        """async ([at, name]) => {
            const { content } = jupyterapp.shell.currentWidget;
            content.activeCellIndex = at;
            await content.scrollToItem(at, "start");
            content.widgets[at].node.dataset.shown = name;
        }""",
        [NAMES.index(name) + 1, name],
    )
    found = page.locator(place(name))
    found.wait_for()
    found.scroll_into_view_if_needed()
    return found
