"""The instruments of test_scenes.py in a real JupyterLab: drawn, driven by keys, heard by Python, set from Python."""

from __future__ import annotations

import pytest

from .lab import wait_until, write_notebook
from .page import leaves_the_machine, serious

pytestmark = pytest.mark.browser

CELLS = [
    "import minigrad\nfrom minigrad import nn\nfrom minigrad.viz import *\n"
    "w = minigrad.tensor([1., 4.], requires_grad=True)\nx = w * 1\ny = x * x\n_ = x.add_(1)\n"
    "class Scale(minigrad.autograd.Function):\n"
    "    @staticmethod\n    def forward(ctx, x, k):\n        ctx.k = k\n        return x * k\n"
    "    @staticmethod\n    def backward(ctx, g):\n        return g * ctx.k, None\n"
    "z = Scale.apply(w, 2.).sum()",
    "a = version_timeline(x, y)\na",
    "b = storage_strip(x, x[::2])\nb",
    "c = nan_tracer((w - 1).log().sum())\nc",
    "d = gradient_plot(minigrad.relu)\nd",
    "e = ctx_inspector(z)\ne",
    "f = step_size(lambda x: x**3, 1.)\nf",
    "g = frozen_path(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1)), minigrad.ones(1, 2))\ng",
]
KINDS = [
    "version_timeline",
    "storage_strip",
    "nan_tracer",
    "gradient_plot",
    "ctx_inspector",
    "step_size",
    "frozen_path",
]
DRIVEN = [  # role, name, key, what Python hears
    ("slider", "event", "Home", "0"),
    ("button", "x[::2]", "Enter", "[1, 0]"),
    ("button", "backward: gradients", "Enter", "backward"),
    ("slider", "x", "Home", "-2"),
    ("button", "backward got", " ", "2"),
    ("slider", "h", "Home", "0"),
    ("button", "train all", "Enter", "{False}"),
]


def test_each_is_drawn_driven_and_heard_by_python(lab, visit):
    write_notebook(lab.home / "scenes.ipynb", CELLS)
    page = visit(height=1200)
    lab.open(page, "scenes.ipynb")
    lab.run_all(page)
    for i, (kind, (role, name, key, heard)) in enumerate(zip(KINDS, DRIVEN, strict=True)):
        found = page.locator(f".mg-{kind}")
        page.locator(f".jp-Cell >> nth={i + 1}").scroll_into_view_if_needed()
        found.wait_for()
        found.get_by_role(role, name=name, exact=True).press(key)
        code = "print(set(g.value.values()))" if kind == "frozen_path" else f"print({'abcdefg'[i]}.value)"
        wait_until(lambda code=code, heard=heard: lab.run(page, code) == heard)
        assert serious(page, f".mg-{kind}") == []
    assert page.locator(".jp-Cell").count() == len(CELLS)  # no key has reached the notebook
    lab.run(page, "e.value = 0")
    wait_until(lambda: "Here forward got" in page.locator(".mg-ctx_inspector [aria-live]").inner_text())
    assert page.problems == [] and leaves_the_machine(lab, page) == []
    lab.shut_down_kernels(page)
