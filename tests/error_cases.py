"""Small programs, each with one of the mistakes that messages are for, and what must be said about it.

`import minigrad` is each program's first line; `x` and other names are the learner's. With ``torch`` in its place, a
program asks PyTorch for its own sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.function_error_cases import FUNCTION_CASES


@dataclass(frozen=True)
class Case:
    """A program and its message.

    Attributes
    ----------
    number : int
        The row of the table.
    program : str
    kind : str
        The class, by name; its base class is PyTorch's.
    where : tuple of (line, expression)
        The places that the message shows, the expression being what it underlines.
    what, fix : tuple of str
        What these lines must say.
    repair : tuple of (str, str)
        A change to the program that the message proposes, and that makes the program run.
    in_words : bool
        Whether it proposes that in words only, not in code.
    """

    number: int
    program: str
    kind: str
    where: tuple[tuple[int, str], ...]
    what: tuple[str, ...]
    fix: tuple[str, ...] = ()
    repair: tuple[str, str] = ("", "")
    in_words: bool = False

    @property
    def source(self) -> str:
        return f"import minigrad\n{self.program.strip()}\n"

    @property
    def repaired(self) -> str:
        return self.source.replace(*self.repair)


X = "x = minigrad.tensor([1., 2.], requires_grad=True)\n"  # line 2 of many programs

NET = "net = minigrad.nn.Linear(2, 3)\nstate = net.state_dict()\n"

CASES = {
    # ------------------------------------------------------------ 1: a saved value was written
    "saved result": Case(
        1,
        X + "y = x.exp()\ny += 1\ny.sum().backward()",
        "InplaceError",
        ((3, "x.exp()"), (4, "y += 1")),
        ("`exp`", "its result `y` at version 0", "`y += 1` made it version 1."),
        ("`y = y + 1`", "`y = x.exp().clone()`"),
        ("y += 1", "y = y + 1"),
    ),
    "saved result, copied": Case(
        1,
        X + "y = x.tanh()\ny.mul_(2)\ny.sum().backward()",
        "InplaceError",
        ((3, "x.tanh()"), (4, "y.mul_(2)")),
        ("`tanh`", "its result `y` at version 0", "`y.mul_(2)` made it version 1."),
        ("`y = y.mul(2)`", "`y = x.tanh().clone()`"),
        ("y = x.tanh()", "y = x.tanh().clone()"),
    ),
    "saved input": Case(
        1,
        X + "h = x * 3\ny = (h * h).sum()\nh.add_(1)\ny.backward()",
        "InplaceError",
        ((4, "h * h"), (5, "h.add_(1)")),
        ("`h * h` saved its input `h` at version 0", "`h.add_(1)` made it version 1."),
        ("`h = h.add(1)`",),
        ("h.add_(1)", "h = h.add(1)"),
    ),
    "through an index": Case(
        1,
        X + "h = x * 3\ny = (h * h).sum()\nh[0] = 5.\ny.backward()",
        "InplaceError",
        ((4, "h * h"), (5, "h[0]")),
        ("its input `h`", "`h[0] = 5.`, through the view `h[0]`, made it version 1."),
        ("`h = h.clone()`",),
        ("h[0] = 5.", "h = h.clone()\nh[0] = 5."),
    ),
    "through a view, in a function": Case(
        1,
        X + "def model(t):\n    h = t.exp()\n    v = h.view(-1)\n    v += 1\n    return h.sum()\nmodel(x).backward()",
        "InplaceError",
        ((4, "t.exp()"), (6, "v += 1")),
        ("`exp` saved its result `h` at version 0", "`v += 1`, through `v` (the same memory), made it version 1."),
        ("`h = t.exp().clone()`",),
        ("h = t.exp()", "h = t.exp().clone()"),
    ),
    "through detach": Case(
        1,
        X + "h = x * 3\ny = (h * h).sum()\nd = h.detach()\nd.zero_()\ny.backward()",
        "InplaceError",
        ((4, "h * h"), (6, "d.zero_()")),
        ("its input `h`", "`d.zero_()`, through `d` (the same memory), made it version 1."),
        ("`h = h.clone()`",),
        ("d = h.detach()", "h = h.clone()\nd = h.detach()"),
    ),
    "parameter written before backward": Case(
        1,
        X + "y = (x * x).sum()\nwith minigrad.no_grad():\n    x -= 0.1\ny.backward()",
        "InplaceError",
        ((3, "x * x"), (5, "x -= 0.1")),
        ("its input `x` at version 0", "`x -= 0.1` made it version 1."),
        ("write to `x` after backward()",),
    ),
    "written twice": Case(
        1,
        X + "y = x.exp()\nfor _ in range(3):\n    y *= 2\ny.sum().backward()",
        "InplaceError",
        ((3, "x.exp()"), (5, "y *= 2")),
        ("its result `y` at version 0", "`y *= 2` made it version 3, by 3 writes"),
        ("`y = y * 2`",),
        ("y *= 2", "y = y * 2"),
    ),
    "optimizer": Case(
        1,
        "from minigrad.optim import SGD\n" + X + "optimizer = SGD([x], lr=0.1)\nloss = (x * x).sum()\n"
        "loss.backward(retain_graph=True)\noptimizer.step()\nloss.backward()",
        "InplaceError",
        ((5, "x * x"), (7, "optimizer.step()")),
        ("its input `x` at version 0", "`optimizer.step()`, an optimizer's step, made it version 1."),
        ("call backward() before `optimizer.step()`, or compute the loss anew after it",),
        ("optimizer.step()", "optimizer.step()\nloss = (x * x).sum()"),
        in_words=True,
    ),
    # ------------------------------------------------------------ 2: a leaf is written
    "leaf": Case(
        2,
        X + "(x * x).sum().backward()\nx -= 0.1 * x.grad",
        "InplaceError",
        ((4, "x -= 0.1 * x.grad"),),
        ("`x -= 0.1 * x.grad` would overwrite `x`, a leaf",),
        ("`with minigrad.no_grad(): x -= 0.1 * x.grad`", "not `x = x - …`", "`x = x.clone()`"),
        ("x -= 0.1 * x.grad", "with minigrad.no_grad(): x -= 0.1 * x.grad"),
    ),
    "leaf, no_grad imported": Case(
        2,
        "from minigrad import no_grad\n" + X + "x.mul_(2)",
        "InplaceError",
        ((4, "x.mul_(2)"),),
        ("`x.mul_(2)` would overwrite `x`, a leaf",),
        ("`with no_grad(): x.mul_(2)`",),
        ("x.mul_(2)", "with no_grad(): x.mul_(2)"),
    ),
    # ------------------------------------------------------------ 3: a view of a leaf
    "part of a leaf": Case(
        3,
        X + "x[0] = 1.",
        "InplaceError",
        ((3, "x[0]"),),
        ("`x[0] = 1.` would overwrite a part of the leaf `x`", "`x[0]` is a view of it"),
        ("`with minigrad.no_grad(): x[0] = 1.`", "`x = x.clone()`"),
        ("x[0] = 1.", "with minigrad.no_grad(): x[0] = 1."),
    ),
    "view of a leaf": Case(
        3,
        X + "v = x[:1]\nv += 1",
        "InplaceError",
        ((3, "x[:1]"), (4, "v += 1")),
        ("the leaf `x`", "`v`, made by `x[:1]`, is a view of it"),
        ("`x = x.clone()`",),
        ("v = x[:1]", "x = x.clone()\nv = x[:1]"),
    ),
    # ------------------------------------------------------------ 4: one of many views
    "unbind": Case(
        4,
        X + "y = x * 1\na, b = y.unbind()\na.mul_(2)",
        "InplaceError",
        ((4, "y.unbind()"), (5, "a.mul_(2)")),
        ("`a` is one of several views of `y`", "(`b` too)"),
        ("`a = a.mul(2)`", "`y[0]`"),
        ("a.mul_(2)", "a = a.mul(2)"),
    ),
    "chunk": Case(
        4,
        X + "y = x * 1\na, b = y.chunk(2)\nb += 1",
        "InplaceError",
        ((4, "y.chunk(2)"), (5, "b += 1")),
        ("`b` is one of several views of `y`", "(`a` too)"),
        ("`b = b + 1`",),
        ("b += 1", "b = b + 1"),
    ),
    "rows of a loop": Case(
        4,
        X + "y = x * 1\nfor row in y.unbind():\n    row *= 2",
        "InplaceError",
        ((4, "y.unbind()"), (5, "row *= 2")),
        ("`row` is one of several views of `y`",),
        ("`row = row * 2`",),
        ("row *= 2", "row = row * 2"),
    ),
    "views of what was written": Case(
        4,
        X + "y = x * 1\na, b = y.unbind()\ny.mul_(2)\na.sin()",
        "InplaceError",
        ((4, "y.unbind()"), (5, "y.mul_(2)")),
        ("`a` is one of several views of `y`", "`y.mul_(2)` has written to that memory since"),
        ("before that call",),
        ("a, b = y.unbind()\ny.mul_(2)", "y.mul_(2)\na, b = y.unbind()"),
        in_words=True,
    ),
    "no_grad view": Case(
        4,
        X + "with minigrad.no_grad():\n    v = x[:1]\nv += 1",
        "InplaceError",
        ((5, "v += 1"),),
        ("`v` is a view of `x` that was made under no_grad",),
        ("either both inside of the no_grad block or both outside",),
    ),
    "no_grad view of what was written": Case(
        4,
        X + "y = x * 1\nwith minigrad.no_grad():\n    v = y[:1]\ny += 1\nv.sin()",
        "InplaceError",
        ((6, "y += 1"),),
        ("`v` is a view of `y` that was made under no_grad", "`y += 1` has written to that memory since"),
        ("either both inside of the no_grad block or both outside",),
    ),
    # ------------------------------------------------------------ 5: a spent graph
    "same call twice": Case(
        5,
        X + "y = (x * x).sum()\ny.backward()\ny.backward()",
        "SpentGraphError",
        ((3, "x * x"), (4, "y.backward()")),
        ("`y.backward()` has already used up what `x * x` saved", "this is a second pass from `y`"),
        ("compute it anew", "`retain_graph=True`"),
        ("y.backward()\ny", "y.backward(retain_graph=True)\ny"),
    ),
    "two losses": Case(
        5,
        X + "h = x.exp()\nloss1 = (h * 2).sum()\nloss2 = (h * 3).sum()\nloss1.backward()\nloss2.backward()",
        "SpentGraphError",
        ((3, "x.exp()"), (6, "loss1.backward()")),
        ("`loss1.backward()` has already used up what `exp` saved when it made `h`", "this pass needs it, too"),
        ("add them and call backward() once",),
        ("loss1.backward()\nloss2.backward()", "(loss1 + loss2).backward()"),
        in_words=True,
    ),
    "state carried over": Case(
        5,
        X + "h = x * 0\nfor t in range(3):\n    h = (h + x).tanh()\n    h.sum().backward()",
        "SpentGraphError",
        ((5, "(h + x).tanh()"), (6, "h.sum().backward()")),
        ("`h.sum().backward()` has already used up what `tanh` saved", "now the same line runs again"),
        ("`h = h.detach()`",),
        ("    h = (h", "    h = h.detach()\n    h = (h"),
    ),
    "grad, then backward": Case(
        5,
        X + "y = (x * x).sum()\nminigrad.autograd.grad(y, x)\ny.backward()",
        "SpentGraphError",
        ((3, "x * x"), (4, "minigrad.autograd.grad(y, x)")),
        ("`minigrad.autograd.grad(y, x)` has already used up what `x * x` saved", "this is a second pass from `y`"),
        ("`retain_graph=True` in the first call",),
        ("grad(y, x)", "grad(y, x, retain_graph=True)"),
    ),
    # ------------------------------------------------------------ 6: not one number
    "not a scalar": Case(
        6,
        X + "y = x * 2\ny.backward()",
        "GradientShapeError",
        ((4, "y.backward()"),),
        ("`y` has 2 numbers, shape [2]", "Which combination"),
        ("`y.sum().backward()`", "`y.mean().backward()`", "`y.backward(gradient=minigrad.ones(2))`"),
        ("y.backward()", "y.backward(gradient=minigrad.ones(2))"),
    ),
    "not a scalar, no name": Case(
        6,
        X + "(x * 2).backward()",
        "GradientShapeError",
        ((3, "(x * 2).backward()"),),
        ("`x * 2` has 2 numbers, shape [2]",),
        ("`(x * 2).sum().backward()`",),
        ("(x * 2).backward()", "(x * 2).sum().backward()"),
    ),
    # ------------------------------------------------------------ 7: no graph
    "nothing requires grad": Case(
        7,
        "y = minigrad.tensor(1.)\ny.backward()",
        "NoGraphError",
        ((3, "y.backward()"),),
        ("Nothing that `y` was computed from requires grad",),
        ("`minigrad.tensor(…, requires_grad=True)`", "`.item()`"),
        ("tensor(1.)", "tensor(1., requires_grad=True)"),
        in_words=True,
    ),
    "detach": Case(
        7,
        X + "h = x.detach()\nloss = (h * h).sum()\nloss.backward()",
        "NoGraphError",
        ((3, "x.detach()"), (5, "loss.backward()")),
        ("`loss` has no graph: `x.detach()` cut it off",),
        ("leave `.detach()` out",),
        ("x.detach()", "x"),
        in_words=True,
    ),
    "no_grad": Case(
        7,
        X + "with minigrad.no_grad():\n    h = x * 2\nloss = h.sum()\nloss.backward()",
        "NoGraphError",
        ((4, "x * 2"), (6, "loss.backward()")),
        ("`loss` has no graph: `x * 2` ran under no_grad",),
        ("outside of the no_grad block",),
        ("with minigrad.no_grad():\n    ", ""),
        in_words=True,
    ),
    "argmax": Case(
        7,
        X + "x.argmax().backward()",
        "NoGraphError",
        ((3, "x.argmax()"), (3, "x.argmax().backward()")),
        ("`x.argmax()` gives a position",),
        ("from the values",),
    ),
    "comparison": Case(
        7,
        X + "accuracy = (x > 1.5).float().mean()\naccuracy.backward()",
        "NoGraphError",
        ((3, "x > 1.5"), (4, "accuracy.backward()")),
        ("`accuracy` has no graph: `x > 1.5` gives yes or no",),
        ("values that are compared",),
    ),
    "whole numbers": Case(
        7,
        X + "y = x.long().sum()\ny.backward()",
        "NoGraphError",
        ((3, "x.long()"), (4, "y.backward()")),
        ("`y` has no graph: `x.long()` gives whole numbers",),
        ("convert only",),
    ),
    "data": Case(
        7,
        X + "y = (x.data * 2).sum()\ny.backward()",
        "NoGraphError",
        ((3, "x.data"), (4, "y.backward()")),
        ("`y` has no graph: `x.data`",),
        ("leave `.data` out",),
        ("x.data", "x"),
        in_words=True,
    ),
    "gradient of a gradient": Case(
        7,
        X + "y = (x ** 3).sum()\ng, = minigrad.autograd.grad(y, x)\ng.sum().backward()",
        "NoGraphError",
        ((4, "minigrad.autograd.grad(y, x)"), (5, "g.sum().backward()")),
        ("`minigrad.autograd.grad(y, x)` gave a gradient that has no graph",),
        ("`create_graph=True`",),
        ("grad(y, x)", "grad(y, x, create_graph=True)"),
    ),
    "gradient of .grad": Case(
        7,
        X + "y = (x ** 3).sum()\ny.backward()\nx.grad.sum().backward()",
        "NoGraphError",
        ((5, "x.grad.sum().backward()"),),
        ("was computed from `x.grad`, a gradient",),
        ("`backward(create_graph=True)`",),
        ("y.backward()", "y.backward(create_graph=True)"),
    ),
    "item": Case(
        7,
        X + "loss = minigrad.tensor((x * x).sum().item())\nloss.backward()",
        "NoGraphError",
        ((4, "loss.backward()"),),
        ("Nothing recorded leads to `loss`, though `x` requires grad",),
        ("`.item()`", "`float()`", "`.tolist()`", "`tensor(other)`"),
        ("minigrad.tensor((x * x).sum().item())", "(x * x).sum()"),
        in_words=True,
    ),
    "input without grad": Case(
        7,
        X + "c = minigrad.tensor(2.)\nminigrad.autograd.grad((x * c).sum(), [x, c])",
        "NoGraphError",
        ((4, "minigrad.autograd.grad((x * c).sum(), [x, c])"),),
        ("`c` does not require grad",),
        ("`c.requires_grad_()`",),
        ("minigrad.autograd", "c.requires_grad_()\nminigrad.autograd"),
    ),
    # ------------------------------------------------------------ 8: the .grad of a non-leaf
    "grad of a result": Case(
        8,
        X + "y = x * 2\ny.sum().backward()\ny.grad",
        "UserWarning",
        ((3, "x * 2"),),
        ("`y` is no leaf but the result of `x * 2`",),
        ("`y.retain_grad()` before backward()",),
        ("y.sum()", "y.retain_grad()\ny.sum()"),
    ),
    "grad after a conversion": Case(
        8,
        X + "w = x.double()\nw.sum().backward()\nw.grad",
        "UserWarning",
        ((3, "x.double()"),),
        ("`w` is no leaf but the result of `x.double()` (moving or converting is an operation, too)",),
        ("`w.retain_grad()`",),
        ("w.sum()", "w.retain_grad()\nw.sum()"),
    ),
    # ------------------------------------------------------------ 9: numpy()
    "numpy": Case(
        9,
        X + "x.numpy()",
        "RequiresGradError",
        ((3, "x.numpy()"),),
        ("`x` requires grad, and what NumPy computes is not recorded",),
        ("`x.detach().numpy()`", "shares the memory"),
        ("x.numpy()", "x.detach().numpy()"),
    ),
    "asarray": Case(
        9,
        "import numpy as np\n" + X + "np.asarray(x * 2)",
        "RequiresGradError",
        ((4, "np.asarray(x * 2)"),),
        ("`x * 2` requires grad",),
        ("`(x * 2).detach().numpy()`",),
        ("np.asarray(x * 2)", "(x * 2).detach().numpy()"),
    ),
    # ------------------------------------------------------------ 10: whole numbers
    "integers": Case(
        10,
        "x = minigrad.tensor([1, -2], requires_grad=True)",
        "RequiresGradError",
        ((2, "minigrad.tensor([1, -2], requires_grad=True)"),),
        ("int64", "whole numbers"),
        ("`minigrad.tensor([1., -2.], requires_grad=True)`", "`dtype=minigrad.float32`"),
        ("[1, -2]", "[1., -2.]"),
    ),
    "integers, attribute": Case(
        10,
        "x = minigrad.arange(3)\nx.requires_grad = True",
        "RequiresGradError",
        ((3, "x.requires_grad"),),
        ("`x` is of int64",),
        ("`x = x.float()`",),
        ("x.requires", "x = x.float()\nx.requires"),
    ),
    "integers, method": Case(
        10,
        "x = minigrad.arange(3)\nx.requires_grad_()",
        "RequiresGradError",
        ((3, "x.requires_grad_()"),),
        ("`x` is of int64",),
        ("`x = x.float()`",),
        ("x.requires", "x = x.float()\nx.requires"),
    ),
    "position": Case(
        10,
        X + "i = x.argmax()\ni.requires_grad_()",
        "RequiresGradError",
        ((3, "x.argmax()"), (4, "i.requires_grad_()")),
        ("`x.argmax()` gives int64", "no small steps"),
        ("from the values",),
    ),
    # ------------------------------------------------------------ 11: an input that was not used
    "unused": Case(
        11,
        X + "w = minigrad.tensor(1., requires_grad=True)\nminigrad.autograd.grad(x.sum(), [x, w])",
        "UnusedInputError",
        ((4, "minigrad.autograd.grad(x.sum(), [x, w])"),),
        ("from the output to `x`, but none to `w`",),
        ("`allow_unused=True` gives None", "not the same as zero"),
        ("[x, w])", "[x, w], allow_unused=True)"),
    ),
    "made too late": Case(
        11,
        X + "y = x.sum()\nminigrad.autograd.grad(y, x[0])",
        "UnusedInputError",
        ((4, "x[0]"), (4, "minigrad.autograd.grad(y, x[0])")),
        ("made by `x[0]`, after the output",),
        ("the tensor that it was made from",),
        ("grad(y, x[0])", "grad(y, x)[0][0]"),
        in_words=True,
    ),
    # ------------------------------------------------------------ 14: the flag of a result
    "flag": Case(
        14,
        X + "(x * 2).requires_grad = False",
        "RequiresGradError",
        ((3, "x * 2"), (3, "(x * 2).requires_grad")),
        ("`x * 2` is a result",),
        ("`y = (x * 2).detach()`",),
        ("(x * 2).requires_grad = False", "y = (x * 2).detach()"),
    ),
    "flag, method": Case(
        14,
        X + "y = x * 2\ny.requires_grad_(False)",
        "RequiresGradError",
        ((3, "x * 2"), (4, "y.requires_grad_(False)")),
        ("`y` is the result of `x * 2`",),
        ("`y = y.detach()`",),
        ("y.requires_grad_(False)", "y = y.detach()"),
    ),
    # ------------------------------------------------------------ 15: shapes
    "sizes": Case(
        15,
        "a = minigrad.ones(3)\nb = minigrad.ones(4)\na + b",
        "ShapeError",
        ((4, "a + b"),),
        ("a  [3]\nb  [4]\n    ^ 3 against 4",),
        ("`a[:, None]`",),
        ("a + b", "a[:, None] + b"),
    ),
    "sizes, aligned": Case(
        15,
        "x = minigrad.ones(10, 1, 3)\nrow = minigrad.ones(4, 10)\nx * row",
        "ShapeError",
        ((4, "x * row"),),
        ("x    [10, 1,  3]\nrow      [4, 10]\n             ^^ 3 against 10",),
    ),
    "sizes, a column": Case(
        15,
        "p = minigrad.ones(4, 3)\nmean = minigrad.ones(4)\np - mean",
        "ShapeError",
        ((4, "p - mean"),),
        ("p     [4, 3]\nmean     [4]\n          ^ 3 against 4",),
        ("`mean.unsqueeze(-1)` has shape [4, 1]",),
        ("p - mean", "p - mean.unsqueeze(-1)"),
    ),
    "sizes, in place": Case(
        15,
        "p = minigrad.ones(4, 3)\np -= minigrad.ones(4)",
        "ShapeError",
        ((3, "p -= minigrad.ones(4)"),),
        ("p                 [4, 3]\nminigrad.ones(4)     [4]\n                      ^ 3 against 4",),
        ("`minigrad.ones(4).unsqueeze(-1)`",),
        ("minigrad.ones(4)", "minigrad.ones(4).unsqueeze(-1)"),
    ),
    "sizes, written": Case(
        15,
        "y = minigrad.ones(3)\ny += minigrad.ones(2, 3)",
        "ShapeError",
        ((3, "y += minigrad.ones(2, 3)"),),
        ("the result has shape [2, 3]", "written to has shape [3]"),
        ("`y = y + minigrad.ones(2, 3)`",),
        ("y +=", "y = y +"),
    ),
    "sizes, a gradient": Case(
        15,
        "x = minigrad.ones(1, requires_grad=True)\nx.sum().backward()\nx.data = minigrad.ones(3)\nx.sum().backward()",
        "ShapeError",
        ((5, "x.sum().backward()"),),
        ("the result has shape [3]", "written to has shape [1]"),
    ),
    "matrices": Case(
        15,
        "x = minigrad.ones(2, 3)\nweight = minigrad.ones(4, 5)\nx @ weight",
        "ShapeError",
        ((4, "x @ weight"),),
        ("x       [2, 3]\n            ^   ", "\nweight  [4, 5]\n         ^", "length of x, 3", "first of weight, 4"),
    ),
    "matrices, transposed": Case(
        15,
        "x = minigrad.ones(2, 3)\nweight = minigrad.ones(4, 3)\nminigrad.matmul(x, weight)",
        "ShapeError",
        ((4, "minigrad.matmul(x, weight)"),),
        ("length of x, 3", "first of weight, 4"),
        ("`x @ weight.T`",),
        ("minigrad.matmul(x, weight)", "x @ weight.T"),
    ),
    "matrix and vector": Case(
        15,
        "weight = minigrad.ones(2, 3)\nv = minigrad.ones(4)\nweight @ v",
        "ShapeError",
        ((4, "weight @ v"),),
        ("length of weight, 3", "first of v, 4"),
    ),
    "batches": Case(
        15,
        "a = minigrad.ones(4, 3, 4)\nb = minigrad.ones(2, 4, 5)\na @ b",
        "ShapeError",
        ((4, "a @ b"),),
        ("a  [4, 3, 4]\nb  [2, 4, 5]\n    ^ 4 against 2",),
        ("same batch",),
    ),
    # ------------------------------------------------------------ 17: an optimizer and a result
    "non-leaf": Case(
        17,
        "from minigrad.optim import SGD\n" + X + "w = x * 0.1\nSGD([w], lr=0.1)",
        "NonLeafError",
        ((4, "x * 0.1"), (5, "SGD([w], lr=0.1)")),
        ("`w` is no leaf but the result of `x * 0.1`",),
        ("`w = (x * 0.1).detach().requires_grad_()`", "the leaf that they were computed from"),
        ("w = x * 0.1", "w = (x * 0.1).detach().requires_grad_()"),
    ),
    "non-leaf, converted": Case(
        17,
        "from minigrad.optim import Adam\n" + X + "params = [x, x.double()]\nAdam(params)",
        "NonLeafError",
        ((4, "x.double()"), (5, "Adam(params)")),
        ("`params[1]` is no leaf but the result of `x.double()`",),
        ("`w = x.double().detach().requires_grad_()`",),
        ("x.double()]", "x.double().detach().requires_grad_()]"),
        in_words=True,
    ),
    # ------------------------------------------------------------ 18: a state dict that does not fit
    "a misspelt name": Case(
        18,
        NET + 'state["weigth"] = state.pop("weight")\nnet.load_state_dict(state)',
        "LoadError",
        ((5, "net.load_state_dict(state)"),),
        ("nothing was loaded", '"weigth" looks like "weight"'),
        ('`state["weight"] = state.pop("weigth")`',),
        ("net.load_state_dict", 'state["weight"] = state.pop("weigth")\nnet.load_state_dict'),
    ),
    "a prefix": Case(
        18,
        NET + 'saved = {f"module.{k}": v for k, v in state.items()}\nnet.load_state_dict(saved)',
        "LoadError",
        ((5, "net.load_state_dict(saved)"),),
        ('all names of the dict begin with "module."',),
        ('`saved = {k.removeprefix("module."): v for k, v in saved.items()}`',),
        ("net.load", 'saved = {k.removeprefix("module."): v for k, v in saved.items()}\nnet.load'),
    ),
    "a name is missing": Case(
        18,
        NET + 'del state["bias"]\nnet.load_state_dict(state)',
        "LoadError",
        ((5, "net.load_state_dict(state)"),),
        ("nothing was loaded.",),
        ("`load_state_dict(state, strict=False)`",),
        ("load_state_dict(state)", "load_state_dict(state, strict=False)"),
    ),
    "other shapes": Case(
        18,
        NET + "minigrad.nn.Linear(2, 4).load_state_dict(state)",
        "LoadError",
        ((4, "minigrad.nn.Linear(2, 4).load_state_dict(state)"),),
        ("nothing was loaded.",),
        ("the same arguments",),
    ),
    # ------------------------------------------------------------ 19: numbers of what requires grad
    "a list of results": Case(
        19,
        X + "parts = [x[0] * 2, x[1] * 3]\nz = minigrad.tensor(parts)",
        "UserWarning",
        ((4, "minigrad.tensor(parts)"),),
        ("`minigrad.tensor(parts)` reads numbers out of tensors that require grad",),
        ("`minigrad.stack(parts)`", "`.item()`"),
        ("minigrad.tensor(parts)", "minigrad.stack(parts)"),
    ),
    "a list in a list, with numbers": Case(
        19,
        "from minigrad import stack, tensor\n" + X + "z = tensor([[1., x[0]], [x[1], 0.]], requires_grad=True)",
        "UserWarning",
        ((4, "tensor([[1., x[0]], [x[1], 0.]], requires_grad=True)"),),
        ("reads numbers out of tensors that require grad",),
        ("put it together by `stack` and `cat`: they are recorded", "`.item()`"),
        ("x[0]], [x[1], 0.]", "x[0].item()], [x[1].item(), 0.]"),
        in_words=True,
    ),
    "float": Case(
        19,
        X + "loss = (x * x).sum()\nhalf = float(loss) / 2",
        "UserWarning",
        ((4, "float(loss)"),),
        ("`loss` requires grad, but `float(loss)` has no history",),
        ("go on with `loss` itself", "`loss.item()`"),
        ("float(loss)", "loss.item()"),
    ),
    "a function of the math module": Case(
        19,
        "import math\n" + X + "y = math.exp(x[0] + 1)",
        "UserWarning",
        ((4, "math.exp(x[0] + 1)"),),
        ("`x[0] + 1` requires grad, but `math.exp(x[0] + 1)` has no history",),
        ("go on with `(x[0] + 1)` itself", "`(x[0] + 1).item()`"),
        ("math.exp(x[0] + 1)", "math.exp((x[0] + 1).item())"),
    ),
}

CASES |= {name: Case(*case) for name, case in FUNCTION_CASES.items()}
