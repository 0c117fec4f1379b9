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
# # 11 Views and aliases
#
# After this lesson you can say which tensors share one memory, where a gradient goes when only a part of a tensor was used, and what a
# write through one name does to all the others. It takes about 45 minutes; have paper at hand.

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
# **`a` is `tensor([1., 2.])`. Then come the lines `b = a` and `b += 10`. What does `a` hold?**
#
# <details><summary>[1., 2.]</summary>
#
# Not quite: `b = a` makes no second tensor, and `+=` writes into the one that is there. Try again.
#
# </details>
# <details><summary>[11., 12.]</summary>
#
# Yes. Two names, and both arrows point to one tensor. This lesson is about two *tensors* with one memory.
#
# </details>
# <details><summary>nothing, there is an error</summary>
#
# Not quite: a leaf that requires grad would refuse the write. Nobody asked for the gradient of `a`. Try again.
#
# </details>

# %% [markdown]
# **`x` has shape (2, 3). A loss is made from its first row alone, which has shape (3,). Which shape does `x.grad` have?**
#
# <details><summary>(3,)</summary>
#
# Not quite: so is the gradient of the row. But `x` has six numbers, and each wants an answer. Try again.
#
# </details>
# <details><summary>(2, 3)</summary>
#
# Yes. A gradient always has the shape of its input. What stands in its second row, you will soon see.
#
# </details>
# <details><summary>()</summary>
#
# Not quite: that is the shape of the loss. Try again.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# Here `first` is made from `y`, and *afterwards* `y` is written to. Will `x.grad` be $[2, 2, 0]$ or $[0, 2, 0]$, or is there an error?
# Decide, then run the cell.

# %%
from minigrad import tensor

x = tensor([1.0, 2.0, 3.0], requires_grad=True)
y = 2 * x
first = y[:2]
y[0] = 10.0
first.sum().backward()
print(first)
print(x.grad)

# %% [markdown]
# No line says `first = …` a second time. And yet `first` reads 10 now, and its history has changed as well: the first entry of `x` no longer counts.
#
# So there are two questions. Where do the numbers of `first` stand? And how does its history know of the write?
#
# ## One memory, many tensors
#
# Whatever the shape of a tensor, its numbers stand in one row of cells, its **memory**. (PyTorch also says *storage*.) How the row is to be read is told by the shape and by two
# more things:
#
# - The **offset** is the cell where reading begins.
# - The **strides** say, for each dimension, how many cells it is to the next index.
#
# $$\text{cell of element } (i, j) \;=\; \text{offset} + i \cdot \text{stride}_0 + j \cdot \text{stride}_1$$
#
# ### By hand
#
# Let `m` be $2 \times 3$, with 10 in cell 0, 11 in cell 1, and so on up to 15 in cell 5.
#
# | tensor | shape | offset | strides | reads the cells |
# | --- | --- | --- | --- | --- |
# | `m` | (2, 3) | 0 | (3, 1) | 0, 1, 2, 3, 4, 5 |
# | `m[1]` | (3,) | 3 | (1,) | 3, 4, 5 |
# | `m[:, 1]` | (2,) | 1 | (3,) | 1, 4 |
# | `m.T` | (3, 2) | 0 | (1, 3) | 0, 3, 1, 4, 2, 5 |
#
# No number is moved for any of these. For `m.T` the two strides change places, and that is all.
#
# `m[1]`, `m[:, 1]` and `m.T` are **views** of `m`, and `m` is their **base**. All tensors that share memory are **aliases** of each other.
#
# ### In code

# %%
m = tensor([[10.0, 11.0, 12.0], [13.0, 14.0, 15.0]])
for view in (m, m[1], m[:, 1], m.T):
    print(tuple(view.shape), view.storage_offset(), view.stride())

# %% [markdown]
# Element (2, 1) of `m.T` is in cell $0 + 2 \cdot 1 + 1 \cdot 3 = 5$. Which number of `m` will this line overwrite?

# %%
m.T[2, 1] = 0.0
m

# %% [markdown]
# ### Which calls share
#
# - **A view**, always: a number or a slice as index, `x[0]` or `x[1:3]`; `x.T`; `x.view(…)`, which gives it another shape; `unbind` and `chunk`, which hand out rows
#   and larger parts; and `detach()`, which cuts the history but not the memory.
# - **A copy**, always: `clone()`; whatever computes, even `x + 0`; a list or a mask as index, `x[[0, 2]]` or `x[x > 1]`. (To the left of `=` it is another matter:
#   `x[x > 1] = 0.0` writes to `x` itself.)
# - **Either one**: `reshape` gives a view where some strides fit, and a copy where none do.
#
# As six numbers, `m` reads the cells 0, 1, 2, 3, 4, 5: a stride of 1. `m.T` would have to read 0, 3, 1, 4, 2, 5, and no stride does that.

# %%
import numpy as np


def share(a, b):
    return np.shares_memory(a.numpy(), b.numpy())


print(share(m, m.reshape(6)), share(m, m.T.reshape(6)))

# %% [markdown]
# If you mean to write to the result, use `view`: where `reshape` would copy, it raises an error.
#
# (And a stride may be 0: then each step stays in the same cell. That is how a broadcast, as in lesson 06, repeats numbers without copying them.)
#
# ## Play
#
# **Three other tensors here have an element in the same cell as `x[2, 1]`: which elements? And which tensor has none?** Choose a tensor, then walk through its elements
# with the slider, or click on a cell.

# %%
from minigrad.viz import step, storage_strip

x = tensor([[10.0, 11.0], [12.0, 13.0], [14.0, 15.0]])
storage_strip(x, x.T, x[::2], x[:, 1], x.T.reshape(6))

# %% [markdown]
# <details><summary>The answer</summary>
#
# `x.T[1, 2]`, `x[::2][1, 1]` and `x[:, 1][2]` are in cell 5, too: write to one, and all four change. `x.T.reshape(6)` is a copy. It has the same six numbers, but in
# cells of its own.
#
# </details>
#
# ## Exercise 11.1: which alias?
#
# Answer before you run anything. (Run the cell below afterwards, and ask `share`.)

# %%
t = tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
a = t[0]
b = t.T
c = t[[0, 1]]
d = t.reshape(6)
e = b.reshape(6)
f = t.detach()
g = t + 0
h = b[1:]

# %% tags=["exercise-11.1"]
# Which of a, b, c, d, e, f, g and h share memory with t? Names in quotes: ["a", …].
aliases = ...
# Cell 3 of t's memory holds a 4. Which index has that 4 in b? Such as (2, 1).
changed = ...
check("11.1", (aliases, changed))

# %% [markdown]
# ## A part forwards, zeros backwards
#
# A slice takes some of the numbers. If you nudge one that was not taken, the slice does not change. So the slope is 0 there, and 1 where a number was taken.
#
# Backwards, **what arrives goes back to the places that it was taken from, and all other places get 0.** For `y = x[1:3]`, with $\bar y$ for what arrives:
#
# $$\bar x = [\,0,\; \bar y_0,\; \bar y_1,\; 0,\; \dots\,]$$
#
# ### By hand
#
# The differences between neighbours are made with two slices: `d = x[1:] - x[:-1]`. For $x = [1, 4, 9, 16]$ they are $d = [3, 5, 7]$. Let $[1, 10, 100]$ arrive.
#
# | entry of `x` | 1 | 4 | 9 | 16 |
# | --- | --- | --- | --- | --- |
# | by way of `x[1:]` | 0 | 1 | 10 | 100 |
# | by way of `x[:-1]` | −1 | −10 | −100 | 0 |
# | gradient | −1 | −9 | −90 | 100 |
#
# Each slice fills up with zeros to the length of `x`. The two are a fan-out, so what they bring is added.
#
# ### In code

# %%
arrives = np.array([1.0, 10.0, 100.0])
to_x = np.zeros(4)
to_x[1:] += arrives
to_x[:-1] -= arrives
to_x

# %% [markdown]
# ### In the stepper
#
# Before each click on **Next**, say where the zeros will be.

# %%
x = tensor([1.0, 4.0, 9.0, 16.0], requires_grad=True)
d = x[1:] - x[:-1]
step(d, gradient=tensor(arrives))

# %% [markdown]
# `x.T` and `reshape` leave nothing out: the first turns the gradient back, the other gives it the old shape. (A list as index may pick a number twice, as in `x[[0, 0]]`. That
# is a fan-out as well.)
#
# ## Exercise 11.2: the backward of a slice
#
# Write the rule for every index that gives a view: `x[1:3]`, `x[::2]`, `x[0]`, `x[:, 1]`.


# %% tags=["exercise-11.2"]
# y = x[index], and g arrives at y. Hand back the gradient of x. shape is that of x, such as (4,) or (2, 3).
# g is a NumPy array. index is ready to stand in brackets: for x[1:3], array[index] is array[1:3].
def slice_backward(g, shape, index):
    return ...


check("11.2", slice_backward)

# %% [markdown]
# ## A write through a view
#
# Back to the puzzle. `y[0] = 10.0` is an operation: it makes the view `y[0]` and writes to it. Three things change:
#
# 1. **The numbers**, for all aliases. They read the same cells.
# 2. **The version**, for the base and all its views. So the error of lesson 10 comes whichever of them you write to. (`.data` counts apart.)
# 3. **The history of the base.** `y` is now “the old `y` with one place overwritten”, and its new node is called `CopySlices`. `first` reads from the new `y`, so its old node, a slice
#    of the old `y`, is no longer true. It gets a new one.
#
# Here is the puzzle again. This time the 10 is a tensor `w` that requires grad:

# %%
x = tensor([1.0, 2.0, 3.0], requires_grad=True)
w = tensor(10.0, requires_grad=True)
y = 2 * x
first = y[:2]
print(type(y.grad_fn).__name__, type(first.grad_fn).__name__, y._version, first._version)
y[0] = w
print(type(y.grad_fn).__name__, type(first.grad_fn).__name__, y._version, first._version)

# %% [markdown]
# `AsStrided` is PyTorch's word for a view that is told by its offset and strides. Now backwards, when 1 arrives at each entry of `first`:
#
# | node | arrives | sends on |
# | --- | --- | --- |
# | `first` | $[1, 1]$ | $[1, 1, 0]$ to the new `y` |
# | `y[0] = w` | $[1, 1, 0]$ | $[0, 1, 0]$ to the old `y`, and $1$ to `w` |
# | `2 * x` | $[0, 1, 0]$ | $[0, 2, 0]$ to `x` |
#
# The old number in place 0 is gone, so it gets 0. What arrives there belongs to `w`, which took its place. The rule of `CopySlices` says both. Find it in the stepper:

# %%
total = first.sum()
step(total)

# %% [markdown]
# (A leaf that requires grad has no history that could be rewritten. That is why it refused `x[0] = 5.0` in lesson 10.)
#
# ## Exercise 11.3: after the write
#
# Work this out on paper, node by node.
#
# ```python
# p = tensor([1.0, 2.0, 3.0], requires_grad=True)
# w = tensor(5.0, requires_grad=True)
# q = 2 * p
# last = q[1:]
# q[1] = w
# (last * last).sum().backward()
# ```

# %% tags=["exercise-11.3"]
# Lists of numbers for last and p.grad; a number, or None, for w.grad.
last_now = ...
p_grad = ...
w_grad = ...
check("11.3", (last_now, p_grad, w_grad))

# %% [markdown]
# ## Several views from one call
#
# `unbind` cuts a tensor into its rows, `chunk(2)` into two parts. One call makes several views, and one node for all of them. The node of `first` was made anew; such a node never is. So a write to one of these views is refused:

# %% tags=["raises-exception"]
# %xmode Minimal
pair = 2 * tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
left, right = pair.chunk(2)
left *= 10

# %% [markdown]
# (The first line keeps the message short.) *Fix* has the two ways out: make a new tensor, or write to `pair` itself and cut it anew.
#
# ## A list is not yet a tensor
#
# A loop often leaves a list of small tensors. There are two ways to make it one tensor. Which of the two will have a `grad_fn`?

# %%
import minigrad

parts = [x[0] * 2, x[1] * 3]
print(tensor(parts))
print(minigrad.stack(parts))

# %% [markdown]
# `tensor` reads the numbers and makes a new leaf, without a past, and warns you. To add `requires_grad=True` does not help: that leaf gets a gradient, but no path leads from it to the parts.
# `stack` copies the numbers, too, but it is an operation. It is recorded, and backwards each part gets its entry. (`cat` joins longer parts, end to end.)
#
# ## Exercise 11.4: mend both bugs


# %% tags=["exercise-11.4"]
# The mean of each row of x, but the first row counts double: for [[1., 3.], [4., 6.]] that is [4., 5.].
# Mend both bugs. x stays as it is, and gradients must reach it.
def row_means(x):
    first, *others = x.unbind()
    first *= 2
    return tensor([row.mean() for row in [first, *others]])


check("11.4", row_means)

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same offsets and strides, the same nodes. This program
#
# ```python
# import warnings
#
# import torch
#
# m = torch.tensor([[10.0, 11.0, 12.0], [13.0, 14.0, 15.0]])
# print(m.T.stride(), m[:, 1].storage_offset(), m[:, 1].stride())
# print([view.data_ptr() == m.data_ptr() for view in (m.reshape(6), m.T.reshape(6))])
#
# x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
# w = torch.tensor(10.0, requires_grad=True)
# y = 2 * x
# first = y[:2]
# y[0] = w
# print(y)
# print(first)
# first.sum().backward()
# print(x.grad, w.grad)
#
# row, *others = (2 * x).unbind()
# try:
#     row *= 10
# except RuntimeError as error:
#     print(str(error).partition(". ")[0])
# print(torch.stack([w, 2 * w]))
# with warnings.catch_warnings(record=True) as seen:
#     torch.tensor([w, 2 * w])
# print(str(seen[0].message).splitlines()[0])
# ```
#
# prints
#
# ```text
# (1, 3) 1 (3,)
# [True, False]
# tensor([10.,  4.,  6.], grad_fn=<CopySlices>)
# tensor([10.,  4.], grad_fn=<AsStridedBackward0>)
# tensor([0., 2., 0.]) tensor(1.)
# Output 0 of Unbind is a view and is being modified inplace
# tensor([10., 20.], grad_fn=<StackBackward0>)
# Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.
# ```
#
# (`data_ptr` tells where in the computer a tensor's first number stands.) There is one difference: PyTorch gives that warning once in each session,
# minigrad once for each line that deserves it.

# %% [markdown]
# ## In one breath
#
# A tensor is a way to read a memory, and views are other ways to read the same one. Backwards, a slice puts what arrives in its places and zeros everywhere else. A write
# through a view changes numbers, version and history, those of the base and of all its views; a copy knows nothing of it.
#
# Next: [12 Kinks, NaNs and ties](12_kinks_nans_and_ties.ipynb): what a gradient is where there is no slope.
