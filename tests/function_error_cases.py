"""Mistakes with custom Functions: the arguments of `error_cases.Case`."""

from __future__ import annotations

from typing import Any

X = "x = minigrad.tensor([1., 2.], requires_grad=True)\n"
SCALE = """
class Scale(minigrad.autograd.Function):
    @staticmethod
    def forward(ctx, x, k):
        ctx.k = k
        return x * k
    @staticmethod
    def backward(ctx, g):
        grad_x = g * ctx.k
        return grad_x, None
""".lstrip()  # lines 2 to 10
RUN = X + "Scale.apply(x, 3.).sum().backward()"  # lines 11 and 12
ROWS = """
class Rows(minigrad.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x, scale)
        return x * scale[:, None]
    @staticmethod
    def backward(ctx, g):
        x, scale = ctx.saved_tensors
        grad_x, grad_scale = g * scale[:, None], g * x
        return grad_x, grad_scale.sum(1)
x = minigrad.ones(2, 3, requires_grad=True)
scale = minigrad.ones(2, requires_grad=True)
Rows.apply(x, scale).sum().backward()
""".lstrip()
EXP_ = """
class Exp_(minigrad.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x.exp_()
        ctx.mark_dirty(x)
        ctx.save_for_backward(x)
        return x
    @staticmethod
    def backward(ctx, g):
        z, = ctx.saved_tensors
        return g * z
""".lstrip()  # lines 2 to 12
SAME = """
class Same(minigrad.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x
    @staticmethod
    def backward(ctx, g):
        return -g
""".lstrip()  # lines 2 to 8

FUNCTION_CASES: dict[str, tuple[Any, ...]] = {
    "too few gradients": (
        12,
        SCALE.replace("grad_x, None", "grad_x") + RUN,
        "FunctionError",
        ((12, "Scale.apply(x, 3.)"), (10, "return grad_x")),
        ("`Scale.apply` was given 2 arguments (`x` [2], `k`, no tensor)", "its `backward` returned 1 gradient."),
        ("`return grad_x, None`",),
        ("return grad_x", "return grad_x, None"),
    ),
    "too many gradients": (
        12,
        SCALE.replace("grad_x, None", "grad_x, None, grad_x") + RUN,
        "FunctionError",
        ((12, "Scale.apply(x, 3.)"), (10, "return grad_x, None, grad_x")),
        ("was given 2 arguments", "returned 3 gradients."),
        ("`return grad_x, None`",),
        (", None, grad_x", ", None"),
        True,
    ),
    "too few gradients for many arguments": (
        12,
        "class First(minigrad.autograd.Function):\n    @staticmethod\n    def forward(ctx, *tensors):\n"
        "        return tensors[0] * 2\n    @staticmethod\n    def backward(ctx, g):\n        return 2 * g\n"
        + X
        + "First.apply(x, x, x).sum().backward()",
        "FunctionError",
        ((10, "First.apply(x, x, x)"), (8, "return 2 * g")),
        ("3 arguments (`tensors[0]` [2], `tensors[1]` [2], `tensors[2]` [2])",),
        ("None for those that need none",),
        ("return 2 * g", "return 2 * g, None, None"),
        True,
    ),
    "gradient for a number": (
        12,
        SCALE.replace("grad_x, None", "grad_x, g") + RUN,
        "FunctionError",
        ((12, "Scale.apply(x, 3.)"), (10, "return grad_x, g")),
        ("`k` was no tensor when `Scale.apply` was called",),
        ("return None in the place of `k`",),
        ("grad_x, g", "grad_x, None"),
        True,
    ),
    "gradient is a number": (
        12,
        SCALE.replace("g * ctx.k", "3.") + RUN,
        "FunctionError",
        ((12, "Scale.apply(x, 3.)"), (10, "return grad_x, None")),
        ("as the gradient of `x`, `backward` of Scale returned a float.",),
        ("return a tensor of the argument's shape, or None.",),
        ("grad_x = 3.", "grad_x = 3. * g"),
        True,
    ),
    "gradient not summed": (
        13,
        ROWS.replace(".sum(1)", ""),
        "FunctionError",
        ((14, "Rows.apply(x, scale)"), (11, "return grad_x, grad_scale")),
        ("`scale` has shape [2]", "which has [2, 3]", "a broadcast over dimension 1 was not undone."),
        ("`grad_scale.sum(1)`",),
        ("return grad_x, grad_scale", "return grad_x, grad_scale.sum(1)"),
    ),
    "gradient summed too much": (
        13,
        SCALE.replace("g * ctx.k", "(g * ctx.k).sum()") + RUN,
        "FunctionError",
        ((12, "Scale.apply(x, 3.)"), (10, "return grad_x, None")),
        ("`x` has shape [2], and so must its gradient, which has []: smaller, as after a sum.",),
        ("`grad_x.expand(2)`",),
        ("return grad_x, None", "return grad_x.expand(2), None"),
    ),
    "gradient transposed": (
        13,
        ROWS.replace("return grad_x,", "return grad_x.T,"),
        "FunctionError",
        ((14, "Rows.apply(x, scale)"), (11, "return grad_x.T, grad_scale.sum(1)")),
        (
            "`x` has shape [2, 3]",
            "which has [3, 2]: the same lengths the other way round.",
        ),
        ("`grad_x.T`",),
        ("return grad_x.T,", "return grad_x.T.T,"),
        True,
    ),
    "gradient of another length": (
        13,
        SCALE.replace("g * ctx.k", "minigrad.ones(3)") + RUN,
        "FunctionError",
        ((12, "Scale.apply(x, 3.)"), (10, "return grad_x, None")),
        ("which has [3]: other lengths.",),
        ("which argument this gradient is for",),
    ),
    "a leaf changed by a Function": (
        2,
        EXP_ + X + "y = Exp_.apply(x)",
        "InplaceError",
        ((14, "Exp_.apply(x)"),),
        ("`forward` of Exp_ marks `x` as changed in place; it is a leaf",),
        ("`Exp_.apply(x.clone())`",),
        ("Exp_.apply(x)", "Exp_.apply(x.clone())"),
    ),
    "a changed argument that is not returned": (
        12,
        EXP_.replace("return x\n", "return x * 2\n") + X + "y = x * 1\nz = Exp_.apply(y)",
        "FunctionError",
        ((15, "Exp_.apply(y)"), (8, "return x * 2")),
        ("`forward` of Exp_ has changed an argument, but does not return it",),
        ("return every tensor that you give to `ctx.mark_dirty`",),
        ("return x * 2\n", "return x\n"),
        True,
    ),
    "a view changed beside another result": (
        12,
        EXP_.replace("return x\n", "return x, 5\n") + X + "y = x * 1\nv = y[:1]\nz = Exp_.apply(v)",
        "FunctionError",
        ((16, "Exp_.apply(v)"),),
        ("`v` is a view",),
        ("`Exp_.apply(v.clone())`",),
        ("Exp_.apply(v)", "Exp_.apply(v.clone())"),
    ),
    "a Function's saved input": (
        1,
        ROWS.replace("Rows.apply(x, scale).sum().backward()", "s = scale * 1\ny = Rows.apply(x, s)\ns += 1\n")
        + "y.sum().backward()",
        "InplaceError",
        ((15, "Rows.apply(x, s)"), (16, "s += 1")),
        ("`Rows.apply(x, s)` saved its input `s` at version 0", "`s += 1` made it version 1."),
        ("`s = s + 1`",),
        ("s += 1", "s = s + 1"),
    ),
    "a Function's saved result": (
        1,
        EXP_ + X + "y = x * 1\nz = Exp_.apply(y)\nz += 1\nz.sum().backward()",
        "InplaceError",
        ((15, "Exp_.apply(y)"), (16, "z += 1")),
        ("`Exp_.apply(y)` saved its result", "`z += 1` made it version"),
        ("`z = z + 1`",),
        ("z += 1", "z = z + 1"),
    ),
    "a Function a second time": (
        5,
        EXP_ + X + "y = Exp_.apply(x * 1)\nloss = y.sum()\nloss.backward()\nloss.backward()",
        "SpentGraphError",
        ((14, "Exp_.apply(x * 1)"), (16, "loss.backward()")),
        ("`loss.backward()` has already used up what `Exp_.apply(x * 1)` saved when it made `y`",),
        ("`retain_graph=True`",),
        ("loss.backward()\nloss", "loss.backward(retain_graph=True)\nloss"),
        True,
    ),
    "an identity changed in place": (
        4,
        SAME + X + "y = Same.apply(x * 1)\ny.mul_(2)",
        "InplaceError",
        ((10, "Same.apply(x * 1)"), (11, "y.mul_(2)")),
        ("`y` shares its memory with what Same was given", "`y.mul_(2)` would replace Same's own `backward`"),
        ("`y = y.clone()`",),
        ("y.mul_(2)", "y = y.clone()\ny.mul_(2)"),
    ),
    "one of two returned views changed": (
        4,
        SAME.replace("return x\n", "return x[:1], x[1:]\n").replace("ctx, g)", "ctx, g, h)")
        + X
        + "y, z = Same.apply(x * 1)\ny.mul_(2)",
        "InplaceError",
        ((10, "Same.apply(x * 1)"), (11, "y.mul_(2)")),
        ("`y` is one of several views that one call made (`z` too): none of them may be changed in place.",),
        ("`y = y.mul(2)`",),
        ("y.mul_(2)", "y = y.mul(2)"),
    ),
    "an identity whose base is changed": (
        4,
        SAME + X + "h = x * 1\ny = Same.apply(h)\nh.mul_(2)\ny.sum().backward()",
        "InplaceError",
        ((11, "Same.apply(h)"), (13, "y.sum()")),
        ("`y` shares its memory with what Same was given",),
        ("`y = y.clone()`",),
        ("y = Same.apply(h)", "y = Same.apply(h).clone()"),
        True,
    ),
    "a saved argument that is returned": (
        12,
        SAME.replace("(ctx, x)", "(x)").replace(
            "        return x\n",
            "        return x\n    @staticmethod\n    def setup_context(ctx, inputs, output):\n"
            "        ctx.save_for_backward(*inputs)\n",
        )
        + X
        + "y = Same.apply(x)",
        "FunctionError",
        ((13, "Same.apply(x)"), (5, "return x")),
        ("it is not to be known whether the argument or the result is meant.",),
        ("`return x.view_as(x)`",),
        ("return x\n", "return x.view_as(x)\n"),
    ),
    "once differentiable twice": (
        12,
        SCALE.replace("def backward", "@minigrad.autograd.function.once_differentiable\n    def backward")
        + X
        + "v = minigrad.ones(2, requires_grad=True)\ny = Scale.apply(x, 3.)\n"
        + "g, = minigrad.autograd.grad(y, x, v, create_graph=True)\ng.sum().backward()",
        "FunctionError",
        ((15, "minigrad.autograd.grad(y, x, v, create_graph=True)"),),
        ("this gradient was computed by a `backward` that says of itself that nothing in it is recorded.",),
        ("without @once_differentiable",),
        ("    @minigrad.autograd.function.once_differentiable\n", ""),
        True,
    ),
}
