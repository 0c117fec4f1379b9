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
# # 07 Accumulation
#
# After this lesson you can say what `.grad` holds after any number of backward passes, clear it in the right place, and get the gradient of many examples
# out of small pieces of them. It takes about 40 minutes.

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
# **The line `y = x.exp()` runs three times, always with the same leaf `x`. What is new each time?**
#
# <details><summary>nothing: the same line makes the same graph</summary>
#
# Not quite: a graph holds what one run did, and here are three runs. Try again.
#
# </details>
# <details><summary>the node that makes <code>y</code>, and nothing else in the graph</summary>
#
# Yes. Each run makes nodes of its own. They all lead to the one leaf `x`, which has one `.grad`.
#
# </details>
# <details><summary>the node that makes <code>y</code>, and the leaf</summary>
#
# Not quite: the leaf was made once, before these lines. They only use it. Try again.
#
# </details>

# %% [markdown]
# **`a.grad` is None. In one backward pass two edges lead to the leaf `a`: one brings 2, the other 5. What is in `a.grad` afterwards?**
#
# <details><summary>7</summary>
#
# Yes. It is a fan-out: what arrives along several edges is added.
#
# </details>
# <details><summary>5</summary>
#
# Not quite: that is what came last. What becomes of the 2? Try again.
#
# </details>
# <details><summary>10</summary>
#
# Not quite: slopes multiply along one path. Where two paths meet, something else happens. Try again.
#
# </details>

# %% [markdown]
# ## A puzzle
#
# A dial stands at 14 and should stand at 20. The loss is $\frac{1}{2}(d - 20)^2$, so the slope is $d - 20$.
#
# An **optimizer** holds parameters, and its `step()` moves each one against its gradient: it takes `lr` times `.grad` away. (`lr` is short for
# *learning rate*. `SGD` is the plainest of all optimizers.) Here `lr` is 1, so the first step goes from 14 to $14 - 1 \cdot (-6) = 20$, just where it
# should.
#
# The loop goes round twice. Where is the dial after the second step? Decide, then run the cell.

# %%
import minigrad
from minigrad import tensor

dial = tensor(14.0, requires_grad=True)
optimizer = minigrad.optim.SGD([dial], lr=1.0)
for _ in range(2):
    loss = (dial - 20) ** 2 / 2
    loss.backward()
    optimizer.step()
    print(dial.item())

# %% [markdown]
# It was right, and it left again, although the slope at 20 is 0. Look at what the second step used:

# %%
dial.grad

# %% [markdown]
# The −6 is from the *first* pass. Nobody took it away, and the second pass added its 0 to it.
#
# Now write `range(7)` instead of `range(2)`. Work out what `.grad` holds in each round, and where the dial goes. Only then run the cell again.
#
# <details><summary>What should come out?</summary>
#
# 20, 26, 26, 20, 14, 14 and 20. In the third round the slope is 6, which makes `.grad` $-6 + 6 = 0$, so the dial stays at 26. In the fourth, `.grad`
# becomes 6, and it goes back: the dial swings to and fro.
#
# </details>
#
# ## Each pass adds
#
# **`backward()` adds to `.grad`. It never starts from zero.** That is why the node of a leaf is called `AccumulateGrad`: to accumulate is to gather.
#
# ### By hand
#
# Take $x = [-3, 2, 5]$ and the sum of its cubes. The slope of $x^3$ is $3x^2$, so a pass brings $[27, 12, 75]$:
#
# | pass | `x.grad` before | the pass brings | `x.grad` after |
# | --- | --- | --- | --- |
# | first | None | $[27, 12, 75]$ | $[27, 12, 75]$ |
# | second | $[27, 12, 75]$ | $[27, 12, 75]$ | $[54, 24, 150]$ |
#
# ### In code

# %%
x = tensor([-3.0, 2.0, 5.0], requires_grad=True)
for _ in range(2):
    u = x.pow(3).sum()  # pow(3) is another way to write **3
    u.backward()
    print(x.grad)

# %% [markdown]
# The graph was new in the second round, and nothing in it knew of the first. The leaf was the same, and so was its `.grad`.
#
# ### In the stepper
#
# You know another sum, that of lesson 04. Here are both in one picture. An earlier pass has left 5 in `a.grad`, and $a = 3$ is used twice in `a * a`.
# Walk to the end: **which plus sign belongs to which sum?**

# %%
from minigrad.viz import step

a = tensor(3.0, requires_grad=True)
(5 * a).backward()
y = a * a
step(y)

# %% [markdown]
# In the panel of the leaf, $3 + 3 = 6$ is the fan-out, and $5 + 6 = 11$ is the accumulation.
#
# | | inside a pass | from pass to pass |
# | --- | --- | --- |
# | what is added | what arrives along several edges | what the pass brings, and what `.grad` holds already |
# | where | at any node, before it runs | in the `.grad` of a leaf, at the end |
# | how long the sum lasts | until the node has run | until you clear it |
# | why | chain rule: sum over all paths | a choice of PyTorch's |
#
# The left one you always want. The right one you want now and then.
#
# ## Clearing
#
# To start from nothing, **clear** `.grad`. There are two ways:
#
# - `x.grad = None` takes the gradient away. The next pass puts a new tensor there.
# - `x.grad.zero_()` writes zeros into the tensor that is there. The next pass adds to these.
#
# The next gradient is the same either way. But what if another name points to the old one? Predict what is printed.

# %%
x.grad = None
x.pow(3).sum().backward()
kept = x.grad
x.grad.zero_()
print(kept)

# %% [markdown]
# Zeros. `kept` is an arrow to the very tensor that was written to. After `x.grad = None` it would still show 27, 12 and 75. There is one more
# difference: an optimizer skips a parameter whose gradient is None, but a 0 is a gradient to it (lesson 15 shows where that matters).
#
# `optimizer.zero_grad()` clears the `.grad` of all parameters that the optimizer holds. In spite of its name it sets None;
# `zero_grad(set_to_none=False)` writes zeros.
#
# Here is the dial with a smaller `lr`, with and without clearing:

# %%
import matplotlib.pyplot as plt

from minigrad.course import style


def positions(clear, lr=0.1):
    dial = tensor(14.0, requires_grad=True)
    optimizer = minigrad.optim.SGD([dial], lr=lr)
    seen = [dial.item()]
    for _ in range(60):
        if clear:
            optimizer.zero_grad()
        ((dial - 20) ** 2 / 2).backward()
        optimizer.step()
        seen.append(round(dial.item(), 3))
    return seen


cleared, gathered = positions(clear=True), positions(clear=False)

style.use()
figure, axes = plt.subplots()
axes.plot(cleared, label="cleared before each pass")
axes.plot(gathered, label="never cleared")
axes.set(xlabel="steps", ylabel="dial", yticks=[14, 20, 26])
axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.15), ncols=2)
style.picture(
    figure,
    "Cleared before each pass, the dial settles at 20. Never cleared, it swings between 14 and 26.",
)

# %% [markdown]
# Never cleared, `.grad` turns into something like a speed, and the dial swings like a ball in a bowl without friction. No error tells you: the loss
# falls and rises, falls and rises.
#
# ## What it is good for
#
# Why does PyTorch add at all? The slope of a sum is the sum of the slopes. So passes through several losses, one after the other, leave what a single
# pass through their sum would leave.
#
# Here are five bills for apples. What does one kilogram cost? The model's guess is $w$ times the kilograms, and $w$ starts at 0. The loss
# is the mean of the squared differences.

# %%
kilos = tensor([1.0, 1.0, 2.0, 2.0, 5.0])
price = tensor([2.0, 2.0, 4.0, 4.0, 10.0])


def loss_of(w, bills):
    kilos, price = bills
    return ((w * kilos - price) ** 2).mean()


# %% [markdown]
# One bill's slope is $2 \cdot \text{kilos} \cdot (w \cdot \text{kilos} - \text{price})$. At $w = 0$ that is $-4$, $-4$, $-16$, $-16$ and $-100$.
#
# A step could use all examples. Most programs cut them up, for two reasons:
#
# - To move sooner: a **mini-batch**, or batch, is a part of the examples that gets a step of its own. Between two of them, clear.
# - To save memory, since a graph keeps values of all its examples: a **micro-batch** is a part of a mini-batch. Each gets its backward pass, and only
#   after the last one comes a step. Between two of them, do not clear: `.grad` gathers their gradients. (Many texts say mini-batch for this, too.)
#
# Take the first four bills as a mini-batch. The mean of the four slopes is $-10$. In two micro-batches of two bills, the means are $-4$ and $-16$,
# which add up to $-20$: too much, as each is the mean of only half of the bills. So each counts one half: $-2 - 8 = -10$.

# %%
pieces = [(kilos[:2], price[:2]), (kilos[2:4], price[2:4]), (kilos[4:], price[4:])]  # two bills, two bills, one bill

w = tensor(0.0, requires_grad=True)
loss_of(w, (kilos[:4], price[:4])).backward()
print("in one: ", w.grad)

w.grad = None
for bills in pieces[:2]:
    loss = loss_of(w, bills) / 2
    loss.backward()
print("in two: ", w.grad)

# %% [markdown]
# Some tutorials pass `retain_graph=True` in such a loop. It is not what makes gradients add up, and not needed here, where each round has a graph of
# its own. It is for a second pass through the *same* graph, as in exercise 05.1. Lesson 08 explains it.
#
# ## Play
#
# **Which steps use old gradients as well, and where must `optimizer.zero_grad()` stand so that each uses its own?** Each of the three `pieces` is a mini-batch
# now. The meter is read after each pass and each step. Walk through its readings with the slider. Then put `optimizer.zero_grad()` in one of the four places at a time, and run the cell again.

# %%
from minigrad.viz import grad_meter

w = tensor(0.0, requires_grad=True)
optimizer = minigrad.optim.SGD([w], lr=0.01)
meter = grad_meter(w)
# place 1
for _ in range(2):
    for bills in pieces:
        # place 2
        loss = loss_of(w, bills)
        loss.backward()
        meter.note("pass")
        # place 3
        optimizer.step()
        meter.note("step")
        # place 4
print(f"w ends at {w.item():.2f}")
meter

# %% [markdown]
# <details><summary>The answer</summary>
#
# As it stands, all but the first step: every later pass adds to what is there, the meter marks it with `!`, and `w` shoots past the right price, 2, to
# 3.79. Places 2 and 4 mend it. Place 1 is too early, since it clears only once. Place 3 is too late: there is no `!`, but when `step()` comes, `.grad`
# is empty, and `w` stays at 0.
#
# So clear after a step and before the next pass. Most programs do it just before the pass.
#
# </details>
#
# ## Exercise 07.1: place `zero_grad`
#
# Now each batch comes in micro-batches of equal size.


# %% tags=["exercise-07.1"]
# Put optimizer.zero_grad() where it belongs. Each batch is a list of micro-batches, and makes one step.
def train(w, optimizer, batches):
    for batch in batches:
        for bills in batch:
            loss = loss_of(w, bills) / len(batch)
            loss.backward()
        optimizer.step()


check("07.1", train)

# %% [markdown]
# ## Unequal pieces
#
# Five bills do not divide by two. The last of the `pieces` is a single bill, and it is a heavy one. Let each of the three count one third, as the two
# counted one half before. Will that give the gradient of all five bills? Decide, then run the cell.

# %%
with_all = tensor(0.0, requires_grad=True)
loss_of(with_all, (kilos, price)).backward()

in_pieces = tensor(0.0, requires_grad=True)
for bills in pieces:
    loss = loss_of(in_pieces, bills) / len(pieces)
    loss.backward()

print(f"in one:    {with_all.grad.item():.1f}")
print(f"in pieces: {in_pieces.grad.item():.1f}")

# %% [markdown]
# No error again, and a gradient that is far off. By hand:
#
# | micro-batch | slopes of its bills | their mean | share of the bills | share times mean |
# | --- | --- | --- | --- | --- |
# | first | $-4, -4$ | $-4$ | $\frac{2}{5}$ | $-1.6$ |
# | second | $-16, -16$ | $-16$ | $\frac{2}{5}$ | $-6.4$ |
# | third | $-100$ | $-100$ | $\frac{1}{5}$ | $-20$ |
#
# The mean of the three means is $-40$. In it the last bill counts one third, although it is only one of five. The last column adds up to $-28$, the
# gradient of the whole. So **weight each micro-batch by its share of the examples**. With $n_k$ of the $n$ examples in micro-batch $k$, and $L_k$ for
# the mean loss over it:
#
# $$L = \sum_k \frac{n_k}{n} L_k$$
#
# With equal sizes all shares are equal, and dividing by the number of micro-batches is the same thing.
#
# Sizes differ more often than you would think. The last micro-batch may be smaller. And where each word of a text is an example, hardly any two are of the same size.
#
# ## Exercise 07.2: unequal micro-batches
#
# Write it, for micro-batches of any sizes.


# %% tags=["exercise-07.2"]
# w.grad is None at first. Leave in it the gradient of the mean loss over all bills of all micro-batches.
def backward_in_pieces(w, micro_batches):
    for bills in micro_batches:
        loss = loss_of(w, bills)
        loss.backward()


check("07.2", backward_in_pieces)

# %% [markdown]
# ## Exercise 07.3: find the bug
#
# This program looks at one more slope in each round, on `test` bills that training must not learn from. But `seen` comes out wrong, and training finds
# another `w` than it would without the look.


# %% tags=["exercise-07.3"]
# Mend it: seen must hold the slope on test before each step, and training must go as if nobody had looked.
def train_and_look(w, optimizer, batches, test):
    seen = []
    for bills in batches:
        optimizer.zero_grad()
        loss_of(w, bills).backward()
        loss_of(w, test).backward()  # only a look
        seen.append(w.grad.item())
        optimizer.step()
    return seen


check("07.3", train_and_look)

# %% [markdown]
# To see what yours does, run this. Right is a last `w` near 1.1, and one slope in `seen` for each of the three steps.

# %%
mine = tensor(0.0, requires_grad=True)
test = tensor([3.0]), tensor([6.0])
seen = train_and_look(mine, minigrad.optim.SGD([mine], lr=0.01), pieces, test)
print([round(slope, 2) for slope in seen], round(mine.item(), 2))

# %% [markdown] tags=["pytorch"]
# ## What PyTorch does
#
# The same. This program
#
# ```python
# import torch
#
# x = torch.tensor([-3.0, 2.0, 5.0], requires_grad=True)
# for _ in range(2):
#     x.pow(3).sum().backward()
#     print(x.grad)
# kept = x.grad
# x.grad.zero_()
# print(kept)
#
# for retain in (True, False):
#     x = torch.ones(3, requires_grad=True)
#     for _ in range(2):
#         (x * 2).sum().backward(retain_graph=retain)
#     print(retain, x.grad)
#
# dial = torch.tensor(14.0, requires_grad=True)
# optimizer = torch.optim.SGD([dial], lr=1.0)
# for _ in range(2):
#     ((dial - 20) ** 2 / 2).backward()
#     optimizer.step()
#     print(dial.item())
# optimizer.zero_grad()
# print(dial.grad)
# ```
#
# prints
#
# ```text
# tensor([27., 12., 75.])
# tensor([ 54.,  24., 150.])
# tensor([0., 0., 0.])
# True tensor([4., 4., 4.])
# False tensor([4., 4., 4.])
# 20.0
# 26.0
# None
# ```
#
# The fourth and fifth line hold the same numbers: `retain_graph` has nothing to do with adding up.

# %% [markdown]
# ## In one breath
#
# Every backward pass adds to the `.grad` of its leaves. Clear it after a step and before the next pass, or old slopes go on moving your weights. Do not
# clear between micro-batches, and weight each by its share of the examples.
#
# Next: [08 Graphs are spent once](08_graphs_are_spent_once.ipynb), why a second pass through the same graph is refused, and what `retain_graph` keeps.
