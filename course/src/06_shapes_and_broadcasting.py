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
# # 06 Shapes and broadcasting
#
# After this lesson you can say which shape every gradient has before anything runs, bring a gradient back through shapes that were
# stretched to fit, and find a loss that is wrong without any error. It takes about 40 minutes.

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
# **Two edges arrive at a node. One brings 1, the other 10, and the node's own slope is 2. What does the node send on?**
#
# <details><summary>20</summary>
#
# Not quite: that is the last gradient alone, times the slope. What becomes of the first one? Try again.
#
# </details>
# <details><summary>22</summary>
#
# Yes. What arrives is added, 1 + 10 = 11, and then multiplied by the slope.
#
# </details>
# <details><summary>first 2, later 20</summary>
#
# Not quite: a node runs once, when everything has arrived. Try again.
#
# </details>

# %% [markdown]
# **`y` has 5 entries and was made from `x`, which has 4. How many numbers must `v` hold in `y.backward(gradient=v)`?**
#
# <details><summary>4</summary>
#
# Not quite: that is how many come out at the other end, in `x.grad`. Try again.
#
# </details>
# <details><summary>5</summary>
#
# Yes. There is one for each entry of `y`. The vector $v$ goes in at the top, and $v^\top J$ comes out at `x`.
#
# </details>
# <details><summary>20</summary>
#
# Not quite: so many slopes has the Jacobian, and nobody needs to write it down. Try again.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# Here are three predictions, and all three are exactly right. Most models hand out a row for each example, so the predictions are a
# column of shape (3, 1). The targets are a plain list of shape (3,). The loss is the mean of the squared differences.
#
# (This course's notebooks would warn you here. The line with `warn_silent_mistakes` switches that off.)
#
# What will the loss be? Decide, then run the cell.

# %%
import minigrad
from minigrad import tensor

minigrad.autograd.warn_silent_mistakes(False)

guess = tensor([[1.0], [2.0], [3.0]], requires_grad=True)
target = tensor([1.0, 2.0, 3.0])
loss = ((guess - target) ** 2).mean()
loss.backward()
loss

# %% [markdown]
# Not 0, although every guess is right, and no error either. Look at the differences:

# %%
table = guess - target
table

# %% [markdown]
# There are nine of them. Every guess was compared with every target, and only the diagonal holds the pairs that belong together.
#
# What does such a loss do to the gradients, and to training? For that, follow a gradient through a stretched input.
#
# ## A copy forwards, a sum backwards
#
# Where two shapes differ, NumPy stretches them until they fit, and so do tensors. This is called **broadcasting**. Write the two shapes below
# each other, right sides aligned. Where one has a 1, or nothing at all, its numbers are repeated:
#
# ```text
# rows          (2, 3)
# bias             (3)     repeated for each of the 2 rows
# rows + bias   (2, 3)
# ```
#
# So each entry of `bias` is used twice. You know such a thing from lesson 04: it is a fan-out, and there gradients add.
#
# ### By hand
#
# Let `bias` be $[5, 6, 7]$, and let the gradient $[1, 2, 3]$ arrive at the first row of the result and $[10, 20, 30]$ at the second. The slope of a sum is
# 1, so every copy gets just what arrives:
#
# | entry of `bias` | its first copy gets | its second copy gets | its gradient |
# | --- | --- | --- | --- |
# | 5 | 1 | 10 | 11 |
# | 6 | 2 | 20 | 22 |
# | 7 | 3 | 30 | 33 |
#
# Forwards a broadcast copies, so backwards it is a sum over the copies. With $\bar z$ for what arrives and $\bar b$ for the gradient of `bias`, row $i$ and column $j$:
#
# $$\bar b_j = \sum_i \bar z_{ij}$$
#
# ### In code
#
# The rows are dimension 0, and that is the one to sum over:

# %%
arrives = tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
arrives.sum(axis=0)

# %% [markdown]
# ### In the stepper
#
# The sum is a step of its own, marked Σ. Before each click on **Next**, say which shape the next gradient will have.

# %%
from minigrad.viz import step

rows = tensor([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]], requires_grad=True)
bias = tensor([5.0, 6.0, 7.0], requires_grad=True)
out = rows + bias
step(out, gradient=arrives)

# %% [markdown]
# `rows` was not stretched, so its gradient leaves at once. That of `bias` reads "not yet" until the sum is done.
#
# ### A dimension of length 1
#
# Now a column of shape (2, 1) is added to the same `rows`. It is repeated along dimension 1, so that is where we sum. But the gradient must be a column again, and not a
# plain list of 2 numbers: the dimension stays, with length 1. (`grad` hands out the gradients that you ask for, and fills no `.grad`.)

# %%
column = tensor([[8.0], [9.0]], requires_grad=True)
print(minigrad.autograd.grad(rows + column, column, arrives)[0])
print(arrives.sum(axis=1, keepdims=True))

# %% [markdown]
# That makes two rules:
#
# - A dimension that was **missing** is summed over, and is gone again.
# - A dimension of **length 1** is summed over, and stays as a 1.
#
# ## One shape for each gradient
#
# A gradient answers one question for each number of its input: how far does the result move if I nudge you? So it has as many numbers as the
# input, in the same places. It always has the shape of its input, and its data type as well. Here a single number is multiplied
# with a whole table of another type:

# %%
factor = tensor(3.0, requires_grad=True)
numbers = tensor([[1.0, 2.0], [3.0, 4.0]], dtype=minigrad.float64)
product = factor * numbers
product.sum().backward()
print(product.shape, product.dtype)
print(factor.grad.shape, factor.grad.dtype, factor.grad)

# %% [markdown]
# The gradient 10 is a sum over four copies, $1 + 2 + 3 + 4$. (`Size([])`, or `()`, is the shape of a single number: it has no dimensions.)
#
# ### Matrix products by their shapes
#
# The rule for the product of two matrices is easily forgotten: which one is transposed, and on which side does it stand? The shapes tell. Let $y = x w$, and let $g$ be
# what arrives at $y$:
#
# ```text
# x (2, 3)    w (3, 4)    y (2, 4)    so g is (2, 4) as well
#
# for w:   x.T @ g   is   (3, 2) @ (2, 4)   =   (3, 4)
# for x:   g @ w.T   is   (2, 4) @ (4, 3)   =   (2, 3)
# ```
#
# No other product of these gives the shapes of $w$ and $x$:
#
# $$\bar w = x^\top g \qquad \bar x = g\, w^\top$$

# %%
import numpy as np

x = tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
w = tensor(np.arange(12.0).reshape(3, 4), requires_grad=True)
g = tensor(np.arange(8.0).reshape(2, 4))
to_x, to_w = minigrad.autograd.grad(x @ w, (x, w), g)
print(minigrad.equal(to_x, g @ w.T), minigrad.equal(to_w, x.T @ g))

# %% [markdown]
# A sum over copies is in here, too: each weight serves both rows of $x$, and the product $x^\top g$ adds up what comes back from them.
#
# ## Play
#
# **Where does a shape arise that nobody wants, and on which edge is it summed away again?** A line is to be fitted to five students, by their hours of work
# and their score. Click **Forwards** and follow the shapes up from the leaves. Then click **Backwards** and follow them down. A click on a box says more.

# %%
from minigrad.viz import shape_flow

hours = tensor([[0.0], [1.0], [2.0], [3.0], [4.0]])
score = tensor([1.0, 3.0, 4.0, 8.0, 9.0])
slope = tensor([[0.0]], requires_grad=True)
start = tensor([0.0], requires_grad=True)
p = hours @ slope + start
d = p - score
all_pairs = (d**2).mean()
shape_flow(all_pairs)

# %% [markdown]
# <details><summary>The answer</summary>
#
# It arises in `p - score`, where (5, 1) and (5,) become (5, 5). A click on this box asks whether that is meant. On the way down, the edge below this box sums it to (5, 1) again. From there on, all shapes are as
# they should be, and that is why nothing complains. The second Σ, down to (1,), is meant: one `start` serves all five students.
#
# </details>
#
# ## Exercise 06.1: say each shape
#
# This stepper is locked: it takes a step only after you have said which shape is sent. Type it as (2, 3).

# %%
a = tensor(np.ones((4, 2)))
m = tensor(np.ones((2, 3)), requires_grad=True)
c = tensor(np.ones((4, 1)), requires_grad=True)
r = tensor(np.ones(3), requires_grad=True)
h = a @ m
k = h * c
e = k + r
total = e.sum()
shapes = step(total, predict="shape")
shapes

# %% tags=["exercise-06.1"]
# Answer in the stepper above. Then run this cell.
check("06.1", shapes)

# %% [markdown]
# ## Exercise 06.2: undo a broadcast
#
# Every operation of minigrad that may stretch its inputs has its gradients passed through one small function. Write it.


# %% tags=["exercise-06.2"]
# g is a NumPy array, as large as broadcasting made it. shape is that of the input, such as (3,), (2, 1) or ().
# Give back the gradient in the input's shape: sum over what was missing, and over what had length 1.
def unbroadcast(g, shape):
    return g


check("06.2", unbroadcast)

# %% [markdown]
# To see what yours does, try it on a small case:

# %%
unbroadcast(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), (2, 1))

# %% [markdown]
# ## The puzzle again
#
# All three guesses were right, but the loss was not 0. What are their gradients? A guess $p_i$ has three copies, one for each target $t_j$. To each copy comes
# its difference times $\frac{2}{9}$: the 2 is from the square, the 9 from the mean of nine. Their sum is ($m$ is the mean of the targets)
#
# $$\frac{2}{9} \sum_j (p_i - t_j) = \frac{2}{3}\, (p_i - m)$$
#
# So it is zero only for a guess that equals the mean of all targets. Each target pulls at each guess, and together they pull it to their middle.

# %%
guess.grad

# %% [markdown]
# Training takes small steps against the gradient: it would raise the first guess, which is right, and lower the third.
#
# Now to the students. `fit` takes 500 such steps, from a flat line at 0. Draw on paper which line each of the two losses will find. Then run the cell.

# %%
import matplotlib.pyplot as plt

from minigrad.course import style


def downhill(loss_of, slope, start):
    leaves = tensor(slope, requires_grad=True), tensor(start, requires_grad=True)
    loss_of(hours @ leaves[0] + leaves[1], score).backward()
    return slope - 0.1 * leaves[0].grad.numpy(), start - 0.1 * leaves[1].grad.numpy()


def fit(loss_of):
    slope, start = np.zeros((1, 1), np.float32), np.zeros(1, np.float32)
    for _ in range(500):
        slope, start = downhill(loss_of, slope, start)
    return (hours.numpy() @ slope + start).round(3)


pairs = fit(lambda p, t: ((p[:, 0] - t) ** 2).mean())
everything = fit(lambda p, t: ((p - t) ** 2).mean())

style.use()
figure, axes = plt.subplots()
axes.plot(hours[:, 0], score, "o", color=style.INK, label="students")
axes.plot(hours[:, 0], pairs, label="loss over pairs")
axes.plot(hours[:, 0], everything, label="loss over the whole table")
axes.set(xlabel="hours", ylabel="score", xticks=range(5))
axes.legend()
style.picture(
    figure,
    "Five points rise from 1 to 9. The loss over pairs finds the line through them. The other finds a flat line at 5.",
)

# %% [markdown]
# The flat line lies at 5, the mean score. The model has learnt nothing from the hours, and yet everything ran, the loss went down, and every gradient had the right
# shape.
#
# ## Exercise 06.3: mend the loss
#
# `p` is a column of shape (n, 1), `t` has shape (n,), and both stay as they are.


# %% tags=["exercise-06.3"]
# The mean of the squared differences, each prediction against its own target. Gradients must reach p.
def mean_squared_error(p, t):
    return ((p - t) ** 2).mean()


check("06.3", mean_squared_error)

# %% [markdown]
# Before you trust a loss, compare the shapes of its two sides. minigrad can do that for you. Now the warning is on again:

# %%
minigrad.autograd.warn_silent_mistakes()
again = ((guess - target) ** 2).mean()

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same shapes, the same sums, the same silence. This program
#
# ```python
# import warnings
#
# import torch
#
# bias = torch.tensor([5.0, 6.0, 7.0], requires_grad=True)
# arrives = torch.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
# (torch.zeros(2, 3) + bias).backward(gradient=arrives)
# print(bias.grad)
#
# guess = torch.tensor([[1.0], [2.0], [3.0]], requires_grad=True)
# target = torch.tensor([1.0, 2.0, 3.0])
# loss = ((guess - target) ** 2).mean()
# loss.backward()
# print(loss)
# print(guess.grad)
#
# with warnings.catch_warnings(record=True) as seen:
#     torch.nn.functional.mse_loss(guess, target)
# print(str(seen[0].message).partition(". ")[0])
# ```
#
# prints
#
# ```text
# tensor([11., 22., 33.])
# tensor(1.3333, grad_fn=<MeanBackward0>)
# tensor([[-0.6667],
#         [ 0.0000],
#         [ 0.6667]])
# Using a target size (torch.Size([3])) that is different to the input size (torch.Size([3, 1]))
# ```
#
# PyTorch's ready-made `mse_loss` warns, and so does ours. For a difference that you write yourself, only minigrad does.

# %% [markdown]
# ## In one breath
#
# A gradient has the shape of its input, always. Where an input was copied to fit, its gradient is the sum over the copies. Right shapes prove
# nothing about a loss: compare its two sides before you subtract them.
#
# Next: [07 Accumulation](07_accumulation.ipynb), why `.grad` adds up from one backward pass to the next, and when to clear it.
