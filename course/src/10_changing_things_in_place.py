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
# # 10 Changing things in place
#
# After this lesson you can say of a line that overwrites a tensor whether backward will refuse it, take it rightly, or be wrong without a
# word, and you can mend what breaks. It takes about 40 minutes.

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
# **`a` is the tensor 2. Then run `b = a` and `a = a + 1`. What is `b` now?**
#
# <details><summary>2</summary>
#
# Yes. `a + 1` is a new tensor, and `=` turns the arrow of `a` to it. The arrow of `b` stays where it was.
#
# </details>
# <details><summary>3</summary>
#
# Not quite: that would be so if the tensor itself had changed. But what does `=` change, a tensor or an arrow? Try again.
#
# </details>
# <details><summary>nothing: its tensor is gone</summary>
#
# Not quite. A tensor stays as long as some name points to it, and `b` still does. Try again.
#
# </details>

# %% [markdown]
# **`d = y.detach()`. What does `d` have in common with `y`?**
#
# <details><summary>the history</summary>
#
# Not quite: that is what `detach()` leaves behind. Try again.
#
# </details>
# <details><summary>the memory that holds the numbers</summary>
#
# Yes. No number is copied. A write to `d` also writes to `y`, and this lesson is about what happens then.
#
# </details>
# <details><summary>nothing: it is a copy</summary>
#
# Not quite. A copy comes from `clone()`. `detach()` copies no number. Try again.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# Two programs, alike but for one factor. Both write over the sines in `y`, and backward has to come back through that sine. (The second
# is from François Fleuret's deep learning course.)
#
# ```python
# y = x.sin()             y = x.sin()
# y *= 2                  y *= y
# y.sum().backward()      y.sum().backward()
# ```
#
# Will backward refuse both, neither, only the first, or only the second? Decide, then run both cells.

# %%
# %xmode Minimal
import minigrad
from minigrad import no_grad, tensor

x = tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x.sin()
y *= 2
y.sum().backward()
minigrad.allclose(x.grad, 2 * x.cos())

# %% tags=["raises-exception"]
y = x.sin()
y *= y
y.sum().backward()

# %% [markdown]
# The first gives the right gradient, $2 \cos x$. The second is refused (its message will make sense in a moment). So overwriting is not forbidden as such. What counts is who still needs
# the old numbers.
#
# ## In place
#
# `y = y + 1` makes a new tensor. `y += 1` writes into the memory that `y` has already: it changes the tensor **in place**. So do methods whose
# names end in `_`, such as `y.add_(1)`, assignments such as `y[0] = 5`, and an optimizer's `step()`. Every name that points to this tensor sees the change:

# %%
a = tensor([1.0, 2.0])
b = a
a = a + 10  # a new tensor
print(b)
a = b
a += 10  # the same tensor
print(b)

# %% [markdown]
# ## What backward has saved
#
# The rule of a square needs its input: the slope of $h^2$ is $2h$. So the node saves $h$ when it is made (lesson 08). It does not copy the numbers, since that would cost time and memory.
# It only keeps hold of the memory they are in, and relies on nobody writing to it.
#
# What if somebody does? For that there is the version of lesson 09. Each tensor counts the writes to its memory, and each node notes the version that it saved. With `h`, `h.detach()` shares the memory and the count, and `h.data` only the memory.
#
# ### By hand
#
# Let $x = 3$.
#
# | line | numbers in `h` | version of `h` | saved |
# | --- | --- | --- | --- |
# | `h = x * 2` | 6 | 0 | the 2 |
# | `y = h**2` | 6 | 0 | `h`, at version 0 |
# | `h += 1` | 7 | 1 | nothing |
#
# $y$ was made from 6, so the right slope is $2 \cdot 6 = 12$, and $x$ should get $12 \cdot 2 = 24$. But backward would find a 7 in the memory: $2 \cdot 7 \cdot 2 = 28$. That is the gradient
# of nothing that was computed. So backward compares: version 0 was saved, version 1 is there. It refuses.
#
# ### In code

# %%
x = tensor(3.0, requires_grad=True)
h = x * 2
y = h**2
print(h._version)
h += 1
print(h._version)

# %% tags=["raises-exception"]
y.backward()

# %% [markdown]
# The first line is PyTorch's. The others name who saved, who wrote, and what to write instead. `h = h + 1` leaves the 6 where it is, and only turns the arrow. You may also write to `h` after
# `backward()`, or save a copy: `y = h.clone()**2`.
#
# ### In the stepper
#
# The walk ends at its first node: the engine compares versions before it lets a rule run.

# %%
from minigrad.viz import step, version_timeline

step(y)

# %% [markdown]
# ## Who saves what
#
# A node saves what its rule needs, and nothing else:
#
# | line | slope | saves | you may overwrite |
# | --- | --- | --- | --- |
# | `z = h + k` | $1$ and $1$ | nothing | `h`, `k` and `z` |
# | `z = h * 2` | $2$ | the 2 | `h` and `z` |
# | `z = h**2` | $2h$ | its input | `z` |
# | `z = h.sin()` | $\cos h$ | its input | `z` |
# | `z = h.exp()` | $e^h$, which is $z$ | its result | `h` |
# | `z = h * k`, both require grad | $k$ and $h$ | both inputs | `z` |
#
# That solves the puzzle. The sine saved `x`, so nobody needed the numbers in `y`, and `y *= 2` could write over them. But a product saves its factors, and `y *= y` overwrites one of its own. (Of the tensor
# that it writes to, here the left `y`, it takes a copy first. The right `y` it saves as it is. So writing in place does not even spare memory here.)
#
# A write in place is recorded like any other operation. The tensor gets a new `grad_fn`, and the old one stands behind it. Here nobody has saved `y`, so all goes well:

# %%
x = tensor(3.0, requires_grad=True)
y = x * 2
print(type(y.grad_fn).__name__)
y += 1
print(type(y.grad_fn).__name__)
y.backward()
x.grad

# %% [markdown]
# ## Play
#
# **Which of `a` to `e` can go backward, and does it help that `h` holds its old numbers again at the end?** Walk through the events with the slider. The
# row on top shows the version. Below it there is a line for each node that saved `h`.

# %%
x = tensor([1.0, 2.0], requires_grad=True)
h = x * 2
a = h.exp()
b = h**2
h += 1
c = h * x
d = h.sin()
h -= 1
e = h + x
version_timeline(h, a, b, c, d, e)

# %% [markdown]
# <details><summary>The answer</summary>
#
# `a` and `e`: they have no line, because `exp` saved its result, and a sum saves nothing. `b`, `c` and `d` are **stale**: somebody wrote to what they saved. It does not help that `b` would find the right numbers again: writes are counted, numbers are not compared.
#
# </details>
#
# ## Leaves
#
# In lesson 09 a training step wrote to a leaf, under `no_grad`. A tutorial called “Advanced Autograd Topics” says that this works without it, too, and changes `x` in place:

# %% tags=["raises-exception"]
x = minigrad.ones(3, requires_grad=True)
x.add_(1)

# %% [markdown]
# The tutorial is wrong. A recorded write would make `x` a result. Then no tensor would be left that stands for the leaf, and nobody could get at its gradient.
#
# What do you want? To *compute* with other numbers, make a new tensor: `y = x + 1`. To *set* the leaf, say that this is no part of the function:

# %%
with no_grad():
    x += 1
print(x, x.is_leaf, x._version)

# %% [markdown]
# Under `no_grad` nothing is recorded, but the version counts on. (A leaf that does not require grad may be written anywhere. Its version counts, too.)
#
# Three more refusals have to do with **views**: tensors such as `x[0]` that are a part of another one's memory. (Lesson 11 is about them.)


# %%
def part_of_a_leaf():
    x[0] = 5.0


def one_of_several():
    first = (x * 2).unbind()[0]  # unbind makes a view of each entry, all in one call
    first += 1


def made_without_recording():
    y = x * 2
    with no_grad():
        first = y[0]
    first += 1


for program in (part_of_a_leaf, one_of_several, made_without_recording):
    try:
        program()
    except RuntimeError as error:
        print(str(error).splitlines()[0].split(". ")[0])

# %% [markdown]
# The first would write to a leaf by the back door. In the second, one call has made several views, with one node for all of them, and such a node is never made anew. The third view was made without a
# history, so there is none to rewrite. The way out is the same each time: make a new tensor. (And an entry of a leaf may be set under `no_grad`, just as the whole.)
#
# ## A step between two backwards
#
# An optimizer's `step()` (lesson 07) moves every weight a little against its gradient, and it does so in place. Here are two results of the same weight:

# %%
from minigrad.optim import SGD

w = tensor(3.0, requires_grad=True)
optimizer = SGD([w], lr=0.1)
first = w * 2  # saves the 2
second = w**2  # saves w, at version 0
first.backward()
optimizer.step()  # w becomes 3 - 0.1 * 2, at version 1
print(w)

# %% tags=["raises-exception"]
second.backward()

# %% [markdown]
# `second` was computed with 3, and now there is 2.8. You have two ways out, and they mean different things:
#
# - Call both `backward()` first, then `step()`. Both gradients belong to the old weight: that of `second` is 6.
# - Clear, and compute `second` anew after the step. Its gradient belongs to the new weight: 5.6.
#
# This is met wherever two losses share weights, as those of the GAN in lesson 08 do.
#
# ## Past the counter
#
# The counter sees only writes that go through it. `.data` has the memory of the tensor, but a counter of its own (lesson 09). And NumPy, which shares the memory too, has never heard of versions:

# %%
x = tensor(3.0, requires_grad=True)
h = x * 2
y = h**2
h.detach().numpy()[...] = 7  # into all its entries
print(h._version)
y.backward()
x.grad

# %% [markdown]
# There is the 28, the gradient of nothing, and nobody warns. So ask two questions of every write:
#
# | written | is it counted? | is it recorded? |
# | --- | --- | --- |
# | `h += 1` | yes | yes |
# | `h += 1` under `no_grad` | yes | no |
# | `h.detach().add_(1)` | yes | no |
# | `h.data += 1` | no | no |
# | through NumPy | no | no |
#
# If it is **not counted**, a rule that saved `h` before will use wrong numbers. If it is **not recorded**, what is computed from `h` afterwards has a gradient that knows
# nothing of the write.
#
# ## Exercise 10.1: raises, passes, or wrong
#
# Each of these functions is called with a leaf `x`, the number 3, that requires grad. Then `backward()` is called on what it returns. Is there an error? If not, is `x.grad` the slope that a nudge finds? Do not run
# them yet.


# %%
def f1(x):
    y = x * 2
    y += 1
    return y * y


def f2(x):
    y = x.exp()
    y += 1
    return y


def f3(x):
    y = x**2
    y += 1
    return y


def f4(x):
    c = tensor(5.0)
    y = x * c
    c += 1
    return y


# %%
def f5(x):
    y = x * 2
    z = y**2
    y = y + 1
    return z


def f6(x):
    y = x * 2
    z = y**2
    y.data += 1
    return z


def f7(x):
    y = x * 2
    z = y**2
    y.detach().add_(1)
    return z


def f8(x):
    x += 1
    return x**2


# %%
def f9(x):
    with no_grad():
        x += 1
    return x**2


def f10(x):
    z = x**2
    with no_grad():
        x += 1
    return z


def f11(x):
    y = x * 2
    z = y**2
    y.detach().numpy()[...] = 0
    return z


def f12(x):
    y = x * 2
    with no_grad():
        y *= 3
    return y**2


# %% tags=["exercise-10.1"]
# "raises" (an error), "passes" (x.grad is what a nudge finds), or "wrong" (no error, but another x.grad)?
verdicts = {
    "f1": ...,
    "f2": ...,
    "f3": ...,
    "f4": ...,
    "f5": ...,
    "f6": ...,
    "f7": ...,
    "f8": ...,
    "f9": ...,
    "f10": ...,
    "f11": ...,
    "f12": ...,
}
check("10.1", verdicts)

# %% [markdown]
# Once you have answered, look at those that surprise you. This asks backward, then a nudge in both directions:


# %%
def outcome(f):
    x = tensor(3.0, requires_grad=True)
    try:
        f(x).backward()
    except RuntimeError as error:
        return str(error).splitlines()[0]
    up, down = (f(tensor(3 + nudge, dtype=minigrad.float64)) for nudge in (1e-6, -1e-6))
    return f"backward finds {x.grad.item():.2f}, a nudge {(up - down).item() / 2e-6:.2f}"


outcome(f1)

# %% [markdown]
# ## Exercise 10.2: shares that add up to 1
#
# **Softmax** turns numbers into shares that add up to 1. It is the `percent` of lesson 05 without the 100, and with $e^x$ in place of $x$. As $e^{1000}$ is too large for a float, the largest number is taken off first,
# which does not change the shares. Somebody wanted to spare memory:


# %% tags=["exercise-10.2"]
# Mend it: gradients must reach x, and the caller's x must stay as it is.
def softmax(x):
    x -= x.max()
    e = x.exp()
    e /= e.sum()
    return e


check("10.2", softmax)

# %% [markdown]
# ## Exercise 10.3: one step for two losses
#
# One loss pulls the weights towards 5, the other keeps them small. Both gradients should belong to the weights as they were when the function was called.


# %% tags=["exercise-10.3"]
# Mend it: one step, with the sum of both gradients.
def train_once(w, optimizer):
    pull = ((w - 5) ** 2).sum()
    size = (w**2).sum()
    optimizer.zero_grad()
    pull.backward()
    optimizer.step()
    size.backward()
    optimizer.step()


check("10.3", train_once)

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same versions, the same refusals. This program
#
# ```python
# import torch
#
#
# def said(program):
#     try:
#         program()
#     except RuntimeError as error:
#         print(str(error).splitlines()[0].partition(":")[0])
#
#
# x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
# y = x.sin()
# y *= y
# print(y._version)
# said(y.sum().backward)
# said(lambda: x.add_(1))
# said(lambda: x[0].add_(1))
#
# x = torch.tensor(3.0, requires_grad=True)
# y = x * 2
# y += 1
# print(y)
#
# h = x * 2
# y = h**2
# h.data += 1
# print(h._version)
# y.backward()
# print(x.grad)
# ```
#
# prints
#
# ```text
# 1
# one of the variables needed for gradient computation has been modified by an inplace operation
# a leaf Variable that requires grad is being used in an in-place operation.
# a view of a leaf Variable that requires grad is being used in an in-place operation.
# tensor(7., grad_fn=<AddBackward0>)
# 0
# tensor(28.)
# ```
#
# PyTorch's message says which version was expected, and which was found. Who saved and who wrote, it does not say: *What*, *Where* and *Fix* are ours, and so is this course's warning of
# `.data`.

# %% [markdown]
# ## In one breath
#
# A node saves the numbers that its slope needs, without copying them, and notes their version. A write in place makes the version go up, under `no_grad` and in an optimizer's step too, and
# backward refuses what is stale. `.data` and NumPy go past the counter, and then gradients are wrong without a word.
#
# Next: [11 Views and aliases](11_views_and_aliases.ipynb): who shares memory with whom, and how gradients find their way through a part of a tensor.
