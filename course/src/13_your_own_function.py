# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 13 Your own Function
#
# After this lesson you can give an operation a backward rule of your own, find out whether the rule is right, and change a gradient on its
# way. It takes about 45 minutes.

# %%
try:
    from minigrad.course import check, ready

    ready("0.1")
except ModuleNotFoundError:
    print("✗ This kernel has no minigrad. Close JupyterLab and start it with: make course")

# %% [markdown]
# ## Two questions first
#
# Click on the answer that you would give.
#
# **A rule is part of a pass: `x` has shape (4,), and `y` is made from it with shape (3,). What arrives at the rule, and what does it send on?**
#
# <details><summary>shape (4,) arrives, shape (3,) is sent on</summary>
#
# Not quite. A pass walks from the result to the input. Try again.
#
# </details>
# <details><summary>shape (3,) arrives, a table of shape (3, 4) is sent on</summary>
#
# Not quite. The table is the Jacobian, and nobody writes it down. Try again.
#
# </details>
# <details><summary>shape (3,) arrives, shape (4,) is sent on</summary>
#
# Yes. A gradient has the shape of what it belongs to: first the result, then the input. The rule makes $v^\top J$ out of $v$.
#
# </details>

# %% [markdown]
# **`h = 2 * x`, `y = h.exp()`, `h += 1`, `y.sum().backward()`. What happens?**
#
# <details><summary>it is refused: h has changed</summary>
#
# Not quite. A write is only refused if somebody saved what was overwritten. What did the node of `exp` save? Try again.
#
# </details>
# <details><summary>it goes well</summary>
#
# Yes. The slope of $e^h$ is $e^h$, so the node saved its result. Nobody needs the old `h`.
#
# </details>
# <details><summary>the gradient is wrong, and nobody says so</summary>
#
# Not quite. That takes a write which is not counted. `h += 1` is. Try again.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# Up to now every operation brought its backward rule along. Here is one that somebody wrote: `forward` doubles, and `backward` is its rule. `apply` runs `forward` and records a node.
# (`ctx` comes in a moment. `@staticmethod` means that there is no `self`.)
#
# Double has the slope 2. **Will the gradient be 2 or 10, or is there an error?** Decide, then run the cell.

# %%
import minigrad
from minigrad import tensor
from minigrad.autograd import Function, grad


class Double(Function):
    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    def backward(ctx, g):
        return 10 * g


x = tensor(1.0, requires_grad=True)
y = Double.apply(x)
y.backward()
print(y)
print(x.grad)

# %% [markdown]
# It is 10. Autograd believes every rule. It has no idea what `forward` computes. While `forward` runs nothing is recorded, and the whole call becomes a single node.
#
# That is a power: the straight-through rounding of lesson 12 can be one, wrong on purpose. And it is a danger: a slip in a rule raises no error, and training only goes badly.
#
# ## A rule for a triangle
#
# The longest side of a right-angled triangle is $c = \sqrt{a^2 + b^2}$. NumPy has it in one call, `np.hypot`, and minigrad has `hypot`. Let us make our own. For its rule we need the slopes of $c$, first for $a$ (with $b$ held), then for $b$:
#
# $$\text{for } a: \; \frac{2a}{2\sqrt{a^2 + b^2}} = \frac{a}{c} \qquad \text{for } b: \; \frac{b}{c}$$
#
# ### By hand
#
# Two triangles at once: $a = [3, 8]$ and $b = [4, 6]$, so $c = [5, 10]$. Let $[1, 10]$ arrive.
#
# | input | arrives | own slope | sends on |
# | --- | --- | --- | --- |
# | $a$ | $[1, 10]$ | $\frac{a}{c} = [0.6, 0.8]$ | $[0.6, 8]$ |
# | $b$ | $[1, 10]$ | $\frac{b}{c} = [0.8, 0.6]$ | $[0.8, 6]$ |
#
# ### In code
#
# `ctx`, the **context**, is a notebook that belongs to one call. `forward` puts into it what the rule will need, with `save_for_backward`, and `backward` takes it out again. It also gets `g`, the
# gradient that arrives, and hands back **one gradient for each argument of `forward`**, in their order.

# %%
import numpy as np


class Hypotenuse(Function):
    @staticmethod
    def forward(ctx, a, b):
        c = tensor(np.hypot(a.numpy(), b.numpy()))
        ctx.save_for_backward(a, b, c)
        return c

    @staticmethod
    def backward(ctx, g):
        a, b, c = ctx.saved_tensors
        return g * a / c, g * b / c


a = tensor([3.0, 8.0], requires_grad=True)
b = tensor([4.0, 6.0], requires_grad=True)
c = Hypotenuse.apply(a, b)
print(c)
arrives = tensor([1.0, 10.0])
print(grad(c, (a, b), arrives))

# %% [markdown]
# (Lesson 02: `numpy()` refuses a tensor that requires grad. Inside `forward` nothing is recorded, so there it may be called.)
#
# ### In the stepper
#
# One node, with your rule inside:

# %%
from minigrad.viz import ctx_inspector, step

c = Hypotenuse.apply(a, b)
step(c, gradient=arrives)

# %% [markdown]
# ### What goes back
#
# An argument that is no tensor, such as an exponent, has no gradient. Return `None` in its place. Whoever forgets it reads this:


# %%
class Power(Function):
    @staticmethod
    def forward(ctx, x, n):
        ctx.save_for_backward(x)
        ctx.n = n  # no tensor, so an attribute will do
        return x**n

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * ctx.n * x ** (ctx.n - 1)


# %% tags=["raises-exception"]
# %xmode Minimal
Power.apply(x, 3).backward()

# %% [markdown]
# And each gradient has the shape of its argument. Where `forward` adds up many numbers, a single number arrives, and `backward` has to give one to each of them. (The other way is forgiven: if
# `forward` has stretched an argument, autograd itself adds up what is too large, as in lesson 06.)

# %% [markdown]
# ## What ctx is for
#
# Could you not write `ctx.x = x`, as we did with `n`? Here are both ways, and between `forward` and `backward` somebody writes to the input. The slope of the square at 6 is 12, and `h` is made with slope 2, so `x` should get 24.


# %%
class Careless(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return x**2

    @staticmethod
    def backward(ctx, g):
        return g * 2 * ctx.x


x = tensor(3.0, requires_grad=True)
h = 2 * x
y = Careless.apply(h)
h += 1
y.backward()
x.grad


# %%
class Careful(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 2 * x


h = 2 * x
y = Careful.apply(h)
h += 1

# %% tags=["raises-exception"]
y.backward()

# %% [markdown]
# `save_for_backward` notes the version (lesson 10), so a stale number is refused. An attribute has no guard: 28 is the gradient of nothing.
#
# With a result it is worse still. The result knows its node, the node knows its `ctx`, and an attribute of `ctx` leads back to the result: a ring. **When no name is left, which of the two results below is
# still in memory?** (`weakref.ref` looks at an object without keeping it alive. Python's collector, which searches for rings now and then, is told to wait.)

# %%
import gc
import weakref


class Ring(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.y = x.exp()
        return ctx.y


class NoRing(Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y


gc.disable()
for operation in (Ring, NoRing):
    y = operation.apply(x)
    seen = weakref.ref(y)
    del y
    print(operation.__name__, "is still there:", seen() is not None)
gc.enable()

# %% [markdown]
# In a network these are megabytes in each round. So: **tensors that are arguments or results go through `save_for_backward`.** Plain numbers, shapes and the like may be attributes.
#
# ## Play
#
# **What does `Fade` keep in the wrong way, what does it keep for nothing, and which gradient does it work out for nothing?** (The gradients are right.) Go through the
# four stages with the buttons, and compare with the code.


# %%
class Fade(Function):
    @staticmethod
    def forward(ctx, image, mask, gain):
        faded = image * mask * gain
        ctx.save_for_backward(image, faded)
        ctx.mask, ctx.gain = mask, gain
        return faded

    @staticmethod
    def backward(ctx, g):
        image, _ = ctx.saved_tensors
        return g * ctx.mask * ctx.gain, g * image * ctx.gain, None


image = tensor([1.0, 2.0, 3.0])
mask = tensor([0.0, 0.5, 1.0], requires_grad=True)
faded = Fade.apply(image, mask, 10.0)
ctx_inspector(faded.sum())

# %% [markdown]
# <details><summary>The answer</summary>
#
# The mark `!` shows the first: `mask` is a tensor, and is kept as an attribute. (`gain` is a plain number, so that is fine.) Nobody wants the gradient of `image`, and what comes back for it is dropped: it was
# worked out for nothing. `faded` is never used, and `mask` only for that dropped gradient, so both are kept for nothing. This call needs `image` and `gain`.
#
# </details>
#
# ## Exercise 13.1: write one
#
# Several people put coins into one purse, and it grows by the factor $w$ in each of $n$ years:
#
# $$y = w^n \cdot (x_0 + x_1 + \ldots)$$
#
# `x` is a tensor of any shape, `w` a tensor with one number, `n` a plain whole number. On paper first: how far does $y$ move for each unit of $x_0$? And of $w$?


# %% tags=["exercise-13.1"]
# Write both. Savings.apply(x, w, n) gives y, and gradients reach x and w.
class Savings(Function):
    @staticmethod
    def forward(ctx, x, w, n):
        return ...

    @staticmethod
    def backward(ctx, g):
        return ...


check("13.1", Savings)

# %% [markdown]
# ## Skip what nobody wants
#
# `ctx.needs_input_grad` has an entry for each argument: is its gradient wanted? It can be asked in `forward`, too. So a rule need not work out what would be dropped, and need not save what only that would
# need. (`save_for_backward` takes None in the place of a tensor.) Often this is half of the work: the data of a network hardly ever require grad, nor do weights that are frozen (lesson 15).
#
# ## Exercise 13.2: skip what is not needed
#
# The rule is right. It is that of a product of matrices.


# %% tags=["exercise-13.2"]
# Make it thrifty: return None for what is not wanted, and save only what the wanted gradients need.
class Product(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a @ b

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        return g @ b.T, a.T @ g


check("13.2", Product)

# %% [markdown]
# ## Is the rule right?
#
# You know how to find out: by nudging (lesson 01). `gradcheck` does it for you. It nudges each entry of each input, finds the whole Jacobian, and compares it with what the rule gives, row by row. It wants
# float64. Two Functions, one right, one wrong:

# %%
from minigrad.autograd import gradcheck

a64 = tensor([3.0, 8.0], dtype=minigrad.float64, requires_grad=True)
b64 = tensor([4.0, 6.0], dtype=minigrad.float64, requires_grad=True)
gradcheck(Hypotenuse.apply, (a64, b64))

# %% tags=["raises-exception"]
gradcheck(Double.apply, a64)

# %% [markdown]
# “Numerical” is what the nudges found, “analytical” what the rule says. The message even tells the factor. (With `raise_exception=False` you get True or False instead of an error.)
#
# It checks the point that you give it, and no other. Here are four more rules. Each passes at 1:


# %%
class Square(Function):
    @staticmethod
    def forward(ctx, x):
        return x**2

    @staticmethod
    def backward(ctx, g):
        return 2 * g


class Size(Function):
    @staticmethod
    def forward(ctx, x):
        return x.abs()

    @staticmethod
    def backward(ctx, g):
        return g


# %%
class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x**2


class TimesSum(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x.sum()

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x.sum() + x)


# %%
def passes(operation, numbers):
    x = tensor(numbers, dtype=minigrad.float64, requires_grad=True)
    return gradcheck(operation.apply, x, raise_exception=False)


for operation in (Square, Size, Cube, TimesSum):
    print(operation.__name__, passes(operation, [1.0]))

# %% [markdown]
# ## Exercise 13.3: find the wrong rules
#
# One of the four is right everywhere. For each of the others, find numbers at which `gradcheck` catches it. Use `passes` as often as you like.

# %% tags=["exercise-13.3"]
# A list of numbers at which the rule fails, such as [1.0], or "right".
caught = {"Square": ..., "Size": ..., "Cube": ..., "TimesSum": ...}
check("13.3", caught)

# %% [markdown]
# ## A hook: change a gradient on its way
#
# Sometimes the rules are right, but you want to see or change what flows between them. `h.register_hook(f)` calls `f` in each pass with the gradient of `h`, once it is complete, before it goes on. If `f` returns a tensor,
# that goes on in its place. If it returns None, nothing changes:

# %%
x = tensor(3.0, requires_grad=True)
h = x**2
z = h * (h + 1)
h.register_hook(lambda g: print("arrives at h:", g))  # print returns None
h.register_hook(lambda g: g.clamp(-1, 1))  # what is below -1 or above 1 is set to that limit
z.backward()
x.grad

# %% [markdown]
# This is the graph of lesson 04: the two paths bring 10 and 9 to $h$, and the hook sees the sum. Then 1 goes on instead of 19, and $x$ gets $1 \cdot 6$ instead of 114.
#
# What is it good for? A recurrent network multiplies by the same weight again and again, and so does its backward pass. With $w = 3$, ten steps make the gradient $3^{10} = 59049$ times as large: it **explodes**. Cutting it off
# at a limit is called **clipping**.
#
# ## Exercise 13.4: clip by a hook
#
# The loop stays as it is. But the gradient of each `h` that it makes shall be clipped: no entry below `-limit` or above `limit`.


# %% tags=["exercise-13.4"]
# Forwards nothing changes. Backwards the gradient of each new h is clipped before it goes on.
def repeat(h, w, steps, limit):
    for _ in range(steps):
        h = w * h
    return h


check("13.4", repeat)

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same. This program
#
# ```python
# import torch
#
#
# class Power(torch.autograd.Function):
#     @staticmethod
#     def forward(ctx, x, n):
#         ctx.save_for_backward(x)
#         ctx.n = n
#         return x**n
#
#     @staticmethod
#     def backward(ctx, g):
#         (x,) = ctx.saved_tensors
#         return g * ctx.n * x ** (ctx.n - 1), None
#
#
# class Forgetful(Power):
#     @staticmethod
#     def backward(ctx, g):
#         return g
#
#
# x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
# print(Power.apply(x, 3).sum().grad_fn.next_functions[0][0].name())
# print(torch.autograd.gradcheck(lambda x: Power.apply(x, 3), x))
# try:
#     Forgetful.apply(x, 3).sum().backward()
# except RuntimeError as error:
#     print(str(error).splitlines()[0])
#
# h = 2 * x
# h.register_hook(lambda g: g.clamp(-1, 1))
# Power.apply(h, 3).sum().backward()
# print(x.grad)
# ```
#
# prints
#
# ```text
# PowerBackward
# True
# function ForgetfulBackward returned an incorrect number of gradients (expected 2, got 1)
# tensor([2., 2.], dtype=torch.float64)
# ```
#
# *What*, *Where* and *Fix* are ours, and so is the inspector. To clip every `.grad` before the step, both have `nn.utils.clip_grad_value_`; a hook clips on the way.

# %% [markdown]
# ## In one breath
#
# A Function has a `forward` and a rule: one gradient for each argument, in the shape of that argument, None where none is due. Tensors go through `save_for_backward`, and `needs_input_grad` says what
# can be skipped. Autograd believes every rule, so nudge it with `gradcheck`, at numbers that are not special; a hook changes what flows.
#
# Next: [14 Gradients of gradients](14_gradients_of_gradients.ipynb): a backward pass is a computation, too, and can be recorded.
